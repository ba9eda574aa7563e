"""Tokens of programs: whose a secret is, which ones a person may see."""

from datetime import datetime

from django.db.models import Q, QuerySet

from qifu.accounts.logic import PREFIX, digest
from qifu.accounts.models import ApiToken, KeptAnswer, RateCount
from qifu.accounts.permissions import Acting, may_see_all_tokens


def token_of_secret(secret: str, *, now: datetime) -> ApiToken | None:
    """The live token with that secret whose person may still sign in; else None."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    live = ApiToken.objects.select_related("user").filter(
        digest=digest(secret), revoked_at=None, expires_at__gt=now, user__is_active=True
    )
    return live.first()


def tokens_of(actor: Acting) -> QuerySet[ApiToken]:
    """One's own tokens of all organisations, newest first; for nobody none."""
    if actor.user_id is None:
        return ApiToken.objects.none()
    return ApiToken.objects.filter(user_id=actor.user_id).order_by("-pk")


def tokens_visible_to(actor: Acting) -> QuerySet[ApiToken]:
    """One's own, and for whom manages people those of the whole organisation, newest first."""
    if actor.user_id is None:
        return ApiToken.objects.none()
    seen = Q(user_id=actor.user_id)
    if may_see_all_tokens(actor):
        seen |= Q(organisation_id=actor.organisation_id)
    return ApiToken.objects.filter(seen).select_related("user").order_by("-pk")


def kept_answer_of(token: ApiToken, key: str) -> KeptAnswer | None:
    """What was answered under an Idempotency-Key of this token."""
    return KeptAnswer.objects.filter(token=token, key=key).first()


def used_in_minute(key: str, minute: int) -> int:
    """How often something was counted in a minute."""
    found = RateCount.objects.filter(key=key, minute=minute).values_list("used", flat=True)
    return found.first() or 0
