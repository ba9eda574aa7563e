"""The lead unit answers, point by point; those merged into the case are answered with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from qifu.appeals.actions.answering import checked_basis, checked_reply, write_reply
from qifu.appeals.actions.clocks import cancel_clocks, meet_clock, refresh_due, start_clock
from qifu.appeals.actions.common import drop_open_questions, end_dispatch
from qifu.appeals.actions.core import take
from qifu.appeals.actions.guards import ready_for
from qifu.appeals.actions.linking import follow_reply
from qifu.appeals.actions.telling import tell_firm, unit_words
from qifu.appeals.models import Appeal, Reply
from qifu.organisations.permissions import Actor

# the outcome that a firm may only be given with the clause that stands against it
NOT_POSSIBLE = "not_possible"


@transaction.atomic
def reply(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    text: str,
    points: Mapping[int, str],
    outcome: str,
    basis: Sequence[Mapping[str, Any]] = (),
) -> Reply:
    """The lead answers every point, with an outcome of the pack; the firm is asked to rate it.

    What cannot be done has to cite why not. The version of each round stays readable. Cases
    merged into this one are answered with a copy and rated on their own. BadInput at text,
    outcome, basis, point_<number>.
    """
    ready_for(appeal, "reply", actor=actor)
    text, answers = checked_reply(appeal, text=text, points=points, outcome=outcome)
    cited = checked_basis(basis, needed=outcome == NOT_POSSIBLE)
    take(appeal, "reply", actor=actor, now=now, note=text, holder=appeal.lead, replied_at=now)
    assert appeal.lead is not None
    answer = write_reply(
        appeal, unit=appeal.lead, actor=actor, now=now, text=text, points=answers,
        outcome=outcome, basis=cited,
    )  # fmt: skip
    for name in ("reply", "contact"):
        meet_clock(appeal, name, now=now)
    cancel_clocks(appeal, now=now)
    start_clock(appeal, "unrated", now=now)
    end_dispatch(appeal, "replied", now=now)
    drop_open_questions(appeal, now=now)
    refresh_due(appeal)
    tell_firm(appeal, "appeal_replied", unit=unit_words(appeal.lead), now=now)
    follow_reply(appeal, answer, now=now)
    return answer
