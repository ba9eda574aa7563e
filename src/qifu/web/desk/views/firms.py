"""Finding firms, and what one's role may see of a firm."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.base.city import City
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import (
    ProfileGroup,
    ProfileRow,
    account_of,
    columns_seen,
    consents_to,
    enterprise_for,
    find_claims,
    find_disputes,
    find_enterprises,
    profile_of,
    steps_on_firm,
    with_account_mark,
)
from qifu.policies.permissions import may_match
from qifu.policies.selectors import match_for
from qifu.web import xlsx
from qifu.web.desk.doors import desk
from qifu.web.desk.forms import FirmSearch
from qifu.web.desk.lists import Found, found
from qifu.web.desk.views.journal import line_rows
from qifu.web.desk.views.queues import claim_rows, dispute_rows
from qifu.web.http import AskedRequest, city_of
from qifu.web.words import language

MOST_CASES: Final = 10


@dataclass(frozen=True)
class FirmRow:
    """A firm in a list. Columns that the officer may not see are empty."""

    firm: Enterprise
    region: str
    industry: str
    status: str
    founded: date | None
    has_account: bool


def _label(city: City, name: str, code: str) -> str:
    """The word for a code of an attribute, from the tree that the pack gives it."""
    attribute = city.catalogue.get(name)
    codes = city.catalogue.trees.get(attribute.tree or "") if attribute else None
    return codes.label(code, language()) if codes and code else ""


def firm_rows(firms: Iterable[Enterprise], city: City, columns: frozenset[str]) -> list[FirmRow]:
    """Firms as the list shows them."""
    return [
        FirmRow(
            firm,
            _label(city, "region", firm.region) if "region" in columns else "",
            _label(city, "industry", firm.industry) if "industry" in columns else "",
            _label(city, "status", firm.status) if "status" in columns else "",
            firm.founded if "founded" in columns else None,
            bool(getattr(firm, "has_account", False)),
        )
        for firm in firms
    ]


def _found(
    request: AskedRequest, city: City
) -> tuple[FirmSearch, Found[Enterprise], list[FirmRow]]:
    columns = columns_seen(request.actor)
    form = FirmSearch(city, columns, request.GET)
    firms = find_enterprises(request.actor, **form.asked)
    if form.errors:
        firms = firms.none()
    page = found(with_account_mark(firms), request.GET.get("page"))
    return form, page, firm_rows(page.rows, city, columns)


@desk("firms.search")
@require_http_methods(["GET"])
def firms(request: AskedRequest) -> HttpResponse:
    """Search by name or code, place and industry; a page of results."""
    form, page, rows = _found(request, city_of(request))
    template = "desk/firms.html#results" if request.htmx else "desk/firms.html"
    asked = request.GET.copy()
    return render(
        request,
        template,
        {
            "form": form,
            "found": page,
            "rows": rows,
            "text": form.asked["text"],
            "filtered": any(form.asked.values()),
            "query": asked.urlencode(),
        },
    )


@desk("firms.search")
@require_http_methods(["GET"])
def firms_xlsx(request: AskedRequest) -> HttpResponse:
    """The page of results as a workbook."""
    _form, _page, rows = _found(request, city_of(request))
    columns = [
        _("企业名称"), _("统一社会信用代码"), _("注册地"), _("行业"), _("登记状态"),
        _("成立日期"), _("账户"),
    ]  # fmt: skip
    title = _("企业")
    return xlsx.answer(
        f"{title}-{timezone.localdate():%Y%m%d}",
        title,
        columns,
        [
            (
                row.firm.name, row.firm.uscc, row.region, row.industry, row.status, row.founded,
                _("已开通") if row.has_account else _("未开通"),
            )
            for row in rows
        ],
    )  # fmt: skip


@dataclass(frozen=True)
class GroupShown:
    """A group of facts: known values, what is unknown, what needs the firm's consent, what this
    role does not see at all."""

    group: ProfileGroup
    known: list[ProfileRow]
    unknown: list[ProfileRow]
    by_consent: list[ProfileRow]
    not_for_role: list[ProfileRow]


def _groups(actor: Actor, enterprise: Enterprise, *, on: date) -> list[GroupShown]:
    shown = []
    for group in profile_of(actor, enterprise, on=on):
        hidden = [row for row in group.rows if row.hidden]
        consentable = actor.may("facts.view_consented")
        by_consent = [r for r in hidden if consentable and r.attribute.visibility == "consent"]
        shown.append(
            GroupShown(
                group,
                [row for row in group.rows if row.known and not row.hidden],
                [row for row in group.rows if not row.known and not row.hidden],
                by_consent,
                [row for row in hidden if row not in by_consent],
            )
        )
    return shown


@desk("firms.view")
@require_http_methods(["GET"])
def firm(request: AskedRequest, uscc: str) -> HttpResponse:
    """One firm: who it is, its facts as one may see them, policies, cases, steps."""
    actor, city, today = request.actor, city_of(request), timezone.localdate()
    enterprise = enterprise_for(actor, uscc)
    data: dict[str, Any] = {
        "firm": enterprise,
        "row": firm_rows([enterprise], city, columns_seen(actor))[0],
        "groups": _groups(actor, enterprise, on=today),
        "account": account_of(actor, enterprise),
        "consents": consents_to(actor, enterprise, on=today),
        "steps": line_rows(steps_on_firm(actor, enterprise, on=today), city),
        "match": None,
    }
    data["asks_consent"] = any(group.by_consent for group in data["groups"])
    if may_match(actor, enterprise):
        data["match"] = match_for(actor, enterprise, on=today)
    if actor.may("claims.decide"):
        claims = find_claims(actor).filter(enterprise=enterprise).order_by("-pk")[:MOST_CASES]
        data["claims"] = claim_rows(claims, city, today=today)
    if actor.may("disputes.settle"):
        disputes = find_disputes(actor).filter(enterprise=enterprise).order_by("-pk")
        data["disputes"] = dispute_rows(disputes[:MOST_CASES], city, today=today)
    return render(request, "desk/firm.html", data)
