"""What several steps need: a case ready for a step, desks of the city, who is told."""

from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qifu.appeals.actions.guards import dissolved
from qifu.appeals.actions.telling import people_of, tell_unit
from qifu.appeals.models import Absence, Appeal, Dispatch, Extension, Objection
from qifu.appeals.states import BEFORE_REPLY, State
from qifu.base.city import current_city
from qifu.base.errors import BadInput
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor

LONGEST_REASON = 2_000
CLOCK_WORDS = {
    "contact": pgettext_lazy("时限", "联系企业"),
    "acknowledge": pgettext_lazy("时限", "签收"),
    "reply": pgettext_lazy("时限", "答复"),
    "callback": pgettext_lazy("时限", "回访"),
}
LEVEL_WORDS = {
    5: _("非常满意"), 4: _("满意"), 3: _("基本满意"), 2: _("不满意"), 1: _("非常不满意"),
}  # fmt: skip


def both(words: str | Promise) -> dict[str, str]:
    """A text of the software in both languages, as notices take it."""
    found = {}
    for key, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            found[key] = str(words)
    return found


def whole(value: object, field: str, *, most: int, least: int = 1) -> int:
    """A whole number within its bounds; BadInput at the field."""
    if type(value) is not int or not least <= value <= most:
        raise BadInput(
            _("请填 %(least)s 到 %(most)s 的整数。") % {"least": least, "most": most}, field=field
        )
    return value


def one_of(value: str, known: tuple[str, ...], field: str) -> str:
    """A code of a closed list; BadInput at the field."""
    if value not in known:
        raise BadInput(_("请从列表里选择。"), field=field)
    return value


def desk_of(name: str, appeal: Appeal, *, now: datetime) -> Unit | None:
    """The unit at work behind `callback_unit`, `coordinator_unit` or `intake_unit` of the pack.

    A city without one leaves its work to the desk that took the case in.
    """
    code = str(current_city().appeals.get(name) or "")
    unit = (
        Unit.objects.select_related("organisation")
        .filter(organisation__kind="unit", organisation__code=code)
        .first()
    )
    return appeal.intake_unit if unit is None or dissolved(unit, now=now) else unit


def live_dispatch(appeal: Appeal) -> Dispatch | None:
    """The dispatch under which a unit has the case now."""
    return Dispatch.objects.filter(appeal=appeal, role="lead", ended_at=None).first()


def end_dispatch(appeal: Appeal, how: str, *, now: datetime) -> None:
    """The unit no longer has the case; `how` is said in a word."""
    Dispatch.objects.filter(appeal=appeal, ended_at=None).update(ended_at=now, ended=how)


def dispatch_again(appeal: Appeal, *, actor: Actor, now: datetime) -> None:
    """The same lead has the case once more, on the hop it was; call it after `take`.

    Not where the intake desk itself had answered: there a dispatch may still come.
    """
    if appeal.at_once or appeal.lead_id is None:
        return
    last = Dispatch.objects.filter(appeal=appeal, role="lead").order_by("-pk").first()
    Dispatch.objects.create(
        appeal=appeal, unit_id=appeal.lead_id, hop=max(appeal.hop, 1), parent=last,
        city_load=last.city_load if last else None, dispatched_by=actor.user, dispatched_at=now,
    )  # fmt: skip


def hop_again(appeal: Appeal) -> int:
    """The hop on which a case goes on: one that followed a master was never dispatched itself."""
    return appeal.hop if appeal.at_once else max(appeal.hop, 1)


def followers_go_along(appeal: Appeal) -> None:
    """Whoever has a case now has those merged into it."""
    Appeal.objects.filter(
        merged_into=appeal, state__in=[str(state.value) for state in BEFORE_REPLY]
    ).update(holder=appeal.holder)


def drop_open_questions(appeal: Appeal, *, now: datetime) -> None:
    """What waited for a decision on the handling has nobody left to decide it for.

    It keeps the day and has no outcome.
    """
    Extension.objects.filter(appeal=appeal, decided_at=None).update(decided_at=now)
    Objection.objects.filter(appeal=appeal, decided_at=None).update(decided_at=now)


def holder_permission(appeal: Appeal) -> str:
    """The permission of those at the holder who have to act in the present state.

    A case that follows a master is with whoever has the master.
    """
    if appeal.merged_into is not None and appeal.state in BEFORE_REPLY:
        return holder_permission(appeal.merged_into)
    if appeal.state == State.CALLBACK_DUE:
        return "appeals.callback"
    if appeal.state == State.OBJECTED and appeal.objections > 1:
        return "appeals.coordinate"
    with_unit = {State.DISPATCHED, State.HANDLING, State.REVIEW, State.REPLIED, State.REHANDLING}
    own = appeal.lead_id == appeal.intake_unit_id and appeal.hop == 0
    return "appeals.handle" if appeal.state in with_unit and not own else "appeals.intake"


def tell_holder(appeal: Appeal, template: str, *, now: datetime, **values: Any) -> None:
    """A message to whoever has to act: the person who handles the case and is there today, else
    their unit."""
    permission = holder_permission(appeal)
    only = []
    if permission == "appeals.handle" and not _nobody_there(appeal, now=now):
        only = [pk for pk in people_of(appeal.holder_id, permission) if pk == appeal.handler_id]
    tell_unit(appeal, appeal.holder_id, permission, template, only=only, now=now, **values)


def _nobody_there(appeal: Appeal, *, now: datetime) -> bool:
    """Whether no colleague has the case, or one who is away today."""
    today = timezone.localdate(now)
    away = Absence.objects.filter(
        user=appeal.handler_id, unit=appeal.holder_id, first_day__lte=today, last_day__gte=today
    )
    return appeal.handler_id is None or away.exists()


def tell_coordinators(appeal: Appeal, template: str, *, now: datetime, **values: Any) -> None:
    """A message to those who coordinate."""
    desk = desk_of("coordinator_unit", appeal, now=now)
    tell_unit(appeal, desk.pk if desk else None, "appeals.coordinate", template, now=now, **values)


def name_of(actor: Actor) -> str:
    """Who acts, as others read it."""
    return actor.user.display_name if actor.user else ""
