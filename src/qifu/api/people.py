"""People of one's organisation, invitations, and what a firm lets units see."""

from datetime import date, datetime
from typing import Annotated

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.core import Asked, Router, changes, creates, reads
from qifu.api.me import role_out
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import Code, Day, In, Line, Named, Out, PathId, words
from qifu.base.city import City, current_city
from qifu.base.errors import BadInput, NotAllowed
from qifu.organisations.actions import (
    change_role,
    end_membership,
    give_consent,
    invite,
    revoke_consent,
    revoke_invitation,
)
from qifu.organisations.models import Consent, Invitation, Membership
from qifu.organisations.permissions import may_manage_people
from qifu.organisations.selectors import (
    consents_of,
    enterprise_of,
    invitations_of,
    people_of,
    units_to_consent,
)

router = Router(tags=["people"])


class MemberOut(Out):
    """Somebody who acts for the organisation."""

    id: int
    name: str
    username: str
    role: Named
    since: datetime
    you: bool


class InvitationOut(Out):
    """A one-time way in; its address is told once, when it is made."""

    id: int
    label: str
    role: Named
    expires_at: datetime
    address: str | None = Field(description=_("邀请链接；只在新建时给一次，重发的回答里为 null"))


class InvitationIn(In):
    """Whom to let in, in which role."""

    label: Annotated[Line, Field(min_length=1, max_length=60, description=_("受邀人姓名"))]
    role: Code


class RoleIn(In):
    """Another role."""

    role: Code


class ConsentOut(Out):
    """What one unit may see until a day."""

    id: int
    unit: Named
    groups: list[Named]
    purpose: str
    given_at: datetime
    until: date
    revoked_at: datetime | None


class ConsentIn(In):
    """What to let a unit see."""

    unit: Code = Field(description=_("部门代码，见 /units"))
    groups: Annotated[list[Code], Field(min_length=1, max_length=50)] = Field(
        description=_("资料的组，见 /attributes 的 group")
    )
    purpose: Annotated[Line, Field(min_length=1)]
    until: Day = Field(description=_("有效到哪一天，最长一年"))


def _managing(request: Asked) -> None:
    if not may_manage_people(request.actor):
        raise NotAllowed(_now("您的角色不能管理成员。"))


def member_out(one: Membership, request: Asked) -> MemberOut:
    """A member as the page of people shows it."""
    return MemberOut(
        id=one.pk,
        name=one.user.display_name,
        username=one.user.username,
        role=role_out(one.role),
        since=one.since,
        you=one.user_id == request.actor.user_id,
    )


def invitation_out(one: Invitation, address: str | None = None) -> InvitationOut:
    """An invitation, with its address where it was just made."""
    return InvitationOut(
        id=one.pk,
        label=one.label,
        role=role_out(one.role),
        expires_at=one.expires_at,
        address=address,
    )


def consent_out(one: Consent, city: City) -> ConsentOut:
    """A consent as the firm sees it."""
    unit = one.unit.organisation
    return ConsentOut(
        id=one.pk,
        unit=Named(code=unit.code, name=words((unit.name, unit.name_en))),
        groups=[Named(code=code, name=words(city.groups.get(code, code))) for code in one.groups],
        purpose=one.purpose,
        given_at=one.given_at,
        until=one.until,
        revoked_at=one.revoked_at,
    )


_ROLE = {"code": "clerk", "name": {"zh": "经办人", "en": "Clerk"}}
_MEMBER = {
    "id": 12, "name": "示例人员", "username": "sample.person", "role": _ROLE,
    "since": "2026-03-01T09:00:00+08:00", "you": True,
}  # fmt: skip
_INVITATION = {
    "id": 4, "label": "新同事", "role": _ROLE, "expires_at": "2026-11-29T12:00:00+08:00",
    "address": "https://qifu.example/invitations/…/",
}  # fmt: skip
_CONSENT = {
    "id": 8,
    "unit": {"code": "SZ-GXJ", "name": {"zh": "市工业和信息化局", "en": "Industry Bureau"}},
    "groups": [{"code": "finance", "name": {"zh": "经营", "en": "Finance"}}],
    "purpose": "申报技术改造补贴", "given_at": "2026-11-22T12:00:00+08:00",
    "until": "2027-02-28", "revoked_at": None,
}  # fmt: skip


@reads(
    router,
    "/people",
    scope="people.manage",
    answer=Page[MemberOut],
    summary=_("成员"),
    description=_("能代表本单位的人和角色；给管理人员的角色。"),
    example={"items": [_MEMBER], "next": None},
)
def list_people(request: Asked, filters: Query[Paging]) -> Page[MemberOut]:
    """Members in the order in which they came."""
    _managing(request)
    return paged(people_of(request.actor), filters, lambda o: member_out(o, request), key="pk")


@changes(
    router,
    "/people/{pk}/role",
    scope="people.manage",
    answer=MemberOut,
    summary=_("调整角色"),
    description=_("换一个角色；至少留一位能管理成员的人。"),
    body={"role": "clerk"},
    example=_MEMBER,
)
def set_role(request: Asked, pk: PathId, given: RoleIn) -> MemberOut:
    """Another role for a member."""
    member = people_of(request.actor).get(pk=pk)
    change_role(member, actor=request.actor, role=given.role, now=timezone.now())
    return member_out(member, request)


@changes(
    router,
    "/people/{pk}",
    method="DELETE",
    scope="people.manage",
    answer=None,
    status=204,
    summary=_("移除成员"),
    description=_("这个人不再代表本单位，他的令牌同时失效；做过的操作仍留在记录里。"),
)
def remove_member(request: Asked, pk: PathId) -> None:
    """The person no longer acts for the organisation."""
    member = people_of(request.actor).get(pk=pk)
    end_membership(member, actor=request.actor, now=timezone.now())


@reads(
    router,
    "/invitations",
    scope="people.manage",
    answer=Page[InvitationOut],
    summary=_("还没接受的邀请"),
    description=_("新的在前；给管理人员的角色。"),
    example={"items": [{**_INVITATION, "address": None}], "next": None},
)
def list_invitations(request: Asked, filters: Query[Paging]) -> Page[InvitationOut]:
    """Open invitations."""
    _managing(request)
    return paged(invitations_of(request.actor), filters, invitation_out)


@creates(
    router,
    "/invitations",
    scope="people.manage",
    answer=InvitationOut,
    refused=(),
    hide=("address",),
    summary=_("邀请同事"),
    description=_("生成一次性链接，只给一次，系统不保存；丢了就撤销再邀请。"),
    body={"label": "新同事", "role": "clerk"},
    example=_INVITATION,
)
def create_invitation(request: Asked, given: InvitationIn) -> InvitationOut:
    """A one-time way in."""
    made, token = invite(
        actor=request.actor, role=given.role, label=given.label, now=timezone.now()
    )
    address = request.build_absolute_uri(reverse("invitation", args=[token]))
    return invitation_out(made, address)


@changes(
    router,
    "/invitations/{pk}",
    method="DELETE",
    scope="people.manage",
    answer=None,
    status=204,
    summary=_("撤销邀请"),
    description=_("链接立即失效。"),
)
def remove_invitation(request: Asked, pk: PathId) -> None:
    """The link stops working."""
    invitation = invitations_of(request.actor).get(pk=pk)
    revoke_invitation(invitation, actor=request.actor, now=timezone.now())


@reads(
    router,
    "/consents",
    scope="people.manage",
    answer=Page[ConsentOut],
    summary=_("数据授权"),
    description=_("本企业让哪些部门看哪些资料；新的在前。"),
    example={"items": [_CONSENT], "next": None},
)
def list_consents(request: Asked, filters: Query[Paging]) -> Page[ConsentOut]:
    """What is given, and what was taken back."""
    city = current_city()
    return paged(consents_of(request.actor), filters, lambda one: consent_out(one, city))


@creates(
    router,
    "/consents",
    scope="people.manage",
    answer=ConsentOut,
    missing=True,
    refused=(),
    summary=_("授权部门查看"),
    description=_("让一个部门在一段时间里看几组资料，随时可以收回。"),
    body={
        "unit": "SZ-GXJ", "groups": ["finance"], "purpose": "申报技术改造补贴",
        "until": "2027-02-28",
    },
    example=_CONSENT,
)  # fmt: skip
def create_consent(request: Asked, given: ConsentIn) -> ConsentOut:
    """The firm lets one unit see groups of its facts."""
    firm = enterprise_of(request.actor)
    unit = units_to_consent(request.actor).filter(organisation__code=given.unit).first()
    if unit is None:
        raise BadInput(_now("没有这个部门。"), field="unit")
    made = give_consent(
        firm,
        actor=request.actor,
        unit=unit,
        groups=given.groups,
        purpose=given.purpose,
        until=given.until,
        now=timezone.now(),
    )
    return consent_out(made, current_city())


@changes(
    router,
    "/consents/{pk}/revoke",
    scope="people.manage",
    answer=ConsentOut,
    summary=_("收回授权"),
    description=_("从现在起这个部门看不到这些资料。"),
    example={**_CONSENT, "revoked_at": "2026-11-23T09:00:00+08:00"},
)
def take_back_consent(request: Asked, pk: PathId) -> ConsentOut:
    """Taken back."""
    consent = consents_of(request.actor).get(pk=pk)
    revoke_consent(consent, actor=request.actor, now=timezone.now())
    return consent_out(consent, current_city())
