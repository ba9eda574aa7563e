"""The same kernel on a cluster: Spark hands over Arrow batches, the rules were broadcast.

Every task codes its enterprises and matches them as one machine does with all of them; counts of a
policy are added up, counts of an enterprise keep its place in the input. Needs pyspark ≥ 4.1 and
Java 17; nothing here is imported where it is not asked for.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from qifu.rulebook.engine.coding import Array, code_snapshot
from qifu.rulebook.engine.compiling import Program
from qifu.rulebook.engine.parts import Part, parts_of
from qifu.rulebook.engine.running import Counts, match
from qifu.rulebook.facts import IDENTITY

# Enterprises that are coded and matched at once: enough that planning 14,483 policies for them
# costs little, few enough for the memory of a small executor.
ROWS = 1 << 19
# pairs that a task holds at once
PAIRS = 2_000_000
PLACE, POLICY = "place", "policy"
# a place is the number of the file and the row in it
ROWS_OF_A_FILE = 1 << 40


class NoSpark(RuntimeError):
    """Spark cannot run here; says what is missing and how to mend it."""


class Firms(NamedTuple):
    """The enterprises as Spark reads them, with what the program asks of them and their place."""

    frame: Any
    id_type: Any
    missing: tuple[str, ...]


def start(threads: int) -> Any:
    """The session of spark-submit or PYSPARK_SUBMIT_ARGS; without them one on this machine.

    NoSpark where pyspark or Java is missing.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError:
        raise NoSpark(
            "没有 pyspark，请安装：make install-spark 或 pip install 'qifu[spark]' · "
            "no pyspark: make install-spark, or pip install 'qifu[spark]'"
        ) from None
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java").is_file() if home else shutil.which("java") is not None
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if not java and not submitted:
        raise NoSpark(
            "没有 Java，请装 Java 17（Debian：apt-get install openjdk-17-jre-headless）并设 "
            "JAVA_HOME · no Java: install Java 17 and set JAVA_HOME"
        )
    # workers run this very Python, unless the cluster has its own
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("qifu rules match")
    if not submitted and "PYSPARK_SUBMIT_ARGS" not in os.environ:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = (
            builder.master(f"local[{threads}]")
            .config("spark.driver.memory", "2g")
            .config("spark.ui.enabled", "false")
        )
    session = (
        # counts of every enterprise come back to the driver
        builder.config("spark.driver.maxResultSize", "0")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "100000")
        # attributes differ in nothing but case at most where somebody meant it
        .config("spark.sql.caseSensitive", "true")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def read_firms(session: Any, place: str, program: Program) -> Firms:
    """Parquet, a file or a folder of files, whose order is that of their names.

    KeyError where there is no column of ids, UnfitColumn for one of a wrong type.
    """
    from pyspark.sql import functions as sf  # noqa: PLC0415 - an extra
    from pyspark.sql.pandas.types import to_arrow_schema  # noqa: PLC0415 - an extra

    whole = session.read.parquet(place)
    if IDENTITY not in whole.columns:
        raise KeyError(", ".join(sorted(whole.columns)[:12]))
    wanted = sorted({key for column in program.columns for key in column.keys})
    there = [key for key in wanted if key in whole.columns]
    row = sf.col("_metadata.row_index")
    if len(whole.inputFiles()) > 1:
        paths = whole.select("_metadata.file_path").distinct().collect()
        names = sf.array(*(sf.lit(path) for path in sorted(one[0] for one in paths)))
        number = sf.array_position(names, sf.col("_metadata.file_path")) - 1
        row = number * sf.lit(ROWS_OF_A_FILE) + row
    columns = [sf.col(f"`{name}`") for name in (IDENTITY, *there)]
    frame = whole.select(row.cast("long").alias(f"#{PLACE}"), *columns)
    # what cannot be coded is told before any work is done
    code_snapshot(to_arrow_schema(frame.schema).empty_table(), program, threads=1)
    missing = tuple(key for key in wanted if key not in whole.columns)
    return Firms(frame, frame.schema[IDENTITY].dataType, missing)


def count(session: Any, firms: Firms, program: Program, *, kernel: str = "") -> tuple[Counts, Any]:
    """The counts as `running.match` gives them, and the ids (an Arrow array), in input order."""
    from pyspark.sql import types as st  # noqa: PLC0415 - an extra

    kinds: list[tuple[str, Any]] = [
        (POLICY, st.IntegerType()),
        (PLACE, st.LongType()),
        (IDENTITY, firms.id_type),
    ]
    kinds += [(name, st.LongType()) for name in ("eligible", "maybe", "near_miss")]
    schema = st.StructType([st.StructField(name, kind) for name, kind in kinds])
    shared = session.sparkContext.broadcast(program)

    def counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return count_batches(batches, shared.value, kernel)

    found = firms.frame.mapInArrow(counted, schema).toArrow().combine_chunks()
    policy, place, eligible, maybe, near = (
        found[name].to_numpy() for name in (POLICY, PLACE, "eligible", "maybe", "near_miss")
    )
    totals = np.zeros((len(program.ids), 3), np.int64)
    sums = policy >= 0
    np.add.at(totals, policy[sums], np.stack([eligible, maybe, near], axis=1)[sums])
    own = np.nonzero(~sums)[0]
    own = own[np.argsort(place[own], kind="stable")]
    enterprises = np.stack([eligible[own], maybe[own]], axis=1).astype(np.int32)
    return Counts(totals, enterprises), found[IDENTITY].take(pa.array(own))


def write_pairs(
    session: Any, firms: Firms, program: Program, plan: list[Part], out: Path, *, kernel: str = ""
) -> None:
    """The pairs as Parquet, a file a part of the plan, written by the tasks into a new folder.

    The folder has to be one that all machines of the cluster see.
    """
    from pyspark.sql import types as st  # noqa: PLC0415 - an extra

    kinds: list[tuple[str, Any]] = [
        ("part", st.IntegerType()),
        (POLICY, st.IntegerType()),
        (PLACE, st.LongType()),
    ]
    kinds += [("policy_id", st.StringType()), (IDENTITY, firms.id_type)]
    schema = st.StructType([st.StructField(name, kind) for name, kind in kinds])
    ends = np.array([part.last for part in plan])
    shared = session.sparkContext.broadcast(program)

    def paired(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return pair_batches(batches, shared.value, ends, kernel)

    (
        firms.frame.mapInArrow(paired, schema)
        .repartitionById(len(plan), "part")
        .sortWithinPartitions(POLICY, PLACE)
        .select("policy_id", IDENTITY)
        .write.parquet(out.absolute().as_uri())
    )


def count_batches(
    batches: Iterable[pa.RecordBatch], program: Program, kernel: str
) -> Iterator[pa.RecordBatch]:
    """What one task does: a row an enterprise with its place and id (policy −1), and at the end a
    row a policy with its counts over all of them."""
    totals = np.zeros((len(program.ids), 3), np.int64)
    kind = None
    for table in _chunks(batches):
        kind = table.schema.field(IDENTITY).type
        snapshot = code_snapshot(table, program, threads=1)
        counts = match(program, snapshot, threads=1, engine=kernel)
        totals += counts.policies
        size = table.num_rows
        yield from pa.table(
            {
                POLICY: np.full(size, -1, np.int32),
                PLACE: table.column(f"#{PLACE}"),
                IDENTITY: table.column(IDENTITY),
                "eligible": counts.enterprises[:, 0].astype(np.int64),
                "maybe": counts.enterprises[:, 1].astype(np.int64),
                "near_miss": np.zeros(size, np.int64),
            }
        ).to_batches()
    if kind is not None:
        size = len(totals)
        columns = {
            POLICY: pa.array(np.arange(size, dtype=np.int32)),
            PLACE: pa.nulls(size, pa.int64()).fill_null(-1),
            IDENTITY: pa.nulls(size, kind),
        }
        names = ("eligible", "maybe", "near_miss")
        columns |= {name: pa.array(totals[:, i]) for i, name in enumerate(names)}
        yield pa.RecordBatch.from_pydict(columns)


def pair_batches(
    batches: Iterable[pa.RecordBatch], program: Program, ends: Array, kernel: str
) -> Iterator[pa.RecordBatch]:
    """What one task does: a row a pair, with the number of the part that it goes into."""
    from qifu.rulebook.engine.pairing import pairs  # noqa: PLC0415 - starts the compiler

    names = pa.array(program.ids, pa.string())
    for table in _chunks(batches):
        snapshot = code_snapshot(table, program, threads=1)
        eligible = match(program, snapshot, threads=1, engine=kernel).policies[:, 0]
        ids = table.column(IDENTITY).combine_chunks()
        places = table.column(f"#{PLACE}").to_numpy()
        for part in parts_of(eligible.tolist(), PAIRS):
            starts, positions = pairs(
                program,
                snapshot,
                policies=range(part.first, part.last),
                counts=eligible,
                threads=1,
                engine=kernel,
            )
            numbers = np.repeat(np.arange(part.first, part.last, dtype=np.int32), np.diff(starts))
            yield pa.RecordBatch.from_pydict(
                {
                    "part": np.searchsorted(ends, numbers, side="right").astype(np.int32),
                    POLICY: pa.array(numbers),
                    PLACE: pa.array(places[positions]),
                    "policy_id": names.take(pa.array(numbers)),
                    IDENTITY: ids.take(pa.array(positions)),
                }
            )


def _chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches put together until they are worth planning for."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        held.append(batch)
        size += batch.num_rows
        if size >= ROWS:
            yield pa.Table.from_batches(held)
            held, size = [], 0
    if size:
        yield pa.Table.from_batches(held)
