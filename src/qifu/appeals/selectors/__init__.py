"""Everything that can be read of appeals, beginning with who asks."""

from qifu.appeals.selectors.case import Case, case_of, clocks_of
from qifu.appeals.selectors.clocks import DUTIES, explained, rule_set_of, window_of
from qifu.appeals.selectors.earlier import (
    EarlierReplies,
    EarlierReply,
    find_replies,
    reply_said,
)
from qifu.appeals.selectors.exchange import (
    FieldPair,
    conflict_for,
    contradicted_orders,
    fields_of,
    files_visible_to,
    order_for,
    orders_visible_to,
    ours_of,
    partner_name,
    partners_of,
    seen_appeals,
    settled_of,
    statuses_of,
    statuses_since,
    statuses_visible_to,
)
from qifu.appeals.selectors.external import appeal_by_external_id
from qifu.appeals.selectors.figures import BY, Cell, Figures, figure_cases, figures
from qifu.appeals.selectors.lists import (
    MOST_COUNTED,
    capped,
    counts_of,
    list_of,
    lists_of,
    rows_shown,
)
from qifu.appeals.selectors.load import (
    Colleague,
    GapCount,
    absence_for,
    absences_of,
    gap_counts,
    gaps_visible_to,
    load_of,
)
from qifu.appeals.selectors.replay import Mismatch, replay, replay_all
from qifu.appeals.selectors.reply_check import Looked, ReplyCheck, check_reply
from qifu.appeals.selectors.similar import Similar, similar_cases
from qifu.appeals.selectors.suggest import Read, Suggestions, as_rows, read_text, suggest_for
from qifu.appeals.selectors.timeline import Entry, timeline
from qifu.appeals.selectors.visible import (
    appeal_for,
    appeals_visible_to,
    attachment_for,
    attachments_visible,
)

__all__ = [
    "BY",
    "DUTIES",
    "MOST_COUNTED",
    "Case",
    "Cell",
    "Colleague",
    "EarlierReplies",
    "EarlierReply",
    "Entry",
    "FieldPair",
    "Figures",
    "GapCount",
    "Looked",
    "Mismatch",
    "Read",
    "ReplyCheck",
    "Similar",
    "Suggestions",
    "absence_for",
    "absences_of",
    "appeal_by_external_id",
    "appeal_for",
    "appeals_visible_to",
    "as_rows",
    "attachment_for",
    "attachments_visible",
    "capped",
    "case_of",
    "check_reply",
    "clocks_of",
    "conflict_for",
    "contradicted_orders",
    "counts_of",
    "explained",
    "fields_of",
    "figure_cases",
    "figures",
    "files_visible_to",
    "find_replies",
    "gap_counts",
    "gaps_visible_to",
    "list_of",
    "lists_of",
    "load_of",
    "order_for",
    "orders_visible_to",
    "ours_of",
    "partner_name",
    "partners_of",
    "read_text",
    "replay",
    "replay_all",
    "reply_said",
    "rows_shown",
    "rule_set_of",
    "seen_appeals",
    "settled_of",
    "similar_cases",
    "statuses_of",
    "statuses_since",
    "statuses_visible_to",
    "suggest_for",
    "timeline",
    "window_of",
]
