"""Everything that can be read of appeals, beginning with who asks."""

from qifu.appeals.selectors.case import Case, case_of, clocks_of
from qifu.appeals.selectors.clocks import DUTIES, explained, rule_set_of, window_of
from qifu.appeals.selectors.external import appeal_by_external_id
from qifu.appeals.selectors.figures import BY, Cell, Figures, figure_cases, figures
from qifu.appeals.selectors.lists import (
    MOST_COUNTED,
    capped,
    counts_of,
    list_of,
    lists_of,
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
    "Entry",
    "Figures",
    "GapCount",
    "Mismatch",
    "Read",
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
    "clocks_of",
    "counts_of",
    "explained",
    "figure_cases",
    "figures",
    "gap_counts",
    "gaps_visible_to",
    "list_of",
    "lists_of",
    "load_of",
    "read_text",
    "replay",
    "replay_all",
    "rule_set_of",
    "similar_cases",
    "suggest_for",
    "timeline",
    "window_of",
]
