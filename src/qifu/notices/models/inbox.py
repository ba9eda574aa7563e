"""Messages to people, one row a person and message."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One message in one person's inbox; its words come from a template of the city pack."""

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    organisation_id = models.BigIntegerField(null=True)
    template = models.CharField(max_length=48)
    values = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["to", "-id"], name="notices_of_a_person"),
            models.Index(fields=["to"], condition=Q(read_at=None), name="notices_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.to_id}"
