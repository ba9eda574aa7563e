"""Appeals: lists, one case with its clocks and history, drafts, submitting, help while writing."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.appeal_bodies import Demand, Kinds, LinkIn, NewCase
from qifu.api.appeal_out import Builder, entry_out
from qifu.api.appeal_schemas import CaseOut, CaseRow, EntryOut
from qifu.api.appeal_steps import ROW_EXAMPLE, steps_now
from qifu.api.core import Asked, Router, changes, creates, reads
from qifu.api.keyset import page_after
from qifu.api.paging import Page, Paging
from qifu.api.schemas import Code, Line, Out, PathId
from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.permissions import may_take_in
from qifu.appeals.selectors import (
    appeal_for,
    case_of,
    counts_of,
    list_of,
    lists_of,
    rows_shown,
    timeline,
)
from qifu.appeals.states import State
from qifu.base.city import current_city
from qifu.base.errors import BadInput
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors.command_line import firm_by_code

router = Router(tags=["appeals"])
# the lists in which the newest stands first; in the others what is due next does
NEWEST_FIRST = frozenset({"my", "drafts", "unit_done", "all"})
ListName = Literal[
    "my", "drafts", "intake", "unit", "mine", "overdue", "objected", "extensions", "callbacks",
    "justified", "unit_done", "all",
]  # fmt: skip
States = Literal[
    "draft", "submitted", "need_info", "not_accepted", "lapsed", "accepted", "dispatched",
    "objected", "handling", "review", "replied", "callback_due", "rehandling", "closed",
    "closed_unrated", "closed_justified", "closed_unreachable", "withdrawn",
]  # fmt: skip


class CaseFilters(Paging):
    """Which cases of a work list, in which order."""

    list: ListName | None = Field(
        default=None, description=_("清单；不填时企业是 my，工作人员是自己的第一个清单")
    )
    state: States | None = None
    kind: Kinds | None = None
    matter: Code = ""
    region: Code = Field(default="", description=_("区划代码，或它的开头"))
    unit: Code = Field(default="", description=_("承办单位代码"))
    due: Literal["overdue", "today", "week"] | None = None
    text: Annotated[Line, Field(description=_("编号、企业、信用代码或内容里的字"))] = ""
    order: Literal["due", "newest", "oldest"] | None = None


class ListOut(Out):
    """A work list with how many cases it has; never counted beyond 1,000."""

    name: str
    count: int
    more: bool = Field(description=_("多于 1,000 件"))


class ListsOut(Out):
    """The work lists of this token."""

    items: list[ListOut]


class HistoryOut(Out):
    """What happened to a case, the first thing first."""

    items: list[EntryOut]


class DraftDone(Out):
    """A draft that was kept."""

    id: int
    changed_at: datetime


CASE_EXAMPLE: dict[str, Any] = {
    **ROW_EXAMPLE, "text": "园区货梯坏了三天没有修好，货物只能走客梯，请协调。",
    "contact": {"name": "联系人", "phone": "0755-00000000"}, "several": False, "contested": False,
    "confirm_asked": False, "points": [{"number": 1, "text": "货梯什么时候修好？"}], "replies": [],
    "clocks": [{
        "name": {"code": "reply", "name": {"zh": "答复", "en": "Reply"}}, "state": "running",
        "round": 1, "started_at": "2026-11-22T09:30:00+08:00",
        "due_at": "2026-11-27T23:59:59+08:00", "ended_at": None, "provisional": False,
        "late": False, "explanation": {"zh": "自11月22日起 5 个工作日", "en": "5 working days"},
        "days": [{"date": "2026-11-23", "counts": True, "why": {"zh": "第1天", "en": "day 1"}}],
    }],
    "questions": [], "refusal": None, "files": [], "related": [],
    "steps": [{
        "step": "withdraw", "words": {"zh": "撤回诉求", "en": "Withdraw"},
        "guard": {"zh": "", "en": ""}, "address": "/appeals/31/steps/withdraw",
        "fields": [{"name": "reason", "required": False}],
    }],
}  # fmt: skip
_DEMAND = {
    "kind": "help_request", "matter": "", "region": "440305", "title": "",
    "text": "园区货梯坏了三天没有修好，货物只能走客梯，请协调。", "points": [],
    "contact_name": "联系人", "contact_phone": "0755-00000000",
}  # fmt: skip


def builder() -> Builder:
    """What makes answers, under the pack in force now."""
    return Builder(current_city(), timezone.now())


def whole(actor: Actor, appeal: Appeal) -> CaseOut:
    """A case as this actor may see it."""
    case = case_of(actor, appeal, now=timezone.now())
    return builder().case(case, steps_now(actor, appeal))


@reads(
    router,
    "/appeals",
    scope="appeals.read",
    answer=Page[CaseRow],
    summary=_("诉求清单"),
    description=_(
        "和页面上同名的清单一样：企业有 my、drafts，工作人员按角色有 intake、unit、mine、overdue、"
        "objected、extensions、callbacks、justified、unit_done、all。没有这个清单时是空的。看不到"
        "全部诉求的工作人员，all 只到最前面的 1,000 件。"
    ),
    example={"items": [ROW_EXAMPLE], "next": None},
)
def list_appeals(request: Asked, filters: Query[CaseFilters]) -> Page[CaseRow]:
    """One work list of the token's person."""
    actor, now = request.actor, timezone.now()
    own = lists_of(actor)
    name = filters.list or (own[0] if own else "")
    order = filters.order or ("newest" if name in NEWEST_FIRST else "due")
    rows = list_of(
        actor, name, now=now, text=filters.text, state=filters.state or "",
        kind=filters.kind or "", matter=filters.matter, region=filters.region, unit=filters.unit,
        due=filters.due or "", order=order,
    )  # fmt: skip
    when = "changed_at" if name == "drafts" else "submitted_at"
    column = {"newest": f"-{when}", "oldest": when, "due": "next_due_at"}[order]
    found, onward = page_after(
        rows, cursor=filters.cursor, limit=filters.limit, column=column,
        salt=f"appeals:{name}:{order}", shown=rows_shown,
    )  # fmt: skip
    make = builder()
    return Page(items=[make.row(one) for one in found], next=onward)


@reads(
    router,
    "/appeals/lists",
    scope="appeals.read",
    answer=ListsOut,
    summary=_("有哪些清单，各有几件"),
    description=_("按页面的顺序；最多数到 1,000。"),
    example={"items": [{"name": "my", "count": 3, "more": False}]},
)
def list_lists(request: Asked) -> ListsOut:
    """The work lists that the actor has, with capped counts."""
    counts = counts_of(request.actor, now=timezone.now())
    return ListsOut(
        items=[
            ListOut(name=name, count=min(count, 1_000), more=count > 1_000)
            for name, count in counts.items()
        ]
    )


@reads(
    router,
    "/appeals/{int:pk}",
    scope="appeals.read",
    answer=CaseOut,
    missing=True,
    summary=_("查看一件诉求"),
    description=_(
        "问题、答复、评价、时限（逐日说明）、补充、附件、关联的诉求，以及这个令牌现在能做的步骤和"
        "每一步要填什么。"
    ),
    example=CASE_EXAMPLE,
)
def read_appeal(request: Asked, pk: PathId) -> CaseOut:
    """One case, whole."""
    return whole(request.actor, appeal_for(request.actor, pk))


@reads(
    router,
    "/appeals/{int:pk}/history",
    scope="appeals.read",
    answer=HistoryOut,
    missing=True,
    summary=_("一件诉求的办理过程"),
    description=_("最早的在前。企业看不到单位之间的事和工作人员的姓名。"),
    example={
        "items": [
            {
                "at": "2026-11-22T09:30:00+08:00", "step": "submit",
                "words": {"zh": "提交", "en": "Submit"}, "who": "联系人", "unit": None, "to": None,
                "note": "", "from_state": "draft", "to_state": "submitted",
            }
        ]
    },
)  # fmt: skip
def read_history(request: Asked, pk: PathId) -> HistoryOut:
    """The timeline of a case."""
    appeal = appeal_for(request.actor, pk)
    return HistoryOut(items=[entry_out(one) for one in timeline(request.actor, appeal)])


@creates(
    router,
    "/appeals/drafts",
    scope="appeals.write",
    answer=DraftDone,
    summary=_("保存草稿"),
    description=_("企业先写下来，什么都可以不填；以后用 draft 提交。"),
    body=_DEMAND,
    example={"id": 32, "changed_at": "2026-11-22T09:30:00+08:00"},
)
def create_draft(request: Asked, given: Demand) -> DraftDone:
    """Keep what a firm has written so far."""
    draft = actions.save_draft(actor=request.actor, now=timezone.now(), **_fields(given))
    return DraftDone(id=draft.pk, changed_at=draft.changed_at)


@changes(
    router,
    "/appeals/drafts/{int:pk}",
    scope="appeals.write",
    answer=DraftDone,
    method="PUT",
    summary=_("改草稿"),
    description=_("整份替换；已经提交的不能再改。"),
    body=_DEMAND,
    example={"id": 32, "changed_at": "2026-11-22T09:30:00+08:00"},
)
def change_draft(request: Asked, pk: PathId, given: Demand) -> DraftDone:
    """Replace what is in a draft."""
    draft = appeal_for(request.actor, pk)
    kept = actions.save_draft(
        actor=request.actor, now=timezone.now(), draft=draft, **_fields(given)
    )  # fmt: skip
    return DraftDone(id=kept.pk, changed_at=kept.changed_at)


@changes(
    router,
    "/appeals/drafts/{int:pk}",
    scope="appeals.write",
    answer=None,
    method="DELETE",
    status=204,
    summary=_("删除草稿"),
    description=_("连同附件一起删除；已经提交的不能删。"),
)
def delete_draft(request: Asked, pk: PathId) -> None:
    """Throw a draft away."""
    draft = appeal_for(request.actor, pk)
    actions.discard_draft(draft, actor=request.actor, now=timezone.now())


@creates(
    router,
    "/appeals",
    scope="appeals.write",
    answer=CaseOut,
    missing=True,
    summary=_("提交诉求"),
    description=_(
        "企业为自己提交；受理岗为来电来访的单位代记（channel 填 phone 或 window，firm 或 requester "
        "填一个）。同一个 Idempotency-Key 只收一次。举报不在这里收。"
    ),
    body=_DEMAND,
    example=CASE_EXAMPLE,
)
def create_appeal(request: Asked, given: NewCase) -> CaseOut:
    """Submit; a case of a firm, or one recorded for a caller."""
    actor, now = request.actor, timezone.now()
    draft = appeal_for(actor, given.draft) if given.draft else None
    if draft is not None and draft.state != State.DRAFT:
        raise BadInput(_now("这份草稿已经提交。"), field="draft")
    appeal = actions.submit_appeal(
        draft,
        actor=actor,
        now=now,
        enterprise=_firm(actor, given.firm),
        requester=given.requester,
        channel=given.channel,
        **{**_fields(given), "kind": given.kind or ""},
    )
    return whole(actor, appeal_for(actor, appeal.pk))


@changes(
    router,
    "/appeals/{int:pk}/links",
    scope="appeals.write",
    answer=CaseOut,
    summary=_("关联另一件诉求"),
    description=_("受理岗和协调岗标明两件是重复、同一事或相关。"),
    body={"other": 12, "kind": "related", "note": "同一栋楼"},
    example=CASE_EXAMPLE,
)
def link_appeal(request: Asked, pk: PathId, given: LinkIn) -> CaseOut:
    """Note that two cases belong together."""
    actor = request.actor
    appeal = appeal_for(actor, pk)
    try:
        other = appeal_for(actor, given.other)
    except Appeal.DoesNotExist:
        raise BadInput(_now("没有这件诉求，或者您看不到它。"), field="other") from None
    actions.link_appeals(
        appeal, actor=actor, now=timezone.now(), other=other, kind=given.kind, note=given.note
    )
    return whole(actor, appeal)


def _fields(given: Demand) -> dict[str, Any]:
    """What both a draft and a submission are made of."""
    names = Demand.model_fields
    return {name: getattr(given, name) or "" for name in names if name != "points"} | {
        "points": given.points
    }


def _firm(actor: Actor, code: str) -> Enterprise | None:
    """The firm that an intake desk named; a firm's own program names none but itself."""
    if not code:
        return None
    found = firm_by_code(code)
    if found is None and may_take_in(actor):
        raise BadInput(_now("登记库里没有这个代码。"), field="firm")
    if found is None:
        raise BadInput(_now("企业只能为自己提交，不用填这一项。"), field="firm")
    return found
