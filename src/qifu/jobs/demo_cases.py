"""One made-up appeal on its way: every step through the action that people use."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import localtime

from qifu.appeals import actions as act
from qifu.appeals.models import Appeal
from qifu.appeals.selectors.suggest import suggest_for
from qifu.base.city import City
from qifu.organisations.actions.made_up import load_made_up_person
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import actor_with, enterprise_of, unit_by_code
from qifu.rulebook.calendar_days import Calendar

SATISFIED, DISSATISFIED = (5, 5, 4, 4, 3), (2, 1)


@dataclass
class Cast:
    """Everybody who acts in the story."""

    city: City
    intake: Actor
    coordinator: Actor
    callback: Actor
    firms: list[Actor]
    handlers: dict[int, Actor] = field(default_factory=dict)

    def handler(self, unit: Unit, now: datetime) -> Actor:
        """Somebody who handles cases in a unit: the demo's own account, else a made-up one."""
        if unit.pk not in self.handlers:
            self.handlers[unit.pk] = made_up_person(
                f"demo-unit-{unit.organisation.code.lower()}",
                f"演示·{unit.organisation.name}办理人",
                ("unit", unit.organisation.code, self.city.role_with("appeals.handle")),
                "appeals.handle",
                now,
            )
        return self.handlers[unit.pk]


def made_up_person(
    username: str, name: str, role: tuple[str, str, str], may: str, now: datetime
) -> Actor:
    """A made-up account that nobody can sign in to."""
    user = load_made_up_person(
        username=username, password=None, display_name=name, language="zh-hans",
        roles=[role], now=now,
    )  # fmt: skip
    actor = actor_with(user, may)
    assert actor is not None
    return actor


@dataclass
class Stage:
    """What a case needs around it: its recipe, its people, the dice, the calendar, the present."""

    recipe: Mapping[str, Any]
    cast: Cast
    dice: random.Random
    now: datetime
    calendar: Calendar

    def workday(self, at: datetime) -> datetime:
        """The same moment, or the next morning on which offices are open."""
        local = localtime(at)
        while not self.calendar.is_working_day(local.date()) or local.hour >= 18:
            local = (local + timedelta(days=1)).replace(hour=9, minute=self.dice.randrange(50))
        return local.replace(hour=9, minute=20) if local.hour < 9 else local


# how many days before now a case of each path starts, and the longest it takes to get there
_AGES: Mapping[str, tuple[float, float]] = {
    "draft": (0.2, 6), "submitted": (0.1, 2.5), "need_info": (1, 6), "lapsed": (25, 60),
    "not_accepted": (1, 20), "contested": (3, 6), "accepted": (0.6, 2.5), "dispatched": (0.8, 3),
    "objected": (2, 5), "objected_twice": (4, 8), "handling": (1.5, 9), "extension": (4, 6),
    "transferred": (2, 8), "replied": (5, 15), "callback_due": (7, 12), "rehandling": (12, 20),
    "closed": (12, 72), "closed_after_rehandling": (30, 70), "closed_unrated": (35, 72),
    "closed_justified": (20, 60), "closed_unreachable": (20, 60), "withdrawn": (3, 40),
    "merged": (1, 2),
}  # fmt: skip


class Case:
    """One made-up appeal on its path. `next` takes one step and says when the following is due."""

    def __init__(self, stage: Stage, path: str) -> None:
        self.stage, self.path, dice = stage, path, stage.dice
        low, high = _AGES[path]
        moment = stage.now - timedelta(days=dice.uniform(low, high))
        hour = localtime(moment).hour
        self.at = moment if 8 <= hour <= 21 else moment - timedelta(hours=11)
        self.firm = dice.choice(stage.cast.firms)
        self.sort = dice.choice(stage.recipe["appeals"])
        self.text = dice.choice(self.sort["texts"]).format(
            **{name: dice.choice(values) for name, values in stage.recipe["fill"].items()}
        )
        self.appeal: Appeal | None = None
        self.steps = iter(_WAYS[path])

    def next(self, at: datetime) -> datetime | None:
        step = next(self.steps, None)
        if step is None or at >= self.stage.now:
            return None
        name, hours = step
        if self.appeal is not None:
            self.appeal.refresh_from_db()
        getattr(self, f"_{name}")(at)
        low, high = hours
        later = at + timedelta(hours=self.stage.dice.uniform(low, high))
        later = later if name in _BY_FIRM else self.stage.workday(later)
        return min(later, self.stage.now - timedelta(minutes=1)) if later < self.stage.now else None

    # the steps, each through the action that people use

    @property
    def it(self) -> Appeal:
        assert self.appeal is not None
        return self.appeal

    @property
    def points(self) -> list[str]:
        return list(self.sort.get("points") or [])

    def _form(self) -> dict[str, Any]:
        firm = enterprise_of(self.firm)
        return {
            "kind": self.sort["kind"], "matter": self.sort["matter"],
            "region": firm.region if firm else "", "title": "", "text": self.text,
            "points": self.points,
            "contact_name": self.stage.dice.choice(self.stage.recipe["contacts"]),
            "contact_phone": str(self.stage.recipe["phone"]),
        }  # fmt: skip

    def _draft(self, at: datetime) -> None:
        self.appeal = act.save_draft(actor=self.firm, now=at, **self._form())
        act.mark_made_up(self.it)

    def _submit(self, at: datetime) -> None:
        by_phone = self.stage.dice.random() < 0.2 and self.path in ("submitted", "closed_unrated")
        more: dict[str, Any] = {}
        if by_phone:
            more = {"enterprise": enterprise_of(self.firm), "channel": "phone"}
        actor = self.stage.cast.intake if by_phone else self.firm
        self.appeal = act.submit_appeal(None, actor=actor, now=at, **self._form(), **more)
        act.mark_made_up(self.it)

    def _accept(self, at: datetime) -> None:
        several = self.stage.dice.random() < 0.2
        act.accept_appeal(self.it, actor=self.stage.cast.intake, now=at, several=several)

    def _reject(self, at: datetime) -> None:
        exclusion = self.stage.dice.choice(list(self.stage.cast.city.scope.exclusions))
        act.reject_intake(
            self.it, actor=self.stage.cast.intake, now=at, exclusion=exclusion.code,
            reason=exclusion.reason.zh, channel=exclusion.channel.zh,
        )  # fmt: skip

    def _contest(self, at: datetime) -> None:
        act.contest_rejection(
            self.it, actor=self.firm, now=at,
            reason="这件事发生在本地，也没有进入诉讼，请重新看一下附上的说明。",
        )  # fmt: skip

    def _ask(self, at: datetime) -> None:
        act.ask_for_facts(
            self.it, actor=self.stage.cast.intake, now=at,
            question="请补充事情发生的时间、对方单位的全称，以及已经联系过哪些部门。",
        )  # fmt: skip

    def _dispatch(self, at: datetime) -> None:
        intake = self.stage.cast.intake
        route = suggest_for(intake, self.it, now=at).route
        unit = unit_by_code(route.unit) if route else None
        act.dispatch_appeal(
            self.it, actor=intake, now=at, unit=unit or intake.membership.organisation.unit,  # type: ignore[union-attr]
            suggested=unit, rule=route.rule or "" if route else "",
            why="按派单目录。",
        )  # fmt: skip

    @property
    def handler(self) -> Actor:
        assert self.it.lead is not None
        return self.stage.cast.handler(self.it.lead, self.stage.now)

    def _acknowledge(self, at: datetime) -> None:
        act.acknowledge(self.it, actor=self.handler, now=at)

    def _contact(self, at: datetime) -> None:
        act.record_contact(
            self.it, actor=self.handler, now=at, person=self.it.contact_name or "联系人",
            channel="phone", reached=True, result="核对了情况，说明了办理的步骤和大致时间。",
        )  # fmt: skip

    def _object(self, at: datetime) -> None:
        lead = self.it.lead.organisation.code if self.it.lead else ""
        others = [code for code in self.stage.recipe["objected_to"] if code != lead]
        act.object_to_dispatch(
            self.it, actor=self.handler, now=at,
            suggested=unit_by_code(others[0]),
            reason="这件事的审批权限不在本单位。", basis="本单位公布的职责清单",
        )  # fmt: skip

    def _dismiss(self, at: datetime) -> None:
        act.dismiss_objection(
            self.it, actor=self.stage.cast.intake, now=at, reason="派单目录中这一事项由贵单位主办。"
        )

    def _transfer(self, at: datetime) -> None:
        below = unit_by_code(self.stage.recipe["transferred_to"])
        assert below is not None
        act.transfer(self.it, actor=self.handler, now=at, unit=below, why="由企业所在区办理。")

    def _extend(self, at: datetime) -> None:
        act.ask_extension(
            self.it, actor=self.handler, now=at, days=3, reason="需要现场核实，已与企业约好时间。"
        )

    def _reply(self, at: datetime) -> None:
        outcome = (
            "not_possible"
            if self.path == "closed_justified"
            else self.stage.dice.choice(["resolved", "resolved", "explained"])
        )
        text = self.sort["reply"].format(month=9)
        act.reply(
            self.it, actor=self.handler, now=at, text=text, outcome=outcome,
            points={point.number: text for point in self.it.points.all()},
            basis=[{"text": "演示：按部门公开的办事指南"}],
        )  # fmt: skip

    def _rate(self, at: datetime, levels: Sequence[int], solved: bool) -> None:
        tags = self.stage.cast.city.appeals["rating_tags"]["good" if solved else "bad"]
        act.rate(
            self.it, actor=self.firm, now=at, level=self.stage.dice.choice(levels), solved=solved,
            tags=[self.stage.dice.choice(tags)["code"]],
            text="" if solved else "说的还是原则，具体怎么办没有讲。",
        )  # fmt: skip

    def _satisfied(self, at: datetime) -> None:
        self._rate(at, SATISFIED, True)

    def _dissatisfied(self, at: datetime) -> None:
        self._rate(at, DISSATISFIED, False)

    def _attempt(self, at: datetime) -> None:
        act.attempt_callback(
            self.it, actor=self.stage.cast.callback, now=at, channel="phone",
            reached=self.path != "closed_unreachable", note="按登记的电话回访。",
        )  # fmt: skip

    def _more(self, at: datetime) -> None:
        act.wants_more(
            self.it, actor=self.stage.cast.callback, now=at, note="企业要求给出具体的办理时间。"
        )

    def _propose(self, at: datetime) -> None:
        act.propose_justified(
            self.it, actor=self.stage.cast.callback, now=at,
            clause="演示：办法中关于申报期限的一条", law="", article="",
            explanation="申报期限已过，办法没有给补报的余地；已告知下一次的窗口。",
        )  # fmt: skip

    def _approve(self, at: datetime) -> None:
        act.approve_justified(self.it, actor=self.stage.cast.coordinator, now=at, note="同意")

    def _unreachable(self, at: datetime) -> None:
        act.close_unreachable(
            self.it, actor=self.stage.cast.callback, now=at, note="三次均无人接听。"
        )

    def _withdraw(self, at: datetime) -> None:
        act.withdraw(self.it, actor=self.firm, now=at, reason="已经自行解决。")

    def _merge(self, at: datetime) -> None:
        again = act.submit_appeal(
            None, actor=self.firm, now=at,
            **{**self._form(), "text": f"再次反映：{self.text}"},
        )  # fmt: skip
        act.mark_made_up(again)
        act.merge_appeals(again, actor=self.stage.cast.intake, now=at, master=self.it)


_BY_FIRM = frozenset({"draft", "ask", "reject", "reply", "dissatisfied_later"})
_Way = list[tuple[str, tuple[float, float]]]
# step, and hours until the one after it
_IN: _Way = [("submit", (0.2, 3)), ("accept", (0.1, 1.5)), ("dispatch", (0.3, 3))]
_WORK: _Way = [*_IN, ("acknowledge", (0.2, 3)), ("contact", (6, 50))]
_BACK: _Way = [*_WORK, ("reply", (5, 40)), ("dissatisfied", (4, 20))]
_WAYS: Mapping[str, _Way] = {
    "draft": [("draft", (1, 1))],
    "submitted": [("submit", (1, 1))],
    "need_info": [("submit", (1, 6)), ("ask", (1, 1))],
    "lapsed": [("submit", (1, 6)), ("ask", (1, 1))],
    "not_accepted": [("submit", (1, 6)), ("reject", (1, 1))],
    "contested": [("submit", (1, 6)), ("reject", (2, 20)), ("contest", (1, 1))],
    "accepted": _IN[:2],
    "dispatched": _IN,
    "objected": [*_IN, ("object", (1, 1))],
    "objected_twice": [*_IN, ("object", (1, 5)), ("dismiss", (1, 4)), ("object", (1, 1))],
    "handling": _WORK,
    "extension": [*_WORK[:-1], ("contact", (4, 20)), ("extend", (1, 1))],
    "transferred": [*_IN, ("acknowledge", (1, 4)), ("transfer", (1, 5)), ("acknowledge", (1, 1))],
    "replied": [*_WORK, ("reply", (1, 1))],
    "callback_due": _BACK,
    "rehandling": [*_BACK, ("attempt", (0.1, 0.5)), ("more", (1, 1))],
    "closed": [*_WORK, ("reply", (5, 60)), ("satisfied", (1, 1))],
    "closed_after_rehandling": [
        *_BACK, ("attempt", (0.1, 0.5)), ("more", (20, 60)), ("reply", (5, 40)),
        ("satisfied", (1, 1)),
    ],
    "closed_unrated": [*_WORK, ("reply", (1, 1))],
    "closed_justified": [
        *_BACK, ("attempt", (0.1, 0.5)), ("propose", (2, 20)), ("approve", (1, 1)),
    ],
    "closed_unreachable": [
        *_BACK, ("attempt", (20, 26)), ("attempt", (20, 26)), ("attempt", (20, 26)),
        ("unreachable", (1, 1)),
    ],
    "withdrawn": [("submit", (3, 30)), ("withdraw", (1, 1))],
    "merged": [("submit", (2, 8)), ("merge", (1, 1))],
}  # fmt: skip
