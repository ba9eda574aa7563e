"""What one enterprise can use, why, what is missing, what it is worth, and what to ask next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from qifu.base.city import City, current_city
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import facts_seen
from qifu.policies.models import SkippedQuestion
from qifu.policies.permissions import may_match
from qifu.policies.selectors.library import programmes, published_versions
from qifu.rulebook.amounts import AmountRange
from qifu.rulebook.combine import Total, best_total
from qifu.rulebook.combine_rules import rules_of
from qifu.rulebook.questions import Question
from qifu.rulebook.report import PolicyResult, Report, report

NOWHERE = date.max


@dataclass
class Match:
    """One report with its results in the four groups that pages show."""

    report: Report
    city: City
    facts: Mapping[str, Any]
    provenance: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped_keys: frozenset[str] = frozenset()
    order: str = "money"

    @cached_property
    def total(self) -> Total:
        """The best compatible set of what can be used; `maybe` apart, open ends not counted."""
        return best_total(
            [
                (r.policy.id, r.verdict, countable(r.amount), r.policy.excludes, r.status)
                for r in self.report.policies
            ],
            rules_of(r.policy for r in self.report.policies),
        )

    def _sorted(self, results: list[PolicyResult]) -> list[PolicyResult]:
        def money(result: PolicyResult) -> Decimal:
            amount = result.amount
            return Decimal(-1) if amount is None or amount.high is None else amount.high

        def days(result: PolicyResult) -> tuple[bool, date]:
            return result.status == "closed", result.policy.closes or NOWHERE

        if self.order == "closes":
            return sorted(results, key=lambda r: (days(r), -money(r), r.policy.id))
        return sorted(results, key=lambda r: (-money(r), days(r), r.policy.id))

    def _with(self, verdict: str) -> list[PolicyResult]:
        return [result for result in self.report.policies if result.verdict == verdict]

    @cached_property
    def eligible(self) -> list[PolicyResult]:
        return self._sorted(self._with("eligible"))

    @cached_property
    def maybe(self) -> list[PolicyResult]:
        return self._sorted(self._with("maybe"))

    @cached_property
    def near(self) -> list[PolicyResult]:
        return self._sorted([r for r in self._with("ineligible") if r.near_miss])

    @cached_property
    def not_for_you(self) -> list[PolicyResult]:
        return self._sorted([r for r in self._with("ineligible") if not r.near_miss])

    @property
    def questions(self) -> list[Question]:
        """The open questions; those that were put aside come last."""
        return sorted(self.report.questions, key=lambda q: q.attr in self.skipped_keys)

    @property
    def next_question(self) -> Question | None:
        """The question to ask now: the best that was not put aside."""
        return next((q for q in self.questions if q.attr not in self.skipped_keys), None)

    def result(self, policy_id: str) -> PolicyResult | None:
        """The result for one policy, or None where it is not in force."""
        return next((r for r in self.report.policies if r.policy.id == policy_id), None)


def countable(amount: AmountRange | None) -> AmountRange | None:
    """An amount as it is added up: of one without an upper end only what is assured."""
    if amount is None or amount.high is not None:
        return amount
    return AmountRange(amount.low, amount.low, amount.unknown) if amount.low else None


def match_facts(
    facts: Mapping[str, Any],
    *,
    on: date,
    skipped: frozenset[str] = frozenset(),
    order: str = "money",
    city: City | None = None,
) -> Match:
    """Facts against the library in force. Derived facts are added; what is given stays.

    Judged by the open catalogue: an amount that nothing but a bound of a fact would cap has no
    upper end here, so that no page promises it.
    """
    city = city or current_city()
    whole, provenance = city.with_derived(facts, as_of=on)
    pks = list(published_versions(on).order_by("policy_id").values_list("pk", flat=True))
    made = report(programmes(pks, city), whole, city.open_catalogue, as_of=on, derived=city.derived)
    return Match(made, city, whole, provenance, skipped, order)


def match_for(
    actor: Actor, enterprise: Enterprise, *, on: date, order: str = "money"
) -> Match | None:
    """The match of one firm, from the facts that this actor may see; None if it is not theirs.

    Policies, facts and skipped questions: the number of queries does not depend on how many.
    """
    if not may_match(actor, enterprise):
        return None
    if actor.is_enterprise:
        facts: Mapping[str, Any] = enterprise.facts
    else:
        facts = facts_seen(actor, enterprise, on=on)
    skipped = SkippedQuestion.objects.filter(enterprise=enterprise)
    return match_facts(
        facts,
        on=on,
        skipped=frozenset(skipped.values_list("fact_key", flat=True)),
        order=order,
    )


def diagnose(answers: Mapping[str, Any], *, on: date, order: str = "money") -> Match:
    """The same for somebody who is not signed in, from a few answers; nothing is stored."""
    return match_facts(answers, on=on, order=order)
