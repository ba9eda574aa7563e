"""Which texts of a batch repeat an earlier one, and what each of them is to it."""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qifu.textmine.likeness.candidates import candidates
from qifu.textmine.likeness.told import Told
from qifu.textmine.likeness.weighing import Weighed, alike, weigh
from qifu.textmine.repeats import Kind, has_new_facts

# From here up a text repeats another. Chosen on the hand-judged pairs for a precision of 0.95;
# `python benchmarks/text_repeats.py` prints what a threshold taken from other pairs would do.
LEAST: Final = 0.45
# The same demand within so many days is a repeat; `repeat_days` of a pack says it for the desk.
DAYS: Final = 90
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


def find_repeats(
    rows: Sequence[Told], *, least: float = LEAST, days: int | None = DAYS
) -> list[Repeat]:
    """The rows that repeat an earlier one, in the order of `rows`.

    Earlier is by time, at most `days` before where that is given; rows of one time stand as they
    came. A row without a time stands beside the row before it, the first of all beside the next.
    Each row joins the earlier one it is most alike, from `least` up, and so its chain, which may go
    back further. Texts without a letter or a digit repeat nothing. Linear in the number of rows,
    but for sorting.
    """
    order = in_time(rows)
    weighed = weigh([rows[i].text for i in order])
    links = _links(weighed, np.array(_came(rows))[order], least, days)
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
    came = _came(rows)
    return sorted(range(len(rows)), key=lambda i: (came[i], i))


def _came(rows: Sequence[Told]) -> list[float]:
    """When each row came, in days; of one without a time, when the row beside it did."""
    last = next((row.time for row in rows if row.time), None)
    found = []
    for row in rows:
        last = row.time or last
        found.append(last.timestamp() / 86_400 if last else 0.0)
    return found


def _links(
    weighed: Weighed, came: NDArray[np.float64], least: float, days: int | None
) -> list[_Link | None]:
    """What each row joins; the rows stand in their time, `came` in days."""
    far = math.inf if days is None else days
    same: dict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(weighed.keys):
        same[key].append(row)

    def last_of(key: str, row: int) -> int | None:
        """The last row before this one that reads like `key`, not too long ago."""
        at = bisect_left(same[key], row)
        found = same[key][at - 1] if at else row
        return found if found < row and came[row] - came[found] <= far else None

    best: dict[int, tuple[float, int]] = {}
    for start, new, stop in _stretches(came, days):
        # of texts that read the same the newest of those before is compared, and the first here
        before = {weighed.keys[row]: row for row in range(start, new)}
        here = {weighed.keys[row]: row for row in range(stop - 1, new - 1, -1)}
        chosen = np.array(
            [row for pile in (before, here) for key, row in pile.items() if key], np.int64
        )
        chosen.sort()
        some = weighed.only(chosen)
        later, earlier = candidates(
            some,
            since=int(np.searchsorted(chosen, new)),
            oldest=np.searchsorted(came[chosen], came[chosen] - far),
        )
        scores = alike(some, later, earlier)
        for a, b, score in zip(later.tolist(), earlier.tolist(), scores.tolist(), strict=True):
            row, other = int(chosen[a]), int(chosen[b])
            if score >= least and (row not in best or score > best[row][0]):
                best[row] = score, last_of(weighed.keys[other], row) or other
    links: list[_Link | None] = [None] * len(weighed.keys)
    for row, key in enumerate(weighed.keys):
        again = last_of(key, row) if key else None
        score, to = best.get(row, (0.0, row)) if again is None else (1.0, again)
        if to != row:
            onward = links[to]
            links[row] = _Link(to, onward.root if onward else to, score)
    return links


def _stretches(came: NDArray[np.float64], days: int | None) -> Iterator[tuple[int, int, int]]:
    """Rows `new` to `stop`, to be compared with those from `start` on: all that can be near enough
    in time, and no more than twice as many."""
    if days is None or not len(came):
        yield 0, 0, len(came)
        return
    period = ((came - came[0]) // days).astype(np.int64)
    for one in np.unique(period).tolist():
        start, new, stop = np.searchsorted(period, [one - 1, one, one + 1])
        yield int(start), int(new), int(stop)


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
