"""A case in any state, brought there through the actions, by people of the right desks.

`submitted()`, `accepted()`, `dispatched()`, … each give an appeal that has come so far; `in_state`
does it by the name of the state. Every step happens a minute after the one before, from NOW on.
"""

from datetime import timedelta
from itertools import count

from qifu.appeals import actions
from qifu.appeals.actions import callbacks, handling, ratings, replies, rounds
from qifu.appeals.models import Appeal
from qifu.appeals.states import State
from qifu.base.models import JournalLine, OutboxRow
from qifu.notices.models import Notice
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor, officer

INTAKE, LEAD, OTHER, COORDINATOR, DISTRICT = "SZ-QYFW", "SZ-GXJ", "SZ-RSJ", "SZ-ZWSJ", "SZ-NS-GXJ"
PHONE = "0755-12345678"
BASIS = [{"text": "办事指南"}]
MINUTE = timedelta(minutes=1)
_texts = count(1)


def unit(code: str = LEAD) -> Unit:
    """A unit of the demo city."""
    return Unit.objects.select_related("organisation").get(organisation__code=code)


def firm_actor(firm=None, role: str = "owner") -> Actor:
    """Somebody who may submit for a firm (a new one where none is given)."""
    return enterprise_actor(firm or EnterpriseFactory.create(), role)


def intake_actor(city=None) -> Actor:
    """Somebody at the intake desk of the pack in force (or of `city`)."""
    code = city.appeals["intake_unit"] if city else INTAKE
    return officer("intake_officer", unit(code))


def handler_actor(of: Unit | str = LEAD) -> Actor:
    """Somebody who handles cases for a unit, given as such or by its code."""
    return officer("handler", unit(of) if isinstance(of, str) else of)


def coordinator_actor() -> Actor:
    return officer("coordinator", unit(COORDINATOR))


def callback_actor() -> Actor:
    return officer("callback_officer", unit(INTAKE))


def owner_of(appeal: Appeal) -> Actor:
    """Somebody who may act for the firm of a case."""
    return firm_actor(appeal.enterprise)


def later(appeal: Appeal):
    """A minute after the last thing that happened to a case."""
    return appeal.changed_at + MINUTE


def form(**more):
    """What a firm fills in; a text that no other case has."""
    return {
        "kind": "inquiry", "matter": "", "region": "440306", "title": "",
        "text": f"测试诉求{next(_texts)}号：请问怎样申请用电增容？", "points": (),
        "contact_name": "测试联系人", "contact_phone": PHONE, **more,
    }  # fmt: skip


def draft(actor: Actor | None = None, *, now=NOW, **more) -> Appeal:
    who = actor or firm_actor()
    return actions.save_draft(actor=who, now=now, **form(**more))


def same_firm(appeal: Appeal, other: Appeal) -> None:
    """Let a case be of the same firm as another: only such may be merged."""
    Appeal.objects.filter(pk=appeal.pk).update(enterprise=other.enterprise)
    appeal.refresh_from_db()


def submitted(actor: Actor | None = None, *, now=NOW, **more) -> Appeal:
    who = actor or firm_actor()
    return actions.submit_appeal(None, actor=who, now=now, **form(**more))


def accepted(appeal: Appeal | None = None, **more) -> Appeal:
    appeal = appeal or submitted(**more)
    actions.accept_appeal(appeal, actor=intake_actor(), now=later(appeal))
    return appeal


def need_info(appeal: Appeal | None = None, **more) -> Appeal:
    appeal = appeal or submitted(**more)
    actions.ask_for_facts(
        appeal, actor=intake_actor(), now=later(appeal), question="请提供用电户号。"
    )
    return appeal


def lapsed(appeal: Appeal | None = None, **more) -> Appeal:
    """Reminded twice and never answered: the jobs run as they would, until it lapses."""
    appeal = appeal or need_info(**more)
    at = later(appeal)
    for _day in range(90):
        at += timedelta(days=1)
        rounds.remind_facts(now=at)
        rounds.lapse_waiting(now=at)
        appeal.refresh_from_db()
        if appeal.state == State.LAPSED:
            return appeal
    raise AssertionError("nothing lapsed in 90 days")


def not_accepted(appeal: Appeal | None = None, **more) -> Appeal:
    from qifu.base.city import current_city

    appeal = appeal or submitted(**more)
    exclusion = current_city().scope.exclusions[0]
    actions.reject_intake(
        appeal, actor=intake_actor(), now=later(appeal), exclusion=exclusion.code,
        reason="不属于本市职权", channel="请到省级平台提出",
    )  # fmt: skip
    return appeal


def dispatched(appeal: Appeal | None = None, *, to: str = LEAD, **more) -> Appeal:
    appeal = appeal or accepted(**more)
    actions.dispatch_appeal(appeal, actor=intake_actor(), now=later(appeal), unit=unit(to))
    return appeal


def objected(appeal: Appeal | None = None, **more) -> Appeal:
    appeal = appeal or dispatched(**more)
    handling.object_to_dispatch(
        appeal, actor=handler_actor(appeal.lead), now=later(appeal), reason="不归本单位管",
        basis="三定规定", suggested=unit(OTHER),
    )  # fmt: skip
    return appeal


def objected_twice(appeal: Appeal | None = None, **more) -> Appeal:
    """The first objection was dismissed by the desk; the second waits for a coordinator."""
    appeal = appeal or objected(**more)
    actions.dismiss_objection(
        appeal, actor=intake_actor(), now=later(appeal), reason="属于你单位职责"
    )
    return objected(appeal)


def handling_(appeal: Appeal | None = None, **more) -> Appeal:
    appeal = appeal or dispatched(**more)
    handling.acknowledge(appeal, actor=handler_actor(appeal.lead), now=later(appeal))
    return appeal


def answers(appeal: Appeal) -> dict[int, str]:
    return {point.number: f"答复第{point.number}点。" for point in appeal.points.all()}


def replied(appeal: Appeal | None = None, **more) -> Appeal:
    """By the unit that leads it."""
    appeal = appeal or handling_(**more)
    replies.reply(
        appeal, actor=handler_actor(appeal.lead), now=later(appeal), text="",
        points=answers(appeal), outcome="resolved", basis=BASIS,
    )  # fmt: skip
    return appeal


def answered_at_once(appeal: Appeal | None = None, **more) -> Appeal:
    """By the intake desk itself."""
    appeal = appeal or accepted(**more)
    actions.answer_at_once(
        appeal, actor=intake_actor(), now=later(appeal), text="", points=answers(appeal),
        outcome="explained", basis=BASIS,
    )  # fmt: skip
    return appeal


def rated(appeal: Appeal | None = None, *, level: int, **more) -> Appeal:
    appeal = appeal or replied(**more)
    ratings.rate(
        appeal, actor=owner_of(appeal), now=later(appeal), level=level, tags=[], solved=level > 2,
        text="",
    )  # fmt: skip
    return appeal


def closed(appeal: Appeal | None = None, **more) -> Appeal:
    return rated(appeal, level=5, **more)


def callback_due(appeal: Appeal | None = None, **more) -> Appeal:
    return rated(appeal, level=1, **more)


def rehandling(appeal: Appeal | None = None, **more) -> Appeal:
    appeal = appeal or callback_due(**more)
    desk = callback_actor()
    callbacks.attempt_callback(
        appeal, actor=desk, now=later(appeal), channel="phone", reached=True, note="仍未解决"
    )
    callbacks.wants_more(appeal, actor=desk, now=later(appeal), note="还没有通电")
    return appeal


def closed_unrated(appeal: Appeal | None = None, **more) -> Appeal:
    appeal = appeal or replied(**more)
    rounds.close_unrated(now=later(appeal) + timedelta(days=60))
    appeal.refresh_from_db()
    assert appeal.state == State.CLOSED_UNRATED
    return appeal


def closed_justified(appeal: Appeal | None = None, **more) -> Appeal:
    appeal = appeal or callback_due(**more)
    desk = callback_actor()
    callbacks.attempt_callback(
        appeal, actor=desk, now=later(appeal), channel="phone", reached=True, note="说明了规定"
    )
    callbacks.propose_justified(
        appeal, actor=desk, now=later(appeal), clause="现行规定不允许", explanation="已解释"
    )
    callbacks.approve_justified(appeal, actor=coordinator_actor(), now=later(appeal))
    return appeal


def closed_unreachable(appeal: Appeal | None = None, **more) -> Appeal:
    appeal = appeal or callback_due(**more)
    desk, at = callback_actor(), later(appeal)
    for _half_day in range(3):
        at += timedelta(days=1)
        callbacks.attempt_callback(
            appeal, actor=desk, now=at, channel="phone", reached=False, note="无人接听"
        )
    callbacks.close_unreachable(appeal, actor=desk, now=at + MINUTE, note="三次联系不上")
    return appeal


def withdrawn(appeal: Appeal | None = None, **more) -> Appeal:
    appeal = appeal or submitted(**more)
    ratings.withdraw(appeal, actor=owner_of(appeal), now=later(appeal), reason="自行解决了")
    return appeal


def under_review(appeal: Appeal | None = None, **more) -> Appeal:
    """No step leads to it yet; its row is there for tests of what it refuses."""
    appeal = appeal or handling_(**more)
    Appeal.objects.filter(pk=appeal.pk).update(state=State.REVIEW)
    appeal.refresh_from_db()
    return appeal


_WAYS = {
    State.DRAFT: draft,
    State.SUBMITTED: submitted,
    State.NEED_INFO: need_info,
    State.NOT_ACCEPTED: not_accepted,
    State.LAPSED: lapsed,
    State.ACCEPTED: accepted,
    State.DISPATCHED: dispatched,
    State.OBJECTED: objected,
    State.HANDLING: handling_,
    State.REVIEW: under_review,
    State.REPLIED: replied,
    State.CALLBACK_DUE: callback_due,
    State.REHANDLING: rehandling,
    State.CLOSED: closed,
    State.CLOSED_UNRATED: closed_unrated,
    State.CLOSED_JUSTIFIED: closed_justified,
    State.CLOSED_UNREACHABLE: closed_unreachable,
    State.WITHDRAWN: withdrawn,
}


def in_state(state: State | str, **more) -> Appeal:
    """A case in a state; what it was submitted with may be given."""
    appeal = _WAYS[State(state)](**more)
    assert appeal.state == state, f"came to {appeal.state} instead of {state}"
    return appeal


def traces(appeal: Appeal) -> dict[str, object]:
    """Everything that a step could have left behind; the same before and after a refusal."""
    from django.apps import apps

    rows: dict[str, object] = {}
    for model in apps.get_app_config("appeals").get_models():
        name, all_rows = model.__name__, model._default_manager
        rows[name] = all_rows.count()
        if any(field.name == "appeal" for field in model._meta.fields):
            rows[f"{name} of it"] = list(all_rows.filter(appeal=appeal).order_by("pk").values())
    return {
        **rows,
        "itself": list(Appeal.objects.filter(pk=appeal.pk).values()),
        "journal": JournalLine.objects.count(),
        "notices": Notice.objects.count(),
        "outbox": OutboxRow.objects.count(),
    }
