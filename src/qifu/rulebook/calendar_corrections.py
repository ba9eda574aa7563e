"""Days on which the calendar library differs from the State Council's notice, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from qifu.rulebook.calendar_words import Name, festival
from qifu.rulebook.documents import Document, load_one
from qifu.rulebook.gather import Gather

_FORM = "[{date: 2005-12-31, working: true, name: 元旦, source: 国办发明电〔2005〕35号}]"
_KEYS = ("date", "working", "name", "source")


@dataclass(frozen=True)
class Correction:
    """What one day really is: worked or free, its festival, the notice that says so."""

    working: bool
    name: Name
    source: str


def load_corrections(file: Path) -> Mapping[date, Correction]:
    """Read corrections.yaml of a pack; RuleError with every finding, file and line."""
    document = load_one(file)
    return parse_corrections(document.data, file=document.file, document=document)


def parse_corrections(
    doc: Any, *, file: str = "", document: Document | None = None
) -> Mapping[date, Correction]:
    """`{corrections: [{date, working, name, source}]}`; RuleError with every finding."""
    gather = Gather(file, document.lines if document else {})
    top = gather.mapping(doc, "", "corrections")
    gather.stop()
    assert top is not None
    gather.keys(top, ("corrections",), "")
    rows = top.get("corrections")
    if not isinstance(rows, list):
        gather.say("type", "corrections", "must be a list", rows, _FORM)
        gather.stop()
    found: dict[date, Correction] = {}
    for i, item in enumerate(rows or ()):
        path = f"corrections[{i}]"
        row = gather.mapping(item, path, _FORM)
        if row is None:
            continue
        gather.keys(row, _KEYS, path)
        day = gather.day(row, "date", path)
        if row.get("date") is None:
            gather.say("missing", f"{path}.date", "is missing")
        working = row.get("working")
        if not isinstance(working, bool):
            gather.say("type", f"{path}.working", "must be true or false", working)
        name = gather.text(row, "name", path, required=True)
        source = gather.text(row, "source", path, required=True)
        if day in found:
            gather.say("duplicate", f"{path}.date", "the same day twice", str(day))
        if day is not None:
            found[day] = Correction(bool(working), festival(name or ""), source or "")
    gather.stop()
    return found
