"""What CASEWORK.md §2 and §3 say of every case at every moment, and of every change."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from django.utils.timezone import localdate

from qifu.appeals.models import Appeal
from qifu.appeals.selectors.clocks import DUTIES, hours_of, limit_from_json
from qifu.appeals.selectors.replay import replay, replay_all
from qifu.appeals.states import BEFORE_REPLY, CLOSED, OPEN, STEPS, State
from qifu.base.calendar import calendars_of
from qifu.base.city import city_of_load
from qifu.organisations.models import Unit
from qifu.rulebook.clock_rules import due_of
from qifu.rulebook.workdays import Pause
from tests.appeals.machine_shot import KEPT, WRITTEN_ONCE, Row, Shot

S = State
HANDLED = {S.DISPATCHED, S.HANDLING, S.OBJECTED}
ENDED = {*CLOSED, S.WITHDRAWN, S.NOT_ACCEPTED}
# the clock that has to run while a case is in a state
RUNS = {
    **dict.fromkeys(BEFORE_REPLY - {S.NEED_INFO}, "reply"),
    S.NEED_INFO: "info", S.REPLIED: "unrated", S.CALLBACK_DUE: "callback",
}  # fmt: skip


def check(shot: Shot) -> None:
    """Every invariant of every case as the rows are now."""
    for case in shot.cases.values():
        one_lead(shot, case)
        held_and_timed(shot, case)
        own_dates_are_those_of_its_clocks(shot, case)
        objections(shot, case)
        after_the_reply(shot, case)
        merged(shot, case)
    clocks_count_right(shot)
    last = Appeal.objects.order_by("-changed_at").first()
    assert last is None or replay(last) == last.state
    assert list(replay_all()) == []


def one_lead(shot: Shot, case: Row) -> None:
    """Two hops at most; one open lead dispatch exactly while a unit has the case."""
    assert 0 <= case["hop"] <= 2
    rows = shot.of("Dispatch", case["id"])
    assert all(1 <= row["hop"] <= 2 and row["role"] == "lead" for row in rows)
    holding = [row for row in rows if row["ended_at"] is None]
    state = case["state"]
    by_unit = state in HANDLED or (state == S.REHANDLING and not case["at_once"])
    assert [row["unit_id"] for row in holding] == ([case["lead_id"]] if by_unit else []), state
    if by_unit:
        assert case["lead_id"] is not None and case["hop"] == holding[0]["hop"]
    if state in {S.REPLIED, S.CALLBACK_DUE, S.REHANDLING, *CLOSED}:
        assert case["lead_id"] is not None
    if state in {S.DRAFT, S.SUBMITTED, S.NEED_INFO, S.ACCEPTED, S.NOT_ACCEPTED, S.LAPSED}:
        assert case["lead_id"] is None and case["handler_id"] is None


def held_and_timed(shot: Shot, case: Row) -> None:
    """An open case has a holder and a clock that runs; nothing runs for one that is over."""
    state, live = case["state"], shot.live(case["id"])
    running = {name for name, row in live.items() if row["state"] == "running"}
    if state in OPEN:
        assert case["holder_id"] is not None
        assert RUNS[state] in running, f"{state} and {RUNS[state]} does not run: {live}"
        assert _right_holder(shot, case), f"{case['holder_id']} holds it in {state}"
    else:
        assert case["holder_id"] is None, state
        assert not running, f"{state} and running: {running}"
    paused = set(live) - running
    assert not paused or state in (S.NEED_INFO, S.LAPSED), f"{state} and paused: {paused}"
    if state == S.NEED_INFO:
        assert live["reply"]["state"] == "paused" and running == {"info"}
        assert case["merged_into_id"] is None
        assert len([r for r in shot.of("InfoRequest", case["id"]) if not r["answered_at"]]) == 1
    if state in ENDED or state == S.DRAFT:
        assert not live, f"{state} and live: {set(live)}"
    if state in (*CLOSED, S.WITHDRAWN):
        assert case["closed_at"] is not None
    elif state in OPEN:
        assert case["closed_at"] is None
    if state == S.DISPATCHED:
        assert "acknowledge" in running
    if state != S.DISPATCHED:
        assert not {"acknowledge", "objection"} & set(live), state


def _right_holder(shot: Shot, case: Row) -> bool:
    """The unit that has to act: the desk, the lead, whoever decides, whoever calls."""
    state, holder = case["state"], case["holder_id"]
    if case["merged_into_id"] and state in BEFORE_REPLY:
        return holder == shot.cases[case["merged_into_id"]]["holder_id"]
    desk, lead = case["intake_unit_id"], case["lead_id"]
    if state in (S.SUBMITTED, S.NEED_INFO, S.ACCEPTED):
        return holder == desk
    if state == S.OBJECTED:
        return holder == desk or case["objections"] == 2
    if state == S.REPLIED:
        return holder in (lead, desk)  # the desk, where the lead is dissolved
    return state == S.CALLBACK_DUE or holder == lead


def own_dates_are_those_of_its_clocks(shot: Shot, case: Row) -> None:
    """`next_due_at` and `next_clock` are the earliest running clock, `due_at` the reply clock's."""
    live = shot.live(case["id"])
    ticking = [
        (row["due_at"], row["id"], row["name"])
        for row in live.values()
        if row["state"] == "running" and row["name"] != "objection"
    ]
    due, _pk, name = min(ticking, default=(None, 0, ""))
    assert (case["next_due_at"], case["next_clock"]) == (due, name)
    if "reply" in live:
        reply = live["reply"]
        assert (case["due_at"], case["due_provisional"]) == (reply["due_at"], reply["provisional"])
    elif case["state"] != S.DRAFT:
        assert case["due_at"] is not None


def objections(shot: Shot, case: Row) -> None:
    """Two at most; the second decision is final and locks the case."""
    rows = shot.of("Objection", case["id"])
    assert [row["number"] for row in rows] == list(range(1, case["objections"] + 1))
    assert len(rows) <= 2
    waiting = [row for row in rows if row["decided_at"] is None]
    assert len(waiting) == (case["state"] == S.OBJECTED)
    assert all(row["final"] == (row["number"] == 2) for row in rows if row["outcome"])
    assert case["locked"] == any(row["final"] for row in rows)
    if case["locked"] or case["objections"] == 2:
        assert "objection" not in shot.live(case["id"])


def after_the_reply(shot: Shot, case: Row) -> None:
    """A reply a round, to every point; a callback of every bad rating; a gap of every clause."""
    pk, state = case["id"], case["state"]
    replies = {row["id"]: row for row in shot.of("Reply", pk)}
    rounds = [row["round"] for row in replies.values()]
    answered = state in {S.REPLIED, S.CALLBACK_DUE, *CLOSED}
    assert rounds == sorted(set(rounds)) and all(number <= case["round"] for number in rounds)
    assert (case["round"] in rounds) == answered, state
    ratings = shot.of("Rating", pk)
    callbacks = {row["rating_id"]: row for row in shot.of("Callback", pk)}
    bad = [row["id"] for row in ratings if row["level"] <= 2]
    assert sorted(callbacks) == sorted(bad), "a callback of every bad rating and of no other"
    waiting = [row for row in callbacks.values() if row["closed_at"] is None]
    assert len(waiting) == (state == S.CALLBACK_DUE)
    rated = any(replies[row["reply_id"]]["round"] == case["round"] for row in ratings)
    if answered:
        assert rated == (state not in (S.REPLIED, S.CLOSED_UNRATED)), state
    justified = [row["id"] for row in callbacks.values() if row["outcome"] == "justified"]
    assert sorted(row["callback_id"] for row in shot.of("PolicyGap", pk)) == sorted(justified)
    for row in shot.of("Extension", pk):
        if row["decided_at"] is None:  # it goes with the case to another unit
            assert state in BEFORE_REPLY and row["round"] == case["round"]


def merged(shot: Shot, case: Row) -> None:
    """A case follows one that leads itself and is not answered yet, or was answered with it."""
    if case["merged_into_id"] is None:
        return
    master = shot.cases[case["merged_into_id"]]
    assert master["id"] != case["id"]
    # who reads a reply is whoever it was written for
    assert master["enterprise_id"] == case["enterprise_id"]
    if case["state"] in BEFORE_REPLY:
        assert master["state"] in BEFORE_REPLY and master["merged_into_id"] is None


def clocks_count_right(shot: Shot) -> None:
    """Each date follows from limit, start, pauses and calendar; what is added never shortens it."""
    calendars = calendars_of({row["calendar"] for row in shot["Clock"]})
    for clock in shot["Clock"]:
        events = [row for row in shot["ClockEvent"] if row["clock_id"] == clock["id"]]
        events.sort(key=lambda row: row["id"])
        _every_date_is_on_record(clock, events)
        if clock["state"] not in ("running", "paused"):
            assert clock["ended_at"] is not None
            continue
        case = shot.cases[clock["appeal_id"]]
        calendar = calendars[clock["calendar"]]
        hours = hours_of(city_of_load(case["city_load"]), calendar)
        rows = [row for row in shot["ClockPause"] if row["clock_id"] == clock["id"]]
        assert (clock["state"] == "paused") == any(row["end"] is None for row in rows)
        stops = [Pause(row["start"], row["end"]) for row in rows if row["end"] is not None]
        limit = limit_from_json(clock["name"], clock["limit"])

        def counted(
            limit, pauses, extra, start=clock["started_at"], calendar=calendar, hours=hours
        ):
            return due_of(
                limit, start, calendar=calendar, hours=hours, pauses=pauses, extra=extra
            ).due

        if clock["state"] == "running":
            assert clock["due_at"] == counted(limit, stops, clock["extra"]), clock["name"]
        assert clock["due_at"] >= counted(limit, stops, 0) >= counted(limit, [], 0)
        longer = replace(limit, number=limit.number + 1 + clock["extra"])
        assert counted(longer, stops, 0) >= clock["due_at"] or clock["state"] == "paused"


def _every_date_is_on_record(clock: Row, events: list[Row]) -> None:
    """Each event begins with the date that the one before left, and no pause makes it earlier."""
    assert events[0]["kind"] == "started" and [e["kind"] for e in events].count("started") == 1
    due = events[0]["new_due"]
    for before, event in pairwise(events):
        assert event["at"] >= before["at"]
        assert event["old_due"] == due, f"{clock['name']}: {event['kind']} does not know {due}"
        due = event["new_due"] or due
        same = event["calendar"] == before["calendar"]
        if event["kind"] in ("paused", "resumed", "extended") and same:
            assert due >= event["old_due"], f"{clock['name']} is due earlier when {event['kind']}"
    assert clock["due_at"] == due


def check_change(before: Shot, after: Shot) -> None:
    """What may not happen from one moment to the next, whoever does what."""
    for table in KEPT:
        old, new = before.tables[table], after.tables[table]
        gone = [row for pk, row in old.items() if pk not in new]
        assert not gone, f"{table}: gone {gone}"
        if table in WRITTEN_ONCE:
            bent = [(row, new[pk]) for pk, row in old.items() if new[pk] != row]
            assert not bent, f"{table}: {bent}"
    for pk, case in before.cases.items():
        if case["state"] == S.DRAFT:
            continue
        now = after.cases[pk]
        for name in ("number", "submitted_at", "enterprise_id", "city_load", "created_at", "text"):
            assert now[name] == case[name], name
        assert now["round"] >= case["round"] and now["objections"] >= case["objections"]
        assert now["locked"] >= case["locked"]
    for pk, old in before.tables["Clock"].items():
        new = after.tables["Clock"][pk]
        if old["state"] not in ("running", "paused"):
            assert new == old, "a clock that has ended does not move"
        elif (new["limit"], new["calendar"]) == (old["limit"], old["calendar"]):
            assert new["due_at"] >= old["due_at"], f"{old['name']} is due earlier than before"
        elif new["calendar"] == old["calendar"] and new["limit"]["unit"] == old["limit"]["unit"]:
            longer = new["limit"]["number"] - old["limit"]["number"]
            same = new["limit"] | {"number": 0} == old["limit"] | {"number": 0}
            if longer > 0 and same:
                assert new["due_at"] >= old["due_at"], "a longer limit is due earlier"


def check_restarts(before: Shot, after: Shot) -> None:
    """A clock that is started anew for the same time is not due before the one that it replaces."""
    for pk, new in after.tables["Clock"].items():
        if pk in before.tables["Clock"]:
            continue
        for old in before.of("Clock", new["appeal_id"], name=new["name"], round=new["round"]):
            same = ("started_at", "calendar", "limit")
            if all(old[key] == new[key] for key in same) and old["extra"] == 0:
                assert new["due_at"] >= old["due_at"], f"{new['name']}: a restart cost days"


def check_done(before: Shot, after: Shot, step: str, pk: int, now: datetime) -> None:
    """A step that was taken left one line in the journal and led where the table says."""
    row, case = STEPS[step], after.cases[pk]
    was = before.cases[pk]["state"]
    new = [
        line for line in after.of("JournalLine", pk)
        if line["id"] not in before.tables["JournalLine"] and line["step"] == step
    ]  # fmt: skip
    assert len(new) == 1, f"{step}: {len(new)} lines"
    to = str(row.to.value) if row.to else was
    assert (new[0]["from_state"], new[0]["to_state"], case["state"]) == (was, to, to)
    assert case["changed_at"] == now


def check_job(shot: Shot, name: str, now: datetime) -> None:
    """What a job leaves undone nobody does: nothing that it is there for is left."""
    late = [
        row
        for row in shot["Clock"]
        if row["state"] == "running" and row["name"] in DUTIES and row["due_at"] < now
    ]
    if name == "mark_missed":
        assert all(row["missed"] for row in late)
        told = {row["clock_id"] for row in shot["ClockEvent"] if row["kind"] == "missed"}
        assert {row["id"] for row in late} <= told
    if name == "remind_due":
        assert all(row["reminded"] >= 2 for row in late)
    if name == "close_unrated":
        waiting = [pk for pk, case in shot.cases.items() if case["state"] == S.REPLIED]
        assert all(shot.live(pk)["unrated"]["due_at"] >= now for pk in waiting)
    if name == "take_over_dissolved":
        units = {unit.pk: unit for unit in Unit.objects.exclude(dissolved_on=None)}
        gone = {pk for pk, unit in units.items() if unit.dissolved_on <= localdate(now)}
        for case in shot.cases.values():
            if case["state"] in OPEN and case["holder_id"] in gone:
                assert case["intake_unit_id"] in gone, "there is a desk that could have it"
