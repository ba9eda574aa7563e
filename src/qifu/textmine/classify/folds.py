"""Parts for cross-validation: near-duplicates stay together, and no twin of a text leaks."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from qifu.textmine.classify.pieces import words_of
from qifu.textmine.normal import normalise
from qifu.textmine.repeats import bands, shingles

FOLDS: Final = 5
# Texts that share so much are one group: of all their shingles, or of those of the shorter one.
ALIKE: Final = 0.3
INSIDE: Final = 0.5
# An extra row of whose words so many stand in one text of the test part is its twin.
TWIN: Final = 0.7


def groups(texts: Sequence[str]) -> NDArray[np.int64]:
    """A number for each text, the same for near-duplicates, also over several steps.

    Compared are their words written together, so that a text that was cut and freed of function
    words is still the same one; and only those that meet in a band of MinHash: linear in the
    number of texts.
    """
    texts = ["".join(words_of(text)) or text for text in texts]
    parent = list(range(len(texts)))

    def top(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    met: dict[tuple[int, int], int] = {}
    for i, text in enumerate(texts):
        for place, band in enumerate(bands(text)):
            other = met.setdefault((place, band), i)
            if top(other) != top(i) and alike(texts[other], text):
                parent[top(i)] = top(other)
    return np.array([top(i) for i in range(len(texts))], dtype=np.int64)


def alike(first: str, second: str) -> bool:
    """Whether two texts are near-duplicates for the purpose of being tested apart."""
    a, b = shingles(first), shingles(second)
    both = len(a & b)
    return both > 0 and (
        both >= ALIKE * (len(a) + len(b) - both) or both >= INSIDE * min(len(a), len(b))
    )


def parts(labels: Sequence[str], groups: NDArray[np.int64], *, seed: int = 0) -> Any:
    """The part, 0 to FOLDS - 1, of each text: groups whole, labels spread evenly."""
    made = np.zeros(len(labels), dtype=np.int64)
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for part, (_, test) in enumerate(split.split(labels, labels, groups)):
        made[test] = part
    return made


class Twins:
    """Which extra rows are twins of which texts; built once, asked for each part."""

    def __init__(self, extra: Sequence[Sequence[str]], texts: Sequence[str]) -> None:
        """`extra` are the words of each extra row, as they came; `texts` those that are tested."""
        rows = [Counter(form for word in words if (form := normalise(word))) for words in extra]
        by_word: dict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(rows):
            for word in row:
                by_word[word].append(i)
        longest = max(map(len, by_word), default=0)
        kinds = np.array([max(len(row), 1) for row in rows])
        sizes = np.array([max(sum(row.values()), 1) for row in rows])
        places = {word: np.array(found) for word, found in by_word.items()}
        counts = {word: np.array([rows[i][word] for i in found]) for word, found in by_word.items()}
        self._of_text: list[NDArray[np.int64]] = []
        for text in texts:
            distinct, all_of = np.zeros(len(rows)), np.zeros(len(rows))
            for word in _inside(normalise(text), by_word, longest):
                distinct[places[word]] += 1
                all_of[places[word]] += counts[word]
            share = np.maximum(distinct / kinds, all_of / sizes)
            self._of_text.append(np.flatnonzero(share >= TWIN))

    def of(self, tested: Sequence[int]) -> NDArray[np.int64]:
        """The extra rows that must not be learned from when these texts are tested."""
        found = [self._of_text[i] for i in tested]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def _inside(text: str, words: dict[str, list[int]], longest: int) -> set[str]:
    most = min(longest, 16)
    return {
        piece
        for start in range(len(text))
        for end in range(start + 1, min(start + most, len(text)) + 1)
        if (piece := text[start:end]) in words
    }
