"""Sign in, sign out, choose for whom one acts, wait when there were too many tries."""

from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from qifu.accounts.models import User
from qifu.base.errors import BadInput
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import actor_for, memberships_of
from qifu.web.accounts.demo import demo_accounts
from qifu.web.accounts.forms import SignInForm
from qifu.web.addresses import safe_next
from qifu.web.carry import carried_by, send_again
from qifu.web.http import AskedRequest, go, signed_in, site_city
from qifu.web.preferences import ACTING_FOR, MEMBERSHIP, remember


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: AskedRequest) -> HttpResponse:
    """Name and password. The answer never tells whether a name exists."""
    onward = safe_next(request, reverse("after-sign-in"))
    if request.method == "GET" and request.actor.signed_in:
        return redirect(onward)
    accounts = demo_accounts(site_city(request))
    tried = next((one for one in accounts if one.username == request.GET.get("as")), None)
    form = SignInForm(request.POST or None)
    if tried is not None and request.method == "GET":
        form = SignInForm(initial={"username": tried.username, "password": tried.password})
        form.fields["password"].widget.render_value = True
    carried = carried_by(request) if request.method == "POST" else None
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            login(request, user)
            remembered = _choose(request, user)
            answer = send_again(request, carried) if carried else redirect(onward)
            if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
                remember(request, answer, settings.LANGUAGE_COOKIE_NAME, user.language)
            if remembered:
                remember(request, answer, ACTING_FOR, str(remembered))
            return answer
        form.add_error(
            None, _("登录名或密码不对。请核对大小写后再试；忘记密码请联系给您开通账号的人。")
        )
    return render(
        request,
        "accounts/sign_in.html",
        {"form": form, "carried": carried, "next": onward, "demo_accounts": accounts},
        status=422 if form.is_bound else 200,
    )


def _choose(request: HttpRequest, user: User) -> int | None:
    """Act for the organisation that was acted for last in this browser, if that still holds."""
    actor = actor_for(user, _number(request.COOKIES.get(ACTING_FOR, "")))
    if actor.membership is None:
        return None
    request.session[MEMBERSHIP] = actor.membership.pk
    return actor.membership.pk


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@require_http_methods(["POST"])
def sign_out(request: AskedRequest) -> HttpResponse:
    """Forget the session; the next person at this screen starts from nothing."""
    logout(request)
    return redirect("home")


@signed_in
@require_http_methods(["GET"])
def after_sign_in(request: AskedRequest) -> HttpResponse:
    """Each to their own first page."""
    return redirect(_first_page(request.actor))


def _first_page(actor: Actor) -> str:
    if actor.is_enterprise:
        return reverse("my-overview")
    return reverse("desk" if actor.is_unit else "switch")


@signed_in
@require_http_methods(["GET", "POST"])
def switch(request: AskedRequest) -> HttpResponse:
    """For whom one acts now: every membership with its role."""
    memberships = memberships_of(request.actor)
    if request.method == "POST":
        wanted = _number(request.POST.get("membership", ""))
        chosen = next((one for one in memberships if one.pk == wanted), None)
        if chosen is None:
            raise BadInput(_("您不能代表这个单位。请从列表中选择。"))
        request.session[MEMBERSHIP] = chosen.pk
        assert request.actor.user is not None
        onward = safe_next(request, _first_page(actor_for(request.actor.user, chosen.pk)))
        answer = go(request, onward)
        remember(request, answer, ACTING_FOR, str(chosen.pk))
        return answer
    return render(request, "accounts/switch.html", {"memberships": memberships})


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None = None, credentials: Any = None
) -> HttpResponse:
    """Too many tries: say until when, the same for names that exist and names that do not."""
    wait = get_cool_off(request)
    until = timezone.localtime(timezone.now() + wait) if wait else None
    answer = render(
        request,
        "accounts/locked_out.html",
        {"until": until, "minutes": round(wait.total_seconds() / 60) if wait else None},
        status=429,
    )
    if wait:
        answer["Retry-After"] = str(int(wait.total_seconds()))
    return answer
