"""How well a text fits a question: rare words and pairs of characters that both hold."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import rjieba
from numpy.typing import ArrayLike, NDArray

from qifu.textmine.simplified import simplified

# A word of the title says as much as three of the text.
TITLE: Final = 3
# What was replied to the questions most like one counts so much beside the words of a text itself;
# chosen on message → reply by benchmarks/text_search.py, as was what the index words are.
PRECEDENT: Final = 0.4
PRECEDENTS: Final = 5
# How close a text lies to a question counts so much beside how well its words fit; measured there.
SHARE: Final = 1.5
_LONGEST_WORD: Final = 64
_RUN: Final = re.compile(r"[^\W_]+")
# A7县, 2号线, 12345热线: letters or figures and what they are of
_NUMBERED: Final = re.compile(r"[a-z0-9]{1,24}[\u3400-\u9fff]")
_SAID: Final = 3
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


def plain(text: str) -> str:
    """One width, lower case and simplified characters; without halves of pairs of surrogates, which
    no database takes."""
    form = unicodedata.normalize("NFKC", text).casefold()
    return simplified(form.encode("utf-8", "ignore").decode())


def words_of(text: str) -> list[str]:
    """Every word in order, longer words also in their parts; letters and digits only."""
    cut = rjieba.cut_for_search(plain(text))
    return [word[:_LONGEST_WORD] for piece in cut for word in _RUN.findall(piece)]


def pairs_of(text: str) -> list[str]:
    """Every two characters that stand side by side, at least one of them Chinese."""
    runs = _RUN.findall(plain(text))
    pairs = (run[i : i + 2] for run in runs for i in range(len(run) - 1))
    return [pair for pair in pairs if _CHINESE.search(pair)]


def index_words(text: str) -> list[str]:
    """What a text is found by: its words, its pairs of characters, and what has a number.

    A pair is found however the words around it are cut. Said twice where it is a word too; figures
    and letters with the character after them are said three times, for they name one of many.
    """
    return words_of(text) + pairs_of(text) + _NUMBERED.findall(plain(text)) * _SAID


@dataclass(frozen=True)
class Counts:
    """How many texts there are, and how many of them hold a word; a word not there: none."""

    total: int
    holding: Mapping[str, int]

    def rarity(self, word: str) -> float:
        """Above 0; the rarer the word, the more it says."""
        held = min(self.holding.get(word, 0), self.total)
        return math.log(1 + (self.total - held + 0.5) / (held + 0.5))


def counts_of(texts: Iterable[Sequence[str]]) -> Counts:
    """Count the texts, each given by its index words."""
    holding: Counter[str] = Counter()
    total = 0
    for words in texts:
        holding.update(set(words))
        total += 1
    return Counts(total, holding)


def bag(title: Sequence[str], text: Sequence[str]) -> Counter[str]:
    """The index words of a text with how often each counts."""
    said = Counter(text)
    for word, times in Counter(title).items():
        said[word] += TITLE * times
    return said


class Question:
    """A question, weighed once, to be held against any number of texts.

    Only how rare its own words are is asked: an index need not be read for the words of the texts.
    """

    def __init__(self, asked: Mapping[str, int], counts: Counts) -> None:
        self._weights = {
            word: _often(times) * counts.rarity(word) ** 2 for word, times in asked.items()
        }

    def fit(self, text: Mapping[str, int]) -> float:
        """How well a bag of words fits; 0 where no word is shared; comparable for one question."""
        small, large = sorted((self._weights, text), key=len)
        shared = sum(self._weights[word] * _often(text[word]) for word in small if word in large)
        length = math.sqrt(sum(_often(times) ** 2 for times in text.values()))
        return shared / length if shared else 0.0


def _often(times: int) -> float:
    return 1 + math.log(times)


def fits_of(
    question: Question,
    texts: Sequence[Mapping[str, int]],
    precedents: Sequence[tuple[float, Question]] = (),
) -> list[float]:
    """How well each text fits a question; 0 where it shares no word with it.

    `precedents`: for earlier questions, how like this one they are (to 1) and what was replied. A
    text that says what these say fits better than its own words tell: the best of the one is 1,
    the best of the other PRECEDENT. Without precedents `Question.fit` as it is.
    """
    own = [question.fit(text) for text in texts]
    near = sorted(precedents, key=lambda one: -one[0])[:PRECEDENTS]
    alike = [sum(how**2 * said.fit(text) for how, said in near) for text in texts]
    if not any(own) or not any(alike):
        return own
    best, most = max(own), max(alike)
    return [
        fit and fit / best + PRECEDENT * like / most for fit, like in zip(own, alike, strict=True)
    ]


class Embedder(Protocol):
    """Makes unit vectors of texts: one of a question lies close to those of texts that answer it.

    `name` changes where vectors made before could not be compared any more.
    """

    @property
    def name(self) -> str: ...

    def query(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Of questions: texts × dimensions."""

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Of what may answer them: texts × dimensions."""


def with_closeness(fits: ArrayLike, close: ArrayLike) -> NDArray[np.float64]:
    """How well each candidate fits by its words (`fits_of`) and by how close it lies, together.

    Both by how far they stand above the mean of all candidates, in standard deviations. `close`:
    the cosine of its vector and the question's; NaN where it has none: that counts as the mean.
    """
    return _standing(fits) + SHARE * _standing(close)


def _standing(numbers: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(numbers, np.float64)
    known = ~np.isnan(values)
    if not known.any():
        return np.zeros(len(values))
    mean, spread = values[known].mean(), values[known].std()
    return np.where(known, values - mean, 0.0) / max(float(spread), 1e-9)
