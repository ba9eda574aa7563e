"""Forgetting who asked: names and words go, what was done stays, the journal stays whole."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.core import said, set_fields
from qifu.appeals.actions.guards import held
from qifu.appeals.actions.searching import index_cases
from qifu.appeals.logic.exchange import PERSONAL
from qifu.appeals.models import (
    Appeal,
    CallbackAttempt,
    Contact,
    ExchangeConflict,
    ExchangeOrder,
)
from qifu.appeals.permissions import may_forget_requester
from qifu.appeals.states import FORGOTTEN, OPEN, State
from qifu.base import journal
from qifu.base.errors import Conflict, NotAllowed
from qifu.base.models import JournalLine, JournalNote
from qifu.notices.actions import blank_value
from qifu.organisations.permissions import Actor

LONGEST_REASON = 500


@transaction.atomic
def forget_requester(appeal: Appeal, *, actor: Actor, now: datetime, reason: str) -> dict[str, int]:
    """Empty the contact's name, telephone and the requester of a case that nobody works on.

    The words of its journal lines go too, their digests stay, and what was noted of calls and
    visits, and the requester's name in messages about it and in what the case is found by. The
    firm itself is public and stays, and so do the texts of the case. Gives counts of what was
    blanked. BadInput at reason; Conflict while it is open.
    """
    if not may_forget_requester(actor) or appeal.state == State.DRAFT:
        raise NotAllowed(_("只有协调岗可以清除联系人。"))
    reason = said(
        reason, "reason", _("请写明根据什么清除，例如：本人书面要求。"), most=LONGEST_REASON
    )
    held(appeal)
    if appeal.state in OPEN:
        raise Conflict(_("这件诉求还在办理，联系人暂时不能清除。"))
    names = appeal.people
    called = blank_value(f"/desk/appeals/{appeal.pk}/", "firm", appeal.requester, instead=FORGOTTEN)
    set_fields(
        appeal, contact_name="", contact_phone="", requester=FORGOTTEN if appeal.requester else ""
    )
    _forget_orders(appeal)
    index_cases([appeal.pk], names=names)
    lines = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk)
    counts = {
        "contacts": Contact.objects.filter(appeal=appeal).update(person=FORGOTTEN, result=""),
        "calls": CallbackAttempt.objects.filter(callback__appeal=appeal).update(note=""),
        "messages": called,
        "notes": JournalNote.objects.filter(line__in=lines).delete()[0],
    }
    journal.record(
        appeal, "forget_requester", actor_id=actor.user_id, acting_for=actor.organisation_id,
        now=now, from_state=appeal.state, to_state=appeal.state, note=reason,
    )  # fmt: skip
    return counts


def _forget_orders(appeal: Appeal) -> None:
    """What a hotline had said of who asked goes too, and is not taken in again."""
    for order in ExchangeOrder.objects.filter(appeal=appeal):
        blank = dict.fromkeys(PERSONAL, FORGOTTEN)
        firm = {"firm": appeal.enterprise.uscc} if appeal.enterprise else {}
        order.content = {**order.content, **blank, **firm}
        order.ours = {**order.ours, **blank, **firm}
        order.save(update_fields=["content", "ours"])
    told = ExchangeConflict.objects.filter(order__appeal=appeal, field__in=PERSONAL)
    told.update(theirs="", ours="")
    told.filter(state="open").update(state="gone")
