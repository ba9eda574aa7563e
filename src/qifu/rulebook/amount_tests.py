"""The conditions inside an amount's `if`: every one answers yes, no or unknown."""

from dataclasses import dataclass
from decimal import Decimal

from qifu.rulebook.amount_tree import COMPARE, Node, Range, Reader, Test, settled

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Comparison:
    """Two numbers compared; unknown while their ranges leave both answers open."""

    left: Node
    sign: str
    right: Node

    def holds(self, reader: Reader) -> bool | None:
        left, right = self.left.range(reader), self.right.range(reader)
        if self.sign in ("==", "!="):
            return self._equal(*map(settled, left), *map(settled, right))
        if _surely(left, self.sign, right):
            return True
        return False if _surely(left, _OPPOSITE[self.sign], right) else None

    def _equal(self, low: Decimal, high: Decimal, least: Decimal, most: Decimal) -> bool | None:
        if high < least or most < low:
            return self.sign == "!="
        if low == high == least == most and low.is_finite():
            return self.sign == "=="
        return None


def _surely(left: Range, sign: str, right: Range) -> bool:
    near, far = (left.high, right.low) if sign.startswith("<") else (left.low, right.high)
    # two ends without bound say nothing about each other
    return not (near.is_infinite() and far.is_infinite()) and COMPARE[sign](near, far)


@dataclass(frozen=True)
class Flag:
    """A flag, as the fact has it."""

    name: str
    year: int | None

    def holds(self, reader: Reader) -> bool | None:
        value = reader.read(self.name, self.year)
        return None if value is None else value is True


@dataclass(frozen=True)
class Has:
    """Whether a set holds a member."""

    name: str
    year: int | None
    member: str

    def holds(self, reader: Reader) -> bool | None:
        value = reader.read(self.name, self.year)
        if value is None:
            return None
        assert isinstance(value, frozenset)
        return self.member in value


@dataclass(frozen=True)
class Same:
    """Whether a code or a text is the one given, or is not; unknown for a code above it."""

    name: str
    year: int | None
    equal: bool
    value: str

    def holds(self, reader: Reader) -> bool | None:
        value = reader.read(self.name, self.year)
        if value is None or reader.is_above(self.name, self.year, str(value), self.value):
            return None
        return (value == self.value) is self.equal


@dataclass(frozen=True)
class Under:
    """Whether a code is the one given or below it; unknown for a code above it."""

    name: str
    year: int | None
    value: str

    def holds(self, reader: Reader) -> bool | None:
        value = reader.read(self.name, self.year)
        if value is None:
            return None
        tree = reader.catalogue.tree(reader.attribute(self.name))
        if tree.is_under(str(value), self.value):
            return True
        return None if reader.is_above(self.name, self.year, str(value), self.value) else False


@dataclass(frozen=True)
class Every:
    """`and` over several conditions."""

    parts: tuple[Test, ...]

    def holds(self, reader: Reader) -> bool | None:
        answers = [part.holds(reader) for part in self.parts]
        return False if False in answers else None if None in answers else True


@dataclass(frozen=True)
class Some:
    """`or` over several conditions."""

    parts: tuple[Test, ...]

    def holds(self, reader: Reader) -> bool | None:
        answers = [part.holds(reader) for part in self.parts]
        return True if True in answers else None if None in answers else False


@dataclass(frozen=True)
class Not:
    """The opposite; of unknown, unknown."""

    part: Test

    def holds(self, reader: Reader) -> bool | None:
        answer = self.part.holds(reader)
        return None if answer is None else not answer
