"""Whom a policy reaches in the whole city: how many, and by name where the reader may see why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from qifu.base.city import City, current_city
from qifu.base.ports import Reached, reach_sources
from qifu.organisations.models import Consent, Enterprise
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import enterprises_visible_to
from qifu.policies.models import PolicyVersion
from qifu.policies.permissions import may_see_reach, may_see_reached
from qifu.policies.selectors.library import policy_for, programme
from qifu.rulebook.catalogue import Attribute
from qifu.rulebook.policy import Policy

WHICH = ("eligible", "maybe", "near")
PAGE = 50


@dataclass(frozen=True)
class PolicyReach:
    """How many firms a version reaches, as the live index had it on a day.

    `since`: what the version changed when it came, where that is known (base.ports.CityReach).
    `named`: whether this reader may be shown which firms: somebody who could look up each of the
    facts that decide. Of facts that need consent, only firms that gave it are shown.
    """

    version: PolicyVersion
    as_of: date
    eligible: int
    maybe: int
    near: int
    since: Mapping[str, Any] | None
    named: bool
    reached: Reached = field(repr=False)
    groups: frozenset[str] = field(repr=False, default=frozenset())


@dataclass(frozen=True)
class ReachedFirms:
    """One page of firms, `total` over all pages."""

    firms: Sequence[Enterprise]
    total: int
    page: int
    pages: int


def reach_of(
    actor: Actor, policy_id: str, version: int | None = None, *, on: date
) -> PolicyReach | None:
    """Whom a policy reaches; None for who may not know, and while it is not known.

    PolicyVersion.DoesNotExist for a version that is not there, or not for this actor.
    """
    if not may_see_reach(actor) or not reach_sources.names():
        return None
    found, city = policy_for(actor, policy_id, version, on=on), current_city()
    policy = programme(found, city)
    told = reach_sources.get(reach_sources.names()[0]).reach(
        policy, city.catalogue, city.facts_stamp
    )
    if told is None:
        return None
    reached = told.reached
    groups = _groups_to_consent(actor, _read_by(policy, city))
    return PolicyReach(
        found, told.as_of, reached.eligible, reached.maybe, reached.near, told.since,
        named=may_see_reached(actor) and groups is not None,
        reached=reached, groups=groups or frozenset(),
    )  # fmt: skip


def firms_reached(
    actor: Actor, reach: PolicyReach, which: str, *, page: int = 1, on: date
) -> ReachedFirms:
    """The firms that are eligible, maybe or near, a page of them; none for who may not see them."""
    if which not in WHICH or not (reach.named and may_see_reached(actor)):
        return ReachedFirms((), 0, 1, 1)
    ids = [int(number) for number in reach.reached.ids(which)]
    if reach.groups:
        agreed = _agreed(actor, reach.groups, on)
        ids = [number for number in ids if number in agreed]
    pages = max(1, -(-len(ids) // PAGE))
    page = min(max(page, 1), pages)
    wanted = ids[(page - 1) * PAGE : page * PAGE]
    by_pk = {firm.pk: firm for firm in enterprises_visible_to(actor).filter(pk__in=wanted)}
    return ReachedFirms([by_pk[pk] for pk in wanted if pk in by_pk], len(ids), page, pages)


def _read_by(policy: Policy, city: City) -> list[Attribute]:
    """The attributes that its conditions read, and those that these follow from."""
    rules = {rule.attribute.name: rule for rule in city.derived}
    found: dict[str, Attribute] = {}
    waiting = [atom.attribute.name for group in policy.groups for atom in group.atoms()]
    while waiting:
        name = waiting.pop()
        attribute = city.catalogue.get(name)
        if name in found or attribute is None:
            continue
        found[name] = attribute
        if name in rules:
            waiting += rules[name].reads
    return list(found.values())


def _groups_to_consent(actor: Actor, read: Collection[Attribute]) -> frozenset[str] | None:
    """The groups of facts that a firm must let the actor see; None where none would be enough."""
    needed = {
        "public": "facts.view_public",
        "government": "facts.view_government",
        "consent": "facts.view_consented",
    }
    if not all(actor.may(needed[attribute.visibility]) for attribute in read):
        return None
    return frozenset(one.group for one in read if one.visibility == "consent")


def _agreed(actor: Actor, groups: frozenset[str], on: date) -> set[int]:
    """The firms that let the actor's unit see all these groups on a day."""
    live = Consent.objects.filter(unit_id=actor.organisation_id, revoked_at=None, until__gte=on)
    given: dict[int, set[str]] = {}
    for firm, some in live.values_list("enterprise_id", "groups"):
        given.setdefault(firm, set()).update(some)
    return {firm for firm, some in given.items() if groups <= some}
