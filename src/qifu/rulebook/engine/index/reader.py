"""A live index as a process sees it that only asks: no rows are made, nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.engine.compiling import compile_policies
from qifu.rulebook.engine.index.bits import Bits, Flat, Reach, functions, groups_of
from qifu.rulebook.engine.index.store import Store
from qifu.rulebook.policy import Policy


@dataclass(frozen=True)
class Standing:
    """What an index says of itself: its day, its policies with their versions, what it was made
    with, how many enterprises, its last checkpoint, its bytes on disk and in the journal."""

    as_of: date
    stamp: str
    policies: Mapping[str, int]
    notes: Mapping[str, Any]
    enterprises: int
    rows: int
    epoch: int
    bytes: int
    noted: int


def standing(folder: Path) -> Standing:
    """What the header in a folder says; Torn where there is none."""
    store = Store.open(folder, write=False)
    header = store.header
    return Standing(
        as_of=date.fromisoformat(header["as_of"]),
        stamp=header["stamp"],
        policies=header["policies"],
        notes=header["notes"],
        enterprises=header["there"],
        rows=len(header["rows"]),
        epoch=store.epoch,
        bytes=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        noted=store.noted,
    )


class Reader:
    """The index of a folder as of its last checkpoint, with later changes of enterprises shining
    through. Ask `fresh` after asking: where it says no, open another."""

    def __init__(self, folder: Path, catalogue: Catalogue, *, engine: str = "") -> None:
        """Torn where the folder holds no index."""
        self.store = Store.open(folder, write=False)
        self._stamp = self.store.stamp()
        header = self.store.header
        self.catalogue, self.run = catalogue, functions(engine)
        self.as_of = date.fromisoformat(header["as_of"])
        self.stamp: str = header["stamp"]
        self.notes: Mapping[str, Any] = header["notes"]
        self.policies: Mapping[str, int] = header["policies"]
        self._used = (header["size"] + 63) // 64
        self._bits = Bits(
            self.store, header["generation"], header["slots"], header["capacity"] // 64
        )
        self._ids = self.store.array("ids", np.int64, header["capacity"]).array

    @property
    def fresh(self) -> bool:
        """Whether the folder still is what was opened."""
        return self.store.stamp() == self._stamp

    def reach(self, policy: Policy) -> Reach | None:
        """Whom a policy reaches; None where nobody has asked for one of its rows yet."""
        program = compile_policies([policy], self.catalogue, as_of=self.as_of)
        known: Mapping[str, list[int]] = self.store.header["rows"]
        slots = [known.get(repr(row)) for row in program.rows]
        places = [(slot[0], slot[1]) for slot in slots if slot is not None]
        if len(places) < len(slots):
            return None
        flat = Flat()
        p = flat.add(groups_of(program, 0, range(len(places))), places.__getitem__, self._bits)
        return flat.reach(p, self._bits, self._used, self._ids, self.run)
