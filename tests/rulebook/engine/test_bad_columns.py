"""Columns of an Arrow table that cannot hold the facts that policies ask for, or hold none."""

from typing import Any

import pyarrow as pa
import pytest

from qifu.rulebook.engine.arrow import UnfitColumn
from qifu.rulebook.engine.coding import code_snapshot
from qifu.rulebook.engine.columns import Columns
from qifu.rulebook.engine.compiling import compile_policies
from qifu.rulebook.engine.running import match
from qifu.rulebook.policy import parse_policy
from tests.rulebook.world import AS_OF, CATALOGUE, document

ASKED: dict[str, dict[str, Any]] = {
    "employees": {"attr": "employees", "op": ">=", "value": 2, "unit": "person"},
    "founded": {"attr": "founded", "op": "<", "value": "2024-01-01"},
    "legal_person": {"attr": "legal_person", "op": "is", "value": True},
    "region": {"attr": "region", "op": "under", "value": "4403"},
    "qualifications": {"attr": "qualifications", "op": "has_any", "value": ["hi_tech_firm"]},
}
READ = {
    "employees": lambda columns: columns.numbers("employees"),
    "founded": lambda columns: columns.numbers("founded", days=True),
    "legal_person": lambda columns: columns.flags("legal_person"),
    "region": lambda columns: columns.codes("region"),
    "qualifications": lambda columns: columns.members("qualifications", ["hi_tech_firm"]),
}


def counted(key: str, column: pa.Array, engine: str = "") -> list[list[int]]:
    program = compile_policies(
        [parse_policy(document(ASKED[key]), CATALOGUE)], CATALOGUE, as_of=AS_OF
    )
    counts: list[list[int]] = match(
        program, code_snapshot(pa.table({key: column}), program), engine=engine
    ).policies.tolist()
    return counts


@pytest.mark.parametrize(
    ("key", "column", "found"),
    [
        ("employees", pa.array(["3"]), "must be numbers, found string"),
        ("founded", pa.array(["2024-01-01"]), "must be days \\(date32\\), found string"),
        ("legal_person", pa.array([1]), "must be true or false, found int64"),
        ("region", pa.array([440306]), "must be texts, found int64"),
        ("qualifications", pa.array(["hi_tech_firm"]), "must be lists of texts, found string"),
        ("qualifications", pa.array([[1]]), "must be lists of texts, found list"),
        ("qualifications", pa.array([["x"], ["hi_tech_firm", None]]), "null inside a set"),
        (
            "qualifications",
            pa.ListArray.from_arrays([0, 2], pa.DictionaryArray.from_arrays([0, 1], ["x", None])),
            "null inside a set",
        ),
    ],
)  # fmt: skip
def test_what_a_column_cannot_say_is_refused_by_its_name(
    key: str, column: pa.Array, found: str
) -> None:
    with pytest.raises(UnfitColumn, match=f"{key}: .*{found}"):
        counted(key, column)
    with pytest.raises(UnfitColumn, match=f"{key}: .*{found}"):
        READ[key](Columns(pa.table({key: column})))


@pytest.mark.parametrize("key", list(ASKED))
def test_a_column_of_nothing_but_nulls_has_no_type_and_is_unknown(key: str) -> None:
    assert counted(key, pa.nulls(3)) == counted(key, pa.nulls(3), "numpy") == [[0, 3, 0]]
    columns = Columns(pa.table({key: pa.nulls(3)}))
    READ[key](columns)
    assert not columns.missing
