"""The channel finder: found by need, district and kind, open now, read, exported, reported."""

from datetime import UTC, datetime, timedelta

import pytest

from qifu.base.calendar import calendar_in_force
from qifu.organisations.actions.channels import mark_checked, retire_channel
from qifu.organisations.models import ChannelReport
from qifu.organisations.selectors.channels import channel_by_code, debt_routes, every_channel
from qifu.web.channels.rows import week_of
from tests.appeals import world as cases
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor, officer
from tests.web.desk_people import as_, queries, table, traces
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")

WINDOW = "sz-failed-service-window"  # Monday to Friday 09:00-12:00 and 14:00-17:30
PUBLIC = (
    "/channels/", "/channels/?text=贷款", "/channels/?zone=futian&kind=hotline",
    "/channels/?need=finance&open=1", f"/channels/{WINDOW}/", "/channels/sz-12345/",
    "/channels/debt/", "/channels/debt/?who=shenzhen",
)  # fmt: skip


def at(monkeypatch, text: str) -> None:
    """It is now that moment in Shanghai."""
    moment = datetime.fromisoformat(text + "+08:00").astimezone(UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


@pytest.mark.parametrize("address", PUBLIC)
def test_everybody_reads_the_finder(client, address):
    page = client.get(address)
    assert page.status_code == 200
    assert inline(page.content.decode()) == []
    reader = read(page)
    assert len(reader.headings) == 1
    assert len(reader.ids) == len(set(reader.ids))


def test_without_a_question_needs_are_doors_and_all_is_there_by_place(client):
    page = client.get("/channels/")
    said = words(page)
    links = read(page).links
    assert "/channels/?need=finance" in links
    assert f"共 {len(every_channel())} 个渠道" in said
    assert all(f"/channels/{one.code}/" in links for one in every_channel())
    assert said.index("深圳市 · 热线电话") < said.index("福田区", said.index("深圳市 · 热线电话"))


def test_the_date_of_the_guide_and_its_gaps_are_said(client):
    said = words(client.get("/channels/"))
    assert "截至 2023年12月13日" in said
    assert "45 个“i企”服务站" in said


def test_plain_words_find_and_the_reason_is_said(client):
    page = client.get("/channels/", {"text": "想贷款"})
    said = words(page)
    assert "“想贷款”：找到" in said
    assert "您说到“贷款”，这里办“贷款融资”" in said
    assert "您要办什么" not in said


def test_a_district_comes_before_the_city_and_other_districts_are_left_out(client):
    page = client.get("/channels/", {"zone": "futian"})
    cards = [link for link in read(page).links if link.startswith("/channels/")]
    codes = [link.split("/")[2] for link in cards if link.count("/") == 3 and "?" not in link]
    zones = [channel_by_code(code).zone for code in codes if code != "debt"]
    assert set(zones) == {"futian", ""}
    assert zones == sorted(zones, key=lambda zone: zone != "futian")


def test_kind_and_need_narrow_together(client):
    page = client.get("/channels/", {"kind": "hotline", "need": "advice"})
    found = page.context["found"] if "found" in page.context else page.context["groups"]
    rows = [row for group in found for row in group.rows]
    assert rows
    assert all(r.channel.kind == "hotline" and "advice" in r.channel.needs for r in rows)


@pytest.mark.parametrize(
    ("moment", "badge"),
    [
        ("2026-11-20T10:00:00", "现在开放，到 12:00"),  # a Friday
        ("2026-11-20T08:00:00", "还没开，09:00 开"),
        ("2026-11-20T12:30:00", "午休，14:00 开"),
        ("2026-11-20T17:30:00", "已下班，11月23日（周一）09:00 开"),
        ("2026-11-22T10:00:00", "今天不开放，明天（周一）09:00 开"),
        ("2026-10-03T10:00:00", "今天不开放，10月8日（周四）09:00 开"),  # National Day
        ("2026-10-10T10:00:00", "现在开放，到 12:00"),  # a make-up Saturday
    ],
)
def test_open_now_is_said_as_it_is(client, monkeypatch, moment, badge):
    at(monkeypatch, moment)
    assert badge in words(client.get(f"/channels/{WINDOW}/"))
    listed = words(client.get("/channels/", {"kind": "window", "open": "1"}))
    assert ("市政务服务中心“办不成事”窗口" in listed) == badge.startswith("现在开放")


def test_round_the_clock_and_unknown_hours_are_said_as_such(client):
    assert "7×24 小时" in words(client.get("/channels/sz-12345/"))
    assert "时间未知" in words(client.get("/channels/sz-minyi-mini/"))
    at_noon = words(client.get("/channels/", {"open": "1"}))
    assert "12345" in at_noon and "时间未知" not in at_noon


def test_nothing_found_says_so_and_leads_to_the_nearest_need_and_12345(client):
    page = client.get("/channels/", {"text": "月球采矿款"})
    said = words(page)
    assert "没有找到" in said
    assert any("need=" in link for link in read(page).links)
    assert "tel:12345" in read(page).links
    none_open = client.get("/channels/", {"kind": "window", "open": "1"})
    assert "现在没有开放的渠道符合这些条件" in words(none_open)  # a Sunday


@pytest.mark.parametrize(
    "query",
    [
        {"text": "字" * 20_000}, {"text": "a\x00b"}, {"text": "%%%"}, {"zone": "nowhere"},
        {"kind": "x", "need": "y"}, {"open": "maybe"},
        {"text": '<script>alert(1)</script>" OR 贷款'},
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_read_still_gives_a_page(client, query):
    page = client.get("/channels/", query)
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_the_beginning_of_a_long_question_is_what_it_is_about(client):
    said = "公司缺钱周转，想找银行贷款。" + "前年以来我们一直按时付息。" * 30
    page = client.get("/channels/", {"text": said})
    assert "o-banks" in [row.code for row in page.context["rows"][:3]]
    assert page.context["text"] == said[:100]


def test_an_answer_that_only_mentions_a_word_leads_to_12345_too(client):
    assert "tel:12345" in read(client.get("/channels/", {"text": "合同纠纷"})).links
    assert "tel:12345" not in read(client.get("/channels/", {"text": "贷款"})).links


def test_htmx_is_given_the_part_word_for_word(client):
    for query in ({"text": "贷款"}, {"zone": "luohu"}, {}):
        whole = client.get("/channels/", query).content.decode()
        part = client.get("/channels/", query, headers={"HX-Request": "true"})
        assert part.content.decode().strip() in whole
        assert part["HX-Push-Url"].startswith("/channels/")


def test_the_firms_own_district_stands_first(client):
    owner = enterprise_actor(EnterpriseFactory.create(region="440304"))
    groups = as_(owner).get("/channels/").context["groups"]
    assert groups[0].title == "福田区" and not groups[0].folded
    assert "您的企业在福田区" in words(as_(owner).get("/channels/"))
    assert client.get("/channels/").context["groups"][0].title != "福田区"


def test_the_first_page_shows_channels_near_the_firm(client):
    owner = enterprise_actor(EnterpriseFactory.create(region="440304"))
    said = words(as_(owner).get("/"))
    assert "附近的渠道 · 福田区" in said
    home = client.get("/")
    assert "/channels/" in read(home).links


def test_one_entry_shows_hours_steps_numbers_and_where_it_comes_from(client):
    page = client.get(f"/channels/{WINDOW}/")
    said = words(page)
    assert "周日 （今天） 不开" in said or "周日（今天）" in said.replace(" ", "")
    assert "09:00–12:00 14:00–17:30" in said
    assert "到西厅找“办不成事”反映窗口说明情况" in said
    assert "核对日期 2023年12月13日" in said and "一年多没有核对" in said
    line = client.get("/channels/sz-siq-web/").content.decode()
    assert 'href="tel:075527038037"' in line
    assert 'rel="noopener noreferrer"' in line and "离开本站" in line


def test_the_days_that_differ_in_the_next_two_weeks_are_listed(client, monkeypatch):
    at(monkeypatch, "2026-09-28T10:00:00")
    said = words(client.get(f"/channels/{WINDOW}/"))
    assert "10月1日（周四） 国庆节：不开" in said
    assert "10月10日（周六） 调休上班：09:00–12:00、14:00–17:30" in said
    week = week_of(
        channel_by_code("sz-12345"), on=NOW.date(), calendar=calendar_in_force()
    )  # fmt: skip
    assert week is not None and week.always and not week.differ


def test_an_entry_checked_this_year_has_no_warning(client):
    mark_checked(channel_by_code(WINDOW), actor=_keeper(), now=NOW)
    assert "一年多" not in words(client.get(f"/channels/{WINDOW}/"))


def test_a_retired_entry_is_readable_but_not_found(client):
    retire_channel(channel_by_code(WINDOW), actor=_keeper(), now=NOW, reason="窗口已撤销")
    assert "已经停用" in words(client.get(f"/channels/{WINDOW}/"))
    assert f"/channels/{WINDOW}/" not in read(client.get("/channels/")).links


def test_an_entry_that_is_not_there_is_404(client):
    assert client.get("/channels/no-such-channel/").status_code == 404


def _keeper():
    """An intake officer of the city's desk, which may keep every entry."""
    return officer("intake_officer", cases.unit(cases.INTAKE))


def test_anybody_says_what_is_wrong_and_is_told_that_it_arrived(client):
    address = f"/channels/{WINDOW}/"
    sent = client.post(address, {"text": "搬到三楼了", "contact": "0755-12345"}, follow=True)
    assert "已收到，谢谢" in words(sent)
    report = ChannelReport.objects.get()
    assert (report.text, report.contact, report.state) == ("搬到三楼了", "0755-12345", "open")
    assert report.reported_by is None


def test_a_report_that_cannot_be_taken_keeps_what_was_typed(client):
    address = f"/channels/{WINDOW}/"
    empty = client.post(address, {"text": " ", "contact": "abc"})
    assert empty.status_code == 422
    assert "请写明哪里不对" in words(empty)
    assert ["contact", "abc"] in form(empty, address)["fields"]
    client.post(address, {"text": "电话打不通"})
    again = client.post(address, {"text": "电话打不通"})
    assert again.status_code == 422
    assert "同样的问题已经有人反映" in words(again)
    assert ChannelReport.objects.count() == 1


def test_what_waits_for_an_entry_is_bounded(client, monkeypatch):
    monkeypatch.setattr("qifu.organisations.actions.channels.MOST_REPORTS", 2)
    address = f"/channels/{WINDOW}/"
    for text in ("电话打不通", "搬到三楼了"):
        assert client.post(address, {"text": text}).status_code == 302
    full = client.post(address, {"text": "周六不开"})
    assert full.status_code == 422 and "周六不开" in full.content.decode()
    assert "已有 2 条反映在等核对" in words(full)
    assert client.post("/channels/sz-12345/", {"text": "周六不开"}).status_code == 302
    assert ChannelReport.objects.count() == 3


def test_a_program_that_fills_in_every_field_leaves_nothing(client):
    before = traces()
    sent = client.post(
        f"/channels/{WINDOW}/", {"text": "buy", "contact": "x", "website": "http://x.example"}
    )
    assert sent.status_code == 302
    assert not ChannelReport.objects.exists() and traces() == before


def test_each_debtor_leads_to_its_own_places(client, demo_city):
    routes = debt_routes(demo_city)
    assert len(routes) == 4
    asked = client.get("/channels/debt/")
    assert all(route.debtor["zh"] in words(asked) for route in routes)
    assert "按这个先后去" not in words(asked)
    for route in routes:
        page = client.get("/channels/debt/", {"who": route.code})
        # 「或者找所在区的投诉渠道」: one more than in the foot of every page
        assert read(page).links.count("/zones/") > read(asked).links.count("/zones/")
        links = [link for link in read(page).links if link.startswith("/channels/")]
        assert [f"/channels/{one.code}/" for one in route.channels] == [
            link for link in links if link.split("/")[2] not in ("", "debt")
        ]
        assert route.note["zh"] in words(page)
        assert f'value="{route.code}" checked' in page.content.decode()
    assert client.get("/channels/debt/", {"who": "nobody"}).status_code == 200


def test_the_list_as_a_file_is_the_list_that_was_asked_for(client):
    rows = table(client.get("/channels.xlsx", {"zone": "futian", "kind": "hotline"}))
    assert rows[0][:4] == ("编号", "名称", "渠道类型", "在哪个区")
    assert len(rows) > 1 and {row[2] for row in rows[1:]} == {"热线电话"}
    assert len(table(client.get("/channels.xlsx"))) == 1 + len(every_channel())


def test_many_entries_cost_no_more_queries_than_few(client):
    client.get("/channels/")
    few = queries(lambda: client.get("/channels/?zone=futian&kind=hotline"))
    assert queries(lambda: client.get("/channels/")) == few
    assert queries(lambda: client.get("/channels.xlsx")) <= few


def test_a_refused_appeal_leads_to_the_right_entry():
    owner = enterprise_actor(EnterpriseFactory.create())
    case = cases.submitted(owner, now=NOW - timedelta(hours=3))
    intake = as_(_keeper())
    form_page = intake.get(f"/desk/appeals/{case.pk}/reject_intake/", {"exclusion": "no_substance"})
    assert form_page.status_code == 200
    refused = intake.post(
        f"/desk/appeals/{case.pk}/reject_intake/",
        {"exclusion": "outside_region", "reason": "不归本市管。", "channel": "请走粤省心。"},
    )
    assert refused.status_code == 302
    page = as_(owner).get(f"/my/appeals/{case.pk}/")
    assert "/channels/gd-yueshengxin/" in read(page).links
    about = as_(owner).get("/appeals/")
    assert {"/channels/", "/channels/debt/"} <= set(read(about).links)
