"""Figures, days and values in plain Chinese and English."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.dates import Period, apart
from qifu.rulebook.units import convert, family

WAN, YI = Decimal(10_000), Decimal(100_000_000)
MILLION, BILLION = Decimal(1_000_000), Decimal(1_000_000_000)
# A long list is cut: thirty industries tell a reader less than five and a number.
MOST_NAMED = 5

_UNITS = {
    "person": ("人", "people"),
    "piece": ("项", ""),
    "area": ("平方米", "m²"),
    "month": ("个月", "months"),
    "day": ("天", "days"),
    "point": ("分", "points"),
    "coal": ("吨标准煤", "tce"),
    "power": ("千瓦时", "kWh"),
    "USD": ("美元", "USD"),
}
_SINGULAR = {"people": "person", "months": "month", "days": "day", "points": "point"}


class Words(NamedTuple):
    """The same text in both languages."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """The text in `zh` or `en`."""
        return self.en if language == "en" else self.zh


NOTHING = Words("", "")
_APART = re.compile("(?<=[\u4e00-\u9fff“”]) (?=[\u4e00-\u9fff“”])")


def closed(text: Words) -> Words:
    """Chinese without spaces between its characters: a figure in a sentence needs air, 深圳 none.

    >>> closed(Words("需要属于 宝安区，差 约 2 万元", "x")).zh
    '需要属于宝安区，差约 2 万元'
    """
    return Words(_APART.sub("", text.zh), text.en)


def listing(items: Iterable[Words], *, zh: str = "、", en: str = ", ", most: int = 0) -> Words:
    """Several texts in a row; beyond `most` only their number is told."""
    every = list(items)
    shown = every[:most] if most and len(every) > most else every
    text = Words(zh.join(item.zh for item in shown), en.join(item.en for item in shown))
    return _and_more(text, len(every), len(shown))


def _and_more(text: Words, number: int, shown: int) -> Words:
    if number <= shown:
        return text
    return Words(f"{text.zh} 等 {number} 项", f"{text.en} and {number - shown} more")


def number(value: Decimal, places: int = 4) -> str:
    """A figure with thousand separators and without idle zeros; what is not zero never reads as it.

    >>> number(Decimal("12345.60")), number(Decimal("0.0000123"), 2)
    ('12,345.6', '0.000012')
    """
    return _plain(_rounded(value, places))


def money(yuan: Decimal) -> Words:
    """Yuan as people say them: 万元 from ten thousand, 亿元 from a hundred million.

    >>> money(Decimal(20_000_000))
    Words(zh='2,000 万元', en='CNY 20 million')
    >>> money(Decimal("18345678"))
    Words(zh='约 1,834.57 万元', en='about CNY 18.35 million')
    """
    size = abs(yuan)
    if size >= YI:
        zh = _scaled(yuan, YI, "亿元", 4)
    elif size >= WAN:
        zh = _scaled(yuan, WAN, "万元", 2)
    else:
        zh = f"{number(yuan, 2)} 元"
    if size >= BILLION:
        en = _scaled_en(yuan, BILLION, " billion")
    elif size >= MILLION:
        en = _scaled_en(yuan, MILLION, " million")
    else:
        en = f"CNY {number(yuan, 2)}"
    return Words(zh, en)


def figure(value: Decimal, attribute: Attribute) -> Words:
    """A figure with the attribute's unit."""
    kind = family(attribute.unit or "")
    if kind == "money":
        return money(convert(value, attribute.unit or "", "CNY"))
    if kind == "ratio":
        percent = convert(value, attribute.unit or "", "%")
        about, about_en = ("", "") if _exact(percent, 2) else ("约 ", "about ")
        text = f"{number(percent, 2)}%"
        return Words(about + text, about_en + text)
    return _counted(value, attribute)


def exact(value: Decimal, attribute: Attribute) -> Words:
    """A figure with all its digits, for where a rounded one would look like the limit itself."""
    kind = family(attribute.unit or "")
    if kind == "money":
        text = _plain(convert(value, attribute.unit or "", "CNY"))
        return Words(f"{text} 元", f"CNY {text}")
    if kind == "ratio":
        text = f"{_plain(convert(value, attribute.unit or '', '%'))}%"
        return Words(text, text)
    return _with_unit(_plain(value), value, attribute)


def difference(value: Decimal, attribute: Attribute) -> Words:
    """How far two figures of the attribute are apart: shares differ by percentage points."""
    if family(attribute.unit or "") == "ratio":
        percent = convert(value, attribute.unit or "", "%")
        text = number(percent, 2 if _exact(percent, 2) else 4)
        return Words(f"{text} 个百分点", f"{text} percentage point" + "s" * (text != "1"))
    return figure(value, attribute)


def period(length: Period) -> Words:
    """An ISO period."""
    return _duration(length.months // 12, length.months % 12, length.days)


def between(start: date, end: date) -> Words:
    """How long it is from one day to a later one."""
    return _duration(*apart(start, end))


def value(item: Any, attribute: Attribute, catalogue: Catalogue) -> Words:
    """A known value in words: figure with unit, name of a code or of a member of a set."""
    if isinstance(item, bool):
        return Words("是", "yes") if item else Words("否", "no")
    if isinstance(item, Decimal):
        return figure(item, attribute)
    if isinstance(item, date):
        return Words(item.isoformat(), item.isoformat())
    if isinstance(item, Period):
        return period(item)
    if isinstance(item, frozenset | set):
        if not item:
            return Words("无", "none")
        order = {code: i for i, code in enumerate(attribute.option_codes)}
        members = sorted(item, key=lambda code: (order.get(code, len(order)), code))
        return listing((value(code, attribute, catalogue) for code in members), most=MOST_NAMED)
    if attribute.type == "code":
        tree = catalogue.tree(attribute)
        return Words(tree.label(item, "zh"), tree.label(item, "en"))
    return Words(attribute.option(item, "zh"), attribute.option(item, "en"))


def values(items: Iterable[Any], attribute: Attribute, catalogue: Catalogue) -> Words:
    """Several values in a row; beyond a few only their number is told."""
    every = list(items)
    text = listing(value(item, attribute, catalogue) for item in every[:MOST_NAMED])
    return _and_more(text, len(every), MOST_NAMED)


def lower(text: str) -> str:
    """English in the middle of a sentence; GDP and R&D keep their capitals."""
    return text if text[1:2].isupper() or not text[1:2].isalpha() else text[:1].lower() + text[1:]


def upper(text: str) -> str:
    """English at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _counted(item: Decimal, attribute: Attribute) -> Words:
    return _with_unit(number(item), item, attribute)


def _with_unit(text: str, item: Decimal, attribute: Attribute) -> Words:
    if attribute.unit is None:
        # a catalogue of bare types does not say whether these are things or persons
        counted = attribute.type == "integer" and attribute.declared
        return Words(f"{text} 项" if counted else text, text)
    zh, en = _UNITS.get(family(attribute.unit), (attribute.unit, attribute.unit))
    if item == 1:
        en = _SINGULAR.get(en, en)
    return Words(f"{text} {zh}".strip(), f"{text} {en}".strip())


def _duration(years: int, months: int, days: int) -> Words:
    zh = [f"{n} {name}" for n, name in ((years, "年"), (months, "个月"), (days, "天")) if n]
    en = [
        f"{n} {name}" + ("s" if n > 1 else "")
        for n, name in ((years, "year"), (months, "month"), (days, "day"))
        if n
    ]
    return Words(" ".join(zh) or "0 天", " ".join(en) or "0 days")


def _scaled(yuan: Decimal, unit: Decimal, name: str, places: int) -> str:
    about = "" if _exact(yuan / unit, places) else "约 "
    return f"{about}{number(yuan / unit, places)} {name}"


def _scaled_en(yuan: Decimal, unit: Decimal, name: str) -> str:
    about = "" if _exact(yuan / unit, 2) else "about "
    return f"{about}CNY {number(yuan / unit, 2)}{name}"


def _exact(item: Decimal, places: int) -> bool:
    return item == _rounded(item, places)


def _rounded(item: Decimal, places: int) -> Decimal:
    rounded = item.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if item and not rounded:
        # two digits of a figure too small for so many places
        return item.quantize(Decimal(1).scaleb(item.adjusted() - 1), ROUND_HALF_UP)
    return rounded


def _plain(item: Decimal) -> str:
    text = f"{item:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
