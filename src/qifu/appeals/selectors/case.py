"""One case, whole: what a page about it shows, as far as this actor may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from qifu.appeals.models import (
    Appeal,
    AppealPoint,
    Attachment,
    Callback,
    Clock,
    Contact,
    Dispatch,
    Extension,
    InfoRequest,
    Link,
    Objection,
    PointReply,
    Rating,
    Reply,
    ScopeDecision,
    Suggestion,
    SupervisionNotice,
)
from qifu.appeals.permissions import acts_for_requester, may_see_contact, steps_for
from qifu.appeals.selectors.clocks import due_of_clock, limit_from_json
from qifu.appeals.selectors.similar import Similar, similar_cases
from qifu.appeals.selectors.visible import appeals_visible_to, attachments_visible, may_see
from qifu.appeals.states import CLOSED, Step
from qifu.base.calendar import calendars_of
from qifu.organisations.permissions import Actor
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.clock_rules import ClockDue
from qifu.rulebook.workdays import Pause

# the clocks that a firm follows; the others are between units
FOR_FIRM: Final = frozenset({"contact", "reply", "info", "unrated", "callback"})


@dataclass(frozen=True)
class PointView:
    """One question with what was answered to it, the newest answer last."""

    point: AppealPoint
    answers: tuple[PointReply, ...]


@dataclass(frozen=True)
class ReplyView:
    """One reply with its answers by point and, where the firm rated it, the rating."""

    reply: Reply
    points: tuple[PointReply, ...]
    rating: Rating | None


@dataclass(frozen=True)
class ClockView:
    """A clock with its due date explained day by day; `late`: it ran or ended past it."""

    clock: Clock
    due: ClockDue | None
    late: bool


@dataclass(frozen=True)
class Related:
    """A case that belongs to this one, from this one's side: repeat, duplicate, child, parent,
    master, follower, related."""

    appeal: Appeal
    kind: str


@dataclass(frozen=True)
class Case:
    """A case as one actor sees it. What is only for the government side is empty for the firm."""

    appeal: Appeal
    steps: tuple[Step, ...]
    contact_visible: bool
    points: tuple[PointView, ...]
    replies: tuple[ReplyView, ...]
    clocks: tuple[ClockView, ...]
    contacts: tuple[Contact, ...]
    attachments: tuple[Attachment, ...]
    related: tuple[Related, ...]
    scope: ScopeDecision | None
    info: InfoRequest | None
    infos: tuple[InfoRequest, ...]
    confirm_asked: bool
    justified: Callback | None
    # for the desks
    dispatches: tuple[Dispatch, ...] = ()
    objections: tuple[Objection, ...] = ()
    objection: Objection | None = None
    extensions: tuple[Extension, ...] = ()
    extension: Extension | None = None
    callbacks: tuple[Callback, ...] = ()
    callback: Callback | None = None
    supervisions: tuple[SupervisionNotice, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    similar: tuple[Similar, ...] = ()

    @property
    def running(self) -> tuple[ClockView, ...]:
        """The clocks that have not ended, the one due first at the top."""
        live = [view for view in self.clocks if view.clock.state in ("running", "paused")]
        return tuple(sorted(live, key=lambda view: view.clock.due_at))

    @property
    def reply(self) -> ReplyView | None:
        """The newest reply."""
        return self.replies[-1] if self.replies else None


def case_of(actor: Actor, appeal: Appeal, *, now: datetime) -> Case:
    """Everything of a case that the actor may see; Appeal.DoesNotExist where that is nothing."""
    if not may_see(actor, appeal):
        raise Appeal.DoesNotExist
    firm = acts_for_requester(actor, appeal)
    replies = _replies(appeal)
    callbacks = tuple(
        Callback.objects.filter(appeal=appeal)
        .select_related("rating", "proposed_by", "closed_by")
        .prefetch_related("attempts__made_by")
        .order_by("pk")
    )
    open_callback = next((row for row in callbacks if row.closed_at is None), None)
    infos = tuple(InfoRequest.objects.filter(appeal=appeal).order_by("pk"))
    contact_visible = may_see_contact(actor, appeal)
    contacts = Contact.objects.filter(appeal=appeal) if contact_visible else Contact.objects.none()
    desk = {} if firm else _for_desks(actor, appeal, callbacks, open_callback, now)
    return Case(
        appeal=appeal,
        steps=tuple(steps_for(actor, appeal)),
        contact_visible=contact_visible,
        points=tuple(
            PointView(point, tuple(a for r in replies for a in r.points if a.point_id == point.pk))
            for point in appeal.points.all()
        ),
        replies=replies,
        clocks=clocks_of(appeal, now=now, names=FOR_FIRM if firm else None),
        contacts=tuple(contacts.select_related("unit__organisation", "made_by").order_by("pk")),
        attachments=tuple(attachments_visible(actor, appeal)),
        related=_related(actor, appeal),
        scope=ScopeDecision.objects.filter(appeal=appeal).order_by("-pk").first(),
        info=next((row for row in infos if row.answered_at is None), None),
        infos=infos,
        confirm_asked=open_callback is not None and open_callback.confirm_asked_at is not None,
        justified=_justified(appeal, callbacks),
        **desk,  # type: ignore[arg-type]
    )


def clocks_of(
    appeal: Appeal, *, now: datetime, names: Iterable[str] | None = None
) -> tuple[ClockView, ...]:
    """The clocks of a case in the order they started, each under the calendar it stands on."""
    found = Clock.objects.filter(appeal=appeal).prefetch_related("pauses").order_by("pk")
    clocks = list(found if names is None else found.filter(name__in=sorted(names)))
    calendars = calendars_of({clock.calendar for clock in clocks}) if clocks else {}
    views = []
    for clock in clocks:
        pauses = sorted(clock.pauses.all(), key=lambda pause: pause.pk)
        try:
            due = due_of_clock(
                appeal,
                limit_from_json(clock.name, clock.limit),
                clock.started_at,
                calendar=calendars[clock.calendar],
                pauses=[Pause(p.start, max(p.end or now, p.start)) for p in pauses],
                extra=clock.extra,
            )
        except ClockError:
            due = None  # the pack that it was counted with cannot count so far any more
        late = clock.missed or (clock.state == Clock.State.RUNNING and clock.due_at < now)
        views.append(ClockView(clock, due, late))
    return tuple(views)


def _replies(appeal: Appeal) -> tuple[ReplyView, ...]:
    found = (
        Reply.objects.filter(appeal=appeal)
        .select_related("unit__organisation", "replied_by", "rating")
        .prefetch_related("points__point")
        .order_by("round")
    )
    return tuple(
        ReplyView(reply, tuple(reply.points.all()), getattr(reply, "rating", None))
        for reply in found
    )


def _justified(appeal: Appeal, callbacks: Iterable[Callback]) -> Callback | None:
    """The callback whose clause and explanation closed the case; nothing that was only proposed."""
    if appeal.state not in CLOSED:
        return None
    closing = [row for row in callbacks if row.outcome == Callback.Outcome.JUSTIFIED]
    return closing[-1] if closing and appeal.state == "closed_justified" else None


def _for_desks(
    actor: Actor,
    appeal: Appeal,
    callbacks: tuple[Callback, ...],
    callback: Callback | None,
    now: datetime,
) -> dict[str, object]:
    objections = tuple(
        Objection.objects.filter(appeal=appeal)
        .select_related("suggested__organisation", "raised_by", "decided_by")
        .order_by("number")
    )
    extensions = tuple(
        Extension.objects.filter(appeal=appeal).select_related("asked_by").order_by("pk")
    )
    return {
        "dispatches": tuple(
            Dispatch.objects.filter(appeal=appeal)
            .select_related("unit__organisation", "suggested__organisation", "dispatched_by")
            .order_by("pk")
        ),
        "objections": objections,
        "objection": next((row for row in objections if row.decided_at is None), None),
        "extensions": extensions,
        "extension": next((row for row in extensions if row.decided_at is None), None),
        "callbacks": callbacks,
        "callback": callback,
        "supervisions": tuple(
            SupervisionNotice.objects.filter(appeal=appeal)
            .select_related("unit__organisation", "issued_by")
            .order_by("pk")
        ),
        "suggestions": tuple(Suggestion.objects.filter(appeal=appeal).order_by("about", "pk")),
        "similar": tuple(similar_cases(actor, appeal, now=now)),
    }


def _related(actor: Actor, appeal: Appeal) -> tuple[Related, ...]:
    """Links of both directions and kinship; a case that the actor may not see is not among them."""
    kinds: dict[int, str] = {}
    for link in Link.objects.filter(Q(appeal=appeal) | Q(other=appeal)).order_by("pk"):
        own = link.appeal_id == appeal.pk
        other = link.other_id if own else link.appeal_id
        if link.kind not in (Link.Kind.CHILD, Link.Kind.MERGED):  # told by the columns below
            kinds.setdefault(other, str(link.kind))
    if appeal.parent_id:
        kinds[appeal.parent_id] = "parent"
    if appeal.merged_into_id:
        kinds[appeal.merged_into_id] = "master"
    kin = Appeal.objects.filter(Q(parent=appeal) | Q(merged_into=appeal))
    for pk, master in kin.values_list("pk", "merged_into_id"):
        kinds[pk] = "follower" if master == appeal.pk else "child"
    seen = appeals_visible_to(actor).filter(pk__in=kinds) if kinds else Appeal.objects.none()
    rows = seen.select_related("enterprise__organisation", "lead__organisation").order_by("pk")
    return tuple(Related(row, kinds[row.pk]) for row in rows)
