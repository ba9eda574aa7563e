"""The live index: every policy's reach in milliseconds, while policies and facts change."""

from qifu.rulebook.engine.index.bits import Change, Difference, Reach
from qifu.rulebook.engine.index.checking import Disagreement, check_sample
from qifu.rulebook.engine.index.live import LiveIndex, Moved
from qifu.rulebook.engine.index.reader import Reader, Standing, standing
from qifu.rulebook.engine.index.store import Torn

__all__ = [
    "Change", "Difference", "Disagreement", "LiveIndex", "Moved", "Reach", "Reader", "Standing",
    "Torn", "check_sample", "standing",
]  # fmt: skip
