"""Everything that can be read of appeals, beginning with who asks."""

from qifu.appeals.selectors.clocks import DUTIES, explained, rule_set_of, window_of
from qifu.appeals.selectors.external import appeal_by_external_id

__all__ = ["DUTIES", "appeal_by_external_id", "explained", "rule_set_of", "window_of"]
