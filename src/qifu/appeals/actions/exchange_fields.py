"""What an order changes of a case: which fields may follow, how they are written, who decides."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.clocks import change_limit, refresh_due
from qifu.appeals.actions.common import both, tell_holder
from qifu.appeals.actions.core import said, set_fields
from qifu.appeals.actions.guards import held
from qifu.appeals.actions.inputs import Fields, made_title, set_points
from qifu.appeals.actions.intake import PROMISED, supply_facts
from qifu.appeals.actions.searching import index_cases
from qifu.appeals.actions.statuses import exchange_city, note_status
from qifu.appeals.actions.submit import remember_text, rule_set_for
from qifu.appeals.actions.telling import day_words, tell_firm, unit_words
from qifu.appeals.logic.exchange import BEFORE_INTAKE, NEVER, WHILE_OPEN
from qifu.appeals.models import Appeal, ExchangeConflict, ExchangeOrder, ScopeDecision
from qifu.appeals.selectors.clocks import city_for
from qifu.appeals.selectors.exchange import ours_of, partner_name
from qifu.appeals.states import OPEN, State
from qifu.base import journal
from qifu.base.city import current_city
from qifu.base.errors import BadInput, WrongState
from qifu.base.models import JournalLine
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors.command_line import firm_by_code
from qifu.textmine import normal

__all__ = ["apply_fields", "field_words", "ours_of", "settle_conflict", "supplement"]
LONGEST_REASON = 2_000
FIELD_WORDS: Final[Mapping[str, str | Promise]] = {
    "firm": _("企业"),
    "contact": _("联系人"),
    "phone": _("联系电话"),
    "title": _("标题"),
    "text": _("诉求内容"),
    "time": _("提交时间"),
    "kind": _("类型"),
    "matter": _("事项"),
    "region": _("区域"),
    "supplement": _("补充内容"),
}


def field_words(names: Iterable[str]) -> dict[str, str]:
    """The names of fields in both languages, as notices take them."""
    words = [both(FIELD_WORDS[name]) for name in names]
    return {
        "zh": "、".join(one["zh"] for one in words),
        "en": ", ".join(one["en"] for one in words),
    }


def undecided(appeal: Appeal) -> bool:
    """Nobody has decided anything about the case: it waits for the desk for the first time."""
    return (
        appeal.state == State.SUBMITTED
        and not appeal.contested
        and appeal.merged_into_id is None
        and not ScopeDecision.objects.filter(appeal=appeal).exists()
    )


def applies_by_itself(name: str, appeal: Appeal) -> bool:
    """Whether a field follows the partner without a person."""
    if name in WHILE_OPEN:
        return appeal.state in OPEN
    return name in BEFORE_INTAKE and undecided(appeal)


def takeable(name: str, appeal: Appeal) -> bool:
    """Whether a person may let theirs hold: what the case's state still allows."""
    if name in NEVER:
        return False
    if name == "supplement":
        return True
    if name in WHILE_OPEN:
        return appeal.state in OPEN
    return appeal.state == State.SUBMITTED and appeal.merged_into_id is None


def record_line(
    appeal: Appeal, step: str, *, actor: Actor, now: datetime, note: str = ""
) -> JournalLine:
    """A journal line of the exchange: the state stays."""
    return journal.record(
        appeal, step, actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        from_state=appeal.state, to_state=appeal.state, note=note,
    )  # fmt: skip


def apply_fields(
    appeal: Appeal, fields: Mapping[str, str], *, actor: Actor, now: datetime, step: str
) -> None:
    """Write what the partner says into a case that is held, and keep in the journal what was.

    Clocks follow a new kind or matter. BadInput where the city does not take a value.
    """
    city = current_city()
    form = Fields(city)
    changes: dict[str, Any] = {}
    if "text" in fields:
        changes["text"] = form.text(fields["text"])
        changes["text_digest"] = normal.digest(changes["text"])
        if appeal.title == made_title(appeal.text) and "title" not in fields:
            changes["title"] = made_title(changes["text"])
    if "title" in fields:
        form.title(fields["title"])
        changes["title"] = form.taken["title"]
    for name, check in (("kind", form.kind), ("matter", form.matter), ("region", form.region)):
        if name in fields:
            check(fields[name])
            changes[name] = form.taken.get(name)
    if "firm" in fields:
        firm = firm_by_code(fields["firm"])
        changes |= {"enterprise": firm, "requester": "" if firm else fields["firm"]}
    changes |= {f"contact_{a}": fields[b] for a, b in _CONTACT if b in fields}
    form.stop()
    old_text, before = appeal.text, ours_of(appeal)
    if "matter" in changes:
        changes["rule_set"] = rule_set_for(city_for(appeal), changes["matter"])
    set_fields(appeal, changed_at=now, **changes)
    if "text" in changes:
        points = list(appeal.points.all())
        if [point.text for point in points] == [old_text]:
            set_points(appeal, [changes["text"]])
        remember_text(appeal)
    if {"text", "title", "firm"} & set(fields):
        index_cases([appeal.pk])
    # whom to call is no matter for the journal: names of fields only
    note = "\n".join(
        field_words([name])["zh"]
        + ("" if name in WHILE_OPEN else f"：{before[name]} → {fields[name]}")
        for name in fields
    )
    record_line(appeal, step, actor=actor, now=now, note=note)
    if {"matter", "kind"} & set(changes):
        for name in PROMISED:
            change_limit(appeal, name, now=now)
        refresh_due(appeal)


_CONTACT = (("name", "contact"), ("phone", "phone"))


def supplement(
    appeal: Appeal, text: str, *, actor: Actor, now: datetime, anyway: bool = False
) -> bool:
    """Add to a case what the caller said afterwards; False where it is over, and nothing is added.

    A case that waits for facts gets its answer; else it stands in the case's history and whoever
    has the case is told. `anyway` adds it to the history of a case that is over.
    """
    if appeal.state == State.NEED_INFO and appeal.merged_into_id is None:
        supply_facts(appeal, actor=actor, now=now, answer=text)
        return True
    if appeal.state not in OPEN and not anyway:
        return False
    record_line(appeal, "exchange_supplement", actor=actor, now=now, note=text)
    if appeal.state in OPEN:
        name = partner_name(current_city(), appeal.channel)
        tell_holder(appeal, "order_supplemented", partner=name, note=text[:200], now=now)
    return True


@transaction.atomic
def settle_conflict(
    conflict: ExchangeConflict, *, actor: Actor, now: datetime, take: bool, reason: str
) -> None:
    """A person decides: theirs holds (where the case's state still allows it), or ours stays.

    The partner is told when ours stays. BadInput at reason; WrongState where it was settled
    meanwhile or theirs cannot be taken any more.
    """
    order = ExchangeOrder.objects.get(pk=conflict.order_id)
    exchange_city(actor, order.partner)
    reason = said(reason, "reason", _("请写明理由。"), most=LONGEST_REASON)
    appeal = held(Appeal.objects.get(pk=order.appeal_id))
    how = ExchangeConflict.State.TAKEN if take else ExchangeConflict.State.KEPT
    theirs = ExchangeConflict.objects.values_list("theirs", flat=True).get(pk=conflict.pk)
    if take and not takeable(conflict.field, appeal):
        raise WrongState(_("诉求已经办到这一步，这一项不能再改。请维持我方内容。"))
    settled = ExchangeConflict.objects.filter(
        pk=conflict.pk, state=ExchangeConflict.State.OPEN, theirs=theirs
    )
    if theirs != conflict.theirs:
        raise WrongState(_("对方又发来了新的内容，请重新看一遍再决定。"))
    if not settled.update(state=how, reason=reason, settled_by=actor.user, settled_at=now):
        raise WrongState(_("这一处冲突已经处理过了。"))
    note = f"{field_words([conflict.field])['zh']}：{reason}"
    if not take:
        note_status(appeal, record_line(appeal, "keep_ours", actor=actor, now=now, note=note))
    elif conflict.field == "supplement":
        supplement(appeal, theirs, actor=actor, now=now, anyway=True)
    else:
        _take(appeal, order, conflict.field, theirs, actor=actor, now=now)
    if take:
        record_line(appeal, "take_theirs", actor=actor, now=now, note=note)
    conflict.refresh_from_db()


def _take(
    appeal: Appeal, order: ExchangeOrder, name: str, theirs: str, *, actor: Actor, now: datetime
) -> None:
    try:
        apply_fields(appeal, {name: theirs}, actor=actor, now=now, step="exchange_update")
    except BadInput as error:
        # their value is at fault, not what the person typed
        raise WrongState(next(iter(error.fields.values()), error.message)) from None
    appeal.refresh_from_db()
    ours = {**order.ours, name: ours_of(appeal)[name]}
    ExchangeOrder.objects.filter(pk=order.pk).update(ours=ours, changed_at=now)
    if name == "firm" and appeal.enterprise is not None:
        tell_firm(
            appeal, "appeal_received", title=appeal.title, due=day_words(appeal.due_at),
            unit=unit_words(appeal.intake_unit), now=now,
        )  # fmt: skip
