"""`qifu tick` and `qifu worker`: what waits is done and said; stopping is no accident."""

import pytest

from qifu.base import outbox
from qifu.base.models import OutboxRow, ScheduleEntry
from qifu.jobs import work
from qifu.notices.models import Notice
from qifu.policies.models import MatchMemory
from tests.cli.running import lucky_firm, run
from tests.conftest import NOW
from tests.factories import enterprise_actor

pytestmark = pytest.mark.usefixtures("demo_city")


def test_tick_does_what_waits_says_so_and_has_nothing_left():
    firm = lucky_firm()
    owner = enterprise_actor(firm)
    OutboxRow.objects.all().delete()
    ScheduleEntry.objects.all().delete()
    MatchMemory.objects.create(enterprise=firm, eligible=[], looked_at=NOW)
    outbox.request("policies.refresh_match", "1", {"enterprise": firm.pk}, now=NOW)
    done = run("tick")
    assert done.exit_code == 0
    said, _, jobs = done.stdout.strip().splitlines()[-1].partition(", jobs run: ")
    assert said == "1 outbox rows done"
    assert sorted(jobs.split(", ")) == sorted(work.JOBS)
    [notice] = Notice.objects.filter(to=owner.user)
    assert notice.template == "new_policies"
    assert "0 outbox rows done, jobs run: none" in run("tick").stdout
    assert Notice.objects.filter(to=owner.user).count() == 1


def test_a_worker_that_is_interrupted_says_stopped_and_no_trace(monkeypatch):
    def interrupted(*, pause):
        assert pause == 0.5
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "work", interrupted)
    done = run("worker", "--pause", "0.5")
    assert done.exit_code == 0
    assert "stopped" in done.stdout
