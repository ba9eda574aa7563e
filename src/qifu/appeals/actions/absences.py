"""Who is away, and until when: cases are not given to them meanwhile."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qifu.accounts.models import User
from qifu.appeals.actions.telling import people_of
from qifu.appeals.models import Absence
from qifu.appeals.permissions import may_keep_absences
from qifu.base import journal
from qifu.base.errors import BadInput, NotAllowed
from qifu.organisations.permissions import Actor

LONGEST = timedelta(days=366)
LONGEST_NOTE = 100


@transaction.atomic
def record_absence(
    *,
    actor: Actor,
    now: datetime,
    user: User,
    first_day: date,
    last_day: date,
    note: str = "",
) -> Absence:
    """A colleague of one's own unit, or oneself, is away from the first to the last day, both in.

    BadInput at user, first_day, last_day, note.
    """
    unit_id = actor.organisation_id
    if not may_keep_absences(actor) or unit_id is None:
        raise NotAllowed(_("您的岗位不能登记不在岗。"))
    today = timezone.localdate(now)
    wrong: dict[str, object] = {}
    if user.pk not in people_of(unit_id, "appeals.handle"):
        wrong["user"] = _("请选本单位办理诉求的同事。")
    if last_day < first_day:
        wrong["last_day"] = _("最后一天不能早于第一天。")
    elif last_day < today:
        wrong["last_day"] = _("最后一天不能在今天之前。")
    elif last_day - first_day > LONGEST:
        wrong["last_day"] = _("一次最长登记一年。")
    if len(note) > LONGEST_NOTE:
        wrong["note"] = _("最多 %(most)s 个字。") % {"most": LONGEST_NOTE}
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    # two colleagues who record the same days at once wait for each other
    User.objects.filter(pk=user.pk).update(display_name=F("display_name"))
    there = Absence.objects.filter(
        user=user, unit_id=unit_id, first_day__lte=last_day, last_day__gte=first_day
    ).first()
    if there is not None:
        raise BadInput(
            _("%(first)s 到 %(last)s 已经登记过。")
            % {"first": there.first_day.isoformat(), "last": there.last_day.isoformat()},
            field="first_day",
        )
    absence = Absence.objects.create(
        user=user, unit_id=unit_id, first_day=first_day, last_day=last_day, note=note.strip(),
        recorded_by=actor.user, recorded_at=now,
    )  # fmt: skip
    journal.record(absence, "record_absence", actor_id=actor.user_id, acting_for=unit_id, now=now)
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, actor: Actor, now: datetime) -> None:
    """The colleague is back today; what had not begun by then falls away."""
    if not may_keep_absences(actor) or absence.unit_id != actor.organisation_id:
        raise NotAllowed(_("您的岗位不能登记不在岗。"))
    today = timezone.localdate(now)
    journal.record(
        absence, "end_absence", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now
    )
    if absence.first_day >= today:
        absence.delete()
        return
    last = min(absence.last_day, today - timedelta(days=1))
    Absence.objects.filter(pk=absence.pk).update(last_day=last)
    absence.last_day = last
