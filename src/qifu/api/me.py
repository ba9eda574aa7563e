"""Who the token stands for."""

from datetime import datetime

from django.utils.translation import gettext_noop as _
from pydantic import Field

from qifu.api.core import Asked, Router, reads
from qifu.api.schemas import Named, Out, Words, words
from qifu.base.city import current_city
from qifu.organisations.models import Organisation
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import memberships_of

router = Router(tags=["me"])


class OrganisationOut(Out):
    """An organisation that people act for."""

    code: str = Field(examples=["91440300MA5FAKE01X"])
    kind: str = Field(examples=["enterprise"], description=_("enterprise 企业，unit 部门"))
    name: Words


class MembershipOut(Out):
    """One organisation that the person acts for, in a role."""

    id: int
    organisation: OrganisationOut
    role: Named
    since: datetime
    this_token: bool = Field(description=_("令牌代表的就是这个身份"))


class TokenOut(Out):
    """The token itself; its secret is never told again."""

    name: str
    prefix: str
    scopes: list[str]
    expires_at: datetime
    last_used_at: datetime | None


class Me(Out):
    """The person behind the token."""

    name: str
    organisation: OrganisationOut
    role: Named
    permissions: list[str] = Field(description=_("这个角色在页面上能做的事"))
    token: TokenOut
    memberships: list[MembershipOut]


def organisation_out(organisation: Organisation) -> OrganisationOut:
    """An organisation as every answer names it."""
    return OrganisationOut(
        code=organisation.code,
        kind=organisation.kind,
        name=words((organisation.name, organisation.name_en)),
    )


def role_out(code: str) -> Named:
    """A role of the pack with its name."""
    role = current_city().roles.get(code)
    return Named(code=code, name=words(role.name if role else code))


_ORGANISATION = {
    "code": "91440300MA5FAKE01X",
    "kind": "enterprise",
    "name": {"zh": "示例科技有限公司", "en": "示例科技有限公司"},
}
_ROLE = {"code": "owner", "name": {"zh": "企业负责人", "en": "Owner"}}


@reads(
    router,
    "/me",
    scope="",
    answer=Me,
    summary=_("我是谁"),
    description=_(
        "令牌代表的人、单位、角色、令牌的权限和到期时间，以及这个人的其他身份。不需要权限。"
    ),
    example={
        "name": "示例人员",
        "organisation": _ORGANISATION,
        "role": _ROLE,
        "permissions": ["facts.view", "policies.view"],
        "token": {
            "name": "财务系统",
            "prefix": "qf_1a2b3c4d",
            "scopes": ["policies.read", "facts.read"],
            "expires_at": "2027-05-20T16:00:00+08:00",
            "last_used_at": None,
        },
        "memberships": [
            {
                "id": 12,
                "organisation": _ORGANISATION,
                "role": _ROLE,
                "since": "2026-03-01T09:00:00+08:00",
                "this_token": True,
            }
        ],
    },
)
def read_me(request: Asked) -> Me:
    """The person, the organisation, the token."""
    actor: Actor = request.actor
    token = request.token
    assert actor.user is not None and actor.organisation is not None
    return Me(
        name=actor.user.display_name,
        organisation=organisation_out(actor.organisation),
        role=role_out(actor.role),
        permissions=sorted(actor.may_codes),
        token=TokenOut(
            name=token.name,
            prefix=token.prefix,
            scopes=token.scopes,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
        ),
        memberships=[
            MembershipOut(
                id=one.pk,
                organisation=organisation_out(one.organisation),
                role=role_out(one.role),
                since=one.since,
                this_token=one.pk == token.membership_id,
            )
            for one in memberships_of(actor)
        ],
    )
