"""A case as programs read it: a row of a list, and the whole with clocks, replies, history."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_noop as _

from qifu.api.appeal_schemas import (
    AnsweredOut,
    BasisOut,
    CaseOut,
    CaseRow,
    ClockOut,
    ContactOut,
    DayOut,
    EntryOut,
    FileOut,
    FirmOut,
    PointOut,
    QuestionOut,
    RatingOut,
    RefusalOut,
    RelatedOut,
    ReplyOut,
    StepOut,
)
from qifu.api.schemas import Named, Words, words
from qifu.api.values import both, named
from qifu.appeals.models import Appeal, Attachment, Clock, InfoRequest
from qifu.appeals.selectors import Case, Entry
from qifu.appeals.selectors.case import ClockView, ReplyView
from qifu.appeals.states import OPEN, Kind, State
from qifu.base.city import City
from qifu.organisations.models import Enterprise, Unit

CLOCKS: Mapping[str, str] = {
    "contact": _("联系企业"),
    "acknowledge": _("签收"),
    "objection": _("派单异议期"),
    "reply": _("答复"),
    "info": _("补充材料"),
    "unrated": _("评价"),
    "callback": _("回访"),
    "reopen": _("要求重办"),
    "contest": _("对不予受理提出异议"),
    "extension": _("申请延期"),
}


def unit_named(unit: Unit | None) -> Named | None:
    """A unit with its code."""
    if unit is None:
        return None
    one = unit.organisation
    return Named(code=one.code, name=words((one.name, one.name_en)))


@lru_cache(maxsize=64)
def clock_named(name: str) -> Named:
    """A clock with its name."""
    return named(CLOCKS, name)


def firm_out(firm: Enterprise | None) -> FirmOut | None:
    """The firm of a case."""
    return FirmOut(code=firm.uscc, name=firm.name) if firm else None


@lru_cache(maxsize=2)
def _words_of(kind: type[State] | type[Kind]) -> dict[str, Words]:
    """The words of every state or kind; they do not change while the program runs."""
    return {str(code): both(label) for code, label in kind.choices}


class Builder:
    """Makes answers for one request: names of matters and regions are looked up once."""

    def __init__(self, city: City, now: datetime) -> None:
        self.city, self.now = city, now
        self.states, self.kinds = _words_of(State), _words_of(Kind)
        self.matters = {one.code: words(tuple(one.name)) for one in city.matters}
        self.tree = city.catalogue.trees.get("region")

    def row(self, one: Appeal) -> CaseRow:
        """A row of a list."""
        return CaseRow(**self._row(one))

    def _row(self, one: Appeal) -> dict[str, Any]:
        open_ = one.state in OPEN
        return {
            "id": one.pk,
            "number": one.number,
            "state": Named(code=one.state, name=self.states[one.state]),
            "kind": Named(code=one.kind, name=self.kinds[one.kind]),
            "matter": self.matter(one.matter),
            "region": self.region(one.region),
            "title": one.title,
            "firm": firm_out(one.enterprise),
            "requester": one.requester,
            "channel": one.channel,
            "external_id": one.external_id,
            "lead": unit_named(one.lead),
            "holder": unit_named(one.holder),
            "round": one.round,
            "submitted_at": one.submitted_at,
            "changed_at": one.changed_at,
            "due_at": one.due_at,
            "due_provisional": one.due_provisional,
            "next_clock": clock_named(one.next_clock) if one.next_clock else None,
            "next_due_at": one.next_due_at,
            "late": bool(open_ and one.next_due_at and one.next_due_at < self.now),
            "merged_into": one.merged_into_id,
        }

    def matter(self, code: str) -> Named | None:
        """A matter of the pack; its code where the pack no longer has it."""
        return Named(code=code, name=self.matters.get(code) or words(code)) if code else None

    def region(self, code: str) -> Named | None:
        """A division with its name."""
        if not code:
            return None
        known = self.tree is not None and self.tree.has(code)
        name = (self.tree.label(code, "zh"), self.tree.label(code, "en")) if known else code  # type: ignore[union-attr]
        return Named(code=code, name=words(name))

    def case(self, case: Case, steps: list[StepOut]) -> CaseOut:
        """A whole case."""
        one = case.appeal
        refused = case.scope if case.scope is not None and not case.scope.accepted else None
        return CaseOut(
            **self._row(one),
            text=one.text,
            contact=(
                ContactOut(name=one.contact_name, phone=one.contact_phone)
                if case.contact_visible
                else None
            ),
            several=one.several,
            contested=one.contested,
            confirm_asked=case.confirm_asked,
            points=[PointOut(number=v.point.number, text=v.point.text) for v in case.points],
            replies=[reply_out(view) for view in case.replies],
            clocks=[clock_out(view) for view in case.clocks],
            questions=[_question(row) for row in case.infos],
            refusal=(
                RefusalOut(
                    exclusion=refused.exclusion,
                    reason=refused.reason,
                    channel=refused.channel,
                    decided_at=refused.decided_at,
                )
                if refused
                else None
            ),
            files=[file_out(one) for one in case.attachments],
            related=[
                RelatedOut(id=r.appeal.pk, number=r.appeal.number, kind=r.kind)
                for r in case.related
            ],
            steps=steps,
        )


def _question(row: InfoRequest) -> QuestionOut:
    return QuestionOut(
        question=row.question,
        asked_at=row.asked_at,
        until=row.until,
        answer=row.answer,
        answered_at=row.answered_at,
    )


def reply_out(view: ReplyView) -> ReplyOut:
    """One reply with the answers to its points, and the rating where there is one."""
    reply, rating = view.reply, view.rating
    unit = unit_named(reply.unit)
    assert unit is not None
    known = BasisOut.model_fields
    return ReplyOut(
        round=reply.round,
        unit=unit,
        text=reply.text,
        points=[AnsweredOut(number=one.point.number, text=one.text) for one in view.points],
        outcome=reply.outcome,
        basis=[
            BasisOut(**{k: str(v) for k, v in entry.items() if k in known}) for entry in reply.basis
        ],
        at_once=reply.at_once,
        replied_at=reply.replied_at,
        rating=(
            RatingOut(
                level=rating.level,
                solved=rating.solved,
                tags=list(rating.tags),
                text=rating.text,
                rated_at=rating.rated_at,
            )
            if rating
            else None
        ),
    )


def clock_out(view: ClockView) -> ClockOut:
    """A clock and why it ends when it does; nothing of that where the pack cannot count so far."""
    clock: Clock = view.clock
    due = view.due
    return ClockOut(
        name=clock_named(clock.name),
        state=str(clock.state),
        round=clock.round,
        started_at=clock.started_at,
        due_at=clock.due_at,
        ended_at=clock.ended_at,
        provisional=clock.provisional,
        late=view.late,
        explanation=words(tuple(due.explanation)) if due else None,
        days=[
            DayOut(date=day.date, counts=day.counts, why=Words(zh=day.why_zh, en=day.why_en))
            for day in (due.trace if due else ())
        ],
    )


def file_out(one: Attachment) -> FileOut:
    """A file of a case."""
    return FileOut(
        id=one.pk,
        name=one.name,
        content_type=one.content_type,
        size=one.size,
        state=str(one.state),
        finding=one.finding,
        internal=one.internal,
        uploaded_at=one.uploaded_at,
    )


def entry_out(entry: Entry) -> EntryOut:
    """A line of the history, as the timeline gave it for whoever asks."""
    return EntryOut(
        at=entry.at,
        step=entry.step,
        words=both(entry.words),
        who=entry.who,
        unit=_organisation(entry.unit),
        to=_organisation(entry.to),
        note=entry.note,
        from_state=entry.from_state,
        to_state=entry.to_state,
    )


def _organisation(one: Any) -> Named | None:
    return Named(code=one.code, name=words((one.name, one.name_en))) if one else None
