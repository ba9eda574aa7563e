"""Events: written with the step, counted for each side, told to whom the pages would tell."""

import json

import pytest
from django.db import transaction

from qifu.appeals.actions import supervise
from qifu.appeals.models import Appeal
from qifu.appeals.selectors.timeline import timeline
from qifu.jobs.events import actor_of, known_kinds, seen_by
from qifu.notices.actions import deliveries, webhooks
from qifu.notices.actions.events import emit
from qifu.notices.models import Delivery, Event, Webhook
from qifu.organisations.actions import dispute_fact, settle_dispute
from qifu.organisations.actions.facts import append_fact
from qifu.policies.actions import refresh_match
from qifu.policies.models import MatchMemory
from tests.api.programs import program
from tests.appeals import world
from tests.cli.running import lucky_firm
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture(autouse=True)
def _no_events(demo_city):
    Event.objects.all().delete()


def events_of(appeal):
    return Event.objects.filter(object_kind="appeal", object_id=str(appeal.pk)).order_by("pk")


def hook(actor, *kinds):
    webhook, _secret = webhooks.make_webhook(
        actor=actor, url="https://example.com/", kinds=kinds or ["appeal.*"],
        known=known_kinds(of_firm=actor.is_enterprise), now=NOW,
    )  # fmt: skip
    return webhook


def path_of(data):
    """Where an event says that the rest can be read, without the root of the API."""
    return data["url"].removeprefix("/api/v1")


def spread():
    while deliveries.spread(seen_by, now=NOW):
        pass


def told(webhook):
    rows = Delivery.objects.filter(webhook=webhook).order_by("event_id")
    return [row.event.kind for row in rows.select_related("event")]


def test_every_step_is_an_event_with_the_dates_that_hold_after_it():
    appeal = world.replied()
    kinds = [event.kind for event in events_of(appeal)]
    lines = timeline(world.coordinator_actor(), appeal)
    assert kinds == [f"appeal.{line.step}" for line in lines if line.step != "change_limit"]
    sent = events_of(appeal).get(kind="appeal.dispatch")
    at = Appeal.objects.get(pk=appeal.pk)
    assert sent.data["number"] == at.number and sent.data["lead"] == world.LEAD
    assert sent.data["before"] == "accepted" and sent.data["state"] == "dispatched"
    assert sent.data["desk"]["next_clock"] and sent.data["due"].endswith("+08:00")
    owner = program(world.owner_of(appeal), ["appeals.read"])
    assert owner.get(path_of(sent.data)).json()["number"] == at.number
    assert [event.sequence for event in events_of(appeal)] == list(range(1, len(kinds) + 1))


def test_no_event_carries_personal_data_or_what_somebody_wrote():
    appeal = world.closed()
    said = json.dumps(list(events_of(appeal).values_list("data", flat=True)), ensure_ascii=False)
    appeal.refresh_from_db()
    for secret in (appeal.contact_name, appeal.contact_phone, appeal.text, appeal.enterprise.name):
        assert secret and secret not in said


def test_a_step_that_is_taken_back_leaves_no_event():
    appeal = world.submitted()
    before = events_of(appeal).count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        world.accepted(appeal)
        raise ZeroDivisionError
    assert events_of(appeal).count() == before


def test_a_firm_is_told_of_its_own_without_what_offices_do_among_themselves():
    firm = world.firm_actor()
    hooks = hook(firm), hook(world.firm_actor())
    appeal = world.dispatched(actor=firm)
    supervise(appeal, actor=world.coordinator_actor(), now=world.later(appeal), reason="请抓紧",
              until_days=5)  # fmt: skip
    world.handling_(appeal)
    spread()
    assert "appeal.supervise" in [event.kind for event in events_of(appeal)]
    assert told(hooks[0]) == [
        "appeal.submit", "appeal.accept", "appeal.dispatch", "appeal.acknowledge",
    ]  # fmt: skip
    assert told(hooks[1]) == []
    (last,) = deliveries.claim_parcels(hooks[0], most=9, now=NOW)
    Delivery.objects.filter(pk=last.delivery).update(state="sent")
    bodies = []
    while parcels := deliveries.claim_parcels(hooks[0], most=9, now=NOW):
        bodies += [json.loads(parcel.body) for parcel in parcels]
        Delivery.objects.filter(pk__in=[p.delivery for p in parcels]).update(state="sent")
    # its count has no hole where the offices were among themselves
    assert [body["sequence"] for body in bodies] == [2, 3, 4]
    assert all("desk" not in body["data"] for body in bodies)


def test_units_are_told_of_what_they_may_see():
    appeal = world.handling_()
    hooks = {
        "lead": hook(world.handler_actor()),
        "other": hook(world.handler_actor(world.OTHER)),
        "intake": hook(world.intake_actor()),
        "coordinator": hook(world.coordinator_actor()),
        "auditor": hook(officer("auditor")),
    }
    spread()
    seen = {name: len(told(webhook)) for name, webhook in hooks.items()}
    every = events_of(appeal).count()
    assert seen == {
        "lead": every, "other": 0, "intake": every, "coordinator": every, "auditor": 0,
    }  # fmt: skip
    assert (
        "desk"
        in json.loads(deliveries.claim_parcels(hooks["lead"], most=1, now=NOW)[0].body)["data"]
    )


def test_only_the_kinds_that_are_wanted_are_passed_on():
    firm = world.firm_actor()
    some = hook(firm, "appeal.reply", "policy.*")
    world.replied(actor=firm)
    emit("policy.published", object_kind="policy", object_id="x", data={}, now=NOW)
    spread()
    assert told(some) == ["appeal.reply", "policy.published"]


def test_what_a_firm_can_use_is_told_to_the_firm_alone():
    firm = lucky_firm()
    own, other = (
        hook(enterprise_actor(firm), "match.changed"),
        hook(enterprise_actor(), "match.changed"),
    )
    MatchMemory.objects.create(enterprise=firm, eligible=["gone-policy"], looked_at=NOW)
    assert refresh_match(firm.pk, on=NOW.date(), now=NOW) > 0
    spread()
    assert (told(own), told(other)) == (["match.changed"], [])
    data = Event.objects.get(kind="match.changed").data
    assert program(enterprise_actor(firm), ["policies.read"]).get(path_of(data)).status_code == 200
    assert data["gone"] == ["gone-policy"] and data["new"]


def test_a_decided_dispute_is_told_to_its_firm_and_to_those_who_settle(demo_city):
    owner = enterprise_actor()
    firm = owner.organisation.enterprise
    append_fact(
        firm, attribute=demo_city.catalogue.attributes["employees"], period="", source="register",
        value=186, as_of=NOW.date(), actor_id=None, now=NOW,
    )  # fmt: skip
    dispute = dispute_fact(
        firm, actor=owner, attribute="employees", text="190", reason="社保人数", now=NOW
    )
    hooks = [hook(owner, "dispute.decided"), hook(enterprise_actor(), "dispute.decided")]
    settle_dispute(
        dispute, actor=officer("data_steward"), outcome="keep", answer="核实无误", now=NOW
    )
    spread()
    assert [told(webhook) for webhook in hooks] == [["dispute.decided"], []]
    data = Event.objects.get(kind="dispute.decided").data
    assert program(owner, ["facts.read"]).get(path_of(data)).status_code == 200
    assert "190" not in json.dumps(Event.objects.get(kind="dispute.decided").data)


def test_a_webhook_looks_only_with_the_membership_it_was_made_for():
    owner = enterprise_actor()
    webhook = hook(owner)
    assert actor_of(webhook).membership == owner.membership
    Webhook.objects.filter(pk=webhook.pk).update(membership_id=10**9)
    webhook.refresh_from_db()
    assert actor_of(webhook) is None
