"""Codes that other answers use: industries, regions, units; and the size test."""

from typing import Annotated

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import BaseModel, Field

from qifu.api.core import Asked, Router, reads
from qifu.api.paging import Page
from qifu.api.policies import SizeAsked, SizeOut
from qifu.api.schemas import Line, Named, PathCode, words
from qifu.base.city import current_city
from qifu.base.errors import BadInput
from qifu.organisations.selectors import units_at_work
from qifu.policies.models import PolicyVersion
from qifu.rulebook.sizes import size_class

router = Router(tags=["policies"])
MOST_SHOWN = 100


class CodeFilters(BaseModel):
    """Which codes."""

    text: Annotated[Line, Field(description=_("名称的一部分，或代码的开头"))] = ""


@reads(
    router,
    "/codes/{tree}",
    scope="policies.read",
    answer=Page[Named],
    missing=True,
    summary=_("查代码"),
    description=_(
        "region 行政区划，industry 国民经济行业等代码树；最多给 100 个，请用 text 缩小。"
    ),
    example={
        "items": [{"code": "440306", "name": {"zh": "宝安区", "en": "Bao'an"}}],
        "next": None,
    },
)
def list_codes(request: Asked, tree: PathCode, filters: Query[CodeFilters]) -> Page[Named]:
    """Codes of one tree that fit a text."""
    known = current_city().catalogue.trees.get(tree)
    if known is None:
        raise PolicyVersion.DoesNotExist
    wanted, found = filters.text.strip().lower(), []
    for code in known:
        names = (known.label(code, "zh"), known.label(code, "en"))
        if wanted and not code.lower().startswith(wanted):
            if not any(wanted in name.lower() for name in names):
                continue
        found.append(Named(code=code, name=words(names)))
        if len(found) == MOST_SHOWN:
            break
    return Page(items=found)


@reads(
    router,
    "/units",
    scope="policies.read",
    answer=Page[Named],
    summary=_("部门"),
    description=_("在办公的部门，代码和名称。一次给全。"),
    example={
        "items": [{"code": "SZ-GXJ", "name": {"zh": "市工业和信息化局", "en": "Industry Bureau"}}],
        "next": None,
    },
)
def list_units(request: Asked) -> Page[Named]:
    """Units that are not dissolved."""
    return Page(
        items=[
            Named(
                code=unit.organisation.code,
                name=words((unit.organisation.name, unit.organisation.name_en)),
            )
            for unit in units_at_work(timezone.localdate())
        ]
    )


@reads(
    router,
    "/size-class",
    scope="policies.read",
    answer=SizeOut,
    summary=_("规模自测"),
    description=_("大型、中型、小型、微型企业的划型：行业、从业人员、营业收入和资产（元）。"),
    example={
        "size": "small", "industry": "I6513", "on": "2026-11-22",
        "rule": {"zh": "软件和信息技术服务业", "en": "Software and IT services"},
        "source": {"zh": "国统字〔2017〕213号", "en": "NBS 2017 No. 213"},
        "reason": {"zh": "", "en": ""}, "unknown": [], "possible": [],
    },
)  # fmt: skip
def read_size_class(request: Asked, asked: Query[SizeAsked]) -> SizeOut:
    """The size class on a day."""
    city = current_city()
    tree = city.catalogue.trees["industry"]
    code = tree.normalise(asked.industry)
    if not tree.has(code):
        raise BadInput(_now("没有这个行业代码。"), field="industry")
    on = asked.on or timezone.localdate()
    figures = {"staff": asked.staff, "revenue": asked.revenue, "assets": asked.assets}
    try:
        found = size_class(code, **figures, on=on, rules=city.sizes)
    except LookupError:
        raise BadInput(_now("这一天还没有划型标准。"), field="on") from None
    return SizeOut(
        size=found.size,
        industry=found.industry,
        on=found.on,
        rule=words((found.rule_zh, found.rule_en)),
        source=words((found.source, found.source_en)),
        reason=words((found.reason_zh, found.reason_en)),
        unknown=list(found.unknown),
        possible=list(found.possible),
    )
