"""Made-up appeals in every state: each goes its way through the actions, at moments in the past."""

import heapq
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from qifu.accounts.selectors import person_by_username
from qifu.appeals import actions as act
from qifu.appeals.selectors.made_up import any_made_up_appeal
from qifu.base.calendar import calendar_in_force
from qifu.base.city import City, current_city
from qifu.base.packs import Pack
from qifu.jobs.demo_cases import Case, Cast, Stage, made_up_person
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import actor_with, made_up_firms_without_people

FIRMS = 40  # made-up firms that bring appeals, beside those of the demo's owners
# who looks after rounds: the jobs that a worker runs, once a day of the story
ROUNDS = (act.remind_facts, act.lapse_waiting, act.close_unrated, act.mark_missed, act.remind_due)


@transaction.atomic
def load_demo_appeals(
    pack: Pack,
    *,
    now: datetime,
    most: int | None = None,
    progress: Callable[[int], None] = lambda count: None,
) -> int:
    """The recipe's appeals, in the order of time; once. Gives how many there are.

    A moment before `now` for every step: clocks, journal and messages look as if they had run.
    All of them or, where it is stopped half-way, none.
    """
    recipe = pack.demo_appeals
    if not recipe or any_made_up_appeal():
        return 0
    city = current_city()
    dice = random.Random(int(pack.demo["seed"]))
    start = now - timedelta(days=int(recipe["days"]))
    cast = _cast(city, pack.demo["accounts"], start)
    story = _Story(recipe, cast, dice, now)
    paths = [name for name, number in recipe["paths"].items() for _ in range(number)]
    dice.shuffle(paths)
    paths = paths[:most] if most is not None else paths
    for name in paths:
        story.begin(name)
    story.run(progress)
    return len(paths)


def _cast(city: City, accounts: Sequence[Mapping[str, Any]], now: datetime) -> Cast:
    """The demo's own accounts, each for what its roles allow, and made-up people beside them."""

    def all_who(may: str) -> list[Actor]:
        rows = (a for a in accounts if any(may in city.roles[r["role"]].may for r in a["roles"]))
        known = [actor_with(person_by_username(row["username"]), may) for row in rows]
        found = [actor for actor in known if actor is not None]
        assert found, f"the demo has nobody who may {may}"
        return found

    first, *others = all_who("appeals.submit")
    firms = [first] * 3 + others
    for number, firm in enumerate(made_up_firms_without_people(FIRMS), start=1):
        firms.append(
            made_up_person(
                f"demo-firm-{number:02d}", f"演示·企业用户{number:02d}",
                ("enterprise", firm.uscc, city.owner_role), "appeals.submit", now,
            )
        )  # fmt: skip
    cast = Cast(
        city,
        all_who("appeals.intake")[0],
        all_who("appeals.coordinate")[0],
        all_who("appeals.callback")[0],
        firms,
    )
    for actor in all_who("appeals.handle"):
        assert actor.organisation_id is not None
        cast.handlers.setdefault(actor.organisation_id, actor)
    return cast


class _Story:
    """A heap of moments; at each, one case takes its next step, or the daily rounds run."""

    def __init__(
        self, recipe: Mapping[str, Any], cast: Cast, dice: random.Random, now: datetime
    ) -> None:
        self.stage = Stage(recipe, cast, dice, now, calendar_in_force())
        self.moments: list[tuple[datetime, int, Case | None]] = []
        self.order = count()
        for days in range(int(recipe["days"]), 0, -1):
            at = localtime(now - timedelta(days=days)).replace(hour=23, minute=30)
            self.push(at, None)

    def push(self, at: datetime, case: "Case | None") -> None:
        heapq.heappush(self.moments, (at, next(self.order), case))

    def begin(self, path: str) -> None:
        """Cast one case: its firm, its text, the day it starts."""
        case = Case(self.stage, path)
        self.push(case.at, case)

    def run(self, progress: Callable[[int], None]) -> None:
        while self.moments:
            at, _, case = heapq.heappop(self.moments)
            if case is None:
                for job in ROUNDS:
                    job(now=at)
                continue
            following = case.next(at)
            if following is None:
                progress(1)
            else:
                self.push(following, case)
