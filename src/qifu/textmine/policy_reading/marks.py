"""A piece of a notice that was understood: where it stands and what it says."""

from dataclasses import dataclass, field
from typing import Any

CONDITION, AMOUNT, WINDOW, PAPER, STEP = "condition", "amount", "window", "paper", "step"
TITLE, BODY, NUMBER, REGION, CONTACT, EXCLUSION, DATE = (
    "title", "body", "number", "region", "contact", "exclusion", "date",
)  # fmt: skip

# where the clauses of a kind stand in a document; windows name their place themselves
PATHS = {
    TITLE: "title", REGION: "region", PAPER: "card.papers", STEP: "card.steps",
    CONTACT: "card.contacts", EXCLUSION: "card.open_points", BODY: "card.source.body",
    NUMBER: "card.source.number", CONDITION: "when.all", AMOUNT: "amount.expr",
}  # fmt: skip


@dataclass(eq=False)
class Choice:
    """A group: shape any, all, not or at_least with its `k`; `inside` another one or none."""

    shape: str
    k: int | None = None
    inside: "Choice | None" = None


@dataclass(eq=False)
class Mark:
    """One element. `says` has the words of the gold guide: attr op value unit period, shape of …

    `confidence` is 0 to 1: how often a reading of this kind was right, not a probability of this
    one. `group` is the choice it stands in.
    """

    kind: str
    start: int
    end: int
    says: dict[str, Any]
    confidence: float
    note: str = ""
    group: Choice | None = None
    sentence: int = -1
    when: list["Mark"] = field(default_factory=list)

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares a character with a span."""
        return self.start < end and start < self.end


def trimmed(plain: str, start: int, end: int) -> tuple[int, int]:
    """The span without spaces and signs at either end."""
    while start < end and plain[start] in ' \n，。；：、".·的':
        start += 1
    while end > start and plain[end - 1] in " \n，。；：、.·":
        end -= 1
    return start, end
