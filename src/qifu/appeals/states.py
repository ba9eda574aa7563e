"""The life of an appeal in one table: what drives the engine, the buttons, the docs and the tests.

The table is CASEWORK.md §2. Steps that change no state have `to=None`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qifu.base.transitions import Transitions


class State(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待受理")
    NEED_INFO = "need_info", _("待补充")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    LAPSED = "lapsed", _("逾期未补充")
    ACCEPTED = "accepted", _("待派单")
    DISPATCHED = "dispatched", _("待签收")
    OBJECTED = "objected", _("派单异议")
    HANDLING = "handling", _("办理中")
    REVIEW = "review", _("待审核")
    REPLIED = "replied", _("已答复")
    CALLBACK_DUE = "callback_due", _("待回访")
    REHANDLING = "rehandling", _("重办中")
    CLOSED = "closed", _("已办结")
    CLOSED_UNRATED = "closed_unrated", _("已办结（未评价）")
    CLOSED_JUSTIFIED = "closed_justified", _("已办结（政策法规所限）")
    CLOSED_UNREACHABLE = "closed_unreachable", _("已办结（联系不上）")
    WITHDRAWN = "withdrawn", _("已撤回")


class Kind(models.TextChoices):
    """What an appeal is. Tip-offs are not taken here: identities cannot be protected yet."""

    INQUIRY = "inquiry", _("咨询")
    HELP_REQUEST = "help_request", _("求助")
    COMPLAINT = "complaint", _("投诉")
    SUGGESTION = "suggestion", _("建议")


class Who(StrEnum):
    """Who takes a step: a side of the case, with the permission that its role needs."""

    ENTERPRISE = "enterprise"  # acts for the firm of the appeal; appeals.submit
    INTAKE = "intake"  # appeals.intake
    HANDLER = "handler"  # acts for the lead unit; appeals.handle
    COORDINATOR = "coordinator"  # appeals.coordinate
    CALLBACK = "callback"  # appeals.callback
    SYSTEM = "system"  # a job, selecting by state


CLOSED: Final = frozenset(
    {State.CLOSED, State.CLOSED_UNRATED, State.CLOSED_JUSTIFIED, State.CLOSED_UNREACHABLE}
)
# what somebody of the government still has to act on, or the firm to answer
OPEN: Final = frozenset(
    {
        State.SUBMITTED, State.NEED_INFO, State.ACCEPTED, State.DISPATCHED, State.OBJECTED,
        State.HANDLING, State.REVIEW, State.REPLIED, State.CALLBACK_DUE, State.REHANDLING,
    }
)  # fmt: skip
# the unit that answers is known
WITH_LEAD: Final = frozenset(
    {
        State.DISPATCHED, State.OBJECTED, State.HANDLING, State.REVIEW, State.REPLIED,
        State.CALLBACK_DUE, State.REHANDLING, *CLOSED,
    }
)  # fmt: skip
BEFORE_REPLY: Final = frozenset(
    {
        State.SUBMITTED, State.NEED_INFO, State.ACCEPTED, State.DISPATCHED, State.OBJECTED,
        State.HANDLING, State.REVIEW, State.REHANDLING,
    }
)  # fmt: skip
# what stands where the name of somebody forgotten stood: it is nobody's, not one person's
FORGOTTEN: Final = "已注销"
MOST_HOPS: Final = 2
MOST_OBJECTIONS: Final = 2


@dataclass(frozen=True)
class Step:
    """One row of the table. `built` is False for rows that have their place but no action yet."""

    name: str
    sources: frozenset[State]
    to: State | None
    who: tuple[Who, ...]
    words: str | Promise
    guard: str | Promise = ""
    danger: bool = False
    built: bool = True


def _step(
    name: str,
    sources: State | frozenset[State],
    to: State | None,
    who: Who | tuple[Who, ...],
    words: str | Promise,
    guard: str | Promise = "",
    **more: bool,
) -> Step:
    return Step(
        name,
        sources if isinstance(sources, frozenset) else frozenset({sources}),
        to,
        who if isinstance(who, tuple) else (who,),
        words,
        guard,
        **more,
    )


S, E, IN, H = State, Who.ENTERPRISE, Who.INTAKE, Who.HANDLER
C, B, SYS = Who.COORDINATOR, Who.CALLBACK, Who.SYSTEM
_WORKING = frozenset({S.DISPATCHED, S.HANDLING, S.REHANDLING})

_ROWS: Final = (
    _step("submit", S.DRAFT, S.SUBMITTED, (E, IN), _("提交"), _("同一份只收一次")),
    _step("accept", S.SUBMITTED, S.ACCEPTED, IN, _("受理"), _("由人决定，规则只提建议")),
    _step(
        "reject_intake", S.SUBMITTED, S.NOT_ACCEPTED, IN, _("不予受理"),
        _("写明属于哪一类、理由和应当去的渠道"), danger=True,
    ),
    _step(
        "contest", S.NOT_ACCEPTED, S.SUBMITTED, E, _("对不予受理提出异议"),
        _("一次；改为受理的，仍按最初提交时间计时"),
    ),
    _step(
        "ask_for_facts", S.SUBMITTED, S.NEED_INFO, IN, _("请企业补充"),
        _("暂停计时，暂停有最长期限"),
    ),
    _step("supply_facts", S.NEED_INFO, S.SUBMITTED, (E, IN), _("补充材料")),
    _step(
        "lapse", S.NEED_INFO, S.LAPSED, SYS, _("逾期未补充"),
        _("提醒过两次；不算撤回，也不算解决"),
    ),
    _step("resume", S.LAPSED, S.SUBMITTED, E, _("继续办理"), _("补上当时要求的材料")),
    _step(
        "answer_at_once", S.ACCEPTED, S.REPLIED, IN, _("直接答复"), _("引用依据，逐点答复"),
    ),
    _step(
        "dispatch", frozenset({S.ACCEPTED, S.REHANDLING}), S.DISPATCHED, (IN, C), _("派单"),
        _("第 1 跳；重办时只限当初由受理岗直接答复的"),
    ),
    _step("acknowledge", S.DISPATCHED, S.HANDLING, H, _("签收")),
    _step("contact", _WORKING, None, H, _("记录联系"), _("联系了谁、怎样联系、结果如何")),
    _step("assign", _WORKING, None, H, _("交给同事办理"), _("本单位的办理人")),
    _step(
        "object", S.DISPATCHED, S.OBJECTED, H, _("提出派单异议"),
        _("在异议期内，写明理由、依据和建议单位；计时不停；终审后不能再提"),
    ),
    _step(
        "uphold", S.OBJECTED, S.ACCEPTED, (IN, C), _("异议成立"),
        _("第一次由受理岗、第二次由协调岗决定；第二次为终审"),
    ),
    _step(
        "dismiss", S.OBJECTED, S.DISPATCHED, (IN, C), _("异议不成立"),
        _("第一次由受理岗、第二次由协调岗决定；第二次为终审"),
    ),
    _step(
        "transfer", frozenset({S.DISPATCHED, S.HANDLING}), S.DISPATCHED, H, _("转下级单位"),
        _("只能转一次：总共不超过两跳"),
    ),
    _step("add_co_units", S.HANDLING, None, H, _("增加协办单位"), built=False),
    _step("co_reply", S.HANDLING, None, H, _("协办答复"), built=False),
    _step(
        "ask_extension", S.HANDLING, None, H, _("申请延期"), _("到期之前，一次，写明理由"),
    ),
    _step("grant_extension", S.HANDLING, None, C, _("同意延期"), _("到期之前；不能超过规定的天数")),
    _step("refuse_extension", S.HANDLING, None, C, _("不同意延期")),
    _step(
        "reply", frozenset({S.HANDLING, S.REHANDLING}), S.REPLIED, H, _("答复"),
        _("每一点都要答；引用依据"),
    ),
    _step("send_for_review", S.HANDLING, S.REVIEW, H, _("送审"), built=False),
    _step("approve_reply", S.REVIEW, S.REPLIED, H, _("审核通过"), _("不能是起草人"), built=False),
    _step("bounce_reply", S.REVIEW, S.HANDLING, H, _("退回修改"), _("不能是起草人"), built=False),
    _step(
        "rate_satisfied", S.REPLIED, S.CLOSED, E, _("评价：满意"), _("非常满意、满意或基本满意"),
    ),
    _step(
        "rate_dissatisfied", S.REPLIED, S.CALLBACK_DUE, E, _("评价：不满意"),
        _("不满意或非常不满意；随即开始回访计时"),
    ),
    _step(
        "close_unrated", S.REPLIED, S.CLOSED_UNRATED, SYS, _("期满未评价"),
        _("记为未评价，绝不记为满意"),
    ),
    _step("attempt_callback", S.CALLBACK_DUE, None, B, _("记录回访")),
    _step(
        "wants_more", S.CALLBACK_DUE, S.REHANDLING, B, _("核实：要求继续办理"),
        _("回到原承办单位，重新计时"),
    ),
    _step(
        "propose_justified", S.CALLBACK_DUE, None, B, _("申请按政策法规所限办结"),
        _("写明解释和条款，等协调岗批准"),
    ),
    _step(
        "approve_justified", S.CALLBACK_DUE, S.CLOSED_JUSTIFIED, C, _("批准按所限办结"),
        _("不能是提出人；同时记一条政策缺口"),
    ),
    _step("decline_justified", S.CALLBACK_DUE, None, C, _("不批准"), _("回访岗继续核实")),
    _step(
        "close_unreachable", S.CALLBACK_DUE, S.CLOSED_UNREACHABLE, B, _("联系不上，办结"),
        _("在不同的半天至少联系过三次"), danger=True,
    ),
    _step(
        "ask_confirmation", S.CALLBACK_DUE, None, B, _("请企业确认点错或撤回评价"),
    ),
    _step(
        "confirm_closed", S.CALLBACK_DUE, S.CLOSED, E, _("确认办结"), _("点错了，或撤回不满意评价"),
    ),
    _step(
        "reopen", CLOSED, S.REHANDLING, E, _("要求重办"), _("在重办期内，并有新的情况"),
    ),
    _step("withdraw", BEFORE_REPLY, S.WITHDRAWN, E, _("撤回诉求"), danger=True),
    _step("remind", OPEN, None, C, _("催办")),
    _step("supervise", OPEN, None, C, _("督办"), _("编号的督办书")),
    _step("escalate", OPEN, None, (C, IN), _("提级办理")),
    _step(
        "split", frozenset({S.SUBMITTED, S.ACCEPTED}), None, IN, _("拆出子件"),
        _("至少拆出一点"),
    ),
    _step(
        "merge", frozenset({S.SUBMITTED, S.ACCEPTED}), None, IN, _("并单"),
        _("并入未答复的主件，随主件答复，各自评价"),
    ),
    _step("unmerge", BEFORE_REPLY, None, IN, _("取消并单")),
    _step(
        "follow_reply", BEFORE_REPLY, S.REPLIED, SYS, _("随主件答复"), _("只限已并单的"),
    ),
    _step("part", BEFORE_REPLY, None, SYS, _("主件已停，恢复单独办理"), _("只限已并单的")),
    _step(
        "take_back", _WORKING | {S.OBJECTED, S.REVIEW}, S.ACCEPTED, SYS, _("收回重派"),
        _("承办单位已撤销；计时不停"),
    ),
    _step(
        "change_desk", OPEN, None, SYS, _("改由现任岗位负责"), _("原来的岗位所在单位已撤销"),
    ),
)  # fmt: skip

STEPS: Final[Mapping[str, Step]] = {step.name: step for step in _ROWS}

# what base.transitions.move understands; steps that change nothing are not in it
TRANSITIONS: Final[Transitions] = {
    step.name: (frozenset(str(s.value) for s in step.sources), str(step.to.value))
    for step in _ROWS
    if step.to is not None
}


def steps_of(state: str) -> list[Step]:
    """The built steps that the table allows from a state, in the table's order."""
    return [step for step in _ROWS if step.built and state in step.sources]
