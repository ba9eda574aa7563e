"""Enterprises come in from the register, in bulk, once however often the file is read."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction

from qifu.base import outbox
from qifu.organisations.actions.facts import COLUMNS
from qifu.organisations.logic.ranking import standing
from qifu.organisations.models import Enterprise, Fact, Membership, Organisation
from qifu.rulebook.catalogue import Catalogue

SOURCE = "register"
BATCH = 2_000
STATED = ("founded", "legal_form", "region", "registered_capital", "status")


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

    def stated(self, catalogue: Catalogue) -> dict[str, Any]:
        """The facts that the register states and the city's catalogue has."""
        values: dict[str, Any] = {
            "founded": self.founded.isoformat() if self.founded else None,
            "legal_form": self.legal_form or None,
            "region": self.region or None,
            "registered_capital": _number(self.capital),
            "status": self.status or None,
        }
        return {n: value for n, value in values.items() if value is not None and n in catalogue}

    def words(self) -> dict[str, Any]:
        """The columns that are no facts: what this row leaves open is left out."""
        capital = {
            "capital": self.capital,
            "capital_text": self.capital_text[:100],
            "capital_currency": self.capital_currency,
        }
        others = {"address": self.address[:400], "scope": self.scope}
        return {
            **(capital if self.capital_text or self.capital is not None else {}),
            **{name: text for name, text in others.items() if text},
        }


@dataclass
class Loaded:
    """How many firms were new, changed, and already there as they are; facts written."""

    new: int = 0
    changed: int = 0
    same: int = 0
    facts: int = 0

    def add(self, other: "Loaded") -> None:
        """Count another batch in."""
        self.new += other.new
        self.changed += other.changed
        self.same += other.same
        self.facts += other.facts


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def load_firms(
    firms: Iterable[RegisteredFirm],
    *,
    as_of: date,
    now: datetime,
    catalogue: Catalogue,
    progress: Callable[[int], None] = lambda count: None,
) -> Loaded:
    """Write firms and what the register says of them, a batch a transaction.

    Attributes that the city's catalogue does not have are not kept as facts. Interrupted, it is
    run again: what is there stays, what is missing comes in.
    """
    loaded = Loaded()
    rows = iter(firms)
    while batch := list(islice(rows, BATCH)):
        try:
            done = _load_batch(batch, as_of, now, catalogue)
        except IntegrityError:
            # another import brought some of these firms in meanwhile: now they are known
            done = _load_batch(batch, as_of, now, catalogue)
        loaded.add(done)
        progress(len(batch))
    return loaded


@transaction.atomic
def _load_batch(
    batch: list[RegisteredFirm], as_of: date, now: datetime, catalogue: Catalogue
) -> Loaded:
    codes = [firm.uscc for firm in batch]
    # locked, in one order: a fact that somebody enters meanwhile waits and is not overwritten
    there = {
        enterprise.organisation.code: enterprise
        for enterprise in Enterprise.objects.select_related("organisation")
        .select_for_update(of=("self",))
        .filter(organisation__kind="enterprise", organisation__code__in=codes)
        .order_by("pk")
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
        stated = firm.stated(catalogue)
        enterprises.append(
            Enterprise(
                organisation=organisation,
                facts=stated,
                facts_version=1,
                region=firm.region,
                legal_form=firm.legal_form,
                founded=firm.founded,
                status=firm.status,
                **firm.words(),
            )
        )
        facts += [(organisation.pk, name, value) for name, value in stated.items()]
    Enterprise.objects.bulk_create(enterprises)
    changed, news = _look_again(
        [(there[firm.uscc], firm) for firm in batch if firm.uscc in there], catalogue, now
    )
    _insert([*facts, *news], as_of, now)
    return Loaded(len(fresh), changed, len(there) - changed, len(facts) + len(news))


def _insert(facts: list[tuple[int, str, Any]], as_of: date, now: datetime) -> None:
    """Write (enterprise, attribute, value) rows as statements of the register.

    By COPY on PostgreSQL, elsewhere by one prepared statement for all: `bulk_create` spends more
    time building SQL for a million rows than the database does storing them.
    """
    columns = ("enterprise", "attribute", "period", "source", "value", "as_of", "recorded_at")
    names = ", ".join(
        connection.ops.quote_name(field.column or "")
        for column in columns
        for field in Fact._meta.concrete_fields
        if field.name == column
    )
    table = connection.ops.quote_name(Fact._meta.db_table)
    day = connection.ops.adapt_datefield_value(as_of)
    at = connection.ops.adapt_datetimefield_value(now)
    rows = [
        (pk, name, "", SOURCE, None if value is None else json.dumps(value), day, at)
        for pk, name, value in facts
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _as_before(known: Enterprise, firm: RegisteredFirm, stated: Mapping[str, Any]) -> bool:
    """Whether the stored row says it all already; then no history has to be read."""
    return (
        known.organisation.name == firm.name[:200]
        and all(known.facts.get(name) == value for name, value in stated.items())
        and all(getattr(known, name) == value for name, value in firm.words().items())
    )


def _look_again(
    pairs: Sequence[tuple[Enterprise, RegisteredFirm]], catalogue: Catalogue, now: datetime
) -> tuple[int, list[tuple[int, str, Any]]]:
    """Bring firms that are known up to date; how many changed, and the facts that are news."""
    stated = {known.pk: firm.stated(catalogue) for known, firm in pairs}
    differing = [
        (known, firm) for known, firm in pairs if not _as_before(known, firm, stated[known.pk])
    ]
    if not differing:
        return 0, []
    history: dict[int, list[Fact]] = defaultdict(list)
    for fact in Fact.objects.filter(
        enterprise__in=[known.pk for known, _firm in differing], attribute__in=STATED, period=""
    ):
        history[fact.enterprise_id].append(fact)
    changed: list[Enterprise] = []
    facts: list[tuple[int, str, Any]] = []
    renamed = [known.pk for known, firm in differing if known.organisation.name != firm.name[:200]]
    for known, firm in differing:
        news = _news(history[known.pk], firm, stated[known.pk])
        if _take_over(known, firm, news, history[known.pk], catalogue):
            changed.append(known)
            facts += [(known.pk, name, value) for name, value in news.items()]
    _match_again(changed, now)
    if renamed:  # their cases are found by the firm's name
        key = f"{renamed[0]}:{now.isoformat()}"
        outbox.request("appeals.index_firms", key, {"enterprises": renamed}, now=now)
    return len(changed), facts


def _news(
    history: Iterable[Fact], firm: RegisteredFirm, stated: Mapping[str, Any]
) -> dict[str, Any]:
    """What the register says now that it did not say last; None where it takes a value back.

    A value that is just not there is no news: many files leave columns out. Only capital that is
    now stated in another way (foreign money) takes the yuan of before back.
    """
    said: dict[str, Any] = {}
    for fact in sorted(history, key=lambda fact: fact.pk):
        if fact.source == SOURCE:
            said[fact.attribute] = fact.value
    news = {name: value for name, value in stated.items() if said.get(name) != value}
    if firm.capital is None and firm.capital_text and said.get("registered_capital") is not None:
        news["registered_capital"] = None
    return news


def _take_over(
    known: Enterprise,
    firm: RegisteredFirm,
    news: Mapping[str, Any],
    history: Iterable[Fact],
    catalogue: Catalogue,
) -> bool:
    """Write what is new into the stored row; whether anything was.

    Which value counts is decided as everywhere: an officer's finding stays above the register.
    """
    values = {n: value for n, value in firm.words().items() if getattr(known, n) != value}
    renamed = known.organisation.name != firm.name[:200]
    if renamed:
        Organisation.objects.filter(pk=known.pk).update(name=firm.name[:200])
    for name, value in news.items():
        said = [fact for fact in history if fact.attribute == name]
        newest = max((fact.pk for fact in said), default=0) + 1
        said.append(Fact(pk=newest, attribute=name, source=SOURCE, value=value))
        attribute = catalogue.get(name)
        best = standing(said, attribute, catalogue)
        counts = best[0].value if best else None
        if counts is None:
            known.facts.pop(name, None)
        else:
            known.facts[name] = counts
        if name in COLUMNS:
            if counts is None:
                values[name] = COLUMNS[name]
            else:
                values[name] = date.fromisoformat(counts) if name == "founded" else counts
    if not (news or values or renamed):
        return False
    known.facts_version += 1 if news else 0
    for name, value in values.items():
        setattr(known, name, value)
    known.save(update_fields=["facts", "facts_version", *values])
    return True


def _match_again(changed: Iterable[Enterprise], now: datetime) -> None:
    """Firms that somebody acts for are matched again later, and told what is new."""
    by_pk = {enterprise.pk: enterprise for enterprise in changed}
    acted_for = Membership.objects.filter(organisation__in=by_pk, ended_at=None)
    for pk in sorted(set(acted_for.values_list("organisation_id", flat=True))):
        outbox.request(
            "policies.refresh_match",
            f"{pk}:{by_pk[pk].facts_version}",
            {"enterprise": pk},
            now=now,
        )
