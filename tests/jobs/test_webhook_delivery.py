"""Delivery to a real receiver: signed, in order for each object, again and again, to the end."""

import time
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from qifu.adapters.webhooks import HttpSender
from qifu.jobs.events import known_kinds, replay_events
from qifu.jobs.webhooks import Courier
from qifu.notices.actions import webhooks
from qifu.notices.actions.events import emit
from qifu.notices.logic.retries import MOST_ATTEMPTS
from qifu.notices.models import Delivery, Event, Webhook
from qifu.organisations.actions import end_membership
from tests.conftest import NOW
from tests.factories import enterprise_actor
from tests.jobs.receiver import Answer, receiving

pytestmark = pytest.mark.usefixtures("demo_city")
OK = Answer()


@pytest.fixture(autouse=True)
def _private(settings, demo_city):
    settings.QIFU_WEBHOOK_PRIVATE = True
    Event.objects.all().delete()


class Clock:
    """A clock that a test moves; signatures of a moment far off would be refused by a receiver."""

    def __init__(self):
        from django.utils import timezone

        self.at = timezone.now()

    def __call__(self):
        return self.at

    def pass_(self, **span):
        self.at += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def courier(clock):
    sender = HttpSender(private=True, patience=1.0)
    made = Courier(sender, clock=clock)
    yield made
    made.close()
    sender.close()


@pytest.fixture
def firm():
    return enterprise_actor()


def hook(actor, url, kinds=("match.changed",)):
    return webhooks.make_webhook(
        actor=actor, url=url, kinds=kinds, known=known_kinds(of_firm=actor.is_enterprise), now=NOW
    )


def happen(firm, count=1, kind="match.changed", at=NOW):
    """Events that the firm may see: all of one object."""
    number = firm.organisation_id
    return [
        emit(kind, object_kind="firm", object_id=number, data={"n": n}, now=at, firm_id=number)
        for n in range(count)
    ]


def numbers(webhook, events):
    return [f"evt_{event.pk}_{webhook.pk}" for event in events]


def to_the_end(courier, clock, *, most=40):
    """Turns with the hours passing in between, until nothing waits."""
    for _turn in range(most):
        courier.until_idle()
        if not Delivery.objects.filter(state="waiting", webhook__state="on").exists():
            return
        clock.pass_(hours=8)
    raise AssertionError("it does not come to an end")


def test_the_receivers_library_accepts_the_signature_and_reads_what_happened(firm, courier):
    with receiving() as receiver:
        webhook, secret = hook(firm, receiver.url())
        (event,) = happen(firm)
        courier.until_idle()
    (came,) = receiver.came
    said = Verifier(secret).verify(came.body, came.headers)
    assert said == {
        "type": "match.changed", "timestamp": "2026-11-22T04:00:00.000+00:00", "sequence": 1,
        "data": {"n": 0},
    }  # fmt: skip
    assert came.number == f"evt_{event.pk}_{webhook.pk}"
    row = Delivery.objects.get()
    assert (row.state, row.status, row.attempts) == ("sent", 204, 1)
    with pytest.raises(Exception, match="signature"):
        Verifier(secret).verify(came.body + b" ", came.headers)


def test_events_of_one_object_arrive_in_order_whatever_fails(firm, courier, clock):
    other = enterprise_actor()

    def answer(came, turn):
        return OK if turn > came.said["data"]["n"] % 3 else Answer(500)

    with receiving(answer) as receiver:
        webhook, _secret = hook(firm, receiver.url())
        second, _secret = hook(other, receiver.url())
        one, two = happen(firm, 6), happen(other, 6)
        to_the_end(courier, clock)
    assert [n for n in receiver.taken if n.endswith(f"_{webhook.pk}")] == numbers(webhook, one)
    assert [n for n in receiver.taken if n.endswith(f"_{second.pk}")] == numbers(second, two)
    # each failed attempt came under the number of the one that arrived
    assert len(receiver.came) == 2 * (1 + 2 + 3) * 2
    assert {c.number for c in receiver.came} == set(receiver.taken)


def test_a_failing_object_does_not_keep_the_others_waiting(courier, clock, firm):
    def answer(came, turn):
        return Answer(500, body="坏了 <b>".encode()) if came.said["data"].get("bad") else OK

    with receiving(answer) as receiver:
        webhook, _secret = hook(firm, receiver.url(), ["match.changed", "policy.*"])
        emit("policy.published", object_kind="policy", object_id="p", data={"bad": 1}, now=NOW)
        emit("policy.published", object_kind="policy", object_id="p", data={}, now=NOW)
        fine = happen(firm, 3)
        courier.until_idle()
        assert receiver.taken == numbers(webhook, fine)
        failed = Delivery.objects.get(state="waiting", attempts=1)
        assert (failed.status, failed.error) == (500, "坏了 <b>")
        assert timedelta(seconds=4) <= failed.next_at - clock() <= timedelta(seconds=6)
        to_the_end(courier, clock)
        assert len(receiver.taken) == 4  # the second of the policy, once the first was given up
    dead = Delivery.objects.get(state="dead")
    assert dead.pk == failed.pk and dead.attempts == MOST_ATTEMPTS


def test_what_was_given_up_is_sent_again_when_somebody_asks(firm, courier, clock):
    well = []
    with receiving(lambda came, turn: OK if well else Answer(500)) as receiver:
        webhook, _secret = hook(firm, receiver.url())
        events = happen(firm, 3)
        to_the_end(courier, clock)
        assert webhook.deliveries.filter(state="dead").count() == 3
        well.append(True)
        webhooks.resend(webhook.deliveries.get(event=events[1]), actor=firm, now=clock())
        courier.until_idle()
        assert receiver.taken == numbers(webhook, [events[1]])
        assert webhooks.resend_dead(webhook, actor=firm, now=clock()) == 2
        courier.until_idle()
    assert receiver.taken == numbers(webhook, [events[1], events[0], events[2]])
    assert set(webhook.deliveries.values_list("state", flat=True)) == {"sent"}


def test_a_replay_sends_what_happened_since_under_the_same_numbers(firm, courier, clock):
    with receiving() as receiver:
        old = happen(firm, 2, at=NOW - timedelta(days=2))
        new = happen(firm, 2)
        courier.until_idle()  # nobody wanted them yet
        webhook, _secret = hook(firm, receiver.url())
        courier.until_idle()
        assert receiver.came == []
        again = {"actor": firm, "now": clock()}
        assert replay_events(webhook, since=NOW - timedelta(days=1), **again) == 2
        courier.until_idle()
        assert receiver.taken == numbers(webhook, new)
        place = {"object_kind": "firm", "object_id": str(firm.organisation_id)}
        assert replay_events(webhook, **place, **again) == 4
        courier.until_idle()
    assert receiver.taken == numbers(webhook, [*new, *old, *new])


def test_a_slow_receiver_does_not_stop_the_others(firm, courier):
    with receiving(lambda came, turn: Answer(wait=0.6)) as slow, receiving() as quick:
        hook(firm, slow.url(), ["policy.*"])
        fast, _secret = hook(firm, quick.url(), ["match.changed"])
        for n in range(12):
            emit("policy.published", object_kind="policy", object_id=f"p{n}", data={}, now=NOW)
        events = happen(firm, 20)
        started = time.monotonic()
        while len(quick.taken) < 20:
            courier.turn()
            assert time.monotonic() - started < 10
        # one after the other, 20 of one object, before 12 slow ones of 8 at a time were through
        assert len(slow.taken) < 12
        courier.until_idle()
        assert quick.taken == numbers(fast, events)
        assert len(slow.taken) == 12


def test_a_place_that_is_not_there_is_asked_by_one_of_those_that_wait(firm, courier, clock):
    with receiving() as receiver:
        nobody = receiver.url()
    webhook, _secret = hook(firm, nobody, ["policy.*"])
    for n in range(30):
        emit("policy.published", object_kind="policy", object_id=f"p{n}", data={}, now=NOW)
    courier.until_idle()
    tried = webhook.deliveries.filter(attempts=1)
    assert tried.count() == 8 and "ConnectError" in tried[0].error
    webhook.refresh_from_db()
    assert webhook.failures == 1 and webhook.hold_until > clock()
    clock.pass_(seconds=3)
    courier.until_idle()
    assert sum(webhook.deliveries.values_list("attempts", flat=True)) == 9


def test_a_pause_that_the_receiver_asks_for_is_kept(firm, courier, clock):
    with receiving(
        lambda came, turn: Answer(429, {"retry-after": "600"}) if turn == 1 else OK
    ) as receiver:
        hook(firm, receiver.url())
        happen(firm, 1)
        courier.until_idle()
        clock.pass_(seconds=590)
        courier.until_idle()
        assert len(receiver.came) == 1
        clock.pass_(seconds=20)
        courier.until_idle()
        assert len(receiver.taken) == 1


def test_gone_turns_the_webhook_off_and_it_can_be_turned_on_again(firm, courier, clock):
    gone = [True]
    with receiving(lambda came, turn: Answer(410) if gone else OK) as receiver:
        webhook, _secret = hook(firm, receiver.url())
        events = happen(firm, 3)
        courier.until_idle()
        webhook.refresh_from_db()
        assert (webhook.state, webhook.reason) == ("off", "gone")
        assert len(receiver.came) == 1 and webhook.deliveries.filter(state="dead").count() == 3
        gone.clear()
        webhooks.resume_webhook(webhook, actor=firm, now=clock())
        webhooks.resend_dead(webhook, actor=firm, now=clock())
        courier.until_idle()
    assert receiver.taken == numbers(webhook, events)


def test_a_redirect_is_not_followed(firm, courier):
    with (
        receiving() as other,
        receiving(lambda came, turn: Answer(307, {"location": other.url()})) as receiver,
    ):
        hook(firm, receiver.url())
        happen(firm)
        courier.until_idle()
    assert len(receiver.came) == 1 and other.came == []
    row = Delivery.objects.get()
    assert (row.state, row.status, row.error) == ("waiting", 307, "redirects are not followed")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1"])
def test_an_address_inside_is_refused_at_the_moment_of_sending(firm, clock, host):
    """Also a name that led outside when the webhook was made: what counts is where it leads now."""
    sender = HttpSender(private=False)
    courier = Courier(sender, clock=clock)
    with receiving() as receiver:
        hook(firm, receiver.url().replace("127.0.0.1", host))
        happen(firm)
        courier.until_idle()
    courier.close()
    sender.close()
    assert receiver.came == []
    assert "private network" in Delivery.objects.get().error


def test_an_answer_that_never_ends_is_left_in_time(firm, courier):
    with receiving(lambda came, turn: Answer(200, wait=3.0)) as receiver:
        hook(firm, receiver.url())
        happen(firm)
        started = time.monotonic()
        courier.until_idle()
        assert time.monotonic() - started < 2.5
    row = Delivery.objects.get()
    assert row.status is None and "Timeout" in row.error


def test_a_membership_that_ends_takes_its_webhook_along(firm, courier):
    with receiving() as receiver:
        colleague = enterprise_actor(firm.organisation.enterprise, "clerk")
        webhook, _secret = hook(colleague, receiver.url())
        end_membership(colleague.membership, actor=firm, now=NOW)
        happen(firm)
        courier.until_idle()
    assert receiver.came == []
    assert Webhook.objects.get(pk=webhook.pk).reason == "membership"


def test_a_paused_webhook_collects_and_goes_on(firm, courier, clock):
    with receiving() as receiver:
        webhook, _secret = hook(firm, receiver.url())
        webhooks.pause_webhook(webhook, actor=firm, now=clock())
        events = happen(firm, 2)
        courier.until_idle()
        assert receiver.came == []
        webhooks.resume_webhook(webhook, actor=firm, now=clock())
        courier.until_idle()
    assert receiver.taken == numbers(webhook, events)
