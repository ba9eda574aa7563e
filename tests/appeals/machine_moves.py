"""Every step of the table as a move: its action with sensible arguments, or with wrong ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.base.city import current_city
from qifu.organisations.permissions import Actor
from tests.appeals.machine_people import People
from tests.appeals.world import BASIS, DISTRICT, INTAKE, LEAD, OTHER, PHONE, unit

LONG = "长" * 20_001
_texts = count(1)


@dataclass(frozen=True)
class Call:
    """One try: who does it to which case, when; `n` chooses among arguments, `wrong` spoils one."""

    people: People
    appeal: Appeal
    others: tuple[Appeal, ...]
    actor: Actor
    now: datetime
    n: int
    wrong: bool

    @property
    def base(self) -> dict:
        return {"actor": self.actor, "now": self.now}

    def one(self, *sensible, wrong=None):
        """The sensible value that `n` chooses, or the wrong one."""
        if not self.wrong:
            return sensible[self.n % len(sensible)]
        return wrong[self.n % len(wrong)] if isinstance(wrong, tuple) else wrong

    def points(self) -> dict[int, str]:
        """An answer to every point; where it is to be wrong, one of them is missing."""
        numbers = [point.number for point in self.appeal.points.all()]
        answered = numbers[1:] if self.wrong else numbers
        return {number: f"答复第{number}点。" for number in answered}


def form(n: int, **more) -> dict:
    """What a firm fills in, never the same words twice."""
    text = f"测试诉求{next(_texts)}号：厂房用电增容申请没有回音，请问怎样办理？"
    return {
        "kind": ("inquiry", "help_request", "complaint", "suggestion")[n % 4],
        "matter": ("", "arrears", "financing")[n % 3], "region": ("", "440305", "440306")[n % 3],
        "title": "", "text": text,
        "points": [f"{text}第{number}问" for number in range(1, n % 3 + 1)],
        "contact_name": "测试联系人", "contact_phone": PHONE, **more,
    }  # fmt: skip


def submit(c: Call):
    fields = form(c.n, **({"text": c.one(wrong=("", "长", LONG))} if c.wrong else {}))
    return actions.submit_appeal(c.appeal, **c.base, **fields)


def accept(c: Call):
    return actions.accept_appeal(
        c.appeal, **c.base, matter=c.one("", "arrears", "financing", wrong="no_such_matter"),
        kind=("", "complaint", "inquiry")[c.n % 3], several=(None, True, False)[c.n // 2 % 3],
    )  # fmt: skip


def reject_intake(c: Call):
    known = current_city().scope.exclusions
    return actions.reject_intake(
        c.appeal, **c.base, exclusion=c.one(*[row.code for row in known], wrong=("", "nothing")),
        reason="不属于受理范围", channel="请到有权处理的部门",
    )  # fmt: skip


def contest(c: Call):
    return actions.contest_rejection(c.appeal, **c.base, reason=c.one("应当受理", wrong=" "))


def ask_for_facts(c: Call):
    return actions.ask_for_facts(
        c.appeal, **c.base, question=c.one("请提供用电户号。", wrong=("", LONG))
    )


def supply_facts(c: Call):
    return actions.supply_facts(c.appeal, **c.base, answer=c.one("户号 12345。", wrong="\x00"))


def resume(c: Call):
    return actions.resume_lapsed(c.appeal, **c.base, answer=c.one("户号 12345。", wrong=""))


def answer_at_once(c: Call):
    return actions.answer_at_once(
        c.appeal, **c.base, text="", points=c.points(), outcome=c.one("explained", wrong="perhaps"),
        basis=BASIS,
    )  # fmt: skip


def dispatch(c: Call):
    units = c.people.units
    return actions.dispatch_appeal(
        c.appeal, **c.base, unit=units[(LEAD, OTHER, LEAD, DISTRICT)[c.n % 4]],
        # against the list without saying why
        why="" if c.wrong else "按职责", suggested=units[INTAKE] if c.n % 2 or c.wrong else None,
        several=(None, True, False)[c.n // 4 % 3],
    )  # fmt: skip


def acknowledge(c: Call):
    return actions.acknowledge(c.appeal, **c.base)


def contact(c: Call):
    return actions.record_contact(
        c.appeal, **c.base, person="测试联系人", channel=c.one("phone", "visit", wrong="fax"),
        reached=c.n % 2 == 0, result="约好上门看",
    )  # fmt: skip


def assign(c: Call):
    stranger = c.people.actors["owner_b"].user
    return actions.assign_case(c.appeal, **c.base, user=c.one(c.actor.user, wrong=stranger))


def object_(c: Call):
    return actions.object_to_dispatch(
        c.appeal, **c.base, reason="不归本单位管", basis=c.one("三定规定第三条", wrong=""),
        suggested=(None, c.people.units[INTAKE])[c.n % 2],
    )  # fmt: skip


def uphold(c: Call):
    return actions.uphold_objection(c.appeal, **c.base, reason=c.one("确实不归", wrong=("", LONG)))


def dismiss(c: Call):
    return actions.dismiss_objection(c.appeal, **c.base, reason=c.one("属于你单位", wrong=""))


def transfer(c: Call):
    # the government of the city is above everybody
    target = unit("SZ-GOV") if c.wrong else c.people.units[DISTRICT]
    return actions.transfer(c.appeal, **c.base, unit=target, why="属地办理")


def ask_extension(c: Call):
    return actions.ask_extension(
        c.appeal, **c.base, days=c.one(1, 3, 5, wrong=(0, 100_000, True)), reason="要等检测报告"
    )


def grant_extension(c: Call):
    return actions.decide_extension(
        c.appeal, **c.base, grant=True, reason="同意", days=c.one(None, 1, 5, wrong=(0, -1, 99_999))
    )


def refuse_extension(c: Call):
    return actions.decide_extension(
        c.appeal, **c.base, grant=False, reason=c.one("可以按期办", wrong="")
    )


def reply(c: Call):
    outcome = c.one("resolved", "explained", "not_possible", wrong=("resolved", "perhaps"))
    return actions.reply(
        c.appeal, **c.base, text="", points=c.points(), outcome=outcome, basis=BASIS
    )


def rate_satisfied(c: Call):
    return actions.rate(c.appeal, **c.base, level=c.one(5, 4, 3, wrong=(6, 99)), tags=["quick"])


def rate_dissatisfied(c: Call):
    return actions.rate(
        c.appeal, **c.base, level=2 - c.n % 2, tags=c.one(["slow"], wrong=["quick"])
    )


def attempt_callback(c: Call):
    return actions.attempt_callback(
        c.appeal, **c.base, channel=c.one("phone", "visit", wrong=("fax", "")),
        reached=c.n % 4 == 3, note="还没有通电",
    )  # fmt: skip


def wants_more(c: Call):
    return actions.wants_more(c.appeal, **c.base, note=c.one("还没有通电", wrong=""))


def propose_justified(c: Call):
    return actions.propose_justified(
        c.appeal, **c.base, clause=c.one("某规则第八条", wrong=("", "长" * 301)),
        explanation="已当面说明",
    )  # fmt: skip


def approve_justified(c: Call):
    return actions.approve_justified(c.appeal, **c.base, note="同意")


def decline_justified(c: Call):
    return actions.decline_justified(c.appeal, **c.base, note=c.one("条款不适用", wrong=""))


def close_unreachable(c: Call):
    return actions.close_unreachable(c.appeal, **c.base, note="几次都联系不上")


def ask_confirmation(c: Call):
    return actions.ask_confirmation(c.appeal, **c.base, note="企业说点错了")


def confirm_closed(c: Call):
    return actions.confirm_closed(
        c.appeal, **c.base, reason=c.one("misclick", "withdrawn", wrong="justified")
    )


def reopen(c: Call):
    return actions.reopen(c.appeal, **c.base, reason=c.one("今天又停电了", wrong=("", LONG)))


def withdraw(c: Call):
    return actions.withdraw(c.appeal, **c.base, reason=c.one("", "已经自行解决", wrong=LONG))


def remind(c: Call):
    return actions.remind(c.appeal, **c.base, note=c.one("请今天联系企业", wrong=""))


def supervise(c: Call):
    return actions.supervise(
        c.appeal, **c.base, reason="企业多次反映", until_days=c.one(1, 5, wrong=(0, 9_999))
    )


def escalate(c: Call):
    return actions.escalate(c.appeal, **c.base, reason=c.one("涉及几个部门", wrong=""))


def split(c: Call):
    numbers = [point.number for point in c.appeal.points.all()]
    return actions.split_appeal(
        c.appeal, **c.base, points=c.one(numbers[:1], numbers[-1:], wrong=([], numbers, [99]))
    )


def merge(c: Call):
    """Into another of the same firm; wrongly into itself or into one of somebody else's."""
    firm = c.appeal.enterprise_id
    own = [one for one in c.others if firm is not None and one.enterprise_id == firm]
    foreign = [one for one in c.others if one.enterprise_id != firm]
    masters = [c.appeal, *foreign] if c.wrong else own or [c.appeal]
    return actions.merge_appeals(c.appeal, **c.base, master=masters[c.n % len(masters)])


def unmerge(c: Call):
    return actions.unmerge_appeal(c.appeal, **c.base)


# step → its move
MOVES: dict[str, Callable[[Call], object]] = {
    "submit": submit, "accept": accept, "reject_intake": reject_intake, "contest": contest,
    "ask_for_facts": ask_for_facts, "supply_facts": supply_facts, "resume": resume,
    "answer_at_once": answer_at_once, "dispatch": dispatch, "acknowledge": acknowledge,
    "contact": contact, "assign": assign, "object": object_, "uphold": uphold,
    "dismiss": dismiss, "transfer": transfer, "ask_extension": ask_extension,
    "grant_extension": grant_extension, "refuse_extension": refuse_extension, "reply": reply,
    "rate_satisfied": rate_satisfied, "rate_dissatisfied": rate_dissatisfied,
    "attempt_callback": attempt_callback, "wants_more": wants_more,
    "propose_justified": propose_justified, "approve_justified": approve_justified,
    "decline_justified": decline_justified, "close_unreachable": close_unreachable,
    "ask_confirmation": ask_confirmation, "confirm_closed": confirm_closed, "reopen": reopen,
    "withdraw": withdraw, "remind": remind, "supervise": supervise, "escalate": escalate,
    "split": split, "merge": merge, "unmerge": unmerge,
}  # fmt: skip
# whose arguments cannot be wrong: there are none, or none is checked
WITHOUT_MISTAKES = frozenset(
    {"acknowledge", "approve_justified", "close_unreachable", "ask_confirmation", "unmerge"}
)
