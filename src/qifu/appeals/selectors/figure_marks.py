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
    Subquery,
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
    """The same cases, each with a mark for every rate, its `end`, and whether it is `late`."""
    rated = Rating.objects.filter(appeal=OuterRef("pk")).order_by("-pk")
    replied = Reply.objects.filter(appeal=OuterRef("pk")).order_by("-round")
    waiting = _any(Callback.objects.filter(closed_at=None))
    return appeals.annotate(
        last_level=Subquery(rated.values("level")[:1]),
        last_solved=Subquery(rated.values("solved")[:1]),
        last_callback=Subquery(rated.values("callback__outcome")[:1]),
        last_outcome=Subquery(replied.values("outcome")[:1]),
    ).annotate(
        mark_response=_clock_mark("contact", now),
        mark_on_time=_clock_mark("reply", now),
        mark_resolution=_mark(
            ("excluded", Q(last_callback__in=TAKEN_BACK)),
            ("missed", Q(last_solved=False)),
            ("counted", Q(last_solved=True, state__in=_RATED)),
        ),
        mark_satisfaction=_mark(
            ("excluded", Q(last_callback__in=TAKEN_BACK)),
            ("missed", Q(last_level__lt=LOWEST_SATISFIED)),
            ("counted", Q(last_level__gte=LOWEST_SATISFIED, state=State.CLOSED)),
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
        end=_end(),
        late=Case(
            When(
                Q(state__in=sorted(OPEN)) & _any(_late(now).filter(name__in=sorted(DUTIES))),
                then=Value(1),
            ),
            default=Value(0),
        ),
    )


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


def _end() -> Case:
    closed = Q(state=State.CLOSED)
    return Case(
        When(state__in=sorted(OPEN), then=Value("open")),
        *(When(state=state, then=Value(end)) for state, end in _END_OF_STATE.items()),
        When(closed & Q(last_outcome="explained"), then=Value("explained")),
        When(
            closed & Q(last_outcome="resolved", last_callback__in=TAKEN_BACK),
            then=Value("resolved"),
        ),
        When(closed & Q(last_outcome="resolved", last_solved=False), then=Value("not_solved")),
        When(closed & Q(last_outcome="resolved"), then=Value("resolved")),
        default=Value("not_possible"),
        output_field=CharField(),
    )
