"""Check where firms can turn: every entry reachable, in both languages, nobody's own number."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from qifu.base.packs.desk import Desk
from qifu.base.packs.files import PackFiles
from qifu.rulebook.business_hours import parse_business_hours
from qifu.rulebook.codes import REGION, CodeTree
from qifu.rulebook.findings import RuleError
from qifu.rulebook.gather import join
from qifu.textmine.normal import normalise

_TOP = ("source", "guide_date", "gaps", "kinds", "needs", "channels", "debt_routes")
_ROW = (
    "code", "name", "kind", "zone", "regions", "for", "needs", "find_as", "how", "address",
    "hours", "hours_note", "telephones", "links", "unit", "checked_on",
)  # fmt: skip
_ROUTE = ("code", "debtor", "examples", "channels", "note")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
_NUMBER = re.compile(r"\+?[0-9]+(?:[ -][0-9]+)*")
# a mobile number of the mainland belongs to a person, however it is grouped
_MOBILE = re.compile(r"(?<![0-9])(?:(?:\+|00)?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]){8}(?![0-9])")
_MOBILE_MESSAGE = "a mobile number belongs to a person: leave it out, or give the office's"
_LONGEST = {"name": 120, "for": 400, "address": 300, "hours_note": 300}
_LONGEST_STEP, _MOST_STEPS, _MOST_LINKS = 500, 12, 12


@dataclass(frozen=True)
class Known:
    """The codes that an entry may name; None for what could not be read."""

    kinds: Collection[str] | None
    needs: Collection[str] | None
    zones: Collection[str] | None
    units: Collection[str] | None
    regions: CodeTree | None


def check_channels(
    files: PackFiles, trees: Mapping[str, CodeTree], units: Collection[str] | None
) -> None:
    """Every mistake in channels.yaml, and exclusions of scope.yaml that name no entry of it."""
    document = files.document("channels")
    codes: set[str] = set()
    if document is not None:
        codes = _check_document(Desk(document, files.findings), files, trees, units)
    scope = files.document("scope")
    if scope is None or not isinstance(scope.data, Mapping):
        return
    desk = Desk(scope, files.findings)
    exclusions = scope.data.get("exclusions")
    for i, row in enumerate(exclusions if isinstance(exclusions, list) else ()):
        named = row.get("channels") if isinstance(row, Mapping) else None
        for j, code in enumerate(named if isinstance(named, list) else ()):
            desk.refer(code, codes, f"exclusions[{i}].channels[{j}]", "channel")


def _check_document(
    desk: Desk,
    files: PackFiles,
    trees: Mapping[str, CodeTree],
    units: Collection[str] | None,
) -> set[str]:
    """The codes of the entries."""
    top = desk.mapping(desk.data, "", ", ".join(_TOP))
    if top is None:
        return set()
    desk.keys(top, _TOP, "")
    desk.need(top, ("guide_date", "kinds", "needs", "channels"), "")
    desk.words(top, "source", "")
    desk.day(top, "guide_date", "")
    _check_gaps(desk, top.get("gaps"))
    known = Known(
        kinds=_named(desk, top, "kinds", ("code", "name")),
        needs=_named(desk, top, "needs", ("code", "name", "words")),
        zones=_zones_of(files),
        units=units,
        regions=trees.get(REGION),
    )
    seen: dict[str, str] = {}
    if top.get("channels") is not None:
        for row, path in desk.rows(top["channels"], "channels"):
            check_row(desk, row, path, known)
            if isinstance(row.get("code"), str):
                desk.once(row["code"], seen, f"{path}.code")
    _check_routes(desk, top.get("debt_routes"), seen)
    return set(seen)


def _check_gaps(desk: Desk, gaps: Any) -> None:
    if gaps is None:
        return
    if not isinstance(gaps, list):
        desk.say("type", "gaps", "must be a list of texts", gaps, "[{zh: …, en: …}]")
        return
    for i, gap in enumerate(gaps):
        _text(desk, gap, f"gaps[{i}]", 0)


def _named(desk: Desk, top: Mapping[str, Any], key: str, keys: tuple[str, ...]) -> set[str] | None:
    """The codes of a list of things with a code and a name; None where there is none."""
    if top.get(key) is None:
        return None
    seen: dict[str, str] = {}
    for row, path in desk.rows(top[key], key):
        desk.keys(row, keys, path)
        _check_code(desk, row, path, extra="_")
        desk.code(row.get("code"), f"{path}.code", longest=32)
        if isinstance(row.get("code"), str):
            desk.once(row["code"], seen, f"{path}.code")
        desk.words(row, "name", path)
        if "words" in keys:
            _check_words(desk, row.get("words"), f"{path}.words")
    return set(seen)


def _check_words(desk: Desk, words: Any, path: str) -> None:
    """Words that people type: at least one, none twice, none of a single character."""
    if not isinstance(words, list) or not words:
        desk.say("type", path, "must be a list of words that people type", words, "[贷款, loan]")
        return
    seen: dict[str, str] = {}
    for i, word in enumerate(words):
        where = f"{path}[{i}]"
        if not isinstance(word, str) or len(normalise(word)) < 2:
            desk.say("type", where, "must be a word of two characters or more", word)
        else:
            desk.once(normalise(word), seen, where)


def _zones_of(files: PackFiles) -> set[str] | None:
    """The codes of zones.yaml; none at all where the pack has no such file."""
    document = files.document("zones")
    if document is None:
        return None if "zones" in files.documents else set()
    rows = document.data if isinstance(document.data, list) else []
    return {str(row["code"]) for row in rows if isinstance(row, Mapping) and "code" in row}


def check_row(desk: Desk, row: Mapping[str, Any], path: str, known: Known) -> None:
    """Every mistake in one entry; also of one that somebody wrote on a page or in a file."""
    desk.keys(row, _ROW, path)
    _check_code(desk, row, path)
    desk.need(row, ("kind", "needs", "unit", "checked_on"), path)
    for key, needed in (("name", True), ("for", True), ("address", False), ("hours_note", False)):
        if row.get(key) is not None or needed:
            _text(desk, row.get(key), join(path, key), _LONGEST[key])
    for key, codes, what in (
        ("kind", known.kinds, "kind"), ("zone", known.zones, "zone"), ("unit", known.units, "unit"),
    ):  # fmt: skip
        if row.get(key) is not None and codes is not None:
            desk.refer(row[key], sorted(codes), join(path, key), what)
    _check_codes(desk, row, "needs", path, known.needs, "need")
    _check_codes(desk, row, "regions", path, None, "region")
    _check_regions(desk, row.get("regions"), join(path, "regions"), known.regions)
    desk.day(row, "checked_on", path)
    if row.get("hours") is not None:
        check_hours(desk, row["hours"], join(path, "hours"))
    find_as = desk.text(row, "find_as", path)
    if find_as is not None and _is_mobile(find_as):
        desk.say("mobile", join(path, "find_as"), _MOBILE_MESSAGE)
    elif find_as is not None and len(find_as) > _LONGEST["name"]:
        desk.say("long", join(path, "find_as"), "the name to type in WeChat or an app store")
    steps = _list(desk, row, "how", path, _MOST_STEPS)
    for where, step in steps:
        _text(desk, step, where, _LONGEST_STEP)
    for where, item in _list(desk, row, "telephones", path, _MOST_LINKS):
        _check_telephone(desk, item, where)
    for where, item in _list(desk, row, "links", path, _MOST_LINKS):
        _check_link(desk, item, where)


def check_hours(desk: Desk, hours: Any, path: str) -> None:
    """Business hours, each mistake with its path in the entry."""
    try:
        parse_business_hours(hours, None)
    except RuleError as error:
        desk.take(
            replace(finding, path=join(path, finding.path) if finding.path else path)
            for finding in error.findings
        )


def _check_code(desk: Desk, row: Mapping[str, Any], path: str, extra: str = "") -> None:
    code, where = row.get("code"), join(path, "code")
    if code is None:
        desk.say("missing", where, "is missing: add this key")
        return
    plain = code.replace(extra, "-") if isinstance(code, str) and extra else code
    if not isinstance(plain, str) or not _CODE.fullmatch(plain):
        message = "a code has small letters, digits and hyphens, 48 at most"
        desk.say("code", where, message, code, "east-window-38")


def _text(desk: Desk, value: Any, path: str, longest: int) -> None:
    """Text in both languages, not too long, without anybody's mobile number."""
    if value is None:
        desk.say("missing", path, "is missing: add {zh: …, en: …}")
        return
    desk.both(value, path)
    for language, text in value.items() if isinstance(value, Mapping) else ():
        where = join(path, str(language))
        if not isinstance(text, str):
            continue
        if longest and len(text) > longest * (3 if language == "en" else 1):
            desk.say("long", where, "too long for the page", f"{len(text)} characters")
        if _is_mobile(text):
            desk.say("mobile", where, _MOBILE_MESSAGE)


def _is_mobile(text: str) -> bool:
    return _MOBILE.search(unicodedata.normalize("NFKC", text)) is not None


def _check_codes(
    desk: Desk,
    row: Mapping[str, Any],
    key: str,
    path: str,
    known: Iterable[str] | None,
    what: str,
) -> None:
    value, where = row.get(key), join(path, key)
    if value is None:
        return
    if not isinstance(value, list) or not value:
        desk.say("type", where, "must be a list of codes that is not empty", value)
        return
    codes = None if known is None else sorted(known)
    for i, code in enumerate(value):
        if codes is not None:
            desk.refer(code, codes, f"{where}[{i}]", what)
        if code in value[:i]:
            desk.say("duplicate_code", f"{where}[{i}]", "the same code twice: remove one", code)


def _check_regions(desk: Desk, codes: Any, path: str, tree: CodeTree | None) -> None:
    for i, code in enumerate(codes if isinstance(codes, list) else ()):
        if tree is not None and not (isinstance(code, str) and tree.has(code)):
            message = "no such region: correct the code and put it in quotes"
            desk.say("reference", f"{path}[{i}]", message, code, tree.describe())


def _list(
    desk: Desk, row: Mapping[str, Any], key: str, path: str, most: int
) -> list[tuple[str, Any]]:
    """The items of a list with their paths; none where it is absent or no list."""
    value, where = row.get(key), join(path, key)
    if value is None:
        return []
    if not isinstance(value, list) or not value or len(value) > most:
        desk.say("type", where, f"must be a list of 1 to {most}", value)
        return []
    return [(f"{where}[{i}]", item) for i, item in enumerate(value)]


def _check_telephone(desk: Desk, item: Any, path: str) -> None:
    telephone = desk.mapping(item, path, '{number: "010-12345", for: {zh: …, en: …}}')
    if telephone is None:
        return
    desk.keys(telephone, ("number", "for"), path)
    if telephone.get("for") is not None:
        _text(desk, telephone["for"], f"{path}.for", _LONGEST["name"])
    number, where = telephone.get("number"), f"{path}.number"
    if isinstance(number, str) and _is_mobile(number):
        desk.say("mobile", where, _MOBILE_MESSAGE)
    elif not isinstance(number, str) or not _NUMBER.fullmatch(number) or len(number) > 24:
        message = "must be a number in quotes, in groups of digits"
        desk.say("telephone", where, message, number, '"010-12345"')


def _check_link(desk: Desk, item: Any, path: str) -> None:
    link = desk.mapping(item, path, "{url: https://…, name: {zh: …, en: …}}")
    if link is None:
        return
    desk.keys(link, ("url", "name"), path)
    _text(desk, link.get("name"), f"{path}.name", _LONGEST["name"])
    if not is_address(link.get("url")):
        message = "must be a whole address"
        desk.say("link", f"{path}.url", message, link.get("url"), "https://…, mailto:…")


def is_address(url: Any) -> bool:
    """Whether this can be a link: http(s) with a host, or mailto with an address."""
    if not isinstance(url, str) or len(url) > 400 or re.search(r"[\s<>\"'\\]", url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(host) and "." in str(host) and parts.username is None
    name, _, domain = parts.path.partition("@")
    return parts.scheme == "mailto" and bool(name) and "." in domain


def _check_routes(desk: Desk, routes: Any, channels: Mapping[str, str]) -> None:
    """Who owes the money → entries that there are."""
    if routes is None:
        return
    seen: dict[str, str] = {}
    for row, path in desk.rows(routes, "debt_routes"):
        desk.keys(row, _ROUTE, path)
        _check_code(desk, row, path, extra="_")
        if isinstance(row.get("code"), str):
            desk.once(row["code"], seen, f"{path}.code")
        for key, needed in (("debtor", True), ("examples", False), ("note", False)):
            if row.get(key) is not None or needed:
                _text(desk, row.get(key), f"{path}.{key}", _LONGEST_STEP)
        desk.need(row, ("channels",), path)
        _check_codes(desk, row, "channels", path, channels, "channel")
