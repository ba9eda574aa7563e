"""Hot topics: what belongs together, how hot, how it is called, and which id it keeps."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.textmine.topics.finding import find_topics
from qifu.textmine.topics.grouping import _LARGEST
from qifu.textmine.topics.heat import DEFAULTS, BadWeights, heat_of, parse_weights
from qifu.textmine.topics.keeping import BadState, State, dump, kept, parse
from qifu.textmine.topics.places import parse_places
from tests.textmine.likeness.letters import METER, NOISE, OTHERS, START, letters, told


def groups(topics):
    return {frozenset(one.id for one in topic.members) for topic in topics}


def test_letters_about_one_trouble_at_one_place_are_a_topic():
    noise, meter = find_topics(letters())
    assert [one.id for one in noise.members] == ["noise0", "noise1", "noise2", "noise3"]
    assert [one.id for one in meter.members] == ["meter0", "meter1", "meter2"]
    assert (noise.rank, meter.rank) == (1, 2)
    assert noise.name.place == "松涛里小区" and "搅拌站" in noise.name.title
    assert meter.name.title.startswith("青禾路：") and "水表" in meter.name.title
    assert noise.days == (date(2026, 3, 2), date(2026, 3, 5))
    assert noise.growth == [(date(2026, 3, day), 1) for day in (2, 3, 4, 5)]


@settings(max_examples=10, deadline=None)
@given(st.permutations(letters()))
def test_the_order_of_rows_makes_no_difference(rows):
    assert find_topics(rows) == find_topics(letters())


def test_the_same_trouble_years_later_is_another_topic():
    rows = [*told(NOISE, prefix="a"), *told(NOISE, prefix="b", day=1_200)]
    assert len(groups(find_topics(rows))) == 2


def test_places_that_are_given_keep_texts_apart_and_name_the_topic():
    text = "充电桩坏了没有人修"
    rows = [
        *told([text + "，请派人。", text + "，盼修。"], prefix="a", place="东门街道"),
        *told([text + "，已有一周。", text + "，急。"], prefix="b", place="西丽街道"),
    ]
    assert {topic.name.place for topic in find_topics(rows)} <= {"东门街道", "西丽街道"}


def test_a_known_name_is_taken_before_a_guessed_one():
    (noise, _meter) = find_topics(letters(), places={"松涛里": "松涛里", "青禾": "青禾"})
    assert noise.name.place == "松涛里"


@pytest.mark.parametrize(
    "text",
    [
        "松涛里社区,松涛里小区,搅拌站旁\n\n青禾路社区\n",
        "松涛里社区\t松涛里小区\t搅拌站旁\n青禾路社区\n",
        "code,name,aliases\n1,松涛里社区,松涛里小区；搅拌站旁\n2,青禾路社区,\n3\n",
        "别名\t名称\n松涛里小区|搅拌站旁\t松涛里社区\n\t青禾路社区\n",
    ],
)
def test_names_of_places_come_in_several_forms_with_their_aliases(text):
    places = parse_places(text)
    assert places == {
        "松涛里社区": "松涛里社区", "松涛里小区": "松涛里社区", "搅拌站旁": "松涛里社区",
        "青禾路社区": "青禾路社区",
    }  # fmt: skip
    assert find_topics(letters(), places=places)[0].name.place == "松涛里社区"
    rows = [
        *told([METER[0]], prefix="a", place="松涛里小区"),
        *told([METER[0]], prefix="b", place="松涛里社区"),
    ]
    (topic,) = find_topics(rows, places=places)
    assert topic.name.place == "松涛里社区"


def test_no_names_are_no_places():
    assert parse_places("") == parse_places("\n \n") == parse_places("name,aliases\n") == {}


@pytest.mark.parametrize("texts", [[], [""], ["水"], ["", "😀", "!!"], ["<p>", "甲" * 1_000_000]])
def test_where_nothing_belongs_together_there_is_no_topic(texts):
    assert find_topics(told(texts)) == []


def test_rows_without_a_time_are_left_out():
    assert find_topics([replace(row, time=None) for row in letters()]) == []


def test_more_of_one_letter_than_fit_a_table_still_come_together():
    rows = told([NOISE[0]] * (_LARGEST + 10))
    (topic, *_rest) = find_topics([replace(row, time=START) for row in rows])
    assert len(topic.members) >= _LARGEST / 2


def test_heat_is_the_sum_that_the_guide_says():
    rows = told(NOISE[:3], firm="F", supporters=10)
    heat = heat_of(rows, START.date() + timedelta(days=2 + 90))
    assert heat.number == pytest.approx(0.2644, abs=1e-3)  # ln(1 + 1 + 1/2 + 1/3) / ln 51
    assert heat.supporters == pytest.approx(0.4971, abs=1e-3)  # ln 31 / ln 1001
    assert heat.spread == pytest.approx(0.4037, abs=1e-3)  # ln 4 / ln 31
    assert heat.recency == 0.5
    parts = (heat.number, heat.supporters, heat.spread, heat.recency)
    weights = (50, 20, 15, 15)
    assert heat.total == pytest.approx(sum(w * p for w, p in zip(weights, parts, strict=True)))


def test_more_writers_more_supporters_and_newer_are_hotter():
    day = START.date() + timedelta(days=30)
    plain = heat_of(told(NOISE, firm="F"), day).total
    assert heat_of(told(NOISE), day).total > plain
    assert heat_of(told(NOISE, firm="F", supporters=5), day).total > plain
    assert heat_of(told(NOISE, firm="F", day=20), day).total > plain


def test_weights_are_data_and_read_strictly():
    assert parse_weights("{}") == DEFAULTS
    assert parse_weights('{"recency": 0, "half_life": 7}').half_life == 7
    for bad in ("", "[]", '{"size": 1}', '{"number": -1}', '{"number": "1"}', '{"number": true}',
                '{"half_life": 0}', '{"number": NaN}'):  # fmt: skip
        with pytest.raises(BadWeights):
            parse_weights(bad)


def test_a_day_more_keeps_the_ids_and_a_new_topic_gets_a_new_one():
    state = State()
    before = {t.id: t.name.place for t in find_topics(letters()[:5] + letters()[-3:], state=state)}
    assert list(before.values()) == ["松涛里小区"]
    after = {t.id: t.name.place for t in find_topics(letters(), state=state)}
    assert before.items() < after.items()
    assert find_topics(letters(), state=parse(dump(state))) == find_topics(letters(), state=state)


def test_most_of_the_members_decide_who_keeps_the_id():
    state = State()
    assert kept(state, [["a", "b", "c"], ["d", "e"]]) == ["T00001", "T00002"]
    # two become one: the id of the larger; one falls apart: the larger half
    assert kept(state, [["a", "b", "c", "d", "e"]]) == ["T00001"]
    assert kept(state, [["a", "b"], ["c", "d", "e", "f"]]) == ["T00003", "T00001"]
    # old members that are gone do not count, and an even half is no majority
    assert kept(state, [["f", "x"], ["a", "y"]]) == ["T00001", "T00003"]
    assert kept(state, [["f", "y"], ["x", "a"]]) == ["T00004", "T00005"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), max_size=13, unique=True), max_size=4))
def test_ids_are_never_given_twice(days):
    state, given_out, gone = State(), set(), set()
    for members in days:
        parts = [[str(m) for m in members if m % 3 == part] for part in range(3)]
        ids = kept(state, [part for part in parts if part])
        assert len(set(ids)) == len(ids) and not set(ids) & gone
        gone |= given_out - set(ids)
        given_out |= set(ids)


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"format": 2}', '{"format": 1}', '{"format": 1, "next": 1, "topics": {"T1": []}}',
     '{"format": 1, "next": 2, "topics": {"X": []}}', '{"format":1,"next":2,"topics":{"T1":[1]}}',
     '{"format":1,"next":2,"topics":{"T1":3}}'],
)  # fmt: skip
def test_a_state_of_something_else_is_refused(text):
    with pytest.raises(BadState):
        parse(text)


def test_other_letters_are_no_topic():
    assert find_topics(told([*OTHERS, METER[0], NOISE[0]])) == []
