"""What the checks of a pack share: findings with lines, texts in both languages, references."""

import difflib
import re
from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any

from qifu.base.packs.vocabulary import LANGUAGES
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding
from qifu.rulebook.gather import Gather, join

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# a code stands in addresses and, in an export, in names of files
_CODE = re.compile(r"\w[\w.-]*")


class Desk(Gather):
    """Gathers the mistakes of one document of a pack and says how to mend each."""

    def __init__(self, document: Document, findings: list[Finding]) -> None:
        super().__init__(document.file, document.lines, findings)
        self.data = document.data

    def need(self, doc: Mapping[str, Any], keys: Iterable[str], path: str) -> None:
        """Refuse a mapping in which one of these keys is missing or null."""
        for key in keys:
            if doc.get(key) is None:
                self.say("missing", join(path, key), "is missing: add this key")

    def words(self, doc: Mapping[str, Any], key: str, path: str, *, needed: bool = True) -> None:
        """`{zh: text, en: text}` with something in both languages."""
        value, where = doc.get(key), join(path, key)
        if value is None and needed:
            self.say("missing", where, "is missing: add {zh: …, en: …}")
        elif value is not None:
            self.both(value, where)

    def both(self, value: Any, path: str) -> None:
        """A value that must be `{zh: text, en: text}`."""
        if not isinstance(value, Mapping):
            self.say("type", path, "must have both languages", value, "{zh: …, en: …}")
            return
        self.keys(value, LANGUAGES, path)
        for language in LANGUAGES:
            text = value.get(language)
            if not isinstance(text, str) or not text.strip():
                message = "has no text in this language: write it"
                self.say("language", join(path, language), message, text, "text")

    def refer(
        self, value: Any, known: Iterable[str], path: str, what: str, *, mend: str = ""
    ) -> bool:
        """Whether a code is one of those that are known; a finding where it is not."""
        codes = [str(code) for code in known]
        if isinstance(value, str) and value in codes:
            return True
        near = difflib.get_close_matches(str(value), codes, n=3)
        allowed = ", ".join(near or codes[:8]) + ("" if len(codes) <= 8 or near else " …")
        message = f"no such {what}: " + (mend or f"correct the code or add the {what}")
        self.say("reference", path, message, value, allowed or "none is declared")
        return False

    def once(self, code: Any, seen: dict[str, str], path: str) -> None:
        """Refuse a code that stands twice; `seen` maps code → path of the first."""
        text = str(code)
        if text in seen:
            line = self.line(seen[text])
            where = f"line {line}" if line else seen[text]
            self.say("duplicate_code", path, f"the same code twice, first in {where}", text)
        seen.setdefault(text, path)

    def code(self, value: Any, path: str, *, longest: int = 64) -> None:
        """Refuse a code that could not stand in an address or be the name of a file."""
        if value is not None and (
            not isinstance(value, str) or not _CODE.fullmatch(value) or len(value) > longest
        ):
            message = "is part of addresses and names of files: letters, digits and . _ - only"
            self.say("code", path, message, value, f"text of {longest} characters at most")

    def short(self, value: Any, path: str, longest: int) -> None:
        """Refuse text, or `{zh, en}`, that is longer than what the tables keep."""
        texts = value if isinstance(value, Mapping) else {"": value}
        for key, text in texts.items():
            if isinstance(text, str) and len(text) > longest:
                allowed = f"{longest} characters at most"
                self.say("long", join(path, str(key)) if key else path, "too long", text, allowed)

    def line(self, path: str) -> int | None:
        """The line of a path, where it is known."""
        return self.lines.get(path)

    def rows(self, value: Any, path: str) -> list[tuple[Mapping[str, Any], str]]:
        """The mappings of a list with their paths."""
        if not isinstance(value, list) or not value:
            self.say("type", path, "must be a list that is not empty", value)
            return []
        found = []
        for i, item in enumerate(value):
            where = f"{path}[{i}]"
            row = self.mapping(item, where, "a mapping")
            if row is not None:
                found.append((row, where))
        return found


def placeholders(text: str) -> frozenset[str]:
    """The names in braces of a template; ValueError for braces that do not fit."""
    found = set()
    for _, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}}")
        found.add(name)
    return frozenset(found)


def is_colour(value: object) -> bool:
    """Whether this is a colour as #rrggbb."""
    return isinstance(value, str) and _COLOUR.fullmatch(value) is not None


def contrast_with_white(colour: str) -> float:
    """Contrast ratio of white on a colour #rrggbb, 1 to 21 (WCAG 2.2, relative luminance)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
