"""Repeats: how much two texts share, how candidates are found, and what kind of repeat it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.textmine.normal import normalise
from qifu.textmine.repeats import (
    BANDS,
    ROWS,
    SIZE,
    TINY,
    bands,
    has_new_facts,
    kind_of,
    shingles,
    signature,
    similarity,
)

OLD = (
    "我司租用园区三号楼一层作仓库，去年八月以来货梯反复停运，货物只能靠人搬运。"
    "多次联系物业，回复都是等待配件，至今没有修好，请协调尽快恢复使用。"
)
REWORDED = (
    "我司租用园区三号楼一层作仓库，去年八月以来货梯总是停运，货物都靠人搬运。"
    "多次找过物业，回复仍是等待配件，到现在没有修好，请尽快协调恢复使用。"
)
MORE = OLD + "九月十日货梯坠落，压伤一名员工，医药费 23,500 元至今无人承担，并且消防验收已经过期。"
OTHER = "请问高新技术企业认定的申报时间是哪几天，研发费用归集从哪一年算起，需要准备什么材料？"

TEXT = st.text(st.sampled_from("厂房租金货梯停运社保发票退税ab1 ，。\n"), max_size=120)


def kind(new: str, old: str, *, closed: bool = False, same: bool = True) -> str | None:
    return kind_of(
        same_firm=same, score=similarity(new, old), new_text=new, old_text=old, old_closed=closed
    )


def shared(first: str, second: str) -> int:
    return len(set(enumerate(bands(first))) & set(enumerate(bands(second))))


@given(TEXT, TEXT)
def test_similarity_is_a_share_the_same_both_ways(first: str, second: str) -> None:
    found = similarity(first, second)
    assert 0 <= found <= 1
    assert found == similarity(second, first)
    assert found == similarity(normalise(first), f" {second}！")


@given(TEXT)
def test_a_text_is_wholly_like_itself_unless_it_says_nothing(text: str) -> None:
    assert similarity(text, text) == (1.0 if normalise(text) else 0.0)


def test_other_texts_are_hardly_alike() -> None:
    assert similarity(OLD, OTHER) < 0.05
    assert similarity("退税", "退税。") == 1.0
    assert similarity("退税", "退款") == 0.0


def test_a_short_text_is_asked_how_much_of_it_stands_in_the_long_one() -> None:
    short = "多次联系物业，回复都是等待配件，至今没有修好"
    assert similarity(short, MORE) == 1.0
    long = OLD + REWORDED + OTHER + MORE
    jaccard = len(shingles(OLD) & shingles(long)) / len(shingles(OLD) | shingles(long))
    assert similarity(OLD, long) == pytest.approx(jaccard)


def test_a_tiny_text_is_not_found_in_every_long_one() -> None:
    tiny = "货物只能靠人搬运"
    assert len(shingles(tiny)) < TINY
    assert similarity(tiny, OLD) < 0.1


@given(TEXT)
def test_bands_fit_a_signed_column_and_are_none_for_a_text_without_substance(text: str) -> None:
    found = bands(text)
    assert len(found) == (BANDS if normalise(text) else 0)
    assert len(signature(text)) == (BANDS * ROWS if normalise(text) else 0)
    assert all(0 <= band < 2**63 for band in found)


@given(TEXT)
def test_texts_that_read_the_same_have_the_same_bands(text: str) -> None:
    assert bands("，".join(text)) == bands(text)


def test_a_text_with_a_few_changes_shares_a_band_and_another_text_none() -> None:
    changed = OLD.replace("反复停运", "总是停运").replace("尽快恢复使用", "解决") + "谢谢！"
    assert similarity(OLD, changed) > 0.6
    assert shared(OLD, changed) >= 1
    assert shared(OLD, OTHER) == 0


def test_equal_places_of_the_signatures_estimate_the_similarity() -> None:
    letters = [chr(0x4E00 + i) for i in range(600)]
    first, second = "".join(letters[:400]), "".join(letters[200:])
    both, either = 200 - SIZE + 1, 600 - SIZE + 1
    places = zip(signature(first), signature(second), strict=True)
    equal = sum(a == b for a, b in places) / (BANDS * ROWS)
    # three standard errors of 36 draws
    assert equal == pytest.approx(both / either, abs=0.24)


def test_bands_are_the_same_in_another_process_and_in_every_release() -> None:
    # they are stored: other numbers would mean that no old case is found any more
    assert bands("厂房租金")[:3] == (8117893346921097858, 913764620464844782, 2874393445729615783)
    code = "from qifu.textmine.repeats import bands; print(bands('厂房租金'))"
    source = str(Path(__file__).parents[2] / "src")
    for seed in ("1", "2"):
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": source}
        run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
        assert run.stdout.strip() == str(bands("厂房租金"))


def test_the_same_case_again_is_told_from_one_after_closure() -> None:
    assert kind(OLD, OLD) == "same_case"
    assert kind(REWORDED, OLD) == "same_case"
    assert kind(REWORDED, OLD, closed=True) == "after_closure"


def test_new_facts_are_new_facts_whether_the_case_is_closed_or_not() -> None:
    assert kind(MORE, OLD) == "new_facts"
    assert kind(MORE, OLD, closed=True) == "new_facts"
    assert kind(OLD, MORE) == "same_case"


def test_another_subject_is_no_repeat() -> None:
    assert kind(OTHER, OLD) is None
    assert kind("", OLD) is None


def test_another_firm_is_told_only_where_the_texts_are_nearly_the_same() -> None:
    assert kind(OLD, OLD, same=False, closed=True) == "other_firm"
    score = similarity(MORE, OLD)
    assert kind(MORE, OLD, same=False) == ("other_firm" if score >= 0.5 else None)
    for score, expected in ((0.5, "other_firm"), (0.49, None)):
        found = kind_of(same_firm=False, score=score, new_text="", old_text="", old_closed=False)
        assert found == expected


def test_a_new_figure_or_a_new_sentence_is_a_new_fact_and_new_words_are_not() -> None:
    assert not has_new_facts(REWORDED, OLD)
    short = "货梯又停了。"
    assert has_new_facts(short + "现在损失已达 35 万元", short)
    assert has_new_facts(short + "上周消防部门检查后责令我们停产整顿", short)
    assert not has_new_facts(short + "请尽快处理", short)
    assert not has_new_facts(short + "1、货梯又停了；2、又停了货梯", short)


@given(TEXT, TEXT)
def test_a_text_has_no_new_facts_over_one_that_holds_it(text: str, more: str) -> None:
    assert not has_new_facts(text, f"{text}。{more}。{text}")
    assert not has_new_facts("", text)
