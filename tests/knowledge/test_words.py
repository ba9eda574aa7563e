"""Words to search by, and the piece of a text that shows them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.knowledge.logic.marking import marked, snippet
from qifu.knowledge.logic.words import MOST_WORDS, query_terms, query_words
from qifu.textmine.ranking import words_of


def test_longer_words_are_found_by_their_parts_too():
    assert {"高新", "技术", "高新技术", "企业"} <= set(words_of("高新技术企业"))


def test_width_and_case_make_no_difference():
    assert words_of("ＡＢＣ１２") == words_of("abc12")


def test_words_of_asking_are_left_out_unless_there_are_no_others():
    assert query_words("请问怎么投诉拖欠货款呢？") == ["投诉", "拖欠", "货款"]
    assert query_words("的") == ["的"]


def test_a_longer_word_of_a_question_may_also_be_met_by_its_parts():
    assert query_terms("申请专利") == [(("申请专利",), ("申请", "专利"))]
    assert query_terms("中小企业") == [(("中小企业",), ("中小", "企业"))]
    assert query_terms("投诉") == [(("投诉",),)]


@pytest.mark.parametrize("text", ["", " ", "？！", "%_'\"", "\x00", "\ud800", "😀"])
def test_a_text_without_words_asks_for_nothing(text):
    assert query_words(text) == []


@given(st.text())
def test_words_hold_letters_and_digits_only(text):
    for words in (words_of(text), query_words(text), query_words(text, parts=True)):
        assert all(re.fullmatch(r"[^\W_]{1,64}", word) for word in words)


def test_a_long_text_asks_for_a_bounded_number_of_words():
    text = "".join(chr(0x4E00 + n * 7) for n in range(2_800)) * 7
    assert len(query_words(text, parts=True)) == MOST_WORDS


def test_of_a_long_text_what_is_said_often_is_kept():
    filler = "".join(chr(0x4E00 + n * 11) for n in range(1_500))
    assert "拖欠" in query_words(filler + "拖欠货款，拖欠工资，拖欠利息。")


@given(st.text(), st.lists(st.text(max_size=4), max_size=4))
def test_the_parts_of_a_marked_text_are_the_text(text, words):
    assert "".join(part for part, _hit in marked(text, words)) == text


@given(st.text(max_size=600), st.lists(st.text(max_size=3), max_size=4))
def test_a_snippet_is_a_piece_of_the_text(text, words):
    parts = snippet(text, words, around=40)
    piece = "".join(part for part, _hit in parts)
    plain = " ".join(text.split())
    assert piece in plain or piece.strip("…") in plain


def test_the_snippet_is_taken_where_most_words_stand():
    text = "投诉" + "其他内容，" * 60 + "机关拖欠账款的可以投诉。" + "后面的内容，" * 60
    parts = snippet(text, ["拖欠", "账款", "投诉"])
    assert [part for part, hit in parts if hit] == ["拖欠账款", "投诉"]
    assert parts[0] == ("…", False) and parts[-1] == ("…", False)
    assert sum(len(part) for part, _hit in parts) < 140


def test_a_short_latin_word_is_not_marked_inside_a_longer_one():
    assert marked("R&D support 3D", ["d", "3d"]) == [
        ("R&", False), ("D", True), (" support ", False), ("3D", True),
    ]  # fmt: skip
