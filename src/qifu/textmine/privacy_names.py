"""Find personal names in a text by their surname and by what stands beside them."""

import re
from collections.abc import Iterator
from functools import lru_cache

import rjieba

from qifu.textmine.surnames import (
    ASK_A_COLON,
    COMMON_WORDS,
    DOUBLE,
    LABELS,
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
_NUMBER_AFTER = re.compile(
    r"[,，:： (（]{0,2}(?:(?:联系)?电话|手机|身份证)?号?码?[:： ]{0,2}"
    r"(?:1[3-9]\d(?:[- ]?\d{4}){2}|0\d{2,3}-?\d{7}|\d{17}[\dXx])"
)
_LIST = re.compile(f"[、和及]({_SURNAME}[{_HAN}]{{1,2}})(?=[、，。；,;和及等都均两三 )）]|$)")


def names_in(text: str) -> list[Place]:
    """(start, end, confidence) of each name; places may overlap.

    Strong: 张某, 王小明先生, 联系人：王小明, a name before a number. Once found so, a name of three
    characters counts wherever it stands. Weak (below 0.5): a surname that is more often a word.
    """
    found = [*_blanked(text), *_titled(text), *_labelled(text), *_numbered(text)]
    found += list(_listed(text, found))
    known = {text[start:end] for start, end, sure in found if sure >= 0.65 and end - start >= 3}
    for name in sorted(known):
        if "某" not in name:
            found += [(m.start(), m.end(), 0.85) for m in re.finditer(re.escape(name), text)]
    return found


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
    for _start, end, sure in found:
        at = end
        while sure >= 0.65 and (match := _LIST.match(text, at)):
            if not _is_name(match[1]) or match[1][0] in COMMON_WORDS:
                break
            if _word_at(text, *match.span(1)):
                break
            yield *match.span(1), 0.7
            at = match.end()


def _is_name(said: str, *, alone: bool = False) -> bool:
    """A surname and one or two characters of a given name; `alone` a surname by itself."""
    surname = said[:2] if said[:2] in DOUBLE else said[:1]
    given = said[len(surname) :]
    if said[:2] == "谢谢":
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


def _word_at(text: str, start: int, end: int) -> bool:
    """Whether an ordinary word begins here and ends inside or at the end: 班主任, 房产, 麻烦|许."""
    first = max(0, start - 12)
    window = text[first : end + 12]
    word = _words(window).get(start - first)
    return word is not None and start + 1 < first + word[0] <= end and not word[1]


def _inside_word(text: str, start: int) -> bool:
    """Whether this character is the end or the middle of an ordinary word: 历史, 工程."""
    first = max(0, start - 12)
    cut = _words(text[first : start + 12])
    return any(
        begin < start - first < end and not name and end - begin > 1
        for begin, (end, name) in cut.items()
    )


def _cut_at(text: str, start: int) -> bool:
    """Whether a word begins here, as rjieba cuts the text."""
    first = max(0, start - 12)
    return start - first in _words(text[first : start + 12])
