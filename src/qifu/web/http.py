"""What every door needs: the request with who is asking, and who may come in."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from qifu.base.city import City, NoCity, current_city
from qifu.base.errors import NotAllowed
from qifu.organisations.permissions import Actor
from qifu.web.addresses import here
from qifu.web.carry import interrupted


class AskedRequest(HttpRequest):
    """A request after the middleware: who is asking, for whom, and whether htmx asks."""

    actor: Actor
    htmx: HtmxDetails


View = Callable[..., HttpResponse]
R = TypeVar("R", bound=HttpResponseBase)


def site_city(request: HttpRequest) -> City | None:
    """The pack in force, asked for once a request; None before anything is loaded."""
    if not hasattr(request, "qifu_city"):
        try:
            found: City | None = current_city()
        except NoCity:
            found = None
        request.qifu_city = found  # type: ignore[attr-defined]
    return request.qifu_city  # type: ignore[attr-defined, no-any-return]


def city_of(request: HttpRequest) -> City:
    """The pack in force, asked for once a request; NoCity becomes a page that says what to do."""
    return site_city(request) or current_city()


def languages_of(request: HttpRequest) -> set[str]:
    """The languages that pages of this city have, as codes of settings.LANGUAGES."""
    known = {code for code, _name in settings.LANGUAGES}
    city = site_city(request)
    return {code for code in known if city is None or city.speaks(code)}


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Send the person to another page; a fragment's request moves the whole window."""
    if getattr(request, "htmx", None):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is, and come back here; what was typed into a form is carried along."""
    if request.method == "POST":
        return interrupted(request)
    return go(request, f"{reverse('sign-in')}?{urlencode({'next': here(request)})}")


def signed_in(view: Callable[..., R]) -> Callable[..., R | HttpResponse]:
    """Only people who have signed in; others are asked to."""

    @wraps(view)
    def guarded(request: AskedRequest, *args: Any, **kwargs: Any) -> R | HttpResponse:
        if not request.actor.signed_in:
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded


def for_enterprise(view: Callable[..., R]) -> Callable[..., R | HttpResponse]:
    """Only people who act for a firm now; others are told how to change that."""
    return _for_kind(view, "enterprise")


def for_unit(view: Callable[..., R]) -> Callable[..., R | HttpResponse]:
    """Only officials who act for their unit now."""
    return _for_kind(view, "unit")


def _for_kind(view: Callable[..., R], kind: str) -> Callable[..., R | HttpResponse]:
    @wraps(view)
    def guarded(request: AskedRequest, *args: Any, **kwargs: Any) -> R | HttpResponse:
        actor = request.actor
        if not actor.signed_in:
            return to_sign_in(request)
        if actor.organisation is None and request.method == "GET":
            return go(request, f"{reverse('switch')}?{urlencode({'next': here(request)})}")
        if actor.organisation is None or actor.organisation.kind != kind:
            raise NotAllowed(
                _("这一页给企业用。请先切换到您代表的企业。")
                if kind == "enterprise"
                else _("这一页给部门工作人员用。请先切换到您所在的部门。")
            )
        return view(request, *args, **kwargs)

    return guarded


def person(request: HttpRequest) -> AbstractBaseUser | None:
    """Who has signed in, or nobody."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None
