"""The frame's own pages: preferences, the city's colours, help, refusals and errors."""

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.accounts.actions import remember_language
from qifu.base.city import NoCity
from qifu.base.errors import BadInput, Conflict, NotAllowed, Refused, WrongState
from qifu.web.accounts.forms import SignInForm
from qifu.web.addresses import safe_next
from qifu.web.carry import carried_by, same_site, send_again, typed_into
from qifu.web.colours import style_sheet
from qifu.web.http import AskedRequest, go, languages_of, site_city
from qifu.web.preferences import SIZE, SIZES, THEME, THEMES, YEAR, remember

_STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotAllowed, 403),
    (BadInput, 422),
    (WrongState, 409),
    (Conflict, 409),
    (NoCity, 503),
)


@require_http_methods(["POST"])
def preferences(request: AskedRequest) -> HttpResponse:
    """Language, theme or size; back to the page where it was chosen. Unknown values are ignored."""
    answer = go(request, safe_next(request, reverse("home")))
    language = request.POST.get("language", "")
    if language in languages_of(request):
        remember(request, answer, settings.LANGUAGE_COOKIE_NAME, language)
        if request.actor.user is not None:
            remember_language(request.actor.user, language)
    if request.POST.get("theme") in THEMES:
        remember(request, answer, THEME, request.POST["theme"])
    if request.POST.get("size") in SIZES:
        remember(request, answer, SIZE, request.POST["size"])
    return answer


@require_http_methods(["GET"])
def city_css(request: AskedRequest) -> HttpResponse:
    """The accent and its readable shades; kept by browsers for as long as the pack stands.

    The address says for which district's front (`z`), so that what is kept fits it for good.
    """
    city, asked = site_city(request), request.GET.get("z", "")
    zone = city.zone(asked) if city and asked else None
    accent = zone.accent if zone else city.accent if city else ""
    fronts = {one.code: one.accent for one in city.fronts} if city else {}
    answer = HttpResponse(style_sheet(accent, fronts), content_type="text/css")
    known = zone is not None or not asked
    for_good = city is not None and known and request.GET.get("v") == str(city.load_id)
    answer["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if for_good else "public, max-age=60"
    )
    return answer


@require_http_methods(["GET"])
def city_logo(request: AskedRequest) -> HttpResponse:
    """The city's logo; 404 where its pack has none."""
    city = site_city(request)
    if city is None or not city.logo:
        raise Http404
    answer = HttpResponse(city.logo, content_type="image/png")
    for_good = request.GET.get("v") == str(city.load_id)
    answer["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if for_good else "public, max-age=60"
    )
    return answer


@require_http_methods(["GET"])
def help_page(request: AskedRequest) -> HttpResponse:
    """How to use the site, what the data are, what is done for accessibility."""
    return render(request, "public/help.html")


@require_http_methods(["GET"])
def healthz(request: HttpRequest) -> HttpResponse:
    """For the machine that watches: the process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal as a page: what was refused, why, and the way back."""
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
    titles = {
        403: _("这一步您不能做"),
        409: _("情况已经变了"),
        422: _("填写的内容不能用"),
        503: _("网站还没有准备好"),
    }
    return render(
        request,
        "public/refused.html",
        {"title": titles.get(status, _("没有办成")), "words": str(error), "status": status},
        status=status,
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing here, or nothing for this person: the answer is the same."""
    return render(request, "public/not_found.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's own refusals."""
    return refusal(request, NotAllowed(_("您的账号没有这项权限。")))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be read: too long, or broken on the way."""
    return render(request, "public/plain_error.html", {"status": 400}, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke here. The page needs no database, which may be what broke."""
    return render(request, "public/plain_error.html", {"status": 500}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page stood open too long: what was typed on it is shown and can be sent again.

    Only when the browser says that the form came from this site; else it is refused.
    """
    if not same_site(request):
        words = _("这个请求不是从本站的页面发出的，没有处理。请回到本站的页面重新操作。")
        return refusal(request, NotAllowed(words))
    get_token(request)
    if request.path == reverse("sign-in"):
        messages.info(request, _("页面放得太久了，请再登录一次。"))
        form = SignInForm(initial={"username": request.POST.get("username", "")[:150]})
        onward = safe_next(request, reverse("after-sign-in"))
        data = {"form": form, "carried": carried_by(request), "next": onward}
        return render(request, "accounts/sign_in.html", data, status=403)
    answer = send_again(request, typed_into(request))
    answer.status_code = 200 if getattr(request, "htmx", None) else 403
    return answer
