"""The journal told again gives the stored state; a line that was bent or lost is found."""

from datetime import timedelta

import pytest

from qifu.appeals.logic.replay import Folded, Line, fold
from qifu.appeals.selectors.replay import replay, replay_all
from qifu.base import journal
from qifu.base.models import JournalLine
from tests.appeals import cases
from tests.factories import NOW

TABLE = {"open": (frozenset({"shut"}), "open"), "knock": (frozenset({"shut"}), "")}
WAY = (
    ("submit", "draft", "submitted"),
    ("accept", "submitted", "accepted"),
    ("dispatch", "accepted", "dispatched"),
    ("acknowledge", "dispatched", "handling"),
)


def folded(*lines):
    return fold([Line(*line) for line in lines], TABLE, first="shut")


def test_lines_lead_from_state_to_state():
    assert folded() == Folded("shut", ())
    assert folded(("knock", "shut", "shut"), ("open", "shut", "open")) == Folded("open", ())


def test_a_step_from_where_the_table_does_not_allow_it_is_named():
    found = folded(("open", "shut", "open"), ("knock", "open", "open"))
    assert found.faults == ("line 2: knock is not allowed from open",)


def test_a_line_that_claims_another_state_is_named():
    found = folded(("open", "shut", "wide"))
    assert found == Folded("open", ("line 1: open says shut to wide, the table says shut to open",))


def test_what_is_not_in_the_table_stands_in_the_journal_and_changes_nothing():
    assert folded(("recompute", "shut", "shut"), ("open", "shut", "open")) == Folded("open", ())
    assert folded(("slip", "shut", "open")).faults


def told(appeal, steps=WAY):
    for number, (step, before, after) in enumerate(steps):
        journal.record(
            appeal, step, actor_id=None, now=NOW + timedelta(hours=number), from_state=before,
            to_state=after,
        )  # fmt: skip
    return appeal


@pytest.mark.usefixtures("demo_city")
def test_replaying_every_case_finds_the_one_whose_row_was_changed_by_hand():
    good, bent = told(cases.case("handling")), told(cases.case("handling"))
    draft = cases.case("draft")
    assert [replay(one) for one in (good, bent, draft)] == ["handling", "handling", "draft"]
    assert list(replay_all(batch=1)) == []
    type(bent).objects.filter(pk=bent.pk).update(state="replied")
    [found] = replay_all(batch=2)
    assert (found.pk, found.number) == (bent.pk, bent.number)
    assert (found.stored, found.replayed) == ("replied", "handling")


@pytest.mark.usefixtures("demo_city")
def test_a_lost_line_is_found_though_the_last_state_is_right():
    appeal = told(cases.case("handling"))
    JournalLine.objects.filter(subject_id=appeal.pk, step="dispatch").delete()
    [found] = replay_all()
    assert found.stored == found.replayed == "handling"
    assert any("acknowledge is not allowed from accepted" in why for why in found.why)


@pytest.mark.usefixtures("demo_city")
def test_a_case_without_any_line_cannot_have_left_its_draft():
    appeal = cases.case("submitted")
    [found] = replay_all()
    assert (found.number, found.replayed) == (appeal.number, "draft")


@pytest.mark.usefixtures("demo_city")
def test_lines_of_other_things_with_the_same_number_do_not_count():
    appeal = told(cases.case("handling"))
    JournalLine.objects.create(
        at=NOW, subject_kind="claim", subject_id=appeal.pk, step="submit", to_state="submitted"
    )
    assert replay(appeal) == "handling"
    assert list(replay_all()) == []
