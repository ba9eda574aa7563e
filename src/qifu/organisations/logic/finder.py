"""Find the right channel for something said in plain words, and say why it was found."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

import rjieba

from qifu.textmine.normal import normalise

# Search looks at so much of what was typed; a longer text has said what it is about by then.
LONGEST: Final = 2_000
# how much each thing that speaks for an entry counts
WHOLE_NAME, NEED, ZONE = 8.0, 5.0, 3.0
_IN_NAME, _IN_PURPOSE, _ELSEWHERE = 3.0, 1.5, 0.7
_BIGRAM: Final = 0.4
# an entry that shares fewer pairs of characters than this with what was asked is chance
_LEAST_BIGRAMS: Final = 2
# what fits so much worse than the best is left out
_TAIL: Final = 0.15
# a district that neither the question nor whoever asks has anything to do with comes after the city
_FAR: Final = 0.6
# a piece of a telephone number that is long enough to mean it
_SHORTEST_NUMBER: Final = 5
_MOST_WHY: Final = 4
_RUN = re.compile(r"[^\W_]+")
# words of asking and of grammar: they find everything and nothing
_NOISE: Final = frozenset(
    """
    的 了 和 与 及 或 在 是 有 也 都 就 还 而 被 把 对 向 从 为 以 于 其 这 那 该 我 你 您 他
    我们 你们 想 要 需要 请 请问 问 怎么 怎样 怎么办 如何 什么 哪 哪些 哪个 哪里 哪儿 谁 去 来
    能 可以 可 吗 呢 吧 一下 没有 没 不 到 给 让 用 做 找 公司 企业 我司 单位 情况 问题 有关
    相关
    a an the of to in on for and or is are do does can i we my our you how what where which who when
    please about need want get find company firm me us him her them they he she it this that be was
    were been have has had not no
    """.split()
)


class Why(NamedTuple):
    """A reason in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Need:
    """A plain need of firms: its name and the words that people type for it."""

    code: str
    name: Why
    words: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """What the finder looks at of one channel; every text in both languages together."""

    code: str
    zone: str
    needs: frozenset[str]
    names: tuple[str, ...]
    purpose: tuple[str, ...]
    other: tuple[str, ...]
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """How well an entry fits and what speaks for it, the strongest first."""

    code: str
    score: float
    why: tuple[Why, ...]


@dataclass
class _Told:
    score: float = 0.0
    why: list[tuple[float, Why]] = field(default_factory=list)

    def add(self, score: float, why: Why) -> None:
        self.score += score
        if why not in (one for _, one in self.why):
            self.why.append((score, why))


def needs_from(document: Mapping[str, Any]) -> tuple[Need, ...]:
    """The needs of a channels document, in its order."""
    return tuple(
        Need(
            str(row["code"]),
            Why(row["name"]["zh"], row["name"]["en"]),
            tuple(str(word) for word in row.get("words") or ()),
        )
        for row in document.get("needs") or ()
    )


def entry_from(row: Mapping[str, Any]) -> Entry:
    """What the finder looks at of a row of a channels document."""
    other = [row.get("address"), row.get("hours_note"), *(row.get("how") or ())]
    other += [phone.get("for") for phone in row.get("telephones") or ()]
    other += [link.get("name") for link in row.get("links") or ()]
    said = [str(row.get("find_as") or ""), *(link["url"] for link in row.get("links") or ())]
    return Entry(
        code=str(row["code"]),
        zone=str(row.get("zone") or ""),
        needs=frozenset(row.get("needs") or ()),
        names=_texts([row.get("name")]),
        purpose=_texts([row.get("for")]),
        other=(*_texts(other), *filter(None, said)),
        numbers=tuple(normalise(phone["number"]) for phone in row.get("telephones") or ()),
    )


def search(
    text: str,
    entries: Sequence[Entry],
    needs: Sequence[Need],
    zones: Mapping[str, Sequence[str]] | None = None,
    home: Sequence[str] = (),
    near: str = "",
) -> list[Match]:
    """The entries that something in the text speaks for, the best first; none for an empty text.

    Words of a need speak for the entries that serve it, a district named for its own, words of
    the text for those that hold them; where no whole word is found, pairs of characters do.
    `zones` maps the code of a district to the names that people use for it, the first one in
    Chinese and the second in English for the reason. `home` are the names of the whole place, which
    tell no entry from another. `near` is the district of whoever asks, if it has one: entries of
    districts that are neither this nor named count less. Ties keep the order of `entries`.
    """
    asked = text[:LONGEST]
    form = normalise(asked)
    if not form:
        return []
    told = {entry.code: _Told() for entry in entries}
    said = _without_pieces({need.code: hit for need in needs if (hit := _said(need, form))}, form)
    named = _zones_named(form, zones or {})
    own = {word for name in home for word in (name.casefold(), *words_of(name))}
    words = tuple(word for word in words_of(asked) if word not in own)
    shares = _shares(words, entries)
    rare = {code: _rarity(sum(code in e.needs for e in entries), len(entries)) for code in said}
    # a need that was understood says more than the same word in passing: 「用营业执照登录」
    covered = "\0".join(normalise(word) for word, _ in said.values())
    for entry in entries:
        found = told[entry.code]
        for need in needs:
            if need.code in said and need.code in entry.needs:
                word, whole = said[need.code]
                found.add((NEED + whole) * rare[need.code], _why_need(need, word))
        if entry.zone in named:
            found.add(ZONE, named[entry.zone])
        if len(form) > 1 and any(form in normalise(name) for name in entry.names):
            found.add(WHOLE_NAME, _why_name(asked.strip()))
        if _is_number(form) and any(form in number for number in entry.numbers):
            found.add(WHOLE_NAME, Why("电话号码相符", "It has this telephone number"))
        _add_words(found, entry, words, shares, covered)
    if not any(one.score for one in told.values()):
        _add_pairs(form, entries, needs, told)
    for entry in entries:
        if entry.zone and entry.zone != near and entry.zone not in named:
            told[entry.code].score *= _FAR
    least = _TAIL * max((one.score for one in told.values()), default=0.0)
    matches = [
        Match(code, round(one.score, 3), _strongest(one))
        for code, one in told.items()
        if one.score > 0 and one.score >= least
    ]
    return sorted(matches, key=lambda match: -match.score)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text that say something, each once: lower case, one width, longer than one
    ideograph."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    # a half of a pair of surrogates cannot be handed to the cutter
    plain = plain.encode("utf-8", "ignore").decode()
    cut = (word for piece in rjieba.cut_for_search(plain) for word in _RUN.findall(piece))
    kept = (word for word in cut if word not in _NOISE and (len(word) > 1 or word.isdecimal()))
    return tuple(dict.fromkeys(kept))


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(
        text for value in values if isinstance(value, Mapping) for text in value.values() if text
    )


def _said(need: Need, form: str) -> tuple[str, float] | None:
    """The longest word of a need that stands in the text, and how much of the text it is."""
    best = ""
    for word in (*need.words, *need.name):
        own = normalise(word)
        # a short text may also be a piece of the word: 「仪器」 of 「仪器共享」
        inside = own in form or (len(form) > 1 and form in own and not form.isascii())
        if inside and len(own) > 1 and len(own) > len(normalise(best)):
            if own.isascii() and not _alone(own, form):
                continue
            best = word
    if not best:
        return None
    return best, min(1.0, len(normalise(best)) / len(form)) * 2


def _without_pieces(
    said: Mapping[str, tuple[str, float]], form: str
) -> dict[str, tuple[str, float]]:
    """The needs whose word stands by itself in the text: 「投资」 of 「外商投资」 is another."""
    kept = {}
    for code, (word, whole) in said.items():
        own, rest = normalise(word), form
        for other, _ in said.values():
            longer = normalise(other)
            if own != longer and own in longer:
                rest = rest.replace(longer, "\0")
        if own in rest or own not in form:
            kept[code] = (word, whole)
    return kept


def _alone(word: str, form: str) -> bool:
    """English words of three letters and less stand in many others: only a text of their own."""
    return len(word) > 3 or word == form


def _is_number(form: str) -> bool:
    return form.isdecimal() and len(form) >= _SHORTEST_NUMBER


def _why_name(word: str) -> Why:
    return Why(f"名称里有“{word}”", f"“{word}” is in its name")


def _why_need(need: Need, hit: str) -> Why:
    if normalise(hit) in map(normalise, need.name):
        return Why(f"办“{need.name.zh}”", f"It is for “{need.name.en}”")
    return Why(
        f"您说到“{hit}”，这里办“{need.name.zh}”", f"You said “{hit}”: it is for “{need.name.en}”"
    )


def _zones_named(form: str, zones: Mapping[str, Sequence[str]]) -> dict[str, Why]:
    found: dict[str, Why] = {}
    for code, names in zones.items():
        for name in names:
            own = normalise(name)
            if len(own) > 1 and own in form:
                found[code] = Why(f"在{names[0]}", f"It is in {names[min(1, len(names) - 1)]}")
    return found


@lru_cache(maxsize=512)
def _forms(texts: tuple[str, ...]) -> str:
    """One text of many, in the form in which words are looked for."""
    plain = unicodedata.normalize("NFKC", "\n".join(texts)).casefold()
    return plain


def _holds(word: str, texts: tuple[str, ...]) -> bool:
    form = _forms(texts)
    if word.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(word)}", form) is not None
    return word in form


def _shares(words: Sequence[str], entries: Sequence[Entry]) -> dict[str, float]:
    """How much a word says: 1 where one entry holds it, little where all do."""
    shares = {}
    for word in words:
        holding = sum(
            _holds(word, (*entry.names, *entry.purpose, *entry.other)) for entry in entries
        )
        shares[word] = _rarity(holding, len(entries))
    return shares


def _rarity(holding: int, of: int) -> float:
    return 1.0 if holding <= 1 else max(0.05, 1 - holding / (of + 1))


def _add_words(
    found: _Told, entry: Entry, words: Sequence[str], shares: Mapping[str, float], covered: str
) -> None:
    for word in words:
        if _holds(word, entry.names):
            found.add(_IN_NAME * shares[word], _why_name(word))
        elif _holds(word, entry.purpose):
            why = Why(f"用途里有“{word}”", f"“{word}” is in what it is for")
            found.add(_IN_PURPOSE * shares[word], why)
        elif word not in covered and _holds(word, entry.other):
            why = Why(f"说明里提到“{word}”", f"“{word}” is mentioned")
            found.add(_ELSEWHERE * shares[word], why)


def _pairs(text: str) -> set[str]:
    """Two letters of an English word say nothing; two ideographs are half of what is meant."""
    form = normalise(text)
    return {pair for i in range(len(form) - 1) if not (pair := form[i : i + 2]).isascii()}


def _add_pairs(
    form: str, entries: Sequence[Entry], needs: Sequence[Need], told: Mapping[str, _Told]
) -> None:
    """Where no word was found whole: pairs of characters of names, purposes and needs."""
    asked = _pairs(form)
    if not asked:
        return
    names = {need.code: " ".join((*need.name, *need.words)) for need in needs}
    least = min(max(_LEAST_BIGRAMS, len(asked) // 3), len(asked))
    for entry in entries:
        own: set[str] = set()
        for text in (*entry.names, *entry.purpose, *(names.get(n, "") for n in entry.needs)):
            own |= _pairs(text)
        shared = asked & own
        if len(shared) >= least:
            shown = "、".join(sorted(shared)[:3])
            why = Why(f"文字相近：{shown}", f"Similar wording: {shown}")
            told[entry.code].add(_BIGRAM * len(shared), why)


def _strongest(told: _Told) -> tuple[Why, ...]:
    ordered = sorted(told.why, key=lambda one: -one[0])
    return tuple(why for _, why in ordered[:_MOST_WHY])
