"""How far a long command is, told on standard error; and how long each of its stages took."""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import click

# seconds between two words about it: on a terminal one line moves, elsewhere a line is added
_MOVING, _LISTED = 0.1, 5.0

Stages = dict[str, float]


@contextmanager
def timed(name: str, stages: Stages) -> Iterator[None]:
    """Add the seconds that the block takes to a stage."""
    began = time.perf_counter()
    yield
    stages[name] = stages.get(name, 0.0) + time.perf_counter() - began


class Progress:
    """Call it with (done, of how many) as often as you like, from any thread.

    On a terminal it keeps one line up to date; into a file or a pipe it writes one every few
    seconds, so that a log shows that the work goes on.
    """

    def __init__(self, words: str) -> None:
        self._words = words
        self._terminal = sys.stderr.isatty()
        self._every = _MOVING if self._terminal else _LISTED
        # a terminal hears of it at once, a log of nothing that is quick
        self._last = -math.inf if self._terminal else time.monotonic()
        self._shown = False

    def __call__(self, done: int, size: int) -> None:
        now = time.monotonic()
        if now - self._last < self._every:
            return
        self._last, self._shown = now, True
        share = f" {done / size:.0%}" if size else ""
        line = f"{self._words} {done:,} / {size:,}{share}"
        click.echo(f"\r{line}" if self._terminal else line, nl=not self._terminal, err=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._terminal and self._shown:
            # what comes next does not stand in the same line
            click.echo("\r\x1b[K", nl=False, err=True)
