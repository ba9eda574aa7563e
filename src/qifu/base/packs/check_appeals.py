"""Check appeals.yaml: the desks, the clocks in force, tags, outcomes, attachments, hours."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from qifu.base.packs.desk import Desk
from qifu.base.packs.vocabulary import APPEAL_KINDS, APPEAL_OUTCOMES
from qifu.rulebook.business_hours import parse_business_hours
from qifu.rulebook.findings import RuleError

_KEYS = (
    "intake_unit", "coordinator_unit", "callback_unit", "number_prefix", "clocks", "kinds",
    "tip_off", "rating_tags", "outcomes", "closure_reasons", "text", "attachments", "repeat_days",
    "hours", "source", "exchange",
)  # fmt: skip
_OPTIONAL = ("closure_reasons", "text", "source", "exchange")
_DESKS = ("intake_unit", "coordinator_unit", "callback_unit")
_PARTNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,23}")
_OWN_CHANNELS = ("web", "phone", "window", "import")
_PREFIX = re.compile(r"[A-Z]{1,6}")
_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
# type by content, so only what has a signature: a page or a script must never be among them
_NEVER = ("text/html", "image/svg+xml", "application/javascript", "application/xhtml+xml")
MOST_MEGABYTES, MOST_FILES, LONGEST_REPEAT = 100, 50, 3660
MOST_TEXT, MOST_POINTS = 20_000, 50


def check_appeals(
    desk: Desk, units: set[str] | None, rule_sets: set[str] | None
) -> set[str] | None:
    """The codes of the outcomes, or None; `units` and `rule_sets` are None where unreadable."""
    doc = desk.mapping(desk.data, "", ", ".join(_KEYS))
    if doc is None:
        return None
    desk.keys(doc, _KEYS, "")
    desk.need(doc, [key for key in _KEYS if key not in _OPTIONAL], "")
    for name in _DESKS:
        if doc.get(name) is not None and units is not None:
            desk.refer(doc[name], sorted(units), name, "unit")
    prefix = desk.text(doc, "number_prefix", "")
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        desk.say("type", "number_prefix", "must be 1 to 6 capital letters", prefix, "SQ")
    if doc.get("clocks") is not None and rule_sets is not None:
        desk.refer(doc["clocks"], sorted(rule_sets), "clocks", "clock rule set")
    if doc.get("kinds") is not None:
        _check_kinds(desk, doc["kinds"])
    _check_tip_off(desk, doc)
    if doc.get("rating_tags") is not None:
        _check_tags(desk, doc["rating_tags"])
    if doc.get("closure_reasons") is not None:
        _codes(desk, doc["closure_reasons"], "closure_reasons", {})
    if doc.get("text") is not None:
        _check_text(desk, doc["text"])
    if doc.get("attachments") is not None:
        _check_attachments(desk, doc["attachments"])
    if doc.get("exchange") is not None:
        _check_exchange(desk, doc["exchange"])
    if doc.get("repeat_days") is not None:
        _whole(desk, doc["repeat_days"], "repeat_days", LONGEST_REPEAT)
    if doc.get("hours") is not None:
        try:
            # only whether it can be read: which calendar it follows is known when it runs
            parse_business_hours(doc["hours"], None, file=desk.file)
        except RuleError as error:
            # its own paths begin below this key
            here = [replace(f, path=f"hours.{f.path}".rstrip(".")) for f in error.findings]
            desk.take(here)
    desk.words(doc, "source", "", needed=False)
    return _check_outcomes(desk, doc.get("outcomes"))


def _check_kinds(desk: Desk, kinds: Any) -> None:
    if not isinstance(kinds, list) or not kinds:
        message = "must be a list that is not empty"
        desk.say("type", "kinds", message, kinds, ", ".join(APPEAL_KINDS))
        return
    for i, kind in enumerate(kinds):
        desk.refer(kind, APPEAL_KINDS, f"kinds[{i}]", "kind of appeal", mend="choose one of these")
        if kind in kinds[:i]:
            desk.say("duplicate_code", f"kinds[{i}]", "the same kind twice: remove one", kind)


def _check_tip_off(desk: Desk, doc: Mapping[str, Any]) -> None:
    """Somebody who reports another is told where to go, in both languages."""
    told = doc.get("tip_off")
    if told is None:
        return
    found = desk.mapping(told, "tip_off", "{zh, en, channel: {zh, en}}")
    if found is None:
        return
    desk.both({key: value for key, value in found.items() if key != "channel"}, "tip_off")
    desk.words(found, "channel", "tip_off")


def _check_tags(desk: Desk, tags: Any) -> None:
    doc = desk.mapping(tags, "rating_tags", "good, bad")
    if doc is None:
        return
    desk.keys(doc, ("good", "bad"), "rating_tags")
    desk.need(doc, ("good", "bad"), "rating_tags")
    seen: dict[str, str] = {}
    for side in ("good", "bad"):
        if doc.get(side) is not None:
            _codes(desk, doc[side], f"rating_tags.{side}", seen)


def _check_outcomes(desk: Desk, outcomes: Any) -> set[str] | None:
    if outcomes is None:
        return None
    seen: dict[str, str] = {}
    _codes(desk, outcomes, "outcomes", seen)
    for code, path in seen.items():
        desk.refer(code, APPEAL_OUTCOMES, path, "outcome", mend="the figures know only these")
    for code in APPEAL_OUTCOMES:
        if seen and code not in seen:
            message = "the figures tell these apart: add the outcome"
            desk.say("missing", "outcomes", message, None, code)
    return set(seen)


def _codes(desk: Desk, rows: Any, path: str, seen: dict[str, str]) -> None:
    """Rows {code, name: {zh, en}}; `seen` gathers code → path."""
    for row, where in desk.rows(rows, path):
        desk.keys(row, ("code", "name"), where)
        desk.words(row, "name", where)
        code = desk.text(row, "code", where, required=True)
        if code is not None:
            desk.once(code, seen, f"{where}.code")


def _check_text(desk: Desk, text: Any) -> None:
    """How many characters an appeal has at least and at most, and how many points."""
    doc = desk.mapping(text, "text", "least, most, points")
    if doc is None:
        return
    desk.keys(doc, ("least", "most", "points"), "text")
    before = len(desk.findings)
    for key, most in (("least", MOST_TEXT), ("most", MOST_TEXT), ("points", MOST_POINTS)):
        if doc.get(key) is not None:
            _whole(desk, doc[key], f"text.{key}", most)
    least, most_text = doc.get("least"), doc.get("most")
    if len(desk.findings) == before and least and most_text and least > most_text:
        desk.say("reversed", "text.least", "is more than the most: correct one of them", least)


def _check_attachments(desk: Desk, attachments: Any) -> None:
    doc = desk.mapping(attachments, "attachments", "largest_mb, most, types")
    if doc is None:
        return
    keys = ("largest_mb", "most", "types")
    desk.keys(doc, keys, "attachments")
    desk.need(doc, keys, "attachments")
    for key, most in (("largest_mb", MOST_MEGABYTES), ("most", MOST_FILES)):
        if doc.get(key) is not None:
            _whole(desk, doc[key], f"attachments.{key}", most)
    types: Collection[Any] | None = doc.get("types")
    if types is None:
        return
    if not isinstance(types, list) or not types:
        message = "must be a list that is not empty"
        desk.say("type", "attachments.types", message, types, "application/pdf, image/png")
        return
    for i, name in enumerate(types):
        where = f"attachments.types[{i}]"
        if not isinstance(name, str) or not _TYPE.fullmatch(name):
            desk.say("type", where, "must be a media type", name, "application/pdf")
        elif name in _NEVER:
            message = "a browser would run what stands in it: take it off the list"
            desk.say("choice", where, message, name)


def _check_exchange(desk: Desk, partners: Any) -> None:
    """Outside hotlines: their code is a channel of appeals and the name of a folder."""
    seen: dict[str, str] = {}
    for row, where in desk.rows(partners, "exchange"):
        desk.keys(row, ("code", "name", "files"), where)
        desk.words(row, "name", where)
        code = desk.text(row, "code", where, required=True)
        if code is None:
            continue
        desk.once(code, seen, f"{where}.code")
        if not _PARTNER.fullmatch(code):
            message = "must be 1 to 24 letters, digits, - or _"
            desk.say("type", f"{where}.code", message, code, '"12345"')
        elif code in _OWN_CHANNELS:
            message = "is a channel of this software: choose another code"
            desk.say("choice", f"{where}.code", message, code)
        if not isinstance(row.get("files", True), bool):
            desk.say("type", f"{where}.files", "must be true or false", row["files"], "true")


def _whole(desk: Desk, value: Any, path: str, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        desk.say("bounds", path, "must be a whole number", value, f"1 to {most}")
