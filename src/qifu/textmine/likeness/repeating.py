"""Which texts of a batch repeat an earlier one, and what each of them is to it."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qifu.textmine.likeness.candidates import candidates
from qifu.textmine.likeness.told import Told
from qifu.textmine.likeness.weighing import Weighed, alike, weigh
from qifu.textmine.repeats import Kind, has_new_facts

# From here up a text repeats another. Chosen on the hand-judged pairs for a precision of 0.95;
# `python benchmarks/text_repeats.py` prints what a threshold taken from other pairs would do.
LEAST: Final = 0.45
# From here up nothing new is looked for in the text it joined: the look finds there nearly nothing
# (2 of 67 such gold pairs) and would take longer than all the rest.
SAME: Final = 0.9


@dataclass(frozen=True)
class Repeat:
    """A text, the earliest of its chain, how alike it is to the one it joined by, what it is."""

    id: str
    of: str
    score: float
    kind: Kind


@dataclass(frozen=True)
class _Link:
    """A row's place in its chain: the earlier row it is most alike, and the first of all."""

    to: int
    root: int
    score: float


def find_repeats(rows: Sequence[Told], *, least: float = LEAST) -> list[Repeat]:
    """The rows that repeat an earlier one, in the order of `rows`.

    Earlier is by time; rows of one time, and rows without any, stand as they came (a row without a
    time beside the row before it). Each row joins the earlier one it is most alike, from `least`
    up, and so its chain. Texts without a letter or a digit repeat nothing. Linear in the number of
    rows, but for sorting.
    """
    order = in_time(rows)
    weighed = weigh([rows[i].text for i in order])
    links = _links(weighed, least)
    chains: dict[int, list[int]] = defaultdict(list)
    found: list[Repeat | None] = [None] * len(rows)
    for place, row in enumerate(order):
        link = links[place]
        if link is None:
            chains[place].append(row)
            continue
        before = chains[link.root]
        kind = _kind(rows, row, before, order[link.to], link.score)
        found[row] = Repeat(rows[row].id, rows[order[link.root]].id, link.score, kind)
        before.append(row)
    return [one for one in found if one is not None]


def in_time(rows: Sequence[Told]) -> list[int]:
    """The numbers of the rows, the earliest first."""
    last, keys = -math.inf, []
    for row in rows:
        last = row.time.timestamp() if row.time else last
        keys.append(last)
    return sorted(range(len(rows)), key=lambda i: (keys[i], i))


def _links(weighed: Weighed, least: float) -> list[_Link | None]:
    """What each row joins; the rows stand in their time."""
    first: dict[str, int] = {}
    for row, key in enumerate(weighed.keys):
        first.setdefault(key, row)
    # of texts that read the same only the first is compared
    chosen = np.array(sorted(row for key, row in first.items() if key), np.int64)
    some = weighed.only(chosen)
    later, earlier = candidates(some)
    scores = alike(some, later, earlier)
    enough = scores >= least
    later, earlier, scores = chosen[later[enough]], chosen[earlier[enough]], scores[enough]
    links: list[_Link | None] = [None] * len(weighed.keys)
    best: dict[int, tuple[float, int]] = {}
    for row, other, score in zip(later.tolist(), earlier.tolist(), scores.tolist(), strict=True):
        if row not in best or score > best[row][0]:
            best[row] = score, other
    for row, key in enumerate(weighed.keys):
        to, score = first[key], 1.0
        if to == row:
            if row not in best:
                continue
            score, to = best[row]
        if key:
            onward = links[to]
            links[row] = _Link(to, onward.root if onward else to, score)
    return links


def _kind(rows: Sequence[Told], row: int, before: Sequence[int], joined: int, score: float) -> Kind:
    """What a row is to the rows before it in its chain.

    Seen against the last one of its firm; where there is none and a writer is not known, against
    the one it joined: then the text alone decides.
    """
    own = rows[row]
    same = [other for other in before if own.firm and rows[other].firm == own.firm]
    if not same and own.firm and all(rows[other].firm for other in before):
        return "other_firm"
    old = rows[same[-1] if same else joined]
    known = old is rows[joined] and score >= SAME
    if not known and has_new_facts(own.text, old.text):
        return "new_facts"
    closed = old.closed is not None and (own.time is None or old.closed <= own.time)
    return "after_closure" if closed else "same_case"
