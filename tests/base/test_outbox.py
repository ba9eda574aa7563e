"""The outbox: nothing lost, nothing done twice by two workers, failures visible."""

from datetime import timedelta

import pytest

from qifu.base import outbox, schedule
from qifu.base.models import OutboxRow, ScheduleEntry
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty(db):
    OutboxRow.objects.all().delete()


def clock(later=timedelta()):
    return lambda: NOW + later


def test_a_request_is_served_once():
    seen = []
    outbox.request("greet", "1", {"name": "甲"}, now=NOW)
    handlers = {"greet": lambda payload, now: seen.append(payload["name"])}
    assert outbox.serve(handlers, clock=clock()) == 1
    assert outbox.serve(handlers, clock=clock()) == 0
    assert seen == ["甲"]


def test_the_same_key_is_asked_for_once():
    outbox.request("greet", "1", {"name": "甲"}, now=NOW)
    outbox.request("greet", "1", {"name": "乙"}, now=NOW)
    assert OutboxRow.objects.get().payload == {"name": "甲"}


def test_a_failing_row_waits_and_is_tried_again():
    outbox.request("greet", "1", {}, now=NOW)

    def fails(payload, now):
        raise RuntimeError("gateway down")

    assert outbox.serve({"greet": fails}, clock=clock()) == 0
    row = OutboxRow.objects.get()
    assert row.state == "waiting"
    assert row.next_at > NOW
    assert "gateway down" in row.last_error
    assert outbox.serve({"greet": lambda p, n: None}, clock=clock()) == 0
    assert outbox.serve({"greet": lambda p, n: None}, clock=clock(timedelta(hours=1))) == 1


def test_a_row_that_never_works_is_given_up_and_stays_visible():
    outbox.request("nobody", "1", {}, now=NOW)
    for day in range(outbox.MOST_ATTEMPTS):
        outbox.serve({}, clock=clock(timedelta(days=day)))
    row = OutboxRow.objects.get()
    assert row.state == "dead"
    assert "no handler called 'nobody'" in row.last_error


def test_what_a_killed_worker_had_claimed_is_taken_up_after_a_while():
    outbox.request("greet", "1", {}, now=NOW)
    OutboxRow.objects.update(claimed_until=NOW + outbox.CLAIM, attempts=1)
    handlers = {"greet": lambda payload, now: None}
    assert outbox.serve(handlers, clock=clock()) == 0
    assert outbox.serve(handlers, clock=clock(timedelta(minutes=6))) == 1


def test_a_failed_handler_leaves_nothing_half_written():
    outbox.request("write", "1", {}, now=NOW)

    def half(payload, now):
        ScheduleEntry.objects.create(name="half", every_minutes=1, next_at=now)
        raise RuntimeError("then it broke")

    outbox.serve({"write": half}, clock=clock())
    assert not ScheduleEntry.objects.filter(name="half").exists()


def test_a_missed_job_runs_once_and_late():
    ScheduleEntry.objects.all().delete()
    schedule.ensure({"count": 10}, now=NOW)
    ran = []
    jobs = {"count": ran.append}
    assert schedule.tick(jobs, now=NOW + timedelta(days=2)) == ["count"]
    assert schedule.tick(jobs, now=NOW + timedelta(days=2)) == []
    assert len(ran) == 1


def test_a_job_that_fails_says_so_and_comes_round_again():
    ScheduleEntry.objects.all().delete()
    schedule.ensure({"bad": 10}, now=NOW)

    def bad(now):
        raise RuntimeError("no paper")

    schedule.tick({"bad": bad}, now=NOW)
    entry = ScheduleEntry.objects.get()
    assert "no paper" in entry.last_error
    assert entry.next_at == NOW + timedelta(minutes=10)
