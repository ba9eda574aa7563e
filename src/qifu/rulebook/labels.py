"""A condition in words: its name, what it requires, what the enterprise has."""

from datetime import date
from decimal import Decimal
from typing import Any

from qifu.rulebook import words
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.conditions import Atom, Group, Node, Not
from qifu.rulebook.dates import Period
from qifu.rulebook.facts import Facts, plain
from qifu.rulebook.operators import AGE, CHOICE, HUMAN
from qifu.rulebook.opposites import straight
from qifu.rulebook.units import family
from qifu.rulebook.words import Words

_NUMBERS: dict[str, tuple[str, str]] = {
    "==": ("等于 {}", "exactly {}"),
    "!=": ("不等于 {}", "other than {}"),
    "<": ("低于 {}", "less than {}"),
    "<=": ("不超过 {}", "at most {}"),
    ">": ("超过 {}", "more than {}"),
    ">=": ("不少于 {}", "at least {}"),
}
_DAYS: dict[str, tuple[str, str]] = {
    "==": ("在 {} 当天", "on {}"),
    "!=": ("不在 {} 当天", "on another day than {}"),
    "<": ("早于 {}", "before {}"),
    "<=": ("不晚于 {}", "on or before {}"),
    ">": ("晚于 {}", "after {}"),
    ">=": ("不早于 {}", "on or after {}"),
}
_CHOICES: dict[str, tuple[str, str]] = {
    "==": ("为 {}", "{}"),
    "!=": ("不是 {}", "not {}"),
    "in": ("为其中之一：{}", "one of: {}"),
    "not_in": ("不是其中任何一个：{}", "none of: {}"),
    "under": ("属于 {}", "within {}"),
    "has_any": ("具备其中任一项：{}", "any of: {}"),
    "has_all": ("全部具备：{}", "all of: {}"),
}
_AGES = {
    "age_at_least": ("满 {}", "{} or longer ago"),
    "age_at_most": ("不超过 {}", "at most {} ago"),
    "within_last": ("在最近 {}之内", "within the last {}"),
}
# what a value may not be, for a `not` around it and for != and not_in:
# what is needed (zh, en), and the English of the gap, in which Chinese needs no other words
_BARRED = {
    "==": ("不能是 {}", "not {}", "must not be {}"),
    "in": ("不能是：{}", "none of: {}", "must not be any of: {}"),
    "between": ("不能{}", "not {}", "must not be {}"),
    "under": ("不能属于 {}", "not within {}", "must not be within {}"),
    "has": ("不能有 {}", "not {}", "must not include {}"),
    "has_any": ("不能有其中任何一项：{}", "none of: {}", "must not include any of: {}"),
    "has_all": ("不能同时有：{}", "not all of: {}", "must not include all of: {}"),
    "age_at_least": ("须未满 {}", "less than {} ago", "must be less than {} ago"),
    "age_at_most": ("须已超过 {}", "more than {} ago", "must be more than {} ago"),
    "within_last": (
        "不能在最近 {}之内",
        "not within the last {}",
        "must not be within the last {}",
    ),
}
_JUDGED = Words("人工评审事项", "Judged by reviewers")
_YEARS = {
    "sum": ("合计", "in total"),
    "mean": ("平均", "on average"),
    "each": ("每年", "each year"),
}


class Teller:
    """Tells conditions in words, as seen on one day with one catalogue."""

    def __init__(self, catalogue: Catalogue, as_of: date) -> None:
        self.catalogue = catalogue
        self.as_of = as_of

    def label(self, node: Node) -> Words:
        """The condition's own name, or one made of what it looks at."""
        if node.label is not None:
            return Words(*node.label)
        node = straight(node)
        if isinstance(node, Atom):
            return self.subject(node)
        if isinstance(node, Group):
            n = len(node.parts)
            if node.shape == "all":
                return Words(f"以下 {n} 项都要满足", f"All {n} of these")
            if node.least == 1:
                return Words("满足以下任意一项", "Any one of these")
            zh = f"以下 {n} 项中至少满足 {node.least} 项"
            return Words(zh, f"At least {node.least} of these {n}")
        barred = barred_atom(node)
        if barred is not None:
            return self.subject(barred)
        return Words("不能有以下情形", "None of the following")

    def subject(self, atom: Atom) -> Words:
        """What an atom looks at: the attribute, with its year or years."""
        zh, en = atom.attribute.label_zh, atom.attribute.label_en
        if atom.op == HUMAN:
            known = atom.attribute.name in self.catalogue
            return Words(f"{zh}（人工评审）", f"{en} (judged by reviewers)") if known else _JUDGED
        if atom.years is None:
            return Words(zh, en)
        years = atom.years.of(atom.day(self.as_of))
        if len(years) == 1:
            return Words(f"{years[0]} 年{zh}", f"{en} in {years[0]}")
        how = _YEARS[atom.years.how]
        span = f"{years[0]}–{years[-1]}"
        return Words(f"{span} 年{zh}（{how[0]}）", f"{en} in {span} ({how[1]})")

    def required(self, node: Node) -> Words:
        """What is needed, without the name of what is looked at."""
        node = straight(node)
        if isinstance(node, Atom):
            return self._atom_required(node)
        return self._joined(node)

    def sentence(self, node: Node) -> Words:
        """The whole condition: what is looked at and what is needed."""
        if node.label is not None:
            return Words(*node.label)
        if isinstance(node, Not) and node.part.label is not None:
            zh, en = node.part.label
            return Words(f"不能是（{zh}）", f"not ({en})")
        node = straight(node)
        barred = barred_atom(node)
        if barred is not None:
            subject, needed = self.subject(barred), self.barred(barred)[0]
            colon = "：" if barred.attribute.type == "set" else ""
            return Words(f"{subject.zh}{colon}{needed.zh}", f"{subject.en}: {needed.en}")
        if not isinstance(node, Atom):
            return self._joined(node)
        subject, needed = self.subject(node), self.required(node)
        if node.op == "has_any" and len(node.value) == 1:
            return needed
        if node.op in ("is", HUMAN):
            return Words(f"{subject.zh}：{needed.zh}", f"{subject.en}: {needed.en}")
        return Words(f"{subject.zh}{_gap(needed.zh)}{needed.zh}", f"{subject.en}: {needed.en}")

    def actual(self, node: Node, facts: Facts) -> Words:
        """What the enterprise has; unknown is said to be unknown."""
        node = barred_atom(node) or straight(node)
        if isinstance(node, Atom):
            return self._atom_actual(node, facts)
        told = []
        for atom in _once(node, self.as_of):
            has, subject = self._atom_actual(atom, facts), self.subject(atom)
            told.append(Words(f"{subject.zh} {has.zh}", f"{subject.en}: {has.en}"))
        return words.listing(told, zh="；", en="; ", most=words.MOST_NAMED)

    def value(self, atom: Atom, item: Any) -> Words:
        """One value of the atom's attribute."""
        return words.value(item, atom.attribute, self.catalogue)

    def moment(self, atom: Atom) -> Words:
        """The day by which an atom counts, where that is not simply the day of the report."""
        if atom.moment is None:
            return words.NOTHING
        day = atom.moment.isoformat()
        return Words(f"（按 {day} 计算）", f" (counted on {day})")

    def barred(self, atom: Atom) -> tuple[Words, str]:
        """What may not be: as what is needed, and the English after the subject in a gap.

        The operator is the one inside the `not`, or == and in for what is written != and not_in.
        """
        op = {"!=": "==", "not_in": "in"}.get(atom.op, atom.op)
        items = atom.value if isinstance(atom.value, tuple) else (atom.value,)
        told, more = words.values(items, atom.attribute, self.catalogue), words.NOTHING
        if op in AGE:
            told, more = words.period(atom.value), self.moment(atom)
        elif op == "between":
            told = self._atom_required(atom)
        elif len(items) == 1:
            op = {"in": "==", "has_any": "has", "has_all": "has"}.get(op, op)
        zh, en, gap = _BARRED[op]
        needed = Words(zh.format(told.zh) + more.zh, en.format(told.en) + more.en)
        return needed, gap.format(told.en) + more.en

    def _atom_required(self, atom: Atom) -> Words:
        if atom.op == HUMAN:
            zh, en = atom.value
            return Words(f"由评审人员判断：{zh}", f"Decided by reviewers: {en}")
        if atom.op == "is":
            return self.value(atom, atom.value)
        if atom.op in AGE:
            length, moment = words.period(atom.value), self.moment(atom)
            zh, en = _AGES[atom.op]
            return Words(zh.format(length.zh) + moment.zh, en.format(length.en) + moment.en)
        if atom.op == "between" and atom.value[0] == atom.value[1]:
            only = self.value(atom, atom.value[0])
            return Words(f"正好 {only.zh}", f"exactly {only.en}")
        if atom.op == "between":
            low, high = (self.value(atom, end) for end in atom.value)
            first, last = (end + _gap(end[::-1]) for end in (low.zh, high.zh))
            return Words(f"在 {first}到 {last}之间", f"from {low.en} to {high.en}")
        single = atom.op in ("==", "!=", "<", "<=", ">", ">=")
        items = (atom.value,) if single else atom.value
        told = words.values(items, atom.attribute, self.catalogue)
        if atom.op == "has_any" and len(items) == 1:
            return told
        op, patterns = atom.op, _CHOICES
        if op in CHOICE and len(items) == 1:
            single, op = True, "==" if op == "in" else "!="
        if single and atom.attribute.numeric:
            patterns = _NUMBERS
        elif single and atom.attribute.type == "date":
            patterns = _DAYS
        zh, en = patterns[op]
        if op == ">=" and family(atom.attribute.unit or "") in ("money", "ratio"):
            zh = "不低于 {}"
        return Words(zh.format(told.zh), en.format(told.en))

    def _joined(self, node: Node) -> Words:
        parts = [self.sentence(part) for part in node.children]
        if isinstance(node, Not):
            barred = barred_atom(node)
            if barred is not None:
                return self.barred(barred)[0]
            return Words(f"不能是：{parts[0].zh}", f"not: {parts[0].en}")
        if isinstance(node, Group) and node.shape == "any":
            return words.listing(parts, zh="，或 ", en=", or ", most=words.MOST_NAMED)
        joined = words.listing(parts, zh="；", en="; ", most=words.MOST_NAMED)
        if isinstance(node, Group) and node.shape == "at_least":
            n = len(node.parts)
            zh = f"{n} 项中至少 {node.least} 项：{joined.zh}"
            return Words(zh, f"at least {node.least} of {n}: {joined.en}")
        return joined

    def _atom_actual(self, atom: Atom, facts: Facts) -> Words:
        if atom.op == HUMAN:
            return Words("待评审", "to be reviewed")
        keys = atom.keys(self.as_of)
        if len(keys) == 1 or not atom.each_year:
            fact = atom.figure(facts, self.as_of)
            return Words("未知", "unknown") if fact is None else self.value(atom, fact)
        told = []
        for key in keys:
            has = self.value(atom, facts[key]) if key in facts else Words("未知", "unknown")
            year = key.rpartition("@")[2]
            told.append(Words(f"{year} 年 {has.zh}", f"{year}: {has.en}"))
        return words.listing(told, zh="；", en="; ")


def neutral(node: Node, as_of: date) -> str:
    """What is required in signs that need no translation: `revenue@2025 >= 20000000 CNY`."""
    if isinstance(node, Group):
        inside = "; ".join(neutral(part, as_of) for part in node.parts)
        name = {"all": "all", "any": "any"}.get(node.shape, f"{node.least} of {len(node.parts)}")
        return f"{name}({inside})"
    if isinstance(node, Not):
        return f"not({neutral(node.part, as_of)})"
    assert isinstance(node, Atom)
    keys = node.keys(as_of)
    name = keys[0]
    if len(keys) > 1 and node.years is not None:
        name = f"{node.years.how}({', '.join(keys)})"
    unit = f" {node.attribute.unit}" if node.attribute.unit else ""
    at = f" at {node.moment.isoformat()}" if node.moment and node.op in AGE else ""
    return f"{name} {node.op} {_neutral_value(node)}{unit}{at}"


def _neutral_value(atom: Atom) -> str:
    if atom.op == HUMAN:
        return str(atom.value[0])
    if isinstance(atom.value, tuple):
        if atom.op == "under" and len(atom.value) == 1:
            return _neutral(atom.value[0])
        return "[" + ", ".join(_neutral(item) for item in atom.value) + "]"
    return _neutral(atom.given if isinstance(atom.value, Period) else atom.value)


def _neutral(item: Any) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, Decimal):
        return f"{item:f}"
    return str(plain(item))


def barred_atom(node: Node) -> Atom | None:
    """The condition in a `not` around a single one that words can forbid (`Teller.barred`)."""
    inner = node.part if isinstance(node, Not) else None
    if isinstance(inner, Atom) and inner.op in _BARRED and not inner.each_year:
        return inner
    return None


def _once(node: Node, as_of: date) -> list[Atom]:
    """The atoms of a tree, of those that read the same facts only the first."""
    seen: dict[tuple[str, ...], Atom] = {}
    for atom in node.atoms():
        seen.setdefault(atom.keys(as_of), atom)
    return list(seen.values())


def _gap(text: str) -> str:
    """Chinese runs on; a figure in front of a figure needs air."""
    return " " if text[:1].isascii() else ""
