"""Due dates and windows as a calendar that programs read again and again (RFC 5545)."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from qifu.appeals.models import Clock
from qifu.policies.models import PolicyVersion
from qifu.web.appeals.words import clock_word
from qifu.web.words import language

SHANGHAI = ZoneInfo("Asia/Shanghai")
LASTS = timedelta(minutes=15)  # an entry ends at the due moment; one without length is not shown
READ_AGAIN = timedelta(hours=6)
BEFORE_CLOCK = timedelta(days=1)
BEFORE_WINDOW = timedelta(days=7)
Address = Callable[..., str]


def calendar_of(name: str, entries: Iterable[Event]) -> bytes:
    """The file. What is in it follows from the entries alone: unchanged dates, unchanged bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Qifu//due dates//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    # READ_AGAIN as Outlook reads it; icalendar takes this one for a text
    calendar.add("x-published-ttl", "PT6H")
    for entry in entries:
        calendar.add_component(entry)
    calendar.add_missing_timezones(first_date=date(2020, 1, 1), last_date=date(2038, 1, 1))
    made: bytes = calendar.to_ical()
    return made


def clock_entry(clock: Any, *, of_firm: bool, address: Address, alarms: bool) -> Event:
    """The due moment of one clock of a case."""
    case = clock.appeal
    words = _FIRM[clock.name]() if of_firm and clock.name in _FIRM else clock_word(clock.name)
    title = _("%(what)s：%(number)s") % {"what": words, "number": case.number}
    if clock.provisional:
        title = _("（暂定）%(title)s") % {"title": title}
    due = clock.due_at.astimezone(SHANGHAI)
    entry = _entry(
        uid=f"clock-{clock.pk}@qifu",
        title=title,
        moved=clock.moved_at or clock.started_at,
        moves=max(clock.moves - 1, 0),
        link=address("my-appeal" if of_firm else "desk-appeal", pk=case.pk),
    )
    entry.add("dtstart", due - LASTS)
    entry.add("dtend", due)
    entry.add("status", "TENTATIVE" if clock.provisional else "CONFIRMED")
    if clock.provisional:
        entry.add("description", _("节假日安排还没有公布，到期日可能变动。"))
    if alarms:
        _alarm(entry, BEFORE_CLOCK, title)
    return entry


_FIRM: dict[str, Callable[[], str]] = {
    "reply": lambda: _("最迟答复"),
    "info": lambda: _("最迟补充材料"),
    "unrated": lambda: _("最迟评价"),
}


def window_entry(version: PolicyVersion, *, address: Address, alarms: bool) -> Event:
    """The last day on which a policy can be applied for."""
    assert version.closes is not None
    english = language() == "en" and version.title_en
    title = _("截止：%(title)s") % {"title": version.title_en if english else version.title}
    entry = _entry(
        uid=f"{version.policy_id}-v{version.version}@qifu",
        title=title,
        moved=version.recorded_at,
        moves=0,
        link=address("policy", policy_id=version.policy_id),
    )
    entry.add("dtstart", version.closes)
    entry.add("dtend", version.closes + timedelta(days=1))
    entry.add("status", "CONFIRMED")
    if alarms:
        _alarm(entry, BEFORE_WINDOW, title)
    return entry


def _entry(*, uid: str, title: str, moved: datetime, moves: int, link: str) -> Event:
    entry = Event()
    changed = moved.astimezone(UTC).replace(microsecond=0)
    entry.add("uid", uid)
    entry.add("dtstamp", changed)
    entry.add("last-modified", changed)
    entry.add("sequence", moves)
    entry.add("summary", title)
    entry.add("url", link)
    entry.add("transp", "TRANSPARENT")
    return entry


def _alarm(entry: Event, before: timedelta, words: str) -> None:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", words)
    entry.add_component(alarm)


def last_change(clocks: Iterable[Clock], versions: Iterable[PolicyVersion]) -> datetime | None:
    """The moment of the newest change among what is shown."""
    moments = [localtime(getattr(clock, "moved_at", None) or clock.started_at) for clock in clocks]
    moments += [version.recorded_at for version in versions]
    return max(moments, default=None)
