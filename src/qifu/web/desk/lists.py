"""Long lists: one page of rows, and a count that is never higher than anybody needs."""

from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet

from qifu.web.words import count_text

CAP: Final = 1_000
PER_PAGE: Final = 50

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Found(Generic[M]):
    """One page of a list. `more`: there are more than `CAP`; they are neither counted nor shown."""

    page: Page[int]
    rows: list[M]
    more: bool

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def shown(self) -> str:
        """12, or "1,000+"."""
        return count_text(self.count) + ("+" if self.more else "")

    @property
    def cap_shown(self) -> str:
        return count_text(CAP)


def found(rows: QuerySet[M], number: Any, *, per_page: int = PER_PAGE) -> Found[M]:
    """The page asked for; a number that is none, or too high, gives the nearest page there is.

    Two queries whatever the length: the first CAP numbers, then the rows of the page by number,
    so that a search over a whole register is made once.
    """
    numbers = list(rows.values_list("pk", flat=True)[: CAP + 1])
    page = Paginator(numbers[:CAP], per_page).get_page(number)
    wanted = list(page.object_list)
    by_number = rows.order_by().in_bulk(wanted) if wanted else {}
    return Found(page, [by_number[pk] for pk in wanted if pk in by_number], len(numbers) > CAP)


def capped_count(rows: QuerySet[M]) -> str:
    """12, or "1,000+": never counts further."""
    number = rows.order_by()[: CAP + 1].count()
    return f"{CAP:,}+" if number > CAP else f"{number:,}"
