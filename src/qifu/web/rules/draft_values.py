"""Values of conditions as people write them: names for codes, 5年 for P5Y, 、 between several."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from qifu.base.city import City
from qifu.policies.logic import place_of
from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.operators import AGE, HUMAN
from qifu.web.words import language

_LISTS: Final = ("in", "not_in", "under", "has_any", "has_all", "between")
_YES: Final = ("是", "有", "yes", "true")
_NO: Final = ("否", "没有", "no", "false")
_BETWEEN: Final = re.compile(r"[、,，;；\n]+")
_LENGTH: Final = re.compile(r"(\d+)\s*(年|个月|月|天|日|years?|months?|days?)", re.IGNORECASE)


def by_group(catalogue: Catalogue, *, numeric: bool = False) -> list[tuple[str, Any]]:
    """The attributes as a list of choices, group by group."""
    words = language()
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in catalogue.attributes.values():
        if one.numeric or not numeric:
            groups.setdefault(one.group, []).append((one.name, one.label(words)))
    named = catalogue.groups
    place = 1 if words == "en" else 0
    return [(named[g][place] if g in named else g or "—", rows) for g, rows in groups.items()]


def value_of(text: str, op: str, attribute: Attribute | None, city: City) -> Any:
    """What was typed, as a document writes it; what cannot be read stays text for the rulebook.

    `text` may name codes and members in either language.
    """
    text = text.strip()
    if op == HUMAN or attribute is None:
        return text
    if op in AGE:
        return _length(text)
    if op == "is":
        low = text.lower()
        return True if low in _YES else False if low in _NO else text
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if op == "under" and len(parts) == 1:
        return _one(parts[0], attribute, city)
    if op in _LISTS:
        return [_one(part, attribute, city) for part in parts]
    if attribute.numeric:
        return _one(text.replace("，", "").replace(",", ""), attribute, city)
    return _one(text, attribute, city)


def value_text(clause: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The value of a condition as it would be typed."""
    value, op = clause.get("value"), clause.get("op")
    attribute = catalogue.get(str(clause.get("attr", "")))
    if isinstance(value, Mapping):
        value = value.get(language()) or value.get("zh")
    if op in AGE and isinstance(value, str):
        return _length_text(value)
    values: Iterable[Any] = value if isinstance(value, list) else [value]
    return "、".join(_shown(one, attribute, catalogue) for one in values)


def code_of(text: str, tree: str, city: City) -> str:
    """The code for a name or a code; the text itself where neither is known."""
    known = city.catalogue.trees[tree]
    if tree == "region":
        return place_of(text, known, city.region) or text
    if known.has(text):
        return known.normalise(text)
    for code in known:
        if text in (known.label(code, "zh"), known.label(code, "en")):
            return code
    return text


def day_of(value: Any) -> date | None:
    """A day out of ISO text; None for anything else."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _one(text: str, attribute: Attribute, city: City) -> Any:
    if attribute.numeric:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        if not number.is_finite():
            return text
        return int(number) if number == number.to_integral_value() else float(number)
    if attribute.type == "code" and attribute.tree in city.catalogue.trees:
        return code_of(text, str(attribute.tree), city)
    for code, zh, en in attribute.options:
        if text.lower() in (code, zh, en.lower()):
            return code
    return text


def _shown(value: Any, attribute: Attribute | None, catalogue: Catalogue) -> str:
    words = language()
    if isinstance(value, bool):
        return ("yes" if value else "no") if words == "en" else ("是" if value else "否")
    if attribute is not None and isinstance(value, str):
        if attribute.type == "code" and attribute.tree in catalogue.trees:
            tree = catalogue.trees[str(attribute.tree)]
            return tree.label(value, words) if tree.has(value) else value
        return attribute.option(value, words)
    return "" if value is None else str(value)


def _length(text: str) -> str:
    """5年 as P5Y, 6个月 as P6M; else the text."""
    signs = {"年": "Y", "个": "M", "月": "M", "天": "D", "日": "D", "y": "Y", "m": "M", "d": "D"}
    found = _LENGTH.findall(text)
    if not found or _LENGTH.sub("", text).strip():
        return text.upper()
    return "P" + "".join(f"{int(number)}{signs[unit[0].lower()]}" for number, unit in found)


def _length_text(period: str) -> str:
    english = language() == "en"
    names = {"Y": " years", "M": " months", "D": " days"} if english else {
        "Y": "年", "M": "个月", "D": "天"
    }  # fmt: skip
    found = re.findall(r"(\d+)([YMD])", period)
    return " ".join(f"{number}{names[sign]}" for number, sign in found) or period
