"""`qifu people`: the first accounts of a system, and forgetting somebody."""

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from qifu.accounts.models import User
from qifu.base.models import CityLoad, JournalLine
from qifu.organisations.models import Membership
from tests.cli.running import run
from tests.factories import MembershipFactory, UnitFactory, enterprise_actor

pytestmark = pytest.mark.usefixtures("demo_city")
PASSWORD = "correct-horse-42"


def add(*, username="zhang.san", unit="SZ-GXJ", role="unit_admin", password=PASSWORD):
    return run(
        "people", "add", username, "--name", "测试人员", "--unit", unit, "--role", role,
        "--password", password,
    )  # fmt: skip


def test_the_first_administrator_of_a_unit_can_sign_in_and_has_the_role():
    done = add()
    assert done.exit_code == 0, done.output
    assert "zhang.san: unit_admin @ SZ-GXJ" in done.stdout
    assert PASSWORD not in done.output
    user = authenticate(RequestFactory().post("/"), username="zhang.san", password=PASSWORD)
    assert user.display_name == "测试人员"
    assert user.made_up is False
    [member] = Membership.objects.filter(user=user)
    assert (member.role, member.organisation.code) == ("unit_admin", "SZ-GXJ")
    assert JournalLine.objects.filter(step="appoint", subject_id=member.pk).count() == 1


def test_the_password_is_asked_for_twice_and_not_shown():
    done = run(
        "people", "add", "li.si", "--name", "测试人员", "--unit", "SZ-GXJ", "--role", "auditor",
        stdin=f"{PASSWORD}\n{PASSWORD}\n",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    assert User.objects.get(username="li.si").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"role": "owner"}, "unit_admin"),
        ({"role": "emperor"}, "data_steward"),
        ({"unit": "NO-SUCH"}, "NO-SUCH"),
        ({"password": "short"}, "password:"),
        ({"username": "有空 格"}, "username:"),
    ],
)
def test_what_cannot_be_is_told_and_no_half_account_is_left(wrong, words):
    before = (User.objects.count(), Membership.objects.count(), JournalLine.objects.count())
    done = add(**wrong)
    assert done.exit_code == 1
    assert words in done.stderr
    after = (User.objects.count(), Membership.objects.count(), JournalLine.objects.count())
    assert after == before


def test_a_taken_name_is_refused():
    add()
    done = add()
    assert done.exit_code == 1
    assert "zhang.san2" in done.stderr
    assert User.objects.filter(username="zhang.san").count() == 1


def test_without_a_city_the_command_says_what_to_load_first():
    CityLoad.objects.all().delete()
    done = add()
    assert done.exit_code == 1
    assert "qifu city load" in done.stderr
    assert not User.objects.filter(username="zhang.san").exists()


def test_a_forgotten_person_has_no_name_and_no_way_in():
    member = MembershipFactory.create(organisation=UnitFactory.create().organisation)
    name = member.user.username
    Membership.objects.filter(pk=member.pk).update(role="auditor")
    done = run("people", "forget", name, "--yes")
    assert done.exit_code == 0, done.output
    assert "1 memberships" in done.stdout
    assert not User.objects.filter(username=name).exists()
    assert User.objects.get(pk=member.user_id).display_name == "已注销"


def test_forgetting_asks_first_and_no_means_no():
    user = MembershipFactory.create(role="clerk").user
    done = run("people", "forget", user.username, stdin="n\n")
    assert done.exit_code == 1
    user.refresh_from_db()
    assert user.is_active and user.display_name != "已注销"


def test_the_only_owner_of_a_firm_is_not_forgotten_before_handing_over():
    owner = enterprise_actor().user
    done = run("people", "forget", owner.username, "--yes")
    assert done.exit_code == 1
    assert "唯一的负责人" in done.stderr
    owner.refresh_from_db()
    assert owner.is_active


def test_nobody_of_that_name_is_told():
    done = run("people", "forget", "nobody.here", "--yes")
    assert done.exit_code == 1
    assert "nobody.here" in done.stderr
