"""Who gets which answer from every address of the site, and who may change what.

The routes are collected from the resolver: one that is not in the tables fails the test.
"""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.urls import get_resolver, reverse

from qifu.notices.selectors import unread_count
from tests.web.matrix_forms import PROGRAMMERS, WRITERS, may_post
from tests.web.matrix_world import (
    ENTERPRISE,
    KINDS,
    NOT_IN,
    UNIT,
    World,
    everything,
    make_world,
)

pytestmark = pytest.mark.usefixtures("demo_city")

PUBLIC = dict.fromkeys(KINDS, "200")
NOBODY_READS = dict.fromkeys(KINDS, "405")  # only for sending forms
ASKED_WHO = dict.fromkeys(NOT_IN, "sign-in")


def signed_in(answer: str, **other: str) -> dict[str, str]:
    return dict.fromkeys(KINDS, answer) | ASKED_WHO | other


def for_firms(*roles: str, others: str = "403", answer: str = "200") -> dict[str, str]:
    """Pages of an enterprise: its roles named, its other roles, and everybody else."""
    return (
        ASKED_WHO
        | {"nowhere": "switch"}
        | dict.fromkeys(ENTERPRISE, others)
        | dict.fromkeys(roles, answer)
        | dict.fromkeys(UNIT, "403")
    )


def for_units(*roles: str) -> dict[str, str]:
    """Pages of the desk: the roles that may, and everybody else."""
    return (
        ASKED_WHO
        | {"nowhere": "switch"}
        | dict.fromkeys(ENTERPRISE, "403")
        | dict.fromkeys(UNIT, "403")
        | dict.fromkeys(roles, "200")
    )


OWN = {"other_owner": "404"}  # a thing of another firm is not there
# who works on appeals; what a role sees of the one case is in its own rows
DESKS = ("intake_officer", "handler", "other_handler", "coordinator", "callback_officer")
FINDERS = ("firm_registrar", "enterprise_officer", "data_steward", "policy_officer", *DESKS)
KEEPERS = ("enterprise_officer", "unit_admin", "intake_officer")
# the case is with its lead unit: nobody else of the units, and no callback desk, has seen it yet
OF_OTHERS = {"other_handler": "404", "callback_officer": "404"}
OF_A_CASE = for_units("intake_officer", "handler", "coordinator") | OF_OTHERS
SENT_TO_DESKS = for_units() | dict.fromkeys(DESKS, "405")

OF_PROGRAMS = {
    **dict.fromkeys(KINDS, "403"), **ASKED_WHO, "nowhere": "switch",
    **dict.fromkeys(PROGRAMMERS, "200"),
}  # fmt: skip

MAY_GET: dict[str, dict[str, str]] = {
    "home": PUBLIC,
    "whole-city": PUBLIC,
    "zones": PUBLIC,
    "zone": PUBLIC,
    "library": PUBLIC,
    "library-xlsx": PUBLIC,
    "policy": PUBLIC,
    "policy-calendar": PUBLIC,
    "diagnosis": PUBLIC,
    "industries": PUBLIC,
    "size-test": PUBLIC,
    "help": PUBLIC,
    "healthz": PUBLIC,
    "city-css": PUBLIC,
    "city-logo": dict.fromkeys(KINDS, "404"),  # the demo has none
    "claim-new": PUBLIC,
    "claim-status": PUBLIC,  # behind a secret address
    "invitation": PUBLIC,  # behind a secret address
    "preferences": NOBODY_READS,
    "sign-in": dict.fromkeys(KINDS, "302") | dict.fromkeys(NOT_IN, "200"),
    "sign-out": NOBODY_READS,
    "after-sign-in": signed_in("302", nowhere="switch"),
    "switch": signed_in("200"),
    "account": signed_in("200"),
    "messages": signed_in("200"),
    "message": signed_in("404", owner="302"),
    "messages-read": signed_in("405"),
    "my-overview": for_firms(*ENTERPRISE),
    "my-policies": for_firms(*ENTERPRISE),
    "my-policy": for_firms(*ENTERPRISE),
    "my-answer": for_firms(others="405"),
    "my-skip": for_firms(others="405"),
    "my-undo": for_firms(others="405"),
    "api-document": PUBLIC,
    "api-unknown": dict.fromkeys(KINDS, "404"),
    "api-docs": PUBLIC,
    "api-docs-short": dict.fromkeys(KINDS, "302"),
    "programs": OF_PROGRAMS,
    "programs-webhooks": OF_PROGRAMS,
    "programs-webhook": OF_PROGRAMS | dict.fromkeys(set(PROGRAMMERS) - {"owner"}, "404"),
    "programs-feeds": OF_PROGRAMS,
    "feed-windows": PUBLIC,
    "feed-policies": PUBLIC,
    "feed-due": PUBLIC,  # behind a secret address
    "my-profile": for_firms(*ENTERPRISE),
    "my-fact": for_firms(*ENTERPRISE),
    "my-reports": for_firms(*ENTERPRISE),
    "my-report": for_firms(*ENTERPRISE) | OWN,
    "my-report-xlsx": for_firms(*ENTERPRISE) | OWN,
    "my-people": for_firms("owner", "other_owner"),
    "my-consents": for_firms(*ENTERPRISE),
    "desk": for_units(*UNIT),
    "desk-firms": for_units(*FINDERS),
    "desk-firms-xlsx": for_units(*FINDERS),
    "desk-firm": for_units(*FINDERS),
    "desk-claims": for_units("firm_registrar"),
    "desk-claim": for_units("firm_registrar"),
    "desk-claim-paper": for_units("firm_registrar"),
    "desk-disputes": for_units("data_steward"),
    "desk-dispute": for_units("data_steward"),
    "desk-people": for_units("unit_admin"),
    "desk-journal": for_units("auditor"),
    "desk-journal-xlsx": for_units("auditor"),
    "appeals-about": PUBLIC,
    "channels": PUBLIC,
    "channels-xlsx": PUBLIC,
    "channels-debt": PUBLIC,
    "channel": PUBLIC,
    "search": PUBLIC,
    "answers": PUBLIC,
    "answer": PUBLIC,
    "laws": PUBLIC,
    "law": PUBLIC,
    "my-appeals": for_firms(*ENTERPRISE),
    "my-appeal-new": for_firms(*WRITERS),
    "my-appeal-hints": for_firms(others="405"),
    "my-appeal": for_firms(*ENTERPRISE) | OWN,
    "my-appeal-print": for_firms(*ENTERPRISE) | OWN,
    "my-appeal-file": for_firms(*ENTERPRISE) | OWN,
    "my-appeal-step": for_firms(*WRITERS) | OWN,
    "desk-appeals": for_units(*DESKS),
    "desk-appeals-xlsx": for_units(*DESKS),
    "desk-appeal-new": for_units("intake_officer"),
    "desk-appeals-many": SENT_TO_DESKS,
    "desk-appeal": OF_A_CASE,
    "desk-appeal-file": OF_A_CASE,
    "desk-appeal-step": OF_A_CASE | {"intake_officer": "403", "handler": "403"},
    "desk-replies": for_units("intake_officer", "handler", "other_handler", "coordinator"),
    "desk-replies-xlsx": for_units("intake_officer", "handler", "other_handler", "coordinator"),
    "desk-absences": for_units("handler", "other_handler", "unit_admin"),
    "desk-figures": for_units("coordinator", "auditor", "unit_admin"),
    "desk-figures-xlsx": for_units("coordinator", "auditor", "unit_admin"),
    "desk-figure-cases": for_units("coordinator", "auditor", "unit_admin"),
    "desk-policies": for_units("policy_officer"),
    "desk-policies-xlsx": for_units("policy_officer"),
    "desk-policy": for_units(*FINDERS),
    "desk-policy-preview": for_units("policy_officer"),
    "desk-preview": for_units("policy_officer"),
    "desk-policy-drafts": for_units("policy_officer"),
    "desk-policy-draft-new": for_units("policy_officer"),
    "desk-policy-draft": for_units("policy_officer"),
    "desk-policy-draft-document": for_units("policy_officer"),
    "desk-policy-draft-yaml": for_units("policy_officer"),
    "desk-gaps": for_units("coordinator", "policy_officer"),
    "desk-calendar": for_units("coordinator", "unit_admin"),
    "desk-exchange": for_units("intake_officer", "unit_admin"),
    # the unit admin of the table is of another unit than the intake desk
    "desk-exchange-order": for_units("intake_officer") | {"unit_admin": "404"},
    "desk-knowledge": for_units("intake_officer"),
    "desk-answer": for_units("intake_officer"),
    "desk-answer-new": for_units("intake_officer"),
    "desk-channels": for_units(*KEEPERS),
    "desk-channel-new": for_units(*KEEPERS),
    "desk-channel": for_units("intake_officer"),  # of the unit that keeps it
}
# what an address asks for where it cannot do without
ASKED = {"desk-figure-cases": "?code=received", "search": "?q=贷款"}

# forms that change no row of a room, or none before another step was taken
LEAVES_NO_TRACE = {
    "preferences", "sign-in", "sign-out", "switch", "my-appeal-hints", "desk-preview",
    "desk-policy-preview",
}  # fmt: skip
AFTER_ANOTHER_STEP = ("renew", "retract", "withdraw", "undo")


def walk(patterns) -> Iterator[str]:
    """The names of all routes; one without a name is named by its pattern and so found missing.

    Routes of the API take no cookie: tests/api/test_matrix.py asks them, from their document.
    """
    for entry in patterns:
        if getattr(entry, "namespace", None) == "api":
            continue
        if hasattr(entry, "url_patterns"):
            yield from walk(entry.url_patterns)
        else:
            yield entry.name or str(entry.pattern)


def routes() -> list[str]:
    return list(walk(get_resolver().url_patterns))


def answered(response) -> str:
    """The answer in a word: a status, or where one is sent."""
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith("/sign-in/"):
        return "sign-in"
    if response.status_code == 302 and location.startswith("/switch/"):
        return "switch"
    return str(response.status_code)


@pytest.fixture
def world(demo_city) -> World:
    return make_world(demo_city)


def test_every_route_of_the_site_is_in_the_table_and_no_other():
    assert sorted(routes()) == sorted(MAY_GET)


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_look_at_what(world, kind):
    got = {
        name: answered(
            world.clients[kind].get(reverse(name, kwargs=world.address(name)) + ASKED.get(name, ""))
        )
        for name in MAY_GET
    }
    assert got == {name: expected[kind] for name, expected in MAY_GET.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_change_anything_changes_nothing(world, kind):
    refused = [(name, fields) for name, fields, allowed in may_post(world) if kind not in allowed]
    with transaction.atomic():
        if not _changed_by(world, kind, refused):
            return
        transaction.set_rollback(True)
    # one by one only where something is wrong: which of them was it?
    assert [one for one in refused if _changed_by(world, kind, [one])] == []


def _changed_by(world: World, kind: str, forms) -> bool:
    """Whether any row of any room is another after these forms, each of which is refused."""
    before = everything()
    for name, fields in forms:
        response = world.clients[kind].post(reverse(name, kwargs=world.address(name)), fields)
        assert response.status_code in (302, 401, 403, 404, 409, 422), (name, fields)
    return everything() != before


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_change_something_does(world, kind):
    """Else the test above could not fail: the forms must be good ones."""
    client = world.clients[kind]
    for name, fields, allowed in may_post(world):
        if kind not in allowed or name in LEAVES_NO_TRACE:
            continue
        if fields.get("do", fields.get("step")) in AFTER_ANOTHER_STEP or name == "my-undo":
            continue
        if name == "messages-read" and not unread_count(world.actors[kind].user):
            continue
        with transaction.atomic():
            before = everything()
            response = client.post(reverse(name, kwargs=world.address(name)), fields)
            happened = everything() != before
            transaction.set_rollback(True)
        if kind in NOT_IN and name == "invitation":
            assert not happened  # asks for a new account first
            continue
        assert happened, (name, fields, response.status_code)


@pytest.mark.parametrize("kind", KINDS)
def test_a_route_without_a_form_takes_no_form(world, kind):
    with_form = {name for name, _fields, _allowed in may_post(world)}
    before = everything()
    for name in set(routes()) - with_form:
        response = world.clients[kind].post(reverse(name, kwargs=world.address(name)), {})
        assert answered(response) in ("405", "403", "401", "sign-in", "switch", "404"), name
    assert everything() == before


def test_an_address_without_its_last_slash_or_with_more_leads_nowhere(world):
    for address in ("/desk/claims/x/", "/desk/nothing/", "/my/nothing/", "/desk/firms/a/b/"):
        for kind in ("anonymous", "owner", "data_steward"):
            assert world.clients[kind].get(address).status_code == 404
