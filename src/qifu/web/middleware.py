"""Language, who is asking, and refusals turned into pages."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from qifu.base.errors import Refused
from qifu.organisations.permissions import NOBODY, Actor
from qifu.organisations.selectors import actor_for
from qifu.web.http import AskedRequest, languages_of, person
from qifu.web.preferences import MEMBERSHIP
from qifu.web.views import not_found, refusal

GetResponse = Callable[[HttpRequest], HttpResponse]


class ChosenLanguage:
    """Chinese unless the person has chosen English here; what the browser prefers is not asked.

    A city whose pack speaks Chinese only is shown in Chinese, whatever was chosen elsewhere.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        # the city is asked only for those who have chosen something else
        plain = chosen in ("", settings.LANGUAGE_CODE) or chosen not in languages_of(request)
        language = settings.LANGUAGE_CODE if plain else chosen
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", language)
        return response


class WhoIsAsking:
    """`request.actor`: the person and the organisation acted for, looked up when first needed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = cast(AskedRequest, request)
        asked.actor = cast(Actor, SimpleLazyObject(lambda: _actor(request)))
        response = self.get_response(request)
        if person(request) is not None:
            # another person at the same screen must not page back into this
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _actor(request: HttpRequest) -> Actor:
    user: Any = person(request)
    if user is None:
        return NOBODY
    return actor_for(user, request.session.get(MEMBERSHIP))


class RefusalsBecomePages:
    """A refusal that no view has caught becomes a page that says why and what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:  # no name has one, and PostgreSQL refuses to look for it
            return not_found(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Refused → its page; a thing that is not there, or not for this person → 404."""
        if isinstance(error, Refused):
            return refusal(request, error)
        if isinstance(error, ObjectDoesNotExist):
            return not_found(request)
        return None
