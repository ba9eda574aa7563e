"""Taking a step: the one way in which an appeal changes."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.events import emit_step
from qifu.appeals.actions.statuses import note_status
from qifu.appeals.models import Appeal
from qifu.appeals.permissions import FOR_MERGED, follows, may_take
from qifu.appeals.states import STEPS, TRANSITIONS, Step, Who
from qifu.base import journal
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.base.transitions import move
from qifu.organisations.permissions import NOBODY, Actor

LONGEST_TEXT = 10_000


def take(
    appeal: Appeal, name: str, *, actor: Actor, now: datetime, note: str = "", **changes: Any
) -> str:
    """Permission, transition, journal line, event: one step of the table. Gives the state before.

    Call it inside the action's transaction, before anything else is written: the UPDATE that it
    makes names the states it may start from, so of two people one wins and the other is told.
    `note` is kept in the journal, where it can be forgotten. NOBODY takes only system steps.

    Raises NotAllowed, WrongState; both change nothing.
    """
    step = allowed(appeal, name, actor=actor)
    if step.to is not None:
        before = move(appeal, name, TRANSITIONS, changed_at=now, **changes)
    else:
        before = _stay(appeal, step, now, changes)
    line = journal.record(
        appeal,
        name,
        actor_id=None if actor is NOBODY else actor.user_id,
        acting_for=actor.organisation_id,
        now=now,
        from_state=before,
        to_state=appeal.state,
        note=note,
    )
    note_status(appeal, line)
    emit_step(appeal, name, before=before, now=now)
    return before


def allowed(appeal: Appeal, name: str, *, actor: Actor) -> Step:
    """The step, where the actor's side may take it on this case, whatever its state.

    Raises NotAllowed; WrongState for a case that follows another and is not answered yet.
    """
    step = STEPS[name]
    if step.who == (Who.SYSTEM,):
        return step
    if not may_take(actor, appeal, step):
        raise NotAllowed(_("您的岗位不能对这件诉求做这一步。"))
    if follows(appeal) and name not in FOR_MERGED:
        raise WrongState(_("这件诉求已经并入另一件，随主件办理。请到主件办理，或先取消并单。"))
    return step


def _stay(appeal: Appeal, step: Step, now: datetime, changes: dict[str, Any]) -> str:
    """A step that changes no state, guarded by the same UPDATE."""
    sources = [str(source.value) for source in step.sources]
    held = Appeal.objects.filter(pk=appeal.pk, state__in=sources).update(changed_at=now, **changes)
    appeal.refresh_from_db()
    if not held:
        raise WrongState(
            _("现在的状态是「%(state)s」，不能做这一步。") % {"state": appeal.get_state_display()}
        )
    return str(appeal.state)


def set_fields(appeal: Appeal, **changes: Any) -> None:
    """Write columns that follow from a step just taken, and keep the object in line."""
    Appeal.objects.filter(pk=appeal.pk).update(**changes)
    for name, value in changes.items():
        setattr(appeal, name, value)


def said(text: str, field: str, expected: object, *, most: int = LONGEST_TEXT) -> str:
    """A text that somebody had to write; BadInput at the field where it is empty or too long."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise BadInput(expected, field=field)
    if len(text) > most:
        raise BadInput(
            _("最多 %(most)s 个字，现在是 %(found)s 个字。")
            % {"most": f"{most:,}", "found": f"{len(text):,}"},
            field=field,
        )
    return text
