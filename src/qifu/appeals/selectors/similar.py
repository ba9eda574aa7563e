"""Earlier cases with the same or a similar text: the firm's own first, then those of others."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from qifu.appeals.models import Appeal, TextBand
from qifu.appeals.selectors.visible import appeals_visible_to
from qifu.appeals.states import FORGOTTEN, OPEN, State
from qifu.base.city import City, current_city
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.textmine import repeats

REPEAT_DAYS: Final = 90
# how many texts are compared at most, the newest first: of the firm, and of others
MOST_COMPARED: Final = 100


@dataclass(frozen=True)
class Similar:
    """An earlier case, how much the texts share (0 to 1), and what this one is to it: same_case,
    after_closure, new_facts (of the same firm), other_firm."""

    appeal: Appeal
    score: float
    kind: str


def similar_cases(
    actor: Actor,
    about: Appeal | str,
    *,
    now: datetime,
    enterprise: Enterprise | None = None,
    most: int = 8,
) -> list[Similar]:
    """Cases of the last `repeat_days` of the pack that this one may repeat, the closest first.

    `about` is a case (only earlier ones are compared) or a text with the firm that writes it. The
    firm's own cases are all compared, those of others where a band of their text is the same.
    Only cases that the actor may see, and never a draft.
    """
    text, firm, requester = _asked(about, enterprise)
    if not text.strip():
        return []
    earlier = _earlier(actor, about, now)
    own = earlier.filter(Q(enterprise_id=firm) if firm else Q(enterprise=None, requester=requester))
    known = list(own[:MOST_COMPARED]) if firm or requester else []
    values = list(repeats.bands(text))
    alike = TextBand.objects.filter(value__in=values).values("appeal_id")
    others = earlier.filter(pk__in=alike).exclude(pk__in=[row.pk for row in known])
    found = []
    for row in [*known, *others[:MOST_COMPARED]]:
        same = row.enterprise_id == firm if firm else bool(requester) and _by(row, requester)
        score = repeats.similarity(text, row.text)
        kind = repeats.kind_of(
            same_firm=same,
            score=score,
            new_text=text,
            old_text=row.text,
            old_closed=row.state not in OPEN,
        )
        if kind is not None:
            found.append(Similar(row, score, kind))
    return sorted(found, key=_closest)[:most]


def repeat_days(city: City) -> int:
    """Within how many days the same demand is a repeat."""
    return int(city.appeals.get("repeat_days", REPEAT_DAYS))


def _asked(about: Appeal | str, enterprise: Enterprise | None) -> tuple[str, int | None, str]:
    if isinstance(about, Appeal):
        requester = "" if about.requester == FORGOTTEN else about.requester
        return about.text, about.enterprise_id, requester
    return about, enterprise.pk if enterprise else None, ""


def _earlier(actor: Actor, about: Appeal | str, now: datetime) -> QuerySet[Appeal]:
    """What was submitted before, newest first, with what a row shows."""
    before = about.submitted_at if isinstance(about, Appeal) else None
    until = before or now
    rows = appeals_visible_to(actor).exclude(state=State.DRAFT)
    rows = rows.filter(
        submitted_at__lte=until,
        submitted_at__gte=until - timedelta(days=repeat_days(current_city())),
    )
    if isinstance(about, Appeal):
        rows = rows.exclude(pk=about.pk).exclude(submitted_at=until, pk__gt=about.pk)
        # parts of one demand, and one that was merged, are not repeats of each other
        rows = rows.exclude(parent=about).exclude(merged_into=about)
        if about.parent_id:
            rows = rows.exclude(pk=about.parent_id)
    return rows.select_related("enterprise__organisation", "lead__organisation").order_by(
        "-submitted_at", "-pk"
    )


def _by(row: Appeal, requester: str) -> bool:
    return row.enterprise_id is None and row.requester == requester


def _closest(one: Similar) -> tuple[bool, float, int]:
    return one.kind == "other_firm", -one.score, -one.appeal.pk
