"""What the firm says of an answer, and what it may do with its case: rate, reopen, withdraw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.answering import too_long
from qifu.appeals.actions.clocks import cancel_clocks, meet_clock, refresh_due, start_clock
from qifu.appeals.actions.common import (
    LEVEL_WORDS,
    LONGEST_REASON,
    both,
    desk_of,
    dispatch_again,
    drop_open_questions,
    end_dispatch,
    holder_permission,
    hop_again,
    tell_holder,
)
from qifu.appeals.actions.core import said, take
from qifu.appeals.actions.guards import ready_for
from qifu.appeals.actions.linking import release_followers
from qifu.appeals.actions.telling import firm_words, tell_firm, tell_unit
from qifu.appeals.models import Appeal, Callback, Rating, Reply
from qifu.appeals.selectors.clocks import window_of
from qifu.base.city import current_city
from qifu.base.errors import BadInput, WrongState
from qifu.organisations.permissions import Actor

BEST, CONTENT_FROM, WORST = 5, 3, 1


@transaction.atomic
def rate(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    level: int,
    tags: Sequence[str] = (),
    solved: bool | None = None,
    text: str = "",
) -> Rating:
    """The firm rates the answer of this round: 5 非常满意 to 1 非常不满意.

    3 and above closes the case; 2 and 1 open a callback, always. `tags` are codes of the pack's
    good or bad list, `solved` the firm's own word on the matter. BadInput at level, tags, text.
    """
    content = type(level) is not int or level >= CONTENT_FROM
    step = "rate_satisfied" if content else "rate_dissatisfied"
    ready_for(appeal, step, actor=actor)
    words = text.replace("\x00", "").strip()
    wrong: dict[str, object] = {}
    if type(level) is not int or not WORST <= level <= BEST:
        wrong["level"] = _("请从五档里选一档。")
    known = current_city().appeals.get("rating_tags") or {}
    chosen = list(dict.fromkeys(tags))
    if set(chosen) - {row["code"] for row in known.get("good" if content else "bad", [])}:
        wrong["tags"] = _("请从列表里选择。")
    if len(words) > LONGEST_REASON:
        wrong["text"] = too_long(words, LONGEST_REASON)
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    answer = Reply.objects.get(appeal=appeal, round=appeal.round)
    if content:
        take(appeal, step, actor=actor, now=now, note=words, holder=None, closed_at=now)
    else:
        desk = desk_of("callback_unit", appeal, now=now)
        take(appeal, step, actor=actor, now=now, note=words, holder=desk)
    rating = Rating.objects.create(
        reply=answer, appeal=appeal, level=level, tags=chosen, solved=solved, text=words,
        rated_by=actor.user, rated_at=now,
    )  # fmt: skip
    meet_clock(appeal, "unrated", now=now)
    cancel_clocks(appeal, now=now)
    if content:
        refresh_due(appeal)
        tell_firm(appeal, "appeal_closed", outcome=both(LEVEL_WORDS[level]), now=now)
        return rating
    Callback.objects.create(appeal=appeal, rating=rating, opened_at=now)
    start_clock(appeal, "callback", now=now, unit=appeal.holder)
    refresh_due(appeal)
    told: dict[str, Any] = {"level": both(LEVEL_WORDS[level]), "firm": firm_words(appeal)}
    tell_holder(appeal, "rated_badly", now=now, **told)
    lead_side = "appeals.intake" if appeal.at_once else "appeals.handle"
    tell_unit(appeal, appeal.lead_id, lead_side, "rated_badly", now=now, **told)
    return rating


@transaction.atomic
def reopen(appeal: Appeal, *, actor: Actor, now: datetime, reason: str) -> None:
    """The firm asks for a closed case to be handled again, for something new, in the window.

    The same lead, a new round, a new reply clock. A case that had followed a master goes on by
    itself. BadInput at reason.
    """
    ready_for(appeal, "reopen", actor=actor)
    window = window_of(appeal, "reopen", appeal.closed_at) if appeal.closed_at else None
    if window is not None and window.due < now:
        raise WrongState(
            _("要求重办的期限到 %(day)s 为止，已经过了。有新的情况，请重新提交。")
            % {"day": window.due_date.isoformat()}
        )
    reason = said(reason, "reason", _("请写明有什么新的情况。"), most=LONGEST_REASON)
    take(
        appeal, "reopen", actor=actor, now=now, note=reason, round=F("round") + 1,
        holder=appeal.lead, hop=hop_again(appeal), closed_at=None, merged_into=None,
    )  # fmt: skip
    dispatch_again(appeal, actor=actor, now=now)
    start_clock(appeal, "reply", now=now, unit=appeal.lead)
    refresh_due(appeal)
    tell_unit(
        appeal, appeal.holder_id, holder_permission(appeal), "appeal_reopened",
        firm=firm_words(appeal), now=now,
    )  # fmt: skip


@transaction.atomic
def withdraw(appeal: Appeal, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """The firm takes its appeal back before it is answered; those merged into it go on.

    BadInput at reason, which may be empty.
    """
    ready_for(appeal, "withdraw", actor=actor)
    reason = reason.replace("\x00", "").strip()
    if len(reason) > LONGEST_REASON:
        raise BadInput(too_long(reason, LONGEST_REASON), field="reason")
    desk, permission = appeal.holder_id, holder_permission(appeal)
    take(
        appeal, "withdraw", actor=actor, now=now, note=reason, holder=None, closed_at=now,
        merged_into=None,
    )  # fmt: skip
    cancel_clocks(appeal, now=now)
    end_dispatch(appeal, "withdrawn", now=now)
    drop_open_questions(appeal, now=now)
    refresh_due(appeal)
    release_followers(appeal, now=now)
    tell_unit(appeal, desk, permission, "appeal_withdrawn", firm=firm_words(appeal), now=now)
