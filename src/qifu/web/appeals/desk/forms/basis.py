"""The basis of an answer: found in the knowledge base and ticked, or written a line each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from qifu.base.errors import Refused
from qifu.knowledge.models import Answer
from qifu.knowledge.selectors import Hit, answer_for, citations, read_basis, search_knowledge
from qifu.organisations.permissions import Actor
from qifu.web.words import language, spoken

MOST_FOUND: Final = 6
LONGEST_QUESTION: Final = 200


@dataclass(frozen=True)
class Found:
    """Something of the knowledge base that may be cited: how it is sent, and what it says."""

    code: str
    kind: str
    title: str
    text: str
    address: str
    answer: Answer | None = None


def search(asked: str, *, matter: str, on: date) -> list[Found]:
    """What the knowledge base has for a question: of the matter first, else of everything."""
    asked = asked.replace("\x00", "").strip()[:LONGEST_QUESTION]
    if not asked:
        return []
    hits = search_knowledge(asked, matter=matter, most=MOST_FOUND, on=on) if matter else []
    if len(hits) < MOST_FOUND:
        seen = {hit.address for hit in hits}
        more = search_knowledge(asked, most=MOST_FOUND, on=on)
        hits = [*hits, *(hit for hit in more if hit.address not in seen)][:MOST_FOUND]
    return [found for hit in hits if (found := _of_hit(hit)) is not None]


def _of_hit(hit: Hit) -> Found | None:
    title, text = spoken(hit.title), spoken(hit.text)
    if hit.answer is not None:
        code = f"answer:{hit.answer.code}"
        return Found(code, "answer", title, text, hit.address, hit.answer)
    article = hit.article
    if article is None or not article.number:
        return None
    return Found(f"law:{article.law.code}:{article.number}", "law", title, text, hit.address)


def ticked(codes: Sequence[str], actor: Actor, *, on: date) -> dict[str, list[dict[str, Any]]]:
    """What was ticked as entries of a basis, by its code; what is not there is left out.

    An answer of the knowledge base stands for what it is itself based on.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for code in dict.fromkeys(codes):
        kind, _colon, rest = code.partition(":")
        if kind == "law":
            law, _colon, article = rest.rpartition(":")
            if law and article:
                found[code] = [{"law": law, "article": article}]
        elif kind == "answer":
            answer = known_answer(rest, actor, on=on)
            if answer is not None:
                found[code] = [dict(entry) for entry in answer.basis] or [
                    {"text": f"知识库解答：{answer.question_zh}"}
                ]
    return found


def known_answer(code: str, actor: Actor, *, on: date) -> Answer | None:
    """An answer in force by its code; None where there is none."""
    try:
        return answer_for(actor, code, on=on)
    except (Answer.DoesNotExist, Refused):
        return None


def names_of(entries: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """What was ticked, in words, asked for together."""
    flat = [entry for basis in entries.values() for entry in basis]
    told = iter(citations(flat)) if flat else iter(())
    between = "; " if language() == "en" else "；"
    return {
        code: between.join(spoken(next(told)) for _entry in basis)
        for code, basis in entries.items()
    }


def whole_basis(
    entries: Mapping[str, Sequence[Mapping[str, Any]]], lines: str
) -> list[dict[str, Any]]:
    """What was ticked and what was written, each once."""
    whole: list[dict[str, Any]] = []
    for entry in [*(dict(e) for basis in entries.values() for e in basis), *read_basis(lines)]:
        plain = _plain(entry)
        if plain not in whole:
            whole.append(plain)
    return whole


def _plain(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as a reply keeps it: bilingual words become Chinese ones, a clause its article's."""
    text = entry.get("text")
    if isinstance(text, Mapping):
        return {"text": str(text.get("zh") or "")}
    return dict(entry)
