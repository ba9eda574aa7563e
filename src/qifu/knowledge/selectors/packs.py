"""Prepared answers as rows of a city pack: what the pack said, and what officers wrote since."""

from collections.abc import Iterable, Mapping
from typing import Any

from qifu.knowledge.models import Answer


def answers_as_pack(
    rows: Iterable[Mapping[str, Any]], titles: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """The rows of answers.yaml with what was written and retired on pages since.

    `titles` are those of the statutes {code: {zh, en}}. What an officer wrote stands behind the
    versions of the pack as the next one; an answer of which no version is in use is left out.
    Without English the Chinese stands for it, for a pack needs both.
    """
    versions: dict[str, list[Answer]] = {}
    for answer in Answer.objects.order_by("code", "version"):
        versions.setdefault(answer.code, []).append(answer)
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_code.setdefault(str(row["code"]), []).append(dict(row))
    kept: list[dict[str, Any]] = []
    for code in dict.fromkeys((*by_code, *versions)):
        there, packed = versions.get(code, []), by_code.get(code, [])
        published = [answer for answer in there if answer.state == "published"]
        if there and not published:
            continue
        kept += packed
        newest = published[-1] if published else None
        if newest is not None and newest.pack_version is None:
            number = max((int(row["version"]) for row in packed), default=0) + 1
            kept.append(_row(newest, number, titles))
    return kept


def _row(answer: Answer, number: int, titles: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        "code": answer.code,
        "version": number,
        "matter": answer.matter or None,
        "question": {"zh": answer.question_zh, "en": answer.question_en or answer.question_zh},
        "answer": {"zh": answer.answer_zh, "en": answer.answer_en or answer.answer_zh},
        "basis": [_basis(entry, titles) for entry in answer.basis],
        "keywords": list(answer.keywords) or [answer.question_zh],
        "valid_from": answer.valid_from.isoformat() if answer.valid_from else None,
        "valid_to": answer.valid_to.isoformat() if answer.valid_to else None,
        "made_up": answer.made_up,
    }


def _basis(entry: Mapping[str, Any], titles: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """As a pack writes it: a whole statute without an article is a text."""
    if entry.get("law") and not entry.get("article"):
        title = titles.get(str(entry["law"])) or {"zh": str(entry["law"]), "en": str(entry["law"])}
        return {"text": dict(title)}
    if (text := entry.get("text")) is not None:
        zh = str(text.get("zh") or "") if isinstance(text, Mapping) else str(text)
        en = str(text.get("en") or "") if isinstance(text, Mapping) else ""
        return {"text": {"zh": zh or en, "en": en or zh}}
    return dict(entry)
