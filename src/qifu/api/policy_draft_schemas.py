"""What programs send about drafts of policies, and how it becomes a clause."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop as _
from ninja import P, PathEx
from pydantic import Field

from qifu.api.schemas import Code, Day, In, Line, Text
from qifu.textmine.policy_reading.drafts import Element
from qifu.textmine.policy_reading.marks import (
    AMOUNT,
    CONDITION,
    DATE,
    STEP,
    WINDOW,
)

ClauseId = PathEx[str, P(pattern=r"^[a-z][0-9]{1,5}$", examples=["c1"])]
_MOST = 10**15
Whole = Annotated[int, Field(ge=-_MOST, le=_MOST)]
Real = Annotated[float, Field(ge=-_MOST, le=_MOST, allow_inf_nan=False)]
One = bool | Whole | Real | Line
CLAUSE: Mapping[str, Any] = {"attr": "employees", "op": ">=", "value": 20, "unit": "人"}


class SaysIn(In):
    """One clause. A condition has attr, op, value, unit, period, agg, hard; an amount shape, value,
    unit, of; a window role and first or last; everything else words."""

    attr: Code = Field(default="", description=_("条件看企业的哪一项：目录里的名称"))
    op: Code = Field(default="", description=_("怎样比，例如 >=、is、under"))
    value: One | Annotated[list[One], Field(max_length=200)] | None = Field(
        default=None, description=_("值；有几个的写成列表")
    )
    unit: Code = ""
    period: Code = ""
    agg: Code = ""
    hard: bool = Field(default=False, description=_("企业改变不了的必要条件"))
    shape: Code = Field(default="", description=_("金额是什么：fixed、rate、per、cap、floor、tier"))
    of: Code = Field(default="", description=_("比例或单价按哪一项计算"))
    role: Literal["apply", "effective"] = Field(
        default="apply", description=_("apply 申报时间，effective 有效期")
    )
    first: Day | None = None
    last: Day | None = None
    words: Text = Field(default="", description=_("材料、步骤、联系方式等的文字；地区写代码"))


class MadeIn(In):
    """A notice as text."""

    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    name: Line = ""
    area: Annotated[str, Field(max_length=40)] = Field(
        default="", description=_("发文地区的名称或代码；不填就是本地")
    )


class AddIn(In):
    """A clause that was not read."""

    kind: Code
    says: SaysIn
    basis: Annotated[str, Field(max_length=2_000)] = Field(
        default="", description=_("依据的原文，从原文复制")
    )
    group: Code = ""


class StampIn(In):
    """The clause as it was looked at."""

    stamp: Code


class ClauseIn(StampIn):
    """Another clause."""

    says: SaysIn


class RevisionIn(In):
    """The draft as it was looked at."""

    revision: Annotated[int, Field(ge=0, le=2**31)]


class HeadIn(RevisionIn):
    """What the text does not say; "" for nothing."""

    id: Code = ""
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    title: Annotated[str, Field(max_length=300)] = ""
    title_en: Annotated[str, Field(max_length=300)] = ""
    benefit: Code = ""
    amount: Annotated[str, Field(max_length=2_000)] = ""


def clause_of(kind: str, says: SaysIn, old: Element | None) -> Any:
    """The clause as `drafts.mend` and `drafts.add` take it; `old` is the one that it replaces."""
    if kind == CONDITION:
        made = {"attr": says.attr, "op": says.op, "value": says.value}
        made |= {key: getattr(says, key) for key in ("unit", "period", "agg") if getattr(says, key)}
        return made | ({"kind": "hard"} if says.hard else {})
    if kind == AMOUNT:
        kept = {key: value for key, value in old.says.items() if key != "of"} if old else {}
        made = {**kept, "shape": says.shape, "value": says.value, "unit": says.unit}
        return made | ({"of": says.of} if says.of else {})
    if kind == WINDOW:
        first, last = ("opens", "closes") if says.role == "apply" else ("from", "to")
        days: dict[str, date | None] = {first: says.first, last: says.last}
        named = "window" if says.role == "apply" else "effective"
        return {named: {name: day.isoformat() for name, day in days.items() if day}}
    if kind == DATE:
        return {"published": says.words}
    if kind == STEP:
        return {"text": {"zh": says.words}}
    before = old.clause if old and isinstance(old.clause, Mapping) else {}
    return {**before, "zh": says.words} if kind in ("paper", "contact", "exclusion") else says.words
