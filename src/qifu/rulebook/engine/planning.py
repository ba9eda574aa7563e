"""In which order the kernel looks at policies, groups and leaves: the program as flat arrays."""

from typing import NamedTuple

import numpy as np

from qifu.rulebook.engine.coding import Array, Snapshot
from qifu.rulebook.engine.compiling import Codes, Program
from qifu.rulebook.engine.layout import ALL, NONE, Layout
from qifu.rulebook.engine.runs import spread


class Plan(NamedTuple):
    """What the kernel reads.

    Policies stand in the order of their doors: `policies[p]` is the number in the program of the
    p-th one here. All those from `door_starts[d]` to `door_starts[d + 1]` need the hard leaf
    `doors[d]` first of all. Their other groups are `group_starts[p]` to `group_starts[p + 1]`;
    group g fails where `enough[g]` of its leaves do, `leaves[leaf_starts[g]:leaf_starts[g + 1]]`.
    A leaf is a line of `used`: its row, the row of those for whom it is unknown, negated.
    """

    used: Array
    doors: Array
    door_starts: Array
    policies: Array
    group_starts: Array
    enough: Array
    hard: Array
    leaf_starts: Array
    leaves: Array


def make_plan(
    program: Program, snapshot: Snapshot, layout: Layout, chance: Array, chosen: Array
) -> Plan:
    """The plan for some policies of a program, by their numbers.

    `chance` is the share of enterprises in each physical row, from a sample. Of every policy the
    hard groups come first, the one by which the snapshot is sorted at their head, and then those
    that fewest may hold.
    """
    groups = program.groups
    used, leaves = np.unique(groups.rows * 2 + groups.negated, return_inverse=True)
    row, negated = used // 2, used % 2
    true, unknown = layout.true[row], layout.unknown[row]
    may = np.where(negated == 1, 1 - chance[true], chance[true] + chance[unknown])
    sizes = np.diff(groups.leaf_starts)
    # how many of independent leaves hold: the mean is good enough for an order
    hope = np.zeros(len(sizes))
    if len(sizes):
        hope = np.minimum(1, np.add.reduceat(may[leaves], groups.leaf_starts[:-1]) / groups.least)
    sorts = np.array(
        [isinstance(row, Codes) and row.column == snapshot.sorted_by for row in program.rows], bool
    )
    alone = groups.hard & (sizes == 1)
    leads = alone & sorts[groups.rows[groups.leaf_starts[:-1]]]
    owner = np.repeat(np.arange(len(program.ids)), np.diff(groups.starts))
    order = np.lexsort((hope, ~groups.hard, ~leads, owner))
    # the first group of a policy is its door, if it is one hard leaf; else everybody's door
    begins, ends = groups.starts[chosen], groups.starts[chosen + 1]
    doors = np.full(len(chosen), len(used))
    some = begins < ends
    first = order[begins[some]]
    doors[some] = np.where(alone[first], leaves[groups.leaf_starts[first]], len(used))
    begins = begins + (doors < len(used))
    by_door = np.argsort(doors, kind="stable")
    kinds, door_starts = np.unique(doors[by_door], return_index=True)
    group_starts, taken = spread(begins[by_door], (ends - begins)[by_door])
    taken = order[taken]
    leaf_starts, leaf = spread(groups.leaf_starts[taken], sizes[taken])
    table = np.stack((true, unknown, negated), axis=1)
    return Plan(
        used=np.concatenate((table, [[ALL, NONE, 0]])).astype(np.int32),
        doors=kinds.astype(np.int32),
        door_starts=np.append(door_starts, len(chosen)).astype(np.int32),
        policies=chosen[by_door].astype(np.int32),
        group_starts=group_starts,
        enough=(sizes - groups.least + 1)[taken].astype(np.int32),
        hard=groups.hard[taken].astype(np.uint8),
        leaf_starts=leaf_starts,
        leaves=leaves[leaf].astype(np.int32),
    )
