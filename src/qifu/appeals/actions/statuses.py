"""What a partner is told of its cases: written with the step, numbered after, acknowledged."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qifu.appeals.models import (
    Appeal,
    Dispatch,
    ExchangeStatus,
    InfoRequest,
    Rating,
    Reply,
    ScopeDecision,
)
from qifu.appeals.permissions import may_run_exchange
from qifu.appeals.states import STEPS, State
from qifu.base.city import City, current_city
from qifu.base.errors import BadInput, NotAllowed
from qifu.base.models import JournalLine
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor

# steps that move no state and that a partner is told of all the same
TOLD: Final = frozenset({"contact", "grant_extension", "keep_ours"})
MOST, TRIES = 500, 20
MOST_ACKNOWLEDGED: Final = 10_000


def exchange_city(actor: Actor, partner: str) -> City:
    """The city whose exchange with that partner the actor runs.

    NotAllowed for others; BadInput at partner for one that the pack does not name.
    """
    city = current_city()
    if not may_run_exchange(actor, city):
        raise NotAllowed(_("只有受理单位里负责数据交换的岗位可以做这一步。"))
    if not any(one["code"] == partner for one in city.appeals.get("exchange") or ()):
        raise BadInput(_("数据包里没有这个交换对象。"), field="partner")
    return city


def note_status(appeal: Appeal, line: JournalLine) -> None:
    """Remember a step for the partner that the case came from; nothing for any other case."""
    step = STEPS.get(line.step)
    moves = step is not None and step.to is not None
    if not appeal.external_id or not (moves or line.step in TOLD):
        return
    partners = current_city().appeals.get("exchange") or ()
    if not any(partner["code"] == appeal.channel for partner in partners):
        return
    ExchangeStatus.objects.create(
        partner=appeal.channel, appeal=appeal, line=line.pk, step=line.step,
        to_state=appeal.state, at=line.at,
    )  # fmt: skip


def number_statuses(partner: str) -> int:
    """Give the statuses that have none their numbers, in the order of the journal; how many.

    From then on what a status says does not change. Two at once: one wins, the other begins anew.
    """
    done = 0
    for _turn in range(TRIES):
        try:
            with transaction.atomic():
                part = _numbered(partner)
        except IntegrityError:
            continue
        done += part
        if part < MOST:
            break
    return done


def _numbered(partner: str) -> int:
    waiting = (
        ExchangeStatus.objects.filter(partner=partner, number=None)
        .select_related("appeal__lead__organisation", "appeal__enterprise")
        .order_by("line")[:MOST]
    )
    rows = list(waiting)
    if not rows:
        return 0
    last = ExchangeStatus.objects.filter(partner=partner).aggregate(last=Max("number"))["last"]
    for number, row in enumerate(rows, start=(last or 0) + 1):
        # only where it still has none: what was numbered has been read
        if not ExchangeStatus.objects.filter(pk=row.pk, number=None).update(
            number=number, data=status_data(row, number)
        ):
            raise IntegrityError("another numberer was faster")
    return len(rows)


def acknowledge_statuses(
    partner: str, *, actor: Actor, now: datetime, numbers: Iterable[int] = (), up_to: int = 0
) -> int:
    """The partner has these statuses, or all up to one; how many were not acknowledged before.

    Said again it changes nothing. BadInput at numbers, up_to for numbers that never went out.
    """
    exchange_city(actor, partner)
    wanted = sorted(set(numbers))[: MOST_ACKNOWLEDGED + 1]
    rows = ExchangeStatus.objects.filter(partner=partner).exclude(number=None)
    last = rows.aggregate(last=Max("number"))["last"] or 0
    for field, value in (("numbers", max(wanted, default=0)), ("up_to", up_to)):
        if value > last or (wanted and wanted[0] < 1) or len(wanted) > MOST_ACKNOWLEDGED:
            raise BadInput(
                _("编号要在 1 到 %(last)s 之间，一次最多 %(most)s 个。")
                % {"last": last, "most": f"{MOST_ACKNOWLEDGED:,}"},
                field=field,
            )
    if not wanted and not up_to:
        return 0
    chosen = rows.filter(number__in=wanted) if wanted else rows.filter(number__lte=up_to)
    return chosen.filter(acknowledged_at=None).update(acknowledged_at=now)


def status_data(row: ExchangeStatus, number: int) -> dict[str, Any]:
    """One status as the partner reads it, from the rows that the step wrote."""
    appeal = row.appeal
    step = STEPS.get(row.step)
    said: dict[str, Any] = {
        "number": number,
        "external_id": appeal.external_id,
        "case": appeal.number,
        "step": row.step,
        "words": _both(step.words) if step else {"zh": "维持原内容", "en": "kept as it was"},
        "state": row.to_state,
        "state_words": _both(State(row.to_state).label),
        "at": timezone.localtime(row.at).isoformat(),
        "due": timezone.localtime(appeal.due_at).isoformat() if appeal.due_at else None,
    }
    more = _MORE.get(row.step)
    return {**said, **(more(appeal, row.at) if more else {})}


def _both(words: str | Promise) -> dict[str, str]:
    found = {}
    for key, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            found[key] = str(words)
    return found


def _unit(unit: Unit) -> dict[str, Any]:
    organisation = unit.organisation
    name = organisation.name
    return {
        "code": organisation.code,
        "name": {"zh": name, "en": organisation.name_en or name},
    }


def _refused(appeal: Appeal, at: datetime) -> dict[str, Any]:
    found = ScopeDecision.objects.filter(appeal=appeal, decided_at=at, accepted=False).last()
    if found is None:
        return {}
    return {"exclusion": found.exclusion, "reason": found.reason, "channel": found.channel}


def _asked(appeal: Appeal, at: datetime) -> dict[str, Any]:
    found = InfoRequest.objects.filter(appeal=appeal, asked_at=at).last()
    until = {"until": timezone.localtime(found.until).isoformat()} if found else {}
    return {"question": found.question, **until} if found else {}


def _dispatched(appeal: Appeal, at: datetime) -> dict[str, Any]:
    found = (
        Dispatch.objects.filter(appeal=appeal, dispatched_at=at)
        .select_related("unit__organisation").last()
    )  # fmt: skip
    return {"unit": _unit(found.unit)} if found else {}


def _replied(appeal: Appeal, at: datetime) -> dict[str, Any]:
    found = (
        Reply.objects.filter(appeal=appeal, replied_at=at)
        .select_related("unit__organisation").last()
    )  # fmt: skip
    if found is None:
        return {}
    points = [
        {"number": answer.point.number, "text": answer.text}
        for answer in found.points.select_related("point").order_by("point__number")
    ]
    reply = {"text": found.text, "points": points, "outcome": found.outcome, "basis": found.basis}
    return {"unit": _unit(found.unit), "reply": reply}


def _rated(appeal: Appeal, at: datetime) -> dict[str, Any]:
    found = Rating.objects.filter(appeal=appeal, rated_at=at).last()
    return {"rating": {"level": found.level, "solved": found.solved}} if found else {}


def _kept(appeal: Appeal, at: datetime) -> dict[str, Any]:
    conflicts = [
        conflict
        for order in appeal.exchange_orders.all()
        for conflict in order.conflicts.filter(settled_at=at, state="kept")
    ]
    return {"kept": [{"field": one.field, "reason": one.reason} for one in conflicts]}


_MORE: Final[Mapping[str, Callable[[Appeal, datetime], dict[str, Any]]]] = {
    "reject_intake": _refused,
    "ask_for_facts": _asked,
    "dispatch": _dispatched,
    "transfer": _dispatched,
    "reply": _replied,
    "answer_at_once": _replied,
    "follow_reply": _replied,
    "rate_satisfied": _rated,
    "rate_dissatisfied": _rated,
    "keep_ours": _kept,
}
