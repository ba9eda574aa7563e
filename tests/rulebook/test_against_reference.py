"""Random conditions over random facts, compared with the slow reference."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rulebook.reference import conjunction, value_of
from tests.rulebook.world import AS_OF, judge
from tests.rulebook.worlds import CODES, DAYS, FACTS, PUBLISHED, TREES, WINDOW

ANSWERS = {"met": True, "unmet": False, "unknown": None}
VERDICTS = {True: "eligible", False: "ineligible", None: "maybe"}


@settings(max_examples=600, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=4), FACTS)
def test_every_answer_is_the_reference_s(
    groups: list[dict[str, Any]], facts: dict[str, Any]
) -> None:
    result = judge(facts, *groups, window=WINDOW, published=PUBLISHED)
    expected = [value_of(group, facts, AS_OF, DAYS) for group in groups]
    assert [ANSWERS[group.verdict] for group in result.groups] == expected
    assert result.verdict == VERDICTS[conjunction(expected)]
    assert result.degree.total == len(groups)
    assert result.near_miss == (expected.count(False) == 1)
    # every unmet or unknown group says something in both languages, a met one says nothing
    for group in result.groups:
        assert bool(group.gap_zh) == bool(group.gap_en) == (group.verdict != "met")
        assert group.label_zh and group.label_en and group.required_zh and group.required_en
        assert group.required and group.actual_zh and group.actual_en


@settings(max_examples=300, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=3), FACTS)
def test_a_question_is_asked_only_where_an_answer_can_still_matter(
    groups: list[dict[str, Any]], facts: dict[str, Any]
) -> None:
    result = judge(facts, *groups, window=WINDOW, published=PUBLISHED)
    if result.verdict != "maybe":
        assert result.open_keys() == ()
    for key in result.open_keys():
        name = key.partition("@")[0]
        too_coarse = name in CODES and facts.get(key) is not None
        assert facts.get(key) is None or too_coarse
        assert name != "plan"
