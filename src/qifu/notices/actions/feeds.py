"""Secret addresses of calendars: made, replaced, ended."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from qifu.accounts.logic import digest
from qifu.base import journal
from qifu.base.errors import NotAllowed, WrongState
from qifu.notices.models import FeedAddress
from qifu.notices.permissions import Connecting, may_keep_webhooks

READ_EVERY = timedelta(hours=1)


@transaction.atomic
def make_feed_address(*, actor: Connecting, now: datetime) -> tuple[FeedAddress, str]:
    """An address for the calendar of this membership; its secret is given this once.

    One that was there before ends: who has it reads nothing from now on.
    """
    if not may_keep_webhooks(actor):
        raise NotAllowed(_("您的角色不能让程序接入。请找单位的管理人员调整角色。"))
    assert actor.user is not None and actor.organisation_id is not None
    FeedAddress.objects.filter(membership_id=actor.membership.pk, revoked_at=None).update(
        revoked_at=now
    )
    secret = secrets.token_urlsafe(32)
    address = FeedAddress.objects.create(
        user=actor.user,
        membership_id=actor.membership.pk,
        organisation_id=actor.organisation_id,
        digest=digest(secret),
        created_at=now,
    )
    _record(address, "make_feed_address", actor, now)
    return address, secret


@transaction.atomic
def revoke_feed_address(*, actor: Connecting, now: datetime) -> None:
    """The address opens nothing from now on. WrongState where there is none."""
    if not may_keep_webhooks(actor):
        raise NotAllowed(_("您的角色不能让程序接入。请找单位的管理人员调整角色。"))
    live = FeedAddress.objects.filter(membership_id=actor.membership.pk, revoked_at=None)
    address = live.first()
    if address is None:
        raise WrongState(_("没有正在使用的日历地址。"))
    live.update(revoked_at=now)
    _record(address, "revoke_feed_address", actor, now)


def mark_feed_read(address: FeedAddress, *, now: datetime) -> None:
    """Remember that the calendar was read; written at most once an hour."""
    if address.read_at is None or address.read_at < now - READ_EVERY:
        FeedAddress.objects.filter(pk=address.pk).update(read_at=now)


def _record(address: FeedAddress, step: str, actor: Connecting, now: datetime) -> None:
    journal.record(address, step, actor_id=actor.user_id, acting_for=actor.organisation_id, now=now)
