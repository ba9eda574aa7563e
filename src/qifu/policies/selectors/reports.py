"""Reports that were made, and whether they would come out the same today."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from qifu.base.city import city_of_load
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.policies.models import StoredReport
from qifu.policies.permissions import may_match
from qifu.policies.selectors.library import programmes
from qifu.rulebook.report import ENGINE, report


@dataclass(frozen=True)
class Replay:
    """The outcome of a replay: the same, or which policies differ now."""

    same: bool
    engine_then: str
    engine_now: str
    different: tuple[str, ...] = ()


def reports_of(actor: Actor, enterprise: Enterprise) -> QuerySet[StoredReport]:
    """The firm's reports, newest first, for its own members."""
    if not (actor.is_enterprise and may_match(actor, enterprise)):
        return StoredReport.objects.none()
    return StoredReport.objects.filter(enterprise=enterprise).order_by("-pk")


def report_by_id(actor: Actor, pk: int) -> StoredReport:
    """One report of the firm one acts for; else StoredReport.DoesNotExist."""
    if not actor.is_enterprise or not actor.may("policies.view"):
        raise StoredReport.DoesNotExist
    return StoredReport.objects.select_related("enterprise__organisation").get(
        pk=pk, enterprise_id=actor.organisation_id
    )


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    """What a report decided about one policy; how a later engine words a gap is no difference."""
    decided = {name: value for name, value in row.items() if name != "groups"}
    decided["groups"] = [
        {name: group[name] for name in ("id", "verdict", "actual")} for group in row["groups"]
    ]
    return decided


def replay(stored: StoredReport) -> Replay:
    """Compute the report again from its stored facts, policy versions and city pack.

    Compared is what was decided: verdicts, degrees, each group's answer and fact, amounts.
    """
    city = city_of_load(stored.city_load)
    facts, _provenance = city.with_derived(stored.facts, as_of=stored.as_of)
    pks = [row["pk"] for row in stored.policies]
    again = report(
        programmes(pks, city), facts, city.open_catalogue, as_of=stored.as_of, derived=city.derived
    ).to_json()
    then = {row["id"]: _answer(row) for row in stored.result["policies"]}
    now = {row["id"]: _answer(row) for row in again["policies"]}
    differ = tuple(sorted(k for k in then.keys() | now.keys() if then.get(k) != now.get(k)))
    return Replay(not differ, stored.engine, ENGINE, differ)
