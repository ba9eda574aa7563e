"""Texts as rows of weighted words: how often, whether at the beginning, how rare in the batch.

The weights were chosen on the 466 hand-judged pairs of docs/repeats-gold.md; `python
benchmarks/text_repeats.py` prints them beside other methods and with the threshold taken from
other pairs. Sublinear TF-IDF is that of Manning, Raghavan and Schütze, "Introduction to
Information Retrieval", 2008, chapter 6.
"""

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import rjieba
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from qifu.textmine.classify.pieces import FUNCTION, cleaned

# A word among the first HEAD characters counts once more: people say there what it is about.
# Between 25 and 60 it made no difference that could be told from chance.
HEAD: Final = 60
# Rare words count for more than TF-IDF gives them: its logarithm to the power of this.
RARITY: Final = 1.5
# So many texts are added in thought to those of the batch, so that two texts alone can be compared
# too; a function word or one character stands in OFTEN of them, another word in SELDOM. Anything
# from 20 to 2,000 and from 0.003 to 0.03 gave the same.
THOUGHT: Final = 100
OFTEN: Final = 0.5
SELDOM: Final = 0.01
# A word that says something counts as if no more than this part of the texts had it: what hundreds
# send in one week does not become a phrase.
COMMON: Final = 0.1
# Two texts whose first REGION_HEAD characters name districts or counties, none of them the same,
# are less alike by this factor: the same letter is often written about another place. Of 55 such
# pairs of the gold set 10 were repeats all the same.
ELSEWHERE: Final = 0.7
REGION_HEAD: Final = 120
# A district, county or city of two characters, or one of which a mask made a code; before 区, 县
# and 市 other words stand too: 小区, 全县, 城市.
_REGION = re.compile(
    r"[a-z]\d{1,2}[区县市]"
    "|[\u4e00-\u9fff]{2}(?<![小社市城园校景片地辖山郊厂院库特新老矿商住民户属置发])区"
    "|[\u4e00-\u9fff]{2}(?<![全该本我各外州下到回])县(?![城长委])"
    "|[\u4e00-\u9fff]{2}(?<![城本我全该各超上股夜门都楼集菜省响])市(?![场民政长委域区里内])"
)
_RUN = re.compile(r"\w+")


@dataclass(frozen=True, eq=False)
class Weighed:
    """Texts as rows of length 1 over words; a text without a word is a row of zeros.

    `rows` [texts, words]; `words` and `idf` by column; `keys`: the letters and digits of each text,
    equal for texts that read the same; `regions`: the districts that its beginning names.
    """

    rows: csr_matrix
    words: tuple[str, ...]
    idf: NDArray[np.float64]
    keys: tuple[str, ...]
    regions: tuple[frozenset[str], ...]

    def only(self, chosen: NDArray[np.int64]) -> "Weighed":
        """Some of the rows, in the order asked for."""
        keys, regions = ([pile[i] for i in chosen] for pile in (self.keys, self.regions))
        return Weighed(self.rows[chosen], self.words, self.idf, tuple(keys), tuple(regions))


def cut(text: str) -> list[str]:
    """All words of a text in their order, numbers and function words too, without signs."""
    return _cut(cleaned(text))


def _cut(clean: str) -> list[str]:
    return [word for run in _RUN.findall(clean) for word in rjieba.cut(run)]


def weigh(texts: Sequence[str], *, head: float = 1.0) -> Weighed:
    """Each text as weighted words; `head` is what a word at the beginning counts more.

    The order of the texts changes the order of the rows and nothing else: columns are sorted.
    """
    numbers: dict[str, int] = {}
    columns, values, ends = array("i"), array("f"), array("q", [0])
    keys, regions = [], []
    for text in texts:
        clean = cleaned(text)
        words = _cut(clean)
        regions.append(frozenset(_REGION.findall(clean[:REGION_HEAD])))
        keys.append("".join(words))
        counts = Counter(words)
        columns.extend([numbers.setdefault(word, len(numbers)) for word in counts])
        start, reached = 1.0 + head, 0
        first = set()
        for word in words:
            if reached >= HEAD:
                break
            first.add(word)
            reached += len(word)
        values.extend([start if word in first else 1.0 for word in counts])
        ends.append(len(columns))
        # the logarithm of how often, for the few words that come more than once
        for place, often in enumerate(counts.values(), start=ends[-2]):
            if often > 1:
                values[place] += _LOGS[min(often, len(_LOGS) - 1)]
    rows = csr_matrix(
        (np.frombuffer(values, np.float32), np.frombuffer(columns, np.int32), np.array(ends)),
        shape=(len(texts), len(numbers)),
    )
    return _weighted(rows, numbers, tuple(keys), tuple(regions))


_LOGS: Final = [0.0, *np.log(np.arange(1, 5001)).tolist()]


def _weighted(
    rows: csr_matrix,
    numbers: dict[str, int],
    keys: tuple[str, ...],
    regions: tuple[frozenset[str], ...],
) -> Weighed:
    words = sorted(numbers)
    place = np.empty(len(words), np.int32)
    place[[numbers[word] for word in words]] = np.arange(len(words), dtype=np.int32)
    rows = csr_matrix((rows.data, place[rows.indices], rows.indptr), shape=rows.shape)
    rows.sort_indices()
    held = np.bincount(rows.indices, minlength=len(words))
    thought = np.array([OFTEN if len(w) == 1 or w in FUNCTION else SELDOM for w in words])
    held = np.where(thought == SELDOM, np.minimum(held, COMMON * rows.shape[0]), held)
    many = 1 + rows.shape[0] + THOUGHT
    idf = np.log(many / (1 + held + THOUGHT * thought)) + 1
    rows.data *= (idf**RARITY).astype(np.float32)[rows.indices]
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    rows.data /= np.repeat(lengths, np.diff(rows.indptr)).astype(np.float32)
    return Weighed(rows, tuple(words), idf, keys, regions)


def alike(
    weighed: Weighed, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How alike pairs of rows are, 0 to 1, the same both ways.

    The cosine of their weighted words, times ELSEWHERE where both name a region and none in common.
    """
    out = np.zeros(len(first))
    for at in range(0, len(first), _PAIRS):
        one, two = weighed.rows[first[at : at + _PAIRS]], weighed.rows[second[at : at + _PAIRS]]
        out[at : at + _PAIRS] = np.asarray(one.multiply(two).sum(axis=1)).ravel()
    for pair, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        here, there = weighed.regions[a], weighed.regions[b]
        if here and there and here.isdisjoint(there):
            out[pair] *= ELSEWHERE
    return np.minimum(out, 1.0)


# pairs compared at once: some 100 MB
_PAIRS: Final = 50_000


def likeness(first: str, second: str) -> float:
    """How alike two texts are when nothing else is known, 0 to 1, the same both ways."""
    return float(alike(weigh([first, second]), np.array([0]), np.array([1]))[0])
