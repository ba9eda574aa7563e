"""Matters of a city pack, and which of them a text is about by the words that stand in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from qifu.rulebook.documents import Document
from qifu.rulebook.gather import join
from qifu.rulebook.words import Words
from qifu.textmine.normal import normalise, traced
from qifu.textmine.reading import Desk
from qifu.textmine.spotting import Spot, Spotter, longest

DOMAINS = ("economy", "market", "society", "service", "environment")
# A word in the title says what the text is about; one further down may be an aside.
TITLE_WEIGHT = 2.0
# The same word again says less each time, so that a long text does not win by its length.
AGAIN = 0.5
# Weight of evidence for "none of these": one ordinary word alone gives a score of one half.
NONE_OF_THESE = 1.0
_KEYS = (
    "code", "name", "domain", "keywords", "not", "template", "asks", "rule_set", "law",
)  # fmt: skip
_ROW = "{code, name, domain, keywords, …}"


@dataclass(frozen=True, eq=False)
class Matter:
    """One matter that an appeal can be about.

    `keywords` are (word, weight); `barred` the words of `not`; `template` what a person may begin
    with; `asks` what is usually needed to answer; `rule_set` the code of its own clock rules, None
    for those in force; `law` codes of statutes. Without keywords a matter is chosen by hand only.
    """

    code: str
    name: Words
    domain: str
    keywords: tuple[tuple[str, float], ...]
    barred: tuple[str, ...] = ()
    template: Words | None = None
    asks: tuple[Words, ...] = ()
    rule_set: str | None = None
    law: tuple[str, ...] = ()


class Said(NamedTuple):
    """A word that spoke, as the pack writes it, and its span in the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True)
class MatterSuggestion:
    """A matter that words speak for; `score` is their share, above 0 and below 1.

    Of all the weight that speaks for any matter, plus NONE_OF_THESE: one word alone gives 0.5,
    three for the same matter 0.75, one each for two matters a third each.
    """

    code: str
    score: float
    words: tuple[Said, ...]


@dataclass(frozen=True)
class _Index:
    """What is looked for in every text, built once for a tuple of matters."""

    spotter: Spotter
    speaks: Mapping[str, tuple[tuple[int, str, float], ...]]  # form → (matter, word, weight)
    bars: Mapping[str, tuple[int, ...]]  # form → matters
    codes: tuple[str, ...]


def parse_matters(
    doc: Any, *, file: str = "", document: Document | None = None
) -> tuple[Matter, ...]:
    """Read matters.yaml; RuleError holds every mistake, with its line where `document` has it.

    Whether a `rule_set` or a law exists is for the check of the whole pack to say.
    """
    desk = Desk(file, document)
    seen: dict[str, str] = {}
    found = [_matter(row, path, desk, seen) for row, path in desk.rows(doc, "", _ROW)]
    desk.stop()
    return tuple(matter for matter in found if matter is not None)


def suggest(
    text: str, matters: Sequence[Matter], *, title: int = 0, most: int = 3
) -> list[MatterSuggestion]:
    """The matters that the words of a text speak for, the best first; empty where none does.

    The first `title` characters are the title and count TITLE_WEIGHT times. Where a longer keyword
    stands, of any matter, the shorter ones inside it are silent. A `not` word that shares
    characters with a keyword of its matter silences that place; one that stands elsewhere takes
    away as much as an ordinary word gives. Spans are of `text` as it was handed over.
    """
    index = _index(tuple(matters))
    trace = traced(text)
    spots = index.spotter.find(trace)
    if not spots:
        return []
    barring: dict[int, list[Spot]] = {}
    for spot in spots:
        for matter in index.bars.get(spot.form, ()):
            barring.setdefault(matter, []).append(spot)
    places: dict[int, dict[str, list[tuple[Spot, float]]]] = {}
    taken: dict[int, set[Spot]] = {}
    for spot in longest(spot for spot in spots if spot.form in index.speaks):
        for matter, word, weight in index.speaks[spot.form]:
            over = {bar for bar in barring.get(matter, ()) if bar.overlaps(spot)}
            if over:
                taken.setdefault(matter, set()).update(over)
                continue
            in_title = trace.starts[spot.start] < title
            counts = weight * (TITLE_WEIGHT if in_title else 1.0)
            places.setdefault(matter, {}).setdefault(word, []).append((spot, counts))
    weights: dict[int, float] = {}
    for matter, words in places.items():
        elsewhere = {s.form for s in barring.get(matter, ()) if s not in taken.get(matter, ())}
        weight = sum(_together(of_word) for of_word in words.values()) - len(elsewhere)
        if weight > 0:
            weights[matter] = weight
    every = sum(weights.values()) + NONE_OF_THESE
    best = sorted(weights, key=lambda matter: (-weights[matter], -_covered(places[matter]), matter))
    found = []
    for matter in best[:most]:
        said = [
            Said(word, *trace.span(spot.start, spot.end))
            for word, of_word in places[matter].items()
            for spot, _ in of_word
        ]
        said.sort(key=lambda one: (one.start, one.end))
        found.append(MatterSuggestion(index.codes[matter], weights[matter] / every, tuple(said)))
    return found


@lru_cache(maxsize=8)
def _index(matters: tuple[Matter, ...]) -> _Index:
    speaks: dict[str, list[tuple[int, str, float]]] = {}
    bars: dict[str, list[int]] = {}
    for i, matter in enumerate(matters):
        for word, weight in matter.keywords:
            speaks.setdefault(normalise(word), []).append((i, word, weight))
        for word in matter.barred:
            bars.setdefault(normalise(word), []).append(i)
    return _Index(
        Spotter((*speaks, *bars)),
        {form: tuple(rows) for form, rows in speaks.items()},
        {form: tuple(rows) for form, rows in bars.items()},
        tuple(matter.code for matter in matters),
    )


def _together(places: list[tuple[Spot, float]]) -> float:
    """The weight of all places of one word: the heaviest whole, each further one AGAIN as much."""
    weights = sorted((weight for _, weight in places), reverse=True)
    return sum(weight * AGAIN**i for i, weight in enumerate(weights))


def _covered(words: Mapping[str, list[tuple[Spot, float]]]) -> int:
    """How many characters the words cover; the more exact of two equal matters has more."""
    return sum(spot.end - spot.start for places in words.values() for spot, _ in places)


def _matter(row: Mapping[str, Any], path: str, desk: Desk, seen: dict[str, str]) -> Matter | None:
    before = len(desk.findings)
    desk.keys(row, _KEYS, path)
    code = desk.code(row, path, seen)
    name = desk.both(row, "name", path, required=True)
    domain = row.get("domain")
    if domain not in DOMAINS:
        message = "is missing" if domain is None else "unknown domain"
        allowed = ", ".join(DOMAINS)
        desk.say("domain", join(path, "domain"), message, domain, allowed)
    keywords = _keywords(row, path, desk)
    barred = desk.word_list(row, "not", path)
    _check_barred(keywords, barred, path, desk)
    matter = Matter(
        code=code,
        name=name or Words("", ""),
        domain=str(domain),
        keywords=keywords,
        barred=barred,
        template=desk.both(row, "template", path),
        asks=_asks(row, path, desk),
        rule_set=desk.text(row, "rule_set", path),
        law=_law(row, path, desk),
    )
    return matter if len(desk.findings) == before else None


def _keywords(row: Mapping[str, Any], path: str, desk: Desk) -> tuple[tuple[str, float], ...]:
    value, where = row.get("keywords"), join(path, "keywords")
    if not isinstance(value, list | tuple):
        message = "is missing" if value is None else "must be a list"
        allowed = "[word, {word: …, weight: 2}]; [] for a matter that is chosen by hand only"
        desk.say("missing" if value is None else "type", where, message, value, allowed)
        return ()
    seen: dict[str, str] = {}
    found = []
    for i, item in enumerate(value):
        here, weight = f"{where}[{i}]", 1.0
        if isinstance(item, Mapping):
            desk.keys(item, ("word", "weight"), here)
            given = desk.weight(item.get("weight", 1), f"{here}.weight")
            weight = 1.0 if given is None else given
            word = desk.word(item.get("word"), f"{here}.word", seen)
        else:
            word = desk.word(item, here, seen)
        if word is not None:
            found.append((word, weight))
    return tuple(found)


def _check_barred(
    keywords: tuple[tuple[str, float], ...], barred: tuple[str, ...], path: str, desk: Desk
) -> None:
    """A `not` word inside a keyword of the same matter would silence it wherever it stands."""
    if barred and not keywords:
        desk.say("idle", join(path, "not"), "takes nothing away: the matter has no keywords")
    for bar in barred:
        for word, _ in keywords:
            if normalise(bar) in normalise(word):
                message = f"stands inside the keyword {word}, which could never speak"
                desk.say("silenced", join(path, "not"), message, bar)


def _asks(row: Mapping[str, Any], path: str, desk: Desk) -> tuple[Words, ...]:
    value, where = row.get("asks"), join(path, "asks")
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        desk.say("type", where, "must be a list of {zh, en}", value)
        return ()
    found = [desk.bilingual(item, f"{where}[{i}]") for i, item in enumerate(value)]
    return tuple(words for words in found if words is not None)


def _law(row: Mapping[str, Any], path: str, desk: Desk) -> tuple[str, ...]:
    value, where = row.get("law"), join(path, "law")
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        desk.say("type", where, "must be a list of codes of laws", value)
        return ()
    for i, item in enumerate(value):
        if not isinstance(item, str) or not item.strip():
            desk.say("type", f"{where}[{i}]", "must be the code of a law", item)
        elif item in value[:i]:
            desk.say("duplicate", f"{where}[{i}]", "the same law twice", item)
    return tuple(item for item in value if isinstance(item, str))
