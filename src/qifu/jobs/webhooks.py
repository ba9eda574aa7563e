"""The courier: passes events on to webhooks, many places at once, in order for each object."""

import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from qifu.adapters.webhooks import plug_in
from qifu.base.ports import WebhookAnswer, WebhookSender, webhook_senders
from qifu.jobs.events import ENDED, actor_of, seen_by
from qifu.notices.actions import deliveries
from qifu.notices.actions.deliveries import Parcel
from qifu.notices.logic.addresses import place_of
from qifu.notices.models import Webhook

log = logging.getLogger(__name__)
THREADS = 32
OF_ONE_PLACE = 8
SLOW = 2.0  # seconds: a place that takes longer shares half of the threads with its like
ASK_AGAIN = 30.0  # seconds for which a live membership is believed to be one
PAUSE = 0.5  # seconds between looks for new events when nothing is under way
_BATCH = 0.02  # seconds in which answers are gathered: they are written down together


@dataclass
class _Lane:
    """One place on the net: what is under way to it, since when, and whether it was slow."""

    flying: dict[int, float] = field(default_factory=dict)
    slow: bool = False

    def is_slow(self, at: float) -> bool:
        return self.slow or any(at - since > SLOW for since in self.flying.values())


class Courier:
    """Claims deliveries and sends them with a pool of threads; the threads see no database.

    One place gets at most OF_ONE_PLACE threads, all slow places together half of them: a slow
    receiver stops nobody else. Killed at any moment it loses nothing: what was under way is
    claimed again after a minute and goes out under the same number.
    """

    def __init__(
        self,
        sender: WebhookSender | None = None,
        *,
        clock: Callable[[], datetime] = timezone.now,
        threads: int = THREADS,
    ) -> None:
        if sender is None:
            plug_in(private=settings.QIFU_WEBHOOK_PRIVATE)
            sender = webhook_senders.get("http")
        self._sender = sender
        self._clock = clock
        self._threads = threads
        self._lanes: dict[str, _Lane] = {}
        self._answers: queue.SimpleQueue[tuple[Parcel, WebhookAnswer, float]] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="webhook")
        self._asked: dict[int, float] = {}
        self.tried = 0
        self._chance = random.SystemRandom().random

    @property
    def under_way(self) -> int:
        """How many deliveries are being sent now."""
        return sum(len(lane.flying) for lane in self._lanes.values())

    def turn(self) -> int:
        """Spread new events, send what is due and has room, write down answers that came.

        Gives how many things were done; waits a moment where something is under way.
        """
        spread = deliveries.spread(seen_by, now=self._clock())
        started = self._start()
        return spread + started + self._settle()

    def until_idle(self) -> int:
        """Turns until nothing is due and nothing under way; gives how many were tried."""
        while self.turn() or self.under_way:
            pass
        return self.tried

    def run(self, stop: threading.Event) -> None:
        """Turns until told to stop. A database that is away for a while is waited for."""
        while not stop.is_set():
            close_old_connections()
            try:
                idle = not self.turn() and not self.under_way
            except (OperationalError, InterfaceError) as error:
                log.warning("the courier could not reach the database: %s", error)
                idle = True
            except Exception:
                log.exception("a turn of the courier failed")
                idle = True
            if idle:
                stop.wait(PAUSE)
        connection.close()

    def close(self) -> None:
        """End the threads once what is under way has been answered."""
        self._pool.shutdown(wait=True)

    def _start(self) -> int:
        started = 0
        if self.under_way >= self._threads:
            return 0
        ready = deliveries.ready_webhooks(now=self._clock())
        random.shuffle(ready)  # so that not always the same comes first
        for webhook in ready:
            lane = self._lanes.setdefault(place_of(webhook.url), _Lane())
            room = self._room(lane)
            if webhook.failures:
                # it was not reached: one of them finds out whether it is there again
                room = min(room, 1 - len(lane.flying))
            if room <= 0 or not self._may_go_on(webhook):
                continue
            for parcel in deliveries.claim_parcels(webhook, most=room, now=self._clock()):
                self.tried += 1
                lane.flying[parcel.delivery] = time.monotonic()
                self._pool.submit(self._send, parcel)
                started += 1
        return started

    def _may_go_on(self, webhook: Webhook) -> bool:
        """Whether its membership still holds; asked again after half a minute."""
        at = time.monotonic()
        if self._asked.get(webhook.pk, -ASK_AGAIN) <= at - ASK_AGAIN:
            if actor_of(webhook) is None:
                deliveries.turn_off(webhook, ENDED, now=self._clock())
                return False
            self._asked[webhook.pk] = at
        return True

    def _room(self, lane: _Lane) -> int:
        at = time.monotonic()
        free = self._threads - self.under_way
        if lane.is_slow(at):
            lanes = self._lanes.values()
            slow = sum(len(other.flying) for other in lanes if other.is_slow(at))
            free = min(free, self._threads // 2 - slow)
        return min(free, OF_ONE_PLACE - len(lane.flying))

    def _send(self, parcel: Parcel) -> None:
        since = time.monotonic()
        try:
            answer = self._sender.send(parcel.url, parcel.headers, parcel.body)
        except Exception as error:
            log.exception("the sender of webhooks failed")
            answer = WebhookAnswer(None, type(error).__name__)
        self._answers.put((parcel, answer, time.monotonic() - since))

    def _settle(self) -> int:
        came = list(self._came())
        if not came:
            return 0
        deliveries.settle(
            [(parcel, answer) for parcel, answer, _seconds in came],
            now=self._clock(),
            chance=self._chance,
        )
        return len(came)

    def _came(self) -> Iterable[tuple[Parcel, WebhookAnswer, float]]:
        """Answers that are there, and those of the next moment."""
        until = time.monotonic() + (0.2 if self.under_way else 0.0)
        while self.under_way:
            try:
                parcel, answer, seconds = self._answers.get(
                    timeout=max(until - time.monotonic(), 0.0)
                )
            except queue.Empty:
                break
            until = min(until, time.monotonic() + _BATCH)
            place = place_of(parcel.url)
            lane = self._lanes[place]
            lane.flying.pop(parcel.delivery, None)
            lane.slow = seconds > SLOW
            if not lane.flying and not lane.slow:
                del self._lanes[place]
            yield parcel, answer, seconds


def send_due() -> int:
    """Send everything that is due now, once; gives how many deliveries were tried."""
    courier = Courier()
    try:
        return courier.until_idle()
    finally:
        courier.close()


def start_courier() -> threading.Thread:
    """A courier of its own thread for as long as the process lives."""
    courier = Courier()
    thread = threading.Thread(
        target=courier.run, args=(threading.Event(),), name="courier", daemon=True
    )
    thread.start()
    return thread
