"""The inbox: one's own messages, read and unread, and where they lead."""

import pytest

from qifu.notices.actions import tell
from qifu.notices.models import Notice
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, MembershipFactory, UserFactory
from tests.web.firms import acting, counted
from tests.web.pages import read, words

pytestmark = pytest.mark.django_db
PAGE = "/messages/"


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.fixture
def me(client):
    return acting(client)


def notice(user, link="/my/policies/", firm=None, **values):
    told = {"firm": "甲公司", "count": 2, "money": "¥5万元", "titles": "一、二", **values}
    return tell([user], "new_policies", values=told, link=link, organisation_id=firm, now=NOW)[0]


def test_an_empty_inbox_says_what_will_come(client, me):
    said = words(client.get(PAGE))
    assert "还没有消息" in said and "都读过了" in said


def test_messages_are_in_words_newest_first_and_unread_ones_are_marked(client, me):
    notice(me.user, firm=None, count=1)
    notice(me.user, firm=None, count=7)
    page = client.get(PAGE)
    said = words(page)
    assert said.index("甲公司新增可享政策 7 项") < said.index("甲公司新增可享政策 1 项")
    assert "2 条还没有读" in said


def test_opening_a_message_marks_it_read_and_follows_its_link(client, me):
    told = notice(me.user, firm=me.organisation_id)
    answer = client.get(f"/messages/{told.pk}/")
    assert answer["Location"] == "/my/policies/"
    told.refresh_from_db()
    assert told.read_at == NOW


@pytest.mark.parametrize("link", ["", "https://example.org/", "//example.org/", "/no/such/page/"])
def test_a_message_without_a_page_of_ours_is_shown_itself(client, me, link):
    told = notice(me.user, link=link)
    page = client.get(f"/messages/{told.pk}/")
    assert page.status_code == 200
    assert read(page).headings == ["甲公司新增可享政策 2 项"]
    assert "example.org" not in page.content.decode()


def test_a_message_about_another_firm_of_mine_offers_to_go_there(client, me):
    other = MembershipFactory.create(
        user=me.user, organisation=EnterpriseFactory.create().organisation
    )
    told = notice(me.user, firm=other.organisation_id)
    page = client.get(f"/messages/{told.pk}/")
    forms = [one for one in read(page).forms if one["action"] == "/switch/"]
    assert any(["next", "/my/policies/"] in one["fields"] for one in forms)
    sent = dict(next(o for o in forms if ["next", "/my/policies/"] in o["fields"])["fields"])
    assert client.post("/switch/", sent)["Location"] == "/my/policies/"
    assert client.get("/my/policies/").context["firm"].pk == other.organisation_id


def test_a_message_about_a_firm_i_have_left_leads_nowhere(client, me):
    told = notice(me.user, firm=EnterpriseFactory.create().pk)
    page = client.get(f"/messages/{told.pk}/")
    assert page.status_code == 200
    assert not [o for o in read(page).forms if ["next", "/my/policies/"] in o["fields"]]


def test_somebody_elses_message_is_not_found_and_stays_unread(client, me):
    told = notice(UserFactory.create())
    assert client.get(f"/messages/{told.pk}/").status_code == 404
    assert client.get("/messages/99999999999999999999/").status_code == 404
    told.refresh_from_db()
    assert told.read_at is None


def test_all_can_be_marked_read_and_only_mine(client, me):
    theirs = notice(UserFactory.create())
    notice(me.user)
    page = client.post("/messages/read/", follow=True)
    assert "都读过了" in words(page)
    assert list(Notice.objects.filter(read_at=None)) == [theirs]
    assert client.get("/messages/read/").status_code == 405


def test_unread_ones_can_be_seen_alone(client, me):
    read_one = notice(me.user, count=3)
    client.get(f"/messages/{read_one.pk}/")
    notice(me.user, count=9)
    said = words(client.get(PAGE, {"show": "unread"}))
    assert "新增可享政策 9 项" in said and "新增可享政策 3 项" not in said


def test_a_hundred_messages_cost_the_same_and_are_paged(client, me):
    numbers: list[int] = []
    for upto in (10, 100):
        while Notice.objects.filter(to=me.user).count() < upto:
            notice(me.user)
        with counted(numbers):
            page = client.get(PAGE)
    # a second page needs no more questions to the database than the first
    assert numbers[0] == numbers[1]
    assert len(page.context["rows"]) == 20
    assert "第 1 页，共 5 页" in words(page)
    assert client.get(PAGE, {"page": "5"}).context["page"].number == 5


def test_english_messages_are_written_in_english(english, client):
    member = acting(client)
    tell([member.user], "welcome", values={"site": {"zh": "企服", "en": "Qifu"}}, now=NOW)
    assert "Welcome to Qifu" in words(client.get(PAGE))


def test_without_an_account_one_is_asked_to_sign_in(client):
    assert client.get(PAGE)["Location"].startswith("/sign-in/")
