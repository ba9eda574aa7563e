"""A draft of a policy as programs are told of it."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_noop as _
from pydantic import Field

from qifu.api.schemas import Named, Out, Words
from qifu.api.values import named
from qifu.base.city import current_city
from qifu.policies.models import PolicyDraft
from qifu.policies.selectors import reading_of, stamp, whole_of
from qifu.policies.states import DraftState
from qifu.rulebook.finding_words import in_chinese
from qifu.rulebook.findings import Finding
from qifu.textmine.policy_reading.drafts import Draft, Element


class DraftRow(Out):
    """A draft in a list."""

    id: int
    name: str
    state: Named
    open: int | None = Field(description=_("还有几条没有核对；还没有读出来时为 null"))
    made_up: bool
    changed_at: datetime
    changed_by: str
    published: str = Field(description=_("发布为哪项政策；没有发布时为空"))
    version: int | None


class ClauseOut(Out):
    """One clause and where it stands in the text."""

    id: str
    kind: str
    state: str
    quote: str
    span: tuple[int, int]
    confidence: float = Field(description=_("读得有多准，只用来排序，不是概率；人工添加的是 1"))
    note: str
    says: dict[str, Any]
    clause: Any
    group: str | None
    when: list[str]
    proposed: bool = Field(description=_("目录里没有这一项"))
    stamp: str = Field(description=_("改这一条时要带上"))


class UnreadOut(Out):
    """What was not understood."""

    span: tuple[int, int]
    words: str


class WrongOut(Out):
    """What is wrong with the document."""

    severity: str
    code: str
    path: str
    message: Words


class DraftOut(DraftRow):
    """A draft with its text, its clauses and the document that they make."""

    revision: int
    why_not: str = Field(description=_("为什么没有读出来"))
    text: str
    clauses: list[ClauseOut]
    groups: dict[str, dict[str, Any]]
    unread: list[UnreadOut]
    notes: list[str]
    missing: list[str]
    document: dict[str, Any] | None
    findings: list[WrongOut]


ROW: dict[str, Any] = {
    "id": 12, "name": "关于申报扶持资金的通知",
    "state": {"code": "open", "name": {"zh": "核对中", "en": "Being checked"}}, "open": 1,
    "made_up": False, "changed_at": "2026-11-22T09:31:00+08:00", "changed_by": "李示范",
    "published": "", "version": None,
}  # fmt: skip
_SAYS = {"attr": "employees", "op": ">=", "value": 20, "unit": "人"}
DRAFT: dict[str, Any] = {
    **ROW, "revision": 0, "why_not": "", "text": "职工不少于20人。",
    "clauses": [{
        "id": "c1", "kind": "condition", "state": "open", "quote": "职工不少于20人",
        "span": [0, 8], "confidence": 0.9, "note": "", "says": _SAYS, "clause": _SAYS,
        "group": None, "when": [], "proposed": False, "stamp": "9f86d081884c7d65",
    }],
    "groups": {}, "unread": [], "notes": [], "missing": ["id", "version", "title"],
    "document": {"when": {"all": [{"id": "c1", **_SAYS}]}, "card": {"unit": "SZ-GXJ"}},
    "findings": [{
        "severity": "error", "code": "missing", "path": "id",
        "message": {"zh": "缺少这一项，请补上。", "en": "is missing"},
    }],
}  # fmt: skip


def row_out(row: PolicyDraft) -> DraftRow:
    """A draft in a list."""
    return DraftRow(**_row(row))


def draft_out(row: PolicyDraft, *, on: date) -> DraftOut:
    """A draft; one that was not read, or was dropped, has no clauses."""
    if row.state in ("reading", "unreadable", "dropped"):
        return DraftOut(
            **_row(row), revision=row.revision, why_not=row.why_not, text=row.text, clauses=[],
            groups={}, unread=[], notes=[], missing=[], document=None, findings=[],
        )  # fmt: skip
    read: Draft = reading_of(row)
    whole = whole_of(row, current_city(), on=on)
    return DraftOut(
        **_row(row), revision=row.revision, why_not="", text=row.text,
        clauses=[_clause(one) for one in read.elements],
        groups={name: dict(group) for name, group in read.groups.items()},
        unread=[UnreadOut(span=(a, b), words=read.content[a:b]) for a, b in read.unread],
        notes=list(read.notes), missing=list(read.missing), document=dict(whole.document),
        findings=[_wrong(one) for one in (*whole.errors, *whole.warnings)],
    )  # fmt: skip


def _row(row: PolicyDraft) -> dict[str, Any]:
    return {
        "id": row.pk, "name": row.name, "made_up": row.made_up, "changed_at": row.changed_at,
        "state": named(dict(DraftState.choices), row.state),
        "open": [one["state"] for one in row.reading["elements"]].count("open")
        if row.state == "open" else None,
        "changed_by": row.changed_by.display_name if row.changed_by else "",
        "published": row.published.policy_id if row.published else "",
        "version": row.published.version if row.published else None,
    }  # fmt: skip


def _clause(one: Element) -> ClauseOut:
    return ClauseOut(
        id=one.id, kind=one.kind, state=one.state, quote=one.quote, span=one.span,
        confidence=one.confidence, note=one.note, says=dict(one.says), clause=one.clause,
        group=one.group, when=list(one.when), proposed=one.proposed, stamp=stamp(one),
    )  # fmt: skip


def _wrong(one: Finding) -> WrongOut:
    return WrongOut(
        severity=one.severity, code=one.code, path=one.path,
        message=Words(zh=in_chinese(one), en=one.message),
    )  # fmt: skip
