"""The library: which policies there are, and the version of each that counts on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, reduce
from operator import or_

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from qifu.base.city import City, city_of_load
from qifu.knowledge.logic.numbers import document_number
from qifu.knowledge.selectors import best_things, every_thing
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.policies.models import PolicyVersion
from qifu.policies.permissions import may_edit_policies
from qifu.rulebook.codes import strip_region
from qifu.rulebook.policy import Policy, parse_policy
from qifu.rulebook.report import Prepared
from qifu.rulebook.values import Shared

CLOSING_SOON = timedelta(days=14)
ORDERS = ("closes", "amount", "newest")
AT_ONCE = 500
# firms from whom the order of questions learns how likely conditions are met
SAMPLE = 200
# so many of what fits a text best are put in front of the others
BEST = 100


def _begun(on: date) -> QuerySet[PolicyVersion]:
    began = Q(effective_from=None) | Q(effective_from__lte=on)
    return PolicyVersion.objects.filter(began, state="published")


def published_versions(on: date) -> QuerySet[PolicyVersion]:
    """The version in force of every published policy on a day."""
    in_force = _begun(on).filter(Q(effective_to=None) | Q(effective_to__gte=on))
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

    `text`: every word must occur, as it is written, as a synonym, or as it was meant (`meant`).
    `region`: policies of that area, of the areas above it and of those within it. `order`: by days
    left (open first), by money, or newest first.
    """
    found = published_versions(on)
    if text.strip():
        found = found.filter(_asked(text, on)[0])
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
    return by_days_left(found, on)


def by_days_left(found: QuerySet[PolicyVersion], on: date) -> QuerySet[PolicyVersion]:
    """Open ones first, the next to close at the top; then those to come, then the closed."""
    rank = Case(
        When(closes__lt=on, then=Value(3)),
        When(opens__gt=on, then=Value(2)),
        When(closes=None, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    return found.alias(rank=rank).order_by("rank", "closes", "opens", "policy_id")


def meant(text: str, *, on: date) -> str:
    """The words that the library looks for instead of those typed; empty where it is these."""
    return _asked(text, on)[1] if text.strip() else ""


@dataclass(frozen=True)
class FoundPolicies:
    """The first of what was found, of `count`; the words to mark; `mended` as `meant` says."""

    versions: list[PolicyVersion]
    count: int
    words: list[str]
    mended: str = ""


def find_policies(actor: Actor, text: str, *, on: date, most: int) -> FoundPolicies:
    """What `library` finds for a text: first what fits it best, then the others by days left.

    The texts for searching are not loaded.
    """
    asked, mended = _asked(text, on)
    found = by_days_left(published_versions(on).filter(asked), on)
    numbers = list(found.values_list("pk", flat=True))
    best = best_things("policy", mended or text, on=on, most=BEST) if numbers else None
    words = text.split()
    if best and not best.mended:  # else they are other words than those that were found
        place = {number: at for at, number in enumerate(best.numbers)}
        numbers.sort(key=lambda number: place.get(number, len(place)))
        words = best.words if mended else [*words, *best.words]
    shown = PolicyVersion.objects.defer("search_text").in_bulk(numbers[:most])
    return FoundPolicies([shown[number] for number in numbers[:most]], len(numbers), words, mended)


def policies_numbered(actor: Actor, text: str, *, on: date, most: int = 3) -> list[PolicyVersion]:
    """The policies that a number names: their own (SZD-2026-001), or that of the document which
    they rest on (财税〔2015〕119号). The version that `policy_for` gives.

    Nothing, and no query, for a text that has no digit or has two words.
    """
    typed = text.strip()
    if not any(sign.isdecimal() for sign in typed) or "\x00" in typed:
        return []
    if named := [Q(search_text__contains=number) for number in document_number(typed)]:
        found = published_versions(on).filter(reduce(or_, named)).defer("document", "search_text")
        return list(found.order_by("policy_id")[:most])
    if len(typed.split()) > 1:
        return []
    known = PolicyVersion.objects.filter(policy_id__iexact=typed, state="published")
    ident = known.order_by("policy_id").values_list("policy_id", flat=True).first()
    return [policy_for(actor, ident, on=on)] if ident else []


def _asked(text: str, on: date) -> tuple[Q, str]:
    """What holds the text, by its letters or by the index; and what was meant where nothing does.

    By letters too: somebody who is still typing has only half a word.
    """
    letters = Q()
    for word in text.replace("\x00", "").split()[:8]:
        letters &= Q(search_text__icontains=word)
    held = every_thing("policy", text, on=on)
    if held.mended and published_versions(on).filter(letters).exists():
        return letters, ""
    return letters | Q(pk__in=held.numbers), held.mended


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
    named = ready(on, city).apart.get(policy_id, ())
    light = published_versions(on).filter(policy_id__in=named).defer("document", "search_text")
    return list(light.order_by("policy_id"))


def versions_of(actor: Actor, policy_id: str) -> QuerySet[PolicyVersion]:
    """All versions of a policy that one may see, newest first."""
    versions = PolicyVersion.objects.filter(policy_id=policy_id).order_by("-version")
    return versions if may_edit_policies(actor) else versions.filter(state="published")


@lru_cache(maxsize=4)
def _read(load_id: int) -> dict[int, Policy]:
    """The versions that this process has read with the catalogue of a load, by their number."""
    return {}


def programme(version: PolicyVersion, city: City) -> Policy:
    """The policy as the rulebook reads it, parsed once a process: versions never change."""
    return programmes([version.pk], city)[0]


def programmes(pks: Sequence[int], city: City) -> list[Policy]:
    """Many at once, in the order of the numbers; PolicyVersion.DoesNotExist where one is gone."""
    read = _read(city.load_id)
    missing = [pk for pk in pks if pk not in read]
    shared: Shared = {}
    for begin in range(0, len(missing), AT_ONCE):
        chunk = PolicyVersion.objects.filter(pk__in=missing[begin : begin + AT_ONCE])
        for pk, document in chunk.values_list("pk", "document"):
            read[pk] = parse_policy(document, city.catalogue, shared=shared)
    try:
        return [read[pk] for pk in pks]
    except KeyError as error:
        raise PolicyVersion.DoesNotExist(f"policy version {error}") from None


def in_force(on: date) -> dict[str, int]:
    """The number of the version of every policy that counts on a day."""
    return dict(published_versions(on).order_by("policy_id").values_list("policy_id", "pk"))


def versions_by_number(versions: Mapping[str, int]) -> list[int]:
    """The rows of these versions, by id and number; of those that there are."""
    rows = PolicyVersion.objects.values_list("pk", "policy_id", "version").order_by("policy_id")
    return [pk for pk, ident, number in rows if versions.get(ident) == number]


def ready(on: date, city: City) -> Prepared:
    """The policies in force on a day, prepared for reports; kept until the library changes.

    Judged by the open catalogue: an amount that nothing but a bound of a fact would cap has no
    upper end here, so that no page promises it.
    """
    # Which versions there are that day, told by three numbers out of an index: no page reads
    # 14,000 rows for it. When a version ends stands in the version, which never changes.
    state = _begun(on).aggregate(
        number=Count("pk"), total=Sum("pk"), squares=Sum(F("pk") * F("pk"))
    )
    return _ready(on, city.load_id, tuple(state.values()))


@lru_cache(maxsize=4)
def _ready(on: date, load_id: int, state: tuple[int | None, ...]) -> Prepared:
    city = city_of_load(load_id)
    pks = published_versions(on).order_by("policy_id").values_list("pk", flat=True)
    prepared = Prepared(
        programmes(list(pks), city), city.open_catalogue, as_of=on, derived=city.derived
    )
    sample = list(Enterprise.objects.order_by("-pk").values_list("facts", flat=True)[:SAMPLE])
    # a handful of firms says nothing about the others
    if len(sample) == SAMPLE:
        prepared.learn(city.with_derived(facts, as_of=on)[0] for facts in sample)
    return prepared
