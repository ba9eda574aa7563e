"""Tokens of programs: one's own, those of the organisation; make one, end one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qifu.accounts.actions.tokens import make_token, revoke_token
from qifu.accounts.permissions import may_connect, may_see_all_tokens
from qifu.accounts.selectors.tokens import tokens_visible_to
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.web.http import AskedRequest, go, signed_in
from qifu.web.programs.forms import TokenForm
from qifu.web.refusals import put_on


@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
def tokens(request: AskedRequest) -> HttpResponse:
    """The live tokens; a new one shows its secret once."""
    actor = request.actor
    if actor.organisation is None:
        return go(request, f"{reverse('switch')}?next={reverse('programs')}")
    if not (may_connect(actor) or may_see_all_tokens(actor)):
        raise NotAllowed(_("您的角色不能让程序接入。请找单位的管理人员调整角色。"))
    do = request.POST.get("do", "")
    if request.method == "POST" and do != "make":
        return _revoke(request, do)
    kind: dict[str, Any] = {"unit": actor.is_unit, "today": timezone.localdate()}
    form = TokenForm(request.POST if do == "make" else None, **kind)
    shown: dict[str, Any] = {}
    if do == "make" and form.is_valid():
        given = {"name": form.cleaned_data["name"], "scopes": form.cleaned_data["scopes"]}
        try:
            made, secret = make_token(
                actor=actor, expires_at=form.until, now=timezone.now(), **given
            )
        except (BadInput, WrongState) as error:
            fields = error.fields if isinstance(error, BadInput) else {}
            if "expires_at" in fields:
                error = BadInput(fields["expires_at"], field="expires_on")
            put_on(form, error)
        else:
            shown = {"made": made, "secret": secret}
            form = TokenForm(**kind)
    return render(
        request,
        "programs/tokens.html",
        {"form": form, "now": timezone.now(), **_listed(request), **shown},
        status=422 if form.errors else 200,
    )


def _listed(request: AskedRequest) -> dict[str, Any]:
    """Tokens that are not ended, of this organisation: one's own, and others' for its managers."""
    actor = request.actor
    live = [
        token
        for token in tokens_visible_to(actor)
        if token.revoked_at is None and token.organisation_id == actor.organisation_id
    ]
    own = [token for token in live if token.user_id == actor.user_id]
    others = [token for token in live if token.user_id != actor.user_id]
    return {"own": own, "others": others if may_see_all_tokens(actor) else None}


def _revoke(request: AskedRequest, do: str) -> HttpResponse:
    number = request.POST.get("pk", "")
    if do != "revoke" or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadInput(_("没有这一步。请从页面上的按钮选择。"))
    token = tokens_visible_to(request.actor).get(pk=int(number))
    try:
        revoke_token(token, actor=request.actor, now=timezone.now())
    except WrongState as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("“%(name)s”已停用。") % {"name": token.name})
    return redirect("programs")
