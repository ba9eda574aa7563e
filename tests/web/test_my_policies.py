"""My policies: the four groups, the next question, what an answer changes, one policy."""

import pytest

from qifu.organisations.models import Fact
from qifu.organisations.selectors import actor_for
from qifu.policies.models import PolicyVersion, SkippedQuestion
from qifu.policies.selectors import match_for
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, officer
from tests.web.firms import HTMX, acting, counted, demo_firm, plain
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.django_db
PAGE, ANSWER, SKIP, UNDO = (
    "/my/policies/", "/my/question/answer/", "/my/question/skip/", "/my/question/undo/",
)  # fmt: skip
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.fixture
def firm(client):
    """A demo firm, with its owner signed in."""
    firm = demo_firm()
    acting(client, firm)
    return firm


def match(member_client, firm):
    actor = actor_for(firm.organisation.memberships.first().user, None)
    return match_for(actor, firm, on=TODAY)


def asked(client, firm, kind):
    """The key of an open question of a type; the ones before it are skipped."""
    found = next(q for q in match(client, firm).questions if q.attribute.type == kind)
    for question in match(client, firm).questions:
        if question.attr == found.attr:
            break
        SkippedQuestion.objects.create(enterprise=firm, fact_key=question.attr, skipped_at=NOW)
    return found.attr


def right(question):
    return {"flag": "true", "date": "2026-01-05"}.get(question.attribute.type, "1")


def test_every_policy_in_force_stands_in_exactly_one_of_four_groups(client, firm):
    page = client.get(PAGE)
    assert page.status_code == 200
    found = [link for link in read(page).links if link.startswith("/my/policies/SZD")]
    sections = page.context["sections"]
    ids = [card.id for section in sections for card in section.cards]
    assert sorted(ids) == sorted(set(ids))
    assert set(ids) == set(PolicyVersion.objects.values_list("policy_id", flat=True))
    assert {f"/my/policies/{one}/" for one in ids} <= set(found)
    assert inline(page.content.decode()) == []


def test_what_does_not_fit_is_folded_away(client, firm):
    html = client.get(PAGE).content.decode()
    assert '<details class="qf-fold my-folded" id="not_for_you">' in html


def test_money_and_days_left_are_two_orders(client, firm):
    by_money = client.get(PAGE).context["sections"]
    by_days = client.get(PAGE, {"order": "closes"}).context["sections"]
    assert {s.code: {c.id for c in s.cards} for s in by_money} == {
        s.code: {c.id for c in s.cards} for s in by_days
    }
    for section in by_days:
        open_now = [c.result for c in section.cards if c.result.status in ("open", "closing_soon")]
        days = [r.policy.closes for r in open_now if r.policy.closes]
        assert days == sorted(days)


def test_an_unknown_order_falls_back_to_money(client, firm):
    assert client.get(PAGE, {"order": "<script>"}).context["order"] == "money"


def test_a_card_says_the_first_gap_in_words(client, firm):
    page = client.get(PAGE)
    near = next(s for s in page.context["sections"] if s.code == "near")
    card = near.cards[0]
    assert card.first_gap.verdict == "unmet"
    assert card.first_gap.gap_zh in words(page)


def test_an_answer_changes_the_list_without_a_reload_and_the_fragment_is_part_of_the_page(
    client, firm
):
    key = asked(client, firm, "flag")
    fragment = client.post(ANSWER, {"key": key, "value": "true"}, **HTMX)
    assert fragment.status_code == 200
    assert "<html" not in fragment.content.decode()
    fact = Fact.objects.get(enterprise=firm, attribute=key, source="self")
    assert fact.value is True
    assert plain(fragment) in plain(client.get(PAGE))
    assert "已记下" in words(fragment)


def test_without_javascript_an_answer_comes_back_to_the_same_list(client, firm):
    key = asked(client, firm, "flag")
    answer = client.post(ANSWER, {"key": key, "value": "false", "order": "closes"}, follow=True)
    assert answer.redirect_chain == [("/my/policies/?order=closes", 302)]
    assert "已记下" in words(answer)
    assert form(answer, UNDO)["fields"]


def test_an_answer_that_decides_a_policy_is_told_with_its_name(client, firm):
    for _round in range(12):
        question = client.get(PAGE).context["question"]
        if question is None:
            break
        client.post(ANSWER, {"key": question.attr, "value": right(question)}, **HTMX)
        page = client.get(PAGE)
        last = page.context["last"]
        if last.gained:
            assert last.gained[0].policy.title in words(page)
            assert "刚刚变为可享" in words(page)
            return
        if last.lost:
            assert "可以确定不符合" in words(page)
            return
    pytest.fail("no answer decided anything")


@pytest.mark.parametrize("htmx", [True, False])
def test_the_last_answer_can_be_taken_back(client, firm, htmx):
    key = asked(client, firm, "flag")
    client.post(ANSWER, {"key": key, "value": "true"})
    more = HTMX if htmx else {"follow": True}
    page = client.post(UNDO, {"key": key}, **more)
    assert "已记下" not in words(page)
    assert page.context["question"].attr == key
    firm.refresh_from_db()
    assert key not in firm.facts


def test_a_skipped_question_is_not_asked_again_until_it_is_brought_back(client, firm):
    first = client.get(PAGE).context["question"].attr
    page = client.post(SKIP, {"key": first}, **HTMX)
    assert page.context["question"].attr != first
    assert "已跳过" in words(page)
    back = client.post(UNDO, {"key": first}, **HTMX)
    assert back.context["question"].attr == first


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写数字"),
        ("-5", "不能小于"),
        ("十二", "请填写数字"),
        ("😀", "请填写数字"),
        ("12\x00", "空字符"),
        ("9" * 20_000, "500"),
        ("12 公里", "单位"),
    ],
)
def test_a_wrong_number_is_told_at_the_field_and_stays_typed(client, firm, typed, said):
    key = asked(client, firm, "number")
    before = Fact.objects.count()
    page = client.post(ANSWER, {"key": key, "value": typed}, **HTMX)
    assert page.status_code == 422
    assert Fact.objects.count() == before
    errors = page.context["form"].errors["value"]
    assert said in errors[0]
    assert errors[0] in words(page).replace("&quot;", '"')
    assert page.context["question"].attr == key
    if typed and "\x00" not in typed:
        assert ["value", typed] in form(page, ANSWER)["fields"]


def test_a_wrong_answer_without_javascript_keeps_the_whole_page(client, firm):
    key = asked(client, firm, "number")
    page = client.post(ANSWER, {"key": key, "value": "-1"})
    assert page.status_code == 422
    assert read(page).headings == ["我的政策"]
    assert ["value", "-1"] in form(page, ANSWER)["fields"]


def test_a_question_that_a_colleague_has_just_answered_is_not_overwritten(client, firm):
    key = asked(client, firm, "flag")
    client.post(ANSWER, {"key": key, "value": "true"})
    facts = Fact.objects.filter(enterprise=firm, attribute=key).count()
    page = client.post(ANSWER, {"key": key, "value": "false"}, follow=True)
    assert "没有改动" in words(page)
    assert Fact.objects.filter(enterprise=firm, attribute=key).count() == facts


@pytest.mark.parametrize(
    ("answer", "did", "region"),
    [("宝安区", "answered", "440306"), ("广州市", "outranked", "4403")],
)
def test_a_coarse_registered_region_is_not_asked_for_ever(client, answer, did, region):
    """A district within the registered city counts; another city than the registered does not."""
    firm = EnterpriseFactory.create(region="4403", facts={"region": "4403"})
    Fact.objects.create(
        enterprise=firm, attribute="region", source="register", value="4403", as_of=TODAY,
        recorded_at=NOW,
    )  # fmt: skip
    acting(client, firm)
    assert "region" in {q.attr for q in client.get(PAGE).context["match"].questions}
    page = client.post(ANSWER, {"key": "region", "value": answer}, **HTMX)
    assert page.context["last"].did == did
    assert page.context["question"].attr != "region"
    firm.refresh_from_db()
    assert firm.facts["region"] == region


def test_a_code_that_is_not_one_brings_codes_that_may_be_meant(client):
    acting(client, EnterpriseFactory.create(facts={"region": "440306"}))
    page = client.post(ANSWER, {"key": "industry", "value": "软件"}, **HTMX)
    assert page.status_code == 422
    assert page.context["form"].suggestions
    code = page.context["form"].suggestions[0][0]
    answer = client.post(ANSWER, {"key": "industry", "value": "软件", "pick": code}, **HTMX)
    assert answer.status_code == 200
    assert Fact.objects.get(attribute="industry", source="self").value == code


@pytest.mark.parametrize("key", ["", "x" * 500, "no_such_fact", "\x00", "revenue@99999"])
def test_a_key_that_is_no_question_writes_nothing(client, firm, key):
    before = Fact.objects.count()
    answer = client.post(ANSWER, {"key": key, "value": "1"})
    assert answer.status_code in (302, 422)
    assert Fact.objects.count() == before


def test_a_viewer_sees_the_list_and_no_form(client):
    firm = demo_firm()
    acting(client, firm, role="viewer")
    page = client.get(PAGE)
    assert page.status_code == 200
    assert not [one for one in read(page).forms if one["action"].startswith("/my/question/")]
    key = page.context["question"].attr
    assert client.post(ANSWER, {"key": key, "value": "1"}).status_code == 403
    assert client.post(SKIP, {"key": key}).status_code == 403
    assert client.post(UNDO, {"key": key}).status_code == 403


def test_questions_are_sent_never_fetched(client, firm):
    assert {client.get(one).status_code for one in (ANSWER, SKIP, UNDO)} == {405}


def test_one_policy_shows_every_condition_with_what_is_required_and_what_there_is(client, firm):
    result = match(client, firm).eligible[0]
    page = client.get(f"/my/policies/{result.policy.id}/")
    said = words(page)
    assert read(page).headings == [result.policy.title]
    assert "示例·据公开信息改写" in said
    for group in result.groups:
        assert group.label_zh in said
        assert group.required_zh in said or group.children
    assert "要求" in said and "您的情况" in said and "依据" in said


def test_a_condition_links_to_the_facts_it_reads(client, firm):
    found = match(client, firm)
    result = found.result("SZD-2026-001")
    links = read(client.get("/my/policies/SZD-2026-001/")).links
    for group in result.groups:
        if not group.node.children:
            for key in group.attributes:
                name, _at, year = key.partition("@")
                assert f"/my/profile/{name}/" + (f"?period={year}" if year else "") in links


def test_what_must_not_be_is_told_as_a_whole_and_never_as_its_opposite(client, firm):
    page = client.get("/my/policies/SZD-2026-001/")
    clean = next(c for c in page.context["conditions"] if c.result.id == "clean")
    assert clean.inner == ()
    assert clean.result.verdict == "met"


def test_a_policy_that_is_not_there_is_not_found(client, firm):
    assert client.get("/my/policies/SZD-0000-000/").status_code == 404
    assert client.get("/my/policies/%00/").status_code == 404


def test_a_policy_not_in_force_today_leads_to_its_words_in_the_library(client, firm):
    PolicyVersion.objects.filter(policy_id="SZD-2026-001").update(effective_from="2027-01-01")
    answer = client.get("/my/policies/SZD-2026-001/")
    assert answer.status_code == 302
    assert answer["Location"] == "/policies/SZD-2026-001/"


def test_the_pages_speak_english(english, client):
    acting(client, demo_firm())
    for address in (PAGE, "/my/policies/SZD-2026-001/"):
        page = client.get(address)
        assert page.status_code == 200
        assert page.context["shell"].language == "en"
    title = PolicyVersion.objects.get(policy_id="SZD-2026-001").title_en
    assert title in words(page)


def test_the_list_costs_the_same_queries_for_ten_and_a_hundred_policies(client, firm):
    numbers: list[int] = []
    client.get(PAGE)
    with counted(numbers):
        client.get(PAGE)
    model = PolicyVersion.objects.get(policy_id="SZD-2026-001")
    for number in range(100):
        model.pk = None
        model.policy_id = f"COPY-{number}"
        model.document = {**model.document, "id": model.policy_id}
        model.save()
    client.get(PAGE)  # reads and parses what is new, once a process
    with counted(numbers):
        client.get(PAGE)
    assert numbers[0] == numbers[1]


def test_nobody_else_may_open_them(client):
    assert client.get(PAGE).status_code == 302
    client.force_login(officer().user)
    assert client.get(PAGE).status_code == 403


def test_the_firm_comes_from_the_session_and_never_from_the_request(client, firm):
    other = EnterpriseFactory.create()
    page = client.get(PAGE, {"firm": other.pk, "enterprise": other.pk})
    assert page.context["firm"].pk == firm.pk


def test_the_overview_says_what_waits_by_date_and_how_complete_the_profile_is(client, firm):
    page = client.get("/my/")
    assert page.status_code == 200
    days = [one.day for one in page.context["windows"]]
    assert days == sorted(days) and days
    assert all(day >= TODAY for day in days)
    groups = match(client, firm)
    counts = [len(section.cards) for section in page.context["groups"]]
    assert counts == [
        len(groups.eligible), len(groups.maybe), len(groups.near), len(groups.not_for_you),
    ]  # fmt: skip
    assert f"{page.context['known']} / {page.context['facts']}" in words(page)
    assert page.context["tasks"][0].title == groups.next_question.text("zh")


def test_the_overview_of_a_firm_that_nothing_is_known_of_still_stands(client):
    acting(client, EnterpriseFactory.create(region="", facts={}))
    page = client.get("/my/")
    assert page.status_code == 200
    assert "还不能确定" in words(page)
    assert client.get(PAGE).status_code == 200


def test_of_a_long_list_the_first_are_shown_and_all_when_asked_for(client, firm, monkeypatch):
    whole = {section.code: section for section in client.get(PAGE).context["sections"]}
    assert all(not section.more for section in whole.values())
    monkeypatch.setattr("qifu.web.my.board.MOST_CARDS", 1)
    page = client.get(PAGE)
    for section in page.context["sections"]:
        there = whole[section.code]
        assert [c.id for c in section.cards] == [c.id for c in there.cards][:1]
        assert (section.count, section.more) == (there.count, max(0, there.count - 1))
    rest = whole["not_for_you"].count - 1
    assert rest and f"另有 {rest} 项没有列出" in words(page)
    link = "/my/policies/?order=money&all=not_for_you"
    assert link in [found.partition("#")[0] for found in read(page).links]
    asked = {s.code: s for s in client.get(link).context["sections"]}
    assert len(asked["not_for_you"].cards) == whole["not_for_you"].count
    assert not asked["not_for_you"].folded and asked["near"].more == max(0, whole["near"].count - 1)
