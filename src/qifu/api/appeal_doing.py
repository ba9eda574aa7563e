"""What each step of a case calls in its room, with what the page adds of the rules' suggestions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qifu.api import appeal_bodies as b
from qifu.api.schemas import In
from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.selectors import (
    Suggestions,
    appeal_for,
    as_rows,
    case_of,
    load_of,
    suggest_for,
)
from qifu.base.city import current_city
from qifu.base.errors import BadInput
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import unit_by_code

Do = Callable[[Appeal, Any, Actor, datetime], Any]


@dataclass(frozen=True)
class Door:
    """One step: the rows of the step table that it takes, its body, what it does, an example."""

    step: str
    body: type[In]
    do: Do
    example: Mapping[str, Any]
    rows: tuple[str, ...] = ()

    @property
    def taken(self) -> tuple[str, ...]:
        """The rows of the step table behind it."""
        return self.rows or (self.step,)


def unit_of(code: str, field: str) -> Unit:
    """A unit that somebody named; BadInput at the field."""
    found = unit_by_code(code)
    if found is None:
        raise BadInput(_("没有这个单位。"), field=field)
    return found


def _plain(act: Callable[..., Any]) -> Do:
    """A step whose body has the names that its action takes."""

    def do(appeal: Appeal, given: In, actor: Actor, now: datetime) -> Any:
        return act(appeal, actor=actor, now=now, **given.model_dump())

    return do


def _keep(appeal: Appeal, actor: Actor, now: datetime) -> list[str]:
    """Keep what the rules say beside what is decided, as the page does; the exclusions named."""
    found = suggest_for(actor, appeal, now=now)
    rows = as_rows(found, current_city())
    for about in ("scope", "repeat"):
        actions.record_suggestions(appeal, about=about, now=now, **rows[about])
    return [one.code for one in found.scope]


def _accept(appeal: Appeal, given: b.Accept, actor: Actor, now: datetime) -> None:
    actions.accept_appeal(
        appeal, actor=actor, now=now, matter=given.matter, kind=given.kind or "",
        region=given.region, several=given.several, suggested=_keep(appeal, actor, now),
    )  # fmt: skip


def _reject(appeal: Appeal, given: b.RejectIntake, actor: Actor, now: datetime) -> None:
    actions.reject_intake(
        appeal, actor=actor, now=now, suggested=_keep(appeal, actor, now), **given.model_dump()
    )


def _dispatch(appeal: Appeal, given: b.Dispatch, actor: Actor, now: datetime) -> None:
    found: Suggestions = suggest_for(actor, appeal, now=now)
    back = {
        row.unit_id for row in case_of(actor, appeal, now=now).dispatches if row.ended == "returned"
    }
    # a unit that was let off is no suggestion any more: no reason is owed for passing it over
    suggested = None if found.unit is None or found.unit.pk in back else found.unit
    actions.dispatch_appeal(
        appeal, actor=actor, now=now, unit=unit_of(given.unit, "unit"), why=given.why,
        rule=(found.route.rule or "") if found.route and suggested else "",
        suggested=suggested, several=given.several,
    )  # fmt: skip


def _answered(act: Callable[..., Any]) -> Do:
    def do(appeal: Appeal, given: b.ReplyIn, actor: Actor, now: datetime) -> Any:
        numbers = [one.number for one in given.points]
        if len(set(numbers)) != len(numbers):
            raise BadInput(_("同一点答了两次。"), field="points")
        return act(
            appeal, actor=actor, now=now, text=given.text, outcome=given.outcome,
            points={one.number: one.text for one in given.points},
            basis=[one.model_dump(exclude_defaults=True) for one in given.basis],
        )  # fmt: skip

    return do


def _assign(appeal: Appeal, given: b.Assign, actor: Actor, now: datetime) -> None:
    people = (
        {one.user.pk: one.user for one in load_of(actor, appeal.lead, now=now)}
        if (appeal.lead is not None)
        else {}
    )
    if given.user not in people:
        raise BadInput(_("请从本单位的办理人里选。"), field="user")
    actions.assign_case(appeal, actor=actor, now=now, user=people[given.user])


def _object(appeal: Appeal, given: b.ObjectIn, actor: Actor, now: datetime) -> None:
    suggested = unit_of(given.suggested, "suggested") if given.suggested else None
    actions.object_to_dispatch(
        appeal, actor=actor, now=now, reason=given.reason, basis=given.basis, suggested=suggested
    )


def _transfer(appeal: Appeal, given: b.Transfer, actor: Actor, now: datetime) -> None:
    unit = unit_of(given.unit, "unit")
    actions.transfer(appeal, actor=actor, now=now, unit=unit, why=given.why)


def _extension(*, grant: bool) -> Do:
    def do(appeal: Appeal, given: Any, actor: Actor, now: datetime) -> None:
        days = getattr(given, "days", None)
        actions.decide_extension(
            appeal, actor=actor, now=now, grant=grant, reason=given.reason, days=days
        )

    return do


def _merge(appeal: Appeal, given: b.Merge, actor: Actor, now: datetime) -> None:
    try:
        master = appeal_for(actor, given.master)
    except Appeal.DoesNotExist:
        raise BadInput(_("没有这件诉求，或者您看不到它。"), field="master") from None
    actions.merge_appeals(appeal, actor=actor, now=now, master=master)


_WHY = {"reason": "补充了新的材料，问题仍未解决"}
_NOTE = {"note": "已电话说明"}
_UNIT = {"unit": "SZ-GXJ", "why": "属于其职责"}
_REPLY: dict[str, Any] = {
    "text": "", "points": [{"number": 1, "text": "已安排检修，明日恢复。"}],
    "outcome": "resolved", "basis": [{"text": "办事指南"}],
}  # fmt: skip
_REJECTED = {"exclusion": "litigation", "reason": "已在诉讼中", "channel": "请向受理法院咨询"}
_REACHED = {"channel": "phone", "reached": True}

DOORS: Final[Mapping[str, Door]] = {
    door.step: door
    for door in (
        Door("accept", b.Accept, _accept, {"kind": "help_request", "several": False}),
        Door("reject_intake", b.RejectIntake, _reject, _REJECTED),
        Door("contest", b.WithReason, _plain(actions.contest_rejection), _WHY),
        Door("ask_for_facts", b.AskForFacts, _plain(actions.ask_for_facts),
             {"question": "请提供用电户号。"}),
        Door("supply_facts", b.Answer, _plain(actions.supply_facts), {"answer": "户号 0001。"}),
        Door("resume", b.Answer, _plain(actions.resume_lapsed), {"answer": "户号 0001。"}),
        Door("answer_at_once", b.ReplyIn, _answered(actions.answer_at_once), _REPLY),
        Door("dispatch", b.Dispatch, _dispatch, _UNIT),
        Door("acknowledge", b.Nothing, _plain(actions.acknowledge), {}),
        Door("contact", b.ContactIn, _plain(actions.record_contact),
             {"person": "联系人", **_REACHED, "result": "已约定上门"}),
        Door("assign", b.Assign, _assign, {"user": 7}),
        Door("object", b.ObjectIn, _object,
             {"reason": "不归本单位管", "basis": "三定规定", "suggested": "SZ-RSJ"}),
        Door("uphold", b.WithReason, _plain(actions.uphold_objection), _WHY),
        Door("dismiss", b.WithReason, _plain(actions.dismiss_objection), _WHY),
        Door("transfer", b.Transfer, _transfer, {"unit": "SZ-NS-GXJ", "why": "在辖区内"}),
        Door("ask_extension", b.AskExtension, _plain(actions.ask_extension),
             {"days": 3, "reason": "需要现场检测"}),
        Door("grant_extension", b.GrantExtension, _extension(grant=True), {"days": 2}),
        Door("refuse_extension", b.WithReason, _extension(grant=False), _WHY),
        Door("reply", b.ReplyIn, _answered(actions.reply), _REPLY),
        Door("rate", b.Rate, _plain(actions.rate),
             {"level": 5, "tags": ["quick"], "solved": True, "text": ""},
             rows=("rate_satisfied", "rate_dissatisfied")),
        Door("attempt_callback", b.AttemptCallback, _plain(actions.attempt_callback),
             {**_REACHED, "note": "仍未解决"}),
        Door("wants_more", b.WithNote, _plain(actions.wants_more), _NOTE),
        Door("propose_justified", b.ProposeJustified, _plain(actions.propose_justified),
             {"clause": "现行规定不允许", "explanation": "已当面说明"}),
        Door("approve_justified", b.MayNote, _plain(actions.approve_justified), _NOTE),
        Door("decline_justified", b.WithNote, _plain(actions.decline_justified), _NOTE),
        Door("close_unreachable", b.MayNote, _plain(actions.close_unreachable), _NOTE),
        Door("ask_confirmation", b.MayNote, _plain(actions.ask_confirmation), _NOTE),
        Door("confirm_closed", b.ConfirmClosed, _plain(actions.confirm_closed),
             {"reason": "misclick"}),
        Door("reopen", b.WithReason, _plain(actions.reopen), _WHY),
        Door("withdraw", b.Withdraw, _plain(actions.withdraw), {"reason": "已自行解决"}),
        Door("remind", b.WithNote, _plain(actions.remind), _NOTE),
        Door("supervise", b.Supervise, _plain(actions.supervise),
             {"reason": "临近到期仍无进展", "until_days": 3}),
        Door("escalate", b.WithReason, _plain(actions.escalate), _WHY),
        Door("split", b.Split, _plain(actions.split_appeal), {"points": [2]}),
        Door("merge", b.Merge, _merge, {"master": 12}),
        Door("unmerge", b.Nothing, _plain(actions.unmerge_appeal), {}),
    )
}  # fmt: skip


def door_now(step: str) -> Door | None:
    """The door that takes a row of the step table."""
    return next((door for door in DOORS.values() if step in door.taken), None)


def take(door: Door, actor: Actor, pk: int, given: Any) -> tuple[Appeal, Any]:
    """Take a step on a case that the actor sees; the case as it stands then, and what was made."""
    appeal = appeal_for(actor, pk)
    with transaction.atomic():  # what the rules said is kept only with the step
        made = door.do(appeal, given, actor, timezone.now())
    return appeal, made
