"""Rows for the lists of appeals, through the actions that people use: for `pages.py`."""

from datetime import date, datetime, timedelta
from typing import Any

LISTS = (
    "my-appeals", "desk-appeals", "desk-absences", "desk-figure-cases", "desk-gaps",
    "desk-knowledge", "answers",
)  # fmt: skip
# a list of appeals has other columns to fill in for a unit than for the desk that takes them in
INBOX = ("unit inbox", "/desk/appeals/?list=unit", "demo-handler")
BASIS = [{"text": "办事指南"}]


def grow_appeals(rows: int, before: int, now: datetime) -> None:
    """Bring every list to `rows` rows: new cases, cases in handling, gaps, absences, answers."""
    from qifu.accounts.models import User
    from qifu.knowledge.actions import write_answer
    from qifu.organisations.selectors import actor_for

    people = {
        name: actor_for(User.objects.get(username=f"demo-{name}"))
        for name in ("owner", "intake", "handler", "handler-2", "callback", "coordinator")
    }
    for n in range(before, rows):
        _submitted(people, now, f"第 {n} 件新提交的诉求：请问怎样办理？")
        _handled(people, now, n)
        _gap(people, now, n)
        write_answer(
            actor=people["intake"], now=now, code="", question_zh=f"第 {n} 个问题怎样办？",
            answer_zh="到窗口办。", basis=BASIS,
        )  # fmt: skip
        _away(people, date(2027, 1, 1) + timedelta(days=n), now)


def _submitted(people: dict[str, Any], now: datetime, text: str) -> Any:
    from qifu.appeals import actions

    return actions.submit_appeal(
        None, actor=people["owner"], now=now, kind="inquiry", matter="tax", region="440306",
        title="", text=text, points=(), contact_name="演示联系人", contact_phone="0755-00000000",
    )  # fmt: skip


def _handled(people: dict[str, Any], now: datetime, n: int) -> Any:
    from qifu.appeals import actions
    from qifu.organisations.models import Unit

    case = _submitted(people, now, f"第 {n} 件在办的诉求：一直没有结果，请协调。")
    actions.accept_appeal(case, actor=people["intake"], now=now)
    unit = Unit.objects.get(organisation=people["handler"].organisation)
    actions.dispatch_appeal(case, actor=people["intake"], now=now, unit=unit)
    actions.acknowledge(case, actor=people["handler"], now=now)
    return case


def _gap(people: dict[str, Any], now: datetime, n: int) -> None:
    from qifu.appeals import actions

    case = _submitted(people, now, f"第 {n} 件答不了的诉求：注册不满一年能不能申报？")
    actions.accept_appeal(case, actor=people["intake"], now=now)
    actions.answer_at_once(
        case, actor=people["intake"], now=now, text="", points={1: "不能。"}, outcome="explained",
        basis=BASIS,
    )  # fmt: skip
    actions.rate(case, actor=people["owner"], now=now, level=1, tags=[], solved=False, text="")
    actions.attempt_callback(
        case, actor=people["callback"], now=now, channel="phone", reached=True, note="已说明"
    )
    actions.propose_justified(
        case, actor=people["callback"], now=now, clause=f"第 {n} 条规定", explanation="已解释"
    )
    actions.approve_justified(case, actor=people["coordinator"], now=now)


def _away(people: dict[str, Any], day: date, now: datetime) -> None:
    from qifu.appeals import actions

    actions.record_absence(
        actor=people["handler"], now=now, user=people["handler-2"].user, first_day=day,
        last_day=day, note="出差",
    )  # fmt: skip
