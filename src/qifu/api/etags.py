"""Strong ETags of answers, 304 where nothing has changed, If-Match before a change."""

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from qifu.api.refusals import NotCurrent


def etag_of(body: bytes) -> str:
    """A strong ETag: the same bytes, the same tag."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def with_etag(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Tag an answer to GET; 304 without a body where the program has it already."""
    if request.method != "GET" or answer.status_code != 200 or answer.streaming:
        return answer
    answer.headers.setdefault("ETag", etag_of(answer.content))
    tag = answer["ETag"]
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" not in asked and tag not in {one.removeprefix("W/") for one in asked}:
        return answer
    same = HttpResponseNotModified()
    for name in ("ETag", "Cache-Control", "Vary", "Content-Language"):
        if name in answer:
            same[name] = answer[name]
    return same


def must_match(request: HttpRequest, version: object) -> None:
    """If-Match, where it was sent, must name this version (\"7\" or the number): else 412."""
    given = request.headers.get("If-Match", "")
    if not given:
        return
    asked = {one.strip().strip('"') for one in given.split(",")}
    if "*" not in asked and str(version) not in asked:
        raise NotCurrent(_("已经有人改过了。请重新读取，再决定。"), field="If-Match")
