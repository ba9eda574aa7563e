"""After a bad rating: somebody calls, finds out why, and one of five things comes of it."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.answering import checked_basis
from qifu.appeals.actions.clocks import cancel_clocks, meet_clock, refresh_due, start_clock
from qifu.appeals.actions.common import (
    LONGEST_REASON,
    both,
    dispatch_again,
    holder_permission,
    hop_again,
    name_of,
    one_of,
    tell_coordinators,
)
from qifu.appeals.actions.core import said, take
from qifu.appeals.actions.guards import ready_for
from qifu.appeals.actions.telling import day_words, tell_firm, tell_unit, unit_words
from qifu.appeals.models import Appeal, Callback, CallbackAttempt, Clock, PolicyGap, Reply
from qifu.appeals.selectors.clocks import rule_set_of, spans_of
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.notices.actions import tell
from qifu.organisations.permissions import Actor
from qifu.rulebook.workdays import Pause

CALLBACK_CHANNELS = ("phone", "visit", "message", "meeting")
ATTEMPTS = 3  # in different half-days, where the rule set says nothing
LONGEST_CLAUSE, LONGEST_LAW, LONGEST_ARTICLE = 300, 64, 24
OUTCOME_WORDS = {
    "wants_more": _("要求继续办理，已退回原承办单位重办"),
    "justified": _("受政策法规所限，已说明条款并办结"),
    "unreachable": _("多次联系不上，已办结"),
    "misclick": _("企业确认评价点错，已办结"),
    "withdrawn": _("企业撤回不满意评价，已办结"),
}


def half_day(at: datetime) -> str:
    """The half-day of a moment in Asia/Shanghai: "2026-11-22 am"."""
    local = timezone.localtime(at)
    return f"{local:%Y-%m-%d} {'am' if local.hour < 12 else 'pm'}"


@transaction.atomic
def attempt_callback(
    appeal: Appeal, *, actor: Actor, now: datetime, channel: str, reached: bool, note: str = ""
) -> CallbackAttempt:
    """One try to reach the firm. `channel` is phone, visit, message or meeting.

    BadInput at channel, and at note where somebody was reached and nothing is said.
    """
    ready_for(appeal, "attempt_callback", actor=actor)
    callback = _open(appeal)
    one_of(channel, CALLBACK_CHANNELS, "channel")
    if reached or note.strip():
        note = said(note, "note", _("请写明企业说了什么。"), most=LONGEST_REASON)
    take(appeal, "attempt_callback", actor=actor, now=now, note=note)
    return CallbackAttempt.objects.create(
        callback=callback, at=now, half_day=half_day(now), channel=channel, reached=reached,
        note=note, made_by=actor.user,
    )  # fmt: skip


@transaction.atomic
def wants_more(appeal: Appeal, *, actor: Actor, now: datetime, note: str) -> None:
    """Verified: the matter is not solved. The same lead handles it again on a new reply clock.

    After an instant answer that did not help the clock counts from the first submission, without
    the time in which the firm had that answer: the case is back-dated, not the firm's loss.
    BadInput at note.
    """
    ready_for(appeal, "wants_more", actor=actor)
    callback = _open(appeal)
    note = said(note, "note", _("请写明还有什么没有解决。"), most=LONGEST_REASON)
    answer = Reply.objects.get(appeal=appeal, round=appeal.round)
    before = Clock.objects.filter(appeal=appeal, name="reply").order_by("-pk").first()
    take(
        appeal, "wants_more", actor=actor, now=now, note=note, round=F("round") + 1,
        holder=appeal.lead, hop=hop_again(appeal), merged_into=None,
    )  # fmt: skip
    _closed(callback, Callback.Outcome.WANTS_MORE, note, actor=actor, now=now)
    dispatch_again(appeal, actor=actor, now=now)
    if answer.at_once:
        stood = spans_of(before, now=answer.replied_at) if before else []
        start_clock(
            appeal, "reply", now=now, since=appeal.submitted_at, unit=appeal.lead,
            pauses=[*stood, Pause(answer.replied_at, now)],
        )  # fmt: skip
    else:
        start_clock(appeal, "reply", now=now, unit=appeal.lead)
    refresh_due(appeal)
    tell_unit(
        appeal, appeal.lead_id, holder_permission(appeal), "appeal_rehandling",
        unit=unit_words(appeal.lead), due=day_words(appeal.due_at), now=now,
    )  # fmt: skip
    _tell_outcome(appeal, Callback.Outcome.WANTS_MORE, now)


@transaction.atomic
def propose_justified(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    clause: str,
    explanation: str,
    law: str = "",
    article: str = "",
) -> Callback:
    """The callback desk proposes to close a case by a clause that stands against it.

    `law` is a code of the knowledge base with its `article`, where it is there; `clause` says it
    in words. A coordinator decides. BadInput at clause, law, article, explanation.
    """
    ready_for(appeal, "propose_justified", actor=actor)
    callback = _open(appeal)
    if callback.proposed_at is not None:
        raise WrongState(_("已经提出申请，正等协调岗决定。"))
    clause = said(clause, "clause", _("请写明是哪一条规定。"), most=LONGEST_CLAUSE)
    explanation = said(
        explanation, "explanation", _("请写明为什么办不到、向企业怎样解释。"), most=LONGEST_REASON
    )
    law, article = law.strip(), article.strip()
    if len(law) > LONGEST_LAW or len(article) > LONGEST_ARTICLE or (article and not law):
        raise BadInput(_("请先选法规，再写第几条。"), field="article" if article else "law")
    try:
        checked_basis([{"law": law, "article": article}])
    except BadInput as refused:
        raise BadInput(refused.message, field="law") from None
    take(appeal, "propose_justified", actor=actor, now=now, note=f"{clause}\n{explanation}")
    callback.clause, callback.explanation = clause, explanation
    callback.clause_law, callback.clause_article = law, article
    callback.proposed_by, callback.proposed_at = actor.user, now
    callback.save()
    tell_coordinators(appeal, "justified_proposed", clause=clause, now=now)
    return callback


@transaction.atomic
def approve_justified(appeal: Appeal, *, actor: Actor, now: datetime, note: str = "") -> PolicyGap:
    """A coordinator, never the one who proposed it, lets the case end there; a gap is recorded."""
    ready_for(appeal, "approve_justified", actor=actor)
    callback = _proposed(appeal)
    if callback.proposed_by_id == actor.user_id:
        raise NotAllowed(_("不能批准自己提出的申请。"))
    note = note.strip()[:LONGEST_REASON]
    take(appeal, "approve_justified", actor=actor, now=now, note=note, **_ended(now))
    _closed(callback, Callback.Outcome.JUSTIFIED, note, actor=actor, now=now)
    gap = PolicyGap.objects.create(
        appeal=appeal, callback=callback, matter=appeal.matter, clause=callback.clause,
        clause_law=callback.clause_law, clause_article=callback.clause_article,
        explanation=callback.explanation, approved_by=actor.user, recorded_at=now,
    )  # fmt: skip
    refresh_due(appeal)
    _tell_outcome(appeal, Callback.Outcome.JUSTIFIED, now)
    return gap


@transaction.atomic
def decline_justified(appeal: Appeal, *, actor: Actor, now: datetime, note: str) -> None:
    """A coordinator does not let it end there; the callback desk goes on. BadInput at note."""
    ready_for(appeal, "decline_justified", actor=actor)
    callback = _proposed(appeal)
    note = said(note, "note", _("请写明为什么不批准。"), most=LONGEST_REASON)
    take(appeal, "decline_justified", actor=actor, now=now, note=note)
    proposer = callback.proposed_by_id
    Callback.objects.filter(pk=callback.pk).update(proposed_by=None, proposed_at=None)
    tell(
        [proposer] if proposer else [],
        "justified_declined",
        values={"number": appeal.number, "actor": name_of(actor), "note": note},
        link=f"/desk/appeals/{appeal.pk}/",
        organisation_id=appeal.holder_id,
        now=now,
    )


@transaction.atomic
def close_unreachable(appeal: Appeal, *, actor: Actor, now: datetime, note: str = "") -> None:
    """Nobody answered, in as many different half-days as the rule set asks: counted apart.

    Half-days before somebody was last reached do not count.
    """
    ready_for(appeal, "close_unreachable", actor=actor)
    callback = _open(appeal)
    needed = rule_set_of(appeal).number("callback_attempts", ATTEMPTS)
    tried = len(missed_half_days(callback))
    if tried < needed:
        raise WrongState(
            _("还要在不同的半天联系：规定 %(needed)s 个半天，现在是 %(tried)s 个。")
            % {"needed": needed, "tried": tried}
        )
    note = note.strip()[:LONGEST_REASON]
    take(appeal, "close_unreachable", actor=actor, now=now, note=note, **_ended(now))
    _closed(callback, Callback.Outcome.UNREACHABLE, note, actor=actor, now=now)
    refresh_due(appeal)
    _tell_outcome(appeal, Callback.Outcome.UNREACHABLE, now)


def missed_half_days(callback: Callback) -> set[str]:
    """The half-days in which nobody was reached, since somebody was reached last."""
    missed: set[str] = set()
    for attempt in callback.attempts.order_by("at", "pk"):
        if attempt.reached:
            missed.clear()
        else:
            missed.add(attempt.half_day)
    return missed


@transaction.atomic
def ask_confirmation(appeal: Appeal, *, actor: Actor, now: datetime, note: str = "") -> None:
    """The firm said that it was a slip, or takes its rating back: it has to confirm that itself."""
    ready_for(appeal, "ask_confirmation", actor=actor)
    callback = _open(appeal)
    take(
        appeal, "ask_confirmation", actor=actor, now=now, note=note.strip()[:LONGEST_REASON]
    )  # fmt: skip
    Callback.objects.filter(pk=callback.pk).update(confirm_asked_at=now)
    tell_firm(appeal, "confirm_asked", now=now)


@transaction.atomic
def confirm_closed(appeal: Appeal, *, actor: Actor, now: datetime, reason: str) -> None:
    """The firm confirms: `reason` is misclick or withdrawn. Only where the desk has asked.

    BadInput at reason. The rating stays on record.
    """
    ready_for(appeal, "confirm_closed", actor=actor)
    callback = _open(appeal)
    if callback.confirm_asked_at is None:
        raise WrongState(_("回访岗还没有请您确认。"))
    one_of(reason, (Callback.Outcome.MISCLICK, Callback.Outcome.WITHDRAWN), "reason")
    take(appeal, "confirm_closed", actor=actor, now=now, note=reason, **_ended(now))
    _closed(callback, reason, "", actor=actor, now=now)
    refresh_due(appeal)
    tell_firm(appeal, "appeal_closed", outcome=both(OUTCOME_WORDS[reason]), now=now)


def _open(appeal: Appeal) -> Callback:
    callback = Callback.objects.filter(appeal=appeal, closed_at=None).first()
    if callback is None:
        raise WrongState(_("这件诉求没有进行中的回访。"))
    return callback


def _proposed(appeal: Appeal) -> Callback:
    callback = _open(appeal)
    if callback.proposed_at is None:
        raise WrongState(_("还没有人申请按政策法规所限办结。"))
    return callback


def _ended(now: datetime) -> dict[str, object]:
    return {"holder": None, "closed_at": now}


def _closed(callback: Callback, outcome: str, note: str, *, actor: Actor, now: datetime) -> None:
    """The callback has come to something; its clock is met, late or in time."""
    Callback.objects.filter(pk=callback.pk).update(
        outcome=outcome, note=note, closed_by=actor.user, closed_at=now
    )
    callback.refresh_from_db()
    meet_clock(callback.appeal, "callback", now=now)
    cancel_clocks(callback.appeal, now=now)


def _tell_outcome(appeal: Appeal, outcome: str, now: datetime) -> None:
    tell_firm(appeal, "callback_outcome", outcome=both(OUTCOME_WORDS[outcome]), now=now)
