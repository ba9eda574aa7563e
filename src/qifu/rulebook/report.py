"""One enterprise against all policies: verdicts, reasons, gaps, amounts and the next question.

What is counted is there at once for every policy (verdict, degree, near miss), whatever is told in
words or money is made when somebody reads it. What does not depend on the enterprise
is `Prepared`; who asks for many enterprises keeps that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, overload

import numpy as np

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.combine import Total, best_total
from qifu.rulebook.combine_rules import rules_of
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.engine.single import Rules, Verdicts
from qifu.rulebook.facts import read_facts
from qifu.rulebook.policy import CLOSING_SOON_DAYS, Policy, in_force
from qifu.rulebook.questions import Question, ask_for, rank
from qifu.rulebook.results import (
    VERDICT,
    VERDICTS,
    Degree,
    GroupResult,
    PolicyResult,
    View,
    decimal,
)

# Goes into every report: a stored report says by which meaning of the rules it was made.
ENGINE = "qifu-rulebook 1.0"

__all__ = [
    "ENGINE", "VERDICT", "Degree", "GroupResult", "PolicyResult", "Prepared", "Report", "decimal",
    "report",
]  # fmt: skip
_NUMBERS = {name: number for number, name in VERDICTS.items()}


class _Results(Sequence[PolicyResult]):
    """The results of a report, each made when it is first looked at."""

    def __init__(self, report: "Report") -> None:
        self._report = report
        self._made: list[PolicyResult | None] = [None] * len(report.prepared.policies)

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, at: int) -> PolicyResult: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[PolicyResult, ...]: ...
    def __getitem__(self, at: int | slice) -> PolicyResult | tuple[PolicyResult, ...]:
        if isinstance(at, slice):
            return tuple(self[i] for i in range(*at.indices(len(self))))
        made = self._made[at]
        if made is None:
            made = self._made[at] = PolicyResult(self._report, at % len(self._made))
        return made

    def __iter__(self) -> Iterator[PolicyResult]:
        return (self[i] for i in range(len(self._made)))


@dataclass(frozen=True, eq=False)
class Report:
    """One enterprise against all policies on one day."""

    prepared: "Prepared"
    view: View = field(repr=False)
    made: Verdicts = field(repr=False)
    engine: str = ENGINE

    @property
    def as_of(self) -> date:
        return self.prepared.as_of

    @property
    def skipped(self) -> int:
        """How many policies are not in force that day."""
        return self.prepared.skipped

    @cached_property
    def policies(self) -> Sequence[PolicyResult]:
        """All results, in the order of the policies."""
        return _Results(self)

    def those(self, verdict: str, *, near_miss: bool | None = None) -> list[PolicyResult]:
        """The results with a verdict (of the ineligible the near misses or the others), in order.

        Only these are made: asking for the twenty that can be used looks at no other.
        """
        wanted = self.made.verdict == _NUMBERS[verdict]
        if near_miss is not None:
            wanted &= self.made.near_miss == near_miss
        return [self.policies[i] for i in np.flatnonzero(wanted).tolist()]

    def result(self, policy_id: str) -> PolicyResult | None:
        """The result for one policy, or None where it is not in force."""
        at = self.prepared.places.get(policy_id)
        return None if at is None else self.policies[at]

    def verdicts(self) -> dict[str, str]:
        """Policy id → verdict."""
        made = self.made.verdict.tolist()
        return {
            policy: VERDICTS[verdict]
            for policy, verdict in zip(self.prepared.places, made, strict=True)
        }

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What to ask next, the best question first."""
        view, prepared = self.view, self.prepared

        def asked(key: str) -> tuple[str, ...]:
            return ask_for(key, view.facts, view.catalogue, prepared.derived, view.as_of)

        def worth(policy: int) -> Decimal | None:
            return self.policies[policy].most

        rules = prepared.rules
        open_, likely = rules.open_facts(self.made, view.facts), rules.likely(self.made)
        return rank(open_, likely, rules.keys, view.catalogue, asked=asked, worth=worth)

    @cached_property
    def total(self) -> Total:
        """The best compatible set of eligible policies."""
        return best_total(
            [
                (r.policy.id, r.verdict, r.amount, r.policy.excludes, r.status)
                for verdict in ("eligible", "maybe")
                for r in self.those(verdict)
            ],
            self.prepared.combine,
        )

    def to_json(self) -> dict[str, Any]:
        """Exactly the form of ENGINE.md §2."""
        return {
            "engine": self.engine,
            "as_of": self.as_of.isoformat(),
            "skipped": self.skipped,
            "policies": [result.to_json() for result in self.policies],
            "questions": [
                {"attr": q.attr, "policies": q.policies, "money": decimal(q.money)}
                for q in self.questions
            ],
        }


class Prepared:
    """Policies ready for reports on one day; holds nothing of any enterprise.

    `policies` are those in force that day, `skipped` the number of the others, `places` says where
    each stands.
    """

    def __init__(
        self,
        policies: Sequence[Policy],
        catalogue: Catalogue,
        *,
        as_of: date,
        closing_soon_days: int = CLOSING_SOON_DAYS,
        derived: Sequence[DerivedRule] = (),
    ) -> None:
        self.catalogue, self.as_of = catalogue, as_of
        self.policies, self.skipped = in_force(policies, as_of)
        self.places = {policy.id: i for i, policy in enumerate(self.policies)}
        self.statuses = tuple(policy.status(as_of, closing_soon_days) for policy in self.policies)
        self.combine = rules_of(self.policies)
        self.derived = {rule.attribute.name: rule for rule in derived}
        self.rules = Rules([policy.groups for policy in self.policies], catalogue, as_of)

    @cached_property
    def apart(self) -> Mapping[str, tuple[str, ...]]:
        """For a policy the ids of those in force that cannot be claimed together with it, whichever
        of the two says so; policies that exclude nothing are not in it."""
        found: dict[str, dict[str, None]] = {}
        for policy in self.policies:
            for other in policy.excludes:
                if other != policy.id:
                    found.setdefault(other, {})[policy.id] = None
                    if other in self.places:
                        found.setdefault(policy.id, {})[other] = None
        return {policy: tuple(others) for policy, others in found.items()}

    def learn(self, sample: Iterable[Mapping[str, Any]]) -> None:
        """See from the facts of some enterprises how likely each condition is to be met.

        Only the order of questions depends on it, no verdict. RuleError for facts that cannot be.
        """
        self.rules.learn(read_facts(facts, self.catalogue) for facts in sample)

    def report(self, facts: Mapping[str, Any]) -> Report:
        """The report for one enterprise. RuleError for facts that cannot be."""
        view = View(self.catalogue, self.as_of, read_facts(facts, self.catalogue))
        return Report(self, view, self.rules.judge(view.facts))


def report(
    policies: Sequence[Policy],
    facts: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    as_of: date,
    closing_soon_days: int = CLOSING_SOON_DAYS,
    derived: Sequence[DerivedRule] = (),
) -> Report:
    """Judge every policy that is in force on `as_of`. RuleError for facts that cannot be.

    With the rules of `derived` facts (which `derive` has already added to `facts`) the questions
    go to what an unknown derived fact follows from.
    """
    prepared = Prepared(
        policies, catalogue, as_of=as_of, closing_soon_days=closing_soon_days, derived=derived
    )
    return prepared.report(facts)
