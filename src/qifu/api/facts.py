"""Facts of firms: the catalogue, what is known from whom, what the firm states itself."""

from datetime import date, datetime
from typing import Annotated

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import BaseModel, Field

from qifu.api.core import Asked, Router, changes, creates, reads
from qifu.api.paging import Page
from qifu.api.schemas import Code, Day, In, Named, Out, PathCode, Words, words
from qifu.api.values import Told, Value, as_typed, firm_of, label_words, value_words
from qifu.base.city import City, current_city
from qifu.organisations.actions import declare_fact, retract_fact
from qifu.organisations.models import Enterprise, Fact
from qifu.organisations.selectors import ProfileRow, fact_history, profile_of
from qifu.rulebook.catalogue import Attribute

router = Router(tags=["facts"])
Period = Annotated[
    str, Field(pattern=r"^(\d{4})?$", description=_("年度，四位数字；不分年度的为空"))
]


class AttributeOut(Out):
    """One thing that can be known of a firm."""

    name: str = Field(examples=["revenue"])
    label: Words
    group: Named
    type: str = Field(description="number integer date flag code set text")
    unit: str | None = Field(description=_("值的单位；CNY 是元，ratio 是 0 到 1 的比例"))
    yearly: bool = Field(description=_("分年度；填报时要有 period"))
    askable: bool = Field(description=_("企业可以自己填报"))
    visibility: str
    tree: str | None = Field(description=_("code 类型的代码树"))
    options: list[Named] = Field(description=_("可选的值；为空时不限"))


class FactOut(Out):
    """What counts for one attribute (in one year) and why."""

    key: str = Field(examples=["revenue@2025"])
    attribute: str
    period: str
    label: Words
    known: bool
    hidden: bool = Field(description=_("有没有值都不给您看：需要企业授权"))
    value: Told = Field(description=_("值，单位见 attributes；不知道时为 null"))
    words: Words | None = Field(description=_("值写成文字"))
    source: Named | None
    as_of: date | None
    derived_from: list[str] = Field(description=_("推算所依据的资料"))
    own_statement: int = Field(
        description=_("本企业最近一次填报的编号，没有时为 0；填报时可作 expected")
    )
    dispute: int | None = Field(description=_("正在核实的异议"))


class StatementOut(Out):
    """What one source said about an attribute on a day."""

    id: int
    key: str
    value: Told
    words: Words
    source: Named
    as_of: date
    recorded_at: datetime


class Statement(In):
    """The firm states a fact."""

    attribute: Code
    period: Period = ""
    value: Value = Field(
        description=_(
            "值：数字用目录里的单位（金额是元，比例 0 到 1）；带单位的文字也可以，例如 3亿元"
        )
    )
    as_of: Day = Field(description=_("这个值是哪一天的情况"))
    expected: int | None = Field(
        default=None, ge=0, le=2**63 - 1,
        description=_("读到的 own_statement；同事抢先改过时回答 409"),
    )  # fmt: skip


class FactFilters(BaseModel):
    """Which facts."""

    group: Annotated[Code, Field(description=_("只看一组"))] = ""
    known: Annotated[bool | None, Field(description=_("只看知道的，或只看不知道的"))] = None


class Year(In):
    """Which year, of a yearly attribute."""

    period: Period = ""


def source_named(city: City, code: str) -> Named:
    """Where a fact comes from."""
    return Named(code=code, name=words(city.sources.get(code, code)))


def attribute_out(attribute: Attribute, city: City) -> AttributeOut:
    """An attribute of the catalogue as an answer."""
    group = attribute.group
    return AttributeOut(
        name=attribute.name,
        label=words((attribute.label_zh, attribute.label_en)),
        group=Named(code=group, name=words(city.groups.get(group, group))),
        type=attribute.type,
        unit=attribute.unit,
        yearly=attribute.period,
        askable=attribute.askable,
        visibility=attribute.visibility,
        tree=attribute.tree,
        options=[Named(code=c, name=words((zh, en))) for c, zh, en in attribute.options],
    )


def fact_out(row: ProfileRow, city: City) -> FactOut:
    """One row of the profile, as the page shows it."""
    return FactOut(
        key=row.key,
        attribute=row.attribute.name,
        period=row.period,
        label=label_words(city, row.key),
        known=row.known,
        hidden=row.hidden,
        value=row.value,
        words=value_words(row.attribute, row.value, city) if row.known else None,
        source=source_named(city, row.source) if row.source else None,
        as_of=row.as_of,
        derived_from=list(row.derived_from),
        own_statement=row.self_fact.pk if row.self_fact else 0,
        dispute=row.dispute.pk if row.dispute else None,
    )


def statement_out(fact: Fact, city: City) -> StatementOut:
    """One statement of one source."""
    return StatementOut(
        id=fact.pk,
        key=fact.key,
        value=fact.value,
        words=value_words(city.catalogue.get(fact.attribute), fact.value, city),
        source=source_named(city, fact.source),
        as_of=fact.as_of,
        recorded_at=fact.recorded_at,
    )


def rows_of(request: Asked, firm: Enterprise) -> list[ProfileRow]:
    """The whole profile, flat."""
    groups = profile_of(request.actor, firm, on=timezone.localdate())
    return [row for group in groups for row in group.rows]


_KEY = {"key": "revenue@2025", "value": 32000000}
_TEXT = {"zh": "¥3,200万元", "en": "CNY 32 million"}
_FACT = {
    **_KEY, "attribute": "revenue", "period": "2025",
    "label": {"zh": "2025 年营业收入", "en": "Revenue (2025)"},
    "known": True, "hidden": False, "words": _TEXT,
    "source": {"code": "tax", "name": {"zh": "税务", "en": "Tax authority"}},
    "as_of": "2026-05-31", "derived_from": [], "own_statement": 0, "dispute": None,
}  # fmt: skip
_STATEMENT = {
    **_KEY, "id": 381, "words": _TEXT, "as_of": "2026-05-31",
    "source": {"code": "self", "name": {"zh": "企业填报", "en": "Stated by the firm"}},
    "recorded_at": "2026-11-22T12:00:00+08:00",
}  # fmt: skip


@reads(
    router,
    "/attributes",
    scope="facts.read",
    answer=Page[AttributeOut],
    summary=_("资料目录"),
    description=_("企业可以有哪些资料：名称、类型、单位、可选的值。一次给全，没有下一页。"),
    example={
        "items": [
            {
                "name": "revenue", "label": {"zh": "营业收入", "en": "Revenue"},
                "group": {"code": "finance", "name": {"zh": "经营", "en": "Finance"}},
                "type": "number", "unit": "CNY", "yearly": True, "askable": True,
                "visibility": "consent", "tree": None, "options": [],
            }
        ],
        "next": None,
    },
)  # fmt: skip
def list_attributes(request: Asked) -> Page[AttributeOut]:
    """The catalogue in its own order."""
    city = current_city()
    return Page(items=[attribute_out(one, city) for one in city.catalogue])


@reads(
    router,
    "/firms/{code}/facts",
    scope="facts.read",
    answer=Page[FactOut],
    missing=True,
    summary=_("企业资料"),
    description=_("每一项资料的值、来源、日期；推算的写明依据；看不到的标明 hidden。一次给全。"),
    example={"items": [_FACT], "next": None},
)
def list_facts(request: Asked, code: PathCode, filters: Query[FactFilters]) -> Page[FactOut]:
    """The profile as the page shows it."""
    city, firm = current_city(), firm_of(request.actor, code)
    rows = [
        row
        for row in rows_of(request, firm)
        if (not filters.group or row.attribute.group == filters.group)
        and (filters.known is None or row.known == filters.known)
    ]
    return Page(items=[fact_out(row, city) for row in rows])


@reads(
    router,
    "/firms/{code}/facts/{name}/history",
    scope="facts.read",
    answer=Page[StatementOut],
    missing=True,
    summary=_("一项资料的历史"),
    description=_("各来源说过什么，新的在前。看不到的为空。一次给全。"),
    example={"items": [_STATEMENT], "next": None},
)
def list_statements(request: Asked, code: PathCode, name: PathCode) -> Page[StatementOut]:
    """Every statement about one attribute."""
    city, firm = current_city(), firm_of(request.actor, code)
    told = fact_history(request.actor, firm, name, on=timezone.localdate())
    return Page(items=[statement_out(fact, city) for fact in told])


@creates(
    router,
    "/firms/{code}/facts",
    scope="facts.write",
    answer=StatementOut,
    missing=True,
    summary=_("填报一项资料"),
    description=_("企业自己的说法；来源更可靠的值仍然优先。"),
    body={"attribute": "revenue", "period": "2025", "value": 32000000, "as_of": "2026-05-31"},
    example=_STATEMENT,
)
def declare(request: Asked, code: PathCode, statement: Statement) -> StatementOut:
    """The firm states a fact."""
    city, firm = current_city(), firm_of(request.actor, code)
    made = declare_fact(
        firm,
        actor=request.actor,
        attribute=statement.attribute,
        period=statement.period,
        text=as_typed(city.catalogue.get(statement.attribute), statement.value),
        as_of=statement.as_of,
        expected=statement.expected,
        now=timezone.now(),
    )
    return statement_out(made, city)


@changes(
    router,
    "/firms/{code}/facts/{name}/retract",
    scope="facts.write",
    answer=Page[FactOut],
    summary=_("收回填报"),
    description=_("收回本企业对这一项的填报，其他来源重新起作用；回答这一项现在的值。"),
    body={"period": "2025"},
    example={"items": [_FACT], "next": None},
)
def retract(request: Asked, code: PathCode, name: PathCode, year: Year) -> Page[FactOut]:
    """The firm takes back what it said."""
    city, firm = current_city(), firm_of(request.actor, code)
    retract_fact(firm, actor=request.actor, attribute=name, period=year.period, now=timezone.now())
    firm.refresh_from_db()
    rows = [r for r in rows_of(request, firm) if r.attribute.name == name]
    return Page(items=[fact_out(r, city) for r in rows if r.period == year.period])
