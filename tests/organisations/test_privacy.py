"""A person can be forgotten; the journal stays whole."""

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from qifu.accounts.actions import create_user
from qifu.base import journal
from qifu.base.errors import BadInput, Conflict
from qifu.notices.actions import tell
from qifu.notices.models import Notice
from qifu.organisations.actions.appoint import appoint
from qifu.organisations.actions.privacy import forget_claim, forget_person
from tests.conftest import NOW
from tests.factories import (
    PASSWORD,
    ClaimFactory,
    EnterpriseFactory,
    MembershipFactory,
    UnitFactory,
    UserFactory,
    enterprise_actor,
)

pytestmark = pytest.mark.usefixtures("demo_city")


def test_a_forgotten_person_has_no_name_no_messages_and_no_way_in(demo_city):
    firm = EnterpriseFactory.create()
    enterprise_actor(firm)
    clerk = enterprise_actor(firm, "clerk").user
    tell([clerk], "welcome", values={}, now=NOW)
    line = journal.record(firm, "declare_fact", actor_id=clerk.pk, now=NOW, note="employees")
    journal.seal()
    name = clerk.username
    counts = forget_person(clerk, actor_id=None, now=NOW)
    assert counts["memberships"] == 1 and counts["notes"] == 1
    clerk.refresh_from_db()
    assert (clerk.display_name, clerk.is_active) == ("已注销", False)
    request = RequestFactory().post("/sign-in/")
    assert authenticate(request, username=name, password=PASSWORD) is None
    assert not Notice.objects.filter(to=clerk).exists()
    line.refresh_from_db()
    assert line.note_digest
    assert journal.verify().faults == []


def test_the_only_owner_hands_over_first(demo_city):
    with pytest.raises(Conflict):
        forget_person(enterprise_actor().user, actor_id=None, now=NOW)


def test_a_decided_claim_can_be_emptied_an_open_one_cannot(demo_city):
    open_claim = ClaimFactory.create()
    with pytest.raises(Conflict):
        forget_claim(open_claim, actor_id=None, now=NOW)
    decided = ClaimFactory.create(state="withdrawn")
    forget_claim(decided, actor_id=None, now=NOW)
    decided.refresh_from_db()
    assert (decided.applicant, decided.phone) == ("已注销", "")


def test_made_up_accounts_cannot_sign_in_outside_a_demo(demo_city, settings):
    user = UserFactory.create(made_up=True)
    MembershipFactory.create(user=user)
    request = RequestFactory().post("/sign-in/")
    credentials = {"username": user.username, "password": PASSWORD}
    assert authenticate(request, **credentials) == user
    settings.QIFU_DEMO = False
    assert authenticate(request, **credentials) is None


def test_an_appointment_names_what_is_allowed(demo_city):
    unit = UnitFactory.create()
    user = UserFactory.create()
    with pytest.raises(BadInput, match="data_steward"):
        appoint(user, code=unit.organisation.code, role="owner", now=NOW)
    with pytest.raises(BadInput, match="没有代码"):
        appoint(user, code="NO-SUCH", role="owner", now=NOW)
    assert appoint(user, code=unit.organisation.code, role="auditor", now=NOW).role == "auditor"


@pytest.mark.parametrize(
    ("username", "password", "name", "field"),
    [
        ("x", "long-enough-pass-1", "甲", "username"),
        ("有中文名", "long-enough-pass-1", "甲", "username"),
        ("person", "short", "甲", "password"),
        ("person", "1234567890123", "甲", "password"),
        ("person", "long-enough-pass-1", "  ", "display_name"),
    ],
)
def test_an_account_that_cannot_be_is_refused_at_the_field(
    demo_city, username, password, name, field
):
    with pytest.raises(BadInput) as error:
        create_user(username=username, password=password, display_name=name)
    assert field in error.value.fields
