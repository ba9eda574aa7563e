"""On which side of every figure a case stands, said in SQL: one rule for sums and lists."""

from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from qifu.appeals.models import Appeal, Callback, Clock, Dispatch, Objection, Rating, Reply
from qifu.appeals.selectors.clocks import DUTIES
from qifu.appeals.states import OPEN, State

LOWEST_SATISFIED = 3  # 基本满意; 国办发〔2019〕51号 counts the two below as 差评
TAKEN_BACK = (Callback.Outcome.MISCLICK, Callback.Outcome.WITHDRAWN)
# the firm has said its word and has not come back since
_RATED = (
    State.CLOSED, State.CALLBACK_DUE, State.CLOSED_JUSTIFIED, State.CLOSED_UNREACHABLE,
)  # fmt: skip
_END_OF_STATE = {
    State.CLOSED_UNRATED: "unrated",
    State.CLOSED_UNREACHABLE: "unreachable",
    State.CLOSED_JUSTIFIED: "justified",
    State.WITHDRAWN: "withdrawn",
    State.NOT_ACCEPTED: "not_accepted",
    State.LAPSED: "lapsed",
}
# figure → annotation that holds counted, missed or excluded
MARKS = {
    "response_rate": "mark_response",
    "on_time_rate": "mark_on_time",
    "resolution_rate": "mark_resolution",
    "satisfaction_rate": "mark_satisfaction",
    "first_dispatch_right": "mark_first",
    "callbacks_done": "mark_callbacks",
}


def marked(appeals: QuerySet[Appeal], *, now: datetime) -> QuerySet[Appeal]:
    """The same cases, each with a mark for every rate, its `end`, and whether it is `late`.

    Everything is asked as "is there a row that …": PostgreSQL then reads each table once for all
    cases, where a subquery for the newest row would be run for every single one.
    """
    valid = _newest_ratings().exclude(callback__outcome__in=TAKEN_BACK)
    waiting = _any(Callback.objects.filter(closed_at=None))
    return appeals.annotate(
        mark_response=_clock_mark("contact", now),
        mark_on_time=_clock_mark("reply", now),
        mark_resolution=_mark(
            ("missed", _any(valid.filter(solved=False))),
            ("counted", Q(state__in=_RATED) & _any(valid.filter(solved=True))),
        ),
        mark_satisfaction=_mark(
            ("missed", _any(valid.filter(level__lt=LOWEST_SATISFIED))),
            ("counted", Q(state=State.CLOSED) & _any(valid.filter(level__gte=LOWEST_SATISFIED))),
        ),
        mark_first=_mark(
            ("missed", _any(Objection.objects.filter(outcome=Objection.Outcome.UPHELD))),
            ("counted", _any(Dispatch.objects.filter(role="lead", acknowledged_at__isnull=False))),
        ),
        mark_callbacks=_mark(
            ("missed", waiting & _any(_late(now).filter(name="callback"))),
            ("excluded", waiting),
            ("counted", _any(Callback.objects.all())),
        ),
        end=_end(valid),
        late=Case(
            When(
                Q(state__in=sorted(OPEN)) & _any(_late(now).filter(name__in=sorted(DUTIES))),
                then=Value(1),
            ),
            default=Value(0),
        ),
    )


def _newest_ratings() -> QuerySet[Rating]:
    """Of each case the last one: what was said before it no longer speaks."""
    later = Rating.objects.filter(appeal=OuterRef("appeal"), pk__gt=OuterRef("pk"))
    return Rating.objects.filter(~Exists(later))


def _newest_replies() -> QuerySet[Reply]:
    later = Reply.objects.filter(appeal=OuterRef("appeal"), round__gt=OuterRef("round"))
    return Reply.objects.filter(~Exists(later))


def _any(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(appeal=OuterRef("pk"))))


def _late(now: datetime) -> QuerySet[Clock]:
    return Clock.objects.filter(state=Clock.State.RUNNING, due_at__lt=now)


def _clock_mark(name: str, now: datetime) -> Case:
    """Missed where any clock of that name was or is; counted where one was met."""
    own = Clock.objects.filter(name=name)
    over = own.filter(Q(missed=True) | Q(state=Clock.State.RUNNING, due_at__lt=now))
    met = own.filter(state=Clock.State.MET)
    return _mark(("missed", _any(over)), ("counted", _any(met)))


def _mark(*rules: tuple[str, Q]) -> Case:
    """The part of the first rule that fits; a case that fits none stands outside."""
    whens = [When(fits, then=Value(part)) for part, fits in rules]
    return Case(*whens, default=Value("excluded"), output_field=CharField())


def _end(valid: QuerySet[Rating]) -> Case:
    closed = Q(state=State.CLOSED)
    replies = _newest_replies()
    resolved = closed & _any(replies.filter(outcome="resolved"))
    return Case(
        When(state__in=sorted(OPEN), then=Value("open")),
        *(When(state=state, then=Value(end)) for state, end in _END_OF_STATE.items()),
        When(closed & _any(replies.filter(outcome="explained")), then=Value("explained")),
        When(resolved & _any(valid.filter(solved=False)), then=Value("not_solved")),
        When(resolved, then=Value("resolved")),
        default=Value("not_possible"),
        output_field=CharField(),
    )
