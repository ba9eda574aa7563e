"""What a model sees of a text: words without function words, and groups of 1 to 4 characters."""

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import rjieba

from qifu.textmine.simplified import simplified

# Further characters of one text are not read: nobody decides what a case is about on page ten.
LONGEST: Final = 20_000
MOST_CHARACTERS: Final = 4
_TAG = re.compile(r"<[/!?A-Za-z][^<>]{0,500}>")
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")
_RUN = re.compile(r"[\w]+")
# Words that say nothing of the subject; in running Chinese every third word is one of them.
FUNCTION: Final = frozenset(
    (
        "的 了 是 在 我 我们 和 不 有 没 也 都 没有 就 为 到 给 让 要 对 与 还 被 这 等 上 又 "
        "可以 吗 但 他 他们 她 她们 它 去 能 并 而 将 来 向 从 这样 把 就是 及 该 一 这个 以 "
        "什么 有关 作为 为什么 本人 自己 会 由 个 这些 那 那些 那个 但是 关于 你 你们 您 可 "
        "于 如果 不是 还是 按 其 里 后 前 中 下 之 吧 呢 啊 嘛 哪 谁 怎么 怎样 如何 多少 几 "
        "或 或者 及其 以及 因为 所以 因此 由于 虽然 不过 然而 而且 并且 甚至 如 如此 即 即使 "
        "既 则 却 便 才 再 已 已经 曾 曾经 正 正在 仍 仍然 一直 一个 一些 一下 一样 一定 有些 "
        "有的 每 每个 各 各位 各种 某 某些 此 本 另 另外 其他 其它 其中 至 至今 自 自从 当 时 "
        "时候 之后 之前 以后 以前 以来 现在 目前 今天 今年 去年 只 只有 只是 只能 仅 仅仅 很 "
        "非常 十分 特别 太 更 最 越 多 少 大 小 好 不能 不会 不要 不知 不知道 知道 觉得 认为 "
        "希望 请 请问 谢谢 感谢 您好 你好 尊敬 敬爱 领导 书记 市长 县长 区长 厅长 局长 反映 "
        "咨询 求助 建议 问题 情况 解决 处理 答复 回复 望 恳请 请求 盼 此致 敬礼 进行 通过 "
        "根据 按照 应该 应 应当 必须 需要 可能 能够 能否 是否 还有 以上 以下 左右 年 月 日 号 "
        "元 第 次 件 起 过 着 得 地 说 做 用 看 想 "
    ).split()
)


def cleaned(text: str) -> str:
    """The text without HTML, in Unicode NFKC, lower case and simplified characters; at most
    LONGEST characters of it."""
    text = text[: 4 * LONGEST]
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", text))
    text = _ESCAPED.sub(" ", text)
    return simplified(unicodedata.normalize("NFKC", text).lower()[:LONGEST])


def words_of(text: str) -> list[str]:
    """The words of a text that can say what it is about, in their order.

    A text that comes with blanks between its words is cut again all the same. Words without a
    Chinese character stay where they have two Latin letters or more (ktv, 4s); numbers, codes of
    places and function words go.
    """
    joined = _between_han(cleaned(text))
    found = []
    for run in _RUN.findall(joined):
        found += [word for word in rjieba.cut(run) if _speaks(word)]
    return found


def groups_of(words: list[str]) -> Iterator[str]:
    """Every group of 1 to MOST_CHARACTERS characters of the words written together."""
    joined = "".join(words)
    size = len(joined)
    for start in range(size):
        for end in range(start + 1, min(start + MOST_CHARACTERS, size) + 1):
            yield joined[start:end]


def _between_han(text: str) -> str:
    """Without the blanks between Chinese words, that some texts come with."""
    return re.sub(f"(?<={_HAN.pattern})[ \t\r\n]+(?={_HAN.pattern})", "", text)


@lru_cache(maxsize=100_000)
def _speaks(word: str) -> bool:
    if _HAN.search(word):
        return word not in FUNCTION
    return sum(char.isalpha() for char in word) >= 2 and word.isascii() and len(word) <= 20
