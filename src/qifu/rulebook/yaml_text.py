"""YAML read safely and exactly: no tags that make objects, no key twice, the line of every key.

Plain scalars mean what YAML 1.2 says, not 1.1: `no` and `on` are texts, 0755 is a text, 12:30 is a
text, figures with a point are exact decimals. Days (2026-01-01) are days.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

import yaml

from qifu.rulebook.findings import Finding, RuleError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]{0,100})")
_DECIMAL = re.compile(r"[-+]?(\d[\d_]{0,100})?(\.\d[\d_]{0,100})?([eE][-+]?\d{1,3})?")
_ODD = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# `op: >=` reads like a comparison and begins a folded text
_BARE_SIGN = re.compile(r"\bop: *[><!=]")
# Aliases can make a small file mean a huge document.
MOST_VALUES, DEEPEST = 200_000, 60


def read_yaml(text: str, file: str = "") -> list[tuple[Any, dict[str, int]]]:
    """Every document in the text with its path → line; RuleError for what cannot be read."""
    found = []
    findings: list[Finding] = []
    # from events, not from composed nodes: composing a deep document overruns the C stack
    events = yaml.parse(text, Loader=_LOADER)
    try:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                builder = _Builder(events, file)
                data = builder.value("", 1)
                findings.extend(builder.findings)
                if data is not None or builder.findings:
                    found.append((data, builder.lines))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"not YAML: {error.problem or error.context}"
        line = mark.line + 1 if mark else None
        allowed = _hint(text, mark.line) if mark else ""
        findings.append(Finding("syntax", "", message, None, allowed, file, line))
    except yaml.YAMLError as error:
        message = f"not YAML: {error}".splitlines()[0]
        findings.append(Finding("syntax", "", message, file=file))
    except _TooMuch as error:
        message = "too large or too deeply nested"
        findings.append(Finding("size", str(error), message, file=file, line=error.line))
    if findings:
        raise RuleError(findings)
    return found


class _TooMuch(ValueError):
    """Nothing after this is worth reading."""

    def __init__(self, path: str, line: int) -> None:
        super().__init__(path)
        self.line = line


@dataclass
class _Builder:
    """Builds one document from the events of the parser."""

    events: Iterator[Any]  # the stubs know no tag, style or value of an event
    file: str
    lines: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    # name of an anchor → what stands there, and of how many values it is made
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    values: int = 0

    def say(self, code: str, path: str, message: str, found: object, line: int) -> None:
        self.findings.append(Finding(code, path, message, found, "", self.file, line))

    def value(self, path: str, depth: int) -> Any:
        """The value that the next events tell."""
        return self.build(next(self.events), path, depth)

    def build(self, event: Any, path: str, depth: int) -> Any:
        line = event.start_mark.line + 1
        self.lines.setdefault(path, line)
        before = self.values
        self.values += 1
        if isinstance(event, yaml.AliasEvent):
            return self.shared(str(event.anchor), path, line)
        if self.values > MOST_VALUES or depth > DEEPEST:
            raise _TooMuch(path, line)
        if getattr(event, "tag", None) not in (None, "!"):
            message = "tags are not used here; a text that begins with ! stands in quotes"
            self.say("tag", path, message, event.tag, line)
        anchor = getattr(event, "anchor", None)
        made: Any
        if isinstance(event, yaml.MappingStartEvent):
            made = self.mapping(path, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            made = []
            while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
                made.append(self.build(item, f"{path}[{len(made)}]", depth + 1))
        else:
            # a plain scalar has no style, a quoted or block one always is a text
            made = event.value if event.style else self.scalar(event.value, path, line)
        if anchor:
            self.anchors[anchor] = (made, self.values - before)
        return made

    def shared(self, anchor: str, path: str, line: int) -> Any:
        if anchor not in self.anchors:
            self.say("alias", path, "nothing above has this name", f"*{anchor}", line)
            return None
        made, size = self.anchors[anchor]
        self.values += size
        if self.values > MOST_VALUES:
            raise _TooMuch(path, line)
        return made

    def mapping(self, path: str, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        seen: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                self.say("key", path, "a key must be a text", None, line)
                self.build(event, path, depth + 1)
                self.value(path, depth + 1)
                continue
            key = event.value
            where = f"{path}.{key}" if path else key
            if key in seen:
                message = f"the same key twice, first in line {seen[key]}"
                self.say("duplicate_key", where, message, key, line)
                self.value(where, depth + 1)
                continue
            seen[key] = line
            self.lines[where] = line
            made[key] = self.value(where, depth + 1)
        return made

    def scalar(self, text: str, path: str, line: int) -> Any:
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text.replace("_", ""))
        if _DAY.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.say("day", path, "no such day", text, line)
                return None
        if _ODD.fullmatch(text):
            return Decimal(text.replace(".", ""))
        if text[-1].isdigit() and not _leading_zero(text) and _DECIMAL.fullmatch(text):
            return Decimal(text.replace("_", ""))
        return text


def _hint(text: str, number: int) -> str:
    """What is probably meant on a line that is not YAML; empty where there is no guess."""
    line = next(islice(text.splitlines(), number, None), "")
    if _BARE_SIGN.search(line):
        return 'a sign in quotes: op: ">="'
    return "spaces, no tabs, at the beginning of a line" if line[:1] == "\t" else ""


def _leading_zero(text: str) -> bool:
    """Codes like 0755 keep their zero; 0.5 is a figure."""
    digits = text.lstrip("+-")
    return digits.startswith("0") and digits[1:2].isdigit()
