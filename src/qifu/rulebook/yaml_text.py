"""YAML read safely and exactly: no tags that make objects, no key twice, the line of every key.

Plain scalars mean what YAML 1.2 says, not 1.1: `no` and `on` are texts, 0755 is a text, 12:30 is a
text, figures with a point are exact decimals. Days (2026-01-01) are days.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from qifu.rulebook.findings import Finding, RuleError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(
    _TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge")
)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]{0,100})")
_DECIMAL = re.compile(r"[-+]?(\d[\d_]{0,100})?(\.\d[\d_]{0,100})?([eE][-+]?\d{1,3})?")
_ODD = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Aliases can make a small file mean a huge document.
MOST_NODES, DEEPEST = 200_000, 60


def read_yaml(text: str, file: str = "") -> list[tuple[Any, dict[str, int]]]:
    """Every document in the text with its path → line; RuleError for what cannot be read."""
    try:
        roots = list(yaml.compose_all(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"not YAML: {error.problem or error.context}"
        line = mark.line + 1 if mark else None
        raise RuleError(Finding("syntax", "", message, file=file, line=line)) from None
    except (yaml.YAMLError, RecursionError) as error:
        message = f"not YAML: {error}".splitlines()[0]
        raise RuleError(Finding("syntax", "", message, file=file)) from None
    found = []
    findings: list[Finding] = []
    for root in roots:
        if root is None:
            continue
        builder = _Builder(file)
        data = builder.build(root, "", 1)
        findings.extend(builder.findings)
        found.append((data, builder.lines))
    if findings:
        raise RuleError(findings)
    return found


@dataclass
class _Builder:
    file: str
    lines: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    nodes: int = 0

    def say(self, code: str, path: str, message: str, found: object, line: int) -> None:
        self.findings.append(Finding(code, path, message, found, "", self.file, line))

    def build(self, node: yaml.Node, path: str, depth: int) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self.nodes += 1
        if self.nodes > MOST_NODES or depth > DEEPEST:
            if not any(finding.code == "size" for finding in self.findings):
                self.say("size", path, "too large or too deeply nested", None, line)
            return None
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return dict(self.pairs(node, path, depth))
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [
                self.build(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(node.value)
            ]
        if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN_TAGS:
            # a plain scalar has no style, a quoted or block one always is a text
            return node.value if node.style else self.scalar(node.value, path, line)
        self.say("tag", path, "tags are not used here", node.tag, line)
        return None

    def pairs(self, node: yaml.MappingNode, path: str, depth: int) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.say("key", path, "a key must be a text", None, line)
                continue
            key = key_node.value
            where = f"{path}.{key}" if path else key
            if key in seen:
                message = f"the same key twice, first in line {seen[key]}"
                self.say("duplicate_key", where, message, key, line)
                continue
            seen[key] = line
            self.lines[where] = line
            yield key, self.build(value_node, where, depth + 1)

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


def _leading_zero(text: str) -> bool:
    """Codes like 0755 keep their zero; 0.5 is a figure."""
    digits = text.lstrip("+-")
    return digits.startswith("0") and digits[1:2].isdigit()
