"""The live index after any sequence of changes says what the slow reference says."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.engine.index import LiveIndex, Moved, Reader, standing
from qifu.rulebook.facts import read_facts
from qifu.rulebook.policy import Policy, parse_policy
from tests.rulebook.reference import conjunction, value_of
from tests.rulebook.world import AS_OF, CATALOGUE, document
from tests.rulebook.worlds import DAYS, FACTS, GROUPS, PUBLISHED, WINDOW, table

Firms = dict[int, dict[str, Any]]


def policy(ident: str, groups: list[dict[str, Any]], version: int = 1) -> Policy:
    made = document(*groups, id=ident, version=version, window=WINDOW, published=PUBLISHED)
    return parse_policy(made, CATALOGUE)


def known(facts: dict[str, Any]) -> dict[str, Any]:
    return read_facts(facts, CATALOGUE)


def verdict(one: Policy, facts: dict[str, Any], on: date) -> str:
    """By the definitions of ENGINE.md, and nothing else."""
    groups = one.document["when"]["all"]
    answers = [value_of(group, facts, on, DAYS) for group in groups]
    whole = conjunction(answers)
    if whole is not False:
        return "eligible" if whole else "maybe"
    lost = [group for group, answer in zip(groups, answers, strict=True) if answer is False]
    return "near" if len(lost) == 1 and lost[0].get("kind") != "hard" else "none"


class World:
    """An index beside what it must say."""

    def __init__(self, folder: Path, engine: str, policies: list[Any], firms: list[Any]) -> None:
        self.folder, self.engine, self.on = folder, engine, AS_OF
        self.policies = {f"P{i}": policy(f"P{i}", groups) for i, groups in enumerate(policies)}
        self.firms: Firms = dict(enumerate(firms))
        numbered = table(firms).append_column("enterprise_id", [list(self.firms)])
        self.index = LiveIndex.create(
            folder, list(self.policies.values()), CATALOGUE, as_of=AS_OF, tables=[numbered],
            engine=engine,
        )  # fmt: skip

    def said(self) -> dict[tuple[str, int], str]:
        return {
            (ident, number): verdict(one, facts, self.on)
            for ident, one in self.policies.items()
            for number, facts in self.firms.items()
        }

    def check(self) -> None:
        wanted = self.said()
        assert len(self.index) == len(self.firms)
        for number in self.firms:
            said = self.index.verdicts(number)
            assert said == {ident: wanted[ident, number] for ident in self.policies}, number
        for ident, one in self.policies.items():
            self.check_reach(self.index.reach(one), {n: wanted[ident, n] for n in self.firms})

    def check_reach(self, reach: Any, wanted: Mapping[int, str]) -> None:
        for which in ("eligible", "maybe", "near"):
            ids = reach.ids(which).tolist()
            assert sorted(ids) == sorted(n for n, word in wanted.items() if word == which)
            assert getattr(reach, which) == len(ids)

    def put(self, number: int, facts: dict[str, Any]) -> None:
        before = {ident: "none" for ident in self.policies}
        if number in self.firms:
            before = {i: verdict(p, self.firms[number], self.on) for i, p in self.policies.items()}
        self.firms[number] = facts
        after = {i: verdict(p, facts, self.on) for i, p in self.policies.items()}
        moved = self.index.update_enterprise(number, known(facts))
        assert sorted(moved, key=lambda one: one.policy) == [
            Moved(ident, before[ident], after[ident])
            for ident in sorted(before)
            if before[ident] != after[ident]
        ]

    def remove(self, number: int) -> None:
        self.firms.pop(number)
        self.index.remove_enterprise(number)

    def keep(self, policies: dict[str, Policy], on: date) -> None:
        before, self.on, self.policies = self.said(), on, policies
        after = self.said()
        found = self.index.keep(list(policies.values()), as_of=on)
        for ident in {one for one, _ in (*before, *after)}:
            for which in ("eligible", "maybe", "near"):
                old = {n for n in self.firms if before.get((ident, n)) == which}
                new = {n for n in self.firms if after.get((ident, n)) == which}
                change = getattr(found[ident], which) if ident in found else None
                assert set(change.gained if change else ()) == new - old
                assert set(change.lost if change else ()) == old - new
                assert change is None or change.kept == len(old & new)

    def open_again(self) -> None:
        """As after a crash: whatever was not saved comes out of the journal."""
        at = standing(self.folder)
        assert (at.as_of, set(at.policies)) == (self.on, set(self.policies))
        self.index = LiveIndex.open(
            self.folder, list(self.policies.values()), CATALOGUE, engine=self.engine
        )

    def read(self) -> None:
        self.index.save()
        reader = Reader(self.folder, CATALOGUE, engine=self.engine)
        wanted = self.said()
        for ident, one in self.policies.items():
            reach = reader.reach(one)
            self.check_reach(reach, {n: wanted[ident, n] for n in self.firms})
        assert reader.fresh


@pytest.fixture(scope="module", autouse=True)
def _no_wait_for_the_disk() -> Iterator[None]:
    """Thousands of saves; what a process wrote is there for the next one without the wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qifu.rulebook.engine.index.store.os.fsync", lambda descriptor: None)
        patch.setattr("qifu.rulebook.engine.index.store.Mapped.flush", lambda self: None)
        yield


STEPS = ("put", "put", "put", "add", "remove", "policy", "keep", "crash", "read")


@pytest.mark.parametrize("engine", ["numba", "numpy"])
@settings(max_examples=30, deadline=None)
@given(st.lists(GROUPS, min_size=1, max_size=4), st.lists(FACTS, min_size=1, max_size=6), st.data())
def test_whatever_changes_the_index_says_what_the_reference_says(
    engine: str, policies: list[Any], firms: list[Any], data: st.DataObject
) -> None:
    with TemporaryDirectory() as name:
        world = World(Path(name), engine, policies, firms)
        world.check()
        for step in data.draw(st.lists(st.sampled_from(STEPS), max_size=7)):
            some = data.draw(st.sampled_from(sorted(world.firms) or [0]))
            if step == "put" and world.firms:
                world.put(some, data.draw(FACTS))
            elif step == "add":
                world.put(max(world.firms, default=0) + 1, data.draw(FACTS))
            elif step == "remove" and world.firms:
                world.remove(some)
            elif step == "policy":
                one = policy(data.draw(st.sampled_from(["P0", "P8", "P9"])), data.draw(GROUPS), 2)
                wanted = {n: verdict(one, facts, world.on) for n, facts in world.firms.items()}
                world.check_reach(world.index.reach(one), wanted)
                world.keep(world.policies | {one.id: one}, world.on)
            elif step == "keep":
                on = world.on + timedelta(data.draw(st.sampled_from([0, 1, 40, 400])))
                left = {i: p for i, p in world.policies.items() if data.draw(st.booleans())}
                world.keep(left | {"P7": policy("P7", data.draw(GROUPS))}, on)
            elif step == "crash":
                world.open_again()
            else:
                world.read()
            world.check()
