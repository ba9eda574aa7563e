"""One enterprise against all policies: verdicts, reasons, gaps, amounts and the next question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from qifu.rulebook.amounts import AmountRange
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.combine import Total, best_total
from qifu.rulebook.conditions import Answer, Node
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.facts import Facts, plain, read_facts
from qifu.rulebook.gaps import GapTeller
from qifu.rulebook.labels import Teller, neutral
from qifu.rulebook.policy import CLOSING_SOON_DAYS, Policy, in_force
from qifu.rulebook.questions import Question, ask_for, rank
from qifu.rulebook.words import Words

# Goes into every report: a stored report says by which meaning of the rules it was made.
ENGINE = "qifu-rulebook 1.0"
GROUP_VERDICT: dict[Answer, str] = {True: "met", False: "unmet", None: "unknown"}
VERDICT: dict[Answer, str] = {True: "eligible", False: "ineligible", None: "maybe"}


@dataclass(frozen=True)
class _View:
    """What the words of one report are made from."""

    catalogue: Catalogue
    as_of: date
    facts: Facts

    @cached_property
    def teller(self) -> Teller:
        return Teller(self.catalogue, self.as_of)

    @cached_property
    def gaps(self) -> GapTeller:
        return GapTeller(self.teller, self.facts)


@dataclass(frozen=True, eq=False)
class GroupResult:
    """One condition's answer; its words are made when somebody reads them."""

    id: str
    verdict: str  # met | unmet | unknown
    hard: bool
    node: Node = field(repr=False)
    view: _View = field(repr=False)

    @cached_property
    def label(self) -> Words:
        """The condition's name."""
        return self.view.teller.label(self.node)

    @property
    def label_zh(self) -> str:
        return self.label.zh

    @property
    def label_en(self) -> str:
        return self.label.en

    @property
    def required(self) -> str:
        """What is needed, in signs: `revenue@2025 >= 20000000 CNY`."""
        return neutral(self.node, self.view.as_of)

    @cached_property
    def required_words(self) -> Words:
        """What is needed, in words."""
        return self.view.teller.required(self.node)

    @property
    def required_zh(self) -> str:
        return self.required_words.zh

    @property
    def required_en(self) -> str:
        return self.required_words.en

    @cached_property
    def actual(self) -> Any:
        """The fact as plain JSON, None for unknown; key → value where several facts are read."""
        facts = self.view.facts
        keys = self.attributes
        if len(keys) == 1:
            return plain(facts.get(keys[0]))
        return {key: plain(facts.get(key)) for key in keys}

    @cached_property
    def actual_words(self) -> Words:
        """What the enterprise has, in words."""
        return self.view.teller.actual(self.node, self.view.facts)

    @property
    def actual_zh(self) -> str:
        return self.actual_words.zh

    @property
    def actual_en(self) -> str:
        return self.actual_words.en

    @cached_property
    def gap(self) -> Words:
        """What is missing; empty for what is met."""
        return self.view.gaps.tell(self.node)

    @property
    def gap_zh(self) -> str:
        return self.gap.zh

    @property
    def gap_en(self) -> str:
        return self.gap.en

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The keys of the facts that the condition reads."""
        return self.node.keys(self.view.as_of)

    @property
    def src(self) -> Mapping[str, Any] | None:
        """Where the condition comes from."""
        return self.node.src

    @property
    def quote(self) -> str | None:
        """The sentence that the condition was read from."""
        return self.src.get("quote") if self.src else None

    @cached_property
    def children(self) -> tuple["GroupResult", ...]:
        """The results of the conditions inside."""
        return tuple(_result(child, self.view) for child in self.node.children)

    def to_json(self) -> dict[str, Any]:
        """ENGINE.md §2's form of a group."""
        return {
            "id": self.id,
            "verdict": self.verdict,
            "required": self.required,
            "actual": self.actual,
            "gap": {"zh": self.gap.zh, "en": self.gap.en},
            "quote": self.quote,
        }


@dataclass(frozen=True)
class Degree:
    """How many groups are met, unmet and unknown; shown together, never as one percentage."""

    met: int
    unmet: int
    unknown: int

    @property
    def total(self) -> int:
        return self.met + self.unmet + self.unknown

    def to_json(self) -> dict[str, int]:
        """{met, unmet, unknown, total}."""
        counts = {"met": self.met, "unmet": self.unmet, "unknown": self.unknown}
        return counts | {"total": self.total}


@dataclass(frozen=True, eq=False)
class PolicyResult:
    """One policy's answer for one enterprise."""

    policy: Policy
    verdict: str  # eligible | maybe | ineligible
    near_miss: bool
    hard_failed: bool
    status: str  # not_yet | open | closing_soon | closed | always
    degree: Degree
    groups: tuple[GroupResult, ...]
    view: _View = field(repr=False)

    @cached_property
    def amount(self) -> AmountRange | None:
        """What it is worth if all conditions held; None where the policy states no amount."""
        if self.policy.amount is None:
            return None
        view = self.view
        return self.policy.amount.evaluate(view.facts, view.catalogue, as_of=view.as_of)

    def open_keys(self) -> tuple[str, ...]:
        """The unknown facts that could still decide a `maybe`, whoever knows them."""
        if self.verdict != "maybe":
            return ()
        found = (
            key
            for group in self.groups
            if group.verdict == "unknown"
            for key in group.node.open_keys(self.view.facts, self.view.as_of)
        )
        return tuple(dict.fromkeys(found))

    def to_json(self) -> dict[str, Any]:
        """ENGINE.md §2's form of a policy; amounts are decimal text in CNY, null is no bound.

        A policy that states no amount has no bound at either end.
        """
        amount = self.amount or AmountRange(None, None)
        return {
            "id": self.policy.id,
            "version": self.policy.version,
            "verdict": self.verdict,
            "near_miss": self.near_miss,
            "hard_failed": self.hard_failed,
            "status": self.status,
            "degree": self.degree.to_json(),
            "groups": [group.to_json() for group in self.groups],
            "amount": {"low": decimal(amount.low), "high": decimal(amount.high)},
        }


@dataclass(frozen=True, eq=False)
class Report:
    """One enterprise against all policies on one day; `skipped` are not in force that day."""

    as_of: date
    skipped: int
    policies: tuple[PolicyResult, ...]
    view: _View = field(repr=False)
    derived: Mapping[str, DerivedRule] = field(default_factory=dict, repr=False)
    engine: str = ENGINE

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What to ask next, the best question first."""
        maybe = [
            (self._asked(result.open_keys()), result.amount.high if result.amount else None)
            for result in self.policies
            if result.verdict == "maybe"
        ]
        return rank(maybe, self.view.catalogue)

    def _asked(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        view = self.view
        found = (
            asked
            for key in keys
            for asked in ask_for(key, view.facts, view.catalogue, self.derived, view.as_of)
        )
        return tuple(dict.fromkeys(found))

    @cached_property
    def total(self) -> Total:
        """The best compatible set of eligible policies."""
        return best_total(
            [(r.policy.id, r.verdict, r.amount, r.policy.excludes, r.status) for r in self.policies]
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
    view = _View(catalogue, as_of, read_facts(facts, catalogue))
    kept, skipped = in_force(policies, as_of)
    results = tuple(_judge(policy, view, closing_soon_days) for policy in kept)
    return Report(as_of, skipped, results, view, {rule.attribute.name: rule for rule in derived})


def decimal(value: Decimal | None) -> str | None:
    """A figure as text without exponent; None stays None."""
    return None if value is None else f"{value:f}"


def _judge(policy: Policy, view: _View, closing_soon_days: int) -> PolicyResult:
    groups = tuple(_result(node, view) for node in policy.groups)
    verdicts = [group.verdict for group in groups]
    degree = Degree(verdicts.count("met"), verdicts.count("unmet"), verdicts.count("unknown"))
    hard_failed = any(group.hard and group.verdict == "unmet" for group in groups)
    answer: Answer = None if degree.unknown else True
    if degree.unmet:
        answer = False
    return PolicyResult(
        policy=policy,
        verdict=VERDICT[answer],
        near_miss=degree.unmet == 1 and not hard_failed,
        hard_failed=hard_failed,
        status=policy.status(view.as_of, closing_soon_days),
        degree=degree,
        groups=groups,
        view=view,
    )


def _result(node: Node, view: _View) -> GroupResult:
    answer = node.answer(view.facts, view.as_of)
    return GroupResult(node.id, GROUP_VERDICT[answer], node.hard, node, view)
