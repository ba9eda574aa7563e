"""Everything that can be done to messages; events and webhooks have modules of their own."""

from qifu.notices.actions.inbox import blank_value, mark_all_read, mark_read, tell

__all__ = ["blank_value", "mark_all_read", "mark_read", "tell"]
