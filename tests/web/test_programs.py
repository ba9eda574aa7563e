"""The page of tokens: make one, see it once, end it; whose tokens one sees."""

import pytest
from django.test import Client

from qifu.accounts.actions.tokens import MOST_LIVE
from qifu.accounts.models import ApiToken
from qifu.base.models import JournalLine
from tests.api.programs import Program, program
from tests.factories import EnterpriseFactory, enterprise_actor, officer
from tests.web.desk_people import as_
from tests.web.pages import inline, words

pytestmark = pytest.mark.django_db
PAGE = "/programs/"
NEW = {"do": "make", "name": "财务系统", "scopes": ["firms.read"], "expires_on": "2027-05-20"}


@pytest.fixture
def firm(demo_city):
    return EnterpriseFactory.create()


@pytest.fixture
def owner(firm):
    return enterprise_actor(firm, "owner")


def secret_on(page) -> str:
    text = page.content.decode()
    return text.partition("readonly>")[2].partition("<")[0]


def test_a_token_made_on_the_page_opens_the_api_and_is_shown_once(owner):
    browser = as_(owner)
    made = browser.post(PAGE, NEW)
    secret = secret_on(made)
    asks = Program(secret)
    assert secret.startswith("qf_") and asks.get("/me").status_code == 200
    assert asks.get("/messages").status_code == 403
    again = browser.get(PAGE)
    assert secret not in again.content.decode() and "财务系统" in words(again)
    assert inline(made.content.decode()) == []
    line = JournalLine.objects.get(step="make_token")
    assert secret not in str(vars(line)) and line.acting_for == owner.organisation_id


def test_a_token_lasts_to_the_end_of_its_day(owner):
    as_(owner).post(PAGE, NEW)
    token = ApiToken.objects.get()
    assert f"{token.expires_at:%Y-%m-%d %H:%M}" == "2027-05-20 15:59"  # in UTC


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "请填写名称"),
        ({"scopes": []}, "请至少选择一项"),
        ({"scopes": ["everything"]}, "请从列表中选择"),
        ({"expires_on": "2026-11-21"}, "到期日要在今天之后"),
        ({"expires_on": "2027-12-31"}, "最长 366 天"),
        ({"expires_on": "soon"}, "请填写日期"),
    ],
)
def test_a_form_with_a_mistake_says_so_and_makes_nothing(owner, change, said):
    answer = as_(owner).post(PAGE, {**NEW, **change})
    assert answer.status_code == 422 and said in words(answer)
    assert not ApiToken.objects.exists()


def test_a_revoked_token_opens_nothing_and_is_listed_no_more(owner):
    asks, browser = program(owner, ["firms.read"]), as_(owner)
    browser.post(PAGE, {"do": "revoke", "pk": asks.token.pk})
    assert asks.get("/me").status_code == 401
    assert "测试程序" not in words(browser.get(PAGE)).replace("“测试程序”已停用", "")
    again = browser.post(PAGE, {"do": "revoke", "pk": asks.token.pk}, follow=True)
    assert "已经停用" in words(again)
    assert JournalLine.objects.filter(step="revoke_token").count() == 1


def test_who_manages_people_sees_and_ends_the_tokens_of_all_members(firm, owner):
    clerk = enterprise_actor(firm, "clerk")
    asks = program(clerk, ["firms.read"])
    page = words(as_(owner).get(PAGE))
    assert "测试程序" in page and clerk.user.display_name in page
    as_(owner).post(PAGE, {"do": "revoke", "pk": asks.token.pk})
    assert asks.get("/me").status_code == 401


def test_others_neither_see_nor_end_a_token(firm, owner):
    asks = program(owner, ["firms.read"])
    for other in (enterprise_actor(firm, "clerk"), enterprise_actor(), officer("unit_admin")):
        browser = as_(other)
        assert "测试程序" not in words(browser.get(PAGE))
        assert browser.post(PAGE, {"do": "revoke", "pk": asks.token.pk}).status_code == 404
    assert asks.get("/me").status_code == 200


def test_a_firm_is_offered_what_a_firm_can_use(owner):
    page = as_(owner).get(PAGE).content.decode()
    assert "appeals.write" in page and "casework" not in page
    assert "casework" in as_(officer("intake_officer")).get(PAGE).content.decode()


def test_there_is_an_end_to_the_number_of_tokens(owner):
    for _ in range(MOST_LIVE):
        program(owner, ["firms.read"])
    answer = as_(owner).post(PAGE, NEW)
    assert answer.status_code == 422 and "最多同时有" in words(answer)


def test_strange_requests_are_refused(owner):
    browser = as_(owner)
    assert browser.post(PAGE, {"do": "revoke", "pk": "x"}).status_code == 422
    assert browser.post(PAGE, {"do": "other", "pk": "1"}).status_code == 422
    assert browser.post(PAGE, {**NEW, "name": "a\x00b"}).status_code == 422
    assert Client().get(PAGE).status_code == 302


def test_a_membership_that_ended_takes_its_tokens_with_it(firm, owner):
    clerk = enterprise_actor(firm, "clerk")
    asks = program(clerk, ["firms.read"])
    member = f"/people/{clerk.membership.pk}"
    assert program(owner, ["people.manage"]).ask("DELETE", member).status_code == 204
    assert asks.get("/me").status_code == 401
