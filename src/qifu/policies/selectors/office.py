"""The library as those who keep it see it: every policy, in force or not, with its versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models import Value as V

from qifu.base.city import City, current_city
from qifu.base.ports import Reached, reach_sources
from qifu.organisations.permissions import Actor
from qifu.policies.models import PolicyVersion
from qifu.policies.permissions import may_edit_policies, may_see_reach
from qifu.policies.selectors.library import (
    by_days_left,
    programmes,
    published_versions,
    versions_of,
)
from qifu.rulebook.check import lint
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import ERROR, Finding
from qifu.rulebook.policy import Policy, read_policies

OFFICE_ORDERS = ("closes", "title", "newest", "versions", "amount")
LIVES = ("in_force", "not_yet", "ended", "withdrawn")


def office_library(
    actor: Actor, *, on: date, text: str = "", life: str = "", order: str = "closes"
) -> QuerySet[PolicyVersion]:
    """Every policy once, as its version in force or else its newest; none for other roles.

    `life` narrows to those in force, not yet in force, ended or withdrawn; rows carry it as
    `life`, and how many versions there are as `versions`.
    """
    if not may_edit_policies(actor):
        return PolicyVersion.objects.none()
    same = PolicyVersion.objects.filter(policy_id=OuterRef("policy_id")).order_by()
    counts = published_versions(on).filter(policy_id=OuterRef("policy_id"))
    current = published_versions(on).filter(pk=OuterRef("pk"))
    newer = same.filter(version__gt=OuterRef("version"))
    number = same.values("policy_id").annotate(number=Count("pk")).values("number")
    found = PolicyVersion.objects.annotate(
        current=Exists(current), versions=Subquery(number, output_field=IntegerField())
    ).filter(Q(current=True) | (~Exists(counts) & ~Exists(newer)))
    found = found.annotate(
        life=Case(
            When(current=True, then=V("in_force")),
            When(state="withdrawn", then=V("withdrawn")),
            When(effective_from__gt=on, then=V("not_yet")),
            default=V("ended"),
        )
    )
    for word in text.split()[:8]:
        found = found.filter(Q(search_text__icontains=word) | Q(policy_id__icontains=word))
    if life in LIVES:
        found = found.filter(life=life)
    orders: dict[str, tuple[Any, ...]] = {
        "title": ("title", "policy_id"),
        "newest": ("-recorded_at", "policy_id"),
        "versions": ("-versions", "policy_id"),
        "amount": (F("amount_cap").desc(nulls_last=True), "policy_id"),
    }
    return found.order_by(*orders[order]) if order in orders else by_days_left(found, on)


@dataclass(frozen=True)
class Pasted:
    """A policy that is being written; None where `errors` leave nothing that could be tried."""

    policy: Policy | None
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def read_pasted(documents: Sequence[Document], city: City, *, on: date) -> Pasted:
    """The one policy in the documents, with everything that is wrong or looks like a mistake.

    What it refers to may be any policy of the library.
    """
    if len(documents) != 1:
        wrong = Finding(
            "count", "", "must hold one policy", len(documents), "1", zh="一次只能看一份政策。"
        )
        return Pasted(None, (wrong,), ())
    read, errors = read_policies(documents, city.catalogue)
    if errors:
        return Pasted(None, errors, ())
    others = PolicyVersion.objects.values_list("policy_id", flat=True).distinct()
    beside = [Document({"id": other}) for other in others]
    found = lint(read, [*documents, *beside], city.catalogue, on=on, derived=city.derived)
    return Pasted(
        read[0],
        tuple(one for one in found if one.severity == ERROR),
        tuple(one for one in found if one.severity != ERROR),
    )


def version_before(actor: Actor, policy: Policy, *, on: date) -> PolicyVersion | None:
    """What a policy is compared with: the version in force, or for that one the one before it."""
    versions = versions_of(actor, policy.id)
    in_force = published_versions(on).filter(policy_id=policy.id).first()
    if in_force is not None and in_force.version != policy.version:
        return in_force
    return versions.filter(version__lt=policy.version).first()


@dataclass(frozen=True)
class Reaches:
    """How many firms each of some versions reaches, by their numbers; `as_of` the oldest count."""

    as_of: date | None
    by_version: Mapping[int, Reached]


def reaches_of(actor: Actor, versions: Sequence[PolicyVersion]) -> Reaches:
    """How many firms the rows of a list reach, in one query; what is not counted is not there."""
    counted: dict[int, Reached] = {}
    days: list[date] = []
    if may_see_reach(actor) and reach_sources.names() and versions:
        city, source = current_city(), reach_sources.get(reach_sources.names()[0])
        read = programmes([one.pk for one in versions], city)
        for one, policy in zip(versions, read, strict=True):
            told = source.reach(policy, city.catalogue, city.facts_stamp)
            if told is not None:
                days.append(told.as_of)
                counted[one.pk] = told.reached
    return Reaches(min(days, default=None), counted)
