"""What programs are told of a case: every step, with the dates that hold after it."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from qifu.appeals.models import Appeal
from qifu.appeals.selectors.timeline import INTERNAL
from qifu.notices.actions.events import complete, emit
from qifu.notices.models import Event
from qifu.organisations.models import Organisation


def emit_step(appeal: Appeal, step: str, *, before: str, now: datetime) -> None:
    """An event "appeal.<step>". What only offices do among themselves is not the firm's."""
    _emit(appeal, step, {"step": step, "before": before}, now=now, internal=step in INTERNAL)


def emit_due_changed(appeal: Appeal, *, old: datetime, now: datetime) -> None:
    """An event "appeal.due_changed": the day of the answer moved without a step."""
    _emit(appeal, "due_changed", {"old_due": _moment(old)}, now=now)


def complete_step(appeal: Appeal) -> None:
    """The dates that follow from a step are known only after it: write them into its event."""
    if appeal.last_event is None:
        return
    number, told = appeal.last_event
    dates = _dates(appeal)
    if dates != told:
        complete(number, dates)
        appeal.last_event = (number, dates)


def _emit(
    appeal: Appeal, what: str, more: dict[str, Any], *, now: datetime, internal: bool = False
) -> Event:
    dates = _dates(appeal)
    event = emit(
        f"appeal.{what}",
        object_kind="appeal",
        object_id=appeal.pk,
        data={
            "id": appeal.pk,
            "number": appeal.number,
            "state": appeal.state,
            "round": appeal.round,
            **more,
            **_units(appeal),
            **dates,
            "url": f"/api/v1/appeals/{appeal.pk}",
        },
        now=now,
        firm_id=appeal.enterprise_id,
        internal=internal,
    )
    appeal.last_event = (event.pk, dates)
    return event


def _units(appeal: Appeal) -> dict[str, str | None]:
    """The codes of the unit that has to act now and of the one that answers."""
    wanted = {pk for pk in (appeal.holder_id, appeal.lead_id) if pk is not None}
    found = Organisation.objects.filter(pk__in=wanted) if wanted else Organisation.objects.none()
    codes = dict(found.values_list("pk", "code"))
    return {
        "holder": codes.get(appeal.holder_id or 0),
        "lead": codes.get(appeal.lead_id or 0),
    }


def _dates(appeal: Appeal) -> dict[str, Any]:
    """The reply's due moment, and under `desk` the clock that the government side has to keep."""
    return {
        "due": _moment(appeal.due_at),
        "due_provisional": appeal.due_provisional,
        "desk": {"next_due": _moment(appeal.next_due_at), "next_clock": appeal.next_clock},
    }


def _moment(at: datetime | None) -> str | None:
    return localtime(at).isoformat(timespec="seconds") if at else None
