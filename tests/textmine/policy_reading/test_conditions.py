"""Conditions of made-up notices: attribute, operator, value, unit, groups; and what is none."""

import pytest

from tests.textmine.policy_reading.notices import drafted, said

LEAD = "申报企业应当符合下列条件:(一)"
READ = [
    ("注册资本不低于500万元", "registered_capital", ">=", 500, "万元"),
    ("職工總數不超過三百人", "employees", "<=", 300, "人"),
    ("上年度研发费用占营业收入的比例达到5%以上", "rd_ratio", ">=", 5, "%"),
    ("拥有2项以上有效发明专利", "invention_patents", ">=", 2, "项"),
    ("软件著作权5项(含)以上", "software_copyrights", ">=", 5, "项"),
    ("成立满三年", "founded", "age_at_least", "P3Y", None),
    ("在深圳市依法登记注册", "region", "under", "4403", None),
    ("为制造业企业", "industry", "under", ["C"], None),
    ("属于中小微企业", "size_class", "in", ["medium", "small", "micro"], None),
    ("具有独立法人资格", "legal_person", "is", True, None),
    ("纳税信用等级为A级或B级", "tax_credit", "in", ["A", "B"], None),
    ("未被列入经营异常名录", "abnormal_list", "is", False, None),
    ("已获得国家高新技术企业认定", "qualifications", "has_any", ["hi_tech_firm"], None),
    ("上年度产值实现正增长", "output_growth", ">", 0, "%"),
    ("主导产品国内市场排名前三", "market_rank", "<=", 3, None),
    ("2031年1月1日以后注册成立", "founded", ">=", "2031-01-01", None),
    ("注册资本在500万元至2000万元之间", "registered_capital", "between", [500, 2000], "万元"),
]


@pytest.mark.parametrize(("words", "attr", "op", "value", "unit"), READ)
def test_a_condition_in_a_list(words, attr, op, value, unit):
    found = said(f"{LEAD}{words}。")
    says = {"attr": attr, "op": op, "value": value} | ({"unit": unit} if unit else {})
    assert [s for _, s in found if says.items() <= s.items()], found


def test_every_quote_is_the_text_at_its_span():
    draft = drafted(
        "青禾市通知\n一、条件\n(一)职工不少于20人,已通过验收;\n二、补贴标准\n给予5万元补贴。"
    )
    assert draft.elements
    for element in draft.elements:
        start, end = element.span
        assert draft.content[start:end] == element.quote


def test_several_offences_that_the_catalogue_tells_apart_are_several_conditions():
    found = said(f"{LEAD}近三年未发生重大安全事故、环境违法行为,未被列入失信名单。")
    flags = {str(s["attr"]): s["value"] for _, s in found}
    assert (
        flags["safety_accident"] is flags["environment_penalty"] is flags["on_blacklist"] is False
    )


def test_what_the_catalogue_lacks_is_proposed_and_what_people_weigh_is_judged():
    found = said(f"{LEAD}已签订入园协议;(二)内部管理制度健全。")
    assert [s["op"] for _, s in found] == ["is", "human_judged"]
    assert all(str(s["attr"]).startswith("new:") for _, s in found)
    draft = drafted(f"{LEAD}已签订入园协议。")
    assert [row["type"] for row in draft.proposals] == ["flag"]
    assert draft.elements[0].clause["op"] == "human_judged"


def groups(content):
    draft = drafted(content)
    return [draft.groups.get(e.group or "", {}).get("shape") for e in draft.elements], draft


def test_one_of_several():
    shapes, draft = groups("企业应符合以下条件之一:1.职工20人以上;2.营业收入1000万元以上。")
    assert shapes == ["any", "any"]
    (node,) = draft.document["when"]["all"]
    assert [part["attr"] for part in node["any"]] == ["employees", "revenue"]


def test_two_of_three():
    content = (
        "企业应满足以下条件中的至少两项:1.职工20人以上;2.营业收入1000万元以上;3.发明专利2项以上。"
    )
    (node,) = drafted(content).document["when"]["all"]
    assert node["at_least"] == 2
    assert len(node["of"]) == 3


def test_what_must_not_be():
    _, draft = groups("有下列情形之一的,不予支持:(一)被列入失信名单的;(二)处于停业状态的。")
    (node,) = draft.document["when"]["all"]
    assert [part["op"] for part in node["not"]["any"]] == ["is", "human_judged"]
    assert node["not"]["any"][0]["value"] is True


def test_or_between_two_figures():
    shapes, _ = groups(f"{LEAD}上年度营业收入1000万元以上,或者研发费用100万元以上。")
    assert shapes == ["any", "any"]


NOTHING = [
    "为支持高新技术企业发展,根据有关规定,制定本办法。",
    "本办法所称中小企业,是指符合国家划型标准的企业。",
    "申报材料:国家高新技术企业证书;营业执照。",
    "公示期不少于5个工作日。",
    "咨询电话:0755-00000000。",
    "获得补贴的用房5年内不得对外租售。",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_asks_nothing_of_the_firm_is_no_condition(text):
    assert said(text) == []


def test_what_was_not_understood_is_listed_and_not_guessed():
    draft = drafted(f"{LEAD}职工20人以上;(二)桥头向左三百步见石。")
    assert [draft.content[a:b] for a, b in draft.unread] == ["桥头向左三百步见石"]


def test_this_city_means_nothing_where_nobody_says_which():
    text = f"{LEAD}在本市依法登记注册。"
    assert [e.says.get("value") for e in drafted(text, "深圳市").elements] == ["4403"]
    assert not [e for e in drafted(text, "").elements if e.says.get("value") == "4403"]


def test_a_law_gives_no_conditions_of_support():
    law = "第一条 为了规范市场秩序,制定本法。\n第二条 市场主体应当自觉接受监督。"
    assert [e for e in drafted(law).elements if e.kind == "amount"] == []
