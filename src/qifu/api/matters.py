"""What appeals can be about, what is not taken in, and due dates that explain themselves."""

from datetime import date, datetime
from typing import Annotated

from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import AwareDatetime, Field

from qifu.api.appeal_schemas import DayOut
from qifu.api.core import Asked, Router, reads
from qifu.api.schemas import In, Out, Words, words
from qifu.base.calendar import calendar_in_force
from qifu.base.city import current_city
from qifu.base.errors import BadInput
from qifu.rulebook.calendar_words import ClockError
from qifu.rulebook.clock_due import due_of
from qifu.rulebook.clock_limits import Limit

router = Router(tags=["knowledge"])


class MatterOut(Out):
    """What an appeal can be about."""

    code: str
    name: Words
    domain: str
    asks: list[Words] = Field(description=_("通常要补充的"))
    rule_set: str | None
    laws: list[str]


class MattersOut(Out):
    """Every matter, in the order of the pack."""

    items: list[MatterOut]


class ExclusionOut(Out):
    """What is not taken in, why, and where to go."""

    code: str
    name: Words
    reason: Words
    channel: Words
    link: str
    channels: list[str]


class ExclusionsOut(Out):
    """Every exclusion, in the order of the pack."""

    items: list[ExclusionOut]


class DueOut(Out):
    """When something is due, and why that day."""

    due: datetime
    due_date: date
    provisional: bool = Field(description=_("放假安排还没公布，可能变"))
    explanation: Words
    days: list[DayOut]


class DueAsked(In):
    """From when, and how many days; one of the two."""

    start: Annotated[
        AwareDatetime, Field(description=_("收到的时刻，带时区"), examples=["2026-09-29T08:00:00Z"])
    ]
    working_days: Annotated[int, Field(ge=0, le=3_660)] | None = None
    calendar_days: Annotated[int, Field(ge=0, le=3_660)] | None = None
    roll: bool = Field(default=False, description=_("自然日到期遇休息日的顺延"))


@reads(
    router,
    "/matters",
    scope="appeals.read",
    answer=MattersOut,
    summary=_("诉求的事项"),
    description=_("提交时 matter 填这里的 code；不知道的可以留空。"),
    example={
        "items": [
            {
                "code": "power", "name": {"zh": "用电", "en": "Electricity"}, "domain": "service",
                "asks": [{"zh": "用电户号", "en": "Account number"}], "rule_set": None, "laws": [],
            }
        ]
    },
)  # fmt: skip
def list_matters(request: Asked) -> MattersOut:
    """The matters of the pack."""
    return MattersOut(
        items=[
            MatterOut(
                code=one.code,
                name=words(tuple(one.name)),
                domain=one.domain,
                asks=[words(tuple(ask)) for ask in one.asks],
                rule_set=one.rule_set,
                laws=list(one.law),
            )
            for one in current_city().matters
        ]
    )


@reads(
    router,
    "/exclusions",
    scope="appeals.read",
    answer=ExclusionsOut,
    summary=_("不受理的情形"),
    description=_("每一种的理由，和应当去的渠道。"),
    example={
        "items": [
            {
                "code": "litigation", "name": {"zh": "诉讼、仲裁", "en": "Litigation"},
                "reason": {"zh": "已进入诉讼", "en": "In court"},
                "channel": {"zh": "受理法院", "en": "The court"}, "link": "", "channels": [],
            }
        ]
    },
)  # fmt: skip
def list_exclusions(request: Asked) -> ExclusionsOut:
    """What is not taken in."""
    scope = current_city().scope
    return ExclusionsOut(
        items=[
            ExclusionOut(
                code=one.code,
                name=words(tuple(one.name)),
                reason=words(tuple(one.reason)),
                channel=words((one.channel.zh, one.channel.en)),
                link=one.channel.link or "",
                channels=list(one.channels),
            )
            for one in (scope.exclusions if scope else ())
        ]
    )


@reads(
    router,
    "/due",
    scope="appeals.read",
    answer=DueOut,
    summary=_("算到期日"),
    description=_("收到当日不计；逐日说明为什么。working_days 和 calendar_days 填一个。"),
    example={
        "due": "2026-10-19T23:59:59+08:00", "due_date": "2026-10-19", "provisional": False,
        "explanation": {"zh": "自2026年9月29日起 10 个工作日", "en": "10 working days"},
        "days": [{"date": "2026-09-30", "counts": True, "why": {"zh": "①", "en": "1"}}],
    },
)  # fmt: skip
def read_due(request: Asked, asked: Query[DueAsked]) -> DueOut:
    """A due date that explains itself, under the calendar in force."""
    if (asked.working_days is None) == (asked.calendar_days is None):
        raise BadInput(_now("working_days 和 calendar_days 填一个。"), field="working_days")
    working = asked.working_days is not None
    number = asked.working_days if working else asked.calendar_days
    assert number is not None
    limit = Limit(
        "reply", number, "working_day" if working else "calendar_day", roll=asked.roll
    )  # fmt: skip
    try:
        due = due_of(limit, asked.start, calendar=calendar_in_force())
        explanation, trace = due.explanation, due.trace
    except (ClockError, OverflowError) as error:
        zh, en = getattr(error, "zh", ""), getattr(error, "en", "")
        english = (get_language() or "").startswith("en")
        raise BadInput((en if english else zh) or _now("日期算不出来。"), field="start") from None
    return DueOut(
        due=due.due,
        due_date=due.due_date,
        provisional=due.provisional,
        explanation=words(tuple(explanation)),
        days=[
            DayOut(date=one.date, counts=one.counts, why=Words(zh=one.why_zh, en=one.why_en))
            for one in trace
        ],
    )
