"""Rows for the lists of the API that are not cases: for `api_lists.py`."""

from datetime import datetime, timedelta
from typing import Any

BATCH = 1_000


def grow_others(count: int, now: datetime) -> int:
    """`count` messages of each of three people, `count` orders and statuses of a hotline, `count`
    deliveries of the owner's webhook. Gives the number of the webhook."""
    from appeals_inbox import people

    from qifu.appeals.models import Appeal, ExchangeOrder, ExchangeStatus
    from qifu.base.city import current_city
    from qifu.notices.models import Delivery, Event, Notice, Webhook

    owner, intake, handler = people("owner", "intake", "handler")
    partner = next(iter(current_city().appeals.get("exchange") or [{"code": "hotline"}]))["code"]
    cases = list(Appeal.objects.exclude(number="").order_by("-pk")[:count])
    Notice.objects.bulk_create(
        [
            Notice(to=who.user, template="appeal_submitted", link=f"/desk/appeals/{case.pk}/",
                   organisation_id=who.organisation_id, values={"number": case.number},
                   created_at=now, read_at=None if n % 3 else now)
            for who in (owner, intake, handler)
            for n, case in enumerate(cases)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    ExchangeOrder.objects.bulk_create(
        [
            ExchangeOrder(partner=partner, external_id=f"B-{n}", appeal=case, received_at=now,
                          changed_at=now, content={"text": case.title})
            for n, case in enumerate(cases)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    ExchangeStatus.objects.bulk_create(
        [
            ExchangeStatus(partner=partner, appeal=case, line=10**9 + n, step="accept", at=now,
                           to_state="accepted", number=n + 1, data=_status(n + 1, case.number, now))
            for n, case in enumerate(cases)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    hook: Any = Webhook.objects.create(
        user=owner.user, membership_id=owner.membership.pk, url="https://program.test/hook",
        organisation_id=owner.organisation_id, of_firm=True, secret="", kinds=["appeal.accept"],
        created_at=now, changed_at=now,
    )  # fmt: skip
    events = Event.objects.bulk_create(
        [
            Event(kind="appeal.accept", object_kind="appeal", object_id=f"B{case.pk}", sequence=1,
                  open_sequence=1, at=now, spread_at=now, data={"number": case.number})
            for case in cases
        ],
        batch_size=BATCH,
    )  # fmt: skip
    Delivery.objects.bulk_create(
        [
            Delivery(webhook=hook, event=one, object_kind="appeal", object_id=one.object_id,
                     state="sent", attempts=1, next_at=now, made_at=now - timedelta(minutes=n))
            for n, one in enumerate(events)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    return int(hook.pk)


def _status(number: int, case: str, now: datetime) -> dict[str, Any]:
    """What a partner is told of a step."""
    return {
        "number": number, "external_id": f"B-{number}", "case": case, "step": "accept",
        "words": {"zh": "受理", "en": "Accept"}, "state": "accepted",
        "state_words": {"zh": "已受理", "en": "Accepted"}, "at": now.isoformat(), "due": None,
    }  # fmt: skip
