"""The invariants of CASEWORK.md over random sequences of steps, clocks, calendars and people."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from qifu.appeals.states import STEPS, State
from qifu.base.city import city_of_load
from tests.appeals.machine import Life
from tests.appeals.machine_people import STARTS, people
from tests.appeals.world import LEAD

LONG = os.environ.get("QIFU_LONG") == "1"
# the same sequences each time, so that a change that breaks nothing is never stopped by chance;
# the long run looks for new ones
HOW = settings(
    max_examples=1_000 if LONG else 50,
    stateful_step_count=60 if LONG else 30,
    derandomize=not LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    phases=[Phase.generate, Phase.shrink],
)

DAY = 24 * 60  # minutes
ANSWERED = ("accept", "dispatch", "acknowledge", "reply")
RATED_BADLY = (*ANSWERED, "rate_dissatisfied")
# a step is taken on the first case by whoever takes it, a number chooses its arguments; other
# words are below
TOURS = {
    "answered, reopened, a slip": (
        "accept", "dispatch", "acknowledge", "contact", "assign", "ask_extension",
        "grant_extension", "transfer", "acknowledge", "reply", "rate_satisfied", "reopen",
        "contact", "reply", "rate_dissatisfied", "attempt_callback", "ask_confirmation",
        "confirm_closed", State.CLOSED,
    ),
    "refused, silent, taken up again": (
        "reject_intake", "contest", "ask_for_facts", "supply_facts", "ask_for_facts", "a month",
        State.LAPSED, "resume", "accept", "answer_at_once", "rate_dissatisfied", "wants_more",
        "dispatch", "object", "dismiss", "object", "uphold", "dispatch 2", "acknowledge",
        "ask_extension", "refuse_extension", "reply", "a month", State.CLOSED_UNRATED,
    ),
    "a clause stands against it": (
        *RATED_BADLY, "propose_justified", "decline_justified", "propose_justified",
        "approve_justified", State.CLOSED_JUSTIFIED, "reopen", "withdraw", State.WITHDRAWN,
    ),
    "nobody answers the telephone": (
        "remind", "supervise", "escalate", *RATED_BADLY, "attempt_callback", "a day",
        "attempt_callback", "a day", "attempt_callback", "close_unreachable",
        State.CLOSED_UNREACHABLE,
    ),
    "merged, answered with its master": (
        "split", "merge", "unmerge", "merge", "the child: accept", "the child: answer_at_once",
        State.REPLIED, "rate_satisfied", State.CLOSED,
    ),
    "merged into a case that moves": (
        "split", "the child: accept", "the child: dispatch 2", "merge", "the child: object",
        "the child: dismiss", "the child: transfer", "the child: acknowledge", "the child: reply",
        State.REPLIED, "rate_dissatisfied", "wants_more", "reply", State.REPLIED,
    ),
    "merged, the master is withdrawn": (
        "split", "merge", "the child: withdraw", State.SUBMITTED, "accept", State.ACCEPTED,
    ),
    "its unit and then its desk are dissolved": (
        "accept", "dispatch 2", "acknowledge", "the unit is dissolved", State.ACCEPTED,
        "the desk is dissolved", "answer_at_once", State.REPLIED,
    ),
    "a draft": ("a draft: submit", "accept", State.ACCEPTED),
}  # fmt: skip


def walk(machine: Life, tour: tuple) -> set[str]:
    """Take a tour; gives the steps that the journal then knows."""
    for word in tour:
        first = min(machine.before.cases)
        if isinstance(word, State):
            assert machine.before.cases[first]["state"] == word
        elif word == "a month":
            for _week in range(6):
                machine.weeks_with_a_worker(days=1, rounds=5)
        elif word == "a day":
            machine.time_passes(DAY)
        elif word == "the unit is dissolved":
            machine.unit_is_dissolved(LEAD, back=False, at_once=True)
        elif word == "the desk is dissolved":
            machine.pack_is_loaded(2)
            machine.unit_is_dissolved("SZ-QYFW", back=False, at_once=True)
        else:
            case, _colon, step = word.rpartition(": ")
            step, _space, n = step.partition(" ")
            if case == "a draft":
                machine.drafts("owner_a", 0)
            pk = max(machine.before.cases) if case else first
            row = machine.before.cases[pk]
            assert machine.tries(pk, step, machine.whose(row, step), n=int(n or 1)), (
                f"{step} was refused"
            )
    return {line["step"] for line in machine.before["JournalLine"]}


@pytest.fixture
def life(demo_city):
    """The machine with its people; what was parsed of its cities is forgotten with them."""
    Life.people = people()
    Life.done.clear()
    yield Life
    city_of_load.cache_clear()


def test_no_sequence_of_steps_breaks_an_invariant(life):
    run_state_machine_as_test(life, settings=HOW)


def toured(life, name: str, start) -> set[str]:
    """The steps in the journal after a tour of two cases of two points each."""
    machine = life()
    try:
        machine.opens(start, 0, 2, [])
        return walk(machine, TOURS[name])
    finally:
        machine.teardown()


@pytest.mark.parametrize("name", TOURS)
def test_a_tour_ends_where_it_should_whenever_it_begins(life, name):
    for start in STARTS:
        toured(life, name, start)


def test_the_tours_take_every_step_that_is_built(life):
    taken = set().union(*(toured(life, name, STARTS[0]) for name in TOURS))
    assert {name for name, step in STEPS.items() if step.built} - taken == set()
