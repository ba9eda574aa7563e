"""Compiled policies kept by their content: what has been read and compiled once is loaded.

A file a set of policies, named by the hash of everything that it depends on: the policies' bytes,
the catalogue, the day, the choice, the code of the rulebook. It is an `.npz` without pickled
objects: the arrays of `Groups`, and JSON for the rest. What cannot be read for whatever reason is
made again, and what cannot be written is not kept; neither is told. Policies with a mistake are
never kept.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.documents import files_in, load_documents
from qifu.rulebook.engine.compiling import (
    Array,
    Codes,
    Column,
    Composite,
    Flag,
    Groups,
    HasAny,
    Judged,
    Leaf,
    Program,
    Row,
    Spans,
    compile_policies,
)
from qifu.rulebook.findings import RuleError
from qifu.rulebook.policy import in_force, read_policies

KEPT = 16  # files in the folder; the oldest go
_ENDING = ".program.npz"


class NoSuchPolicy(LookupError):
    """Policies that were chosen by id and are not there; `args` are their ids."""


@dataclass(frozen=True)
class Law:
    """What results say of a policy: which one it is."""

    id: str
    version: int


@dataclass(frozen=True)
class Compiled:
    """Policies for one day: `laws` all that were read, `places` those of them in force.

    Policy p of `program` is `laws[places[p]]`. `skipped` counts policies of which no version is in
    force; `key` names the content.
    """

    laws: tuple[Law, ...]
    places: tuple[int, ...]
    skipped: int
    program: Program
    key: str


def load_program(
    place: Path, catalogue: Catalogue, *, as_of: date, folder: Path | None,
    only: Sequence[str] = (), without: Sequence[Path] = (),
) -> Compiled:  # fmt: skip
    """The policies of a file or a folder, compiled: from `folder` where they are kept there.

    `folder` None keeps nothing. `only` are ids, none means all; `without` are files in the place
    that are something else. RuleError holds every mistake in the policies, NoSuchPolicy is for
    `only`; a place that cannot be read is a RuleError too.
    """
    key = content_key(place, catalogue, as_of=as_of, only=only, without=without)
    file = folder / f"{key}{_ENDING}" if folder is not None and key else None
    if file is not None:
        kept = _load(file, key, catalogue)
        if kept is not None:
            return kept
    documents, unreadable = load_documents(place, without=without)
    read, findings = read_policies(documents, catalogue)
    if unreadable or findings:
        raise RuleError([*unreadable, *findings])
    if only:
        missing = set(only) - {policy.id for policy in read}
        if missing:
            raise NoSuchPolicy(*sorted(missing))
        read = tuple(policy for policy in read if policy.id in set(only))
    chosen, skipped = in_force(read, as_of)
    among = {id(policy) for policy in chosen}
    made = Compiled(
        laws=tuple(Law(policy.id, policy.version) for policy in read),
        places=tuple(i for i, policy in enumerate(read) if id(policy) in among),
        skipped=skipped,
        program=compile_policies(chosen, catalogue, as_of=as_of),
        key=key,
    )
    if file is not None:
        with suppress(OSError):
            _save(file, made)
    return made


def content_key(
    place: Path, catalogue: Catalogue, *, as_of: date, only: Sequence[str] = (),
    without: Sequence[Path] = (),
) -> str:  # fmt: skip
    """SHA-256 over all that a program depends on; empty where that cannot be told."""
    if not catalogue.content_hash:
        return ""
    other = {file.resolve() for file in without}
    parts = [_code(), catalogue.content_hash, as_of.isoformat(), *sorted(set(only))]
    try:
        for file in files_in(place):
            if file == place or file.resolve() not in other:
                with file.open("rb") as opened:
                    parts += [file.suffix, hashlib.file_digest(opened, "sha256").hexdigest()]
    except OSError:
        return ""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def _code() -> str:
    """The rulebook's own code: a newer one may compile otherwise."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _save(file: Path, made: Compiled) -> None:
    """Write under another name first: who reads sees the whole file or none."""
    program = made.program
    columns = {column: i for i, column in enumerate(program.columns)}
    told = {
        "key": made.key,
        "laws": [[law.id, law.version] for law in made.laws],
        "places": made.places,
        "skipped": made.skipped,
        "as_of": program.as_of.isoformat(),
        "columns": [[column.keys, column.kind, column.how] for column in columns],
        "rows": [_told(row, columns, program.numbers) for row in program.rows],
    }
    text = np.frombuffer(json.dumps(told).encode(), np.uint8)
    arrays = {one.name: getattr(program.groups, one.name) for one in fields(Groups)}
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as opened:
            np.savez(opened, told=text, **arrays)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    others = sorted(file.parent.glob(f"*{_ENDING}"), key=lambda one: one.stat().st_mtime)
    for old in others[:-KEPT]:
        old.unlink(missing_ok=True)


def _load(file: Path, key: str, catalogue: Catalogue) -> Compiled | None:
    """What was kept, or None: not there, damaged, or of something else."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            told = json.loads(bytes(kept["told"]))
            groups = Groups(**{one.name: kept[one.name] for one in fields(Groups)})
        if told["key"] != key:
            return None
        columns = [Column(tuple(keys), kind, how) for keys, kind, how in told["columns"]]
        rows: list[Row] = []
        for one in told["rows"]:
            rows.append(_row(one, columns, rows, catalogue))
        laws = tuple(Law(ident, version) for ident, version in told["laws"])
        places = tuple(told["places"])
        chosen = [laws[i] for i in places]
        if not _fits(groups, len(chosen), len(rows)):
            return None
        program = Program(
            ids=tuple(law.id for law in chosen),
            versions=tuple(law.version for law in chosen),
            as_of=date.fromisoformat(told["as_of"]),
            rows=tuple(rows),
            groups=groups,
        )
    except (OSError, ValueError, LookupError, TypeError, EOFError, zipfile.BadZipFile):
        return None
    with suppress(OSError):
        # used lately: it stays
        os.utime(file)
    return Compiled(laws, places, told["skipped"], program, key)


def _fits(groups: Groups, policies: int, rows: int) -> bool:
    """Whether every number in the arrays stands for something: the kernel does not look."""
    sizes = np.diff(groups.leaf_starts)
    return (
        _runs(groups.starts, policies, len(groups.least))
        and _runs(groups.leaf_starts, len(groups.least), len(groups.rows))
        and len(groups.hard) == len(groups.least)
        and len(groups.negated) == len(groups.rows)
        and bool(((sizes >= groups.least) & (groups.least >= 1)).all())
        and bool(((groups.rows >= 0) & (groups.rows < rows)).all())
    )


def _runs(starts: Array, count: int, end: int) -> bool:
    if len(starts) != count + 1:
        return False
    return starts[0] == 0 and starts[-1] == end and bool((np.diff(starts) >= 0).all())


def _told(row: Row, columns: Mapping[Column, int], numbers: Mapping[Row, int]) -> list[Any]:
    """A row as JSON: its kind, its column, what it asks."""
    match row:
        case Spans(column, spans):
            return ["spans", columns[column], spans]
        case Flag(column):
            return ["flag", columns[column]]
        case Codes(column, under, wanted, _):
            return ["codes", columns[column], under, wanted]
        case HasAny(column, members):
            return ["has_any", columns[column], members]
        case Composite(least, leaves):
            return ["composite", least, [[numbers[leaf.row], leaf.negated] for leaf in leaves]]
        case Judged():
            return ["judged"]


def _row(told: list[Any], columns: list[Column], rows: list[Row], catalogue: Catalogue) -> Row:
    """The row that `_told` told of; a composite one stands on `rows` before it."""
    match told:
        case ["spans", column, spans]:
            return Spans(columns[column], tuple((low, high) for low, high in spans))
        case ["flag", column]:
            return Flag(columns[column])
        case ["codes", number, under, wanted]:
            column = columns[number]
            attribute = catalogue.attributes[column.keys[0].partition("@")[0]]
            tree = catalogue.tree(attribute) if column.kind == "code" else None
            return Codes(column, under, tuple(wanted), tree)
        case ["has_any", column, members]:
            return HasAny(columns[column], tuple(members))
        case ["composite", least, leaves]:
            return Composite(least, tuple(Leaf(rows[at], negated) for at, negated in leaves))
        case ["judged"]:
            return Judged()
    raise ValueError(told)
