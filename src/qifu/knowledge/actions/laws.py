"""Statutes come in from a city pack, article by article."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.base.errors import BadInput
from qifu.base.journal import sm3
from qifu.knowledge.actions.indexing import WAY, index_law
from qifu.knowledge.logic.statutes import Statute, read_statute
from qifu.knowledge.models import Law, LawArticle


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) or value is None else date.fromisoformat(str(value))


def _told(row: Mapping[str, Any], statute: Statute) -> dict[str, Any]:
    """What is kept of a statute besides its articles."""
    title = row.get("title") or {}
    if isinstance(title, str):
        title = {"zh": title}
    return {
        "title": title.get("zh") or statute.title,
        "title_en": title.get("en") or "",
        "level": str(row.get("level") or ""),
        "in_force_from": _day(row.get("in_force_from")),
        "in_force_to": _day(row.get("in_force_to")),
        "history": "\n".join(statute.history),
        "source": row.get("source") or {},
    }


def _hash(row: Mapping[str, Any]) -> str:
    return sm3(json.dumps([WAY, dict(row)], ensure_ascii=False, sort_keys=True, default=str))


@transaction.atomic
def load_laws(rows: Iterable[Mapping[str, Any]], *, now: datetime) -> dict[str, int]:
    """Bring the statutes in line with the pack; give counts {added, changed, same, removed}.

    A row is {code, title: {zh, en}, level, in_force_from, text: Markdown} and may have
    `in_force_to` and `source`. A statute that the pack no longer has is not deleted: replies
    cite it. It is not found any more, until a pack brings it back.
    """
    counts = {"added": 0, "changed": 0, "same": 0, "removed": 0}
    there = {law.code: law for law in Law.objects.all()}
    seen: set[str] = set()
    for row in rows:
        code = str(row["code"])
        if code in seen:
            raise BadInput(_("法规编号重复：%(code)s") % {"code": code}, field="code")
        seen.add(code)
        law, content = there.get(code), _hash(row)
        if law and law.carried and law.content_hash == content:
            counts["same"] += 1
            continue
        statute = read_statute(str(row["text"]))
        told = {**_told(row, statute), "content_hash": content, "carried": True}
        law, made = Law.objects.update_or_create(code=code, defaults=told)
        _replace_articles(law, statute)
        index_law(law)
        counts["added" if made else "changed"] += 1
    for code, law in there.items():
        if code not in seen and law.carried:
            law.carried = False
            law.save(update_fields=["carried"])
            index_law(law)
            counts["removed"] += 1
    return counts


def _replace_articles(law: Law, statute: Statute) -> None:
    LawArticle.objects.filter(law=law).delete()
    LawArticle.objects.bulk_create(
        LawArticle(
            law=law,
            number=article.number,
            anchor=article.anchor,
            order=order,
            heading="\n".join(article.headings),
            text=article.text,
        )
        for order, article in enumerate(statute.articles)
    )
