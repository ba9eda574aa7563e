"""The calendar in force: uploads are kept for ever, the newest of a year holds, versions replay."""

import copy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from qifu.base import calendar as room
from qifu.base.calendar import (
    calendar_in_force,
    calendar_of,
    calendar_version,
    calendars_of,
    record_calendar,
    uploads_in_force,
)
from qifu.base.errors import BadInput, Conflict
from qifu.base.models import CalendarUpload, JournalLine
from qifu.rulebook.calendar_days import Status
from qifu.rulebook.clock_rules import Limit, due_of
from qifu.rulebook.documents import load_one
from qifu.rulebook.findings import RuleError
from tests.conftest import NOW
from tests.rulebook.clockwork import at, national, year_2027

pytestmark = pytest.mark.django_db
MADE_UP = date(2027, 2, 14)  # a Sunday worked in the made-up 2027


def upload(now: datetime = NOW, **changes: Any) -> CalendarUpload:
    return record_calendar(year_2027(**changes), uploaded_by=7, now=now)


def test_without_uploads_the_packs_own_calendar_holds() -> None:
    assert calendar_version() == 0
    assert calendar_in_force().content_hash == national().content_hash
    assert calendar_of(0) is calendar_in_force()
    assert uploads_in_force() == []


def test_an_uploaded_year_is_in_force_and_keeps_who_when_and_whence() -> None:
    kept = upload()
    assert calendar_version() == kept.pk
    known = calendar_in_force()
    assert known.years[2027] == (Status.UPLOADED, "测试用的放假安排")
    assert known.is_working_day(MADE_UP) and not calendar_of(0).is_working_day(MADE_UP)
    assert (kept.year, kept.uploaded_by, kept.uploaded_at) == (2027, 7, NOW)
    assert kept.source == "测试用的放假安排" and kept.replaces is None
    line = JournalLine.objects.get(subject_kind="calendarupload", subject_id=kept.pk)
    assert (line.step, line.actor_id, line.at) == ("upload_calendar", 7, NOW)
    assert line.note.text == "2027 测试用的放假安排"


def test_a_year_uploaded_again_replaces_the_older_one_which_can_be_replayed() -> None:
    first = upload()
    second = upload(makeup_workdays=["2027-05-08"], now=NOW + timedelta(days=1))
    assert second.replaces == first and second.pk > first.pk
    assert not calendar_in_force().is_working_day(MADE_UP)
    assert calendar_of(first.pk).is_working_day(MADE_UP)
    assert calendar_of(second.pk) is calendar_in_force()
    assert uploads_in_force() == [second]
    assert CalendarUpload.objects.count() == 2


def test_an_older_due_date_can_be_explained_with_the_calendar_it_stood_on() -> None:
    limit, start = Limit("reply", 5, "working_day"), at("2027-02-01 10:00")
    before = calendar_version()
    after = upload().pk
    old, new = (due_of(limit, start, calendar=calendar_of(v)) for v in (before, after))
    assert (old.due_date, old.provisional) == (date(2027, 2, 10), True)
    assert (new.due_date, new.provisional) == (date(2027, 2, 15), False)
    assert "暂定" in old.explanation.zh and "2月14日④（周日调休上班）" in new.explanation.zh


def test_the_same_document_again_changes_nothing() -> None:
    kept = upload()
    lines = JournalLine.objects.count()
    other_order = dict(reversed(list(copy.deepcopy(year_2027()).items())))
    again = record_calendar(other_order, uploaded_by=8, now=NOW + timedelta(days=3))
    assert again == kept and again.uploaded_by == 7
    assert (CalendarUpload.objects.count(), JournalLine.objects.count()) == (1, lines)


def test_an_older_document_may_come_back() -> None:
    """Somebody uploads a mistake and then the right one again: that is a third upload."""
    first, second, third = upload(), upload(makeup_workdays=[]), upload()
    assert third.replaces == second and third.content_hash == first.content_hash
    assert calendar_in_force().is_working_day(MADE_UP)
    assert calendar_of(second.pk).is_working_day(MADE_UP) is False


def test_days_as_yaml_reads_them_are_kept_as_text(tmp_path: Any) -> None:
    file = tmp_path / "2027.yaml"
    file.write_text(
        "year: 2027\nsource: 通知\nholidays:\n"
        "- {from: 2027-01-01, to: 2027-01-03, name: 元旦}\n"
        "- {from: 2027-02-05, to: 2027-02-11, name: 春节}\n"
        "- {from: 2027-04-05, to: 2027-04-05, name: 清明节}\n"
        "- {from: 2027-05-01, to: 2027-05-05, name: 劳动节}\n"
        "- {from: 2027-06-09, to: 2027-06-09, name: 端午节}\n"
        "- {from: 2027-09-15, to: 2027-09-15, name: 中秋节}\n"
        "- {from: 2027-10-01, to: 2027-10-07, name: 国庆节}\n"
        "makeup_workdays: [2027-02-14]\n",
        encoding="utf-8",
    )
    document = load_one(file)
    kept = record_calendar(document.data, uploaded_by=None, now=NOW, document=document)
    kept.refresh_from_db()
    assert kept.document["holidays"][0] == {
        "from": "2027-01-01",
        "to": "2027-01-03",
        "name": "元旦",
    }
    assert kept.uploaded_by is None and calendar_in_force().is_working_day(MADE_UP)


def test_a_bad_year_is_refused_with_every_finding_and_nothing_is_kept() -> None:
    lines = JournalLine.objects.count()
    with pytest.raises(RuleError) as error:
        upload(source=None, makeup_workdays=["x", "2027-02-15"], extra=1)
    assert len(error.value.findings) == 4
    with pytest.raises(RuleError, match="leaves out the statutory holiday 元旦"):
        upload(holidays=year_2027()["holidays"][1:])
    with pytest.raises(RuleError, match="must be a mapping"):
        record_calendar(["2027"], uploaded_by=7, now=NOW)
    assert (calendar_version(), JournalLine.objects.count()) == (0, lines)


def test_a_year_that_would_leave_a_gap_is_refused() -> None:
    fixed = [
        {"from": f"2038-{a}", "to": f"2038-{b}", "name": name}
        for a, b, name in (("01-01", "01-01", "元旦"), ("05-01", "05-01", "劳动节"),
                           ("10-01", "10-03", "国庆节"))
    ]  # fmt: skip
    far = {"year": 2038, "source": "s", "holidays": fixed, "makeup_workdays": []}
    with pytest.raises(BadInput, match="2036、2037") as refused:
        record_calendar(far, uploaded_by=7, now=NOW)
    assert refused.value.field == "year" and calendar_version() == 0


def test_of_two_uploads_at_once_one_wins_and_the_other_is_told(monkeypatch: Any) -> None:
    """The second saw the tables as they were before the first."""
    first = upload()
    monkeypatch.setattr(room, "calendar_version", lambda: first.pk - 1)
    lines = JournalLine.objects.count()
    with pytest.raises(Conflict):
        upload(makeup_workdays=[])
    monkeypatch.undo()
    assert (calendar_version(), JournalLine.objects.count()) == (first.pk, lines)


@pytest.mark.parametrize("changes", [{"replaces": None}, {"year": 1999}, {"year": 2101}])
def test_the_database_holds_one_chain_a_year_and_years_that_can_be(changes: Any) -> None:
    first = upload()
    row = {"year": 2027, "document": {}, "source": "s", "content_hash": "", "uploaded_at": NOW,
           "replaces": first}  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarUpload.objects.create(pk=first.pk + 1, **{**row, **changes})


def test_an_upload_that_is_rolled_back_leaves_nothing_behind_under_its_number() -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        lost = upload()
        assert calendar_in_force().is_working_day(MADE_UP)
        raise Stop
    assert not calendar_in_force().is_working_day(MADE_UP)
    kept = upload(makeup_workdays=[])
    assert kept.pk == lost.pk  # the number is given out again
    assert not calendar_of(kept.pk).is_working_day(MADE_UP)


def test_a_version_that_never_was_is_refused() -> None:
    upload()
    for version in (99, -1):
        with pytest.raises(LookupError, match=f"no calendar has the version {version}"):
            calendar_of(version)


def test_asking_costs_one_query_and_several_versions_cost_no_more(
    django_assert_num_queries: Any,
) -> None:
    versions = [0, upload().pk, upload(makeup_workdays=[]).pk]
    calendars_of(versions)  # both are made once
    with django_assert_num_queries(1):
        calendar_in_force()
    with django_assert_num_queries(1):
        found = calendars_of(versions)
    assert [found[v].is_working_day(MADE_UP) for v in versions] == [False, True, False]
    with django_assert_num_queries(0):
        calendar_of(0)
    with django_assert_num_queries(1):
        calendar_version()
