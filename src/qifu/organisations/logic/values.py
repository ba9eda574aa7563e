"""Values of facts: read from what a person typed, written as a person reads them."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qifu.base.money import money_text, plain
from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.units import UNITS, convertible

MOST_TEXT = 500
YES = {"true", "yes", "1", "是", "有"}
NO = {"false", "no", "0", "否", "无"}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_NUMBER = re.compile(r"([+-]?[\d,，]*\.?\d+)\s*(\S*)")
# what people type in, by the catalogue's unit: money in 万元, ratios in per cent
TYPED_UNIT = {"CNY": "万元", "ratio": "%"}
_UNIT_WORDS = {
    "person": ("人", "people"),
    "piece": ("项", "items"),
    "m2": ("平方米", "m²"),
    "month": ("个月", "months"),
    "year": ("年", "years"),
    "point": ("分", "points"),
    "USD": ("美元", "US dollars"),
    "CNY": ("万元", "CNY 10,000"),
    "万元": ("万元", "CNY 10,000"),
    "亿元": ("亿元", "CNY 100 million"),
    "ratio": ("%", "%"),
    "%": ("%", "%"),
}


class BadValue(ValueError):
    """The text is not a value of this attribute; the message says what is expected."""


def unit_words(attribute: Attribute, language: str = "zh") -> str:
    """The unit that stands beside the field, in `zh` or `en`."""
    if not attribute.unit:
        return ""
    return _UNIT_WORDS.get(attribute.unit, (attribute.unit, attribute.unit))[
        1 if language == "en" else 0
    ]


def _spoken() -> str:
    """The language of the person who is told what was wrong: `zh` or `en`."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def parse_value(
    attribute: Attribute, typed: str | Sequence[str], catalogue: Catalogue, *, today: date
) -> Any:
    """A JSON value in the catalogue's unit. BadValue says what is expected, with an example.

    Money is typed in 万元 and ratios in % unless the text names another unit ("3亿元", "0.5").
    """
    if attribute.type == "set":
        return _members(attribute, [typed] if isinstance(typed, str) else list(typed))
    text = typed if isinstance(typed, str) else (typed[0] if typed else "")
    text = text.strip()
    if "\x00" in text:
        raise BadValue(_("文字里有不能保存的字符。"))
    if not text:
        raise BadValue(_("请填写。"))
    if attribute.numeric:
        return _number(attribute, text)
    if attribute.type == "date":
        return _day(text, today)
    if attribute.type == "flag":
        if text.lower() in YES | NO:
            return text.lower() in YES
        raise BadValue(_("请选择「是」或「否」。"))
    if attribute.type == "code":
        return _code(attribute, text, catalogue)
    if len(text) > MOST_TEXT:
        raise BadValue(_("最多 %(most)s 个字。") % {"most": MOST_TEXT})
    if attribute.option_codes and text not in attribute.option_codes:
        raise BadValue(_("请从列表中选择。"))
    return text


def _members(attribute: Attribute, codes: list[str]) -> list[str]:
    chosen = [code for code in codes if code and code != "__none__"]
    known = attribute.option_codes
    strange = [code for code in chosen if known and code not in known]
    if strange:
        raise BadValue(_("没有这个选项：%(code)s。请从列表中选择。") % {"code": strange[0][:40]})
    return sorted(set(chosen))


def _number(attribute: Attribute, text: str) -> int | float:
    found = _NUMBER.fullmatch(text)
    unit = attribute.unit or ""
    example = _("请填写数字，例如 %(example)s") % {"example": "1,200" if unit == "CNY" else "12"}
    if not found:
        raise BadValue(example)
    try:
        number = Decimal(found[1].replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise BadValue(example) from None
    named = found[2].lstrip("¥￥")
    if named == "万":
        named = "万元"
    if named == "亿":
        named = "亿元"
    source = named or TYPED_UNIT.get(unit, unit)
    if unit and source != unit:
        if source not in UNITS or unit not in UNITS or not convertible(source, unit):
            raise BadValue(
                _("单位「%(unit)s」不对，这里填 %(expected)s。")
                % {"unit": source[:20], "expected": unit_words(attribute, _spoken())}
            )
        number = number * UNITS[source][1] / UNITS[unit][1]
    elif named and not unit:
        raise BadValue(example)
    if attribute.type == "integer" and number != number.to_integral_value():
        raise BadValue(_("请填写整数，例如 12"))
    low, high = attribute.low, attribute.high
    if low is not None and number < low:
        raise BadValue(_("不能小于 %(low)s。") % {"low": show_number(attribute, low, _spoken())})
    if high is not None and number > high:
        raise BadValue(_("不能大于 %(high)s。") % {"high": show_number(attribute, high, _spoken())})
    if abs(number) >= Decimal(10) ** 15:
        raise BadValue(_("这个数太大了，请核对单位。"))
    return int(number) if number == number.to_integral_value() else float(number)


def _day(text: str, today: date) -> str:
    expected = _("请填写日期，例如 2020-05-18")
    found = _DAY.fullmatch(text)
    if not found:
        raise BadValue(expected)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise BadValue(expected) from None
    if day > today:
        raise BadValue(_("日期不能在今天之后。"))
    if day.year < 1800:
        raise BadValue(expected)
    return day.isoformat()


def _code(attribute: Attribute, text: str, catalogue: Catalogue) -> str:
    tree = catalogue.tree(attribute)
    code = tree.normalise(text.split(maxsplit=1)[0])
    if tree.has(code):
        return code
    named = [code for code in tree if tree.label(code, "zh") == text]
    if len(named) == 1:
        return str(named[0])
    raise BadValue(_("没有这个代码：%(code)s。请填写代码或全称。") % {"code": text[:40]})


def show_number(attribute: Attribute, number: Any, language: str = "zh") -> str:
    """A figure with its unit, as it is written here."""
    value = Decimal(str(number))
    if attribute.unit == "CNY":
        return money_text(value, language)
    if attribute.unit == "ratio":
        return f"{plain(value * 100)}%"
    if attribute.unit == "%":
        return f"{plain(value)}%"
    words = unit_words(attribute, language)
    gap = " " if words else ""
    return f"{plain(value, 4)}{gap}{words}"


def show_value(
    attribute: Attribute, value: Any, language: str = "zh", *, catalogue: Catalogue
) -> str:
    """A fact's value as a person reads it, in `zh` or `en`; the empty set says "none"."""
    english = language == "en"
    if value is None:
        return "not known" if english else "未知"
    if attribute.numeric:
        return show_number(attribute, value, language)
    if attribute.type == "flag":
        return ("yes" if value else "no") if english else ("是" if value else "否")
    if attribute.type == "date":
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        return f"{day.day} {day:%b %Y}" if english else f"{day.year}年{day.month}月{day.day}日"
    if attribute.type == "code":
        tree = catalogue.tree(attribute)
        code = str(value)
        label = tree.label(code, language)
        # a code that people know by its number stands beside its name; others say nothing more
        known_by_number = any(c.isdigit() for c in code) and label != code
        return f"{label} {code}" if known_by_number else label
    if attribute.type == "set":
        if not value:
            return "none" if english else "无"
        names = [attribute.option(str(code), language) for code in sorted(value)]
        return (", " if english else "、").join(names)
    return attribute.option(str(value), language)


def typed_value(attribute: Attribute, value: Any) -> Any:
    """A stored value as it stands in a form field: the inverse of parse_value."""
    if value is None:
        return [] if attribute.type == "set" else ""
    if attribute.numeric:
        unit = TYPED_UNIT.get(attribute.unit or "", attribute.unit or "")
        number = Decimal(str(value))
        if attribute.unit and unit != attribute.unit:
            number = number * UNITS[attribute.unit][1] / UNITS[unit][1]
        return f"{number.normalize():f}"
    if attribute.type == "flag":
        return "true" if value else "false"
    return value
