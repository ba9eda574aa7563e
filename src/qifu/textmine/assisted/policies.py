"""A language model for the sentences of a notice that the grammar did not understand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.findings import RuleError
from qifu.rulebook.policy import parse_policy
from qifu.textmine.assisted.asking import LanguageModel, NotAsAsked, ask, listed, place
from qifu.textmine.policy_reading.clauses import source_of
from qifu.textmine.policy_reading.drafting import PolicyReader
from qifu.textmine.policy_reading.drafts import Draft, Element
from qifu.textmine.policy_reading.marks import CONDITION, Mark
from qifu.textmine.policy_reading.texts import Text

# an order beside the elements of the grammar, which have up to 1: looked at last
CONFIDENCE: Final = 0.3
_TASK: Final = (
    "你读惠企政策的通知，把还没有看懂的句子变成条件。只能用给出的属性和运算符。"
    '用 JSON 回答：{"conditions": [{"quote": 原文, "attr": 属性, "op": 运算符, "value": 值, '
    '"unit": 单位或 null}]}。引文必须与原文一字不差。看不懂的句子不要写。'
)


@dataclass(frozen=True, eq=False)
class AssistedReader:
    """Reads as the grammar does, then asks a model for what is left unread.

    What the model adds is an open clause like any other, marked as its own; a person confirms it.
    """

    model: LanguageModel
    reader: PolicyReader

    def draft(self, text: Text, *, area: str = "") -> Draft:
        """The grammar's draft, with the model's clauses where they hold; else with a note why not.

        A clause holds if its quote stands in an unread sentence and the rulebook reads it.
        """
        draft = self.reader.draft(text, area=area)
        if not draft.unread:
            return draft
        sentences = [text.content[start:end] for start, end in draft.unread]
        content = json.dumps(
            {"sentences": sentences, "attributes": _attributes(self.reader.catalogue)},
            ensure_ascii=False,
        )
        answered = ask(self.model, _TASK, content, lambda found: self._read(found, draft, text))
        if answered.value is None:
            return replace(draft, notes=(*draft.notes, answered.why))
        read = [element.span for element in answered.value]
        unread = tuple(span for span in draft.unread if not any(_in(one, span) for one in read))
        return replace(draft, elements=(*draft.elements, *answered.value), unread=unread)

    def _read(self, found: dict[str, Any], draft: Draft, text: Text) -> tuple[Element, ...]:
        made = []
        for number, row in enumerate(listed(found, "conditions"), start=1):
            if not isinstance(row, dict):
                raise NotAsAsked("条件要是对象 · a condition has to be an object")
            span = place(row.get("quote"), text.content)
            if not any(_in(span, unread) for unread in draft.unread):
                raise NotAsAsked(f"这句不在问题里 · not one of the sentences: {row['quote'][:40]}")
            says = {
                key: row[key] for key in ("attr", "op", "value", "unit", "period")
                if row.get(key) is not None
            }  # fmt: skip
            clause = _clause(says, self.reader.catalogue)
            mark = Mark(CONDITION, *span, says=says, confidence=CONFIDENCE)
            made.append(Element(
                f"m{number}", CONDITION, "when.all", span, row["quote"], CONFIDENCE,
                self.model.name, says, {**clause, "src": source_of(text, mark)},
            ))  # fmt: skip
        return tuple(made)


def _clause(says: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The condition, read once by the rulebook; NotAsAsked with what that refuses."""
    document = {"id": "X", "version": 1, "title": "X", "when": {"all": [dict(says)]}}
    try:
        parse_policy(document, catalogue)
    except RuleError as error:
        raise NotAsAsked("; ".join(str(one) for one in error.findings[:3])) from None
    return dict(says)


def _attributes(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [
        {"attr": one.name, "type": one.type, "unit": one.unit, "name": one.label_zh}
        for one in catalogue.attributes.values()
    ]


def _in(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return inner[0] >= outer[0] and inner[1] <= outer[1]
