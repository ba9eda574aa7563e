"""Ranking and mending, without a database."""

from collections import Counter
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.textmine.mending import Vocabulary
from qifu.textmine.ranking import (
    PRECEDENT,
    SHARE,
    Question,
    bag,
    counts_of,
    fits_of,
    index_words,
    with_closeness,
)

KNOWN = Vocabulary(["高新技术企业", "高企", "社会保险", "研发费用", "加计扣除", "企业", "技术"])
TEXTS = ["企业可以申请补贴", "企业拖欠货款怎样投诉", "企业食堂的菜单"]


def fits(question: str) -> list[float]:
    texts = [index_words(text) for text in TEXTS]
    asked = Question(Counter(index_words(question)), counts_of(texts))
    return [asked.fit(bag((), text)) for text in texts]


def test_a_rare_word_says_more_than_one_that_every_text_holds():
    scores = fits("企业投诉")
    assert scores[1] == max(scores) and min(scores) > 0


def test_a_text_that_shares_nothing_does_not_fit():
    assert fits("月球") == [0, 0, 0] and fits("") == [0, 0, 0]


def test_what_like_questions_were_replied_lifts_texts_that_say_the_same():
    texts = [bag((), index_words(text)) for text in ("企业食堂停电", "企业设备停电", "月球")]
    counts = counts_of(texts)
    asked, earlier = (Question(Counter(index_words(one)), counts) for one in ("停电", "设备检修"))
    alone = fits_of(asked, texts)
    assert alone == [asked.fit(text) for text in texts]
    assert alone[0] == alone[1] > alone[2] == 0
    first, second, other = fits_of(asked, texts, [(1.0, earlier)])
    assert (first, second) == pytest.approx((1, 1 + PRECEDENT))
    assert other == 0, "what shares no word is not found by it"
    assert fits_of(asked, texts, [(1.0, Question(Counter(["火星"]), counts))]) == alone


def test_closeness_counts_beside_words_each_by_how_far_it_stands_above_the_mean():
    # means 2 and 0.8, deviations 1 and 0.1: what scale each has does not matter
    assert with_closeness([1, 3], [0.9, 0.7]) == pytest.approx([-1 + SHARE, 1 - SHARE])
    assert with_closeness([10, 30], [0.09, 0.07]) == pytest.approx([-1 + SHARE, 1 - SHARE])
    assert with_closeness([1, 3, 2], [0.9, 0.7, nan])[2] == 0, "not known: the mean of the known"
    words_alone = with_closeness([1, 3], [nan, nan])
    assert words_alone == pytest.approx([-1, 1])
    for alike in ([0.8, 0.8], [nan, 0.8]):
        assert with_closeness([1, 3], alike) == pytest.approx(words_alone)
    assert list(with_closeness([2], [0.5])) == [0] and list(with_closeness([], [])) == []


def test_letters_and_figures_stand_with_what_they_are_of():
    assert index_words("A7县").count("a7县") == index_words("去１２号线").count("12号") == 3


def test_a_title_counts_more_than_the_text():
    assert bag(["a"], ["a", "b"]) == {"a": 4, "b": 1}


def test_pairs_are_found_however_words_are_cut():
    assert {"款怎", "么投"} <= set(index_words("货款怎么投诉"))
    assert "ab" not in index_words("abc")


def test_pinyin_initials_and_wrong_characters_become_the_word():
    meant = {
        "gaoqi": "高企", "gx js qy": "高新技术企业", "高薪技术企业": "高新技术企业",
        "高新技企业": "高新技术企业", "社会保鲜": "社会保险", "研发废用": "研发费用",
        "加计口除": "加计扣除",
    }  # fmt: skip
    assert {typed: KNOWN.mend(typed) for typed in meant} == meant


def test_what_is_right_or_not_known_stays():
    for text in ("高新技术企业", "hello", "zzz", "jjk", "月球", "", "企业技术" * 30):
        assert Vocabulary(["自治州", "加计扣", "高新技术企业"]).mend(text) is None
        assert KNOWN.mend(text) is None


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_any_text_can_be_mended_and_weighed(text):
    mended = KNOWN.mend(text)
    assert mended is None or mended
    assert all(score >= 0 for score in fits(text))
