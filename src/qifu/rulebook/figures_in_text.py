"""The figures that stand in a sentence, each with what it measures and in the base unit."""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from qifu.rulebook.units import BASE, UNITS, convert, family

_MANY = {"百": 100, "千": 1_000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000}
_MANY |= {"亿": 100_000_000, "十亿": 1_000_000_000, "百亿": 10_000_000_000}
_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_STEPS = {"十": 10, "百": 100, "千": 1_000}
_UNIT = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
_SIGNS = "|".join(sorted(_MANY, key=len, reverse=True))
_FIGURE = re.compile(
    r"(?P<share>百分之)?"
    r"(?:(?P<number>\d+(?:[,_]\d{3,4})*(?:\.\d+)?)\s*"
    rf"(?P<many>{_SIGNS})?|(?P<words>[零〇一二两三四五六七八九十百千万亿]+))"
    rf"\s*(?P<unit>{_UNIT})?"
)
# such a figure before 年 is a year of the calendar and no length of time
_CALENDAR = range(1900, 2200)


class Figure(NamedTuple):
    """A figure of a text in its base unit (CNY, ratio, person …); "" where no unit stands there."""

    value: Decimal
    measures: str
    text: str


def figures(text: str) -> list[Figure]:
    """The figures of a sentence, in Arabic or Chinese digits.

    >>> [(str(f.value), f.measures) for f in figures("营业收入２０００万元，占比不低于百分之三")]
    [('20000000', 'money'), ('0.03', 'ratio')]
    """
    found = []
    for match in _FIGURE.finditer(unicodedata.normalize("NFKC", text)):
        words, unit = match["words"], match["unit"]
        if words:
            number = _chinese(words)
            if not (unit or match["share"]):
                continue
        else:
            digits = match["number"].replace(",", "").replace("_", "")
            number = Decimal(digits) * _MANY.get(match["many"] or "", 1)
        if match["share"]:
            found.append(Figure(number / 100, "ratio", match[0]))
        elif unit is None:
            found.append(Figure(number, "", match[0]))
        elif unit != "年" or number not in _CALENDAR:
            measures = family(unit)
            found.append(Figure(convert(number, unit, BASE[measures]), measures, match[0]))
    return found


def _chinese(words: str) -> Decimal:
    """两千五百万 → 25000000."""
    total = part = digit = 0
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _STEPS:
            part += (digit or 1) * _STEPS[sign]
            digit = 0
        elif sign == "万":
            total, part, digit = total + (part + digit) * 10_000, 0, 0
        else:
            total, part, digit = (total + part + digit) * 100_000_000, 0, 0
    return Decimal(total + part + digit)
