"""What a mark says in the language of a policy document, with the place where it stands."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.findings import RuleError
from qifu.rulebook.gather import Gather
from qifu.rulebook.reading import ConditionReader
from qifu.textmine.policy_reading.marks import Mark
from qifu.textmine.policy_reading.places import NEW
from qifu.textmine.policy_reading.texts import Text

_UNITS: Final = {"月": "个月", "日": "天"}
_DOLLARS: Final = {"美元": 1, "万美元": 10_000, "亿美元": 100_000_000}
_YEARS: Final = ("last_fiscal_year", "last_", "year:")
# what the catalogue does not have stays a condition that people judge until somebody mends it
PROPOSED: Final = "目录里没有这一项，先按人工判断 · not in the catalogue: judged by people for now"
YEAR_ASSUMED: Final = "原文没有写年度，按上一年度 · no year named: the last fiscal year is assumed"
PERIOD_LEFT: Final = "原文的时段写不进条件 · the period of the text has no place in the condition"
UNFIT: Final = "按目录读不通，先按人工判断 · does not fit the catalogue: judged by people for now"


def source_of(text: Text, mark: Mark) -> dict[str, Any]:
    """`src` of a condition: hash of the document, paragraph, span in it, the words."""
    para, (start, end) = text.place(mark.start, mark.end)
    begin = text.starts[para]
    quote = text.content[begin + start : begin + end]
    return {"doc": text.doc, "para": para, "span": [start, end], "quote": quote}


def condition_clause(mark: Mark, text: Text, catalogue: Catalogue) -> tuple[dict[str, Any], str]:
    """(condition of ENGINE.md, note); what the catalogue lacks is `human_judged` with its words."""
    src = source_of(text, mark)
    says = mark.says
    name = str(says["attr"])
    judged = {
        "attr": name.removeprefix(NEW), "op": "human_judged", "value": src["quote"], "src": src,
    }  # fmt: skip
    if says["op"] == "human_judged":
        return judged, mark.note
    attribute = catalogue.get(name)
    values = says.get("value")
    codes = values if isinstance(values, list) else [values]
    if attribute is None or any(isinstance(c, str) and c.startswith(NEW) for c in codes):
        return judged, PROPOSED
    clause: dict[str, Any] = {"attr": name, "op": says["op"], "value": _value(says)}
    if unit := _unit(says, attribute):
        clause["unit"] = unit
        if says.get("unit") in _DOLLARS:
            clause["value"] = _number(Decimal(str(values)) * _DOLLARS[says["unit"]])
    note = _years(clause, says, attribute, mark.note)
    if says.get("hard"):
        clause["kind"] = "hard"
    clause["src"] = src
    if _readable(clause, catalogue):
        return clause, note
    return judged, UNFIT


def _value(says: Mapping[str, Any]) -> Any:
    value = says.get("value")
    if isinstance(value, list):
        return [_number(one) if isinstance(one, Decimal) else one for one in value]
    return _number(value) if isinstance(value, Decimal) else value


def _number(value: Decimal) -> int | float:
    whole = value == value.to_integral_value()
    return int(value) if whole else float(value)


def _unit(says: Mapping[str, Any], attribute: Attribute) -> str | None:
    unit = says.get("unit")
    if unit in _DOLLARS:
        return "USD"
    if unit and attribute.numeric and attribute.unit:
        return _UNITS.get(str(unit), str(unit))
    return None


def _years(clause: dict[str, Any], says: Mapping[str, Any], attribute: Attribute, note: str) -> str:
    """Put the year into the clause where the attribute has one; the note says what was assumed."""
    period = str(says.get("period") or "")
    if not attribute.period:
        return note or (PERIOD_LEFT if period and attribute.type != "flag" else "")
    if period.startswith("quarter:"):
        clause["period"] = f"year:{period[8:12]}"
        return note
    if period.startswith(_YEARS) and period != "last_and_current_year":
        clause["period"] = period
        if "agg" in says:
            clause["agg"] = says["agg"]
        return note
    clause["period"] = "last_fiscal_year"
    return note or (PERIOD_LEFT if period else YEAR_ASSUMED)


def _readable(clause: Mapping[str, Any], catalogue: Catalogue) -> bool:
    gather = Gather()
    try:
        ConditionReader(catalogue, gather, {}).when({"all": [dict(clause)]})
    except RuleError:
        return False
    return not gather.findings
