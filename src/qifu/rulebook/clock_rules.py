"""Clock rules: limits as versioned data with their source, read strictly from clocks.yaml.

Limits are law (CASEWORK §3). What a limit is stands in `clock_limits`, how it is counted in
`clock_due`; callers find all of it here.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any

from qifu.rulebook.business_due import BUSINESS
from qifu.rulebook.calendar_words import Name
from qifu.rulebook.clock_due import ClockDue, due_of
from qifu.rulebook.clock_limits import CLOCKS, ClockRules, Limit, RuleSet
from qifu.rulebook.documents import Document, load_one
from qifu.rulebook.gather import Gather
from qifu.rulebook.workdays import CALENDAR, LONGEST, WORKING

__all__ = [
    "CLOCKS", "KINDS", "ClockDue", "ClockRules", "Limit", "RuleSet", "due_of", "load_clock_rules",
    "parse_clock_rules",
]  # fmt: skip
KINDS = ("inquiry", "help_request", "complaint", "suggestion", "tip_off")
_SET = ("code", "version", "name", "source", "valid_from", "limits", "numbers")
_UNITS = {"working_days": WORKING, "calendar_days": CALENDAR, "business_minutes": BUSINESS}
_LIMIT = ("clock", "kinds", "several", *_UNITS, "roll", "closing")
_FORM = "{clock: reply, working_days: 5}"
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MOST_NUMBER = 1000


def load_clock_rules(file: Path) -> ClockRules:
    """Read clocks.yaml of a pack; RuleError with every finding, file and line."""
    document = load_one(file)
    return parse_clock_rules(document.data, file=document.file, document=document)


def parse_clock_rules(doc: Any, *, file: str = "", document: Document | None = None) -> ClockRules:
    """`{rule_sets: [{code, version, name, source, valid_from, limits, numbers}]}`.

    A limit is `{clock, kinds?, several?, working_days | calendar_days | business_minutes: n, roll?,
    closing?}`; the first one that fits a case holds, so one behind another that fits all the same
    cases is a finding. RuleError with every finding.
    """
    gather = Gather(file, document.lines if document else {})
    top = gather.mapping(doc, "", "rule_sets")
    gather.stop()
    assert top is not None
    gather.keys(top, ("rule_sets",), "")
    found: dict[tuple[str, int], RuleSet] = {}
    for path, row in _rows(gather, top.get("rule_sets"), "rule_sets", "{code: …, limits: […]}"):
        rules = _rule_set(gather, row, path)
        if rules is None:
            continue
        if (rules.code, rules.version) in found:
            gather.say("duplicate", f"{path}.version", "this version stands twice", rules.version)
        for other in found.values():
            if other.code == rules.code and (other.version < rules.version) != (
                other.valid_from < rules.valid_from
            ):
                message = f"versions {other.version} and {rules.version} hold from days in no order"
                gather.say("order", f"{path}.valid_from", message, str(rules.valid_from))
        found[rules.code, rules.version] = rules
    gather.stop()
    return ClockRules(tuple(found.values()))


def _rows(
    gather: Gather, doc: Any, path: str, allowed: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The mappings of a list that is not empty, with their paths."""
    if not isinstance(doc, list) or not doc:
        code = "missing" if doc is None else "type"
        gather.say(code, path, "must be a list that is not empty", doc, allowed)
        return
    for i, item in enumerate(doc):
        row = gather.mapping(item, f"{path}[{i}]", allowed)
        if row is not None:
            yield f"{path}[{i}]", row


def _rule_set(gather: Gather, row: Mapping[str, Any], path: str) -> RuleSet | None:
    before = len(gather.findings)
    gather.keys(row, _SET, path)
    code = gather.text(row, "code", path, required=True) or ""
    if code and not _CODE.fullmatch(code):
        gather.say("code", f"{path}.code", "must be a code", code, "small letters, digits, _ and -")
    version = row.get("version")
    if type(version) is not int or version < 1:
        gather.say("type", f"{path}.version", "must be a whole number, 1 or more", version)
    valid_from = gather.day(row, "valid_from", path)
    if row.get("valid_from") is None:
        gather.say("missing", f"{path}.valid_from", "must say from when it holds", None, "a day")
    name, source = (_words(gather, row.get(key), f"{path}.{key}") for key in ("name", "source"))
    rows = [
        (where, _limit(gather, limit, where))
        for where, limit in _rows(gather, row.get("limits"), f"{path}.limits", _FORM)
    ]
    numbers = _numbers(gather, row.get("numbers"), f"{path}.numbers")
    limits = tuple(limit for _, limit in rows if limit is not None)
    if len(gather.findings) == before:
        _sense(gather, [(where, limit) for where, limit in rows if limit is not None], path)
    if len(gather.findings) > before:
        return None
    assert isinstance(version, int) and valid_from is not None
    return RuleSet(code, version, name, source, valid_from, limits, numbers)


def _limit(gather: Gather, row: Mapping[str, Any], path: str) -> Limit | None:
    before = len(gather.findings)
    gather.keys(row, _LIMIT, path)
    clock = gather.text(row, "clock", path, required=True)
    if clock is not None and clock not in CLOCKS:
        gather.say("reference", f"{path}.clock", "no such clock", clock, ", ".join(CLOCKS))
    kinds = _kinds(gather, row.get("kinds"), f"{path}.kinds")
    for key in ("several", "roll"):
        if row.get(key) is not None and not isinstance(row[key], bool):
            gather.say("type", f"{path}.{key}", "must be true or false", row[key])
    number, unit = _length(gather, row, path)
    if row.get("roll") and unit != CALENDAR:
        gather.say("roll", f"{path}.roll", "only calendar days can be rolled on", unit)
    closing = row.get("closing")
    hour = _HOUR.fullmatch(closing) if isinstance(closing, str) else None
    if closing is not None and hour is None:
        gather.say("type", f"{path}.closing", "must be a time of day in quotes", closing, '"18:00"')
    elif closing is not None and unit == BUSINESS:
        message = "business minutes end at their minute, not at a closing hour"
        gather.say("closing", f"{path}.closing", message, closing)
    if len(gather.findings) > before:
        return None
    return Limit(
        clock=clock or "",
        number=number,
        unit=unit,
        roll=bool(row.get("roll")),
        closing=time(int(hour[1]), int(hour[2])) if hour else None,
        kinds=kinds,
        several=row.get("several"),
    )


def _length(gather: Gather, row: Mapping[str, Any], path: str) -> tuple[int, str]:
    """The number and the unit of the one length that a row has."""
    given = [key for key in _UNITS if row.get(key) is not None]
    if len(given) != 1:
        message = "must have exactly one length"
        gather.say("unit", path, message, ", ".join(given) or None, ", ".join(_UNITS))
        return 0, ""
    key = given[0]
    number, most = row[key], LONGEST * (1440 if _UNITS[key] == BUSINESS else 1)
    if type(number) is not int or not 1 <= number <= most:
        gather.say("bounds", f"{path}.{key}", "must be a whole number", number, f"1 to {most}")
        return 0, _UNITS[key]
    return number, _UNITS[key]


def _kinds(gather: Gather, doc: Any, path: str) -> frozenset[str] | None:
    if doc is None:
        return None
    if not isinstance(doc, list) or not doc:
        gather.say("type", path, "must be a list of kinds", doc, ", ".join(KINDS))
        return None
    for i, kind in enumerate(doc):
        if kind not in KINDS:
            gather.say("reference", f"{path}[{i}]", "no such kind", kind, ", ".join(KINDS))
        elif kind in doc[:i]:
            gather.say("duplicate", f"{path}[{i}]", "the same kind twice", kind)
    return frozenset(str(kind) for kind in doc)


def _numbers(gather: Gather, doc: Any, path: str) -> dict[str, int | Limit]:
    found: dict[str, int | Limit] = {}
    if doc is None:
        return found
    for name, value in (gather.mapping(doc, path, "{callback_attempts: 3}") or {}).items():
        where = f"{path}.{name}"
        if isinstance(value, Mapping):
            gather.keys(value, _UNITS, where)
            found[name] = Limit(name, *_length(gather, value, where))
        elif type(value) is not int or not 0 <= value <= _MOST_NUMBER:
            allowed = f"0 to {_MOST_NUMBER}, or {{working_days: 5}}"
            gather.say("bounds", where, "must be a whole number or a length", value, allowed)
        else:
            found[name] = value
    return found


def _words(gather: Gather, doc: Any, path: str) -> Name:
    both = gather.mapping(doc, path, "{zh: …, en: …}") or {}
    gather.keys(both, ("zh", "en"), path)
    if not both:
        return Name("", "")
    zh, en = (gather.text(both, key, path, required=True) for key in ("zh", "en"))
    return Name(zh or "", en or "")


def _sense(gather: Gather, rows: list[tuple[str, Limit]], path: str) -> None:
    """What each row on its own cannot show: rows that never hold, and units that do not agree."""
    limits = tuple(limit for _, limit in rows)
    used: set[int] = set()
    for kind in KINDS:
        for several in (False, True):
            first = {
                clock: next(
                    (i for i, row in enumerate(limits) if row.clock == clock
                     and row.holds(kind, several)), None
                )
                for clock in CLOCKS
            }  # fmt: skip
            used |= {i for i in first.values() if i is not None}
            reply, extension = first["reply"], first["extension"]
            if reply is None or extension is None:
                continue
            where, added = rows[extension]
            if added.unit != limits[reply].unit:
                message = f"an extension of {kind} must count in the unit of its reply"
                gather.say("unit", where, message, added.unit, limits[reply].unit)
    for i, (where, limit) in enumerate(rows):
        if i not in used:
            message = "never holds: an earlier row fits the same cases"
            gather.say("unreachable", where, message, limit.clock)
    if not any(limit.clock == "reply" for limit in limits):
        gather.say("missing", f"{path}.limits", "no limit for the reply", None, _FORM)
