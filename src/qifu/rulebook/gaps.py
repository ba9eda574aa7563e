"""What is missing, in plain words: needed, there, the difference, and what would close it."""

from datetime import date
from decimal import Decimal
from typing import Any

from qifu.rulebook import words
from qifu.rulebook.conditions import Atom, Group, Node, Not
from qifu.rulebook.dates import add, subtract
from qifu.rulebook.effort import closest
from qifu.rulebook.facts import Facts, split_key
from qifu.rulebook.labels import Teller, barred_atom
from qifu.rulebook.operators import AGE, HUMAN
from qifu.rulebook.opposites import straight
from qifu.rulebook.units import family
from qifu.rulebook.words import Words


class GapTeller:
    """Tells gaps for one enterprise; `tell` is the only door."""

    def __init__(self, teller: Teller, facts: Facts) -> None:
        self.teller = teller
        self.facts = facts
        self.as_of = teller.as_of

    def tell(self, node: Node) -> Words:
        """Nothing for what is met, the gap for what is unmet, the missing facts for the unknown."""
        answer = node.answer(self.facts, self.as_of)
        if answer is True:
            return words.NOTHING
        return words.closed(self.unmet(node) if answer is False else self.unknown(node))

    def unmet(self, node: Node) -> Words:
        """The gap of a condition that is false."""
        node = straight(node)
        if isinstance(node, Group):
            return self._group(node)
        if isinstance(node, Not):
            return self._opposite(node)
        assert isinstance(node, Atom)
        if not node.each_year:
            fact = node.figure(self.facts, self.as_of)
            return self._atom(node, self.teller.subject(node), fact)
        told = []
        for key, fact in node.known(self.facts, self.as_of).items():
            if not node.test(fact, node.day(self.as_of)):
                told.append(self._atom(node, self.name_of(key), fact))
        return words.listing(told, zh="；", en="; ")

    def unknown(self, node: Node) -> Words:
        """What has to be known before the condition can be decided."""
        human = [atom for atom in node.atoms() if atom.op == HUMAN]
        keys = node.open_keys(self.facts, self.as_of)
        if not keys and human:
            return self.teller.required(human[0])
        told = words.listing((self._missing(node, key) for key in keys), most=words.MOST_NAMED)
        return Words(f"还需要知道：{told.zh}", f"Not known yet: {told.en}")

    def name_of(self, key: str) -> Words:
        """The name of a fact: 2025 年营业收入."""
        name, year = split_key(key)
        attribute = self.teller.catalogue.attributes[name]
        if year is None:
            return Words(attribute.label_zh, attribute.label_en)
        return Words(f"{year} 年{attribute.label_zh}", f"{attribute.label_en} in {year}")

    def _missing(self, node: Node, key: str) -> Words:
        """A missing fact; a code that is known too coarsely is told with what it is."""
        name = self.name_of(key)
        if key not in self.facts:
            return name
        asking = [
            atom
            for atom in node.atoms()
            if key in atom.keys(self.as_of) and atom.answer(self.facts, self.as_of) is None
        ]
        has = self.teller.value(asking[0], self.facts[key])
        need = words.listing(map(self.teller.required, asking), zh="，或", en=", or ")
        zh = f"{name.zh}的具体位置（只知道是{has.zh}，要看是否{need.zh}）"
        if asking[0].attribute.tree != "region":
            zh = f"更具体的{name.zh}（只知道是{has.zh}，要看是否{need.zh}）"
        return Words(zh, f"{name.en} in more detail (known only as {has.en}, needed: {need.en})")

    def _group(self, group: Group) -> Words:
        answers = [part.answer(self.facts, self.as_of) for part in group.parts]
        failed = [p for p, a in zip(group.parts, answers, strict=True) if a is False]
        if group.shape == "all":
            return words.listing((self.unmet(part) for part in failed), zh="；", en="; ")
        near = self.unmet(closest(failed, self.facts, self.as_of))
        n, met, unknown = len(group.parts), answers.count(True), answers.count(None)
        if group.least == 1:
            if n == 1:
                return near
            return Words(
                f"{n} 项中满足任意一项即可，最接近的是：{near.zh}",
                f"Any one of {n} is enough; the nearest: {near.en}",
            )
        short = group.least - met
        more = (f"（另有 {unknown} 项未知）", f" ({unknown} unknown)") if unknown else ("", "")
        return Words(
            f"{n} 项中要满足 {group.least} 项，已满足 {met} 项，还差 {short} 项{more[0]}；"
            f"最接近的是：{near.zh}",
            f"{group.least} of {n} needed, {met} met, {short} more to go{more[1]}; "
            f"the nearest: {near.en}",
        )

    def _opposite(self, node: Not) -> Words:
        inner = node.part
        barred = barred_atom(node)
        if barred is not None:
            return self._barred(barred, self.teller.subject(barred))
        if isinstance(inner, Group) and inner.shape == "any":
            true = [p for p in inner.parts if p.answer(self.facts, self.as_of) is True]
            told = words.listing((self.teller.sentence(part) for part in true), zh="；", en="; ")
        else:
            told = self.teller.sentence(inner)
        if isinstance(inner, Atom):
            has = self.teller.actual(inner, self.facts)
            told = Words(f"{told.zh}，现为 {has.zh}", f"{told.en}; now: {has.en}")
        return Words(f"不能有这种情形：{told.zh}", f"This rules you out: {told.en}")

    def _barred(self, atom: Atom, subject: Words) -> Words:
        """What may not be, and is."""
        needed, gap = self.teller.barred(atom)
        fact = atom.figure(self.facts, self.as_of)
        if isinstance(fact, frozenset):
            # of all that the firm has only what may not be there
            has = self.teller.value(atom, fact.intersection(atom.value))
            zh = f"{subject.zh}：{needed.zh}，现有 {has.zh}"
        else:
            has = self.teller.value(atom, fact)
            zh = f"{subject.zh}{_air(subject.zh[::-1])}{needed.zh}，现为 {has.zh}"
        return Words(zh, f"{words.upper(subject.en)} {gap}; now: {has.en}")

    def _atom(self, atom: Atom, subject: Words, fact: Any) -> Words:
        if isinstance(fact, bool):
            return self._flag(subject, wanted=atom.value)
        if atom.op in ("!=", "not_in"):
            return self._barred(atom, subject)
        if isinstance(fact, frozenset):
            return self._set(atom, fact)
        if isinstance(fact, date):
            return self._day(atom, subject, fact)
        has, need = self.teller.value(atom, fact), self.teller.required(atom)
        if fact == 0 and atom.op == ">" and atom.value == 0:
            return self._nothing(subject, has)
        if isinstance(fact, Decimal):
            gap = self._number(atom, subject, fact)
            if gap is not None:
                has = self._distinct(atom, fact, has)
                zh = f"{gap.zh}（需要{_air(need.zh)}{need.zh}，现为 {has.zh}）"
                return Words(zh, f"{gap.en} (needed: {need.en}; you have {has.en})")
        zh = f"{subject.zh}需要{_air(need.zh)}{need.zh}，现为 {has.zh}"
        return Words(zh, f"{words.upper(subject.en)} must be {need.en}; now: {has.en}")

    def _nothing(self, subject: Words, has: Words) -> Words:
        """None of what there must be some of."""
        air = _air(subject.zh[::-1])
        return Words(
            f"{subject.zh}{air}现为 {has.zh}，要大于 0 才满足",
            f"{words.upper(subject.en)}: now {has.en}; anything above zero will do",
        )

    def _distinct(self, atom: Atom, fact: Decimal, has: Words) -> Words:
        """The figure with all its digits where rounded it may read like a limit that it is not."""
        limits = atom.value if isinstance(atom.value, tuple) else (atom.value,)
        near = any(abs(fact - limit) * 1000 <= abs(limit) for limit in limits)
        return words.exact(fact, atom.attribute) if near and "约" in has.zh else has

    def _number(self, atom: Atom, subject: Words, fact: Decimal) -> Words | None:
        """The difference; None where a number is not short of or beyond another one."""
        op, wanted = atom.op, atom.value
        if op == "between":
            low, high = wanted
            op, wanted = (">=", low) if fact < low else ("<=", high)
        if op == "==":
            op, wanted = (">=", wanted) if fact < wanted else ("<=", wanted)
        if op not in ("<", "<=", ">", ">="):
            return None
        difference = abs(wanted - fact)
        strict = op in ("<", ">")
        if strict and atom.attribute.type == "integer":
            # whole numbers: more than 5 is at least 6
            difference, strict = difference + 1, False
        if not difference:
            low = op == "<"
            zh = f"{subject.zh}正好到线，{'还要再低一些' if low else '还不够'}"
            en = f"right at the limit and must be {'below' if low else 'above'} it"
            return Words(zh, f"{words.upper(subject.en)}: {en}")
        gap = words.difference(difference, atom.attribute)
        if op in (">", ">="):
            return self._short(atom, subject, gap, strict)
        much = "高" if family(atom.attribute.unit or "") in ("ratio", "point") else "多"
        zh = f"{subject.zh}{_air(subject.zh[::-1])}比要求{much} {gap.zh}"
        return Words(zh, f"{words.upper(subject.en)}: {gap.en} above the limit")

    def _short(self, atom: Atom, subject: Words, gap: Words, strict: bool) -> Words:
        countable = family(atom.attribute.unit or "") == "piece" or (
            atom.attribute.unit is None and atom.attribute.type == "integer"
        )
        more = "more than " if strict else ""
        if countable and atom.years is None:
            zh = f"您还差 {gap.zh}{_air(subject.zh)}{subject.zh}"
            return Words(zh, f"You need {gap.en} more: {words.lower(subject.en)}")
        beyond = f"{_air(gap.zh[::-1])}以上" if strict else ""
        zh = f"{subject.zh}{_air(subject.zh[::-1])}还差 {gap.zh}{beyond}"
        return Words(zh, f"{words.upper(subject.en)}: short by {more}{gap.en}")

    def _flag(self, subject: Words, *, wanted: bool) -> Words:
        if wanted:
            zh = f"需要满足：{subject.zh}，现为“否”"
            return Words(zh, f"Needed: {words.lower(subject.en)}; at present it is no")
        zh = f"不能有：{subject.zh}，现为“是”"
        return Words(zh, f"Must not be so: {words.lower(subject.en)}; at present it is yes")

    def _set(self, atom: Atom, fact: frozenset[str]) -> Words:
        missing = [member for member in atom.value if member not in fact]
        told = words.values(missing, atom.attribute, self.teller.catalogue)
        if atom.op == "has_any" and len(missing) > 1:
            return Words(f"还缺（任意一项即可）：{told.zh}", f"Missing, any one will do: {told.en}")
        return Words(f"还缺：{told.zh}", f"Missing: {told.en}")

    def _day(self, atom: Atom, subject: Words, fact: date) -> Words:
        at = atom.day(self.as_of)
        if atom.op not in AGE:
            need = self.teller.required(atom)
            zh = f"{subject.zh}需要{need.zh}，现为 {fact}"
            return Words(zh, f"{words.upper(subject.en)} must be {need.en}; now: {fact}")
        if fact > at:
            zh = f"{subject.zh} {fact} 在 {at} 之后，还不能计算"
            return Words(zh, f"{words.upper(subject.en)} {fact} lies after {at}")
        length = words.period(atom.value)
        if atom.op == "within_last":
            start = subtract(at, atom.value)
            over = words.between(fact, start)
            zh = f"{subject.zh}需要在 {start} 到 {at} 之间，现为 {fact}，早了 {over.zh}"
            en = f"{words.upper(subject.en)} must lie from {start} to {at}; now: {fact}"
            return Words(zh, f"{en}, {over.en} too early")
        turning = add(fact, atom.value)
        if atom.op == "age_at_most":
            over = words.between(turning, at)
            zh = f"{subject.zh} {fact}，{turning} 已满 {length.zh}，超出 {over.zh}，补不回来"
            en = f"{words.upper(subject.en)} {fact}: {length.en} were over on {turning}"
            return Words(zh, f"{en}, {over.en} too early; nothing can close this")
        return self._too_young(atom, subject, fact, turning)

    def _too_young(self, atom: Atom, subject: Words, fact: date, turning: date) -> Words:
        at = atom.day(self.as_of)
        wait, length = words.between(at, turning), words.period(atom.value)
        verb = "成立" if "成立" in subject.zh else "过"
        if atom.moment is None:
            zh = f"还需再{verb} {wait.zh}（需要满 {length.zh}，{turning} 起满足）"
            en = f"{wait.en} to go (needed: {length.en}, met from {turning} on)"
        else:
            # the day that counts is fixed: waiting helps only the next round
            zh = f"到 {at} 还差 {wait.zh}（需要满 {length.zh}，{turning} 才满，本次赶不上）"
            en = f"on {at} still {wait.en} short of {length.en} (reached {turning}, too late)"
        return Words(f"{zh}：{subject.zh} {fact}", f"{words.upper(en)}: {subject.en} {fact}")


def _air(text: str) -> str:
    """A space where Chinese meets a figure or a Latin letter."""
    return " " if text[:1].isascii() else ""
