"""Policies come in from a city pack: new versions are added, old ones stay for ever."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.base import outbox
from qifu.base.city import City
from qifu.base.errors import Conflict
from qifu.notices.actions.events import emit
from qifu.organisations.models import Membership
from qifu.policies.actions.searching import index_policies
from qifu.policies.models import MatchMemory, PolicyDraft, PolicyVersion
from qifu.policies.selectors.library import in_force
from qifu.rulebook.policy import Policy, parse_policy


def _words(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)


def _cap(policy: Policy, city: City, now: datetime) -> Decimal | None:
    """The most that anybody can get: the amount when nothing is known; None where it is open."""
    if policy.amount is None:
        return None
    on = policy.effective_from or localdate(now)
    return policy.amount.evaluate({}, city.open_catalogue, as_of=on).high


def _row(policy: Policy, document: Mapping[str, Any], city: City, now: datetime) -> PolicyVersion:
    card = document.get("card") or {}
    region = str(policy.region or "")
    tree = city.catalogue.trees["region"]
    cap = _cap(policy, city, now)
    return PolicyVersion(
        policy_id=policy.id,
        version=policy.version,
        document=dict(document),
        title=policy.title,
        title_en=policy.title_en or "",
        region=tree.normalise(region) if region and tree.has(region) else region,
        benefit=policy.benefit or "",
        kind=str(card.get("kind", "")),
        level=str(card.get("level", "")),
        unit_code=str(card.get("unit", "")),
        effective_from=policy.effective_from,
        effective_to=policy.effective_to,
        opens=policy.opens,
        closes=policy.closes,
        amount_cap=cap if cap is None or cap < Decimal(10) ** 18 else None,
        search_text="\n".join([policy.title, policy.title_en or "", *_words(card)]),
        recorded_at=now,
    )


@transaction.atomic
def load_policies(
    documents: Iterable[Mapping[str, Any]], *, city: City, now: datetime
) -> dict[str, int]:
    """Add versions that are not there yet; give counts {added, same, withdrawn, back}.

    A version is immutable: the same number with another content is refused, name by name.
    A policy that the pack no longer has is withdrawn, not deleted; so is a version that is newer
    than the newest of the pack, which is how an earlier load comes back. What officers published
    from a draft stays.
    """
    counts = {"added": 0, "same": 0, "withdrawn": 0, "back": 0}
    before = in_force(localdate(now))
    known = {(row.policy_id, row.version): row for row in PolicyVersion.objects.all()}
    seen: set[tuple[str, int]] = set()
    added: list[PolicyVersion] = []
    changed: list[str] = []
    for document in documents:
        policy = parse_policy(document, city.catalogue)
        key = (policy.id, policy.version)
        seen.add(key)
        there = known.get(key)
        if there is None:
            added.append(_row(policy, document, city, now))
        elif there.document != document:
            changed.append(f"{policy.id} v{policy.version}")
        elif there.state == "withdrawn":
            PolicyVersion.objects.filter(pk=there.pk).update(state="published")
            _emit("policy.published", there, now)
            counts["back"] += 1
        else:
            counts["same"] += 1
    if changed:
        raise Conflict(
            "版本不可更改，请把版本号加一 · versions never change, raise the number: "
            + ", ".join(changed)
        )
    PolicyVersion.objects.bulk_create(added)
    counts["added"] = len(added)
    for row in added:
        _emit("policy.published", row, now)
    newest: dict[str, int] = {}
    for policy_id, version in seen:
        newest[policy_id] = max(version, newest.get(policy_id, 0))
    own = set(PolicyDraft.objects.filter(state="published").values_list("published_id", flat=True))
    gone = [
        row.pk
        for row in known.values()
        if row.version > newest.get(row.policy_id, 0)
        and row.state == "published"
        and row.pk not in own
    ]
    counts["withdrawn"] = PolicyVersion.objects.filter(pk__in=gone).update(state="withdrawn")
    for row in known.values():
        if row.pk in gone:
            _emit("policy.withdrawn", row, now)
    index_policies(policy_id for policy_id, _number in {*seen, *known})
    if added or gone or counts["back"]:
        _tell_of(before, in_force(localdate(now)), f"load{city.load_id}", now)
    return counts


@transaction.atomic
def add_version(document: Mapping[str, Any], *, city: City, now: datetime) -> PolicyVersion:
    """One version that officers wrote, beside those of the pack. Nobody is asked for permission.

    Conflict where the number, or a later one, is taken; RuleError for what cannot be read.
    """
    before = in_force(localdate(now))
    policy = parse_policy(document, city.catalogue)
    if PolicyVersion.objects.filter(policy_id=policy.id, version__gte=policy.version).exists():
        raise Conflict(_("这个编号已经有第 %(version)s 版或更新的版本，请把版本号加大。")
                       % {"version": policy.version})  # fmt: skip
    row = _row(policy, document, city, now)
    row.save()
    index_policies([row.policy_id])
    _emit("policy.published", row, now)
    _tell_of(before, in_force(localdate(now)), f"version{row.pk}", now)
    return row


def _emit(kind: str, row: PolicyVersion, now: datetime) -> None:
    days = {"opens": row.opens, "closes": row.closes}
    emit(
        kind,
        object_kind="policy",
        object_id=row.policy_id,
        data={
            "id": row.policy_id,
            "version": row.version,
            "level": row.level,
            "region": row.region,
            **{name: day.isoformat() if day else None for name, day in days.items()},
            "url": f"/api/v1/policies/{row.policy_id}",
        },
        now=now,
    )


def _tell_of(before: dict[str, int], after: dict[str, int], why: str, now: datetime) -> None:
    """Ask for whoever can use something else now to be found and told."""
    changed = [
        {"old": before.get(ident), "new": after.get(ident)}
        for ident in sorted(before.keys() | after.keys())
        if before.get(ident) != after.get(ident)
    ]
    outbox.request("policies.library_changed", why, {"changed": changed}, now=now)


def look_again(firms: Collection[int] | None, *, why: str, now: datetime) -> int:
    """Have firms that somebody acts for matched again, later, and told what is new; how many.

    `firms` may use something else than before; None is all of them. One that was never looked at
    is looked at in any case: it begins to be remembered. All of them are matched as a whole,
    whatever the live index says. `why` makes the request one of its own.
    """
    acted_for = (
        Membership.objects.filter(organisation__kind="enterprise", ended_at=None)
        .values_list("organisation_id", flat=True)
        .distinct()
    )
    chosen = set(acted_for)
    if firms is not None:
        known = set(MatchMemory.objects.values_list("enterprise_id", flat=True))
        chosen = {pk for pk in chosen if pk in firms or pk not in known}
    for pk in sorted(chosen):
        asked = {"enterprise": pk, "whole": firms is None}
        outbox.request("policies.refresh_match", f"{pk}:{why}", asked, now=now)
    return len(chosen)
