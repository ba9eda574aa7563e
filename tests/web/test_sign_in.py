"""Signing in: nobody learns who exists, each goes to their own page, nobody off the site."""

import re

import pytest
from django.test import Client

from tests.factories import PASSWORD, MembershipFactory, UnitFactory, UserFactory
from tests.web.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def without_what_differs(html: str, username: str) -> str:
    html = html.replace(username, "NAME")
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', "", html)


def test_an_unknown_name_a_wrong_password_and_a_closed_account_get_the_same_answer():
    UserFactory.create(username="known-one")
    UserFactory.create(username="closed-one", is_active=False)
    answers = [
        (sign_in(Client(), "known-one", "not-the-password"), "known-one"),
        (sign_in(Client(), "nobody-here", "not-the-password"), "nobody-here"),
        (sign_in(Client(), "closed-one"), "closed-one"),
    ]
    assert {answer.status_code for answer, _name in answers} == {422}
    pages = {without_what_differs(a.content.decode(), name) for a, name in answers}
    assert len(pages) == 1
    assert "登录名或密码不对" in words(answers[0][0])


def test_what_was_typed_stays_but_never_the_password(client):
    page = sign_in(client, "somebody", "a-secret-that-was-typed").content.decode()
    assert 'value="somebody"' in page
    assert "a-secret-that-was-typed" not in page


def test_empty_fields_are_named_and_linked(client):
    page = sign_in(client, "", "")
    assert "请填写登录名" in words(page)
    assert 'href="#id_username"' in page.content.decode()
    assert 'aria-invalid="true"' in page.content.decode()


def test_after_five_wrong_tries_the_door_is_closed_for_a_while_and_says_until_when(client):
    UserFactory.create(username="tried-often")
    for _try in range(5):
        answer = sign_in(client, "tried-often", "wrong")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "12:15" in words(answer)  # noon and a quarter of an hour
    assert sign_in(client, "tried-often").status_code == 429  # the right password too


def test_a_name_that_does_not_exist_is_locked_out_just_the_same(client):
    for _try in range(5):
        answer = sign_in(client, "nobody-here", "wrong")
    assert answer.status_code == 429


def test_members_of_a_firm_go_to_their_overview_and_officials_to_their_desk(client):
    firm = MembershipFactory.create()
    unit = MembershipFactory.create(
        organisation=UnitFactory.create().organisation, role="enterprise_officer"
    )
    for member, page in ((firm, "/my/"), (unit, "/desk/")):
        here = Client()
        assert sign_in(here, member.user.username).headers["Location"] == "/after-sign-in/"
        assert here.get("/after-sign-in/").headers["Location"] == page


def test_somebody_who_acts_for_nobody_is_told_how_to_change_that(client):
    client.force_login(UserFactory.create())
    assert client.get("/after-sign-in/").headers["Location"] == "/switch/"
    assert "您还没有代表任何企业或部门" in words(client.get("/switch/"))


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/policies/?text=研发", "/policies/?text=%E7%A0%94%E5%8F%91"),
        ("https://evil.example/", "/after-sign-in/"),
        ("//evil.example/", "/after-sign-in/"),
        ("/\\/evil.example", "/after-sign-in/"),
        ("javascript:alert(1)", "/after-sign-in/"),
        ("/nowhere/", "/after-sign-in/"),
        ("", "/after-sign-in/"),
    ],
)
def test_one_goes_on_only_to_a_page_of_this_site(client, wanted, got):
    person = UserFactory.create()
    answer = sign_in(client, person.username, next=wanted)
    assert answer.headers["Location"] == got


def test_the_firm_acted_for_last_is_acted_for_again(client):
    person = UserFactory.create()
    MembershipFactory.create(user=person)
    second = MembershipFactory.create(user=person)
    sign_in(client, person.username)
    client.post("/switch/", {"membership": second.pk})
    client.post("/sign-out/")
    sign_in(client, person.username)
    assert second.organisation.name in words(client.get("/help/"))
    assert client.session["membership"] == second.pk


def test_nobody_switches_to_a_firm_that_is_not_theirs(client):
    mine, others = MembershipFactory.create(), MembershipFactory.create()
    client.force_login(mine.user)
    for number in (others.pk, "x", "", "9" * 30):
        assert client.post("/switch/", {"membership": number}).status_code == 422
    assert client.session.get("membership") in (None, mine.pk)


def test_the_language_of_the_person_comes_with_the_sign_in(client):
    person = UserFactory.create(language="en")
    sign_in(client, person.username)
    assert client.cookies["django_language"].value == "en"


def test_signing_out_forgets_the_session(client):
    client.force_login(UserFactory.create())
    assert client.get("/sign-out/").status_code == 405  # a link cannot sign anybody out
    client.post("/sign-out/")
    assert "_auth_user_id" not in client.session


def test_demo_accounts_are_offered_only_in_a_demo(client, settings):
    assert "demo-owner" in words(client.get("/sign-in/"))
    settings.QIFU_DEMO = False
    assert "demo-owner" not in words(client.get("/sign-in/"))
    assert "demo-owner" not in client.get("/sign-in/?as=demo-owner").content.decode().replace(
        "as=demo-owner", ""
    )


def test_a_demo_account_fills_the_form(client):
    page = client.get("/sign-in/?as=demo-owner").content.decode()
    assert 'value="demo-owner"' in page
    assert re.search(r'type="password" name="password" value="[^"]{10,}"', page)
