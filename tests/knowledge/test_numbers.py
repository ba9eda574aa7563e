"""Numbers of official documents as people type them."""

import pytest

from qifu.knowledge.logic.numbers import document_number


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("财税〔2015〕119号", ["财税〔2015〕119号"]),
        ("财税[2015]119号", ["财税〔2015〕119号"]),
        (" 财税（2015）119 号 ", ["财税〔2015〕119 号", "财税〔2015〕119号"]),
        ("国务院令第802号", ["国务院令第802号"]),
        ("财政部 税务总局公告2023年第7号",
         ["财政部 税务总局公告2023年第7号", "财政部税务总局公告2023年第7号"]),
    ],
)  # fmt: skip
def test_a_number_is_looked_for_as_texts_write_it(typed, written):
    assert document_number(typed) == written


@pytest.mark.parametrize(
    "typed", ["", "〔2015〕119号", "2023年第7号", "高新技术企业", "财税〔2015〕119号怎么办", "5号"]
)
def test_what_names_no_document_is_no_number(typed):
    assert document_number(typed) == []
