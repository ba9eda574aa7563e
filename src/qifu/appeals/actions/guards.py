"""What is asked of a case before a step, on a row that nobody changes meanwhile."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.core import allowed
from qifu.appeals.models import Appeal
from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor


def held(appeal: Appeal) -> Appeal:
    """The same object, read anew and kept from others until the transaction ends.

    A guard that reads more than the state (was it contested before, who is merged into it) is
    only as good as the row it read. An UPDATE that changes nothing takes the row's lock on
    PostgreSQL; on SQLite the transaction is alone from its start.

    Raises WrongState for a draft that was thrown away meanwhile.
    """
    if not Appeal.objects.filter(pk=appeal.pk).update(round=F("round")):
        raise WrongState(_("这件诉求已经不在了。"))
    appeal.refresh_from_db()
    return appeal


def ready_for(appeal: Appeal, name: str, *, actor: Actor) -> Appeal:
    """The case held, and what `take` will ask of actor and state asked already.

    So that whoever may not take the step learns nothing from the guards that come between.
    Raises NotAllowed, WrongState.
    """
    held(appeal)
    step = allowed(appeal, name, actor=actor)
    if appeal.state not in step.sources:
        raise WrongState(
            _("现在的状态是「%(state)s」，不能做这一步。") % {"state": appeal.get_state_display()}
        )
    return appeal


def unit_by_code(code: Any, *, now: datetime) -> Unit:
    """A desk that the pack names; Conflict where the city has no such unit at work."""
    unit = (
        Unit.objects.select_related("organisation")
        .filter(organisation__kind="unit", organisation__code=str(code or ""))
        .first()
    )
    if unit is None or dissolved(unit, now=now):
        raise Conflict(_("还没有设置受理诉求的单位，请联系管理员。"))
    return unit


def dissolved(unit: Unit, *, now: datetime) -> bool:
    """Whether a unit is no longer there to be given anything."""
    return unit.dissolved_on is not None and unit.dissolved_on <= timezone.localdate(now)


def at_work(unit: Unit, field: str, *, now: datetime) -> Unit:
    """A unit that somebody chose; BadInput at the field where it was dissolved."""
    if dissolved(unit, now=now):
        raise BadInput(
            _("「%(unit)s」已经撤销，请选别的单位。") % {"unit": unit.organisation.name},
            field=field,
        )
    return unit


def not_returned(appeal: Appeal, unit: Unit) -> None:
    """BadInput at `unit` for one whose objection to this case was upheld: it is not theirs."""
    if appeal.dispatches.filter(unit=unit, ended="returned").exists():
        raise BadInput(_("这个单位的派单异议已经成立，请派给别的单位。"), field="unit")
