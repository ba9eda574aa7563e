"""The answers for one policy and for one condition; words and money are made when somebody reads.

They are views of a report: what was counted stands there, what is told is made here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qifu.rulebook.amounts import AmountRange
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.conditions import Answer, Node
from qifu.rulebook.engine.answers import FALSE, OPEN, TRUE
from qifu.rulebook.facts import Facts, plain
from qifu.rulebook.gaps import GapTeller
from qifu.rulebook.labels import Teller, neutral
from qifu.rulebook.policy import Policy
from qifu.rulebook.words import Words, closed

if TYPE_CHECKING:
    from qifu.rulebook.report import Report

GROUP_VERDICT: dict[Answer, str] = {True: "met", False: "unmet", None: "unknown"}
VERDICT: dict[Answer, str] = {True: "eligible", False: "ineligible", None: "maybe"}
_GROUPS = {FALSE: "unmet", OPEN: "unknown", TRUE: "met"}
VERDICTS = {FALSE: "ineligible", OPEN: "maybe", TRUE: "eligible"}


@dataclass(frozen=True)
class View:
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
    view: View = field(repr=False)

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
        return closed(self.view.teller.required(self.node))

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
        view = self.view
        return tuple(
            GroupResult(
                child.id,
                GROUP_VERDICT[child.answer(view.facts, view.as_of)],
                child.hard,
                child,
                view,
            )
            for child in self.node.children
        )

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


class PolicyResult:
    """One policy's answer for one enterprise; made of the report when somebody looks at it."""

    def __init__(self, report: "Report", at: int) -> None:
        self.report = report
        self.policy: Policy = report.prepared.policies[at]
        self._at = at

    def __repr__(self) -> str:
        return f"PolicyResult({self.policy.id!r}, {self.verdict!r})"

    @property
    def verdict(self) -> str:
        """eligible, maybe or ineligible."""
        return VERDICTS[int(self.report.made.verdict[self._at])]

    @property
    def near_miss(self) -> bool:
        return bool(self.report.made.near_miss[self._at])

    @property
    def hard_failed(self) -> bool:
        return bool(self.report.made.hard_failed[self._at])

    @property
    def status(self) -> str:
        """not_yet, open, closing_soon, closed or always."""
        return self.report.prepared.statuses[self._at]

    @property
    def degree(self) -> Degree:
        made, at = self.report.made, self._at
        return Degree(int(made.met[at]), int(made.unmet[at]), int(made.unknown[at]))

    @cached_property
    def groups(self) -> tuple[GroupResult, ...]:
        """The conditions, in the policy's order."""
        report = self.report
        states = report.made.states[0][report.prepared.rules.starts[self._at] :]
        return tuple(
            GroupResult(node.id, _GROUPS[int(state)], node.hard, node, report.view)
            for node, state in zip(self.policy.groups, states, strict=False)
        )

    @cached_property
    def amount(self) -> AmountRange | None:
        """What it is worth if all conditions held; None where the policy states no amount."""
        if self.policy.amount is None:
            return None
        view = self.report.view
        return self.policy.amount.evaluate(view.facts, view.catalogue, as_of=view.as_of)

    @cached_property
    def most(self) -> Decimal | None:
        """The upper end of the amount, where it is more than a bound that catches typing errors."""
        amount, read, view = self.amount, self.policy.amount, self.report.view
        opened = view.catalogue.opened
        if amount is None or read is None or not amount.unknown or opened is view.catalogue:
            return None if amount is None else amount.high
        return read.evaluate(view.facts, opened, as_of=view.as_of).high

    def open_keys(self) -> tuple[str, ...]:
        """The unknown facts that could still decide a `maybe`, whoever knows them."""
        if self.verdict != "maybe":
            return ()
        view = self.report.view
        found = (
            key
            for group in self.groups
            if group.verdict == "unknown"
            for key in group.node.open_keys(view.facts, view.as_of)
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


def decimal(value: Decimal | None) -> str | None:
    """A figure as text without exponent; None stays None."""
    return None if value is None else f"{value:f}"
