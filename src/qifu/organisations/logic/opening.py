"""Whether a desk is open at a moment, until when, and when it opens next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from qifu.rulebook.business_hours import (
    BusinessHours,
    Spans,
    local_moment,
    parse_business_hours,
)
from qifu.rulebook.calendar_days import Calendar
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.workdays import SHANGHAI

# spans that touch at midnight are one for so many days; beyond that it is simply open
_LOOK = timedelta(days=8)


@dataclass(frozen=True)
class Opening:
    """What is known of a desk at a moment; nothing at all by default.

    `until` is when it closes while it is open; None where it does not close in the next days.
    `next_open` is when it opens while it is closed; None where the calendar ends before that.
    `provisional`: the holidays that this rests on are not yet published and may change it.
    `spans` are the hours of that day, as minutes of the day, start included and end not.
    """

    known: bool = False
    open: bool | None = None
    until: datetime | None = None
    next_open: datetime | None = None
    provisional: bool = False
    always: bool = False
    spans: Spans = ()


def hours_from(document: Mapping[str, Any] | None, calendar: Calendar) -> BusinessHours | None:
    """The hours of a document; None where there is none. RuleError where it is wrong."""
    return parse_business_hours(document, calendar) if document else None


def opening_at(document: Mapping[str, Any] | None, *, at: datetime, calendar: Calendar) -> Opening:
    """The state of a desk with these hours at a moment; unknown outside the calendar's years."""
    hours = hours_from(document, calendar)
    if hours is None:
        return Opening()
    local = local_moment(at)
    today = local.date()
    try:
        spans, is_open = hours.spans_on(today), hours.is_open(at)
    except ClockError:
        return Opening()
    if document and document.get("always") and not hours.exceptions:
        return Opening(known=True, open=True, always=True, spans=spans)
    until = next_open = None
    try:
        if is_open:
            until = _closes(hours, local)
        else:
            next_open = hours.next_opening(at)
    except ClockError:
        pass  # the calendar ends: when is not known, that it is open or closed is
    last = (until or next_open or at).astimezone(SHANGHAI).date()
    try:
        provisional = hours.may_change(today, last)
    except ClockError:
        provisional = True
    return Opening(True, is_open, until, next_open, provisional, False, spans)


def _closes(hours: BusinessHours, local: datetime) -> datetime | None:
    """When the span around a moment ends, spans that touch at midnight taken together."""
    end = local
    try:
        for first, last in hours.open_spans(local):
            if first > end or end - local > _LOOK:
                break
            end = last
    except ClockError:
        pass  # the calendar ends: what is known of that day holds
    return None if end == local or end - local > _LOOK else end.replace(tzinfo=SHANGHAI)
