"""A firm disputes a fact; an officer settles it; the firm is told and matched again."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from qifu.notices.selectors import notice_text
from qifu.organisations.actions import dispute_fact, settle_dispute, withdraw_dispute
from qifu.organisations.models import Dispute, Enterprise, Fact
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, FactFactory, enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def firm(demo_city):
    enterprise = EnterpriseFactory.create(facts={"employees": 12})
    FactFactory.create(enterprise=enterprise, value=12)
    return enterprise


@pytest.fixture
def owner(firm):
    return enterprise_actor(firm)


def dispute(firm, actor, text="20", reason="社保系统少算 8 人", attribute="employees"):
    return dispute_fact(firm, actor=actor, attribute=attribute, text=text, reason=reason, now=NOW)


def test_a_correction_counts_from_then_on_and_the_firm_is_told(firm, owner):
    mine = dispute(firm, owner)
    settle_dispute(
        mine, actor=officer("data_steward"), outcome="correct", text="20", answer="已核对花名册",
        now=NOW,
    )  # fmt: skip
    firm.refresh_from_db()
    assert firm.facts["employees"] == 20
    assert Fact.objects.filter(enterprise=firm, source="officer").get().value == 20
    notice = Notice.objects.get(to=owner.user, template="dispute_settled_corrected")
    for language, unit in (("zh", "测试部门"), ("en", "20 people")):
        title, body = notice_text(notice, language)
        assert unit in title + body
        assert "—" not in body


def test_keeping_the_value_changes_no_fact(firm, owner):
    mine = dispute(firm, owner)
    settle_dispute(
        mine, actor=officer("data_steward"), outcome="keep", answer="社保记录为 12 人", now=NOW
    )
    firm.refresh_from_db()
    assert firm.facts["employees"] == 12
    assert mine.state == "kept"


def test_an_answer_is_needed(firm, owner):
    with pytest.raises(BadInput, match="依据"):
        settle_dispute(
            dispute(firm, owner), actor=officer("data_steward"), outcome="keep", answer="", now=NOW
        )


def test_the_same_value_is_no_dispute(firm, owner):
    with pytest.raises(BadInput, match="相同"):
        dispute(firm, owner, text="12")


def test_a_fact_that_nobody_stated_is_stated_not_disputed(firm, owner):
    with pytest.raises(BadInput, match="直接填写"):
        dispute(firm, owner, attribute="invention_patents")


def test_one_dispute_at_a_time(firm, owner):
    dispute(firm, owner)
    with pytest.raises(Conflict):
        dispute(firm, owner, text="21")
    assert Dispute.objects.filter(enterprise=firm).count() == 1


def test_a_withdrawn_dispute_cannot_be_settled(firm, owner):
    mine = dispute(firm, owner)
    withdraw_dispute(mine, actor=owner, now=NOW)
    before = JournalLine.objects.count()
    with pytest.raises(WrongState):
        settle_dispute(mine, actor=officer("data_steward"), outcome="keep", answer="x", now=NOW)
    assert JournalLine.objects.count() == before


@pytest.mark.parametrize("role", ["firm_registrar", "enterprise_officer", "auditor"])
def test_other_officers_may_not_settle(firm, owner, role):
    mine = dispute(firm, owner)
    with pytest.raises(NotAllowed):
        settle_dispute(mine, actor=officer(role), outcome="keep", answer="x", now=NOW)
    assert Dispute.objects.get(pk=mine.pk).state == "open"


def test_a_viewer_may_not_dispute(firm):
    with pytest.raises(NotAllowed):
        dispute(firm, enterprise_actor(firm, "viewer"))


def test_twenty_thousand_characters_of_reason_are_refused(firm, owner):
    with pytest.raises(BadInput, match="最多") as error:
        dispute(firm, owner, reason="长" * 20_000)
    assert "reason" in error.value.fields


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_settling_at_once_one_wins(demo_city):
    enterprise = EnterpriseFactory.create(facts={"employees": 12})
    FactFactory.create(enterprise=enterprise, value=12)
    mine = dispute(enterprise, enterprise_actor(enterprise))
    officers = [officer("data_steward"), officer("data_steward")]
    together, outcomes = Barrier(2), []

    def settle(actor, value):
        try:
            own = Dispute.objects.select_related("enterprise__organisation", "fact").get(pk=mine.pk)
            together.wait()
            settle_dispute(
                own, actor=actor, outcome="correct", text=value, answer="已核对", now=NOW
            )
            outcomes.append("settled")
        except WrongState:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [Thread(target=settle, args=[actor, str(30 + n)]) for n, actor in enumerate(officers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["settled", "told"]
    assert Fact.objects.filter(enterprise=enterprise, source="officer").count() == 1
    assert Enterprise.objects.get(pk=enterprise.pk).facts["employees"] in (30, 31)
