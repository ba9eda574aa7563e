"""Pages of webhooks: made, tried, paused, looked after; the secret once; nobody else's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from qifu.jobs.events import known_kinds
from qifu.notices.actions import webhooks as actions
from qifu.notices.actions.events import emit
from qifu.notices.actions.webhooks import make_deliveries
from qifu.notices.models import Delivery, Event, Webhook
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer
from tests.web.desk_people import as_
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")
LIST = "/programs/webhooks/"
URL = "https://program.example.com/qifu"


@pytest.fixture
def firm():
    return enterprise_actor()


@pytest.fixture
def client_(firm):
    return as_(firm)


def made(firm, url=URL, kinds=("appeal.*",)):
    webhook, _secret = actions.make_webhook(
        actor=firm, url=url, kinds=kinds, known=known_kinds(of_firm=True), now=NOW
    )
    return webhook


def page_of(webhook):
    return reverse("programs-webhook", args=[webhook.pk])


def deliveries(webhook, count, **more):
    events = [
        emit("appeal.reply", object_kind="appeal", object_id=n, data={"number": f"N{n}"}, now=NOW,
             firm_id=webhook.organisation_id)
        for n in range(count)
    ]  # fmt: skip
    make_deliveries([(webhook, event) for event in events], now=NOW)
    Delivery.objects.filter(webhook=webhook).update(**more)
    return Delivery.objects.filter(webhook=webhook).order_by("pk")


def test_a_webhook_is_made_and_its_secret_is_shown_once(firm, client_):
    answer = client_.post(
        LIST, {"do": "make", "url": URL, "kinds": ["appeal.*", "policy.*"],
               "steps": ["appeal.reply"]}
    )  # fmt: skip
    webhook = Webhook.objects.get(membership_id=firm.membership.pk)
    assert webhook.kinds == ["appeal.*", "policy.*"] and webhook.of_firm
    shown = words(answer)
    assert "whsec_" in shown and "只显示这一次" in shown
    assert inline(answer.content.decode()) == []
    again = words(client_.get(LIST))
    assert "whsec_" not in again and URL in again and "本企业诉求的每一步" in again
    assert "whsec_" not in webhook.secret


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写完整的地址"),
        ("example.com", "地址要以 https:// 开头"),
        ("http://example.com/", "地址要以 https:// 开头"),
        ("https://10.0.0.8/", "内部网络"),
        ("https://[::ffff:127.0.0.1]/", "内部网络"),
        ("https://2130706433/", "内部网络"),
        ("https://localhost:8000/", "内部网络"),
        ("https://name:word@example.com/", "请填写完整的地址"),
        ("https://example.com/" + "x" * 600, "最多 500"),
    ],
)
def test_an_address_that_cannot_be_is_refused_at_its_field_and_what_was_typed_stays(
    client_, typed, said
):
    answer = client_.post(LIST, {"do": "make", "url": typed, "kinds": ["policy.*"]})
    assert answer.status_code == 422 and said in words(answer)
    assert typed in answer.content.decode()
    assert not Webhook.objects.exists()


def test_a_webhook_of_nothing_is_refused(client_):
    answer = client_.post(LIST, {"do": "make", "url": URL})
    assert answer.status_code == 422 and "至少选择一类事件" in words(answer)


def test_what_only_offices_do_is_not_offered_to_a_firm(client_):
    offered = client_.get(LIST).content.decode()
    assert 'value="appeal.reply"' in offered and 'value="match.*"' in offered
    assert 'value="appeal.supervise"' not in offered and 'value="claim.*"' not in offered
    desk = as_(officer("handler")).get(LIST).content.decode()
    assert 'value="appeal.supervise"' in desk and 'value="match.*"' not in desk


def test_pause_resume_ping_rotate_change_and_delete(firm, client_):
    webhook = made(firm)
    address = page_of(webhook)
    assert client_.post(address, {"do": "pause"}).status_code == 302
    assert "已暂停" in words(client_.get(address))
    assert "请先恢复发送" in words(client_.post(address, {"do": "ping"}, follow=True))
    client_.post(address, {"do": "resume"})
    client_.post(address, {"do": "ping"})
    assert "测试事件" in words(client_.get(address))
    assert Event.objects.get(kind="ping").object_id == str(webhook.pk)
    before = Webhook.objects.get(pk=webhook.pk).secret
    assert "whsec_" in words(client_.post(address, {"do": "rotate"}))
    assert Webhook.objects.get(pk=webhook.pk).secret != before
    wrong = client_.post(address, {"do": "change", "url": "http://x", "kinds": ["policy.*"]})
    assert wrong.status_code == 422
    client_.post(address, {"do": "change", "url": URL + "/2", "kinds": ["policy.*"]})
    webhook.refresh_from_db()
    assert (webhook.url, webhook.kinds) == (URL + "/2", ["policy.*"])
    assert client_.post(address, {"do": "delete"}).url == LIST
    assert not Webhook.objects.exists() and not Event.objects.filter(kind="ping").exists()
    assert client_.get(address).status_code == 404


def test_deliveries_are_listed_filtered_paged_and_sent_again(firm, client_):
    webhook = made(firm)
    rows = deliveries(webhook, 25, state="sent", sent_at=NOW, status=204, attempts=1)
    dead = rows[3]
    Delivery.objects.filter(pk=dead.pk).update(
        state="dead", status=500, error="坏了", attempts=12, sent_at=None
    )
    address = page_of(webhook)
    first = client_.get(address)
    assert "第 1 页，共 2 页" in words(first) and "N24" in words(first)
    assert "N0" in words(client_.get(address + "?page=2"))
    only = words(client_.get(address + "?state=dead"))
    assert "N3" in only and "500 坏了" in only and "N4" not in only
    client_.post(address, {"do": "resend", "delivery": dead.pk})
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("waiting", 0)
    assert "正在等待发送" in words(
        client_.post(address, {"do": "resend", "delivery": dead.pk}, follow=True)
    )
    rows.update(state="dead")
    assert "25 条已重新排队" in words(client_.post(address, {"do": "resend-dead"}, follow=True))
    assert rows.filter(state="waiting").count() == 25


def test_events_since_a_day_are_sent_again(firm, client_):
    webhook = made(firm, kinds=("match.changed",))
    for days in (5, 1):
        emit("match.changed", object_kind="firm", object_id=firm.organisation_id, data={},
             now=timezone.now() - timedelta(days=days), firm_id=firm.organisation_id)  # fmt: skip
    Event.objects.update(spread_at=NOW)
    since = timezone.localdate() - timedelta(days=2)
    answer = client_.post(
        page_of(webhook), {"do": "replay", "since": since.isoformat()}, follow=True
    )
    assert "1 条已重新排队" in words(answer)
    assert client_.post(page_of(webhook), {"do": "replay", "since": "x"}).status_code == 422


def test_nobody_else_finds_it(firm):
    webhook = made(firm)
    (row,) = deliveries(webhook, 1, state="dead")
    colleague = enterprise_actor(firm.organisation.enterprise, "clerk")
    for other in (colleague, enterprise_actor(), officer("handler")):
        client = as_(other)
        assert URL not in words(client.get(LIST))
        assert client.get(page_of(webhook)).status_code == 404
        for do in ("delete", "rotate", "resend-dead"):
            assert client.post(page_of(webhook), {"do": do}).status_code == 404
    viewer = as_(enterprise_actor(firm.organisation.enterprise, "viewer"))
    assert viewer.get(LIST).status_code == 403
    mine = made(colleague, URL + "/mine")
    posted = {"do": "resend", "delivery": row.pk}
    assert as_(colleague).post(page_of(mine), posted).status_code == 404
    row.refresh_from_db()
    assert row.state == "dead"


def test_why_it_was_turned_off_is_said(firm, client_):
    webhook = made(firm)
    Webhook.objects.filter(pk=webhook.pk).update(state="off", reason="gone")
    assert "410" in words(client_.get(LIST))
    page = client_.get(page_of(webhook))
    assert "恢复发送" in words(page) and len(set(read(page).ids)) == len(read(page).ids)
