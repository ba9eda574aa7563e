"""The members of one's unit, their roles, and invitations."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qifu.base.errors import BadInput, Conflict, Refused
from qifu.organisations.actions import change_role, end_membership, invite, revoke_invitation
from qifu.organisations.selectors import invitations_of, people_of
from qifu.web.desk.doors import desk
from qifu.web.http import AskedRequest, city_of
from qifu.web.my.firm import roles_of
from qifu.web.my.forms import InviteForm
from qifu.web.refusals import put_on
from qifu.web.words import spoken

# what a role may do, for the person who chooses one
_DUTIES: Final[tuple[tuple[str, Callable[[], str]], ...]] = (
    ("claims.decide", lambda: _("核验企业账户认领")),
    ("disputes.settle", lambda: _("处理资料异议")),
    ("firms.view", lambda: _("查看企业")),
    ("facts.view_government", lambda: _("查看部门间共享的资料")),
    ("facts.view_consented", lambda: _("查看企业授权的资料")),
    ("policies.edit", lambda: _("维护政策库")),
    ("journal.view", lambda: _("查看操作日志")),
    ("people.manage", lambda: _("管理本部门人员")),
)


@never_cache
@desk("people.manage")
@require_http_methods(["GET", "POST"])
def people(request: AskedRequest) -> HttpResponse:
    """Who works here, in which role; invite, change, end, revoke. A new link is shown once."""
    city = city_of(request)
    roles = [(code, spoken(name)) for code, name in roles_of(city, "unit").items()]
    do = request.POST.get("do", "")
    if request.method == "POST" and do != "invite":
        return _step(request, do)
    form = InviteForm(roles, request.POST if do == "invite" else None)
    shown: dict[str, Any] = {}
    if do == "invite" and form.is_valid():
        try:
            invitation, token = invite(actor=request.actor, now=timezone.now(), **form.cleaned_data)
        except BadInput as error:
            put_on(form, error)
        else:
            address = request.build_absolute_uri(reverse("invitation", args=[token]))
            shown = {"invited": invitation, "address": address}
            form = InviteForm(roles)
    data = {
        "form": form,
        "roles": roles,
        "duties": _duties(request),
        "people": people_of(request.actor),
        "invitations": invitations_of(request.actor),
        "now": timezone.now(),
        **shown,
    }
    return render(request, "desk/people.html", data, status=422 if form.errors else 200)


def _step(request: AskedRequest, do: str) -> HttpResponse:
    """One step on a member or an invitation; back to the list, where it says what happened."""
    actor, now = request.actor, timezone.now()
    number = request.POST.get("pk", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadInput(_("请从列表中选择。"))
    if do == "revoke":
        invitation = invitations_of(actor).get(pk=int(number))
    elif do in ("role", "end"):
        member = people_of(actor).get(pk=int(number))
        if member.user_id == actor.user_id:
            raise Conflict(_("不能调整或移除自己，请本部门另一位管理员办理。"))
    else:
        raise BadInput(_("没有这一步。请从页面上的按钮选择。"))
    try:
        if do == "revoke":
            revoke_invitation(invitation, actor=actor, now=now)
            said = _("已撤销给%(name)s的邀请，链接不能再用。") % {"name": invitation.label}
        elif do == "role":
            change_role(member, actor=actor, role=request.POST.get("role", ""), now=now)
            said = _("%(name)s现在是%(role)s。") % {
                "name": member.user.display_name,
                "role": spoken(city_of(request).roles[member.role].name),
            }
        else:
            end_membership(member, actor=actor, now=now)
            said = _("%(name)s不再代表本部门，已收到消息。") % {"name": member.user.display_name}
    except BadInput:
        raise
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("desk-people")


def _duties(request: AskedRequest) -> list[tuple[str, list[str]]]:
    """For each role of a unit its name and what it may do."""
    return [
        (spoken(role.name), [word() for code, word in _DUTIES if code in role.may])
        for role in city_of(request).roles.values()
        if role.for_ == "unit"
    ]
