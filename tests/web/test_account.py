"""One's own account: name, telephone, password."""

import pytest
from django.test import Client

from tests.factories import PASSWORD, enterprise_actor

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def user(demo_city):
    return enterprise_actor().user


@pytest.fixture
def client(user):
    browser = Client()
    browser.force_login(user)
    return browser


def test_name_and_telephone_are_saved(client, user):
    answer = client.post(
        "/account/", {"do": "details", "display_name": "新名字", "phone": "0755-12345678"}
    )
    assert answer.status_code == 302
    user.refresh_from_db()
    assert (user.display_name, user.phone) == ("新名字", "0755-12345678")


def test_what_cannot_be_a_telephone_is_refused_and_stays_typed(client, user):
    answer = client.post("/account/", {"do": "details", "display_name": "甲", "phone": "打我手机"})
    assert answer.status_code == 422
    assert "打我手机" in answer.content.decode()
    user.refresh_from_db()
    assert user.phone == ""


@pytest.mark.parametrize(
    ("old", "new", "again", "says"),
    [
        ("wrong-old-password", "brand-new-secret-9", "brand-new-secret-9", "现在的密码不对"),
        (PASSWORD, "ab12cd", "ab12cd", "10"),
        (PASSWORD, "brand-new-secret-9", "brand-new-secret-8", "不一样"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(client, user, old, new, again, says):
    answer = client.post("/account/", {"do": "password", "old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert new not in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(client, user):
    elsewhere = Client()
    elsewhere.force_login(user)
    new = "brand-new-secret-9"
    answer = client.post("/account/", {"do": "password", "old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_strangers_are_asked_to_sign_in(db):
    assert Client().get("/account/")["Location"].startswith("/sign-in/")
