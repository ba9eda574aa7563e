"""Figures against numbers computed by hand; no case is counted twice, hidden, or improved."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.appeals.logic.formulas import ENDS, FORMULAS, PARTS
from qifu.appeals.models import Link
from qifu.appeals.selectors.figures import figure_cases, figures
from qifu.base.errors import BadInput
from tests.appeals import cases
from tests.factories import NOW, enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")
SINCE, UNTIL = date(2026, 10, 1), date(2026, 11, 30)
LATE = NOW - timedelta(days=1)
PERIOD = {"since": SINCE, "until": UNTIL, "now": NOW}


@pytest.fixture
def coordinator():
    return officer("coordinator", cases.unit("SZ-ZWSJ"))


def total(actor, **more):
    return figures(actor, **{"by": "unit", **PERIOD, **more}).total.cells


def sets(cells, code):
    """Numerator, denominator, outside."""
    cell = cells[code]
    return cell.counted, cell.of, cell.excluded


def closed(level=5, *, outcome="resolved", solved=None, state="closed", **more):
    appeal = cases.case(state, **more)
    row = cases.rating(cases.reply(appeal, outcome), level, solved=solved)
    return appeal, row


def test_every_case_ends_in_exactly_one_part(coordinator):
    closed(5, outcome="resolved", solved=True)
    closed(4, outcome="resolved")
    closed(3, outcome="resolved", solved=False)
    closed(3, outcome="explained")
    closed(5, outcome="not_possible")
    cases.reply(cases.case("closed_unrated"))
    closed(1, state="closed_unreachable")
    closed(2, state="closed_justified")
    for state in ("withdrawn", "not_accepted", "lapsed", "submitted", "handling", "callback_due"):
        cases.case(state)
    cells = total(coordinator)
    assert {code: cells[code].counted for code in ENDS} == {
        "resolved": 2, "not_solved": 1, "explained": 1, "not_possible": 1, "unrated": 1,
        "unreachable": 1, "justified": 1, "withdrawn": 1, "not_accepted": 1, "lapsed": 1, "open": 3,
    }  # fmt: skip
    assert cells["received"].counted == sum(cells[code].counted for code in ENDS) == 14


def test_satisfaction_is_of_those_who_said_something(coordinator):
    for level in (5, 4, 3):
        closed(level)
    closed(2, state="closed_unreachable")
    closed(1, state="rehandling")
    cases.reply(cases.case("closed_unrated"))
    cases.reply(cases.case("replied"))
    cells = total(coordinator)
    assert sets(cells, "satisfaction_rate") == (3, 5, 2)
    assert cells["satisfaction_rate"].value == pytest.approx(0.6)


def test_silence_and_a_repeat_after_silence_are_never_satisfaction(coordinator):
    silent = cases.case("closed_unrated", text="同一件事：补贴一直没有到账，请尽快核实办理。")
    cases.reply(silent)
    again = cases.case("closed_unrated", firm=silent.enterprise, text=silent.text)
    cases.reply(again)
    Link.objects.create(appeal=again, other=silent, kind="repeat", made_at=NOW)
    cells = total(coordinator)
    assert sets(cells, "satisfaction_rate") == (0, 0, 2)
    assert cells["satisfaction_rate"].value is None
    assert cells["resolved"].counted == 0
    assert cells["unrated"].counted == 2


def test_what_the_firm_said_badly_is_not_made_good_by_silence_to_the_next_answer(coordinator):
    appeal, _ = closed(1, solved=False, state="closed_unrated")
    cases.reply(appeal, turn=2)
    cells = total(coordinator)
    assert sets(cells, "satisfaction_rate") == (0, 1, 0)
    assert sets(cells, "resolution_rate") == (0, 1, 0)


def test_a_good_rating_falls_away_when_the_firm_comes_back(coordinator):
    closed(5, solved=True, state="rehandling")
    reopened, _ = closed(4, solved=True, state="closed_unrated")
    cases.reply(reopened, turn=2)
    cells = total(coordinator)
    assert sets(cells, "satisfaction_rate") == (0, 0, 2)
    assert sets(cells, "resolution_rate") == (0, 0, 2)


@pytest.mark.parametrize("outcome", ["misclick", "withdrawn"])
def test_a_rating_that_was_taken_back_counts_neither_way(coordinator, outcome):
    _, row = closed(1, solved=False)
    cases.callback(row, outcome)
    cells = total(coordinator)
    assert sets(cells, "satisfaction_rate") == (0, 0, 1)
    assert sets(cells, "resolution_rate") == (0, 0, 1)
    assert cells["resolved"].counted == 1


def test_only_the_last_rating_speaks(coordinator):
    appeal, first = closed(1, solved=False)
    cases.callback(first, "wants_more")
    cases.rating(cases.reply(appeal, turn=2), 5, solved=True)
    cells = total(coordinator)
    assert sets(cells, "satisfaction_rate") == (1, 1, 0)
    assert sets(cells, "resolution_rate") == (1, 1, 0)
    assert cells["resolved"].counted == 1


def test_resolution_is_the_firm_s_own_word(coordinator):
    closed(5, solved=True)
    closed(2, solved=True, state="callback_due")
    closed(4, solved=False)
    closed(5, solved=None)
    cases.reply(cases.case("closed_unrated"))
    assert sets(total(coordinator), "resolution_rate") == (2, 3, 2)


@pytest.mark.parametrize(
    ("code", "name"), [("response_rate", "contact"), ("on_time_rate", "reply")]
)
def test_a_limit_that_is_over_counts_whether_or_not_anybody_acted(coordinator, code, name):
    cases.clock(cases.case(), name, state="met")
    cases.clock(cases.case(), name, state="met")
    cases.clock(cases.case(), name, state="met", missed=True)
    cases.clock(cases.case(), name, due=LATE)
    cases.clock(cases.case("withdrawn"), name, state="cancelled", missed=True)
    cases.clock(cases.case("withdrawn"), name, state="cancelled")
    cases.clock(cases.case(), name)
    cases.clock(cases.case("need_info"), name, state="paused", due=LATE)
    cases.case("not_accepted")
    assert sets(total(coordinator), code) == (2, 5, 4)


def test_one_late_round_makes_a_case_late(coordinator):
    appeal = cases.case("closed")
    cases.clock(appeal, state="met", missed=True)
    cases.clock(appeal, state="met")
    assert sets(total(coordinator), "on_time_rate") == (0, 1, 0)


def test_a_first_dispatch_is_right_once_the_unit_took_it_and_nobody_sent_it_back(coordinator):
    cases.dispatch(cases.case())
    wrong = cases.case()
    cases.objection(wrong, cases.dispatch(wrong, "SZ-KCJ", acknowledged=False, ended="x"), "upheld")
    cases.dispatch(wrong)
    kept = cases.case()
    cases.objection(kept, cases.dispatch(kept), "dismissed")
    pending = cases.case("objected")
    cases.objection(pending, cases.dispatch(pending, acknowledged=False))
    cases.dispatch(cases.case("dispatched"), acknowledged=False)
    cases.case("accepted")
    assert sets(total(coordinator), "first_dispatch_right") == (2, 3, 3)


def test_callbacks_are_done_late_or_still_in_time(coordinator):
    _, done = closed(1, state="rehandling")
    cases.callback(done, "wants_more")
    late, row = closed(1, state="callback_due")
    cases.callback(row)
    cases.clock(late, "callback", due=LATE)
    in_time, row = closed(1, state="callback_due")
    cases.callback(row)
    cases.clock(in_time, "callback")
    closed(5)
    assert sets(total(coordinator), "callbacks_done") == (1, 2, 2)


def test_hops_are_a_mean_over_those_dispatched(coordinator):
    for hop in (1, 1, 2, 0):
        cases.case(hop=hop)
    cells = total(coordinator)
    assert sets(cells, "hops_mean") == (4, 3, 1)
    assert cells["hops_mean"].value == pytest.approx(4 / 3)


def test_overdue_is_what_is_open_with_a_duty_past_its_limit(coordinator):
    late = cases.case()
    cases.clock(late, due=LATE)
    cases.clock(late, "contact", due=LATE)
    cases.clock(cases.case("need_info"), "info", due=LATE)
    cases.clock(cases.case("replied"), "unrated", due=LATE)
    cases.clock(cases.case(), due=NOW + timedelta(days=1))
    assert total(coordinator)["overdue"].counted == 1


def test_rows_are_units_matters_districts_and_months_with_names_in_both_languages(coordinator):
    cases.case(matter="tax", region="440305", at=datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    cases.case(matter="tax", region="440306", at=datetime(2026, 10, 31, 16, 0, tzinfo=UTC))
    cases.case("submitted")

    def rows(by):
        found = figures(coordinator, by=by, **PERIOD).rows
        assert all(row.name.zh and row.name.en for row in found)
        return {row.code: row.cells["received"].counted for row in found}

    assert rows("unit") == {"SZ-GXJ": 2, "": 1}
    assert rows("matter") == {"tax": 2, "": 1}
    assert rows("district") == {"440305": 1, "440306": 1, "": 1}
    assert rows("month") == {"2026-10": 1, "2026-11": 2}  # months of Shanghai, not of UTC


def test_a_period_has_both_its_days_in_shanghai(coordinator):
    cases.case("submitted", at=datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC))
    cases.case("submitted", at=datetime(2026, 9, 30, 16, 0, tzinfo=UTC))
    cases.case("submitted", at=datetime(2026, 10, 1, 15, 59, 59, tzinfo=UTC))
    cases.case("submitted", at=datetime(2026, 10, 1, 16, 0, tzinfo=UTC))
    day = date(2026, 10, 1)
    assert total(coordinator, since=day, until=day)["received"].counted == 2


def test_behind_every_figure_stand_exactly_the_cases_that_it_counts(coordinator):
    for state in ("submitted", "handling", "closed", "closed_unrated", "callback_due", "withdrawn"):
        for lead in ("SZ-GXJ", "SZ-KCJ"):
            appeal = cases.case(state, lead=lead, hop=1 if state == "handling" else 0)
            cases.clock(appeal, due=LATE, state="met" if state == "closed" else "running")
            cases.clock(appeal, "contact", state="met")
            if appeal.lead:
                cases.dispatch(appeal, lead)
                row = cases.rating(cases.reply(appeal), 1 if state == "callback_due" else 4)
                if state == "callback_due":
                    cases.callback(row)
    for by in ("unit", "month", "matter", "district"):
        found = figures(coordinator, by=by, **PERIOD)
        for row in (found.total, *found.rows):
            asked = {} if row is found.total else {"by": by, "row": row.code}
            for code, cell in row.cells.items():
                lens = [
                    figure_cases(coordinator, code, part=part, **asked, **PERIOD).count()
                    for part in PARTS
                ]
                assert sum(lens) == row.cells["received"].counted or cell.of is None
                if code == "hops_mean":
                    assert lens == [cell.of, 0, cell.excluded]
                elif cell.of is None:
                    assert lens == [cell.counted, 0, 0]
                else:
                    assert lens == [cell.counted, cell.of - cell.counted, cell.excluded]


def test_the_rows_behind_a_figure_say_nothing_that_figures_are_not_about(coordinator):
    cases.case(contact_phone="13800000000")
    [row] = figure_cases(officer("auditor"), "received", **PERIOD)
    assert row.get_deferred_fields() == {
        "text", "title", "contact_name", "contact_phone", "requester"
    }  # fmt: skip
    assert row.number and row.lead.organisation.name


def test_who_sees_which_figures(coordinator):
    cases.case(lead="SZ-GXJ")
    cases.case(lead="SZ-KCJ")
    cases.case("submitted")
    cases.case("draft")

    def received(actor):
        return total(actor)["received"].counted

    assert received(coordinator) == received(officer("auditor")) == 3
    assert received(officer("unit_admin", cases.unit("SZ-GXJ"))) == 1
    for actor in (officer("handler"), officer("intake_officer"), enterprise_actor()):
        assert received(actor) == 0
        assert not figure_cases(actor, "received", **PERIOD).exists()


def test_what_cannot_be_asked_is_refused_at_its_field(coordinator):
    for asked, field in (
        ({"by": "weather"}, "by"), ({"until": SINCE - timedelta(days=1)}, "until"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            figures(coordinator, **{"by": "unit", **PERIOD, **asked})
        assert field in refused.value.fields
    for asked in ({"code": "no_such"}, {"code": "received", "part": "half"},
                  {"code": "received", "by": "month", "row": "soon"}):  # fmt: skip
        with pytest.raises(BadInput):
            figure_cases(coordinator, **asked, **PERIOD)


def test_every_formula_is_said_in_both_languages():
    for formula in FORMULAS.values():
        assert formula.name.zh and formula.name.en and formula.text.zh and formula.text.en
        if formula.kind != "count":
            assert formula.of.zh and formula.of.en and formula.excluded.zh and formula.excluded.en


def test_figures_cost_the_same_for_one_case_as_for_ten(coordinator):
    def cost():
        with CaptureQueriesContext(connection) as caught:
            figures(coordinator, by="unit", **PERIOD)
        return len(caught)

    cases.case()
    one = cost()
    for lead in ("SZ-GXJ", "SZ-KCJ", "SZ-SJJ") * 3:
        cases.case(lead=lead)
    assert cost() == one
