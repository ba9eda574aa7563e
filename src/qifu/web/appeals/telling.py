"""What a firm is told of its case: what comes next, who does it, by when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qifu.appeals.selectors import window_of
from qifu.appeals.selectors.case import Case, ClockView
from qifu.appeals.states import CLOSED, State
from qifu.base.errors import Refused
from qifu.organisations.models import Organisation

_S = State
# in these the case waits for the firm, not for the government
FOR_FIRM: Final = frozenset({_S.NEED_INFO, _S.REPLIED})
# who acts next and what they do, in the words of the street
_NEXT: Final[Mapping[str, str | Promise]] = {
    _S.SUBMITTED: _("受理岗在看您的诉求：受理、请您补充，或说明为什么不受理。"),
    _S.NEED_INFO: _("请您补充材料。补充之前计时暂停。"),
    _S.NOT_ACCEPTED: _("请到下面写的渠道去办；认为应当受理的，可以提一次异议。"),
    _S.LAPSED: _("没有等到您补充的材料，先停下了。补上就继续办。"),
    _S.ACCEPTED: _("受理岗会直接答复您，或派给承办单位。"),
    _S.DISPATCHED: _("承办单位签收后会联系您。"),
    _S.OBJECTED: _("承办单位认为不归它管，正在决定由谁办。计时不停，不用您再跑。"),
    _S.HANDLING: _("承办单位在办，会逐点答复您。"),
    _S.REVIEW: _("答复写好了，正在审核。"),
    _S.REPLIED: _("请看答复并评价。不满意的，会有回访岗联系您。"),
    _S.CALLBACK_DUE: _("回访岗会联系您，核实后重办，或说明受哪一条所限。"),
    _S.REHANDLING: _("在重办，重新计时，会再答复您。"),
    _S.CLOSED: _("已经办结。有新的情况，可以在期限内要求重办。"),
    _S.CLOSED_UNRATED: _("到期没有评价，已经办结，记为未评价。有新的情况，可以在期限内要求重办。"),
    _S.CLOSED_JUSTIFIED: _("核实后确认受政策法规所限，已经办结，并记为政策缺口供政策部门研究。"),
    _S.CLOSED_UNREACHABLE: _("多次联系不上您，先办结了。您还需要时，可以在期限内要求重办。"),
    _S.WITHDRAWN: _("您已撤回，不再办理。"),
}
# the clock whose end is the next date in a state; the reply's where nothing else is named
_NEXT_CLOCK: Final[Mapping[str, str]] = {
    _S.NEED_INFO: "info",
    _S.REPLIED: "unrated",
    _S.CALLBACK_DUE: "callback",
}
_DATE_WORDS: Final[Mapping[str, str | Promise]] = {
    "info": _("请您在这之前补充"),
    "unrated": _("评价到这一天为止"),
    "callback": _("最迟回访"),
    "contact": _("最迟联系您"),
    "reply": _("最迟答复"),
    "reopen": _("要求重办到这一天为止"),
    "contest": _("提异议到这一天为止"),
}


@dataclass(frozen=True)
class Next:
    """What comes next, who has the case, and the date that belongs to it."""

    words: str | Promise
    who: Organisation | None
    date: datetime | None = None
    date_words: str | Promise = ""
    provisional: bool = False
    waits: bool = False  # for the firm itself


def next_of(case: Case) -> Next:
    """The next thing that happens to a case, for its firm."""
    state = State(case.appeal.state)
    who = case.appeal.holder or case.appeal.lead
    told = Next(_NEXT.get(state, ""), who.organisation if who else None, waits=state in FOR_FIRM)
    closes = closing_of(case)
    if closes is not None:
        return replace(told, date=closes[1], date_words=_DATE_WORDS[closes[0]])
    view = _running(case, _NEXT_CLOCK.get(state, "")) or _running(case, "reply")
    if view is None or view.clock.state == "paused":
        return told
    clock = view.clock
    return replace(
        told,
        date=clock.due_at,
        date_words=_DATE_WORDS.get(clock.name, ""),
        provisional=clock.provisional,
    )


def closing_of(case: Case) -> tuple[str, datetime] | None:
    """Until when a closed case may be reopened, or a refusal contested: (window, moment)."""
    appeal = case.appeal
    since = {"reopen": appeal.closed_at if appeal.state in CLOSED else None}
    if appeal.state == State.NOT_ACCEPTED and not appeal.contested and case.scope:
        since["contest"] = case.scope.decided_at
    for name, start in since.items():
        if start is None:
            continue
        try:
            window = window_of(appeal, name, start)
        except (Refused, LookupError, ValueError):
            window = None
        if window is not None:
            return name, window.due
    return None


def reply_clock(case: Case) -> ClockView | None:
    """The clock of the answer that the firm waits for, or had: the newest of that name."""
    views = [view for view in case.clocks if view.clock.name == "reply"]
    return views[-1] if views else None


def _running(case: Case, name: str) -> ClockView | None:
    found = [view for view in case.running if view.clock.name == name]
    return found[-1] if found else None
