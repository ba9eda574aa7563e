"""The finder and the matching of a firm on any day: the API answers what the page shows."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qifu.accounts.logic import SCOPES
from qifu.organisations.actions import declare_fact
from qifu.organisations.models import Enterprise
from qifu.policies.selectors import match_for
from tests.api.programs import program
from tests.api.test_same_as_pages import compared
from tests.conftest import NOW
from tests.factories import enterprise_actor

pytestmark = pytest.mark.django_db
quiet = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
WORDS = ("欠薪", "拖欠货款", "办执照", "社保", "出口退税", "注册商标", "hotline", "没有这样的字")


@pytest.fixture(autouse=True)
def _many(settings):
    settings.QIFU_API_PER_MINUTE = 100_000


@settings(quiet, max_examples=30)
@given(
    data=st.data(),
    text=st.just("") | st.sampled_from(WORDS),
    minutes=st.just(0) | st.integers(0, 60 * 24 * 28),
    open_now=st.booleans(),
)
def test_the_finder_by_program_is_the_finder_of_the_page(
    demo_city, asks, data, text, minutes, open_now
):
    at = NOW + timedelta(minutes=minutes)
    codes = {
        name: [row["code"] for row in rows]
        for name, rows in (
            ("zone", demo_city.zones),
            ("kind", demo_city.channels["kinds"]),
            ("need", demo_city.channels["needs"]),
        )
    }
    asked = {
        name: value
        for name, known in codes.items()
        if (value := data.draw(st.just("") | st.just("") | st.sampled_from(known), label=name))
    }
    asked |= {"text": text} if text else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: at)
        told = asks.get(
            "/channels?" + urlencode(asked | ({"open_at": at.isoformat()} if open_now else {}))
        ).json()["items"]
        page = Client().get(reverse("channels"), {**asked, **({"open": "on"} if open_now else {})})
    context = page.context
    found = [one["code"] for one in told]
    assert context["count"] == len(found)
    if text:
        assert found == [row.code for row in context["rows"]]
    else:
        grouped = [row.code for group in context["groups"] for row in group.rows]
        assert sorted(found) == sorted(grouped)
    tones = {
        row.code: row.opening.tone
        for row in [*context["rows"], *(r for group in context["groups"] for r in group.rows)]
    }
    for one in told:
        assert (tones[one["code"]] == "good") == bool(one["opening"]["open"]), one["code"]


@settings(quiet, max_examples=12)
@given(
    number=st.integers(0, 30),
    days=st.integers(0, 300),
    employees=st.integers(0, 2_000),
    revenue=st.integers(0, 10**9),
)
def test_any_firm_is_matched_on_any_day_as_on_its_page(demo_city, number, days, employees, revenue):
    firms = Enterprise.objects.filter(organisation__made_up=True).order_by("pk")
    firm = firms[number % firms.count()]
    owner = enterprise_actor(firm, "owner")
    asks = program(owner, SCOPES, days=301)
    at = NOW + timedelta(days=days)
    for name, period, text in (
        ("employees", "", str(employees)),
        ("revenue", "2025", f"{revenue}元"),
    ):
        declare_fact(
            firm, actor=owner, attribute=name, period=period, text=text, as_of=NOW.date(), now=NOW
        )
    firm.refresh_from_db()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: at)
        told = asks.get(f"/firms/{firm.uscc}/match")
    assert told.status_code == 200, told.content
    compared(match_for(owner, firm, on=at.date()), told.json())
