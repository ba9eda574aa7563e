"""The channel finder: by plain words, place, kind and need; what is open; who owes the money."""

from datetime import date, datetime
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.appeal_out import unit_named
from qifu.api.core import Asked, Router, creates, reads
from qifu.api.schemas import Code, In, Line, Moment, Named, Out, PathCode, Text, Words, words
from qifu.base.calendar import calendar_in_force
from qifu.base.city import City, current_city
from qifu.organisations.actions.channels import report_channel
from qifu.organisations.models import Channel
from qifu.organisations.selectors.channels import (
    Found,
    channel_by_code,
    debt_routes,
    find_channels,
    opening_of,
)
from qifu.rulebook.calendar_days import Calendar

router = Router(tags=["channels"])


class OpeningOut(Out):
    """Whether it is open at the moment that was asked for; `known` is false where hours are not."""

    known: bool
    open: bool | None
    until: datetime | None
    next_open: datetime | None
    provisional: bool = Field(description=_("放假安排还没公布，可能变"))
    always: bool


class PhoneOut(Out):
    """A number, and what it is for."""

    number: str
    purpose: Words


class LinkOut(Out):
    """An address on the web."""

    url: str
    name: Words


class ChannelOut(Out):
    """One door: what it is for, where, when, how."""

    code: str
    name: Words
    kind: Named
    zone: Named | None = Field(description=_("null 是全市"))
    purpose: Words
    needs: list[str]
    how: list[Words]
    address: Words | None
    hours_note: Words | None
    telephones: list[PhoneOut]
    links: list[LinkOut]
    unit: Named | None
    checked_on: date = Field(description=_("最近核对的日期"))
    retired: bool
    opening: OpeningOut


class FoundOut(ChannelOut):
    """A door with how well it fits, and why."""

    score: float
    why: list[Words]


class ChannelsOut(Out):
    """The doors that fit, the best first."""

    items: list[FoundOut]
    guide_date: date | None = Field(description=_("资料来源的日期"))


class DebtRouteOut(Out):
    """Who owes the money, and where to complain."""

    code: str
    debtor: Words
    examples: Words
    note: Words
    channels: list[ChannelOut]


class DebtRoutesOut(Out):
    """The ways, in the order in which they are asked."""

    items: list[DebtRouteOut]


class ChannelFilters(In):
    """What somebody looks for."""

    text: Annotated[Line, Field(description=_("要办的事，用平常的话"))] = ""
    zone: Code = Field(default="", description=_("区的代码，例如 futian"))
    kind: Code = ""
    need: Code = ""
    open_at: Moment | None = Field(default=None, description=_("只要这一刻开着的"))


class ReportIn(In):
    """What is wrong with an entry."""

    text: Annotated[Text, Field(min_length=1, max_length=1_000)]
    contact: Annotated[Line, Field(max_length=100)] = ""


class ReportOut(Out):
    """A report that waits to be looked at."""

    id: int
    state: str


def _named(rows: Any, code: str) -> Named:
    found = next((row["name"] for row in rows or () if row["code"] == code), code)
    return Named(code=code, name=words(found))


def channel_out(one: Channel, city: City, at: datetime, calendar: Calendar) -> dict[str, Any]:
    """A door as every answer tells it."""
    doc = one.document
    opening = opening_of(one, at=at, calendar=calendar)
    names = ("known", "open", "until", "next_open", "provisional", "always")
    return {
        "code": one.code,
        "name": words(doc["name"]),
        "kind": _named(city.channels.get("kinds"), one.kind),
        "zone": _named(city.zones, one.zone) if one.zone else None,
        "purpose": words(doc.get("for")),
        "needs": list(doc.get("needs") or ()),
        "how": [words(step) for step in doc.get("how") or ()],
        "address": words(doc["address"]) if doc.get("address") else None,
        "hours_note": words(doc["hours_note"]) if doc.get("hours_note") else None,
        "telephones": [
            PhoneOut(number=str(row["number"]), purpose=words(row.get("for")))
            for row in doc.get("telephones") or ()
        ],
        "links": [
            LinkOut(url=str(row["url"]), name=words(row.get("name")))
            for row in doc.get("links") or ()
        ],
        "unit": unit_named(one.unit),
        "checked_on": one.checked_on,
        "retired": one.retired_at is not None,
        "opening": OpeningOut(**{name: getattr(opening, name) for name in names}),
    }


def found_out(one: Found, city: City, at: datetime, calendar: Calendar) -> FoundOut:
    """A door that was found, with how well it fits and why."""
    return FoundOut(
        **channel_out(one.channel, city, at, calendar),
        score=round(one.score, 4),
        why=[words(pair) for pair in one.why],
    )


_CHANNEL: dict[str, Any] = {
    "code": "sz-12345", "name": {"zh": "12345 热线", "en": "12345 hotline"},
    "kind": {"code": "hotline", "name": {"zh": "热线", "en": "Hotline"}}, "zone": None,
    "purpose": {"zh": "咨询、求助、投诉", "en": "Questions, help, complaints"},
    "needs": ["help"], "how": [{"zh": "拨打 12345", "en": "Call 12345"}], "address": None,
    "hours_note": None,
    "telephones": [{"number": "12345", "purpose": {"zh": "热线", "en": "Hotline"}}], "links": [],
    "unit": {"code": "SZ-ZWSJ", "name": {"zh": "市政务和数据局", "en": "Government Services"}},
    "checked_on": "2023-12-13", "retired": False,
    "opening": {"known": True, "open": True, "until": None, "next_open": None,
                "provisional": False, "always": True},
}  # fmt: skip


@reads(
    router,
    "/channels",
    scope="channels.read",
    answer=ChannelsOut,
    summary=_("找办事渠道"),
    description=_(
        "用平常的话、区、类别、需要来找，最合适的在前；什么都不填是全部。资料有日期，以渠道自己的公告"
        "为准。"
    ),
    example={
        "items": [{**_CHANNEL, "score": 1.5, "why": [{"zh": "热线", "en": "hotline"}]}],
        "guide_date": "2023-12-13",
    },
)
def list_channels(request: Asked, asked: Query[ChannelFilters]) -> ChannelsOut:
    """The doors that fit."""
    city, calendar, now = current_city(), calendar_in_force(), timezone.now()
    found = find_channels(
        city, text=asked.text, zone=asked.zone, kind=asked.kind, need=asked.need, at=now,
        open_at=asked.open_at, calendar=calendar,
    )  # fmt: skip
    at = asked.open_at or now
    return ChannelsOut(
        items=[found_out(one, city, at, calendar) for one in found],
        guide_date=city.channels.get("guide_date"),
    )


@reads(
    router,
    "/channels/{code}",
    scope="channels.read",
    answer=ChannelOut,
    missing=True,
    summary=_("查看一个渠道"),
    description=_("地址、电话、时间、怎么用、核对日期，现在开不开。"),
    example=_CHANNEL,
)
def read_channel(request: Asked, code: PathCode) -> ChannelOut:
    """One door."""
    one = channel_by_code(code)
    return ChannelOut(
        **channel_out(one, current_city(), timezone.now(), calendar_in_force())
    )  # fmt: skip


@reads(
    router,
    "/debt-routes",
    scope="channels.read",
    answer=DebtRoutesOut,
    summary=_("被拖欠账款去哪里"),
    description=_("按欠款的是谁分几条路，依次对照。"),
    example={
        "items": [
            {
                "code": "government", "debtor": {"zh": "机关、事业单位", "en": "Public bodies"},
                "examples": {"zh": "", "en": ""}, "note": {"zh": "", "en": ""},
                "channels": [_CHANNEL],
            }
        ]
    },
)  # fmt: skip
def list_debt_routes(request: Asked) -> DebtRoutesOut:
    """Who owes the money, and where to go."""
    city, calendar, now = current_city(), calendar_in_force(), timezone.now()
    return DebtRoutesOut(
        items=[
            DebtRouteOut(
                code=one.code,
                debtor=words(one.debtor),
                examples=words(one.examples),
                note=words(one.note),
                channels=[ChannelOut(**channel_out(c, city, now, calendar)) for c in one.channels],
            )
            for one in debt_routes(city)
        ]
    )


@creates(
    router,
    "/channels/{code}/reports",
    scope="channels.read",
    answer=ReportOut,
    missing=True,
    summary=_("这里有错"),
    description=_("说明哪里不对，由负责这一条的单位核对。同样的问题只收一次。"),
    body={"text": "电话已停用", "contact": ""},
    example={"id": 3, "state": "open"},
)
def create_channel_report(request: Asked, code: PathCode, given: ReportIn) -> ReportOut:
    """Say what is wrong with an entry."""
    made = report_channel(
        channel_by_code(code), actor=request.actor, now=timezone.now(), text=given.text,
        contact=given.contact,
    )  # fmt: skip
    return ReportOut(id=made.pk, state=str(made.state))
