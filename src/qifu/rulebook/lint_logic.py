"""Policies that nobody can meet, conditions that never decide, and what stands twice."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from qifu.rulebook.conditions import Atom, Group, Node, Not
from qifu.rulebook.lint_days import days, span
from qifu.rulebook.lint_keys import meaning
from qifu.rulebook.lint_search import adds_nothing, can_be_met, can_fail
from qifu.rulebook.lint_states import World
from qifu.rulebook.operators import HUMAN
from qifu.rulebook.policy import Policy
from qifu.rulebook.remarks import Remark

_T = TypeVar("_T")


class Logic:
    """Looks at policies one by one; what was found of a condition is kept for the next policy."""

    def __init__(self, world: World, on: date | None) -> None:
        self.world = world
        self.on = on
        self.kept: dict[Hashable, bool] = {}

    def remarks(self, policy: Policy) -> Iterator[Remark]:
        """Everything that the conditions say against each other."""
        groups = policy.groups
        keys = [meaning(group) for group in groups]
        look = _Look(self, policy, span(policy, self.on))
        if all(atom.op == HUMAN for group in groups for atom in group.atoms()):
            yield Remark(
                policy, "human_only", "when.all", "people judge everything: nobody can be matched",
                "全部条件都由人评判：系统无法为任何企业匹配",
            )  # fmt: skip
            return
        impossible = list(look.impossible(groups, keys))
        if impossible:
            yield from impossible
            return
        idle: set[int] = set()
        for i, (group, key) in enumerate(zip(groups, keys, strict=True)):
            if not look.fails(group, key):
                idle.add(i)
                yield _always(policy, group)
        yield from look.repeated(groups, keys, idle)
        for i, group in enumerate(groups):
            if i not in idle:
                yield from look.inside(group)
        yield from look.lost(groups, keys)


class _Look:
    """One policy, on all days that matter."""

    def __init__(self, logic: Logic, policy: Policy, ends: tuple[date, date]) -> None:
        self.logic = logic
        self.policy = policy
        self.ends = ends

    def keep(self, key: Hashable, find: Callable[[], bool]) -> bool:
        found = self.logic.kept.get(key)
        if found is None:
            found = self.logic.kept[key] = find()
        return found

    def days(self, *nodes: Node) -> tuple[date, ...]:
        return days(nodes, *self.ends)

    def together(self, nodes: Sequence[Node], keys: Sequence[Hashable]) -> bool:
        """Whether somebody can meet all of them on one of the days."""
        on, world = self.days(*nodes), self.logic.world
        # conditions on fixed days give the same answer whatever the day is
        key = ("met", frozenset(keys), on if _moving(nodes, on) else None)
        return self.keep(key, lambda: any(can_be_met(nodes, day, world) for day in on))

    def fails(self, node: Node, key: Hashable) -> bool:
        """Whether it can be unmet on one of the days."""
        on, world = self.days(node), self.logic.world
        kept = ("fails", key, on if _moving([node], on) else None)
        return self.keep(kept, lambda: any(can_fail(node, day, world) for day in on))

    def idle(self, node: Node, key: Hashable, other: Node, of: Hashable, *, to_any: bool) -> bool:
        """Whether a condition adds nothing to another, whatever the day."""
        on, world = self.days(node, other), self.logic.world
        kept = ("idle", key, of, to_any, on if _moving([node, other], on) else None)
        return self.keep(
            kept,
            lambda: all(adds_nothing(node, other, day, world, to_any=to_any) for day in on),
        )

    def impossible(self, groups: Sequence[Node], keys: Sequence[Hashable]) -> Iterator[Remark]:
        """The smallest sets of groups that nobody can meet together."""
        bound = [
            i
            for i, (group, key) in enumerate(zip(groups, keys, strict=True))
            if not self.together([group], [key]) or not self.loose(i, groups)
        ]
        for block in _connected(groups, bound):
            nodes, marks = [groups[i] for i in block], [keys[i] for i in block]
            if self.together(nodes, marks):
                continue
            core = list(block)
            for i in block:
                rest = [j for j in core if j != i]
                if rest and not self.together([groups[j] for j in rest], [keys[j] for j in rest]):
                    core = rest
            last, others = groups[core[-1]], [groups[i].id for i in core[:-1]]
            if others:
                names = ", ".join(others)
                en = f"nobody can meet this together with {names}"
                zh = f"没有企业能同时满足这一条和 {names}"
            else:
                en, zh = "nobody can ever meet this", "没有企业能满足这一条"
            yield Remark(self.policy, "contradiction", last.path, en, zh, last.id)

    def loose(self, i: int, groups: Sequence[Node]) -> bool:
        """Whether a group can be met by facts that no other group reads."""
        group = groups[i]
        taken = {name for j, other in enumerate(groups) if j != i for name in _names(other)}
        free = 0
        parts = group.parts if isinstance(group, Group) else (group,)
        for part in parts:
            names = _names(part)
            if not names & taken and self.together([part], [meaning(part)]):
                taken |= names
                free += 1
        return free >= (group.least if isinstance(group, Group) else 1)

    def repeated(
        self, groups: Sequence[Node], keys: Sequence[Hashable], idle: set[int]
    ) -> Iterator[Remark]:
        """Groups that another group makes needless; `idle` gains their positions."""
        for i, j in _pairs(groups):
            if i in idle or j in idle:
                continue
            one, other = groups[i], groups[j]
            if keys[i] == keys[j]:
                idle.add(j)
                yield _twice(self.policy, other, one)
                continue
            for a, b in ((i, j), (j, i)):
                node, by = groups[a], groups[b]
                # a hard condition also says that the policy is not for this firm
                if node.hard and not by.hard:
                    continue
                if self.idle(node, keys[a], by, keys[b], to_any=False):
                    idle.add(a)
                    yield _implied(self.policy, node, by)
                    break

    def inside(self, node: Node) -> Iterator[Remark]:
        """What is needless or impossible inside a group."""
        if isinstance(node, Not):
            yield from self.inside(node.part)
        if not isinstance(node, Group):
            return
        parts = node.parts
        keys = [meaning(part) for part in parts]
        idle: set[int] = set()
        for i, (part, key) in enumerate(zip(parts, keys, strict=True)):
            if not self.together([part], [key]):
                idle.add(i)
                yield Remark(
                    self.policy, "never_met", part.path, "nobody can ever meet this",
                    "没有企业能满足这一条", part.id,
                )  # fmt: skip
            elif not self.fails(part, key):
                idle.add(i)
                yield _always(self.policy, part)
        for i, j in _pairs(parts):
            if i in idle or j in idle:
                continue
            if keys[i] == keys[j]:
                idle.add(j)
                yield _twice(self.policy, parts[j], parts[i])
                continue
            if node.shape == "at_least":
                continue
            for a, b in ((i, j), (j, i)):
                to_any = node.shape == "any"
                if self.idle(parts[a], keys[a], parts[b], keys[b], to_any=to_any):
                    idle.add(a)
                    yield _implied(self.policy, parts[a], parts[b])
                    break
        for i, part in enumerate(parts):
            if i not in idle:
                yield from self.inside(part)

    def lost(self, groups: Sequence[Node], keys: Sequence[Hashable]) -> Iterator[Remark]:
        """Alternatives that nobody can meet who meets the other groups."""
        read = [_names(group) for group in groups]
        for i, group in enumerate(groups):
            if not isinstance(group, Group) or group.shape == "all":
                continue
            for part in group.parts:
                mine = _names(part)
                near = [j for j in range(len(groups)) if j != i and mine & read[j]]
                if not near or not self.together([part], [meaning(part)]):
                    continue
                nodes = [*(groups[j] for j in near), part]
                if not self.together(nodes, [*(keys[j] for j in near), meaning(part)]):
                    names = ", ".join(groups[j].id for j in near)
                    en = f"nobody can meet this together with {names}: it is no alternative"
                    zh = f"满足 {names} 的企业不可能满足这一条：它不是真正的选项"
                    yield Remark(self.policy, "never_met", part.path, en, zh, part.id)


def _moving(nodes: Sequence[Node], on: tuple[date, ...]) -> bool:
    """Whether what was found holds for these days only."""
    return len(on) > 1 or any(
        atom.moment is None and (atom.years is not None or atom.attribute.type == "date")
        for node in nodes
        for atom in node.atoms()
    )


def _names(node: Node) -> set[str]:
    """The attributes that a condition reads, whatever the year."""
    return {atom.attribute.name for atom in node.atoms()}


def _connected(groups: Sequence[Node], chosen: Sequence[int]) -> list[list[int]]:
    """Groups that read the same facts, directly or through others; each group in one block."""
    blocks: list[tuple[set[str], list[int]]] = []
    for i in chosen:
        names = _names(groups[i])
        touching = [block for block in blocks if block[0] & names]
        merged = sorted([i, *(j for block in touching for j in block[1])])
        blocks = [block for block in blocks if not block[0] & names]
        blocks.append((names.union(*(block[0] for block in touching)), merged))
    return [block[1] for block in blocks]


def _pairs(nodes: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """Pairs that read a fact in common; the others have nothing to do with each other."""
    read = [_names(node) for node in nodes]
    for i in range(len(nodes)):
        for j in range(i + 1, len(nodes)):
            if read[i] & read[j]:
                yield i, j


def _always(policy: Policy, node: Node) -> Remark:
    en = "every firm meets this: it never decides"
    zh = "任何企业都满足这一条：它从不起作用"
    return Remark(policy, "always_met", node.path, en, zh, _shown(node))


def _twice(policy: Policy, node: Node, first: Node) -> Remark:
    en = f"says the same as {first.id}: remove one"
    zh = f"与 {first.id} 说的是同一件事：删去一个"
    return Remark(policy, "repeated", node.path, en, zh, node.id)


def _implied(policy: Policy, node: Node, by: Node) -> Remark:
    en = f"never decides beside {by.id}, which already settles it"
    zh = f"有了 {by.id}，这一条从不起作用"
    return Remark(policy, "implied", node.path, en, zh, _shown(node))


def _shown(node: Node) -> object:
    return node.given if isinstance(node, Atom) else node.id
