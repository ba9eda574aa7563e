"""Where a firm can turn: channels of the city and its districts, and what people report of them."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from qifu.organisations.models.organisation import Unit
from qifu.organisations.states import ReportState


class Channel(models.Model):
    """One entry of the channel list. Retired, never deleted.

    `document` is the entry as it stands, in the shape of a row of channels.yaml with days as ISO
    text; the other columns repeat what lists filter by. `pack_document` is what the pack said when
    it was last loaded, null for an entry that came from a page or a file. `edited_at` is set while
    the entry differs from its pack by the hand of a person. `version` grows with every change, so
    that of two people editing at once the second is told.
    """

    code = models.CharField(max_length=48, unique=True)
    kind = models.CharField(max_length=32)
    zone = models.CharField(max_length=32, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="channels")
    document = models.JSONField()
    pack_document = models.JSONField(null=True)
    checked_on = models.DateField()
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                name="channel_has_code_and_kind", condition=~Q(code="") & ~Q(kind="")
            )
        ]
        indexes = [models.Index(fields=["retired_at", "zone"], name="channels_of_a_zone")]

    def __str__(self) -> str:
        return self.code

    def words(self, key: str) -> Mapping[str, str]:
        """A text of the entry in both languages, empty where it has none."""
        return dict(self.document.get(key) or {})

    @property
    def name(self) -> Mapping[str, str]:
        return self.words("name")

    @property
    def needs(self) -> list[str]:
        return list(self.document.get("needs") or [])

    @property
    def hours(self) -> Mapping[str, Any] | None:
        """The business-hours document; None where nobody knows the hours."""
        hours: Mapping[str, Any] | None = self.document.get("hours")
        return hours


class ChannelReport(models.Model):
    """Somebody says that an entry is wrong. `contact` goes when the report is settled.

    `digest` is of the text in its normal form: the same words are not reported twice at a time.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="reports")
    text = models.TextField()
    contact = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=ReportState, default=ReportState.OPEN.value)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField()
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="channel_report_state_is_known",
                condition=Q(state__in=["open", "mended", "kept"]),
            ),
            models.CheckConstraint(
                name="channel_report_settled_has_officer_time_and_answer",
                condition=Q(
                    state="open", settled_by__isnull=True, settled_at__isnull=True, answer=""
                )
                | (
                    ~Q(state="open")
                    & Q(settled_by__isnull=False, settled_at__isnull=False)
                    & ~Q(answer="")
                ),
            ),
            models.UniqueConstraint(
                fields=["channel", "digest"],
                condition=Q(state="open"),
                name="channel_report_one_open_of_a_text",
            ),
        ]
        indexes = [models.Index(fields=["state", "reported_at"], name="channel_reports_waiting")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.state}"
