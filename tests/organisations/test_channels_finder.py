"""Finding a channel by plain words, district, kind, need and the hour; and who owes the money."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.base.calendar import calendar_in_force
from qifu.base.city import current_city
from qifu.organisations.actions.channels import retire_channel
from qifu.organisations.logic.finder import Entry, Need, Why, search, words_of
from qifu.organisations.selectors import unit_by_code
from qifu.organisations.selectors.channels import (
    channel_by_code,
    channels_for_exclusion,
    debt_routes,
    find_channels,
    rows_as_they_stand,
)
from tests.conftest import NOW
from tests.factories import officer

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def find(demo_city):
    calendar = calendar_in_force()

    def found(text="", **asked):
        return find_channels(demo_city, text=text, calendar=calendar, **asked)

    return found


def codes(found, most=None):
    return [one.channel.code for one in found][:most]


# what a firm types, and an entry that must be among the first so many
ASKED = [
    ("贷款", "o-banks", 3),
    ("公司缺钱周转，想找银行借钱", "siq-finance", 4),
    ("我想找厂房", "industrial-space", 2),
    ("办公室租房", "siq-space", 2),
    ("客户拖着货款半年不给", "debt-shenzhen", 4),
    ("国企欠款", "debt-miit", 4),
    ("大企业欠我钱", "debt-shenzhen", 4),
    ("a big firm owes me money", "debt-shenzhen", 4),
    ("这件事在东莞，找谁", "gd-12345", 4),
    ("福永街道", "baoan-fuyong-center", 1),
    ("窗口推诿踢皮球", "sz-failed-service-window", 6),
    ("办不成事 南山", "nanshan-failed-service-main", 3),
    ("龙华办事办不成", "longhua-failed-service", 2),
    ("芯片流片", "ic-base", 1),
    ("做检测要用大型仪器", "instrument-sharing", 1),
    ("产品出海参加境外展会", "go-abroad", 1),
    ("外商投资企业有诉求", "ccpit-foreign-firms", 3),
    ("找供应商", "siq-supply-demand", 1),
    ("怎么申报补贴", "shenshan-policy-window", 2),
    ("政策计算器", "siq-policies", 1),
    ("民意速办", "sz-minyi-mini", 1),
    ("深i企热线", "sz-siq-hotline", 3),
    ("粤商通", "gd-yueshangtong", 1),
    ("盐田 热线", "yantian-hotline", 2),
    ("大鹏新区", "dapeng-center", 3),
    ("82925718", "futian-hotline", 1),
    ("０７５５－８２２２９１２０", "luohu-hotline", 1),
    ("szsiq.com", "sz-siq-web", 3),
    ("loan", "o-banks", 3),
    ("we need a workshop to rent", "industrial-space", 2),
    ("unpaid invoices", "debt-guangdong", 4),
    ("something happened in Guangzhou", "gd-12345", 4),
    ("chip tape-out", "ic-base", 1),
    ("Nanshan hotline", "nanshan-hotline", 2),
    ("Foreign-invested company", "ccpit-foreign-firms", 1),
    ("foreign investment", "ccpit-foreign-firms", 1),
    ("投诉窗口", "sz-failed-service-window", 1),  # the city's before Nanshan's three
    ("补贴", "siq-policies", 1),
    ("出口", "go-abroad", 1),
    ("社保怎么交", "sz-minyi-mini", 1),
    ("厂里停电", "sz-siq-web", 4),
    ("营业执照怎么办", "sz-minyi-mini", 2),  # not those whose steps say that one signs in with it
    ("出口退税", "sz-siq-web", 4),
]


@pytest.mark.parametrize(("text", "code", "most"), ASKED, ids=[text for text, _, _ in ASKED])
def test_plain_words_find_the_right_door_and_say_why(text, code, most, find):
    found = find(text)
    assert code in codes(found, most)
    assert all(zh and en for one in found for zh, en in one.why)
    assert all(one.why for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_words_that_nothing_speaks_for_find_nothing(find):
    for text in ("zzqqxx", "！！！", "🚀🚀", "𠮷𠮷"):
        assert find(text) == [], text


def test_pronouns_are_no_words_to_look_for(find):
    """「me」 begins 「Merchants」 and 「mediated」: it would bring half of the list."""
    assert {row.channel.code for row in find("who owes me money")} <= {
        "debt-miit", "debt-guangdong", "debt-shenzhen", "debt-other-provinces",
    }  # fmt: skip


def test_without_a_text_everything_is_there_in_the_order_of_the_pack(find):
    everything = find()
    assert len(everything) == 89
    assert codes(everything, 2) == ["sz-minyi-mini", "sz-ishenzhen-app"]
    assert {one.why for one in everything} == {()}
    assert {one.opening.known for one in everything} == {False}
    assert codes(find("   ")) == codes(everything)


def test_a_district_comes_before_the_city_and_others_are_left_out(find):
    found = find(zone="futian")
    zones = [one.channel.zone for one in found]
    assert zones == sorted(zones, reverse=True)
    assert set(zones) == {"futian", ""}
    assert {one.channel.zone for one in find(zone="futian", with_city=False)} == {"futian"}
    assert codes(find("热线", zone="futian"), 1) == ["futian-hotline"]
    assert find(zone="nowhere", with_city=False) == []


def test_kind_and_need_narrow_what_is_found(find):
    assert {one.channel.kind for one in find(kind="hotline")} == {"hotline"}
    assert codes(find(need="arrears")) == [
        "debt-miit", "debt-guangdong", "debt-shenzhen", "debt-other-provinces",
    ]  # fmt: skip
    assert codes(find(need="in_person", kind="window", zone="nanshan", with_city=False)) == [
        "nanshan-failed-service-main", "nanshan-failed-service-cxgc",
        "nanshan-failed-service-czyc",
    ]  # fmt: skip


def test_open_now_lists_what_is_known_to_be_open_and_nothing_else(find):
    noon = FRIDAY.replace(hour=12, minute=15)
    open_at_noon = codes(find(open_at=noon))
    assert open_at_noon == [
        "sz-12345", "sz-siq-hotline", "pingshan-center", "pingshan-hotline", "o-banks",
    ]  # fmt: skip
    assert codes(find(open_at=FRIDAY.replace(hour=3))) == ["sz-12345"]
    saturday = codes(find(open_at=FRIDAY.replace(day=21)))
    assert saturday == ["sz-12345", "sz-siq-hotline"]
    morning = find(open_at=FRIDAY)
    assert len(morning) > 40
    assert {one.opening.open for one in morning} == {True}
    assert "longgang-window" not in codes(morning)


def test_a_moment_shows_what_is_open_without_leaving_anything_out(find):
    found = find(at=FRIDAY)
    assert len(found) == 89
    by_code = {one.channel.code: one.opening for one in found}
    assert by_code["sz-12345"].always
    assert not by_code["longgang-window"].known
    assert by_code["futian-center"].until == FRIDAY.replace(hour=12)
    assert by_code["dapeng-center"].spans[-1] == (840, 1050)


def test_what_was_retired_is_not_found(find):
    desk = officer("intake_officer", unit_by_code("SZ-QYFW"))
    retire_channel(channel_by_code("ic-base"), actor=desk, now=NOW, reason="停办")
    assert find("流片") == []


def test_finding_asks_the_database_the_same_few_questions_whatever_is_found(
    find, django_assert_num_queries
):
    for text in ("", "贷款", "服务"):
        with django_assert_num_queries(1):
            find(text, at=FRIDAY)


def test_who_owes_the_money_leads_to_the_four_places_of_the_guide(demo_city):
    routes = debt_routes(demo_city)
    assert [route.code for route in routes] == [
        "state_or_central", "guangdong", "shenzhen", "other_provinces",
    ]  # fmt: skip
    assert [[c.code for c in route.channels] for route in routes] == [
        ["debt-miit"], ["debt-guangdong"], ["debt-shenzhen", "debt-guangdong"],
        ["debt-other-provinces", "debt-miit"],
    ]  # fmt: skip
    assert all(route.debtor["en"] and route.note["zh"] for route in routes)
    assert "szqq@zxqyj.sz.gov.cn" in routes[2].channels[0].document["links"][0]["url"]


def test_a_retired_place_is_left_out_of_the_routes(demo_city):
    desk = officer("intake_officer", unit_by_code("SZ-QYFW"))
    retire_channel(channel_by_code("debt-miit"), actor=desk, now=NOW, reason="改版")
    assert [len(route.channels) for route in debt_routes(demo_city)] == [0, 1, 2, 1]


def test_a_refused_appeal_knows_where_to_go(demo_city):
    elsewhere = channels_for_exclusion(demo_city, "outside_region")
    assert [c.code for c in elsewhere][:2] == ["gd-yueshengxin", "gd-yueshangtong"]
    assert [c.code for c in channels_for_exclusion(demo_city, "other_law")] == ["sz-12345"]
    assert channels_for_exclusion(demo_city, "petition") == []
    assert channels_for_exclusion(demo_city, "no such thing") == []


def test_rows_as_they_stand_are_those_of_the_pack(demo_city):
    rows = current_city().channels["channels"]
    assert [row["code"] for row in rows_as_they_stand()] == [row["code"] for row in rows]


ENTRIES = [
    Entry("loans", "", frozenset({"finance"}), ("融资平台", "Finance"), ("办贷款", "Loans"), ()),
    Entry("north", "n", frozenset(), ("北区大厅", "North hall"), ("当面办", "In person"), ()),
    Entry("south", "s", frozenset(), ("南区大厅", "South hall"), ("当面办", "In person"), ()),
]
NEEDS = [Need("finance", Why("贷款融资", "Finance"), ("贷款", "借钱", "loan"))]
ZONES = {"n": ["北区", "North"], "s": ["南区", "South"]}


def test_a_district_named_puts_its_own_first():
    assert [m.code for m in search("南区 大厅", ENTRIES, NEEDS, ZONES)][0] == "south"


def test_a_district_of_nobody_comes_after_the_one_of_whoever_asks():
    found = search("大厅", ENTRIES, NEEDS, ZONES, near="south")
    assert [m.code for m in found] == ["north", "south"]
    found = search("大厅", ENTRIES, NEEDS, ZONES, near="s")
    assert [m.code for m in found] == ["south", "north"] and found[0].score > found[1].score


def test_pieces_of_words_count_only_where_no_word_was_found():
    found = search("北区大亭", ENTRIES, NEEDS)
    assert found[0].code == "north"
    assert "北区" in found[0].why[0].zh


def test_a_short_english_word_is_not_found_inside_another():
    needs = [Need("chips", Why("芯片", "Chips"), ("eda",))]
    entries = [Entry("c", "", frozenset({"chips"}), ("基地", "Base"), ("设计", "Design"), ())]
    assert search("Daredaily", entries, needs) == []
    assert search("EDA", entries, needs)[0].code == "c"


def test_words_of_asking_say_nothing():
    assert words_of("请问我们公司怎么办") == ()
    assert words_of("Where can I find the counter?") == ("counter",)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered_in_order_with_reasons(text):
    found = search(text, ENTRIES, NEEDS, ZONES)
    assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)
    assert all(m.score > 0 and m.why for m in found)
    assert search(text, ENTRIES, NEEDS, ZONES) == found
