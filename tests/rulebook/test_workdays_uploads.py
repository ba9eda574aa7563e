"""The calendar of a further year: what an upload changes, and every upload that is refused."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qifu.rulebook.calendar_days import Calendar, Kind, Status, load_calendar
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.calendar_years import load_calendar_year, parse_calendar_year
from qifu.rulebook.findings import RuleError
from qifu.rulebook.workdays import due_by_working_days
from tests.rulebook.clockwork import FOLDER, at, counted, days, national, year_2027

STATUTORY = national().statutory


def with_2027(**changes: Any) -> Calendar:
    return national().with_years(parse_calendar_year(year_2027(**changes), statutory=STATUTORY))


def refused(**changes: Any) -> str:
    with pytest.raises(RuleError) as error:
        parse_calendar_year(year_2027(**changes), statutory=STATUTORY, file="2027.yaml")
    return str(error.value)


def test_an_uploaded_year_is_no_longer_provisional() -> None:
    calendar = with_2027()
    assert calendar.years[2027] == (Status.UPLOADED, "测试用的放假安排")
    assert calendar.last_known_year == 2027
    due = due_by_working_days(at("2026-12-30 09:00"), 3, calendar)
    assert not due.provisional and "暂定" not in due.trace[-1].why_zh
    assert due_by_working_days(at("2027-12-30 09:00"), 3, calendar).provisional
    assert national().years[2027].status is Status.PROVISIONAL  # the old calendar stays as it was


def test_every_day_of_an_uploaded_year_is_as_uploaded() -> None:
    calendar = with_2027()
    for day in days("2027-01-31 2027-02-14 2027-05-08 2027-09-26 2027-10-09"):
        assert calendar.day(day).kind is Kind.MAKEUP_WORKDAY
    for day in days("2027-02-08 2027-02-12 2027-05-03 2027-10-07"):
        assert calendar.day(day).kind is Kind.HOLIDAY
    worked = sum(day.counts for day in calendar.days(date(2027, 1, 1), date(2027, 12, 31)))
    # 261 Mondays to Fridays; 1, 6, 1, 3, 1, 1, 5 of them off; 5 days made up
    assert worked == 261 - 18 + 5


def test_the_reason_names_the_holiday_a_day_makes_up_for_where_the_upload_says() -> None:
    due = due_by_working_days(at("2027-01-29 09:00"), 1, with_2027())
    assert due.trace[-1].why_en == "Sunday, make-up working day for Spring Festival, working day 1"
    plain = due_by_working_days(at("2027-02-12 09:00"), 1, with_2027())
    assert plain.trace[-1].why_zh == "周日，调休上班，第 1 个工作日"


def test_the_notice_of_a_new_year_may_change_the_december_before_it() -> None:
    """As in the notices for 2006, 2012 and 2019: a Saturday in December is worked."""
    holidays = year_2027()["holidays"]
    holidays[0] = {"from": "2026-12-31", "to": "2027-01-02", "name": "元旦"}
    makeup = ["2026-12-26", "2027-02-14"]
    calendar = with_2027(holidays=holidays, makeup_workdays=makeup)
    due = due_by_working_days(at("2026-12-25 09:00"), 5, calendar)
    assert counted(due)[0] == "2026-12-26" and counted(due)[-1] == "2027-01-04"
    assert not calendar.is_working_day(date(2026, 12, 31))
    # and it stays so when the older year is uploaded later
    year_2026 = {
        "year": 2026,
        "source": "s",
        "holidays": [
            {"from": "2026-01-01", "to": "2026-01-03", "name": "元旦"},
            {"from": "2026-02-15", "to": "2026-02-23", "name": "春节"},
            {"from": "2026-04-04", "to": "2026-04-06", "name": "清明节"},
            {"from": "2026-05-01", "to": "2026-05-05", "name": "劳动节"},
            {"from": "2026-06-19", "to": "2026-06-21", "name": "端午节"},
            {"from": "2026-09-25", "to": "2026-09-27", "name": "中秋节"},
            {"from": "2026-10-01", "to": "2026-10-08", "name": "国庆节"},
        ],
        "makeup_workdays": [],
    }
    both = calendar.with_years(parse_calendar_year(year_2026, statutory=STATUTORY))
    assert not both.is_working_day(date(2026, 12, 31)) and both.is_working_day(date(2026, 12, 26))
    assert not both.is_working_day(date(2026, 10, 8)) and not both.is_working_day(
        date(2026, 10, 10)
    )


def test_a_year_uploaded_again_replaces_the_first_upload() -> None:
    again = with_2027().with_years(
        parse_calendar_year(year_2027(makeup_workdays=[], source="更正"), statutory=STATUTORY)
    )
    assert again.years[2027].source == "更正"
    assert not again.is_working_day(date(2027, 2, 14))
    assert again.content_hash != with_2027().content_hash


def test_corrections_of_published_years_outlive_an_upload() -> None:
    assert with_2027().is_working_day(date(2005, 12, 31))


def test_a_year_that_leaves_a_gap_is_refused() -> None:
    far = year_2027(
        year=2040,
        holidays=[
            {"from": "2040-01-01", "to": "2040-01-01", "name": "元旦"},
            {"from": "2040-05-01", "to": "2040-05-02", "name": "劳动节"},
            {"from": "2040-10-01", "to": "2040-10-03", "name": "国庆节"},
        ],
        makeup_workdays=[],
    )
    with pytest.raises(ClockError, match="no year 2036、2037、2038、2039") as error:
        national().with_years(parse_calendar_year(far, statutory=STATUTORY))
    assert "请先上传" in error.value.zh


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_an_upload_comes_as_yaml_or_json(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"2027.{suffix}"
    file.write_text(json.dumps(year_2027(), ensure_ascii=False), encoding="utf-8")
    calendar = load_calendar(FOLDER, further=[file])
    assert calendar.content_hash == with_2027().content_hash


def test_findings_of_a_file_name_its_line(tmp_path: Path) -> None:
    file = tmp_path / "2027.yaml"
    file.write_text("year: 2027\nsource: s\nholidays:\n- {from: 2027-01-01, to: x, name: 元旦}\n")
    with pytest.raises(RuleError) as error:
        load_calendar_year(file, statutory=STATUTORY)
    text = str(error.value)
    assert f"{file}:4: holidays[0].to: must be a day (found 'x'" in text
    assert "makeup_workdays: is missing" in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"year": None}, "year: must be a year"),
        ({"year": "2027"}, "year: must be a year"),
        ({"year": True}, "year: must be a year"),
        ({"year": 1999}, "2004 to 2100"),
        ({"source": None}, "source: is missing"),
        ({"source": "  "}, "source: must be text"),
        ({"holidays": None}, "holidays: is missing"),
        ({"holidays": []}, "holidays: is missing"),
        ({"holidays": {}}, "holidays: must be a list"),
        ({"holidays": ["2027-01-01"]}, "holidays[0]: must be a mapping"),
        ({"makeup_workdays": None}, "makeup_workdays: is missing"),
        ({"makeup_workdays": "2027-02-14"}, "makeup_workdays: must be a list"),
        ({"makeup_workdays": ["14 Feb"]}, "makeup_workdays[0]: must be a day"),
        ({"makeup_workdays": [None]}, "makeup_workdays[0]: is missing"),
        ({"makeup_workdays": ["2027-02-15"]}, "is a working day anyway (found '2027-02-15 Monday'"),
        ({"makeup_workdays": ["2027-02-06"]}, "is a holiday as well"),
        ({"makeup_workdays": ["2027-02-14", "2027-02-14"]}, "the same day twice"),
        ({"makeup_workdays": ["2028-01-02"]}, "does not belong to 2027"),
        ({"makeup_workdays": [{"date": "2027-02-14", "why": "x"}]}, "unknown key"),
        ({"note": "x"}, "note: unknown key"),
    ],
)
def test_a_bad_upload_is_refused_with_its_place(changes: dict[str, Any], expected: str) -> None:
    assert expected in refused(**changes)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"from": None}, "holidays[7].from: is missing"),
        ({"to": "2027-08-32"}, "holidays[7].to: must be a day"),
        ({"name": None}, "holidays[7].name: is missing"),
        ({"from": "2027-08-09"}, "from is after to"),
        ({"to": "2027-08-30"}, "is too long (found '30 days'"),
        ({"from": "2026-11-30", "to": "2026-11-30"}, "does not belong to 2027"),
        ({"from": "2027-10-07", "to": "2027-10-08"}, "is in another holiday already"),
        ({"days": 3}, "unknown key"),
    ],
)
def test_a_bad_holiday_is_refused_with_its_place(change: dict[str, Any], expected: str) -> None:
    row = {"from": "2027-08-01", "to": "2027-08-02", "name": "抗疫假", **change}
    rows = [*year_2027()["holidays"], {k: v for k, v in row.items() if v is not None}]
    assert expected in refused(holidays=rows)


@pytest.mark.parametrize("document", [None, [], "2027", 5])
def test_what_is_no_calendar_at_all_is_refused(document: Any) -> None:
    with pytest.raises(RuleError, match="must be a mapping"):
        parse_calendar_year(document)


@pytest.mark.parametrize("forgotten", range(7))
def test_an_upload_may_forget_no_statutory_holiday(forgotten: int) -> None:
    holidays = year_2027()["holidays"]
    name = holidays.pop(forgotten)["name"]
    assert f"leaves out the statutory holiday {name}" in refused(
        holidays=holidays, makeup_workdays=[]
    )


def test_without_the_table_the_fixed_holidays_are_still_asked_for() -> None:
    holidays = [row for row in year_2027()["holidays"] if row["name"] != "国庆节"]
    with pytest.raises(RuleError) as error:
        parse_calendar_year(year_2027(holidays=holidays, makeup_workdays=[]))
    assert str(error.value).count("国庆节") == 3


def test_every_finding_is_told_at_once() -> None:
    text = refused(source=None, makeup_workdays=["x", "2027-02-15"], extra=1)
    assert len(text.splitlines()) == 4
