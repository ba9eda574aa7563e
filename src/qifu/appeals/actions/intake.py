"""The intake desk: taken in or not, facts asked for, answered at once, dispatched."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.answering import checked_basis, checked_reply, write_reply
from qifu.appeals.actions.clocks import (
    cancel_clocks,
    change_limit,
    live_clock,
    meet_clock,
    pause_clocks,
    refresh_due,
    resume_clocks,
    start_clock,
)
from qifu.appeals.actions.common import drop_open_questions, followers_go_along
from qifu.appeals.actions.core import said, take
from qifu.appeals.actions.guards import at_work, not_returned, ready_for
from qifu.appeals.actions.inputs import Fields
from qifu.appeals.actions.linking import follow_reply, release_followers
from qifu.appeals.actions.submit import rule_set_for
from qifu.appeals.actions.suggestions import matters_now, record_suggestions, settle_suggestions
from qifu.appeals.actions.telling import (
    day_words,
    firm_words,
    tell_firm,
    tell_unit,
    unit_words,
)
from qifu.appeals.models import (
    Appeal,
    Clock,
    ClockEvent,
    Dispatch,
    InfoRequest,
    Reply,
    ScopeDecision,
)
from qifu.appeals.selectors.clocks import city_for, spans_of, window_of
from qifu.appeals.states import MOST_OBJECTIONS, State
from qifu.base.city import current_city
from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor
from qifu.rulebook.workdays import Pause

# what a firm waits for from its submission on
PROMISED = ("reply", "contact")
LONGEST_REASON = 2_000


@transaction.atomic
def accept_appeal(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    matter: str = "",
    kind: str = "",
    region: str = "",
    several: bool | None = None,
    suggested: Sequence[str] = (),
) -> None:
    """Take a case in; kind, matter and region may be put right, and clocks follow them.

    `suggested` are the exclusions that the scope rules had named. What the keyword rules say of
    the matter is kept beside what the person chose. BadInput at kind, matter, region.
    """
    ready_for(appeal, "accept", actor=actor)
    form = resorted(appeal, kind=kind, matter=matter, region=region)
    before = appeal.matter
    changes = {
        **form.taken,
        "several": appeal.several if several is None else several,
        "rule_set": rule_set_for(city_for(appeal), form.taken["matter"]),
    }
    take(appeal, "accept", actor=actor, now=now, holder=appeal.intake_unit, **changes)
    ScopeDecision.objects.create(
        appeal=appeal, accepted=True, suggested=list(suggested), decided_by=actor.user,
        decided_at=now, city_load=form.city.load_id,
    )  # fmt: skip
    record_suggestions(appeal, about="matter", now=now, **matters_now(appeal, form.city))
    settle_suggestions(appeal, about="matter", chosen=appeal.matter or before, now=now)
    settle_suggestions(appeal, about="scope", chosen="", now=now)
    for name in PROMISED:
        change_limit(appeal, name, now=now)
    refresh_due(appeal)
    tell_firm(
        appeal,
        "appeal_accepted",
        unit=unit_words(appeal.intake_unit),
        due=day_words(appeal.due_at),
        now=now,
    )


def resorted(appeal: Appeal, *, kind: str, matter: str, region: str) -> Fields:
    """What somebody puts right of a case, checked against the pack in force; the rest stays."""
    form = Fields(current_city())
    form.taken = {"kind": appeal.kind, "matter": appeal.matter, "region": appeal.region}
    if kind and kind != appeal.kind:
        form.kind(kind)
    if matter and matter != appeal.matter:
        form.matter(matter)
    if region and region != appeal.region:
        form.region(region)
    form.stop()
    return form


@transaction.atomic
def reject_intake(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    exclusion: str,
    reason: str,
    channel: str,
    suggested: Sequence[str] = (),
) -> None:
    """Do not take a case in: which exclusion, why, and where the firm should go instead.

    BadInput at exclusion, reason, channel. The firm may contest it once.
    """
    ready_for(appeal, "reject_intake", actor=actor)
    city = current_city()
    known = city.scope.get(exclusion) if city.scope and exclusion else None
    if known is None:
        raise BadInput(_("请选择属于不受理范围的哪一类。"), field="exclusion")
    reason = said(reason, "reason", _("请写明理由，企业会看到。"), most=LONGEST_REASON)
    channel = said(
        channel, "channel", _("请写明企业应当去的渠道，企业会看到。"), most=LONGEST_REASON
    )
    take(appeal, "reject_intake", actor=actor, now=now, note=reason, holder=None)
    ScopeDecision.objects.create(
        appeal=appeal, accepted=False, exclusion=exclusion, reason=reason, channel=channel,
        suggested=list(suggested), decided_by=actor.user, decided_at=now, city_load=city.load_id,
    )  # fmt: skip
    settle_suggestions(appeal, about="scope", chosen=exclusion, now=now)
    cancel_clocks(appeal, now=now)
    if appeal.contested:
        _over_before_contested(appeal)
    refresh_due(appeal)
    release_followers(appeal, now=now)
    tell_firm(
        appeal,
        "appeal_not_accepted",
        exclusion={"zh": known.name.zh, "en": known.name.en},
        reason=reason,
        channel=channel,
        now=now,
    )


def _over_before_contested(appeal: Appeal) -> None:
    """A case that was rightly refused twice has no limit that the desk could have kept: one that
    was over when the firm contested was not missed. A first refusal that was late stays so."""
    started = ClockEvent.objects.filter(kind="started", at__gt=F("clock__due_at"))
    Clock.objects.filter(
        appeal=appeal, missed=True, state=Clock.State.CANCELLED, name__in=PROMISED,
        pk__in=started.filter(clock__appeal=appeal).values("clock_id"),
    ).update(missed=False)  # fmt: skip


@transaction.atomic
def contest_rejection(appeal: Appeal, *, actor: Actor, now: datetime, reason: str) -> None:
    """The firm says that the refusal is wrong: once, in the window of the rule set.

    The desk decides anew. The clocks run from the first submission as if it had never been
    refused: a refusal must not cost the firm days.
    """
    ready_for(appeal, "contest", actor=actor)
    reason = said(reason, "reason", _("请写明为什么应当受理。"), most=LONGEST_REASON)
    if appeal.contested:
        raise WrongState(_("对不予受理只能提一次异议。"))
    refusal = ScopeDecision.objects.filter(appeal=appeal, accepted=False).order_by("-pk").first()
    if refusal is not None:
        window = window_of(appeal, "contest", refusal.decided_at)
        if window is not None and window.due < now:
            raise WrongState(_("提异议的期限已过。有新的情况，请重新提交。"))
    take(
        appeal, "contest", actor=actor, now=now, note=reason, contested=True,
        holder=appeal.intake_unit,
    )  # fmt: skip
    go_on(appeal, now=now, gap_counts=True)


def go_on(appeal: Appeal, *, now: datetime, gap_counts: bool) -> None:
    """Let the clocks of a case that had stopped run again, counted from the first submission.

    What stood still before stays so; the time since they ended counts only where it says so.
    """
    resume_clocks(appeal, now=now)
    for name in PROMISED:
        last = Clock.objects.filter(appeal=appeal, name=name, round=appeal.round).order_by("-pk")
        clock = last.first()
        if clock is None or clock.state != Clock.State.CANCELLED or live_clock(appeal, name):
            continue  # it still runs, or what it waited for has happened
        ended = clock.ended_at or now
        pauses = spans_of(clock, now=ended)
        if not gap_counts and ended < now:
            pauses.append(Pause(ended, now))
        start_clock(appeal, name, now=now, since=clock.started_at, unit=clock.unit, pauses=pauses)
    refresh_due(appeal)


@transaction.atomic
def ask_for_facts(appeal: Appeal, *, actor: Actor, now: datetime, question: str) -> InfoRequest:
    """Ask the firm for what is missing; the clocks stand still, at most as long as `info` says."""
    ready_for(appeal, "ask_for_facts", actor=actor)
    question = said(question, "question", _("请写明要企业补充什么。"), most=LONGEST_REASON)
    take(appeal, "ask_for_facts", actor=actor, now=now, note=question)
    pause_clocks(appeal, PROMISED, now=now, why="facts asked for")
    clock = start_clock(appeal, "info", now=now)
    if clock is None:
        raise Conflict(_("时限规则里没有补充材料的期限，不能暂停计时。"))
    request = InfoRequest.objects.create(
        appeal=appeal, question=question, asked_by=actor.user, asked_at=now, until=clock.due_at
    )
    refresh_due(appeal)
    tell_firm(appeal, "facts_asked", question=question, until=day_words(clock.due_at), now=now)
    return request


@transaction.atomic
def supply_facts(appeal: Appeal, *, actor: Actor, now: datetime, answer: str) -> None:
    """What was asked for is here, from the firm or written down by the desk; the clocks go on."""
    ready_for(appeal, "supply_facts", actor=actor)
    _answered(appeal, "supply_facts", answer, actor=actor, now=now)
    resume_clocks(appeal, now=now)
    refresh_due(appeal)


@transaction.atomic
def resume_lapsed(appeal: Appeal, *, actor: Actor, now: datetime, answer: str) -> None:
    """The firm supplies late what was asked; the case goes on, its time of waiting not counted."""
    ready_for(appeal, "resume", actor=actor)
    _answered(appeal, "resume", answer, actor=actor, now=now, holder=appeal.intake_unit)
    go_on(appeal, now=now, gap_counts=False)


def _answered(
    appeal: Appeal, step: str, answer: str, *, actor: Actor, now: datetime, **changes: Any
) -> None:
    """The answer to the open question, and word of it to the desk."""
    answer = said(answer, "answer", _("请写明要补充的内容。"))
    take(appeal, step, actor=actor, now=now, note=answer, **changes)
    InfoRequest.objects.filter(appeal=appeal, answered_at=None).update(
        answer=answer, answered_by=actor.user, answered_at=now
    )
    meet_clock(appeal, "info", now=now)
    tell_unit(
        appeal, appeal.intake_unit_id, "appeals.intake", "facts_supplied",
        firm=firm_words(appeal), now=now,
    )  # fmt: skip


@transaction.atomic
def answer_at_once(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    text: str,
    points: Mapping[int, str],
    outcome: str,
    basis: Sequence[Mapping[str, Any]],
) -> Reply:
    """The desk answers every point itself, with a cited basis; the firm rates it like any reply.

    BadInput at text, outcome, basis, point_<number>. Cases merged into this one get it too.
    """
    ready_for(appeal, "answer_at_once", actor=actor)
    text, answers = checked_reply(appeal, text=text, points=points, outcome=outcome)
    cited = checked_basis(basis, needed=True)
    take(
        appeal, "answer_at_once", actor=actor, now=now, note=text, lead=appeal.intake_unit,
        holder=appeal.intake_unit, at_once=True, replied_at=now,
    )  # fmt: skip
    assert appeal.intake_unit is not None
    reply = write_reply(
        appeal, unit=appeal.intake_unit, actor=actor, now=now, text=text, points=answers,
        outcome=outcome, basis=cited, at_once=True,
    )  # fmt: skip
    for name in PROMISED:
        meet_clock(appeal, name, now=now)
    start_clock(appeal, "unrated", now=now)
    drop_open_questions(appeal, now=now)
    refresh_due(appeal)
    tell_firm(appeal, "appeal_replied", unit=unit_words(appeal.intake_unit), now=now)
    follow_reply(appeal, reply, now=now)
    return reply


@transaction.atomic
def dispatch_appeal(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    unit: Unit,
    why: str = "",
    rule: str = "",
    suggested: Unit | None = None,
    several: bool | None = None,
) -> Dispatch:
    """Give a case to the unit that answers it: hop 1.

    `rule` and `suggested` are what the responsibility list said; that a person chose otherwise is
    kept. A unit whose objection was upheld is not asked again. BadInput at unit, why.
    """
    ready_for(appeal, "dispatch", actor=actor)
    at_work(unit, "unit", now=now)
    not_returned(appeal, unit)
    if suggested is not None and suggested != unit:
        why = said(why, "why", _("没有按派单目录派，请写明原因。"), most=LONGEST_REASON)
    if appeal.state == State.REHANDLING and not appeal.at_once:
        raise WrongState(_("重办由原承办单位办理，不再另派。"))
    take(
        appeal, "dispatch", actor=actor, now=now, note=why, lead=unit, holder=unit, hop=1,
        handler=None, at_once=False, dispatched_at=now,
        several=appeal.several if several is None else several,
    )  # fmt: skip
    city = current_city()
    dispatch = Dispatch.objects.create(
        appeal=appeal, unit=unit, hop=1, rule=rule[:64], suggested=suggested, why=why,
        city_load=city.load_id, dispatched_by=actor.user, dispatched_at=now,
    )  # fmt: skip
    if suggested is not None:
        code = suggested.organisation.code
        record_suggestions(
            appeal, about="unit", model=f"{city.pack} {city.version}", now=now,
            top=[{"code": code, "score": 1, "why": rule}],
        )  # fmt: skip
    settle_suggestions(appeal, about="unit", chosen=unit.organisation.code, now=now)
    followers_go_along(appeal)
    change_limit(appeal, "reply", now=now)
    hand_over_clocks(appeal, unit)
    start_unit_clocks(appeal, unit, now=now)
    refresh_due(appeal)
    arrived(appeal, unit, now=now)
    tell_firm(
        appeal, "appeal_dispatched", unit=unit_words(unit), due=day_words(appeal.due_at), now=now
    )
    return dispatch


def hand_over_clocks(appeal: Appeal, unit: Unit) -> None:
    """What the firm was promised is now this unit's to keep; the clocks run on."""
    Clock.objects.filter(appeal=appeal, name__in=PROMISED, state__in=["running", "paused"]).update(
        unit=unit
    )


def start_unit_clocks(appeal: Appeal, unit: Unit, *, now: datetime) -> None:
    """Acknowledge it, or object while that is still open to the unit."""
    cancel_clocks(appeal, ["acknowledge", "objection"], now=now)
    start_clock(appeal, "acknowledge", now=now, unit=unit)
    if not appeal.locked and appeal.objections < MOST_OBJECTIONS:
        start_clock(appeal, "objection", now=now, unit=unit)


def arrived(appeal: Appeal, unit: Unit, *, now: datetime) -> None:
    """Tell the people of a unit that a case is theirs."""
    tell_unit(
        appeal, unit.pk, "appeals.handle", "case_arrived", title=appeal.title,
        firm=firm_words(appeal), unit=unit_words(unit), due=day_words(appeal.due_at), now=now,
    )  # fmt: skip
