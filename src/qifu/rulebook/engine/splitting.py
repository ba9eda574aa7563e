"""Whom a policy reaches, by region, industry, size and age."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.codes import INDUSTRY, REGION, CodeTree
from qifu.rulebook.dates import Period, add, add_months
from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.columns import Columns
from qifu.rulebook.words import Words

# years at which a new band of age begins
AGE_BANDS = (1, 3, 5, 10, 20)
UNKNOWN = Words("未知", "unknown")
# digits of a region's code at each level
_CITY, _DISTRICT = 4, 6
SIZE, FOUNDED = "size_class", "founded"


@dataclass
class Split:
    """One way to divide enterprises: `places` are their parts as numbers of `names`, −1 unknown."""

    by: str  # city | district | industry | size | age
    name: Words
    key: str
    names: Callable[[str], Words]
    _part: Callable[[str], str] | None = None
    _bands: tuple[tuple[str, float], ...] = ()
    counts: dict[str, Array] = field(default_factory=dict)

    def add(self, columns: Columns, outcomes: Array) -> None:
        """Count rows by their outcome (ELIGIBLE, MAYBE, NEAR_MISS, OTHER)."""
        places, parts = self._places(columns)
        found = np.bincount((places + 1) * 4 + outcomes, minlength=(len(parts) + 1) * 4)
        for part, counts in zip(["", *parts], found.reshape(-1, 4), strict=True):
            if counts.any():
                self.counts[part] = self.counts.get(part, 0) + counts

    def _places(self, columns: Columns) -> tuple[Array, list[str]]:
        if self._part is None:
            values = columns.numbers(self.key, days=True)
            ends = [end for _, end in self._bands[1:]]
            # bands are told youngest first, and the younger were founded later
            places = np.searchsorted(-np.array(ends), -values, side="right")
            return np.where(np.isnan(values), -1, places), [band for band, _ in self._bands]
        places, codes = columns.codes(self.key)
        parts = list(dict.fromkeys(map(self._part, codes)))
        to = {part: n for n, part in enumerate(parts)}
        table = np.array([*(to[self._part(code)] for code in codes), -1])
        return table[places], parts

    def order(self, tree: Sequence[str]) -> list[str]:
        """The parts that occur: as the tree has them, else by code; unknown last."""
        place = {code: n for n, code in enumerate(tree)}
        return sorted(self.counts, key=lambda part: (part == "", place.get(part, len(place)), part))


def splits(
    catalogue: Catalogue, as_of: date, *, age_bands: Sequence[int] = AGE_BANDS
) -> list[Split]:
    """The ways to divide that the catalogue has attributes for."""
    found = []
    for name, ways in (
        (REGION, [("city", "地市", "city", _CITY), ("district", "区县", "district", _DISTRICT)]),
        (INDUSTRY, [("industry", "行业门类", "industry section", 1)]),
        (SIZE, [("size", "企业规模", "size class", 0)]),
    ):
        attribute = catalogue.get(name)
        if attribute is not None and attribute.type == "code":
            found += [_by_code(attribute, catalogue, *way) for way in ways]
    founded = catalogue.get(FOUNDED)
    if founded is not None and founded.type == "date":
        found.append(_by_age(as_of, age_bands))
    return found


def tree_of(split: Split, catalogue: Catalogue) -> Sequence[str]:
    """The order of a split's parts."""
    if split.by == "age":
        return [band for band, _ in split._bands]
    return list(catalogue.tree(catalogue.attributes[split.key]))


def _by_code(
    attribute: Attribute, catalogue: Catalogue, by: str, zh: str, en: str, digits: int
) -> Split:
    tree = catalogue.tree(attribute)
    return Split(by, Words(zh, en), attribute.name, _named(tree), _roller(tree, digits))


def _named(tree: CodeTree) -> Callable[[str], Words]:
    return lambda code: Words(tree.label(code, "zh"), tree.label(code, "en")) if code else UNKNOWN


def _roller(tree: CodeTree, digits: int) -> Callable[[str], str]:
    """A code as its level has it; one that is coarser, or of no tree, stays what it is."""

    @cache
    def rolled(code: str) -> str:
        code = tree.normalise(code)
        if not digits:
            return code
        return next((up for up in (code, *tree.ancestors(code)) if len(up) == digits), code)

    return rolled


def _by_age(as_of: date, years: Sequence[int]) -> Split:
    """Bands of whole years; a day after `as_of` is in the youngest."""
    begins = sorted(set(years) - {0})
    bands = [(0, *begins)[n : n + 2] for n in range(len(begins) + 1)]
    named: dict[str, Words] = {}
    ends: list[tuple[str, float]] = []
    for band in bands:
        code = "-".join(map(str, band)) if len(band) == 2 else f"{band[0]}-"
        low, high = band[0], band[1] if len(band) == 2 else None
        if high is None:
            words = Words(f"{low} 年以上", f"{low} years and more")
        elif not low:
            words = Words(f"不满 {high} 年", f"under {high} year" + "s" * (high > 1))
        else:
            words = Words(f"{low} 年至不满 {high} 年", f"{low} to under {high} years")
        named[code] = words
        ends.append((code, _founded_by(as_of, low)))

    def name(code: str) -> Words:
        return named.get(code, UNKNOWN)

    return Split("age", Words("成立年限", "age"), FOUNDED, name, None, tuple(ends))


def _founded_by(as_of: date, years: int) -> float:
    """The last day of foundation from which so many years are full."""
    day = add_months(as_of, -12 * years)
    following = day + timedelta(1)
    while following <= as_of and add(following, Period(12 * years)) <= as_of:
        day, following = following, following + timedelta(1)
    return float(day.toordinal())


def listed(split: Split, catalogue: Catalogue) -> list[tuple[str, Words, list[int]]]:
    """The parts with their names and counts (all, eligible, maybe, near misses), in order."""
    rows: list[tuple[str, Words, list[int]]] = []
    for part in split.order(tree_of(split, catalogue)):
        counts: Any = split.counts[part]
        rows.append((part, split.names(part), [int(counts.sum()), *map(int, counts[:3])]))
    return rows
