"""Pieces of texts as the index of cases holds them: every two characters that stand side by side.

Only characters that every tokenizer takes for a part of a word; whatever is left out here has to
be looked for in the texts themselves.
"""

import re
from typing import Final

from qifu.textmine.ranking import plain

_LETTERS: Final = re.compile(r"[a-z0-9]{2,}")
_RUNS: Final = re.compile(r"[a-z0-9\u4e00-\u9fa5]{2,}")


def letter_pairs(text: str) -> str:
    """Every pair of letters and digits of a text, each once, with spaces between."""
    return " ".join(sorted(set(_pairs(_LETTERS, text))))


def pairs_asked(piece: str) -> tuple[list[str], list[str]]:
    """The pairs that a text with this piece holds: those with Chinese in them, those of letters.

    Both empty for a piece that no pair can be made of.
    """
    pairs = dict.fromkeys(_pairs(_RUNS, piece))
    letters = [pair for pair in pairs if pair.isascii()]
    return [pair for pair in pairs if not pair.isascii()], letters


def _pairs(runs: re.Pattern[str], text: str) -> list[str]:
    found = runs.findall(plain(text))
    return [run[at : at + 2] for run in found for at in range(len(run) - 1)]
