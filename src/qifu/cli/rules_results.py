"""The folder of results of `qifu rules match`: every file whole or not there, one run at a time."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qifu.cli.rules_basis import refuse
from qifu.rulebook.facts import IDENTITY

if TYPE_CHECKING:
    import pyarrow as pa

    from qifu.rulebook.engine.caching import Law
    from qifu.rulebook.engine.running import Counts

PAIRS = "pairs"
MANIFEST = "_manifest.json"
COUNTS = ("policies", "enterprises")
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def results(folder: Path) -> Iterator[None]:
    """The folder, made where it is missing, for this run alone.

    What cannot be written ends the command with a word on why and what to do.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
    except OSError as error:
        refuse(f"{folder}: {error.strerror or error}")
    try:
        _lock(held, folder)
        with _told(folder):
            yield
    finally:
        os.close(held)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What cannot be written, in words; and nothing half-written stays."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            refuse(
                f"{folder}：磁盘已满，没有留下写了一半的文件。腾出空间后用同样的参数再运行一次；"
                "写完的企业政策对会接着用 · disk full; no half-written file is left. Make room and "
                "run it again with the same input: finished parts of the pairs are used again"
            )
        refuse(f"{folder}：写不进去 · cannot be written: {error}")
    finally:
        for name in COUNTS:
            _part(folder, name).unlink(missing_ok=True)


def _lock(held: int, folder: Path) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        refuse(f"{folder}：另一次运行正在写 · another run is writing here")
    except OSError:
        # a file system without locks; that is no reason not to write
        pass


def write_counts(
    folder: Path,
    read: Sequence["Law"],
    chosen: Sequence["Law"],
    ids: "pa.ChunkedArray",
    counts: "Counts",
) -> None:
    """The two files of counts, beside those of an earlier run until `publish` names them.

    A policy that is not in force on the day has nulls.
    """
    import pyarrow as pa

    place = {id(policy): i for i, policy in enumerate(chosen)}
    found: list[Any] = [
        counts.policies[place[id(policy)]].tolist() if id(policy) in place else (None,) * 3
        for policy in read
    ]
    policies = {
        "policy_id": pa.array([policy.id for policy in read], pa.string()),
        "version": pa.array([policy.version for policy in read], pa.int64()),
    }
    for i, name in enumerate(("eligible", "maybe", "near_miss")):
        policies[name] = pa.array([row[i] for row in found], pa.int64())
    enterprises = {
        IDENTITY: ids,
        "eligible": counts.enterprises[:, 0],
        "maybe": counts.enterprises[:, 1],
    }
    for name, columns in zip(COUNTS, (policies, enterprises), strict=True):
        write_parquet(pa.table(columns), _part(folder, name))


def write_parquet(table: "pa.Table", path: Path, **how: Any) -> None:
    """One file, on the disk when this returns; of one that cannot be finished nothing is left."""
    import pyarrow.parquet as pq

    try:
        pq.write_table(table, path, **how)
        with path.open("rb") as written:
            os.fsync(written.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def publish(folder: Path, pairs: Path | None) -> None:
    """Give this run's results their names; `pairs` is the folder of its pairs, whole.

    Pairs of another run go first, so that counts and pairs that stand together are of one run.
    """
    named, old = folder / PAIRS, folder / f".{PAIRS}.old"
    if pairs != named and (named / MANIFEST).is_file():
        # renamed before it is emptied: half a folder never stands under the name
        shutil.rmtree(old, ignore_errors=True)
        named.replace(old)
    for name in COUNTS:
        _part(folder, name).replace(folder / f"{name}.parquet")
    if pairs is not None and pairs != named:
        pairs.replace(named)
    shutil.rmtree(old, ignore_errors=True)


def _part(folder: Path, name: str) -> Path:
    return folder / f".{name}.parquet.part"
