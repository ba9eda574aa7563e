"""Traditional characters: one for one, so that places hold, and the same finding as simplified."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.rulebook.words import Words
from qifu.textmine import simplified as module
from qifu.textmine.classify.pieces import words_of
from qifu.textmine.matters import Matter, suggest
from qifu.textmine.normal import normalise
from qifu.textmine.privacy import find
from qifu.textmine.ranking import index_words
from qifu.textmine.repeats import bands
from qifu.textmine.scope import look as look_for
from qifu.textmine.scope import parse_scope
from qifu.textmine.simplified import simplified

SAID = "我們廠房漏電，聯絡人：陳國偉先生，請儘快答覆並於後天派人檢查營業執照。"
MEANT = "我们厂房漏电，联络人：陈国伟先生，请尽快答复并于后天派人检查营业执照。"
WORDS = Words("字", "words")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (SAID, MEANT),
        (MEANT, MEANT),
        ("覆蓋與答覆", "覆盖与答复"),
        ("乾坤、曬乾、乾淨", "乾坤、晒干、干净"),
        ("跟著走，著作權", "跟着走，著作权"),
        ("显著、著作权、土著", "显著、著作权、土著"),
        ("衞生局裏面", "卫生局里面"),
        ("\uf9b4", "领"),
        ("", ""),
    ],
)
def test_a_text_is_written_as_its_simplified_twin(text: str, form: str) -> None:
    assert simplified(text) == form
    assert len(simplified(text)) == len(text)


@given(st.text(st.characters(codec=None), max_size=60))
def test_places_hold_and_a_second_time_changes_nothing(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    assert simplified(once) == once


def test_the_table_has_each_character_once_and_leads_to_none_that_it_changes() -> None:
    groups = Path(module.__file__).with_name("traditional.txt").read_text("utf-8").split()
    others = [char for group in groups for char in group[1:]]
    assert len(others) == len(set(others)) > 3000
    assert not {group[0] for group in groups} & set(others)
    assert not set("覆乾藉著余干后里").intersection(others)


def test_everything_that_compares_treats_both_the_same() -> None:
    assert normalise(SAID) == normalise(MEANT)
    assert words_of(SAID) == words_of(MEANT)
    assert index_words(SAID) == index_words(MEANT)
    assert bands(SAID) == bands(MEANT)
    assert find(SAID) == find(MEANT) != []
    safety = Matter("safety", WORDS, "market", (("漏电", 1.0),))
    assert suggest(SAID, [safety]) == suggest(MEANT, [safety]) != []


def test_what_stands_around_a_word_is_read_in_simplified_characters_too() -> None:
    rules = parse_scope({
        "source": {"zh": "甲", "en": "a"},
        "exclusions": [{
            "code": "secret",
            "name": {"zh": "乙", "en": "b"},
            "reason": {"zh": "丙", "en": "c"},
            "channel": {"zh": "丁", "en": "d"},
            "signals": [{"words": ["国家秘密"]}],
        }],
    })  # fmt: skip
    assert look_for("本案涉及國家秘密。", rules)[0].words[0][1:] == (4, 8)
    assert look_for("本案並不涉及國家秘密。", rules) == []
