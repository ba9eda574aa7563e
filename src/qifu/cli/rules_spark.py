"""`qifu rules match --engine spark`: the same result files, the work done by Spark."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qifu.cli.rules_basis import refuse
from qifu.cli.rules_inputs import Laws, tell_ids, tell_missing
from qifu.cli.rules_pairs import Written, begin, planned, prepare
from qifu.cli.rules_progress import Progress, Stages, timed
from qifu.cli.rules_results import publish, results, write_counts
from qifu.rulebook.engine import spark
from qifu.rulebook.engine.arrow import UnfitColumn
from qifu.rulebook.facts import IDENTITY

if TYPE_CHECKING:
    import pyarrow as pa

    from qifu.rulebook.engine.compiling import Program
    from qifu.rulebook.engine.parts import Part


def match_with_spark(
    laws: Laws, program: "Program", enterprises: str, out: Path, *, pairs: bool, threads: int,
    kernel: str, stages: Stages,
) -> tuple[int, Written | None]:  # fmt: skip
    """How many enterprises, and what was written of pairs; None where none were asked for."""
    if pairs:
        prepare(out)
    with _session(threads, stages) as session, _told(enterprises):
        try:
            with timed("read", stages):
                firms = spark.read_firms(session, enterprises, program)
        except KeyError as error:
            found = error.args[0]
            refuse(f"{enterprises}：没有 {IDENTITY} 列 · no column {IDENTITY}; found {found}")
        except UnfitColumn as error:
            refuse(f"{enterprises}: {error}")
        tell_missing(firms.missing)
        with timed("match", stages), _watched(session, "对照 match"):
            counts, ids = spark.count(session, firms, program, kernel=kernel)
        ids = _as_in(enterprises, ids)
        tell_ids(ids)
        with results(out):
            with timed("write", stages):
                write_counts(out, laws.read, laws.chosen, ids, counts)
            place, written = None, None
            if pairs:
                plan, manifest = planned(program, counts.policies[:, 0], _key(laws, enterprises))
                with timed("pairs", stages), _watched(session, "企业政策对 pairs"):
                    place = begin(out, manifest)
                    _write(session, firms, program, plan, place, kernel)
                written = Written(manifest["pairs"], manifest["pairs"])
            publish(out, place)
    return len(counts.enterprises), written


def _write(
    session: Any, firms: spark.Firms, program: "Program", plan: list["Part"], place: Path,
    kernel: str,
) -> None:  # fmt: skip
    """Spark's own files, given the names of the parts."""
    made = place / "spark"
    shutil.rmtree(made, ignore_errors=True)
    try:
        spark.write_pairs(session, firms, program, plan, made, kernel=kernel)
        for file in sorted(made.glob("part-*.parquet")):
            number = int(file.name.split("-")[1])
            file.replace(place / plan[number].name)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _key(laws: Laws, enterprises: str) -> str:
    # parts of Spark are written all at once: they are nothing that another run goes on with
    return f"spark {laws.content_hash} {enterprises}"


def _as_in(enterprises: str, ids: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """The ids in the type that the file has for them, where it can be looked into from here:
    Spark knows fewer types."""
    import pyarrow.parquet as pq

    place = Path(enterprises)
    file = next(iter(sorted(place.rglob("*.parquet"))), place) if place.is_dir() else place
    if not file.is_file():
        return ids
    return ids.cast(pq.read_schema(file).field(IDENTITY).type)


@contextmanager
def _session(threads: int, stages: Stages) -> Iterator[Any]:
    try:
        with timed("spark", stages):
            session = spark.start(threads)
    except spark.NoSpark as error:
        refuse(error)
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def _told(enterprises: str) -> Iterator[None]:
    """What Spark says as one line, not as a page of Java."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        refuse(f"{enterprises}: Spark: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    text = str(error)
    if "No space left on device" in text:
        return "No space left on device"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:500] if lines else type(error).__name__


@contextmanager
def _watched(session: Any, words: str) -> Iterator[None]:
    """Tell how many tasks are done, while Spark works."""
    tracker = session.sparkContext.statusTracker()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            for stage in tracker.getActiveStageIds():
                info = tracker.getStageInfo(stage)
                if info is not None:
                    progress(info.numCompletedTasks, info.numTasks)

    with Progress(words) as progress:
        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
