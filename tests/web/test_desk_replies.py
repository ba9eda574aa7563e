"""The page of earlier replies: found, narrowed, mended, paged, exported; nobody else's case."""

import pytest

from qifu.appeals import actions
from tests.appeals import world
from tests.appeals.world import later
from tests.web.desk_people import as_, queries, table
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")
PAGE = "/desk/replies/"
HTMX = {"HTTP_HX_REQUEST": "true"}


def answered(said: str, *, to: str = world.LEAD, **more):
    """A case of its own firm with a reply."""
    appeal = world.handling_(world.dispatched(world.accepted(world.submitted(**more)), to=to))
    actions.reply(
        appeal, actor=world.handler_actor(to), now=later(appeal), text=said, points={},
        outcome="resolved",
    )  # fmt: skip
    return appeal


@pytest.fixture
def client():
    return as_(world.handler_actor())


def test_before_anything_is_asked_the_page_says_what_to_do(client):
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "写几个字就开始找" in words(page)
    assert inline(page.content.decode()) == []
    assert len(read(page).headings) == 1
    assert PAGE in read(client.get("/desk/")).links
    assert PAGE not in read(as_(world.callback_actor()).get("/desk/")).links


def test_a_reply_is_found_by_what_was_asked_and_what_was_said(client):
    appeal = answered("申请表交给李小明，电话13900139000。", text="测试诉求：冷库增容要交什么？")
    for asked in ("冷库", "申请表"):
        page = client.get(PAGE, {"q": asked})
        said = words(page)
        assert f"“{asked}”：找到 1 条" in said and appeal.number in said and "已解决" in said
        assert "13900139000" not in said
    assert "<mark>申请表</mark>" in page.content.decode()
    assert f"/desk/appeals/{appeal.pk}/" in read(page).links
    part = client.get(PAGE, {"q": "冷库"}, **HTMX)
    assert read(part).headings == [] and appeal.number in words(part)


def test_a_typing_error_is_mended_and_the_page_says_so(client):
    appeal = answered("已经督促付款。", text="机关拖欠货款，怎样投诉？")
    page = words(client.get(PAGE, {"q": "拖歉货款"}))
    assert "您是不是要找“拖欠货款”？" in page and appeal.number in page


def test_matter_and_unit_narrow_it_and_what_is_on_no_list_does_not(client):
    desk = as_(world.coordinator_actor())
    power = answered("甲方案：冷库已经通电。", text="冷库的电不够用？", matter="arrears")
    other = answered("乙方案：冷库工资已补发。", text="冷库的工资没有发？", to=world.OTHER)
    found = words(desk.get(PAGE, {"q": "冷库"}))
    assert power.number in found and other.number in found
    for narrow, there, gone in (
        ({"matter": "arrears"}, power, other), ({"unit": world.OTHER}, other, power),
    ):  # fmt: skip
        found = words(desk.get(PAGE, {"q": "冷库", **narrow}))
        assert there.number in found and gone.number not in found
    assert "找到 2 条" in words(desk.get(PAGE, {"q": "冷库", "matter": "x", "unit": "y"}))
    nothing = words(desk.get(PAGE, {"q": "冷库", "matter": "tax"}))
    assert "没有找到" in nothing and "去掉事项和单位" in nothing
    # a unit sees its own
    assert other.number not in words(client.get(PAGE, {"q": "冷库"}))


def test_many_replies_are_paged_and_cost_no_more_questions(client):
    for number in range(12):
        answered(f"第{number}号方案：冷库已经通电。", text=f"冷库{number}号怎样通电？")
    first = client.get(PAGE, {"q": "冷库通电"})
    assert "第 1 页，共 2 页" in words(first) and "找到 12 条" in words(first)
    second = client.get(PAGE, {"q": "冷库通电", "page": "2"})
    assert second.content.decode().count("看整个答复") == 2
    few = queries(lambda: client.get(PAGE, {"q": "冷库1号怎样通电", "page": "1"}))
    assert queries(lambda: client.get(PAGE, {"q": "冷库通电"})) <= few


def test_what_was_found_goes_into_a_workbook_with_people_masked(client):
    appeal = answered("请找李小明，电话13900139000。", text="冷库怎样通电？")
    rows = table(client.get("/desk/replies.xlsx", {"q": "冷库"}))
    assert rows[0][:2] == ("编号", "标题")
    assert rows[1][0] == appeal.number
    assert "13900139000" not in str(rows[1])
