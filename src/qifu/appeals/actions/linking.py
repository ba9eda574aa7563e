"""Cases that belong together: merged into a master, split into a child, linked."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.answering import too_long
from qifu.appeals.actions.clocks import LIVE, meet_clock, refresh_due, start_clock
from qifu.appeals.actions.common import drop_open_questions
from qifu.appeals.actions.core import take
from qifu.appeals.actions.guards import held, ready_for
from qifu.appeals.actions.inputs import Fields, clean, made_title, set_points
from qifu.appeals.actions.searching import index_cases, index_replies
from qifu.appeals.actions.submit import entered, remember_text
from qifu.appeals.actions.telling import day_words, tell_firm, unit_words
from qifu.appeals.models import (
    Appeal,
    AppealPoint,
    Clock,
    Link,
    PointReply,
    Reply,
    ScopeDecision,
)
from qifu.appeals.permissions import may_link, may_take, same_requester
from qifu.appeals.selectors.clocks import city_for, spans_of
from qifu.appeals.states import BEFORE_REPLY, State
from qifu.base import journal
from qifu.base.city import current_city
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.organisations.permissions import NOBODY, Actor

LONGEST_NOTE = 200
# kinds that come of a step of their own are not set by hand
BY_HAND = (Link.Kind.REPEAT, Link.Kind.DUPLICATE, Link.Kind.RELATED)


def follow_reply(master: Appeal, reply: Reply, *, now: datetime) -> int:
    """Give the reply of a case to those merged into it: each is replied to and rated on its own.

    Call it inside the step that replied. Gives how many followed.
    """
    followers = Appeal.objects.filter(merged_into=master).order_by("pk")
    # each once: where the case has one point, its answer is the whole text, which goes along too
    words = "\n\n".join(dict.fromkeys(point.text for point in reply.points.all()))
    done: list[int] = []
    for follower in followers.filter(state__in=[str(state.value) for state in BEFORE_REPLY]):
        held(follower)
        if follower.merged_into_id != master.pk:
            continue  # the merge was undone meanwhile
        take(
            follower, "follow_reply", actor=NOBODY, now=now, lead=reply.unit, holder=reply.unit,
            at_once=reply.at_once, replied_at=now,
        )  # fmt: skip
        copy = Reply.objects.create(
            appeal=follower, round=follower.round, unit=reply.unit, text=reply.text,
            outcome=reply.outcome, basis=reply.basis, at_once=reply.at_once, copied_from=reply,
            replied_by=reply.replied_by, replied_at=now,
        )  # fmt: skip
        PointReply.objects.bulk_create(
            [PointReply(reply=copy, point=point, text=words) for point in follower.points.all()]
        )
        for name in ("reply", "contact"):
            meet_clock(follower, name, now=now)
        start_clock(follower, "unrated", now=now)
        drop_open_questions(follower, now=now)
        refresh_due(follower)
        tell_firm(follower, "appeal_replied", unit=unit_words(reply.unit), now=now)
        done.append(follower.pk)
    # last, and all at once: nobody waits for our rows of the index while we wait for a case
    index_replies([master.pk, *done])
    return len(done)


def release_followers(master: Appeal, *, now: datetime) -> int:
    """The master stops without a reply: those merged into it go on by themselves.

    Call it inside the step that stopped it (refused, withdrawn, lapsed). Gives how many.
    """
    done = 0
    for follower in Appeal.objects.filter(merged_into=master).order_by("pk"):
        held(follower)
        if follower.merged_into_id != master.pk or follower.state not in BEFORE_REPLY:
            continue
        take(follower, "part", actor=NOBODY, now=now, merged_into=None, holder=follower.intake_unit)
        Link.objects.filter(appeal=follower, other=master, kind=Link.Kind.MERGED).delete()
        tell_firm(follower, "unmerged", master=master.number, now=now)
        done += 1
    return done


@transaction.atomic
def merge_appeals(appeal: Appeal, *, actor: Actor, now: datetime, master: Appeal) -> None:
    """Let a case follow another that is not answered yet; it keeps its own clocks and rating.

    Both are of one firm: the master's reply is given to the follower word for word. BadInput at
    `master` where that one cannot lead. The requester is told.
    """
    for case in sorted((appeal, master), key=lambda case: case.pk):
        held(case)  # in one order, whoever is merged into whom
    ready_for(appeal, "merge", actor=actor)
    if appeal.pk == master.pk:
        raise BadInput(_("不能并入自己。"), field="master")
    if not may_take(actor, master, "merge"):
        raise NotAllowed(_("您的岗位不能对主件做这一步。"))
    if master.merged_into_id is not None:
        raise BadInput(_("主件自己已经并入另一件，请选那一件。"), field="master")
    if master.state not in BEFORE_REPLY:
        raise BadInput(_("主件已经答复或已经停下，不能再并入。"), field="master")
    if appeal.followers.exists():
        raise WrongState(_("已有诉求并入这一件，请先取消并单。"))
    if not same_requester(appeal, master):
        raise BadInput(_("只能并入同一家企业的诉求：主件的答复会原样给到这一件。"), field="master")
    take(
        appeal,
        "merge",
        actor=actor,
        now=now,
        note=master.number,
        merged_into=master,
        holder=master.holder,
    )
    Link.objects.get_or_create(
        appeal=appeal, other=master, kind=Link.Kind.MERGED,
        defaults={"made_by": actor.user, "made_at": now},
    )  # fmt: skip
    tell_firm(appeal, "merged", master=master.number, now=now)


@transaction.atomic
def unmerge_appeal(appeal: Appeal, *, actor: Actor, now: datetime) -> None:
    """Undo a merge: the case goes on by itself from where it stands."""
    ready_for(appeal, "unmerge", actor=actor)
    master = appeal.merged_into
    if master is None:
        raise WrongState(_("这件诉求没有并入别的诉求。"))
    take(
        appeal,
        "unmerge",
        actor=actor,
        now=now,
        note=master.number,
        merged_into=None,
        holder=appeal.intake_unit,
    )
    Link.objects.filter(appeal=appeal, other=master, kind=Link.Kind.MERGED).delete()


@transaction.atomic
def split_appeal(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    points: Sequence[int],
    matter: str = "",
    title: str = "",
) -> Appeal:
    """Make some points a case of their own, with a number, submitted when the first one was.

    The points move: each is answered once. One point at least stays, and a case that was answered
    in an earlier round keeps them all. Where the first case was accepted the child is too, ready
    to be dispatched. BadInput at points, matter, title.
    """
    ready_for(appeal, "split", actor=actor)
    if appeal.round > 1:
        # its points are what an earlier reply answers, and that stays readable
        raise WrongState(_("已经答复过的诉求不能再拆分。"))
    there = {point.number: point for point in appeal.points.all()}
    chosen = sorted(set(points))
    if not chosen:
        raise BadInput(_("请至少选一点拆出。"), field="points")
    if unknown := [number for number in chosen if number not in there]:
        raise BadInput(_("这件诉求没有第 %(number)s 点。") % {"number": unknown[0]}, field="points")
    if len(chosen) == len(there):
        raise BadInput(_("至少要留下一点。"), field="points")
    if appeal.followers.exists():
        raise WrongState(_("已有诉求并入这一件，请先取消并单。"))
    form = Fields(current_city())
    form.taken["matter"] = appeal.matter
    if matter and matter != appeal.matter:
        form.matter(matter)
    form.title(title)
    form.stop()
    take(appeal, "split", actor=actor, now=now, note="、".join(str(number) for number in chosen))
    moved = [there[number] for number in chosen]
    child = _child(appeal, moved, form, actor=actor, now=now)
    index_cases([appeal.pk, child.pk])
    return child


def _child(
    parent: Appeal, points: list[AppealPoint], form: Fields, *, actor: Actor, now: datetime
) -> Appeal:
    """A case of its own with these points of the parent, as old as the parent."""
    child = Appeal.objects.create(
        enterprise=parent.enterprise, created_by=actor.user, created_at=now, changed_at=now
    )
    texts = [point.text for point in points]
    text = "\n".join(texts)
    entered(
        child, city_for(parent), actor=actor, now=now, desk=parent.intake_unit, clocks=(),
        written={
            "kind": parent.kind, "matter": form.taken["matter"], "region": parent.region,
            "title": form.taken["title"] or made_title(text), "text": text,
            "requester": parent.requester, "contact_name": parent.contact_name,
            "contact_phone": parent.contact_phone, "channel": parent.channel,
            "submitted_at": parent.submitted_at, "parent": parent,
            "contacted_at": parent.contacted_at, "made_up": parent.made_up,
        },
    )  # fmt: skip
    AppealPoint.objects.filter(pk__in=[point.pk for point in points]).delete()
    set_points(child, texts)
    remember_text(child)
    for clock in Clock.objects.filter(appeal=parent, name__in=["reply", "contact"]):
        if clock.state in LIVE:
            start_clock(
                child, clock.name, now=now, since=clock.started_at, unit=clock.unit,
                pauses=spans_of(clock, now=now),
            )  # fmt: skip
    if parent.state == State.ACCEPTED:
        take(child, "accept", actor=actor, now=now)
        ScopeDecision.objects.create(
            appeal=child, accepted=True, decided_by=actor.user, decided_at=now,
            city_load=form.city.load_id,
        )  # fmt: skip
    Link.objects.create(
        appeal=child, other=parent, kind=Link.Kind.CHILD, made_by=actor.user, made_at=now
    )
    refresh_due(child)
    tell_firm(
        child, "appeal_received", title=child.title, due=day_words(child.due_at),
        unit=unit_words(child.intake_unit), now=now,
    )  # fmt: skip
    return child


@transaction.atomic
def link_appeals(
    appeal: Appeal, *, actor: Actor, now: datetime, other: Appeal, kind: str, note: str = ""
) -> Link:
    """Note that two cases belong together: repeat, duplicate or related. Nothing else changes.

    The same link again is the one that is there. BadInput at other, kind, note.
    """
    if not may_link(actor):
        raise NotAllowed(_("您的岗位不能关联诉求。"))
    if kind not in BY_HAND:
        raise BadInput(_("请选择：重复、相同或相关。"), field="kind")
    if appeal.pk == other.pk:
        raise BadInput(_("不能关联自己。"), field="other")
    if State.DRAFT in (appeal.state, other.state):
        raise BadInput(_("草稿不能关联。"), field="other")
    note = clean(note)
    if len(note) > LONGEST_NOTE:
        raise BadInput(too_long(note, LONGEST_NOTE), field="note")
    link, made = Link.objects.get_or_create(
        appeal=appeal, other=other, kind=kind,
        defaults={"note": note, "made_by": actor.user, "made_at": now},
    )  # fmt: skip
    if made:
        journal.record(
            appeal, "link", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
            from_state=appeal.state, to_state=appeal.state, note=f"{kind} {other.number}",
        )  # fmt: skip
    return link
