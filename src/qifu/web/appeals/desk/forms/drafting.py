"""A first draft of an answer by a language model of the house, where one is configured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from qifu.adapters.language_model import ChatModel, configured
from qifu.appeals.models import Appeal
from qifu.knowledge.models import LawArticle
from qifu.knowledge.selectors import article, citations
from qifu.organisations.permissions import Actor
from qifu.textmine.assisted.replies import Source, draft_reply
from qifu.web.appeals.desk.forms.base import for_the_firm
from qifu.web.appeals.desk.forms.basis import Found, known_answer, ticked

# seconds for one answer of the model: somebody is looking at the page
PATIENCE: Final = 30.0
Basis = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Paragraph:
    """What the model wrote, and the source that it cites: how it is ticked, its words, the place
    of it that is quoted."""

    text: str
    code: str
    source: str
    quote: str


@dataclass(frozen=True)
class Drafted:
    """A suggestion for one field of a reply; `why` says why there is none."""

    field: str
    model: str
    paragraphs: tuple[Paragraph, ...] = ()
    why: str = ""

    @property
    def text(self) -> str:
        """The paragraphs with what each is from, as they go into the field."""
        return "\n".join(map(_cited, self.paragraphs))

    @property
    def codes(self) -> list[str]:
        """What it cites, to be ticked as basis."""
        return list(dict.fromkeys(one.code for one in self.paragraphs))


def _cited(one: Paragraph) -> str:
    """A paragraph that names its source, before its last full stop."""
    if one.source in one.text:
        return one.text
    bare = one.text.removesuffix("。")
    return f"{bare}（{one.source}）{one.text[len(bare) :]}"


def house_model() -> ChatModel | None:
    """The model of the house, with the patience of somebody who waits; None where there is none."""
    model = configured()
    return replace(model, patience=min(model.patience, PATIENCE)) if model else None


def drafted(
    model: ChatModel,
    appeal: Appeal,
    field: str,
    asked: str,
    sources: Sequence[Source],
    basis: Basis,
) -> Drafted:
    """Ask the model; it may take as long as its patience, so never inside a transaction.

    `asked` is the point, where the case has several. What is said of each source is in the
    language of the firm.
    """
    question = f"{appeal.title}\n{appeal.text}"
    if asked:
        question += f"\n请只答这一点：{asked}"
    found = draft_reply(model, question, sources, names=appeal.people)
    names = _names(appeal, basis)
    texts = {one.id: one.text for one in sources}
    paragraphs = tuple(
        Paragraph(
            one.text, one.source, names.get(one.source, ""), texts[one.source][slice(*one.span)]
        )
        for one in found.paragraphs
    )
    return Drafted(field, model.name, paragraphs, found.why)


def sources_of(
    codes: Sequence[str], found: Sequence[Found], actor: Actor, *, on: Any
) -> list[Source]:
    """What a draft may be made from: what is ticked, else what the knowledge base has found."""
    known = {one.code: Source(one.code, one.title, one.text) for one in found}
    made = [known.get(code) or _source(code, actor, on=on) for code in codes]
    return [one for one in made if one is not None] or list(known.values())


def _source(code: str, actor: Actor, *, on: Any) -> Source | None:
    """Something that was found by an earlier search and is still ticked."""
    kind, _colon, rest = code.partition(":")
    if kind == "answer":
        answer = known_answer(rest, actor, on=on)
        return Source(code, answer.question_zh, answer.answer_zh) if answer else None
    law, _colon, number = rest.rpartition(":")
    try:
        one = article(law, number)
    except LawArticle.DoesNotExist:
        return None
    return Source(code, f"{one.law.title} {one.number}", one.text)


def basis_of(sources: Sequence[Source], actor: Actor, *, on: Any) -> Basis:
    """What each source stands for as a basis."""
    return ticked([one.id for one in sources], actor, on=on)


def _names(appeal: Appeal, basis: Basis) -> dict[str, str]:
    told = iter(citations([entry for entries in basis.values() for entry in entries]))
    return {
        code: "；".join(for_the_firm(appeal, next(told)) for _entry in entries)
        for code, entries in basis.items()
    }
