"""What people are told, what other programs are told, and the addresses of calendars."""

from qifu.notices.models.events import Delivery, Event, FeedAddress, Webhook
from qifu.notices.models.inbox import Notice

__all__ = ["Delivery", "Event", "FeedAddress", "Notice", "Webhook"]
