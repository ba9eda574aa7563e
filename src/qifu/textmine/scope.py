"""What speaks for an appeal being out of scope: rules of a city pack that suggest, never decide."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from qifu.rulebook.documents import Document
from qifu.rulebook.gather import join
from qifu.rulebook.words import Words
from qifu.textmine.guards import ASKED, FACT, clause_after, how_said, sentence
from qifu.textmine.normal import Traced, normalise, traced
from qifu.textmine.reading import Desk
from qifu.textmine.simplified import simplified
from qifu.textmine.spotting import Spot, Spotter, longest

REPEAT, OUTSIDE, NO_SUBSTANCE = "repeat", "outside_region", "no_substance"
CHECKS = (REPEAT, OUTSIDE, NO_SUBSTANCE)
# A word that is only asked about counts so much: 「能不能起诉」 is not yet a lawsuit.
ASKED_COUNTS = 0.5
# What speaks more softly than this is not told: an ordinary word that is only asked about.
LEAST = 0.3
# an authority of another place is asked for; another place is named; so is a place of the city
AUTHORITY, ELSEWHERE, AND_HERE = 0.8, 0.4, 0.5
EMPTY, SAYS_NOTHING, REPEATED = 1.0, 0.9, 0.9
_TOP = ("source", "exclusions")
_KEYS = ("code", "name", "reason", "channel", "channels", "signals", "checks")
_SIGNAL = ("words", "all", "not", "weight")

_AUTHORITY = re.compile(
    "局|委员会|发改委|政府|税务|海关|管委会|街道办|办事处|部门|公安|派出所|法院"
)
_FIRM = re.compile("[^的在有和与及]{0,12}?(?:有限|公司|集团|银行|大学|学院|厂(?![房区]))")
# A name of two characters is easily a piece of something else (回迁安置, 村道和县道): it must be
# said as a place, behind one of these or in front of an authority.
_PLACED = re.compile("(?:在|从|到|去|往|自|赴|于|找|向|由|属)$")
# names of places that are words first, and names that every city has
_NO_NAMES = frozenset(
    "合作 东方 安宁 安康 江山 大同 同仁 天长 新民 永安 平安 和平 城区 郊区 矿区 新区 老城区 新城区 "
    "市辖区".split()
)
_GREETINGS = re.compile(
    "(?:你好|您好|大家好|早上好|上午好|下午好|晚上好|早安|晚安|尊敬的|领导|各位|客服|老师|工作人员|们|"
    "在吗|在不在|在么|有人|请问|打扰|谢谢|感谢|辛苦|测试|试试|试一试|试用|一下|了|无|没有|没什么|"
    "没事|[你您哈呵嗯哦啊呀吗呢嘛喂]|hello|hi|hey|test|testing|thanks?|ok)+"
)
# a greeting longer than this says something
LONGEST_GREETING = 60
_SAME_AGAIN = re.compile(r"(.{1,6}?)\1{2,}")


class Channel(NamedTuple):
    """Where to go instead, in both languages, with an address where there is one."""

    zh: str
    en: str
    link: str = ""


@dataclass(frozen=True, eq=False)
class Signal:
    """Any of `words`, with each of `needed` in the same sentence and none of `barred` there."""

    words: tuple[str, ...]
    needed: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Exclusion:
    """One thing that is not taken in, why, and where to go; without signals a person finds it.

    `channels` are codes of the city's channel list, where it has entries for such things.
    """

    code: str
    name: Words
    reason: Words
    channel: Channel
    signals: tuple[Signal, ...] = ()
    checks: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ScopeRules:
    """The exclusions of a city, in the order of its guide."""

    source: Words
    exclusions: tuple[Exclusion, ...]

    def get(self, code: str) -> Exclusion | None:
        """The exclusion of that code, or None."""
        return next((one for one in self.exclusions if one.code == code), None)


class Heard(NamedTuple):
    """A word that spoke and its span in the text; for a whole text the word is empty."""

    word: str
    start: int
    end: int


@dataclass(frozen=True)
class ScopeSuggestion:
    """An exclusion that something speaks for; `score` above 0, at most 1; `why` says what spoke."""

    code: str
    score: float
    words: tuple[Heard, ...]
    why: Words
    reason: Words
    channel: Channel


def parse_scope(doc: Any, *, file: str = "", document: Document | None = None) -> ScopeRules:
    """Read scope.yaml; RuleError holds every mistake, with its line where `document` has it."""
    desk = Desk(file, document)
    top = desk.mapping(doc, "", "{source, exclusions}") or {}
    desk.stop()
    desk.keys(top, _TOP, "")
    source = None
    if top.get("source") is None:
        desk.say("missing", "source", "is missing", None, "{zh: …, en: …}")
    else:
        source = desk.bilingual(top["source"], "source", ("link",))
    seen: dict[str, str] = {}
    checks: dict[str, str] = {}
    found = [
        _exclusion(row, path, desk, seen, checks)
        for row, path in desk.rows(top.get("exclusions"), "exclusions", "{code, name, …}")
    ]
    desk.stop()
    return ScopeRules(source or Words("", ""), tuple(found))


def look(
    text: str,
    rules: ScopeRules,
    *,
    region_words: Collection[str] = (),
    home_words: Collection[str] = (),
    repeat_of: str | None = None,
) -> list[ScopeSuggestion]:
    """The exclusions that something in the text speaks for, the strongest first.

    A word that is denied (「不涉及国家秘密」) or part of an address (「法院路」) counts nothing;
    one that is only asked about counts ASKED_COUNTS. Signals add up: the score is 1 less ½ to the
    power of the weights. `region_words` are names of places outside the city, `home_words`
    those of the city; `repeat_of` is the number of the case that this one repeats without new
    facts. Spans are of `text` as it was handed over.
    """
    # what is looked up around a word is written in simplified characters; every place stays
    trace = traced(simplified(text))
    spots: dict[str, list[Spot]] = {}
    for spot in _spotter_of(rules).find(trace):
        spots.setdefault(spot.form, []).append(spot)
    found = []
    for exclusion in rules.exclusions:
        told = _told(exclusion, trace, spots)
        for check in exclusion.checks:
            more = None
            if check == NO_SUBSTANCE:
                more = _no_substance(trace)
            elif check == OUTSIDE and region_words:
                more = _outside(trace, tuple(region_words), tuple(home_words))
            elif check == REPEAT and repeat_of:
                why = Words(f"与诉求 {repeat_of} 重复", f"Repeats case {repeat_of}")
                more = REPEATED, (), why
            if more is not None and (told is None or more[0] > told[0]):
                told = more
        if told is not None and told[0] >= LEAST:
            score, words, why = told
            found.append(
                ScopeSuggestion(
                    exclusion.code, score, words, why, exclusion.reason, exclusion.channel
                )
            )
    return sorted(found, key=lambda one: -one.score)


_Told = tuple[float, tuple[Heard, ...], Words]
_Spots = Mapping[str, list[Spot]]


def _told(exclusion: Exclusion, trace: Traced, spots: _Spots) -> _Told | None:
    """What the signals of an exclusion find in a text."""
    text = trace.original
    weight = 0.0
    heard: dict[Heard, None] = {}
    for signal in exclusion.signals:
        best = 0.0
        for word in _heard(signal.words, trace, spots):
            counts = {FACT: 1.0, ASKED: ASKED_COUNTS}.get(how_said(text, word.start, word.end), 0.0)
            with_it = _with_it(signal, word, trace, spots) if counts else None
            if with_it is None:
                continue
            best = max(best, counts)
            heard.update(dict.fromkeys((word, *with_it)))
        weight += best * signal.weight
    if not weight:
        return None
    words = tuple(sorted(heard, key=lambda one: (one.start, one.end)))
    names = list(dict.fromkeys(one.word for one in words))
    why = Words(f"文中提到{_quoted(names, '“', '”', '、')}", f"The text says {_quoted(names)}")
    return 1 - 0.5**weight, words, why


def _with_it(signal: Signal, word: Heard, trace: Traced, spots: _Spots) -> tuple[Heard, ...] | None:
    """The words that must stand in the same sentence; None where one is missing or barred."""
    first, last = sentence(trace.original, word.start, word.end)
    if signal.barred:
        inside = normalise(trace.original[first:last])
        if any(normalise(barred) in inside for barred in signal.barred):
            return None
    found = []
    for needed in signal.needed:
        places = _heard((needed,), trace, spots)
        spot = next((one for one in places if first <= one.start and one.end <= last), None)
        if spot is None:
            return None
        found.append(spot)
    return tuple(found)


def _heard(words: tuple[str, ...], trace: Traced, spots: _Spots) -> list[Heard]:
    """The places of these words, the longest where one lies inside another."""
    written = {normalise(word): word for word in words}
    places = (spot for form in written for spot in spots.get(form, ()))
    return [
        Heard(written[spot.form], *trace.span(spot.start, spot.end)) for spot in longest(places)
    ]


@lru_cache(maxsize=8)
def _spotter_of(rules: ScopeRules) -> Spotter:
    signals = [signal for exclusion in rules.exclusions for signal in exclusion.signals]
    return Spotter(word for signal in signals for word in (*signal.words, *signal.needed))


def _no_substance(trace: Traced) -> _Told | None:
    """Nothing that could be answered: nothing at all, digits, one thing again and again, hello."""
    normal = trace.text
    whole = (Heard("", 0, len(trace.original)),) if trace.original else ()
    if len(normal) < 2:
        why = Words("没有文字内容", "There is no text in it")
        return EMPTY, whole, why
    if not any(char.isalpha() for char in normal):
        return SAYS_NOTHING, whole, Words("只有数字", "There are only digits")
    if len(set(normal)) == 1 or _SAME_AGAIN.fullmatch(normal):
        why = Words("只是重复同样的字", "It says the same thing over and over")
        return SAYS_NOTHING, whole, why
    if len(normal) <= LONGEST_GREETING and _GREETINGS.fullmatch(normal):
        why = Words("只有问候或测试用语", "There are only greetings or a test")
        return SAYS_NOTHING, whole, why
    return None


def _outside(trace: Traced, outside: tuple[str, ...], home: tuple[str, ...]) -> _Told | None:
    """Places outside the city, with their authorities or by themselves."""
    text = trace.original
    abroad, own, spotter = _places(outside, home)
    best, here = 0.0, False
    heard = []
    for spot in longest(spotter.find(trace)):
        start, end = trace.span(spot.start, spot.end)
        if how_said(text, start, end) not in (FACT, ASKED):
            continue
        if spot.form in own:
            here = True
            continue
        after = clause_after(text, end, 15)
        if _FIRM.match(after):
            continue  # the name of a firm says where it was registered once
        authority = _AUTHORITY.search(after)
        near = authority is not None and authority.start() < 5
        if len(spot.form) == 2 and not near and not _PLACED.search(text[:start][-2:]):
            continue
        best = max(best, AUTHORITY if authority else ELSEWHERE)
        heard.append(Heard(abroad[spot.form], start, end))
    if not heard:
        return None
    names = list(dict.fromkeys(word.word for word in heard))[:5]
    why = Words(
        f"文中提到外地：{'、'.join(names)}",
        f"The text names other places: {', '.join(names)}",
    )
    return best * (AND_HERE if here else 1), tuple(heard), why


@lru_cache(maxsize=4)
def _places(
    outside: tuple[str, ...], home: tuple[str, ...]
) -> tuple[Mapping[str, str], Mapping[str, str], Spotter]:
    """Normal form → name, of places outside and of those of the city, and what finds them.

    Cities and provinces are also known as people say them (东莞市, 东莞); a name that the city has
    too (there is more than one 南山区) is the city's own.
    """
    own = {normalise(name): name for name in _with_short(home)}
    abroad = {normalise(name): name for name in _with_short(outside)}
    abroad = {f: name for f, name in abroad.items() if f not in own and f not in _NO_NAMES}
    return abroad, own, Spotter((*abroad, *own))


def _with_short(names: tuple[str, ...]) -> list[str]:
    return [*names, *(name[:-1] for name in names if len(name) > 2 and name[-1] in "市省")]


def _quoted(words: list[str], left: str = "“", right: str = "”", between: str = ", ") -> str:
    return between.join(f"{left}{word}{right}" for word in words[:5])


def _exclusion(
    row: Mapping[str, Any], path: str, desk: Desk, seen: dict[str, str], checks: dict[str, str]
) -> Exclusion:
    desk.keys(row, _KEYS, path)
    signals = row.get("signals")
    rows = desk.rows(signals, join(path, "signals"), "[{words: […]}]") if signals else []
    return Exclusion(
        code=desk.code(row, path, seen),
        name=desk.both(row, "name", path, required=True) or Words("", ""),
        reason=desk.both(row, "reason", path, required=True) or Words("", ""),
        channel=_channel(row, path, desk),
        signals=tuple(_signal(one, where, desk) for one, where in rows),
        checks=_checks(row, path, desk, checks),
        channels=_channels(row, path, desk),
    )


def _channels(row: Mapping[str, Any], path: str, desk: Desk) -> tuple[str, ...]:
    value, where = row.get("channels"), join(path, "channels")
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not value:
        desk.say("type", where, "must be a list of codes that is not empty", value, "[sz-12345]")
        return ()
    for i, code in enumerate(value):
        if not isinstance(code, str) or not code:
            desk.say("type", f"{where}[{i}]", "must be a code of the channel list", code)
        elif code in value[:i]:
            desk.say("duplicate", f"{where}[{i}]", "the same channel twice", code)
    return tuple(code for code in value if isinstance(code, str))


def _channel(row: Mapping[str, Any], path: str, desk: Desk) -> Channel:
    value, where = row.get("channel"), join(path, "channel")
    if value is None:
        desk.say("missing", where, "says no right channel", None, "{zh: …, en: …, link: https://…}")
        return Channel("", "")
    words = desk.bilingual(value, where, ("link",))
    link = desk.text(value, "link", where) if words else None
    if link and not link.startswith(("https://", "http://", "tel:", "mailto:")):
        desk.say("link", join(where, "link"), "must be a whole address", link, "https://…, tel:…")
    return Channel(*(words or ("", "")), link or "")


def _signal(row: Mapping[str, Any], path: str, desk: Desk) -> Signal:
    desk.keys(row, _SIGNAL, path)
    words = desk.word_list(row, "words", path, required=True)
    barred = desk.word_list(row, "not", path)
    needed = desk.word_list(row, "all", path)
    weight = desk.weight(row["weight"], f"{path}.weight") if "weight" in row else 1.0
    for bar in barred:
        for word in (*words, *needed):
            if normalise(bar) in normalise(word):
                message = f"stands inside {word}, which could then never speak"
                desk.say("silenced", join(path, "not"), message, bar)
    return Signal(words, needed, barred, weight or 1.0)


def _checks(row: Mapping[str, Any], path: str, desk: Desk, seen: dict[str, str]) -> tuple[str, ...]:
    value, where = row.get("checks"), join(path, "checks")
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        desk.say("type", where, "must be a list of checks", value, ", ".join(CHECKS))
        return ()
    for i, check in enumerate(value):
        here = f"{where}[{i}]"
        if check not in CHECKS:
            desk.say("check", here, "no such check", check, ", ".join(CHECKS))
        elif check in seen:
            desk.say("duplicate", here, f"the same check at {seen[check]}", check)
        else:
            seen[check] = here
    return tuple(check for check in value if check in CHECKS)
