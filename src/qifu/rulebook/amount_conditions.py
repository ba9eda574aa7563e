"""Read the conditions inside an amount's `if`, and what reading numbers and conditions share."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from qifu.rulebook import amount_units as units
from qifu.rulebook.amount_tests import Comparison, Every, Flag, Has, Not, Same, Some, Under
from qifu.rulebook.amount_tree import Node, Test
from qifu.rulebook.amount_units import Unit
from qifu.rulebook.amount_words import Unreadable, Word, words
from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.facts import Unfit, read_code, read_member, similar
from qifu.rulebook.findings import Finding, RuleError, shorten

DEEPEST = 40
_COMPARE = ("==", "!=", "<", "<=", ">", ">=")
_TESTS = {"has": ("set",), "under": ("code",)}
_TESTS_SHOWN = {"has": 'has(set, "member")', "under": 'under(region, "4403")'}


class Conditions:
    """The half of the parser that reads conditions; `sum`, which reads numbers, is in the other."""

    def __init__(self, text: str, catalogue: Catalogue, path: str) -> None:
        self.text = text
        self.catalogue = catalogue
        self.path = path
        self.findings: list[Finding] = []
        self.reads: list[tuple[str, int | None]] = []
        self._words: list[Word] = []
        self._at = 0
        self._depth = 0

    @abstractmethod
    def sum(self) -> tuple[Node, Unit]:
        """A number and its unit."""

    # words

    def begin(self) -> None:
        """Cut the text into words; RuleError for a character that begins none."""
        try:
            self._words = words(self.text)
        except Unreadable as error:
            allowed = 'figures, names, "texts" and + - * / ( ) , : < > = !'
            place = f"character {error.place}: this cannot be read here"
            self.say("syntax", place, error.text, allowed)
            raise RuleError(self.findings) from None

    @property
    def word(self) -> Word:
        """The word that comes next."""
        return self._words[self._at]

    @property
    def after(self) -> Word:
        """The word after the next."""
        return self._words[min(self._at + 1, len(self._words) - 1)]

    def take(self) -> Word:
        """The next word, which is then behind us."""
        word = self.word
        self._at = min(self._at + 1, len(self._words) - 1)
        return word

    def expect(self, sign: str, shown: str = "") -> Word:
        """Take this sign; anything else ends the reading."""
        if self.word.kind != "sign" or self.word.text != sign:
            self.stop(f"{sign} in {shown}" if shown else sign)
        return self.take()

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level further down; too many end the reading before they exhaust the stack."""
        self._depth += 1
        if self._depth > DEEPEST:
            self.wrong("depth", "nested too deep", self.word, f"at most {DEEPEST} levels")
            raise RuleError(self.findings)
        yield
        self._depth -= 1

    # findings

    def say(self, code: str, message: str, found: object = None, allowed: str = "") -> None:
        """Note a mistake of the whole text."""
        self.findings.append(Finding(code, self.path, message, found, allowed))

    def wrong(
        self, code: str, message: str, word: Word, allowed: str = "", *, found: object = None
    ) -> None:
        """Note a mistake at a word."""
        place = f"character {word.place}: {message}"
        self.say(code, place, word.text if found is None else found, allowed)

    def stop(self, allowed: str) -> NoReturn:
        """Note that the next word cannot stand here, and end the reading."""
        self.wrong("syntax", "this cannot stand here", self.word, allowed)
        raise RuleError(self.findings)

    def join(self, one: Unit, other: Unit, word: Word) -> Unit:
        """The unit of two parts that must be alike; a finding where they are not."""
        unit = units.together(one, other)
        if unit == units.NO_UNIT and units.NO_UNIT not in (one, other):
            found = f"{units.name(one)} and {units.name(other)}"
            self.wrong(
                "unit", "these units do not fit together", word, "the same unit", found=found
            )
        return unit

    def attribute(self, word: Word, types: tuple[str, ...], wanted: str) -> Attribute | None:
        """The attribute of that name and one of these types, with a year only if it has years."""
        attribute = self.catalogue.get(word.text.partition("@")[0])
        if attribute is None:
            allowed = similar(word.text, (a.name for a in self.catalogue if a.type in types))
            self.wrong("unknown_attribute", "no such attribute in the catalogue", word, allowed)
            return None
        if attribute.type not in types:
            self.wrong("type", f"this attribute is a {attribute.type}, not {wanted}", word)
            return None
        if word.year is not None:
            if attribute.declared and not attribute.period:
                message = "this attribute has no years"
                self.wrong("period", message, word, attribute.name)
                return None
            if not (-9 <= word.year <= -1 or 1900 <= word.year <= 2999):
                allowed = f"{attribute.name}@2025, {attribute.name}@-1"
                self.wrong("period", "no such year", word, allowed)
                return None
        return attribute

    # conditions

    def condition(self) -> Test:
        """Conditions joined by `or`."""
        with self.deeper():
            parts = [self.all_of()]
            while self.is_name("or"):
                self.take()
                parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def all_of(self) -> Test:
        """Conditions joined by `and`."""
        parts = [self.one()]
        while self.is_name("and"):
            self.take()
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def is_name(self, name: str) -> bool:
        """Whether the next word is this name."""
        return self.word.kind == "name" and self.word.text == name

    def one(self) -> Test:
        """One condition, with any number of `not` before it."""
        negative = False
        while self.is_name("not"):
            self.take()
            negative = not negative
        test = self.simple()
        return Not(test) if negative else test

    def simple(self) -> Test:
        word = self.word
        if word.kind == "name" and word.text in _TESTS and self.after.text == "(":
            return self.membership(self.take())
        if word.kind == "name" and self.after.text != "(":
            attribute = self.catalogue.get(word.text.partition("@")[0])
            kind = attribute.type if attribute else ""
            if kind == "flag":
                return self.flag()
            if kind in ("code", "text"):
                return self.same()
        if word.text == "(" and self.bracket_holds_condition():
            self.take()
            test = self.condition()
            self.expect(")")
            return test
        return self.comparison()

    def bracket_holds_condition(self) -> bool:
        """Whether what stands in these parentheses is a condition and not a number.

        It is where a comparison, `and`, `or`, `not`, `has`, `under` or a flag stands in them, at
        whatever depth, outside an `if`, which holds conditions of its own.
        """
        depth, inside_if, at = 0, [False], self._at
        for at in range(self._at, len(self._words)):
            word = self._words[at]
            if word.kind == "sign" and word.text == "(":
                depth += 1
                before = self._words[at - 1]
                own = before.kind == "name" and before.text in ("if", "tier")
                inside_if.append(inside_if[-1] or own)
            elif word.kind == "sign" and word.text == ")":
                depth -= 1
                inside_if.pop()
                if depth == 0:
                    return False
            elif not inside_if[-1] and self.tells_condition(word):
                return True
        return False

    def tells_condition(self, word: Word) -> bool:
        """Whether this word only stands in a condition."""
        if word.kind == "name":
            attribute = self.catalogue.get(word.text.partition("@")[0])
            flag = attribute is not None and attribute.type not in ("number", "integer")
            return flag or word.text in ("and", "or", "not", *_TESTS)
        return word.kind == "sign" and word.text in _COMPARE

    def comparison(self) -> Test:
        """Two numbers compared."""
        left, one = self.sum()
        sign = self.word
        if sign.kind != "sign" or sign.text not in _COMPARE:
            self.stop("a comparison: " + " ".join(_COMPARE))
        self.take()
        right, other = self.sum()
        self.join(one, other, sign)
        return Comparison(left, sign.text, right)

    def flag(self) -> Test:
        word = self.take()
        attribute = self.attribute(word, ("flag",), "a flag")
        if attribute is None:
            return Flag(word.text, None)
        self.reads.append((attribute.name, word.year))
        return Flag(attribute.name, word.year)

    def same(self) -> Test:
        word = self.take()
        attribute = self.attribute(word, ("code", "text"), "a code or a text")
        if self.word.text not in ("==", "!=") or self.word.kind != "sign":
            self.stop(f'{word.text} == "…" or !=')
        sign = self.take()
        value = self.quoted(f'a text in quotes: {word.text} {sign.text} "…"')
        if attribute is None:
            return Flag(word.text, None)
        self.reads.append((attribute.name, word.year))
        member = self.member(attribute, value)
        return Same(attribute.name, word.year, sign.text == "==", member)

    def membership(self, name: Word) -> Test:
        """`has(set, "member")` or `under(code, "4403")`."""
        shown = _TESTS_SHOWN[name.text]
        self.expect("(")
        if self.word.kind != "name":
            self.stop(shown)
        word = self.take()
        types = _TESTS[name.text]
        attribute = self.attribute(word, types, f"a {types[0]}")
        self.expect(",", shown)
        value = self.quoted(shown)
        self.expect(")", shown)
        if attribute is None:
            return Flag(word.text, None)
        self.reads.append((attribute.name, word.year))
        member = self.member(attribute, value)
        return (Has if name.text == "has" else Under)(attribute.name, word.year, member)

    def quoted(self, shown: str) -> Word:
        """A text in quotes."""
        if self.word.kind != "text":
            self.stop(shown)
        return self.take()

    def member(self, attribute: Attribute, word: Word) -> str:
        """The text as a value of the attribute; a finding where it cannot be one."""
        try:
            if attribute.type == "code":
                return read_code(word.text, attribute, self.catalogue)
            return read_member(word.text, attribute)
        except Unfit as error:
            found = shorten(word.text).strip("'")
            self.wrong(error.code, str(error), word, error.allowed, found=found)
            return word.text
