"""Webhooks by API: made, told of, changed, sent again; the secret only in the first answer."""

import json

import pytest

from qifu.accounts.models import KeptAnswer
from qifu.notices.actions.events import emit
from qifu.notices.models import Delivery, Event, Webhook
from tests.api.programs import program
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")
NEW = {"url": "https://example.com/qifu", "kinds": ["match.changed", "appeal.*"]}


@pytest.fixture
def firm():
    Event.objects.all().delete()
    return enterprise_actor()


@pytest.fixture
def asks(firm):
    return program(firm, ["webhooks"])


def test_a_webhook_is_made_once_for_a_key_and_its_secret_is_kept_nowhere(asks):
    first = asks.post("/webhooks", NEW, Idempotency_Key="the-same-key")
    assert first.status_code == 201
    secret = first.json()["secret"]
    assert secret.startswith("whsec_")
    again = asks.post("/webhooks", NEW, Idempotency_Key="the-same-key")
    assert again.json() == {**first.json(), "secret": None}
    assert Webhook.objects.count() == 1
    assert secret not in json.dumps(list(KeptAnswer.objects.values_list("answer", flat=True)))
    assert "secret" not in asks.get(f"/webhooks/{first.json()['id']}").json()


def test_what_cannot_be_is_refused_at_its_field(asks):
    wrong = asks.post("/webhooks", {**NEW, "url": "https://192.168.1.1/"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "url")
    wrong = asks.post("/webhooks", {**NEW, "kinds": ["appeal.supervise"]})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "kinds")


def test_the_kinds_are_those_of_the_side(asks):
    own = asks.get("/event-kinds").json()["kinds"]
    desk = program(officer("handler"), ["webhooks"]).get("/event-kinds").json()["kinds"]
    assert "match.changed" in own and "appeal.supervise" not in own
    assert "appeal.supervise" in desk and "match.changed" not in desk


def test_changed_paused_tried_replayed_resent_and_deleted(asks, firm):
    number = asks.post("/webhooks", NEW).json()["id"]
    at = f"/webhooks/{number}"
    assert asks.ask("PATCH", at, {"state": "paused"}).json()["state"] == "paused"
    assert asks.ask("PATCH", at, {"state": "paused"}).status_code == 409
    assert asks.post(f"{at}/ping").status_code == 409
    told = asks.ask("PATCH", at, {"state": "on", "kinds": ["match.changed"]}).json()
    assert (told["state"], told["kinds"]) == ("on", ["match.changed"])
    assert asks.post(f"{at}/ping").json()["kind"] == "ping"
    emit("match.changed", object_kind="firm", object_id=firm.organisation_id, data={}, now=NOW,
         firm_id=firm.organisation_id)  # fmt: skip
    Event.objects.update(spread_at=NOW)
    since = {"since": "2026-11-20T00:00:00+08:00"}
    assert asks.post(f"{at}/replay", since).json() == {"queued": 1}
    assert asks.post(f"{at}/replay", {}).status_code == 422
    assert asks.post(f"{at}/replay", {"object_id": "1"}).json()["field"] == "object_id"
    rows = asks.get(f"{at}/deliveries?state=waiting").json()["items"]
    assert [row["kind"] for row in rows] == ["match.changed", "ping"]
    Delivery.objects.update(state="dead", error="x")
    assert asks.get(at).json()["dead"] == 2
    one = asks.post(f"{at}/deliveries/{rows[0]['id']}/resend").json()
    assert (one["state"], one["event"]) == ("waiting", rows[0]["event"])
    assert asks.post(f"{at}/resend-dead").json() == {"queued": 1}
    assert asks.post(f"{at}/secret").json()["secret"].startswith("whsec_")
    assert asks.ask("DELETE", at).status_code == 204
    assert asks.get(at).status_code == 404


def test_a_colleague_finds_none_of_it(asks, firm):
    number = asks.post("/webhooks", NEW).json()["id"]
    other = program(enterprise_actor(firm.organisation.enterprise, "clerk"), ["webhooks"])
    assert other.get("/webhooks").json()["items"] == []
    for path in (f"/webhooks/{number}", f"/webhooks/{number}/deliveries"):
        assert other.get(path).status_code == 404
    assert other.ask("DELETE", f"/webhooks/{number}").status_code == 404
