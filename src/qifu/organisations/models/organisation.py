"""Enterprises and units of government: what memberships point at."""

from django.db import models
from django.db.models import Q


class Organisation(models.Model):
    """Anything a person can act for. `code` is the USCC of an enterprise or a unit's own code."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise"
        UNIT = "unit"

    kind = models.CharField(max_length=12, choices=Kind)
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200, db_index=True)
    name_en = models.CharField(max_length=200, blank=True)
    made_up = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="organisation_code_once"),
            models.CheckConstraint(
                name="organisation_kind_is_known", condition=Q(kind__in=["enterprise", "unit"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Enterprise(models.Model):
    """A firm. The columns and `facts` are a cached view of its Fact rows, rebuilt by actions.

    `facts` is flat: {"revenue@2025": value, …}, best-ranked value per attribute and year, in
    the catalogue's units; numbers as text where they are exact decimals, days as ISO text.
    """

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, primary_key=True, related_name="enterprise"
    )
    region = models.CharField(max_length=12, blank=True)
    industry = models.CharField(max_length=8, blank=True)
    legal_form = models.CharField(max_length=32, blank=True)
    founded = models.DateField(null=True)
    capital = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    capital_text = models.CharField(max_length=100, blank=True)
    capital_currency = models.CharField(max_length=3, blank=True)
    status = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=400, blank=True)
    scope = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    facts_version = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["region"]), models.Index(fields=["industry"])]

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def name(self) -> str:
        return self.organisation.name

    @property
    def uscc(self) -> str:
        return self.organisation.code


class Unit(models.Model):
    """A department of the city or a district; a tree by `parent`."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, primary_key=True, related_name="unit"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    kind = models.CharField(max_length=24, blank=True)
    region = models.CharField(max_length=12, blank=True)
    dissolved_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.organisation.name
