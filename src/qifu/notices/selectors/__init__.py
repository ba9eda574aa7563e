"""Every read of messages that a door needs; webhooks have a module of their own."""

from qifu.notices.selectors.inbox import notice_text, notices_of, unread_count

__all__ = ["notice_text", "notices_of", "unread_count"]
