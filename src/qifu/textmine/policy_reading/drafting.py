"""From a text to a draft: every reader in turn, then elements with ids, paths and clauses."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from qifu.rulebook.amounts import parse_amount
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.findings import RuleError
from qifu.textmine.policy_reading.amounts import read_amounts
from qifu.textmine.policy_reading.clauses import condition_clause
from qifu.textmine.policy_reading.conditions import read_conditions
from qifu.textmine.policy_reading.drafts import Draft, Element
from qifu.textmine.policy_reading.heads import read_head
from qifu.textmine.policy_reading.lexicon import Lexicon
from qifu.textmine.policy_reading.marks import (
    AMOUNT,
    BODY,
    CONDITION,
    CONTACT,
    DATE,
    EXCLUSION,
    NUMBER,
    PAPER,
    PATHS,
    REGION,
    STEP,
    TITLE,
    WINDOW,
    Choice,
    Mark,
)
from qifu.textmine.policy_reading.places import NEW, Gazetteer, area_code, catalogue_tree
from qifu.textmine.policy_reading.sheet import Sheet, prepare
from qifu.textmine.policy_reading.sums import expression
from qifu.textmine.policy_reading.texts import Text
from qifu.textmine.policy_reading.unread import unread_spans

_LETTERS = {
    CONDITION: "c", AMOUNT: "a", WINDOW: "w", PAPER: "p", STEP: "s", TITLE: "t", BODY: "b",
    NUMBER: "n", REGION: "r", CONTACT: "k", EXCLUSION: "x", DATE: "d",
}  # fmt: skip
# roles of contacts as cards name them; a platform is none of these
_CONTACT_KINDS = {"hotline": "hotline", "window": "service_center", "department": "unit_window"}


class PolicyReader:
    """Reads texts against one catalogue; its lexicon is built once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.lexicon = Lexicon(catalogue)
        self.tree = catalogue_tree(catalogue)

    def draft(self, text: Text, *, area: str = "") -> Draft:
        """The draft of a text; `area` is the code or the name of the place that issues it."""
        sheet = self.sheet(text.content, area)
        marks, conditions, amounts = self.marks(sheet)
        names: dict[int, str] = {}
        groups: dict[str, dict[str, Any]] = {}
        ids = dict(_ids(marks))
        _hang(conditions, amounts)
        elements = tuple(
            self._element(mark, ids, text, _named(mark.group, names, groups), sheet)
            for mark in marks
        )
        draft = Draft(
            text.name, text.doc, text.content, text.starts, elements, groups,
            tuple(unread_spans(sheet, marks)),
            (*text.notes, *_programmes(sheet, conditions, amounts)),
        )  # fmt: skip
        return self._noted(draft)

    def sheet(self, content: str, area: str = "") -> Sheet:
        """The text prepared for reading."""
        code = area_code(area, self.tree) if area else None
        return prepare(content, self.lexicon, Gazetteer(self.tree, code))

    def marks(self, sheet: Sheet) -> tuple[list[Mark], list[Mark], list[Mark]]:
        """(all marks in order, the conditions, the amounts)."""
        amounts = read_amounts(sheet)
        conditions = read_conditions(sheet, amounts)
        head = read_head(sheet, conditions)
        return (
            sorted([*head, *conditions, *amounts], key=lambda m: (m.start, m.end)),
            conditions,
            amounts,
        )

    def _element(
        self, mark: Mark, ids: Mapping[int, str], text: Text, group: str | None, sheet: Sheet
    ) -> Element:
        quote = text.content[mark.start : mark.end]
        note, path = mark.note, PATHS.get(mark.kind, mark.kind)
        clause: Any = None
        if mark.kind == CONDITION:
            clause, note = condition_clause(mark, text, self.catalogue)
        elif mark.kind == WINDOW:
            path, clause = _window(mark)
        elif mark.kind == REGION:
            value = str(mark.says["value"])
            clause = None if value.startswith(NEW) else value
        elif mark.kind == DATE:
            published = mark.says.get("role") == "published" and not str(
                mark.says["value"]
            ).startswith("-")
            path, clause = (
                ("published", {"published": mark.says["value"]}) if published else ("", None)
            )
        elif mark.kind == STEP:
            clause = {"text": {"zh": quote}}
        elif mark.kind == CONTACT:
            kind = _CONTACT_KINDS.get(mark.says["role"])
            clause = {"role": mark.says["role"], "zh": quote} | (
                {"contact_kind": kind} if kind else {}
            )
        elif mark.kind in (PAPER, EXCLUSION):
            clause = {"zh": quote}
        elif mark.kind in (TITLE, BODY) or (mark.kind == NUMBER and mark.says["role"] == "own"):
            clause = quote
        says = {key: _json(value) for key, value in mark.says.items() if value is not None}
        when = tuple(ids[id(one)] for one in mark.when)
        return Element(
            ids[id(mark)], mark.kind, path, (mark.start, mark.end), quote, mark.confidence, note,
            says, clause, group, when,
        )  # fmt: skip

    def _noted(self, draft: Draft) -> Draft:
        """The draft with a note where its amounts make no expression that can be read."""
        amounts = [element for element in draft.elements if element.kind == AMOUNT]
        expr, why = expression(amounts, {element.id: element for element in draft.elements})
        if expr:
            try:
                parse_amount(expr, self.catalogue)
            except RuleError as error:
                why = str(error.findings[0].message)
        notes = (*draft.notes, *([f"amount: {why}"] if why and amounts else []))
        return Draft(
            draft.name, draft.doc, draft.content, draft.starts, draft.elements, draft.groups,
            draft.unread, notes, draft.filled,
        )  # fmt: skip


def draft_policy(text: Text, catalogue: Catalogue, *, area: str = "") -> Draft:
    """The draft of one text; for many texts make one `PolicyReader`.

    `area`: where it was issued, as a code or a name (「440300」, 「深圳市南山区」); without it 本市
    means nothing and is not read.
    """
    return PolicyReader(catalogue).draft(text, area=area)


def _ids(marks: list[Mark]) -> Iterator[tuple[int, str]]:
    counts: dict[str, int] = {}
    for mark in marks:
        letter = _LETTERS[mark.kind]
        counts[letter] = counts.get(letter, 0) + 1
        yield id(mark), f"{letter}{counts[letter]}"


def _named(
    choice: Choice | None, names: dict[int, str], groups: dict[str, dict[str, Any]]
) -> str | None:
    """The name of a choice; outer ones come first, so that each stands inside a known one."""
    if choice is None:
        return None
    if id(choice) not in names:
        outer = _named(choice.inside, names, groups)
        name = names[id(choice)] = f"g{len(names) + 1}"
        groups[name] = {"shape": choice.shape}
        groups[name] |= {"k": choice.k} if choice.k else {}
        groups[name] |= {"in": outer} if outer else {}
    return names[id(choice)]


def _hang(conditions: list[Mark], amounts: list[Mark]) -> None:
    """Which conditions an amount hangs on: those of its sentence between the last sum and it.

    A further figure behind a sum (「，最高80万元」) hangs on what the sum hangs on.
    """
    asked: dict[int, list[Mark]] = {}
    for condition in conditions:
        asked.setdefault(condition.sentence, []).append(condition)
    last: Mark | None = None
    for amount in amounts:
        if amount.says["shape"] == "tier":
            continue
        if last is not None and (last.sentence != amount.sentence or last.end > amount.start):
            last = None
        since = last.end if last else -1
        between = [c for c in asked.get(amount.sentence, ()) if since <= c.start < amount.start]
        amount.when = between or (list(last.when) if last else [])
        last = amount


def _programmes(sheet: Sheet, conditions: list[Mark], amounts: list[Mark]) -> Iterator[str]:
    """A note where several parts of the notice have conditions and sums of their own."""
    items = sheet.outline.items
    highest = min((item.level for item in items if item.level >= 0), default=0)
    part, parts = 0, []
    for number, item in enumerate(items):
        part = number if item.level == highest else part
        parts.append(part)

    def of(marks: list[Mark]) -> set[int]:
        return {parts[sheet.outline.sentences[mark.sentence].item] for mark in marks}

    both = sorted(of(conditions) & of(amounts))
    if len(both) > 1:
        named = "、".join(items[number].marker.rstrip("、.") for number in both[:9])
        yield (
            f"像有 {len(both)} 个项目（{named}），条件合在了一份里：请一个项目建一份草稿"
            f" · it looks like {len(both)} programmes in one notice: make a draft of each"
        )


def _window(mark: Mark) -> tuple[str, Any]:
    says = mark.says
    role = {"apply": "window", "effective": "effective"}.get(says["role"])
    if role is None or any(str(says.get(k, "")).startswith("-") for k in ("opens", "closes")):
        return "window", None
    first, last = ("opens", "closes") if role == "window" else ("from", "to")
    days = {first: says.get("opens"), last: says.get("closes")}
    return role, {role: {key: day for key, day in days.items() if day}}


def _json(value: Any) -> Any:
    """Decimals as plain figures, for JSON and YAML."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_json(one) for one in value]
    return value
