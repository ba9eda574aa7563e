"""Claim a firm's account, see how the claim stands, accept an invitation."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from qifu.accounts.actions import create_user
from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.organisations.actions import accept_invitation, submit_claim, withdraw_claim
from qifu.organisations.models import Claim, Invitation, Membership
from qifu.organisations.selectors import claim_by_token, invitation_by_token, memberships_of
from qifu.web.claims.forms import ClaimForm, NewAccountForm
from qifu.web.http import AskedRequest, View, city_of
from qifu.web.my.firm import both_names
from qifu.web.preferences import MEMBERSHIP
from qifu.web.refusals import put_on
from qifu.web.words import spoken


def secret(view: View) -> View:
    """A page behind a secret address: not kept by caches, not found by search engines."""

    @wraps(view)
    def kept(request: AskedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer["Cache-Control"] = "private, no-store"
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Referrer-Policy"] = "same-origin"
        return answer

    return kept


def _attempt(step: Callable[[], object], form: ClaimForm | NewAccountForm) -> object | None:
    """Do it, or put on the form why it was refused."""
    try:
        return step()
    except BadInput as error:
        put_on(form, error)
        return None


@require_http_methods(["GET", "POST"])
def claim_new(request: AskedRequest) -> HttpResponse:
    """Say which firm is yours, hand in papers, get a number and a secret address."""
    if request.method == "POST":
        form = ClaimForm(request.POST, request.FILES)
    else:
        first = {"uscc": request.GET.get("uscc", "")[:18]}
        if request.actor.user is not None:
            first["applicant"] = request.actor.user.display_name
            first["phone"] = request.actor.user.phone
        form = ClaimForm(initial=first)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        firm = form.firm
        assert firm is not None
        claim = _attempt(
            lambda: submit_claim(
                firm,
                actor=request.actor,
                applicant=data["applicant"],
                phone=data["phone"],
                position=data["position"],
                note=data["note"],
                papers=[(paper.name, paper.file, paper.size) for paper in data["papers"]],
                now=timezone.now(),
            ),
            form,
        )
        if isinstance(claim, Claim):
            return redirect("claim-status", token=claim.token)
    lost = [paper.name for paper in request.FILES.getlist("papers")] if form.errors else []
    page = {"form": form, "lost": lost}
    return render(request, "claims/new.html", page, status=422 if form.errors else 200)


@secret
@require_http_methods(["GET", "POST"])
def claim_status(request: AskedRequest, token: str) -> HttpResponse:
    """How a claim stands and what happens next, for whoever has its address."""
    claim = claim_by_token(token)
    if claim is None:
        raise Claim.DoesNotExist
    if request.method == "POST":
        try:
            withdraw_claim(claim, actor=request.actor, now=timezone.now())
        except (WrongState, Conflict) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("申请已撤回。需要时可以重新提交。"))
        return redirect("claim-status", token=token)
    address = request.build_absolute_uri(request.path)
    return render(request, "claims/status.html", {"claim": claim, "address": address})


@sensitive_post_parameters("password")
@secret
@require_http_methods(["GET", "POST"])
def invitation(request: AskedRequest, token: str) -> HttpResponse:
    """Accept: with the account that is signed in, or with a new one."""
    found = invitation_by_token(token)
    if found is None:
        return render(request, "claims/invitation_wrong.html", status=404)
    actor = request.actor
    wants_account = request.method == "POST" and not actor.signed_in
    form = NewAccountForm(request.POST if wants_account else None)
    live = found.state == "open" and found.expires_at > timezone.now()
    if request.method == "POST":
        if actor.user is not None:
            membership = accept_invitation(found, user=actor.user, now=timezone.now())
            return _welcome(request, membership)
        if live and form.is_valid():
            made = _attempt(lambda: _with_new_account(request, found, form), form)
            if isinstance(made, Membership):
                return _welcome(request, made)
    organisation = found.organisation
    role = city_of(request).roles.get(found.role)
    already = any(m.organisation_id == organisation.pk for m in memberships_of(actor))
    return render(
        request,
        "claims/invitation.html",
        {
            "invitation": found,
            "live": live,
            "expired": found.state == "open" and not live,
            "already": already,
            "organisation": both_names(organisation),
            "is_firm": organisation.kind == "enterprise",
            "role": spoken(role.name) if role else found.role,
            "form": form,
            "sign_in": f"{reverse('sign-in')}?next={reverse('invitation', args=[token])}",
        },
        status=422 if form.errors else 200,
    )


def _with_new_account(request: AskedRequest, found: Invitation, form: NewAccountForm) -> Membership:
    """The account and its membership, or neither."""
    with transaction.atomic():
        user = create_user(language=get_language() or "zh-hans", **form.cleaned_data)
        membership = accept_invitation(found, user=user, now=timezone.now())
    known = authenticate(request, username=user.username, password=form.cleaned_data["password"])
    if known is not None:
        login(request, known)
    return membership


def _welcome(request: AskedRequest, membership: Membership) -> HttpResponse:
    """Act for the organisation from now on, on its first page."""
    request.session[MEMBERSHIP] = membership.pk
    name = spoken(both_names(membership.organisation))
    messages.success(request, _("您已加入%(name)s。") % {"name": name})
    return redirect("after-sign-in")
