"""What the readers of matters and scope rules share: texts in both languages, lists of words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from qifu.rulebook.documents import Document
from qifu.rulebook.gather import Gather, join
from qifu.rulebook.words import Words
from qifu.textmine.normal import normalise

LANGUAGES = ("zh", "en")
# One character means anything in Chinese: 税 stands in 免税店 too.
SHORTEST = 2


class Desk(Gather):
    """Gathers the mistakes of one document with lists of words in it."""

    def __init__(self, file: str, document: Document | None) -> None:
        lines = document.lines if document else {}
        super().__init__(file or (document.file if document else ""), lines)

    def rows(self, value: Any, path: str, allowed: str) -> list[tuple[Mapping[str, Any], str]]:
        """The mappings of a list that may not be empty, each with its path."""
        if not isinstance(value, list | tuple) or not value:
            self.say("type", path, "must be a list that is not empty", value, allowed)
            return []
        found = []
        for i, item in enumerate(value):
            row = self.mapping(item, f"{path}[{i}]", allowed)
            if row is not None:
                found.append((row, f"{path}[{i}]"))
        return found

    def code(self, row: Mapping[str, Any], path: str, seen: dict[str, str]) -> str:
        """A code of its own for the row; `seen` maps code → path of the first."""
        code = self.text(row, "code", path, required=True) or ""
        if code and (not code.isascii() or any(c.isspace() for c in code)):
            self.say("code", f"{path}.code", "a code is ASCII without spaces", code, "tax_refund")
        if code in seen:
            message = f"the same code twice, first at {seen[code]}"
            self.say("duplicate_code", f"{path}.code", message, code)
        elif code:
            seen[code] = path
        return code

    def both(
        self, row: Mapping[str, Any], key: str, path: str, *, required: bool = False
    ) -> Words | None:
        """`{zh: text, en: text}` under a key; None where it is absent or wrong."""
        if row.get(key) is None:
            if required:
                self.say("missing", join(path, key), "is missing", None, "{zh: …, en: …}")
            return None
        return self.bilingual(row[key], join(path, key))

    def bilingual(self, value: Any, path: str, extra: tuple[str, ...] = ()) -> Words | None:
        """A value that must have text in both languages, and may have the `extra` keys."""
        words = self.mapping(value, path, "{zh: …, en: …}")
        if words is None:
            return None
        self.keys(words, (*LANGUAGES, *extra), path)
        zh, en = (self.text(words, language, path, required=True) for language in LANGUAGES)
        return Words(zh, en) if zh and en else None

    def weight(self, value: Any, path: str) -> float | None:
        """How much a word counts, above 0 and at most 10; None where it is wrong."""
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            self.say("type", path, "must be a number", value, "above 0, at most 10")
            return None
        if not 0 < value <= 10:
            self.say("bounds", path, "outside the bounds", value, "above 0, at most 10")
            return None
        return float(value)

    def word(self, value: Any, path: str, seen: dict[str, str]) -> str | None:
        """A word to look for, as it is written; `seen` maps normal form → path of the first."""
        if not isinstance(value, str):
            self.say("type", path, "must be a word: put it in quotes", value)
            return None
        form = normalise(value)
        if len(form) < SHORTEST:
            message = "too short: one character says nothing by itself"
            self.say("short", path, message, value, f"{SHORTEST} letters or digits at least")
            return None
        if form in seen:
            self.say("duplicate", path, f"the same word twice, first at {seen[form]}", value)
            return None
        seen[form] = path
        return value

    def word_list(
        self, row: Mapping[str, Any], key: str, path: str, *, required: bool = False
    ) -> tuple[str, ...]:
        """A list of words; empty where it is absent and may be."""
        value, where = row.get(key), join(path, key)
        if value is None and not required:
            return ()
        if not isinstance(value, list | tuple) or not value:
            self.say("type", where, "must be a list of words that is not empty", value)
            return ()
        seen: dict[str, str] = {}
        found = [self.word(item, f"{where}[{i}]", seen) for i, item in enumerate(value)]
        return tuple(word for word in found if word is not None)
