"""The list of a firm's appeals, the public page about them, and what the overview says."""

import pytest
from django.test import Client

from qifu.appeals.models import Appeal
from tests.appeals import world
from tests.factories import EnterpriseFactory, enterprise_actor
from tests.web.desk_people import as_, queries
from tests.web.firms import HTMX, acting, demo_firm, plain
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.django_db
LIST, ABOUT = "/my/appeals/", "/appeals/"


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.fixture
def firm():
    return EnterpriseFactory.create()


@pytest.fixture
def owner(firm):
    return enterprise_actor(firm)


@pytest.fixture
def client(owner):
    return as_(owner)


def test_an_empty_list_says_what_to_do(client):
    page = client.get(LIST)
    assert page.status_code == 200
    assert "还没有提过诉求" in words(page)
    assert "/my/appeals/new/" in read(page).links
    assert inline(page.content.decode()) == []


def test_drafts_stand_first_then_cases_with_who_has_them_and_by_when(client, owner):
    case = world.dispatched(world.accepted(world.submitted(owner)))
    world.draft(owner, text="还没写完", title="还没写完")
    told = words(client.get(LIST))
    assert told.index("还没写完") < told.index(case.number)
    assert "待签收" in told
    assert case.lead.organisation.name in told
    assert "还剩" in told


def test_what_waits_for_the_firm_is_marked(client, owner):
    world.need_info(world.submitted(owner))
    assert "等您处理" in words(client.get(LIST))


def test_the_list_is_narrowed_by_words_state_and_kind(client, owner):
    one = world.submitted(owner, text="请问怎样申请出口退税？", kind="inquiry")
    two = world.accepted(world.submitted(owner, text="宿舍不够，希望帮忙。", kind="help_request"))
    for asked, expected in (
        ({"text": "退税"}, [one]),
        ({"text": two.number}, [two]),
        ({"state": "accepted"}, [two]),
        ({"kind": "inquiry"}, [one]),
        ({"kind": "inquiry", "state": "accepted"}, []),
        ({"kind": "<script>", "state": "x"}, [two, one]),
        ({"text": "\x00"}, [two, one]),
        ({"text": "长" * 200}, [two, one]),
    ):
        page = client.get(LIST, asked)
        assert page.status_code == 200
        assert [row.appeal for row in page.context["rows"]] == expected, asked
    assert "没有符合的诉求" in words(client.get(LIST, {"text": "没有的词"}))


def test_the_rows_alone_are_word_for_word_part_of_the_page(client, owner):
    world.submitted(owner)
    part = client.get(LIST, {"kind": "inquiry"}, **HTMX)
    assert "<html" not in part.content.decode()
    assert plain(part) in plain(client.get(LIST, {"kind": "inquiry"}))


def test_a_long_list_has_pages_and_keeps_its_filters(client, owner):
    for _number in range(21):
        world.submitted(owner)
    page = client.get(LIST, {"kind": "inquiry"})
    assert len(page.context["rows"]) == 20
    assert "?kind=inquiry&page=2" in [link.replace("&amp;", "&") for link in read(page).links]
    assert len(client.get(LIST, {"kind": "inquiry", "page": "2"}).context["rows"]) == 1


def test_the_list_takes_as_many_queries_for_ten_cases_as_for_one(client, owner):
    world.dispatched(world.accepted(world.submitted(owner)))
    world.draft(owner)
    one = queries(lambda: client.get(LIST))
    for _number in range(9):
        world.dispatched(world.accepted(world.submitted(owner)))
        world.draft(owner)
    assert queries(lambda: client.get(LIST)) == one


def test_cases_and_drafts_of_others_are_in_no_list(client, owner):
    theirs = world.submitted()
    world.draft(title="别人的草稿")
    page = client.get(LIST)
    assert theirs.number not in words(page)
    assert "别人的草稿" not in words(page)


def test_somebody_who_only_looks_sees_cases_but_no_drafts(firm, owner):
    case = world.submitted(owner)
    world.draft(owner, title="老板的草稿")
    page = as_(enterprise_actor(firm, "viewer")).get(LIST)
    assert case.number in words(page)
    assert "老板的草稿" not in words(page)
    assert "/my/appeals/new/" not in read(page).links


def test_the_page_for_everybody_tells_limits_exclusions_and_where_tip_offs_go(demo_city):
    page = Client().get(ABOUT)
    told = words(page)
    assert page.status_code == 200
    assert "5 个工作日" in told
    assert "15 个工作日" in told
    for exclusion in demo_city.scope.exclusions:
        assert exclusion.name.zh in told
        assert exclusion.channel.zh.split("\n")[0] in told
    assert "12345" in told
    assert "/sign-in/?next=/my/appeals/new/" in read(page).links
    assert inline(page.content.decode()) == []


def test_the_page_for_everybody_leads_a_firm_to_its_form(client):
    links = read(client.get(ABOUT)).links
    assert "/my/appeals/new/" in links
    assert "/my/appeals/new/?template=financing" in links


def test_the_doors_of_the_site_lead_to_appeals(client):
    assert ABOUT in read(Client().get("/")).links
    assert LIST in read(client.get("/")).links
    navigation = client.get(LIST).context["shell"].nav
    assert [door.url for door in navigation if door.current] == [LIST]


def test_the_overview_says_what_waits_and_until_when(client, owner):
    asked = world.need_info(world.submitted(owner, text="问题一：请问怎样申请用电增容？"))
    answered = world.replied(text="问题二：请问怎样申请用水增容？", actor=owner)
    world.draft(owner, title="写了一半")
    page = client.get("/my/")
    told = words(page)
    assert "补充材料：问题一" in told
    assert "评价答复：问题二" in told
    assert "没写完的诉求：写了一半" in told
    assert {f"/my/appeals/{asked.pk}/", f"/my/appeals/{answered.pk}/"} <= set(read(page).links)


def test_the_overview_takes_as_many_queries_for_five_waiting_cases_as_for_one(client, owner):
    world.need_info(world.submitted(owner))
    client.get("/my/")
    one = queries(lambda: client.get("/my/"))
    for _number in range(4):
        world.need_info(world.submitted(owner))
    assert queries(lambda: client.get("/my/")) == one


def test_a_demo_firm_opens_its_list():
    client = Client()
    acting(client, demo_firm())
    assert client.get(LIST).status_code == 200
    assert Appeal.objects.filter(enterprise=demo_firm()).count() >= 0
