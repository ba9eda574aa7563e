"""`qifu rules match --pairs`: all pairs, in order, whole or not at all; a broken run goes on."""

import json
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qifu.cli import rules_pairs
from tests.cli.matching import (
    at_least,
    counts,
    everything_in,
    law,
    matched,
    matched_apart,
    pairs,
    write_firms,
    write_laws,
)

SCORES = [55.0, 91.0, None, 60.0, 72.5, 60.0, 10.0, 88.0]
LIMITS = {"P60": 60, "P95": 95, "P10": 10, "P72": 72, "P88": 88}


def eligible(ids: list) -> list[tuple[str, object]]:
    """Policy by policy, and of each the firms in the order of the file."""
    return [
        (name, ident)
        for name, limit in LIMITS.items()
        for ident, score in zip(ids, SCORES, strict=True)
        if score is not None and score >= limit
    ]


@pytest.fixture
def place(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr(rules_pairs, "PAIRS_IN_A_PART", 5)
    laws = [law(name, at_least(limit)) for name, limit in LIMITS.items()]
    gone = law("GONE", at_least(1), effective={"from": "2020-01-01", "to": "2021-12-31"})
    write_laws(tmp_path, [*laws[:2], gone, *laws[2:]])
    write_firms(tmp_path, list("hgfedcba"), SCORES)
    return tmp_path


def parts(place: Path) -> list[Path]:
    return sorted((place / "out" / "pairs").glob("*.parquet"))


@pytest.mark.parametrize("plain", [(), ("--plain", "--threads", 1)])
def test_pairs_stand_by_policy_and_then_by_enterprise_as_in_the_input(place, plain):
    done = matched(place, "--pairs", *plain)
    assert done.exit_code == 0, done.output
    assert pairs(place) == eligible(list("hgfedcba"))
    sizes = [pq.read_metadata(part).num_rows for part in parts(place)]
    # P10 alone has seven, more than a part shall have; P95 has none and stands with its neighbour
    assert sizes == [5, 7, 5]
    assert "eligible pairs 17，写出 written 17" in done.output
    total = sum(row["eligible"] or 0 for row in counts(place))
    assert len(pairs(place)) == total
    assert everything_in(place / "out") == {
        "policies.parquet", "enterprises.parquet", "pairs", "pairs/_manifest.json",
        *(f"pairs/{part.name}" for part in parts(place)),
    }  # fmt: skip
    # a reader of the whole folder is not led astray by what else is in it
    assert pq.read_table(place / "out" / "pairs").num_rows == total


@pytest.mark.parametrize(
    "kind", [pa.int64(), pa.uint32(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())],
    ids=str,
)  # fmt: skip
def test_ids_of_any_type_stay_what_they_are(place, kind):
    ids = pa.array([str(i) for i in range(8)]).cast(kind)
    write_firms(place, ids, SCORES)
    assert matched(place, "--pairs").exit_code == 0
    assert pairs(place) == eligible(ids.to_pylist())
    assert {pq.read_table(part)["enterprise_id"].type for part in parts(place)} == {kind}


def test_firms_that_are_sorted_by_region_come_out_in_the_order_of_the_input(place):
    regions = ["4403", "33", "4403", "3301", "440305", "33", "4403", None]
    write_firms(place, list(range(8)), [1.0] * 8, region=pa.array(regions))
    where = {"attr": "region", "op": "under", "value": "4403", "kind": "hard"}
    write_laws(place, [law("A", where), law("B", {"not": {**where, "kind": "soft"}})][:1])
    assert matched(place, "--pairs").exit_code == 0
    assert pairs(place) == [("A", 0), ("A", 2), ("A", 4), ("A", 6)]


def test_nobody_eligible_gives_one_empty_file(place):
    write_laws(place, [law("A", at_least(99))])
    done = matched(place, "--pairs")
    assert done.exit_code == 0, done.output
    assert [pq.read_table(part).num_rows for part in parts(place)] == [0]
    assert pq.read_table(place / "out" / "pairs").column_names == ["policy_id", "enterprise_id"]


def test_the_same_input_is_not_written_again_and_another_replaces_it(place):
    assert matched(place, "--pairs").exit_code == 0
    before = {part: part.stat().st_ino for part in parts(place)}
    done = matched(place, "--pairs")
    assert "eligible pairs 17，写出 written 0" in done.output
    assert {part: part.stat().st_ino for part in parts(place)} == before
    write_firms(place, list("hgfedcba"), [60.0] * 8)
    assert matched(place, "--pairs").exit_code == 0
    assert [name for name, _ in pairs(place)] == ["P60"] * 8 + ["P10"] * 8
    # without --pairs those of another run do not stay beside new counts
    write_firms(place, list("hgfedcba"), [10.0] * 8)
    assert matched(place).exit_code == 0
    assert everything_in(place / "out") == {"policies.parquet", "enterprises.parquet"}


def test_a_folder_that_somebody_else_filled_is_left_alone(place):
    own = place / "out" / "pairs" / "mine.txt"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    done = matched(place, "--pairs")
    assert done.exit_code == 1 and "not written by this command" in done.output
    assert matched(place).exit_code == 0
    assert own.read_text() == "mine"


SMALL_PARTS = "from qifu.cli import rules_pairs\nrules_pairs.PAIRS_IN_A_PART = 5\n"
# the second part is half written when the process is gone
KILLED = (
    SMALL_PARTS
    + """
import os, signal
import pyarrow.parquet as pq
write = pq.write_table
def broken(table, path, **how):
    write(table, path, **how)
    if str(path).endswith("part-00001.parquet.part"):
        os.truncate(path, 100)
        os.kill(os.getpid(), signal.SIGKILL)
pq.write_table = broken
"""
)


def test_a_run_that_was_killed_goes_on_where_it_was(place):
    done = matched_apart(place, "--pairs", "--threads", "1", first=KILLED)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not (place / "out" / "pairs").exists()
    assert not list((place / "out").glob("*.parquet"))
    hidden = place / "out" / ".pairs.part"
    assert {path.name for path in hidden.iterdir()} == {
        "_manifest.json", "part-00000.parquet", "part-00001.parquet.part",
    }  # fmt: skip
    kept = (hidden / "part-00000.parquet").stat().st_ino
    done = matched(place, "--pairs")
    assert "eligible pairs 17，写出 written 12" in done.output
    assert pairs(place) == eligible(list("hgfedcba"))
    assert parts(place)[0].stat().st_ino == kept
    assert not hidden.exists()


def test_what_a_killed_run_left_is_not_mixed_with_another_input(place):
    matched_apart(place, "--pairs", "--threads", "1", first=KILLED)
    write_firms(place, list("HGFEDCBA"), SCORES)
    done = matched(place, "--pairs")
    assert "eligible pairs 17，写出 written 17" in done.output
    assert pairs(place) == eligible(list("HGFEDCBA"))


def test_a_part_that_is_not_whole_is_written_again(place):
    matched_apart(place, "--pairs", "--threads", "1", first=KILLED)
    first = place / "out" / ".pairs.part" / "part-00000.parquet"
    first.write_bytes(first.read_bytes()[:50])
    assert "written 17" in matched(place, "--pairs").output
    assert pairs(place) == eligible(list("hgfedcba"))


@pytest.mark.parametrize("most", [0, 10, 700, 1500, 2500])
def test_where_the_disk_takes_no_more_nothing_half_written_has_a_name(place, most):
    """The kernel refuses every byte of a file beyond `most`, wherever in the run that is."""
    assert matched(place, "--pairs").exit_code == 0
    before = {path: path.read_bytes() for path in (place / "out").rglob("*.parquet")}
    write_firms(place, list(range(8)), SCORES)
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))\n"
    done = matched_apart(place, "--pairs", first=SMALL_PARTS + limit)
    if done.returncode == 0:
        assert most == 2500
        return
    assert done.returncode == 1
    assert "cannot be written" in done.stderr and "Traceback" not in done.stderr
    # the results of the run before stand as they were
    assert {path: path.read_bytes() for path in (place / "out").rglob("*.parquet")
            if ".pairs.part" not in path.parts} == before  # fmt: skip
    assert not list((place / "out").rglob("*.part/*.part"))
    assert not list((place / "out").glob(".*.parquet.part"))
    # and with room again it goes on
    assert matched(place, "--pairs").exit_code == 0
    assert pairs(place) == eligible(list(range(8)))


def test_a_full_disk_is_called_by_its_name(place, monkeypatch):
    def full(table, path, **how):
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    done = matched(place, "--pairs")
    assert done.exit_code == 1
    assert "磁盘已满" in done.output and "disk full" in done.output
    assert everything_in(place / "out") == set()


def test_two_runs_do_not_write_into_one_folder(place):
    import fcntl
    import os

    (place / "out").mkdir()
    theirs = place / "out" / ".policies.parquet.part"
    theirs.write_bytes(b"half")
    held = os.open(place / "out", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    done = matched(place, "--pairs")
    os.close(held)
    assert done.exit_code == 1 and "another run is writing here" in done.output
    assert theirs.read_bytes() == b"half"
    assert matched(place, "--pairs").exit_code == 0


def test_a_snapshot_gives_the_same_counts_and_pairs(place):
    made = place / "s.arrow"
    given = matched(place, "--pairs").exit_code, counts(place), counts(place, "enterprises")
    expected = pairs(place)
    done = run_snapshot(place, made)
    assert done.exit_code == 0 and "8 家企业" in done.output, done.output
    (place / "e.parquet").unlink()
    done = matched(place, "--pairs", "--snapshot", made)
    assert (done.exit_code, counts(place), counts(place, "enterprises")) == given
    assert pairs(place) == expected
    # the snapshot is of the same data: nothing was written again
    assert "written 0" in done.output
    done = matched(place, "--snapshot", made, "--policy", "P72")
    assert [row["eligible"] for row in counts(place)] == [3]
    write_laws(place, [law("A", at_least(61.5))])
    done = matched(place, "--snapshot", made)
    assert done.exit_code == 1 and "score (thresholds)" in done.output
    (place / "s.arrow").write_bytes(b"no snapshot")
    done = matched(place, "--snapshot", made)
    assert done.exit_code == 1 and "not a snapshot" in done.output


def run_snapshot(place: Path, made: Path):
    from tests.cli.running import run

    return run(
        "rules", "snapshot", "--policies", place / "p.jsonl", "--enterprises", place / "e.parquet",
        "--attributes", place / "a.json", "--out", made,
    )  # fmt: skip


def test_the_manifest_says_what_is_in_each_part(place):
    assert matched(place, "--pairs").exit_code == 0
    told = json.loads((place / "out" / "pairs" / "_manifest.json").read_text())
    assert told["pairs"] == 17
    assert [(part["file"], part["pairs"], part["policies"]) for part in told["parts"]] == [
        ("part-00000.parquet", 5, ["P60", "P95"]),
        ("part-00001.parquet", 7, ["P10", "P10"]),
        ("part-00002.parquet", 5, ["P72", "P88"]),
    ]
