"""The desk of the channel list: old entries first, reports answered, every field by hand."""

from datetime import date

import pytest

from qifu.base.models import JournalLine
from qifu.organisations.actions.channels import report_channel
from qifu.organisations.models import Channel, ChannelReport
from qifu.organisations.permissions import NOBODY
from qifu.organisations.selectors.channels import channel_by_code
from tests.appeals import world as cases
from tests.conftest import NOW
from tests.factories import officer
from tests.web.desk_people import as_, queries, traces
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")

WINDOW = "sz-failed-service-window"
ADDRESS = f"/desk/channels/{WINDOW}/"


@pytest.fixture
def keeper():
    return officer("intake_officer", cases.unit(cases.INTAKE))


@pytest.fixture
def desk(keeper):
    return as_(keeper)


def reported(text: str = "电话打不通", code: str = WINDOW) -> ChannelReport:
    return report_channel(
        channel_by_code(code), actor=NOBODY, now=NOW, text=text, contact="0755-00000000"
    )


def fields(client, address: str = ADDRESS, **changed) -> dict:
    """The form as the page gives it, with some fields typed over."""
    page = client.get(address)
    bound = page.context["form"]
    given = {name: bound[name].value() for name in bound.fields}
    given["checked_on"] = str(given["checked_on"])
    return {"step": "edit", **{k: v for k, v in given.items() if v is not None}, **changed}


def test_the_longest_unchecked_stand_first_and_reported_ones_before_them(desk):
    reported(code="sz-12345")
    page = desk.get("/desk/channels/")
    rows = page.context["rows"]
    assert rows[0].channel.code == "sz-12345" and rows[0].reports == 1
    days = [row.channel.checked_on for row in rows[1:]]
    assert days == sorted(days)
    said = words(page)
    assert "1 条报错等您核对" in said and "一年多了" in said
    assert inline(page.content.decode()) == []


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({"q": "办不成事"}, lambda row: "办不成事" in row.name),
        ({"q": "SZ-12345"}, lambda row: row.channel.code == "sz-12345"),
        ({"zone": "futian"}, lambda row: row.channel.zone == "futian"),
        ({"show": "reported"}, lambda row: row.channel.code == WINDOW),
        ({"show": "old"}, lambda row: row.old),
    ],
)
def test_the_list_is_narrowed(desk, query, kept):
    reported()
    rows = desk.get("/desk/channels/", query).context["rows"]
    assert rows and all(kept(row) for row in rows)
    nothing = words(desk.get("/desk/channels/", {"q": "没有这个渠道"}))
    assert "没有符合的渠道" in nothing


def test_an_officer_of_another_unit_sees_but_does_not_keep(client):
    stranger = as_(officer("enterprise_officer"))
    assert "没有归您维护的渠道" in words(stranger.get("/desk/channels/"))
    every = stranger.get("/desk/channels/", {"show": "all"})
    assert every.context["rows"] and not any(row.kept for row in every.context["rows"])
    before = traces()
    assert stranger.get(ADDRESS).status_code == 403
    assert stranger.post(ADDRESS, {"step": "check"}).status_code == 403
    assert traces() == before


def test_a_check_is_one_press_in_the_list(desk):
    sent = desk.post(ADDRESS, {"step": "check", "back": "list"}, follow=True)
    assert sent.redirect_chain[0][0] == "/desk/channels/"
    assert "今天核对无误" in words(sent)
    assert channel_by_code(WINDOW).checked_on == date(2026, 11, 22)


def test_sending_the_form_as_it_stands_changes_nothing(desk):
    """What the form shows is all of the entry: nothing is lost on the way through it."""
    for code in Channel.objects.values_list("code", flat=True):
        before = channel_by_code(code).document
        address = f"/desk/channels/{code}/"
        assert desk.post(address, fields(desk, address)).status_code == 302, code
        assert channel_by_code(code).document == before


def test_every_field_can_be_changed(desk, client):
    changed = {
        "name_zh": "市政务中心投诉窗口", "name_en": "Complaints window", "for_zh": "办不成的事。",
        "for_en": "What failed.", "zone": "futian", "needs": ["appeal"], "kind": "hotline",
        "how_zh": "打电话\n说清楚", "how_en": "Call\nExplain", "address_zh": "福中三路 1 号",
        "address_en": "1 Fuzhong 3rd Road", "hours": "周一至周六 9:00-12:00\n2026-12-01 不开",
        "hours_note_zh": "节前可能提早。", "hours_note_en": "May close early.",
        "telephones": "0755-12345 | 热线 | Hotline", "checked_on": "2026-11-21",
        "links": "https://www.example.org/ | 官网 | Site", "regions": ["440304"],
        "find_as": "民意速办",
    }  # fmt: skip
    assert desk.post(ADDRESS, fields(desk, **changed)).status_code == 302
    kept = channel_by_code(WINDOW)
    document = kept.document
    assert (kept.zone, kept.kind, kept.checked_on) == ("futian", "hotline", date(2026, 11, 21))
    assert document["how"] == [
        {"zh": "打电话", "en": "Call"}, {"zh": "说清楚", "en": "Explain"},
    ]  # fmt: skip
    assert document["hours"]["week"]["sat"] == ["09:00-12:00"]
    assert document["hours"]["exceptions"] == [{"date": "2026-12-01", "hours": []}]
    assert document["telephones"] == [
        {"number": "0755-12345", "for": {"zh": "热线", "en": "Hotline"}}
    ]
    said = words(client.get(f"/channels/{WINDOW}/"))
    for words_ in ("市政务中心投诉窗口", "福中三路 1 号", "12月1日（周二）", "0755-12345", "官网"):
        assert words_ in said
    assert JournalLine.objects.filter(step="edit_channel", subject_id=kept.pk).exists()


@pytest.mark.parametrize(
    ("typed", "name", "message"),
    [
        ({"name_zh": ""}, "name_zh", "这一项要填写"),
        ({"hours": "周八 9点"}, "hours", "第 1 行「周八 9点」：看不懂"),
        ({"hours": "周一 12:00-09:00"}, "hours", "结束要晚于开始"),
        ({"telephones": "打电话"}, "telephones", "第 1 行「打电话」看不懂"),
        ({"telephones": "13800000000 | 张三 | Zhang"}, "telephones", "不要写个人手机号"),
        ({"links": "官网"}, "links", "第 1 行「官网」看不懂"),
        ({"how_zh": "一\n二", "how_en": "One"}, "how_en", "英文的步骤要和中文一样多"),
        ({"address_zh": "福中三路", "address_en": ""}, "address_en", "中文和英文都要填写"),
        ({"checked_on": "2027-01-01"}, "checked_on", "核对日期不能在将来"),
        ({"checked_on": "昨天"}, "checked_on", "请填写日期"),
        ({"kind": "nothing"}, "kind", ""),
        ({"unit": "NO-UNIT"}, "unit", ""),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field_and_stays_typed(desk, typed, name, message):
    before = channel_by_code(WINDOW).document
    page = desk.post(ADDRESS, fields(desk, **typed))
    assert page.status_code == 422
    wrong = page.context["form"].errors
    assert list(wrong) == [name], wrong
    assert message in words(page)
    assert f'href="#id_{name}"' in page.content.decode()
    for key, value in typed.items():
        if key not in ("kind", "unit"):
            assert page.context["form"][key].value() == value
    assert channel_by_code(WINDOW).document == before


def test_a_colleagues_change_is_not_overwritten_unseen(desk):
    mine = fields(desk, name_zh="我的名称")
    assert desk.post(ADDRESS, fields(desk, name_zh="同事的名称")).status_code == 302
    late = desk.post(ADDRESS, mine)
    assert late.status_code == 409
    assert "刚被别人改过" in words(late)
    assert late.context["form"]["name_zh"].value() == "我的名称"
    assert channel_by_code(WINDOW).name["zh"] == "同事的名称"
    again = {**mine, "version": late.context["form"]["version"].value()}
    assert desk.post(ADDRESS, again).status_code == 302
    assert channel_by_code(WINDOW).name["zh"] == "我的名称"


@pytest.mark.parametrize(("step", "state"), [("mended", "mended"), ("kept", "kept")])
def test_a_report_is_answered(desk, step, state):
    report = reported()
    assert "电话打不通" in words(desk.get(ADDRESS)) and "0755-00000000" in words(desk.get(ADDRESS))
    empty = desk.post(ADDRESS, {"step": step, "report": report.pk, "answer": ""})
    assert empty.status_code == 422 and "请写明核对的结果" in words(empty)
    assert f'href="#id_{report.pk}_answer"' in empty.content.decode()
    sent = desk.post(ADDRESS, {"step": step, "report": report.pk, "answer": "已核实"}, follow=True)
    assert "已答复这一条反映" in words(sent)
    report.refresh_from_db()
    assert (report.state, report.answer, report.contact) == (state, "已核实", "")
    twice = desk.post(ADDRESS, {"step": step, "report": report.pk, "answer": "又一次"})
    assert twice.status_code == 409


@pytest.mark.parametrize(
    "sent",
    [
        {"step": "mended", "report": "987654", "answer": "x"}, {"step": "kept", "report": "x"},
        {"step": "kept"}, {"step": "burn"}, {},
    ],
)  # fmt: skip
def test_a_step_that_is_not_there_is_404_and_changes_nothing(desk, sent):
    before = traces()
    assert desk.post(ADDRESS, sent).status_code == 404
    assert traces() == before


def test_a_report_on_another_entry_is_not_answered_here(desk):
    report = reported(code="sz-12345")
    sent = desk.post(ADDRESS, {"step": "kept", "report": report.pk, "answer": "x"})
    assert sent.status_code == 404
    report.refresh_from_db()
    assert report.state == "open"


def test_an_entry_is_taken_out_and_brought_back(desk, client):
    no_reason = desk.post(ADDRESS, {"step": "retire", "reason": ""})
    assert no_reason.status_code == 422 and "请写明停用的原因" in words(no_reason)
    assert desk.post(ADDRESS, {"step": "retire", "reason": "已撤销"}).status_code == 302
    assert f"/channels/{WINDOW}/" not in read(client.get("/channels/")).links
    retired = desk.get("/desk/channels/", {"show": "retired"})
    assert [row.channel.code for row in retired.context["rows"]] == [WINDOW]
    assert desk.post(ADDRESS, {"step": "restore"}).status_code == 302
    assert f"/channels/{WINDOW}/" in read(client.get("/channels/")).links


def test_a_new_entry_is_found_at_once(desk, client):
    front = "/desk/new-channel/"
    assert form(desk.get(front), "")["method"] == "post"
    typed = {
        "code": "test-hotline", "name_zh": "测试热线", "name_en": "Test hotline",
        "for_zh": "只是测试", "for_en": "For a test", "kind": "hotline", "needs": ["advice"],
        "unit": cases.INTAKE, "checked_on": "2026-11-22", "version": "0", "hours": "7×24",
        "telephones": "0755-00000000",
    }  # fmt: skip
    wrong = desk.post(front, {**typed, "code": "坏 代码", "needs": []})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"code", "needs"}
    assert desk.post(front, typed).status_code == 302
    assert "7×24 小时" in words(client.get("/channels/test-hotline/"))
    twice = desk.post(front, typed)
    assert twice.status_code == 422 and "已经有这个代码的条目" in words(twice)


def test_many_reports_and_entries_cost_no_more_queries(desk):
    desk.get("/desk/channels/")
    few = queries(lambda: desk.get("/desk/channels/?q=12345"))
    for number in range(8):
        reported(f"第{number}处不对")
    assert queries(lambda: desk.get("/desk/channels/")) <= few + 1
    one = queries(lambda: desk.get(ADDRESS))
    for number in range(8):
        reported(f"又一处{number}不对")
    assert queries(lambda: desk.get(ADDRESS)) <= one
