"""Cut the text of an amount into words, each with its place."""

import re
from dataclasses import dataclass
from decimal import Decimal

from qifu.rulebook.units import UNITS

_WORD = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+(?:_\d+)*)(?:\.\d+(?:_\d+)*)?)\s*(?P<unit>万元|百万元|亿元|元|%|％)?
    | (?P<name>[A-Za-z][A-Za-z0-9_]*)(?:@(?P<year>-?\d+))?
    | "(?P<text>[^"\n]*)"
    | (?P<sign><=|>=|==|!=|[-+*/(),:<>]|[（），：＋－×÷≥≤])
    )""",
    re.VERBOSE | re.ASCII,
)
# The signs that keyboards for Chinese type, and what they are read as.
_WIDE = {
    "（": "(", "）": ")", "，": ",", "：": ":", "＋": "+", "－": "-", "×": "*", "÷": "/",
    "≥": ">=", "≤": "<=",
}  # fmt: skip


@dataclass(frozen=True)
class Word:
    """One word: its kind (number, name, text, sign, end), and the place of its first character."""

    kind: str
    text: str
    place: int
    value: Decimal = Decimal(0)
    unit: str | None = None
    year: int | None = None


class Unreadable(ValueError):
    """A character that begins no word."""

    def __init__(self, text: str, place: int) -> None:
        super().__init__(text)
        self.text = text
        self.place = place


def words(text: str) -> list[Word]:
    """The words and an `end`; places count characters from 1. Unreadable for anything else."""
    found = []
    at = 0
    while rest := text[at:].strip():
        match = _WORD.match(text, at)
        if match is None:
            raise Unreadable(rest[0], text.index(rest[0], at) + 1)
        found.append(_word(match))
        at = match.end()
    return [*found, Word("end", "the end of the text", len(text) + 1)]


def _word(match: re.Match[str]) -> Word:
    if match["number"]:
        unit = match["unit"]
        unit = "%" if unit == "％" else unit
        number = Decimal(match["number"].replace("_", ""))
        factor = UNITS[unit][1] if unit else Decimal(1)
        shown = match["number"] + (match["unit"] or "")
        return Word("number", shown, match.start("number") + 1, number * factor, unit)
    if match["name"]:
        year = int(match["year"]) if match["year"] else None
        shown = match["name"] + (f"@{match['year']}" if match["year"] else "")
        return Word("name", shown, match.start("name") + 1, year=year)
    kind = "text" if match["text"] is not None else "sign"
    start = match.start(kind) + (0 if kind == "text" else 1)
    return Word(kind, _WIDE.get(match[kind], match[kind]), start)
