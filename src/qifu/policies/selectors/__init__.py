"""Every read of policies that a door needs. Each begins with who is asking."""

from qifu.policies.selectors.drafts import (
    Whole,
    document_of,
    draft_for,
    drafts_visible_to,
    journal_of_draft,
    reading_of,
    stamp,
    whole_of,
)
from qifu.policies.selectors.library import (
    apart_from,
    library,
    meant,
    policy_for,
    programme,
    published_versions,
    status_of,
    versions_of,
)
from qifu.policies.selectors.matching import Match, diagnose, match_for
from qifu.policies.selectors.office import (
    LIVES,
    OFFICE_ORDERS,
    Pasted,
    Reaches,
    office_library,
    reaches_of,
    read_pasted,
    version_before,
)
from qifu.policies.selectors.reach import PAGE as REACHED_AT_ONCE
from qifu.policies.selectors.reach import PolicyReach, ReachedFirms, firms_reached, reach_of
from qifu.policies.selectors.reports import Replay, replay, report_by_id, reports_of
from qifu.policies.selectors.zones import own_first, own_policies, policies_of_front

__all__ = [
    "LIVES",
    "OFFICE_ORDERS",
    "REACHED_AT_ONCE",
    "Pasted",
    "Match",
    "PolicyReach",
    "ReachedFirms",
    "Reaches",
    "Replay",
    "Whole",
    "apart_from",
    "diagnose",
    "document_of",
    "draft_for",
    "drafts_visible_to",
    "firms_reached",
    "journal_of_draft",
    "library",
    "match_for",
    "meant",
    "office_library",
    "own_first",
    "own_policies",
    "policies_of_front",
    "policy_for",
    "programme",
    "published_versions",
    "reach_of",
    "reaches_of",
    "read_pasted",
    "reading_of",
    "replay",
    "report_by_id",
    "reports_of",
    "stamp",
    "status_of",
    "version_before",
    "versions_of",
    "whole_of",
]
