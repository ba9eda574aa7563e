"""Rows of the work lists: a case with its due light, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from qifu.base.city import City
from qifu.organisations.logic.values import show_value
from qifu.organisations.models import Claim, Dispute
from qifu.rulebook.calendar_days import Calendar
from qifu.web.desk.due import Light, calendar, light
from qifu.web.desk.words import fact_word
from qifu.web.words import language

# the look of a state that is no longer waiting
_TONES = {
    "submitted": ("open", "clock"),
    "open": ("open", "clock"),
    "approved": ("good", "circle-check"),
    "corrected": ("good", "circle-check"),
    "kept": ("none", "circle-minus"),
    "refused": ("bad", "circle-x"),
    "withdrawn": ("none", "circle-off"),
}


@dataclass(frozen=True)
class StateBadge:
    """A state as word, colour and icon."""

    tone: str
    icon: str
    words: str


@dataclass(frozen=True)
class ClaimRow:
    """A claim in a list; `light` only while it waits."""

    claim: Claim
    state: StateBadge
    light: Light | None
    papers: int


@dataclass(frozen=True)
class DisputeRow:
    """A dispute in a list, with both values in words."""

    dispute: Dispute
    state: StateBadge
    light: Light | None
    fact: str
    standing: str
    claimed: str


def state_badge(case: Claim | Dispute) -> StateBadge:
    """The state of a case as word, colour and icon."""
    tone, icon = _TONES[case.state]
    return StateBadge(tone, icon, str(case.get_state_display()))


def claim_light(
    claim: Claim, city: City, *, today: date, official: Calendar | None = None
) -> Light | None:
    """How a claim stands against the day by which it is answered."""
    if claim.state != "submitted":
        return None
    return light(claim.submitted_at, city.promises["claim"], today=today, official=official)


def dispute_light(
    dispute: Dispute, city: City, *, today: date, official: Calendar | None = None
) -> Light | None:
    """How a dispute stands against the day by which it is answered."""
    if dispute.state != "open":
        return None
    return light(dispute.opened_at, city.promises["dispute"], today=today, official=official)


def claim_rows(claims: Iterable[Claim], city: City, *, today: date) -> list[ClaimRow]:
    """Claims as the list shows them; `paper_count` comes with the query."""
    official = calendar()
    return [
        ClaimRow(
            claim,
            state_badge(claim),
            claim_light(claim, city, today=today, official=official),
            getattr(claim, "paper_count", 0),
        )
        for claim in claims
    ]


def dispute_rows(disputes: Iterable[Dispute], city: City, *, today: date) -> list[DisputeRow]:
    """Disputes as the list shows them."""
    official = calendar()
    return [
        DisputeRow(
            dispute,
            state_badge(dispute),
            dispute_light(dispute, city, today=today, official=official),
            fact_word(dispute.key, city),
            value_words(dispute.attribute, dispute.fact.value, city),
            value_words(dispute.attribute, dispute.claimed, city),
        )
        for dispute in disputes
    ]


def value_words(attribute: str, value: Any, city: City) -> str:
    """A value in words; as it is where the pack lost the attribute."""
    found = city.catalogue.get(attribute)
    if found is None:
        return str(value)
    return show_value(found, value, language(), catalogue=city.catalogue)
