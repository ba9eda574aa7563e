"""The OpenAPI document: what ninja reads off the types, with examples, refusals and languages."""

import copy
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from qifu.api.core import api
from qifu.api.refusals import PLAIN

# tag → words; in the order in which a stranger reads them
TAGS: Mapping[str, str] = {
    "me": _("我是谁：令牌代表的人、单位和权限。"),
    "search": _("一次搜索全部。"),
    "policies": _("政策库：查找、条件、申报时间；不登记企业的快速诊断和规模自测。"),
    "firms": _("企业：本企业；工作人员查找企业。"),
    "facts": _("企业资料：每一项的值、来源和日期；填报、异议。"),
    "matching": _("政策匹配：每项政策对本企业的结论，下一个问题。"),
    "reports": _("报告：生成、查看、重新计算核对。"),
    "appeals": _("诉求：提交、跟进、评价，工作人员的每一步。"),
    "attachments": _("诉求的附件。"),
    "channels": _("办事渠道：找对门。"),
    "knowledge": _("解答、法规、事项、不受理的情形、到期日。"),
    "figures": _("指标。"),
    "messages": _("消息。"),
    "people": _("成员、邀请和数据授权。"),
    "casework": _("认领和异议的办理。"),
    "journal": _("操作日志，给审计岗。"),
    "exchange": _("与外部热线交换工单。"),
    "webhooks": _("事件推送。"),
}
SCOPE_WORDS: Mapping[str, str] = {
    "firms.read": _("查看企业"),
    "facts.read": _("查看企业资料"),
    "facts.write": _("填报企业资料、回答问题、提出异议"),
    "policies.read": _("查看政策和匹配结果"),
    "policies.write": _("起草、核对和发布政策"),
    "reports.write": _("生成和查看报告"),
    "people.manage": _("管理成员、邀请和数据授权"),
    "messages": _("查看消息、标为已读"),
    "casework": _("办理认领和异议"),
    "journal.read": _("查看操作日志"),
    "appeals.read": _("查看诉求"),
    "appeals.write": _("提交和办理诉求"),
    "channels.read": _("查看办事渠道"),
    "figures.read": _("查看指标"),
    "exchange": _("与外部热线交换工单"),
    "webhooks": _("管理事件推送"),
}
REFUSALS: Mapping[int, str] = {
    400: _("请求读不懂"),
    401: _("没有令牌，或令牌无效、过期、已停用"),
    403: _("令牌没有这项权限，或这个人的角色不能做"),
    404: _("没有这个对象，或者看不到它"),
    409: _("现在的状态不能做这一步，或别人刚刚改过"),
    412: _("If-Match 不再是现在的版本"),
    413: _("请求体太大"),
    422: _("填写的内容不能用；field 指出是哪一项"),
    429: _("这一分钟请求太多；Retry-After 是要等的秒数"),
    503: _("系统还没有准备好"),
}
_DONE: Mapping[int, str] = {
    200: _("办好了"),
    201: _("已新建"),
    202: _("已收下，稍后完成"),
    204: _("办好了，没有内容"),
    304: _("和您已有的一样"),
}
_EXAMPLES: Mapping[int, dict[str, str]] = {
    409: {"code": "wrong_state", "message": _("现在的状态不能做这一步。"), "field": ""},
    412: {"code": "not_current", "message": _("已经有人改过了。请重新读取，再决定。"),
          "field": "If-Match"},
    422: {"code": "bad_input", "message": _("请检查这一项。"), "field": "limit"},
    429: {"code": "too_many_requests", "message": _("请求太多了。"), "field": ""},
}  # fmt: skip
# what stands in an address, where its type says nothing
_IN_PATH: Mapping[str, str] = {
    "code": "91440300MA5FAKE01X",
    "policy": "sz-hire-01",
    "tree": "region",
    "name": "employees",
    "key": "employees",
}
_TEXTS = frozenset({"title", "description", "summary"})
KEY_PATTERN = "^[A-Za-z0-9._:-]{8,100}$"


def document() -> dict[str, Any]:
    """The document in the language that is active now; a copy, to be changed at will."""
    return copy.deepcopy(_document(get_language() or "zh-hans"))


@lru_cache(maxsize=8)
def _document(language: str) -> dict[str, Any]:
    # ninja's own method puts the prefix of the site before each path; here `servers` has it
    made: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=""))
    used: set[str] = set()
    for methods in made["paths"].values():
        for method, operation in list(methods.items()):
            methods[method] = _operation(operation, method)
            used.update(operation.get("tags", ()))
    made["components"] = {
        **made["components"],
        "schemas": _used(made["components"]["schemas"], made["paths"]),
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": _("qf_ 开头的令牌")}
        },
    }
    made["security"] = [{"token": []}]
    made["tags"] = [{"name": tag, "description": TAGS[tag]} for tag in TAGS if tag in used]
    made["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    return _spoken(made)  # type: ignore[no-any-return]


def _used(schemas: Mapping[str, Any], paths: Mapping[str, Any]) -> dict[str, Any]:
    """The models that an operation names, at whatever depth.

    ninja also lists what only groups query parameters: for a reader and for a generated client
    that is noise.
    """
    wanted: set[str] = set()
    waiting = _named(paths)
    while waiting:
        wanted |= waiting
        waiting = {name for one in waiting for name in _named(schemas[one])} - wanted
    return {name: schema for name, schema in schemas.items() if name in wanted}


def _named(value: Any) -> set[str]:
    """The names of models to which something refers."""
    if isinstance(value, Mapping):
        own = {value["$ref"].rsplit("/", 1)[-1]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(_named, value.values()))
    return set().union(*map(_named, value)) if isinstance(value, list) else set()


def _operation(given: Mapping[str, Any], method: str) -> dict[str, Any]:
    """One operation with its examples, the words of its answers, the headers it takes."""
    told = dict(given)
    scope, key = told["x-scope"], told.pop("x-key")
    example, body, status = (told.pop(name) for name in ("x-example", "x-body-example", "x-status"))
    told["security"] = [{"token": []}]
    told["x-scope"] = scope
    told["responses"] = {
        str(code): _response(int(code), response, example if int(code) == status else None)
        for code, response in told["responses"].items()
    }
    if method == "get" and "content" not in told["responses"]["200"]:
        file = {"schema": {"type": "string", "format": "binary"}}
        # the file's own type; client generators know the first of the two
        content = {"application/octet-stream": file, "*/*": file}
        told["responses"]["200"]["content"] = content
    for code, response in told["responses"].items():
        if code.startswith("2"):
            response["headers"] = _headers(method, key)
    parameters = list(told.get("parameters", ()))
    if key:
        words = _("每次新建用新的键；重发时用同一个键")
        sample = "8f14e45f-ceea-467f-a0e6-1b1c0f1d2a3b"
        needed = key == "required"
        parameters.append(_header("Idempotency-Key", words, KEY_PATTERN, needed, sample))
    if told.pop("x-if-match", False):
        parameters.append(
            _header("If-Match", _("读到的版本；不再是它时回答 412"), "", False, '"7"')
        )
    told["parameters"] = [_parameter(one) for one in parameters]
    if "requestBody" in told and body is not None:
        for content in told["requestBody"]["content"].values():
            content["example"] = body
    return told


def _header(name: str, words: str, pattern: str, required: bool, example: str) -> dict[str, Any]:
    schema = {"type": "string", "maxLength": 200, **({"pattern": pattern} if pattern else {})}
    return {
        "in": "header", "name": name, "required": required, "schema": schema,
        "description": words, "example": example,
    }  # fmt: skip


def _parameter(given: Mapping[str, Any]) -> dict[str, Any]:
    """Examples of a parameter as OpenAPI writes them: in its schema, and one beside it."""
    told = dict(given)
    examples = told.pop("examples", None)
    if isinstance(examples, list) and examples:
        told.setdefault("example", examples[0])
    if told["in"] == "path" and told["name"] in _IN_PATH:
        told.setdefault("example", _IN_PATH[told["name"]])
    return told


def _headers(method: str, key: str) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    found = {
        "RateLimit-Limit": {"description": _("一分钟可以请求几次"), **text},
        "RateLimit-Remaining": {"description": _("这一分钟还剩几次"), **text},
        "RateLimit-Reset": {"description": _("几秒后重新计数"), **text},
    }
    if method == "get":
        found["ETag"] = {"description": _("这个回答的标记"), **text}
    if key:
        found["Idempotent-Replay"] = {"description": _("true：这是以前的回答"), **text}
    return found


def _response(code: int, given: Mapping[str, Any], example: Any) -> dict[str, Any]:
    told = dict(given)
    told["description"] = REFUSALS.get(code) or _DONE.get(code, told["description"])
    for content in told.get("content", {}).values():
        if example is not None:
            content["example"] = example
        elif code in REFUSALS:
            content["example"] = _refusal_example(code)
    return told


def _refusal_example(code: int) -> dict[str, str]:
    if code in _EXAMPLES:
        known = _EXAMPLES[code]
        text = known["message"]
        return {**known, "message": gettext(text)}
    name, words = PLAIN[code]
    return {"code": name, "message": gettext(words), "field": ""}


def _spoken(value: Any, name: str = "") -> Any:
    """Every title, summary and description in the language that is active."""
    if isinstance(value, Mapping):
        return {key: _spoken(one, str(key)) for key, one in value.items()}
    if isinstance(value, list):
        return [_spoken(one) for one in value]
    if isinstance(value, str) and name in _TEXTS and not value.isascii():
        return gettext(value)
    return value
