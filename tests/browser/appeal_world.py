"""Appeals to look at: one of the demo's own firm in every state, and what stands beside them."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.states import State
from qifu.base.calendar import record_calendar
from qifu.knowledge.models import Answer, Law
from qifu.organisations.permissions import Actor
from tests.appeals import world
from tests.appeals.files import PDF
from tests.appeals.world import later
from tests.browser.world import Look, person
from tests.conftest import NOW
from tests.rulebook.clockwork import year_2027

# these end by rounds of the worker, weeks later: they come first, the rounds find no other case
_WEEKS_LATER = {State.LAPSED: 60, State.CLOSED_UNRATED: 80}
_STATES = [*_WEEKS_LATER, *(one for one in State if one not in _WEEKS_LATER)]
TEXT = (
    "我公司在宝安区的厂房要新增两条注塑线，现有变压器容量 315 千伏安已经用满，{n} 月起多次跳闸，"
    "订单交付受到影响。请问增容要什么材料、多久能通电、费用谁承担？"
)
POINTS = ("增容要什么材料？", "从申请到通电要多久，为什么上次的申请没有答复？", "费用由谁承担？")
PAPERS = ("厂房用电增容申请表及现有变压器铭牌照片.pdf", "图纸.pdf")


def _more(number: int, state: State) -> dict[str, Any]:
    points = {"points": POINTS} if state in (State.HANDLING, State.REPLIED) else {}
    kinds = ("inquiry", "help_request", "complaint", "suggestion")
    return {
        "text": TEXT.format(n=number), "matter": "power_water_gas", "kind": kinds[number % 4],
        **points,
    }  # fmt: skip


def _contradicted() -> int:
    """The order of a hotline that says something else after its case was taken in."""
    desk, order = person("demo-intake"), {"external_id": "GD-1", "time": "2026-11-20 09:30"}
    for text in ("货梯坏了三天没有修好，请协调。", "完全是另一件事情，请核查。"):
        at = NOW - timedelta(days=1)
        actions.receive_orders("12345", [{**order, "text": text}], actor=desk, now=at)
        case = Appeal.objects.get(channel="12345", external_id="GD-1")
        if case.state == "submitted":
            world.accepted(case)
    actions.number_statuses("12345")
    return case.exchange_orders.get().pk


def fill_appeals() -> dict[str, Any]:
    """A case in every state by its name, some special ones, and what addresses need."""
    owner, unit = person("demo-owner"), person("demo-handler")
    made: dict[str, Appeal] = {}
    for number, state in enumerate(_STATES):
        at = NOW - timedelta(days=_WEEKS_LATER.get(state, 6))
        made[state.value] = world.in_state(state, actor=owner, now=at, **_more(number, state))
    busy = made["handling"]
    for name, internal in ((PAPERS[0], False), (PAPERS[1], True)):
        by = unit if internal else owner
        (file,) = actions.attach(
            busy, actor=by, now=later(busy), files=[(name, BytesIO(PDF), len(PDF))],
            internal=internal,
        )  # fmt: skip
        actions.scan_attachment(file.pk, now=later(busy))
    actions.attach(busy, actor=owner, now=later(busy), files=[(PAPERS[1], BytesIO(PDF), len(PDF))])
    actions.remind(busy, actor=person("demo-coordinator"), now=later(busy), note="请今天联系企业。")
    actions.supervise(
        busy, actor=person("demo-coordinator"), now=later(busy), reason="一直没有联系企业",
        until_days=3,
    )  # fmt: skip
    passed = world.dispatched(**_given(owner, 20))
    actions.transfer(
        passed, actor=unit, now=later(passed), unit=world.unit(world.DISTRICT), why="属地办理"
    )
    asked = world.handling_(**_given(owner, 21))
    actions.ask_extension(asked, actor=unit, now=later(asked), days=3, reason="等供电部门的勘察")
    callback = world.callback_due(**_given(owner, 22))
    actions.propose_justified(
        callback, actor=person("demo-callback"), now=later(callback), clause="红线外投资界面的规定",
        explanation="已向企业解释：红线以内由用户投资。",
    )  # fmt: skip
    twice = world.objected_twice(world.objected(**_given(owner, 23)))
    master = world.submitted(**_given(owner, 24))
    merged = world.submitted(**_given(owner, 25))
    actions.merge_appeals(merged, actor=person("demo-intake"), now=later(merged), master=master)
    actions.record_absence(
        actor=unit, user=person("demo-handler-2").user, first_day=NOW.date(),
        last_day=NOW.date() + timedelta(days=3), note="出差", now=NOW,
    )  # fmt: skip
    record_calendar(year_2027(), uploaded_by=unit.user_id, now=NOW)
    return {
        **{state: case.pk for state, case in made.items()},
        "passed": passed.pk,
        "extension": asked.pk,
        "proposed": callback.pk,
        "twice": twice.pk,
        "merged": merged.pk,
        "exchange": _contradicted(),
        "answer": Answer.objects.filter(state="published").order_by("pk")[0].code,
        "law": Law.objects.order_by("pk")[0].code,
    }


def _given(owner: Actor, number: int) -> dict[str, Any]:
    at = NOW - timedelta(days=4)
    return {"actor": owner, "now": at, **_more(number, State.SUBMITTED)}


def public_appeals(values: dict[str, Any]) -> list[Look]:
    """What appeals are, answers and statutes: for everybody."""
    return [
        Look("/appeals/"),
        Look("/answers/"),
        Look("/answers/?text=用电"),
        Look("/answers/?text=没有这样的问题"),
        Look(f"/answers/{values['answer']}/"),
        Look("/laws/"),
        Look(f"/laws/{values['law']}/"),
    ]


def appeals_of_a_firm(values: dict[str, Any]) -> list[Look]:
    """The firm's list, its form, a case in every state; what a viewer sees."""
    front = "/my/appeals/"
    draft = f"{front}new/?draft={values['draft']}"
    addresses = [
        "/my/",
        front,
        f"{front}?text=没有这样的诉求",
        f"{front}?state=closed",
        f"{front}new/",
        f"{front}new/?template=power_water_gas",
        draft,
        f"{draft}&check=1",
        *(f"{front}{values[state]}/" for state in State.values if state != "draft"),
        f"{front}{values['submitted']}/?received=1",
        f"{front}{values['merged']}/",
        f"{front}{values['handling']}/print/",
        f"{front}{values['handling']}/withdraw/",
        "/messages/",
    ]
    return [
        *(Look(one, "demo-owner") for one in addresses),
        Look(front, "demo-viewer"),
        Look(f"{front}{values['replied']}/", "demo-viewer"),
        Look(f"{front}new/", "demo-viewer", 403),
        Look(f"{front}{values['replied']}/", "demo-owner-2", 404),
    ]


# what each desk looks at: its lists, and cases that wait for it
_LISTS = {
    "demo-intake": ("intake", "objected", "all"),
    "demo-handler": ("unit", "mine", "unit_done"),
    "demo-handler-ns": ("unit",),
    "demo-coordinator": ("overdue", "extensions", "justified"),
    "demo-callback": ("callbacks",),
}
_CASES = {
    "demo-intake": ("submitted", "need_info", "accepted", "objected", "merged", "not_accepted"),
    "demo-handler": ("dispatched", "handling", "rehandling", "replied"),
    "demo-handler-ns": ("passed",),
    "demo-coordinator": ("extension", "proposed", "twice", "closed", "closed_justified"),
    "demo-callback": ("callback_due", "closed_unreachable"),
}


def appeals_of_the_desk(values: dict[str, Any]) -> list[Look]:
    """Work lists, cases, and the other pages of those who work on appeals."""
    front = "/desk/appeals/"
    knowledge = f"/desk/knowledge/{values['answer']}/"
    figures = "since=2026-08-01&until=2026-11-22"
    return [
        *(Look("/desk/", who) for who in _LISTS),
        *(Look(f"{front}?list={name}", who) for who, lists in _LISTS.items() for name in lists),
        *(Look(f"{front}{values[one]}/", who) for who, some in _CASES.items() for one in some),
        Look(f"{front}?list=all&q=没有这样的诉求", "demo-intake"),
        Look(f"{front}new/", "demo-intake"),
        Look(f"{front}{values['handling']}/reply/", "demo-handler"),
        # what the buttons of the form answer, with everything in it
        Look(f"{front}{values['handling']}/reply/?do=check&text=您好，来信收悉。", "demo-handler"),
        Look(f"{front}{values['handling']}/reply/?do=earlier", "demo-handler"),
        Look("/desk/replies/", "demo-coordinator"),
        Look("/desk/replies/?q=用电", "demo-handler"),
        Look("/desk/replies/?q=没有这样的答复", "demo-intake"),
        Look(f"{front}{values['handling']}/supervise/", "demo-coordinator"),
        Look(f"{front}{values['handling']}/", "demo-handler-ns", 404),
        Look(f"{front}{values['handling']}/remind/", "demo-intake", 403),
        Look("/desk/absences/", "demo-handler"),
        Look("/desk/figures/", "demo-coordinator"),
        Look(f"/desk/figures/?by=month&{figures}", "demo-auditor"),
        Look("/desk/figures/?since=2026-11-22&until=2026-11-01", "demo-coordinator", 422),
        Look(f"/desk/figures/cases/?code=on_time_rate&part=excluded&{figures}", "demo-coordinator"),
        Look("/desk/gaps/", "demo-policy"),
        *(
            Look(f"/desk/exchange/?show={show}", "demo-intake")
            for show in ("conflicts", "orders", "statuses", "files")
        ),
        Look(f"/desk/exchange/{values['exchange']}/", "demo-intake"),
        Look("/desk/calendar/", "demo-coordinator"),
        Look("/desk/knowledge/", "demo-intake"),
        Look("/desk/knowledge/?q=没有这样的解答", "demo-intake"),
        Look(knowledge, "demo-intake"),
        Look("/desk/new-answer/", "demo-intake"),
        Look("/desk/journal/?kind=appeal", "demo-auditor"),
    ]


def appeal_looks(values: dict[str, Any]) -> list[Look]:
    return [
        *public_appeals(values), *appeals_of_a_firm(values), *appeals_of_the_desk(values),
    ]  # fmt: skip
