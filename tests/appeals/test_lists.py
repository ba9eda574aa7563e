"""Work lists: who gets which, what stands in them, in which order, at what cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.appeals.models import Absence, Appeal, Extension, PolicyGap
from qifu.appeals.selectors import appeals_visible_to, lists, load
from qifu.organisations.permissions import NOBODY
from tests.appeals import cases
from tests.factories import NOW, enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")
SOON, LATE = NOW + timedelta(days=1), NOW - timedelta(days=1)


@pytest.fixture
def handler():
    return officer("handler", cases.unit("SZ-GXJ"))


@pytest.fixture
def intake():
    return officer("intake_officer", cases.unit("SZ-QYFW"))


@pytest.fixture
def coordinator():
    return officer("coordinator", cases.unit("SZ-ZWSJ"))


@pytest.fixture
def callback_officer():
    return officer("callback_officer", cases.unit("SZ-QYFW"))


def rows(actor, name, **narrowed):
    return list(lists.list_of(actor, name, now=NOW, **narrowed))


def test_each_role_has_its_own_lists(handler, intake, coordinator, callback_officer):
    assert lists.lists_of(NOBODY) == []
    assert lists.lists_of(enterprise_actor()) == ["my", "drafts"]
    assert lists.lists_of(enterprise_actor(role="viewer")) == ["my"]
    assert lists.lists_of(handler) == [
        "unit", "mine", "overdue", "objected", "extensions", "unit_done", "all"
    ]  # fmt: skip
    assert lists.lists_of(intake) == ["intake", "overdue", "objected", "all"]
    assert lists.lists_of(coordinator) == ["overdue", "objected", "extensions", "justified", "all"]
    assert lists.lists_of(callback_officer) == ["overdue", "callbacks", "all"]
    assert lists.lists_of(officer("policy_officer")) == []


def test_a_list_that_one_does_not_have_is_empty(handler):
    cases.case("submitted")
    for name in ("intake", "callbacks", "justified", "my", "drafts", "no-such-list"):
        assert rows(handler, name) == []


def test_the_unit_inbox_has_what_the_unit_must_answer_what_is_due_first_on_top(handler):
    never = cases.case("handling", next_due_at=None)
    late = cases.case("dispatched", next_due_at=LATE)
    soon = cases.case("rehandling", next_due_at=SOON)
    cases.case("handling", lead="SZ-KCJ", next_due_at=LATE)
    cases.case("replied")
    cases.case("objected")
    assert rows(handler, "unit") == [late, soon, never]


def test_a_case_led_by_another_is_in_no_inbox(handler, intake):
    master = cases.case("accepted")
    cases.case("accepted", merged_into=master)
    assert rows(intake, "intake") == [master]


def test_mine_are_the_ones_given_to_me(handler):
    own = cases.case("handling", handler=handler.user)
    cases.case("handling")
    # one who moved to another unit does not take the case along
    cases.case("handling", lead="SZ-KCJ", handler=handler.user)
    assert rows(handler, "mine") == [own]


def test_done_are_those_that_the_unit_answered_newest_first(handler):
    old = cases.case("closed_unrated", at=NOW - timedelta(days=9))
    new = cases.case("callback_due")
    cases.case("handling")
    assert rows(handler, "unit_done") == [new, old]


def test_the_desk_sees_what_waits_for_it_and_first_objections(intake, coordinator):
    submitted = cases.case("submitted", next_due_at=SOON)
    accepted = cases.case("accepted", next_due_at=LATE)
    first = cases.case("objected", objections=1, holder=cases.unit("SZ-QYFW"))
    second = cases.case("objected", objections=2, holder=cases.unit("SZ-ZWSJ"))
    cases.case("handling")
    assert rows(intake, "intake") == [accepted, submitted, first]
    assert {row.pk for row in rows(coordinator, "objected")} == {first.pk, second.pk}


def test_overdue_goes_by_the_clocks_that_are_a_duty_not_by_the_firm_s_own_time(
    handler, coordinator, callback_officer
):
    late = cases.case("handling", next_due_at=LATE, next_clock="reply")
    cases.clock(late, due=LATE)
    waiting = cases.case("need_info", next_due_at=LATE, next_clock="info")
    cases.clock(waiting, "info", due=LATE)
    cases.clock(waiting, "reply", state="paused", due=LATE)
    foreign = cases.case("handling", lead="SZ-KCJ")
    cases.clock(foreign, due=LATE)
    called = cases.case("callback_due")
    cases.clock(called, "callback", due=LATE)
    met = cases.case("replied")
    cases.clock(met, state="met", missed=True, due=LATE)
    assert {row.pk for row in rows(coordinator, "overdue")} == {late.pk, foreign.pk, called.pk}
    assert rows(handler, "overdue") == [late]
    assert rows(callback_officer, "overdue") == [called]


def test_extensions_and_proposals_wait_for_the_coordinator(handler, coordinator):
    asked = cases.case("handling")
    Extension.objects.create(appeal=asked, days=3, reason="要现场核查", asked_at=NOW)
    decided = cases.case("handling")
    Extension.objects.create(
        appeal=decided, days=3, reason="要现场核查", asked_at=NOW, granted=False, decided_at=NOW
    )
    proposed, open_ = cases.case("callback_due"), cases.case("callback_due")
    for appeal in (proposed, open_):
        cases.callback(cases.rating(cases.reply(appeal), 1))
    proposed.callbacks.update(proposed_at=NOW)
    assert rows(coordinator, "extensions") == [asked]
    assert rows(handler, "extensions") == [asked]
    assert rows(coordinator, "justified") == [proposed]


def test_a_list_is_narrowed_by_every_column(handler):
    wanted = cases.case(
        "handling", kind="complaint", matter="tax", region="440305", next_due_at=SOON
    )
    cases.clock(wanted, due=LATE)
    other = cases.case("dispatched", kind="inquiry", matter="customs", region="440306")
    for narrowed in (
        {"state": "handling"}, {"kind": "complaint"}, {"matter": "tax"}, {"region": "440305"},
        {"due": "overdue"}, {"text": wanted.number.lower()},
        {"text": wanted.enterprise.name}, {"text": wanted.enterprise.uscc[:17].lower()},
        {"text": wanted.title},
    ):  # fmt: skip
        assert rows(handler, "unit", **narrowed) == [wanted], narrowed
    assert rows(handler, "all", unit="SZ-GXJ", region="4403") == [other, wanted]
    assert rows(handler, "all", unit="SZ-KCJ") == []
    assert rows(handler, "unit", text="没有这样的话\x00") == []
    assert rows(handler, "unit", due="today") == []
    Appeal.objects.filter(pk=other.pk).update(next_due_at=NOW + timedelta(days=6))
    assert rows(handler, "unit", due="week") == [other]
    Appeal.objects.filter(pk=other.pk).update(next_due_at=NOW + timedelta(hours=3))
    assert rows(handler, "unit", due="today") == [other]


def test_orders_are_by_due_date_newest_and_oldest(handler):
    first = cases.case(at=NOW - timedelta(days=9), next_due_at=SOON)
    second = cases.case(at=NOW - timedelta(days=2), next_due_at=LATE)
    assert rows(handler, "unit", order="due") == [second, first]
    assert rows(handler, "unit", order="newest") == [second, first]
    assert rows(handler, "unit", order="oldest") == [first, second]


def test_counts_are_never_counted_further_than_anybody_needs(handler, monkeypatch):
    for _ in range(4):
        cases.case()
    assert lists.counts_of(handler, now=NOW)["unit"] == 4
    monkeypatch.setattr(lists, "MOST_COUNTED", 2)
    counts = lists.counts_of(handler, now=NOW)
    assert counts["unit"] == 3
    assert list(counts) == lists.lists_of(handler)


@pytest.mark.parametrize(
    ("role", "code", "state"),
    [("handler", "SZ-GXJ", "handling"), ("intake_officer", "SZ-QYFW", "accepted")],
)
def test_a_list_costs_the_same_for_one_row_as_for_ten(role, code, state):
    actor = officer(role, cases.unit(code))
    name = lists.lists_of(actor)[0]

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            for row in lists.list_of(actor, name, now=NOW):
                assert row.number and row.title and row.get_state_display()
                assert row.enterprise.name and row.holder.organisation.name
                assert row.lead is None or row.lead.organisation.name
                assert row.handler is None or row.handler.display_name
        return len(caught)

    cases.case(state, handler=actor.user)
    one = cost()
    for _ in range(9):
        cases.case(state, handler=actor.user)
    assert cost() == one == 1


def test_the_load_of_a_unit_counts_open_and_late_and_puts_the_absent_last(handler):
    second = officer("handler", cases.unit("SZ-GXJ"))
    for user in (handler.user, second.user, second.user):
        cases.clock(cases.case("handling", handler=user), due=LATE)
    cases.case("replied", handler=handler.user)
    away = officer("handler", cases.unit("SZ-GXJ"))
    Absence.objects.create(
        user=away.user, unit=cases.unit("SZ-GXJ"), first_day=NOW.date(), last_day=SOON.date(),
        recorded_at=NOW,
    )  # fmt: skip
    found = {one.user.pk: one for one in load.load_of(handler, cases.unit("SZ-GXJ"), now=NOW)}
    mine, hers, gone = (found[actor.user.pk] for actor in (handler, second, away))
    assert (mine.open, mine.overdue, mine.away_until) == (1, 1, None)
    assert (hers.open, hers.overdue) == (2, 2)
    assert gone.away_until == SOON.date()
    assert [one.user.pk for one in load.load_of(handler, cases.unit("SZ-GXJ"), now=NOW)][
        -1
    ] == away.user.pk
    assert (
        load.load_of(officer("handler", cases.unit("SZ-KCJ")), cases.unit("SZ-GXJ"), now=NOW) == []
    )
    assert load.load_of(officer("coordinator"), cases.unit("SZ-GXJ"), now=NOW)
    assert [row.user_id for row in load.absences_of(handler, now=NOW)] == [away.user.pk]
    assert not load.absences_of(handler, now=NOW + timedelta(days=3)).exists()
    assert not load.absences_of(officer("auditor"), now=NOW).exists()


def test_policy_officers_see_which_clause_stands_in_the_way_how_often():
    for clause, matter in (("第八条", "tax"), ("第八条", "customs"), ("第九条", "tax")):
        closed = cases.case("closed_justified")
        row = cases.callback(cases.rating(cases.reply(closed), 1), "justified")
        PolicyGap.objects.create(
            appeal=closed, callback=row, matter=matter, clause=clause, explanation="现行规定不允许",
            recorded_at=NOW,
        )  # fmt: skip
    found = load.gap_counts(officer("policy_officer"))
    assert [(one.clause, one.cases, one.matters) for one in found] == [
        ("第八条", 2, ("customs", "tax")),
        ("第九条", 1, ("tax",)),
    ]
    assert load.gaps_visible_to(officer("coordinator")).count() == 3
    assert load.gap_counts(officer("handler")) == []
    assert Appeal.objects.filter(state="closed_justified").count() == 3


def plan(rows):
    """How the database finds the rows; PostgreSQL reads a table so small from end to end unless
    it is told not to."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.values_list("pk", flat=True)[:50].explain()


@pytest.mark.parametrize(
    ("role", "code", "name"),
    [
        ("handler", "SZ-GXJ", "unit"),
        ("handler", "SZ-GXJ", "mine"),
        ("handler", "SZ-GXJ", "overdue"),
        ("handler", "SZ-GXJ", "unit_done"),
        ("handler", "SZ-GXJ", "all"),
        ("intake_officer", "SZ-QYFW", "intake"),
        ("coordinator", "SZ-ZWSJ", "overdue"),
    ],
)
def test_a_work_list_is_found_by_index(role, code, name):
    cases.case()
    found = plan(lists.list_of(officer(role, cases.unit(code)), name, now=NOW))
    assert "Seq Scan" not in found, found
    # SQLite names a table that it reads from end to end with a bare SCAN
    assert not [line for line in found.splitlines() if "SCAN appeals_" in line
                and "USING" not in line], found  # fmt: skip


@pytest.mark.parametrize("order", ["newest", "oldest", "due"])
def test_of_all_the_first_ones_are_right_however_many_there_are(handler, monkeypatch, order):
    monkeypatch.setattr(lists, "MOST_COUNTED", 2)
    for day in range(8):
        at, due = NOW - timedelta(days=day), NOW + timedelta(days=day * 3 % 8)
        appeal = cases.case(lead="SZ-KCJ" if day % 3 else "SZ-GXJ", at=at, next_due_at=due)
        if day % 3 == 1:
            cases.dispatch(appeal, "SZ-GXJ", ended="transferred")
    seen = list(appeals_visible_to(handler))
    ways = {
        "newest": lambda one: -one.submitted_at.timestamp(),
        "oldest": lambda one: one.submitted_at,
        "due": lambda one: one.next_due_at,
    }
    assert len(seen) == 6
    assert rows(handler, "all", order=order)[:3] == sorted(seen, key=ways[order])[:3]
    assert lists.counts_of(handler, now=NOW)["all"] == 3
