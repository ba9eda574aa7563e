"""Chinese and other text cut into the words that it is found by."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import rjieba

from qifu.knowledge.logic.statutes import with_article_numbers
from qifu.textmine.ranking import plain, words_of

# What one part of a question may be met by: ways to say it, each the words that say it together.
Term = tuple[tuple[str, ...], ...]
# Search looks at this much of what was typed; a longer text has said what it is about by then.
LONGEST: Final = 4_000
MOST_WORDS: Final = 40
_LONGEST_WORD: Final = 64
_RUN: Final = re.compile(r"[^\W_]+")
# words of asking and of grammar: everybody writes them, so they find everything and nothing
NOISE: Final = frozenset(
    """
    的 了 和 与 及 或 在 是 有 也 都 就 还 而 且 被 把 对 向 从 为 以 于 之 其 这 那 该 此 上
    下 中 等 个 吗 呢 吧 啊 么 我 你 您 他 她 它 我们 你们 他们 咱们 自己 请 请问 您好 你好
    谢谢 想 想问 咨询 问 能 能否 可 可以 是否 有没有 会 要 需 需要 应 应该 怎么 怎样 怎么办
    如何 什么 哪 哪些 哪个 哪里 谁 多少 几 为什么 一下 因为 所以 但 但是 如果 已经 现在 没有
    没 不 很 又 再 到 给 让 用 做 办 多 去 来 说 相关 有关 情况 问题 a an the of to in on for
    and or is are do does can i we my our you how what where which who when why please about
    """.split()
)


def query_terms(text: str, synonyms: Sequence[Sequence[str]] = ()) -> list[Term]:
    """The words of a question, each also as the words it is made of: 申请专利 as 申请 and 专利.

    Where two words are cut depends on what stands around them, so that a text may hold one and
    not the other. `synonyms`: groups of words that say the same; where one of a group stands in
    the question, any of them will do.
    """
    said, rest = _said_otherwise(plain(text[:LONGEST]), synonyms)
    terms: list[Term] = [
        tuple(ways) for group in said
        if (ways := [tuple(words) for one in group if (words := query_words(one))])
    ]  # fmt: skip
    for word in query_words(rest) if rest.strip() or not terms else ():
        tiles = _tiles(word)
        terms.append(((word,), tiles) if tiles else ((word,),))
    return terms


def _said_otherwise(
    text: str, synonyms: Sequence[Sequence[str]]
) -> tuple[list[Sequence[str]], str]:
    """The groups of which a word stands in the text, and the text without these words."""
    said: list[Sequence[str]] = []
    words = [(plain(word), group) for group in synonyms for word in group]
    for word, group in sorted(words, key=lambda one: -len(one[0])):
        found = re.compile(
            rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word)
        )
        if word and found.search(text):
            text = found.sub(" ", text)
            said += [] if group in said else [group]
    return said[:MOST_WORDS], text


def query_words(text: str, *, parts: bool = False, most: int = MOST_WORDS) -> list[str]:
    """The words of a question, each once; if there are too many, those said often and the long
    ones.

    `parts`: longer words also in their parts. Words of asking and grammar are left out, unless
    there are no others.
    """
    cut = _cut(with_article_numbers(text[:LONGEST]), for_search=parts)
    said = Counter(cut)
    kept = [word for word in said if word not in NOISE] or list(said)
    if len(kept) > most:
        weight = {word: (len(word) > 1, said[word], len(word)) for word in kept}
        best = set(sorted(kept, key=lambda word: weight[word], reverse=True)[:most])
        kept = [word for word in kept if word in best]
    return kept


def _tiles(word: str) -> tuple[str, ...]:
    """The shorter words that stand side by side in a longer one; none where they do not fill it."""
    pieces = {part for part in _cut(word, for_search=True) if 1 < len(part) < len(word)}
    tiles, at = [], 0
    while at < len(word):
        fitting = [part for part in pieces if word.startswith(part, at)]
        if not fitting:
            return ()
        tiles.append(min(fitting, key=len))
        at += len(tiles[-1])
    return tuple(tiles)


def _cut(text: str, *, for_search: bool) -> list[str]:
    if for_search:
        return words_of(text)
    cut = rjieba.cut(plain(text))
    return [word[:_LONGEST_WORD] for piece in cut for word in _RUN.findall(piece)]
