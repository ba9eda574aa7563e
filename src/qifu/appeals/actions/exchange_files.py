"""What is kept of the files of a partner: which came in, which statuses stand in which file."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from qifu.appeals.actions.statuses import exchange_city, number_statuses
from qifu.appeals.models import ExchangeFile, ExchangeStatus
from qifu.organisations.permissions import Actor

MOST_IN_A_FILE = 1_000


def record_file(
    partner: str,
    *,
    actor: Actor,
    now: datetime,
    name: str,
    digest: str,
    counts: Mapping[str, int],
    problem: str = "",
) -> ExchangeFile:
    """A file was taken in whole; said again it is the one that is there."""
    exchange_city(actor, partner)
    row, _made = ExchangeFile.objects.get_or_create(
        partner=partner,
        digest=digest,
        defaults={
            "name": name[:200], "taken_at": now, "counts": dict(counts), "problem": problem[:500],
        },
    )  # fmt: skip
    return row


def claim_statuses(partner: str, *, actor: Actor, most: int = MOST_IN_A_FILE) -> str:
    """Give the next statuses the name of their file; empty where nothing waits.

    The name says which numbers stand in it, so a file written again is the same file.
    """
    exchange_city(actor, partner)
    number_statuses(partner)
    with transaction.atomic():
        free = ExchangeStatus.objects.filter(partner=partner, file="", number__isnull=False)
        numbers = list(free.order_by("number").values_list("number", flat=True)[:most])
        if not numbers:
            return ""
        name = f"statuses-{numbers[0]:09d}-{numbers[-1]:09d}.jsonl"
        part = free.filter(number__gte=numbers[0], number__lte=numbers[-1])
        if part.update(file=name) != len(numbers):
            # another worker named some of them meanwhile: the next round sees what is left
            transaction.set_rollback(True)
            return ""
    return name


def mark_sent(partner: str, file: str, *, actor: Actor, now: datetime) -> int:
    """The file stands in the partner's folder; how many statuses went with it."""
    exchange_city(actor, partner)
    rows = ExchangeStatus.objects.filter(partner=partner, file=file, sent_at=None)
    return rows.update(sent_at=now)
