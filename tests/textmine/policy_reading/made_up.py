"""Notices made up to measure recall: the marks stand in the text, {words|operator value unit}."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("made_up.txt")
_MARK = re.compile(r"\{(?P<words>[^|{}]+)\|(?P<maybe>\? ?)?(?P<says>[^{}]+)\}")
_FIGURE = re.compile(r"(?P<value>\d+(?:\.\d+)?)\s?(?P<unit>.*)")


def marked(file: Path = FILE) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(name, area, text, marks in the form of the gold set) of every notice."""
    for part in file.read_text(encoding="utf-8").split("\n== ")[1:]:
        head, body = part.split("\n", 1)
        name, area = head.split(" · ")
        text, elements, at = "", [], 0
        for match in _MARK.finditer(body := body.strip()):
            text += body[at : match.start()]
            says = {"kind": "condition", "span": [len(text), len(text) + len(match["words"])]}
            text += match["words"]
            at = match.end()
            elements.append(
                says | _says(match["says"]) | ({"optional": True} if match["maybe"] else {})
            )
        yield name, area, text + body[at:], {"elements": elements, "groups": {}}


def _says(words: str) -> dict[str, Any]:
    if words == "judged":
        return {"attr": "new:x", "op": "human_judged"}
    op, said = words.split(" ", 1)
    if op == "is":
        return {"attr": "new:x", "op": op, "value": said == "true"}
    if op in ("has_any", "under", "in"):
        return {"attr": "new:x", "op": op, "value": said.split(",")}
    if re.fullmatch(r"(\d{4}-\d\d-\d\d,?)+", said):
        days = said.split(",")
        return {"attr": "new:x", "op": op, "value": days if len(days) > 1 else days[0]}
    if op == "between":
        return {"attr": "new:x", "op": op} | _between(*said.split(","))
    return {"attr": "new:x", "op": op} | _figure(said)


def _figure(said: str) -> dict[str, Any]:
    match = _FIGURE.fullmatch(said)
    assert match, said
    return {"value": float(match["value"]), "unit": match["unit"] or None}


def _between(low: str, high: str) -> dict[str, Any]:
    """Both ends in the unit of the upper one."""
    ends, upper = [_figure(low), _figure(high)], _figure(high)["unit"]
    factor = {("万元", "亿元"): 1e-4}.get((ends[0]["unit"], upper), 1)
    return {"value": [ends[0]["value"] * factor, ends[1]["value"]], "unit": upper}
