"""Somebody signed in and acting for somebody, as a test client."""

from collections.abc import Callable
from io import BytesIO

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from qifu.organisations.models import Claim, Dispute, Fact, Invitation, Membership
from qifu.organisations.permissions import Actor
from qifu.web.preferences import MEMBERSHIP


def as_(actor: Actor) -> Client:
    """A browser in which this person has signed in and acts for their organisation."""
    client = Client()
    assert actor.user is not None
    client.force_login(actor.user)
    if actor.membership is not None:
        session = client.session
        session[MEMBERSHIP] = actor.membership.pk
        session.save()
    return client


def queries(ask: Callable[[], object]) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)


def traces() -> dict[str, int]:
    """Everything that a step on the desk may write: of a refused step nothing may change."""
    kinds = (JournalLine, Notice, Fact, Membership, Invitation, Claim, Dispute)
    counts = {kind.__name__: kind.objects.count() for kind in kinds}
    for kind in (Claim, Dispute):
        for state in kind.objects.values_list("pk", "state"):
            counts[f"{kind.__name__} {state}"] = 1
    return counts


def table(response) -> list[tuple]:
    """The rows of a workbook that was answered, its column names first."""
    return list(load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True))
