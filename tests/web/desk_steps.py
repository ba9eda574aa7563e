"""Every step of an official as a form: on which case, by whom, what is sent, what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.organisations.permissions import Actor
from tests.appeals import world
from tests.appeals.world import later

LONG = "因为这件事要由另一个单位来办，请看说明"


@dataclass(frozen=True)
class Step:
    """`good` takes the step and leads to `to` ("" = same state); `bad` is refused with `said`."""

    name: str
    case: Callable[[], Appeal]
    actor: Callable[[], Actor]
    good: dict[str, Any]
    to: str = ""
    bad: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    label: str = ""

    @property
    def id(self) -> str:
        return self.label or self.name


def several() -> Appeal:
    return world.submitted(points=("电什么时候通？", "要交多少钱？"))


def two_points() -> Appeal:
    return world.handling_(world.dispatched(world.accepted(several())))


def with_extension() -> Appeal:
    appeal = world.handling_()
    actions.ask_extension(
        appeal, actor=world.handler_actor(appeal.lead), now=later(appeal), days=3, reason="等检测"
    )
    return appeal


def proposed() -> Appeal:
    appeal = world.callback_due()
    actions.propose_justified(
        appeal, actor=world.callback_actor(), now=later(appeal), clause="不满一年不能申报",
        explanation="已向企业解释",
    )  # fmt: skip
    return appeal


def tried_three_times() -> Appeal:
    appeal, at = world.callback_due(), world.NOW
    desk = world.callback_actor()
    for _half_day in range(3):
        at += timedelta(days=1)
        actions.attempt_callback(
            appeal, actor=desk, now=at, channel="phone", reached=False, note=""
        )  # fmt: skip
    return appeal


def merged() -> Appeal:
    master, appeal = world.submitted(), world.submitted()
    world.same_firm(appeal, master)
    actions.merge_appeals(appeal, actor=world.intake_actor(), now=later(appeal), master=master)
    return appeal


def district() -> Appeal:
    return world.dispatched()


BASIS = {"basis": "《保障中小企业款项支付条例》第六条"}
IN, H, C, B = (
    world.intake_actor, world.handler_actor, world.coordinator_actor, world.callback_actor,
)  # fmt: skip

STEPS = [
    Step("accept", world.submitted, IN, {"matter": "financing", "kind": "help_request",
         "region": "440305"}, "accepted",
         {"matter": "no-such", "kind": "complaint", "region": ""}, "请从列表里选择"),
    Step("reject_intake", world.submitted, IN,
         {"exclusion": "other_procedure", "reason": "已经起诉", "channel": "到法院"},
         "not_accepted", {"exclusion": "other_procedure", "reason": LONG, "channel": ""},
         "请写明企业应当去的渠道"),
    Step("ask_for_facts", world.submitted, IN, {"question": "请提供户号"}, "need_info",
         {"question": "  "}, "请写明要企业补充什么"),
    Step("supply_facts", world.need_info, IN, {"answer": "户号 123"}, "submitted",
         {"answer": ""}, "请写明要补充的内容"),
    Step("dispatch", world.accepted, IN, {"unit": "SZ-GXJ", "note": "按职责"}, "dispatched",
         {"unit": "", "note": LONG}, "请从列表里选择"),
    Step("answer_at_once", world.accepted, IN,
         {"text": "带上执照到窗口办。", "outcome": "explained", **BASIS}, "replied",
         {"text": LONG, "outcome": "explained", "basis": ""}, "请写明依据"),
    Step("settle_objection", world.objected, IN, {"outcome": "uphold", "reason": "确实不归"},
         "accepted", {"outcome": "uphold", "reason": ""}, "请写明裁定的理由", "uphold"),
    Step("settle_objection", world.objected, IN, {"outcome": "dismiss", "reason": "就归你们"},
         "dispatched", {"outcome": "", "reason": LONG}, "请从列表里选择", "dismiss"),
    Step("settle_objection", world.objected_twice, C, {"outcome": "dismiss", "reason": "终审"},
         "dispatched", {"outcome": "dismiss", "reason": " "}, "请写明裁定的理由", "finally"),
    Step("decide_extension", with_extension, C, {"outcome": "grant", "days": "2"}, "",
         {"outcome": "refuse", "days": "2", "reason": ""}, "请写明不同意的理由", "grant"),
    Step("decide_extension", with_extension, C, {"outcome": "refuse", "reason": "不需要"}, "",
         {"outcome": "grant", "days": "900", "reason": LONG}, "请填 1 到", "refuse"),
    Step("decide_justified", proposed, C, {"outcome": "approve", "note": "同意"},
         "closed_justified", {"outcome": "decline", "note": ""}, "请写明为什么不批准", "approve"),
    Step("decide_justified", proposed, C, {"outcome": "decline", "note": "再核实"}, "",
         {"outcome": "", "note": LONG}, "请从列表里选择", "decline"),
    Step("acknowledge", world.dispatched, H, {}, "handling"),
    Step("contact", world.handling_, H, {"person": "陈工", "channel": "phone", "reached": "yes",
         "result": "已经说明"}, "",
         {"person": "陈工", "channel": "phone", "reached": "yes", "result": ""},
         "请写明联系的结果"),
    Step("reply", world.handling_, H, {"text": "已经通电。", "outcome": "resolved"}, "replied",
         {"text": LONG, "outcome": "not_possible", "basis": ""}, "请写明依据"),
    Step("reply", two_points, H, {"point_1": "下周通", "point_2": "不收费", "outcome": "resolved"},
         "replied", {"point_1": LONG, "point_2": "", "outcome": "resolved"}, "第 2 点还没有答复",
         "reply-by-point"),
    Step("object", world.dispatched, H, {"reason": "不归本局", "basis": "三定规定",
         "suggested": "SZ-RSJ"}, "objected",
         {"reason": LONG, "basis": "", "suggested": "SZ-RSJ"}, "请写明依据"),
    Step("transfer", world.dispatched, H, {"unit": "SZ-NS-GXJ", "note": "属地办"}, "dispatched",
         {"unit": "SZ-RSJ", "note": LONG}, "请从列表里选择"),
    Step("ask_extension", world.handling_, H, {"days": "3", "reason": "等检测"}, "",
         {"days": "3", "reason": ""}, "请写明为什么不能按期办结"),
    Step("attempt_callback", world.callback_due, B, {"channel": "phone", "reached": "no"}, "",
         {"channel": "phone", "reached": "yes", "note": ""}, "请写明企业说了什么"),
    Step("wants_more", world.callback_due, B, {"note": "还没有通电"}, "rehandling",
         {"note": ""}, "请写明还有什么没有解决"),
    Step("propose_justified", world.callback_due, B, {"clause": "不满一年不能申报",
         "explanation": "已解释"}, "",
         {"clause": "不满一年不能申报", "explanation": LONG, "article": "第十二条"}, "请先选法规"),
    Step("close_unreachable", tried_three_times, B, {"note": "三次不通"}, "closed_unreachable"),
    Step("ask_confirmation", world.callback_due, B, {"note": "说点错了"}, ""),
    Step("remind", world.handling_, C, {"note": "今天联系企业"}, "", {"note": ""},
         "请写明要催办什么"),
    Step("supervise", world.handling_, C, {"reason": "一直没有联系", "until_days": "3"}, "",
         {"reason": LONG, "until_days": "999"}, "请填 1 到"),
    Step("escalate", world.handling_, C, {"reason": "涉及三个部门"}, "", {"reason": ""},
         "请写明为什么提级"),
    Step("unmerge", merged, IN, {}, ""),
    Step("split", several, IN, {"points": ["2"], "matter": "tax", "heading": "费用"}, "",
         {"points": [], "matter": "tax", "heading": LONG}, "请至少选一点拆出"),
    Step("forget_requester", world.closed, C, {"reason": "本人要求"}, "", {"reason": " "},
         "请写明根据什么清除"),
]  # fmt: skip
