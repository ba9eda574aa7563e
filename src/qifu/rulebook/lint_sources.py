"""What a policy refers to: other policies, days, legal bases, attributes that somebody knows."""

from collections.abc import Collection, Iterator
from datetime import date

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.conditions import Atom, Node, every_node
from qifu.rulebook.dates import read_day
from qifu.rulebook.operators import AGE, HUMAN
from qifu.rulebook.policy import Policy
from qifu.rulebook.remarks import Remark

# a source that only passes on what rules make of other facts
_DERIVED = "derived"
# a fixed year that lies so long before one can apply is that of an earlier round
_OLD = 3


def references(policy: Policy, ids: Collection[object], on: date | None) -> Iterator[Remark]:
    """Unknown policies in `excludes` and `combine`, what is over, windows and years that do not
    fit."""
    for i, other in enumerate(policy.excludes):
        if other not in ids:
            yield Remark(
                policy, "excludes", f"excludes[{i}]", "no policy with this id here",
                "这里没有这个编号的政策", other,
            )  # fmt: skip
    for i, rule in enumerate(policy.combine):
        for other in sorted(rule.policies.difference(ids)):
            yield Remark(
                policy, "combine", f"combine[{i}].with", "no policy with this id here",
                "这里没有这个编号的政策", other,
            )  # fmt: skip
    yield from _period(policy, on)
    for group in policy.groups:
        for node in every_node(group):
            yield from _basis(policy, node, on)
        for atom in group.atoms():
            yield from _days(policy, atom)


def _period(policy: Policy, on: date | None) -> Iterator[Remark]:
    start, end = policy.effective_from, policy.effective_to
    if on is not None and end is not None and end < on:
        en, zh = f"no longer in force on {on}", f"到 {on} 已经失效"
        yield Remark(policy, "expired", "effective.to", en, zh, end.isoformat())
    for key, day in (("opens", policy.opens), ("closes", policy.closes)):
        if day is None:
            continue
        if start is not None and day < start:
            en, zh = f"before the policy is in force ({start})", f"早于政策生效日（{start}）"
        elif end is not None and day > end:
            en, zh = f"after the policy has ended ({end})", f"晚于政策失效日（{end}）"
        else:
            continue
        yield Remark(policy, "window", f"window.{key}", en, zh, day.isoformat())
    if policy.published is not None and policy.closes is not None:
        if policy.published > policy.closes:
            en, zh = f"published after applying has closed ({policy.closes})", "公布时申报已经截止"
            yield Remark(policy, "window", "published", en, zh, policy.published.isoformat())


def _basis(policy: Policy, node: Node, on: date | None) -> Iterator[Remark]:
    """A legal basis that ends before the policy does, or has ended."""
    told = (node.src or {}).get("valid_to")
    if told is None:
        return
    last = read_day(told)
    until = policy.effective_to or policy.closes
    if on is not None and last < on and (until is None or until >= on):
        en, zh = f"the basis has ended, the policy is in force on {on}", "依据已经失效，政策还有效"
    elif until is not None and last < until:
        en, zh = f"the basis ends before the policy ({until})", f"依据早于政策（{until}）失效"
    else:
        return
    yield Remark(policy, "basis", f"{node.path}.src.valid_to", en, zh, last.isoformat())


def _days(policy: Policy, atom: Atom) -> Iterator[Remark]:
    if atom.at != "as_of" and atom.years is None and atom.op not in AGE:
        en, zh = "has no effect: this condition looks at no day", "没有作用：这一条不看日期"
        yield Remark(policy, "at", f"{atom.path}.at", en, zh, atom.at)
    if atom.years is not None and atom.years.fixed is not None:
        first = policy.opens or policy.effective_from
        if first is not None and atom.years.fixed < first.year - _OLD:
            early = first.year - atom.years.fixed
            en = f"{early} years before one can apply ({first}): still right?"
            zh = f"比可以申报的日期（{first}）早 {early} 年：还对吗？"
            yield Remark(policy, "old_year", f"{atom.path}.period", en, zh, atom.years.text)


def unknowable(policy: Policy, catalogue: Catalogue, derived: Collection[str]) -> Iterator[Remark]:
    """Conditions on what nobody is asked for, no source brings and no rule derives."""
    if not catalogue.sources:
        # a catalogue that names no sources says nothing about who knows what
        return
    for group in policy.groups:
        for atom in group.atoms():
            attribute = atom.attribute
            if atom.op == HUMAN or attribute.askable or attribute.name in derived:
                continue
            if set(attribute.sources) <= {_DERIVED}:
                en = "nobody can answer this: it is not asked, has no source and no rule"
                zh = "没有人能回答：不问企业，没有来源，也没有推算规则"
                yield Remark(policy, "unanswerable", f"{atom.path}.attr", en, zh, attribute.name)
