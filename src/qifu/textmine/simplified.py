"""Traditional characters as simplified ones, character for character: every offset stays."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

_PAIRS: Final = Path(__file__).with_name("traditional.txt")
# These stand in simplified writing too (覆盖, 乾坤, 慰藉): only beside these characters are they
# the traditional form of another.
_BESIDE: Final = (
    (re.compile("(?<=[答回批函电])覆|覆(?=[议核查函信])"), "复"),
    (re.compile("乾(?=[净燥旱脆杯洗涸枯果粮货])|(?<=[饼烘晒风吹烤])乾"), "干"),
    (re.compile("藉(?=[由口此助故])|(?<=凭)藉"), "借"),
)
# Taiwan writes 看著 for 看着; in a text that is simplified 著 is always 著.
_ASPECT: Final = re.compile("(?<![作原名显编专土论昭卓巨译遗所])著(?![作名述称录])")


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Code point → one simplified character; the compatibility ideographs as what they stand for.

    The pairs are OpenCC's (TSCharacters, Apache-2.0) and jionlp's (Apache-2.0); which of them, and
    why a table and no library: docs/decisions/0018.
    """
    table: dict[int, str] = {}
    for group in _PAIRS.read_text(encoding="utf-8").split():
        table |= {ord(char): group[0] for char in group[1:]}
    for code in range(0xF900, 0xFB00):
        form = unicodedata.normalize("NFKC", chr(code))
        if len(form) == 1 and ord(form) in table:
            table[code] = table[ord(form)]
    return table


def simplified(text: str) -> str:
    """The text in simplified characters; `simplified(text)[i]` stands for `text[i]`.

    Only characters change: words of Taiwan and Hongkong (軟體, 資訊) stay other words.

    >>> simplified("請儘快答覆我們於後天遞交的營業執照")
    '请尽快答复我们于后天递交的营业执照'
    """
    return settled(by_character(text), traditional=is_traditional(text))


def by_character(text: str) -> str:
    """The text with every character that is traditional wherever it stands made simplified."""
    return text if text.isascii() else text.translate(_table())


def is_traditional(text: str) -> bool:
    """Whether any character of the text is a traditional one."""
    return not text.isascii() and not _table().keys().isdisjoint(map(ord, text))


def settled(text: str, *, traditional: bool) -> str:
    """The second step: characters that are traditional only beside others, in a text after
    `by_character`; `traditional` as it was before."""
    for beside, char in _BESIDE:
        text = beside.sub(char, text)
    return _ASPECT.sub("着", text) if traditional else text
