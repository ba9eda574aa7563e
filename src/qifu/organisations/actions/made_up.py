"""Made-up firms and people for a demo: marked in every row, refused outside QIFU_DEMO=1."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction

from qifu.accounts.models import User
from qifu.base.errors import NotAllowed
from qifu.organisations.actions.ownership import join
from qifu.organisations.logic.ranking import standing
from qifu.organisations.models import Enterprise, Fact, Membership, Organisation
from qifu.rulebook.catalogue import Catalogue

BATCH = 500


@dataclass(frozen=True)
class MadeUpFirm:
    """A firm of the demo with what each source says: (attribute, period, value, source, as_of)."""

    uscc: str
    name: str
    statements: Sequence[tuple[str, str, Any, str, date]]


def _only_in_a_demo() -> None:
    if not settings.QIFU_DEMO:
        raise NotAllowed("made-up data exists only with QIFU_DEMO=1")


def load_made_up_firms(
    firms: Iterable[MadeUpFirm],
    *,
    catalogue: Catalogue,
    now: datetime,
    progress: Callable[[int], None] = lambda count: None,
) -> int:
    """Write the firms that are not there yet, a batch a transaction; give how many."""
    _only_in_a_demo()
    rows, made = iter(firms), 0
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic():
            made += _load(batch, catalogue, now)
        progress(len(batch))
    return made


def _load(batch: list[MadeUpFirm], catalogue: Catalogue, now: datetime) -> int:
    there = set(
        Organisation.objects.filter(
            kind="enterprise", code__in=[firm.uscc for firm in batch]
        ).values_list("code", flat=True)
    )
    fresh = [firm for firm in batch if firm.uscc not in there]
    organisations = Organisation.objects.bulk_create(
        [
            Organisation(kind="enterprise", code=firm.uscc, name=firm.name, made_up=True)
            for firm in fresh
        ]
    )
    enterprises, facts = [], []
    for organisation, firm in zip(organisations, fresh, strict=True):
        rows = [
            Fact(
                enterprise_id=organisation.pk,
                attribute=attribute,
                period=period or "",
                source=source,
                value=value,
                as_of=as_of,
                recorded_at=now,
            )
            for attribute, period, value, source, as_of in firm.statements
        ]
        view = _view(rows, catalogue)
        founded = view.get("founded")
        enterprises.append(
            Enterprise(
                organisation=organisation,
                facts=view,
                facts_version=1,
                region=view.get("region", ""),
                industry=view.get("industry", ""),
                legal_form=view.get("legal_form", ""),
                status=view.get("status", ""),
                founded=date.fromisoformat(founded) if founded else None,
                capital=view.get("registered_capital"),
            )
        )
        facts += rows
    Enterprise.objects.bulk_create(enterprises)
    Fact.objects.bulk_create(facts, batch_size=2_000)
    return len(fresh)


def _view(rows: list[Fact], catalogue: Catalogue) -> dict[str, Any]:
    """The best-ranked value per attribute and year, as `append_fact` would leave it."""
    by_key: dict[str, list[Fact]] = {}
    for number, row in enumerate(rows, start=1):
        row.pk = number  # their order; the real numbers come from the database
        by_key.setdefault(row.key, []).append(row)
    view = {}
    for key, statements in by_key.items():
        attribute = catalogue.get(statements[0].attribute)
        best = standing(statements, attribute.sources if attribute else ())
        if best:
            view[key] = best[0].value
    for row in rows:
        row.pk = None
    return view


@transaction.atomic
def load_made_up_person(
    *,
    username: str,
    password: str,
    display_name: str,
    language: str,
    roles: Sequence[tuple[str, str, str]],
    now: datetime,
) -> User:
    """One demo account with its roles, (kind, organisation code, role) each; once.

    An account that is there keeps its password, and roles that were changed or ended stay so.
    A real person's account of that name is left alone.
    """
    _only_in_a_demo()
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, display_name=display_name, language=language, made_up=True)
        user.set_password(password)
        user.save()
    if not user.made_up:
        return user
    for kind, code, role in roles:
        organisation = Organisation.objects.get(kind=kind, code=code)
        if not Membership.objects.filter(user=user, organisation=organisation).exists():
            join(user, organisation.pk, role, now=now)
    return user
