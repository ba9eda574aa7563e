"""What is wrong with a document: file, place, what was found, what is allowed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """One mistake. `path` is the place in the document, `when.all[2].any[0].value` for example.

    `code` is stable and has its place in docs/findings.md; `zh` says the message in Chinese where
    it says more than the general sentence of the code. A warning is worth a look and refuses
    nothing.

    >>> str(Finding("bounds", "when.all[0].value", "below the bounds", -1, "0 to 10", "p.yaml", 7))
    'p.yaml:7: when.all[0].value: below the bounds (found -1; allowed 0 to 10)'
    """

    code: str
    path: str
    message: str
    found: object | None = None
    allowed: str = ""
    file: str = ""
    line: int | None = None
    severity: str = ERROR
    zh: str = ""

    def __str__(self) -> str:
        place = self.file + (f":{self.line}" if self.file and self.line else "")
        parts = [part for part in (place, self.path, self.message) if part]
        notes = []
        if self.found is not None:
            notes.append(f"found {shorten(self.found)}")
        if self.allowed:
            notes.append(f"allowed {self.allowed}")
        return ": ".join(parts) + (f" ({'; '.join(notes)})" if notes else "")


class RuleError(ValueError):
    """A document or a set of facts that cannot be used; `.findings` holds every mistake found."""

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        self.findings = (findings,) if isinstance(findings, Finding) else tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def shorten(value: object, limit: int = 80) -> str:
    """The value as it is printed in a finding, cut where it is longer than `limit` characters.

    >>> shorten([Decimal("0.5"), date(2026, 11, 22), "a"])
    "[0.5, 2026-11-22, 'a']"
    """
    text = _shown(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _shown(value: object) -> str:
    """Figures and days as a document writes them, the rest as Python does."""
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, list | tuple):
        parts = (str(v) if isinstance(v, Decimal | date) else repr(v) for v in value)
        return f"[{', '.join(parts)}]"
    return repr(value)
