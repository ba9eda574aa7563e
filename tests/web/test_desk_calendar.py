"""The official calendar as officials see it: years, a new one taken in, the dates that moved."""

from datetime import timedelta

import pytest

from qifu.appeals.actions import accept_appeal, recompute_clocks
from qifu.appeals.actions.clocks import start_clock
from qifu.base.calendar import calendar_in_force, calendar_version
from qifu.base.models import CalendarUpload
from tests.appeals import cases, world
from tests.conftest import NOW
from tests.factories import officer
from tests.rulebook.clockwork import at
from tests.web.desk_people import as_
from tests.web.firms import HTMX
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")

YEAR = {
    "year": "2027",
    "source": "测试用的放假安排",
    "holidays": """2027-01-01 2027-01-03 元旦
2027年2月5日至2027年2月12日 春节

2027/4/3-2027/4/5 清明节
2027-05-01 2027-05-05 劳动节
2027-06-09 端午节
2027-09-15 中秋节
2027-10-01 2027-10-07 国庆节""",
    "makeup": "2027-01-31\n2027-02-14，2027-05-08\n\n2027年9月26日\n2027-10-09",
}


@pytest.fixture
def coordinator():
    return officer("coordinator", cases.unit("SZ-ZWSJ"))


@pytest.fixture
def desk(coordinator):
    return as_(coordinator)


def sent(**changes):
    return {**YEAR, **changes}


def without(line: str) -> str:
    return "\n".join(one for one in YEAR["holidays"].splitlines() if line not in one)


def waiting(started):
    """A case that was submitted then and waits for its answer."""
    appeal = cases.case("submitted", at=at(started))
    clock = start_clock(appeal, "reply", now=at(started))
    assert clock is not None
    return appeal, clock


def test_the_page_tells_years_with_their_source_and_how_sure_they_are(desk):
    page = desk.get("/desk/calendar/")
    said = words(page)
    assert "已知到 2026 年" in said
    assert "2027 暂定 全国年节及纪念日放假办法" in said
    assert "2026 已公布" in said
    assert "所有在走的时限都按现行日历计算" in said
    assert "没有因日历变动的时限" in said
    assert inline(page.content.decode()) == []
    assert read(page).headings == ["放假安排"]


def test_a_year_is_taken_in_as_it_is_pasted(desk, coordinator):
    page = desk.post("/desk/calendar/", YEAR, follow=True)
    assert page.redirect_chain == [("/desk/calendar/", 302)]
    assert "2027 年的放假安排已生效" in words(page)
    assert "2027 已上传 测试用的放假安排" in words(page)
    (kept,) = CalendarUpload.objects.all()
    assert (kept.year, kept.uploaded_by) == (2027, coordinator.user_id)
    calendar = calendar_in_force()
    for day, works in (
        ("2027-02-08", False), ("2027-02-12", False), ("2027-04-05", False), ("2027-06-09", False),
        ("2027-02-14", True), ("2027-05-08", True), ("2027-09-26", True), ("2027-10-09", True),
        ("2027-02-15", True), ("2027-10-10", False),
    ):  # fmt: skip
        assert calendar.is_working_day(at(f"{day} 12:00").date()) == works, day


def test_open_clocks_are_counted_again_and_the_page_tells_which_moved(desk, coordinator):
    moved, clock = waiting("2027-02-01 10:00")
    waiting("2026-11-02 10:00")
    assert clock.provisional
    assert "是暂定的" in words(desk.get("/desk/calendar/"))
    page = desk.post("/desk/calendar/", YEAR, follow=True)
    assert "还有 2 个在走的时限等待按现行日历重算" in words(page)
    part = desk.get("/desk/calendar/", **HTMX)
    assert words(part) == "还有 2 个在走的时限等待按现行日历重算。"
    assert part.content.decode().strip() in page.content.decode()
    recompute_clocks(now=NOW)  # as the worker does
    done = desk.get("/desk/calendar/", **HTMX)
    assert words(done) == "所有在走的时限都按现行日历计算。"
    assert "hx-get" not in done.content.decode()
    said = words(desk.get("/desk/calendar/"))
    assert f"{moved.number} 答复 2027年2月10日 2027年2月15日" in said
    assert "SQ" not in said.partition("因日历变动的时限")[2].replace(moved.number, "")


def test_a_limit_that_changed_for_another_reason_is_not_told_here(desk, monkeypatch):
    appeal = world.submitted()
    before = appeal.due_at
    accept_appeal(appeal, actor=world.intake_actor(), now=world.later(appeal), several=True)
    appeal.refresh_from_db()
    assert appeal.due_at > before
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))
    assert "没有因日历变动的时限" in words(desk.get("/desk/calendar/"))


def test_the_same_year_again_changes_nothing_and_says_so(desk):
    desk.post("/desk/calendar/", YEAR)
    version = calendar_version()
    page = desk.post("/desk/calendar/", YEAR, follow=True)
    assert "和库里的一样，没有变化" in words(page)
    assert calendar_version() == version
    assert CalendarUpload.objects.count() == 1


def test_a_correction_of_a_year_takes_its_place(desk):
    desk.post("/desk/calendar/", YEAR)
    page = desk.post("/desk/calendar/", sent(source="更正通知", makeup="2027-01-31"), follow=True)
    assert "2027 已上传 更正通知" in words(page)
    assert not calendar_in_force().is_working_day(at("2027-05-08 12:00").date())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"year": ""}, "请填写年份"),
        ({"year": "二〇二七"}, "年份写成四位数"),
        ({"year": "1999"}, "年份从 2004 起"),
        ({"year": "2101"}, "年份到 2100 为止"),
        ({name: text.replace("2027", "2038") for name, text in YEAR.items()},
         "日历中间会缺少 2036、2037 年"),
        ({"source": ""}, "请填写依据的文件名称和文号"),
        ({"holidays": ""}, "请逐行填写放假日期"),
        ({"holidays": YEAR["holidays"] + "\n十月一日 国庆"}, "第 9 行读不懂：「十月一日 国庆」"),
        ({"holidays": "2027-02-30 春节"}, "第 1 行读不懂：「2027-02-30 春节」"),
        ({"holidays": "2027-10-01 2027-10-07"}, "第 1 行读不懂"),
        ({"holidays": "2027-10-07 2027-10-01 国庆节"}, "第 1 行：结束日早于起始日"),
        ({"holidays": "\n2027-10-01 2027-10-31 国庆节"}, "第 2 行：假期太长"),
        ({"holidays": YEAR["holidays"].replace("2027-06-09", "2025-06-09")},
         "第 6 行：2025-06-09 不属于这一年"),
        ({"holidays": YEAR["holidays"] + "\n2027-10-07 国庆节"}, "第 9 行：2027-10-07 写了两次"),
        ({"holidays": without("端午节")}, "漏了法定节假日 2027-06-09"),
        ({"makeup": "\n2027-02-14\n周日"}, "第 3 行读不懂：「周日」"),
        ({"makeup": "2027-02-14\n2027-02-15"}, "第 2 行：2027-02-15 Monday 本来就是工作日"),
        ({"makeup": "2027-02-14 2027-02-14"}, "第 1 行：2027-02-14 写了两次"),
        ({"makeup": "2027-10-02"}, "第 1 行：2027-10-02 写了两次，或者既放假又上班"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_nothing_is_kept(desk, changes, said):
    page = desk.post("/desk/calendar/", sent(**changes))
    assert page.status_code == 422
    assert said in words(page)
    assert CalendarUpload.objects.count() == 0
    typed = read(page).forms[-1]["fields"]
    for name, value in sent(**changes).items():
        assert [name, value] in typed


def test_everything_that_is_wrong_is_told_at_once(desk):
    page = desk.post(
        "/desk/calendar/", sent(holidays=without("元旦"), makeup="2027-02-15\n2027-02-16")
    )
    said = words(page)
    assert "第 1 行：2027-02-15" in said
    assert "第 2 行：2027-02-16" in said


def test_of_two_uploads_at_once_one_is_told(desk, monkeypatch):
    from qifu.base.errors import Conflict
    from qifu.web.appeals.office import calendar

    def beaten(*_args, **_given):
        raise Conflict("别人刚刚也上传了放假安排，请核对后再试。")

    monkeypatch.setattr(calendar, "record_calendar", beaten)
    page = desk.post("/desk/calendar/", YEAR)
    assert page.status_code == 422
    assert "别人刚刚也上传了放假安排" in words(page)
    assert ["source", YEAR["source"]] in read(page).forms[-1]["fields"]
