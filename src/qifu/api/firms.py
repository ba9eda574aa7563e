"""Firms: one's own, and for officers all of the register."""

from datetime import date
from typing import Annotated

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.core import Asked, Router, reads
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import Code, Line, Named, Out, PathCode, Words, words
from qifu.api.values import firm_of
from qifu.base.city import City, current_city
from qifu.base.errors import NotAllowed
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import columns_seen, find_enterprises

router = Router(tags=["firms"])


class RegisteredFirmOut(Out):
    """A firm as the register has it."""

    id: int = Field(description=_("事件里用的编号"))
    uscc: str = Field(description=_("统一社会信用代码"), examples=["91440300MA5FAKE01X"])
    name: Words
    region: Named | None
    industry: Named | None
    legal_form: str
    founded: date | None
    status: str
    facts_version: int = Field(description=_("资料每变一次加一"))


class FirmFilters(Paging):
    """What to look for."""

    text: Annotated[Line, Field(description=_("名称的一部分，或信用代码的开头"))] = ""
    region: Annotated[Code, Field(description=_("行政区划代码，例如 440306"))] = ""
    industry: Annotated[Code, Field(description=_("国民经济行业代码，例如 I65"))] = ""


def code_named(city: City, tree: str, code: str) -> Named | None:
    """A code of a tree (region, industry) with its name; None where there is none."""
    known = city.catalogue.trees.get(tree)
    if not code or known is None:
        return None
    if not known.has(code):
        return Named(code=code, name=words(code))
    return Named(code=code, name=words((known.label(code, "zh"), known.label(code, "en"))))


def columns_told(city: City, actor: Actor) -> frozenset[str]:
    """The columns of a firm that this actor is told, asked once for all rows."""
    return columns_seen(actor) if actor.is_unit else frozenset(city.catalogue.attributes)


def firm_out(firm: Enterprise, city: City, seen: frozenset[str]) -> RegisteredFirmOut:
    """A firm as every answer tells it; columns that are not `seen` are empty."""
    return RegisteredFirmOut(
        id=firm.pk,
        uscc=firm.uscc,
        name=words((firm.name, firm.organisation.name_en)),
        region=code_named(city, "region", firm.region) if "region" in seen else None,
        industry=code_named(city, "industry", firm.industry) if "industry" in seen else None,
        legal_form=firm.legal_form if "legal_form" in seen else "",
        founded=firm.founded if "founded" in seen else None,
        status=firm.status if "status" in seen else "",
        facts_version=firm.facts_version,
    )


EXAMPLE = {
    "id": 12,
    "uscc": "91440300MA5FAKE01X",
    "name": {"zh": "示例科技有限公司", "en": "示例科技有限公司"},
    "region": {"code": "440306", "name": {"zh": "宝安区", "en": "Bao'an"}},
    "industry": {"code": "I6513", "name": {"zh": "应用软件开发", "en": "Application software"}},
    "legal_form": "limited",
    "founded": "2018-05-18",
    "status": "active",
    "facts_version": 7,
}


@reads(
    router,
    "/firms",
    scope="firms.read",
    answer=Page[RegisteredFirmOut],
    summary=_("查找企业"),
    description=_("给有查找企业职责的工作人员：按名称、信用代码、地区、行业查找。"),
    example={"items": [EXAMPLE], "next": None},
)
def list_firms(request: Asked, filters: Query[FirmFilters]) -> Page[RegisteredFirmOut]:
    """Firms in the order of their number."""
    actor, city = request.actor, current_city()
    if not (actor.is_unit and actor.may("firms.search")):
        raise NotAllowed(_now("您的角色不能查找企业。"))
    for name in ("region", "industry"):  # a filter would tell what one may not see
        if getattr(filters, name) and name not in columns_seen(actor):
            raise NotAllowed(_now("您的角色不能按这一项查找。"), field=name)
    found = find_enterprises(
        actor, text=filters.text, region=filters.region, industry=filters.industry
    )
    seen = columns_told(city, actor)
    return paged(found, filters, lambda firm: firm_out(firm, city, seen), key="organisation_id")


@reads(
    router,
    "/firms/{code}",
    scope="firms.read",
    answer=RegisteredFirmOut,
    missing=True,
    summary=_("查看一家企业"),
    description=_(
        "企业只能看自己；工作人员能看职责内的。code 是统一社会信用代码，或事件里的编号。"
    ),
    example=EXAMPLE,
)
def read_firm(request: Asked, code: PathCode) -> RegisteredFirmOut:
    """One firm by its code."""
    city = current_city()
    return firm_out(firm_of(request.actor, code), city, columns_told(city, request.actor))
