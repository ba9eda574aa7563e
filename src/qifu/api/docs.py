"""The page that explains the API to people: written from the OpenAPI document, nothing by hand."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from qifu.api.document import SCOPE_WORDS, document


@dataclass(frozen=True)
class Field:
    """One thing that is sent or told: its name, type and words."""

    name: str
    kind: str
    needed: bool
    words: str


@dataclass(frozen=True)
class Entry:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    scope: str
    scope_words: str
    parameters: list[Field]
    body: list[Field]
    body_example: str
    status: str
    answer: list[Field]
    example: str
    refusals: list[tuple[str, str]]
    curl: str


@dataclass(frozen=True)
class Group:
    """The operations of one tag."""

    tag: str
    words: str
    entries: list[Entry]


def _kind(schema: dict[str, Any]) -> str:
    """The type in a few letters: text, integer, list of PolicyOut."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    parts = [_kind(one) for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if parts:
        return " | ".join(parts)
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    return str(schema.get("format") or schema.get("const") or schema.get("type", ""))


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[Field]:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    whole = schemas.get(name, schema)
    needed = set(whole.get("required", ()))
    return [
        Field(key, _kind(one), key in needed, one.get("description", ""))
        for key, one in whole.get("properties", {}).items()
    ]


def _pretty(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)


def _curl(method: str, path: str, one: dict[str, Any], body: Any, host: str) -> str:
    query = [
        f"{p['name']}={p['example']}"
        for p in one["parameters"]
        if p["in"] == "query" and "example" in p and p.get("required")
    ]
    for parameter in one["parameters"]:
        if parameter["in"] == "path":
            sample = parameter.get("example", 1)
            path = path.replace("{" + parameter["name"] + "}", str(sample))
    address = f"{host}{path}" + (f"?{'&'.join(query)}" if query else "")
    lines = [f"curl -X {method} '{address}'", '  -H "Authorization: Bearer $QIFU_TOKEN"']
    if any(p["name"] == "Idempotency-Key" and p["required"] for p in one["parameters"]):
        # not every machine has uuidgen
        lines.append('  -H "Idempotency-Key: $(date +%s)-$RANDOM"')
    if body is not None:
        lines.append("  -H 'Content-Type: application/json'")
        lines.append(f"  -d '{json.dumps(body, ensure_ascii=False)}'")
    return " \\\n".join(lines)


def _entry(
    method: str, path: str, one: dict[str, Any], schemas: dict[str, Any], host: str
) -> Entry:
    content = one.get("requestBody", {}).get("content", {})
    sent: dict[str, Any] = next(iter(content.values()), {})
    status = next(code for code in one["responses"] if code.startswith("2"))
    told: dict[str, Any] = next(iter(one["responses"][status].get("content", {}).values()), {})
    scope = one["x-scope"]
    return Entry(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one["summary"],
        words=one["description"],
        scope=scope,
        scope_words=gettext(SCOPE_WORDS[scope]) if scope in SCOPE_WORDS else "",
        parameters=[
            Field(p["name"], _kind(p["schema"]), p["required"], p.get("description", ""))
            for p in one["parameters"]
        ],
        body=_fields(sent.get("schema", {}), schemas),
        body_example=_pretty(sent.get("example")),
        status=status,
        answer=_fields(told.get("schema", {}), schemas),
        example=_pretty(told.get("example")),
        refusals=[
            (code, response["description"])
            for code, response in one["responses"].items()
            if code >= "400"
        ],
        curl=_curl(method.upper(), path, one, sent.get("example"), host),
    )


def groups(host: str) -> list[Group]:
    """Every operation, by tag, in the language that is active."""
    told = document()
    schemas = told["components"]["schemas"]
    found: dict[str, list[Entry]] = {tag["name"]: [] for tag in told["tags"]}
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            found[one["tags"][0]].append(_entry(method, path, one, schemas, host))
    words = {tag["name"]: tag["description"] for tag in told["tags"]}
    return [Group(tag, words[tag], entries) for tag, entries in found.items()]


@require_http_methods(["GET"])
def docs(request: HttpRequest) -> HttpResponse:
    """The whole API on one page, with examples; for everybody."""
    host = request.build_absolute_uri("/api/v1")
    data = {
        "groups": groups(host),
        "host": host,
        "scopes": [(code, gettext(words)) for code, words in SCOPE_WORDS.items()],
    }
    return render(request, "api/docs.html", data)


@require_http_methods(["GET"])
def to_docs(request: HttpRequest) -> HttpResponse:
    """The address beside the document leads to the page."""
    return HttpResponseRedirect(reverse("api-docs"))
