"""A policy before it is published: whom it would reach, what it would cost, what a limit does."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.base.packs.yaml_out import yaml_text
from qifu.jobs.previews import CityPreview, NoFacts, TooLong, city_preview
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import policy_for, programme, read_pasted, version_before
from qifu.rulebook.policy import Policy
from qifu.web import xlsx
from qifu.web.desk.doors import desk
from qifu.web.http import AskedRequest, city_of
from qifu.web.policies.rows import title_of
from qifu.web.rules.forms import PolicyText, finding_words
from qifu.web.rules.policy import number
from qifu.web.rules.showing import curve_sheet, reach_sheet, shown


@desk("policies.edit")
@require_http_methods(["GET", "POST"])
def preview(request: AskedRequest) -> HttpResponse:
    """Paste or upload a policy; nothing of it is kept."""
    return _page(request, None)


@desk("policies.edit")
@require_http_methods(["GET", "POST"])
def preview_of(request: AskedRequest, policy_id: str) -> HttpResponse:
    """The same, beginning with a version of the library."""
    asked = number(request.GET.get("version", ""))
    version = policy_for(request.actor, policy_id, asked, on=timezone.localdate())
    return _page(request, version)


def _page(request: AskedRequest, version: PolicyVersion | None) -> HttpResponse:
    city, now, on = city_of(request), timezone.now(), timezone.localdate()
    data: dict[str, Any] = {
        "version": version,
        "title": title_of(version) if version else "",
        "policy": None,
        "shown": None,
    }
    policy: Policy | None = None
    if request.method == "POST":
        form = PolicyText(request.POST, request.FILES)
        if form.is_valid():
            draft = read_pasted(form.documents, city, on=on)
            policy = draft.policy
            if policy is None:
                form.tell(draft.errors)
            else:
                data["wrong"] = [finding_words(one) for one in draft.errors]
                data["remarks"] = [finding_words(one) for one in draft.warnings]
    elif version is not None:
        form = PolicyText(initial={"text": yaml_text(version.document)})
        policy = programme(version, city)
    else:
        form = PolicyText()
    data["form"] = form
    if policy is not None:
        before = version_before(request.actor, policy, on=on)
        try:
            made = city_preview(
                request.actor, policy,
                against=programme(before, city) if before else None,
                slide=request.POST.get("slide", "")[:200], now=now,
            )  # fmt: skip
        except (NoFacts, TooLong) as error:
            data["refused"] = str(error)
        else:
            if sheet := _sheet(request.POST.get("do", ""), made):
                return sheet
            data |= {"policy": policy, "shown": shown(made, city), "before": before}
    return render(request, "rules/preview.html", data, status=422 if form.errors else 200)


def _sheet(asked: str, made: CityPreview) -> HttpResponse | None:
    """The numbers behind the page, where a download was asked for."""
    if asked not in ("curve", "reach"):
        return None
    title = _("门槛曲线") if asked == "curve" else _("覆盖企业")
    columns, rows = curve_sheet(made) if asked == "curve" else reach_sheet(made)
    return xlsx.answer(
        f"{made.found.policy}-{title}-{made.found.as_of:%Y%m%d}", title, columns, rows
    )
