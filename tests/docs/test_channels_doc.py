"""docs/channels.md says of spreadsheets what the code reads, in both languages."""

import re
from pathlib import Path

import pytest

from qifu.organisations.logic.channel_cells import COLUMNS
from qifu.organisations.logic.hours_text import read_hours

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"en": DOCS / "channels.md", "zh": DOCS / "channels.zh-CN.md"}
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \|", re.MULTILINE)


@pytest.mark.parametrize("language", PAGES)
def test_the_table_of_columns_is_that_of_the_code(language: str) -> None:
    rows = dict(ROW.findall(PAGES[language].read_text().split("<!-- table: columns -->")[1]))
    columns = {name: rows[name] for name in COLUMNS if name in rows}
    assert columns == {name: ", ".join(words) for name, words in COLUMNS.items()}


@pytest.mark.parametrize("language", PAGES)
def test_every_piece_of_hours_that_is_shown_can_be_read(language: str) -> None:
    text = PAGES[language].read_text()
    part = re.split(r"^## ", text, flags=re.MULTILINE)[-3]
    pieces = [p for row in part.splitlines() if row.startswith("| `")
        for p in re.findall(r"`([^`]+)`", row.split("|")[1])]  # fmt: skip
    assert len(pieces) == 8
    for piece in pieces:
        assert read_hours(piece), piece


def test_both_pages_link_each_other() -> None:
    assert "channels.zh-CN.md" in PAGES["en"].read_text()
    assert "(channels.md)" in PAGES["zh"].read_text()
