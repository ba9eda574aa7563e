"""Pairs of policies and enterprises in parts of bounded size, by ranges of policies."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """The policies `first` to before `last`, and how many pairs they have."""

    name: str
    first: int
    last: int
    pairs: int


def parts_of(eligible: Sequence[int], most: int) -> list[Part]:
    """Ranges of policies with at most `most` pairs, or of one policy alone that has more.

    `eligible` is the number of pairs of each policy. All policies are in some part, in order; what
    a part is called depends on nothing else.
    """
    ends: list[tuple[int, int, int]] = []
    first, pairs = 0, 0
    for p, count in enumerate(eligible):
        if pairs and pairs + count > most:
            ends.append((first, p, pairs))
            first, pairs = p, 0
        pairs += count
    ends.append((first, len(eligible), pairs))
    return [Part(f"part-{i:05d}.parquet", *end) for i, end in enumerate(ends)]
