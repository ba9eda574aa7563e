"""What a step of a case takes, one model a step; texts are bounded, the room judges the rest."""

from typing import Annotated, Literal

from django.utils.translation import gettext_noop as _
from pydantic import AfterValidator, Field

from qifu.api.schemas import Code, In, Line, Number, _no_nul

Words2000 = Annotated[str, Field(max_length=2_000), AfterValidator(_no_nul)]
Words10000 = Annotated[str, Field(max_length=10_000), AfterValidator(_no_nul)]
LongText = Annotated[str, Field(max_length=20_000), AfterValidator(_no_nul)]
Reason = Annotated[Words2000, Field(min_length=1)]
Short = Annotated[str, Field(max_length=300), AfterValidator(_no_nul)]
Kinds = Literal["inquiry", "help_request", "complaint", "suggestion"]
Reached = Literal["phone", "visit", "message", "meeting"]
UnitCode = Annotated[Code, Field(min_length=1, description=_("单位代码"))]


class Nothing(In):
    """A step that needs no words: {}."""


class Accept(In):
    """Take it in; what is left out stays as it is."""

    matter: Code = ""
    kind: Kinds | None = None
    region: Code = ""
    several: bool | None = Field(default=None, description=_("要几个单位一起办"))


class RejectIntake(In):
    """Which exclusion, why, and where to go instead."""

    exclusion: Annotated[Code, Field(min_length=1)]
    reason: Reason
    channel: Reason


class WithReason(In):
    """A step that says why."""

    reason: Reason


class Withdraw(In):
    """Taken back; a reason may be given."""

    reason: Words2000 = ""


class AskForFacts(In):
    """What is missing."""

    question: Reason


class Answer(In):
    """What was asked for."""

    answer: Annotated[Words10000, Field(min_length=1)]


class BasisIn(In):
    """An article {law, article}, a policy {policy}, or words {text}."""

    law: Code = ""
    article: Line = ""
    policy: Code = ""
    text: Short = ""


class PointAnswer(In):
    """The answer to one point."""

    number: Annotated[int, Field(ge=1, le=50)]
    text: Words10000


class ReplyIn(In):
    """Every point answered, an outcome, the basis."""

    text: Words10000 = ""
    points: Annotated[list[PointAnswer], Field(max_length=50)]
    outcome: Literal["resolved", "explained", "not_possible"]
    basis: Annotated[list[BasisIn], Field(max_length=20)] = []


class Dispatch(In):
    """The unit that answers; why, where the responsibility list says another."""

    unit: UnitCode
    why: Words2000 = ""
    several: bool | None = None


class ContactIn(In):
    """Who was contacted how, and what came of it."""

    person: Annotated[Line, Field(max_length=60)]
    channel: Reached
    reached: bool
    result: Words2000


class Assign(In):
    """A colleague, by number as /units/{code}/people tells it."""

    user: Number


class ObjectIn(In):
    """Why it is not this unit's, by what, and whose it is."""

    reason: Reason
    basis: Words2000
    suggested: Code = ""


class Transfer(In):
    """A unit below one's own."""

    unit: UnitCode
    why: Words2000 = ""


class AskExtension(In):
    """So many days more, and why."""

    days: Annotated[int, Field(ge=1, le=366)]
    reason: Reason


class GrantExtension(In):
    """Fewer days than asked for may be given."""

    reason: Words2000 = ""
    days: Annotated[int, Field(ge=1, le=366)] | None = None


class Rate(In):
    """What the firm says of the reply."""

    level: Annotated[int, Field(ge=1, le=5, description=_("5 非常满意 … 1 非常不满意"))]
    tags: Annotated[list[Code], Field(max_length=20)] = []
    solved: bool | None = None
    text: Words2000 = ""


class AttemptCallback(In):
    """One try to reach the firm."""

    channel: Reached
    reached: bool
    note: Words2000 = ""


class WithNote(In):
    """A step that needs a note."""

    note: Reason


class MayNote(In):
    """A step with which a note may go."""

    note: Words2000 = ""


class ProposeJustified(In):
    """The clause that stands in the way, and the explanation for the firm."""

    clause: Annotated[Short, Field(min_length=1)]
    explanation: Reason
    law: Code = ""
    article: Annotated[Line, Field(max_length=24)] = ""


class ConfirmClosed(In):
    """A slip, or the bad rating is withdrawn."""

    reason: Literal["misclick", "withdrawn"]


class Supervise(In):
    """Why, and in how many days."""

    reason: Reason
    until_days: Annotated[int, Field(ge=1, le=366)]


class Split(In):
    """The points that become a case of their own."""

    points: Annotated[list[Annotated[int, Field(ge=1, le=50)]], Field(min_length=1, max_length=50)]
    matter: Code = ""
    title: Annotated[Line, Field(max_length=120)] = ""


class Merge(In):
    """The case that this one follows."""

    master: Number


class Demand(In):
    """What a firm asks for; a draft needs nothing of it."""

    kind: Kinds | None = None
    matter: Code = ""
    region: Code = Field(default="", description=_("区划代码；不填用企业所在的区"))
    title: Annotated[Line, Field(max_length=120)] = ""
    text: LongText = ""
    points: Annotated[list[LongText], Field(max_length=50)] = []
    contact_name: Annotated[Line, Field(max_length=60)] = ""
    contact_phone: Annotated[Line, Field(max_length=24)] = ""


class NewCase(Demand):
    """A case to be submitted: a firm's own, or by an intake desk for a caller or visitor."""

    draft: Number | None = Field(default=None, description=_("提交这份草稿；内容以这里的为准"))
    firm: Code = Field(default="", description=_("只给受理岗：统一社会信用代码"))
    requester: Line = Field(default="", description=_("只给受理岗：不在登记库里的单位"))
    channel: Literal["web", "phone", "window"] = "web"


class LinkIn(In):
    """Another case that belongs to this one."""

    other: Number
    kind: Literal["repeat", "duplicate", "related"]
    note: Annotated[Line, Field(max_length=200)] = ""
