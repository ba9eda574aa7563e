"""`qifu clock years` and `qifu clock upload`: where each year comes from, and a new one."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from qifu.appeals.actions.clocks import start_clock
from qifu.appeals.models import Appeal, Clock
from qifu.base.calendar import calendar_version
from qifu.base.models import CalendarUpload
from qifu.cli import clock as command
from qifu.organisations.models import Unit
from tests.cli.running import run
from tests.rulebook.clockwork import at, year_2027

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path)


def written(folder: Path, **changes: Any) -> Path:
    made = folder / "2027.json"
    made.write_text(json.dumps(year_2027(**changes), ensure_ascii=False), encoding="utf-8")
    return made


def waiting(number: str, started: str) -> Clock:
    """The reply clock of an appeal that came in then."""
    unit = Unit.objects.order_by("pk")[0]
    appeal = Appeal.objects.create(
        number=number, state="submitted", intake_unit=unit, holder=unit, rule_set="sh_1515",
        created_at=at(started), changed_at=at(started), submitted_at=at(started),
    )  # fmt: skip
    clock = start_clock(appeal, "reply", now=at(started))
    assert clock is not None
    return clock


def test_every_year_says_where_it_comes_from(file: Path) -> None:
    told = run("clock", "years").stdout.splitlines()
    assert told[0].startswith("2004  已公布 published  ") and told[-1].startswith("2035  暂定 prov")
    assert "2026  已公布 published  248 个工作日 working days  chinesecalendar" in told
    run("clock", "upload", file)
    uploaded = next(line for line in run("clock", "years").stdout.splitlines() if "2027" in line)
    assert uploaded == (
        "2027  已上传 uploaded  248 个工作日 working days  测试用的放假安排（第 "
        f"{calendar_version()} 版 version）"
    )


def test_the_years_as_json(file: Path) -> None:
    run("clock", "upload", file)
    rows = {row["year"]: row for row in json.loads(run("clock", "years", "--json").stdout)}
    assert list(rows) == list(range(2004, 2036))
    assert rows[2026] == {
        "year": 2026, "status": "published", "working_days": 248, "source": "chinesecalendar",
        "version": None, "uploaded_at": None,
    }  # fmt: skip
    assert (rows[2027]["status"], rows[2027]["version"]) == ("uploaded", calendar_version())
    assert rows[2028]["status"] == "provisional"


def test_without_tables_the_years_of_the_pack_are_told(monkeypatch: Any) -> None:
    monkeypatch.setattr(command, "reach_database", lambda: [])
    done = run("clock", "years")
    assert len(done.stdout.splitlines()) == 32 and "years of the pack only" in done.stderr


def test_an_upload_moves_open_clocks_and_keeps_both_dates(file: Path) -> None:
    moved, certain = waiting("T-1", "2027-02-01 10:00"), waiting("T-2", "2027-05-10 10:00")
    untouched = waiting("T-3", "2026-11-02 10:00")
    assert (str(moved.due_at.date()), moved.provisional) == ("2027-02-10", True)
    done = run("clock", "upload", file)
    assert done.exit_code == 0, done.output
    assert f"kept as version {calendar_version()}" in done.stdout
    moved.refresh_from_db(), certain.refresh_from_db(), untouched.refresh_from_db()
    assert moved.due_at == at("2027-02-15 23:59:59") and not moved.provisional
    assert certain.due_at == at("2027-05-17 23:59:59") and not certain.provisional
    event = moved.events.get(kind="recomputed")
    assert (event.old_due, event.new_due) == (at("2027-02-10 23:59:59"), moved.due_at)
    # the demo city may have open clocks of its own
    counted = re.search(r"(\d+) open clocks .*: (\d+) moved, (\d+) became certain", done.stdout)
    assert counted is not None
    clocks, moves, confirmed = map(int, counted.groups())
    assert clocks >= 3 and moves >= 1 and confirmed >= 2


def test_the_same_file_again_changes_nothing(file: Path) -> None:
    waiting("T-1", "2027-02-01 10:00")
    run("clock", "upload", file)
    version = calendar_version()
    again = run("clock", "upload", file)
    assert again.exit_code == 0 and "没有变化 · no difference" in again.stdout
    assert "0 open clocks counted again" in again.stdout
    assert calendar_version() == version and CalendarUpload.objects.count() == 1


def test_a_bad_file_is_told_with_every_finding_and_line_and_nothing_is_kept(tmp_path: Path) -> None:
    bad = tmp_path / "2027.yaml"
    bad.write_text("year: 2027\nsource: s\nholidays: [1]\nmakeup_workdays: [2027-02-15]\n")
    done = run("clock", "upload", bad)
    assert done.exit_code == 1 and done.stdout == ""
    assert f"{bad}:3: holidays[0]" in done.stderr
    assert f"{bad}:4: makeup_workdays[0]: is a working day anyway" in done.stderr
    assert "nothing was kept" in done.stderr and calendar_version() == 0
    bad.write_bytes("year: 2027\nsource: 国务院通知\n".encode("gb18030"))
    assert "not UTF-8" in run("clock", "upload", bad).stderr
    assert run("clock", "upload", tmp_path / "none.yaml").exit_code == 2


def test_a_year_that_would_leave_a_gap_is_refused(tmp_path: Path) -> None:
    holidays = [
        {"from": f"2038-{a}", "to": f"2038-{b}", "name": name}
        for a, b, name in (("01-01", "01-01", "元旦"), ("05-01", "05-01", "劳动节"),
                           ("10-01", "10-03", "国庆节"))
    ]  # fmt: skip
    done = run("clock", "upload", written(tmp_path, year=2038, holidays=holidays,
                                          makeup_workdays=[]))  # fmt: skip
    assert done.exit_code == 1 and "2036、2037" in done.stderr


def test_long_work_says_how_far_it_is(capsys: Any) -> None:
    told = command._Told()
    for _case in range(1200):
        told(1)
    assert capsys.readouterr().err.split("\n") == ["500 …", "1000 …", ""]
