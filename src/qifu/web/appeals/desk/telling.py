"""What an official reads of each step: beside the note, what the step wrote."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qifu.appeals.models import (
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
from qifu.appeals.selectors import Entry
from qifu.base.city import City
from qifu.organisations.models import Unit
from qifu.web.appeals.words import (
    channel_word,
    clock_word,
    exclusion_word,
    level_word,
    outcome_word,
    tag_words,
)
from qifu.web.desk.words import covered, covered_name
from qifu.web.words import day_text, spoken

Lines = list[tuple[str, str]]


@dataclass(frozen=True)
class Told:
    """One line of the timeline with what it says: (what, words) beside the note."""

    entry: Entry
    note: str
    lines: Lines


def told(entries: list[Entry], city: City, *, personal: bool) -> list[Told]:
    """The timeline as an official reads it, the newest first; `personal`: names and numbers of
    the firm's people are not covered."""
    found = []
    for entry in reversed(entries):
        lines: Lines = []
        for row in entry.details:
            tell = _TELL.get(type(row))
            if tell is not None:
                lines += [(label, words) for label, words in tell(row, entry, city) if words]
        if not personal:
            lines = [(label, covered(words)) for label, words in lines]
        note = entry.note if personal else covered(entry.note)
        # what the note says already is not said twice
        lines = [(label, words) for label, words in lines if words != entry.note]
        if not personal:
            lines = [
                (label, covered_name(words) if label == _("联系了") else words)
                for label, words in lines
            ]
        found.append(Told(entry, note, lines))
    return found


def _unit(unit: Unit | None) -> str:
    return spoken((unit.organisation.name, unit.organisation.name_en)) if unit else ""


def _contact(row: Contact, entry: Entry, city: City) -> Lines:
    reached = _("联系上了") if row.reached else _("没有联系上")
    return [(_("联系了"), row.person), (_("方式"), f"{channel_word(row.channel)} · {reached}")]


def _attempt(row: CallbackAttempt, entry: Entry, city: City) -> Lines:
    reached = _("联系上了") if row.reached else _("没有联系上")
    return [(_("方式"), f"{channel_word(row.channel)} · {reached}")]


def _dispatch(row: Dispatch, entry: Entry, city: City) -> Lines:
    if entry.step == "acknowledge":
        return []
    lines = [(_("派单目录"), _("规则 %(rule)s") % {"rule": row.rule} if row.rule else "")]
    if row.suggested is not None and row.suggested_id != row.unit_id:
        lines.append((_("目录建议"), _unit(row.suggested)))
    return lines


def _objection(row: Objection, entry: Entry, city: City) -> Lines:
    if entry.step != "object":
        return [(_("终审"), _("是") if row.final else "")]
    return [
        (_("第几次"), str(row.number)), (_("依据"), row.basis), (_("建议"), _unit(row.suggested)),
    ]  # fmt: skip


def _extension(row: Extension, entry: Entry, city: City) -> Lines:
    days = row.granted_days if entry.step == "grant_extension" else row.days
    if days is None or entry.step == "refuse_extension":
        return []
    return [(_("天数"), ngettext("%(days)s 天", "%(days)s 天", days) % {"days": days})]


def _notice(row: SupervisionNotice, entry: Entry, city: City) -> Lines:
    return [(_("文号"), str(row)), (_("办到"), day_text(row.until))]


def _rating(row: Rating, entry: Entry, city: City) -> Lines:
    solved = {True: _("解决了"), False: _("没有解决"), None: ""}[row.solved]
    between = _("、")
    return [
        (_("评价"), level_word(row.level)), (_("问题"), solved),
        (_("标签"), between.join(tag_words(row.tags, city))), (_("企业说"), row.text),
    ]  # fmt: skip


def _callback(row: Callback, entry: Entry, city: City) -> Lines:
    if entry.step not in ("propose_justified", "approve_justified"):
        return []
    return [(_("条款"), row.clause), (_("解释"), row.explanation)]


def _scope(row: ScopeDecision, entry: Entry, city: City) -> Lines:
    if row.accepted:
        return []
    return [(_("属于"), exclusion_word(row.exclusion, city)), (_("渠道"), row.channel)]


def _info(row: InfoRequest, entry: Entry, city: City) -> Lines:
    return [(_("最迟"), day_text(row.until) if entry.step == "ask_for_facts" else "")]


def _reply(row: Reply, entry: Entry, city: City) -> Lines:
    return [(_("结果"), outcome_word(row.outcome, city))]


def _recomputed(row: ClockEvent, entry: Entry, city: City) -> Lines:
    moved = f"{day_text(row.old_due)} → {day_text(row.new_due)}"
    return [(clock_word(row.clock.name), moved)]


_TELL: Final[Mapping[type[Model], Callable[[Any, Entry, City], Lines]]] = {
    Contact: _contact,
    CallbackAttempt: _attempt,
    Dispatch: _dispatch,
    Objection: _objection,
    Extension: _extension,
    SupervisionNotice: _notice,
    Rating: _rating,
    Callback: _callback,
    ScopeDecision: _scope,
    InfoRequest: _info,
    Reply: _reply,
    ClockEvent: _recomputed,
}
