"""Figures that were read in the wrong unit: 万元 as 元, a share as per cent."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from qifu.rulebook.conditions import Atom, Node
from qifu.rulebook.dates import Period
from qifu.rulebook.figures_in_text import Figure, figures
from qifu.rulebook.policy import Policy
from qifu.rulebook.remarks import Remark
from qifu.rulebook.units import BASE, convert, family

# by how much a figure is off that was read in another unit of its kind
_SLIPS = {
    "money": (1_000, 10_000, 1_000_000, 100_000_000),
    "ratio": (10, 100, 1_000),
    "month": (12,),
}
_OTHER_SLIPS = (10_000,)
# a condition on less than this many yuan, of something that may be many millions
_LITTLE, _WIDE = Decimal(10_000), Decimal(100_000_000)
# a condition on this many yuan
_MUCH = Decimal(100_000_000_000)
# per cent that is written as if it were a ratio
_FRACTION = Decimal("0.2")
# what other policies ask for tells something from so many on, and where it is so far away
_PEERS, _FAR = 4, 100


def wrong_units(policies: Sequence[Policy]) -> Iterator[Remark]:
    """Conditions whose figure is far from their quote, from what can be, or from other policies."""
    told: set[tuple[int, str]] = set()
    for policy in policies:
        for remark in _of_policy(policy):
            told.add((id(policy), remark.path.removesuffix(".value")))
            yield remark
    for policy, atom, remark in _beside_others(policies):
        if (id(policy), atom.path) not in told:
            yield remark


def _of_policy(policy: Policy) -> Iterator[Remark]:
    for group in policy.groups:
        for node, quotes in _quoted(group, ()):
            if isinstance(node, Atom):
                found = next(_against_quotes(policy, node, quotes), None)
                found = found or next(_by_itself(policy, node), None)
                if found is not None:
                    yield found


def _quoted(node: Node, above: tuple[str, ...]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Every condition with its own quote, else with that of the group around it."""
    quote = (node.src or {}).get("quote")
    mine = (quote,) if isinstance(quote, str) else above
    yield node, mine
    for child in node.children:
        yield from _quoted(child, mine)


def _measured(atom: Atom) -> tuple[str, list[Decimal]]:
    """What the figures of a condition measure, and these in the base unit; without zero."""
    if isinstance(atom.value, Period):
        return "month", [] if atom.value.days else [Decimal(atom.value.months)]
    if not atom.attribute.numeric:
        return "", []
    own = atom.attribute.unit or BASE.get(family(atom.unit or ""), "")
    measures = family(own) if own else ""
    wanted = atom.value if isinstance(atom.value, tuple) else (atom.value,)
    base = BASE.get(measures)
    return measures, [convert(v, own, base) if base else v for v in wanted if v]


def _against_quotes(policy: Policy, atom: Atom, quotes: Iterable[str]) -> Iterator[Remark]:
    measures, wanted = _measured(atom)
    if not wanted or not measures:
        return
    there = [figure for quote in quotes for figure in figures(quote)]
    same = [figure for figure in there if figure.measures == measures]
    known = {abs(figure.value) for figure in there if figure.measures in (measures, "")}
    for value in wanted:
        if not same or abs(value) in known:
            continue
        slipped = _slip(value, same, measures)
        if slipped is not None:
            en = f"the quote says {slipped.text}: another unit?"
            zh = f"引文写的是{slipped.text}：单位写错了吗？"
            yield Remark(policy, "unit_quote", f"{atom.path}.value", en, zh, _shown(atom))
        elif measures in ("money", "ratio"):
            words = "、".join(figure.text for figure in same)
            en = f"the quote names other figures: {words}"
            zh = f"引文里是别的数字：{words}"
            yield Remark(policy, "figure_quote", f"{atom.path}.value", en, zh, _shown(atom))


def _slip(value: Decimal, there: Sequence[Figure], measures: str) -> Figure | None:
    for figure in there:
        for times in _SLIPS.get(measures, _OTHER_SLIPS):
            if abs(value) * times == figure.value or abs(value) == figure.value * times:
                return figure
    return None


def _by_itself(policy: Policy, atom: Atom) -> Iterator[Remark]:
    measures, wanted = _measured(atom)
    path, high = f"{atom.path}.value", atom.attribute.high
    for value in map(abs, wanted):
        if measures == "ratio" and atom.unit == "ratio" and value > 1:
            en, zh = f"this is {value * 100:f} %: meant %?", f"这是 {value * 100:f}%：是想写 % 吗？"
        elif measures == "ratio" and atom.unit == "%" and value * 100 < _FRACTION:
            en, zh = (
                f"this is {value:f} of the whole: meant a ratio?",
                "比例太小：单位是 ratio 吗？",
            )
        elif measures == "money" and value < _LITTLE and (high is None or high >= _WIDE):
            en, zh = "very little for money of a firm: meant 万元?", "金额很小：是想写万元吗？"
        elif measures == "money" and (value >= _MUCH or _near_the_end(value, high)):
            en, zh = "very much for one firm: meant a smaller unit?", "金额很大：单位写大了吗？"
        else:
            continue
        yield Remark(policy, "unit_scale", path, en, zh, _shown(atom))


def _near_the_end(value: Decimal, high: Decimal | None) -> bool:
    return high is not None and high >= _WIDE and value * 10 >= high


def _beside_others(policies: Sequence[Policy]) -> Iterator[tuple[Policy, Atom, Remark]]:
    """Figures that would stand among those of other policies if their unit were another."""
    asked: dict[str, list[tuple[Decimal, str]]] = {}
    mine: list[tuple[Policy, Atom, str, Decimal]] = []
    for policy in policies:
        for group in policy.groups:
            for atom in group.atoms():
                measures, wanted = _measured(atom)
                if measures not in ("money", "ratio"):
                    continue
                for value in map(abs, wanted):
                    asked.setdefault(atom.attribute.name, []).append((value, policy.id))
                    mine.append((policy, atom, measures, value))
    ordered = {name: sorted(set(found)) for name, found in asked.items()}
    owners = {name: len({owner for _, owner in found}) for name, found in asked.items()}
    for policy, atom, measures, value in mine:
        others = ordered[atom.attribute.name]
        low = next((v for v, owner in others if owner != policy.id), None)
        high = next((v for v, owner in reversed(others) if owner != policy.id), None)
        if low is None or high is None or owners[atom.attribute.name] <= _PEERS:
            continue
        meant = _meant(value, low, high, _SLIPS[measures])
        if meant is not None:
            text = f"{meant.normalize():f}"
            en = f"other policies ask for {low:f} to {high:f} here: meant {text}?"
            zh = f"其他政策在这一项上要求 {low:f} 到 {high:f}：是想写 {text} 吗？"
            yield (
                policy,
                atom,
                Remark(policy, "unit_peers", f"{atom.path}.value", en, zh, _shown(atom)),
            )


def _meant(value: Decimal, low: Decimal, high: Decimal, slips: Iterable[int]) -> Decimal | None:
    for times in slips:
        for meant, far in (
            (value * times, value * _FAR <= low),
            (value / times, value >= high * _FAR),
        ):
            if far and low <= meant <= high:
                return meant
    return None


def _shown(atom: Atom) -> str:
    given = ", ".join(map(str, atom.given)) if isinstance(atom.given, list) else str(atom.given)
    return f"{given} {atom.unit or ''}".strip()
