"""Statutes of a pack: `laws/index.yaml` names them, the texts stand beside it as they are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from qifu.base.packs.desk import Desk
from qifu.base.packs.vocabulary import LAW_LEVELS
from qifu.rulebook.documents import LARGEST, Document
from qifu.rulebook.findings import Finding

LAWS, INDEX = "laws", "index.yaml"
_KEYS = ("code", "file", "title", "level", "in_force_from", "in_force_to", "source")
_NAME = re.compile(r"[\w.（）()-]+\.(md|txt)")
_ARTICLE = re.compile(r"^第[〇零一二三四五六七八九十百千]+条", re.MULTILINE)


@dataclass(frozen=True)
class Law:
    """One statute: what the index says of it, and its text as it stands in the file."""

    code: str
    title: Mapping[str, str]
    level: str
    in_force_from: date
    text: str
    in_force_to: date | None = None
    source: Mapping[str, str] | None = None

    @property
    def articles(self) -> frozenset[str]:
        """How its articles are called: 第一条, 第二条 …"""
        return frozenset(_ARTICLE.findall(self.text))

    def document(self) -> dict[str, Any]:
        """As JSON: {code, title: {zh, en}, level, in_force_from, text} and, where the index says
        so, in_force_to and source: {zh, en}."""
        more: dict[str, Any] = {}
        if self.in_force_to is not None:
            more["in_force_to"] = self.in_force_to.isoformat()
        if self.source is not None:
            more["source"] = dict(self.source)
        return {
            "code": self.code,
            "title": dict(self.title),
            "level": self.level,
            "in_force_from": self.in_force_from.isoformat(),
            "text": self.text,
            **more,
        }


def read_laws(folder: Path, index: Document, findings: list[Finding]) -> dict[str, Law]:
    """The statutes that an index names, by code; what is wrong with any is a finding."""
    desk = Desk(index, findings)
    laws: dict[str, Law] = {}
    seen: dict[str, str] = {}
    named = set()
    for row, path in desk.rows(desk.data, ""):
        desk.keys(row, _KEYS, path)
        desk.need(row, ("code", "in_force_from"), path)
        desk.words(row, "title", path)
        desk.words(row, "source", path, needed=False)
        code, day = desk.text(row, "code", path), desk.day(row, "in_force_from", path)
        until = desk.day(row, "in_force_to", path)
        if day and until and until < day:
            message = "ends before it begins: correct one of the two days"
            desk.say("reversed", f"{path}.in_force_to", message, str(until))
        desk.code(code, f"{path}.code")
        desk.short(row.get("title"), f"{path}.title", 300)
        if code is not None:
            desk.once(code, seen, f"{path}.code")
        if row.get("level") not in LAW_LEVELS:
            message = "no such level of law: choose one of the list"
            desk.say("choice", f"{path}.level", message, row.get("level"), ", ".join(LAW_LEVELS))
        name = desk.text(row, "file", path, required=True)
        if name is None:
            continue
        text = _text_of(folder, name, f"{path}.file", desk)
        named.add(name)
        title, source = row.get("title"), row.get("source")
        if code and day and text is not None and isinstance(title, Mapping):
            said = source if isinstance(source, Mapping) else None
            laws[code] = Law(code, title, str(row.get("level")), day, text, until, said)
    for place in sorted(folder.iterdir()):
        if place.name not in named and place.name != INDEX and not place.name.startswith("."):
            message = "the index does not name this file: add it there or remove it"
            findings.append(Finding("unknown_file", "", message, place.name, file=str(place)))
    return laws


def _text_of(folder: Path, name: str, path: str, desk: Desk) -> str | None:
    place = folder / name
    if not _NAME.fullmatch(name) or not place.is_file():
        desk.say("missing", path, "no such file beside the index", name, "a .md or .txt file")
        return None
    if (size := place.stat().st_size) > LARGEST:
        desk.say("size", path, f"larger than {LARGEST} bytes: split it", size)
        return None
    try:
        text = place.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        desk.say("encoding", path, f"not UTF-8 at byte {error.start}: save it as UTF-8", name)
        return None
    if not _ARTICLE.search(text):
        message = "has no line that begins with 第…条, so nothing in it can be cited"
        desk.say("empty", path, message, name)
    return text
