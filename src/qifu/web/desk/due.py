"""The due light of a case: green, yellow or red, always as word, colour and icon."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import chinese_calendar
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# what the notices to applicants promise
CLAIM_DAYS: Final = 3
DISPUTE_DAYS: Final = 5
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Light:
    """How a case stands today. `left`: working days left, 0 today, below 0 overdue."""

    due: date
    days: int
    left: int

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
        if self.left > 0:
            return ngettext("还剩 %(days)s 个工作日", "还剩 %(days)s 个工作日", self.left) % {
                "days": self.left
            }
        return ngettext("超期 %(days)s 个工作日", "超期 %(days)s 个工作日", -self.left) % {
            "days": -self.left
        }


def is_working_day(day: date) -> bool:
    """By the official calendar; Monday to Friday in years that it does not know yet."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def working_days_between(first: date, last: date) -> int:
    """Working days after `first` up to and with `last`; 0 where last is not after first."""
    return sum(
        is_working_day(first + n * _ONE_DAY) for n in range(1, max(0, (last - first).days) + 1)
    )


def due_day(received: datetime, days: int) -> date:
    """The working day by which a case is answered; the day it came in does not count."""
    day = localdate(received)
    while days > 0:
        day += _ONE_DAY
        days -= is_working_day(day)
    return day


def light(received: datetime, days: int, *, today: date) -> Light:
    """The light of a case that came in then and is to be answered within `days` working days."""
    due = due_day(received, days)
    if today <= due:
        left = 0 if today == due else working_days_between(today, due)
    else:
        # a day off after the due day is overdue too
        left = -max(1, working_days_between(due, today))
    return Light(due, days, left)
