"""Reads for whoever runs the server: the command line asks as the machine, not as a person."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Max

from qifu.organisations.logic.ranking import standing
from qifu.organisations.models import Enterprise, Fact
from qifu.rulebook.catalogue import Catalogue


def firm_by_code(code: str) -> Enterprise | None:
    """The firm with that unified social credit code, or None."""
    firms = Enterprise.objects.select_related("organisation")
    return firms.filter(organisation__kind="enterprise", organisation__code=code).first()


def number_of_firms() -> int:
    """How many firms there are."""
    return Enterprise.objects.count()


def facts_of_all() -> Iterator[tuple[str, dict[str, Any]]]:
    """Code and flat facts of every firm, in the order in which they came; never all in memory."""
    firms = Enterprise.objects.order_by("pk").values_list("organisation__code", "facts")
    return firms.iterator(chunk_size=2000)


def facts_by_region() -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and flat facts of every firm, a region after the other; never all in memory."""
    firms = Enterprise.objects.order_by("region", "pk").values_list("pk", "facts")
    return firms.iterator(chunk_size=2000)


def facts_of_these(numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Flat facts by the number of a firm, of those that there are; some hundreds at once."""
    return dict(Enterprise.objects.filter(pk__in=numbers).values_list("pk", "facts"))


def numbers_of_firms() -> list[int]:
    """The numbers of all firms."""
    return list(Enterprise.objects.values_list("pk", flat=True))


def newest_fact() -> int:
    """The number of the newest fact; 0 while there is none."""
    return Fact.objects.aggregate(newest=Max("pk"))["newest"] or 0


def firms_with_facts_between(after: int, to: int) -> list[int]:
    """The firms that facts with numbers above `after`, up to `to`, are about."""
    later = Fact.objects.filter(pk__gt=after, pk__lte=to).order_by()
    return list(later.values_list("enterprise_id", flat=True).distinct())


def facts_by(enterprise: Enterprise, day: date, catalogue: Catalogue) -> dict[str, Any]:
    """The flat view of a firm's facts from what was said for days up to `day`."""
    said: dict[str, list[Fact]] = defaultdict(list)
    for fact in Fact.objects.filter(enterprise=enterprise, as_of__lte=day):
        said[fact.key].append(fact)
    view = {}
    for key, statements in said.items():
        attribute = catalogue.get(statements[0].attribute)
        best = standing(statements, attribute, catalogue)
        if best:
            view[key] = best[0].value
    return view
