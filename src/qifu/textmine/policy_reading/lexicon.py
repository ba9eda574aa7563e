"""The words of a city's catalogue: what notices call an attribute, its values and its codes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.codes import INDUSTRY, REGION
from qifu.rulebook.units import family
from qifu.textmine.normal import normalise, traced
from qifu.textmine.policy_reading.figures import (
    AREA,
    DAYS,
    MONEY,
    OTHER,
    PEOPLE,
    PIECES,
    POINTS,
    RANK,
    RATIO,
    TIME,
    TIMES,
)
from qifu.textmine.policy_reading.folding import fold
from qifu.textmine.spotting import Spotter

FIGURE, DATE, FLAG, VALUE = "figure", "date", "flag", "value"
# trees of which every name is a word are small; of the industries those that end like a trade
_MOST_NAMES: Final = 60
_SHORTEST_NAME: Final = 3
_TRADE: Final = re.compile("业$|服务$")
_FAMILIES: Final = {
    "money": MONEY, "ratio": RATIO, "person": PEOPLE, "piece": PIECES, "area": AREA,
    "month": TIME, "day": DAYS, "point": POINTS, "USD": MONEY,
}  # fmt: skip


@dataclass(frozen=True)
class Sense:
    """What a word may mean: an attribute (figure, date, flag), or a value (code) of one."""

    kind: str
    attr: str
    code: str = ""
    measure: str = ""


@dataclass(frozen=True)
class Hit:
    """A word of the lexicon in a text, with everything it may mean."""

    start: int
    end: int
    word: str
    senses: tuple[Sense, ...]

    def of(self, kind: str) -> tuple[Sense, ...]:
        """Its senses of one kind."""
        return tuple(sense for sense in self.senses if sense.kind == kind)


class Lexicon:
    """All words of a catalogue; built once, then only read."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._senses: dict[str, list[Sense]] = {}
        for attribute in catalogue:
            self._attribute(attribute)
        # a word with 、 in it runs over what ends a clause for the spotter
        self._lists = {word: senses for word, senses in self._senses.items() if "、" in word}
        self._spotter = Spotter(word for word in self._senses if "、" not in word)

    def find(self, plain: str) -> list[Hit]:
        """Every word of the lexicon that stands in a folded text, longer and shorter ones."""
        trace = traced(plain)
        found = []
        for spot in self._spotter.find(trace):
            start, end = trace.span(spot.start, spot.end)
            if end - start <= 3 * len(spot.form):
                found.append(Hit(start, end, spot.form, tuple(self._senses[spot.form])))
        for word, senses in self._lists.items():
            at = plain.find(word)
            while at >= 0:
                found.append(Hit(at, at + len(word), word, tuple(senses)))
                at = plain.find(word, at + 1)
        return sorted(found, key=lambda hit: (hit.start, hit.end))

    def _attribute(self, attribute: Attribute) -> None:
        words: Iterable[str] = (*attribute.words, *_labels(attribute))
        if attribute.numeric:
            measure = _FAMILIES.get(family(attribute.unit or ""), OTHER)
            measure = measure if attribute.unit else RANK
            self._add(words, Sense(FIGURE, attribute.name, "", measure))
        elif attribute.type == "date":
            self._add(words, Sense(DATE, attribute.name, "", TIME))
        elif attribute.type == "flag":
            self._add(words, Sense(FLAG, attribute.name))
        for code, said in attribute.value_words:
            self._add(said, Sense(VALUE, attribute.name, code))
        for code, zh, _ in attribute.options:
            name = re.sub("（.*?）", "", zh)
            self._add([name] if len(name) > 2 else [], Sense(VALUE, attribute.name, code))
        if attribute.type == "code" and attribute.tree != REGION:
            self._codes(attribute)

    def _codes(self, attribute: Attribute) -> None:
        tree = self.catalogue.tree(attribute)
        industries = attribute.tree == INDUSTRY
        if attribute.value_words and not industries or len(tree) > _MOST_NAMES and not industries:
            return
        seen: set[str] = set()
        for code in tree:
            name = tree.label(code)
            if industries and (not _TRADE.search(name) or len(name) < 3 or name in seen):
                continue
            seen.add(name)
            if len(name) >= _SHORTEST_NAME and not name.isascii() and "其他" not in name:
                self._add([name], Sense(VALUE, attribute.name, code))

    def _add(self, words: Iterable[str], sense: Sense) -> None:
        for word in words:
            form = fold(word) if "、" in word else normalise(word)
            if len(form) >= 2 and sense not in (row := self._senses.setdefault(form, [])):
                row.append(sense)


def fits(sense: Sense, measure: str) -> bool:
    """Whether a figure that measures this can be a figure of the attribute."""
    if sense.kind == DATE:
        return measure == TIME
    if sense.measure == RATIO:
        return measure in (RATIO, TIMES)
    if measure in (PEOPLE, PIECES, RANK, OTHER):
        return sense.measure in (measure, OTHER) or (measure == RANK and sense.measure == PIECES)
    return sense.measure == measure


def _labels(attribute: Attribute) -> list[str]:
    """The attribute's own name as a word, where it is one that a notice would use."""
    plain = re.sub("（.*?）", "", attribute.label_zh)
    usable = attribute.type != "code" and not plain.isascii() and "、" not in plain
    return [plain] if usable and len(plain) >= 3 else []
