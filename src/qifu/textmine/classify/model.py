"""A trained text model: one linear matrix over words and characters, and chances made from it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from qifu.textmine.classify.pieces import groups_of, words_of
from qifu.textmine.matters import Matter, suggest

TOP = 3
MOST_WORDS = 8


class Spoke(NamedTuple):
    """A word that spoke for the label, and by how much (a part of what all words gave)."""

    word: str
    weight: float


@dataclass(frozen=True)
class Prediction:
    """Labels with their chances, the best first, at most TOP; `abstain` where a person decides.

    No labels where nothing speaks for any.
    """

    labels: tuple[tuple[str, float], ...]
    abstain: bool
    words: tuple[Spoke, ...] = ()

    @property
    def label(self) -> str:
        return self.labels[0][0] if self.labels else ""

    @property
    def confidence(self) -> float:
        return self.labels[0][1] if self.labels else 0.0


class Classifier(Protocol):
    """What says which label a text has."""

    @property
    def name(self) -> str: ...

    def classify(self, text: str) -> Prediction: ...


@dataclass(frozen=True, eq=False)
class KeywordClassifier:
    """The keyword rules of a city pack behind the interface of a model; for a fresh clone.

    Abstains below `sure`, the share of all weight that speaks (see `matters.suggest`).
    """

    matters: tuple[Matter, ...]
    name: str = "keywords"
    sure: float = 0.5

    def classify(self, text: str) -> Prediction:
        found = suggest(text, self.matters, most=TOP)
        if not found:
            return Prediction((), True)
        best = found[0]
        words = tuple(Spoke(word, 1.0) for word in dict.fromkeys(one.word for one in best.words))
        ranked = tuple((one.code, one.score) for one in found)
        return Prediction(ranked, best.score < self.sure, words[:MOST_WORDS])


@dataclass(frozen=True, eq=False)
class TextModel:
    """A linear model; arrays are in the order of `vocabulary` and `labels`.

    A piece of the vocabulary that begins with a blank is a word, any other a group of characters.
    `idf` [pieces]; `weights` [pieces, labels]; `bias` [labels]; chances are
    softmax(`slope` · (scores) + `shift`). `least` is the confidence below which it abstains. `card`
    says what it was made from, see docs/triage.md.
    """

    labels: tuple[str, ...]
    vocabulary: Mapping[str, int]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    slope: float
    shift: NDArray[np.float32]
    least: float
    card: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"linear {self.card.get('made', '')} {self.card.get('digest', '')[:8]}".strip()

    def classify(self, text: str) -> Prediction:
        """The labels of a text, and the words that spoke for the best one.

        A text of which no piece is known gets the chances of the labels alone, and abstains.
        """
        words = words_of(text)
        at, value = self._row(words)
        scores = value @ self.weights[at] + self.bias
        chances = softmax(self.slope * scores[None, :] + self.shift)[0]
        order = np.argsort(-chances, kind="stable")[:TOP]
        ranked = tuple((self.labels[i], float(chances[i])) for i in order)
        abstain = not len(at) or ranked[0][1] < self.least
        return Prediction(ranked, abstain, self._spoke(words, at, value, int(order[0])))

    def renamed(self, names: Mapping[str, str]) -> "TextModel":
        """The same model under other codes, label → code; one that is not named keeps its own.

        KeyError for a label that the model does not have; ValueError where two become one: their
        cases must be learned together.
        """
        for old in names:
            if old not in self.labels:
                raise KeyError(old)
        labels = tuple(names.get(label, label) for label in self.labels)
        if len(set(labels)) < len(labels):
            raise ValueError("two labels would become one: train again with the mapping")
        card = {**self.card, "renamed": {**self.card.get("renamed", {}), **names}}
        return replace(self, labels=labels, card=card)

    def _row(self, words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The known pieces of a text and their TF-IDF; words and characters each of length 1."""
        places, values = [], []
        for pieces in ((f" {word}" for word in words), groups_of(list(words))):
            counts: Counter[int] = Counter()
            for piece, number in Counter(pieces).items():
                place = self.vocabulary.get(piece)
                if place is not None:
                    counts[place] = number
            at = np.fromiter(counts.keys(), np.int64, len(counts))
            often = np.fromiter(counts.values(), np.float32, len(counts))
            value = (1 + np.log(often)) * self.idf[at]
            long = float(np.sqrt((value**2).sum()))
            places.append(at)
            values.append(value / long if long else value)
        return np.concatenate(places), np.concatenate(values).astype(np.float32)

    def _spoke(
        self,
        words: Sequence[str],
        at: NDArray[np.int64],
        value: NDArray[np.float32],
        label: int,
    ) -> tuple[Spoke, ...]:
        """Words by what they and the characters inside them gave to a label over the others."""
        if not len(at):
            return ()
        own = self.weights[at]
        gave = value * (own[:, label] - own.mean(axis=1))
        of_place = dict(zip(at.tolist(), gave.tolist(), strict=True))
        total = float(abs(gave).sum()) or 1.0
        told: dict[str, float] = {}
        for word in dict.fromkeys(words):
            pieces = {f" {word}", *groups_of([word])}
            places = {self.vocabulary[piece] for piece in pieces if piece in self.vocabulary}
            told[word] = sum(of_place.get(place, 0.0) for place in places) / total
        best = sorted(told.items(), key=lambda pair: -pair[1])[:MOST_WORDS]
        return tuple(Spoke(word, weight) for word, weight in best if weight > 0 and len(word) > 1)


def softmax(scores: NDArray[Any]) -> NDArray[np.float64]:
    """Chances of each row of scores."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True), dtype=np.float64)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
