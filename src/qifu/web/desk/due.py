"""The due light of a case: green, yellow or red, always as word, colour and icon."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qifu.base.calendar import calendar_in_force
from qifu.rulebook.calendar_days import Calendar
from qifu.rulebook.due_words import explain
from qifu.rulebook.workdays import Due, due_by_working_days
from qifu.web.words import language


@dataclass(frozen=True)
class Light:
    """How a case stands today. `left`: working days left, 0 today, below 0 overdue."""

    clock: Due
    left: int

    @property
    def due(self) -> date:
        return self.clock.due_date

    @property
    def why(self) -> str:
        """The clock told day by day, in the language of the page."""
        told = explain(self.clock)
        return str(told.en if language() == "en" else told.zh)

    @property
    def tone(self) -> str:
        return "good" if self.left > 0 else "warn" if self.left == 0 else "bad"

    @property
    def icon(self) -> str:
        return {"good": "circle-check", "warn": "hourglass", "bad": "alert-triangle"}[self.tone]

    @property
    def colour(self) -> str:
        """The colour as a word, for those who do not see it."""
        return {"good": _("绿"), "warn": _("黄"), "bad": _("红")}[self.tone]

    @property
    def words(self) -> str:
        if self.left == 0:
            return _("今天到期")
        days = {"days": abs(self.left)}
        if self.left > 0:
            return ngettext("还剩 %(days)s 个工作日", "还剩 %(days)s 个工作日", self.left) % days
        return ngettext("超期 %(days)s 个工作日", "超期 %(days)s 个工作日", -self.left) % days


def calendar() -> Calendar:
    """The official calendar in force, with the years that officials uploaded. One small query."""
    return calendar_in_force()


def light(received: datetime, days: int, *, today: date, official: Calendar | None = None) -> Light:
    """The light of a case that came in then and is to be answered within `days` working days.

    A list gives the calendar, so that it is asked for once.
    """
    official = official or calendar()
    clock = due_by_working_days(received, days, official)
    left = official.working_days_between(today, clock.due_date)
    if left == 0 and today > clock.due_date:
        left = -1  # a day off after the due day is overdue too
    return Light(clock, left)
