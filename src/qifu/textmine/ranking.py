"""How well a text fits a question: rare words and pairs of characters that both hold."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import rjieba

from qifu.textmine.simplified import simplified

# A word of the title says as much as three of the text.
TITLE: Final = 3
# 1 would be the cosine, which takes the shortest of equal texts; chosen on message → reply by
# benchmarks/text_search.py, as were the pairs of characters beside the words.
LENGTH: Final = 0.9
_LONGEST_WORD: Final = 64
_RUN: Final = re.compile(r"[^\W_]+")
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
    """What a text is found by: its words, then its pairs of characters.

    A pair is found however the words around it are cut. Said twice where it is a word too.
    """
    return words_of(text) + pairs_of(text)


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
    """A question, weighed once, to be held against any number of texts."""

    def __init__(self, asked: Mapping[str, int], counts: Counts) -> None:
        self.counts = counts
        self._weights = _weighed(asked, counts)

    def fit(self, text: Mapping[str, int]) -> float:
        """How well a bag of words fits; 0 where no word is shared."""
        own = _weighed(text, self.counts)
        small, large = sorted((self._weights, own), key=len)
        shared = sum(weight * large[word] for word, weight in small.items() if word in large)
        if not shared:
            return 0.0
        length = math.sqrt(sum(weight * weight for weight in own.values()))
        return shared / math.pow(length, LENGTH)


def _weighed(said: Mapping[str, int], counts: Counts) -> dict[str, float]:
    return {word: (1 + math.log(times)) * counts.rarity(word) for word, times in said.items()}
