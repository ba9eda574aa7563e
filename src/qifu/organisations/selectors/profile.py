"""The profile of an enterprise: every fact with value, year, source and day, as one may see it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from qifu.base.city import City, current_city
from qifu.organisations.logic.ranking import standing
from qifu.organisations.models import Consent, Dispute, Enterprise, Fact
from qifu.organisations.permissions import Actor, acts_for, may_see_attribute, may_view
from qifu.rulebook.catalogue import Attribute

SELF = "self"


@dataclass(frozen=True)
class ProfileRow:
    """One fact on the page. `hidden`: there may be a value, but this reader may not see it."""

    attribute: Attribute
    period: str
    value: Any = None
    source: str = ""
    as_of: date | None = None
    others: tuple[Fact, ...] = ()
    hidden: bool = False
    derived_from: tuple[str, ...] = ()
    dispute: Dispute | None = None
    self_fact: Fact | None = None

    @property
    def key(self) -> str:
        return f"{self.attribute.name}@{self.period}" if self.period else self.attribute.name

    @property
    def known(self) -> bool:
        return self.value is not None


@dataclass(frozen=True)
class ProfileGroup:
    """A group of the catalogue with its rows, in the catalogue's order."""

    code: str
    name: Mapping[str, str]
    rows: list[ProfileRow] = field(default_factory=list)

    @property
    def known(self) -> int:
        return sum(1 for row in self.rows if row.known)


def consented_groups(actor: Actor, enterprise: Enterprise, *, on: date) -> frozenset[str]:
    """The groups of facts that the firm lets the actor's unit see on that day."""
    if not actor.is_unit:
        return frozenset()
    live = Consent.objects.filter(
        enterprise=enterprise,
        unit_id=actor.organisation_id,
        revoked_at=None,
        until__gte=on,
    )
    return frozenset(code for groups in live.values_list("groups", flat=True) for code in groups)


def _visible(actor: Actor, enterprise: Enterprise, city: City, *, on: date) -> dict[str, Attribute]:
    consented = consented_groups(actor, enterprise, on=on)
    return {
        attribute.name: attribute
        for attribute in city.catalogue
        if may_see_attribute(actor, enterprise, attribute, consented)
    }


def facts_seen(actor: Actor, enterprise: Enterprise, *, on: date) -> dict[str, Any]:
    """The flat view of a firm's facts with derived ones, only what this actor may see.

    What follows from a hidden fact is hidden too.
    """
    if not may_view(actor, enterprise):
        return {}
    city = current_city()
    facts, provenance = city.with_derived(enterprise.facts, as_of=on)
    return _shown(facts, provenance, _visible(actor, enterprise, city, on=on))


def _shown(
    facts: Mapping[str, Any],
    provenance: Mapping[str, tuple[str, ...]],
    visible: Mapping[str, Attribute],
) -> dict[str, Any]:
    """The facts of visible attributes, without those that follow from a hidden one."""

    def shown(key: str) -> bool:
        if key.partition("@")[0] not in visible:
            return False
        return all(shown(basis) for basis in provenance.get(key, ()))

    return {key: value for key, value in facts.items() if shown(key)}


def _periods(attribute: Attribute, found: set[str], on: date) -> list[str]:
    if not attribute.period:
        return [""]
    usual = {str(on.year - 1), str(on.year - 2)}
    return sorted(found | usual, reverse=True)


def profile_of(actor: Actor, enterprise: Enterprise, *, on: date) -> list[ProfileGroup]:
    """All attributes of the catalogue in their groups; unknown ones are there, and say so.

    Four queries whatever the number of facts.
    """
    if not may_view(actor, enterprise):
        return []
    city = current_city()
    visible = _visible(actor, enterprise, city, on=on)
    facts, provenance = city.with_derived(enterprise.facts, as_of=on)
    seen = _shown(facts, provenance, visible)
    rows: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in Fact.objects.filter(enterprise=enterprise, attribute__in=visible):
        rows[fact.attribute, fact.period].append(fact)
    disputes = {}
    if acts_for(actor, enterprise) or actor.may("disputes.settle"):
        disputes = {
            (d.attribute, d.period): d
            for d in Dispute.objects.filter(enterprise=enterprise, state="open")
        }
    groups = {code: ProfileGroup(code, name) for code, name in city.groups.items()}
    for attribute in city.catalogue:
        group = groups.setdefault(
            attribute.group, ProfileGroup(attribute.group, {"zh": "其他", "en": "Other"})
        )
        if attribute.name not in visible:
            group.rows.append(ProfileRow(attribute, "", hidden=True))
            continue
        found = {period for name, period in rows if name == attribute.name}
        found |= {key.partition("@")[2] for key in seen if key.startswith(attribute.name + "@")}
        for period in _periods(attribute, found, on):
            group.rows.append(
                _row(
                    city,
                    attribute,
                    period,
                    rows[attribute.name, period],
                    seen,
                    provenance,
                    disputes,
                )
            )
    return [group for group in groups.values() if group.rows]


def _row(
    city: City,
    attribute: Attribute,
    period: str,
    statements: list[Fact],
    seen: Mapping[str, Any],
    provenance: Mapping[str, tuple[str, ...]],
    disputes: Mapping[tuple[str, str], Dispute],
) -> ProfileRow:
    ranked = standing(statements, attribute, city.catalogue)
    best = ranked[0] if ranked else None
    key = f"{attribute.name}@{period}" if period else attribute.name
    own = [fact for fact in statements if fact.source == SELF]
    newest_own = max(own, key=lambda fact: fact.pk) if own else None
    return ProfileRow(
        attribute=attribute,
        period=period,
        value=best.value if best else seen.get(key),
        source=best.source if best else ("derived" if seen.get(key) is not None else ""),
        as_of=best.as_of if best else None,
        others=tuple(ranked[1:]),
        derived_from=() if best else tuple(provenance.get(key, ())),
        dispute=disputes.get((attribute.name, period)),
        self_fact=newest_own,
    )


def fact_history(actor: Actor, enterprise: Enterprise, attribute: str, *, on: date) -> list[Fact]:
    """Every statement about one attribute, newest first, if the actor may see it."""
    if not may_view(actor, enterprise):
        return []
    if attribute not in _visible(actor, enterprise, current_city(), on=on):
        return []
    facts = Fact.objects.filter(enterprise=enterprise, attribute=attribute)
    return list(facts.order_by("-period", "-pk"))
