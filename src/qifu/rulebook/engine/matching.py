"""The kernel: every policy over one block, three-valued, with near misses.

It works on who *fails* a leaf, once as "cannot hold it" (`lost`), once as "does not hold it for
sure" (`open`), in chunks of 512 enterprises: eight words, one register, one cache line a leaf. For
each policy it goes through the groups of conditions, those that lose most first, and stops as soon
as nobody in the chunk is left who has lost at most one.

    once   has lost one group
    dead   has lost two, or a hard one
    hope   has lost none: eligible or maybe

Arrays are taken as pointers (see eights.py): a reference counted in the inner loop costs more than
the loop does.
"""

import numba
import numpy as np

from qifu.rulebook.engine.coding import Array
from qifu.rulebook.engine.compiling import MOST_IN_A_GROUP
from qifu.rulebook.engine.counting import add
from qifu.rulebook.engine.eights import WORDS, Words, count, empty, load, pointer, same, store
from qifu.rulebook.engine.planning import Plan

ZERO = np.uint64(0)
EVERY = np.uint64(2**64 - 1)
# one group counts up to so many leaves, and none
SCRATCH = MOST_IN_A_GROUP + 1

_compiled = numba.njit(nogil=True, cache=True, boundscheck=False)


@_compiled
def fail(rows: Array, leaves: Array, sure: bool, out: Array) -> None:
    """Who fails each leaf, chunk by chunk: `out[c, leaf]` are the words of chunk c.

    Sure: who does not hold it for sure, else who cannot hold it. A leaf is (row, its unknown,
    negated).
    """
    chunks, size = len(out), len(leaves)
    all_rows, to = pointer(rows), pointer(out)
    for i in range(size):
        true, unknown, negated = leaves[i, 0] * chunks, leaves[i, 1] * chunks, leaves[i, 2] == 1
        for c in range(chunks):
            row = load(all_rows, true + c)
            # for sure: t or ~(t | u); may be: t | u or ~t
            if negated == sure:
                row = row | load(all_rows, unknown + c)
            store(to, c * size + i, row if negated else ~row)


@numba.njit(nogil=True, boundscheck=False, inline="always")
def _group(
    failing: Words, at: int, leaves: Array, first: int, last: int, enough: int, scratch: Words
) -> Words:
    """Who fails a group: `enough` of its leaves or more. `failing` is a chunk from `at` on."""
    row = load(failing, at + leaves[first])
    if last - first == 1:
        return row
    if enough == 1:
        for i in range(first + 1, last):
            row = row | load(failing, at + leaves[i])
    elif enough == last - first:
        for i in range(first + 1, last):
            row = row & load(failing, at + leaves[i])
    else:
        # the j-th of scratch has those who fail j of the leaves so far
        store(scratch, 0, same(EVERY))
        for j in range(1, enough + 1):
            store(scratch, j, same(ZERO))
        for i in range(first, last):
            row = load(failing, at + leaves[i])
            for j in range(enough, 0, -1):
                store(scratch, j, load(scratch, j) | (load(scratch, j - 1) & row))
        row = load(scratch, enough)
    return row


@_compiled
def match_block(
    lost: Array, open_: Array, valid: Array, plan: Plan, totals: Array, eligible: Array,
    maybe: Array,
) -> None:  # fmt: skip
    """All policies over one block.

    `lost` and `open_` as `fail` makes them; `valid` has a bit for each enterprise that is there.
    Adds to `totals` (eligible, maybe, near miss a policy) and to the planes of counters `eligible`
    and `maybe` (chunks x digits x words, see counting.add; as many digits as the policies need).
    """
    chunks, size, all_doors, digits = len(lost), lost.shape[1], len(plan.doors), eligible.shape[1]
    failing, unsure, present = pointer(lost), pointer(open_), pointer(valid)
    doors, door_starts, policies = (
        pointer(plan.doors), pointer(plan.door_starts), pointer(plan.policies)
    )  # fmt: skip
    group_starts, enough, hard = (
        pointer(plan.group_starts),
        pointer(plan.enough),
        pointer(plan.hard),
    )
    leaf_starts, leaves = pointer(plan.leaf_starts), pointer(plan.leaves)
    sums, planes, more_planes = pointer(totals), pointer(eligible), pointer(maybe)
    kept = np.empty((SCRATCH, WORDS), np.uint64)
    scratch = pointer(kept)
    for c in range(chunks):
        at = c * size
        nobody = ~load(present, c)
        for d in range(all_doors):
            start = nobody | load(failing, at + doors[d])
            if empty(~start):
                continue
            for p in range(door_starts[d], door_starts[d + 1]):
                once, dead = same(ZERO), start
                begin, end = group_starts[p], group_starts[p + 1]
                for g in range(begin, end):
                    row = _group(
                        failing, at, leaves, leaf_starts[g], leaf_starts[g + 1], enough[g], scratch
                    )
                    if hard[g] != 0:
                        dead = dead | row
                    else:
                        dead = dead | (once & row)
                        once = once | row
                    if empty(~dead):
                        break
                if empty(~dead):
                    continue
                sum_at = 3 * policies[p]
                sums[sum_at + 2] += count(once & ~dead)
                hope = ~(once | dead)
                if empty(hope):
                    continue
                sure = hope & ~load(unsure, at + doors[d])
                for g in range(begin, end):
                    if empty(sure):
                        break
                    sure = sure & ~_group(
                        unsure, at, leaves, leaf_starts[g], leaf_starts[g + 1], enough[g], scratch
                    )
                sums[sum_at] += count(sure)
                sums[sum_at + 1] += count(hope & ~sure)
                add(planes, c * digits, sure)
                add(more_planes, c * digits, hope & ~sure)


@_compiled
def eligible_block(
    open_: Array, valid: Array, plan: Plan, owners: Array, chunks: Array, words: Array
) -> int:
    """Who is eligible in one block: where a policy has somebody in a chunk, the policy, the chunk
    and its words; returned is how many of these there are."""
    size, all_doors, found = open_.shape[1], len(plan.doors), 0
    unsure, present, out = pointer(open_), pointer(valid), pointer(words)
    doors, door_starts = pointer(plan.doors), pointer(plan.door_starts)
    group_starts, enough = pointer(plan.group_starts), pointer(plan.enough)
    leaf_starts, leaves = pointer(plan.leaf_starts), pointer(plan.leaves)
    kept = np.empty((SCRATCH, WORDS), np.uint64)
    scratch = pointer(kept)
    for c in range(len(open_)):
        at = c * size
        for d in range(all_doors):
            start = load(present, c) & ~load(unsure, at + doors[d])
            if empty(start):
                continue
            for p in range(door_starts[d], door_starts[d + 1]):
                sure = start
                for g in range(group_starts[p], group_starts[p + 1]):
                    sure = sure & ~_group(
                        unsure, at, leaves, leaf_starts[g], leaf_starts[g + 1], enough[g], scratch
                    )
                    if empty(sure):
                        break
                if not empty(sure):
                    owners[found], chunks[found] = plan.policies[p], c
                    store(out, found, sure)
                    found += 1
    return found
