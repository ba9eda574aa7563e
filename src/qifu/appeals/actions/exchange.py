"""Orders of an outside hotline come in: each becomes one case, and what changes later follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction

from qifu.appeals.actions.exchange_fields import (
    applies_by_itself,
    apply_fields,
    field_words,
    ours_of,
    record_line,
    supplement,
)
from qifu.appeals.actions.guards import held, unit_by_code
from qifu.appeals.actions.order_rows import (
    BadRow,
    in_both,
    read_firm,
    read_kind,
    read_matter,
    read_time,
)
from qifu.appeals.actions.statuses import exchange_city
from qifu.appeals.actions.submit import submit_appeal
from qifu.appeals.actions.telling import tell_unit
from qifu.appeals.logic.exchange import PERSONAL, digest, news, tail
from qifu.appeals.models import Appeal, ExchangeConflict, ExchangeOrder
from qifu.appeals.selectors.exchange import partner_name
from qifu.appeals.states import FORGOTTEN
from qifu.base.city import City
from qifu.base.errors import Refused
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor

LONGEST_SUPPLEMENT = 5_000
MOST_SUPPLEMENTS = 50  # digests kept of one order, the last ones
# what is cut to fit its column, as the import does
CUTS = {"title": 120, "contact": 60, "phone": 24}


@dataclass(frozen=True)
class Outcome:
    """What became of one row: made, same, changed, conflict or refused.

    `number` is the case's; `fields` those that changed or contradict; a refused row says why in
    both languages and at which field.
    """

    external_id: str
    outcome: str
    number: str = ""
    appeal_id: int | None = None
    fields: tuple[str, ...] = ()
    field: str = ""
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Order:
    """One row, read: its fields as they are compared, and what they mean here."""

    external_id: str
    content: dict[str, str]
    at: datetime
    enterprise: Enterprise | None
    requester: str
    supplement: str
    updated: datetime | None


def receive_orders(
    partner: str, rows: Iterable[Mapping[str, str]], *, actor: Actor, now: datetime
) -> list[Outcome]:
    """Take orders in, each in a transaction of its own; an outcome for every row, in their order.

    A row has external_id, text and time, and may have firm, contact, phone, title, kind, matter,
    region, supplement, updated. The same again changes nothing. NotAllowed; BadInput at partner.
    """
    city = exchange_city(actor, partner)
    return [_received(partner, row, city, actor=actor, now=now) for row in rows]


def _received(
    partner: str, row: Mapping[str, str], city: City, *, actor: Actor, now: datetime
) -> Outcome:
    external_id = (row.get("external_id") or "").strip()
    try:
        order = read_order(row, city, now=now)
        try:
            return _once(partner, order, city, actor=actor, now=now)
        except IntegrityError:
            # another door took the same order in meanwhile: now it is there
            return _once(partner, order, city, actor=actor, now=now)
    except BadRow as error:
        return Outcome(
            external_id[:64], "refused", field=error.field, zh=error.zh, en=error.en
        )  # fmt: skip
    except Refused as error:
        zh, en = in_both(error)
        field = next(iter(getattr(error, "fields", {})), error.field)
        return Outcome(external_id, "refused", field=field, zh=zh, en=en)


def read_order(row: Mapping[str, str], city: City, *, now: datetime) -> Order:
    """A row as we understand it; BadRow for one that cannot be taken."""
    given = {name: str(value or "").replace("\x00", "").strip() for name, value in row.items()}
    external_id = given.get("external_id", "")
    if not external_id or len(external_id) > 64:
        raise BadRow(
            "没有外部编号，或超过 64 个字", "no external id, or longer than 64", "external_id"
        )
    if len(given.get("supplement", "")) > LONGEST_SUPPLEMENT:
        most = f"{LONGEST_SUPPLEMENT:,}"
        raise BadRow(
            f"补充内容最多 {most} 个字", f"a supplement has at most {most} characters", "supplement"
        )
    at = read_time(given.get("time", ""), now=now)
    updated = given.get("updated", "")
    enterprise, requester = read_firm(given.get("firm", ""))
    region = given.get("region", "")
    tree = city.catalogue.trees.get("region")
    if region and (tree is None or not tree.has(region)):
        raise BadRow(f"没有「{region[:20]}」这个区划", f"no region {region[:20]!r}", "region")
    content = {
        "firm": enterprise.uscc if enterprise else requester,
        "text": given.get("text", ""),
        "time": at.astimezone(UTC).isoformat(),
        "kind": read_kind(given["kind"]) if given.get("kind") else "",
        "matter": read_matter(given.get("matter", ""), city),
        "region": region,
        **{name: given.get(name, "")[:most] for name, most in CUTS.items()},
    }
    return Order(
        external_id, content, at, enterprise, requester, given.get("supplement", ""),
        read_time(updated, now=now, field="updated") if updated else None,
    )  # fmt: skip


@transaction.atomic
def _once(partner: str, order: Order, city: City, *, actor: Actor, now: datetime) -> Outcome:
    there = ExchangeOrder.objects.filter(partner=partner, external_id=order.external_id).first()
    if there is None:
        known = Appeal.objects.filter(channel=partner, external_id=order.external_id).first()
        if known is None:
            return _made(partner, order, city, actor=actor, now=now)
        # it came by another door, an import: what it says is what we have
        held(known)
        ours = ours_of(known)
        there = ExchangeOrder.objects.create(
            partner=partner, external_id=order.external_id, appeal=known, content=ours, ours=ours,
            received_at=now, changed_at=now,
        )  # fmt: skip
    appeal = held(Appeal.objects.get(pk=there.appeal_id))
    there.refresh_from_db()
    return _again(there, appeal, order, city, actor=actor, now=now)


def _made(partner: str, order: Order, city: City, *, actor: Actor, now: datetime) -> Outcome:
    content, firm = order.content, order.enterprise
    appeal = submit_appeal(
        None,
        actor=_as_desk(actor),
        now=now,
        kind=content["kind"] or read_kind(""),
        matter=content["matter"],
        region=content["region"] or (firm.region if firm else ""),
        title=content["title"],
        text=content["text"],
        points=(),
        contact_name=content["contact"],
        contact_phone=content["phone"],
        enterprise=firm,
        requester=order.requester or ("" if firm else content["contact"]),
        channel=partner,
        external_id=order.external_id,
        submitted_at=order.at,
    )
    added = [digest(order.supplement)] if order.supplement else []
    ExchangeOrder.objects.create(
        partner=partner, external_id=order.external_id, appeal=appeal, content=content,
        ours=ours_of(appeal), supplements=added, updated=order.updated, received_at=now,
        changed_at=now,
    )  # fmt: skip
    if order.supplement:
        supplement(appeal, order.supplement, actor=actor, now=now)
    return Outcome(order.external_id, "made", appeal.number, appeal.pk)


def _as_desk(actor: Actor) -> Actor:
    """Whoever runs the exchange takes orders in for the desk, and only here."""
    return replace(actor, may_codes=actor.may_codes | {"appeals.intake"})


def _again(
    there: ExchangeOrder, appeal: Appeal, order: Order, city: City, *, actor: Actor, now: datetime
) -> Outcome:
    same = Outcome(order.external_id, "same", appeal.number, appeal.pk)
    if order.updated and there.updated and order.updated < there.updated:
        return same  # older than what came before
    new = news(order.content, there.content)
    if there.content.get("contact") == FORGOTTEN:
        # who asked was forgotten here: it must not come back by this door
        new = {name: value for name, value in new.items() if name not in PERSONAL}
    before, said = ours_of(appeal), [order.supplement]
    by_itself = {
        name: value
        for name, value in new.items()
        if before[name] != value
        and applies_by_itself(name, appeal)
        and before[name] == there.ours.get(name, "")
    }
    rest = {name: value for name, value in new.items() if name not in by_itself}
    if "text" in rest and (more := tail(rest["text"], there.content.get("text", ""))):
        # the story goes on: that is no contradiction
        del rest["text"]
        said.append(more)
    against = {name: value for name, value in rest.items() if before[name] != value}
    _come_round(there, {name: value for name, value in rest.items() if name not in against}, now)
    # both what was sent as a supplement and what the text goes on with, each once
    parts = {digest(part): part for part in said if part and digest(part) not in there.supplements}
    added = "\n".join(parts.values())
    if by_itself:
        apply_fields(appeal, by_itself, actor=actor, now=now, step="exchange_update")
        appeal.refresh_from_db()
    if added and not supplement(appeal, added, actor=_as_desk(actor), now=now):
        against["supplement"] = added
    if against:
        _contradicted(there, appeal, against, actor=actor, now=now, city=city)
    if not new and not added:
        return same
    after = ours_of(appeal)
    ExchangeOrder.objects.filter(pk=there.pk).update(
        content={**there.content, **new},
        ours={**there.ours, **{name: after[name] for name in by_itself}},
        supplements=[*there.supplements, *parts][-MOST_SUPPLEMENTS:],
        updated=order.updated or there.updated,
        changed_at=now,
    )
    fields = tuple(against or {**by_itself, **({"supplement": added} if added else {})})
    if not fields:
        return same  # they came round to what we have
    return replace(same, outcome="conflict" if against else "changed", fields=fields)


def _come_round(there: ExchangeOrder, agreed: Mapping[str, str], now: datetime) -> None:
    """What the partner says now is what we have: nobody has to decide any more."""
    ExchangeConflict.objects.filter(
        order=there, field__in=sorted(agreed), state=ExchangeConflict.State.OPEN
    ).update(state=ExchangeConflict.State.GONE, settled_at=now)


def _contradicted(
    there: ExchangeOrder,
    appeal: Appeal,
    against: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    city: City,
) -> None:
    """Keep both for a person: one open conflict a field, with the last that came."""
    before = {**ours_of(appeal), "supplement": ""}
    for name, theirs in against.items():
        both: dict[str, Any] = {"theirs": theirs, "ours": before[name], "found_at": now}
        row = ExchangeConflict.objects.filter(order=there, field=name, state="open")
        if name == "supplement" and (waiting := row.first()) is not None:
            # a supplement adds to the one that waits; it does not take its place
            both["theirs"] = f"{waiting.theirs}\n{theirs}"
        if not row.update(**both):
            ExchangeConflict.objects.create(order=there, field=name, **both)
    fields = field_words(against)
    record_line(appeal, "exchange_conflict", actor=actor, now=now, note=fields["zh"])
    tell_unit(
        appeal, unit_by_code(city.appeals.get("intake_unit"), now=now).pk, "exchange.run",
        "exchange_conflict", partner=partner_name(city, there.partner), fields=fields, now=now,
        link=f"/desk/exchange/{there.pk}/",
    )  # fmt: skip
