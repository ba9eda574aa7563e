"""The worker: what is due is done once, a killed one loses nothing, a lost database is awaited."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from qifu.base import journal, outbox
from qifu.base.models import JournalLine, OutboxRow, ScheduleEntry
from qifu.jobs import work
from qifu.notices.models import Notice
from qifu.notices.selectors import notice_text
from qifu.organisations.actions import declare_fact, end_membership
from qifu.policies.models import MatchMemory
from tests.cli.running import lucky_firm
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture(autouse=True)
def _nothing_waits(demo_city):
    OutboxRow.objects.all().delete()


def at(hours=0):
    return lambda: NOW + timedelta(hours=hours)


def ask(firm, key="1"):
    outbox.request("policies.refresh_match", key, {"enterprise": firm.pk}, now=NOW)


def test_the_first_look_at_a_firm_only_remembers():
    firm = lucky_firm()
    enterprise_actor(firm)
    ask(firm)
    assert work.one_round(at())[0] == 1
    assert MatchMemory.objects.get(enterprise=firm).eligible
    assert not Notice.objects.filter(organisation_id=firm.pk).exists()


def test_what_is_new_is_told_once_to_everybody_who_acts_for_the_firm():
    firm = lucky_firm()
    owner, colleague = enterprise_actor(firm), enterprise_actor(firm, "clerk")
    left = enterprise_actor(firm, "viewer")
    end_membership(left.membership, actor=owner, now=NOW)
    Notice.objects.all().delete()
    MatchMemory.objects.create(enterprise=firm, eligible=[], looked_at=NOW)
    ask(firm)
    work.one_round(at())
    told = Notice.objects.filter(template="new_policies", organisation_id=firm.pk)
    assert {owner.user_id, colleague.user_id} <= {notice.to_id for notice in told}
    assert left.user_id not in {notice.to_id for notice in told}
    for language, word in (("zh", "可享政策"), ("en", "eligible policies for")):
        title, body = notice_text(told[0], language)
        assert firm.name in title and word in title
        assert "—" not in body and "{" not in body
    count = told.count()
    ask(firm, "2")
    assert work.one_round(at())[0] == 1
    assert told.count() == count


def test_a_fact_that_somebody_enters_has_the_firm_looked_at_again():
    firm = EnterpriseFactory.create()
    owner = enterprise_actor(firm)
    declare_fact(firm, actor=owner, attribute="patents", text="3", as_of=NOW.date(), now=NOW)
    assert work.one_round(at())[0] == 1
    assert MatchMemory.objects.get(enterprise=firm).looked_at == NOW


def test_a_worker_killed_inside_a_row_leaves_nothing_half_done_and_the_row_is_served_again(
    monkeypatch,
):
    firm = EnterpriseFactory.create()
    MatchMemory.objects.create(enterprise=firm, eligible=[], looked_at=NOW)
    ask(firm)

    def killed_after_writing(payload, now):
        MatchMemory.objects.filter(enterprise=firm).update(eligible=["half"])
        raise SystemExit(137)

    with monkeypatch.context() as patch:
        patch.setitem(work.HANDLERS, "policies.refresh_match", killed_after_writing)
        with pytest.raises(SystemExit):
            work.one_round(at())
    assert MatchMemory.objects.get(enterprise=firm).eligible == []
    row = OutboxRow.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert work.one_round(at())[0] == 0  # still claimed by the dead one
    assert work.one_round(at(hours=1))[0] == 1
    assert OutboxRow.objects.get().state == "done"


def test_a_firm_that_is_gone_does_not_stop_the_others():
    outbox.request("policies.refresh_match", "gone", {"enterprise": 0}, now=NOW)
    ask(EnterpriseFactory.create())
    assert work.one_round(at())[0] == 1
    assert "DoesNotExist" in OutboxRow.objects.get(key="gone").last_error


def test_the_journal_is_sealed_when_it_is_due():
    ScheduleEntry.objects.all().delete()
    journal.record(EnterpriseFactory.create(), "declare_fact", actor_id=None, now=NOW)
    assert "journal.seal" in work.one_round(at())[1]
    assert not JournalLine.objects.filter(number=None).exists()
    assert work.one_round(at())[1] == []
    assert set(work.one_round(at(hours=1))[1]) == set(work.JOBS)


def test_every_name_that_is_asked_for_has_a_handler_and_every_job_a_time():
    assert set(work.JOBS) == set(work.MINUTES)
    assert "policies.refresh_match" in work.HANDLERS


def test_a_database_that_is_away_for_a_while_is_waited_for(monkeypatch, caplog):
    rounds = []

    def away_at_first():
        rounds.append(1)
        if len(rounds) == 1:
            raise OperationalError("server closed the connection")

    monkeypatch.setattr(work, "one_round", away_at_first)
    work.work(pause=0, rounds=2)
    assert len(rounds) == 2
    assert "server closed the connection" in caplog.text
