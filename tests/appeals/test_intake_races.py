"""Two people at once at the intake desk and at the firm: never both win."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from qifu.appeals.actions import (
    accept_appeal,
    dispatch_appeal,
    merge_appeals,
    reject_intake,
    submit_appeal,
)
from qifu.appeals.actions.ratings import withdraw
from qifu.appeals.models import Appeal, Dispatch, ScopeDecision
from qifu.appeals.states import State
from qifu.base.errors import Refused
from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from tests.appeals import world
from tests.appeals.world import later
from tests.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs):
    """Run jobs in threads of their own, all from the same moment; gives what each came to.

    A job is a function without arguments; a refusal is its code, anything else its result.
    """
    together, outcomes = Barrier(len(jobs)), [None] * len(jobs)

    def run(index, job):
        try:
            together.wait(timeout=30)
            outcomes[index] = job()
        except Refused as refused:
            outcomes[index] = refused.code
        except Exception as error:
            outcomes[index] = repr(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[index, job]) for index, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def same(appeal):
    """The case as another person's page has it."""
    return Appeal.objects.get(pk=appeal.pk)


@pytest.mark.parametrize("_turn", range(3))
def test_of_accept_and_reject_at_once_exactly_one_wins(demo_city, _turn):
    appeal = world.submitted()
    one, two = world.intake_actor(), world.intake_actor()
    mine, yours, now = same(appeal), same(appeal), later(appeal)
    exclusion = demo_city.scope.exclusions[0].code
    outcomes = at_once(
        lambda: accept_appeal(mine, actor=one, now=now) or "accepted",
        lambda: reject_intake(
            yours, actor=two, now=now, exclusion=exclusion, reason="理由", channel="渠道"
        ) or "not_accepted",
    )  # fmt: skip
    appeal.refresh_from_db()
    assert sorted(outcomes) == sorted([str(appeal.state), "wrong_state"])
    assert ScopeDecision.objects.filter(appeal=appeal).count() == 1
    lines = JournalLine.objects.filter(subject_kind="appeal", subject_id=appeal.pk)
    assert lines.count() == 2  # submitted, and one of the two
    told = Notice.objects.filter(values__number=appeal.number).exclude(template="appeal_received")
    templates = {"accepted": "appeal_accepted", "not_accepted": "appeal_not_accepted"}
    assert {notice.template for notice in told} <= {templates[str(appeal.state)]}


def test_a_case_sent_to_two_units_at_once_goes_to_one(demo_city):
    appeal = world.accepted()
    one, two = world.intake_actor(), world.intake_actor()
    here, there, now = world.unit(world.LEAD), world.unit(world.OTHER), later(appeal)
    mine, yours = same(appeal), same(appeal)
    outcomes = at_once(
        lambda: dispatch_appeal(mine, actor=one, now=now, unit=here).unit_id,
        lambda: dispatch_appeal(yours, actor=two, now=now, unit=there).unit_id,
    )
    appeal.refresh_from_db()
    assert {appeal.lead_id, "wrong_state"} == set(outcomes)
    assert Dispatch.objects.filter(appeal=appeal).count() == 1


def test_of_dispatch_and_withdrawal_at_once_one_wins(demo_city):
    appeal = world.accepted()
    owner, desk, unit = world.owner_of(appeal), world.intake_actor(), world.unit()
    mine, yours, now = same(appeal), same(appeal), later(appeal)
    outcomes = at_once(
        lambda: dispatch_appeal(mine, actor=desk, now=now, unit=unit) and "dispatched",
        lambda: withdraw(yours, actor=owner, now=now) or "withdrawn",
    )
    appeal.refresh_from_db()
    # a case that was dispatched first may still be withdrawn; the other way round never
    assert outcomes in (["dispatched", "withdrawn"], ["wrong_state", "withdrawn"])
    assert appeal.state == State.WITHDRAWN


def test_a_double_click_is_one_appeal_with_or_without_a_key(demo_city):
    for key in ("", "key-1"):
        actor = world.firm_actor()
        words = world.form()
        outcomes = at_once(
            *[
                lambda actor=actor, words=words, key=key: (
                    submit_appeal(None, actor=actor, now=NOW, key=key, **words).pk
                )
            ]
            * 3
        )
        assert len(set(outcomes)) == 1, outcomes
        assert Appeal.objects.filter(enterprise_id=actor.organisation_id).count() == 1
        assert Notice.objects.filter(to=actor.user, template="appeal_received").count() == 1


def test_a_draft_sent_from_two_windows_is_submitted_once(demo_city):
    actor = world.firm_actor()
    draft = world.draft(actor)
    words = world.form()
    mine, yours = same(draft), same(draft)
    outcomes = at_once(
        lambda: submit_appeal(mine, actor=actor, now=NOW, **words).pk,
        lambda: submit_appeal(yours, actor=actor, now=NOW, **words).pk,
    )
    assert outcomes == [draft.pk, draft.pk]
    steps = JournalLine.objects.filter(step="submit", subject_id=draft.pk)
    assert steps.count() == 1


def test_many_firms_at_once_have_numbers_of_their_own(demo_city):
    actors = [world.firm_actor() for _ in range(8)]
    forms = [world.form() for _ in actors]
    jobs = [
        lambda actor=actor, words=words: submit_appeal(None, actor=actor, now=NOW, **words).number
        for actor, words in zip(actors, forms, strict=True)
    ]
    numbers = sorted(at_once(*jobs))
    assert len(set(numbers)) == 8, numbers
    first = int(numbers[0][-6:])
    assert [int(number[-6:]) for number in numbers] == list(range(first, first + 8))


def test_an_import_that_runs_twice_at_once_takes_a_row_once(demo_city):
    desks = [world.intake_actor(), world.intake_actor()]
    words = world.form(channel="12345", external_id="WS-9", requester="某公司")
    outcomes = at_once(
        *[lambda desk=desk: submit_appeal(None, actor=desk, now=NOW, **words).pk for desk in desks]
    )
    assert len(set(outcomes)) == 1
    assert Appeal.objects.filter(external_id="WS-9").count() == 1


def test_two_cases_are_not_merged_into_each_other(demo_city):
    first, second = world.submitted(), world.submitted()
    world.same_firm(second, first)
    desk, now = world.intake_actor(), later(second)
    pairs = [(same(first), same(second)), (same(second), same(first))]
    outcomes = at_once(
        *[
            lambda one=one, two=two: merge_appeals(one, actor=desk, now=now, master=two) or "merged"
            for one, two in pairs
        ]
    )
    assert outcomes.count("merged") == 1, outcomes
    assert (
        Appeal.objects.exclude(merged_into=None).filter(pk__in=[first.pk, second.pk]).count() == 1
    )
