"""Pages of work lists by their own order, also where the column it goes by may be empty."""

from typing import TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from qifu.base.errors import BadInput

M = TypeVar("M", bound=Model)


def page_after(
    rows: QuerySet[M], *, cursor: str, limit: int, column: str, salt: str
) -> tuple[list[M], str | None]:
    """The rows after a cursor, by `column` (`-` for descending) and then by number of the table.

    Rows in which an ascending column is empty stand last. At most two queries, each a range of
    the column that an index serves. The cursor is signed for `salt`: BadInput for another list's.
    """
    down, name = column.startswith("-"), column.removeprefix("-")
    order = [f"-{name}", "-pk"] if down else [name, "pk"]
    value, pk = _read(cursor, salt) if cursor else (None, None)
    found: list[M] = []
    if pk is None or value is not None:
        part = rows.exclude(**{name: None}) if not down else rows
        if pk is not None:
            way = "lt" if down else "gt"
            # the range first, for the index; then what of its first moment was shown
            part = part.filter(
                Q(**{f"{name}__{way}": value}) | Q(**{f"pk__{way}": pk}),
                **{f"{name}__{way}e": value},
            )
        found = list(part.order_by(*order)[: limit + 1])
    if not down and len(found) <= limit:
        rest = rows.filter(**{name: None})
        if pk is not None and value is None:
            rest = rest.filter(pk__gt=pk)
        found += list(rest.order_by("pk")[: limit + 1 - len(found)])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    moment = getattr(last, name)
    made = signing.dumps([moment.isoformat() if moment else None, last.pk], salt=_salt(salt))
    return found[:limit], made


def _salt(salt: str) -> str:
    return f"qifu.api.cursor:{salt}"


def _read(cursor: str, salt: str) -> tuple[str | None, int]:
    try:
        value, pk = signing.loads(cursor, salt=_salt(salt))
    except (signing.BadSignature, ValueError, TypeError):
        raise BadInput(_("cursor 不能用：请把上一页的 next 原样传回。"), field="cursor") from None
    return value, pk
