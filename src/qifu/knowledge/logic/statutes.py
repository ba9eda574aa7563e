"""A statute in Markdown, read article by article without losing a character."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

INFO_END: Final = "<!-- INFO END -->"
_DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_NUMBER: Final = "[零〇一二三四五六七八九十百千]+"
# an article begins a line and is followed by a space; 第三条之一 is an article of its own
_ARTICLE: Final = re.compile(rf"(第({_NUMBER})条(?:之({_NUMBER}))?)[ \u3000]+")
_ASKED: Final = re.compile(r"第?\s*(\d{1,4})\s*条?(?:\s*之\s*(\d{1,2}))?")
_HEADING: Final = re.compile(r"(#{1,6})\s+(.*)")
# files are not agreed on how many # a chapter has: the sign after its number says what it is
_PLACE: Final = re.compile(rf"第{_NUMBER}(分?[编章节])")
_DEPTHS: Final = {"编": -4, "分编": -3, "章": -2, "节": -1}
# space of every width, and of none, that word processors leave around a line
_AROUND: Final = " \t\f\v\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True)
class Article:
    """One article. `number` as it is cited, "" for what stands before the first one.

    `text` begins after the number; its paragraphs are lines. `headings`: chapter, section.
    """

    number: str
    anchor: str
    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Statute:
    """What a file says: title, how it was passed and changed, articles in order."""

    title: str
    history: tuple[str, ...]
    articles: tuple[Article, ...]


def number_value(words: str) -> int:
    """一百二十三 as 123; up to 千.

    Raises KeyError for anything that is not a Chinese numeral.
    """
    total = digit = 0
    for sign in words:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def number_words(value: int) -> str:
    """123 as 一百二十三, the way statutes count; 1 to 9999."""
    signs, left = "", value
    for unit, size in (("千", 1000), ("百", 100), ("十", 10)):
        digit, left = divmod(left, size)
        if digit:
            ten = unit == "十" and digit == 1 and not signs
            signs += unit if ten else "零一二三四五六七八九"[digit] + unit
        elif signs and left and not signs.endswith("零"):
            signs += "零"
    return signs + ("零一二三四五六七八九"[left] if left else "")


def article_number(asked: str) -> str:
    """An article as it is cited: 第十二条 for 第十二条, 第12条, 12条 or 12; else what was asked."""
    found = _ASKED.fullmatch(asked.strip())
    if found is None or not int(found[1]):
        return asked.strip()
    more = f"之{number_words(int(found[2]))}" if found[2] and int(found[2]) else ""
    return f"第{number_words(int(found[1]))}条{more}"


def with_article_numbers(text: str) -> str:
    """第12条 written as 第十二条 wherever it stands, so that it is found as statutes say it."""
    return re.sub(r"第\s*\d{1,4}\s*条", lambda found: article_number(found[0]), text)


def read_statute(text: str) -> Statute:
    """Read one statute: an info block up to INFO END, headings with #, 第X条 at line starts.

    A line is a new article only if its number goes up, so that an article quoted on a line of
    its own stays in the text that quotes it. What stands before the first article becomes one
    with number ""; a text without articles is one such piece.
    """
    info, mark, body = text.partition(INFO_END)
    if not mark:
        info, body = "", text
    title, history = _info(info)
    articles: list[Article] = []
    headings: list[tuple[int, str]] = []
    number, anchor, last = "", "a0", (0, 0)
    under: tuple[str, ...] = ()
    lines: list[str] = []

    def close() -> None:
        whole = "\n".join(lines)
        if number or whole:
            articles.append(Article(number, anchor, under, whole))

    for line in _lines(body):
        heading = _HEADING.fullmatch(line)
        if heading:
            depth, words = len(heading[1]), " ".join(heading[2].split())
            if depth == 1 and not title:
                title = words
                continue
            place = _PLACE.match(words)
            depth = _DEPTHS[place[1]] if place else depth
            headings = [*(h for h in headings if h[0] < depth), (depth, words)]
            continue
        found = _ARTICLE.match(line)
        order = _order(found) if found else (0, 0)
        if found and order > last:
            close()
            last, number, lines = order, found[1], [line[found.end() :]]
            anchor = f"a{order[0]}" + (f"-{order[1]}" if order[1] else "")
            under = tuple(words for _depth, words in headings)
        else:
            lines.append(line)
    close()
    return Statute(title, history, tuple(articles))


def _order(found: re.Match[str]) -> tuple[int, int]:
    return number_value(found[2]), number_value(found[3]) if found[3] else 0


def _lines(text: str) -> Iterator[str]:
    """The lines that hold something, without the space around them."""
    for line in re.split(r"\r\n|\r|\n", text):
        held = line.strip(_AROUND)
        if held:
            yield held


def _info(info: str) -> tuple[str, tuple[str, ...]]:
    title, history = "", []
    for line in _lines(info):
        heading = _HEADING.fullmatch(line)
        if heading:
            title = title or " ".join(heading[2].split())
        else:
            history.append(line)
    return title, tuple(history)
