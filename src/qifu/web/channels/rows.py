"""Channels as pages show them: open now in words, the week as a table, the days that differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from qifu.base.city import City
from qifu.organisations.logic.opening import Opening
from qifu.organisations.models import Channel
from qifu.organisations.selectors.channels import Found, hours_of, opening_of
from qifu.rulebook.business_hours import BusinessHours, Spans
from qifu.rulebook.calendar_days import Calendar, Kind
from qifu.rulebook.calendar_words import ClockError
from qifu.web.appeals.words import Badge
from qifu.web.channels.hours import weekday_name
from qifu.web.words import MONTHS_EN, as_day, language, spoken

AHEAD: Final = 14
OLD: Final = timedelta(days=365)


@dataclass(frozen=True)
class Row:
    """A channel in the language of the page. `why`: the words of the search that speak for it."""

    channel: Channel
    code: str
    name: str
    about: str
    kind: str
    zone: str
    address: str
    telephones: Sequence[Mapping[str, str]]
    links: Sequence[Mapping[str, str]]
    opening: Badge
    why: Sequence[str]


def kind_names(city: City) -> dict[str, str]:
    """The kinds of the pack, code to name, in its order."""
    return {row["code"]: spoken(row["name"]) for row in city.channels.get("kinds") or []}


def need_names(city: City) -> dict[str, str]:
    """The needs of the pack, code to name, in its order."""
    return {row["code"]: spoken(row["name"]) for row in city.channels.get("needs") or []}


def zone_names(city: City) -> dict[str, str]:
    """The districts of the pack, code to name, in its order."""
    return {row["code"]: spoken(row["name"]) for row in city.zones}


def place_name(city: City) -> str:
    """The whole place by its name: what serves no district of its own serves all of it."""
    tree = city.catalogue.trees["region"]
    return tree.label(tree.normalise(city.region), language())


class Teller:
    """Tells channels of a city in the language of the page, open or not at one moment."""

    def __init__(self, city: City, *, now: datetime, calendar: Calendar) -> None:
        self.now, self.on, self.calendar = now, timezone.localdate(now), calendar
        self.kinds, self.zones = kind_names(city), zone_names(city)

    def row(self, channel: Channel, opening: Opening | None = None, why: Iterable[Any] = ()) -> Row:
        """One channel as lists show it."""
        document = channel.document
        opening = opening or opening_of(channel, at=self.now, calendar=self.calendar)
        return Row(
            channel=channel,
            code=channel.code,
            name=spoken(channel.name),
            about=spoken(document.get("for")),
            kind=self.kinds.get(channel.kind, channel.kind),
            zone=self.zones.get(channel.zone, channel.zone),
            address=spoken(document.get("address")),
            telephones=telephones(document),
            links=links(document),
            opening=opening_badge(opening, on=self.on),
            why=[spoken(one) for one in why],
        )

    def found(self, hits: Iterable[Found]) -> list[Row]:
        """What a search found, in its order."""
        return [self.row(one.channel, one.opening, one.why) for one in hits]

    def rows(self, channels: Iterable[Channel]) -> list[Row]:
        """Channels that were not searched for, in the order given."""
        return [self.row(one) for one in channels]


def telephones(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """Numbers as they are read and as a phone dials them, and what each is for."""
    return [
        {
            "number": one["number"],
            "dial": "".join(c for c in one["number"] if c.isdigit() or c == "+"),
            "about": spoken(one.get("for")),
        }
        for one in document.get("telephones") or []
    ]


def links(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """Addresses elsewhere with their names; a mailbox says its own address."""
    return [
        {
            "url": one["url"],
            "name": spoken(one.get("name")) or one["url"],
            "mail": one["url"].removeprefix("mailto:") if one["url"].startswith("mailto:") else "",
        }
        for one in document.get("links") or []
    ]


def opening_badge(opening: Opening, *, on: date) -> Badge:
    """Open now or when again, as word, colour and icon. `on` is today."""
    if opening.always:
        return Badge("good", "clock", _("7×24 小时"))
    if not opening.known:
        return Badge("none", "question-mark", _("时间未知"))
    if opening.open and opening.until:
        told = Badge("good", "circle-check", _("现在开放，到 %s") % _until(opening.until, on))
    elif opening.open:
        told = Badge("good", "circle-check", _("现在开放"))
    elif opening.next_open is None:
        told = Badge("none", "circle-off", _("现在不开放"))
    else:
        told = _shut(opening, opening.next_open, on)
    if opening.provisional:
        return Badge(told.tone, told.icon, told.words + _("（暂定）"))
    return told


def _shut(opening: Opening, again: datetime, on: date) -> Badge:
    """Why it is closed now, and when it opens."""
    local = timezone.localtime(again)
    at, begun = f"{local:%H:%M}", bool(opening.spans)
    if local.date() != on:
        words = _("已下班，%(day)s%(at)s 开") if begun else _("今天不开放，%(day)s%(at)s 开")
        return Badge("none", "circle-off", words % {"day": near_day(local, on), "at": at})
    minute = local.hour * 60 + local.minute
    if all(first >= minute for first, _last in opening.spans):
        return Badge("warn", "hourglass", _("还没开，%s 开") % at)
    if 12 * 60 <= minute <= 15 * 60 + 30:
        return Badge("warn", "hourglass", _("午休，%s 开") % at)
    return Badge("warn", "hourglass", _("休息中，%s 开") % at)


def _until(moment: datetime, on: date) -> str:
    """A closing time; midnight at the end of today is 24:00, another day is named."""
    local = timezone.localtime(moment)
    if local.date() == on:
        return f"{local:%H:%M}"
    if local.date() == on + timedelta(days=1) and local.hour == local.minute == 0:
        return "24:00"
    return f"{near_day(local, on)} {local:%H:%M}"


def near_day(moment: datetime | date, on: date) -> str:
    """明天（周一）, 10月9日（周五）; tomorrow (Mon), 9 Oct (Fri)."""
    day = as_day(moment)
    assert day is not None
    name = weekday_name(day.weekday())
    english = language() == "en"
    if day == on + timedelta(days=1):
        tomorrow = _("明天")
        return f"{tomorrow} ({name})" if english else f"{tomorrow}（{name}）"
    if english:
        return f"{day.day} {MONTHS_EN[day.month - 1]} ({name})"
    return f"{day.month}月{day.day}日（{name}）"


def span_words(spans: Spans) -> list[str]:
    """Opening spans as people write them: 09:00–12:00."""
    return [
        f"{first // 60:02d}:{first % 60:02d}–{last // 60:02d}:{last % 60:02d}"
        for first, last in spans
    ]


@dataclass(frozen=True)
class Week:
    """The week of an entry and the days of the next two weeks that differ from it."""

    always: bool
    days: Sequence[tuple[str, Sequence[str], bool]]  # name, spans, whether it is today
    differ: Sequence[tuple[str, str, Sequence[str], bool]]  # day, why, spans, provisional


def week_of(channel: Channel, *, on: date, calendar: Calendar) -> Week | None:
    """The opening hours of an entry; None where nobody knows them."""
    hours = hours_of(channel, calendar=calendar)
    if hours is None:
        return None
    return Week(
        always=bool((channel.hours or {}).get("always")) and not hours.exceptions,
        days=[
            (weekday_name(n), span_words(spans), n == on.weekday())
            for n, spans in enumerate(hours.week)
        ],
        differ=_differing(hours, on, calendar),
    )


def _differing(
    hours: BusinessHours, on: date, calendar: Calendar
) -> list[tuple[str, str, Sequence[str], bool]]:
    rows: list[tuple[str, str, Sequence[str], bool]] = []
    for ahead in range(AHEAD):
        day = on + timedelta(days=ahead)
        try:
            spans = hours.spans_on(day)
            provisional = hours.may_change(day, day)
        except ClockError:
            break  # no calendar is known so far ahead
        if spans != hours.week[day.weekday()]:
            why = _why(hours, day, calendar)
            rows.append((near_day(day, on), why, span_words(spans), provisional))
    return rows


def _why(hours: BusinessHours, day: date, calendar: Calendar) -> str:
    if day in hours.exceptions:
        return _("另行安排")
    found = calendar.day(day)
    if found.kind is Kind.MAKEUP_WORKDAY:
        return _("调休上班")
    return spoken(tuple(found.name)) if found.name else _("放假")


def is_old(channel: Channel, on: date) -> bool:
    """Whether nobody has looked at an entry for more than a year."""
    return on - channel.checked_on > OLD
