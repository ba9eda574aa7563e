"""The whole life of a case through the API, by the right tokens; lists and cases as pages give."""

import pytest

from qifu.accounts.logic import SCOPES
from qifu.api.appeal_doing import DOORS
from qifu.appeals import selectors
from qifu.appeals.models import Appeal
from qifu.appeals.states import STEPS
from tests.api.programs import Program, program
from tests.appeals import world
from tests.conftest import NOW
from tests.factories import enterprise_actor

pytestmark = pytest.mark.django_db

TEXT = "园区货梯坏了三天没有修好，货物只能走客梯，请协调。"
DEMAND = {
    "kind": "help_request", "region": "440305", "text": TEXT, "points": ["何时修好？", "谁负责？"],
    "contact_name": "联系人", "contact_phone": "0755-12345678",
}  # fmt: skip
REPLY = {
    "points": [{"number": 1, "text": "明日修好。"}, {"number": 2, "text": "物业负责。"}],
    "outcome": "resolved", "basis": [{"text": "办事指南"}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _many(settings):
    settings.QIFU_API_PER_MINUTE = 100_000


@pytest.fixture
def people(demo_city, asks) -> dict[str, Program]:
    return {
        "firm": asks,
        "intake": program(world.intake_actor(), SCOPES),
        "unit": program(world.handler_actor(), SCOPES),
        "coordinator": program(world.coordinator_actor(), SCOPES),
        "callback": program(world.callback_actor(), SCOPES),
    }


def good(answer, status=200):
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def step(who: Program, pk: int, name: str, body=None, status=200):
    return good(who.post(f"/appeals/{pk}/steps/{name}", body or {}), status)


def offered(who: Program, pk: int) -> list[str]:
    return [one["step"] for one in good(who.get(f"/appeals/{pk}"))["steps"]]


def test_every_built_step_of_the_table_has_its_door_and_no_other():
    taken = {row for door in DOORS.values() for row in door.taken}
    people_take = {
        name for name, row in STEPS.items() if row.built and [str(w) for w in row.who] != ["system"]
    }
    assert taken == people_take - {"submit"}


def test_a_case_from_draft_to_a_good_rating(people):
    firm, intake, unit = people["firm"], people["intake"], people["unit"]
    draft = good(firm.post("/appeals/drafts", {"text": "还没写完"}), 201)["id"]
    good(firm.ask("PUT", f"/appeals/drafts/{draft}", DEMAND))
    assert [one["id"] for one in good(firm.get("/appeals?list=drafts"))["items"]] == [draft]
    case = good(firm.post("/appeals", {**DEMAND, "draft": draft}), 201)
    pk = case["id"]
    assert pk == draft
    assert case["number"].startswith("SQ2026")
    assert case["state"]["code"] == "submitted"
    assert [one["text"] for one in case["points"]] == DEMAND["points"]
    reply_clock = next(one for one in case["clocks"] if one["name"]["code"] == "reply")
    assert reply_clock["name"]["name"] == {"zh": "答复", "en": "Reply"}
    assert reply_clock["days"]
    assert sum(day["counts"] for day in reply_clock["days"]) > 0
    assert "accept" in offered(intake, pk)
    done = step(intake, pk, "accept", {"several": False})
    assert done["case"]["state"]["code"] == "accepted"
    found = good(intake.get(f"/appeals/{pk}/suggestions"))
    assert {"matters", "exclusions", "similar", "route"} == set(found)
    step(intake, pk, "dispatch", {"unit": world.LEAD, "why": "属于其职责"})
    step(unit, pk, "acknowledge")
    step(unit, pk, "contact", {
        "person": "联系人", "channel": "phone", "reached": True, "result": "已约定",
    })  # fmt: skip
    colleagues = good(unit.get("/colleagues"))["items"]
    step(unit, pk, "assign", {"user": colleagues[0]["user"]})
    step(unit, pk, "reply", REPLY)
    told = good(firm.get(f"/appeals/{pk}"))
    assert told["replies"][0]["basis"] == [
        {"law": "", "article": "", "policy": "", "text": "办事指南"}
    ]
    rate = next(one for one in told["steps"] if one["step"] == "rate")
    assert [(f["name"], f["required"]) for f in rate["fields"]] == [
        ("level", True), ("tags", False), ("solved", False), ("text", False),
    ]  # fmt: skip
    done = step(firm, pk, "rate", {"level": 5, "solved": True})
    assert done["case"]["state"]["code"] == "closed"
    history = [one["step"] for one in good(firm.get(f"/appeals/{pk}/history"))["items"]]
    assert history == [
        "submit", "accept", "dispatch", "acknowledge", "contact", "reply", "rate_satisfied",
    ]  # fmt: skip


def test_a_case_that_goes_the_hard_way(people):
    firm, intake, unit = people["firm"], people["intake"], people["unit"]
    callback, coordinator = people["callback"], people["coordinator"]
    pk = good(firm.post("/appeals", DEMAND), 201)["id"]
    step(intake, pk, "ask_for_facts", {"question": "哪一部货梯？"})
    step(firm, pk, "supply_facts", {"answer": "3 号楼货梯。"})
    step(intake, pk, "accept")
    step(intake, pk, "dispatch", {"unit": world.LEAD, "why": "属于其职责"})
    step(unit, pk, "object", {
        "reason": "不归本单位管", "basis": "三定规定", "suggested": world.OTHER,
    })  # fmt: skip
    step(intake, pk, "dismiss", {"reason": "属于你单位职责"})
    step(unit, pk, "acknowledge")
    step(unit, pk, "ask_extension", {"days": 3, "reason": "需要检测"})
    step(coordinator, pk, "grant_extension", {"days": 2})
    step(coordinator, pk, "remind", {"note": "快办"})
    step(coordinator, pk, "supervise", {"reason": "没有进展", "until_days": 3})
    step(coordinator, pk, "escalate", {"reason": "影响面大"})
    step(unit, pk, "reply", REPLY)
    step(firm, pk, "rate", {"level": 1, "solved": False})
    step(callback, pk, "attempt_callback", {"channel": "phone", "reached": True, "note": "仍坏"})
    step(callback, pk, "propose_justified", {"clause": "规定不允许", "explanation": "已说明"})
    step(coordinator, pk, "decline_justified", {"note": "再核实"})
    step(callback, pk, "ask_confirmation", {"note": "请确认"})
    assert good(firm.get(f"/appeals/{pk}"))["confirm_asked"]
    step(firm, pk, "confirm_closed", {"reason": "misclick"})
    step(firm, pk, "reopen", {"reason": "又坏了，有照片"})
    step(unit, pk, "reply", REPLY)
    assert good(firm.get(f"/appeals/{pk}"))["round"] == 2


def test_a_desk_records_a_caller_and_sorts_cases_together(people):
    intake = people["intake"]
    caller = {**DEMAND, "channel": "phone", "requester": "某来电单位"}
    one = good(intake.post("/appeals", caller), 201)["id"]
    two = good(intake.post("/appeals", {**caller, "text": f"再说一次：{TEXT}"}), 201)["id"]
    linked = good(intake.post(f"/appeals/{two}/links", {"other": one, "kind": "related"}))
    assert [(row["id"], row["kind"]) for row in linked["related"]] == [(one, "related")]
    step(intake, two, "merge", {"master": one})
    assert good(intake.get(f"/appeals/{two}"))["merged_into"] == one
    step(intake, two, "unmerge")
    child = step(intake, one, "split", {"points": [2]})["made"]
    assert Appeal.objects.get(pk=child).parent_id == one
    rules = good(intake.get("/exclusions"))["items"]
    step(intake, two, "reject_intake", {
        "exclusion": rules[0]["code"], "reason": "不归本市", "channel": "省级平台",
    })  # fmt: skip
    assert good(intake.get(f"/appeals/{two}"))["refusal"]["channel"] == "省级平台"


def test_the_same_key_files_one_case_and_another_key_another(asks):
    first = asks.post("/appeals", DEMAND, Idempotency_Key="one-and-only")
    again = asks.post("/appeals", DEMAND, Idempotency_Key="one-and-only")
    assert first.json()["id"] == again.json()["id"]
    assert again["Idempotent-Replay"] == "true"
    other = asks.post("/appeals", {**DEMAND, "text": "另一件事：停车位不够。"})
    assert good(other, 201)["id"] != first.json()["id"]


def test_a_step_of_another_side_is_refused_and_changes_nothing(people):
    pk = good(people["firm"].post("/appeals", DEMAND), 201)["id"]
    case = Appeal.objects.get(pk=pk)
    before = world.traces(case)
    for who, name, body, status in (
        ("firm", "accept", {}, 403), ("unit", "acknowledge", {}, 404),
        ("intake", "reply", REPLY, 403), ("intake", "dispatch", {"unit": world.LEAD}, 409),
        ("intake", "dispatch", {"unit": "SZ-NONE"}, 422), ("firm", "rate", {"level": 6}, 422),
        ("firm", "rate", {"level": 5}, 409), ("coordinator", "accept", {}, 403),
        ("intake", "accept", {"matter": "no-such"}, 422), ("firm", "rate", {"nothing": 1}, 422),
    ):  # fmt: skip
        for key in ("", "with-a-key-of-its-own"):
            headers = {"Idempotency_Key": f"{key}{name}"} if key else {}
            answer = people[who].ask("POST", f"/appeals/{pk}/steps/{name}", body, **headers)
            assert answer.status_code == status, (who, name, answer.content.decode())
    assert world.traces(case) == before


def test_two_cases_of_one_firm_and_a_stranger_sees_none(asks):
    pk = good(asks.post("/appeals", DEMAND), 201)["id"]
    stranger = program(enterprise_actor(), SCOPES)
    assert good(stranger.get("/appeals"))["items"] == []
    assert stranger.get(f"/appeals/{pk}").status_code == 404
    assert stranger.get(f"/appeals/{pk}/history").status_code == 404


def test_lists_are_the_pages_lists_page_by_page_in_every_order(people):
    for number in range(5):
        world.submitted(text=f"第{number}件：{TEXT}")
    late = world.dispatched(world.accepted(world.submitted()))
    Appeal.objects.filter(pk=late.pk).update(next_due_at=None)
    for who, actor in (
        ("intake", world.intake_actor()),
        ("coordinator", world.coordinator_actor()),
    ):
        for name in selectors.lists_of(actor):
            for order in ("due", "newest", "oldest"):
                rows = selectors.list_of(actor, name, now=NOW, order=order)
                expected = list(rows.values_list("pk", flat=True))
                assert _walked(people[who], f"list={name}&order={order}") == expected


def _walked(who: Program, query: str) -> list[int]:
    found: list[int] = []
    cursor = ""
    while True:
        told = good(who.get(f"/appeals?{query}&limit=2&cursor={cursor}"))
        found += [one["id"] for one in told["items"]]
        if not told["next"]:
            return found
        cursor = told["next"]


def test_filters_narrow_as_on_the_page_and_a_cursor_fits_only_its_list(people):
    one = world.submitted(text=f"停车难：{TEXT}", kind="complaint")
    world.submitted()
    intake, actor = people["intake"], world.intake_actor()
    for asked in ({"kind": "complaint"}, {"text": "停车难"}, {"state": "accepted"},
                  {"region": "440306"}, {"due": "week"}):  # fmt: skip
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        rows = selectors.list_of(actor, "intake", now=NOW, **asked)
        assert _walked(intake, f"list=intake&{query}") == list(rows.values_list("pk", flat=True))
    assert [row["id"] for row in good(intake.get("/appeals?list=intake&text=停车难"))["items"]] == [
        one.pk
    ]
    cursor = good(intake.get("/appeals?list=intake&limit=1"))["next"]
    for wrong in (f"list=all&cursor={cursor}", "list=intake&cursor=x"):
        answer = intake.get(f"/appeals?{wrong}")
        assert (answer.status_code, answer.json()["field"]) == (422, "cursor")
    counts = {row["name"]: row["count"] for row in good(intake.get("/appeals/lists"))["items"]}
    assert counts == selectors.counts_of(actor, now=NOW)


def test_a_page_of_a_list_costs_the_same_for_few_and_many_rows(
    people, django_assert_max_num_queries
):
    for number in range(8):
        world.submitted(text=f"第{number}件：{TEXT}")
    with django_assert_max_num_queries(14):
        assert len(good(people["intake"].get("/appeals?list=intake"))["items"]) >= 8
