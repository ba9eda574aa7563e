"""Snapshots on disk: the same answers as from the table, for every program that they can serve."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qifu.rulebook.engine.coding import code_snapshot
from qifu.rulebook.engine.compiling import Program, compile_policies
from qifu.rulebook.engine.running import match
from qifu.rulebook.engine.store import UnfitSnapshot, open_snapshot, save_snapshot
from qifu.rulebook.policy import parse_policy
from tests.rulebook.world import AS_OF, CATALOGUE, document
from tests.rulebook.worlds import FACTS, GROUPS, PUBLISHED, WINDOW, table

MADE = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def program(*policies: list, on: date = AS_OF) -> Program:
    read = [
        parse_policy(document(*groups, id=f"P{i}", window=WINDOW, published=PUBLISHED), CATALOGUE)
        for i, groups in enumerate(policies)
    ]
    return compile_policies(read, CATALOGUE, as_of=on)


def saved(path: Path, firms: pa.Table, made_for: Program, ids: pa.ChunkedArray) -> None:
    save_snapshot(
        path, code_snapshot(firms, made_for), ids, as_of=AS_OF, made_at=MADE, data_hash="d",
        program_hash="p", engine="e",
    )  # fmt: skip


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(GROUPS, min_size=1, max_size=6), st.lists(FACTS, min_size=1, max_size=24))
def test_what_is_opened_matches_like_what_was_coded(tmp_path, policies, firms):
    made, whole = program(*policies), table(firms)
    ids = pa.chunked_array([[f"E{i}" for i in range(len(firms))]])
    saved(tmp_path / "s", whole, made, ids)
    stored = open_snapshot(tmp_path / "s", made)
    assert stored.ids == ids
    assert (stored.as_of, stored.made_at, stored.data_hash) == (AS_OF, MADE, "d")
    counts, expected = (
        match(made, one, engine="numpy") for one in (stored.snapshot, code_snapshot(whole, made))
    )
    assert np.array_equal(counts.policies, expected.policies)
    assert np.array_equal(counts.enterprises, expected.enterprises)
    # some of the policies ask no more than all of them
    part = program(*policies[:1])
    counts = match(part, open_snapshot(tmp_path / "s", part).snapshot, engine="numpy")
    assert counts.policies.tolist() == expected.policies[:1].tolist()


AGE = {"attr": "founded", "op": "age_at_least", "value": "P3Y"}
STAFF = {"attr": "employees", "op": ">=", "value": 50, "unit": "person"}
TITLES = {"attr": "qualifications", "op": "has_any", "value": ["hi_tech_firm"]}
FIRMS = table([{"employees": 49, "founded": date(2020, 1, 1), "qualifications": ["little_giant"]}])


@pytest.mark.parametrize(
    ("asked", "on", "said"),
    [
        ([STAFF | {"value": 20}], AS_OF, "employees (thresholds)"),
        ([AGE], date(2026, 11, 23), "founded (thresholds)"),
        ([TITLES | {"value": ["little_giant"]}], AS_OF, "qualifications (members)"),
        ([{"attr": "region", "op": "under", "value": "44"}], AS_OF, "region"),
    ],
)
def test_a_program_that_asks_for_more_is_refused_by_name(tmp_path, asked, on, said):
    saved(tmp_path / "s", FIRMS, program([AGE], [STAFF], [TITLES]), pa.chunked_array([["E"]]))
    assert open_snapshot(tmp_path / "s", program([STAFF])).snapshot.size == 1
    with pytest.raises(UnfitSnapshot) as refused:
        open_snapshot(tmp_path / "s", program(asked, on=on))
    assert str(refused.value).endswith(said)


def test_what_is_no_snapshot_is_refused(tmp_path):
    for content in (b"", b"PAR1", b"ARROW1 and more"):
        (tmp_path / "s").write_bytes(content)
        with pytest.raises(UnfitSnapshot):
            open_snapshot(tmp_path / "s")
    with pa.OSFile(str(tmp_path / "s"), "wb") as sink, pa.ipc.new_file(sink, FIRMS.schema) as file:
        file.write_table(FIRMS)
    with pytest.raises(UnfitSnapshot, match="found —"):
        open_snapshot(tmp_path / "s")


def test_an_opened_snapshot_cannot_change_its_file(tmp_path):
    saved(tmp_path / "s", FIRMS, program([STAFF]), pa.chunked_array([["E"]]))
    before = (tmp_path / "s").read_bytes()
    for coded in open_snapshot(tmp_path / "s").snapshot.columns.values():
        coded.values[:] = 0
    assert (tmp_path / "s").read_bytes() == before


def test_only_missing_columns_that_the_program_asks_for_are_told(tmp_path):
    saved(
        tmp_path / "s", FIRMS.drop_columns(["founded"]), program([STAFF], [AGE]),
        pa.chunked_array([["E"]]),
    )  # fmt: skip
    assert open_snapshot(tmp_path / "s", program([STAFF])).snapshot.warnings == ()
    assert open_snapshot(tmp_path / "s", program([AGE])).snapshot.warnings == ("founded",)
