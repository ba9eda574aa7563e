"""What happened to a case, line by line, as the firm may know it and as the desk needs it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import models
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.accounts.models import User
from qifu.appeals.models import (
    Appeal,
    Callback,
    CallbackAttempt,
    ClockEvent,
    Contact,
    Dispatch,
    Extension,
    InfoRequest,
    Objection,
    Rating,
    Reply,
    ScopeDecision,
    SupervisionNotice,
)
from qifu.appeals.permissions import acts_for_requester, may_see_contact
from qifu.appeals.selectors.visible import may_see, sees_everything
from qifu.appeals.states import STEPS
from qifu.base.models import JournalLine
from qifu.organisations.models import Organisation
from qifu.organisations.permissions import Actor

Row = type[models.Model]
# step → the row that it wrote, and the column that holds the same moment as its line
_ROWS: Final[Mapping[str, tuple[Row, str]]] = {
    "accept": (ScopeDecision, "decided_at"),
    "reject_intake": (ScopeDecision, "decided_at"),
    "ask_for_facts": (InfoRequest, "asked_at"),
    "supply_facts": (InfoRequest, "answered_at"),
    "resume": (InfoRequest, "answered_at"),
    "lapse": (InfoRequest, "lapsed_at"),
    "dispatch": (Dispatch, "dispatched_at"),
    "transfer": (Dispatch, "dispatched_at"),
    "acknowledge": (Dispatch, "acknowledged_at"),
    "contact": (Contact, "made_at"),
    "object": (Objection, "raised_at"),
    "uphold": (Objection, "decided_at"),
    "dismiss": (Objection, "decided_at"),
    "ask_extension": (Extension, "asked_at"),
    "grant_extension": (Extension, "decided_at"),
    "refuse_extension": (Extension, "decided_at"),
    "answer_at_once": (Reply, "replied_at"),
    "reply": (Reply, "replied_at"),
    "follow_reply": (Reply, "replied_at"),
    "rate_satisfied": (Rating, "rated_at"),
    "rate_dissatisfied": (Rating, "rated_at"),
    "attempt_callback": (CallbackAttempt, "at"),
    "propose_justified": (Callback, "proposed_at"),
    "approve_justified": (Callback, "closed_at"),
    "wants_more": (Callback, "closed_at"),
    "close_unreachable": (Callback, "closed_at"),
    "confirm_closed": (Callback, "closed_at"),
    "ask_confirmation": (Callback, "confirm_asked_at"),
    "supervise": (SupervisionNotice, "issued_at"),
    "recompute_clock": (ClockEvent, "at"),
    "change_limit": (ClockEvent, "at"),
}
_CASE_OF: Final[Mapping[Row, str]] = {
    CallbackAttempt: "callback__appeal",
    ClockEvent: "clock__appeal",
}
# what one side asks of another, and what colleagues tell each other, is not the firm's business
INTERNAL: Final = frozenset(
    {
        "assign", "remind", "supervise", "ask_extension", "refuse_extension",
        "propose_justified", "decline_justified", "link", "change_desk",
        "exchange_conflict", "take_theirs", "keep_ours",
    }
)  # fmt: skip
# their words name another case, which not everybody may see who sees this one
_NAMES_ANOTHER: Final = frozenset({"merge", "unmerge", "part", "link"})
# the column whose words the firm reads; where there is none it reads only that it happened
_FOR_FIRM: Final[Mapping[str, str]] = {
    "reject_intake": "reason",
    "ask_for_facts": "question",
    "supply_facts": "answer",
    "resume": "answer",
    "dispatch": "why",
    "transfer": "why",
    "contact": "result",
    "object": "reason",
    "uphold": "decision",
    "dismiss": "decision",
    "grant_extension": "decision",
    "approve_justified": "explanation",
}
# rows without anything in them that is for the government side only
_OPEN_ROWS: Final = (InfoRequest, ScopeDecision, Reply, Rating, ClockEvent)
# written down by others, said by whoever asked
_OF_CALLER: Final = frozenset({"exchange_supplement"})
_MOVED: Final = ("recompute_clock", "change_limit")
_OTHER_WORDS: Final[Mapping[str, str | Promise]] = {
    "recompute_clock": _("放假安排更新，到期日重新计算"),
    "change_limit": _("事项、类型或承办单位数确定，按对应的时限规则重新计算到期日"),
    "attach": _("添加附件"),
    "link": _("关联诉求"),
    "forget_requester": _("删去联系人信息"),
    "exchange_update": _("热线更新了工单内容"),
    "exchange_supplement": _("来电人补充"),
    "exchange_conflict": _("热线发来的内容与本站不一致"),
    "take_theirs": _("采用热线的内容"),
    "keep_ours": _("维持本站的内容"),
}


@dataclass(frozen=True)
class Entry:
    """One line: when, which step, in words; who for whom; to which unit; what was said.

    `details` are the rows that the step wrote. For the firm: units and no officers' names, and
    only rows that hold nothing internal.
    """

    at: datetime
    step: str
    words: str | Promise
    who: str = ""
    unit: Organisation | None = None
    to: Organisation | None = None
    note: str = ""
    from_state: str = ""
    to_state: str = ""
    details: tuple[models.Model, ...] = ()


def timeline(actor: Actor, appeal: Appeal) -> list[Entry]:
    """Every step that the actor may know of, the first one first; empty for a case not seen."""
    if not may_see(actor, appeal):
        return []
    firm = acts_for_requester(actor, appeal)
    found = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk)
    lines = [
        line
        for line in found.select_related("note").order_by("pk")
        if not (firm and _hidden(line, appeal))
    ]
    rows = _rows(appeal, {line.step for line in lines})
    organisations = Organisation.objects.in_bulk({ln.acting_for for ln in lines if ln.acting_for})
    people = _names(lines)
    seen = may_see_contact(actor, appeal)
    entries = []
    for line in lines:
        of_firm = line.acting_for is not None and line.acting_for == appeal.enterprise_id
        named = of_firm if firm else (seen or not of_firm)
        details = rows.get((line.step, line.at), ())
        entries.append(
            Entry(
                at=line.at,
                step=line.step,
                words=_words(line.step),
                who=people.get(line.actor_id or 0, "") if named else "",
                unit=organisations.get(line.acting_for or 0),
                to=_to(details) if line.step in ("dispatch", "transfer") else None,
                note=_note(line, details, of_firm=of_firm) if firm else _desk_note(actor, line),
                from_state=line.from_state,
                to_state=line.to_state,
                details=tuple(d for d in details if not firm or isinstance(d, _OPEN_ROWS)),
            )
        )
    return [entry for entry in entries if not firm or _concerns_firm(entry)]


def _rows(appeal: Appeal, steps: set[str]) -> dict[tuple[str, datetime], tuple[models.Model, ...]]:
    """The rows of a case by step and moment: one query a table that the steps present wrote."""
    tables = {_ROWS[step][0] for step in steps if step in _ROWS}
    loaded = {table: _load(table, appeal) for table in tables}
    found: dict[tuple[str, datetime], tuple[models.Model, ...]] = {}
    for step in steps:
        table, column = _ROWS.get(step, (None, ""))
        for row in loaded[table] if table else ():
            at = getattr(row, column)
            if at is not None:
                found[step, at] = (*found.get((step, at), ()), row)
    return found


def _load(table: Row, appeal: Appeal) -> list[models.Model]:
    rows = table._default_manager.filter(**{_CASE_OF.get(table, "appeal"): appeal})
    if table is Dispatch:
        rows = rows.select_related("unit__organisation", "suggested__organisation")
    elif table is Objection:
        rows = rows.select_related("suggested__organisation")
    elif table is ClockEvent:
        rows = rows.filter(kind="recomputed").select_related("clock")
    return list(rows.order_by("pk"))


def _names(lines: Iterable[JournalLine]) -> dict[int, str]:
    numbers = {line.actor_id for line in lines if line.actor_id}
    people = User.objects.in_bulk(numbers) if numbers else {}
    return {pk: person.display_name for pk, person in people.items()}


def _words(step: str) -> str | Promise:
    return STEPS[step].words if step in STEPS else _OTHER_WORDS.get(step, step)


def _to(details: tuple[models.Model, ...]) -> Organisation | None:
    return next((d.unit.organisation for d in details if isinstance(d, Dispatch)), None)


def _journal_note(line: JournalLine) -> str:
    note = getattr(line, "note", None)
    return note.text if note else ""


def _hidden(line: JournalLine, appeal: Appeal) -> bool:
    """What happens between offices; a file of theirs may be an internal one."""
    foreign_file = line.step == "attach" and line.acting_for != appeal.enterprise_id
    return line.step in INTERNAL or foreign_file


def _desk_note(actor: Actor, line: JournalLine) -> str:
    if line.step in _NAMES_ANOTHER and not sees_everything(actor):
        return ""
    return _journal_note(line)


def _note(line: JournalLine, details: tuple[models.Model, ...], *, of_firm: bool) -> str:
    """The firm reads what was said to it, its own words, and how a date moved."""
    if line.step in _MOVED:
        moved = (d for d in details if isinstance(d, ClockEvent) and d.clock.name == "reply")
        days = [(d.old_due, d.new_due) for d in moved if d.old_due and d.new_due]
        return "".join(f"{localdate(old)} → {localdate(new)}" for old, new in days[:1])
    column = _FOR_FIRM.get(line.step)
    if column is not None:
        words: Any = next((getattr(row, column) for row in details), "")
        return str(words)
    return _journal_note(line) if of_firm or line.step in _OF_CALLER else ""


def _concerns_firm(entry: Entry) -> bool:
    """Of the clocks, the firm follows the one for its reply."""
    if entry.step not in _MOVED:
        return True
    return any(isinstance(d, ClockEvent) and d.clock.name == "reply" for d in entry.details)
