"""Everything that can be done to policies and with them."""

from qifu.policies.actions.answers import answer_question, skip_question, undo_answer
from qifu.policies.actions.draft_making import make_draft, read_draft
from qifu.policies.actions.draft_publishing import (
    drop_draft,
    finish_draft,
    publish_draft,
    reopen_draft,
)
from qifu.policies.actions.drafts import (
    add_clause,
    confirm_clause,
    confirm_kind,
    drop_clause,
    fill_draft,
    mend_clause,
    reopen_clause,
    undo_draft_step,
)
from qifu.policies.actions.library import load_policies, look_again
from qifu.policies.actions.reports import make_report, refresh_match

__all__ = [
    "add_clause",
    "confirm_clause",
    "confirm_kind",
    "drop_clause",
    "drop_draft",
    "fill_draft",
    "finish_draft",
    "make_draft",
    "mend_clause",
    "publish_draft",
    "read_draft",
    "reopen_clause",
    "reopen_draft",
    "undo_draft_step",
    "answer_question",
    "load_policies",
    "look_again",
    "make_report",
    "refresh_match",
    "skip_question",
    "undo_answer",
]
