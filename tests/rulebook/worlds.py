"""Random policies and facts for whatever judges them: few values, so that ties are frequent.

Figures lie on thresholds, beside them by the smallest step a float has, and far beyond; codes stand
at every depth of their trees; days at the edges of the periods, at month ends and at the ends of
the calendar. Anything may be unknown.
"""

import math
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.rulebook.reference import conjunction, value_of
from tests.rulebook.world import AS_OF, INDUSTRIES, REGIONS

WINDOW = {"opens": date(2026, 3, 1), "closes": date(2027, 2, 28)}
PUBLISHED = date(2024, 2, 29)
DAYS = {**WINDOW, "published": PUBLISHED}

# few values, so that ties are frequent; in the attribute's own unit
FIGURES = {
    "capital": [0, 9999.99, 10_000, 20_000, 20_000.01, 100_000_000],
    "employees": [0, 1, 19, 20, 21, 300, 1_000_000],
    "score": [-1, 0, 0.1, 0.3, 0.30000000000000004, 60, 1e19],
}
# decimals between two floats, and what only a decimal can say
BETWEEN_FLOATS = [Decimal("0.30000000000000003"), Decimal("0.299999999999999999"), Decimal("1E-9")]
YEARLY = {
    "revenue": [0, 10_000, 15_000, 20_000, 100_000_000],
    "growth": [-1, -0.05, 0, 0.03, 0.15, 1e16, -1e16],
}
UNITS = {"capital": ["CNY", "万元"], "employees": ["person"], "revenue": ["CNY", "万元", "亿元"]}
UNITS["growth"] = ["ratio", "%"]
MEMBERS = ["hi_tech_firm", "little_giant", "tech_sme"]
WORDS = ["芯片", "医疗", "other"]
CODES = {
    "region": [*REGIONS, "440300", "440000"],
    "industry": list(INDUSTRIES),
}
PERIODS = ["P1D", "P30D", "P1M", "P6M", "P1Y", "P3Y", "P5Y", "P9000Y"]
ORDER = ["==", "!=", "<", "<=", ">", ">="]


# near the edges of what the periods reach, month ends, and the ends of the calendar
EDGES = [
    date(base.year - years, base.month, min(base.day, 28)) + timedelta(days=shift)
    for base in (AS_OF, *DAYS.values())
    for years in (0, 1, 3, 5)
    for shift in (-1, 0, 1)
] + [date.min, date.max, date(2024, 2, 29), date(2020, 2, 29), date(2026, 1, 31)]


def days() -> st.SearchStrategy[date]:
    return st.sampled_from(EDGES) | st.dates()


def among(values: list[Any], least: int = 1) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=3)


@st.composite
def numeric(draw: Any, attr: str, values: list[Any], units: list[str | None]) -> dict[str, Any]:
    unit = draw(st.sampled_from(units))
    scale = {"万元": 10_000, "亿元": 100_000_000}.get(unit or "", 1)
    # whole numbers in the unit of the condition, and what is scaled down exactly
    wanted = [v if scale == 1 else v // scale for v in values if attr != "growth" or abs(v) < 2]
    if unit == "%":
        wanted = [-100, -5, 0, 3, 15]
    if attr == "score":
        wanted = wanted + BETWEEN_FLOATS
    op = draw(st.sampled_from([*ORDER, "between", "in", "not_in"]))
    if op == "between":
        ends = [draw(st.sampled_from(wanted)), draw(st.sampled_from(wanted))]
        # as they are written: a float may lie on the other side of a decimal
        value: Any = sorted(ends, key=lambda end: Decimal(str(end)))
    elif op in ("in", "not_in"):
        value = draw(among(wanted))
    else:
        value = draw(st.sampled_from(wanted))
    return {"attr": attr, "op": op, "value": value} | ({"unit": unit} if unit else {})


# what compares figures and codes has most ways to go wrong
KINDS = [
    *["figure", "year"] * 4,
    *["age", "code"] * 2,
    "day",
    "set",
    "flag",
    "flags",
    "text",
    "human",
]
SEVERAL = ["last_2_fiscal_years", "last_3_fiscal_years"]


@st.composite
def atoms(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    if kind == "figure":
        attr = draw(st.sampled_from(list(FIGURES)))
        return draw(numeric(attr, FIGURES[attr], UNITS.get(attr, [None])))
    if kind == "year":
        attr = draw(st.sampled_from(list(YEARLY)))
        made = draw(numeric(attr, YEARLY[attr], UNITS[attr]))
        period = draw(st.sampled_from(["last_fiscal_year", "year:2025", *SEVERAL]))
        made |= {"period": period}
        if period.endswith("years"):
            made["agg"] = draw(st.sampled_from(["each", "sum", "mean"]))
        return made | draw(moments())
    if kind == "day":
        op = draw(st.sampled_from([*ORDER, "in", "not_in", "between"]))
        if op == "between":
            value: Any = sorted([draw(days()), draw(days())])
        else:
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
    if kind == "flags":
        period = draw(st.sampled_from(["last_fiscal_year", "year:2025", *SEVERAL]))
        made = {"attr": "above_scale", "op": "is", "value": draw(st.booleans()), "period": period}
        return made | ({"agg": "each"} if period in SEVERAL else {}) | draw(moments())
    if kind == "text":
        op = draw(st.sampled_from(["==", "!=", "in", "not_in"]))
        value = draw(among(WORDS) if "in" in op else st.sampled_from(WORDS))
        return {"attr": "chain", "op": op, "value": value}
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
        **{f"above_scale@{year}": st.none() | st.booleans() for year in (2023, 2024, 2025)},
        "chain": st.none() | st.sampled_from(WORDS),
    },
)


TYPES = {
    "founded": pa.date32(),
    "legal_person": pa.bool_(),
    "qualifications": pa.list_(pa.string()),
    "region": pa.string(),
    "industry": pa.string(),
    "chain": pa.string(),
    "above_scale": pa.bool_(),
}


def table(firms: list[dict[str, Any]]) -> pa.Table:
    """Facts as a register would hold them: a column a key, null for unknown."""
    keys = sorted({key for firm in firms for key in firm}) or ["founded"]
    columns = {
        key: pa.array(
            [firm.get(key) for firm in firms], TYPES.get(key.partition("@")[0], pa.float64())
        )
        for key in keys
    }
    return pa.table(columns)


def hard(group: dict[str, Any], yes: bool) -> dict[str, Any]:
    return group | {"kind": "hard"} if yes else group


GROUPS = st.lists(st.builds(hard, TREES, st.booleans()), min_size=1, max_size=4)


def judged(groups: list[dict[str, Any]], facts: dict[str, Any], as_of: date) -> str:
    """The verdict by the definitions of ENGINE.md, and nothing else; `near` is a near miss."""
    answers = [value_of(group, facts, as_of, DAYS) for group in groups]
    whole = conjunction(answers)
    if whole is not False:
        return "eligible" if whole else "maybe"
    lost = [group for group, answer in zip(groups, answers, strict=True) if answer is False]
    return "near" if len(lost) == 1 and lost[0].get("kind") != "hard" else "none"


def expected(groups: list[dict[str, Any]], facts: dict[str, Any]) -> tuple[bool, bool, bool]:
    """Eligible, maybe, near miss."""
    verdict = judged(groups, facts, AS_OF)
    return verdict == "eligible", verdict == "maybe", verdict == "near"


class World:
    """Policies, each a list of groups, and firms on a day. A firm's code may be of no tree: a
    register has such; to anybody who reads facts strictly it is unknown (`lawful`)."""

    def __init__(
        self, policies: list[list[dict[str, Any]]], firms: list[dict[str, Any]], as_of: date
    ) -> None:
        self.policies, self.firms, self.as_of = policies, firms, as_of

    def __repr__(self) -> str:
        """Short: which case it is about is told by whoever finds a difference."""
        return f"<{len(self.policies)} policies, {len(self.firms)} firms, {self.as_of}>"

    @property
    def lawful(self) -> list[dict[str, Any]]:
        return [
            {key: value for key, value in firm.items() if value not in NO_CODES}
            for firm in self.firms
        ]


NO_CODES = ("9999", "Z99", "4405")
# what a fact may be where firms are mixed by lot; None is unknown
MIXED: dict[str, list[Any]] = {
    **{attr: [None, *values] for attr, values in FIGURES.items()},
    **{
        f"{attr}@{year}": [None, *values]
        for attr, values in YEARLY.items()
        for year in (2023, 2024, 2025)
    },
    **{attr: [None, *codes, *NO_CODES] for attr, codes in CODES.items()},
    **{f"above_scale@{year}": [None, True, False] for year in (2023, 2024, 2025)},
    "qualifications": [None, [], *([m] for m in MEMBERS), MEMBERS[:2], MEMBERS[1:], MEMBERS],
    "legal_person": [None, True, False],
    "chain": [None, *WORDS],
    "founded": [None, *EDGES],
}
MIXED["score"] += [math.nextafter(0.3, 0), math.nextafter(0.1, 1), 1e-9, -1e19]
MIXED["capital"] += [math.nextafter(20_000, 0), math.nextafter(20_000, 30_000), 1e12]
# no steps of a float for yearly figures: a mean between two floats counts as the lower one


def mixed(lot: random.Random, size: int) -> list[dict[str, Any]]:
    """So many firms by lot."""
    return [{key: lot.choice(values) for key, values in MIXED.items()} for _ in range(size)]


def leaves(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The atomic conditions inside a condition."""
    if "op" in node:
        return [node]
    inner = [*node.get("all", ()), *node.get("any", ()), *node.get("of", ())]
    inner += [node["not"]] if "not" in node else []
    return [leaf for one in inner for leaf in leaves(one)]


def sibling(leaf: dict[str, Any], lot: random.Random) -> dict[str, Any]:
    """The same condition but for one thing: it must not be taken for the other one."""
    leaf = {key: value for key, value in leaf.items() if key != "kind"}
    plain = leaf["attr"] in (*CODES, "chain")
    several = {
        "op": [
            ["==", "!="] if plain else ORDER,
            ["in", "not_in"],
            ["age_at_least", "age_at_most", "within_last"],
        ],
        "agg": [["sum", "mean"]],
        "period": [SEVERAL, ["last_fiscal_year", "year:2025"]],
        "at": [["opens", "closes", "published", "as_of"]],
    }
    ways = [
        leaf | {key: other}
        for key, choices in several.items()
        for values in choices
        if leaf.get(key) in values
        for other in values
        if other != leaf[key]
    ]
    return lot.choice(ways) if ways else {"not": leaf}


@st.composite
def worlds(draw: Any, policies: int, firms: int) -> World:
    """So many policies and firms. A third of the policies are single conditions that differ in one
    thing from a condition of another; a third of the firms are as hypothesis draws them."""
    lot = random.Random(draw(st.integers(0, 2**32)))
    more = policies // 3
    laws = draw(st.lists(GROUPS, min_size=policies - more, max_size=policies - more))
    known = [leaf for groups in laws for group in groups for leaf in leaves(group)]
    yearly = [leaf for leaf in known if leaf.get("agg") in ("sum", "mean")]
    laws += [[sibling(lot.choice(yearly or known if i % 2 else known), lot)] for i in range(more)]
    seen = draw(st.lists(FACTS, min_size=firms // 3, max_size=firms // 3))
    odd = [date(2024, 2, 29), date(2026, 2, 28), date(1900, 1, 1), date.max]
    as_of = draw(st.just(AS_OF) | st.sampled_from(odd))
    return World(laws, seen + mixed(lot, firms - len(seen)), as_of)


def drawn(policies: int, firms: int, examples: int) -> list[World]:
    """So many worlds, always the same, the simplest last."""
    made: list[World] = []

    @settings(
        derandomize=True, max_examples=examples, phases=[Phase.generate], deadline=None,
        database=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(worlds(policies, firms))
    def draw(world: World) -> None:
        made.append(world)

    draw()
    return made[::-1]
