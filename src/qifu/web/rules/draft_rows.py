"""One draft as its page shows it: the marked text, the clauses, what is still to be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.forms import Form
from django.utils.translation import gettext as _

from qifu.base.city import City
from qifu.policies.actions.draft_inputs import PARTS
from qifu.policies.models import PolicyDraft
from qifu.policies.selectors import reading_of, stamp
from qifu.textmine.policy_reading.drafts import Draft, Element
from qifu.web.rules.draft_text import Paragraph, paragraphs
from qifu.web.rules.draft_words import (
    KINDS,
    STATES,
    clause_words,
    group_words,
    note_in_words,
    sure_words,
)

PER_PAGE: Final = 60


@dataclass(frozen=True)
class Clause:
    """One clause of the list; `mending` is its form while it is being mended."""

    element: Element
    kind: str
    state: tuple[str, str, str]
    words: str
    sure: str
    note: str
    group: str
    stamp: str
    mending: Form | None

    @property
    def open(self) -> bool:
        return self.element.state == "open"


@dataclass(frozen=True)
class Shown:
    """Everything of the page that depends on the draft's clauses."""

    draft: Draft
    page: Page[Element]
    clauses: list[Clause]
    text: list[Paragraph]
    open: int
    missing: list[str]
    amount: str
    unread: list[str]
    notes: list[str]
    # kind → (its word, ids and stamps of its open clauses)
    kinds: list[tuple[str, str, dict[str, str]]]
    first_open: str
    ids: frozenset[str]  # of the clauses on this page


def shown(
    row: PolicyDraft, city: City, *, on: date, number: Any, forms: Mapping[str, Form]
) -> Shown:
    """The page `number` of a draft's clauses; `forms` are those that are being mended, by id."""
    draft = reading_of(row)
    page = Paginator(draft.elements, PER_PAGE).get_page(number)
    here = list(page.object_list)
    document = draft.document
    amount = document.get("amount")
    return Shown(
        draft, page, [_clause(one, draft, city, on, forms.get(one.id)) for one in here],
        paragraphs(draft, *_range(draft, page, here)), len(draft.open),
        [str(PARTS[part]) for part in draft.missing],
        str(amount["expr"]) if isinstance(amount, Mapping) else "",
        [draft.content[a:b] for a, b in draft.unread],
        [note_in_words(note) for note in draft.notes],
        _kinds(draft), next(iter(draft.open), ""), frozenset(one.id for one in here),
    )  # fmt: skip


def page_of(draft: Draft, clause: str) -> int:
    """The page on which a clause stands."""
    ids = [one.id for one in draft.elements]
    return ids.index(clause) // PER_PAGE + 1 if clause in ids else 1


def _range(draft: Draft, page: Page[Element], here: list[Element]) -> tuple[int, int]:
    """The whole paragraphs that belong to a page of clauses."""

    def before(at: int) -> int:
        return draft.content.rfind("\n", 0, at) + 1

    here = [one for one in here if one.quote]  # what was added may have no place in the text
    start = before(here[0].span[0]) if page.has_previous() and here else 0
    if not page.has_next():
        return start, len(draft.content)
    end = draft.content.find("\n", max((one.span[1] for one in here), default=0))
    return start, len(draft.content) if end < 0 else end


def _kinds(draft: Draft) -> list[tuple[str, str, dict[str, str]]]:
    found: dict[str, dict[str, str]] = {}
    for one in draft.elements:
        if one.state == "open":
            found.setdefault(one.kind, {})[one.id] = stamp(one)
    return [(kind, str(KINDS[kind]), open_) for kind, open_ in found.items() if len(open_) > 1]


def _clause(one: Element, draft: Draft, city: City, on: date, form: Form | None) -> Clause:
    word, tone, icon = STATES[one.state]
    note = note_in_words(one.note)
    if one.id.startswith("m"):
        note = _("语言模型读的（%(model)s）") % {"model": one.note}
    return Clause(
        one, str(KINDS[one.kind]), (str(word), tone, icon), clause_words(one, city, on=on),
        sure_words(one.confidence), note, group_words(one, draft), stamp(one), form,
    )  # fmt: skip
