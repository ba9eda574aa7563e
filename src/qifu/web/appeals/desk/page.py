"""The page of one case: what was asked and said, the facts beside it, the steps below."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from qifu.appeals.models import Appeal
from qifu.appeals.selectors import timeline
from qifu.appeals.selectors.case import ClockView
from qifu.appeals.states import OPEN, State
from qifu.knowledge.selectors import Hit, answers_for
from qifu.rulebook.report import PolicyResult
from qifu.textmine.matters import suggest
from qifu.web.appeals.basis import Cited, cited
from qifu.web.appeals.desk.doors import About
from qifu.web.appeals.desk.forms import offered
from qifu.web.appeals.desk.forms.base import DeskStep
from qifu.web.appeals.desk.telling import told
from qifu.web.appeals.hints import MatterHint, policies_for
from qifu.web.appeals.lights import Light, light
from qifu.web.appeals.words import Badge, clock_badge, clock_word, matter_word
from qifu.web.desk.words import covered_name, covered_number
from qifu.web.http import AskedRequest

MOST_BESIDE: Final = 3
# where somebody of the government side still writes something for which these help
_HELPED: Final = OPEN - {State.REPLIED, State.NEED_INFO}


@dataclass(frozen=True)
class ClockShown:
    """A clock in words, with its light while it runs."""

    view: ClockView
    name: str
    badge: Badge
    light: Light | None

    @property
    def running(self) -> bool:
        return self.view.clock.state in ("running", "paused")


@dataclass(frozen=True)
class Helps:
    """What helps to answer: policies that fit the firm and the text, answers that exist."""

    policies: Sequence[PolicyResult] = ()
    answers: Sequence[tuple[Hit, Cited]] = ()


def case_page(
    request: AskedRequest,
    about: About,
    *,
    form: DeskStep | None = None,
    refused: str = "",
    kept: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """The page, with a form as it was sent or asked for, or with what stood in the way."""
    case, appeal = about.case, about.appeal
    forms = [form if form and form.step == one.step else one(about) for one in offered(about)]
    if form is not None and form not in forms:
        form = None  # the case has moved on; what was typed is in `kept`
    opened = form.step if form else next((one.step for one in forms if one.first), "")
    entries = told(timeline(about.actor, appeal), about.city, personal=case.contact_visible)
    clocks = [_clock(view, about) for view in case.clocks]
    running = [one for one in clocks if one.running]
    replies = list(zip(case.replies, cited([r.reply.basis for r in case.replies]), strict=True))
    lost = [str(file.name) for file in request.FILES.getlist("files")] if request.FILES else []
    data: dict[str, Any] = {
        "about": about,
        "appeal": appeal,
        "case": case,
        "firm": appeal.enterprise,
        "may_open_firm": about.actor.may("firms.view"),
        "contact": _contact(about),
        "matter": matter_word(appeal.matter, about.city),
        "light": next((one for one in _by_due(running) if one.light), None),
        "running": _by_due(running),
        "ended": [one for one in reversed(clocks) if not one.running],
        "entries": entries,
        "latest": entries[0] if entries else None,
        "replies": list(reversed(replies)),
        "helps": _helps(about, forms),
        "forms": forms,
        "form": form,
        "opened": opened,
        "refused": refused,
        "kept": kept,
        "lost": lost if form is not None and form.errors else [],
        "received": "received" in request.GET,
        "printed": about.now,
    }
    return render(request, "appeals/desk/case.html", data, status=status)


def _clock(view: ClockView, about: About) -> ClockShown:
    clock = view.clock
    shown = None
    if clock.state == "running":
        shown = light(
            clock.due_at, now=about.now, calendar=about.calendar, provisional=clock.provisional
        )
    return ClockShown(
        view, clock_word(clock.name), clock_badge(clock.state, missed=view.late), shown
    )


def _by_due(clocks: Sequence[ClockShown]) -> list[ClockShown]:
    return sorted(clocks, key=lambda one: one.view.clock.due_at)


def _contact(about: About) -> tuple[str, str]:
    """Name and telephone of the contact person, covered for those who need not call."""
    appeal = about.appeal
    if about.case.contact_visible:
        return appeal.contact_name, appeal.contact_phone
    return covered_name(appeal.contact_name), covered_number(appeal.contact_phone)


def _helps(about: About, forms: Sequence[DeskStep]) -> Helps:
    """For those who have something to write."""
    appeal = about.appeal
    writes = any(one.step in ("accept", "dispatch", "answer_at_once", "reply") for one in forms)
    if not writes or appeal.state not in _HELPED:
        return Helps()
    hits = answers_for(
        appeal.text, appeal.matter, on=timezone.localdate(about.now), most=MOST_BESIDE
    )
    bases = cited([hit.answer.basis if hit.answer else () for hit in hits])
    return Helps(_policies(about, appeal), list(zip(hits, bases, strict=True)))


def _policies(about: About, appeal: Appeal) -> Sequence[PolicyResult]:
    if appeal.enterprise is None:
        return ()
    by_code = {one.code: one for one in about.city.matters}
    hints = [
        MatterHint(by_code[one.code], tuple(dict.fromkeys(said.word for said in one.words)))
        for one in suggest(appeal.text, about.city.matters, most=MOST_BESIDE)
    ]
    found = policies_for(about.actor, appeal.enterprise, appeal.text, hints, about.now)
    return [one for one in found if one.verdict != "ineligible" or one.near_miss]
