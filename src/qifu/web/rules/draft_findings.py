"""What is wrong with a draft's document, told to an officer: where, and what to do there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qifu.policies.actions.draft_inputs import PARTS, said
from qifu.rulebook.findings import Finding

PLACES: Final[Mapping[str, Promise]] = {
    **PARTS,
    "when": _("条件"),
    "title_en": _("英文名称"),
    "region": _("地区"),
    "published": _("发布日期"),
    "effective": _("有效期"),
    "window": _("申报时间"),
    "benefit": _("扶持方式"),
    "amount": _("金额算式"),
    "excludes": _("不能同享的政策"),
    "card": _("材料、步骤和联系方式"),
}
_STEP: Final = re.compile(r"([A-Za-z_]+)|\[(\d+)\]")


@dataclass(frozen=True)
class Told:
    """One finding: the clause of the draft that it is about ("" for none), else the part of the
    document; `path` is the place as the document has it."""

    clause: str
    place: str
    words: str
    path: str


def told(findings: Iterable[Finding], document: Mapping[str, Any]) -> list[Told]:
    """The findings of a document with the clauses that its nodes name by their ids."""
    return [_told(one, document) for one in findings]


def _told(one: Finding, document: Mapping[str, Any]) -> Told:
    steps = [match[1] or int(match[2]) for match in _STEP.finditer(one.path)]
    place = str(PLACES.get(str(steps[0]), steps[0])) if steps else ""
    clause, node = "", document if steps[:1] == ["when"] else None
    for step in steps if node else ():
        try:
            node = node[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(node, Mapping) and "attr" in node:
            clause = str(node.get("id", ""))
    return Told(clause, place, said(one), one.path)
