"""Trees of codes: regions (GB/T 2260), industries (GB/T 4754) and what else a city pack brings."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from qifu.rulebook.findings import Finding, RuleError

REGION, INDUSTRY = "region", "industry"
_INDUSTRY_SHAPE = re.compile(r"[A-T](\d{2,4})?", re.ASCII)
# GB/T 4754-2017: the last division (two digits) of each section; sections follow each other
_LAST_DIVISIONS = dict(
    A=5, B=12, C=43, D=46, E=50, F=52, G=60, H=62, I=65, J=69, K=70, L=72, M=75, N=79, O=82, P=83,
    Q=85, R=90, S=96, T=97,
)  # fmt: skip
_SECTIONS = {
    f"{division:02d}": next(s for s, last in _LAST_DIVISIONS.items() if division <= last)
    for division in range(1, 98)
}


def strip_region(code: str) -> str:
    """A region code without its trailing zeros: 440300 → 4403, 440306001000 → 440306001.

    Levels are two, four and six digits, below them nine (street) and twelve (community).
    """
    while len(code) in (9, 12) and code.endswith("000"):
        code = code[:-3]
    while len(code) in (4, 6) and code.endswith("00"):
        code = code[:-2]
    return code


class CodeTree:
    """Codes with names, each under at most one other; methods take codes as people write them."""

    def __init__(
        self,
        name: str,
        labels: Mapping[str, tuple[str, str]],
        parents: Mapping[str, str | None],
    ) -> None:
        """`labels`: code → (Chinese name, English name or ""); `parents`: code → code above."""
        self.name = name
        self._labels = dict(labels)
        self._children: dict[str | None, list[str]] = {}
        self._ancestors: dict[str, tuple[str, ...]] = {}
        for code, parent in parents.items():
            self._children.setdefault(parent, []).append(code)
        for code in labels:
            self._ancestors[code] = _climb(name, code, parents)
        self._letter = {
            code[1:]: code
            for code in labels
            if name == INDUSTRY and len(code) > 1 and code[0].isalpha()
        }

    @classmethod
    def from_rows(
        cls,
        name: str,
        rows: Iterable[tuple[str, ...]],
        *,
        parent: Callable[[str], str | None] | None = None,
    ) -> "CodeTree":
        """A tree from rows (code, name_zh) or (code, name_zh, name_en).

        `parent` gives the code above; without it that is the longest code of the tree that begins
        this one, which is right for GB/T 2260 and GB/T 4754. Codes named twice are refused.
        """
        labels: dict[str, tuple[str, str]] = {}
        twice = []
        for row in rows:
            code = strip_region(str(row[0]).strip()) if name == REGION else str(row[0]).strip()
            if code in labels:
                twice.append(
                    Finding("duplicate_code", name, "a code stands twice in this tree", code)
                )
            labels[code] = (row[1], row[2] if len(row) > 2 else "")
        if twice:
            raise RuleError(twice)
        above = parent or (lambda code: _longest_beginning(code, labels))
        return cls(name, labels, {code: above(code) for code in labels})

    def normalise(self, code: str) -> str:
        """The code as the tree writes it: regions lose trailing 00 pairs, 3511 becomes C3511."""
        code = code.strip()
        if self.name == REGION:
            return strip_region(code)
        if self.name == INDUSTRY:
            code = code.upper()
            return self._letter.get(code, code)
        return code

    def has(self, code: str) -> bool:
        """Whether this is a node of the tree; `C3` is not one."""
        return self.normalise(code) in self._labels

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes above this one, nearest first; none for a code that is no node."""
        return self._ancestors.get(self.normalise(code), ())

    def is_under(self, code: str, ancestor: str) -> bool:
        """Whether `code` is `ancestor` or below it."""
        code, ancestor = self.normalise(code), self.normalise(ancestor)
        return code == ancestor or ancestor in self.ancestors(code)

    def children(self, code: str | None = None) -> tuple[str, ...]:
        """The codes right below this one, or the roots, in the order of the rows."""
        return tuple(self._children.get(None if code is None else self.normalise(code), ()))

    def label(self, code: str, language: str = "zh") -> str:
        """The name in `zh` or `en`; Chinese where there is no English, the code where no name."""
        zh, en = self._labels.get(self.normalise(code), (code, ""))
        return (en or zh) if language == "en" else zh

    def describe(self) -> str:
        """What a value may be, for a finding."""
        some = ", ".join(list(self._labels)[:3])
        return f"a code of the tree '{self.name}' ({some} …)"

    @property
    def content_hash(self) -> str:
        """SHA-256 over codes, names and positions."""
        lines = (
            f"{code}\t{zh}\t{en}\t{'/'.join(self.ancestors(code))}"
            for code, (zh, en) in sorted(self._labels.items())
        )
        return hashlib.sha256("\n".join((self.name, *lines)).encode()).hexdigest()

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.has(code)


class PrefixTree(CodeTree):
    """A tree of which only the way codes are built is known: a code is under its beginnings.

    Regions have levels of 2, 4, 6, 9 and 12 digits, industries of 1, 3, 4 and 5 characters;
    codes of any other tree are under every beginning. A code is refused only for its shape, an
    industry also where no section has its division (C3, C98, D35).
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, {}, {})
        # the same codes are asked for again and again
        self._above: dict[str, tuple[str, ...]] = {}

    def normalise(self, code: str) -> str:
        code = super().normalise(code)
        if self.name == INDUSTRY and code[:1].isdigit() and len(code) <= 4:
            return _SECTIONS.get(code[:2], "") + code
        return code

    def has(self, code: str) -> bool:
        code = self.normalise(code)
        if self.name == REGION:
            return code.isascii() and code.isdigit() and len(code) in (2, 4, 6, 9, 12)
        if self.name == INDUSTRY:
            shaped = _INDUSTRY_SHAPE.fullmatch(code) is not None
            return shaped and (len(code) == 1 or _SECTIONS.get(code[1:3]) == code[0])
        return bool(code)

    def ancestors(self, code: str) -> tuple[str, ...]:
        found = self._above.get(code)
        if found is None:
            found = self._above[code] = self._cut(self.normalise(code))
        return found

    def _cut(self, code: str) -> tuple[str, ...]:
        levels: Iterable[int] = range(1, len(code))
        if self.name == REGION:
            levels = (2, 4, 6, 9)
        elif self.name == INDUSTRY:
            levels = (1, 3, 4)
        return tuple(code[:n] for n in reversed(tuple(levels)) if n < len(code))

    def describe(self) -> str:
        if self.name == REGION:
            return "a region code of 2, 4 or 6 digits (44, 4403, 440306)"
        if self.name == INDUSTRY:
            return "an industry code: section letter and 2 to 4 digits (C, C35, C351, C3511)"
        return f"a code of the tree '{self.name}'"

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.has(code)


def _longest_beginning(code: str, known: Mapping[str, object]) -> str | None:
    return next((code[:n] for n in range(len(code) - 1, 0, -1) if code[:n] in known), None)


def _climb(name: str, code: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    found: list[str] = []
    above = parents.get(code)
    while above is not None:
        if above in found or above == code:
            way = " → ".join((code, *found, above))
            raise RuleError(Finding("code_cycle", name, "a code is above itself", way))
        found.append(above)
        above = parents.get(above)
    return tuple(found)
