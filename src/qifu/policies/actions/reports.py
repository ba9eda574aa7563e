"""Keep what a firm was told, and tell it what is new."""

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.base import journal
from qifu.base.errors import NotAllowed
from qifu.base.journal import sm3
from qifu.base.money import money_text
from qifu.notices.actions import tell
from qifu.notices.actions.events import emit
from qifu.organisations.models import Enterprise, Membership
from qifu.organisations.permissions import Actor
from qifu.policies.models import MatchMemory, StoredReport
from qifu.policies.permissions import may_make_report
from qifu.policies.selectors.library import published_versions
from qifu.policies.selectors.matching import Match, match_facts
from qifu.rulebook.report import ENGINE, GroupResult, PolicyResult

MOST_TITLES = 3


def _group_row(group: GroupResult) -> dict[str, Any]:
    names = (
        "id", "verdict", "hard", "label_zh", "label_en", "required_zh", "required_en",
        "actual_zh", "actual_en", "gap_zh", "gap_en",
    )  # fmt: skip
    return {name: getattr(group, name) for name in names}


def _policy_row(result: PolicyResult) -> dict[str, Any]:
    amount = result.amount
    return {
        "id": result.policy.id,
        "version": result.policy.version,
        "title": result.policy.title,
        "title_en": result.policy.title_en,
        "verdict": result.verdict,
        "near_miss": result.near_miss,
        "status": result.status,
        "closes": result.policy.closes.isoformat() if result.policy.closes else None,
        "low": None if amount is None or amount.low is None else str(amount.low),
        "high": None if amount is None or amount.high is None else str(amount.high),
        "groups": [_group_row(group) for group in result.groups],
    }


def page_of(match: Match) -> dict[str, Any]:
    """What the printed report shows, in both languages, independent of later engines."""
    total = match.total
    return {
        "low": None if total.low is None else str(total.low),
        "high": None if total.high is None else str(total.high),
        "maybe_high": None if total.maybe_high is None else str(total.maybe_high),
        "eligible": [_policy_row(r) for r in match.eligible],
        "maybe": [_policy_row(r) for r in match.maybe],
        "near": [_policy_row(r) for r in match.near],
        "not_for_you": [_policy_row(r) for r in match.not_for_you],
        "skipped": match.report.skipped,
    }


@transaction.atomic
def make_report(enterprise: Enterprise, *, actor: Actor, on: date, now: datetime) -> StoredReport:
    """Make and keep a report with its facts, policy versions, city pack and engine."""
    if not may_make_report(actor, enterprise):
        raise NotAllowed(_("您在这家企业的角色不能生成报告。"))
    enterprise.refresh_from_db()
    match = match_facts(enterprise.facts, on=on)
    versions = published_versions(on).order_by("policy_id").values("pk", "policy_id", "version")
    stored = StoredReport.objects.create(
        enterprise=enterprise,
        made_at=now,
        made_by=actor.user_id,
        as_of=on,
        engine=ENGINE,
        city_load=match.city.load_id,
        policies=[{"pk": v["pk"], "id": v["policy_id"], "version": v["version"]} for v in versions],
        facts=enterprise.facts,
        facts_hash=sm3(json.dumps(enterprise.facts, sort_keys=True, ensure_ascii=False)),
        result=match.report.to_json(),
        summary=page_of(match),
    )
    journal.record(stored, "make_report", actor_id=actor.user_id, acting_for=enterprise.pk, now=now)
    return stored


@transaction.atomic
def refresh_match(
    enterprise_id: int, *, on: date, now: datetime, seen: Collection[str] | None = None
) -> int:
    """Look again at what a firm can use; its members are told what is new. Gives how many.

    The first look only remembers: a firm is not flooded on its first day. `seen` are the policies
    that the live index finds the firm eligible for and that are not closed: where those are what
    is remembered, nothing more is looked at. Whatever is told is told by the whole match.
    """
    enterprise = Enterprise.objects.select_related("organisation").get(pk=enterprise_id)
    memory = MatchMemory.objects.filter(enterprise=enterprise).first()
    if memory is not None and seen is not None and set(seen) == set(memory.eligible):
        MatchMemory.objects.filter(pk=memory.pk).update(looked_at=now)
        return 0
    match = match_facts(enterprise.facts, on=on)
    open_now = [r for r in match.eligible if r.status != "closed"]
    eligible = [result.policy.id for result in open_now]
    MatchMemory.objects.update_or_create(
        enterprise=enterprise, defaults={"eligible": eligible, "looked_at": now}
    )
    if memory is None:
        return 0
    new = [result for result in open_now if result.policy.id not in memory.eligible]
    gone = [number for number in memory.eligible if number not in eligible]
    if new or gone:
        emit(
            "match.changed",
            object_kind="firm",
            object_id=enterprise.pk,
            data={
                "id": enterprise.pk,
                "new": [result.policy.id for result in new],
                "gone": gone,
                "url": f"/api/v1/firms/{enterprise.uscc}/match",
            },
            now=now,
            firm_id=enterprise.pk,
        )
    if not new:
        return 0
    members = Membership.objects.filter(organisation_id=enterprise.pk, ended_at=None)
    amounts = [result.amount for result in new]
    known = [amount.high for amount in amounts if amount and amount.high is not None]
    tell(
        list(members.values_list("user_id", flat=True)),
        "new_policies",
        values={
            "firm": enterprise.name,
            "count": len(new),
            "money": {
                "zh": f"合计最多 {money_text(sum(known))}" if known else "金额以核定为准",
                "en": f"Worth up to {money_text(sum(known), 'en')} together"
                if known
                else "The amount is still to be set",
            },
            "titles": {
                "zh": "、".join(r.policy.title for r in new[:MOST_TITLES]),
                "en": ", ".join(r.policy.title_en or r.policy.title for r in new[:MOST_TITLES]),
            },
        },
        link="/my/policies/",
        organisation_id=enterprise.pk,
        now=now,
    )
    return len(new)
