"""A first draft of a reply from sources that we hold; every paragraph says which one it is from."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from qifu.textmine.assisted.asking import LanguageModel, NotAsAsked, ask, listed, place
from qifu.textmine.privacy import mask

_TASK: Final = (
    "你帮承办人起草给企业的答复。只能用给出的材料，不得补充材料里没有的事实、数字、日期和承诺。"
    '用 JSON 回答：{"paragraphs": [{"text": 一段话, "source": 材料编号, "quote": 材料里的原话}]}。'
    "每一段都要有材料编号，引文必须与材料一字不差。材料答不了的问题不要答。"
)
_FIGURE: Final = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True)
class Source:
    """Something to answer from: an article, a prepared answer, a policy. `id` is what is cited."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, the source that it cites, and where in that source its quote stands."""

    text: str
    source: str
    span: tuple[int, int]


@dataclass(frozen=True)
class ReplyDraft:
    """A draft for a person to read and change; none where `why` says so, and `said` has it all."""

    paragraphs: tuple[Paragraph, ...]
    said: str = ""
    why: str = ""

    @property
    def text(self) -> str:
        """The paragraphs, one a line, without their sources."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


def draft_reply(
    model: LanguageModel,
    question: str,
    sources: Sequence[Source],
    *,
    names: Collection[str] = (),
) -> ReplyDraft:
    """Ask for a draft; refuse a paragraph that cites nothing, quotes what is not there, or has a
    figure that its source does not have. Without sources nothing is asked. The question goes out
    masked; `names` are known to be of people."""
    if not sources:
        return ReplyDraft((), "", "没有可以引用的材料 · nothing to cite")
    masked, _ = mask(question, names=names)
    content = json.dumps(
        {
            "question": masked,
            "sources": [{"id": s.id, "title": s.title, "text": s.text} for s in sources],
        },
        ensure_ascii=False,
    )
    texts = {source.id: source.text for source in sources}
    answered = ask(model, _TASK, content, lambda found: _paragraphs(found, texts))
    return ReplyDraft(answered.value or (), answered.said, answered.why)


def _paragraphs(found: dict[str, Any], texts: dict[str, str]) -> tuple[Paragraph, ...]:
    made = []
    for row in listed(found, "paragraphs"):
        text = row.get("text") if isinstance(row, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise NotAsAsked("有空的段落 · an empty paragraph")
        source = row.get("source")
        if not isinstance(source, str) or source not in texts:
            raise NotAsAsked(f"没有这份材料 · no such source: {str(source)[:40]}")
        span = place(row.get("quote"), texts[source])
        strange = set(_FIGURE.findall(text)) - set(_FIGURE.findall(texts[source]))
        if strange:
            raise NotAsAsked(
                f"材料里没有这些数字 · figures of no source: {'、'.join(sorted(strange))}"
            )
        made.append(Paragraph(text.strip(), source, span))
    if not made:
        raise NotAsAsked("没有段落 · no paragraphs")
    return tuple(made)
