"""Accounts: made with every field checked, found by name, never two of one name."""

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from qifu.accounts.actions import create_user, remember_language
from qifu.accounts.models import User
from qifu.accounts.selectors import demo_people, people_by_ids, people_named, person_by_username
from qifu.base.errors import BadInput
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.usefixtures("demo_city")
PASSWORD = "correct-horse-42"


def make(**more) -> User:
    return create_user(
        **{"username": "zhang.san", "password": PASSWORD, "display_name": "测试人员", **more}
    )


def test_a_new_account_can_sign_in_and_has_no_power_of_its_own():
    user = make(display_name="  测试人员  ", phone=" 0755-12345678 ")
    assert (user.display_name, user.phone, user.language) == (
        "测试人员", "0755-12345678", "zh-hans",
    )  # fmt: skip
    assert not user.is_staff and not user.is_superuser and not user.made_up
    request = RequestFactory().post("/")
    assert authenticate(request, username="zhang.san", password=PASSWORD) == user
    assert authenticate(request, username="zhang.san", password=PASSWORD + "x") is None


def test_the_password_is_kept_as_a_digest_only():
    assert PASSWORD not in make().password


def test_every_wrong_field_is_named_at_once_and_nothing_is_made():
    before = User.objects.count()
    with pytest.raises(BadInput) as error:
        make(username="甲", password="short", display_name=" ")
    assert set(error.value.fields) == {"username", "password", "display_name"}
    assert User.objects.count() == before


@pytest.mark.parametrize("password", ["zhang.san-1", "1234567890", "password123", "short-1"])
def test_a_password_that_others_would_guess_is_refused(password):
    with pytest.raises(BadInput) as error:
        make(password=password)
    assert set(error.value.fields) == {"password"}


def test_a_name_is_given_once_and_the_refusal_suggests_another():
    make()
    with pytest.raises(BadInput) as error:
        make(display_name="另一个人")
    assert "zhang.san2" in str(error.value.fields["username"])
    assert User.objects.get(username="zhang.san").display_name == "测试人员"


def test_emoji_and_rare_characters_in_a_name_are_kept_and_long_ones_cut():
    assert make(display_name="𠮷田🚀").display_name == "𠮷田🚀"
    long = make(username="long.name", display_name="长" * 10_000)
    long.refresh_from_db()
    assert long.display_name == "长" * 60


def test_the_chosen_language_is_kept():
    user = make()
    remember_language(user, "en")
    user.refresh_from_db()
    assert user.language == "en"


def test_people_are_found_by_number_by_login_and_by_part_of_their_name():
    user, other = make(), UserFactory.create(display_name="李四测试")
    assert people_by_ids({user.pk, other.pk, 0}) == {user.pk: user, other.pk: other}
    assert person_by_username("zhang.san") == user
    assert person_by_username("nobody") is None
    assert other.pk in people_named("李四")
    assert user.pk in people_named("ZHANG")
    assert people_named("没有这个人") == set()


def test_the_page_of_the_demo_lists_made_up_people_who_may_sign_in_only():
    real = MembershipFactory.create().user
    gone = UserFactory.create(made_up=True, is_active=False)
    listed = demo_people()
    assert listed and real not in listed and gone not in listed
    assert all(user.made_up for user in listed)
