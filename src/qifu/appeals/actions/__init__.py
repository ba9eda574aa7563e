"""Everything that can be done to an appeal. Doors call these and nothing below."""

from qifu.appeals.actions.clocks import Recomputed, recompute_clocks

__all__ = ["Recomputed", "recompute_clocks"]
