"""Enterprises come in from the register, in bulk, once however often the file is read."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, transaction

from qifu.organisations.models import Enterprise, Fact, Organisation

SOURCE = "register"
BATCH = 2_000


@dataclass(frozen=True)
class RegisteredFirm:
    """One readable row of the register. Values that the register leaves open are None or ""."""

    uscc: str
    name: str
    founded: date | None = None
    legal_form: str = ""
    region: str = ""
    capital: Decimal | None = None
    capital_text: str = ""
    capital_currency: str = ""
    status: str = ""
    address: str = ""
    scope: str = ""
    made_up: bool = False

    def stated(self) -> dict[str, Any]:
        """The facts of the catalogue that the register states."""
        values: dict[str, Any] = {
            "founded": self.founded.isoformat() if self.founded else None,
            "legal_form": self.legal_form or None,
            "region": self.region or None,
            "registered_capital": _number(self.capital),
            "status": self.status or None,
        }
        return {name: value for name, value in values.items() if value is not None}


@dataclass
class Loaded:
    """How many firms were new, changed, and already there as they are."""

    new: int = 0
    changed: int = 0
    same: int = 0
    facts: int = field(default=0)


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def load_firms(
    firms: Iterable[RegisteredFirm],
    *,
    as_of: date,
    now: datetime,
    attributes: frozenset[str],
    progress: Callable[[int], None] = lambda count: None,
) -> Loaded:
    """Write firms and what the register says of them, a batch a transaction.

    `attributes` are the names that the city's catalogue has; others are not kept as facts.
    Interrupted, it is run again: what is there stays, what is missing comes in.
    """
    loaded = Loaded()
    rows = iter(firms)
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic():
            _load_batch(batch, loaded, as_of, now, attributes)
        progress(len(batch))
    return loaded


def _load_batch(
    batch: list[RegisteredFirm],
    loaded: Loaded,
    as_of: date,
    now: datetime,
    attributes: frozenset[str],
) -> None:
    codes = [firm.uscc for firm in batch]
    there = {
        enterprise.organisation.code: enterprise
        for enterprise in Enterprise.objects.select_related("organisation").filter(
            organisation__kind="enterprise", organisation__code__in=codes
        )
    }
    fresh = [firm for firm in batch if firm.uscc not in there]
    organisations = Organisation.objects.bulk_create(
        [
            Organisation(
                kind="enterprise", code=firm.uscc, name=firm.name[:200], made_up=firm.made_up
            )
            for firm in fresh
        ]
    )
    enterprises: list[Enterprise] = []
    facts: list[tuple[int, str, Any]] = []
    for organisation, firm in zip(organisations, fresh, strict=True):
        stated = {k: v for k, v in firm.stated().items() if k in attributes}
        enterprises.append(
            Enterprise(
                organisation=organisation,
                facts=stated,
                facts_version=1,
                **_columns(firm),
            )
        )
        facts += [(organisation.pk, name, value) for name, value in stated.items()]
    Enterprise.objects.bulk_create(enterprises)
    for firm in batch:
        known = there.get(firm.uscc)
        if known is None:
            continue
        news = _news(known, firm, attributes)
        if not news and known.organisation.name == firm.name[:200]:
            loaded.same += 1
            continue
        loaded.changed += 1
        _take_over(known, firm, news)
        facts += [(known.pk, name, value) for name, value in news.items()]
    _insert(facts, as_of, now)
    loaded.new += len(fresh)
    loaded.facts += len(facts)


def _columns(firm: RegisteredFirm) -> dict[str, Any]:
    return {
        "region": firm.region,
        "legal_form": firm.legal_form,
        "founded": firm.founded,
        "capital": firm.capital,
        "capital_text": firm.capital_text[:100],
        "capital_currency": firm.capital_currency,
        "status": firm.status,
        "address": firm.address[:400],
        "scope": firm.scope,
    }


def _insert(facts: list[tuple[int, str, Any]], as_of: date, now: datetime) -> None:
    """Write (enterprise, attribute, value) rows as statements of the register.

    One prepared statement for all: `bulk_create` spends more time building SQL for a million
    rows than the database does storing them.
    """
    columns = ("enterprise", "attribute", "period", "source", "value", "as_of", "recorded_at")
    names = ", ".join(
        connection.ops.quote_name(field.column or "")
        for column in columns
        for field in Fact._meta.concrete_fields
        if field.name == column
    )
    table = connection.ops.quote_name(Fact._meta.db_table)
    marks = ", ".join(["%s"] * len(columns))
    day = connection.ops.adapt_datefield_value(as_of)
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            [(pk, name, "", SOURCE, json.dumps(value), day, at) for pk, name, value in facts],
        )


def _last_said(known: Enterprise) -> dict[str, Any]:
    said = Fact.objects.filter(enterprise=known, source=SOURCE, period="").order_by("pk")
    return dict(said.values_list("attribute", "value"))


def _news(known: Enterprise, firm: RegisteredFirm, attributes: frozenset[str]) -> dict[str, Any]:
    """What the register says now that it did not say before.

    The columns hold the register's last word as long as nobody else spoke; only where they
    differ is the history read.
    """
    stated = {k: v for k, v in firm.stated().items() if k in attributes}
    if all(known.facts.get(name) == value for name, value in stated.items()):
        return {}
    said = _last_said(known)
    return {name: value for name, value in stated.items() if said.get(name) != value}


def _take_over(known: Enterprise, firm: RegisteredFirm, news: dict[str, Any]) -> None:
    """The register's new word is the best there is for these facts, except an officer's finding."""
    if known.organisation.name != firm.name[:200]:
        Organisation.objects.filter(pk=known.pk).update(name=firm.name[:200])
    settled = set(
        Fact.objects.filter(enterprise=known, source="officer", attribute__in=news).values_list(
            "attribute", flat=True
        )
    )
    taken = {name: value for name, value in news.items() if name not in settled}
    columns = {k: v for k, v in _columns(firm).items() if k not in settled}
    Enterprise.objects.filter(pk=known.pk).update(
        facts={**known.facts, **taken}, facts_version=known.facts_version + 1, **columns
    )
