"""The topics of a batch of texts, the hottest first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from qifu.textmine.classify.pieces import cleaned
from qifu.textmine.likeness.told import Told
from qifu.textmine.likeness.weighing import weigh
from qifu.textmine.topics.grouping import HEAD, group
from qifu.textmine.topics.heat import DEFAULTS, Heat, Weights, heat_of
from qifu.textmine.topics.keeping import State, kept
from qifu.textmine.topics.naming import Name, name_of

NO_PLACES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Topic:
    """A topic, its rank from 1, and its members, the earliest first."""

    id: str
    rank: int
    heat: Heat
    name: Name
    members: tuple[Told, ...]

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        times = [one.time.date() for one in self.members if one.time is not None]
        return times[0], times[-1]

    @property
    def growth(self) -> list[tuple[date, int]]:
        """How many came on each day on which one came."""
        return sorted(Counter(one.time.date() for one in self.members if one.time).items())


def find_topics(
    rows: Sequence[Told],
    *,
    state: State | None = None,
    as_of: date | None = None,
    weights: Weights = DEFAULTS,
    places: Mapping[str, str] = NO_PLACES,
    most: int | None = None,
) -> list[Topic]:
    """Topics of two texts or more, the hottest first; at most `most`, but all are kept in `state`.

    Rows without a time are left out, as are those without a word. `as_of`: the day the heat is of,
    else that of the newest row. `places`: names by the ways they are written, also in `place`. The
    order of the rows makes no difference.
    """
    timed = [
        replace(row, place=places.get(row.place.lower(), row.place))
        for row in rows
        if row.time is not None
    ]
    timed.sort(key=lambda row: (row.time, row.id))
    weighed = weigh([row.text for row in timed], head=HEAD)
    times = [row.time for row in timed if row.time is not None]
    groups = group(weighed, times, [row.place for row in timed])
    day = as_of or (times[-1].date() if times else date.min)
    members = [tuple(timed[i] for i in rows) for rows in groups]
    heats = [heat_of(one, day, weights) for one in members]
    ids = kept(state or State(), [[row.id for row in one] for one in members])
    order = sorted(range(len(groups)), key=lambda n: (-heats[n].total, -len(members[n]), ids[n]))
    rarity = dict(zip(weighed.words, weighed.idf.tolist(), strict=True))
    batch = [cleaned(row.text) for row in timed]
    return [
        Topic(ids[n], rank, heats[n], name_of(members[n], batch, rarity, places=places), members[n])
        for rank, n in enumerate(order[:most], start=1)
    ]
