"""Policies of the same area that say nearly the same at the same time, without knowing it.

Nothing is compared pair by pair: policies meet where they share a key, and each is told of the
first that it meets.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date

from qifu.rulebook.lint_keys import meaning, shape
from qifu.rulebook.policy import Policy
from qifu.rulebook.remarks import Remark

# fewer common conditions than this (the area, a clean record) are common to very many policies
_FEWEST = 3
# of those with the same key so many are compared with the next one
_MOST = 20


def overlaps(policies: Sequence[Policy]) -> Iterator[Remark]:
    """Versions in force together, the same conditions twice, the same with other figures."""
    yield from _versions(policies)
    # what names neither area nor benefit cannot be placed beside others
    policies = [policy for policy in policies if policy.region or policy.benefit]
    marks = {id(p): frozenset(meaning(g) for g in p.groups) for p in policies}
    soft = {id(p): any(not g.hard for g in p.groups) for p in policies}
    linked = _Links(policies)
    told: set[int] = set()
    for one, other in _meeting(policies, lambda p: marks[id(p)], linked):
        told.add(id(other))
        en = f"the same conditions as {one.id}, at the same time: say which one excludes the other"
        zh = f"与 {one.id} 条件相同、时间重叠：请写明互斥，或合并"
        yield Remark(other, "same_conditions", "when", en, zh, one.id)
    rest = [p for p in policies if id(p) not in told]
    figures = {id(p): frozenset(shape(g) for g in p.groups) for p in rest}
    for one, other in _meeting(rest, lambda p: figures[id(p)], linked):
        told.add(id(other))
        en = f"as {one.id} with other figures, at the same time: those of another year?"
        zh = f"与 {one.id} 只有数字不同、时间重叠：是另一年的数字吗？"
        yield Remark(other, "other_figures", "when", en, zh, one.id)
    # one that asks for exactly one thing more than another: whoever gets it gets the other, too
    by_marks: dict[Hashable, list[Policy]] = {}
    for policy in rest:
        if len(marks[id(policy)]) >= _FEWEST and soft[id(policy)]:
            by_marks.setdefault(_place(policy, marks[id(policy)]), []).append(policy)
    for policy in rest:
        mine = marks[id(policy)]
        if id(policy) in told or len(mine) <= _FEWEST:
            continue
        for group in policy.groups:
            less = by_marks.get(_place(policy, mine - {meaning(group)}), [])[:_MOST]
            found = next((p for p in less if linked.free(p, policy)), None)
            if found is not None:
                en = f"as {found.id} and this on top: may both be claimed?"
                zh = f"比 {found.id} 只多这一条：两项可以同时享受吗？"
                yield Remark(policy, "one_more", group.path, en, zh, found.id)
                break


def _versions(policies: Sequence[Policy]) -> Iterator[Remark]:
    """Versions of one policy that are in force on the same day."""
    versions: dict[str, list[Policy]] = {}
    for policy in policies:
        versions.setdefault(policy.id, []).append(policy)
    for same in versions.values():
        for i, one in enumerate(same):
            for other in same[i + 1 :]:
                if one.version != other.version and _meet(one, other):
                    en = f"in force together with version {other.version}: the higher one counts"
                    zh = f"与第 {other.version} 版同时有效：以版本号大的为准"
                    yield Remark(one, "overlap", "effective", en, zh, f"version {one.version}")


class _Links:
    """Which policies know of each other, through `excludes` or `combine`."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.excluded: dict[str, set[str]] = {}
        for policy in policies:
            together = (other for rule in policy.combine for other in rule.policies)
            for other in {*policy.excludes, *together} - {policy.id}:
                self.excluded.setdefault(policy.id, set()).add(other)
                self.excluded.setdefault(other, set()).add(policy.id)

    def free(self, one: Policy, other: Policy) -> bool:
        """Two policies that overlap in time, neither a version of the other nor excluding it."""
        known = one.id == other.id or other.id in self.excluded.get(one.id, ())
        return not known and _meet(one, other)


def _place(policy: Policy, key: Hashable) -> Hashable:
    return policy.region, policy.benefit, key


def _meeting(
    policies: Sequence[Policy], key_of: Callable[[Policy], Hashable], linked: _Links
) -> Iterator[tuple[Policy, Policy]]:
    """Each policy with the first one before it that has the same key and does not know it."""
    first: dict[Hashable, list[Policy]] = {}
    for policy in policies:
        before = first.setdefault(_place(policy, key_of(policy)), [])
        found = next((p for p in before[:_MOST] if linked.free(p, policy)), None)
        if found is not None:
            yield found, policy
        before.append(policy)


def _meet(one: Policy, other: Policy) -> bool:
    starts = max(p.effective_from or date.min for p in (one, other))
    return starts <= min(p.effective_to or date.max for p in (one, other))
