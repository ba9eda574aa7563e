"""The facts of all firms in one file, and previews of policies over it.

Pages ask for counts over the whole city while somebody waits: from a file of columns that takes a
second for millions of firms, from the database it would take minutes. The worker writes the file;
of a small city whoever asks does, so that the answer is of this moment.
"""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.base.city import City, NoCity, current_city
from qifu.base.errors import NotAllowed, Refused
from qifu.jobs.facts_file import every_key, write_facts
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors.command_line import newest_fact, number_of_firms
from qifu.policies.permissions import may_preview
from qifu.rulebook.policy import Policy

if TYPE_CHECKING:
    import pyarrow as pa

    from qifu.rulebook.engine.preview_results import Preview
    from qifu.rulebook.engine.sliding import Target

# firms that are read on the spot; above the second number the file is written once a day
SMALL, LARGE = 2_000, 200_000
SECONDS = 10.0  # that somebody waits for a preview
_NOTES = ("day", "stamp", "newest", "written")


class NoFacts(Refused):
    """The file is not there yet: the worker writes it."""

    code = "not_ready"

    def __init__(self) -> None:
        super().__init__(
            _("本地企业资料的副本还没有写好，后台每半小时检查一次。请稍后再试，您写的内容还在。")
        )


class TooLong(Refused):
    """Counting took longer than somebody waits."""

    code = "too_long"

    def __init__(self) -> None:
        super().__init__(
            _(
                "企业太多，%(seconds)s 秒内没有算完。请减少条件，"
                "或请管理员用 qifu rules preview 计算。"
            )
            % {"seconds": int(SECONDS)}
        )


@dataclass(frozen=True)
class FactsFile:
    """The file: facts of `firms` as they counted when it was written, derived ones of `day`."""

    path: Path
    day: date
    stamp: str
    newest: int
    firms: int
    written: datetime

    def holds(self, city: City, on: date) -> bool:
        """Whether it was written on that day with this pack."""
        return self.day == on and self.stamp == city.facts_stamp


@dataclass(frozen=True)
class CityPreview:
    """A preview over the city, `written` when its facts were; the thresholds that can slide."""

    found: "Preview"
    written: datetime
    thresholds: "tuple[Target, ...]"


def facts_file() -> FactsFile | None:
    """The file as it is; None where there is none that can be read."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = Path(settings.QIFU_FACTS) / "firms.parquet"
    try:
        told = pq.read_metadata(path)
        day, stamp, newest, written = (
            (told.metadata or {})[name.encode()].decode() for name in _NOTES
        )
        return FactsFile(
            path, date.fromisoformat(day), stamp, int(newest), told.num_rows,
            datetime.fromisoformat(written),
        )  # fmt: skip
    except (OSError, pa.ArrowInvalid, KeyError, ValueError):
        return None


def keep_facts(now: datetime) -> int:
    """Write the file where day, pack, firms or facts are others than those in it; gives the firms.

    That of a large city, which takes minutes, is written once a day.
    """
    try:
        return _kept(current_city(), now).firms
    except NoCity:
        return 0


def _kept(city: City, now: datetime) -> FactsFile:
    on, there = localdate(now), facts_file()
    newest, firms = newest_fact(), number_of_firms()
    if there is not None and there.holds(city, on):
        if firms > LARGE or (there.newest, there.firms) == (newest, firms):
            return there
    folder = Path(settings.QIFU_FACTS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mine = folder / f"{os.getpid()}-{threading.get_ident()}.parquet"
    notes = dict(zip(
        _NOTES, (on.isoformat(), city.facts_stamp, str(newest), now.isoformat()), strict=True
    ))  # fmt: skip
    written = write_facts(mine, every_key(city, on), city, on=on, notes=notes)
    path = mine.replace(folder / "firms.parquet")
    return FactsFile(path, on, city.facts_stamp, newest, written.firms, now)


def city_preview(
    actor: Actor, policy: Policy, *, against: Policy | None = None, slide: str = "", now: datetime
) -> CityPreview:
    """Whom the policy would reach in this city; one curve, over `slide` or the first threshold.

    NotAllowed, NoFacts while the file of a larger city is not there, TooLong.
    """
    from qifu.rulebook.engine.preview import Sliding, keys_of, preview  # noqa: PLC0415 - heavy
    from qifu.rulebook.engine.sliding import targets  # noqa: PLC0415

    if not may_preview(actor):
        raise NotAllowed(_("政策预评估由政策岗的工作人员使用。"))
    city = current_city()
    there = _kept(city, now) if number_of_firms() <= SMALL else facts_file()
    # yesterday's file still counts right for its day
    if there is None or there.stamp != city.facts_stamp:
        raise NoFacts
    thresholds = tuple(targets(policy))
    chosen = [one for one in thresholds if one.ident == slide] or thresholds[:1]
    keys = keys_of(policy, city.catalogue, as_of=there.day, against=against)
    found = preview(
        policy,
        _batches(there.path, keys),
        city.catalogue,
        as_of=there.day,
        slides=[Sliding(one.ident) for one in chosen],
        against=against,
    )
    return CityPreview(found, there.written, thresholds)


def _batches(path: Path, keys: tuple[str, ...]) -> "Iterator[pa.RecordBatch]":
    """The batches of the file, as long as somebody waits."""
    from qifu.rulebook.engine.parquet import batches  # noqa: PLC0415
    from qifu.rulebook.engine.preview import ROWS  # noqa: PLC0415

    until = time.monotonic() + SECONDS
    for batch in batches(path, keys, ROWS):
        yield batch
        if time.monotonic() > until:
            raise TooLong
