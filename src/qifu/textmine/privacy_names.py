"""Find personal names in a text by their surname and by what stands beside them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import rjieba

from qifu.textmine.surnames import (
    ASK_A_COLON,
    BEFORE,
    BEHIND,
    COMMON_WORDS,
    DOUBLE,
    FREQUENT,
    LABELS,
    NO_NAME_END,
    NOT_GIVEN,
    SINGLE,
    TITLES,
)

Place = tuple[int, int, float]

_HAN = "\u4e00-\u9fff"
_SINGLE = "".join(sorted(SINGLE))
_SURNAME = f"(?:{'|'.join(DOUBLE)}|[{_SINGLE}])"
_BY_LENGTH = sorted(TITLES, key=len, reverse=True)
_TITLE = re.compile(
    "|".join(_BY_LENGTH) + "|总(?![则之是共的会体经数计部价理面监统裁额量结值局要公办])"
)
_BLANKED = re.compile(
    f"({_SURNAME})(?:某(?![些种个类时地处样天年月日])某?[{_HAN}]?|[XxＸ×*]{{1,2}}(?![A-Za-z0-9]))"
)
_LABEL = re.compile(f"({'|'.join(sorted(LABELS, key=len, reverse=True))})([:： ]{{0,3}})")
# what may follow a name at once in running text
_AFTER = re.compile(
    f"[^{_HAN}]|$|男|女|身份|电话|手机|联系|系|于|因|在|向|与|和|及|等|是|为|已|现|被|从|自|把|对|的|说|称|同|住"
)
# behind a surname that is more often a word: the clause ends, or a number comes
_AFTER_SURE = re.compile(r"[，。、,;；:：（()）\s]|$")
_NUMBER_AFTER = re.compile(
    r"[,，:： (（]{0,2}(?:(?:联系)?电话|手机|身份证)?号?码?[:： ]{0,2}"
    r"(?:1[3-9]\d(?:[- ]?\d{4}){2}|0\d{2,3}-?\d{7}|\d{17}[\dXx])"
)
_SEP = "[、和及与]|[，, 　]|[。] "
_LIST = re.compile(f"(?:{_SEP})({_SURNAME}[{_HAN}]{{1,2}})(?=[、，。；,;和及与等都均两三 )）]|$)")
_LIST_BEFORE = re.compile(f"(?<![{_HAN}])({_SURNAME}[{_HAN}]{{1,2}})(?:{_SEP})$")
_BEFORE = re.compile(f"(?:{'|'.join(sorted(BEFORE, key=len, reverse=True))})[:：]? ?")
_BEHIND = re.compile(BEHIND)
# 李姓主管, a woman 姓李
_CALLED = re.compile(
    f"({_SURNAME})姓(?![{_HAN}]?名)|(?<![百老同改外本冠贵])姓({_SURNAME})(?=[的，。,、;；)）])"
)
# 谢局你好
_SHORT_TITLE = re.compile(
    f"(?:^|(?<=[\\n。！，, ]))({_SURNAME})(?=(?:局|处|厅|总|队|工|镇)(?:[你您]好|[:：]))"
)
# a name by itself at the end, or before the date
_SIGNED = re.compile(
    f"(?<=[。！!？?\\s）)])({_SURNAME}[{_HAN}]{{1,2}})(?=\\s*(?:叩谢|敬上)?\\s*(?:$|(?:19|20)\\d\\d[年./-]))"
)
_TWO = re.compile(f"(?=(?<![{_HAN}])({_SURNAME}[{_HAN}])[、，,]({_SURNAME}[{_HAN}])(?![{_HAN}]))")
_PLACE_AFTER = re.compile(
    "小区|社区|街道|[路街镇乡村桥]|公司|集团|品牌|商城|广场|花园|学校|幼儿园|酒店|大道"
)
# of COMMON_WORDS those that hardly ever begin a name in running text
_GRAMMAR: Final = frozenset("和与于从经由能应通相别须全单居都还被把向")
# kinds of words that no given name is taken for: 局长王|强调
_NO_GIVEN: Final = ("v", "d", "p", "c", "r", "u", "m", "t", "f", "q")


def names_in(text: str) -> list[Place]:
    """(start, end, confidence) of each name; places may overlap.

    Strong: 张某, 王小明先生, 联系人：王小明, a name before a number, one behind a title or a kin,
    a word of three that rjieba takes for a name and that begins with a surname. Once found so, a
    name counts wherever it stands, unless it is a word too. Weak (below 0.5): a surname that is
    more often a word.
    """
    words = _words(text)
    found = [*_blanked(text), *_titled(text), *_labelled(text), *_numbered(text)]
    found += [*_called(text), *_taken_for_names(text, words), *_beside(text, words)]
    found += list(_listed(text, found))
    known = {text[start:end] for start, end, sure in found if sure >= 0.65 and end - start > 1}
    # one of two that no word is: 夏庭, not 高达
    known = {n for n in known if "某" not in n and (len(n) > 2 or not rjieba.has_word(n))}
    for size in {len(name) for name in known}:
        for at in range(len(text) - size + 1):
            if text[at : at + size] in known:
                found.append((at, at + size, 0.85))
    return found


def _called(text: str) -> Iterator[Place]:
    for match in _CALLED.finditer(text):
        start, end = match.span(1 if match[1] else 2)
        if text[start] not in COMMON_WORDS and (match[2] or not _inside_word(text, start)):
            yield start, end, 0.7
    for match in _SHORT_TITLE.finditer(text):
        yield *match.span(1), 0.7


def _taken_for_names(text: str, words: dict[int, tuple[int, bool]]) -> Iterator[Place]:
    """Words of three or four that rjieba takes for names, beginning with a plain surname."""
    for start, (end, name) in words.items():
        said = text[start:end]
        if not name or len(said) < 3 or not _is_name(said) or said[0] in COMMON_WORDS:
            continue
        if said[-1] in NO_NAME_END or said[1] == said[2] or _PLACE_AFTER.match(text, end):
            continue
        # 夏令营, 桑塔纳: the dictionary calls them names too
        if said[1] == "家" or (rjieba.has_word(said) and said[0] not in FREQUENT):
            continue
        if not _ordinary(said[:2]):
            yield start, end, 0.65
    # two short ones side by side in a list
    for match in _TWO.finditer(text):
        spans = match.span(1), match.span(2)
        if all(words.get(a, (0, False)) == (b, True) and _is_name(text[a:b]) for a, b in spans):
            if not any(text[a] in COMMON_WORDS or _ordinary(text[a:b]) for a, b in spans):
                yield *spans[0], 0.65
                yield *spans[1], 0.65


def _beside(text: str, words: dict[int, tuple[int, bool]]) -> Iterator[Place]:
    """Names with a title, a role or a kin before them, a sign behind, or signed with."""
    for match in _BEFORE.finditer(text):
        at = match.end()
        for size in (4, 3, 2):
            if _could_be(text, at, at + size, words):
                yield at, at + size, 0.75
                break
    for match in _BEHIND.finditer(text):
        for size in (3, 2):
            start = match.start() - size
            begins = start >= 0 and (start in words or _begins(text, start))
            if begins and _could_be(text, start, match.start(), words):
                yield start, match.start(), 0.75
                break
    for match in _SIGNED.finditer(text):
        if _could_be(text, *match.span(1), words):
            yield *match.span(1), 0.7


def _could_be(text: str, start: int, end: int, words: dict[int, tuple[int, bool]]) -> bool:
    """Whether this reads as a whole name: no word begins in it that is an ordinary one and no
    given name, none runs over its end, and one of two characters stands by itself."""
    said = text[start:end]
    if len(said) < end - start or not _is_name(said) or said[-1] in NO_NAME_END:
        return False
    if _PLACE_AFTER.match(text, end) or _ordinary(said):
        return False
    if len(said) == 4 and said[:2] not in DOUBLE:
        return False
    if said[0] in COMMON_WORDS and said[:2] not in DOUBLE:
        clear = len(said) > 2 and _AFTER_SURE.match(text, end) and not _ordinary(said[1:])
        if not clear or said[0] in _GRAMMAR:
            return False
    for at in range(max(0, start - 2), end):
        stop, _name = words.get(at, (at, True))
        inside = text[at:stop]
        if stop <= start or not _ordinary(inside):
            continue
        if at <= start or stop > end or _kind(inside).startswith(_NO_GIVEN):
            return False
    whole = words.get(start, (0, False)) == (end, True)
    return (
        len(said) > 2
        or whole
        or (end in words or end == len(text))
        and bool(_AFTER.match(text, end))
    )


def _blanked(text: str) -> Iterator[Place]:
    for match in _BLANKED.finditer(text):
        start, end = match.span()
        last = text[end - 1]
        if last not in "某XxＸ×*" and (last in NOT_GIVEN or not _AFTER.match(text, end)):
            end -= 1
        if _inside_word(text, start):
            continue
        weak = match[1] in COMMON_WORDS and not _begins(text, start)
        yield start, end, 0.45 if weak else 0.9


def _titled(text: str) -> Iterator[Place]:
    for match in _TITLE.finditer(text):
        at = match.start()
        for size in (4, 3, 1, 2):
            start = at - size
            if start < 0 or not _is_name(text[start:at], alone=size < 3):
                continue
            if text[start:at] not in DOUBLE and _word_at(text, start, match.end()):
                continue
            if _inside_word(text, start) or text[max(0, start - 1) : at] == "谢谢":
                continue
            # 莫家塔村主任, 郑家冲组长: villages are called so
            if size == 3 and text[start + 1] == "家" and match[0][0] in "村组":
                continue
            surname = text[start : start + 1]
            weak = surname in COMMON_WORDS and not (_begins(text, start) and size != 1)
            weak = weak and not (text[start - 1 : start] == "的" and surname not in "原总代管")
            yield start, at, (0.4 if weak else 0.85 if size != 2 else 0.7)
            break


def _labelled(text: str) -> Iterator[Place]:
    for match in _LABEL.finditer(text):
        colon = "：" in match[2] or ":" in match[2]
        for size in (4, 3, 2):
            name = text[match.end() : match.end() + size]
            if len(name) < size or not _is_name(name):
                continue
            if not _AFTER.match(text, match.end() + size):
                continue
            if not colon and _word_at(text, match.end(), match.end() + size):
                continue
            bare = not colon and match[1] in ASK_A_COLON
            weak = name[0] in COMMON_WORDS and not colon
            if weak and size == 3 and _AFTER_SURE.match(text, match.end() + size):
                weak = _ordinary(name[1:])
            if bare and (size == 2 or weak):
                continue
            yield match.end(), match.end() + size, 0.4 if weak else 0.65 if bare else 0.9
            break


def _numbered(text: str) -> Iterator[Place]:
    for match in _NUMBER_AFTER.finditer(text):
        for size in (3, 2):
            start = match.start() - size
            if start < 0 or not _is_name(text[start : match.start()]):
                continue
            if _word_at(text, start, match.start()):
                continue
            clear = _begins(text, start)
            if clear or (text[start] not in COMMON_WORDS and _cut_at(text, start)):
                yield start, match.start(), 0.8 if clear else 0.65
                break


def _listed(text: str, found: list[Place]) -> Iterator[Place]:
    """What stands in a row with a name, on either side; nothing is walked over twice."""
    anchors = {(start, end) for start, end, sure in found if sure >= 0.65}
    ends = {end for _, end in anchors}
    begins = {start for start, _ in anchors}
    for start, end in sorted(anchors):
        left, right = start, end
        while match := _LIST_BEFORE.search(text, max(0, left - 5), left):
            name = match[1]
            if match.end(1) in ends or not _is_name(name) or name[0] in COMMON_WORDS:
                break
            if _ordinary(name):
                break
            left = match.start(1)
            ends.add(match.end(1))
            yield *match.span(1), 0.7
        while match := _LIST.match(text, right):
            name = match[1]
            if match.start(1) in begins or not _is_name(name) or name[0] in COMMON_WORDS:
                break
            if _word_at(text, *match.span(1)):
                break
            right = match.end(1)
            begins.add(match.start(1))
            yield *match.span(1), 0.7


def _is_name(said: str, *, alone: bool = False) -> bool:
    """A surname and one or two characters of a given name; `alone` a surname by itself."""
    surname = said[:2] if said[:2] in DOUBLE else said[:1]
    given = said[len(surname) :]
    if said[:2] == "谢谢" or given in TITLES or given[:1] == "先":
        return False
    if surname not in DOUBLE and surname not in SINGLE:
        return False
    if alone and not given:
        return True
    if not 1 <= len(given) <= 2:
        return False
    return all("\u4e00" <= char <= "\u9fff" and char not in NOT_GIVEN for char in given)


def _begins(text: str, start: int) -> bool:
    """Whether nothing that could belong to the name stands right before it."""
    return start == 0 or not "\u4e00" <= text[start - 1] <= "\u9fff"


@lru_cache(maxsize=4)
def _words(text: str) -> dict[int, tuple[int, bool]]:
    """Start → (end, whether it is taken for a name) of the words of a text, as rjieba cuts it."""
    at, found = 0, {}
    for word, kind in rjieba.tag(text):
        found[at] = (at + len(word), kind.startswith("nr"))
        at += len(word)
    return found


@lru_cache(maxsize=50_000)
def _kind(word: str) -> str:
    """The kind of a word by itself."""
    tagged = rjieba.tag(word)
    return str(tagged[0][1]) if len(tagged) == 1 else ""


@lru_cache(maxsize=50_000)
def _ordinary(word: str) -> bool:
    """Whether these characters are one word of the dictionary and no name in it."""
    return len(word) > 1 and rjieba.has_word(word) and not _kind(word).startswith("nr")


def _word_at(text: str, start: int, end: int) -> bool:
    """Whether an ordinary word begins here and ends inside or at the end: 班主任, 房产, 麻烦|许."""
    first = max(0, start - 12)
    window = text[first : end + 12]
    word = _words(window).get(start - first)
    if word is None or word[1] or not start + 1 < first + word[0] <= end:
        return False
    return rjieba.has_word(text[start : first + word[0]])


def _inside_word(text: str, start: int) -> bool:
    """Whether this character is the end or the middle of an ordinary word: 历史, 工程."""
    first = max(0, start - 12)
    cut = _words(text[first : start + 12])
    return any(
        begin < start - first < end
        and not name
        and rjieba.has_word(text[first + begin : first + end])
        for begin, (end, name) in cut.items()
    )


def _cut_at(text: str, start: int) -> bool:
    """Whether a word begins here, as rjieba cuts the text."""
    first = max(0, start - 12)
    return start - first in _words(text[first : start + 12])
