"""Make and end the tokens of programs; count how often they ask."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from qifu.accounts.logic import digest, fresh_secret, known_scopes, shown_part
from qifu.accounts.models import ApiToken, KeptAnswer, RateCount
from qifu.accounts.permissions import Acting, may_connect, may_revoke
from qifu.base import journal
from qifu.base.errors import BadInput, NotAllowed, WrongState

USED_EVERY = timedelta(minutes=1)
MOST_LIVE = 20  # of one person in one organisation: enough for programs, few enough to look over


@transaction.atomic
def make_token(
    *, actor: Acting, name: str, scopes: Iterable[str], expires_at: datetime, now: datetime
) -> tuple[ApiToken, str]:
    """A token for the organisation that the actor stands for; its secret is given this once.

    BadInput names the field; expiry is at most QIFU_API_TOKEN_DAYS after now.
    """
    if not may_connect(actor):
        raise NotAllowed(_("您的角色不能让程序接入。请找单位的管理人员调整角色。"))
    longest = timedelta(days=settings.QIFU_API_TOKEN_DAYS)
    chosen, wrong = known_scopes(scopes), dict[str, object]()
    if not name.strip():
        wrong["name"] = _("请填写名称，例如：财务系统")
    if "\x00" in name:
        wrong["name"] = _("名称里有不能用的字符。")
    if not chosen:
        wrong["scopes"] = _("请至少选择一项权限。")
    if expires_at <= now:
        wrong["expires_at"] = _("到期日要在今天之后。")
    elif expires_at > now + longest:
        wrong["expires_at"] = _("最长 %(days)s 天，到期前换一个新的。") % {"days": longest.days}
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    assert actor.user is not None and actor.organisation_id is not None
    live = ApiToken.objects.filter(
        membership_id=actor.membership.pk, revoked_at=None, expires_at__gt=now
    )
    if live.count() >= MOST_LIVE:
        raise WrongState(_("最多同时有 %(most)s 个令牌，请先停用不再用的。") % {"most": MOST_LIVE})
    secret = fresh_secret()
    token = ApiToken.objects.create(
        user=actor.user,
        membership_id=actor.membership.pk,
        organisation_id=actor.organisation_id,
        name=name.strip()[:60],
        digest=digest(secret),
        prefix=shown_part(secret),
        scopes=chosen,
        created_at=now,
        expires_at=expires_at,
    )
    journal.record(
        token, "make_token", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        note=f"{token.name}: {' '.join(chosen)}",
    )  # fmt: skip
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: Acting, now: datetime) -> None:
    """From now on the token opens nothing; one that is ended already raises WrongState."""
    if not may_revoke(actor, token):
        raise NotAllowed(_("只能停用自己的令牌；管理成员的人可以停用本单位的。"))
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise WrongState(_("这个令牌已经停用了。"))
    token.refresh_from_db()
    journal.record(
        token, "revoke_token", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        note=token.name,
    )  # fmt: skip


def mark_used(token: ApiToken, *, now: datetime) -> None:
    """Remember that a token was used; written at most once a minute."""
    if token.last_used_at is not None and token.last_used_at > now - USED_EVERY:
        return
    unseen = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
    ApiToken.objects.filter(unseen, pk=token.pk).update(last_used_at=now)


def count_request(key: str, *, now: datetime) -> int:
    """One more request of this minute under a key; gives how many there are with it.

    The UPDATE is atomic on SQLite and PostgreSQL and blocks no reader; the first of a minute
    makes the row, and of two at once the database lets one make it.
    """
    minute = minute_of(now)
    row = RateCount.objects.filter(key=key, minute=minute)
    if not row.update(used=F("used") + 1):
        try:
            with transaction.atomic():
                RateCount.objects.create(key=key, minute=minute, used=1)
        except IntegrityError:
            row.update(used=F("used") + 1)
    return row.values_list("used", flat=True).get()


def minute_of(now: datetime) -> int:
    """Whole minutes since 1970."""
    return int(now.timestamp()) // 60


def keep_answer(
    token: ApiToken,
    *,
    key: str,
    method: str,
    path: str,
    body_digest: str,
    now: datetime,
) -> KeptAnswer | None:
    """Take the key for a create, inside its transaction; None where it is taken already.

    On PostgreSQL a second request waits here until the first is through, on SQLite at the
    beginning of its transaction: so it sees the answer, or may do the work itself.
    """
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(
                token=token,
                key=key,
                method=method,
                path=path[:300],
                body_digest=body_digest,
                created_at=now,
            )
    except IntegrityError:
        return None


def fill_answer(kept: KeptAnswer, *, status: int, answer: object) -> None:
    """What the create was answered, still inside its transaction."""
    KeptAnswer.objects.filter(pk=kept.pk).update(status=status, answer=answer)


def sweep_programs(*, now: datetime) -> int:
    """Delete answers and counts that are past their time; gives how many rows went."""
    old = now - timedelta(days=settings.QIFU_API_ANSWER_DAYS)
    answers, _by_model = KeptAnswer.objects.filter(created_at__lt=old).delete()
    counts, _by_model = RateCount.objects.filter(minute__lt=minute_of(now) - 60).delete()
    return answers + counts
