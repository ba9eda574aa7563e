"""The compiled functions under one name; `plain` is the same without numba."""

from qifu.rulebook.engine.counting import flush, place, reserve
from qifu.rulebook.engine.eights import WORDS
from qifu.rulebook.engine.matching import eligible_block, fail, match_block
from qifu.rulebook.engine.rows import coded, composite, flags, joined, ranked, sets, spans

__all__ = [
    "WORDS", "coded", "composite", "eligible_block", "fail", "flags", "flush", "joined",
    "match_block", "place", "ranked", "reserve", "sets", "spans",
]  # fmt: skip
