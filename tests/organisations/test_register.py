"""Reading the register: values and places as people wrote them."""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from qifu.organisations.logic.register import (
    Unreadable,
    is_legal_person,
    locate,
    parse_capital,
    parse_founded,
    parse_legal_form,
    validate_uscc,
)
from qifu.rulebook.documents import load_tree

CITIES = Path(__file__).parents[2] / "cities"
REGIONS = load_tree(CITIES / "national" / "codes" / "region.csv")
FORMS = load_tree(CITIES / "national" / "codes" / "legal_form.csv")
TODAY = date(2026, 11, 22)
SHARED = Path(os.environ.get("QIFU_DATA", CITIES.parents[1] / "shared" / "data")) / "enterprises"
GOOD = "91350100M000100Y43"
HEADER = "企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,地区,注册地址"
LINE = f"测试公司,{GOOD},2015-03-02,有限责任公司,600（万元）,服务,广东,深圳,深圳市罗湖区一路1号"


# capital


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("3,000(万人民币元)", "30000000"),
        ("39,076.8700(万元人民币)", "390768700"),
        ("600（万元）", "6000000"),
        ("200(万元人民币)", "2000000"),
        ("153000万元人民币", "1530000000"),
        ("3万人民币", "30000"),
        ("210(万)", "2100000"),
        ("300(万元(人民币))", "3000000"),
        ("8,866.1000(万元（人民币）)", "88661000"),
        ("150万人民币元", "1500000"),
        ("1,354,964.8507(万元人民币)", "13549648507"),
        ("3.24（万元）", "32400"),
        ("0.5万", "5000"),
        ("50万元", "500000"),
        ("100元", "100"),
        ("1.2亿元人民币", "120000000"),
        (" 30 万 ", "300000"),
    ],
)
def test_capital_in_yuan_is_read_exactly(text: str, yuan: str) -> None:
    capital = parse_capital(text)
    assert (capital.amount_yuan, capital.currency, capital.reason) == (Decimal(yuan), "CNY", "")
    assert capital.original == text.strip()


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("130(万美元)", "USD"),
        ("616(万元(美元))", "USD"),
        ("14,400.5400(万元（美元）)", "USD"),
        ("3,000(万美)", "USD"),
        ("25,220(万香港元)", "HKD"),
        ("270万港币", "HKD"),
        ("19万港元", "HKD"),
        ("1,065(万元(港币))", "HKD"),
        ("121,293(万日元)", "JPY"),
        ("150(万欧元)", "EUR"),
        ("520(万澳大利亚元)", "AUD"),
        ("400(万德国马克)", "DEM"),
        ("231.9121(万英镑)", "GBP"),
        ("21万新加坡元", "SGD"),
    ],
)
def test_foreign_capital_keeps_its_currency_and_has_no_amount_in_yuan(
    text: str, currency: str
) -> None:
    capital = parse_capital(text)
    assert (capital.amount_yuan, capital.currency, capital.reason) == (None, currency, "foreign")
    assert capital.original == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("N/A", "absent"),
        ("", "absent"),
        ("-", "absent"),
        ("0（万元）", "zero"),
        ("0.0000(万元人民币)", "zero"),
        ("100", "no_unit"),
        ("万人民币", "unreadable"),
        ("60(元/万元)", "unreadable"),
        ("1,0000000(万)", "unreadable"),
        ("电热多用锅", "unreadable"),
        ("-5万", "unreadable"),
        ("5万火星币", "unreadable"),
        ("99,999,999,999(万元)", "too_large"),
        ("0.0000001万元", "too_fine"),
        ("💰💰", "unreadable"),
        ("9" * 5000 + "万元", "too_large"),
    ],
)
def test_capital_that_says_nothing_stays_unknown_with_its_reason(text: str, reason: str) -> None:
    capital = parse_capital(text)
    assert (capital.amount_yuan, capital.reason, capital.original) == (None, reason, text)


@given(st.integers(1, 10**12), st.sampled_from(["{}元", "{:,}(元)", "{}（元）人民币"]))
def test_whole_yuan_come_back_as_they_were_written(yuan: int, shape: str) -> None:
    assert parse_capital(shape.format(yuan)).amount_yuan == yuan


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_capital(text: str) -> None:
    capital = parse_capital(text)
    assert (capital.amount_yuan is None) == bool(capital.reason)


# founding day


@pytest.mark.parametrize(
    "text",
    ["2015-03-02", "2015/3/2", "2015年3月2日", "2015.03.02", "20150302", "2015-03-02 00:00:00"],
)
def test_a_founding_day_is_read_in_the_usual_forms(text: str) -> None:
    assert parse_founded(text, today=TODAY) == date(2015, 3, 2)


def test_a_missing_founding_day_is_unknown_and_today_is_allowed() -> None:
    assert parse_founded("N/A", today=TODAY) is None
    assert parse_founded(TODAY.isoformat(), today=TODAY) == TODAY


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("2026-11-23", "在将来", "in the future"),
        ("2015-02-29", "不是有效日期", "is no day"),
        ("2015-13-01", "不是有效日期", "is no day"),
        ("soon", "不是有效日期", "is no day"),
        ("0001-01-01", "过早", "too early"),
    ],
)
def test_a_founding_day_that_cannot_be_is_refused_with_the_reason(
    text: str, zh: str, en: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_founded(text, today=TODAY)
    assert zh in refused.value.zh and en in refused.value.en


# legal form


@pytest.mark.parametrize(
    ("text", "form", "person"),
    [
        ("有限责任公司", "limited", True),
        ("有限责任公司 港、澳、台", "limited", True),
        ("有限责任公司(自然人投资或控股)", "limited", True),
        ("有限责任公司（非自然人投资或控股的法人独资）", "sole_limited", True),
        ("股份有限公司 国有企业", "joint_stock", True),
        ("股份有限公司分公司(上市、国有控股)", "branch", False),
        ("有限责任公司分公司(自然人投资或控股)", "branch", False),
        ("集体分支机构(非法人)", "branch", False),
        ("内资企业办事机构(非上市)", "branch", False),
        ("个体工商户（临时）", "individual", False),
        ("个体户", "individual", False),
        ("个人独资企业", "sole_proprietorship", False),
        ("有限合伙", "partnership", False),
        ("外商投资合伙企业分支机构", "branch", False),
        ("国有企业", "state_owned", True),
        ("全民(内联-独资)", "state_owned", True),
        ("集体所有制", "collective", True),
        ("股份合作制", "stock_cooperative", True),
        ("农民专业合作经济组织", "farmers_cooperative", True),
        ("内资企业法人", "non_company_person", True),
        ("外国(地区)企业常驻代表机构", "representative_office", False),
        ("来料加工", "processing_plant", None),
        ("集体社团法人营业", "other", None),
        ("其他", "other", None),
        ("外商投资企业", None, None),
        ("港、澳、台", None, None),
        ("股份制", None, None),
        ("N/A", None, None),
        ("100(万元人民币)", None, None),
        ("", None, None),
    ],
)
def test_a_legal_form_is_read_from_its_wording(
    text: str, form: str | None, person: bool | None
) -> None:
    assert parse_legal_form(text) == form
    assert form is None or FORMS.has(form)
    assert is_legal_person(form) is person


# places


@pytest.mark.parametrize(
    ("province", "city", "address", "region"),
    [
        ("广东", "深圳", "深圳市罗湖区深南东路1086号", "440303"),
        ("广东省", "深圳市", "广东省深圳市福田区深南大道", "440304"),
        ("广东", "深圳", "深圳罗湖区翠竹路", "440303"),
        ("广东", "深圳", "宝安区松岗镇", "440306"),
        ("广东", "深圳", "深圳市罗湖路8号", "4403"),
        ("广东", "深圳", "深圳市龙华新区东环一路", "440309"),
        ("广东", "深圳", "深圳市光明新区公明街道", "440311"),
        ("广东", "深圳", "深圳市坪山新区坪山街道", "440310"),
        ("广东", "深圳", "深圳市大鹏新区葵涌街道", "4403"),
        ("广东", "深圳", "深圳市南头区南园村", "4403"),
        ("广东", "深圳", "深圳市宝安区龙华街道清湖村", "4403"),
        ("广东", "深圳", "深圳市龙岗区龙岗街道", "440307"),
        ("广东", "深圳", "深圳市福田区与罗湖区交界", "4403"),
        ("广东", "深圳", "N/A", "4403"),
        ("广东", "广州", "广州增城市仙村镇", "440118"),
        ("广东", "揭阳", "揭东县曲溪镇", "445203"),
        ("广东", "韶关", "乳源县洛阳镇", "440232"),
        ("广东", "中山", "中山市东区起湾道", "4420"),
        ("广东", "汕尾", "汕尾市城区红海路", "441502"),
        ("广东", "汕尾", "陆丰市老城区红海路", "441581"),
        ("陕西", "延安", "陕西省延安市子长县", "610681"),
        ("江西", "上饶", "上饶市上饶县五府山镇", "3611"),
        ("广西", "南宁", "南宁市青秀区", "450103"),
        ("内蒙古", "呼和浩特", "", "1501"),
        ("宁夏", "银川", "", "6401"),
        ("新疆", "和田", "新疆和田地区和田县巴格其镇", "653221"),
        ("贵州", "黔西南", "兴义市", "522301"),
        ("湖北", "恩施", "恩施市舞阳坝", "422801"),
        ("吉林", "延边州", "", "2224"),
        ("吉林", "吉林", "", "2202"),
        ("青海", "海南", "共和县恰卜恰镇", "632521"),
        ("海南", "省直辖县", "海南省东方市感城镇", "469007"),
        ("海南", "省直辖县", "某地", "46"),
        ("湖北", "仙桃", "仙桃市", "429004"),
        ("海南", "洋浦经济开发区", "洋浦经济开发区", "46"),
        ("上海", "松江", "上海市松江区九亭镇", "310117"),
        ("上海", "浦东", "", "310115"),
        ("上海", "", "上海市徐汇区", "310104"),
        ("上海", "上海", "", "3101"),
        ("北京", "大兴", "", "110115"),
        ("天津", "滨海", "", "120116"),
        ("天津", "自贸区", "天津自贸试验区（东疆保税港区）", "1201"),
        ("重庆", "渝北", "", "500112"),
        ("重庆", "云阳", "", "500235"),
        ("重庆", "北部新区", "重庆市北部新区", "50"),
        ("四川", "N/A", "四川省成都市武侯区", "510107"),
        ("四川", "N/A", "某地", "51"),
        ("王某", "深圳", "深圳市罗湖区", None),
        ("N/A", "", "", None),
    ],
)
def test_a_firm_lies_where_its_register_surely_says(
    province: str, city: str, address: str, region: str | None
) -> None:
    assert locate(province, city, address, REGIONS) == region


def test_every_province_and_city_of_the_tree_is_found_by_its_own_name() -> None:
    for province in REGIONS.children():
        label = REGIONS.label(province)
        assert (locate(label, "", "", REGIONS) or "").startswith(province)
        for city in REGIONS.children(province):
            name = REGIONS.label(city)
            if name.startswith(("省直辖", "自治区直辖", label)):
                continue
            assert locate(label, name, "", REGIONS) == city


def test_every_district_is_found_in_an_address_of_its_city() -> None:
    for city in (code for code in REGIONS if code.startswith("44") and len(code) == 4):
        for district in REGIONS.children(city):
            address = REGIONS.label(city) + REGIONS.label(district) + "人民路1号"
            assert locate("广东", REGIONS.label(city), address, REGIONS) == district


# credit codes


def test_a_good_code_passes_in_any_writing() -> None:
    for text in (GOOD, GOOD.lower(), f" {GOOD} ", "91350100-M000100Y43", "９１350100M000100Y43"):
        assert validate_uscc(text) == (GOOD, "", "")


def test_letters_for_authority_and_kind_are_allowed_with_the_right_check_digit() -> None:
    body = "N2440300MA5EXAMP1"
    code = body + uscc.calc_check_digit(body)
    assert validate_uscc(code)[0] == code
    assert validate_uscc(body + ("0" if code[-1] != "0" else "1"))[0] is None


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_changed_character_is_always_noticed(place: int, character: str) -> None:
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    assert (validate_uscc(changed)[0] is not None) == (changed == GOOD)


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("", "没有统一社会信用代码"),
        ("123", "应为 18 位，现有 3 位"),
        ("9135O100M000100Y43", "第 5 位不能是 O"),
        ("91350100M000100Y4V", "第 18 位不能是 V"),
        ("91350100M000100Y44", "最后一位应为 3"),
        ("企1350100M000100Y43", "第 1 位不能是 企"),
    ],
)
def test_a_wrong_code_says_what_is_wrong(text: str, zh: str) -> None:
    code, why_zh, why_en = validate_uscc(text)
    assert code is None
    assert zh in why_zh and why_en
