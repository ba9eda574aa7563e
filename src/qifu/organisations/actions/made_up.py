"""Made-up firms and people for a demo: marked in every row, refused outside QIFU_DEMO=1."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction

from qifu.accounts.models import User
from qifu.base.city import current_city
from qifu.base.errors import NotAllowed
from qifu.organisations.actions.disputes import dispute_fact
from qifu.organisations.actions.ownership import join, submit_claim
from qifu.organisations.logic.ranking import standing
from qifu.organisations.models import (
    Claim,
    Dispute,
    Enterprise,
    Fact,
    Membership,
    Organisation,
)
from qifu.organisations.permissions import NOBODY
from qifu.organisations.selectors import actor_for
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
        best = standing(statements, attribute, catalogue)
        if best:
            view[key] = best[0].value
    for row in rows:
        row.pk = None
    return view


@transaction.atomic
def load_made_up_person(
    *,
    username: str,
    password: str | None,
    display_name: str,
    language: str,
    roles: Sequence[tuple[str, str, str]],
    now: datetime,
) -> User:
    """One demo account with its roles, (kind, organisation code, role) each; once.

    Without a password nobody can sign in to it: it only stands in for somebody in a story.

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


@transaction.atomic
def load_made_up_cases(*, now: datetime, disputed: str = "") -> int:
    """A few claims and disputes, so that an official's desk has work; once, give how many.

    `disputed` is the attribute, a number of people, that owners disagree with; "" for none.
    """
    _only_in_a_demo()
    if Claim.objects.exists() or Dispute.objects.exists():
        return 0
    made = 0
    nobody_s = Organisation.objects.filter(
        kind="enterprise", made_up=True, memberships=None
    ).order_by("pk")
    for days, organisation in zip((4, 2, 0), nobody_s[:3], strict=False):
        submit_claim(
            organisation.enterprise,
            actor=NOBODY,
            applicant=f"演示申请人{made + 1}",
            phone="000-00000000",
            position="行政",
            note="营业执照和授权书可以到窗口核对。",
            now=now - timedelta(days=days),
        )
        made += 1
    owners = Membership.objects.filter(
        user__made_up=True,
        role=current_city().owner_role,
        ended_at=None,
        organisation__enterprise__isnull=False,
    ).select_related("user", "organisation__enterprise")
    for membership in owners.order_by("pk"):
        firm = membership.organisation.enterprise
        stated = firm.facts.get(disputed)
        if isinstance(stated, int):
            dispute_fact(
                firm,
                actor=actor_for(membership.user, membership.pk),
                attribute=disputed,
                text=str(stated + 3),
                reason="上个月新招的 3 人还没有计入，名册可以提供。",
                now=now - timedelta(days=1),
            )
            made += 1
    return made
