"""The desk of the exchange: conflicts side by side, settled once; orders, statuses, files."""

import pytest

from qifu.appeals import actions
from qifu.appeals.actions.exchange_files import record_file
from qifu.appeals.models import Appeal, ExchangeConflict, ExchangeOrder
from tests.appeals import world
from tests.appeals.test_exchange import MINUTE, TEXT, again, case, receive, row
from tests.conftest import NOW
from tests.factories import officer
from tests.web.desk_people import as_
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")
OTHER = "完全是另一件事情。"


@pytest.fixture
def desk():
    return world.intake_actor()


@pytest.fixture
def client(desk):
    return as_(desk)


@pytest.fixture
def conflict(desk) -> ExchangeConflict:
    receive(row(firm="测试来电单位"))
    world.accepted(case())
    again(text=OTHER)
    return ExchangeConflict.objects.get()


def address(conflict: ExchangeConflict) -> str:
    return f"/desk/exchange/{conflict.order_id}/"


def send(client, conflict, do, reason="已核实", **more):
    fields = {"conflict": conflict.pk, "do": do, f"c{conflict.pk}-reason": reason, **more}
    return client.post(address(conflict), fields)


def test_a_conflict_waits_in_the_list_and_stands_side_by_side_on_its_page(client, conflict):
    listed = client.get("/desk/exchange/")
    assert address(conflict) in read(listed).links
    page = client.get(address(conflict))
    assert OTHER in words(page)
    assert TEXT in words(page)
    assert "不能再按对方的改" in words(page)
    assert 'value="take"' not in page.content.decode()
    assert inline(page.content.decode()) == inline(listed.content.decode()) == []


def test_keeping_ours_asks_for_a_reason_and_is_done_once(client, conflict):
    assert send(client, conflict, "keep", reason=" ").status_code == 422
    assert send(client, conflict, "keep").status_code == 302
    conflict.refresh_from_db()
    assert (conflict.state, conflict.reason) == ("kept", "已核实")
    assert send(client, conflict, "keep").status_code == 409
    assert "已核实" in words(client.get(address(conflict)))
    assert "没有待处理的冲突" in words(client.get("/desk/exchange/"))


def test_taking_theirs_works_where_the_state_allows_it(client):
    from tests.factories import EnterpriseFactory

    one, two = EnterpriseFactory.create(), EnterpriseFactory.create()
    receive(row(firm=one.uscc))
    again(firm=two.uscc)
    waiting = ExchangeConflict.objects.get()
    assert two.name in words(client.get(address(waiting)))
    assert send(client, waiting, "take").status_code == 302
    assert case().enterprise == two


def test_what_came_after_the_page_was_opened_is_looked_at_first(client, conflict):
    seen = conflict.found_at.isoformat()
    receive(row(firm="测试来电单位", text="又是另一件事。"), at=NOW + 5 * MINUTE)
    answer = send(client, conflict, "keep", seen=seen)
    assert answer.status_code == 409
    assert "又是另一件事" in words(answer)
    assert ExchangeConflict.objects.get().state == "open"


def test_orders_statuses_and_files_are_found_by_words(client, conflict, desk):
    actions.number_statuses("12345")
    record_file("12345", actor=desk, now=NOW, name="工单.csv", digest="0" * 64, counts={"made": 3})
    record_file(
        "12345", actor=desk, now=NOW, name="坏.csv", digest="1" * 64, counts={}, problem="读不懂"
    )
    number = Appeal.objects.get(external_id="GD-1").number
    for show, text in (
        ("orders", "GD-1"), ("orders", number), ("orders", "来电单位"), ("statuses", number),
        ("conflicts", "GD-1"),
    ):  # fmt: skip
        found = client.get("/desk/exchange/", {"show": show, "q": text})
        assert number in words(found), (show, text)
        none = client.get("/desk/exchange/", {"show": show, "q": "没有的"})
        assert "没有符合的" in words(none)
    files = words(client.get("/desk/exchange/", {"show": "files"}))
    assert "工单.csv" in files
    assert "新收 3" in files
    assert "读不懂" in files
    fragment = client.get("/desk/exchange/", {"show": "orders"}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()


def test_empty_lists_say_what_comes_there(client):
    for show, said in (
        ("conflicts", "没有待处理的冲突"), ("orders", "还没有收到工单"),
        ("statuses", "还没有要回给对方"), ("files", "还没有收到文件"),
    ):  # fmt: skip
        assert said in words(client.get("/desk/exchange/", {"show": show}))


def test_another_unit_sees_no_order(conflict):
    stranger = as_(officer("unit_admin", world.unit(world.OTHER)))
    assert "没有待处理的冲突" in words(stranger.get("/desk/exchange/"))
    assert stranger.get(address(conflict)).status_code == 404
    assert send(stranger, conflict, "keep").status_code == 404


def test_a_list_costs_the_same_for_few_and_many_orders(client, django_assert_max_num_queries):
    receive(*(row(external_id=f"Q-{number}") for number in range(12)))
    assert ExchangeOrder.objects.count() == 12
    with django_assert_max_num_queries(20):
        client.get("/desk/exchange/", {"show": "orders"})
