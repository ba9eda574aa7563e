"""Files of a partner that are out of the ordinary hold up nothing and reach nothing else."""

import os

import pytest

from qifu.appeals.models import Appeal
from qifu.jobs import exchange as job
from tests.jobs.test_exchange_files import go, lines, names, order, reasons

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def home(tmp_path):
    return job.folders(tmp_path, "12345")


def test_a_file_whose_name_is_in_gb18030_comes_in_like_any_other(home):
    path = lines(home, "a.jsonl", order(1))
    os.rename(path, os.fsencode(home / "in") + b"/" + "工单.jsonl".encode("gb18030"))
    assert go(home).rows["made"] == 1
    (name,) = names(home)["done"]
    assert name.startswith("工单.") and name.endswith(".jsonl")


def test_a_long_name_leaves_room_for_the_bad_rows_beside_it(home):
    lines(home, "a" * 240 + ".jsonl", order(1), {"external_id": "GD-2"})
    ran = go(home)
    assert (dict(ran.rows), ran.failed) == ({"made": 1, "refused": 1}, [])
    assert names(home)["in"] == []


def test_what_is_written_goes_through_no_link_that_somebody_laid(home, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("as it was")
    lines(home, "a.jsonl", {"external_id": "GD-1"})
    lines(home, "b.csv", "no table")
    (home / "bad" / ".a.jsonl.rows.csv.part").symlink_to(victim)
    (home / "bad" / f".b.csv.reason.txt.{os.getpid()}.part").symlink_to(victim)
    go(home)
    assert victim.read_text() == "as it was"
    assert {"a.jsonl.rows.csv", "b.csv.reason.txt"} <= set(names(home)["bad"])


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "1989-12-31"])
def test_a_time_that_no_calendar_knows_is_a_bad_row(home, time):
    lines(home, "a.jsonl", order(1, time=time), order(2, updated=time), order(3))
    assert dict(go(home).rows) == {"refused": 2, "made": 1}
    assert [line for line, _reason in reasons(home, "a.jsonl")] == ["1", "2"]


def test_a_fault_of_ours_in_one_file_does_not_hold_up_the_others(home, monkeypatch):
    real = job.receive_orders

    def breaks(partner, rows, **more):
        if rows[0]["external_id"] == "GD-1":
            raise KeyError("a fault")
        return real(partner, rows, **more)

    monkeypatch.setattr(job, "receive_orders", breaks)
    lines(home, "a.jsonl", order(1))
    lines(home, "b.jsonl", order(2))
    ran = go(home)
    assert (ran.failed, ran.statuses) == (["a.jsonl: KeyError"], 1)
    assert names(home)["in"] == ["a.jsonl"]
    assert Appeal.objects.get(channel="12345").external_id == "GD-2"
