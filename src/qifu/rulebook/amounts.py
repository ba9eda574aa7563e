"""What a policy is worth: an arithmetic text, read once, answered with a range in CNY."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from qifu.rulebook.amount_parse import Parser
from qifu.rulebook.amount_tree import Node, Reader, fact_key
from qifu.rulebook.catalogue import Catalogue

FEN = Decimal("0.01")
# Digits carried on the way; facts and figures have at most 20, so a product of two is exact.
PRECISION = 60
# A sum of money with more digits than this is taken as without bound.
MOST_DIGITS = 40


@dataclass(frozen=True)
class AmountRange:
    """An amount in CNY, rounded half up to the fen: at least `low`, at most `high`.

    None is no bound on that side. `unknown` are the fact keys that would make it narrower.
    """

    low: Decimal | None
    high: Decimal | None
    unknown: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether it is one figure."""
        return self.low is not None and self.low == self.high


@dataclass(frozen=True)
class AmountExpr:
    """An amount that has been read and found good.

    `attributes` are the names that it reads; `reads` the same with the year that was written (None
    for a bare name, −1 for the last fiscal year, −2 for the one before, or a calendar year).
    """

    text: str
    root: Node
    reads: tuple[tuple[str, int | None], ...]

    @property
    def attributes(self) -> tuple[str, ...]:
        """The names of the attributes that it reads, each once, in order of appearance."""
        return tuple(dict.fromkeys(name for name, _ in self.reads))

    def keys(self, catalogue: Catalogue, *, as_of: date) -> tuple[str, ...]:
        """The fact keys that it reads on that day: `rd_expense@2025`, `region`."""
        keys = (fact_key(catalogue.attributes[n], year, as_of) for n, year in self.reads)
        return tuple(dict.fromkeys(keys))

    def evaluate(
        self, facts: Mapping[str, object], catalogue: Catalogue, *, as_of: date
    ) -> AmountRange:
        """The range over everything that the unknown facts can be within their catalogue bounds.

        `facts` are flat (`attr` or `attr@2025`), in the attributes' units; null or absent is
        unknown. A division by zero leaves no bound. RuleError for a fact that its attribute cannot
        have.
        """
        reader = Reader(facts, catalogue, as_of)
        with localcontext(Context(prec=PRECISION)):
            low, high = self.root.range(reader)
            unknown = () if low == high and low.is_finite() else tuple(reader.unknown)
            return AmountRange(_money(low), _money(high), unknown)


def parse_amount(expr: str, catalogue: Catalogue, *, path: str = "amount.expr") -> AmountExpr:
    """Read an amount; RuleError holds every mistake with its place in the text and what is allowed.

    Figures may have `_` between digits and 元, 万元, 亿元 or % behind them. The bare name of a
    yearly attribute means the calendar year before `as_of`; `rd_expense@2025` is that year,
    `rd_expense@-2` the year before the last. Operators are + - * / and parentheses, functions are
    min(a, b, …), max(a, b, …), round_down(x, step), if(condition, a, b),
    tier(x, 3_000_000: a, <=10_000_000: b, else: c) and per(count, amount for each).

    A step of `tier` with a bare limit means "up to and including"; `<` and `<=` may be written and
    grow, `>` and `>=` fall. The first step that fits counts. Conditions compare numbers
    (== != < <= > >=), codes and texts (== != with "…"), name flags, ask has(set, "member") or
    under(code, "4403"), and join with and, or, not. Money plus persons is refused; a bare figure
    fits every unit.
    """
    parser = Parser(expr, catalogue, path)
    root = parser.parse()
    return AmountExpr(expr, root, tuple(parser.reads))


def _money(value: Decimal) -> Decimal | None:
    if value.is_infinite() or value.adjusted() > MOST_DIGITS:
        return None
    # adding zero turns a negative zero into zero
    return value.quantize(FEN, ROUND_HALF_UP) + 0
