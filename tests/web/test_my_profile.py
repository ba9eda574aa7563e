"""The profile: every fact with source and day; state, correct, take back, dispute."""

from datetime import timedelta

import pytest

from qifu.organisations.models import Dispute, Fact
from tests.conftest import NOW
from tests.factories import DisputeFactory, EnterpriseFactory, FactFactory
from tests.web.firms import HTMX, acting, counted, demo_firm, plain
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.django_db
PAGE = "/my/profile/"
STAFF, REVENUE = "/my/profile/employees/", "/my/profile/revenue/"
TODAY = NOW.date().isoformat()


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.fixture
def firm(client):
    firm = EnterpriseFactory.create()
    acting(client, firm)
    return firm


def declare(client, value="12", address=STAFF, **more):
    data = {"do": "declare", "value": value, "as_of": TODAY, **more}
    return client.post(address, data)


def test_every_group_and_every_attribute_of_the_catalogue_is_there(client, demo_city):
    acting(client, demo_firm())
    page = client.get(PAGE)
    assert page.status_code == 200
    assert [s.group.code for s in page.context["sections"]] == list(demo_city.groups)
    names = {item.attribute.name for s in page.context["sections"] for item in s.items}
    assert names == {attribute.name for attribute in demo_city.catalogue}
    assert inline(page.content.decode()) == []


def test_a_known_fact_shows_value_year_source_and_day(client, firm):
    FactFactory.create(
        enterprise=firm, attribute="revenue", period="2025", source="tax", value=12_000_000
    )
    said = words(client.get(PAGE, {"q": "营业收入"}))
    assert "2025 年 ¥1,200万元 税务 · 2026年11月22日" in said


def test_what_another_source_says_differently_stands_beside_it(client, firm):
    FactFactory.create(enterprise=firm, source="stats", value=30)
    FactFactory.create(enterprise=firm, source="self", value=44)
    page = client.get(PAGE, {"show": "differs"})
    assert "企业填报：44 人" in words(page)
    assert page.context["count"] == 1


@pytest.mark.parametrize("show", ["unknown", "known", "differs", "dispute", "nonsense", ""])
def test_filters_only_ever_narrow(client, show):
    acting(client, demo_firm())
    everything = client.get(PAGE).context["count"]
    page = client.get(PAGE, {"show": show})
    assert page.status_code == 200
    assert page.context["count"] <= everything
    for section in page.context["sections"]:
        for item in section.items:
            if show == "known":
                assert item.known
            if show == "unknown":
                assert not item.rows[0].known or not item.known


def test_the_list_alone_is_part_of_the_page_word_for_word(client, firm):
    asked = {"q": "专利", "show": "unknown"}
    assert plain(client.get(PAGE, asked, **HTMX)) in plain(client.get(PAGE, asked))


@pytest.mark.parametrize("text", ["\x00", "x" * 5_000, "😀", "<b>", "%"])
def test_a_strange_search_finds_nothing_and_breaks_nothing(client, firm, text):
    page = client.get(PAGE, {"q": text})
    assert page.status_code == 200


def test_stating_an_unknown_fact_makes_it_count(client, firm):
    answer = declare(client, "1,200")
    assert answer.status_code == 302
    firm.refresh_from_db()
    assert firm.facts["employees"] == 1200
    said = words(client.get(STAFF))
    assert "1,200 人" in said and "已保存" in said


def test_money_is_typed_in_ten_thousands_and_kept_in_yuan_for_its_year(client, firm):
    declare(client, "350.5", REVENUE + "?period=2024")
    fact = Fact.objects.get(enterprise=firm, attribute="revenue")
    assert (fact.period, fact.value, fact.source) == ("2024", 3_505_000, "self")


def test_a_set_can_be_none_of_them(client, firm):
    declare(client, "__none__", "/my/profile/qualifications/")
    assert Fact.objects.get(enterprise=firm).value == []


def test_a_set_with_nothing_ticked_is_no_answer(client, firm):
    answer = client.post("/my/profile/qualifications/", {"do": "declare", "as_of": TODAY})
    assert answer.status_code == 422
    assert "请勾选有的" in words(answer)
    both = declare(client, ["hi_tech_firm", "__none__"], "/my/profile/qualifications/")
    assert both.status_code == 422


def test_a_better_source_goes_on_counting_and_the_page_says_so(client, firm):
    FactFactory.create(enterprise=firm, source="stats", value=30)
    assert "统计 排在企业填报前面" in words(client.get(STAFF))
    declare(client, "44")
    page = client.get(STAFF)
    assert page.context["row"].value == 30
    assert page.context["own"].value == 44
    assert "与现在算数的值不同，没有采用" in words(page)


@pytest.mark.parametrize(
    ("value", "as_of", "field"),
    [
        ("-1", TODAY, "value"),
        ("十二", TODAY, "value"),
        ("1.5", TODAY, "value"),
        ("", TODAY, "value"),
        ("😀", TODAY, "value"),
        ("1\x002", TODAY, "value"),
        ("9" * 20_000, TODAY, "value"),
        ("12", "2026-11-23", "as_of"),
        ("12", "2026-13-40", "as_of"),
        ("12", "", "as_of"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_written(client, firm, value, as_of, field):
    answer = client.post(STAFF, {"do": "declare", "value": value, "as_of": as_of})
    assert answer.status_code == 422
    assert field in answer.context["declare"].errors
    assert not Fact.objects.filter(enterprise=firm).exists()
    fields = form(answer, "")["fields"]
    if "\x00" not in value:
        assert ["value", value] in fields
    assert ["as_of", as_of] in fields
    assert f'href="#declare_{field}"' in answer.content.decode()


def test_two_people_saving_at_once_the_second_is_told_and_loses_nothing(client, firm):
    declare(client, "10", expected="0")
    late = declare(client, "11", expected="0")
    assert late.status_code == 409
    said = words(late)
    assert "同事刚刚改过这一项" in said and "10 人" in said
    fields = dict(form(late, "")["fields"])
    assert fields["value"] == "11"
    assert Fact.objects.filter(enterprise=firm).count() == 1
    again = declare(client, fields["value"], expected=fields["expected"])
    assert again.status_code == 302
    firm.refresh_from_db()
    assert firm.facts["employees"] == 11


def test_what_the_firm_stated_can_be_taken_back_and_stays_in_the_history(client, firm):
    declare(client, "10")
    answer = client.post(STAFF, {"do": "retract"}, follow=True)
    assert "已收回" in words(answer)
    assert not answer.context["row"].known
    assert [fact.value for fact in answer.context["history"]] == [None, 10]


def test_a_dispute_is_opened_with_the_right_value_and_the_reason(client, firm):
    FactFactory.create(enterprise=firm, value=30, source="stats")
    data = {"do": "dispute", "value": "28", "reason": "第三季度统计表为 28 人"}
    page = client.post(STAFF, data, follow=True)
    assert "异议核实中" in words(page)
    dispute = Dispute.objects.get(enterprise=firm)
    assert (dispute.claimed, dispute.state) == (28, "open")
    assert "异议核实中" in words(client.get(PAGE, {"show": "dispute"}))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"value": "30", "reason": "一样"}, "value"),
        ({"value": "-2", "reason": "负数"}, "value"),
        ({"value": "28", "reason": ""}, "reason"),
        ({"value": "28", "reason": "长" * 20_000}, "reason"),
    ],
)
def test_a_bad_dispute_comes_back_with_what_was_typed(client, firm, more, field):
    FactFactory.create(enterprise=firm, value=30, source="stats")
    answer = client.post(STAFF, {"do": "dispute", **more})
    assert answer.status_code == 422
    assert field in answer.context["dispute"].errors
    assert not Dispute.objects.exists()
    typed = [pair for one in read(answer).forms for pair in one["fields"]]
    assert ["value", more["value"]] in typed
    assert ["reason", more["reason"]] in typed
    assert '<details class="qf-card my-dispute-form" id="dispute" open>' in answer.content.decode()


def test_a_dispute_can_be_withdrawn(client, firm):
    fact = FactFactory.create(enterprise=firm, value=30, source="stats")
    dispute = DisputeFactory.create(fact=fact)
    client.post(STAFF, {"do": "withdraw"})
    dispute.refresh_from_db()
    assert dispute.state == "withdrawn"


def test_nothing_to_withdraw_is_not_found(client, firm):
    assert client.post(STAFF, {"do": "withdraw"}).status_code == 404


def test_another_firms_dispute_cannot_be_withdrawn(client, firm):
    other = DisputeFactory.create()
    assert client.post(STAFF, {"do": "withdraw"}).status_code == 404
    other.refresh_from_db()
    assert other.state == "open"


def test_another_firms_facts_are_not_seen(client, firm):
    FactFactory.create(value=98_765, source="stats")
    assert "98,765" not in words(client.get(STAFF))
    assert "98,765" not in words(client.get(PAGE))


@pytest.mark.parametrize("do", ["declare", "dispute", "withdraw", "retract"])
def test_a_viewer_sees_the_fact_and_no_form_and_cannot_post_one(client, do):
    fact = FactFactory.create(value=30, source="stats")
    if do == "withdraw":
        DisputeFactory.create(fact=fact)
    acting(client, fact.enterprise, role="viewer")
    page = client.get(STAFF)
    assert page.context["declare"] is None and page.context["dispute"] is None
    assert "30 人" in words(page)
    before = Fact.objects.count()
    data = {"do": do, "value": "1", "as_of": TODAY, "reason": "不对"}
    assert client.post(STAFF, data).status_code == 403
    assert Fact.objects.count() == before
    assert not Dispute.objects.filter(state="withdrawn").exists()


def test_what_the_system_works_out_has_no_form_but_says_from_what(client):
    acting(client, demo_firm())
    page = client.get("/my/profile/size_class/")
    assert page.context["declare"] is None
    assert "由这些资料推算" in words(page)
    assert client.post(
        "/my/profile/size_class/", {"do": "declare", "value": "small", "as_of": TODAY}
    ).status_code in (403, 422)


@pytest.mark.parametrize("address", ["/my/profile/no_such/", "/my/profile/x-y/"])
def test_an_unknown_attribute_is_not_found(client, firm, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("period", ["0000", "abcd", "99999", "2030", "\x00", "２０２５"])
def test_a_year_that_cannot_be_falls_back_to_last_year(client, firm, period):
    assert client.get(REVENUE, {"period": period}).context["period"] == "2025"


def test_a_step_that_does_not_exist_is_refused(client, firm):
    assert client.post(STAFF, {"do": "delete"}).status_code == 422


def test_the_history_costs_the_same_for_ten_and_a_hundred_statements(client, firm):
    numbers: list[int] = []
    for upto in (10, 100):
        while (have := Fact.objects.filter(enterprise=firm).count()) < upto:
            FactFactory.create(enterprise=firm, value=have, as_of=NOW - timedelta(days=have))
        with counted(numbers):
            client.get(STAFF)
        with counted(numbers):
            client.get(PAGE)
    assert numbers[:2] == numbers[2:]


def test_the_profile_speaks_english(english, client):
    acting(client, demo_firm())
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Basics" in words(page)
    assert "Staff" in words(client.get(STAFF))
