"""Every firm's facts as a Parquet file that `qifu rules match` reads: a column a fact, typed."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qifu.base.city import City
from qifu.organisations.selectors.command_line import facts_of_all, number_of_firms
from qifu.policies.selectors.library import programmes, published_versions
from qifu.rulebook.catalogue import Attribute
from qifu.rulebook.facts import IDENTITY, Fact, split_key
from qifu.rulebook.policy import Policy

# Who is reached is shown by these, whatever the policies ask.
GROUPED_BY = ("region", "industry", "size_class", "founded")
# rows that are held in memory, and that stand in a row group of the file
ROWS = 20_000
# years before the present one of which a yearly fact is written where nobody says which
YEARS = 4
LARGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Written:
    """How many firms, and the keys of the columns besides the id."""

    firms: int
    keys: tuple[str, ...]


def policies_in_force(city: City, on: date) -> list[Policy]:
    """The library's policies of a day."""
    pks = published_versions(on).order_by("policy_id").values_list("pk", flat=True)
    return programmes(list(pks), city)


def asked_keys(policies: Sequence[Policy], city: City, on: date) -> tuple[str, ...]:
    """The facts that conditions and amounts read on that day, and what firms are grouped by."""
    keys = {name for name in GROUPED_BY if name in city.catalogue}
    for policy in policies:
        for group in policy.groups:
            keys.update(group.keys(on))
        if policy.amount is not None:
            keys.update(policy.amount.keys(city.catalogue, as_of=on))
    return tuple(sorted(keys))


def every_key(city: City, on: date) -> tuple[str, ...]:
    """Whatever a policy that is being written may ask; of yearly facts the last years."""
    years = range(on.year - YEARS, on.year + 1)
    return tuple(
        key
        for one in city.catalogue
        for key in ([f"{one.name}@{year}" for year in years] if one.period else [one.name])
    )


def write_facts(
    out: Path,
    keys: Sequence[str],
    city: City,
    *,
    on: date,
    progress: Callable[[int, int], None] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Written:
    """Write the file; it gets its name when it is whole. OSError where it cannot be written.

    Facts as they count now, with what follows from them by the city's rules on that day. Nothing
    but the code of a firm and the facts with these keys is in it; what is not known is null.
    `notes` stand in the metadata of the file.
    """
    kinds = {key: _type(city.catalogue.attributes[split_key(key)[0]]) for key in keys}
    schema = pa.schema({IDENTITY: pa.string()} | kinds)
    size, done = number_of_firms(), 0
    part = out.with_name(f".{out.name}.part")
    try:
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            writer.add_key_value_metadata(dict(notes or {}))
            for batch in _batches(schema, city, on):
                writer.write_batch(batch)
                done += batch.num_rows
                if progress:
                    progress(done, max(size, done))
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Written(done, tuple(keys))


def _batches(schema: pa.Schema, city: City, on: date) -> Iterator[pa.RecordBatch]:
    columns: dict[str, list[Any]] = {name: [] for name in schema.names}
    converts = {name: _convert(schema.field(name).type) for name in schema.names}
    for code, facts in facts_of_all():
        known: Mapping[str, Fact | str] = {
            **city.known(city.usable(facts), as_of=on)[0],
            IDENTITY: code,
        }
        for name, column in columns.items():
            value = known.get(name)
            column.append(None if value is None else converts[name](value))
        if len(columns[IDENTITY]) == ROWS:
            yield pa.record_batch(columns, schema)
            columns = {name: [] for name in schema.names}
    if columns[IDENTITY]:
        yield pa.record_batch(columns, schema)


def _type(attribute: Attribute) -> pa.DataType:
    """How a column of the file holds an attribute."""
    if attribute.type == "integer":
        fits = attribute.high is not None and attribute.high <= LARGEST_INTEGER
        return pa.int64() if fits else pa.float64()
    kinds = {
        "number": pa.float64(),
        "date": pa.date32(),
        "flag": pa.bool_(),
        "set": pa.list_(pa.string()),
    }
    return kinds.get(attribute.type, pa.string())


def _convert(kind: pa.DataType) -> Callable[[Any], Any]:
    if pa.types.is_integer(kind):
        return int
    if pa.types.is_floating(kind):
        return _float
    return sorted if pa.types.is_list(kind) else _same


def _float(value: Decimal) -> float:
    return float(value)


def _same(value: Any) -> Any:
    return value
