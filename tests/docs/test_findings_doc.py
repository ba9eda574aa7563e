"""Every code of a finding has its place in the pages of findings, in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qifu.rulebook.finding_words import PAGE, READING, WORDS
from qifu.rulebook.lint_words import LINT

ROOT = Path(__file__).parents[2]
PAGES = {"en": ROOT / PAGE, "zh": (ROOT / PAGE).with_suffix(".zh-CN.md")}
SOURCES = [ROOT / "src" / "qifu" / room for room in ("rulebook", "textmine", "base/packs")]
# how a code is said: the function, and which of its arguments is the code
SAYS = {"say": 0, "Finding": 0, "Unfit": 2, "Remark": 1, "wrong": 0}


def said(file: Path) -> Iterator[str]:
    """The codes that a module says as they stand."""
    for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", None) or getattr(call.func, "id", "")
        at = SAYS.get(name)
        if at is None or len(call.args) <= at:
            continue
        code = call.args[at]
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            yield code.value


def test_every_code_that_is_said_has_its_words() -> None:
    used = {code for room in SOURCES for file in room.rglob("*.py") for code in said(file)}
    assert len(used) > 80
    assert sorted(used - set(WORDS)) == []


@pytest.mark.parametrize("language", PAGES)
def test_every_code_has_its_place_and_its_words_in_the_page(language: str) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    codes = re.findall(r"^### (\w+)$", text, re.MULTILINE)
    assert sorted(codes) == sorted(set(codes)) == sorted(WORDS)
    assert not set(READING) & set(LINT)
    for code, words in WORDS.items():
        part = text.split(f"\n### {code}\n", 1)[1].split("\n#", 1)[0]
        assert getattr(words, language) in part, code
