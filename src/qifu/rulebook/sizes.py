"""Size class of an enterprise: large, medium, small or micro, from dated limits by industry.

Rule and figures: 工信部联企业〔2011〕300号 and 国统字〔2017〕213号, as data in a pack's sizes.yaml.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qifu.rulebook.size_rules import IndicatorName, SizeRules, load_sizes, parse_sizes
from qifu.rulebook.size_words import money_or_count, reason_for_missing, rule_words

__all__ = [
    "SIZES",
    "SizeLimit",
    "SizeResult",
    "SizeRules",
    "load_sizes",
    "parse_sizes",
    "size_class",
]

SIZES = ("large", "medium", "small", "micro")


@dataclass(frozen=True)
class SizeLimit:
    """One lower limit of one size: what is needed, what there is, and whether it is met.

    `limit` and `value` are persons or yuan; `value` and `met` are None while unknown.
    """

    size: str
    indicator: str
    name_zh: str
    name_en: str
    unit: str
    limit: Decimal
    value: Decimal | None
    met: bool | None

    def shown(self, number: Decimal | None, language: str = "zh") -> str:
        """The limit or the value as people read it: 1,000 人, 4 亿元; a dash for None."""
        return "—" if number is None else money_or_count(number, self.unit, language)


@dataclass(frozen=True)
class SizeResult:
    """The size with the rule that was applied.

    `size` is None where there is none or where what is unknown decides; then `reason_zh` and
    `reason_en` say why, `unknown` names the missing figures and `possible` the sizes that remain.
    `category` is the code of the industry group, None where the rule does not cover the industry.
    """

    size: str | None
    industry: str
    on: date
    category: str | None = None
    category_zh: str = ""
    category_en: str = ""
    rule_zh: str = ""
    rule_en: str = ""
    table: tuple[SizeLimit, ...] = ()
    source: str = ""
    source_en: str = ""
    reason_zh: str = ""
    reason_en: str = ""
    unknown: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()


def size_class(
    industry: str,
    staff: int | None,
    revenue: int | float | Decimal | None,
    assets: int | float | Decimal | None,
    *,
    on: date,
    rules: SizeRules,
) -> SizeResult:
    """The size on a day of an enterprise of this industry (GB/T 4754-2017 with section letter).

    `staff` in persons, `revenue` of the last year and `assets` at its end in yuan; None is unknown.
    A size needs every lower limit of its class, else the next lower one is tried; micro is what is
    left. Where the answer is the same whatever the unknown figures are, it is given. ValueError for
    figures that cannot be, LookupError for a day before the rule.
    """
    figures = {
        "staff": _figure("staff", staff, whole=True),
        "revenue": _figure("revenue", revenue),
        "assets": _figure("assets", assets),
    }
    code = industry.strip().upper()
    mapping = rules.mapping(on)
    place = mapping.place(code)
    source = rules.sources[mapping.source]
    if place.category is None:
        return SizeResult(
            None,
            code,
            on,
            source=source[0],
            source_en=source[1],
            reason_zh=place.reason_zh,
            reason_en=place.reason_en,
        )
    category = rules.categories[place.category]
    limits = category.on(on)
    used = [name for name in rules.indicators if name in limits.used]
    table = tuple(
        _row(size, rules.indicators[name], limits.lower[size][name], figures[name])
        for size in SIZES[:-1]
        for name in used
        if name in limits.lower[size]
    )
    # the rule only ever asks for "at least": the unknown at zero gives the lowest size, without
    # bound the highest
    lowest, highest = _size(table, unknown_meets=False), _size(table, unknown_meets=True)
    unknown = tuple(name for name in used if figures[name] is None) if lowest != highest else ()
    possible = SIZES[SIZES.index(highest) : SIZES.index(lowest) + 1]
    size = lowest if lowest == highest else None
    names = [rules.indicators[name] for name in unknown]
    rule_zh, rule_en = rule_words(category, code, table, figures, used, rules.indicators, size)
    reason_zh, reason_en = reason_for_missing(names, possible) if unknown else ("", "")
    threshold_source = rules.sources[limits.source]
    return SizeResult(
        size=size,
        industry=code,
        on=on,
        category=category.code,
        category_zh=category.name_zh,
        category_en=category.name_en,
        rule_zh=rule_zh,
        rule_en=rule_en,
        table=table,
        source="；".join(dict.fromkeys((threshold_source[0] + limits.clause, source[0]))),
        source_en="; ".join(dict.fromkeys((threshold_source[1], source[1]))),
        reason_zh=reason_zh,
        reason_en=reason_en,
        unknown=unknown,
        possible=() if size else possible,
    )


def _row(size: str, name: IndicatorName, limit: Decimal, value: Decimal | None) -> SizeLimit:
    met = None if value is None else value >= limit
    return SizeLimit(size, name.code, name.zh, name.en, name.unit, limit, value, met)


def _size(table: tuple[SizeLimit, ...], *, unknown_meets: bool) -> str:
    for size in SIZES[:-1]:
        rows = [row for row in table if row.size == size]
        if all(unknown_meets if row.met is None else row.met for row in rows):
            return size
    return SIZES[-1]


def _figure(name: str, value: object, *, whole: bool = False) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{name} must be a number: {value!r}")
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{name} must be a finite number: {value}")
    if number < 0:
        raise ValueError(f"{name} must not be negative: {value}")
    if whole and number != number.to_integral_value():
        raise ValueError(f"{name} must be a whole number of persons: {value}")
    return number
