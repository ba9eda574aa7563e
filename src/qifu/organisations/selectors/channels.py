"""Reading the channel list: by plain words, district, kind and need, and what is open when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from qifu.base.city import City, current_city
from qifu.organisations.logic.finder import entry_from, needs_from, search
from qifu.organisations.logic.opening import Opening, hours_from, opening_at
from qifu.organisations.logic.places import short_name
from qifu.organisations.models import Channel, ChannelReport, Unit
from qifu.organisations.permissions import Actor, may_keep_channel, may_keep_channels
from qifu.rulebook.business_hours import BusinessHours
from qifu.rulebook.calendar_days import Calendar

Words = Mapping[str, str]


@dataclass(frozen=True)
class Found:
    """One channel of an answer: how well it fits, why (zh, en), and whether it is open."""

    channel: Channel
    score: float
    why: tuple[tuple[str, str], ...]
    opening: Opening


@dataclass(frozen=True)
class DebtRoute:
    """Who owes the money, and where to complain, in the order in which the places are asked."""

    code: str
    debtor: Words
    examples: Words
    note: Words
    channels: list[Channel]


def channels_at_all(*, with_retired: bool = False) -> QuerySet[Channel]:
    """Every entry in the order of the pack, with its owner."""
    channels = Channel.objects.select_related("unit__organisation")
    return channels if with_retired else channels.filter(retired_at=None)


def every_channel(*, with_retired: bool = False) -> list[Channel]:
    """Every entry in the order of the pack, those of pages and files last."""
    return list(channels_at_all(with_retired=with_retired))


def channel_by_code(code: str) -> Channel:
    """The entry with that code, retired ones included (`retired_at`); else Channel.DoesNotExist."""
    return channels_at_all(with_retired=True).get(code=code)


def home_names(city: City) -> tuple[str, ...]:
    """What people call the whole place: 深圳市, 深圳, Shenzhen."""
    tree = city.catalogue.trees["region"]
    code = tree.normalise(city.region)
    zh, en = tree.label(code, "zh"), tree.label(code, "en")
    return zh, short_name(zh), en, en.removesuffix(" City")


def find_channels(
    city: City,
    *,
    text: str = "",
    zone: str = "",
    kind: str = "",
    need: str = "",
    at: datetime | None = None,
    open_at: datetime | None = None,
    with_city: bool = True,
    near: str = "",
    calendar: Calendar,
) -> list[Found]:
    """The entries that fit, the best first; without a text all, in the order of the pack.

    `zone`: entries of that district before those of the whole city; the latter are left out
    without `with_city`. `near`: the district of whoever asks, which counts for more than another
    where a text is searched for. `open_at`: only those known to be open at that moment. `at`: the
    moment for which `opening` says whether it is open (`open_at` where it is not given); without
    either nothing is known of it. Two queries at most whatever the number.
    """
    document = city.channels
    rows = every_channel()
    if zone:
        kept = (zone, "") if with_city else (zone,)
        rows = sorted((c for c in rows if c.zone in kept), key=lambda c: c.zone != zone)
    rows = [c for c in rows if not kind or c.kind == kind]
    rows = [c for c in rows if not need or need in c.needs]
    moment = open_at or at
    by_code = {channel.code: channel for channel in rows}
    if text.strip():
        entries = [entry_from(channel.document) for channel in rows]
        matches = search(
            text, entries, needs_from(document), zone_names(city),
            home=home_names(city), near=zone or near,
        )  # fmt: skip
        ranked = [(by_code[m.code], m.score, tuple(map(tuple, m.why))) for m in matches]
        if zone:
            ranked.sort(key=lambda row: row[0].zone != zone)
    else:
        ranked = [(channel, 0.0, ()) for channel in rows]
    found = []
    for channel, score, why in ranked:
        opening = Opening() if moment is None else opening_of(channel, at=moment, calendar=calendar)
        if open_at is None or opening.open:
            found.append(Found(channel, score, tuple((zh, en) for zh, en in why), opening))
    return found


def opening_of(channel: Channel, *, at: datetime, calendar: Calendar) -> Opening:
    """Whether an entry is open at a moment, until when, and when it opens next."""
    return opening_at(channel.hours, at=at, calendar=calendar)


def hours_of(channel: Channel, *, calendar: Calendar) -> BusinessHours | None:
    """The hours of an entry as the calculators take them; None where they are not known."""
    return hours_from(channel.hours, calendar)


def debt_routes(city: City) -> list[DebtRoute]:
    """Who owes the money → where to go; entries that were retired since are left out."""
    routes = city.channels.get("debt_routes") or []
    by_code = {channel.code: channel for channel in every_channel()} if routes else {}
    return [
        DebtRoute(
            code=str(row["code"]),
            debtor=row["debtor"],
            examples=row.get("examples") or {},
            note=row.get("note") or {},
            channels=[by_code[code] for code in row["channels"] if code in by_code],
        )
        for row in routes
    ]


def channels_for_exclusion(city: City, exclusion_code: str) -> list[Channel]:
    """Where an appeal that is not taken in belongs instead, in the order of the pack's scope."""
    exclusion = city.scope.get(exclusion_code)
    if exclusion is None or not exclusion.channels:
        return []
    by_code = {c.code: c for c in channels_at_all().filter(code__in=exclusion.channels)}
    return [by_code[code] for code in exclusion.channels if code in by_code]


def zone_names(city: City) -> dict[str, list[str]]:
    """Code of a district → its Chinese and English name, then the short ones that people use."""
    names: dict[str, list[str]] = {}
    for row in city.zones:
        zh, en = row["name"]["zh"], row["name"]["en"]
        short = zh.removesuffix("特别合作区").removesuffix("新区").removesuffix("区")
        brief = en.removesuffix(" Special Cooperation Zone").removesuffix(" New District")
        brief = brief.removesuffix(" New Area").removesuffix(" District")
        names[str(row["code"])] = list(dict.fromkeys((zh, en, short, brief)))
    return names


def parents_of_units() -> dict[int, int | None]:
    """Every unit's parent, in one query."""
    return dict(Unit.objects.values_list("pk", "parent_id"))


def city_desk() -> int | None:
    """The unit that takes in the city's appeals, which may mend any entry; None without one."""
    code = str(current_city().appeals.get("intake_unit") or "")
    desk = Unit.objects.filter(organisation__kind="unit", organisation__code=code)
    return desk.values_list("pk", flat=True).first()


def keepers_of(
    unit_id: int,
    parents: Mapping[int, int | None] | None = None,
    desk: int | None = None,
) -> frozenset[int]:
    """The units whose officers may mend an entry of this owner: it, those above it, the city's
    desk."""
    tree = parents_of_units() if parents is None else parents
    keepers: list[int] = []
    above: int | None = unit_id
    while above is not None and above not in keepers:
        keepers.append(above)
        above = tree.get(above)
    desk = city_desk() if parents is None else desk
    return frozenset(keepers) | ({desk} if desk else frozenset())


def may_keep(actor: Actor, channel: Channel) -> bool:
    """Whether this officer may edit the entry and settle reports on it."""
    return may_keep_channels(actor) and may_keep_channel(actor, keepers_of(channel.unit_id))


def channels_kept_by(actor: Actor, *, with_retired: bool = False) -> QuerySet[Channel]:
    """The entries that this officer may edit, in the order of the pack."""
    channels = channels_at_all(with_retired=with_retired)
    if not may_keep_channels(actor):
        return channels.none()
    parents, desk = parents_of_units(), city_desk()
    kept = [unit for unit in parents if actor.organisation_id in keepers_of(unit, parents, desk)]
    return channels.filter(unit_id__in=kept)


def reports_waiting(actor: Actor) -> QuerySet[ChannelReport]:
    """Open reports on entries that this officer may edit, the oldest first."""
    kept = channels_kept_by(actor, with_retired=True)
    waiting = ChannelReport.objects.filter(state="open", channel__in=kept.order_by().values("pk"))
    return waiting.select_related("channel__unit__organisation").order_by("reported_at", "pk")


def reports_of(actor: Actor, channel: Channel) -> QuerySet[ChannelReport]:
    """Every report on an entry, the newest first, for those who may edit it."""
    reports = ChannelReport.objects.select_related("channel", "reported_by", "settled_by")
    mine = reports.filter(channel=channel).order_by("-reported_at", "-pk")
    return mine if may_keep(actor, channel) else mine.none()


def not_checked_since(actor: Actor, *, before: datetime, days: int) -> QuerySet[Channel]:
    """Entries of this officer that nobody has looked at for so many days, the oldest first."""
    stale = channels_kept_by(actor).filter(checked_on__lt=(before - timedelta(days=days)).date())
    return stale.order_by("checked_on", "position", "code")


def rows_as_they_stand(channels: Sequence[Channel] | None = None) -> list[dict[str, Any]]:
    """The entries as rows of channels.yaml, days as ISO text: what an export writes."""
    return [dict(c.document) for c in (every_channel() if channels is None else channels)]
