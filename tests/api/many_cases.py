"""Forty cases of two firms in every state, and everybody who may look at lists of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client

from qifu.accounts.logic import SCOPES
from qifu.appeals.actions import callbacks, coordination, handling
from qifu.appeals.models import Appeal
from qifu.appeals.states import State
from qifu.organisations.permissions import Actor
from tests.api.programs import Program, program
from tests.appeals import world
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor, officer

MATTERS = ("power", "tax", "recruiting", "")
REGIONS = ("440305", "440306", "440307")
KINDS = ("inquiry", "help_request", "complaint", "suggestion")
WORDS = ("货梯坏了", "补贴没有到账", "怎样申请用电增容")
# the jobs that lead to these go over every case there is: they come first
FIRST = (State.LAPSED, State.CLOSED_UNRATED)
ROUNDS = 2


@dataclass(frozen=True)
class Person:
    """Somebody at a page and with a program, who asks both the same."""

    actor: Actor
    asks: Program
    page: Client


@dataclass(frozen=True)
class Cases:
    """Who asks, by a name of their part, and every case."""

    people: dict[str, Person]
    cases: list[Appeal]


def made(city: Any) -> Cases:
    """Everything of it, made through the actions; no two cases are alike."""
    firms = [EnterpriseFactory.create(), EnterpriseFactory.create()]
    owners = [world.firm_actor(firm) for firm in firms]
    states = [*FIRST, *(state for state in State if state not in FIRST)]
    found = []
    for n in range(ROUNDS):
        for place, state in enumerate(states):
            number = n * len(states) + place
            found.append(_case(state, owners[number % 2], number, city))
    found += [world.dispatched(to=world.OTHER, actor=owners[0]) for _ in range(2)]
    found.append(world.objected_twice(world.objected(actor=owners[1])))
    lead = world.handler_actor()
    _put_together(found, lead)
    people = {
        "owner": owners[0], "clerk": enterprise_actor(firms[0], "clerk"),
        "viewer": enterprise_actor(firms[0], "viewer"), "other owner": owners[1],
        "intake": world.intake_actor(), "lead": lead,
        "other unit": world.handler_actor(world.OTHER), "coordinator": world.coordinator_actor(),
        "callback": world.callback_actor(), "auditor": officer("auditor"),
        "enterprise officer": officer("enterprise_officer", world.unit()),
        "unit admin": officer("unit_admin", world.unit()),
    }  # fmt: skip
    return Cases({name: _person(actor) for name, actor in people.items()}, found)


def _case(state: State, owner: Actor, number: int, city: Any) -> Appeal:
    """Submitted some days ago: of what is open some is late, some due today or this week."""
    matters = [code for code in MATTERS if code in {one.code for one in city.matters} | {""}]
    return world.in_state(
        state, actor=owner, now=NOW - timedelta(days=number % 11, minutes=number),
        matter=matters[number % len(matters)], region=REGIONS[number % len(REGIONS)],
        kind=KINDS[number % len(KINDS)], title=f"第{number}件",
        text=f"{WORDS[number % len(WORDS)]}，第{number}次来问。",
    )  # fmt: skip


def _put_together(cases: list[Appeal], handler: Actor) -> None:
    """What lists ask for beside the state: a case that follows another, one with its handler, an
    extension asked for, a closing proposed."""
    first, second = (one for one in cases if one.state == State.ACCEPTED)
    Appeal.objects.filter(pk=second.pk).update(merged_into=first)
    worked = [one for one in cases if one.state == State.HANDLING]
    handling.assign_case(worked[0], actor=handler, now=world.later(worked[0]), user=handler.user)
    coordination.ask_extension(
        worked[1], actor=handler, now=world.later(worked[1]), days=2, reason="要现场勘察"
    )
    called = next(one for one in cases if one.state == State.CALLBACK_DUE)
    desk = world.callback_actor()
    callbacks.attempt_callback(
        called, actor=desk, now=world.later(called), channel="phone", reached=True, note="已说明"
    )
    callbacks.propose_justified(
        called, actor=desk, now=world.later(called), clause="现行规定不允许", explanation="已解释"
    )


def _person(actor: Actor) -> Person:
    page = Client()
    assert actor.user is not None
    page.force_login(actor.user)
    return Person(actor, program(actor, SCOPES), page)
