"""The steps after the dispatch, as functions of one shape, with somebody who may take each."""

from datetime import timedelta

from qifu.accounts.models import User
from qifu.appeals import actions
from qifu.appeals.states import STEPS, State
from tests.appeals import world
from tests.appeals.world import later
from tests.factories import officer


def handler(appeal):
    return world.handler_actor(appeal.lead or world.LEAD)


def coordinator(_appeal):
    return world.coordinator_actor()


def caller(_appeal):
    return world.callback_actor()


def acknowledge(appeal, actor, now):
    actions.acknowledge(appeal, actor=actor, now=now)


def contact(appeal, actor, now):
    actions.record_contact(
        appeal, actor=actor, now=now, person="测试联系人", channel="phone", reached=True,
        result="约好上门看",
    )  # fmt: skip


def assign(appeal, actor, now):
    mate = User.objects.filter(username="mate").first() or (
        officer("handler", appeal.lead or world.unit()).user
    )
    actions.assign_case(appeal, actor=actor, now=now, user=mate)


def object_(appeal, actor, now):
    actions.object_to_dispatch(
        appeal, actor=actor, now=now, reason="不归本单位管", basis="三定规定第三条",
        suggested=world.unit(world.OTHER),
    )  # fmt: skip


def transfer(appeal, actor, now):
    actions.transfer(appeal, actor=actor, now=now, unit=world.unit(world.DISTRICT), why="属地办理")


def ask_extension(appeal, actor, now):
    actions.ask_extension(appeal, actor=actor, now=now, days=3, reason="要等检测报告")


def grant(appeal, actor, now):
    actions.decide_extension(appeal, actor=actor, now=now, grant=True, reason="同意")


def refuse(appeal, actor, now):
    actions.decide_extension(appeal, actor=actor, now=now, grant=False, reason="可以按期办")


def reply(appeal, actor, now):
    return actions.reply(
        appeal, actor=actor, now=now, text="", points=world.answers(appeal), outcome="resolved",
        basis=world.BASIS,
    )  # fmt: skip


def rate_well(appeal, actor, now):
    actions.rate(appeal, actor=actor, now=now, level=4, tags=["quick"], solved=True, text="谢谢")


def rate_badly(appeal, actor, now):
    actions.rate(
        appeal, actor=actor, now=now, level=2, tags=["unsolved"], solved=False, text="没办"
    )


def attempt(appeal, actor, now, *, reached=True):
    actions.attempt_callback(
        appeal, actor=actor, now=now, channel="phone", reached=reached,
        note="还没有通电" if reached else "",
    )  # fmt: skip


def wants_more(appeal, actor, now):
    actions.wants_more(appeal, actor=actor, now=now, note="还没有通电")


def propose(appeal, actor, now):
    actions.propose_justified(
        appeal, actor=actor, now=now, clause="《供电营业规则》第八条", explanation="已当面说明"
    )


def approve(appeal, actor, now):
    actions.approve_justified(appeal, actor=actor, now=now, note="同意")


def decline(appeal, actor, now):
    actions.decline_justified(appeal, actor=actor, now=now, note="条款不适用")


def give_up(appeal, actor, now):
    actions.close_unreachable(appeal, actor=actor, now=now, note="三次联系不上")


def ask_confirmation(appeal, actor, now):
    actions.ask_confirmation(appeal, actor=actor, now=now, note="企业说点错了")


def confirm(appeal, actor, now):
    actions.confirm_closed(appeal, actor=actor, now=now, reason="misclick")


def reopen(appeal, actor, now):
    actions.reopen(appeal, actor=actor, now=now, reason="今天又停电了")


def withdraw(appeal, actor, now):
    actions.withdraw(appeal, actor=actor, now=now, reason="已经自行解决")


def remind(appeal, actor, now):
    actions.remind(appeal, actor=actor, now=now, note="请今天联系企业")


def supervise(appeal, actor, now):
    return actions.supervise(appeal, actor=actor, now=now, reason="企业多次反映", until_days=3)


def escalate(appeal, actor, now):
    actions.escalate(appeal, actor=actor, now=now, reason="涉及几个部门")


# name in the table → what does it, and somebody who may
MINE = {
    "acknowledge": (acknowledge, handler),
    "contact": (contact, handler),
    "assign": (assign, handler),
    "object": (object_, handler),
    "transfer": (transfer, handler),
    "ask_extension": (ask_extension, handler),
    "grant_extension": (grant, coordinator),
    "refuse_extension": (refuse, coordinator),
    "reply": (reply, handler),
    "rate_satisfied": (rate_well, world.owner_of),
    "rate_dissatisfied": (rate_badly, world.owner_of),
    "attempt_callback": (attempt, caller),
    "wants_more": (wants_more, caller),
    "propose_justified": (propose, caller),
    "approve_justified": (approve, coordinator),
    "decline_justified": (decline, coordinator),
    "close_unreachable": (give_up, caller),
    "ask_confirmation": (ask_confirmation, caller),
    "confirm_closed": (confirm, world.owner_of),
    "reopen": (reopen, world.owner_of),
    "withdraw": (withdraw, world.owner_of),
    "remind": (remind, coordinator),
    "supervise": (supervise, coordinator),
    "escalate": (escalate, coordinator),
}
ALLOWED = [(name, state) for name in MINE for state in State if state in STEPS[name].sources]


def made_for(name, state):
    """A case from whose state the step may be taken, and for which its guards are met."""
    appeal = world.in_state(state)
    if name in ("grant_extension", "refuse_extension"):
        ask_extension(appeal, handler(appeal), later(appeal))
    if name in ("approve_justified", "decline_justified"):
        propose(appeal, caller(appeal), later(appeal))
    if name == "confirm_closed":
        ask_confirmation(appeal, caller(appeal), later(appeal))
    if name == "close_unreachable":
        for day in range(3):
            attempt(appeal, caller(appeal), later(appeal) + timedelta(days=day), reached=False)
    return appeal
