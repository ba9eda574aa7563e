"""A real worker, killed again and again while it delivers: nothing lost, nothing new twice."""

import os
import subprocess
import sys
import time
from collections import defaultdict
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from qifu.adapters.webhooks import HttpSender
from qifu.jobs.events import known_kinds
from qifu.jobs.webhooks import Courier
from qifu.notices.actions import webhooks
from qifu.notices.actions.events import emit
from qifu.notices.models import Delivery, Event
from tests.conftest import NOW, ROOT
from tests.factories import enterprise_actor
from tests.jobs.receiver import Answer, receiving

EVENTS, OBJECTS, KILLS = 240, 30, 3


def _database() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    server, _slash, _other = os.environ["DATABASE_URL"].rpartition("/")
    return f"{server}/{name}"


def _worker() -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": _database(),
        "DJANGO_SETTINGS_MODULE": "qifu.config.settings",
        "QIFU_SECRET_KEY": settings.SECRET_KEY,
        "QIFU_WEBHOOK_PRIVATE": "1",
        "PYTHONPATH": str(ROOT / "src"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "qifu", "worker", "--pause", "0.2"], env=environment, cwd=ROOT
    )


def _until(reached, *, most=20.0):
    end = time.monotonic() + most
    while not reached():
        assert time.monotonic() < end, "the worker does not deliver"
        time.sleep(0.005)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_only_numbers_that_are_known(
    demo_city, settings
):
    settings.QIFU_WEBHOOK_PRIVATE = True
    Event.objects.all().delete()
    firm = enterprise_actor()
    left = 0
    with receiving(lambda came, turn: Answer(wait=0.03)) as receiver:
        webhook, _secret = webhooks.make_webhook(
            actor=firm, url=receiver.url(), kinds=["policy.*"], known=known_kinds(of_firm=True),
            now=NOW,
        )  # fmt: skip
        events = [
            emit("policy.published", object_kind="policy", object_id=f"p{n % OBJECTS}", data={},
                 now=NOW)
            for n in range(EVENTS)
        ]  # fmt: skip
        for turn in range(1, KILLS + 1):
            worker = _worker()
            wanted = turn * EVENTS // (KILLS + 2)
            _until(lambda wanted=wanted: len(set(receiver.taken)) >= wanted)
            worker.kill()
            worker.wait()
            left += Delivery.objects.filter(state="waiting").exclude(claim="").count()
        assert left, "no kill came while something was under way"
        assert Delivery.objects.filter(state="waiting").exists()
        sender = HttpSender(private=True)
        # what the killed ones had claimed is free after a minute
        later = timedelta(minutes=2)
        courier = Courier(sender, clock=lambda: timezone.now() + later)
        courier.until_idle()
        courier.close()
        sender.close()
    numbers = {f"evt_{event.pk}_{webhook.pk}": event for event in events}
    assert set(receiver.taken) == set(numbers)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    first = dict.fromkeys(receiver.taken)  # what is left where repeated numbers are dropped
    by_object = defaultdict(list)
    for number in first:
        by_object[numbers[number].object_id].append(numbers[number].sequence)
    assert all(told == sorted(told) for told in by_object.values())
    assert sum(map(len, by_object.values())) == EVENTS
