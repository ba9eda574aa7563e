"""Write down what happened, for other programs, in the transaction that did it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Coalesce

from qifu.notices.models import Event

_TRIES = 5


def emit(
    kind: str,
    *,
    object_kind: str,
    object_id: object,
    data: Mapping[str, Any],
    now: datetime,
    firm_id: int | None = None,
    internal: bool = False,
) -> Event:
    """Something happened to an object: an Event row that the worker passes on after commit.

    Call it inside the action's transaction. `kind` is "room.what" ("appeal.reply"). `firm_id` is
    the enterprise whose object it is; `internal` events reach the government side only. Who sees
    an event is asked when it is passed on, by the same rule as on the pages. `data` holds ids,
    numbers, states, times: no personal data, no words that somebody wrote.
    """
    place = {"object_kind": object_kind, "object_id": str(object_id)[:64]}
    for turn in range(_TRIES):
        last = Event.objects.filter(**place).aggregate(
            every=Coalesce(Max("sequence"), 0), open=Coalesce(Max("open_sequence"), 0)
        )
        try:
            # of two writers on one object the unique number lets one pass; the other counts anew
            with transaction.atomic():
                return Event.objects.create(
                    **place,
                    kind=kind,
                    sequence=last["every"] + 1,
                    open_sequence=last["open"] + (not internal),
                    internal=internal,
                    firm_id=firm_id,
                    data=dict(data),
                    at=now,
                )
        except IntegrityError:
            if turn == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def complete(event_id: int, data: Mapping[str, Any]) -> None:
    """Write the rest of what an event says, inside the transaction that emitted it.

    One that was passed on already, or rolled back, stays as it is.
    """
    event = Event.objects.filter(pk=event_id, spread_at=None).first()
    if event is not None:
        Event.objects.filter(pk=event_id).update(data={**event.data, **data})
