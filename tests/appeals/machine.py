"""A city at work at random: people of every side, jobs, calendars, time; looked at all along."""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import localdate
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.states import Who, steps_of
from qifu.base.calendar import record_calendar
from qifu.base.errors import NotAllowed, Refused
from qifu.organisations.models import Unit
from tests.appeals.machine_checks import check_job
from tests.appeals.machine_engine import JOBS, Broken, Engine, say, writes
from tests.appeals.machine_moves import MOVES, form
from tests.appeals.machine_people import CITIES, MAY_BE_DISSOLVED, STARTS, YEARS
from tests.appeals.machine_shot import Shot

MOST_CASES = 5
WAITS = (0, 1, 1, 20, 90, 400)  # minutes before a step
case_numbers = st.integers(0, MOST_CASES - 1)
choices = st.integers(0, 11)
# which step, with which arguments, how many minutes later
turn = st.tuples(st.integers(0, 60), choices, st.sampled_from(WAITS))
turns = st.lists(turn, min_size=2, max_size=6)


class Life(Engine):
    """Cases of two firms in one city."""

    # the beginning

    @initialize(
        start=st.sampled_from(STARTS), city=st.integers(0, len(CITIES) - 1), n=choices,
        turns=st.lists(turn, min_size=4, max_size=16),
    )  # fmt: skip
    def opens(self, start, city, n, turns):
        self.now = start
        self.people.put_in_force(city)
        self.before = Shot()
        for owner in ("owner_a", "owner_b"):
            self.submits(owner, n)
        self.work(turns, *Who, moving=True)

    # what firms and officials do

    @precondition(lambda self: len(self.before.cases) < MOST_CASES - 1)
    @rule(owner=st.sampled_from(["owner_a", "owner_b"]), n=choices)
    def submits(self, owner, n):
        actor = self.people.actors[owner]
        made = actions.submit_appeal(None, actor=actor, now=self.now, **form(n))
        self.settle(f"{owner} submits", {made.pk})

    @precondition(lambda self: len(self.before.cases) < MOST_CASES - 1)
    @rule(who=st.sampled_from(["owner_a", "viewer_a", "intake"]), n=choices)
    def drafts(self, who, n):
        actor = self.people.actors[who]
        try:
            actions.save_draft(actor=actor, now=self.now, **form(n))
        except NotAllowed:
            assert who != "owner_a"
            self.nothing_happened(f"{who} drafts")
        else:
            assert who == "owner_a"
            self.settle("owner_a drafts")

    @precondition(lambda self: len(self.before.cases) < MOST_CASES - 1)
    @rule(known=st.booleans(), n=choices)
    def calls(self, known, n):
        """Somebody calls the desk that is in force now."""
        firm = self.people.firms[n % 2] if known else None
        desks = [name for name in ("intake", "intake_2")]
        made = actions.submit_appeal(
            None, actor=self.people.actors[desks[n % 2]], now=self.now, enterprise=firm,
            requester="" if known else "某个体户", channel=("phone", "window")[n % 2], **form(n),
        )  # fmt: skip
        self.settle("somebody calls", {made.pk})

    @rule(turns=turns)
    def desk_works(self, turns):
        self.work(turns, Who.INTAKE)

    @rule(turns=turns)
    def unit_works(self, turns):
        self.work(turns, Who.HANDLER)

    @rule(turns=turns)
    def firm_answers(self, turns):
        self.work(turns, Who.ENTERPRISE)

    @rule(turns=turns)
    def coordinators_work(self, turns):
        self.work(turns, Who.COORDINATOR)

    @rule(turns=turns)
    def callers_work(self, turns):
        self.work(turns, Who.CALLBACK)

    @rule(turns=turns)
    def all_work(self, turns):
        self.work(turns, *Who)

    @rule(turns=turns)
    def cases_get_on(self, turns):
        self.work(turns, *Who, moving=True)

    @rule(
        case=case_numbers, step=st.sampled_from(sorted(MOVES)), who=st.integers(0, 10), n=choices,
        wrong=st.booleans(), wait=st.sampled_from(WAITS),
    )  # fmt: skip
    def anything(self, case, step, who, n, wrong, wait):
        """Any step, by anybody, as it should be or not."""
        names = sorted(self.people.actors)
        self.tries(
            self.case(case)["id"], step, names[who % len(names)], n=n, wrong=wrong, wait=wait
        )

    @rule(case=case_numbers, pick=st.integers(0, 30), n=choices)
    def errs(self, case, pick, n):
        """A step that the table allows, by the right person, with something wrong in it."""
        row = self.case(case)
        steps = [step for step in steps_of(row["state"]) if step.name in MOVES]
        if steps:
            step = steps[pick % len(steps)].name
            self.tries(row["id"], step, self.whose(row, step), n=n, wrong=True)

    @rule(case=case_numbers)
    def opens_a_page(self, case):
        """Somebody keeps a page open; what they press later is pressed on what they saw."""
        pk = self.case(case)["id"]
        self.stale[pk] = Appeal.objects.get(pk=pk)

    @rule(case=case_numbers, pick=st.integers(0, 30), n=choices, at=st.integers(1, 14))
    def breaks(self, case, pick, n, at):
        """A step in the middle of which the database fails leaves nothing."""
        row = self.case(case)
        steps = [step for step in steps_of(row["state"]) if step.name in MOVES]
        if steps:
            step = steps[pick % len(steps)].name
            self.tries(row["id"], step, self.whose(row, step), n=n, broken=at)

    @rule(case=case_numbers)
    def forgets(self, case):
        row = self.case(case)
        appeal = Appeal.objects.get(pk=row["id"])
        try:
            actions.forget_requester(
                appeal, actor=self.people.actors["coordinator"], now=self.now, reason="本人要求"
            )
        except Refused:
            self.nothing_happened("forgets")
        else:
            self.settle("forgets", {row["id"]})

    @rule(case=case_numbers, other=case_numbers, kind=st.sampled_from(["repeat", "child"]))
    def links(self, case, other, kind):
        one, two = self.case(case)["id"], self.case(other)["id"]
        try:
            actions.link_appeals(
                Appeal.objects.get(pk=one), actor=self.people.actors["coordinator"], now=self.now,
                other=Appeal.objects.get(pk=two), kind=kind,
            )  # fmt: skip
        except Refused:
            self.nothing_happened("links")
        else:
            assert one != two and kind == "repeat"
            self.settle(f"{one} is a repeat of {two}")

    @rule(who=st.sampled_from(["handler_lead", "handler_other"]), days=st.integers(-1, 9))
    def goes_away(self, who, days):
        actor, today = self.people.actors[who], localdate(self.now)
        try:
            actions.record_absence(
                actor=actor, now=self.now, user=actor.user, first_day=today,
                last_day=today + timedelta(days=days),
            )  # fmt: skip
        except Refused:
            self.nothing_happened(f"{who} goes away")
        else:
            assert days >= 0
            self.settle(f"{who} is away for {days} days")

    # time, jobs, calendars, units, cities

    @rule(minutes=st.sampled_from([30, 240, 1440, 2 * 1440, 5 * 1440, 20 * 1440, 60 * 1440]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)
        say(f"{self.now:%m-%d %H:%M}")

    @rule(days=st.integers(1, 3), rounds=st.integers(1, 5))
    def weeks_with_a_worker(self, days, rounds):
        for _round in range(rounds):
            self.now += timedelta(days=days)
            for job in JOBS.values():
                job(now=self.now)
        self.settle(f"{rounds} times {days} days, each with a round of jobs")
        self.idle()

    @rule(at=st.integers(0, 40), days=st.sampled_from([0, 1, 4, 16]))
    def jobs_that_break(self, at, days):
        """Killed anywhere and run again each comes to what it comes to undisturbed."""
        self.now += timedelta(days=days)
        for name, job in JOBS.items():
            with transaction.atomic(), writes() as seen:
                job(now=self.now)
                wanted = Shot().essence()
                transaction.set_rollback(True)
            try:
                with writes(1 + at % seen[0] if seen[0] else 0):
                    job(now=self.now)
            except Broken:
                self.settle(f"{name} breaks at write {1 + at % seen[0]}")
            job(now=self.now)
            after = self.settle(f"{name} runs")
            assert after.essence() == wanted
            assert job(now=self.now) == 0
            self.nothing_happened(f"{name} again")
            check_job(after, name, self.now)

    @rule(which=st.integers(0, len(YEARS) - 1), recount=st.sampled_from(["no", "half", "yes"]))
    def year_is_published(self, which, recount):
        record_calendar(YEARS[which], uploaded_by=None, now=self.now)
        self.settle(f"2027 is published, form {which}")
        if recount != "no":
            self.recount(half=recount == "half")

    @rule()
    def recounts(self):
        self.recount(half=False)

    @rule(
        code=st.sampled_from(MAY_BE_DISSOLVED + MAY_BE_DISSOLVED[:3]),
        back=st.booleans(),
        at_once=st.booleans(),
    )
    def unit_is_dissolved(self, code, back, at_once):
        """From today, or no longer; the worker hears of it at once or later."""
        day = None if back else self.now.date()
        Unit.objects.filter(organisation__code=code).update(dissolved_on=day)
        if at_once:
            actions.take_over_dissolved(now=self.now)
        self.settle(f"{code} is {'back' if back else 'dissolved'}")

    @rule(city=st.integers(0, len(CITIES) - 1))
    def pack_is_loaded(self, city):
        self.people.put_in_force(city)
        say(f"city {CITIES[city]}")
