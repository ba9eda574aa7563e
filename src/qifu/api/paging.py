"""Pages of lists by keyset: what comes after the last row seen, whatever is added meanwhile."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, Field

from qifu.api.schemas import Out
from qifu.base.errors import BadInput

MOST = 100
USUAL = 20
T = TypeVar("T")
M = TypeVar("M", bound=Model)


class Page(Out, Generic[T]):
    """A part of a list and the way to the next part."""

    items: list[T]
    next: str | None = Field(
        default=None, description=gettext_noop("下一页的 cursor；没有下一页时为 null")
    )


class Paging(BaseModel):
    """Where to go on, and how much."""

    cursor: Annotated[
        str, Field(max_length=500, description=gettext_noop("上一页的 next，原样传回"))
    ] = ""
    limit: Annotated[int, Field(ge=1, le=MOST, description=gettext_noop("一页几条，最多 100"))] = (
        USUAL
    )


def page_of(
    queryset: QuerySet[M], *, cursor: str, limit: int, key: str | Sequence[str] = "-pk"
) -> tuple[list[M], str | None]:
    """The rows after a cursor in the order of `key`, and the next cursor or None.

    `key` is one or several columns without nulls, the last one unique; `-` turns it round.
    The cursor holds the key of the last row and is signed for this list: BadInput for another.
    """
    names = [key] if isinstance(key, str) else list(key)
    salt = f"qifu.api.cursor:{queryset.model._meta.label}:{','.join(names)}"
    if cursor:
        queryset = queryset.filter(_after(names, _read(cursor, salt, len(names))))
    rows = list(queryset.order_by(*names)[: limit + 1])
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    values = [_plain(getattr(last, name.removeprefix("-"))) for name in names]
    return rows[:limit], signing.dumps(values, salt=salt)


def paged(
    queryset: QuerySet[M],
    asked: Paging,
    row: Callable[[M], T],
    *,
    key: str | Sequence[str] = "-pk",
) -> Page[T]:
    """The same as an answer: each row made by `row`."""
    rows, onward = page_of(queryset, cursor=asked.cursor, limit=asked.limit, key=key)
    return Page(items=[row(one) for one in rows], next=onward)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str) else value.isoformat()


def _read(cursor: str, salt: str, count: int) -> list[Any]:
    try:
        values = signing.loads(cursor, salt=salt)
    except signing.BadSignature:
        values = None
    if not isinstance(values, list) or len(values) != count:
        raise BadInput(_("cursor 不能用：请把上一页的 next 原样传回。"), field="cursor")
    return values


def _after(names: Sequence[str], values: Sequence[Any]) -> Q:
    """(a, b) after (x, y): a after x, or a = x and b after y."""
    found = Q()
    same = Q()
    for name, value in zip(names, values, strict=True):
        column = name.removeprefix("-")
        way = "lt" if name.startswith("-") else "gt"
        found |= same & Q(**{f"{column}__{way}": value})
        same &= Q(**{column: value})
    return found
