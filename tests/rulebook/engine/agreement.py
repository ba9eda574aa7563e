"""Everything that judges, asked of one world, policy by policy and firm by firm.

Each engine gives a table `[policy][firm]` of none, near, maybe, eligible. What only counts is asked
about copies: firm i is there 2**i times, so the binary digits of a count say who was counted.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa

from qifu.rulebook.engine.coding import Snapshot, code_snapshot
from qifu.rulebook.engine.columns import Columns
from qifu.rulebook.engine.compiling import Program, compile_policies
from qifu.rulebook.engine.index import LiveIndex
from qifu.rulebook.engine.judging import OTHER, OUTCOMES, Judge
from qifu.rulebook.engine.pairing import pairs
from qifu.rulebook.engine.running import Counts, match
from qifu.rulebook.facts import Facts, read_facts
from qifu.rulebook.policy import Policy, parse_policy
from qifu.rulebook.report import Prepared
from tests.rulebook.engine import sql
from tests.rulebook.slow import slowly
from tests.rulebook.world import CATALOGUE, document
from tests.rulebook.worlds import PUBLISHED, WINDOW, World, judged, table

# firms whose copies are counted together: 4,095 of them, nearly a block
TOGETHER = 12
OTHER_WORD = "none"
Said = list[list[str]]


@dataclass(frozen=True)
class Copies:
    """Some firms, each in as many copies as its binary digit says, in no order."""

    firms: slice
    whose: np.ndarray[Any, np.dtype[np.int64]]
    rows: pa.Table


class Asked:
    """A world, with what several engines need of it made once."""

    def __init__(self, world: World, together: int = TOGETHER) -> None:
        self.world, self.together = world, together
        self.policies: list[Policy] = [
            parse_policy(
                document(*groups, id=f"P{i}", window=WINDOW, published=PUBLISHED), CATALOGUE
            )
            for i, groups in enumerate(world.policies)
        ]
        self.facts: list[Facts] = [read_facts(firm, CATALOGUE) for firm in world.lawful]
        self.table = table(world.firms)

    @cached_property
    def expected(self) -> Said:
        """What the reference says."""
        firms = self.world.lawful
        return self.each(lambda p, f: judged(self.world.policies[p], firms[f], self.world.as_of))

    @cached_property
    def program(self) -> Program:
        return compile_policies(self.policies, CATALOGUE, as_of=self.world.as_of)

    @cached_property
    def copies(self) -> list[Copies]:
        made = []
        for begin in range(0, len(self.world.firms), self.together):
            firms = slice(begin, min(begin + self.together, len(self.world.firms)))
            whose = [i for i in range(firms.stop - begin) for _ in range(1 << i)]
            random.Random(0).shuffle(whose)
            places = np.array(whose)
            made.append(Copies(firms, places, self.table.take(pa.array(places + begin))))
        return made

    @cached_property
    def snapshots(self) -> list[Snapshot]:
        return [code_snapshot(one.rows, self.program) for one in self.copies]

    def each(self, say: Callable[[int, int], str]) -> Said:
        """One by one."""
        return [
            [say(p, f) for f in range(len(self.world.firms))] for p in range(len(self.policies))
        ]


def node_by_node(asked: Asked) -> Said:
    def say(p: int, f: int) -> str:
        found = slowly(asked.policies[p], asked.facts[f], asked.world.as_of)
        return _word(found.verdict, found.near_miss)

    return asked.each(say)


def single(asked: Asked) -> Said:
    """The prepared report of one firm, by its arrays."""
    prepared = Prepared(asked.policies, CATALOGUE, as_of=asked.world.as_of)
    made = [prepared.rules.judge(facts) for facts in asked.facts]
    words = ("ineligible", "maybe", "eligible")
    return asked.each(lambda p, f: _word(words[made[f].verdict[p]], bool(made[f].near_miss[p])))


def _word(verdict: str, near: bool) -> str:
    assert not near or verdict == "ineligible"
    return "near" if near else verdict if verdict != "ineligible" else OTHER_WORD


def kernel(engine: str, asked: Asked) -> Said:
    """Counts, and beside them the counts of every copy."""
    parts = zip(asked.copies, asked.snapshots, strict=True)
    return read_counts(asked, [(copy, match(asked.program, s, engine=engine)) for copy, s in parts])


def read_counts(asked: Asked, counted: list[tuple[Copies, Counts]]) -> Said:
    """Who was counted; AssertionError where the counts of the enterprises say something else."""
    said = asked.each(lambda p, f: OTHER_WORD)
    for copy, counts in counted:
        begin, firms = copy.firms.start, copy.firms.stop - copy.firms.start
        for p, row in enumerate(counts.policies.tolist()):
            for count, word in zip(row, ("eligible", "maybe", "near"), strict=True):
                for i in range(firms):
                    if count >> i & 1:
                        assert said[p][begin + i] == OTHER_WORD
                        said[p][begin + i] = word
        own = [
            [sum(row[begin + i] == word for row in said) for word in ("eligible", "maybe")]
            for i in range(firms)
        ]
        assert counts.enterprises.tolist() == [own[i] for i in copy.whose]
    return said


def pairing(engine: str, asked: Asked) -> Said:
    """Only who is eligible: the others stand as they were counted."""
    said = asked.each(lambda p, f: "")
    for copy, snapshot in zip(asked.copies, asked.snapshots, strict=True):
        counts = match(asked.program, snapshot, engine=engine).policies[:, 0]
        starts, places = pairs(
            asked.program, snapshot, policies=range(len(asked.policies)), counts=counts,
            engine=engine,
        )  # fmt: skip
        for p in range(len(asked.policies)):
            found = places[starts[p] : starts[p + 1]]
            firms = sorted(set(copy.whose[found].tolist()))
            every = np.flatnonzero(np.isin(copy.whose, firms))
            assert found.tolist() == every.tolist(), "all copies of a firm, or none"
            for i in firms:
                said[p][copy.firms.start + i] = "eligible"
    return said


def index(engine: str, asked: Asked) -> Said:
    """The live index: half of the firms come with the table, half are changed to what they are;
    what a firm is told and whom a policy reaches have to be the same."""
    size, half = len(asked.world.firms), len(asked.world.firms) // 2
    # each changed one stands first with the facts of another
    begun = [*range(half), *range(size - 1, half - 1, -1)]
    rows = asked.table.take(pa.array(begun)).append_column("enterprise_id", [list(range(size))])
    with TemporaryDirectory() as name:
        live = LiveIndex.create(
            Path(name), asked.policies, CATALOGUE, as_of=asked.world.as_of, tables=[rows],
            engine=engine,
        )  # fmt: skip
        for f in range(half, size):
            live.update_enterprise(f, asked.facts[f])
        told = [live.verdicts(f) for f in range(size)]
        said = asked.each(lambda p, f: told[f][f"P{p}"])
        for p, policy in enumerate(asked.policies):
            reach = live.reach(policy)
            for word in ("eligible", "maybe", "near"):
                found = sorted(reach.ids(word).tolist())
                assert found == [f for f in range(size) if said[p][f] == word], (p, word)
    return said


def previewed(asked: Asked) -> Said:
    columns = Columns(asked.table)
    words = [
        OTHER_WORD if i == OTHER else w for i, w in enumerate(("eligible", "maybe", "near", ""))
    ]
    assert OUTCOMES[:OTHER] == ("eligible", "maybe", "near_miss")
    outcomes = [
        Judge(policy, CATALOGUE, asked.world.as_of).groups(columns).outcomes
        for policy in asked.policies
    ]
    return asked.each(lambda p, f: words[outcomes[p][f]])


def in_sql(asked: Asked) -> Said:
    return sql.verdicts(asked.world)


ENGINES: dict[str, Callable[[Asked], Said]] = {
    "node by node": node_by_node,
    "single": single,
    "kernel, numba": partial(kernel, "numba"),
    "kernel, NumPy": partial(kernel, "numpy"),
    "pairs, numba": partial(pairing, "numba"),
    "pairs, NumPy": partial(pairing, "numpy"),
    "index, numba": partial(index, "numba"),
    "index, NumPy": partial(index, "numpy"),
    "preview": previewed,
    "SQL": in_sql,
}


@dataclass(frozen=True)
class Difference:
    """One case about which an engine and the reference do not agree."""

    engine: str
    policy: list[dict[str, Any]]
    firm: dict[str, Any]
    expected: str
    said: str


def differences(
    asked: Asked, engines: dict[str, Callable[[Asked], Said]] | None = None
) -> Iterator[Difference]:
    """Every case of a world about which some engine does not agree with the reference."""
    world, expected = asked.world, asked.expected
    for name, engine in (engines or ENGINES).items():
        said = engine(asked)
        for p, groups in enumerate(world.policies):
            for f, firm in enumerate(world.firms):
                wanted, found = expected[p][f], said[p][f]
                if name.startswith("pairs"):
                    wanted = wanted if wanted == "eligible" else ""
                if wanted != found:
                    yield Difference(name, groups, firm, wanted, found)
