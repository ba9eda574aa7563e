"""One way to write a text, character for character, so that every offset stays what it was."""

import re
from functools import lru_cache

from qifu.textmine.simplified import simplified

_SIGNS = {
    **dict.fromkeys(",﹐", "，"),
    **dict.fromkeys(";﹔", "；"),
    **dict.fromkeys("(﹙【[〔", "（"),
    **dict.fromkeys(")﹚】]〕", "）"),
    **dict.fromkeys(":﹕", "："),
    **dict.fromkeys("?", "？"),
    **dict.fromkeys("!", "！"),
    **dict.fromkeys('“”„‟"「」『』＂｢｣', '"'),
    **dict.fromkeys("～〜∼﹏", "~"),
    **dict.fromkeys("—–―－‐‑−﹣", "-"),
    **dict.fromkeys("％﹪", "%"),
    **dict.fromkeys("\t\xa0\u3000\u2002\u2003\u2009\u200b\ufeff\r", " "),
    **dict.fromkeys("\v\f\x85\u2028\u2029", "\n"),
    **dict.fromkeys("｡", "。"),
    **dict.fromkeys("､", "、"),
    "〇": "零",
    "○": "零",
    "Ⅰ": "I",
    "㎡": "㎡",
}
# a sign inside a figure, a time or an address is no sign of a sentence
_INSIDE = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))|(?<=[\dA-Za-z])：(?=[\d/])|(?<=[A-Za-z])？(?=\w)")
_BACK = {"，": ",", "：": ":", "？": "?"}


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Code point → one character: half width for full width, one sign for many."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    folded = {code: _SIGNS.get(char, char) for code, char in table.items()}
    return folded | {ord(char): to for char, to in _SIGNS.items()}


def fold(text: str) -> str:
    """The text with simplified characters, half-width letters and figures, Chinese signs.

    Every character becomes exactly one, so that `fold(text)[i]` stands for `text[i]`. A comma
    between the digits of one figure is `,`, every other one `，`; all quotation marks are `"`.

    >>> fold("營業收入(含)達２，０００萬元,不超過5％")
    '营业收入（含）达2,000万元，不超过5%'
    """
    return _INSIDE.sub(lambda sign: _BACK[sign[0]], simplified(text).translate(_table()))
