"""What a message asks, point by point, and whether a reply speaks of it."""

import re
from dataclasses import dataclass
from typing import Final

import rjieba

from qifu.textmine.reply_quality.sentences import SAID, Sentence, Span

_SPLIT: Final = re.compile(
    r"[。！？!?；;\n，,]+|(?=[一二三四五六七八九十\d][、.．](?!\d))|(?=[①②③④⑤⑥⑦⑧⑨])"
)
_ASKED: Final = re.compile(
    r"请问|咨询|能否|可否|能不能|可不可以|是不是|是否|有没有|何时|什么时候|几时|怎么|怎样|"
    r"如何|为什么|为何|"
    r"多少|多久|哪[里个些]|什么|吗$|呢$|希望|请求|恳[请求]|要求|建议|呼吁|强烈|[盼望]|请(?!问)|需要"
)
_NUMBERED: Final = re.compile(
    r"^\s*(?:[一二三四五六七八九十\d]+[、.．)）]|[①②③④⑤⑥⑦⑧⑨]|第[一二三四五六七八九十][，,、是])"
)
# a name of a place that was masked, or a number
_NO_WORD: Final = re.compile(r"[\d\W]+|[A-Z]\d*市?")
_NO_MATTER: Final = frozenset(
    "请问 咨询 希望 请求 要求 建议 领导 相关 有关 部门 问题 反映 情况 尽快 解决 处理 是否 "
    "能否 可以 什么 "
    "怎么 如何 为什么 多少 时候 时间 我们 你们 他们 自己 这个 那个 现在 目前 已经 没有 不能 "
    "一个 一些 "
    "进行 尊敬 书记 市长 县长 您好 你好 谢谢 政府 关于 投诉 强烈 希望能 我县 我市 但是 因为 "
    "所以 如果 "
    "就是 还是 这样 这种 那么 以及 或者 并且 而且 需要 应该 知道 一直 很多 大家 人员 单位".split()
)


@dataclass(frozen=True)
class Point:
    """One thing asked: its span in the question, and the words that carry it."""

    start: int
    end: int
    words: frozenset[str]

    @property
    def span(self) -> Span:
        return self.start, self.end


def points(question: str) -> tuple[Point, ...]:
    """The clauses of a message that ask or demand something; the first line counts as one."""
    found: list[Point] = []
    start = 0
    first_line = len(question.split("\n", 1)[0])
    for mark in [*_SPLIT.finditer(question), None]:
        stop = mark.start() if mark else len(question)
        clause = question[start:stop]
        asked = question[stop : stop + 1] in "?？" and stop < len(question)
        if len(clause.strip()) >= 4 and (
            asked or start < first_line or _ASKED.search(clause) or _NUMBERED.match(clause)
        ):
            words = _words(clause)
            if words and not any(words <= other.words for other in found):
                found.append(Point(start, stop, words))
        start = mark.end() if mark else stop
    return tuple(found)


def _words(text: str) -> frozenset[str]:
    return frozenset(
        word
        for word in rjieba.cut(text)
        if len(word) > 1 and word not in _NO_MATTER and not _NO_WORD.fullmatch(word)
    )


def spoken_of(point: Point, reply: tuple[Sentence, ...]) -> float:
    """The share of the point's words, or of their characters, that a reply's own sentences have."""
    said = "".join(sentence.text for sentence in reply if sentence.kind == SAID)
    if not said:
        return 0.0
    return sum(_in(word, said) for word in point.words) / len(point.words)


def _in(word: str, said: str) -> float:
    if word in said:
        return 1.0
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    return 0.5 * sum(pair in said for pair in pairs) / len(pairs)
