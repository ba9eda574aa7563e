"""Every refusal as `{code, message, field}` with its status; nothing else ever leaves."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from qifu.base.city import NoCity
from qifu.base.errors import BadInput, Conflict, NotAllowed, Refused, WrongState
from qifu.jobs.previews import NoFacts, TooLong

log = logging.getLogger(__name__)


class NotKnown(Refused):
    """No token, a wrong one, one that has ended, or one whose person is no longer a member."""

    code = "not_authenticated"


class WrongScope(NotAllowed):
    """The token was not given this scope."""

    code = "wrong_scope"


class TooMany(Refused):
    """More requests in this minute than allowed; `wait` is in seconds."""

    code = "too_many_requests"

    def __init__(self, wait: int) -> None:
        super().__init__(_("请求太多了，请 %(wait)s 秒后再试。") % {"wait": wait})
        self.wait = wait


class NotCurrent(Refused):
    """The thing is no longer what If-Match names."""

    code = "not_current"


STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotKnown, 401),
    (NotAllowed, 403),
    (NotCurrent, 412),
    (BadInput, 422),
    (WrongState, 409),
    (Conflict, 409),
    (TooMany, 429),
    (NoCity, 503),
    (NoFacts, 503),
    (TooLong, 503),
)
# refusals that come from below: by status
PLAIN: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", gettext_noop("这个请求读不懂。请求体要是 JSON（UTF-8）。")),
    401: ("not_authenticated", gettext_noop("请带上有效的令牌：Authorization: Bearer qf_…")),
    403: ("not_allowed", gettext_noop("您的账号没有这项权限。")),
    404: ("not_found", gettext_noop("没有这个对象，或者您看不到它。")),
    405: ("method_not_allowed", gettext_noop("这个地址不接受这个方法。")),
    413: ("too_large", gettext_noop("请求体太大了。")),
    500: ("server_error", gettext_noop("系统出了错，已经记录。请稍后再试。")),
    503: ("not_ready", gettext_noop("系统还没有准备好，请稍后再试。")),
}
# pydantic's kinds of errors in words; others get the last one
_KINDS: Mapping[str, str] = {
    "missing": gettext_noop("缺少这一项。"),
    "extra_forbidden": gettext_noop("没有这一项。"),
    "nul": gettext_noop("里面有不能用的字符。"),
    "string_too_long": gettext_noop("太长了，最多 %(max_length)s 个字。"),
    "string_too_short": gettext_noop("太短了，最少 %(min_length)s 个字。"),
    "string_pattern_mismatch": gettext_noop("格式不对。"),
    "string_type": gettext_noop("要填文字。"),
    "int_parsing": gettext_noop("要填整数。"),
    "int_type": gettext_noop("要填整数。"),
    "int_from_float": gettext_noop("要填整数。"),
    "bool_parsing": gettext_noop("要填 true 或 false。"),
    "bool_type": gettext_noop("要填 true 或 false。"),
    "date_from_datetime_parsing": gettext_noop("日期要写成 2026-11-22 这样。"),
    "date_parsing": gettext_noop("日期要写成 2026-11-22 这样。"),
    "date_type": gettext_noop("日期要写成 2026-11-22 这样。"),
    "datetime_from_date_parsing": gettext_noop("时间要写成 2026-11-22T16:00:00+08:00 这样。"),
    "datetime_parsing": gettext_noop("时间要写成 2026-11-22T16:00:00+08:00 这样。"),
    "timezone_aware": gettext_noop("时间要带时区，例如 +08:00。"),
    "less_than_equal": gettext_noop("不能大于 %(le)s。"),
    "greater_than_equal": gettext_noop("不能小于 %(ge)s。"),
    "literal_error": gettext_noop("只能是 %(expected)s。"),
    "too_long": gettext_noop("最多 %(max_length)s 项。"),
    "too_short": gettext_noop("最少 %(min_length)s 项。"),
    "list_type": gettext_noop("要填一个列表。"),
    "dict_type": gettext_noop("要填一个对象。"),
    "model_type": gettext_noop("要填一个对象。"),
    "model_attributes_type": gettext_noop("要填一个对象。"),
}
_OTHER = gettext_noop("这个值不能用。")


def refused(
    status: int,
    code: str,
    message: object,
    field: str = "",
    fields: Mapping[str, Any] | None = None,
) -> JsonResponse:
    """The one form of every refusal."""
    told: dict[str, Any] = {"code": code, "message": str(message), "field": field}
    if fields and len(fields) > 1:
        told["fields"] = {name: str(words) for name, words in fields.items()}
    answer = JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def plain(status: int) -> JsonResponse:
    """A refusal of which nothing but the status is known."""
    known = status if status in PLAIN else 400 if status < 500 else 500
    code, message = PLAIN[known]
    return refused(status, code, _(message))


def of_room(request: HttpRequest, error: Refused) -> HttpResponse:
    """What a room or the API itself refused."""
    status = next((number for kind, number in STATUS if isinstance(error, kind)), 400)
    fields = error.fields if isinstance(error, BadInput) else {}
    field = error.field or next(iter(fields), "")
    answer = refused(status, error.code, error, field, fields)
    if isinstance(error, TooMany):
        answer["Retry-After"] = str(error.wait)
    return answer


def _field(place: Iterable[Any]) -> str:
    """body, payload, contact, phone → contact.phone; query, limit → limit."""
    parts = [str(part) for part in place]
    skip = 2 if parts[:1] in (["body"], ["form"]) and len(parts) > 2 else 1
    return ".".join(parts[skip:])


def _words(error: Mapping[str, Any]) -> str:
    text = _(_KINDS.get(str(error.get("type")), _OTHER))
    try:
        return text % dict(error.get("ctx") or {}) if "%(" in text else text
    except KeyError:
        return _(_OTHER)


def of_schema(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the schema: 422, with every field that is wrong."""
    fields: dict[str, str] = {}
    for one in error.errors:
        fields.setdefault(_field(one.get("loc", ())), _words(one))
    first = next(iter(fields), "")
    message = fields.get(first, _(_OTHER))
    return refused(422, "bad_input", f"{first}: {message}" if first else message, first, fields)


def install(api: NinjaAPI) -> None:
    """Let every exception of an operation become a refusal."""

    def broken(request: HttpRequest, error: Exception) -> HttpResponse:
        if settings.DEBUG:  # pragma: no cover - nobody runs with it
            raise error
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        return plain(500)

    def plainly(status: int) -> Any:
        return lambda request, error: plain(status)

    handlers: tuple[tuple[type[Exception], Any], ...] = (
        (Exception, broken),
        (Refused, of_room),
        (ValidationError, of_schema),
        (AuthenticationError, plainly(401)),
        (HttpError, lambda request, error: plain(error.status_code)),
        (Http404, plainly(404)),
        (ObjectDoesNotExist, plainly(404)),
        (RequestDataTooBig, plainly(413)),
        # a form that is none, one of too many parts, a body that breaks off
        (MultiPartParserError, plainly(400)),
        (SuspiciousOperation, plainly(400)),
        (BadRequest, plainly(400)),
        (UnreadablePostError, plainly(400)),
    )
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)
