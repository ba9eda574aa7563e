"""Everything that can be done to policies and with them."""

from qifu.policies.actions.answers import answer_question, skip_question, undo_answer
from qifu.policies.actions.library import load_policies, look_again
from qifu.policies.actions.reports import make_report, refresh_match

__all__ = [
    "answer_question",
    "load_policies",
    "look_again",
    "make_report",
    "refresh_match",
    "skip_question",
    "undo_answer",
]
