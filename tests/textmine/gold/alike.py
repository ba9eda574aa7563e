"""When two marks say the same: one canonical form for operators, values and units."""

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Mark = Mapping[str, Any]
Groups = Mapping[str, Mapping[str, Any]]
Form = tuple[Any, ...]

# unit: (what it measures, how many of the smallest unit of this table)
UNITS: dict[str, tuple[str, Decimal]] = {
    **{u: ("money", Decimal(1)) for u in ("元", "CNY", "人民币", "人民币元")},
    "千元": ("money", Decimal(1_000)),
    **{u: ("money", Decimal(10_000)) for u in ("万元", "万")},
    "百万元": ("money", Decimal(1_000_000)),
    **{u: ("money", Decimal(100_000_000)) for u in ("亿元", "亿")},
    **{u: ("dollars", Decimal(1)) for u in ("美元", "USD")},
    "万美元": ("dollars", Decimal(10_000)),
    "亿美元": ("dollars", Decimal(100_000_000)),
    **{u: ("ratio", Decimal(1)) for u in ("ratio", "倍")},
    **{u: ("ratio", Decimal("0.01")) for u in ("%", "百分点", "个百分点", "％")},
    "‰": ("ratio", Decimal("0.001")),
    **{u: ("time", Decimal(1)) for u in ("月", "个月", "month")},
    **{u: ("time", Decimal(12)) for u in ("年", "year")},
    **{u: ("days", Decimal(1)) for u in ("日", "天", "day")},
    **{u: ("area", Decimal(1)) for u in ("m2", "㎡", "平方米")},
    **{u: ("pieces", Decimal(1)) for u in ("件", "个", "项", "家", "piece")},
    **{u: ("people", Decimal(1)) for u in ("人", "person")},
    **{u: ("points", Decimal(1)) for u in ("分", "point")},
    **{u: ("", Decimal(1)) for u in ("名", "位")},
}
OPPOSITES = {
    ">=": "<",
    "<": ">=",
    "<=": ">",
    ">": "<=",
    "==": "!=",
    "!=": "==",
    "in": "not_in",
    "not_in": "in",
    "has_any": "has_none",
    "human_judged": "human_judged",
}
NEW = "new:"
PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?")
DAY = re.compile(r"-?-?(\d{4}|\d{2})(-\d{2}){0,2}")


def measured(value: Any, unit: str | None) -> Form:
    """A figure in the smallest unit of its measure: (amount, measure); nothing has no measure."""
    measure, factor = UNITS.get(unit or "", (unit or "", Decimal(1)))
    amount = (Decimal(str(value)) * factor).normalize()
    return (amount, measure if amount else "")


def code(text: str) -> str:
    """A code as it is compared: region codes lose trailing 00 pairs, proposed codes are alike."""
    if text.startswith(NEW):
        return NEW
    return re.sub(r"(?<=..)(00)+$", "", text) if re.fullmatch(r"(\d\d)+", text) else text


def is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return False
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def value_form(value: Any, unit: str | None) -> Form:
    """What a value is, tagged by its type, so that a figure is never taken for a code."""
    if value is None or isinstance(value, bool):
        return ("plain", value)
    if isinstance(value, datetime.date):
        return ("day", value.isoformat())
    if isinstance(value, list | tuple):
        parts = [value_form(part, unit) for part in value]
        if parts and all(part[0] in ("figure", "day") for part in parts):
            return ("list", *parts)
        return ("codes", frozenset(code(str(part)) for part in value))
    if isinstance(value, str):
        period = PERIOD.fullmatch(value)
        if period and value != "P":
            months = int(period[1] or 0) * 12 + int(period[2] or 0)
            return ("figure", measured(months, "月"))
        if DAY.fullmatch(value) and "-" in value:
            return ("day", value)
        if unit is None or not is_number(value):
            return ("codes", frozenset({code(value)}))
    return ("figure", measured(value, unit))


def condition_form(op: str, value: Any, unit: str | None = None, *, denied: bool = False) -> Form:
    """(operator, value) in one form for all ways to say it; `denied` = under an odd number of not.

    >>> condition_form(">=", 2000, "万元") == condition_form(">=", "0.2", "亿元")
    True
    >>> condition_form("is", True, denied=True) == condition_form("is", False)
    True
    """
    if op == "human_judged":
        return (op, None)
    shown = value_form(value, unit)
    if op in ("age_at_least", "age_at_most"):
        op = ">=" if op == "age_at_least" else "<="
    if shown[0] == "codes":
        op = {"==": "in", "!=": "not_in"}.get(op, op)
        if op == "has_all" and len(shown[1]) == 1:
            op = "has_any"
        if op == "has_any" and shown[1] == {NEW}:
            op, shown = "is", ("plain", True)
    if denied and op == "is":
        return (op, ("plain", not shown[1]))
    if denied:
        op = OPPOSITES.get(op) or (
            op.removeprefix("not ") if op.startswith("not ") else f"not {op}"
        )
    return (op, shown)


def denied(mark: Mark, groups: Groups) -> bool:
    """Whether the mark stands under an odd number of `not`."""
    return sum(shape == "not" for shape, _ in chain(mark, groups)) % 2 == 1


def chain(mark: Mark, groups: Groups) -> list[tuple[str, int | None]]:
    """The groups around a mark, the innermost first: (shape, k)."""
    found = []
    name = mark.get("group")
    while name is not None:
        group = groups[name]
        found.append((group["shape"], group.get("k")))
        name = group.get("in")
        if len(found) > len(groups):
            raise ValueError(f"groups in a circle at {name}")
    return found


def group_form(mark: Mark, groups: Groups) -> Form:
    """The choices around a mark: any and at_least, without the groups that only say and / not."""
    shapes = [link for link in reversed(chain(mark, groups)) if link[0] not in ("all", "not")]
    return tuple(link for at, link in enumerate(shapes) if at == 0 or shapes[at - 1] != link)


def condition_forms(mark: Mark, groups: Groups) -> set[Form]:
    """Every form that counts as right for a mark: its own and those under `also`."""
    inside = denied(mark, groups)
    return {
        condition_form(way["op"], way.get("value"), way.get("unit"), denied=inside)
        for way in (mark, *mark.get("also", ()))
    }


def amount_forms(mark: Mark, groups: Groups) -> set[Form]:
    """(shape, value, piece or bracket) of an amount and of its `also`; groups play no part."""
    return {_amount_form({**mark, **way}) for way in ({}, *mark.get("also", ()))}


def _amount_form(mark: Mark) -> Form:
    shape = mark["shape"]
    extra: Form = ()
    if shape == "per":
        extra = (UNITS.get(mark.get("per") or "", (mark.get("per"), 1))[0],)
    if shape == "tier":
        ends = (mark.get("from"), mark.get("to"))
        extra = tuple(measured(end["value"], end.get("unit")) if end else None for end in ends)
    return (shape, measured(mark["value"], mark.get("unit")), *extra)


def attribute_form(named: Any) -> frozenset[str]:
    """The attribute or attributes of a mark; all proposed names are alike, all tables too."""
    several = named if isinstance(named, list | tuple) else [] if named is None else [named]
    return frozenset(NEW if n.startswith(NEW) else "table:" if n.startswith("table:") else n
                     for n in several)  # fmt: skip
