"""Who may act for whom: memberships, claims to an enterprise, invitations, consents."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qifu.organisations.models.organisation import Enterprise, Organisation, Unit
from qifu.organisations.states import ClaimState, InvitationState


class Membership(models.Model):
    """A person acts for an organisation in a role of the city pack. Ended, never deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=32)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(ended_at=None),
                name="membership_one_live_role",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.organisation_id}"


class Claim(models.Model):
    """Somebody says: this firm's account is mine. An officer decides after checking papers."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="claims")
    token = models.CharField(max_length=64, unique=True)
    number = models.CharField(max_length=24, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="claims"
    )
    applicant = models.CharField(max_length=60)
    phone = models.CharField(max_length=20)
    position = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=ClaimState, default=ClaimState.SUBMITTED.value)
    submitted_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    papers_checked = models.JSONField(default=list)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="claim_decided_has_officer_and_time",
                condition=~Q(state__in=["approved", "refused"])
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False)),
            )
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="claims_waiting")]

    def __str__(self) -> str:
        return self.number


class ClaimPaper(models.Model):
    """A paper handed in with a claim: kept outside the web root, given only to those who decide."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="papers")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    file = models.FileField(upload_to="claims/%Y/%m/")

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A one-time way in. Only a digest of its token is kept."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations"
    )
    role = models.CharField(max_length=32)
    label = models.CharField(max_length=60)
    token_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(
        max_length=10, choices=InvitationState, default=InvitationState.OPEN.value
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    claim = models.OneToOneField(
        Claim, null=True, on_delete=models.PROTECT, related_name="invitation"
    )

    def __str__(self) -> str:
        return f"{self.label} → {self.organisation_id}"


class Consent(models.Model):
    """A firm lets one unit see the groups of facts that need its consent, until a day."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="consents")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="consents")
    groups = models.JSONField()
    purpose = models.CharField(max_length=200)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()
    until = models.DateField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["enterprise", "unit"], name="consents_of_a_pair")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} → {self.unit_id}"
