"""The rows of an index as one matrix of bits, and policies as flat arrays over them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.compiling import Program
from qifu.rulebook.engine.index import plain
from qifu.rulebook.engine.index.store import Store

# the first rows: nobody, everybody, those who are there
NONE, ALL, VALID = 0, 1, 2
EVERY = np.uint64(2**64 - 1)
VERDICTS = ("none", "near", "maybe", "eligible")
Groups = tuple[tuple[int, bool, tuple[tuple[int, bool], ...]], ...]


def functions(engine: str = "") -> Any:
    """`numba`, `numpy`, or "" for the faster one of those that are here."""
    if engine != "numpy":
        try:
            from qifu.rulebook.engine.index import compiled  # noqa: PLC0415 - starts the compiler
        except ImportError:
            if engine:
                raise
        else:
            return compiled
    return plain


class Bits:
    """Rows of `words` machine words in a mapped file; `matrix[slot]` is one of them."""

    def __init__(self, store: Store, generation: int, slots: int, words: int) -> None:
        self.store, self.generation, self.words = store, generation, words
        self.name = f"rows{generation}"
        self.mapped = store.array(self.name, np.uint64, slots * words)
        self.free: list[int] = []
        # what the last header still names must not be written over before the next one
        self.freed: list[int] = []
        self.count: dict[int, int] = {}
        self._shape()

    def _shape(self) -> None:
        self.slots = len(self.mapped) // self.words
        self.matrix: Array = self.mapped.array[: self.slots * self.words].reshape(-1, self.words)

    def take(self) -> int:
        """An empty row."""
        if not self.free:
            more = max(16, self.slots // 8)
            self.mapped.grow((self.slots + more) * self.words)
            self.free = list(range(self.slots, self.slots + more))[::-1]
            self._shape()
        slot = self.free.pop()
        self.matrix[slot] = 0
        return slot

    def counted(self, slot: int) -> int:
        """How many are in a row, as of when it was first asked; good enough for an order."""
        if slot not in self.count:
            self.count[slot] = int(np.bitwise_count(self.matrix[slot]).sum())
        return self.count[slot]

    def get(self, slots: Array, at: int) -> Array:
        """One enterprise's bits in some rows."""
        words = self.matrix[slots, at >> 6] >> np.uint64(at & 63)
        return np.asarray(words & np.uint64(1), np.uint8)

    def put(self, slots: Array, at: int, bits: Array) -> None:
        """Set one enterprise's bits in some rows."""
        bit = np.uint64(1) << np.uint64(at & 63)
        words = self.matrix[slots, at >> 6]
        self.matrix[slots, at >> 6] = np.where(bits != 0, words | bit, words & ~bit)


@dataclass(frozen=True)
class Reach:
    """Whom one policy reaches: three rows, and how many are in each."""

    rows: Array
    eligible: int
    maybe: int
    near: int
    all_ids: Array
    run: Any

    def ids(self, which: str) -> Array:
        """The ids of the `eligible`, `maybe` or `near`, in the order of the index."""
        place = ("eligible", "maybe", "near").index(which)
        out = np.empty((self.eligible, self.maybe, self.near)[place], np.int64)
        self.run.chosen(self.rows[place], self.all_ids, out)
        return out


@dataclass(frozen=True)
class Change:
    """Who came, who went, how many stayed, in one of the three."""

    gained: Array
    lost: Array
    kept: int


@dataclass(frozen=True)
class Difference:
    """From one version of a policy, or one day, to another."""

    eligible: Change
    maybe: Change
    near: Change

    def named(self) -> dict[str, Change]:
        """The three by their names."""
        return {"eligible": self.eligible, "maybe": self.maybe, "near": self.near}

    def __bool__(self) -> bool:
        return any(len(one.gained) or len(one.lost) for one in self.named().values())


def difference(before: Reach | None, after: Reach | None) -> Difference:
    """What is different for whom; None is a policy that is not there."""
    known = after or before
    assert known is not None, "nothing to compare"
    nobody = np.zeros_like(known.rows)
    old = nobody if before is None else before.rows
    new = nobody if after is None else after.rows

    def chosen(row: Array) -> Array:
        out = np.empty(int(np.bitwise_count(row).sum()), np.int64)
        known.run.chosen(row, known.all_ids, out)
        return out

    return Difference(
        *[
            Change(
                chosen(new[i] & ~old[i]),
                chosen(old[i] & ~new[i]),
                int(np.bitwise_count(new[i] & old[i]).sum()),
            )
            for i in range(3)
        ]
    )


class Flat:
    """Policies as flat arrays that grow: groups of a policy, leaves of a group, three numbers a
    leaf (its row, the row of its unknown, negated)."""

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {
            "begins": np.zeros(16, np.int32), "ends": np.zeros(16, np.int32),
            "least": np.zeros(64, np.int32), "hard": np.zeros(64, np.bool_),
            "leaf_starts": np.zeros(65, np.int32), "leaves": np.zeros((256, 3), np.int32),
        }  # fmt: skip
        self.policies = self.groups = self.leaf_count = 0

    def _room(self, names: Iterable[str], length: int) -> None:
        for name in names:
            array = self.arrays[name]
            if len(array) < length:
                grown = np.zeros((max(length, 2 * len(array)), *array.shape[1:]), array.dtype)
                grown[: len(array)] = array
                self.arrays[name] = grown

    def add(self, groups: Groups, place: Callable[[int], tuple[int, int]], bits: Bits) -> int:
        """One policy more; its number. `place` gives row and unknown row of a row's number."""

        def hope(group: tuple[int, bool, tuple[tuple[int, bool], ...]]) -> tuple[bool, float]:
            everybody = bits.words * 64
            share = 0.0
            for number, negated in group[2]:
                true, unknown = place(number)
                count = bits.counted(true)
                share += everybody - count if negated else count + bits.counted(unknown)
            return not group[1], share / group[0]

        ordered = sorted(groups, key=hope)
        leaves = sum(len(own) for _, _, own in groups)
        self._room(("begins", "ends"), self.policies + 1)
        self._room(("least", "hard"), self.groups + len(groups))
        self._room(("leaf_starts",), self.groups + len(groups) + 1)
        self._room(("leaves",), self.leaf_count + leaves)
        a = self.arrays
        a["begins"][self.policies] = self.groups
        for least, hard, own in ordered:
            a["least"][self.groups], a["hard"][self.groups] = least, hard
            for number, negated in own:
                a["leaves"][self.leaf_count] = (*place(number), negated)
                self.leaf_count += 1
            self.groups += 1
            a["leaf_starts"][self.groups] = self.leaf_count
        a["ends"][self.policies] = self.groups
        self.policies += 1
        return self.policies - 1

    def renamed(self, true: int, unknown: int) -> None:
        """A row has got an unknown row of its own."""
        leaves = self.arrays["leaves"][: self.leaf_count]
        leaves[leaves[:, 0] == true, 1] = unknown

    def reach(self, p: int, bits: Bits, used: int, ids: Array, run: Any) -> Reach:
        """One policy over everybody."""
        a = self.arrays
        out = np.empty((3, used), np.uint64)
        counts = run.reach(
            bits.matrix, VALID, int(a["begins"][p]), int(a["ends"][p]), a["least"], a["hard"],
            a["leaf_starts"], a["leaves"], out,
        )  # fmt: skip
        eligible, maybe, near = counts
        return Reach(out, eligible, maybe, near, ids, run)

    def judge(self, policies: Array, at: int, bits: Bits, run: Any) -> Array:
        """Some policies for one enterprise, as places in VERDICTS."""
        a = self.arrays
        out = np.zeros(len(policies), np.uint8)
        run.judge(
            bits.matrix, at, policies, a["begins"], a["ends"], a["least"], a["hard"],
            a["leaf_starts"], a["leaves"], out,
        )  # fmt: skip
        return out


def groups_of(program: Program, p: int, numbers: Sequence[int]) -> Groups:
    """A policy's groups with other numbers for the program's rows."""
    return tuple(
        (least, hard, tuple((numbers[row], negated) for row, negated in leaves))
        for least, hard, leaves in program.policies[p]
    )
