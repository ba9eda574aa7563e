"""Made-up firms and people: marked, only in a demo, once, and never over what was entered."""

from datetime import date

import pytest
from django.contrib.auth.hashers import check_password

from qifu.accounts.models import User
from qifu.base.city import current_city
from qifu.base.errors import NotAllowed
from qifu.organisations.actions import declare_fact, end_membership
from qifu.organisations.actions.made_up import (
    MadeUpFirm,
    load_made_up_firms,
    load_made_up_person,
)
from qifu.organisations.logic.ranking import standing
from qifu.organisations.models import Enterprise, Fact, Membership, Organisation
from tests.conftest import NOW
from tests.factories import (
    EnterpriseFactory,
    MembershipFactory,
    UnitFactory,
    enterprise_actor,
    made_up_uscc,
)

pytestmark = pytest.mark.usefixtures("demo_city")
DAY = date(2026, 6, 30)
CODE = made_up_uscc(50_000_001)


def firm(number=1, *, statements=None):
    said = statements or [
        ("region", "", "440306", "register", DAY),
        ("founded", "", "2015-04-16", "register", DAY),
        ("employees", "", 186, "social_security", DAY),
        ("employees", "", 191, "self", DAY),
        ("revenue", "2025", 118_000_000, "tax", DAY),
    ]
    return MadeUpFirm(made_up_uscc(50_000_000 + number), f"测试编造企业{number}（演示）", said)


def load(*firms):
    return load_made_up_firms(firms, catalogue=current_city().catalogue, now=NOW)


def person(**more):
    values = {
        "username": "made.up", "password": "Demo-Qifu-2026", "display_name": "演示人员",
        "language": "zh-hans", "roles": [], **more,
    }  # fmt: skip
    return load_made_up_person(**values, now=NOW)


def test_outside_a_demo_nothing_is_written(settings):
    settings.QIFU_DEMO = False
    before = (Organisation.objects.count(), User.objects.count())
    with pytest.raises(NotAllowed):
        load(firm())
    with pytest.raises(NotAllowed):
        person()
    assert (Organisation.objects.count(), User.objects.count()) == before


def test_a_firm_comes_in_with_every_statement_and_the_best_of_them_in_view():
    assert load(firm()) == 1
    stored = Enterprise.objects.get(organisation__code=CODE)
    assert stored.organisation.made_up is True
    assert stored.facts == {
        "region": "440306", "founded": "2015-04-16", "employees": 186, "revenue@2025": 118_000_000,
    }  # fmt: skip
    assert (stored.region, stored.founded) == ("440306", date(2015, 4, 16))
    assert Fact.objects.filter(enterprise=stored).count() == 5


def test_a_second_time_nothing_is_doubled_and_what_was_entered_stays():
    load(firm())
    stored = Enterprise.objects.get(organisation__code=CODE)
    declare_fact(
        stored, actor=enterprise_actor(stored), attribute="patents", text="7", as_of=DAY, now=NOW
    )
    counts = (Enterprise.objects.count(), Fact.objects.count())
    assert load(firm(), firm(2)) == 1
    assert (Enterprise.objects.count(), Fact.objects.count()) == (counts[0] + 1, counts[1] + 5)
    stored.refresh_from_db()
    assert stored.facts["patents"] == 7


def test_the_demo_citys_view_of_every_firm_is_what_ranking_its_statements_gives():
    catalogue = current_city().catalogue
    for enterprise in Enterprise.objects.filter(organisation__made_up=True)[:30]:
        keys = {fact.key for fact in Fact.objects.filter(enterprise=enterprise)}
        view = {}
        for key in keys:
            name, _at, period = key.partition("@")
            rows = Fact.objects.filter(enterprise=enterprise, attribute=name, period=period)
            best = standing(rows, catalogue.get(name), catalogue)
            if best:
                view[key] = best[0].value
        assert enterprise.facts == view


def test_every_firm_of_the_demo_is_marked_in_its_row_its_name_and_its_code():
    firms = Organisation.objects.filter(kind="enterprise", made_up=True)
    assert firms.count() >= 60
    for one in firms:
        assert one.name.endswith("（演示）"), one.name
        assert one.code[2:8] == "440399", one.code


def test_a_person_of_the_demo_has_a_role_in_each_organisation():
    enterprise, unit = EnterpriseFactory.create(), UnitFactory.create()
    user = person(
        roles=[
            ("enterprise", enterprise.uscc, "owner"),
            ("unit", unit.organisation.code, "data_steward"),
        ]
    )
    assert user.made_up is True
    live = Membership.objects.filter(user=user, ended_at=None)
    assert {(m.organisation_id, m.role) for m in live} == {
        (enterprise.pk, "owner"), (unit.pk, "data_steward"),
    }  # fmt: skip


def test_a_person_who_is_there_keeps_a_new_password_a_new_name_and_an_ended_role():
    enterprise = EnterpriseFactory.create()
    owner = enterprise_actor(enterprise)
    roles = [("enterprise", enterprise.uscc, "clerk")]
    user = person(roles=roles)
    user.set_password("my-own-password-1")
    user.display_name = "我改的名字"
    user.save()
    end_membership(Membership.objects.get(user=user), actor=owner, now=NOW)
    again = person(roles=roles)
    assert again.pk == user.pk
    again.refresh_from_db()
    assert check_password("my-own-password-1", again.password)
    assert again.display_name == "我改的名字"
    assert not Membership.objects.filter(user=user, ended_at=None).exists()


def test_a_role_that_was_changed_by_hand_is_not_put_back():
    enterprise = EnterpriseFactory.create()
    user = person(roles=[("enterprise", enterprise.uscc, "clerk")])
    Membership.objects.filter(user=user).update(role="viewer")
    person(roles=[("enterprise", enterprise.uscc, "clerk")])
    assert Membership.objects.get(user=user).role == "viewer"


def test_a_role_in_an_organisation_that_is_not_there_makes_no_account():
    with pytest.raises(Organisation.DoesNotExist):
        person(roles=[("unit", "NO-SUCH", "auditor")])
    assert not User.objects.filter(username="made.up").exists()


def test_a_real_person_with_that_name_is_not_taken_for_a_made_up_one():
    member = MembershipFactory.create()
    real, unit = member.user, UnitFactory.create()
    person(username=real.username, roles=[("unit", unit.organisation.code, "auditor")])
    real.refresh_from_db()
    assert real.made_up is False
    assert not check_password("Demo-Qifu-2026", real.password)
    assert list(Membership.objects.filter(user=real)) == [member]


def test_the_desk_of_a_demo_has_work_once(demo_city):
    from qifu.organisations.actions.made_up import load_made_up_cases
    from qifu.organisations.models import Claim, Dispute

    assert (
        load_made_up_cases(now=NOW, disputed="insured")
        == Claim.objects.count() + Dispute.objects.count()
        > 3
    )
    assert load_made_up_cases(now=NOW, disputed="insured") == 0
