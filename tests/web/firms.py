"""People of a firm at the browser, and reading what htmx is sent."""

import re
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.organisations.models import Enterprise, Membership
from qifu.web.preferences import MEMBERSHIP
from tests.factories import EnterpriseFactory, MembershipFactory

HTMX = {"headers": {"HX-Request": "true"}}
_TOKEN = re.compile(r'value="[A-Za-z0-9]{64}"')


def demo_firm(username: str = "demo-owner") -> Enterprise:
    """The made-up firm that a demo account acts for first; it has many facts."""
    member = Membership.objects.filter(user__username=username).order_by("pk").first()
    return Enterprise.objects.select_related("organisation").get(pk=member.organisation_id)


def acting(client, firm: Enterprise | None = None, role: str = "owner") -> Membership:
    """Sign somebody in who acts for a firm in a role."""
    firm = firm or EnterpriseFactory.create()
    member = MembershipFactory.create(organisation=firm.organisation, role=role)
    client.force_login(member.user)
    session = client.session
    session[MEMBERSHIP] = member.pk
    session.save()
    return member


def plain(response) -> str:
    """The HTML without what differs from answer to answer: masked tokens."""
    return _TOKEN.sub('value="token"', response.content.decode()).strip()


@contextmanager
def counted(numbers: list[int]):
    """Append the number of queries of a block."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        yield
    numbers.append(len(queries))
