"""What the lint claims of random policies, tried with random facts by the slow reference."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.check import check_documents
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding
from tests.rulebook.reference import conjunction, value_of
from tests.rulebook.world import AS_OF, CATALOGUE, document
from tests.rulebook.worlds import (
    CODES,
    DAYS,
    FACTS,
    FIGURES,
    MEMBERS,
    PERIODS,
    PUBLISHED,
    TREES,
    UNITS,
    WINDOW,
    YEARLY,
    days,
    grown,
    numeric,
)  # fmt: skip

AGES = st.fixed_dictionaries(
    {
        "attr": st.just("founded"),
        "op": st.sampled_from(["age_at_least", "age_at_most", "within_last"]),
        "value": st.sampled_from(PERIODS),
    }
)
DATES = st.fixed_dictionaries(
    {"attr": st.just("founded"), "op": st.sampled_from(["==", "!=", ">", "<="]), "value": days()}
)
UNDER = [
    st.fixed_dictionaries(
        {"attr": st.just(attr), "op": st.sampled_from(["under", "in", "not_in"])}
        | {"value": st.lists(st.sampled_from(codes), min_size=1, max_size=3)}
    )
    for attr, codes in CODES.items()
]
SETS = st.fixed_dictionaries(
    {"attr": st.just("qualifications"), "op": st.sampled_from(["has_any", "has_all"])}
    | {"value": st.lists(st.sampled_from(MEMBERS), min_size=1, max_size=3)}
)
FLAGS = st.fixed_dictionaries(
    {"attr": st.just("legal_person"), "op": st.just("is"), "value": st.booleans()}
)
NUMBERS = [numeric(attr, values, UNITS.get(attr, [None])) for attr, values in FIGURES.items()]
GROWTH = numeric("growth", YEARLY["growth"], UNITS["growth"]).flatmap(
    lambda made: st.sampled_from(
        [made | {"period": "last_fiscal_year"}, made | {"period": "year:2025"}]
        + [made | {"period": "last_2_fiscal_years", "agg": how} for how in ("each", "sum", "mean")]
    )
)
# conditions on one fact meet each other; now and then anything
LAWS = st.sampled_from([AGES | DATES, *UNDER, SETS, FLAGS | SETS, *NUMBERS, GROWTH]).flatmap(
    lambda one: st.lists(st.recursive(one, grown, max_leaves=3), min_size=2, max_size=4)
) | st.lists(TREES, min_size=2, max_size=3)


def found(groups: list[dict[str, Any]], *codes: str) -> list[Finding]:
    doc = document(*groups, window=WINDOW, published=PUBLISHED)
    checked = check_documents([Document(doc)], CATALOGUE, on=AS_OF)
    return [f for f in (*checked.errors, *checked.warnings) if f.code in codes]


def answers(groups: list[dict[str, Any]], facts: dict[str, Any]) -> list[bool | None]:
    return [value_of(group, facts, AS_OF, DAYS) for group in groups]


def at(groups: list[dict[str, Any]], path: str) -> tuple[Any, Any]:
    """The list that the condition at the path stands in, and its position there."""
    node: Any = {"when": {"all": groups}}
    steps = path.replace("]", "").replace("[", ".").split(".")
    for step in steps[:-1]:
        node = node[int(step)] if step.isdigit() else node[step]
    return node, steps[-1]


@settings(max_examples=150, deadline=None)
@given(LAWS, st.lists(FACTS, min_size=4, max_size=4))
def test_what_is_called_a_contradiction_is_met_by_nobody(
    groups: list[dict[str, Any]], many: list[dict[str, Any]]
) -> None:
    if found(groups, "contradiction"):
        for facts in many:
            assert conjunction(answers(groups, facts)) is not True


@settings(max_examples=150, deadline=None)
@given(LAWS, st.lists(FACTS, min_size=4, max_size=4))
def test_what_is_called_needless_changes_no_verdict_and_what_never_fails_never_fails(
    groups: list[dict[str, Any]], many: list[dict[str, Any]]
) -> None:
    findings = found(groups, "implied", "repeated", "always_met", "never_met")
    before = [conjunction(answers(groups, facts)) for facts in many]
    for finding in findings:
        parent, key = at(groups, finding.path)
        node = parent[int(key)] if isinstance(parent, list) else parent[key]
        told = [value_of(node, facts, AS_OF, DAYS) for facts in many]
        if finding.code == "always_met":
            assert False not in told
        elif finding.code == "never_met":
            # by nobody at all, or by nobody who meets the other groups
            assert (True, True) not in zip(told, before, strict=True)
    # removed all at once, the last of a list first
    for finding in sorted(findings, key=lambda f: f.path, reverse=True):
        parent, key = at(groups, finding.path)
        counted = "of[" in finding.path.rpartition(".")[2]
        if finding.code in ("implied", "repeated") and len(parent) > 1 and not counted:
            kept = parent.pop(int(key))
            after = [conjunction(answers(groups, facts)) for facts in many]
            assert after == before, finding
            parent.insert(int(key), kept)
