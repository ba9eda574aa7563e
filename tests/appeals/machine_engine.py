"""How the machine moves: it tries a step, knows when it must be refused, and looks at everything.

One example is one transaction that is undone at its end, so the next begins with an empty desk.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from hypothesis import currently_in_test_context, note
from hypothesis.stateful import RuleBasedStateMachine

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.selectors import counts_of, list_of
from qifu.appeals.selectors.lists import lists_of
from qifu.appeals.states import STEPS, State, Who
from qifu.base import journal
from qifu.base.errors import BadInput, Refused
from tests.appeals.machine_checks import check, check_change, check_done, check_restarts
from tests.appeals.machine_moves import MOVES, WITHOUT_MISTAKES, Call
from tests.appeals.machine_people import People
from tests.appeals.machine_shot import Row, Shot, forget

JOBS: dict[str, Callable[..., int]] = {
    "mark_missed": actions.mark_missed, "remind_due": actions.remind_due,
    "remind_facts": actions.remind_facts, "lapse_waiting": actions.lapse_waiting,
    "remind_ratings": actions.remind_ratings, "close_unrated": actions.close_unrated,
    "take_over_dissolved": actions.take_over_dissolved,
}  # fmt: skip
# which of two sides may decide an objection, by its number
DECIDES = {1: Who.INTAKE, 2: Who.COORDINATOR}
# what is left to a case that follows another
FOR_FOLLOWERS = {"unmerge", "withdraw"}
AFTER_ANSWER = {State.REPLIED, State.CALLBACK_DUE, *(s for s in State if s.startswith("closed"))}
ENDS = ("withdraw", "reject_intake", "close_unreachable")


class Broken(Exception):
    """The database fails in the middle of a transaction."""


def say(what: str) -> None:
    """For whoever reads the sequence that failed."""
    if currently_in_test_context():
        note(what)


@contextmanager
def writes(fail_at: int = 0) -> Iterator[list[int]]:
    """Counts the writes from here on, in a list of one; the `fail_at`-th of them fails."""
    seen = [0]

    def watch(execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            seen[0] += 1
            if seen[0] == fail_at:
                raise Broken
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen


class Engine(RuleBasedStateMachine):
    """Cases, what was seen of them last, and what time it is; `done` counts over all examples."""

    done: Counter[str] = Counter()
    people: People

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.stale: dict[int, Appeal] = {}
        self.taken: Counter[str] = Counter()
        self.turn = 0

    def teardown(self) -> None:
        try:
            journal.seal()
            found = journal.verify()
            assert found.faults == [] and found.unsealed == 0
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            forget()

    # how it is done

    def work(self, turns: list[tuple[int, int, int]], *sides: Who, moving: bool = False) -> None:
        """Steps that the table allows now, by people of these sides, as they should be.

        `moving` leaves out what changes no state.
        """
        for pick, n, wait in turns:
            offered = [
                (pk, name)
                for pk, row in sorted(self.before.cases.items())
                for name in MOVES
                if (moving and STEPS[name].to) or (not moving and self.worth(name, n))
                if self.takers(row, name) & {*sides}
                and not self.must_be_refused(row, name, self.whose(row, name), wrong=False)
            ]
            # an end is reached now and then, not as soon as there is one
            open_ = [one for one in offered if one[1] not in ENDS or n == 0]
            # what was done least in this example comes first: no going round in circles
            open_.sort(key=lambda one: self.taken[one[1]])
            open_ = open_[: 2 + len(open_) // 2]
            if open_:
                pk, name = open_[pick % len(open_)]
                self.tries(pk, name, self.whose(self.before.cases[pk], name), n=n, wait=wait)

    def worth(self, step: str, n: int) -> bool:
        """What may be done at any time is done now and then."""
        return n < 3 or step not in ("remind", "supervise", "escalate", "assign")

    def takers(self, row: Row, step: str) -> set[Who]:
        """The sides that take a step on a case: of objections it depends on the number."""
        if step in ("uphold", "dismiss"):
            return {DECIDES[max(row["objections"], 1)]}
        return set(STEPS[step].who)

    def case(self, number: int) -> Row:
        rows = sorted(self.before.cases)
        return self.before.cases[rows[number % len(rows)]]

    def whose(self, row: Row, step: str) -> str:
        """Somebody on the side of the case that takes this step."""
        wanted = self.takers(row, step)
        names = [name for name in self.people.actors if self.people.sides(name, row) & wanted]
        return names[self.turn % len(names)] if names else "coordinator"

    def tries(
        self, pk: int, step: str, who: str, *, n: int = 0, wrong: bool = False, wait: int = 1,
        broken: int = 0,
    ) -> bool:  # fmt: skip
        """Try a step; whether it was done. What must be refused is, and leaves nothing behind."""
        self.now += timedelta(minutes=wait)
        self.turn += 1
        wrong = wrong and step not in WITHOUT_MISTAKES
        row, actor = self.before.cases[pk], self.people.actors[who]
        seen = self.stale.pop(pk, None) or Appeal.objects.get(pk=pk)
        others = tuple(Appeal.objects.exclude(pk=pk).exclude(number="").order_by("pk"))
        call = Call(self.people, seen, others, actor, self.now, n, wrong)
        said = f"{step} of {pk} ({row['state']}) by {who}{', wrong' * wrong}, n={n}"
        say(f"{self.now:%m-%d %H:%M} {said}")
        why = self.must_be_refused(row, step, who, wrong=wrong)
        watched = self.watch()
        try:
            with writes(broken):
                MOVES[step](call)
        except Refused as refused:
            self.nothing_happened(said)
            assert not (isinstance(refused, BadInput) and why == "side"), "told before allowed"
            assert seen.state == row["state"], "the page shows what is"
            return False
        except Broken:
            self.nothing_happened(f"{said}, broken at write {broken}")
            return False
        assert why == "", f"{said}: was done, though {why}"
        old = self.before
        after = self.settle(said)
        if step != "submit" or row["state"] == State.DRAFT:
            check_done(old, after, step, pk, self.now)
        self.unseen(watched, old, after)
        self.done[step] += 1
        self.taken[step] += 1
        return True

    def must_be_refused(self, row: Row, step: str, who: str, *, wrong: bool) -> str:
        """Why a step may not be done, as CASEWORK.md says it; "" where the room may decide."""
        pk, table, sides = row["id"], STEPS[step], self.people.sides(who, row)
        live = self.before.live(pk)
        over = {name: clock["due_at"] < self.now for name, clock in live.items()}
        follows = row["merged_into_id"] and row["state"] not in AFTER_ANSWER
        asked = self.before.of("Extension", pk, round=row["round"])
        callback = self.before.of("Callback", pk, closed_at=None)
        tries = [a for c in callback for a in self.before["CallbackAttempt"]
                 if a["callback_id"] == c["id"] and not a["reached"]]  # fmt: skip
        reasons = {
            "side": not sides & self.takers(row, step),
            "state": row["state"] not in table.sources,
            "wrong": wrong,
            "merged": follows and step not in FOR_FOLLOWERS,
            "two hops": step == "transfer" and row["hop"] >= 2,
            "objections": step == "object"
            and (row["locked"] or row["objections"] >= 2 or over.get("objection", False)),
            "contested": step == "contest" and row["contested"],
            "late": step in ("ask_extension", "grant_extension") and over.get("reply", True),
            "asked before": step == "ask_extension" and bool(asked),
            "nothing asked": step in ("grant_extension", "refuse_extension")
            and not any(e["decided_at"] is None for e in asked),
            "not proposed": step in ("approve_justified", "decline_justified")
            and not any(c["proposed_at"] for c in callback),
            "not asked": step == "confirm_closed"
            and not any(c["confirm_asked_at"] for c in callback),
            "not tried": step == "close_unreachable" and len({a["half_day"] for a in tries}) < 2,
            "once": step == "escalate" and row["escalated_at"] is not None,
            "led": step == "dispatch" and row["state"] == State.REHANDLING and not row["at_once"],
            "answered": step == "split" and row["round"] > 1,
            "alone": step == "unmerge" and not row["merged_into_id"],
        }
        return next((name for name, holds in reasons.items() if holds), "")

    def recount(self, *, half: bool) -> None:
        """Count open clocks anew; half-way it stops after the first case and is run again."""

        def stop(_count: int) -> None:
            raise Broken

        if half:
            try:
                actions.recompute_clocks(now=self.now, progress=stop)
            except Broken:
                self.settle("a recount breaks")
        actions.recompute_clocks(now=self.now)
        after = self.settle("a recount")
        version = max((row["id"] for row in after["CalendarUpload"]), default=0)
        live = [row for row in after["Clock"] if row["state"] in ("running", "paused")]
        assert all(row["calendar"] == version for row in live)
        assert actions.recompute_clocks(now=self.now).clocks == 0

    def idle(self) -> None:
        """Nothing is left for the worker to do at this moment."""
        for name, job in JOBS.items():
            assert job(now=self.now) == 0, f"{name} does something twice"
        self.nothing_happened("every job again")

    # what is looked at

    def settle(self, said: str, cases: frozenset[int] | set[int] = frozenset()) -> Shot:
        """Look at everything after something was done."""
        say(said)
        after = Shot()
        check(after)
        check_change(self.before, after)
        check_restarts(self.before, after)
        assert not cases or cases <= after.changed(self.before)
        self.before = after
        return after

    def nothing_happened(self, said: str) -> None:
        """What was refused or failed left no trace at all."""
        after = Shot()
        assert after.tables == self.before.tables, (said, after.difference(self.before))

    def watch(self) -> tuple[str, dict[str, list[int]]]:
        """The lists of one person, one after the other in turn."""
        names = sorted(self.people.actors)
        name = names[self.turn % len(names)]
        actor = self.people.actors[name]
        lists = {
            key: sorted(list_of(actor, key, now=self.now).values_list("pk", flat=True))
            for key in lists_of(actor)
        }
        counts = counts_of(actor, now=self.now)
        assert counts == {key: len(rows) for key, rows in lists.items()}
        seen = {pk for rows in lists.values() for pk in rows}
        assert seen <= self.visible(name, self.before), f"{name} sees too much"
        return name, lists

    def visible(self, name: str, shot: Shot) -> set[int]:
        return {pk for pk, case in shot.cases.items() if self.people.sees(name, case, shot)}

    def unseen(self, watched: tuple[str, dict[str, list[int]]], old: Shot, new: Shot) -> None:
        """What somebody may not see changes nothing of what they see."""
        name, lists = watched
        if new.changed(old) & (self.visible(name, old) | self.visible(name, new)):
            return
        actor = self.people.actors[name]
        for key, rows in lists.items():
            found = sorted(list_of(actor, key, now=self.now).values_list("pk", flat=True))
            assert found == rows, f"{key} of {name} changed"
