"""Which question comes first: money × chance to decide."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from qifu.rulebook.derive import derive, parse_derived
from qifu.rulebook.policy import Policy
from qifu.rulebook.report import Prepared, Report, report
from tests.rulebook.world import AS_OF, CATALOGUE, policy

STAFF = {"id": "staff", "attr": "employees", "op": ">=", "value": 20, "unit": "person"}
TITLE = {"id": "title", "attr": "qualifications", "op": "has_any", "value": ["hi_tech_firm"]}
SCORE = {"id": "score", "attr": "score", "op": ">", "value": 60}
PATENT = {"id": "ip", "attr": "invention_patents", "op": ">=", "value": 2, "unit": "piece"}
JUDGED = {"id": "plan", "attr": "plan", "op": "human_judged", "value": "?"}
CLEAN = {"id": "clean", "not": {"attr": "on_blacklist", "op": "is", "value": True}}


def paying(yuan: int | str) -> dict[str, Any]:
    return {"amount": {"expr": str(yuan), "unit": "CNY"}}


def made(*policies: Policy, facts: Mapping[str, Any] | None = None) -> Report:
    return report(policies, facts or {}, CATALOGUE, as_of=AS_OF)


def order(*policies: Policy, facts: Mapping[str, Any] | None = None) -> list[str]:
    return [question.attr for question in made(*policies, facts=facts).questions]


def test_the_larger_sum_comes_first_not_the_greater_number_of_policies() -> None:
    laws = [
        policy(SCORE, id="A", **paying(3_000_000)),
        policy(STAFF, id="B", **paying(100_000)),
        policy(STAFF, id="C", **paying(100_000)),
    ]
    assert order(*laws) == ["score", "employees"]


def test_a_bound_that_catches_typing_errors_is_no_money() -> None:
    laws = [
        policy(SCORE, id="A", **paying("10% * capital")),
        policy(STAFF, id="B", **paying(100_000)),
    ]
    assert made(*laws).policies[0].to_json()["amount"]["high"] == "100000000000.00"
    told = [(question.attr, question.money) for question in made(*laws).questions]
    assert told == [("employees", Decimal(100_000)), ("score", None)]
    # what is known of it counts, and so does a cap
    assert order(*laws, facts={"capital": 2_000_000}) == ["score", "employees"]
    laws[0] = policy(SCORE, id="A", **paying("min(10% * capital, 20万元)"))
    assert order(*laws) == ["score", "employees"]


def test_what_alone_decides_comes_before_one_item_of_a_long_list() -> None:
    laws = [
        policy(SCORE, id="A", **paying(500_000)),
        policy(STAFF, TITLE, PATENT, id="B", **paying(3_000_000)),
    ]
    assert order(*laws)[0] == "score"
    # with the others answered the larger one is near
    known = {"employees": 20, "qualifications": ["hi_tech_firm"]}
    assert order(*laws, facts=known) == ["invention_patents", "score"]


def test_a_fact_that_several_policies_lack_gathers_what_each_of_them_is_worth() -> None:
    laws = [
        policy(SCORE, id="A", **paying(100_000)),
        policy(STAFF, id="B", **paying(60_000)),
        policy(STAFF, id="C", **paying(60_000)),
    ]
    first = made(*laws).questions[0]
    assert (first.attr, first.policies, first.money) == ("employees", 2, Decimal(120_000))


def test_a_policy_counts_once_a_question_however_many_of_its_conditions_ask_it() -> None:
    most = SCORE | {"id": "most", "op": "<", "value": 90}
    twice = {"id": "either", "any": [SCORE | {"id": "s1"}, SCORE | {"id": "s2", "value": 80}]}
    (question,) = made(policy(SCORE, most, twice, **paying(1000))).questions
    assert (question.attr, question.policies, question.money) == ("score", 1, Decimal(1000))


def test_a_policy_without_an_amount_is_asked_about_after_what_is_worth_more_and_before_less() -> (
    None
):
    laws = [
        policy(SCORE, id="A"),
        policy(STAFF, id="B", **paying(20_000)),
        policy(TITLE, id="C", **paying(5_000)),
    ]
    told = made(*laws).questions
    assert [q.attr for q in told] == ["employees", "score", "qualifications"]
    assert [q.money for q in told] == [Decimal(20_000), None, Decimal(5_000)]


def test_ties_go_to_what_bears_on_more_policies_then_by_name() -> None:
    # one of 10,000 yuan with both facts open is worth a quarter for each
    assert order(policy(TITLE, SCORE, id="A")) == ["qualifications", "score"]
    laws = [policy(SCORE, id="A", **paying(20_000)), policy(TITLE, id="B"), policy(TITLE, id="C")]
    assert order(*laws) == ["qualifications", "score"]


def test_what_people_judge_is_not_asked_and_makes_the_policy_no_more_likely() -> None:
    assert order(policy(JUDGED)) == []
    laws = [policy(SCORE, JUDGED, id="A", **paying(1000)), policy(STAFF, id="B", **paying(900))]
    assert order(*laws) == ["employees", "score"]


def test_what_other_enterprises_meet_tells_how_likely_a_condition_is() -> None:
    laws = [policy(SCORE, id="A", **paying(1200)), policy(STAFF, id="B", **paying(1000))]
    prepared = Prepared(laws, CATALOGUE, as_of=AS_OF)
    assert [q.attr for q in prepared.report({}).questions] == ["score", "employees"]
    prepared.learn([{"score": 10, "employees": 50}] * 20 + [{"score": 90}])
    assert [q.attr for q in prepared.report({}).questions] == ["employees", "score"]
    # only the order depends on it
    assert {q.attr: q.money for q in prepared.report({}).questions} == {
        "employees": Decimal(1000),
        "score": Decimal(1200),
    }
    assert prepared.report({"score": 61}).policies[0].verdict == "eligible"


def test_no_condition_becomes_certain_by_what_others_meet() -> None:
    prepared = Prepared([policy(SCORE, **paying(1000))], CATALOGUE, as_of=AS_OF)
    prepared.learn([{"score": 1}] * 1000)
    assert [q.attr for q in prepared.report({}).questions] == ["score"]
    assert 0 < prepared.rules.chance[0] < 0.01


def test_of_a_sum_over_years_each_missing_year_is_asked() -> None:
    revenue = {
        "attr": "revenue",
        "op": ">=",
        "value": 1,
        "unit": "CNY",
        "period": "last_3_fiscal_years",
        "agg": "sum",
    }
    assert order(policy(revenue), facts={"revenue@2024": 5}) == ["revenue@2023", "revenue@2025"]


def test_inside_a_group_only_what_is_still_open_is_asked() -> None:
    either = {"any": [STAFF, TITLE]}
    (question,) = made(policy(either), facts={"employees": 1}).questions
    assert question.attr == "qualifications"
    two = {"at_least": 2, "of": [STAFF, TITLE, SCORE]}
    told = made(policy(two, CLEAN), facts={"employees": 20, "score": 61})
    assert told.questions == ()


def test_what_is_derived_is_asked_through_what_it_is_derived_from() -> None:
    rules = parse_derived(
        {
            "derived": [
                {"attr": "rd_ratio", "ratio": {"num": "rd_expense", "den": "revenue"}},
                {
                    "attr": "size_class",
                    "function": "size",
                    "of": {"staff": "employees", "revenue": "revenue@last_fiscal_year"},
                },
            ]
        },
        CATALOGUE,
    )
    ratio = {"attr": "rd_ratio", "op": ">=", "value": 3, "unit": "%", "period": "last_fiscal_year"}
    size = {"attr": "size_class", "op": "==", "value": "small"}
    facts, _ = derive(
        {"revenue@2025": 100},
        rules,
        CATALOGUE,
        as_of=AS_OF,
        functions={"size": lambda staff, revenue, as_of: None},
    )
    told = report([policy(ratio, size)], facts, CATALOGUE, as_of=AS_OF, derived=rules)
    assert {q.attr for q in told.questions} == {"rd_expense@2025", "employees"}
    assert report([policy(ratio, size)], facts, CATALOGUE, as_of=AS_OF).questions == ()
