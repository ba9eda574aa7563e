"""Every message that the software sends, sent by what sends it: no placeholder stays open."""

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import resolve

from qifu.appeals import actions
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
from qifu.organisations.models import Unit
from qifu.policies.models import MatchMemory
from tests.appeals import world as case
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


def appeals() -> None:
    """Cases through every step after which somebody is told something."""
    for way in (
        case.not_accepted, case.lapsed, case.withdrawn, case.closed_unrated,
        case.closed_unreachable, case.closed_justified, case.answered_at_once,
    ):  # fmt: skip
        way()
    asked = case.need_info()
    actions.supply_facts(asked, actor=case.owner_of(asked), now=case.later(asked), answer="户号一")
    appeals_between_units()
    appeals_after_the_answer()


def appeals_between_units() -> None:
    coordinator, desk = case.coordinator_actor(), case.intake_actor()
    twice = case.objected_twice()
    actions.uphold_objection(twice, actor=coordinator, now=case.later(twice), reason="确不归口")
    here = case.handling_(region="440305")
    handler, colleague = case.handler_actor(here.lead), case.handler_actor(here.lead)
    actions.assign_case(here, actor=handler, now=case.later(here), user=colleague.user)
    actions.ask_extension(here, actor=handler, now=case.later(here), days=2, reason="要现场看")
    actions.decide_extension(here, actor=coordinator, now=case.later(here), grant=True, days=1)
    actions.remind(here, actor=coordinator, now=case.later(here), note="请尽快联系企业")
    actions.supervise(
        here, actor=coordinator, now=case.later(here), reason="还没有联系", until_days=3
    )
    actions.escalate(here, actor=coordinator, now=case.later(here), reason="涉及三个部门")
    actions.remind_due(now=NOW + timedelta(days=4))
    actions.remind_due(now=NOW + timedelta(days=40))
    down = case.unit(case.DISTRICT)
    actions.transfer(here, actor=handler, now=case.later(here), unit=down, why="企业在南山")
    one, other = case.submitted(), case.submitted()
    case.same_firm(one, other)
    actions.merge_appeals(one, actor=desk, now=case.later(other), master=other)
    other.refresh_from_db()
    case.withdrawn(other)
    left = UnitFactory.create(organisation__name_en="Test bureau")
    officer("handler", left)
    orphan = case.accepted()
    actions.dispatch_appeal(orphan, actor=desk, now=case.later(orphan), unit=left)
    Unit.objects.filter(pk=left.pk).update(dissolved_on=NOW.date() - timedelta(days=1))
    actions.take_over_dissolved(now=case.later(orphan))


def appeals_after_the_answer() -> None:
    answered = case.replied()
    actions.remind_ratings(now=answered.changed_at + timedelta(days=9))
    again = case.rehandling()
    case.closed(case.replied(again))
    actions.reopen(again, actor=case.owner_of(again), now=case.later(again), reason="又停电了")
    slip, caller = case.callback_due(), case.callback_actor()
    actions.ask_confirmation(slip, actor=caller, now=case.later(slip))
    actions.confirm_closed(slip, actor=case.owner_of(slip), now=case.later(slip), reason="misclick")
    limited = case.callback_due()
    actions.propose_justified(
        limited,
        actor=caller,
        now=case.later(limited),
        clause="现行规定不允许",
        explanation="已解释",
    )
    actions.decline_justified(
        limited, actor=case.coordinator_actor(), now=case.later(limited), note="请再核实"
    )


def exchange() -> None:
    """An order of an outside hotline that grows, and one that contradicts what is here."""
    desk = case.intake_actor()
    order = {
        "external_id": "GD-7", "text": "园区货梯坏了三天没有修好，请协调。",
        "time": "2026-11-20 09:30", "contact": "王女士", "phone": "0755-00000000",
    }  # fmt: skip
    longer = order | {"supplement": "今天又停了一次电。"}
    firm = EnterpriseFactory.create(organisation__name="甲公司")
    for minutes, row in enumerate((order, longer, longer | {"firm": firm.uscc})):
        actions.receive_orders("12345", [row], actor=desk, now=NOW + timedelta(minutes=minutes))


JOURNEYS = (claims, people, disputes, consents, policies, appeals, exchange)


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
        if "tell" not in text or "packs" in path.parts:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and node.value in NOTICES:
                found.add(node.value)
    return found


def test_the_journeys_send_every_message_that_the_source_names(sent):
    assert {notice.template for notice in sent} == named_in_the_source()
    assert len(named_in_the_source()) >= 40


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
