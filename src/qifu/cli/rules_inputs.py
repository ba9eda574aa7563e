"""What the commands on all enterprises read: policies in force on a day, and a file of firms."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.cli.rules_basis import Basis, read_basis, refuse, the_day
from qifu.rulebook.facts import IDENTITY
from qifu.rulebook.findings import RuleError

if TYPE_CHECKING:
    import pyarrow as pa

    from qifu.rulebook.engine.caching import Compiled, Law
    from qifu.rulebook.engine.coding import Snapshot
    from qifu.rulebook.engine.compiling import Program


@dataclass(frozen=True)
class Laws:
    """Policies as they were read, and those of them that are in force on a day."""

    basis: Basis
    on: date
    compiled: "Compiled"

    @property
    def program(self) -> "Program":
        """Those in force as a program."""
        return self.compiled.program

    @property
    def read(self) -> tuple["Law", ...]:
        """All of them, in their order."""
        return self.compiled.laws

    @cached_property
    def chosen(self) -> tuple["Law", ...]:
        """Those in force, as in the program."""
        return tuple(self.compiled.laws[place] for place in self.compiled.places)

    @property
    def skipped(self) -> int:
        """How many policies have no version in force."""
        return self.compiled.skipped

    @property
    def content_hash(self) -> str:
        """What the answers depend on besides the enterprises: texts, catalogue, day, choice."""
        return self.compiled.key


def cache_folder() -> Path:
    """Where compiled policies are kept: `QIFU_VAR/cache`, else the user's own cache folder."""
    var = os.environ.get("QIFU_VAR")
    if var:
        return Path(var) / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qifu"


def read_laws(
    policies: Path, attributes: Path | None, as_of: str | None, only: Sequence[str] = ()
) -> Laws:
    """Policies and the day, or the command ends with every mistake that was found."""
    from qifu.rulebook.engine.caching import NoSuchPolicy, load_program

    basis = read_basis(attributes)
    on = the_day(as_of, basis.catalogue)
    others = [file for file in (attributes,) if file is not None]
    try:
        compiled = load_program(
            policies, basis.catalogue, as_of=on, folder=cache_folder(), only=only, without=others
        )
    except NoSuchPolicy as error:
        refuse(*(f"没有政策 {ident} · no policy {ident}" for ident in error.args))
    except RuleError as error:
        refuse(*error.findings)
    return Laws(basis, on, compiled)


def code_firms(
    file: Path, program: "Program", threads: int
) -> tuple["Snapshot", "pa.ChunkedArray"]:
    """The firms of a Parquet file as numbers, and their ids, as they stand there.

    What is missing is told; a file that is none, without ids, or with a column of a wrong type ends
    the command.
    """
    import pyarrow as pa

    from qifu.rulebook.engine.arrow import UnfitColumn
    from qifu.rulebook.engine.coding import code_snapshot
    from qifu.rulebook.engine.parquet import ParquetTable

    try:
        table = ParquetTable(file)
        if IDENTITY not in table.schema.names:
            found = ", ".join(sorted(table.schema.names)[:12]) or "—"
            refuse(f"{file}：没有 {IDENTITY} 列 · no column {IDENTITY}; found {found}")
        snapshot = code_snapshot(table, program, threads=threads)
        ids = table.column(IDENTITY)
    except (UnfitColumn, pa.ArrowException, OSError) as error:
        refuse(f"{file}: {error}")
    tell_missing(snapshot.warnings)
    _tell_codes(program, snapshot)
    return snapshot, ids


def _tell_codes(program: "Program", snapshot: "Snapshot") -> None:
    """Codes that are in no tree: a column may be full of names, and then nobody is eligible."""
    import numpy as np

    from qifu.rulebook.engine.coding import Coded
    from qifu.rulebook.engine.compiling import Codes

    trees = {row.column: row.tree for row in program.rows if isinstance(row, Codes)}
    for column, tree in trees.items():
        names, coded = snapshot.distinct.get(column, ()), snapshot.columns[column]
        strange = [i for i, name in enumerate(names) if tree is not None and not tree.has(name)]
        if strange and isinstance(coded, Coded):
            rows = int(np.isin(coded.values, strange).sum())
            shown = ", ".join(repr(names[i]) for i in strange[:5])
            click.echo(
                f"提醒 warning: {column.name} 有 {rows:,} 行的代码不在代码表里，按未知处理 · "
                f"{rows:,} rows have a code that is in no tree, taken as unknown: {shown}",
                err=True,
            )


def tell_missing(keys: Iterable[str]) -> None:
    """Which columns are not there, in one line: a register has few of those that policies ask."""
    if listed := ", ".join(keys):
        click.echo(
            f"提醒 warning: 没有这些列，按未知处理 · no column {listed}: unknown for everybody",
            err=True,
        )


def tell_ids(ids: "pa.ChunkedArray") -> None:
    """Say so where ids are missing or occur twice; such rows are kept and counted as they stand."""
    missing = ids.null_count
    if missing:
        click.echo(
            f"提醒 warning: {missing:,} 行没有编号，照样保留 · "
            f"{missing:,} rows without {IDENTITY}, kept as they are",
            err=True,
        )
    twice = _repeated(ids)
    if twice:
        click.echo(
            f"提醒 warning: {twice:,} 行的编号重复，各算一行 · "
            f"{twice:,} rows repeat an {IDENTITY}, each is counted for itself",
            err=True,
        )


def _repeated(ids: "pa.ChunkedArray") -> int:
    """How many rows have an id that stood in a row before."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(ids.type):
        ids = pc.cast(ids, ids.type.value_type)
    if len(ids) < 2:
        return 0
    # ids that rise cannot repeat, and comparing neighbours costs next to nothing
    if not ids.null_count and pc.all(pc.less(ids[:-1], ids[1:])).as_py():
        return 0
    known = len(ids) - ids.null_count
    return int(known - pc.count_distinct(ids, mode="only_valid").as_py())


def hash_of(file: Path) -> str:
    """SHA-256 of a file's content."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
