"""Statutes are read article by article and lose nothing."""

import os
import re
from pathlib import Path

import pytest

from qifu.knowledge.logic.statutes import (
    INFO_END,
    article_number,
    number_value,
    number_words,
    read_statute,
    with_article_numbers,
)
from tests.conftest import ROOT
from tests.knowledge.sample import PATENTS, PAYMENTS

CARRIED = sorted(ROOT.glob("cities/*/laws/*.md"))
SHARED = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data") / "laws"
_WIDTHLESS = re.compile("[\\s\u200b\u200c\u200d\u2060\ufeff]")


def _bare(text: str) -> str:
    return _WIDTHLESS.sub("", text)


def _body(text: str) -> list[str]:
    lines = text.partition(INFO_END)[2].split("\n")
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _check(text: str) -> None:
    """By other means than the reader's: every sign is there, every article line is an article."""
    statute = read_statute(text)
    lines = _body(text)
    whole = "".join(article.number + article.text for article in statute.articles)
    assert _bare(whole) == _bare("".join(lines))
    begun = [
        found[1]
        for line in lines
        if (found := re.match("[\u200b]*(第[零〇一二三四五六七八九十百]+条)[ \u3000]", line))
    ]
    assert [a.number for a in statute.articles if a.number] == begun
    headings = [line for line in text.split("\n") if re.match("##+ ", line)]
    under = {heading for article in statute.articles for heading in article.headings}
    assert {" ".join(line.lstrip("#").split()) for line in headings} == under
    assert statute.title and statute.title in text


@pytest.mark.parametrize("path", CARRIED, ids=lambda path: path.stem)
def test_a_statute_of_a_pack_loses_no_sign(path):
    _check(path.read_text(encoding="utf-8"))


def test_every_statute_at_hand_loses_no_sign():
    paths = sorted(SHARED.glob("*.md"))
    if not paths:
        pytest.skip(f"no statutes in {SHARED}")
    for path in paths:
        _check(path.read_text(encoding="utf-8"))


def test_an_article_keeps_its_paragraphs_and_knows_its_chapter():
    articles = read_statute(PAYMENTS).articles
    assert [a.number for a in articles] == ["第一条", "第二条", "第三条", "第三条之一"]
    assert [a.anchor for a in articles] == ["a1", "a2", "a3", "a3-1"]
    assert articles[1].text.split("\n")[1] == "合同另有约定的，付款期限最长不得超过60日。"
    assert articles[1].headings == ("第二章 支付", "第一节 期限")
    assert articles[2].headings == ("第二章 支付", "第二节 投诉")
    assert articles[0].headings == ("第一章 总则",)


def test_the_info_block_is_kept_as_history():
    statute = read_statute(PAYMENTS)
    assert (statute.title, statute.history) == ("示例款项支付条例", ("2025年3月17日 公布",))


def test_what_stands_before_the_first_article_is_kept():
    text = PATENTS.replace("第一条 ", "为了鼓励创新，特作如下规定：\n\n第一条 ", 1)
    first, second, *_rest = read_statute(text).articles
    assert (first.number, first.anchor, first.text) == ("", "a0", "为了鼓励创新，特作如下规定：")
    assert second.number == "第一条"


def test_an_article_quoted_on_a_line_of_its_own_stays_where_it_is_quoted():
    text = PATENTS + "\n修改如下：\n\n第一条 旧的第一条。\n\n第三条 新的。\n"
    articles = read_statute(text).articles
    assert [a.number for a in articles] == ["第一条", "第二条", "第三条"]
    assert "第一条 旧的第一条。" in articles[1].text


@pytest.mark.parametrize("text", ["", "\n\n", INFO_END, "# 只有题目"])
def test_a_text_without_anything_has_no_articles(text):
    assert read_statute(text).articles == ()


def test_a_text_without_articles_is_one_piece():
    statute = read_statute(f"# 通知\n{INFO_END}\n一、第一点\r\n二、第二点")
    assert [(a.number, a.text) for a in statute.articles] == [("", "一、第一点\n二、第二点")]


def test_numbers_are_written_and_read_the_way_statutes_count():
    assert all(number_value(number_words(n)) == n for n in range(1, 10_000))
    said = {10: "十", 12: "十二", 20: "二十", 101: "一百零一", 110: "一百一十", 1001: "一千零一"}
    assert {n: number_words(n) for n in said} == said
    assert number_value("一百〇三") == 103


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("第十二条", "第十二条"),
        ("12", "第十二条"),
        (" 第 12 条 ", "第十二条"),
        ("第3条之1", "第三条之一"),
        ("0", "0"),
        ("附则", "附则"),
        ("", ""),
    ],
)
def test_an_article_is_found_by_figures_too(asked, number):
    assert article_number(asked) == number


def test_figures_in_a_question_are_said_as_statutes_say_them():
    assert with_article_numbers("看第12条和30日") == "看第十二条和30日"
