"""Everything that can be done to an appeal. Doors call these and nothing below."""

from qifu.appeals.actions.absences import end_absence, record_absence
from qifu.appeals.actions.attachments import attach, detach, scan_attachment
from qifu.appeals.actions.callbacks import (
    approve_justified,
    ask_confirmation,
    attempt_callback,
    close_unreachable,
    confirm_closed,
    decline_justified,
    propose_justified,
    wants_more,
)
from qifu.appeals.actions.clocks import Recomputed, recompute_clocks
from qifu.appeals.actions.coordination import (
    ask_extension,
    decide_extension,
    escalate,
    remind,
    supervise,
)
from qifu.appeals.actions.dissolved import take_over_dissolved
from qifu.appeals.actions.embedding import entries_to_embed, keep_vectors
from qifu.appeals.actions.exchange import Outcome, receive_orders
from qifu.appeals.actions.exchange_fields import settle_conflict
from qifu.appeals.actions.handling import (
    acknowledge,
    assign_case,
    object_to_dispatch,
    record_contact,
    transfer,
)
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
from qifu.appeals.actions.made_up import mark_made_up
from qifu.appeals.actions.objections import dismiss_objection, uphold_objection
from qifu.appeals.actions.privacy import forget_requester
from qifu.appeals.actions.ratings import rate, reopen, withdraw
from qifu.appeals.actions.replies import reply
from qifu.appeals.actions.rounds import (
    close_unrated,
    lapse_waiting,
    mark_missed,
    remind_due,
    remind_facts,
    remind_ratings,
)
from qifu.appeals.actions.searching import cases_to_index, index_firms, keep_search, make_index
from qifu.appeals.actions.statuses import acknowledge_statuses, number_statuses
from qifu.appeals.actions.submit import discard_draft, save_draft, submit_appeal
from qifu.appeals.actions.suggestions import record_suggestions, settle_suggestions

__all__ = [
    "Outcome",
    "Recomputed",
    "accept_appeal",
    "acknowledge",
    "acknowledge_statuses",
    "answer_at_once",
    "approve_justified",
    "ask_confirmation",
    "ask_extension",
    "ask_for_facts",
    "assign_case",
    "attach",
    "attempt_callback",
    "cases_to_index",
    "close_unrated",
    "close_unreachable",
    "confirm_closed",
    "contest_rejection",
    "decide_extension",
    "decline_justified",
    "detach",
    "discard_draft",
    "dismiss_objection",
    "dispatch_appeal",
    "end_absence",
    "entries_to_embed",
    "escalate",
    "forget_requester",
    "index_firms",
    "keep_search",
    "keep_vectors",
    "lapse_waiting",
    "link_appeals",
    "make_index",
    "mark_missed",
    "merge_appeals",
    "number_statuses",
    "object_to_dispatch",
    "propose_justified",
    "rate",
    "receive_orders",
    "recompute_clocks",
    "record_absence",
    "record_contact",
    "record_suggestions",
    "reject_intake",
    "remind",
    "remind_due",
    "remind_facts",
    "remind_ratings",
    "reopen",
    "reply",
    "resume_lapsed",
    "save_draft",
    "scan_attachment",
    "settle_conflict",
    "settle_suggestions",
    "split_appeal",
    "submit_appeal",
    "supervise",
    "supply_facts",
    "take_over_dissolved",
    "transfer",
    "unmerge_appeal",
    "uphold_objection",
    "wants_more",
    "withdraw",
    "mark_made_up",
]
