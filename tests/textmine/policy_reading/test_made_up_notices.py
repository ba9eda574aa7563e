"""Recall and precision of conditions on notices made up in many styles; no real text."""

from functools import lru_cache

import pytest

from qifu.textmine.policy_reading.inputs import plain_text
from tests.textmine.gold.reading import as_reading
from tests.textmine.gold.scoring import Figures, score_text
from tests.textmine.policy_reading.made_up import marked
from tests.textmine.policy_reading.notices import reader


@lru_cache(maxsize=1)
def scores():
    """(name, score) of every notice."""
    found = []
    for name, area, text, gold in marked():
        draft = reader().draft(plain_text(text), area=area)
        found.append((name, text, gold, score_text(as_reading(draft), gold, "condition")))
    return found


def test_there_are_notices_of_many_kinds():
    assert len(scores()) >= 50
    assert sum(score.figures.wanted for *_, score in scores()) >= 300


def test_nearly_every_condition_is_found_and_little_is_invented():
    pooled = sum((score.figures for *_, score in scores()), Figures())
    missed = [
        (name, text[slice(*gold["elements"][at]["span"])])
        for name, text, gold, score in scores()
        for at in score.missed
    ]
    assert (pooled.recall or 0) >= 0.96, missed
    assert (pooled.precision or 0) >= 0.95


@pytest.mark.parametrize("name", ["pilot base", "gazelle", "incubator", "talent", "statute"])
def test_a_list_of_conditions_is_read_whole(name):
    (figures,) = [score.figures for other, *_, score in scores() if other == name]
    assert figures.right == figures.found == figures.wanted


def swapped(pairs):
    """The pooled score with words exchanged for others of the same length and meaning."""
    pooled = Figures()
    for _, area, text, gold in marked():
        other = text
        for old, new in pairs:
            assert len(old) == len(new)
            other = other.replace(old, new)
        draft = reader().draft(plain_text(other), area=area)
        pooled += score_text(as_reading(draft), gold, "condition").figures
    return pooled


def test_other_words_of_the_same_meaning_change_little():
    ways = [
        ("不低于", "不少于"),
        ("具有", "具备"),
        ("获得", "取得"),
        ("注册", "登记"),
        ("万元", "萬元"),
    ]
    assert (swapped(ways).f1 or 0) >= 0.93
