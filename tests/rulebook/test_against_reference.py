"""Random conditions over random facts, compared with the slow reference."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rulebook.reference import conjunction, value_of
from tests.rulebook.world import AS_OF, INDUSTRIES, REGIONS, judge

WINDOW = {"opens": date(2026, 3, 1), "closes": date(2027, 2, 28)}
PUBLISHED = date(2024, 2, 29)
DAYS = {**WINDOW, "published": PUBLISHED}
ANSWERS = {"met": True, "unmet": False, "unknown": None}
VERDICTS = {True: "eligible", False: "ineligible", None: "maybe"}

# few values, so that ties are frequent; in the attribute's own unit
FIGURES = {
    "capital": [0, 9999.99, 10_000, 20_000, 20_000.01, 100_000_000],
    "employees": [0, 1, 19, 20, 21, 300, 1_000_000],
    "score": [-1, 0, 0.1, 0.3, 0.30000000000000004, 60],
}
YEARLY = {
    "revenue": [0, 10_000, 15_000, 20_000, 100_000_000],
    "growth": [-1, -0.05, 0, 0.03, 0.15],
}
UNITS = {"capital": ["CNY", "万元"], "employees": ["person"], "revenue": ["CNY", "万元", "亿元"]}
UNITS["growth"] = ["ratio", "%"]
MEMBERS = ["hi_tech_firm", "little_giant", "tech_sme"]
CODES = {
    "region": [*REGIONS, "440300", "440000"],
    "industry": list(INDUSTRIES),
}
PERIODS = ["P1D", "P30D", "P1M", "P6M", "P1Y", "P3Y", "P5Y", "P9000Y"]
ORDER = ["==", "!=", "<", "<=", ">", ">="]


def days() -> st.SearchStrategy[date]:
    """Days near the edges of what the periods reach, month ends, and the ends of the calendar."""
    near = [
        date(base.year - years, base.month, min(base.day, 28)) + timedelta(days=shift)
        for base in (AS_OF, *DAYS.values())
        for years in (0, 1, 3, 5)
        for shift in (-1, 0, 1)
    ]
    odd = [date.min, date.max, date(2024, 2, 29), date(2020, 2, 29), date(2026, 1, 31)]
    return st.sampled_from(near + odd) | st.dates()


def among(values: list[Any], least: int = 1) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3)


@st.composite
def numeric(draw: Any, attr: str, values: list[Any], units: list[str | None]) -> dict[str, Any]:
    unit = draw(st.sampled_from(units))
    scale = {"万元": 10_000, "亿元": 100_000_000}.get(unit or "", 1)
    # whole numbers in the unit of the condition, and what is scaled down exactly
    wanted = [v if scale == 1 else v // scale for v in values]
    if unit == "%":
        wanted = [-100, -5, 0, 3, 15]
    op = draw(st.sampled_from([*ORDER, "between", "in", "not_in"]))
    if op == "between":
        value: Any = sorted((draw(st.sampled_from(wanted)), draw(st.sampled_from(wanted))))
    elif op in ("in", "not_in"):
        value = draw(among(wanted))
    else:
        value = draw(st.sampled_from(wanted))
    return {"attr": attr, "op": op, "value": value} | ({"unit": unit} if unit else {})


@st.composite
def atoms(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["figure", "year", "day", "age", "code", "set", "flag", "human"]))
    if kind == "figure":
        attr = draw(st.sampled_from(list(FIGURES)))
        return draw(numeric(attr, FIGURES[attr], UNITS.get(attr, [None])))
    if kind == "year":
        attr = draw(st.sampled_from(list(YEARLY)))
        made = draw(numeric(attr, YEARLY[attr], UNITS[attr]))
        period = draw(st.sampled_from(["last_fiscal_year", "year:2025", "last_2_fiscal_years"]))
        made |= {"period": period}
        if period.endswith("years"):
            made["agg"] = draw(st.sampled_from(["each", "sum", "mean"]))
        return made | draw(moments())
    if kind == "day":
        op = draw(st.sampled_from([*ORDER, "in", "not_in"]))
        value = draw(st.lists(days(), min_size=1, max_size=3) if "in" in op else days())
        return {"attr": "founded", "op": op, "value": value}
    if kind == "age":
        op = draw(st.sampled_from(["age_at_least", "age_at_most", "within_last"]))
        made = {"attr": "founded", "op": op, "value": draw(st.sampled_from(PERIODS))}
        return made | draw(moments())
    if kind == "code":
        attr = draw(st.sampled_from(list(CODES)))
        op = draw(st.sampled_from(["under", "under", "==", "!=", "in", "not_in"]))
        one = st.sampled_from(CODES[attr])
        several = st.lists(one, min_size=1, max_size=3)
        single = op in ("==", "!=") or (op == "under" and draw(st.booleans()))
        return {"attr": attr, "op": op, "value": draw(one if single else several)}
    if kind == "set":
        op = draw(st.sampled_from(["has_any", "has_all"]))
        return {"attr": "qualifications", "op": op, "value": draw(among(MEMBERS))}
    if kind == "flag":
        return {"attr": "legal_person", "op": "is", "value": draw(st.booleans())}
    return {"attr": "plan", "op": "human_judged", "value": "?"}


def moments() -> st.SearchStrategy[dict[str, Any]]:
    named = st.sampled_from(["as_of", "opens", "closes", "published"])
    exact = st.sampled_from([date(2026, 2, 28), date(2024, 2, 29), date(1900, 1, 1), date.max])
    return st.just({}) | st.fixed_dictionaries({"at": named | exact})


def grown(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(inner, min_size=1, max_size=4)
    return (
        st.builds(lambda parts: {"any": parts}, several)
        | st.builds(lambda parts: {"all": parts}, several)
        | st.builds(lambda part: {"not": part}, inner)
        | several.flatmap(
            lambda parts: st.integers(1, len(parts)).map(lambda k: {"at_least": k, "of": parts})
        )
    )


TREES = st.recursive(atoms(), grown, max_leaves=6)
# `all` is no group of its own at the top: a group there is an atom, any, at_least … of, or not
FACTS = st.fixed_dictionaries(
    {},
    optional={
        **{attr: st.none() | st.sampled_from(values) for attr, values in FIGURES.items()},
        **{
            f"{attr}@{year}": st.sampled_from(values)
            for attr, values in YEARLY.items()
            for year in (2023, 2024, 2025, 2026)
        },
        **{attr: st.none() | st.sampled_from(codes) for attr, codes in CODES.items()},
        "founded": days(),
        "qualifications": st.none() | st.lists(st.sampled_from(MEMBERS), max_size=3),
        "legal_person": st.none() | st.booleans(),
    },
)


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
