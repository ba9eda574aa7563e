"""Limits of law as values: a rule set of clocks, and which limit holds for a case.

`clock_rules` reads them from clocks.yaml, `clock_due` counts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from qifu.rulebook.business_due import BUSINESS, minutes_in_words
from qifu.rulebook.calendar_words import ClockError, Name
from qifu.rulebook.due_words import days_in_words

# what a rule set may limit; docs and pages know each of them by name
CLOCKS = (
    "contact", "acknowledge", "objection", "reply", "info", "callback", "unrated", "reopen",
    "contest", "extension",
)  # fmt: skip


@dataclass(frozen=True)
class Limit:
    """How long a clock runs. `number` counts the `unit`: working_day, calendar_day or
    business_minute.

    `roll`: calendar days end on a working day; `closing`: the hour at which the last day ends.
    `kinds` and `several` say for which cases the row stands; None is for all.
    """

    clock: str
    number: int
    unit: str
    roll: bool = False
    closing: time | None = None
    kinds: frozenset[str] | None = None
    several: bool | None = None

    def holds(self, kind: str, several: bool) -> bool:
        """Whether the row is for a case of this kind, with one lead unit or several units."""
        return (self.kinds is None or kind in self.kinds) and self.several in (None, several)

    @property
    def name(self) -> Name:
        """The length in both languages."""
        if self.unit == BUSINESS:
            return minutes_in_words(self.number)
        length = days_in_words(self.number, self.unit)
        if self.roll:
            return Name(f"{length.zh}（逢非工作日顺延）", f"{length.en}, moved on to a working day")
        return length

    def words(self, language: str = "zh") -> str:
        """The length in words; `language` is zh or en.

        >>> Limit("reply", 5, "working_day").words(), Limit("contact", 1, "working_day").words("en")
        ('5 个工作日', '1 working day')
        """
        return self.name.en if language == "en" else self.name.zh


@dataclass(frozen=True)
class RuleSet:
    """The limits of one law or practice in one version. `numbers` are whole numbers, or lengths
    of time as Limits."""

    code: str
    version: int
    name: Name
    source: Name
    valid_from: date
    limits: tuple[Limit, ...]
    numbers: Mapping[str, int | Limit]

    def limit(self, clock: str, *, kind: str = "", several: bool = False) -> Limit | None:
        """The first limit of that clock that stands for such a case; None where there is none."""
        rows = (row for row in self.limits if row.clock == clock and row.holds(kind, several))
        return next(rows, None)

    def number(self, name: str, default: int) -> int:
        """A whole number of the rule set, like callback_attempts, or the default."""
        found = self.numbers.get(name, default)
        return default if isinstance(found, Limit) else found


@dataclass(frozen=True)
class ClockRules:
    """Every rule set of a pack, in the order of the document."""

    rule_sets: tuple[RuleSet, ...]

    def get(self, code: str, *, version: int | None = None, on: date | None = None) -> RuleSet:
        """The rule set of that code: the version asked for, or the newest that holds `on` a day,
        or the newest there is. ClockError, which names those that are known, for none."""
        known = [
            row
            for row in self.rule_sets
            if row.code == code
            and version in (None, row.version)
            and (on is None or row.valid_from <= on)
        ]
        if known:
            return max(known, key=lambda row: row.version)
        codes = ", ".join(f"{row.code} {row.version} ({row.valid_from})" for row in self.rule_sets)
        asked = " ".join(str(part) for part in (code, version, on) if part is not None)
        raise ClockError(
            "rules",
            f"没有时限规则 {asked}；已有：{codes}",
            f"there is no rule set {asked}; known: {codes}",
        )
