"""Exports: numbers stay numbers, days stay days, and no text is run as a formula."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from qifu.web import xlsx

ATTACKS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", '=HYPERLINK("http://x","y")']


def sheet(content: bytes):
    return load_workbook(BytesIO(content)).active


@pytest.mark.parametrize("text", ATTACKS)
def test_text_that_looks_like_a_formula_is_plain_text(text):
    cell = sheet(xlsx.workbook("表", ["名称"], [[text]]))["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert cell.value.strip() == text.strip()


def test_column_names_are_as_safe_as_cells():
    assert sheet(xlsx.workbook("表", ["=cmd()"], []))["A1"].data_type == "s"


def test_figures_and_days_keep_their_type():
    made = sheet(xlsx.workbook("表", list("abcd"), [[Decimal("1.5"), 2, date(2026, 11, 22), None]]))
    assert (made["A2"].value, made["B2"].value, made["D2"].value) == (1.5, 2, None)
    assert made["C2"].value.date() == date(2026, 11, 22)


def test_characters_that_excel_cannot_hold_and_endless_texts_do_no_harm():
    rows = [["前\x00\x0b后"], ["长" * 50_000], ["😀"]]
    made = sheet(xlsx.workbook("a/b:c*?[x]" * 5, ["x"], rows))
    assert made["A2"].value == "前后"
    assert len(made["A3"].value) <= xlsx.MOST_TEXT
    assert made["A4"].value == "😀"
    assert len(made.title) <= 31


def test_the_file_may_have_a_chinese_name():
    answer = xlsx.answer("政策清单", "表", ["a"], [])
    assert "filename*=UTF-8''%E6%94%BF" in answer.headers["Content-Disposition"]
