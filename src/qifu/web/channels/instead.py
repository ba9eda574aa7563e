"""Where an appeal that is not taken in belongs: the entries that the pack names for it."""

from datetime import datetime

from qifu.appeals.selectors import Case
from qifu.appeals.states import State
from qifu.base.calendar import calendar_in_force
from qifu.base.city import City
from qifu.organisations.selectors.channels import channels_for_exclusion
from qifu.web.channels.rows import Row, Teller


def rows_instead(city: City, exclusion: str, *, now: datetime) -> list[Row]:
    """The channels of an exclusion; none, and no query, where the pack names none."""
    known = city.scope.get(exclusion) if exclusion else None
    if known is None or not known.channels:
        return []
    rows = channels_for_exclusion(city, exclusion)
    return Teller(city, now=now, calendar=calendar_in_force()).rows(rows)


def instead_of(city: City, case: Case, *, now: datetime) -> list[Row]:
    """The same for a case that was turned down; none for every other."""
    if case.appeal.state != State.NOT_ACCEPTED or case.scope is None:
        return []
    return rows_instead(city, case.scope.exclusion, now=now)
