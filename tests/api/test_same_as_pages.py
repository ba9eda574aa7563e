"""The API and the pages give the same answer to the same question."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qifu.accounts.logic import SCOPES
from qifu.organisations.actions import declare_fact
from qifu.organisations.models import Enterprise
from qifu.organisations.selectors import actor_for, profile_of
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import diagnose, library, match_for
from qifu.web.policies.rows import row_of
from tests.api.programs import program
from tests.conftest import NOW
from tests.factories import officer

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def demo(demo_city):
    """A firm of the demo with many facts, and the program of its owner."""
    firm = Enterprise.objects.filter(
        organisation__made_up=True, organisation__memberships__role="owner"
    ).order_by("pk")[0]
    person = firm.organisation.memberships.get(role="owner")
    actor = actor_for(person.user, person.pk)
    return firm, actor, program(actor, SCOPES)


def compared(match, told) -> None:
    results = [*match.eligible, *match.maybe, *match.near, *match.not_for_you]
    assert [(r.policy.id, r.verdict, r.near_miss, r.status) for r in results] == [
        (p["id"], p["verdict"], p["near_miss"], p["status"]) for p in told["policies"]
    ]
    for result, one in zip(results, told["policies"], strict=True):
        assert [(g.id, g.verdict, g.gap_zh, g.required_en) for g in result.groups] == [
            (c["id"], c["verdict"], c["gap"]["zh"], c["required"]["en"]) for c in one["conditions"]
        ]
        amount = result.amount
        if amount is None:
            assert one["amount"] is None
        else:
            assert one["amount"]["low"] == (None if amount.low is None else f"{amount.low:f}")
            assert one["amount"]["high"] == (None if amount.high is None else f"{amount.high:f}")
    asked = match.next_question
    assert (told["next_question"] or {}).get("key") == (asked.attr if asked else None)
    assert told["total"]["policies"] == list(match.total.chosen)
    left = {one["policy"]: one["by"] for one in told["total"]["left_out"]}
    assert left == {one.policy: list(one.by) for one in match.total.left_out}


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(employees=st.integers(0, 2_000), revenue=st.integers(0, 10**9), private=st.booleans())
def test_a_firm_is_matched_as_on_its_page(demo, employees, revenue, private):
    firm, actor, asks = demo
    for name, period, text in (
        ("employees", "", str(employees)),
        ("revenue", "2025", f"{revenue}元"),
        ("private_firm", "", str(private).lower()),
    ):
        declare_fact(
            firm, actor=actor, attribute=name, period=period, text=text, as_of=TODAY, now=NOW
        )
    firm.refresh_from_db()
    compared(match_for(actor, firm, on=TODAY), asks.get(f"/firms/{firm.uscc}/match").json())


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    employees=st.integers(0, 2_000),
    revenue=st.integers(0, 10**9),
    region=st.sampled_from(["440306", "440307", "44"]),
)
def test_the_diagnosis_is_that_of_the_page(demo, employees, revenue, region):
    _firm, _actor, asks = demo
    facts = {"employees": employees, "revenue@2025": revenue, "region": region}
    told = asks.ask("POST", "/diagnosis", {"facts": facts})
    assert told.status_code == 200, told.content
    compared(diagnose(facts, on=TODAY), told.json())


def test_a_statement_by_program_is_the_statement_by_page(demo):
    firm, actor, asks = demo
    body = {"attribute": "revenue", "period": "2025", "value": 32_000_000, "as_of": "2026-05-31"}
    by_program = asks.post(f"/firms/{firm.uscc}/facts", body).json()
    by_page = declare_fact(
        firm, actor=actor, attribute="revenue", period="2025", text="3200", as_of=TODAY, now=NOW
    )
    assert by_program["value"] == by_page.value == 32_000_000


def test_officers_see_of_a_firm_what_their_page_shows(demo):
    firm, _actor, _asks = demo
    looks = officer("enterprise_officer")
    told = program(looks, SCOPES).get(f"/firms/{firm.uscc}/facts").json()["items"]
    rows = [row for group in profile_of(looks, firm, on=TODAY) for row in group.rows]
    assert [(one["key"], one["hidden"], one["value"]) for one in told] == [
        (row.key, row.hidden, row.value) for row in rows
    ]
    assert any(row.hidden for row in rows) and any(row.known for row in rows)
    hidden = [one for one in told if one["hidden"]]
    assert {one["value"] for one in hidden} == {None}


def test_the_library_has_the_policies_of_the_page(demo, demo_city):
    _firm, actor, asks = demo
    for query in ("", "?status=open", "?level=city", "?region=440307", "?text=研发"):
        name, _is, value = query.lstrip("?").partition("=")
        told = asks.get(f"/policies{query}{'&' if query else '?'}limit=100").json()["items"]
        listed = library(actor, on=TODAY, **({name: value} if name else {}))
        assert {one["id"] for one in told} == {version.policy_id for version in listed}
        for one in told:
            row = row_of(PolicyVersion.objects.get(policy_id=one["id"]), demo_city, TODAY)
            names = {key: (one[key] or {"name": {"zh": ""}})["name"]["zh"] for key in
                     ("kind", "level", "region", "unit")}  # fmt: skip
            assert names == {key: getattr(row, key) for key in names}


def test_a_question_answered_by_program_is_gone_from_the_page(demo):
    firm, _actor, asks = demo
    before = asks.get(f"/firms/{firm.uscc}/questions").json()["items"]
    question = next(one for one in before if one["type"] in ("number", "integer"))
    body = {"key": question["key"], "value": 1}
    told = asks.post(f"/firms/{firm.uscc}/answers", body)
    assert told.json()["did"] in ("answered", "outranked"), told.content
    asks.ask("POST", f"/firms/{firm.uscc}/questions/{question['key']}/undo")
    after = asks.get(f"/firms/{firm.uscc}/questions").json()["items"]
    assert {one["key"] for one in after} == {one["key"] for one in before}


def test_the_page_of_the_api_names_every_operation(demo_city):
    from tests.api.operations import operations

    page = Client().get("/help/api/")
    assert page.status_code == 200
    html = page.content.decode()
    assert [one.id for one in operations() if f'id="{one.id}"' not in html] == []
    # on a machine without uuidgen an example with it sends an empty key and is refused
    assert "Idempotency-Key: $(date +%s)-$RANDOM" in html and "uuidgen" not in html
