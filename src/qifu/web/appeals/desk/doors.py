"""Who may open the officials' pages of appeals, and everything that a page may ask of a case."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from django.utils import timezone

from qifu.appeals.models import Appeal
from qifu.appeals.selectors import Case, Colleague, Suggestions, case_of, load_of, suggest_for
from qifu.base.calendar import calendar_in_force
from qifu.organisations.models import Unit
from qifu.organisations.selectors import units_at_work
from qifu.rulebook.calendar_days import Calendar
from qifu.web.desk.doors import desk
from qifu.web.http import AskedRequest, city_of

APPEALS: Final = (
    "appeals.view_all", "appeals.intake", "appeals.handle", "appeals.coordinate",
    "appeals.callback",
)  # fmt: skip
appeals_desk = desk(*APPEALS)


class About:
    """One case before one official, now. Each part is read when a page or a form first asks."""

    def __init__(self, request: AskedRequest, appeal: Appeal) -> None:
        self.actor = request.actor
        self.city = city_of(request)
        self.now = timezone.now()
        self.appeal = appeal
        # what forms have looked for, by what was asked: one may be made twice for an answer
        self.looked_for: dict[str, Sequence[Any]] = {}

    @cached_property
    def case(self) -> Case:
        """The case as this official sees it."""
        return case_of(self.actor, self.appeal, now=self.now)

    @cached_property
    def suggestions(self) -> Suggestions:
        """What the rules say: matter, exclusion, unit, repeats."""
        return suggest_for(self.actor, self.appeal, now=self.now)

    @cached_property
    def units(self) -> Sequence[Unit]:
        """Every unit that may be given a case today."""
        return list(units_at_work(timezone.localdate(self.now)))

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar in force."""
        return calendar_in_force()

    @cached_property
    def colleagues(self) -> list[Colleague]:
        """The handlers of the lead unit with what they have and until when they are away."""
        return self.load(self.appeal.lead)

    def load(self, unit: Unit | None) -> list[Colleague]:
        """The handlers of a unit, where this official may see its load."""
        return load_of(self.actor, unit, now=self.now) if unit else []
