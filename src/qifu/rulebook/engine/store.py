"""A coded snapshot as a file: dated, memory-mapped when it is opened, for any program that fits.

One Arrow IPC file with one row; every array of the snapshot is one cell, a list. What is a number,
a name or a date stands as JSON in the schema's metadata under `qifu`:

    format, engine, as_of, made_at, data_hash, program_hash, size, sorted_by, warnings,
    columns [{keys, kind, how, unknown, values, cuts, distinct, offsets, members, missing, names}]

where `values` and those after it name fields of the file. Lists of a memory-mapped file are read
where they lie: opening costs no more than the header, and what is not asked for is never read.
"""

import json
import mmap
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from qifu.rulebook.engine.coding import Array, Coded, CodedSet, Snapshot, cuts_of
from qifu.rulebook.engine.compiling import Column, HasAny, Program

# changes with what the numbers in the file mean
FORMAT = "qifu-snapshot 1"
_HEADER = b"qifu"


class UnfitSnapshot(ValueError):
    """A file that is no snapshot, or not one for this program; says what is missing."""


@dataclass(frozen=True)
class Stored:
    """An opened snapshot with the ids of its enterprises, in the order of the input.

    `data_hash` names the data that it was made of, `made_at` and `as_of` when and for which day.
    """

    snapshot: Snapshot
    ids: pa.ChunkedArray = field(repr=False)
    as_of: date
    made_at: datetime
    data_hash: str
    program_hash: str
    engine: str


def save_snapshot(
    path: Path,
    snapshot: Snapshot,
    ids: pa.ChunkedArray,
    *,
    as_of: date,
    made_at: datetime,
    data_hash: str,
    program_hash: str,
    engine: str,
) -> None:
    """Write the file; it gets its name when it is whole. OSError where it cannot be written."""
    fields = _Fields()
    header = {
        "format": FORMAT,
        "engine": engine,
        "as_of": as_of.isoformat(),
        "made_at": made_at.isoformat(),
        "data_hash": data_hash,
        "program_hash": program_hash,
        "size": snapshot.size,
        "sorted_by": _named(snapshot.sorted_by),
        "warnings": list(snapshot.warnings),
        "columns": [_column(snapshot, coded, fields) for coded in snapshot.columns.values()],
        "order": fields.add(pa.array(snapshot.order)),
        "ids": [fields.add(chunk) for chunk in ids.chunks],
        "id_type": fields.add(pa.array([], ids.type)),
    }
    metadata = {_HEADER: json.dumps(header, ensure_ascii=False).encode()}
    batch = fields.batch(metadata)
    part = path.with_name(f".{path.name}.part")
    try:
        with pa.OSFile(str(part), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def open_snapshot(path: Path, program: Program | None = None) -> Stored:
    """The snapshot, memory-mapped. UnfitSnapshot where it is none or cannot serve the program."""
    header, batch, mapped = _opened(path)
    begin = pa.py_buffer(mapped).address

    def cell(name: str) -> pa.Array:
        return batch.column(name).values

    def array(name: str) -> Array:
        values = cell(name)
        kind = np.dtype(values.type.to_pandas_dtype())
        if not len(values):
            return np.zeros(0, kind)
        place = values.buffers()[1].address - begin + values.offset * kind.itemsize
        return np.frombuffer(mapped, kind, len(values), place)

    columns: dict[Column, Coded | CodedSet] = {}
    cuts: dict[Column, Array] = {}
    distinct: dict[Column, tuple[Any, ...]] = {}
    for one in header["columns"]:
        column = Column(tuple(one["keys"]), one["kind"], one["how"])
        if one["kind"] == "set":
            columns[column] = CodedSet(
                column, array(one["offsets"]), array(one["members"]),
                tuple(cell(one["names"]).to_pylist()), array(one["missing"]),
            )  # fmt: skip
            continue
        columns[column] = Coded(column, array(one["values"]), one["unknown"])
        if one["cuts"]:
            cuts[column] = array(one["cuts"])
        if one["distinct"]:
            distinct[column] = tuple(cell(one["distinct"]).to_pylist())
    by = header["sorted_by"]
    snapshot = Snapshot(
        header["size"], columns, cuts, distinct, array(header["order"]),
        Column(tuple(by["keys"]), by["kind"], by["how"]) if by else None,
        tuple(header["warnings"]),
    )  # fmt: skip
    if program is not None:
        missing = list(_missing(program, snapshot))
        if missing:
            shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
            raise UnfitSnapshot(
                "快照答不了这些政策要问的，请重新生成 · "
                f"it does not answer what these policies ask; make it again: {shown}"
            )
        # only what this program asks for is missing for it
        asked = {key for column in program.columns for key in column.keys}
        snapshot = Snapshot(
            snapshot.size, columns, cuts, distinct, snapshot.order, snapshot.sorted_by,
            tuple(key for key in snapshot.warnings if key in asked),
        )  # fmt: skip
    kind = batch.column(header["id_type"]).type.value_type
    return Stored(
        snapshot,
        pa.chunked_array([cell(name) for name in header["ids"]], kind),
        date.fromisoformat(header["as_of"]),
        datetime.fromisoformat(header["made_at"]),
        header["data_hash"],
        header["program_hash"],
        header["engine"],
    )


def _missing(program: Program, snapshot: Snapshot) -> Iterable[str]:
    """What a program asks that a snapshot cannot say: columns, thresholds, members of sets.

    A rank among more cuts than are asked for says as much, so more is never in the way.
    """
    for column in program.columns:
        if column not in snapshot.columns:
            yield column.name
    for column, cuts in cuts_of(program).items():
        if column in snapshot.columns and not np.isin(cuts, snapshot.cuts.get(column, [])).all():
            yield f"{column.name} (thresholds)"
    asked: dict[Column, set[str]] = {}
    for row in program.rows:
        if isinstance(row, HasAny):
            asked.setdefault(row.column, set()).update(row.members)
    for column, members in asked.items():
        coded = snapshot.columns.get(column)
        if isinstance(coded, CodedSet) and not members <= set(coded.names):
            yield f"{column.name} (members)"


class _Fields:
    """The cells of the one row."""

    def __init__(self) -> None:
        self.arrays: list[pa.Array] = []

    def add(self, values: pa.Array) -> str:
        """One list as a cell; gives the name of its field."""
        ends = pa.array([0, len(values)], pa.int64())
        self.arrays.append(pa.LargeListArray.from_arrays(ends, values))
        return f"f{len(self.arrays) - 1}"

    def batch(self, metadata: Mapping[bytes, bytes]) -> pa.RecordBatch:
        names = [f"f{i}" for i in range(len(self.arrays))]
        return pa.RecordBatch.from_arrays(self.arrays, names).replace_schema_metadata(metadata)


def _named(column: Column | None) -> dict[str, Any] | None:
    if column is None:
        return None
    return {"keys": list(column.keys), "kind": column.kind, "how": column.how}


def _column(snapshot: Snapshot, coded: Coded | CodedSet, fields: _Fields) -> dict[str, Any]:
    column = coded.column
    told = _named(column) or {}
    if isinstance(coded, CodedSet):
        return told | {
            "offsets": fields.add(pa.array(coded.offsets)),
            "members": fields.add(pa.array(coded.members)),
            "missing": fields.add(pa.array(coded.missing)),
            "names": fields.add(pa.array(coded.names, pa.string())),
        }
    cuts = snapshot.cuts.get(column)
    names = snapshot.distinct.get(column, ())
    return told | {
        "unknown": int(coded.unknown),
        "values": fields.add(pa.array(coded.values)),
        "cuts": fields.add(pa.array(cuts)) if cuts is not None else "",
        "distinct": fields.add(pa.array(names, pa.string())) if names else "",
    }


def _opened(path: Path) -> tuple[dict[str, Any], pa.RecordBatch, mmap.mmap]:
    """The header, the row, and the file, which stays mapped as long as an array of it is there.

    Mapped as a private copy, of which nothing is ever copied: arrays that may be written to are the
    kind for which numba has compiled the kernel already.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        with pa.ipc.open_file(pa.py_buffer(mapped)) as reader:
            header = json.loads((reader.schema.metadata or {}).get(_HEADER, b"{}"))
            if header.get("format") != FORMAT:
                found = header.get("format", "—")
                raise UnfitSnapshot(f"不是快照 · not a snapshot ({FORMAT}), found {found}")
            return header, reader.get_batch(0), mapped
    except (pa.ArrowInvalid, ValueError) as error:
        if isinstance(error, UnfitSnapshot):
            raise
        # an empty file cannot be mapped
        raise UnfitSnapshot(f"不是快照 · not a snapshot: {error}") from None
