"""Everything that can be done to an appeal. Doors call these and nothing below."""

from qifu.appeals.actions.attachments import attach, detach, scan_attachment
from qifu.appeals.actions.clocks import Recomputed, recompute_clocks
from qifu.appeals.actions.intake import (
    accept_appeal,
    answer_at_once,
    ask_for_facts,
    contest_rejection,
    dispatch_appeal,
    reject_intake,
    resume_lapsed,
    supply_facts,
)
from qifu.appeals.actions.linking import (
    link_appeals,
    merge_appeals,
    split_appeal,
    unmerge_appeal,
)
from qifu.appeals.actions.objections import dismiss_objection, uphold_objection
from qifu.appeals.actions.privacy import forget_requester
from qifu.appeals.actions.submit import discard_draft, save_draft, submit_appeal
from qifu.appeals.actions.suggestions import record_suggestions, settle_suggestions

__all__ = [
    "Recomputed",
    "accept_appeal",
    "answer_at_once",
    "ask_for_facts",
    "attach",
    "contest_rejection",
    "detach",
    "discard_draft",
    "dismiss_objection",
    "dispatch_appeal",
    "forget_requester",
    "link_appeals",
    "merge_appeals",
    "record_suggestions",
    "recompute_clocks",
    "reject_intake",
    "resume_lapsed",
    "save_draft",
    "scan_attachment",
    "settle_suggestions",
    "split_appeal",
    "submit_appeal",
    "supply_facts",
    "unmerge_appeal",
    "uphold_objection",
]
