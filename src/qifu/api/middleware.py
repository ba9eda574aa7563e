"""Around every request of the API: its language, no cookies, JSON whatever happens, ETags."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from qifu.api import idempotency
from qifu.api.etags import with_etag
from qifu.api.refusals import plain

ROOT = "/api/v1/"
MOST_BODY = 1024 * 1024  # of JSON, in bytes; files come as forms and have limits of their own
_FORM = "multipart/form-data"


def language_asked(header: str) -> str:
    """The language of an Accept-Language header; Chinese where it names none that is spoken."""
    for code, _weight in parse_accept_lang_header(header[:500].lower()):
        if code == "*":
            break
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)


class ApiFrame:
    """First of all middlewares, for addresses of the API only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ROOT):
            return self.get_response(request)
        language = language_asked(request.headers.get("Accept-Language", ""))
        # no cookie opens the API; the language is handed on in the way that the site knows
        request.COOKIES = {settings.LANGUAGE_COOKIE_NAME: language}
        answer = plain(413) if _too_large(request) else self.get_response(request)
        if answer.status_code >= 400 and not _json(answer):
            answer = _instead(answer)
        idempotency.mark(request, answer)
        _rate(request, answer)
        answer["Vary"] = "Accept-Language, Authorization"
        answer.headers.setdefault("Cache-Control", "private, no-cache")
        return with_etag(request, answer)


def _too_large(request: HttpRequest) -> bool:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    return length > MOST_BODY and not (request.content_type or "").startswith(_FORM)


def _json(answer: HttpResponse) -> bool:
    return answer.headers.get("Content-Type", "").startswith("application/json")


def _instead(answer: HttpResponse) -> HttpResponse:
    """The same status in the API's own form; what HTTP asks for is kept."""
    told = plain(answer.status_code)
    for name in ("Allow", "Retry-After"):
        if name in answer:
            told[name] = answer[name]
    return told


def _rate(request: HttpRequest, answer: HttpResponse) -> None:
    rate = getattr(request, "rate", None)
    if rate is not None:
        names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
        for name, value in zip(names, rate, strict=True):
            answer[name] = str(value)
