"""Read the text of an amount into a typed tree, and say of every mistake where it stands."""

from decimal import Decimal

from qifu.rulebook import amount_units as units
from qifu.rulebook.amount_conditions import Conditions
from qifu.rulebook.amount_tree import (
    INFINITE,
    Extreme,
    Figure,
    If,
    Node,
    Number,
    Product,
    RoundDown,
    Sum,
    Tier,
)
from qifu.rulebook.amount_units import Unit
from qifu.rulebook.amount_words import Word
from qifu.rulebook.facts import MOST_DIGITS
from qifu.rulebook.findings import RuleError

MOST_CHARACTERS = 2_000
FUNCTIONS = {
    "min": "min(a, b, …)",
    "max": "max(a, b, …)",
    "round_down": "round_down(x, step)",
    "if": "if(condition, a, b)",
    "tier": "tier(x, 3_000_000: a, 10_000_000: b, else: c)",
    "per": "per(count, amount for each)",
}
_BOUND = tuple[Node, Unit]


class Parser(Conditions):
    """One reading of one text: a descent over its words that gathers findings.

    Mistakes of meaning (an unknown attribute, units that do not fit) are gathered and reading goes
    on; a mistake of grammar ends the reading.
    """

    def parse(self) -> Node:
        """The whole text as one tree in CNY; RuleError with every finding."""
        if not isinstance(self.text, str) or not self.text.strip():
            self.say("type", "an amount is a text", self.text, "min(0.10 * rd_expense, 3_000_000)")
            raise RuleError(self.findings)
        if len(self.text) > MOST_CHARACTERS:
            message = "the amount is too long"
            found = f"{len(self.text)} characters"
            self.say("length", message, found, f"at most {MOST_CHARACTERS} characters")
            raise RuleError(self.findings)
        self.begin()
        first = self.word
        node, unit = self.sum()
        if self.word.kind != "end":
            self.stop("an operator or the end of the text: + - * /")
        if unit is not None and units.MONEY not in unit and unit:
            hint = "CNY; for so much each write per(count, amount)"
            self.wrong("unit", "the amount is no money", first, hint, found=units.name(unit))
        if self.findings:
            raise RuleError(self.findings)
        return node

    def sum(self) -> _BOUND:
        """Parts joined by + and −."""
        with self.deeper():
            node, unit = self.product()
            parts: list[tuple[int, Node]] = [(1, node)]
            while self.word.text in ("+", "-") and self.word.kind == "sign":
                sign = self.take()
                node, other = self.product()
                parts.append((1 if sign.text == "+" else -1, node))
                unit = self.join(unit, other, sign)
        return (parts[0][1] if len(parts) == 1 else Sum(tuple(parts))), unit

    def product(self) -> _BOUND:
        """Factors joined by * and /."""
        first, unit = self.signed()
        rest: list[tuple[bool, Node]] = []
        while self.word.text in ("*", "/") and self.word.kind == "sign":
            sign = self.take()
            node, other = self.signed()
            divide = sign.text == "/"
            if divide and self.constant(node) == 0:
                self.wrong("zero", "division by zero", sign, "a divisor that is not zero")
            result = units.divided(unit, other) if divide else units.times(unit, other)
            if result == units.NO_UNIT and units.NO_UNIT not in (unit, other):
                found = f"{units.name(unit)} {sign.text} {units.name(other)}"
                self.wrong("unit", "these units do not fit together", sign, found=found)
            unit = result
            rest.append((divide, node))
        return (Product(first, tuple(rest)) if rest else first), unit

    def signed(self) -> _BOUND:
        """A part with any number of signs before it."""
        minus = False
        while self.word.kind == "sign" and self.word.text in ("+", "-"):
            minus ^= self.take().text == "-"
        node, unit = self.atom()
        return (Sum(((-1, node),)) if minus else node), unit

    def atom(self) -> _BOUND:
        """A figure, an attribute, a function or a part in parentheses."""
        word = self.word
        if word.kind == "number":
            self.take()
            return Number(self.checked(word)), units.of_attribute(word.unit)
        if word.kind == "name" and self.after.text == "(" and word.year is None:
            return self.function(self.take())
        if word.kind == "name":
            self.take()
            return self.figure(word)
        if word.text == "(" and word.kind == "sign":
            self.take()
            bound = self.sum()
            self.expect(")")
            return bound
        self.stop("a figure, an attribute, a function or (")

    def figure(self, word: Word) -> _BOUND:
        """A numeric attribute, with the year it was written with."""
        attribute = self.attribute(word, ("number", "integer"), "a number")
        if attribute is None:
            return Number(Decimal(1)), None
        self.reads.append((attribute.name, word.year))
        return Figure(attribute.name, word.year), units.of_attribute(attribute.unit)

    def checked(self, word: Word) -> Decimal:
        """The figure; one with too many digits is a finding."""
        if len(word.value.as_tuple().digits) > MOST_DIGITS:
            self.wrong("bounds", "a figure has too many digits", word, f"{MOST_DIGITS} digits")
        return word.value

    def constant(self, node: Node) -> Decimal | None:
        """The value of a part in which nothing is to be looked up, else None."""
        match node:
            case Number(value):
                return value
            case Sum(parts):
                values = [(sign, self.constant(part)) for sign, part in parts]
                known = [sign * value for sign, value in values if value is not None]
                return sum(known, Decimal(0)) if len(known) == len(parts) else None
            case Product(first, rest):
                so_far = self.constant(first)
                for divide, part in rest:
                    factor = self.constant(part)
                    if so_far is None or factor is None or (divide and factor == 0):
                        return None
                    so_far = so_far / factor if divide else so_far * factor
                return so_far
        return None

    def function(self, name: Word) -> _BOUND:
        """A function with its arguments."""
        if name.text not in FUNCTIONS:
            self.wrong("function", "no such function", name, ", ".join(FUNCTIONS))
            raise RuleError(self.findings)
        self.expect("(")
        match name.text:
            case "min" | "max":
                bound = self.extreme(name)
            case "round_down":
                bound = self.round_down()
            case "if":
                bound = self.choice()
            case "tier":
                bound = self.tier()
            case _:
                bound = self.per(name)
        self.expect(")", FUNCTIONS[name.text])
        return bound

    def extreme(self, name: Word) -> _BOUND:
        node, unit = self.sum()
        parts = [node]
        while self.word.text == ",":
            comma = self.take()
            node, other = self.sum()
            parts.append(node)
            unit = self.join(unit, other, comma)
        if len(parts) == 1:
            self.stop(FUNCTIONS[name.text])
        return Extreme(name.text == "max", tuple(parts)), unit

    def round_down(self) -> _BOUND:
        node, unit = self.sum()
        self.expect(",", FUNCTIONS["round_down"])
        word = self.word
        step, other = self.sum()
        size = self.constant(step)
        if size is None or size <= 0:
            self.wrong("step", "the step must be a figure above zero", word, "10_000")
            size = Decimal(1)
        return RoundDown(node, size), self.join(unit, other, word)

    def choice(self) -> _BOUND:
        test = self.condition()
        self.expect(",", FUNCTIONS["if"])
        then, unit = self.sum()
        comma = self.expect(",", FUNCTIONS["if"])
        other, second = self.sum()
        return If(test, then, other), self.join(unit, second, comma)

    def per(self, name: Word) -> _BOUND:
        count, unit = self.sum()
        self.expect(",", FUNCTIONS["per"])
        each, money = self.sum()
        if unit is not None and not unit - {units.MONEY}:
            found = units.name(unit)
            self.wrong("unit", "per counts things, not money", name, FUNCTIONS["per"], found=found)
        if money is not None and units.MONEY not in money:
            found = units.name(money)
            self.wrong("unit", "each must be worth money", name, FUNCTIONS["per"], found=found)
        return Product(count, ((False, each),)), frozenset((units.MONEY,))

    def tier(self) -> _BOUND:
        """`tier(x, limit: value, …, else: value)`; see `parse_amount` for the limits."""
        node, counted = self.sum()
        steps: list[tuple[str, Decimal, Node]] = []
        unit: Unit = None
        while True:
            comma = self.expect(",", FUNCTIONS["tier"])
            last = self.word.kind == "name" and self.word.text == "else"
            if last:
                self.take()
            else:
                sign, limit = self.limit(counted, steps)
            self.expect(":", FUNCTIONS["tier"])
            value, other = self.sum()
            unit = self.join(unit, other, comma)
            if last:
                break
            steps.append((sign, limit, value))
        if not steps:
            self.stop(FUNCTIONS["tier"])
        return Tier(node, tuple(steps), value), unit

    def limit(self, counted: Unit, steps: list[tuple[str, Decimal, Node]]) -> tuple[str, Decimal]:
        """One limit with its sign; limits must grow under < and fall under >."""
        sign = "<="
        if self.word.text in ("<", "<=", ">", ">="):
            sign = self.take().text
        word = self.word
        node, unit = self.sum()
        self.join(counted, unit, word)
        limit = self.constant(node)
        if limit is None:
            self.wrong("tier", "a limit must be a figure", word, "3_000_000")
            return sign, INFINITE
        if steps:
            before_sign, before, _ = steps[-1]
            upwards = sign.startswith("<")
            if before_sign[0] != sign[0]:
                self.wrong("tier", "the limits of one tier look the same way", word, "< or > only")
            # `<10: a, <=10: b` is in order: the second step holds 10 itself
            elif not (before < limit if upwards else before > limit) and not (
                before == limit and len(before_sign) == 1 and len(sign) == 2
            ):
                order = "growing" if upwards else "falling"
                self.wrong("tier", "the limits are out of order", word, f"{order} limits")
        return sign, limit
