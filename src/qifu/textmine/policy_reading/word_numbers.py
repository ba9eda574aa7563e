"""The numbers that Word shows in front of the paragraphs of its lists: 一、 （二） 3. 第四条."""

import re
from typing import Any, Final

MAIN: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS: Final = 9
_DIGITS: Final = "零一二三四五六七八九"
_CHINESE: Final = ("chinese", "taiwanese", "ideograph", "japanese")
_CIRCLES: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


class WordNumbers:
    """Counts the lists of one document; `of` is asked for every paragraph in its order.

    `numbering` and `styles` are the roots of the parts of these names, None where a file has none.
    What is odd in them numbers nothing.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._lists: dict[str, tuple[str, dict[int, int]]] = {}
        self._styles: dict[str, tuple[str | None, int | None, str | None]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        for one in _all(numbering, "abstractNum"):
            levels = {_value(lvl, "ilvl"): lvl for lvl in _all(one, "lvl")}
            self._levels[str(one.get(named("abstractNumId")))] = {
                at: (_told(lvl, "numFmt"), _told(lvl, "lvlText"), _number(_told(lvl, "start"), 1))
                for at, lvl in levels.items()
            }
        for one in _all(numbering, "num"):
            again = {
                _value(over, "ilvl"): _number(_told(over, "startOverride"), 1)
                for over in _all(one, "lvlOverride")
                if over.find(f"{MAIN}startOverride") is not None
            }
            self._lists[str(one.get(named("numId")))] = (_told(one, "abstractNumId"), again)
        for one in _all(styles, "style"):
            number, level = _asked(one.find(f"{MAIN}pPr"))
            known = (number, level, _told(one, "basedOn") or None)
            self._styles[str(one.get(named("styleId")))] = known

    def of(self, paragraph: Any) -> str:
        """The number of a paragraph with what belongs to it; "" for one that is in no list."""
        properties = paragraph.find(f"{MAIN}pPr")
        number, level = _asked(properties)
        style = _told(properties, "pStyle") if properties is not None else ""
        for _step in range(10):  # styles rest on styles
            if number is not None or style not in self._styles:
                break
            number, own, after = self._styles[style]
            level = own if level is None else level
            style = after or ""
        basis, again = self._lists.get(number or "", ("", {}))
        levels, at = self._levels.get(basis, {}), level or 0
        if at not in levels:
            return ""
        counts = self._counts.setdefault(basis, {})
        if number not in self._begun:
            self._begun.add(str(number))
            for over, start in again.items():
                counts[over] = start - 1
        counts[at] = counts.get(at, levels[at][2] - 1) + 1
        for deeper in [one for one in counts if one > at]:
            del counts[deeper]
        kind, words, _start = levels[at]
        if kind in ("bullet", "none"):
            return ""

        def shown(match: re.Match[str]) -> str:
            one = int(match[1]) - 1
            form, _words, start = levels.get(one, ("decimal", "", 1))
            return _written(counts.get(one, start), form)

        said = re.sub("%([1-9])", shown, words)
        return f"{said} " if said[-1:].isascii() and said else said


def named(attribute: str) -> str:
    """The name of an attribute as the file has it."""
    return f"{MAIN}{attribute}"


def _asked(properties: Any) -> tuple[str | None, int | None]:
    """(list, level) that properties of a paragraph or of a style name."""
    found = properties.find(f"{MAIN}numPr") if properties is not None else None
    if found is None:
        return None, None
    level = _told(found, "ilvl")
    return _told(found, "numId") or None, _number(level, 0) if level else None


def _all(node: Any, tag: str) -> list[Any]:
    return list(node.findall(f"{MAIN}{tag}")) if node is not None else []


def _told(node: Any, tag: str) -> str:
    found = node.find(f"{MAIN}{tag}")
    return str(found.get(named("val"), "")) if found is not None else ""


def _value(node: Any, attribute: str) -> int:
    return _number(str(node.get(named(attribute), "")), 0)


def _number(text: str, other: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else other


def _written(number: int, form: str) -> str:
    """A number in the form that the list asks for; digits for forms that notices do not use."""
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= len(_CIRCLES):
        return _CIRCLES[number - 1]
    if form.startswith(_CHINESE) and 1 <= number <= 99:
        tens, ones = divmod(number, 10)
        ten = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
        return ten + (_DIGITS[ones] if ones else "")
    if form in ("lowerLetter", "upperLetter") and 1 <= number <= 26:
        return chr((97 if form == "lowerLetter" else 65) + number - 1)
    return str(number)
