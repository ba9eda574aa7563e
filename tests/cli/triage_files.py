"""What the tests of `qifu triage` share: tables written and read, the command called."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from click.testing import Result

from tests.cli.running import run


def written(
    path: Path,
    rows: Iterable[Sequence[str]],
    header: Sequence[str] = ("id", "text", "label"),
    encoding: str = "utf-8",
) -> Path:
    """A CSV file."""
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([header, *rows])
    return path


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by its header."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def triage(*arguments: object) -> Result:
    """`qifu triage …`."""
    return run("triage", *arguments)
