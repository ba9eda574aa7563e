"""Disputes about facts: opened and withdrawn by firms, settled by officers."""

from datetime import datetime
from typing import Annotated, Literal

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.core import Asked, Router, changes, creates, reads
from qifu.api.facts import Period, StatementOut, statement_out
from qifu.api.paging import Page, Paging, paged
from qifu.api.schemas import Code, In, Line, Named, Out, PathCode, PathId, Text, Words
from qifu.api.values import Told, Value, as_typed, firm_of, label_words, named, value_words
from qifu.base.city import City, current_city
from qifu.organisations.actions import dispute_fact, settle_dispute, withdraw_dispute
from qifu.organisations.models import Dispute
from qifu.organisations.selectors import disputes_visible_to, find_disputes, statements_in
from qifu.organisations.states import DisputeState

router = Router(tags=["facts"])


class DisputeOut(Out):
    """What the firm says is wrong, what is right in its view, and how it ended."""

    id: int
    firm: str = Field(description=_("统一社会信用代码"))
    key: str
    label: Words
    disputed: Told
    disputed_words: Words
    claimed: Told
    claimed_words: Words
    reason: str
    state: Named
    opened_at: datetime
    settled_at: datetime | None
    answer: str


class DisputeIn(In):
    """What is wrong and why."""

    attribute: Code
    period: Period = ""
    value: Value = Field(description=_("正确的值"))
    reason: Annotated[Text, Field(min_length=1, max_length=2_000)]


class Settlement(In):
    """How an officer settles a dispute."""

    outcome: Literal["correct", "keep"] = Field(description=_("correct 更正，keep 维持原值"))
    value: Value | None = Field(default=None, description=_("更正为；维持时不填"))
    answer: Annotated[Text, Field(min_length=1, max_length=2_000)]


class DisputeFilters(Paging):
    """Which disputes."""

    state: Literal["", "open", "corrected", "kept", "withdrawn"] = ""
    text: Annotated[Line, Field(description=_("企业名称的一部分，或信用代码的开头"))] = ""


def dispute_out(one: Dispute, city: City) -> DisputeOut:
    """A dispute as both sides see it."""
    attribute = city.catalogue.get(one.attribute)
    return DisputeOut(
        id=one.pk,
        firm=one.enterprise.uscc,
        key=one.key,
        label=label_words(city, one.key),
        disputed=one.fact.value,
        disputed_words=value_words(attribute, one.fact.value, city),
        claimed=one.claimed,
        claimed_words=value_words(attribute, one.claimed, city),
        reason=one.reason,
        state=named(dict(DisputeState.choices), one.state),
        opened_at=one.opened_at,
        settled_at=one.settled_at,
        answer=one.answer,
    )


_EXAMPLE = {
    "id": 5, "firm": "91440300MA5FAKE01X", "key": "employees",
    "label": {"zh": "从业人员", "en": "Employees"},
    "disputed": 186, "disputed_words": {"zh": "186人", "en": "186 people"},
    "claimed": 190, "claimed_words": {"zh": "190人", "en": "190 people"},
    "reason": "社保缴纳人数为 190 人",
    "state": {"code": "open", "name": {"zh": "核实中", "en": "Open"}},
    "opened_at": "2026-11-22T12:00:00+08:00", "settled_at": None, "answer": "",
}  # fmt: skip


@reads(
    router,
    "/disputes",
    scope="facts.read",
    answer=Page[DisputeOut],
    summary=_("资料异议"),
    description=_("企业看自己的；数据核验岗看全部。新的在前。"),
    example={"items": [_EXAMPLE], "next": None},
)
def list_disputes(request: Asked, filters: Query[DisputeFilters]) -> Page[DisputeOut]:
    """Newest first."""
    city = current_city()
    found = find_disputes(request.actor, text=filters.text, state=filters.state)
    return paged(found, filters, lambda one: dispute_out(one, city))


@reads(
    router,
    "/disputes/{pk}",
    scope="facts.read",
    answer=DisputeOut,
    missing=True,
    summary=_("查看一件异议"),
    description=_("异议的内容、状态和答复。"),
    example=_EXAMPLE,
)
def read_dispute(request: Asked, pk: PathId) -> DisputeOut:
    """One dispute."""
    return dispute_out(disputes_visible_to(request.actor).get(pk=pk), current_city())


@reads(
    router,
    "/disputes/{pk}/statements",
    scope="facts.read",
    answer=Page[StatementOut],
    missing=True,
    summary=_("异议涉及的各方说法"),
    description=_("每个来源对这一项说过什么，新的在前。"),
    example={"items": [], "next": None},
)
def list_dispute_statements(request: Asked, pk: PathId) -> Page[StatementOut]:
    """What every source says of the disputed fact."""
    city = current_city()
    case = disputes_visible_to(request.actor).get(pk=pk)
    return Page(items=[statement_out(fact, city) for fact in statements_in(request.actor, case)])


@creates(
    router,
    "/firms/{code}/disputes",
    scope="facts.write",
    answer=DisputeOut,
    missing=True,
    summary=_("提出异议"),
    description=_("企业认为一项资料有误：说明正确的值和依据，由数据核验岗核实。"),
    body={"attribute": "employees", "value": 190, "reason": "社保缴纳人数为 190 人"},
    example=_EXAMPLE,
)
def open_dispute(request: Asked, code: PathCode, dispute: DisputeIn) -> DisputeOut:
    """The firm says that a fact is wrong."""
    city, firm = current_city(), firm_of(request.actor, code)
    made = dispute_fact(
        firm,
        actor=request.actor,
        attribute=dispute.attribute,
        period=dispute.period,
        text=as_typed(city.catalogue.get(dispute.attribute), dispute.value),
        reason=dispute.reason,
        now=timezone.now(),
    )
    return dispute_out(made, city)


@changes(
    router,
    "/disputes/{pk}/withdraw",
    scope="facts.write",
    answer=DisputeOut,
    summary=_("撤回异议"),
    description=_("核实中的异议可以撤回，资料保持原值。"),
    example=_EXAMPLE,
)
def withdraw_one_dispute(request: Asked, pk: PathId) -> DisputeOut:
    """The firm takes it back."""
    case = disputes_visible_to(request.actor).get(pk=pk)
    withdraw_dispute(case, actor=request.actor, now=timezone.now())
    return dispute_out(case, current_city())


@changes(
    router,
    "/disputes/{pk}/settle",
    scope="casework",
    answer=DisputeOut,
    summary=_("办理异议"),
    description=_("数据核验岗更正或维持，并写明依据；企业会收到消息。"),
    body={"outcome": "correct", "value": 190, "answer": "已与社保核实，为 190 人。"},
    example=_EXAMPLE,
)
def settle_one_dispute(request: Asked, pk: PathId, settlement: Settlement) -> DisputeOut:
    """An officer corrects the value or keeps it."""
    city = current_city()
    case = disputes_visible_to(request.actor).get(pk=pk)
    given = settlement.value
    settle_dispute(
        case,
        actor=request.actor,
        outcome=settlement.outcome,
        text="" if given is None else as_typed(city.catalogue.get(case.attribute), given),
        answer=settlement.answer,
        now=timezone.now(),
    )
    return dispute_out(case, city)
