"""Conditions as SQL: what somebody with a database would write, three values by its NULL.

Figures are decimals, exactly as written. A code of no tree is NULL before anything asks.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa

from tests.rulebook.reference import FACTORS, LEVELS, bare
from tests.rulebook.world import INDUSTRIES, REGIONS
from tests.rulebook.worlds import DAYS, TYPES, World

EXACT = pa.decimal128(38, 18)
UNITS = {"Y": "YEAR", "M": "MONTH", "D": "DAY"}
OPERATORS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
VERDICTS = ("none", "maybe", "eligible", "near")


def verdicts(world: World) -> list[list[str]]:
    """`[policy][firm]`, from one statement over one table."""
    asked, said = [], []
    names = frozenset(key for firm in world.firms for key in firm)
    for p, groups in enumerate(world.policies):
        columns = [f"p{p}g{g}" for g in range(len(groups))]
        for name, group in zip(columns, groups, strict=True):
            asked.append(f"{_Words(names, world.as_of).node(group)} AS {name}")
        hard = [name for name, g in zip(columns, groups, strict=True) if g.get("kind") == "hard"]
        lost = " + ".join(f"CAST({name} IS FALSE AS INT)" for name in columns)
        held_hard = " AND ".join(["TRUE", *(f"{name} IS NOT FALSE" for name in hard)])
        whole = " AND ".join(columns)
        said.append(
            f"CASE WHEN {whole} THEN 2 WHEN ({whole}) IS NULL THEN 1"
            f" WHEN {lost} = 1 AND {held_hard} THEN 3 ELSE 0 END"
        )
    with duckdb.connect() as db:
        db.execute("SET threads = 1")
        db.register("register", _table(world.firms, names))
        rows = db.execute(
            f"WITH firms AS ({_read(names)}),"
            f" asked AS (SELECT place, {', '.join(asked)} FROM firms)"
            f" SELECT {', '.join(said)} FROM asked ORDER BY place"
        ).fetchall()
    return [[VERDICTS[row[p]] for row in rows] for p in range(len(world.policies))]


def _table(firms: list[dict[str, Any]], names: frozenset[str]) -> pa.Table:
    columns: dict[str, Any] = {"place": list(range(len(firms)))}
    for key in sorted(names):
        kind = TYPES.get(key.partition("@")[0])
        values = [firm.get(key) for firm in firms]
        if kind is None:
            values = [None if v is None else Decimal(repr(v)) for v in values]
        columns[key] = pa.array(values, kind or EXACT)
    return pa.table(columns)


def _read(names: frozenset[str]) -> str:
    """The register with codes in one form, and only those that there are."""
    trees = {"region": list(REGIONS), "industry": list(INDUSTRIES)}
    whole = {"region": "regexp_replace(region, '(00)+$', '')", "industry": "industry"}
    mended = [
        f"CASE WHEN {whole[a]} IN {_several(trees[a])} THEN {whole[a]} END AS {a}"
        for a in LEVELS
        if a in names
    ]
    return f"SELECT * REPLACE ({', '.join(mended)}) FROM register" if mended else "FROM register"


def _several(texts: list[str]) -> str:
    return "(" + ", ".join(f"'{text}'" for text in texts) + ")"


class _Words:
    """Conditions on one day, over columns of these names."""

    def __init__(self, names: frozenset[str], as_of: date) -> None:
        self.names, self.as_of = names, as_of

    def node(self, node: dict[str, Any]) -> str:
        """A condition and what is inside it."""
        if "all" in node:
            return "(" + " AND ".join(map(self.node, node["all"])) + ")"
        if "any" in node:
            return "(" + " OR ".join(map(self.node, node["any"])) + ")"
        if "not" in node:
            return f"(NOT {self.node(node['not'])})"
        if "at_least" in node:
            parts, k = [f"CAST({self.node(part)} AS INT)" for part in node["of"]], node["at_least"]
            sure = " + ".join(f"coalesce({part}, 0)" for part in parts)
            best = " + ".join(f"coalesce({part}, 1)" for part in parts)
            return f"(CASE WHEN {sure} >= {k} THEN TRUE WHEN {best} < {k} THEN FALSE END)"
        return f"({self.atom(node)})"

    def column(self, key: str) -> str:
        """The column, NULL where the register has none of that name."""
        kind = str(TYPES.get(key.partition("@")[0], "DECIMAL(38, 18)"))
        kind = {"bool": "BOOLEAN", "string": "VARCHAR", "date32[day]": "DATE"}.get(kind, kind)
        kind = kind if "list" not in kind else "VARCHAR[]"
        return f'"{key}"' if key in self.names else f"NULL::{kind}"

    def atom(self, node: dict[str, Any]) -> str:
        """A condition on one attribute."""
        attr, op, period = node["attr"], node["op"], node.get("period")
        if op == "human_judged":
            return "NULL::BOOLEAN"
        at = node.get("at", "as_of")
        at = self.as_of if at == "as_of" else DAYS.get(at, at)
        if period is None:
            return self.compare(node, self.column(attr), at)
        years = {"last_fiscal_year": [at.year - 1], "year:2025": [2025]}.get(period)
        if years is None:
            years = [at.year - 1 - n for n in range(int(period.split("_")[1]))]
        columns = [self.column(f"{attr}@{year}") for year in years]
        if node.get("agg", "each") == "each":
            return " AND ".join(f"({self.compare(node, column, at)})" for column in columns)
        # a mean against a figure is a sum against so many times the figure
        times = len(years) if node["agg"] == "mean" else 1
        return self.compare(node, f"({' + '.join(columns)})", at, times)

    def compare(self, node: dict[str, Any], column: str, at: date, times: int = 1) -> str:
        """One column against the value."""
        attr, op, value = node["attr"], node["op"], node["value"]
        if op == "is":
            return f"{column} = {value}"
        if op in ("has_any", "has_all"):
            return f"list_{op}({column}, [{_several(value)[1:-1]}])"
        if op in ("age_at_least", "age_at_most", "within_last"):
            return _age(op, column, f"DATE '{at}'", value, at)
        if attr in LEVELS:
            return _code(op, column, [bare(attr, v) for v in _listed(value)])
        values = [_literal(v, node.get("unit"), times) for v in _listed(value)]
        if op == "between":
            return f"{column} BETWEEN {values[0]} AND {values[1]}"
        if op in ("in", "not_in"):
            return f"{column} {'NOT ' if op == 'not_in' else ''}IN ({', '.join(values)})"
        return f"{column} {OPERATORS[op]} {values[0]}"


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _literal(value: Any, unit: str | None, times: int) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, date):
        return f"DATE '{value}'"
    exact = Fraction(str(value)) * FACTORS[unit] * times
    scaled = exact * 10**18
    assert scaled.denominator == 1, value
    return f"CAST('{Decimal(scaled.numerator).scaleb(-18):f}' AS DECIMAL(38, 18))"


def _age(op: str, column: str, at: str, period: str, day: date) -> str:
    length = f"INTERVAL {period[1:-1]} {UNITS[period[-1]]}"
    if op == "within_last":
        return f"{column} BETWEEN {at} - {length} AND {at}"
    if op == "age_at_most":
        return f"{column} <= {at} AND {column} + {length} >= {at}"
    # an anniversary beyond the calendar is its last day
    ends = "TRUE" if day == date.max else f"{column} + {length} <= {at}"
    return f"{column} <= {at} AND {ends}"


def _code(op: str, column: str, wanted: list[str]) -> str:
    below = [f"starts_with({column}, '{code}')" for code in wanted]
    inside = " OR ".join(below) if op == "under" else f"{column} IN {_several(wanted)}"
    above = " OR ".join(
        f"(starts_with('{code}', {column}) AND {column} <> '{code}')" for code in wanted
    )
    answer = f"CASE WHEN {inside} THEN TRUE WHEN {above} THEN NULL ELSE {inside} END"
    return f"NOT ({answer})" if op in ("!=", "not_in") else answer
