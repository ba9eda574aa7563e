"""The due light of a case or a clock: word, colour and icon, in working days."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qifu.rulebook.calendar_days import Calendar
from qifu.rulebook.calendar_words import ClockError
from qifu.web.words import as_day


@dataclass(frozen=True)
class Light:
    """How a due day stands today. `left`: working days left, 0 today, below 0 overdue."""

    due: date
    left: int
    provisional: bool = False

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


def light(
    due: datetime | None, *, now: datetime, calendar: Calendar, provisional: bool = False
) -> Light | None:
    """The light of a due moment; None where nothing is due."""
    day, today = as_day(due), as_day(now)
    if due is None or day is None or today is None:
        return None
    try:
        left = calendar.working_days_between(today, day)
    except ClockError:  # beyond every calendar: days as they are
        left = (day - today).days
    if left == 0 and (today > day or now > due):
        left = -1  # past its hour, or a day off after the due day, is overdue too
    elif left == 0 and day > today:
        left = 1  # due on a day off that is still to come
    return Light(day, left, provisional)
