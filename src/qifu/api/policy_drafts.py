"""Drafts of policies: a notice is read, its clauses are gone through, the document is published."""

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import File, Form, Query, UploadedFile

from qifu.api.core import Asked, Router, changes, creates, reads
from qifu.api.paging import Page, Paging, paged
from qifu.api.policy_draft_out import DRAFT, ROW, DraftOut, DraftRow, draft_out, row_out
from qifu.api.policy_draft_schemas import (
    CLAUSE,
    AddIn,
    ClauseId,
    ClauseIn,
    HeadIn,
    MadeIn,
    RevisionIn,
    StampIn,
    clause_of,
)
from qifu.api.schemas import PathId
from qifu.base.errors import BadInput, NotAllowed
from qifu.policies import actions
from qifu.policies.models import PolicyDraft
from qifu.policies.permissions import may_edit_policies
from qifu.policies.selectors import draft_for, drafts_visible_to, reading_of

router = Router(tags=["policies"])
_WRITE = "policies.write"


@reads(
    router,
    "/policy-drafts",
    scope="policies.read",
    answer=Page[DraftRow],
    summary=_("政策草稿"),
    description=_("本单位的草稿，最近改动的在前；已丢弃的不列。给政策岗。"),
    example={"items": [ROW], "next": None},
)
def list_policy_drafts(request: Asked, asked: Query[Paging]) -> Page[DraftRow]:
    """The drafts of the unit."""
    if not may_edit_policies(request.actor):
        raise NotAllowed(_now("您的岗位不编写政策。需要时请本单位管理成员的同事调整您的角色。"))
    found = drafts_visible_to(request.actor)
    return paged(found, asked, row_out, key=("-changed_at", "-pk"))


@reads(
    router,
    "/policy-drafts/{int:pk}",
    scope="policies.read",
    answer=DraftOut,
    missing=True,
    summary=_("一份政策草稿"),
    description=_(
        "原文、每一条和它在原文的位置（从 0 数字符）、没读懂的、还缺的、成文和检查的结果。"
        "state 为 reading 时还在读，过几秒再问。"
    ),
    example=DRAFT,
)
def read_policy_draft(request: Asked, pk: PathId) -> DraftOut:
    """Everything of one draft."""
    return _out(request, pk)


@creates(
    router,
    "/policy-drafts",
    scope=_WRITE,
    answer=DraftOut,
    summary=_("用文字新建政策草稿"),
    description=_("通知的正文读成草稿。每一条都要有人核对，核对完以前企业看不到。"),
    body={"text": "一、申报条件\n（一）职工不少于20人。", "name": "", "area": "440300"},
    example=DRAFT,
)
def create_policy_draft(request: Asked, given: MadeIn) -> DraftOut:
    """Read a text."""
    row = actions.make_draft(
        actor=request.actor, now=timezone.now(), text=given.text, name=given.name, area=given.area
    )
    return _out(request, row.pk)


@creates(
    router,
    "/policy-drafts/files",
    scope=_WRITE,
    answer=DraftOut,
    summary=_("用文件新建政策草稿"),
    description=_(
        "multipart/form-data，字段 files 放一个文件：docx、pdf、html 或 txt，最大 20 MB。"
        "area 是发文地区的名称或代码，不填就是本地。大的文件由后台读，state 为 reading。"
    ),
    body={"files": ["%PDF-1.7 …"], "area": "440300"},
    example=DRAFT,
)
def create_policy_draft_of_file(
    request: Asked, files: File[list[UploadedFile]], area: Form[str] = ""
) -> DraftOut:
    """Read a file."""
    if len(files) != 1:
        raise BadInput(_now("一次只传一个文件。"), field="files")
    if len(area) > 40:
        raise BadInput(_now("找不到这个地方。请填市、区的名称，或六位区划代码。"), field="area")
    (file,) = files
    try:
        row = actions.make_draft(
            actor=request.actor, now=timezone.now(), file=file.read(), name=file.name or "",
            # where files are scanned, that comes first, and the worker does it
            area=area, at_once=not settings.QIFU_CLAMD,
        )  # fmt: skip
    except BadInput as error:
        raise BadInput(
            error.message, field={"file": "files"}.get(error.field, error.field)
        ) from None
    return _out(request, row.pk)


@creates(
    router,
    "/policy-drafts/{int:pk}/clauses",
    scope=_WRITE,
    answer=DraftOut,
    missing=True,
    summary=_("给草稿添加一条"),
    description=_(
        "原文有、没读出来的。kind：condition、amount、window、paper、step、contact、exclusion；"
        "says 按种类填；basis 是依据的原文，没有就不填；group 是草稿里一组条件的名称。"
        "新的一条 id 为 h1、h2……"
    ),
    body={"kind": "condition", "says": CLAUSE, "basis": "职工不少于20人", "group": ""},
    example=DRAFT,
)
def add_draft_clause(request: Asked, pk: PathId, given: AddIn) -> DraftOut:
    """Add what was not read."""
    row = draft_for(request.actor, pk)
    actions.add_clause(
        row, actor=request.actor, kind=given.kind, says=clause_of(given.kind, given.says, None),
        basis=given.basis, group=given.group, now=timezone.now(),
    )  # fmt: skip
    return _out(request, pk)


@changes(
    router,
    "/policy-drafts/{int:pk}/clauses/{clause}",
    scope=_WRITE,
    answer=DraftOut,
    method="PATCH",
    summary=_("修改草稿的一条"),
    description=_("换成 says 写的。stamp 是读到的那一条的；同事改过时回答 409。原文的位置不变。"),
    body={"stamp": "9f86d081884c7d65", "says": CLAUSE},
    example=DRAFT,
)
def mend_draft_clause(request: Asked, pk: PathId, clause: ClauseId, given: ClauseIn) -> DraftOut:
    """Put another clause in its place."""
    row = draft_for(request.actor, pk)
    known = {one.id: one for one in reading_of(row).elements} if row.state == "open" else {}
    element = known.get(clause)
    # a clause that is none, and a draft that is no longer open, are refused by the action
    says = clause_of(element.kind, given.says, element) if element else {}
    actions.mend_clause(
        row, actor=request.actor, clause=clause, seen=given.stamp, says=says, now=timezone.now()
    )
    return _out(request, pk)


@changes(
    router,
    "/policy-drafts/{int:pk}/head",
    scope=_WRITE,
    answer=DraftOut,
    method="PUT",
    summary=_("补填政策草稿"),
    description=_(
        "原文没有的：编号、版本、名称、扶持方式、金额算式。空的一项就是不填。"
        "revision 是读到的那一次；同事填过时回答 409。"
    ),
    body={"id": "SZ-2027-0001", "version": 1, "title": "", "title_en": "", "benefit": "",
          "amount": "", "revision": 3},
    example=DRAFT,
)  # fmt: skip
def fill_policy_draft(request: Asked, pk: PathId, given: HeadIn) -> DraftOut:
    """What the text does not say."""
    row = draft_for(request.actor, pk)
    values = given.model_dump(exclude={"revision"})
    actions.fill_draft(
        row, actor=request.actor, values=values, revision=given.revision, now=timezone.now()
    )
    return _out(request, pk)


@changes(
    router,
    "/policy-drafts/{int:pk}",
    scope=_WRITE,
    answer=None,
    method="DELETE",
    status=204,
    summary=_("丢弃政策草稿"),
    description=_("原文和核对过的条目都删掉，不能找回。已发布的不能丢弃。"),
)
def drop_policy_draft(request: Asked, pk: PathId) -> None:
    """Throw a draft away."""
    actions.drop_draft(draft_for(request.actor, pk), actor=request.actor, now=timezone.now())


def _of_clause(name: str, summary: str, act: Callable[..., PolicyDraft]) -> None:
    """A step on one clause."""

    def work(request: Asked, pk: PathId, clause: ClauseId, given: StampIn) -> DraftOut:
        row = draft_for(request.actor, pk)
        act(row, actor=request.actor, clause=clause, seen=given.stamp, now=timezone.now())
        return _out(request, pk)

    work.__name__ = f"{name}_draft_clause"
    changes(
        router,
        f"/policy-drafts/{{int:pk}}/clauses/{{clause}}/{name}",
        scope=_WRITE,
        answer=DraftOut,
        summary=summary,
        description=_("stamp 是读到的那一条的；同事改过时回答 409。"),
        body={"stamp": "9f86d081884c7d65"},
        example=DRAFT,
    )(work)


_of_clause("confirm", _("确认草稿条目"), actions.confirm_clause)
_of_clause("drop", _("去掉草稿条目"), actions.drop_clause)
_of_clause("reopen", _("重新核对草稿条目"), actions.reopen_clause)


def _of_revision(name: str, summary: str, act: Callable[..., PolicyDraft]) -> None:
    """A step on the draft as it was looked at."""

    def work(request: Asked, pk: PathId, given: RevisionIn) -> DraftOut:
        row = draft_for(request.actor, pk)
        act(row, actor=request.actor, revision=given.revision, now=timezone.now())
        return _out(request, pk)

    work.__name__ = f"{name}_policy_draft"
    changes(
        router,
        f"/policy-drafts/{{int:pk}}/{name}",
        scope=_WRITE,
        answer=DraftOut,
        summary=summary,
        description=_("revision 是读到的那一次；同事改过时回答 409。"),
        body={"revision": 3},
        example=DRAFT,
    )(work)


_of_revision("undo", _("撤回草稿的上一步"), actions.undo_draft_step)
_of_revision("finish", _("政策草稿核对完毕"), actions.finish_draft)


def _whole(name: str, summary: str, description: str, act: Callable[..., object]) -> None:
    """A step on a draft that was finished."""

    def work(request: Asked, pk: PathId) -> DraftOut:
        act(draft_for(request.actor, pk), actor=request.actor, now=timezone.now())
        return _out(request, pk)

    work.__name__ = f"{name}_policy_draft"
    changes(
        router,
        f"/policy-drafts/{{int:pk}}/{name}",
        scope=_WRITE,
        answer=DraftOut,
        summary=summary,
        description=description,
        example=DRAFT,
    )(work)


_whole("reopen", _("继续核对政策草稿"), _("核对完毕、还没有发布的可以再改。"), actions.reopen_draft)
_whole(
    "publish",
    _("发布政策草稿"),
    _("成为政策库的一个版本，企业马上可以看到。发布后不能再改。"),
    actions.publish_draft,
)


def _out(request: Asked, pk: int) -> DraftOut:
    """The draft as it stands now."""
    return draft_out(draft_for(request.actor, pk), on=timezone.localdate())
