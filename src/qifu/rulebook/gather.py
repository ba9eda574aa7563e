"""Read one document strictly and gather every mistake instead of stopping at the first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from qifu.rulebook.dates import read_day
from qifu.rulebook.facts import Unfit, similar
from qifu.rulebook.findings import Finding, RuleError


@dataclass
class Gather:
    """The mistakes of one document; `lines` maps a path in it to its line, where that is known."""

    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def say(
        self, code: str, path: str, message: str, found: object = None, allowed: str = ""
    ) -> None:
        """One more mistake."""
        line = line_of(path, self.lines)
        self.findings.append(Finding(code, path, message, found, allowed, self.file, line))

    def unfit(self, error: Unfit, path: str, found: object) -> None:
        """A value that its attribute cannot have."""
        self.say(error.code, path, str(error), found, error.allowed)

    def take(self, findings: Iterable[Finding]) -> None:
        """Mistakes found by another reader; they get this document's file and line."""
        for finding in findings:
            line = finding.line or line_of(finding.path, self.lines)
            self.findings.append(replace(finding, file=finding.file or self.file, line=line))

    def stop(self) -> None:
        """RuleError with everything gathered; nothing where there is no mistake."""
        if self.findings:
            raise RuleError(self.findings)

    def keys(self, doc: Mapping[Any, Any], allowed: Iterable[str], path: str) -> None:
        """Refuse keys that are not allowed here."""
        known = tuple(allowed)
        for key in doc:
            if key not in known:
                near = similar(str(key), known)
                hint = near if near in known else ", ".join(known)
                self.say("unknown_key", join(path, str(key)), "unknown key", key, hint)

    def mapping(self, value: Any, path: str, allowed: str = "") -> Mapping[str, Any] | None:
        """A mapping, or None and a finding."""
        if isinstance(value, Mapping):
            return value
        self.say("type", path, "must be a mapping", value, allowed)
        return None

    def text(
        self, doc: Mapping[str, Any], key: str, path: str, *, required: bool = False
    ) -> str | None:
        """Text that is not empty; None where it is absent or wrong."""
        value = doc.get(key)
        where = join(path, key)
        if value is None:
            if required:
                self.say("missing", where, "is missing", None, "text")
            return None
        if not isinstance(value, str) or not value.strip():
            self.say("type", where, "must be text that is not empty", value)
            return None
        return value

    def day(self, doc: Mapping[str, Any], key: str, path: str) -> date | None:
        """A day; None where it is absent or wrong."""
        value = doc.get(key)
        if value is None:
            return None
        try:
            return read_day(value)
        except ValueError:
            self.say("type", join(path, key), "must be a day", value, "2026-11-22")
            return None

    def days(
        self, doc: Mapping[str, Any], key: str, first: str, last: str
    ) -> tuple[date | None, date | None]:
        """Two days under one key, like {from: …, to: …}; the first may not be after the last."""
        if doc.get(key) is None:
            return None, None
        both = self.mapping(doc[key], key, f"{{{first}: 2026-01-01, {last}: 2026-12-31}}")
        if both is None:
            return None, None
        self.keys(both, (first, last), key)
        start, end = self.day(both, first, key), self.day(both, last, key)
        if both.get(first) is None and both.get(last) is None:
            self.say("missing", key, f"says neither {first} nor {last}", dict(both))
        if start and end and start > end:
            self.say("reversed", key, f"{first} is after {last}", f"{start} … {end}")
        return start, end


def join(path: str, key: str) -> str:
    """The path of a key inside a path."""
    return f"{path}.{key}" if path else key


def line_of(path: str, lines: Mapping[str, int]) -> int | None:
    """The line of a path, or of the nearest thing around it that has one."""
    while path and path not in lines:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return lines.get(path)
