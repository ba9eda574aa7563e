"""The API itself, and how an operation is written down: once, for the door and for its document.

A room's module makes `router = Router(tags=["…"])` and describes each operation:

    @reads(router, "/firms/{code}", scope="firms.read", answer=Firm, missing=True,
           summary=_("查看一家企业"), description=_("…"), example={…})
    def read_firm(request: Asked, code: PathCode) -> Firm: ...

`_` is gettext_noop: the texts are translated when the document is written. The name of the
function is the operationId.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import NinjaAPI, Router
from ninja.renderers import JSONRenderer
from ninja.signature import ViewSignature

from qifu.api import refusals
from qifu.api.auth import Asked, BearerToken, needs
from qifu.api.idempotency import once
from qifu.api.schemas import Refusal
from qifu.base.errors import BadInput

__all__ = ["Asked", "Router", "api", "changes", "creates", "needs", "reads"]

F = TypeVar("F", bound=Callable[..., Any])
TITLE = _("企服开放接口")
ABOUT = _(
    "用程序做页面上能做的事。每个请求带一个令牌（Authorization: Bearer qf_…），令牌代表一个人在"
    "一个单位的身份，只能做这个人在页面上能做、并且令牌权限允许的事。日期是 ISO 8601，金额是以元为"
    "单位的十进制文字，名称有中文和英文。列表分页：把 next 作为 cursor 传回。新建要带 "
    "Idempotency-Key：同一个键、同样的内容再发一次，得到同样的回答，不会做两次。每个 GET 有 ETag，"
    "带 If-None-Match 没有变化时回答 304。被拒绝时回答 {code, message, field}。"
)


class _Renderer(JSONRenderer):
    """Chinese as it is written; the same bytes for the same answer."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}


# the documentation is a page of the site (no CDN): ninja's own are switched off
api = NinjaAPI(
    title=TITLE,
    version="1",
    description=ABOUT,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    servers=[{"url": "/api/v1"}],
    renderer=_Renderer(),
)
refusals.install(api)


def reads(
    router: Router,
    path: str,
    *,
    scope: str,
    answer: Any,
    summary: str,
    description: str,
    example: Any,
    missing: bool = False,
    refused: tuple[int, ...] = (),
) -> Callable[[F], F]:
    """A GET. `missing`: there may be nothing there, or nothing for this person (404).

    `answer` is the model of 200, `example` one as JSON; an operation that answers bytes gives
    None for both and returns an HttpResponse.
    """
    told = {200: answer, 304: None}
    codes = (401, 403, 422, 429, 503, *refused, *((404,) if missing else ()))
    extra = _extra(scope, example=example, status=200)
    return _written(router, "GET", path, scope, told, codes, summary, description, extra)


def creates(
    router: Router,
    path: str,
    *,
    scope: str,
    answer: Any,
    summary: str,
    description: str,
    example: Any,
    body: Any = None,
    missing: bool = False,
    refused: tuple[int, ...] = (409,),
    status: int = 201,
    hide: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """A POST that makes something: Idempotency-Key is required. `body` is an example of it.

    The function returns the model, not a Status: what it returns is kept for the key. `hide`
    names what is told only once (a secret): it is not kept, and null in a repeated answer.
    """
    refused = (*refused, 409) if 409 not in refused else refused  # two at once, one key
    codes = (400, 401, 403, 413, 422, 429, 503, *refused, *((404,) if missing else ()))
    extra = _extra(scope, example=example, status=status, body=body, key="required")
    told = {status: answer}
    return _written(
        router, "POST", path, scope, told, codes, summary, description, extra,
        wrap=lambda work: once(work, status=status, required=True, hide=hide),
    )  # fmt: skip


def changes(
    router: Router,
    path: str,
    *,
    scope: str,
    answer: Any,
    summary: str,
    description: str,
    example: Any = None,
    body: Any = None,
    method: str = "POST",
    missing: bool = True,
    refused: tuple[int, ...] = (409,),
    status: int = 200,
    hide: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """A step on something that is there; Idempotency-Key may be sent. 204 answers nothing.

    With 412 in `refused` the function looks at If-Match itself (`etags.must_match`).
    """
    refused = (*refused, 409) if 409 not in refused else refused  # two at once, one key
    codes = (401, 403, 422, 429, 503, *refused, *((404,) if missing else ()))
    codes = (*codes, 400, 413) if method != "DELETE" else codes
    extra = _extra(scope, example=example, status=status, body=body, key="optional")
    extra["x-if-match"] = 412 in refused
    told = {status: answer}
    return _written(
        router, method, path, scope, told, codes, summary, description, extra,
        wrap=lambda work: once(work, status=status, required=False, hide=hide),
    )  # fmt: skip


def _nothing_unknown(path: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse query parameters that the operation does not have: a misspelt filter would be
    as if it were not there, and the answer another than was asked for."""
    known = {
        name
        for model in ViewSignature(path, work).models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }

    @wraps(work)
    def guarded(request: Asked, *args: Any, **kwargs: Any) -> Any:
        for name in request.GET:
            if name not in known:
                raise BadInput(gettext("没有这个参数。"), field=name[:64])
        return work(request, *args, **kwargs)

    return guarded


def _extra(
    scope: str, *, example: Any, status: int, body: Any = None, key: str = ""
) -> dict[str, Any]:
    """What the document needs beside the types; read by qifu.api.document."""
    return {
        "x-scope": scope,
        "x-example": example,
        "x-status": status,
        "x-body-example": body,
        "x-key": key,
    }


def _written(
    router: Router,
    method: str,
    path: str,
    scope: str,
    told: Mapping[int, Any],
    codes: tuple[int, ...],
    summary: str,
    description: str,
    extra: Mapping[str, Any],
    wrap: Callable[[Callable[..., Any]], Callable[..., Any]] = lambda work: work,
) -> Callable[[F], F]:
    def put(work: F) -> F:
        guarded = wrap(_nothing_unknown(path, work))
        router.api_operation(
            [method],
            path,
            auth=BearerToken(scope),
            response={**told, **dict.fromkeys(sorted(codes), Refusal)},
            operation_id=work.__name__,
            summary=summary,
            description=description,
            openapi_extra=dict(extra),
            url_name=work.__name__,
        )(guarded)
        return work

    return put
