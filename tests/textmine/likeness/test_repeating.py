"""Which texts repeat an earlier one: the chain, its earliest, and what each one is to it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.textmine.likeness.repeating import LEAST, find_repeats
from qifu.textmine.likeness.told import Told, take
from tests.textmine.likeness.letters import METER, NOISE, OTHERS, START, letters, told


def found(rows, **more):
    return {one.id: (one.of, one.kind) for one in find_repeats(rows, **more)}


def pair(new, old, *, firms=("", ""), closed=None):
    rows = [
        Told("old", old, firm=firms[0], time=START, closed=closed),
        Told("new", new, firm=firms[1], time=START + timedelta(days=9)),
    ]
    return found(rows).get("new")


def test_a_chain_goes_back_to_its_earliest_and_others_stay_alone():
    rows = letters()
    assert {ident: of for ident, (of, _kind) in found(rows, least=0.2).items()} == {
        "noise1": "noise0", "noise2": "noise0", "noise3": "noise0",
        "meter1": "meter0", "meter2": "meter0",
    }  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.permutations(letters()))
def test_the_order_of_rows_does_not_change_the_pairs(rows):
    rows = [replace(row, time=row.time + timedelta(minutes=len(row.id + row.text))) for row in rows]
    again = {(one.id, one.of, one.kind) for one in find_repeats(rows, least=0.2)}
    plain = sorted(rows, key=lambda row: row.id)
    assert again == {(one.id, one.of, one.kind) for one in find_repeats(plain, least=0.2)}


@pytest.mark.parametrize(
    ("firms", "closed", "kind"),
    [
        (("A", "A"), None, "same_case"),
        (("A", "A"), START + timedelta(days=3), "after_closure"),
        (("A", "A"), START + timedelta(days=30), "same_case"),
        (("A", "B"), None, "other_firm"),
        (("A", "B"), START, "other_firm"),
        (("", "B"), None, "same_case"),
        (("", ""), START, "after_closure"),
    ],
)
def test_firm_and_closing_tell_what_the_same_text_is(firms, closed, kind):
    assert pair(METER[0], METER[0], firms=firms, closed=closed) == ("old", kind)


def test_what_is_new_in_a_text_makes_it_new_facts():
    more = METER[0] + "8 月 3 日又有三户收到 1,260 元的账单，校验员承认表盘装反，有录像为证。"
    assert pair(more, METER[0], firms=("A", "A")) == ("old", "new_facts")


def test_the_last_text_of_ones_own_firm_is_what_it_is_seen_against():
    rows = [
        Told("a", METER[0], "F1", START),
        Told("b", METER[0], "F2", START + timedelta(days=1), START + timedelta(days=2)),
        Told("c", METER[0], "F2", START + timedelta(days=3)),
    ]
    assert found(rows) == {"b": ("a", "other_firm"), "c": ("a", "after_closure")}


def test_without_times_what_stands_first_is_the_earlier():
    rows = [Told("x", METER[0]), Told("y", METER[0])]
    assert found(rows) == {"y": ("x", "same_case")}
    assert found(rows[::-1]) == {"x": ("y", "same_case")}


def test_the_same_demand_long_after_is_a_new_one_and_a_chain_may_last_longer():
    def came(*days, texts=METER[:1]):
        return [
            Told(f"d{day}", texts[n % len(texts)], time=START + timedelta(days=day))
            for n, day in enumerate(days)
        ]

    assert set(found(came(0, 90, 91, 181, 272))) == {"d90", "d91", "d181"}
    assert {of for of, _kind in found(came(0, 90, 180)).values()} == {"d0"}
    # in other words: seen against the newest of those that read the same
    reworded = found(came(0, 60, 80, 140, texts=(METER[0], METER[0], OTHERS[0], METER[1])))
    assert {ident: of for ident, (of, _kind) in reworded.items()} == {"d60": "d0", "d140": "d0"}
    assert set(found(came(0, 200, 400), days=None)) == {"d200", "d400"}
    untimed = [replace(row, time=None) for row in came(0, 200)]
    assert set(found(untimed)) == {"d200"}


def test_a_letter_of_years_ago_that_hundreds_sent_does_not_hide_a_new_one():
    rows = told([f"{METER[0]}（第{n}户）" for n in range(300)], prefix="old")
    rows = [replace(row, time=START + timedelta(minutes=n)) for n, row in enumerate(rows)]
    rows += told([METER[0], f"{METER[0]}（第七户）"], day=900)
    assert found(rows)["m1"][0] == "m0"


def test_texts_without_a_word_repeat_nothing_and_odd_ones_do_no_harm():
    odd = ["", "", "😀", "😀", "!!", "水", "<p></p>", "甲" * 1_000_000]
    assert found(told(odd)) == {}
    assert found(told(["水", "水"])) == {"m1": ("m0", "same_case")}


def test_a_letter_sent_by_hundreds_is_one_chain():
    rows = told([f"{METER[0]}（第{n}户）" for n in range(450)] + list(OTHERS))
    assert set(found(rows).values()) == {("m0", "same_case")}
    assert len(found(rows)) == 449


def test_scores_reach_the_least_that_is_asked():
    assert all(one.score >= LEAST for one in find_repeats(letters()))
    assert not find_repeats(told([*OTHERS, NOISE[0]]))


def test_rows_that_cannot_be_used_say_why():
    lines = [
        {"id": "1", "text": "甲", "title": "标题", "time": "2019/2/28 11:25:05"},
        {"id": "", "text": "乙"}, {"id": "1", "text": "丙"}, {"id": "2", "time": "昨天"},
        {"id": "3", "time": "2019-02-30"}, {"id": "4", "supporters": "-1"},
        {"id": "5", "time": "2019年2月28日"}, {"id": "6", "time": "2019-02-28T03:25:05Z"},
    ]  # fmt: skip
    taken = take(enumerate(lines, start=2))
    assert [row.id for row in taken.rows] == ["1", "5", "6"]
    assert taken.rows[0].text == "标题\n甲"
    assert taken.rows[0].time == taken.rows[2].time
    assert [bad.en for bad in taken.bad] == [
        "no id", "the id of line 2 again", "no time: 昨天", "no time: 2019-02-30",
        "supporters is no whole number",
    ]  # fmt: skip
    assert len(take(enumerate(lines), timed=True).rows) == 3
