"""A draft of a policy: its elements, what a person did to each of them, what is unread."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from qifu.textmine.policy_reading.folding import fold
from qifu.textmine.policy_reading.marks import (
    AMOUNT,
    CONDITION,
    CONTACT,
    EXCLUSION,
    PAPER,
    PATHS,
    STEP,
    WINDOW,
)
from qifu.textmine.policy_reading.texts import Text

OPEN, CONFIRMED, MENDED, DROPPED = "open", "confirmed", "mended", "dropped"
STATES: Final = (OPEN, CONFIRMED, MENDED, DROPPED)
# what a text never says and a person always has to
NEEDED: Final = ("id", "version", "title", "when")
# what a person may add to what was read, and the note on it
ADDABLE: Final = (CONDITION, AMOUNT, WINDOW, PAPER, STEP, CONTACT, EXCLUSION)
ADDED: Final = "人工添加 · added by hand"
Span = tuple[int, int]


class Unfinished(ValueError):
    """A draft that may not become a document yet: `open` clauses, `missing` parts."""

    def __init__(self, open_: tuple[str, ...], missing: tuple[str, ...]) -> None:
        parts = [f"open: {', '.join(open_)}"] if open_ else []
        parts += [f"missing: {', '.join(missing)}"] if missing else []
        super().__init__("; ".join(parts))
        self.open = open_
        self.missing = missing


@dataclass(frozen=True)
class Element:
    """One thing that the text says.

    `span` counts characters of the text and `quote` is what stands there. `says` is how it was
    read (attr, op, value, unit, period; shape, value, unit, of, …), `clause` what it puts into the
    document at `path` (a condition, a text, a window); an amount has none, all of them together
    make `amount.expr`. `confidence` is 0 to 1 and an order, not a probability. `group` names one of
    the draft's groups, `when` the conditions on which an amount hangs.
    """

    id: str
    kind: str
    path: str
    span: Span
    quote: str
    confidence: float
    note: str = ""
    says: Mapping[str, Any] = field(default_factory=dict)
    clause: Any = None
    group: str | None = None
    when: tuple[str, ...] = ()
    state: str = OPEN

    @property
    def proposed(self) -> bool:
        """Whether it names an attribute, or a value, that the catalogue does not have."""
        values = self.says.get("value")
        named = [self.says.get("attr"), *(values if isinstance(values, list) else [values])]
        return any(str(name).startswith("new:") for name in named)


@dataclass(frozen=True)
class Draft:
    """What was read from one text; nothing of it is a policy before a person has seen each clause.

    `groups` are the choices (`{"shape": "any" | "all" | "not" | "at_least", "k", "in"}`), `unread`
    the spans in lists of conditions and of sums that gave nothing, `notes` what a person should
    know of the text as a whole.
    """

    name: str
    doc: str
    content: str
    starts: tuple[int, ...]
    elements: tuple[Element, ...]
    groups: Mapping[str, Mapping[str, Any]]
    unread: tuple[Span, ...]
    notes: tuple[str, ...] = ()
    filled: Mapping[str, Any] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The policy document of ENGINE.md as far as the text and the person have said it."""
        from qifu.textmine.policy_reading.composing import compose  # noqa: PLC0415 - it reads drafts

        return compose(self)

    @property
    def open(self) -> tuple[str, ...]:
        """The ids of the elements that nobody has confirmed, mended or dropped."""
        return tuple(element.id for element in self.elements if element.state == OPEN)

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts of a policy that are needed and not there."""
        document = self.document
        return tuple(key for key in NEEDED if document.get(key) in (None, "", {}))

    @property
    def proposals(self) -> tuple[dict[str, Any], ...]:
        """Attributes that the catalogue lacks, as they might be added: name, type, unit, words."""
        found: dict[str, dict[str, Any]] = {}
        for element in self.elements:
            name = str(element.says.get("attr", ""))
            if element.kind != CONDITION or not name.startswith("new:") or element.state == DROPPED:
                continue
            op, value = element.says.get("op"), element.says.get("value")
            kind = (
                "flag" if isinstance(value, bool) else "text" if op == "human_judged" else "number"
            )
            row = {
                "name": name.removeprefix("new:"),
                "type": kind,
                "unit": element.says.get("unit"),
            }
            found.setdefault(name, row | {"zh": element.quote, "elements": []})
            found[name]["elements"].append(element.id)
        return tuple(found.values())

    def element(self, ident: str) -> Element:
        """The element of that id; KeyError where there is none."""
        for element in self.elements:
            if element.id == ident:
                return element
        raise KeyError(ident)

    def to_json(self) -> dict[str, Any]:
        """Everything as plain JSON; `from_json` gives the same draft back."""
        return {
            "format": 1,
            "name": self.name,
            "doc": self.doc,
            "content": self.content,
            "elements": [_element_json(element) for element in self.elements],
            "groups": {name: dict(group) for name, group in self.groups.items()},
            "unread": [list(span) for span in self.unread],
            "notes": list(self.notes),
            "filled": dict(self.filled),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Draft":
        """The draft that `to_json` wrote; ValueError for one whose quotes do not fit its text."""
        if data.get("format") != 1:
            raise ValueError(f"a draft of format {data.get('format')!r}, not 1")
        content = str(data["content"])
        elements = []
        for row in data["elements"]:
            span = (int(row["span"][0]), int(row["span"][1]))
            if content[span[0] : span[1]] != row["quote"] or row["state"] not in STATES:
                raise ValueError(f"element {row['id']} does not fit the text")
            elements.append(Element(**{**row, "span": span, "when": tuple(row["when"])}))
        starts = (0, *(at + 1 for at, char in enumerate(content) if char == "\n"))
        return cls(
            str(data["name"]), str(data["doc"]), content, starts, tuple(elements), data["groups"],
            tuple((int(a), int(b)) for a, b in data["unread"]), tuple(data["notes"]),
            data.get("filled", {}),
        )  # fmt: skip


def confirm(draft: Draft, ident: str) -> Draft:
    """The draft with one element confirmed as it was read."""
    return _with(draft, replace(draft.element(ident), state=CONFIRMED))


def drop(draft: Draft, ident: str) -> Draft:
    """The draft with one element left out of the document."""
    return _with(draft, replace(draft.element(ident), state=DROPPED))


def reopen(draft: Draft, ident: str) -> Draft:
    """The draft with one element open again; what it was mended to stays."""
    return _with(draft, replace(draft.element(ident), state=OPEN))


def mend(draft: Draft, ident: str, clause: Any) -> Draft:
    """The draft with another clause for one element; its place in the text stays.

    For a condition a mapping with attr, op, value …, where its src is kept; for an amount what it
    says (shape, value, unit, of); for the rest the text or the mapping that stands at its path.
    """
    old = draft.element(ident)
    _fits(old.kind, clause)
    if old.kind == AMOUNT:
        return _with(draft, replace(old, says=dict(clause), state=MENDED))
    if old.kind == CONDITION:
        src = (old.clause or {}).get("src")
        clause = {**clause, **({"src": src} if src and "src" not in clause else {})}
        says = {key: value for key, value in clause.items() if key not in ("src", "id")}
        return _with(draft, replace(old, clause=clause, says=says, state=MENDED))
    return _with(draft, replace(old, clause=clause, state=MENDED))


def add(
    draft: Draft, kind: str, clause: Any, *, words: str = "", group: str | None = None
) -> Draft:
    """The draft with one clause more, which a person has written: it counts as confirmed.

    `kind` is one of `ADDABLE`, `clause` as `mend` takes it. `words` are those of the text that it
    rests on (ValueError where the text has none such); without them it has no place there. `group`
    names the choice of the draft in which a condition stands.
    """
    if kind not in ADDABLE:
        raise ValueError(f"no clause of kind {kind!r} can be added")
    if group is not None and (kind != CONDITION or group not in draft.groups):
        raise ValueError(f"no choice {group!r}")
    _fits(kind, clause)
    span, quote = (0, 0), ""
    if words.strip():
        begin = fold(draft.content).find(fold(words.strip()))
        if begin < 0:
            raise ValueError("the text has no such words")
        span = (begin, begin + len(words.strip()))
        quote = draft.content[slice(*span)]
    says: Mapping[str, Any] = {}
    if kind == AMOUNT:
        says, clause = dict(clause), None
    elif kind == CONDITION:
        says = {key: value for key, value in clause.items() if key not in ("src", "id")}
        clause = dict(says)
        if quote:
            text = Text(draft.content, draft.name, doc=draft.doc)
            para, (start, end) = text.place(*span)
            said = text.paragraphs[para][start:end]
            clause["src"] = {"doc": draft.doc, "para": para, "span": [start, end], "quote": said}
    path = next(iter(clause)) if kind == WINDOW else PATHS[kind]
    made = Element(
        newest(draft, 1), kind, path, span, quote, 1.0, ADDED, says, clause, group, state=CONFIRMED
    )
    after = [at for at, one in enumerate(draft.elements) if one.span[0] > span[0]]
    at = after[0] if quote and after else len(draft.elements)
    return replace(draft, elements=(*draft.elements[:at], made, *draft.elements[at:]))


def newest(draft: Draft, more: int = 0) -> str:
    """The id of the clause that was added last, or with `more` = 1 of the next one: h1, h2 …"""
    known = [int(one.id[1:]) for one in draft.elements if one.id.startswith("h")]
    return f"h{max(known, default=0) + more}"


def fill(draft: Draft, key: str, value: Any) -> Draft:
    """The draft with a part that the text does not say: id, version, title, amount, excludes …."""
    return replace(draft, filled={**draft.filled, key: value})


def finish(draft: Draft) -> dict[str, Any]:
    """The document of a draft that a person has gone through; `Unfinished` where that is not so.

    It is written in the language of ENGINE.md and still has to be read by `rulebook.parse_policy`,
    which refuses attributes that the catalogue lacks.
    """
    open_, missing = draft.open, draft.missing
    if open_ or missing:
        raise Unfinished(open_, missing)
    return draft.document


def _fits(kind: str, clause: Any) -> None:
    """ValueError where a clause has not what its kind needs."""
    if kind == AMOUNT and not (
        isinstance(clause, Mapping) and {"shape", "value", "unit"} <= set(clause)
    ):
        raise ValueError("an amount is {shape, value, unit, …}")
    if kind == CONDITION and not (isinstance(clause, Mapping) and {"attr", "op"} <= set(clause)):
        raise ValueError("a condition is {attr, op, value, …}")
    if kind == WINDOW and not (
        isinstance(clause, Mapping) and len(clause) == 1 and {*clause} <= {"window", "effective"}
    ):
        raise ValueError("a window is {window: {opens, closes}} or {effective: {from, to}}")


def _with(draft: Draft, element: Element) -> Draft:
    elements = tuple(element if one.id == element.id else one for one in draft.elements)
    return replace(draft, elements=elements)


def _element_json(element: Element) -> dict[str, Any]:
    return {
        "id": element.id, "kind": element.kind, "path": element.path, "span": list(element.span),
        "quote": element.quote, "confidence": element.confidence, "note": element.note,
        "says": dict(element.says), "clause": element.clause, "group": element.group,
        "when": list(element.when), "state": element.state,
    }  # fmt: skip
