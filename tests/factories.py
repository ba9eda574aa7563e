"""Make valid rows with the fewest words. Traits name situations, not columns."""

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory
from stdnum.cn import uscc as uscc_module

from qifu.accounts.models import User
from qifu.organisations.models import (
    Claim,
    Dispute,
    Enterprise,
    Fact,
    Membership,
    Organisation,
    Unit,
)
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import actor_for

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PASSWORD = "correct-horse-42"


def made_up_uscc(number: int) -> str:
    """A code with right check digits in region 440399, which does not exist."""
    body = f"{number:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11
    check = {10: "X", 11: "0"}.get(rest, str(rest))
    front = f"91440399{body}{check}"
    return front + uscc_module.calc_check_digit(front + "0")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    display_name = factory.Sequence(lambda n: f"测试人员{n}")
    password = factory.django.Password(PASSWORD)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    kind = "enterprise"
    code = factory.Sequence(lambda n: made_up_uscc(70_000_000 + n))
    name = factory.Sequence(lambda n: f"测试企业{n}")


class EnterpriseFactory(DjangoModelFactory):
    class Meta:
        model = Enterprise

    organisation = factory.SubFactory(OrganisationFactory)
    region = "440306"
    facts = factory.LazyFunction(lambda: {"region": "440306"})


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    organisation = factory.SubFactory(
        OrganisationFactory,
        kind="unit",
        code=factory.Sequence(lambda n: f"TEST-UNIT-{n}"),
        name=factory.Sequence(lambda n: f"测试部门{n}"),
    )


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = "owner"
    since = NOW


class FactFactory(DjangoModelFactory):
    class Meta:
        model = Fact

    enterprise = factory.SubFactory(EnterpriseFactory)
    attribute = "employees"
    source = "social_security"
    value = 12
    as_of = NOW.date()
    recorded_at = NOW


class ClaimFactory(DjangoModelFactory):
    class Meta:
        model = Claim

    enterprise = factory.SubFactory(EnterpriseFactory)
    token = factory.Sequence(lambda n: f"token-{n}")
    number = factory.Sequence(lambda n: f"RL20261122-{n:06d}")
    applicant = "测试申请人"
    phone = "0755-00000000"
    submitted_at = NOW - timedelta(days=1)


class DisputeFactory(DjangoModelFactory):
    class Meta:
        model = Dispute

    fact = factory.SubFactory(FactFactory)
    enterprise = factory.SelfAttribute("fact.enterprise")
    attribute = factory.SelfAttribute("fact.attribute")
    period = factory.SelfAttribute("fact.period")
    claimed = 20
    reason = "社保人数有误"
    opened_by = factory.SubFactory(UserFactory)
    opened_at = NOW - timedelta(days=1)


def enterprise_actor(enterprise: Enterprise | None = None, role: str = "owner") -> Actor:
    """Somebody who acts for a firm, in a role of the demo city."""
    firm = enterprise or EnterpriseFactory.create()
    member = MembershipFactory.create(organisation=firm.organisation, role=role)
    return actor_for(member.user, member.pk)


def officer(role: str = "enterprise_officer", unit: Unit | None = None) -> Actor:
    """Somebody who acts for a unit, in a role of the demo city."""
    place = unit or UnitFactory.create()
    member = MembershipFactory.create(organisation=place.organisation, role=role)
    return actor_for(member.user, member.pk)
