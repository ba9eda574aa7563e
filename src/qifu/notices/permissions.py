"""Who may connect programs to events and calendars. Pure questions: no query, no exception."""

from typing import Protocol

from qifu.accounts.permissions import Acting, may_connect
from qifu.notices.models import FeedAddress, Webhook


class Connecting(Acting, Protocol):
    """Who is asking, and whether for an enterprise."""

    @property
    def is_enterprise(self) -> bool: ...


def may_keep_webhooks(actor: Acting) -> bool:
    """Make, change and end webhooks and calendar addresses for the membership one acts with."""
    return may_connect(actor)


def is_own(actor: Acting, thing: Webhook | FeedAddress) -> bool:
    """It sees with the eyes of the very membership that is asking: nobody borrows another's."""
    return may_keep_webhooks(actor) and thing.membership_id == actor.membership.pk
