"""The library of policies, their windows, and diagnosis and size without a firm."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import BaseModel, Field

from qifu.api.core import Asked, Router, changes, reads
from qifu.api.firms import code_named
from qifu.api.match_out import EXAMPLE_MATCH, MatchOut, match_out
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import Code, In, Line, Named, Out, PathCode, Words, words, yuan
from qifu.api.values import Value, as_typed, named
from qifu.base.city import City, current_city
from qifu.base.errors import BadInput
from qifu.organisations.logic.values import BadValue, parse_value
from qifu.policies.logic import BENEFITS, KINDS, LEVELS, STATUSES
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import (
    apart_from,
    diagnose,
    library,
    policy_for,
    programme,
    status_of,
    versions_of,
)
from qifu.rulebook.report import GroupResult, report

router = Router(tags=["policies"])
MOST_DAYS = 731
_Status = Literal["", "open", "closing_soon", "not_yet", "always", "closed"]


class PolicyOut(Out):
    """A policy as the library lists it."""

    id: str
    version: int
    title: Words
    summary: Words
    kind: Named | None
    level: Named | None
    benefit: Named | None
    region: Named | None
    unit: Named | None
    status: Named = Field(description=_("申报时间的状态"))
    opens: date | None
    closes: date | None
    amount_cap: str | None = Field(description=_("最多值多少元；没有写明时为 null"))


class RequiredOut(Out):
    """A condition in words, without a firm."""

    id: str
    hard: bool
    label: Words
    required: Words
    attributes: list[str]
    quote: str | None
    inner: list["RequiredOut"]


class PolicyWholeOut(PolicyOut):
    """One policy with its conditions and everything that its page says."""

    conditions: list[RequiredOut]
    excludes: list[str] = Field(description=_("不能同时享受的政策"))
    versions: list[int]
    card: dict[str, Any] = Field(description=_("页面上的其他内容：对象、材料、步骤、依据"))


class PolicyFilters(Paging):
    """What to look for."""

    text: Annotated[Line, Field(description=_("每个词都要出现"))] = ""
    kind: Annotated[Code, Field(description=_("支持方式"))] = ""
    level: Literal["", "national", "province", "city", "district"] = ""
    region: Annotated[Code, Field(description=_("适用地区的行政区划代码"))] = ""
    benefit: Annotated[Code, Field(description=_("支持类别"))] = ""
    status: Annotated[_Status, Field(description=_("申报时间的状态"))] = ""


class Version(BaseModel):
    """Which version of a policy."""

    version: Annotated[int | None, Field(ge=1, le=10**9, description=_("第几版；不写是现行的"))] = (
        None
    )


class WindowFilters(Paging):
    """Between which days something opens or closes."""

    start: Annotated[date | None, Field(description=_("从哪一天，默认今天"))] = None
    end: Annotated[date | None, Field(description=_("到哪一天，默认 90 天后"))] = None


class DiagnosisIn(In):
    """A few facts of a firm that is not named; nothing is kept."""

    facts: Annotated[dict[Code, Value], Field(min_length=1, max_length=60)] = Field(
        description=_("资料的 key → 值，例如 region、employees、revenue@2025")
    )
    order: Literal["money", "closes"] = "money"


class SizeAsked(BaseModel):
    """The figures of the size test."""

    industry: Annotated[Code, Field(min_length=1, examples=["I6513"])]
    staff: Annotated[int | None, Field(ge=0, le=10**9, examples=[86])] = None
    revenue: Annotated[int | None, Field(ge=0, le=10**15, description=_("元"))] = None
    assets: Annotated[int | None, Field(ge=0, le=10**15, description=_("元"))] = None
    on: Annotated[date | None, Field(description=_("按哪一天的标准"))] = None


class SizeOut(Out):
    """The size class and the rule that says so."""

    size: str | None = Field(description=_("large medium small micro；不能确定时为 null"))
    industry: str
    on: date
    rule: Words
    source: Words
    reason: Words = Field(description=_("不能确定时的原因"))
    unknown: list[str]
    possible: list[str]


def _unit(city: City, code: str) -> Named | None:
    if not code:
        return None
    units = city.documents["units"]
    found = next((unit["name"] for unit in units if unit["code"] == code), code)
    return Named(code=code, name=words(found))


def _level(city: City, code: str) -> Named | None:
    if not code:
        return None
    own = city.level_names.get(code)
    return Named(code=code, name=words(own)) if own else named(LEVELS, code)


def _listed(version: PolicyVersion, city: City, on: date) -> dict[str, Any]:
    card = version.document.get("card") or {}
    return {
        "id": version.policy_id,
        "version": version.version,
        "title": words((version.title, version.title_en)),
        "summary": words(card.get("summary")),
        "kind": named(KINDS, version.kind) if version.kind else None,
        "level": _level(city, version.level),
        "benefit": named(BENEFITS, version.benefit) if version.benefit else None,
        "region": code_named(city, "region", version.region),
        "unit": _unit(city, version.unit_code),
        "status": named(STATUSES, status_of(version, on)),
        "opens": version.opens,
        "closes": version.closes,
        "amount_cap": yuan(version.amount_cap),
    }


def policy_out(version: PolicyVersion, city: City, on: date) -> PolicyOut:
    """One line of the library."""
    return PolicyOut(**_listed(version, city, on))


def _required(group: GroupResult) -> RequiredOut:
    return RequiredOut(
        id=group.id,
        hard=group.hard,
        label=words((group.label_zh, group.label_en)),
        required=words((group.required_zh, group.required_en)),
        attributes=list(group.attributes),
        quote=group.quote,
        inner=[_required(one) for one in group.children],
    )


_EXAMPLE = {
    "id": "sz-hire-01", "version": 1,
    "title": {"zh": "示例吸纳就业补贴", "en": "Sample hiring subsidy"},
    "summary": {"zh": "按新招人数补贴。", "en": "Paid per person hired."},
    "kind": {"code": "per_head", "name": {"zh": "按人数补贴", "en": "Per person"}},
    "level": {"code": "city", "name": {"zh": "市级", "en": "City"}},
    "benefit": {"code": "grant", "name": {"zh": "资金补助", "en": "Grant"}},
    "region": None, "unit": None,
    "status": {"code": "open", "name": {"zh": "现在可以申报", "en": "Open now"}},
    "opens": "2026-10-01", "closes": "2026-12-31", "amount_cap": "300000",
}  # fmt: skip


@reads(
    router,
    "/policies",
    scope="policies.read",
    answer=Page[PolicyOut],
    summary=_("查找政策"),
    description=_("现行政策，按编号排列；可以按文字、地区、层级、类别和申报时间筛选。"),
    example={"items": [_EXAMPLE], "next": None},
)
def list_policies(request: Asked, filters: Query[PolicyFilters]) -> Page[PolicyOut]:
    """The library in the order of the policies' own codes."""
    city, on = current_city(), timezone.localdate()
    asked = filters.model_dump(exclude={"cursor", "limit"})
    found = library(request.actor, on=on, **asked)
    return paged(found, filters, lambda one: policy_out(one, city, on), key="policy_id")


@reads(
    router,
    "/policies/{policy}",
    scope="policies.read",
    answer=PolicyWholeOut,
    missing=True,
    summary=_("查看一项政策"),
    description=_("条件、金额、申报时间、材料和步骤；可以看以前的版本。"),
    example={
        **_EXAMPLE,
        "conditions": [
            {
                "id": "staff", "hard": False, "label": {"zh": "从业人员", "en": "Employees"},
                "required": {"zh": "至少 200 人", "en": "at least 200 people"},
                "attributes": ["employees"], "quote": None, "inner": [],
            }
        ],
        "excludes": [], "versions": [1], "card": {},
    },
)  # fmt: skip
def read_policy(
    request: Asked,
    policy: PathCode,
    asked: Query[Version],
) -> PolicyWholeOut:
    """One policy as its page tells it."""
    city, on = current_city(), timezone.localdate()
    found = policy_for(request.actor, policy, asked.version, on=on)
    rule = programme(found, city)
    day = on if rule.in_force(on) else rule.effective_from or rule.effective_to or on
    told = report([rule], {}, city.catalogue, as_of=day)
    return PolicyWholeOut(
        **_listed(found, city, on),
        conditions=[_required(group) for group in told.policies[0].groups],
        excludes=[other.policy_id for other in apart_from(policy, on=on, city=city)],
        versions=list(versions_of(request.actor, policy).values_list("version", flat=True)),
        card=dict(found.document.get("card") or {}),
    )


@reads(
    router,
    "/policy-windows",
    scope="policies.read",
    answer=Page[PolicyOut],
    summary=_("申报日历"),
    description=_("这段时间里开始或截止申报的现行政策；最长两年。"),
    example={"items": [_EXAMPLE], "next": None},
)
def list_windows(request: Asked, filters: Query[WindowFilters]) -> Page[PolicyOut]:
    """Policies whose window opens or closes between two days."""
    city, on = current_city(), timezone.localdate()
    start = filters.start or on
    try:
        end = filters.end or start + timedelta(days=90)
    except OverflowError:
        end = date.max
    if end < start or (end - start).days > MOST_DAYS:
        raise BadInput(_now("结束的日子要在开始之后，最长两年。"), field="end")
    found = library(request.actor, on=on)
    opening = found.filter(opens__range=(start, end))
    closing = found.filter(closes__range=(start, end))
    return paged(opening | closing, filters, lambda one: policy_out(one, city, on), key="policy_id")


@changes(
    router,
    "/diagnosis",
    scope="policies.read",
    answer=MatchOut,
    missing=False,
    refused=(),
    summary=_("快速诊断"),
    description=_("用几项资料看看能享受什么，不指明企业，什么都不保存。"),
    body={"facts": {"region": "440306", "employees": 86, "revenue@2025": 32000000}},
    example=EXAMPLE_MATCH,
)
def make_diagnosis(request: Asked, given: DiagnosisIn) -> MatchOut:
    """The match of some facts."""
    city, on = current_city(), timezone.localdate()
    facts: dict[str, Any] = {}
    wrong: dict[str, object] = {}
    for key, value in given.facts.items():
        name, _at, period = key.partition("@")
        attribute = city.catalogue.get(name)
        if attribute is None or attribute.period != bool(period):
            wrong[f"facts.{key}"] = _now("没有这一项资料；分年度的要写成 名称@年度。")
        elif period and not (period.isascii() and period.isdigit() and len(period) == 4):
            wrong[f"facts.{key}"] = _now("年度是四位数字，例如 2025")
        else:
            try:
                typed = as_typed(attribute, value)
                facts[key] = parse_value(attribute, typed, city.catalogue, today=on)
            except BadValue as error:
                wrong[f"facts.{key}"] = str(error)
    if wrong:
        raise BadInput(_now("有几处需要改正。"), fields=wrong)
    return match_out(diagnose(facts, on=on, order=given.order))
