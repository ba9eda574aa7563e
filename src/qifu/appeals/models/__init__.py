"""Appeals, their handling, their clocks, and what came after."""

from qifu.appeals.models.after import Callback, CallbackAttempt, PolicyGap, Rating
from qifu.appeals.models.appeal import Appeal, AppealPoint, Attachment, InfoRequest
from qifu.appeals.models.clocks import Clock, ClockEvent, ClockPause
from qifu.appeals.models.exchange import (
    ExchangeConflict,
    ExchangeFile,
    ExchangeOrder,
    ExchangeStatus,
)
from qifu.appeals.models.handling import (
    Absence,
    Contact,
    Dispatch,
    Extension,
    Objection,
    PointReply,
    Reply,
    SupervisionNotice,
)
from qifu.appeals.models.intake import BY_MODEL, Link, ScopeDecision, Suggestion, TextBand
from qifu.appeals.models.search import CASES, CaseEntry, CaseWord, EntryVector

__all__ = [
    "BY_MODEL",
    "CASES",
    "Absence",
    "Appeal",
    "AppealPoint",
    "Attachment",
    "Callback",
    "CallbackAttempt",
    "CaseEntry",
    "CaseWord",
    "Clock",
    "ClockEvent",
    "ClockPause",
    "Contact",
    "Dispatch",
    "EntryVector",
    "ExchangeConflict",
    "ExchangeFile",
    "ExchangeOrder",
    "ExchangeStatus",
    "Extension",
    "InfoRequest",
    "Link",
    "Objection",
    "PointReply",
    "PolicyGap",
    "Rating",
    "Reply",
    "ScopeDecision",
    "Suggestion",
    "SupervisionNotice",
    "TextBand",
]
