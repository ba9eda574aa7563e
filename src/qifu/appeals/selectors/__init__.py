"""Everything that can be read of appeals, beginning with who asks."""

from qifu.appeals.selectors.clocks import DUTIES, explained, rule_set_of, window_of

__all__ = ["DUTIES", "explained", "rule_set_of", "window_of"]
