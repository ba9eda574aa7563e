"""The exchange with an outside hotline, as those see it who run it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from qifu.appeals.logic.exchange import FIELDS
from qifu.appeals.models import (
    Appeal,
    ExchangeConflict,
    ExchangeFile,
    ExchangeOrder,
    ExchangeStatus,
)
from qifu.appeals.permissions import may_run_exchange
from qifu.appeals.selectors.visible import appeals_visible_to
from qifu.base.city import City, current_city
from qifu.organisations.permissions import Actor

_WAITING = ExchangeConflict.objects.filter(order=OuterRef("pk"), state="open")
_CASE = ("appeal__enterprise__organisation", "appeal__lead__organisation")


@dataclass(frozen=True)
class FieldPair:
    """One field of an order: what the partner said last, what the case says, what is open."""

    name: str
    theirs: str
    ours: str
    conflict: ExchangeConflict | None


def partners_of(city: City) -> list[Mapping[str, Any]]:
    """The partners that the pack names: {code, name: {zh, en}, files}."""
    return list(city.appeals.get("exchange") or ())


def partner_name(city: City, code: str) -> dict[str, str]:
    """A partner's name in both languages; its code where the pack no longer names it."""
    found = next((one for one in partners_of(city) if one["code"] == code), None)
    return dict(found["name"]) if found else {"zh": code, "en": code}


def ours_of(appeal: Appeal) -> dict[str, str]:
    """What a case says, under the names of an order's fields."""
    firm = appeal.enterprise.uscc if appeal.enterprise else appeal.requester
    if firm == appeal.contact_name:
        firm = ""  # no firm was named: the caller stands there
    at = appeal.submitted_at.astimezone(UTC).isoformat() if appeal.submitted_at else ""
    return {
        "firm": firm, "contact": appeal.contact_name, "phone": appeal.contact_phone,
        "title": appeal.title, "text": appeal.text, "time": at, "kind": appeal.kind,
        "matter": appeal.matter, "region": appeal.region,
    }  # fmt: skip


def orders_visible_to(
    actor: Actor, *, partner: str = "", text: str = ""
) -> QuerySet[ExchangeOrder]:
    """The orders of the exchange that the actor runs, the last changed first."""
    if not may_run_exchange(actor, current_city()):
        return ExchangeOrder.objects.none()
    rows = ExchangeOrder.objects.select_related(*_CASE).defer("appeal__text")
    rows = rows.filter(partner=partner) if partner else rows
    for word in text.replace("\x00", "").split()[:5]:
        rows = rows.filter(_says(word))
    return rows.annotate(contradicted=Exists(_WAITING)).order_by("-changed_at", "-pk")


def contradicted_orders(
    actor: Actor, *, partner: str = "", text: str = ""
) -> QuerySet[ExchangeOrder]:
    """Those in which something waits for a decision, the longest changed first."""
    found = orders_visible_to(actor, partner=partner, text=text).filter(Exists(_WAITING))
    return found.order_by("changed_at", "pk")


def order_for(actor: Actor, pk: int) -> ExchangeOrder:
    """One order; DoesNotExist where the actor does not run the exchange."""
    return orders_visible_to(actor).select_related(*_CASE).defer(None).get(pk=pk)


def conflict_for(actor: Actor, order: ExchangeOrder, pk: int) -> ExchangeConflict:
    """One conflict of an order that the actor sees; else DoesNotExist."""
    if not may_run_exchange(actor, current_city()):
        raise ExchangeConflict.DoesNotExist
    return ExchangeConflict.objects.select_related("order").get(pk=pk, order=order)


def fields_of(order: ExchangeOrder) -> list[FieldPair]:
    """Both sides, field by field; a supplement stands there only where it waits."""
    ours = ours_of(order.appeal)
    waiting = {one.field: one for one in order.conflicts.filter(state="open")}
    pairs = [
        FieldPair(name, order.content.get(name, ""), ours[name], waiting.get(name))
        for name in FIELDS
    ]
    if added := waiting.get("supplement"):
        pairs.append(FieldPair("supplement", added.theirs, "", added))
    return pairs


def settled_of(order: ExchangeOrder) -> QuerySet[ExchangeConflict]:
    """What was decided before, the newest first."""
    rows = ExchangeConflict.objects.filter(order=order).exclude(state="open")
    return rows.select_related("settled_by").order_by("-settled_at", "-pk")


def statuses_visible_to(
    actor: Actor, *, partner: str = "", text: str = "", state: str = ""
) -> QuerySet[ExchangeStatus]:
    """What partners are told, the newest first; `state` is waiting, sent or acknowledged."""
    if not may_run_exchange(actor, current_city()):
        return ExchangeStatus.objects.none()
    rows = ExchangeStatus.objects.select_related("appeal").defer("appeal__text")
    rows = rows.filter(partner=partner) if partner else rows
    rows = rows.filter(**_SENT.get(state, {}))
    for word in text.replace("\x00", "").split()[:5]:
        rows = rows.filter(Q(appeal__number=word.upper()) | Q(appeal__external_id=word))
    return rows.order_by("-line")


_SENT: Mapping[str, Mapping[str, Any]] = {
    "waiting": {"acknowledged_at": None, "sent_at": None},
    "sent": {"acknowledged_at": None, "sent_at__isnull": False},
    "acknowledged": {"acknowledged_at__isnull": False},
}


def statuses_since(
    actor: Actor, partner: str, *, after: int = 0, most: int = 100
) -> list[ExchangeStatus]:
    """The next numbered statuses of a partner after a number, in their order."""
    rows = statuses_visible_to(actor, partner=partner).filter(number__gt=after)
    return list(rows.order_by("number")[:most])


def statuses_of(order: ExchangeOrder) -> QuerySet[ExchangeStatus]:
    """What the partner was told of one case, the first one first."""
    return ExchangeStatus.objects.filter(appeal=order.appeal_id).order_by("line")


def files_visible_to(actor: Actor, *, partner: str = "") -> QuerySet[ExchangeFile]:
    """The files that were taken in, the newest first."""
    if not may_run_exchange(actor, current_city()):
        return ExchangeFile.objects.none()
    rows = ExchangeFile.objects.all()
    return (rows.filter(partner=partner) if partner else rows).order_by("-taken_at", "-pk")


def seen_appeals(actor: Actor, orders: list[ExchangeOrder]) -> set[int]:
    """Of these orders' cases those that the actor may open."""
    wanted = [order.appeal_id for order in orders]
    seen = appeals_visible_to(actor).filter(pk__in=wanted).order_by()
    return set(seen.values_list("pk", flat=True))


def _says(word: str) -> Q:
    found = Q(external_id=word) | Q(appeal__number=word.upper()) | Q(appeal__title__contains=word)
    found |= Q(appeal__enterprise__organisation__name__contains=word)
    return found | Q(appeal__requester__contains=word)
