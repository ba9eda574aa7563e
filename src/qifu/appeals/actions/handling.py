"""The unit's work on a case: acknowledge, contact, assign, object, pass on once."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qifu.accounts.models import User
from qifu.appeals.actions.clocks import cancel_clocks, live_clock, meet_clock, refresh_due
from qifu.appeals.actions.common import (
    LONGEST_REASON,
    desk_of,
    end_dispatch,
    followers_go_along,
    live_dispatch,
    name_of,
    one_of,
)
from qifu.appeals.actions.core import said, take
from qifu.appeals.actions.guards import at_work, not_returned, ready_for
from qifu.appeals.actions.intake import arrived, hand_over_clocks, start_unit_clocks
from qifu.appeals.actions.telling import people_of, tell_firm, tell_unit, unit_words
from qifu.appeals.models import Absence, Appeal, Contact, Dispatch, Objection
from qifu.appeals.selectors.clocks import limit_for
from qifu.appeals.states import MOST_HOPS, MOST_OBJECTIONS
from qifu.base.errors import BadInput, WrongState
from qifu.notices.actions import tell
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor

CONTACT_CHANNELS = ("phone", "visit", "message", "meeting")
LONGEST_PERSON = 60


@transaction.atomic
def acknowledge(appeal: Appeal, *, actor: Actor, now: datetime) -> None:
    """The unit takes the case: it is ours. Objecting is over."""
    ready_for(appeal, "acknowledge", actor=actor)
    take(appeal, "acknowledge", actor=actor, now=now, holder=appeal.lead)
    Dispatch.objects.filter(appeal=appeal, ended_at=None).update(
        acknowledged_by=actor.user, acknowledged_at=now
    )
    meet_clock(appeal, "acknowledge", now=now)
    cancel_clocks(appeal, ["objection"], now=now)
    refresh_due(appeal)


@transaction.atomic
def record_contact(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    person: str,
    channel: str,
    reached: bool,
    result: str,
) -> Contact:
    """The unit has spoken with the firm, or tried to: with whom, how, with what result.

    `channel` is phone, visit, message or meeting. Only a contact that reached somebody is what
    the contact clock waited for. BadInput at person, channel, result.
    """
    ready_for(appeal, "contact", actor=actor)
    one_of(channel, CONTACT_CHANNELS, "channel")
    person = said(person, "person", _("请写明联系了谁。"), most=LONGEST_PERSON)
    result = said(result, "result", _("请写明联系的结果。"), most=LONGEST_REASON)
    first = {"contacted_at": now} if reached and appeal.contacted_at is None else {}
    take(appeal, "contact", actor=actor, now=now, note=result, **first)
    assert appeal.lead is not None
    contact = Contact.objects.create(
        appeal=appeal, unit=appeal.lead, person=person, channel=channel, reached=reached,
        result=result, made_by=actor.user, made_at=now,
    )  # fmt: skip
    if reached:
        meet_clock(appeal, "contact", now=now)
    refresh_due(appeal)
    return contact


@transaction.atomic
def assign_case(appeal: Appeal, *, actor: Actor, now: datetime, user: User) -> None:
    """Give a case to a colleague who handles cases in the lead unit and is not away today.

    BadInput at `user`.
    """
    ready_for(appeal, "assign", actor=actor)
    if user.pk not in people_of(appeal.lead_id, "appeals.handle"):
        raise BadInput(_("请选本单位办理诉求的同事。"), field="user")
    today = timezone.localdate(now)
    away = Absence.objects.filter(
        user=user, unit_id=appeal.lead_id, first_day__lte=today, last_day__gte=today
    ).first()
    if away is not None:
        raise BadInput(
            _("%(person)s 在 %(day)s 之前不在岗，请选别的同事。")
            % {"person": user.display_name, "day": away.last_day.isoformat()},
            field="user",
        )
    take(appeal, "assign", actor=actor, now=now, note=user.display_name, handler=user)
    if user.pk != actor.user_id:
        tell(
            [user],
            "case_assigned",
            values={"number": appeal.number, "title": appeal.title, "actor": name_of(actor)},
            link=f"/desk/appeals/{appeal.pk}/",
            organisation_id=appeal.lead_id,
            now=now,
        )


@transaction.atomic
def object_to_dispatch(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    basis: str,
    suggested: Unit | None = None,
) -> Objection:
    """The unit says: not ours, for this reason, on this basis, but theirs. The reply clock runs on.

    While the objection window is open, twice at most, and never after a final decision. The first
    is decided by the intake desk, the second by a coordinator. BadInput at reason, basis,
    suggested.
    """
    ready_for(appeal, "object", actor=actor)
    if appeal.locked:
        raise WrongState(_("派单异议已经终审，不能再提。"))
    if appeal.objections >= MOST_OBJECTIONS:
        raise WrongState(_("一件诉求最多提两次派单异议。"))
    window = live_clock(appeal, "objection")
    limited = limit_for(appeal, "objection") is not None
    if (window is None and limited) or (window is not None and window.due_at < now):
        raise WrongState(_("提派单异议的期限已过，请签收办理。"))
    reason = said(reason, "reason", _("请写明为什么不归本单位。"), most=LONGEST_REASON)
    basis = said(basis, "basis", _("请写明依据，例如三定规定第几条。"), most=LONGEST_REASON)
    if suggested is not None:
        at_work(suggested, "suggested", now=now)
        if suggested.pk == appeal.lead_id:
            raise BadInput(_("建议的单位不能是本单位。"), field="suggested")
    number = appeal.objections + 1
    dispatch = live_dispatch(appeal)
    assert dispatch is not None
    final = number == MOST_OBJECTIONS
    desk = desk_of("coordinator_unit", appeal, now=now) if final else appeal.intake_unit
    take(
        appeal, "object", actor=actor, now=now, note=reason, objections=number, holder=desk
    )  # fmt: skip
    objection = Objection.objects.create(
        dispatch=dispatch, appeal=appeal, number=number, reason=reason, basis=basis,
        suggested=suggested, raised_by=actor.user, raised_at=now,
    )  # fmt: skip
    cancel_clocks(appeal, ["acknowledge", "objection"], now=now)
    refresh_due(appeal)
    followers_go_along(appeal)
    tell_unit(
        appeal, desk.pk if desk else None, "appeals.coordinate" if final else "appeals.intake",
        "objection_raised", unit=unit_words(appeal.lead), reason=reason, now=now,
    )  # fmt: skip
    return objection


@transaction.atomic
def transfer(appeal: Appeal, *, actor: Actor, now: datetime, unit: Unit, why: str = "") -> Dispatch:
    """Pass a case down, once: to a unit below one's own, or to one of a district within its region.

    The firm's dates stay; the new unit acknowledges anew. One whose objection was upheld is not
    asked again. BadInput at unit, why.
    """
    ready_for(appeal, "transfer", actor=actor)
    if appeal.hop >= MOST_HOPS:
        raise WrongState(_("已经转过一次，不能再往下转。"))
    at_work(unit, "unit", now=now)
    own = appeal.lead
    assert own is not None
    if unit.pk == own.pk:
        raise BadInput(_("请选别的单位。"), field="unit")
    if not is_below(unit, own):
        raise BadInput(_("只能转给下级单位或所辖区的单位。"), field="unit")
    not_returned(appeal, unit)
    if len(why) > LONGEST_REASON:
        raise BadInput(_("最多 %(most)s 个字。") % {"most": LONGEST_REASON}, field="why")
    before = live_dispatch(appeal)
    take(
        appeal, "transfer", actor=actor, now=now, note=why.strip(), lead=unit, holder=unit,
        handler=None, hop=F("hop") + 1, dispatched_at=now,
    )  # fmt: skip
    end_dispatch(appeal, "transferred", now=now)
    dispatch = Dispatch.objects.create(
        appeal=appeal, unit=unit, hop=appeal.hop, parent=before, why=why.strip(),
        city_load=before.city_load if before else None, dispatched_by=actor.user,
        dispatched_at=now,
    )  # fmt: skip
    hand_over_clocks(appeal, unit)
    start_unit_clocks(appeal, unit, now=now)
    refresh_due(appeal)
    followers_go_along(appeal)
    arrived(appeal, unit, now=now)
    tell_firm(appeal, "appeal_transferred", unit=unit_words(unit), now=now)
    return dispatch


def is_below(unit: Unit, own: Unit) -> bool:
    """Whether a unit stands below another in the tree of units, or in a region within its own.

    Division codes (GB/T 2260) say it themselves: 440305 lies within 440300, 440300 within 440000.
    """
    above, seen = unit.parent, set[int]()
    while above is not None and above.pk not in seen:
        if above.pk == own.pk:
            return True
        seen.add(above.pk)
        above = above.parent
    outer = own.region
    while outer.endswith("00"):
        outer = outer[:-2]
    within = bool(outer) and unit.region.startswith(outer)
    return within and unit.region != own.region and len(unit.region) >= len(own.region)
