"""Earlier replies over the API: the same as on the page, for the same people, page by page."""

import pytest

from qifu.accounts.logic import SCOPES
from qifu.appeals.selectors import find_replies
from tests.api.programs import program
from tests.appeals import world
from tests.conftest import NOW
from tests.factories import officer
from tests.web.test_desk_replies import answered

pytestmark = pytest.mark.usefixtures("demo_city")


def test_what_is_found_is_what_the_page_finds_page_by_page_with_people_masked():
    handler = world.handler_actor()
    for number in range(3):
        answered(f"第{number}号方案，找李小明，电话13900139000。", text=f"冷库{number}号怎样通电？")
    asks = program(handler, SCOPES)
    expected = [one.reply.pk for one in find_replies(handler, "冷库通电", now=NOW).hits]
    first = asks.get("/replies?text=冷库通电&limit=2").json()
    second = asks.get(f"/replies?text=冷库通电&limit=2&cursor={first['next']}").json()
    assert [one["id"] for one in (*first["items"], *second["items"])] == expected
    assert (len(expected), second["next"]) == (3, None)
    one = first["items"][0]
    assert one["unit"]["code"] == world.LEAD and one["outcome"] == "resolved"
    assert "score" not in one, "it tells how rare a word is, in cases of others too"
    assert "13900139000" not in str(first) and "方案" in one["text"]
    other = asks.get(f"/replies?text=别的&cursor={first['next']}")
    assert (other.status_code, other.json()["field"]) == (422, "cursor")


def test_a_case_is_asked_about_by_those_who_may_see_it():
    done = answered("已督促付款。", text="机关拖欠货款，请问怎样投诉？")
    case = world.handling_(text="机关拖欠工程款，请问怎样投诉？")
    mine, other = (program(world.handler_actor(of), SCOPES) for of in (world.LEAD, world.OTHER))
    found = mine.get(f"/replies?about={case.pk}").json()["items"]
    assert [one["appeal"] for one in found] == [done.pk]
    assert mine.get("/replies").json()["items"] == []
    assert other.get(f"/replies?about={case.pk}").status_code == 404
    assert other.get("/replies?text=拖欠").json()["items"] == []
    assert mine.get(f"/replies?text=拖欠&unit={world.OTHER}").json()["items"] == []


def test_who_writes_no_replies_is_refused():
    for actor in (world.callback_actor(), officer("policy_officer"), world.firm_actor()):
        answer = program(actor, SCOPES).get("/replies?text=拖欠")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
