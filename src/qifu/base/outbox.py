"""The outbox: what must leave the house or run later, written in the transaction that wants it."""

import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from qifu.base.models import OutboxRow

log = logging.getLogger(__name__)
Handler = Callable[[dict[str, Any], datetime], None]

CLAIM = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=30)
MOST_ATTEMPTS = 8


def request(name: str, key: str, payload: Mapping[str, Any], *, now: datetime) -> OutboxRow:
    """Ask for something to be done after commit; the same (name, key) is asked for once."""
    row, _made = OutboxRow.objects.get_or_create(
        name=name,
        key=key,
        defaults={"payload": dict(payload), "created_at": now, "next_at": now},
    )
    return row


def _claim(now: datetime) -> OutboxRow | None:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = OutboxRow.objects.filter(free, state="waiting", next_at__lte=now)
    for row in due.order_by("next_at", "pk")[:20]:
        # the UPDATE repeats the condition: of two workers one gets the row
        if OutboxRow.objects.filter(free, pk=row.pk, state="waiting").update(
            claimed_until=now + CLAIM, attempts=F("attempts") + 1
        ):
            row.refresh_from_db()
            return row
    return None


def serve(
    handlers: Mapping[str, Handler], *, clock: Callable[[], datetime], most: int = 500
) -> int:
    """Do what is waiting and due, at most `most` rows; give how many were done.

    A handler may run twice (a worker killed after the work and before the mark), so handlers
    are written to be repeated. A failing row waits longer each time and is given up, visibly,
    after MOST_ATTEMPTS.
    """
    done = 0
    for _turn in range(most):
        row = _claim(clock())
        if row is None:
            break
        handler = handlers.get(row.name)
        try:
            if handler is None:
                raise LookupError(f"no handler called {row.name!r}")
            with transaction.atomic():
                handler(row.payload, clock())
                OutboxRow.objects.filter(pk=row.pk).update(
                    state="done", claimed_until=None, last_error=""
                )
            done += 1
        except Exception:
            _failed(row, clock())
    return done


def _failed(row: OutboxRow, now: datetime) -> None:
    error = traceback.format_exc(limit=5)
    log.warning("outbox %s %s, attempt %s: %s", row.name, row.key, row.attempts, error)
    dead = row.attempts >= MOST_ATTEMPTS
    OutboxRow.objects.filter(pk=row.pk).update(
        state="dead" if dead else "waiting",
        claimed_until=None,
        next_at=now + FIRST_PAUSE * 2 ** min(row.attempts, 10),
        last_error=error[-2000:],
    )
