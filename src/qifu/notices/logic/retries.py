"""When a delivery is tried again, and which kinds of events somebody wants."""

import re
from collections.abc import Collection, Iterable
from datetime import timedelta

MOST_ATTEMPTS = 12
FIRST_PAUSE = 5.0  # seconds; three times as long after each attempt
LONGEST_PAUSE = 6 * 3600.0
LONGEST_ASKED = 24 * 3600.0  # a receiver that asks for more is tried again after a day
# a place that cannot be reached is left alone, with everything that waits for it
FIRST_HOLD = 2.0
LONGEST_HOLD = 300.0
_KIND = re.compile(r"[a-z]+\.([a-z_]+|\*)")


def pause_after(attempts: int, *, chance: float, asked: float | None = None) -> timedelta:
    """How long to wait after the n-th attempt (1, 2, …): 5 s, 15 s, 45 s … at most 6 hours.

    `chance` in [0, 1) moves it by a fifth either way, so that what failed together does not come
    back together. `asked` are the seconds of the receiver's Retry-After: never sooner than that.
    """
    seconds = min(FIRST_PAUSE * 3.0 ** max(attempts - 1, 0), LONGEST_PAUSE)
    seconds *= 0.8 + 0.4 * chance
    if asked is not None:
        seconds = max(seconds, min(asked, LONGEST_ASKED))
    return timedelta(seconds=seconds)


def hold_after(failures: int, *, chance: float) -> timedelta:
    """How long a place is left alone after the n-th time in a row that it was not reached."""
    seconds = min(FIRST_HOLD * 2.0 ** min(max(failures - 1, 0), 20), LONGEST_HOLD)
    return timedelta(seconds=seconds * (0.8 + 0.4 * chance))


def wants(kinds: Iterable[str], kind: str) -> bool:
    """Whether one of the wanted kinds is this one; "appeal.*" is every kind of that room."""
    group = kind.partition(".")[0] + ".*"
    return any(wanted in (kind, group) for wanted in kinds)


def unknown_kinds(kinds: Iterable[str], known: Collection[str]) -> list[str]:
    """Those that are neither a known kind nor a group of known ones, in order."""
    groups = {kind.partition(".")[0] + ".*" for kind in known}
    return [
        kind
        for kind in kinds
        if not _KIND.fullmatch(kind) or (kind not in known and kind not in groups)
    ]
