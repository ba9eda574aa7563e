"""The gold files of policies: their schema, and a reader that takes nothing else."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

HERE = Path(__file__).parent
FILE = HERE / "policies.yaml"
# in a file of its own, so that nobody who writes rules sees it by accident
ASIDE = HERE / "policies_aside.yaml"
UNITS = [
    "万元",
    "亿元",
    "元",
    "CNY",
    "USD",
    "万美元",
    "%",
    "倍",
    "年",
    "月",
    "人",
    "项",
    "分",
    "m2",
]
OPERATORS = [
    "==", "!=", "<", "<=", ">", ">=", "between", "in", "not_in", "under", "has_any", "has_all",
    "is", "age_at_least", "age_at_most", "within_last", "human_judged",
]  # fmt: skip
DAY = r"^(\d{4}(-\d{2}-\d{2})?|--\d{2}-\d{2})$"
# a value is a figure, a yes or no, or a code: never words of the text
CODE = {"type": "string", "pattern": "^[A-Za-z0-9:_-]+$"}
ONE = {"anyOf": [CODE, {"type": ["number", "boolean"]}]}
VALUE = {"anyOf": [ONE, {"type": "array", "items": ONE, "minItems": 1}]}
NAME = {"type": "string", "pattern": "^(new:|table:)?[a-z][a-z0-9_]*$"}
SPAN = {
    "type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2,
}  # fmt: skip
PERIOD = {
    "type": "string",
    "pattern": r"^(last_fiscal_year|last_2_fiscal_years|current_year|last_and_current_year"
    r"|year_after_listing|year:\d{4}|quarter:\d{4}Q[1-4]|rolling:P\d+[YM]"
    r"|months:\d{4}-\d{2}/\d{4}-\d{2}|days:\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2})$",
}
END = {
    "type": "object",
    "properties": {"value": {"type": "number"}, "unit": {"enum": UNITS}},
    "required": ["value", "unit"],
    "additionalProperties": False,
}
WAY = {"op": {"enum": OPERATORS}, "value": VALUE, "unit": {"enum": UNITS}}
ALSO = {
    "type": "array", "minItems": 1,
    "items": {"type": "object", "properties": WAY, "required": ["op"],
              "additionalProperties": False},
}  # fmt: skip
SURE = {"const": True}


def _kind(name: str, needed: str = "", **fields: Any) -> dict[str, Any]:
    common = {"kind": {"const": name}, "span": SPAN, "optional": SURE}
    return {
        "type": "object",
        "properties": common | fields,
        "required": ["kind", "span", *needed.split()],
        "additionalProperties": False,
    }


def _roles(*names: str) -> dict[str, Any]:
    return {"enum": list(names)}


CONDITION = WAY | {
    "id": {"type": "string", "pattern": "^c[0-9]+$"}, "attr": NAME, "period": PERIOD,
    "agg": _roles("sum", "each", "mean", "any"), "group": {"type": "string"}, "hard": SURE,
    "also": ALSO, "same_as": {"type": "string"},
}  # fmt: skip
AMOUNT = {
    "id": {"type": "string", "pattern": "^a[0-9]+$"},
    "shape": _roles("fixed", "cap", "floor", "rate", "per", "tier"),
    "value": {"type": "number"}, "unit": {"enum": UNITS}, "per": _roles("m2", "person"),
    "of": {"anyOf": [NAME, {"type": "array", "items": NAME, "minItems": 2}]},
    "each": {"type": "array", "minItems": 1,
             "items": _roles("firm", "year", "project", "total", "platform", "loan")},
    "at_most": SURE, "less": _roles("received"), "from": END, "to": END, "table": NAME,
    "period": PERIOD, "when": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}  # fmt: skip
KINDS = {
    "title": _kind("title"),
    "body": _kind("body"),
    "number": _kind("number", "role", role=_roles("own", "cited")),
    "date": _kind("date", "role value", role=_roles("exchange_rate"), value={"pattern": DAY}),
    "window": _kind(
        "window", "role", role=_roles("apply", "pre_apply", "review", "effective"),
        opens={"type": "string", "pattern": DAY}, closes={"type": "string", "pattern": DAY},
    ),
    "region": _kind("region", "value", value=CODE),
    "condition": _kind("condition", "id attr op", **CONDITION),
    "amount": _kind("amount", "id shape value unit", **AMOUNT),
    "paper": _kind("paper"),
    "step": _kind("step"),
    "contact": _kind(
        "contact", "role", role=_roles("platform", "department", "hotline", "window")
    ),
    "exclusion": _kind("exclusion"),
}  # fmt: skip
GROUP = {
    "type": "object",
    "properties": {"shape": _roles("any", "all", "not", "at_least"), "k": {"type": "integer"},
                   "in": {"type": "string"}},
    "required": ["shape"],
    "additionalProperties": False,
}  # fmt: skip
EXCERPT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^pg[0-9]{3}$"},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "length": {"type": "integer", "minimum": 1},
        "aside": {"type": "boolean"},
        "groups": {"type": "object", "additionalProperties": GROUP},
        "elements": {"type": "array"},
    },
    "required": ["id", "sha256", "length", "aside", "groups", "elements"],
    "additionalProperties": False,
}


def read_marks(text: str) -> dict[str, dict[str, Any]]:
    """The excerpts by id; raises ValueError with every finding, one a line."""
    document = yaml.safe_load(text)
    if not isinstance(document, dict) or set(document) != {"guide", "excerpts"}:
        raise ValueError("the file holds guide and excerpts, nothing else")
    found: list[str] = []
    excerpts: dict[str, dict[str, Any]] = {}
    for row in document["excerpts"]:
        name = str(row.get("id"))
        if name in excerpts:
            found.append(f"{name}: twice")
        excerpts[name] = row
        wrong = [f"{name}: {message}" for message in _wrong(row, EXCERPT)]
        wrong = wrong or [f"{name}: {message}" for message in _inside(row)]
        found.extend(wrong)
    if found:
        raise ValueError("\n".join(found))
    return excerpts


def read_file(path: Path = FILE) -> dict[str, dict[str, Any]]:
    """One committed file: `FILE` the twenty to work with, `ASIDE` the ten put aside."""
    excerpts = read_marks(path.read_text(encoding="utf-8"))
    if strange := [key for key, row in excerpts.items() if row["aside"] != (path == ASIDE)]:
        raise ValueError(f"{path.name}: {strange} belong in the other file")
    return excerpts


def read_both() -> dict[str, dict[str, Any]]:
    """All thirty, the twenty first."""
    return read_file(FILE) | read_file(ASIDE)


def _wrong(value: Any, schema: Mapping[str, Any]) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def _inside(row: Mapping[str, Any]) -> Iterator[str]:
    last = (0, 0)
    groups, marks = row["groups"], row["elements"]
    names = [mark["id"] for mark in marks if "id" in mark]
    if len(names) != len(set(names)):
        yield "an id twice"
    for name, group in groups.items():
        if ("k" in group) != (group["shape"] == "at_least"):
            yield f"{name}: k belongs to at_least"
        if "in" in group and list(groups).index(group["in"]) >= list(groups).index(name):
            yield f"{name}: inside a group that does not come before it"
    for at, mark in enumerate(marks):
        where = f"elements[{at}]"
        kind = mark.get("kind")
        if kind not in KINDS:
            yield f"{where}: kind {kind!r} is none of {sorted(KINDS)}"
            continue
        wrong = _wrong(mark, KINDS[kind])
        if wrong:
            yield from (f"{where} {message}" for message in wrong)
            continue
        start, end = mark["span"]
        if not start < end <= row["length"]:
            yield f"{where}: span {mark['span']} is empty or outside 0 to {row['length']}"
        if (start, end) < last:
            yield f"{where}: not in the order of the text"
        last = (start, end)
        yield from (f"{where}: {message}" for message in _refers(mark, groups, names))


def _refers(mark: Mapping[str, Any], groups: Mapping[str, Any], names: list[str]) -> Iterator[str]:
    for name in [*mark.get("when", []), *([mark["same_as"]] if "same_as" in mark else [])]:
        if name not in names and name not in groups:
            yield f"refers to {name}, which is not there"
    if mark["kind"] == "condition":
        if ("value" in mark) == (mark["op"] == "human_judged"):
            yield "a value belongs to every operator but human_judged"
        if "group" in mark and mark["group"] not in groups:
            yield f"stands in {mark['group']}, which is not there"
        elif mark.get("hard") and "group" in mark:
            yield "hard stands on its own"
    if mark["kind"] == "window" and not {"opens", "closes"} & set(mark):
        yield "a window opens or closes"
    if mark["kind"] == "amount":
        if (mark["shape"] == "per") != ("per" in mark):
            yield "per belongs to the shape per"
        if (mark["shape"] == "tier") != ({"from", "table"} <= set(mark)):
            yield "a tier has from and table, nothing else has"
