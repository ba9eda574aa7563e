"""What is known of the firm, from whom, since when; state, correct, dispute."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.accounts.selectors import people_by_ids
from qifu.base.city import City
from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.organisations.actions import (
    declare_fact,
    dispute_fact,
    retract_fact,
    withdraw_dispute,
)
from qifu.organisations.logic.ranking import OFFICER, rank
from qifu.organisations.models import Enterprise, Fact
from qifu.organisations.permissions import may_declare, may_dispute
from qifu.organisations.selectors import (
    ProfileRow,
    disputes_visible_to,
    fact_history,
    profile_of,
)
from qifu.rulebook.catalogue import Attribute
from qifu.web.http import AskedRequest, city_of, for_enterprise
from qifu.web.my.facts import SHOWN, differing, sections
from qifu.web.my.fields import typed_before, years_to_state
from qifu.web.my.firm import firm_of
from qifu.web.my.forms import DeclareForm, DisputeForm
from qifu.web.words import language

SELF = "self"
LONGEST_SEARCH = 60


@for_enterprise
@require_http_methods(["GET"])
def profile(request: AskedRequest) -> HttpResponse:
    """Every fact of the catalogue in its group; search, or only what is unknown or disputed."""
    firm = firm_of(request, "facts.view")
    on = timezone.localdate()
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    text = request.GET.get("q", "")[:LONGEST_SEARCH].replace("\x00", "")
    groups = profile_of(request.actor, firm, on=on)
    whole = sections(groups)
    opened = request.GET.get("group", "")
    found = sections(groups, show=show, text=text, opened=opened)
    known, total = sum(s.known for s in whole), sum(s.total for s in whole)
    data = {
        "firm": firm,
        "sections": found,
        "count": sum(len(section.items) for section in found),
        "known": known,
        "unknown": total - known,
        "total": total,
        "differ": sum(item.differs for s in whole for item in s.items),
        "disputed": sum(item.disputed for s in whole for item in s.items),
        "show": show,
        "text": text,
        "sources": city_of(request).sources,
        "may_declare": may_declare(request.actor, firm),
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "my/profile.html#facts", data)
    return render(request, "my/profile.html", data)


@for_enterprise
@require_http_methods(["GET", "POST"])
def fact(request: AskedRequest, name: str) -> HttpResponse:
    """One fact: what counts and why, its history; state it, take it back, dispute it."""
    firm = firm_of(request, "facts.view")
    page = _FactPage(request, firm, name)
    if request.method == "GET":
        return page.answer()
    do = request.POST.get("do", "")
    steps = {
        "declare": page.declare,
        "retract": page.retract,
        "dispute": page.dispute,
        "withdraw": page.withdraw,
    }
    if do not in steps:
        raise BadInput(_("没有这一步。"))
    return steps[do]()


class _FactPage:
    """One request about one attribute in one year."""

    def __init__(self, request: AskedRequest, firm: Enterprise, name: str) -> None:
        self.request, self.firm = request, firm
        self.actor, self.city = request.actor, city_of(request)
        self.today, self.now = timezone.localdate(), timezone.now()
        attribute = self.city.catalogue.get(name)
        if attribute is None:
            raise Http404
        self.attribute = attribute
        self.period = self._period()
        self.declare_form: DeclareForm | None = None
        self.dispute_form: DisputeForm | None = None
        self.status = 200

    def _period(self) -> str:
        if not self.attribute.period:
            return ""
        asked = self.request.GET.get("period", "")
        years = {str(year) for year in range(1990, self.today.year + 1)}
        return asked if asked in years else str(self.today.year - 1)

    @property
    def address(self) -> str:
        query = f"?period={self.period}" if self.period else ""
        return reverse("my-fact", args=[self.attribute.name]) + query

    def row(self) -> ProfileRow:
        """This attribute and year as the profile shows it."""
        return next(
            (
                row
                for group in profile_of(self.actor, self.firm, on=self.today)
                for row in group.rows
                if row.attribute.name == self.attribute.name and row.period == self.period
            ),
            ProfileRow(self.attribute, self.period),
        )

    def declare(self) -> HttpResponse:
        """The firm states the fact; a colleague who was faster is shown, nothing is lost."""
        form = self._declare_form(self.request.POST)
        if form.is_valid():
            try:
                declare_fact(
                    self.firm,
                    actor=self.actor,
                    attribute=self.attribute.name,
                    period=self.period,
                    text=form.given,
                    as_of=form.cleaned_data["as_of"],
                    expected=form.cleaned_data["expected"],
                    now=self.now,
                )
            except (BadInput, Conflict) as error:
                form.refuse(error)
                self.status = 409 if isinstance(error, Conflict) else 422
            else:
                return self._done(_("已保存。"))
        self.declare_form = form
        return self.answer(conflict=self.status == 409)

    def dispute(self) -> HttpResponse:
        """The firm says what is right and why; an officer checks."""
        form = self._dispute_form(self.request.POST)
        if form.is_valid():
            try:
                dispute_fact(
                    self.firm,
                    actor=self.actor,
                    attribute=self.attribute.name,
                    period=self.period,
                    text=form.given,
                    reason=form.cleaned_data["reason"],
                    now=self.now,
                )
            except (BadInput, Conflict) as error:
                form.refuse(error)
            else:
                return self._done(_("异议已提交。核验人员会核实，结果会发消息给您。"))
        self.dispute_form = form
        return self.answer()

    def withdraw(self) -> HttpResponse:
        """The open dispute is taken back."""
        found = disputes_visible_to(self.actor).filter(
            attribute=self.attribute.name, period=self.period, state="open"
        )
        return self._step(
            lambda: withdraw_dispute(found.get(), actor=self.actor, now=self.now),
            _("异议已撤回，这一项保持原来的值。"),
        )

    def retract(self) -> HttpResponse:
        """What the firm stated is taken back; other sources count again."""
        return self._step(
            lambda: retract_fact(
                self.firm,
                actor=self.actor,
                attribute=self.attribute.name,
                period=self.period,
                now=self.now,
            ),
            _("已收回本企业的填报。"),
        )

    def _step(self, step: Any, words: str) -> HttpResponse:
        try:
            step()
        except (WrongState, Conflict) as error:
            messages.error(self.request, str(error))
            return redirect(self.address)
        return self._done(words)

    def _done(self, words: str) -> HttpResponse:
        messages.success(self.request, words)
        return redirect(self.address)

    def _label(self) -> str:
        label = self.attribute.label(language())
        return f"{label} · {self.period}" if self.period else label

    def _declare_form(self, data: Any = None, row: ProfileRow | None = None) -> DeclareForm:
        initial: dict[str, Any] = {"as_of": self.today}
        if row is not None:
            own = row.self_fact
            value = own.value if own and own.value is not None else row.value
            initial["value"] = typed_before(self.attribute, value)
            initial["expected"] = own.pk if own else 0
        return DeclareForm(
            self.attribute,
            self.city.catalogue,
            data,
            label=self._label(),
            initial=initial,
            auto_id="declare_%s",
        )

    def _dispute_form(self, data: Any = None) -> DisputeForm:
        return DisputeForm(
            self.attribute,
            self.city.catalogue,
            data,
            label=_("正确的值"),
            auto_id="dispute_%s",
        )

    def answer(self, *, conflict: bool = False) -> HttpResponse:
        """The page, with the forms that this person may send."""
        row = self.row()
        own = row.self_fact if row.self_fact and row.self_fact.value is not None else None
        stated = may_declare(self.actor, self.firm) and self.attribute.askable
        may_object = may_dispute(self.actor, self.firm) and row.known and not row.derived_from
        declare = self.declare_form or (self._declare_form(None, row) if stated else None)
        dispute = self.dispute_form or (
            self._dispute_form() if may_object and row.dispute is None else None
        )
        if conflict and declare is not None:
            # what was typed stays; the next press is made knowing the colleague's value
            declare.look_again(row.self_fact.pk if row.self_fact else 0)
        history = fact_history(self.actor, self.firm, self.attribute.name, on=self.today)
        wrong = any(form is not None and form.errors for form in (declare, dispute))
        data = {
            "firm": self.firm,
            "row": row,
            "attribute": self.attribute,
            "period": self.period,
            "years": self._years(history),
            "own": own,
            "outranked": _outranked(row, self.attribute, self.city),
            "differing": differing(row),
            "declare": declare,
            "dispute": dispute,
            "dispute_open": bool(self.dispute_form) or "dispute" in self.request.GET,
            "may_dispute": may_dispute(self.actor, self.firm),
            "conflict": own if conflict else None,
            "history": history,
            "people": people_by_ids({f.recorded_by for f in history if f.recorded_by}),
            "sources": self.city.sources,
            "basis": [_basis(key, self) for key in row.derived_from],
            "today": self.today,
        }
        status = self.status if self.status != 200 else 422 if wrong else 200
        return render(self.request, "my/fact.html", data, status=status)

    def _years(self, history: list[Fact]) -> list[str]:
        if not self.attribute.period:
            return []
        years = {str(year) for year in list(years_to_state(self.today.year))[:4]}
        return sorted(years | {f.period for f in history} | {self.period}, reverse=True)


def _outranked(row: ProfileRow, attribute: Attribute, city: City) -> bool:
    """Whether what counts comes from a source that stands before the firm's own word.

    A code that others lie below (a city without its district) gives way to a finer word.
    """
    if not row.known or row.source in ("", SELF, "derived"):
        return False
    if attribute.tree and row.source != OFFICER:
        if city.catalogue.tree(attribute).children(str(row.value)):
            return False
    return rank(row.source, attribute.sources) < rank(SELF, attribute.sources)


def _basis(key: str, page: _FactPage) -> tuple[str, str]:
    """(address, words) of a fact that this one follows from."""
    name, _at, period = key.partition("@")
    attribute = page.city.catalogue.get(name)
    words = attribute.label(language()) if attribute else name
    query = f"?period={period}" if period else ""
    return reverse("my-fact", args=[name]) + query, f"{words} {period}".strip()
