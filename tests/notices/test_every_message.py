"""Every message that the software sends, sent by what sends it: no placeholder stays open."""

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import resolve

from qifu.base import outbox
from qifu.base.models import OutboxRow
from qifu.base.packs.vocabulary import NOTICES
from qifu.jobs.work import one_round
from qifu.notices.models import Notice
from qifu.notices.selectors import notice_text
from qifu.organisations.actions import (
    accept_invitation,
    approve_claim,
    dispute_fact,
    end_membership,
    give_consent,
    invite,
    refuse_claim,
    revoke_consent,
    settle_dispute,
    submit_claim,
)
from qifu.policies.models import MatchMemory
from tests.cli.running import lucky_firm
from tests.conftest import NOW
from tests.factories import (
    EnterpriseFactory,
    FactFactory,
    UnitFactory,
    UserFactory,
    enterprise_actor,
    officer,
)

pytestmark = pytest.mark.usefixtures("demo_city")
SOURCE = Path(__file__).parents[2] / "src" / "qifu"


def bureau(role: str):
    return officer(role, UnitFactory.create(organisation__name_en="Test bureau"))


def claims() -> None:
    details = {"applicant": "测试申请人", "phone": "0755-12345678", "now": NOW}
    for decide in ("approve", "refuse"):
        firm = EnterpriseFactory.create(organisation__name="甲公司")
        somebody = enterprise_actor()
        claim = submit_claim(firm, actor=somebody, **details)
        decider = bureau("firm_registrar")
        if decide == "approve":
            approve_claim(claim, actor=decider, papers_checked=["营业执照"], now=NOW)
        else:
            refuse_claim(claim, actor=decider, reason="材料不全", now=NOW)


def people() -> None:
    owner = enterprise_actor(EnterpriseFactory.create(organisation__name="甲公司"))
    invitation, _token = invite(actor=owner, role="clerk", label="同事", now=NOW)
    member = accept_invitation(invitation, user=UserFactory.create(), now=NOW)
    end_membership(member, actor=owner, now=NOW)


def disputes() -> None:
    for outcome in ("correct", "keep"):
        firm = EnterpriseFactory.create(organisation__name="甲公司", facts={"employees": 12})
        FactFactory.create(enterprise=firm, value=12)
        mine = dispute_fact(
            firm, actor=enterprise_actor(firm), attribute="employees", text="20", reason="少算",
            now=NOW,
        )  # fmt: skip
        text = {"text": "20"} if outcome == "correct" else {}
        settle_dispute(
            mine, actor=bureau("data_steward"), outcome=outcome, answer="已核对", now=NOW, **text
        )


def consents() -> None:
    firm = EnterpriseFactory.create(organisation__name="甲公司")
    owner, unit = enterprise_actor(firm), UnitFactory.create(organisation__name_en="Test bureau")
    until = date(2026, 11, 22) + timedelta(days=90)
    consent = give_consent(
        firm, actor=owner, unit=unit, groups=["tax", "finance"], purpose="申报核验", until=until,
        now=NOW,
    )  # fmt: skip
    revoke_consent(consent, actor=owner, now=NOW)


def policies() -> None:
    firm = lucky_firm()
    enterprise_actor(firm)
    MatchMemory.objects.create(enterprise=firm, eligible=[], looked_at=NOW)
    outbox.request("policies.refresh_match", "every", {"enterprise": firm.pk}, now=NOW)
    one_round(lambda: NOW)


JOURNEYS = (claims, people, disputes, consents, policies)


@pytest.fixture
def sent(demo_city) -> list[Notice]:
    Notice.objects.all().delete()
    OutboxRow.objects.all().delete()
    for journey in JOURNEYS:
        journey()
    return list(Notice.objects.all())


def named_in_the_source() -> set[str]:
    """Every template that is named as a text in code that tells somebody something."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        if "import tell" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and node.value in NOTICES:
                found.add(node.value)
    return found


def test_the_journeys_send_every_message_that_the_source_names(sent):
    assert {notice.template for notice in sent} == named_in_the_source()
    assert len(named_in_the_source()) >= 11


def test_no_message_has_an_open_placeholder_in_either_language(sent):
    for notice in sent:
        for language in ("zh", "en"):
            told = " ".join(notice_text(notice, language))
            assert "—" not in told, (notice.template, language, told)
            assert "{" not in told and "None" not in told, (notice.template, language, told)


def test_english_messages_have_no_chinese_but_names_and_what_people_wrote(sent):
    for notice in sent:
        told = " ".join(notice_text(notice, "en"))
        for value in notice.values.values():
            if isinstance(value, str):
                told = told.replace(value, "")
        assert not [c for c in told if "一" <= c <= "鿿"], (notice.template, told)


def test_every_message_leads_somewhere_on_this_site_or_nowhere(sent):
    for notice in sent:
        if notice.link:
            assert resolve(notice.link), (notice.template, notice.link)
