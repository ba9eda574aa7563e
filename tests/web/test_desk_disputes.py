"""Disputes at the desk: both values, what every source says, and a settlement that is final."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client

from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from qifu.organisations.actions import dispute_fact
from qifu.organisations.models import Dispute, Enterprise
from tests.conftest import NOW
from tests.factories import DisputeFactory, EnterpriseFactory, enterprise_actor, officer
from tests.web.desk_people import as_, queries, traces
from tests.web.pages import inline, read, words
from tests.web.test_desk_firm import state

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def steward():
    return officer("data_steward")


@pytest.fixture
def desk(steward):
    return as_(steward)


@pytest.fixture
def firm(demo_city):
    made = EnterpriseFactory.create(facts={})
    state(made, demo_city, "employees", 186)
    state(made, demo_city, "revenue", 30_000_000, period="2025")
    state(made, demo_city, "revenue", 28_000_000, period="2025", source="self")
    state(made, demo_city, "hi_tech_on", "2024-05-18", source="science")
    state(made, demo_city, "private_firm", True, source="register")
    state(made, demo_city, "qualifications", ["hi_tech_firm"], source="science")
    state(made, demo_city, "region", "440306", source="register")
    return made


def dispute(firm: Enterprise, name="revenue", period="2025", text="3200", actor=None) -> Dispute:
    return dispute_fact(
        firm,
        actor=actor or enterprise_actor(firm),
        attribute=name,
        period=period,
        text=text,
        reason="审计报告第 3 页",
        now=NOW - timedelta(days=1),
    )


def settle(client: Client, case: Dispute, outcome: str, **fields):
    return client.post(f"/desk/disputes/{case.pk}/", {"outcome": outcome, **fields})


def test_the_case_shows_both_values_the_reason_and_every_statement(desk, firm):
    said = words(desk.get(f"/desk/disputes/{dispute(firm).pk}/"))
    assert "营业收入（2025年）" in said
    assert "¥3,000万元" in said
    assert "¥3,200万元" in said
    assert "¥2,800万元" in said
    assert "审计报告第 3 页" in said
    assert "不能撤销" in said


def test_the_case_is_seen_without_a_consent_and_only_the_disputed_fact(desk, firm):
    said = words(desk.get(f"/desk/disputes/{dispute(firm).pk}/"))
    assert "平时需企业授权才能看" in said
    assert "186 人" not in said


def test_the_value_field_is_filled_with_what_the_firm_claims(desk, firm):
    html = desk.get(f"/desk/disputes/{dispute(firm).pk}/").content.decode()
    assert 'value="3200"' in html
    assert "万元" in html


def test_a_correction_changes_the_fact_and_tells_the_firm(desk, firm, steward):
    owner = enterprise_actor(firm)
    case = dispute(firm, actor=owner)
    answer = settle(desk, case, "correct", value="3,150", answer="以审计报告为准")
    assert answer.status_code == 302
    firm.refresh_from_db()
    assert firm.facts["revenue@2025"] == 31_500_000
    case.refresh_from_db()
    assert (case.state, case.settled_by_id, case.answer) == (
        "corrected", steward.user_id, "以审计报告为准"
    )  # fmt: skip
    notice = Notice.objects.get(to=owner.user, template="dispute_settled_corrected")
    assert notice.values["reason"] == "以审计报告为准"
    shown = words(desk.get(f"/desk/disputes/{case.pk}/"))
    assert "已更正" in shown
    assert "按核实的值更正" not in shown


def test_keeping_the_value_needs_no_value_and_changes_no_fact(desk, firm):
    case = dispute(firm)
    before = firm.fact_rows.count()
    assert settle(desk, case, "keep", answer="登记资料无误").status_code == 302
    firm.refresh_from_db()
    assert firm.facts["revenue@2025"] == 30_000_000
    assert firm.fact_rows.count() == before
    case.refresh_from_db()
    assert case.state == "kept"


@pytest.mark.parametrize(
    ("name", "period", "claimed", "given", "stored"),
    [
        ("employees", "", "190", "191", 191),
        ("hi_tech_on", "", "2024-06-01", "2024-06-02", "2024-06-02"),
        ("private_firm", "", "false", "false", False),
        ("qualifications", "", ["little_giant"], ["little_giant"], ["little_giant"]),
        ("qualifications", "", ["little_giant"], ["__none__"], []),
        ("region", "", "440307", "440307", "440307"),
    ],
)
def test_every_type_of_fact_can_be_corrected(desk, firm, name, period, claimed, given, stored):
    case = dispute(firm, name, period, claimed)
    assert settle(desk, case, "correct", value=given, answer="核实").status_code == 302
    firm.refresh_from_db()
    assert firm.facts[name] == stored


@pytest.mark.parametrize(
    ("value", "answer", "says"),
    [
        ("3200", "", "请写明核实的依据和结果"),
        ("", "核实", "请填写数字"),
        ("很多", "核实", "请填写数字"),
        ("-5", "核实", "不能小于"),
        ("9" * 30, "核实", "不能大于"),
        ("3200", "长" * 2001, "最多 2000 个字"),
    ],
)
def test_bad_input_is_said_at_the_field_and_nothing_happens(desk, firm, value, answer, says):
    case = dispute(firm)
    before = traces()
    page = settle(desk, case, "correct", value=value, answer=answer)
    assert page.status_code == 422
    assert says in words(page)
    assert traces() == before
    if 0 < len(answer) < 100:
        assert answer in page.content.decode()


def test_a_name_that_is_no_code_brings_codes_to_pick_from(desk, firm):
    case = dispute(firm, "region", "", "440307")
    page = settle(desk, case, "correct", value="龙岗", answer="核实")
    assert page.status_code == 422
    assert 'name="pick" value="440307"' in page.content.decode()
    settle(desk, case, "correct", value="龙岗", pick="440307", answer="核实")
    firm.refresh_from_db()
    assert firm.facts["region"] == "440307"


def test_an_unknown_outcome_does_nothing(desk, firm):
    case = dispute(firm)
    before = traces()
    page = settle(desk, case, "destroy", value="3200", answer="核实")
    assert page.status_code == 422
    assert traces() == before


def test_the_second_officer_is_told_who_settled_it(desk, firm):
    case = dispute(firm)
    colleague = officer("data_steward")
    settle(as_(colleague), case, "keep", answer="无误")
    before = traces()
    page = settle(desk, case, "correct", value="3200", answer="核实")
    assert page.status_code == 409
    assert "您的操作没有生效" in words(page)
    assert colleague.user.display_name in words(page)
    assert traces() == before


def test_nobody_settles_their_own_dispute(demo_city, firm, steward, desk):
    case = DisputeFactory.create(fact=firm.fact_rows.first(), opened_by=steward.user)
    assert "请同事办理" in words(desk.get(f"/desk/disputes/{case.pk}/"))
    before = traces()
    assert settle(desk, case, "keep", answer="无误").status_code == 403
    assert traces() == before


@pytest.mark.parametrize(
    "role", ["firm_registrar", "enterprise_officer", "policy_officer", "auditor", "unit_admin"]
)
def test_other_roles_see_and_settle_nothing(firm, role):
    case = dispute(firm)
    client = as_(officer(role))
    before = traces()
    assert client.get("/desk/disputes/").status_code == 403
    assert client.get(f"/desk/disputes/{case.pk}/").status_code == 403
    assert settle(client, case, "keep", answer="x").status_code == 403
    assert traces() == before


def test_the_queue_is_searched_by_firm_and_split_by_state(desk, firm):
    case = dispute(firm)
    other = DisputeFactory.create()
    links = read(desk.get("/desk/disputes/", {"q": firm.name})).links
    assert f"/desk/disputes/{case.pk}/" in links
    assert f"/desk/disputes/{other.pk}/" not in links
    settle(desk, case, "keep", answer="无误")
    assert f"/desk/disputes/{case.pk}/" not in read(desk.get("/desk/disputes/")).links
    kept = read(desk.get("/desk/disputes/", {"state": "kept"})).links
    assert f"/desk/disputes/{case.pk}/" in kept


def test_the_queue_costs_the_same_for_ten_and_for_fifty(desk):
    def ask() -> int:
        return queries(lambda: desk.get("/desk/disputes/"))

    DisputeFactory.create_batch(10)
    ask()
    few = ask()
    DisputeFactory.create_batch(90)
    assert ask() == few


def test_earlier_disputes_of_the_same_fact_stand_beside(desk, firm):
    first = dispute(firm)
    settle(desk, first, "keep", answer="无误，见年报")
    second = dispute(firm)
    page = desk.get(f"/desk/disputes/{second.pk}/")
    assert f"/desk/disputes/{first.pk}/" in read(page).links
    assert "无误，见年报" in words(page)


def test_a_fact_that_the_pack_no_longer_has_is_said_to_be_gone(desk):
    case = DisputeFactory.create(fact__attribute="no_longer_there")
    page = desk.get(f"/desk/disputes/{case.pk}/")
    assert page.status_code == 200
    assert "没有这一项资料" in words(page)
    assert settle(desk, case, "keep", answer="无误").status_code == 409


def test_nothing_on_the_pages_is_inline(desk, firm):
    case = dispute(firm)
    for address in ("/desk/disputes/", f"/desk/disputes/{case.pk}/"):
        for language in ("zh-hans", "en"):
            desk.cookies["django_language"] = language
            page = desk.get(address)
            assert inline(page.content.decode()) == []
            assert sorted(set(read(page).ids)) == sorted(read(page).ids)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_press_at_once_one_settles_and_one_is_told(demo_city):
    made = EnterpriseFactory.create(facts={})
    state(made, demo_city, "employees", 186)
    case = dispute(made, "employees", "", "200")
    clients = [as_(officer("data_steward")), as_(officer("data_steward"))]
    together, answers = Barrier(2), []

    def press(client: Client, outcome: str) -> None:
        try:
            together.wait()
            answers.append(settle(client, case, outcome, value="200", answer="核实").status_code)
        finally:
            connection.close()

    threads = [
        Thread(target=press, args=pair) for pair in zip(clients, ("correct", "keep"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]
    assert JournalLine.objects.filter(step__endswith="_disputed_fact").count() == 1
