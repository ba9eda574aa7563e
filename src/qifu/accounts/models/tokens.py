"""Tokens of programs, how often they ask, and what a repeated create is answered."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class ApiToken(models.Model):
    """A program acts for one person in one organisation. Only a digest of the secret is kept.

    `membership_id` and `organisation_id` are plain references upwards.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens"
    )
    membership_id = models.BigIntegerField(db_index=True)
    organisation_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=16)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="api_token_ends_after_it_begins",
                condition=Q(expires_at__gt=F("created_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"


class RateCount(models.Model):
    """How often somebody asked in one minute. `key` is a token's number or a digest of an address.

    One row a minute, raised by one atomic UPDATE: right over any number of processes.
    """

    key = models.CharField(max_length=72)
    minute = models.BigIntegerField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "minute"], name="rate_count_once_a_minute")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.minute} {self.used}"


class KeptAnswer(models.Model):
    """What a create was answered under an Idempotency-Key; written in the create's transaction."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=100)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="kept_answer_once_for_a_key")
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
