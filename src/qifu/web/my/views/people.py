"""The members of a firm, their roles, and invitations."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.organisations.actions import change_role, end_membership, invite, revoke_invitation
from qifu.organisations.selectors import invitations_of, people_of
from qifu.web.http import AskedRequest, city_of, for_enterprise
from qifu.web.my.firm import firm_of, roles_of
from qifu.web.my.forms import InviteForm
from qifu.web.refusals import put_on
from qifu.web.words import spoken

# what each role may do, in words for the person who chooses one
_DUTIES: Mapping[str, Callable[[], str]] = {
    "facts.declare": lambda: _("填写和更正资料"),
    "facts.dispute": lambda: _("提出异议"),
    "questions.answer": lambda: _("回答问题"),
    "reports.make": lambda: _("生成报告"),
    "people.manage": lambda: _("管理人员"),
    "consents.manage": lambda: _("管理数据授权"),
}


@never_cache
@for_enterprise
@require_http_methods(["GET", "POST"])
def people(request: AskedRequest) -> HttpResponse:
    """Who is here, in which role; invite, change, end, revoke. A new link is shown once."""
    firm = firm_of(request, "people.manage")
    city = city_of(request)
    roles = roles_of(city, "enterprise")
    choices = [(code, spoken(name)) for code, name in roles.items()]
    do = request.POST.get("do", "")
    form = InviteForm(choices, request.POST if do == "invite" else None)
    shown: dict[str, Any] = {}
    if do == "invite" and form.is_valid():
        try:
            invitation, token = invite(actor=request.actor, now=timezone.now(), **form.cleaned_data)
        except BadInput as error:
            put_on(form, error)
        else:
            address = request.build_absolute_uri(reverse("invitation", args=[token]))
            shown = {"invitation": invitation, "address": address}
            form = InviteForm(choices)
    elif do and do != "invite":
        return _step(request, do)
    data = {
        "firm": firm,
        "form": form,
        "roles": roles,
        "duties": _duties(request),
        "people": people_of(request.actor),
        "invitations": invitations_of(request.actor),
        "now": timezone.now(),
        **shown,
    }
    return render(request, "my/people.html", data, status=422 if form.errors else 200)


def _step(request: AskedRequest, do: str) -> HttpResponse:
    """One step on a member or an invitation; back to the list, where it says what happened."""
    actor, now = request.actor, timezone.now()
    try:
        pk = int(request.POST.get("pk", "0")[:18])
    except ValueError:
        raise BadInput(_("请从列表中选择。")) from None
    try:
        if do == "revoke":
            invitation = invitations_of(actor).get(pk=pk)
            revoke_invitation(invitation, actor=actor, now=now)
            said = _("已撤销给%(name)s的邀请，链接不能再用。") % {"name": invitation.label}
        else:
            member = people_of(actor).get(pk=pk)
            values = {"name": member.user.display_name}
            if do == "role":
                role = request.POST.get("role", "")
                change_role(member, actor=actor, role=role, now=now)
                role_name = city_of(request).roles[member.role].name
                said = _("%(name)s现在是%(role)s。") % {**values, "role": spoken(role_name)}
            elif do == "end":
                end_membership(member, actor=actor, now=now)
                said = _("%(name)s不再代表本企业。") % values
            else:
                raise BadInput(_("没有这一步。"))
    except (WrongState, Conflict) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    if do == "end" and member.user_id == actor.user_id:
        return redirect("after-sign-in")
    return redirect("my-people")


def _duties(request: AskedRequest) -> list[tuple[str, list[str]]]:
    """For each role its name and what it may do, beside the choice of a role."""
    found = []
    for role in city_of(request).roles.values():
        if role.for_ == "enterprise":
            may = [word() for code, word in _DUTIES.items() if code in role.may]
            found.append((spoken(role.name), may or [_("只能查看")]))
    return found
