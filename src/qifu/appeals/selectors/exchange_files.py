"""What waits between us and a partner, for the job that moves files and the command line."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from qifu.appeals.models import ExchangeConflict, ExchangeFile, ExchangeOrder, ExchangeStatus
from qifu.appeals.selectors.command_line import intake_desk
from qifu.base.city import City
from qifu.organisations.permissions import NOBODY, Actor


def exchange_desk(city: City) -> Actor:
    """The intake desk as the exchange runs it by itself; NOBODY where the city has none."""
    desk = intake_desk(city)
    if desk is NOBODY:
        return desk
    return replace(desk, may_codes=desk.may_codes | {"exchange.run"})


def file_known(partner: str, digest: str) -> ExchangeFile | None:
    """The file with these bytes that was taken in before, or None."""
    return ExchangeFile.objects.filter(partner=partner, digest=digest).first()


def unsent_files(partner: str) -> list[str]:
    """Names that statuses were given and that do not stand in the partner's folder for sure."""
    rows = ExchangeStatus.objects.filter(partner=partner, sent_at=None).exclude(file="")
    return sorted(set(rows.values_list("file", flat=True)))


def statuses_in(partner: str, file: str) -> list[dict[str, Any]]:
    """What stands in a file, in the order of its numbers."""
    rows = ExchangeStatus.objects.filter(partner=partner, file=file).order_by("number")
    return list(rows.values_list("data", flat=True))


@dataclass(frozen=True)
class Standing:
    """How the exchange with one partner stands."""

    orders: int
    conflicts: int
    files: int
    last_file: str
    last_at: datetime | None
    statuses: int
    unsent: int
    unacknowledged: int


def standing_of(partner: str) -> Standing:
    """Counts of one partner, for whoever runs the server."""
    statuses = ExchangeStatus.objects.filter(partner=partner)
    files = ExchangeFile.objects.filter(partner=partner)
    last = files.order_by("-taken_at", "-pk").first()
    return Standing(
        orders=ExchangeOrder.objects.filter(partner=partner).count(),
        conflicts=ExchangeConflict.objects.filter(order__partner=partner, state="open").count(),
        files=files.count(),
        last_file=last.name if last else "",
        last_at=last.taken_at if last else None,
        statuses=statuses.count(),
        unsent=statuses.filter(sent_at=None, acknowledged_at=None).count(),
        unacknowledged=statuses.filter(sent_at__isnull=False, acknowledged_at=None).count(),
    )
