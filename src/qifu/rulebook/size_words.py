"""Say in both languages which size limits were applied, and what is missing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from qifu.rulebook.size_rules import Category, IndicatorName

SIZE_ZH = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
_HUNDRED_MILLION, _TEN_THOUSAND = Decimal(100_000_000), Decimal(10_000)
_WHOLE_ZH = "须同时达到所列各项下限，否则下划一档；有一项达不到小型下限的为微型"
_WHOLE_EN = (
    "Every limit of a size must be met, else the next smaller one applies; "
    "one below the limits of small makes it micro"
)


class Limit(Protocol):
    """What a line of the table says; see `sizes.SizeLimit`."""

    @property
    def size(self) -> str: ...
    @property
    def name_zh(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def limit(self) -> Decimal: ...


def money_or_count(number: Decimal, unit: str, language: str = "zh") -> str:
    """A figure as people read it: 1,000 人 or 1,000 persons, 4 亿元, 300 万元 or CNY 3,000,000.

    >>> money_or_count(Decimal(30_000_000), "CNY"), money_or_count(Decimal(30_000_000), "CNY", "en")
    ('3,000 万元', 'CNY 30,000,000')
    """
    if unit != "CNY":
        persons = "person" if number == 1 else "persons"
        return f"{_grouped(number)} 人" if language == "zh" else f"{_grouped(number)} {persons}"
    if language == "en":
        return f"CNY {_grouped(number)}"
    if number >= _HUNDRED_MILLION and number % (_HUNDRED_MILLION / 100) == 0:
        return f"{_grouped(number / _HUNDRED_MILLION)} 亿元"
    if number >= _TEN_THOUSAND and number % (_TEN_THOUSAND / 100) == 0:
        return f"{_grouped(number / _TEN_THOUSAND)} 万元"
    return f"{_grouped(number)} 元"


def _grouped(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rule_words(
    category: Category,
    industry: str,
    table: Sequence[Limit],
    figures: Mapping[str, Decimal | None],
    used: Sequence[str],
    names: Mapping[str, IndicatorName],
    size: str | None,
) -> tuple[str, str]:
    """The limits of the group, the figures they were held against and the outcome (zh, en)."""
    steps_zh, steps_en = [], []
    for step in dict.fromkeys(row.size for row in table):
        rows = [row for row in table if row.size == step]
        zh = "且".join(f"{r.name_zh} ≥ {money_or_count(r.limit, r.unit)}" for r in rows)
        en = " and ".join(f"{r.name_en} ≥ {money_or_count(r.limit, r.unit, 'en')}" for r in rows)
        steps_zh.append(f"{SIZE_ZH[step]}：{zh}")
        steps_en.append(f"{step}: {en}")
    had_zh, had_en = [], []
    for name in used:
        value, indicator = figures[name], names[name]
        zh = "未知" if value is None else money_or_count(value, indicator.unit)
        en = "unknown" if value is None else money_or_count(value, indicator.unit, "en")
        had_zh.append(f"{indicator.zh} {zh}")
        had_en.append(f"{indicator.en} {en}")
    outcome_zh = f" → {SIZE_ZH[size]}" if size else ""
    outcome_en = f" → {size}" if size else ""
    return (
        f"{category.name_zh}（{industry}）{'；'.join(steps_zh)}。{_WHOLE_ZH}。"
        f"本企业：{'，'.join(had_zh)}{outcome_zh}。",
        f"{category.name_en} ({industry}) {'; '.join(steps_en)}. {_WHOLE_EN}. "
        f"This enterprise: {', '.join(had_en)}{outcome_en}.",
    )


def reason_for_missing(names: Sequence[IndicatorName], possible: Sequence[str]) -> tuple[str, str]:
    """Why there is no answer yet: what is missing and which sizes remain (zh, en)."""
    zh = "、".join(name.zh for name in names)
    en = ", ".join(name.en for name in names)
    sizes_zh = "、".join(SIZE_ZH[size] for size in possible)
    return (
        f"缺少{zh}，目前可能是{sizes_zh}。",
        f"Not known: {en}. It may be {', '.join(possible)}.",
    )
