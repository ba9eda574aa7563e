"""The library: which policies there are, and the version of each that counts on a day."""

from datetime import date, timedelta
from functools import lru_cache

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from qifu.base.city import City, city_of_load
from qifu.organisations.permissions import Actor
from qifu.policies.models import PolicyVersion
from qifu.policies.permissions import may_edit_policies
from qifu.rulebook.codes import strip_region
from qifu.rulebook.policy import Policy, parse_policy

CLOSING_SOON = timedelta(days=14)
ORDERS = ("closes", "amount", "newest")


def published_versions(on: date) -> QuerySet[PolicyVersion]:
    """The version in force of every published policy on a day."""
    in_force = PolicyVersion.objects.filter(
        Q(effective_from=None) | Q(effective_from__lte=on),
        Q(effective_to=None) | Q(effective_to__gte=on),
        state="published",
    )
    newer = in_force.filter(policy_id=OuterRef("policy_id"), version__gt=OuterRef("version"))
    return in_force.filter(~Exists(newer))


def status_of(version: PolicyVersion, on: date) -> str:
    """not_yet, open, closing_soon, closed or always: what the window says on a day."""
    if version.opens is None and version.closes is None:
        return "always"
    if version.opens and on < version.opens:
        return "not_yet"
    if version.closes is None:
        return "open"
    if on > version.closes:
        return "closed"
    return "closing_soon" if version.closes - on <= CLOSING_SOON else "open"


def _with_status(status: str, on: date) -> Q:
    began = Q(opens=None) | Q(opens__lte=on)
    conditions = {
        "always": Q(opens=None, closes=None),
        "not_yet": Q(opens__gt=on),
        "closed": Q(closes__lt=on),
        "open": began & (Q(closes__gte=on) | (Q(closes=None) & ~Q(opens=None))),
        "closing_soon": began & Q(closes__gte=on, closes__lte=on + CLOSING_SOON),
    }
    return conditions.get(status, Q())


def library(
    actor: Actor,
    *,
    on: date,
    text: str = "",
    kind: str = "",
    level: str = "",
    region: str = "",
    benefit: str = "",
    status: str = "",
    order: str = "closes",
) -> QuerySet[PolicyVersion]:
    """Published policies in force, for everybody, signed in or not.

    `text`: every word must occur. `region`: policies of that area, of the areas above it and
    of those within it. `order`: by days left (open first), by money, or newest first.
    """
    found = published_versions(on)
    for word in text.split()[:8]:
        found = found.filter(search_text__icontains=word)
    if kind:
        found = found.filter(kind=kind)
    if level:
        found = found.filter(level=level)
    if benefit:
        found = found.filter(benefit=benefit)
    if region:
        code = strip_region(region)
        above = [code[:length] for length in (2, 4) if length < len(code)]
        found = found.filter(
            Q(region="") | Q(region="100000") | Q(region__startswith=code) | Q(region__in=above)
        )
    if status:
        found = found.filter(_with_status(status, on))
    if order == "amount":
        return found.order_by(F("amount_cap").desc(nulls_last=True), "policy_id")
    if order == "newest":
        return found.order_by("-recorded_at", "-effective_from", "policy_id")
    rank = Case(
        When(closes__lt=on, then=Value(3)),
        When(opens__gt=on, then=Value(2)),
        When(closes=None, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    return found.alias(rank=rank).order_by("rank", "closes", "opens", "policy_id")


def policy_for(
    actor: Actor, policy_id: str, version: int | None = None, *, on: date
) -> PolicyVersion:
    """One policy: the version in force, or the one asked for; else PolicyVersion.DoesNotExist.

    Withdrawn versions are for policy officers only.
    """
    if version is None:
        found = published_versions(on).filter(policy_id=policy_id).first()
        if found is None:  # not in force now: the newest published one, so that old links work
            published = PolicyVersion.objects.filter(policy_id=policy_id, state="published")
            found = published.order_by("-version").first()
        if found is None:
            raise PolicyVersion.DoesNotExist
        return found
    versions = versions_of(actor, policy_id)
    return versions.get(version=version)


def apart_from(policy_id: str, *, on: date, city: City) -> list[PolicyVersion]:
    """The policies in force that cannot be claimed with this one, whichever of the two says so."""
    light = published_versions(on).defer("document", "search_text")
    versions = {version.policy_id: version for version in light}
    told = {key: programme(version, city).excludes for key, version in versions.items()}
    named = set(told.get(policy_id, ()))
    named |= {key for key, others in told.items() if policy_id in others}
    return [versions[key] for key in sorted(named) if key in versions and key != policy_id]


def versions_of(actor: Actor, policy_id: str) -> QuerySet[PolicyVersion]:
    """All versions of a policy that one may see, newest first."""
    versions = PolicyVersion.objects.filter(policy_id=policy_id).order_by("-version")
    return versions if may_edit_policies(actor) else versions.filter(state="published")


@lru_cache(maxsize=20_000)
def _parsed(version_pk: int, load_id: int) -> Policy:
    document = PolicyVersion.objects.values_list("document", flat=True).get(pk=version_pk)
    return parse_policy(document, city_of_load(load_id).catalogue)


def programme(version: PolicyVersion, city: City) -> Policy:
    """The policy as the rulebook reads it, parsed once a process: versions never change."""
    return _parsed(version.pk, city.load_id)


def programmes(pks: list[int], city: City) -> list[Policy]:
    """Many at once, in the order of the numbers."""
    return [_parsed(pk, city.load_id) for pk in pks]
