"""Pages of work lists by their own order, also where the column it goes by may be empty."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from qifu.base.errors import BadInput

M = TypeVar("M", bound=Model)


def page_after(
    rows: QuerySet[M],
    *,
    cursor: str,
    limit: int,
    column: str,
    salt: str,
    shown: Callable[[Sequence[int]], list[M]] | None = None,
) -> tuple[list[M], str | None]:
    """The rows after a cursor, by `column` (`-` for descending) and then by number of the table.

    Rows in which an ascending column is empty stand last. At most two queries for the numbers of
    the page, each a range of the column that an index serves; then what its rows show is read, and
    of no others: by `shown`, in the order of the numbers, or by the query itself. The cursor is
    signed for `salt`: BadInput for another list's.
    """
    down, name = column.startswith("-"), column.removeprefix("-")
    order = [f"-{name}", "-pk"] if down else [name, "pk"]
    value, pk = _read(cursor, salt) if cursor else (None, None)
    found: list[tuple[int, Any]] = []
    if pk is None or value is not None:
        part = rows.filter(**{f"{name}__isnull": False}) if not down else rows
        if pk is not None:
            way = "lt" if down else "gt"
            # the range first, for the index; then what of its first moment was shown
            part = part.filter(
                Q(**{f"{name}__{way}": value}) | Q(**{f"pk__{way}": pk}),
                **{f"{name}__{way}e": value},
            )
        found = list(part.order_by(*order).values_list("pk", name)[: limit + 1])
    if not down and len(found) <= limit:
        rest = rows.filter(**{name: None})
        if pk is not None and value is None:
            rest = rest.filter(pk__gt=pk)
        empty = rest.order_by("pk").values_list("pk", name)
        found += list(empty[: limit + 1 - len(found)])
    numbers = [number for number, _moment in found[:limit]]
    page = (shown or partial(_again, rows))(numbers) if numbers else []
    if len(found) <= limit:
        return page, None
    last, moment = found[limit - 1]
    made = signing.dumps([moment.isoformat() if moment else None, last], salt=_salt(salt))
    return page, made


def _again(rows: QuerySet[M], numbers: Sequence[int]) -> list[M]:
    found = rows.order_by().in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


def _salt(salt: str) -> str:
    return f"qifu.api.cursor:{salt}"


def _read(cursor: str, salt: str) -> tuple[str | None, int]:
    try:
        value, pk = signing.loads(cursor, salt=_salt(salt))
    except (signing.BadSignature, ValueError, TypeError):
        raise BadInput(_("cursor 不能用：请把上一页的 next 原样传回。"), field="cursor") from None
    return value, pk
