"""Tell people, and remember what they have read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from qifu.accounts.models import User
from qifu.notices.models import Notice


def tell(
    users: Iterable[User | int],
    template: str,
    *,
    values: Mapping[str, Any],
    now: datetime,
    link: str = "",
    organisation_id: int | None = None,
) -> list[Notice]:
    """Put one message in the inbox of each person. `values` fill the template of the pack."""
    ids = {user if isinstance(user, int) else user.pk for user in users}
    return Notice.objects.bulk_create(
        [
            Notice(
                to_id=pk,
                template=template,
                values=dict(values),
                link=link,
                organisation_id=organisation_id,
                created_at=now,
            )
            for pk in sorted(ids)
        ]
    )


def mark_read(notice: Notice, *, user: User, now: datetime) -> None:
    """The person has opened the message; the first time counts."""
    Notice.objects.filter(pk=notice.pk, to=user, read_at=None).update(read_at=now)


def mark_all_read(*, user: User, now: datetime) -> int:
    """Everything in the inbox is read; give how many were not."""
    return Notice.objects.filter(to=user, read_at=None).update(read_at=now)


def blank_value(link: str, key: str, value: str, *, instead: str) -> int:
    """Put other words in the place of a value in every message with this link; give how many."""
    if not value:
        return 0
    said = list(Notice.objects.filter(link=link, **{f"values__{key}": value}))
    for notice in said:
        notice.values = {**notice.values, key: instead}
    Notice.objects.bulk_update(said, ["values"], batch_size=500)
    return len(said)
