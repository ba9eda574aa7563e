"""How alike two texts are: the same both ways, whole for the same letters, nothing for nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.textmine.likeness.candidates import candidates
from qifu.textmine.likeness.weighing import ELSEWHERE, alike, likeness, weigh
from tests.textmine.likeness.letters import METER, NOISE, OTHERS

ODD = ("", "水", "😀😀", "<p>青禾路</p>&nbsp;", "!!!", "\x00", "１２３", "a", "水" * 50)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_the_same_both_ways_and_between_0_and_1(one, other):
    assert likeness(one, other) == pytest.approx(likeness(other, one), abs=1e-6)
    assert 0 <= likeness(one, other) <= 1


@pytest.mark.parametrize("text", ODD)
def test_a_text_is_like_itself_unless_it_says_nothing(text):
    says = any(char.isalnum() for char in text)
    assert likeness(text, text) == pytest.approx(1.0 if says else 0.0, abs=1e-5)


def test_other_words_for_one_trouble_are_more_alike_than_other_troubles():
    same = [likeness(NOISE[0], other) for other in NOISE[1:]]
    none = [likeness(NOISE[0], other) for other in (*METER, *OTHERS)]
    assert min(same) > 2 * max(none)


def test_rare_words_of_the_batch_count_for_more():
    texts = ["路灯不亮，松涛里", "路灯不亮，青禾里", "松涛里水管", *["路灯不亮"] * 300]
    weighed = weigh(texts)
    lamp, place = alike(weighed, np.array([0, 0]), np.array([1, 2]))
    alone = likeness(texts[0], texts[1])
    assert place > lamp and alone > lamp


def test_the_same_letter_about_another_district_is_less_alike():
    letter = "{}学位紧张，请问二孩家庭申请入学怎样排序，需要哪些材料。"
    here, there, nowhere = (letter.format(name) for name in ("罗湖区", "宝安区", ""))
    assert likeness(here, there) < ELSEWHERE < likeness(here, nowhere)


def test_full_width_letters_and_html_make_no_difference():
    plain = "ktv噪音123分贝"
    assert likeness(plain, "<b>ＫＴＶ</b>噪音１２３分贝") == pytest.approx(1, abs=1e-5)


def test_a_megabyte_is_read_from_its_beginning():
    assert likeness(NOISE[0] + "甲" * 1_000_000, NOISE[0]) > 0.1


def test_candidates_are_earlier_rows_and_hold_every_alike_pair():
    texts = [*NOISE, *METER, *OTHERS]
    weighed = weigh(texts)
    later, earlier = candidates(weighed)
    assert (later > earlier).all()
    found = set(zip(later.tolist(), earlier.tolist(), strict=True))
    rows, others = np.tril_indices(len(texts), -1)
    scores = alike(weighed, rows, others)
    for row, other, score in zip(rows, others, scores, strict=True):
        assert score < 0.3 or (row, other) in found


def test_nothing_to_compare_gives_no_pairs():
    for texts in ([], [""], ["", ""], ["水"]):
        later, earlier = candidates(weigh(texts))
        assert len(later) == len(earlier) == 0
