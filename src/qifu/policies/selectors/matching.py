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
from qifu.policies.selectors.library import ready
from qifu.rulebook.amounts import AmountRange
from qifu.rulebook.combine import Total, best_total
from qifu.rulebook.questions import Question
from qifu.rulebook.report import PolicyResult, Report
from qifu.rulebook.words import Words

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
                for verdict in ("eligible", "maybe")
                for r in self.report.those(verdict)
            ],
            self.report.prepared.combine,
        )

    def title_of(self, policy_id: str) -> Words:
        """A policy's title in both languages; the id itself where it is not in force."""
        found = self.report.result(policy_id)
        if found is None:
            return Words(policy_id, policy_id)
        return Words(found.policy.title, found.policy.name("en"))

    def _sorted(self, results: list[PolicyResult]) -> list[PolicyResult]:
        def money(result: PolicyResult) -> Decimal:
            amount = result.amount
            return Decimal(-1) if amount is None or amount.high is None else amount.high

        if self.order == "closes":
            return sorted(results, key=lambda r: (_days(r), -money(r), r.policy.id))
        return sorted(results, key=lambda r: (-money(r), _days(r), r.policy.id))

    @cached_property
    def eligible(self) -> list[PolicyResult]:
        return self._sorted(self.report.those("eligible"))

    @cached_property
    def maybe(self) -> list[PolicyResult]:
        return self._sorted(self.report.those("maybe"))

    @cached_property
    def near(self) -> list[PolicyResult]:
        return self._sorted(self.report.those("ineligible", near_miss=True))

    @cached_property
    def not_for_you(self) -> list[PolicyResult]:
        """By days left only: thousands of amounts that nobody gets need not be known."""
        found = self.report.those("ineligible", near_miss=False)
        return sorted(found, key=lambda r: (_days(r), r.policy.id))

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
        return self.report.result(policy_id)


def _days(result: PolicyResult) -> tuple[bool, date]:
    return result.status == "closed", result.policy.closes or NOWHERE


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
    """Facts against the library in force. Derived facts are added; what is given stays."""
    city = city or current_city()
    whole, provenance = city.with_derived(facts, as_of=on)
    made = ready(on, city).report(whole)
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
