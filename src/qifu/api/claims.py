"""The desk of claims: who says that a firm is theirs, and the decision."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.core import Asked, Router, changes, reads
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import In, Line, Named, Out, PathId, Text, Words, words
from qifu.api.values import named
from qifu.base.errors import NotAllowed
from qifu.organisations.actions import approve_claim, refuse_claim, renew_way_in, reveal_phone
from qifu.organisations.models import Claim
from qifu.organisations.permissions import may_decide_claims
from qifu.organisations.selectors import claims_visible_to, find_claims, paper_for
from qifu.organisations.states import ClaimState

router = Router(tags=["casework"])
# what an officer can have checked; the words of the desk
Paper = Literal["licence", "legal_person_id", "authorisation", "agent_id", "called_back"]


class PaperOut(Out):
    """A paper that was handed in."""

    id: int
    name: str
    content_type: str
    size: int


class ClaimOut(Out):
    """A claim to a firm's account."""

    id: int
    number: str
    firm: str = Field(description=_("统一社会信用代码"))
    firm_name: Words
    applicant: str
    position: str
    note: str
    state: Named
    submitted_at: datetime
    decided_at: datetime | None
    reason: str


class ClaimWholeOut(ClaimOut):
    """One claim with its papers."""

    papers: list[PaperOut]
    papers_checked: list[str]


class ApprovedOut(Out):
    """The claim as it is now, and the way in where the applicant has no account yet."""

    claim: ClaimOut
    address: str | None = Field(
        description=_("一次性开通链接，只给一次；申请人已有账号时为 null，重发的回答里也为 null")
    )


class ClaimPhoneOut(Out):
    """The telephone of the applicant."""

    phone: str | None = Field(description=_("重发的回答里为 null"))


class ClaimFilters(Paging):
    """Which claims."""

    state: Literal["", "submitted", "approved", "refused", "withdrawn"] = ""
    text: Annotated[Line, Field(description=_("编号、企业名称的一部分，或信用代码的开头"))] = ""


class Approval(In):
    """Which papers were checked."""

    papers_checked: Annotated[list[Paper], Field(min_length=1, max_length=20)]


class ClaimRefusal(In):
    """Why not."""

    reason: Annotated[Text, Field(min_length=1, max_length=1_000)]


def claim_out(one: Claim) -> ClaimOut:
    """A claim; the telephone is told only on request, and that is on record."""
    return ClaimOut(
        id=one.pk,
        number=one.number,
        firm=one.enterprise.uscc,
        firm_name=words((one.enterprise.name, one.enterprise.organisation.name_en)),
        applicant=one.applicant,
        position=one.position,
        note=one.note,
        state=named(dict(ClaimState.choices), one.state),
        submitted_at=one.submitted_at,
        decided_at=one.decided_at,
        reason=one.reason,
    )


def _deciding(request: Asked) -> None:
    if not may_decide_claims(request.actor):
        raise NotAllowed(_now("您的角色不能核验企业账户。"))


def _claim(request: Asked, pk: int) -> Claim:
    return claims_visible_to(request.actor).get(pk=pk)


def _address(request: HttpRequest, token: str | None) -> str | None:
    return request.build_absolute_uri(reverse("invitation", args=[token])) if token else None


_EXAMPLE = {
    "id": 3, "number": "RL20261122-000003", "firm": "91440300MA5FAKE01X",
    "firm_name": {"zh": "示例科技有限公司", "en": "示例科技有限公司"}, "applicant": "示例人员",
    "position": "行政主管", "note": "",
    "state": {"code": "submitted", "name": {"zh": "待核验", "en": "Waiting"}},
    "submitted_at": "2026-11-21T12:00:00+08:00", "decided_at": None, "reason": "",
}  # fmt: skip
_WHOLE = {
    **_EXAMPLE,
    "papers": [{"id": 1, "name": "执照.pdf", "content_type": "application/pdf", "size": 20480}],
    "papers_checked": [],
}


@reads(
    router,
    "/claims",
    scope="casework",
    answer=Page[ClaimOut],
    summary=_("认领申请"),
    description=_("给核验企业账户的工作人员；先提交的在前。"),
    example={"items": [_EXAMPLE], "next": None},
)
def list_claims(request: Asked, filters: Query[ClaimFilters]) -> Page[ClaimOut]:
    """Oldest first."""
    _deciding(request)
    found = find_claims(request.actor, text=filters.text, state=filters.state)
    return paged(found, filters, claim_out, key=("submitted_at", "pk"))


@reads(
    router,
    "/claims/{pk}",
    scope="casework",
    answer=ClaimWholeOut,
    missing=True,
    summary=_("查看一件认领申请"),
    description=_("申请内容和材料清单；电话要另外查看，并会留下记录。"),
    example=_WHOLE,
)
def read_claim(request: Asked, pk: PathId) -> ClaimWholeOut:
    """One claim with its papers."""
    claim = _claim(request, pk)
    papers = [
        PaperOut(id=one.pk, name=one.name, content_type=one.content_type, size=one.size)
        for one in claim.papers.order_by("pk")
    ]
    told = claim_out(claim).model_dump()
    return ClaimWholeOut(**told, papers=papers, papers_checked=list(claim.papers_checked))


@reads(
    router,
    "/claims/{pk}/papers/{paper}",
    scope="casework",
    answer=None,
    missing=True,
    summary=_("下载一份材料"),
    description=_("文件本身，类型见材料清单；最大 5 MB。"),
    example=None,
)
def download_paper(request: Asked, pk: PathId, paper: PathId) -> HttpResponse:
    """A paper of a claim, as a download."""
    wanted = paper_for(request.actor, pk, paper)
    if wanted is None:
        raise Claim.DoesNotExist
    try:
        with wanted.file.open("rb") as file:
            answer = HttpResponse(file.read(), content_type=wanted.content_type)
    except FileNotFoundError:
        raise Claim.DoesNotExist from None
    answer["Content-Disposition"] = content_disposition_header(True, wanted.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@changes(
    router,
    "/claims/{pk}/approve",
    scope="casework",
    answer=ApprovedOut,
    hide=("address",),
    summary=_("通过认领"),
    description=_("勾选核对过的材料；申请人成为企业负责人，没有账号的得到一次性链接。"),
    body={"papers_checked": ["licence"]},
    example={"claim": _EXAMPLE, "address": None},
)
def approve_one_claim(request: Asked, pk: PathId, given: Approval) -> ApprovedOut:
    """The applicant becomes the firm's first owner."""
    claim = _claim(request, pk)
    token = approve_claim(
        claim, actor=request.actor, papers_checked=given.papers_checked, now=timezone.now()
    )
    return ApprovedOut(claim=claim_out(claim), address=_address(request, token))


@changes(
    router,
    "/claims/{pk}/refuse",
    scope="casework",
    answer=ClaimOut,
    summary=_("不通过认领"),
    description=_("写明原因和要补的材料，申请人会看到。"),
    body={"reason": "营业执照照片看不清，请重新上传。"},
    example=_EXAMPLE,
)
def refuse_one_claim(request: Asked, pk: PathId, given: ClaimRefusal) -> ClaimOut:
    """Refused with a reason."""
    claim = _claim(request, pk)
    refuse_claim(claim, actor=request.actor, reason=given.reason, now=timezone.now())
    return claim_out(claim)


@changes(
    router,
    "/claims/{pk}/renew",
    scope="casework",
    answer=ApprovedOut,
    hide=("address",),
    summary=_("重发开通链接"),
    description=_("已通过、还没用过链接的申请人得到新的链接，旧的失效。"),
    example={"claim": _EXAMPLE, "address": "https://qifu.example/invitations/…/"},
)
def renew_claim(request: Asked, pk: PathId) -> ApprovedOut:
    """A new one-time link."""
    claim = _claim(request, pk)
    token = renew_way_in(claim, actor=request.actor, now=timezone.now())
    return ApprovedOut(claim=claim_out(claim), address=_address(request, token))


@changes(
    router,
    "/claims/{pk}/phone",
    scope="casework",
    answer=ClaimPhoneOut,
    refused=(),
    hide=("phone",),
    summary=_("查看申请人电话"),
    description=_("要打电话核实时查看；谁看过会留下记录。"),
    example={"phone": "0755-00000000"},
)
def reveal_claim_phone(request: Asked, pk: PathId) -> ClaimPhoneOut:
    """The telephone, on record."""
    return ClaimPhoneOut(
        phone=reveal_phone(_claim(request, pk), actor=request.actor, now=timezone.now())
    )
