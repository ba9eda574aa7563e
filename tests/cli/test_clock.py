"""`qifu clock due`: the shape that other programs rely on, and every call that is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qifu.cli.clock import clock
from tests.rulebook.clockwork import year_2027

ROOT = Path(__file__).parents[2]
ARRIVAL = ("--from", "2026-09-29T16:00+08:00")


def due(*arguments: str) -> Result:
    return CliRunner().invoke(clock, ("due", *arguments))


def shape(*arguments: str) -> Any:
    done = due(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_example_of_the_specification() -> None:
    found = shape(*ARRIVAL, "--working-days", "10")
    assert list(found) == ["due", "due_date", "provisional", "trace"]
    assert found["due"] == "2026-10-19T23:59:59+08:00"
    assert found["due_date"] == "2026-10-19"
    assert found["provisional"] is False
    assert all(list(day) == ["date", "counts", "why"] for day in found["trace"])
    assert [day["date"] for day in found["trace"] if day["counts"]] == [
        "2026-09-30", "2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12",
        "2026-10-13", "2026-10-14", "2026-10-15", "2026-10-16", "2026-10-19",
    ]  # fmt: skip


def test_several_moments_give_a_list_in_their_order() -> None:
    found = shape(*ARRIVAL, "--from", "2026-12-30T09:00+08:00", "--working-days", "3")
    assert [one["due_date"] for one in found] == ["2026-10-09", "2027-01-05"]
    assert [one["provisional"] for one in found] == [False, True]


def test_calendar_days_roll_where_told() -> None:
    assert shape(*ARRIVAL, "--calendar-days", "4")["due_date"] == "2026-10-03"
    assert shape(*ARRIVAL, "--calendar-days", "4", "--roll")["due_date"] == "2026-10-08"


def test_the_day_is_the_day_in_shanghai_whatever_zone_the_moment_is_in() -> None:
    assert shape("--from", "2026-09-29T16:00Z", "--working-days", "1")["due_date"] == "2026-10-08"


def test_a_pause_moves_both_kinds_of_days_and_may_be_given_again() -> None:
    pause = ("--pause", "2026-10-09T10:00+08:00/2026-10-10T09:00+08:00")
    found = shape(*ARRIVAL, "--working-days", "10", *pause)
    assert found["due_date"] == "2026-10-21" and list(found) == list(
        shape(*ARRIVAL, "--working-days", "10")
    )
    assert found["trace"][9]["why"] == "周五，当日计时暂停，不计入"
    assert shape(*ARRIVAL, "--calendar-days", "4", *pause)["due_date"] == "2026-10-03"
    twice = (*pause, "--pause", "2026-09-30T10:00+08:00/2026-09-30T11:00+08:00")
    assert shape(*ARRIVAL, "--calendar-days", "4", *twice)["due_date"] == "2026-10-04"
    assert "10月9日至10日计时暂停" in due(*ARRIVAL, "--working-days", "5", *pause).stdout


def test_an_uploaded_year_makes_the_date_certain(tmp_path: Path) -> None:
    file = tmp_path / "2027.json"
    file.write_text(json.dumps(year_2027()), encoding="utf-8")
    call = ("--from", "2027-02-01T10:00+08:00", "--working-days", "5")
    before, after = shape(*call), shape(*call, "--calendar", str(file))
    assert (before["due_date"], before["provisional"]) == ("2027-02-10", True)
    assert (after["due_date"], after["provisional"]) == ("2027-02-15", False)


def test_without_json_it_is_told_in_chinese_or_english() -> None:
    told = due(*ARRIVAL, "--working-days", "4").stdout.splitlines()
    assert told[0].startswith("自2026年9月29日（周二，收到当日不计）起 4 个工作日：9月30日①")
    assert told[1] == "  ✓ 2026-09-30  周三，第 1 个工作日"
    assert told[-1] == "  ✓ 2026-10-10  周六，国庆节调休上班，第 4 个工作日"
    english = due(*ARRIVAL, "--working-days", "4", "--language", "en").stdout
    assert english.startswith("4 working days from Tuesday 29 Sep 2026 (not counted): 30 Sep ①")
    both = due(*ARRIVAL, *ARRIVAL, "--working-days", "1").stdout
    assert both.count("到期时间") == 2 and "\n\n" in both


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--working-days", "5"), "--from"),
        (("--from", "2026-09-29", "--working-days", "5"), "--from"),
        (("--from", "2026-09-29T16:00", "--working-days", "5"), "--from"),
        (("--from", "tomorrow", "--working-days", "5"), "--from"),
        (("--from", "", "--working-days", "5"), "--from"),
        (("--from", "2026-02-30T16:00+08:00", "--working-days", "5"), "--from"),
        (("--from", "2003-12-31T16:00+00:00", "--working-days", "3661"), "--working-days"),
        (("--from", "2003-12-31T10:00+08:00", "--working-days", "5"), "--from"),
        (("--from", "2040-01-01T10:00+08:00", "--calendar-days", "5"), "--from"),
        (("--from", "0001-01-01T00:00+14:00", "--working-days", "5"), "--from"),
        (ARRIVAL, "--working-days"),
        ((*ARRIVAL, "--working-days", "5", "--calendar-days", "5"), "--calendar-days"),
        ((*ARRIVAL, "--working-days", "-1"), "--working-days"),
        ((*ARRIVAL, "--calendar-days", "-1"), "--calendar-days"),
        ((*ARRIVAL, "--working-days", "3661"), "--working-days"),
        ((*ARRIVAL, "--working-days", "3660"), "--working-days"),
        ((*ARRIVAL, "--calendar-days", "3660"), "--calendar-days"),
        ((*ARRIVAL, "--working-days", "five"), "--working-days"),
        ((*ARRIVAL, "--working-days", "5", "--roll"), "--roll"),
        ((*ARRIVAL, "--working-days", "5", "--pause", "2026-10-09T10:00+08:00"), "--pause"),
        ((*ARRIVAL, "--working-days", "5", "--pause", "2026-10-09/2026-10-10"), "--pause"),
        (
            (
                *ARRIVAL,
                "--working-days",
                "5",
                "--pause",
                "2026-10-10T10:00+08:00/2026-10-09T10:00+08:00",
            ),
            "--pause",
        ),
        ((*ARRIVAL, "--working-days", "5", "--calendar", "nowhere.yaml"), "--calendar"),
        ((*ARRIVAL, "--working-days", "5", "--language", "fr"), "--language"),
        ((*ARRIVAL, "--from", "x", "--working-days", "5"), "--from"),
    ],
)
def test_a_bad_call_names_the_option_and_exits_with_2(
    arguments: tuple[str, ...], named: str
) -> None:
    for extra in ((), ("--json",)):
        done = due(*arguments, *extra)
        assert done.exit_code == 2, done.output
        assert done.stdout == "" and named in done.stderr
        assert "Traceback" not in done.stderr


def test_a_bad_calendar_file_is_told_with_every_finding(tmp_path: Path) -> None:
    file = tmp_path / "2027.yaml"
    file.write_text("year: 2027\nsource: s\nholidays: [1]\nmakeup_workdays: [2027-02-15]\n")
    done = due(*ARRIVAL, "--working-days", "5", "--calendar", str(file))
    assert done.exit_code == 2
    assert "--calendar" in done.stderr and f"{file}:3: holidays[0]" in done.stderr
    assert "is a working day anyway" in done.stderr
    file.write_bytes("year: 2027\nsource: 国务院通知\n".encode("gb18030"))
    assert "not UTF-8" in due(*ARRIVAL, "--working-days", "5", "--calendar", str(file)).stderr


def test_the_command_starts_neither_django_nor_the_kernel_from_any_folder(tmp_path: Path) -> None:
    program = (
        "import sys; from qifu.cli.main import qifu\n"
        "try: qifu(['clock', 'due', *sys.argv[1:]])\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'django', 'numpy', 'numba', 'pyarrow', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(code or sorted(heavy) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *ARRIVAL, "--working-days", "10", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["due_date"] == "2026-10-19"
