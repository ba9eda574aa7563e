"""A create that is sent again is answered as before and done once."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Status
from pydantic import BaseModel

from qifu.accounts.actions.tokens import fill_answer, keep_answer
from qifu.accounts.logic import IDEMPOTENCY_KEY
from qifu.accounts.models import KeptAnswer
from qifu.accounts.selectors.tokens import kept_answer_of
from qifu.api.auth import Asked
from qifu.base.errors import BadInput, Conflict

HEADER = "Idempotency-Key"


class NoKey(BadInput):
    """A create without a key: it could not be told from its repetition."""

    code = "idempotency_key_required"


class OtherRequest(BadInput):
    """The key was used for another request."""

    code = "idempotency_key_reused"


def body_digest(request: Asked) -> str:
    """SHA-256 of what was sent; of a form with files their names and contents."""
    found = hashlib.sha256()
    if (request.content_type or "").startswith("multipart/"):
        for name in sorted(request.POST):
            found.update(json.dumps([name, request.POST.getlist(name)]).encode())
        for name in sorted(request.FILES):
            for file in request.FILES.getlist(name):
                found.update(json.dumps([name, file.name, file.size]).encode())
                for chunk in file.chunks():
                    found.update(chunk)
                file.seek(0)
    else:
        found.update(request.body)
    return found.hexdigest()


def once(
    work: Callable[..., Any], *, status: int, required: bool, hide: tuple[str, ...] = ()
) -> Callable[..., Any]:
    """Do an operation once for a key: its answer is kept in the transaction that does the work.

    `hide` are secrets of the answer: told once, not kept.

    Killed half-way, nothing is kept and nothing was done. A refusal is not kept: the same key
    may be sent again with the mistake mended.
    """

    @wraps(work)
    def guarded(request: Asked, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER, "")
        if not key and not required:
            return Status(status, work(request, *args, **kwargs))
        if not IDEMPOTENCY_KEY.fullmatch(key):
            raise NoKey(
                _("请带 Idempotency-Key 请求头：8 至 100 个字母、数字或 . _ : -，每次新建用新的。"),
                field=HEADER,
            )
        asked = {
            "method": request.method or "",
            "path": request.path[:300],
            "body_digest": body_digest(request),
        }
        with transaction.atomic():
            kept = keep_answer(request.token, key=key, now=timezone.now(), **asked)
            if kept is None:
                return _again(request, key, asked)
            made = work(request, *args, **kwargs)
            fill_answer(kept, status=status, answer=_plain(made, hide))
        return Status(status, made)

    return guarded


def _plain(made: Any, hide: tuple[str, ...]) -> Any:
    if not isinstance(made, BaseModel):
        return made
    return {**made.model_dump(mode="json"), **dict.fromkeys(hide)}


def _again(request: Asked, key: str, asked: dict[str, str]) -> Any:
    kept: KeptAnswer | None = kept_answer_of(request.token, key)
    if kept is None or not kept.status:  # the sweep was here this very moment
        raise Conflict(_("同一个请求正在处理，请稍后再试。"))
    if any(getattr(kept, name) != value for name, value in asked.items()):
        raise OtherRequest(
            _("这个 Idempotency-Key 已经用于另一个请求，请换一个新的。"), field=HEADER
        )
    request.replayed = True  # type: ignore[attr-defined]
    return Status(kept.status, kept.answer)


def mark(request: Any, answer: HttpResponse) -> None:
    """Say that an answer is one that was given before."""
    if getattr(request, "replayed", False):
        answer["Idempotent-Replay"] = "true"
