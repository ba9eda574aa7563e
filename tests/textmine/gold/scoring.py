"""How well a reading of policies agrees with the gold set: precision, recall, F1, intervals.

A reading of one text has the form of the gold file: `{"elements": [marks], "groups": {name:
{"shape", "k", "in"}}}`, offsets in characters. What counts as right: docs/reading-policies-gold.md.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.textmine.gold.alike import (
    Form,
    Groups,
    Mark,
    amount_forms,
    attribute_form,
    condition_forms,
    group_form,
)

FORMS = {"condition": condition_forms, "amount": amount_forms}
DRAWS = 2000


@dataclass(frozen=True)
class Figures:
    """Counts of one text or of many: right, found (predicted) and wanted (gold)."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.right + other.right, self.found + other.found, self.wanted + other.wanted
        )

    @property
    def precision(self) -> float | None:
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.right / self.wanted if self.wanted else None

    @property
    def f1(self) -> float | None:
        """None where nothing was wanted and nothing found."""
        both = self.found + self.wanted
        return 2 * self.right / both if both else None


@dataclass(frozen=True)
class Pair:
    """A predicted and a gold mark that say the same, by their places in the two lists."""

    predicted: int
    gold: int
    iou: float


@dataclass(frozen=True)
class TextScore:
    """One text: figures, the pairs, what was missed, what was wrong (places in the two lists)."""

    figures: Figures
    pairs: tuple[Pair, ...]
    missed: tuple[int, ...]
    wrong: tuple[int, ...]
    apart: Mapping[str, Figures] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """Many texts: pooled figures, 95 % interval of the pooled F1, and every text for itself.

    `apart`: for attribute, period, group and base (`of`) how many of the pairs agree there.
    """

    pooled: Figures
    interval: tuple[float, float] | None
    mean_f1: float | None
    texts: Mapping[str, TextScore]
    apart: Mapping[str, Figures]


def shared(a: Sequence[int], b: Sequence[int]) -> int:
    """How many characters two spans have in common."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def iou(a: Sequence[int], b: Sequence[int]) -> float:
    """Shared characters by all characters of two spans."""
    common = shared(a, b)
    return common / (a[1] - a[0] + b[1] - b[0] - common)


def score_text(
    predicted: Mapping[str, Any], gold: Mapping[str, Any], kind: str, *, judged: bool = True
) -> TextScore:
    """One text, `kind` condition or amount; `judged=False` leaves out what only people can weigh.

    Pairs are one to one and as many as possible. Optional marks, and marks that repeat another
    one, count neither for the reading nor against it.
    """
    found_groups, gold_groups = predicted.get("groups") or {}, gold.get("groups") or {}
    found = [(at, m) for at, m in enumerate(predicted["elements"]) if m["kind"] == kind]
    marks = [(at, m) for at, m in enumerate(gold["elements"]) if m["kind"] == kind]
    counted = [(at, m) for at, m in marks if _counts(m, judged)]
    forms = FORMS[kind]
    said = {at: forms(m, found_groups) for at, m in found}
    meant = {at: forms(m, gold_groups) for at, m in marks}

    def same(p: tuple[int, Mark], g: tuple[int, Mark]) -> bool:
        return bool(shared(p[1]["span"], g[1]["span"]) and said[p[0]] & meant[g[0]])

    edges = {
        p[0]: sorted(
            (-iou(p[1]["span"], g[1]["span"]), g[0]) for g in counted if same(p, g)
        )
        for p in found
    }  # fmt: skip
    pairs = _match({p: [(g, -minus) for minus, g in row] for p, row in edges.items()})
    paired = {pair.predicted for pair in pairs}
    wrong = []
    for p in found:
        if p[0] in paired or _forgiven(p, marks, counted, same):
            continue
        if not judged and p[1].get("op") == "human_judged":
            continue
        wrong.append(p[0])
    hit = {pair.gold for pair in pairs}
    missed = tuple(at for at, _ in counted if at not in hit)
    figures = Figures(len(pairs), len(pairs) + len(wrong), len(counted))
    apart = _apart(pairs, dict(found), dict(marks), found_groups, gold_groups)
    return TextScore(figures, tuple(pairs), missed, tuple(wrong), apart)


def score(
    predicted: Mapping[str, Mapping[str, Any]],
    gold: Mapping[str, Mapping[str, Any]],
    kind: str,
    *,
    judged: bool = True,
    draws: int = DRAWS,
    seed: int = 6,
) -> Report:
    """All texts of `gold` by id; a text without a reading counts as read with nothing found."""
    if strange := sorted(set(predicted) - set(gold)):
        raise ValueError(f"readings of texts that the gold set does not have: {strange}")
    texts = {
        key: score_text(predicted.get(key, {"elements": []}), text, kind, judged=judged)
        for key, text in gold.items()
    }
    each = [text.figures for text in texts.values()]
    own = [f1 for figures in each if (f1 := figures.f1) is not None]
    apart: dict[str, Figures] = {}
    for text in texts.values():
        for name, figures in text.apart.items():
            apart[name] = apart.get(name, Figures()) + figures
    return Report(
        pooled=sum(each, Figures()),
        interval=interval(each, draws=draws, seed=seed),
        mean_f1=sum(own) / len(own) if own else None,
        texts=texts,
        apart=apart,
    )


def interval(
    each: Sequence[Figures], *, draws: int = DRAWS, seed: int = 6
) -> tuple[float, float] | None:
    """95 % percentile interval of the pooled F1, by drawing texts with replacement.

    None where no draw has an F1; draws without one are left out.
    """
    dice = random.Random(seed)
    values = sorted(
        f1
        for _ in range(draws if each else 0)
        if (f1 := sum(dice.choices(each, k=len(each)), Figures()).f1) is not None
    )
    if not values:
        return None
    last = len(values) - 1
    return values[round(0.025 * last)], values[round(0.975 * last)]


def _counts(mark: Mark, judged: bool) -> bool:
    if mark.get("optional") or "same_as" in mark:
        return False
    return judged or mark.get("op") != "human_judged"


def _forgiven(
    p: tuple[int, Mark],
    marks: Sequence[tuple[int, Mark]],
    counted: Sequence[tuple[int, Mark]],
    same: Any,
) -> bool:
    """A prediction that meets a mark which is not counted, and is no wrong word on a counted one.

    On a repetition it has to be right; on a doubtful mark it has to touch nothing that counts.
    """
    touched = [g for g in marks if g not in counted and shared(p[1]["span"], g[1]["span"])]
    if any(same(p, g) for g in touched):
        return True
    alone = not any(shared(p[1]["span"], g[1]["span"]) for g in counted)
    return alone and any("same_as" not in g[1] for g in touched)


def _match(edges: Mapping[int, Sequence[tuple[int, float]]]) -> list[Pair]:
    """As many pairs as possible (Kuhn); each prediction tries its best overlap first."""
    taken: dict[int, int] = {}

    def place(p: int, seen: set[int]) -> bool:
        for g, _ in edges[p]:
            if g not in seen:
                seen.add(g)
                if g not in taken or place(taken[g], seen):
                    taken[g] = p
                    return True
        return False

    for p in sorted(edges, key=lambda key: -max((o for _, o in edges[key]), default=0)):
        place(p, set())
    return sorted(
        (Pair(p, g, dict(edges[p])[g]) for g, p in taken.items()), key=lambda pair: pair.gold
    )


def _apart(
    pairs: Sequence[Pair],
    found: Mapping[int, Mark],
    marks: Mapping[int, Mark],
    found_groups: Groups,
    gold_groups: Groups,
) -> dict[str, Figures]:
    """Over the pairs: does the rest agree? `found` and `wanted` are both the pairs asked."""
    answers: dict[str, list[bool]] = {}

    def ask(name: str, mine: Any, theirs: Any) -> None:
        answers.setdefault(name, []).append(mine == theirs)

    for pair in pairs:
        mine, theirs = found[pair.predicted], marks[pair.gold]
        if theirs["kind"] == "amount":
            ask("of", attribute_form(mine.get("of")), attribute_form(theirs.get("of")))
            continue
        ask("attr", attribute_form(mine.get("attr")), attribute_form(theirs["attr"]))
        ask("period", _period(mine), _period(theirs))
        ask("group", group_form(mine, found_groups), group_form(theirs, gold_groups))
    return {
        name: Figures(sum(said), len(said), len(said)) for name, said in sorted(answers.items())
    }


def _period(mark: Mark) -> Form:
    return (mark.get("period"), mark.get("agg"))
