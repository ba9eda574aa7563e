"""`qifu rules match --pairs`: who can use what, in files of bounded size; a broken run goes on.

The parts are written into a hidden folder beside the results and get their name together when the
last one is whole. What a part holds depends on nothing but the input, so a part that is there, of
the same input, is not written again.
"""

import json
import os
import shutil
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from qifu.cli.rules_basis import refuse
from qifu.cli.rules_progress import Progress
from qifu.cli.rules_results import MANIFEST, PAIRS, write_parquet
from qifu.rulebook.engine.parts import Part, parts_of
from qifu.rulebook.facts import IDENTITY

if TYPE_CHECKING:
    import pyarrow as pa

    from qifu.rulebook.engine.coding import Array, Snapshot
    from qifu.rulebook.engine.compiling import Program

# A part has at most so many pairs, or those of one policy: about 150 MB while it is written.
PAIRS_IN_A_PART = 8_000_000


class Written(NamedTuple):
    """How many pairs there are, and how many of them this run wrote: others were there."""

    pairs: int
    now: int


def prepare(folder: Path) -> None:
    """Refuse, before hours of work, a folder of that name that somebody else filled."""
    named = folder / PAIRS
    if named.exists() and not (named / MANIFEST).is_file():
        refuse(
            f"{named}：不是本命令写的，请移走或换一个 --out · "
            "not written by this command: move it away or give another --out"
        )


def planned(program: "Program", eligible: "Array", key: str) -> tuple[list[Part], dict[str, Any]]:
    """The parts, and what their folder says of itself.

    `eligible` is the number of pairs of each policy, `key` says what the input was.
    """
    plan = parts_of(eligible.tolist(), PAIRS_IN_A_PART)
    told = [
        {
            "file": part.name,
            "pairs": part.pairs,
            "policies": [program.ids[part.first], program.ids[part.last - 1]] if part.pairs else [],
        }
        for part in plan
    ]
    return plan, {"input": key, "pairs": sum(part.pairs for part in plan), "parts": told}


def write_pairs(
    folder: Path,
    program: "Program",
    snapshot: "Snapshot",
    ids: "pa.ChunkedArray",
    eligible: "Array",
    *,
    key: str,
    threads: int,
    kernel: str,
    progress: Progress,
) -> tuple[Path, Written]:
    """The folder with all parts, and how many pairs they hold; see `planned`."""
    plan, manifest = planned(program, eligible, key)
    if read_manifest(folder / PAIRS) == manifest:
        return folder / PAIRS, Written(manifest["pairs"], 0)
    place = begin(folder, manifest)
    todo = [part for part in plan if not _whole(place / part.name, part.pairs)]
    if todo:
        _Writer(place, program, snapshot, ids, eligible, threads, kernel).write(todo, progress)
    return place, Written(manifest["pairs"], sum(part.pairs for part in todo))


def begin(folder: Path, manifest: dict[str, Any]) -> Path:
    """The hidden folder for the parts; what another input left there is removed."""
    place = folder / f".{PAIRS}.part"
    if read_manifest(place) != manifest:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        half = place / f"{MANIFEST}.part"
        half.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        half.replace(place / MANIFEST)
    for half in place.glob("*.part"):
        half.unlink()
    return place


def read_manifest(place: Path) -> Any:
    """What a folder of pairs says of itself; None where it says nothing."""
    try:
        return json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _whole(path: Path, pairs: int) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return bool(pq.read_metadata(path).num_rows == pairs)
    except (OSError, pa.ArrowInvalid):
        return False


class _Writer:
    """Finds the pairs of one part after the other; others write what was found before."""

    def __init__(
        self,
        place: Path,
        program: "Program",
        snapshot: "Snapshot",
        ids: "pa.ChunkedArray",
        eligible: "Array",
        threads: int,
        kernel: str,
    ) -> None:
        import pyarrow as pa

        self.place, self.program, self.snapshot = place, program, snapshot
        self.eligible, self.threads, self.kernel = eligible, threads, kernel
        self.type = ids.type
        if pa.types.is_string(ids.type):
            # a part's ids may be longer than 2 GB together, as little as it is likely
            ids = ids.cast(pa.large_string())
        self.ids = ids.combine_chunks()
        self.names = pa.array(program.ids, pa.string())
        self.how = _how(ids.type)

    def write(self, todo: Sequence[Part], progress: Progress) -> None:
        from qifu.rulebook.engine.pairing import pairs

        total, done = sum(part.pairs for part in todo), 0
        waiting: deque[tuple[Part, Future[None]]] = deque()
        with ThreadPoolExecutor(self.threads) as pool:
            for part in todo:
                found = pairs(
                    self.program,
                    self.snapshot,
                    policies=range(part.first, part.last),
                    counts=self.eligible,
                    threads=self.threads,
                    engine=self.kernel,
                )
                waiting.append((part, pool.submit(self.part, part, *found)))
                del found
                # memory is bounded: no more parts wait than are written at the same time
                while len(waiting) > self.threads or (part is todo[-1] and waiting):
                    written, future = waiting.popleft()
                    future.result()
                    done += written.pairs
                    progress(done, total)

    def part(self, part: Part, starts: "Array", positions: "Array") -> None:
        """One file: policies in order, and of each the enterprises in the order of the input."""
        import numpy as np
        import pyarrow as pa

        names = self.names[part.first : part.last]
        numbers = np.repeat(np.arange(len(names), dtype=np.int32), np.diff(starts))
        ids = self.ids.take(pa.array(positions))
        table = pa.table(
            {
                "policy_id": pa.DictionaryArray.from_arrays(pa.array(numbers), names),
                IDENTITY: ids.cast(self.type),
            }
        )
        half = self.place / f"{part.name}.part"
        write_parquet(table, half, **self.how)
        os.replace(half, self.place / part.name)


def _how(kind: "pa.DataType") -> dict[str, Any]:
    """How a part is packed: numbers as differences, which is smallest and quickest; else snappy."""
    import pyarrow as pa

    how: dict[str, Any] = {"use_dictionary": ["policy_id"], "write_statistics": ["policy_id"]}
    if pa.types.is_integer(kind):
        return how | {
            "column_encoding": {IDENTITY: "DELTA_BINARY_PACKED"},
            "compression": "none",
        }
    return how | {"compression": "snappy"}
