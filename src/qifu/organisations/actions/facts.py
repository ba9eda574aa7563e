"""What a firm says of itself, and the cached view of its facts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.base import journal, outbox
from qifu.base.city import City, current_city
from qifu.base.errors import BadInput, Conflict, NotAllowed
from qifu.organisations.logic.ranking import standing
from qifu.organisations.logic.values import BadValue, parse_value
from qifu.organisations.models import Enterprise, Fact
from qifu.organisations.permissions import Actor, may_declare
from qifu.rulebook.catalogue import Attribute

SELF = "self"
# attributes that lists and searches need as columns of their own
COLUMNS = {"region": "", "industry": "", "legal_form": "", "status": "", "founded": None}


def known_attribute(city: City, name: str, period: str) -> Attribute:
    """The attribute, if the catalogue has it and the period fits; else BadInput."""
    attribute = city.catalogue.get(name)
    if attribute is None:
        raise BadInput(_("没有这一项资料。"), field="attribute")
    if attribute.period != bool(period):
        raise BadInput(
            _("请选择年度。") if attribute.period else _("这一项不分年度。"), field="period"
        )
    if period and not (period.isdigit() and len(period) == 4):
        raise BadInput(_("年度是四位数字，例如 2025"), field="period")
    return attribute


def append_fact(
    enterprise: Enterprise,
    *,
    attribute: Attribute,
    period: str,
    source: str,
    value: Any,
    as_of: date,
    actor_id: int | None,
    now: datetime,
) -> Fact:
    """Write one statement and bring the cached row up to date. Called inside a transaction.

    The UPDATE comes first: it makes two writers of one firm's facts wait for each other on
    either database.
    """
    Enterprise.objects.filter(pk=enterprise.pk).update(facts_version=F("facts_version") + 1)
    fact = Fact.objects.create(
        enterprise=enterprise,
        attribute=attribute.name,
        period=period,
        source=source,
        value=value,
        as_of=as_of,
        recorded_at=now,
        recorded_by=actor_id,
    )
    enterprise.refresh_from_db()
    rows = Fact.objects.filter(enterprise=enterprise, attribute=attribute.name, period=period)
    best = standing(rows, attribute, current_city().catalogue)
    if best:
        enterprise.facts[fact.key] = best[0].value
    else:
        enterprise.facts.pop(fact.key, None)
    fields = ["facts"]
    if attribute.name in COLUMNS:
        value = best[0].value if best else COLUMNS[attribute.name]
        if attribute.name == "founded" and value:
            value = date.fromisoformat(value)
        setattr(enterprise, attribute.name, value)
        fields.append(attribute.name)
    enterprise.save(update_fields=fields)
    outbox.request(
        "policies.refresh_match",
        f"{enterprise.pk}:{enterprise.facts_version}",
        {"enterprise": enterprise.pk},
        now=now,
    )
    return fact


def newest_of(enterprise: Enterprise, attribute: str, period: str, source: str) -> Fact | None:
    """The newest statement of one source, taken back or not."""
    return (
        Fact.objects.filter(
            enterprise=enterprise, attribute=attribute, period=period, source=source
        )
        .order_by("-pk")
        .first()
    )


@transaction.atomic
def declare_fact(
    enterprise: Enterprise,
    *,
    actor: Actor,
    attribute: str,
    period: str = "",
    text: str | Sequence[str],
    as_of: date,
    now: datetime,
    expected: int | None = None,
) -> Fact:
    """The firm states a fact. What a better-ranked source says goes on counting.

    `expected` is the number of the firm's own statement that the form showed (0 for none): if
    a colleague has written another meanwhile, Conflict, and nothing is overwritten.
    """
    if not may_declare(actor, enterprise):
        raise NotAllowed(_("您在这家企业的角色不能填写资料。"))
    city = current_city()
    found = known_attribute(city, attribute, period)
    if not found.askable:
        raise BadInput(
            _("这一项由系统推算或部门提供，不能直接填写；有误时请提出异议。"), field="value"
        )
    if as_of > localdate(now):
        raise BadInput(_("日期不能在今天之后。"), field="as_of")
    try:
        value = parse_value(found, text, city.catalogue, today=localdate(now))
    except BadValue as error:
        raise BadInput(str(error), field="value") from None
    # lock first, then look: the same order for everybody
    Enterprise.objects.filter(pk=enterprise.pk).update(facts_version=F("facts_version"))
    last = newest_of(enterprise, attribute, period, SELF)
    if expected is not None and (last.pk if last else 0) != expected:
        raise Conflict(
            _("同事刚刚改过这一项。请核对现在的值，再决定是否保存您的填写。"), field="value"
        )
    fact = append_fact(
        enterprise,
        attribute=found,
        period=period,
        source=SELF,
        value=value,
        as_of=as_of,
        actor_id=actor.user_id,
        now=now,
    )
    journal.record(
        enterprise, "declare_fact", actor_id=actor.user_id, acting_for=enterprise.pk, now=now,
        note=fact.key,
    )  # fmt: skip
    return fact


@transaction.atomic
def retract_fact(
    enterprise: Enterprise, *, actor: Actor, attribute: str, period: str = "", now: datetime
) -> None:
    """The firm takes back what it said; other sources count again. Nothing said: nothing done."""
    if not may_declare(actor, enterprise):
        raise NotAllowed(_("您在这家企业的角色不能填写资料。"))
    found = known_attribute(current_city(), attribute, period)
    last = newest_of(enterprise, attribute, period, SELF)
    if last is None or last.value is None:
        return
    fact = append_fact(
        enterprise,
        attribute=found,
        period=period,
        source=SELF,
        value=None,
        as_of=localdate(now),
        actor_id=actor.user_id,
        now=now,
    )
    journal.record(
        enterprise, "retract_fact", actor_id=actor.user_id, acting_for=enterprise.pk, now=now,
        note=fact.key,
    )  # fmt: skip
