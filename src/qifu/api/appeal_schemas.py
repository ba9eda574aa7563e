"""What programs are told of a case: the models."""

from datetime import date, datetime

from django.utils.translation import gettext_noop as _
from pydantic import Field

from qifu.api.schemas import Named, Out, Words


class FirmOut(Out):
    """The firm whose case it is."""

    code: str = Field(description=_("统一社会信用代码"))
    name: str


class CaseRow(Out):
    """A case as a list shows it."""

    id: int
    number: str = Field(description=_("草稿没有编号"))
    state: Named
    kind: Named
    matter: Named | None
    region: Named | None
    title: str
    firm: FirmOut | None
    requester: str = Field(description=_("不在登记库里的来电来访单位"))
    channel: str
    external_id: str
    lead: Named | None = Field(description=_("承办单位"))
    holder: Named | None = Field(description=_("现在该由谁办"))
    round: int
    submitted_at: datetime | None
    changed_at: datetime
    due_at: datetime | None = Field(description=_("答复到期"))
    due_provisional: bool = Field(description=_("放假安排还没公布，到期日可能变"))
    next_clock: Named | None
    next_due_at: datetime | None
    late: bool = Field(description=_("下一个时限已过"))
    merged_into: int | None


class DayOut(Out):
    """One day on the way to a due date."""

    date: date
    counts: bool
    why: Words


class ClockOut(Out):
    """A limit that runs or ran, with the reason for every day."""

    name: Named
    state: str = Field(description="running, paused, met, missed, cancelled")
    round: int
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    provisional: bool
    late: bool
    explanation: Words | None
    days: list[DayOut]


class BasisOut(Out):
    """What a reply rests on: an article, a policy, or words."""

    law: str = ""
    article: str = ""
    policy: str = ""
    text: str = ""


class AnsweredOut(Out):
    """The answer to one point."""

    number: int
    text: str


class RatingOut(Out):
    """What the firm said of a reply."""

    level: int = Field(description=_("5 非常满意 … 1 非常不满意"))
    solved: bool | None
    tags: list[str]
    text: str
    rated_at: datetime


class ReplyOut(Out):
    """One reply: what, by whom, on what basis."""

    round: int
    unit: Named
    text: str
    points: list[AnsweredOut]
    outcome: str
    basis: list[BasisOut]
    at_once: bool
    replied_at: datetime
    rating: RatingOut | None


class PointOut(Out):
    """One question of the case."""

    number: int
    text: str


class FileOut(Out):
    """A file of the case."""

    id: int
    name: str
    content_type: str
    size: int
    state: str = Field(description=_("quarantined 检查中，clean 可以下载，rejected 不收"))
    finding: str
    internal: bool
    uploaded_at: datetime


class EntryOut(Out):
    """One line of the history."""

    at: datetime
    step: str
    words: Words
    who: str
    unit: Named | None
    to: Named | None
    note: str
    from_state: str
    to_state: str


class QuestionOut(Out):
    """What the desk asked the firm for."""

    question: str
    asked_at: datetime
    until: datetime
    answer: str
    answered_at: datetime | None


class RefusalOut(Out):
    """Why a case was not taken in, and where to go."""

    exclusion: str
    reason: str
    channel: str
    decided_at: datetime


class RelatedOut(Out):
    """A case that belongs to this one."""

    id: int
    number: str
    kind: str = Field(description="repeat, duplicate, child, parent, master, follower, related")


class ContactOut(Out):
    """Whom to call."""

    name: str
    phone: str


class FieldOut(Out):
    """A field of a step."""

    name: str
    required: bool


class StepOut(Out):
    """A step that this token may take now: where to send it and what it takes."""

    step: str
    words: Words
    guard: Words
    address: str
    fields: list[FieldOut]


class CaseOut(CaseRow):
    """A case, whole, as this token may see it."""

    text: str
    contact: ContactOut | None = Field(description=_("看不到联系人的为 null"))
    several: bool
    contested: bool
    confirm_asked: bool = Field(description=_("等企业确认办结"))
    points: list[PointOut]
    replies: list[ReplyOut]
    clocks: list[ClockOut]
    questions: list[QuestionOut]
    refusal: RefusalOut | None
    files: list[FileOut]
    related: list[RelatedOut]
    steps: list[StepOut]


class DoneOut(Out):
    """A step was taken: the case as it stands now."""

    step: str
    case: CaseRow
    made: int | None = Field(default=None, description=_("新建的另一件（拆出的子件）的 id"))
