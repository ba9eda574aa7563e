"""Webhooks: where they may point, how secrets are kept, when something is tried again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.jobs.events import known_kinds, seen_by
from qifu.notices.actions import deliveries, webhooks
from qifu.notices.actions.deliveries import sweep_events
from qifu.notices.actions.events import emit
from qifu.notices.logic.addresses import BadAddress, checked_url, is_public
from qifu.notices.logic.retries import (
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    hold_after,
    pause_after,
    unknown_kinds,
    wants,
)
from qifu.notices.logic.signing import Unreadable, fresh_secret, seal, unseal
from qifu.notices.models import Delivery, Event, Webhook
from tests.conftest import NOW
from tests.factories import enterprise_actor

URL = "https://example.com/hook"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "ff02::1", "2001:db8::1",
        "fec0::1",
        "no address",
    ],
)  # fmt: skip
def test_addresses_of_this_house_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_open_net_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.com/", "scheme"), ("http://example.com/", "scheme"), ("", "scheme"),
        ("https:///path", "form"), ("https://a b/", "form"), ("https://例子.cn/", "form"),
        ("https://u:p@example.com/", "form"), ("https://example.com:0/", "form"),
        ("https://example.com:99999/", "form"), ("https://example.com/#x", "form"),
        ("https://printer.local/", "private"), ("https://intranet/", "private"),
        ("https://192.168.0.1/", "private"), ("https://[::1]/", "private"),
        ("https://3232235521/", "private"), ("https://1.2.3/", "private"),
    ],
)  # fmt: skip
def test_what_no_webhook_may_be_is_refused_with_the_reason(url, why):
    with pytest.raises(BadAddress) as refused:
        checked_url(url, private=False)
    assert refused.value.why == why


def test_a_house_that_allows_it_sends_to_its_own_network():
    for url in (
        "http://127.0.0.1:8000/x",
        "https://intranet/hook",
        "https://example.com:8443/a?b=c",
    ):
        assert checked_url(f" {url} ", private=True) == url


@given(st.integers(1, 40), st.floats(0, 0.999), st.none() | st.floats(0, 1e7))
def test_pauses_grow_stay_within_bounds_and_respect_what_is_asked(attempts, chance, asked):
    pause = pause_after(attempts, chance=chance, asked=asked).total_seconds()
    assert min(5 * 3 ** (attempts - 1), LONGEST_PAUSE) * 0.799 <= pause
    assert pause <= max(LONGEST_PAUSE * 1.2, 24 * 3600)
    if asked is not None:
        assert pause >= min(asked, 24 * 3600) - 0.001
    assert hold_after(attempts, chance=chance) <= timedelta(seconds=360)


def test_all_attempts_together_take_about_a_day():
    pauses = [pause_after(n, chance=0.5) for n in range(1, MOST_ATTEMPTS)]
    assert timedelta(hours=16) < sum(pauses, timedelta()) < timedelta(hours=36)


def test_a_group_is_every_kind_of_its_room():
    assert wants(["appeal.*"], "appeal.reply") and wants(["appeal.reply"], "appeal.reply")
    assert not wants(["appeal.*"], "policy.published") and not wants([], "ping")
    known = ["appeal.reply"]
    asked = ["appeal.*", "appeal.reply", "appeal.replly", "*", "policy.*"]
    assert unknown_kinds(asked, known) == ["appeal.replly", "*", "policy.*"]


def test_a_secret_is_sealed_and_opens_only_with_its_key():
    secret = fresh_secret()
    sealed = seal(secret, "key")
    assert secret not in sealed and unseal(sealed, "key") == secret
    with pytest.raises(Unreadable):
        unseal(sealed, "another key")


@pytest.fixture
def firm(demo_city):
    Event.objects.all().delete()
    return enterprise_actor()


def make(actor, **more):
    given = {"url": URL, "kinds": ["match.changed"], "known": known_kinds(of_firm=True), "now": NOW}
    return webhooks.make_webhook(actor=actor, **{**given, **more})[0]


def happen(firm, now=NOW, count=1):
    number = firm.organisation_id
    return [
        emit("match.changed", object_kind="firm", object_id=number, data={}, now=now,
             firm_id=number)
        for _ in range(count)
    ]  # fmt: skip


def test_what_cannot_be_made_is_refused(firm, settings):
    with pytest.raises(NotAllowed):
        make(enterprise_actor(firm.organisation.enterprise, "viewer"))
    with pytest.raises(BadInput) as refused:
        make(firm, url="http://10.0.0.1/", kinds=["appeal.supervise"])
    assert set(refused.value.fields) == {"url", "kinds"}
    for _ in range(webhooks.MOST_WEBHOOKS):
        make(firm)
    with pytest.raises(WrongState):
        make(firm)


def test_every_change_is_in_the_journal_and_only_the_own_membership_makes_it(firm):
    webhook = make(firm)
    stranger = enterprise_actor(firm.organisation.enterprise, "clerk")
    for step in (webhooks.pause_webhook, webhooks.rotate_secret, webhooks.delete_webhook):
        with pytest.raises(NotAllowed):
            step(webhook, actor=stranger, now=NOW)
    webhooks.pause_webhook(webhook, actor=firm, now=NOW)
    webhooks.delete_webhook(webhook, actor=firm, now=NOW)
    lines = JournalLine.objects.filter(subject_kind="webhook").order_by("pk")
    steps = [line.step for line in lines]
    assert steps == ["make_webhook", "pause_webhook", "delete_webhook"]


def test_a_key_that_changed_turns_the_webhook_off_until_its_secret_is_replaced(firm, settings):
    webhook = make(firm)
    happen(firm)
    deliveries.spread(seen_by, now=NOW)
    settings.SECRET_KEY = "another"
    assert deliveries.claim_parcels(webhook, most=1, now=NOW) == []
    webhook.refresh_from_db()
    assert (webhook.state, webhook.reason) == ("off", "secret")
    webhooks.rotate_secret(webhook, actor=firm, now=NOW)
    webhooks.resume_webhook(webhook, actor=firm, now=NOW)
    webhooks.resend_dead(webhook, actor=firm, now=NOW)
    assert len(deliveries.claim_parcels(webhook, most=1, now=NOW)) == 1


def test_two_senders_never_have_the_same_delivery(firm):
    webhook = make(firm, kinds=["policy.*"])
    for n in range(6):
        emit("policy.published", object_kind="policy", object_id=f"p{n}", data={}, now=NOW)
    deliveries.spread(seen_by, now=NOW)
    one = deliveries.claim_parcels(webhook, most=4, now=NOW)
    two = deliveries.claim_parcels(webhook, most=4, now=NOW)
    assert (len(one), len(two)) == (4, 2)
    assert not {p.delivery for p in one} & {p.delivery for p in two}
    # a minute later whatever was not answered is free again
    assert len(deliveries.claim_parcels(webhook, most=9, now=NOW + timedelta(minutes=2))) == 6


def test_spreading_twice_makes_no_second_delivery(firm):
    make(firm)
    happen(firm, count=3)
    assert deliveries.spread(seen_by, now=NOW) == 3
    Event.objects.update(spread_at=None)  # as if killed before it was noted
    assert deliveries.spread(seen_by, now=NOW) == 3
    assert Delivery.objects.count() == 3


def test_what_is_old_and_finished_is_swept_and_the_count_goes_on(firm, settings):
    webhook = make(firm)
    old = NOW - timedelta(days=settings.QIFU_EVENT_DAYS + 1)
    happen(firm, now=old, count=3)
    deliveries.spread(seen_by, now=NOW)
    first, second, _third = Delivery.objects.filter(webhook=webhook).order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(state="sent", sent_at=old)
    Delivery.objects.filter(pk=second.pk).update(state="dead", next_at=old)
    assert sweep_events(now=NOW) > 0
    assert [event.sequence for event in Event.objects.order_by("pk")] == [3]
    assert Delivery.objects.get().state == "waiting"
    (event,) = happen(firm)
    assert event.sequence == 4
    assert Webhook.objects.filter(pk=webhook.pk).exists()


def test_what_waits_for_ever_is_given_up_and_can_still_be_sent_again(firm, settings):
    days = timedelta(days=settings.QIFU_EVENT_DAYS)
    webhook = make(firm)
    happen(firm)
    deliveries.spread(seen_by, now=NOW)
    webhooks.pause_webhook(webhook, actor=firm, now=NOW)
    later = NOW + days + timedelta(hours=1)
    for moment, state in (
        (NOW + days, "waiting"), (later, "dead"), (later + days, "dead"),
    ):  # fmt: skip
        sweep_events(now=moment)
        assert Delivery.objects.get().state == state
    assert webhooks.resend_dead(webhook, actor=firm, now=later + days) == 1
    sweep_events(now=later + days + timedelta(hours=1))
    assert Delivery.objects.get().state == "waiting"
