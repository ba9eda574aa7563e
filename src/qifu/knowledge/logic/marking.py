"""The piece of a text that shows why it was found, with the words of the question marked."""

import re
from collections.abc import Sequence
from typing import Final

from qifu.textmine.simplified import simplified

Part = tuple[str, bool]
AROUND: Final = 120


def marked(text: str, words: Sequence[str]) -> list[Part]:
    """A text in parts, (words, whether they were asked for); joined they are the text again."""
    parts: list[Part] = []
    at = 0
    for start, end in _spans(text, words):
        if start > at:
            parts.append((text[at:start], False))
        parts.append((text[start:end], True))
        at = end
    if at < len(text) or not parts:
        parts.append((text[at:], False))
    return parts


def snippet(text: str, words: Sequence[str], *, around: int = AROUND) -> list[Part]:
    """About `around` characters of a text where most different words of the question stand."""
    plain = " ".join(text.split())
    if len(plain) <= around * 3 // 2:
        return marked(plain, words)
    spans = _spans(plain, words)
    start = max(0, _best(plain, spans, around) - around // 6)
    if start < around // 6:
        start = 0
    end = min(len(plain), start + around)
    if end == len(plain):
        start = max(0, end - around)
    # not in the middle of a marked word
    for left, right in spans:
        if left < start < right:
            start = left
        if left < end < right:
            end = right
    parts = marked(plain[start:end], words)
    before = [("…", False)] if start > 0 else []
    after = [("…", False)] if end < len(plain) else []
    return [*before, *parts, *after]


def _spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand; those that touch or overlap are one."""
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return []
    found: list[tuple[int, int]] = []
    wanted_any = "|".join(map(_whole, map(simplified, wanted)))
    for one in re.finditer(wanted_any, simplified(text), re.IGNORECASE):
        if found and one.start() <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], one.end()))
        else:
            found.append(one.span())
    return found


def _whole(word: str) -> str:
    """Chinese stands anywhere; a word of letters or digits only where it is a whole word."""
    return rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word)


def _best(text: str, spans: Sequence[tuple[int, int]], around: int) -> int:
    """Where a piece begins that holds the most different words, then the most marks."""
    best, where = (0, 0), 0
    last = 0
    for first, (start, _end) in enumerate(spans):
        last = max(last, first)
        while last + 1 < len(spans) and spans[last + 1][1] <= start + around:
            last += 1
        inside = spans[first : last + 1]
        score = (len({text[a:b].lower() for a, b in inside}), len(inside))
        if score > best:
            best, where = score, start
    return where
