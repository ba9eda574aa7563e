"""Exchange with an outside hotline: orders in, statuses out, acknowledgements."""

from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from qifu.api.appeal_bodies import LongText
from qifu.api.core import Asked, Router, changes, reads
from qifu.api.schemas import Code, In, Out, Words, _no_nul
from qifu.appeals import actions
from qifu.appeals.actions.statuses import exchange_city, number_statuses
from qifu.appeals.selectors import statuses_since

router = Router(tags=["exchange"])
MOST_ORDERS, MOST_STATUSES = 200, 500
Partner = Annotated[Code, Field(min_length=1, description=_("交换对象的代码，例如 12345"))]
Cell = Annotated[str, Field(max_length=400), AfterValidator(_no_nul)]


class OrderIn(In):
    """A work order. What is empty says nothing: it changes nothing of what came before."""

    external_id: Annotated[Cell, Field(description=_("对方的编号，最长 64 个字"))]
    text: LongText
    time: Annotated[Cell, Field(description=_("提交时间，例如 2026-11-22T09:30:00+08:00"))]
    firm: Cell = Field(default="", description=_("统一社会信用代码，或企业名称"))
    contact: Cell = ""
    phone: Cell = ""
    title: Cell = ""
    kind: Cell = ""
    matter: Cell = ""
    region: Cell = ""
    supplement: LongText = Field(default="", description=_("补充内容，只追加，不替换"))
    updated: Cell = Field(default="", description=_("对方的更新时间；比上次早的不算"))


class OrdersIn(In):
    """Orders of one partner, taken in one by one."""

    partner: Partner
    orders: Annotated[list[OrderIn], Field(min_length=1, max_length=MOST_ORDERS)]


class OutcomeOut(Out):
    """What became of one order."""

    external_id: str
    outcome: Literal["made", "same", "changed", "conflict", "refused"]
    number: str
    appeal: int | None
    fields: list[str]
    field: str
    message: Words


class OutcomesOut(Out):
    """An outcome for every order, in their order."""

    items: list[OutcomeOut]


class StatusOut(BaseModel):
    """One step of a case; what else was said depends on the step."""

    model_config = ConfigDict(extra="allow")

    number: int
    external_id: str
    case: str
    step: str
    words: Words
    state: str
    state_words: Words
    at: str
    due: str | None


class StatusesOut(Out):
    """Statuses in the order of their numbers; `next` is what to ask after."""

    items: list[StatusOut]
    next: int = Field(description=_("下次的 after；没有新的时和这次一样"))


class StatusesAsked(BaseModel):
    """Which statuses."""

    partner: Annotated[str, Field(min_length=1, max_length=24, examples=["12345"])]
    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_STATUSES)] = 100


class AcknowledgeIn(In):
    """Single numbers, or all up to one."""

    partner: Partner
    numbers: Annotated[list[Annotated[int, Field(ge=1, le=2**62)]], Field(max_length=1_000)] = []
    up_to: Annotated[int, Field(ge=0, le=2**62)] = 0


class AcknowledgedOut(Out):
    """How many were not acknowledged before."""

    acknowledged: int


_STATUS: dict[str, Any] = {
    "number": 41, "external_id": "GD-1", "case": "SQ20261122-000007", "step": "dispatch",
    "words": {"zh": "派单", "en": "Dispatch"}, "state": "dispatched",
    "state_words": {"zh": "待签收", "en": "Waiting for the unit"},
    "at": "2026-11-22T10:00:00+08:00", "due": "2026-11-27T23:59:59+08:00",
    "unit": {"code": "SZ-GXJ", "name": {"zh": "市工业和信息化局", "en": "Industry Bureau"}},
}  # fmt: skip


@changes(
    router,
    "/exchange/orders",
    scope="exchange",
    answer=OutcomesOut,
    missing=False,
    summary=_("送来工单"),
    description=_(
        "一个外部编号只对应一件诉求，同样的再送一次什么也不变，所以可以放心重发。每张工单单独处理，"
        "回答各自的结果："
        "made 新收，same 没有变化，changed 有变化，conflict 和已受理的内容矛盾、等人"
        "决定，refused 不能收和原因。"
    ),
    body={
        "partner": "12345",
        "orders": [
            {
                "external_id": "GD-1", "text": "园区货梯坏了三天没有修好，请协调。",
                "time": "2026-11-22T09:30:00+08:00", "firm": "", "contact": "来电人",
                "phone": "0755-00000000",
            }
        ],
    },
    example={
        "items": [
            {
                "external_id": "GD-1", "outcome": "made", "number": "SQ20261122-000007",
                "appeal": 31, "fields": [], "field": "", "message": {"zh": "", "en": ""},
            }
        ]
    },
)  # fmt: skip
def receive_exchange(request: Asked, given: OrdersIn) -> OutcomesOut:
    """Take orders in; an outcome for each."""
    outcomes = actions.receive_orders(
        given.partner, [one.model_dump() for one in given.orders], actor=request.actor,
        now=timezone.now(),
    )  # fmt: skip
    return OutcomesOut(
        items=[
            OutcomeOut(
                external_id=one.external_id,
                outcome=one.outcome,  # type: ignore[arg-type]  # one of the five
                number=one.number,
                appeal=one.appeal_id,
                fields=list(one.fields),
                field=one.field,
                message=Words(zh=one.zh, en=one.en),
            )
            for one in outcomes
        ]
    )


@reads(
    router,
    "/exchange/statuses",
    scope="exchange",
    answer=StatusesOut,
    summary=_("取走办理情况"),
    description=_(
        "从 after 之后按编号取；编号没有空缺，同一个编号的内容不会变。收好以后确认，或下次从 next "
        "接着取。"
    ),
    example={"items": [_STATUS], "next": 41},
)
def list_statuses(request: Asked, asked: Query[StatusesAsked]) -> StatusesOut:
    """The statuses after a number."""
    exchange_city(request.actor, asked.partner)
    number_statuses(asked.partner)
    rows = statuses_since(request.actor, asked.partner, after=asked.after, most=asked.limit)
    return StatusesOut(
        items=[StatusOut(**row.data) for row in rows],
        next=(rows[-1].number or 0) if rows else asked.after,
    )


@changes(
    router,
    "/exchange/acknowledgements",
    scope="exchange",
    answer=AcknowledgedOut,
    missing=False,
    refused=(),
    summary=_("确认收到办理情况"),
    description=_("numbers 是单个编号，up_to 是到这一号为止的全部；再确认一次什么也不变。"),
    body={"partner": "12345", "numbers": [], "up_to": 41},
    example={"acknowledged": 41},
)
def acknowledge_exchange(request: Asked, given: AcknowledgeIn) -> AcknowledgedOut:
    """The partner has them."""
    done = actions.acknowledge_statuses(
        given.partner, actor=request.actor, now=timezone.now(), numbers=given.numbers,
        up_to=given.up_to,
    )  # fmt: skip
    return AcknowledgedOut(acknowledged=done)
