"""The normal form: what reads the same becomes the same, what does not stays apart."""

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.textmine.normal import digest, normalise, traced
from qifu.textmine.simplified import by_character

ANY = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ＡＢＣ　１２３", "abc123"),
        ("厂房 租金，\n涨了！", "厂房租金涨了"),
        ("1.5 万元", "1.5万元"),
        ("１．５万元", "1.5万元"),
        ("15 万元", "15万元"),
        ("1,000 元", "1000元"),
        ("结束于 3.", "结束于3"),
        ("第3. 5 条", "第35条"),
        ("cafe\u0301", "café"),
        ("☎️ 0755-1234", "07551234"),
        ("!\u0301", ""),
        ("…。！？", ""),
        ("", ""),
    ],
)
def test_width_case_spaces_and_punctuation_do_not_matter(text: str, form: str) -> None:
    assert normalise(text) == form


@given(ANY)
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(ANY)
def test_every_character_knows_where_it_comes_from(text: str) -> None:
    found = traced(text)
    assert len(found.text) == len(found.starts) == len(found.ends)
    for i, char in enumerate(found.text):
        start, end = found.span(i, i + 1)
        assert 0 <= start < end <= len(text)
        lower = unicodedata.normalize("NFKC", text[start:end]).lower()
        assert char in by_character(unicodedata.normalize("NFKC", lower))
    assert list(found.starts) == sorted(found.starts)


@given(ANY, st.sampled_from([" ", "\n", "，", "。", "\u3000", "！"]))
def test_what_is_dropped_can_stand_anywhere_outside_a_number(text: str, extra: str) -> None:
    letters = "".join(char for char in text if char != "." and not unicodedata.combining(char))
    spread = extra.join(letters)
    if normalise(letters).count(".") == 0:
        assert digest(spread) == digest(letters)


def test_the_digest_is_the_same_on_every_machine() -> None:
    assert digest("厂房，租金。") == hashlib.sha256("厂房租金".encode()).hexdigest()
    assert digest("补贴 1.5 万") != digest("补贴 15 万")


def test_a_pile_of_marks_takes_no_time() -> None:
    assert len(normalise("e" + "\u0301\u0327" * 10_000)) <= 8
