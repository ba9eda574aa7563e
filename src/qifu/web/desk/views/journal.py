"""The journal for auditors: who did which step, when; sealed or not; nothing personal."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.accounts.selectors import people_by_ids, people_named
from qifu.base.city import City
from qifu.base.models import JournalLine
from qifu.organisations.models import Organisation
from qifu.organisations.selectors import (
    check_seal,
    organisations_by_ids,
    seal_state,
    search_journal,
)
from qifu.organisations.selectors.journal import MOST_WAITING
from qifu.web import xlsx
from qifu.web.desk.doors import desk
from qifu.web.desk.forms import JournalSearch
from qifu.web.desk.words import covered_name, kind_word, note_words, state_word, step_word
from qifu.web.http import AskedRequest, city_of
from qifu.web.words import count_text, spoken

PER_PAGE: Final = 50
MOST_EXPORTED: Final = 5_000
MOST_FAULTS: Final = 20


@dataclass(frozen=True)
class LineRow:
    """A line of the journal in words. People who do not act for a unit are covered up."""

    line: JournalLine
    step: str
    who: str
    acting_for: str
    subject: str
    before: str
    after: str
    note: str

    @property
    def sealed(self) -> bool:
        return self.line.number is not None


def line_rows(lines: Iterable[JournalLine], city: City, *, of_case: bool = False) -> list[LineRow]:
    """Lines in words: two queries more, for names, whatever the number of lines."""
    lines = list(lines)
    people = people_by_ids({line.actor_id for line in lines if line.actor_id})
    places = organisations_by_ids({line.acting_for for line in lines if line.acting_for})
    rows = []
    for line in lines:
        person = people.get(line.actor_id or 0)
        place = places.get(line.acting_for or 0)
        official = place is not None and place.kind == "unit"
        name = person.display_name if person else ""
        rows.append(
            LineRow(
                line,
                step_word(line.step),
                (name if official else covered_name(name)) or _nobody(line),
                _place_name(place),
                f"{kind_word(line.subject_kind)} {line.subject_id}",
                state_word(line.subject_kind, line.from_state, city),
                state_word(line.subject_kind, line.to_state, city),
                note_words(line, city, of_case=of_case),
            )
        )
    return rows


def _nobody(line: JournalLine) -> str:
    """Who it was when no account was signed in."""
    return _("申请人（未登录）") if line.subject_kind == "claim" else _("系统")


def _place_name(place: Organisation | None) -> str:
    return spoken((place.name, place.name_en)) if place else ""


def _found(request: AskedRequest) -> tuple[JournalSearch, Any]:
    """The filters and the lines that they leave; a filter that cannot be read leaves none."""
    form = JournalSearch(request.GET)
    valid = form.is_valid()
    asked = form.asked
    person = form.cleaned_data.get("person", "").strip()
    lines = search_journal(
        request.actor,
        people=people_named(person) if person else None,
        before=_cursor(request.GET.get("before", "")),
        **asked,
    )
    return form, lines if valid else lines.none()


def _cursor(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@desk("journal.view")
@require_http_methods(["GET"])
def journal(request: AskedRequest) -> HttpResponse:
    """Lines newest first, a page from a cursor; how far they are sealed."""
    form, lines = _found(request)
    page = list(lines[: PER_PAGE + 1])
    asked = request.GET.copy()
    asked.pop("before", None)
    asked.pop("check", None)
    state = seal_state(request.actor)
    data: dict[str, Any] = {
        "form": form,
        "rows": line_rows(page[:PER_PAGE], city_of(request)),
        "query": asked.urlencode(),
        "filtered": any(asked.values()),
        "later": "before" in request.GET,
        "older": page[PER_PAGE - 1].pk if len(page) > PER_PAGE else None,
        "sealed": count_text(state.number),
        "waiting": count_text(min(state.waiting, MOST_WAITING))
        + ("+" if state.waiting > MOST_WAITING else ""),
        "all_sealed": not state.waiting,
    }
    template = "desk/journal.html#results" if request.htmx else "desk/journal.html"
    if request.GET.get("check") == "1":
        checked = check_seal(request.actor)
        data["checked"] = checked
        data["faults"] = checked.faults[:MOST_FAULTS]
    return render(request, template, data)


@desk("journal.view")
@require_http_methods(["GET"])
def journal_xlsx(request: AskedRequest) -> HttpResponse:
    """The newest lines that the filters leave, as a workbook; at most MOST_EXPORTED."""
    _form, lines = _found(request)
    rows = line_rows(lines[:MOST_EXPORTED], city_of(request))
    columns = [
        _("时间"), _("步骤"), _("办理人"), _("代表"), _("对象"), _("之前"), _("之后"),
        _("说明"), _("封存号"), _("封存值"),
    ]  # fmt: skip
    title = _("操作日志")
    return xlsx.answer(
        f"{title}-{timezone.localdate():%Y%m%d}",
        title,
        columns,
        [
            (
                row.line.at, row.step, row.who, row.acting_for, row.subject, row.before, row.after,
                row.note, row.line.number, row.line.chain,
            )
            for row in rows
        ],
    )  # fmt: skip
