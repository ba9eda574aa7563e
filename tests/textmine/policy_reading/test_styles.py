"""Sentences as offices of many styles write them: lists, exceptions, brackets, terms, choices."""

import pytest

from tests.textmine.policy_reading.notices import drafted, said


def when(content: str) -> list[object]:
    """The groups of conditions with attributes and values only."""

    def bare(node: object) -> object:
        if isinstance(node, list):
            return [bare(one) for one in node]
        assert isinstance(node, dict)
        if "attr" in node:
            return node["value"] if node["op"] == "human_judged" else node["attr"]
        return {key: bare(value) if key != "at_least" else value for key, value in node.items()}

    groups = bare(drafted(content).document["when"]["all"])
    assert isinstance(groups, list)
    return groups


def unread(content: str) -> list[str]:
    draft = drafted(content)
    return [draft.content[a:b] for a, b in draft.unread]


def test_lists_by_letters_and_by_first_and_second_are_lists():
    words = (
        "以下三项中至少满足两项：\nA.软件著作权10件以上；\nB.发明专利2件以上；\nC.职工50人以上。"
    )
    assert when(words) == [{
        "at_least": 2, "of": ["software_copyrights", "invention_patents", "employees"],
    }]  # fmt: skip
    words = "申报条件如下：\n一是成立不满5年；\n二是发明专利2件以上。"
    assert [quote for quote, _ in said(words)] == ["成立不满5年", "发明专利2件以上"]


def test_or_the_list_below_is_one_choice_more():
    words = "（一）评价得分达到60分以上或满足下列条件之一：\n1.发明专利2件以上；\n2.职工50人以上。"
    assert when(words) == [{"any": ["srdi_score", "invention_patents", "employees"]}]


def test_but_belongs_to_the_second_of_two_choices():
    words = (
        "一、申报条件\n上年度营业收入在1000万元以上，或上年度营业收入在1000万元以下，"
        "但上年度研发费用达到200万元以上。"
    )
    assert when(words) == [{"any": ["revenue", {"all": ["revenue", "rd_expense"]}]}]


@pytest.mark.parametrize("heading", ["", "二、除外情形\n"])
def test_what_is_excepted_at_the_end_of_a_sentence_must_not_be(heading):
    words = (
        f"一、申报条件\n职工50人以上。\n{heading}上年度发生重大安全事故的，以及被列入"
        "严重失信主体名单的企业除外。"
    )
    assert when(words) == ["employees", {"not": {"any": ["safety_accident", "on_blacklist"]}}]


def test_an_exception_to_a_denial_stays_in_its_words():
    words = "申报条件：近三年内不得有环保行政处罚（罚款5万元以下的除外）。"
    assert [quote for quote, _ in said(words)] == ["不得有环保行政处罚（罚款5万元以下的除外）"]


def test_the_last_bracket_of_a_list_is_one_of_the_table():
    words = (
        "二、奖励标准\n1.产值1亿元（含）—5亿元的，奖励20万元；\n2.产值5亿元（含）—10亿元的，奖励50万元；"
        "\n3.产值10亿元（含）以上的，奖励100万元。"
    )
    draft = drafted(words)
    assert [e.says["shape"] for e in draft.elements] == ["tier"] * 3
    assert draft.document["amount"]["expr"] == (
        "tier(output_value, <1亿元: 0元, <5亿元: 20万元, <10亿元: 50万元, else: 100万元)"
    )


@pytest.mark.parametrize(
    ("words", "shapes"),
    [
        ("对企业每新增出口100万美元奖励1万元。", [("per", 1, "万元")]),
        ("获得国家级绿色工厂称号的企业，给予100万元一次性奖励。", [("fixed", 100, "万元")]),
        ("资助金额：核准开支的50%，上限为港币5万元。", [("rate", 50, "%"), ("cap", 5, "万港元")]),
        ("资助金额上限为5万港元。", [("cap", 5, "万港元")]),
        ("按投资的30%补助。投资额在50万元以上的，补助不超过20万元。",
         [("rate", 30, "%"), ("cap", 20, "万元")]),
    ],
)  # fmt: skip
def test_what_a_sum_is_for_is_no_sum_and_other_money_is_no_yuan(words, shapes):
    found = [(s["shape"], s["value"], s["unit"]) for _, s in said(words, "amount")]
    assert found == shapes


def test_a_sum_in_another_currency_makes_no_expression():
    draft = drafted("资助标准：每家企业给予5万港元资助。")
    assert "amount" not in draft.document
    assert draft.notes == ("amount: a sum is in another currency",)


def test_what_has_been_got_before_a_sum_is_a_condition():
    words = "凡2026年度获得国家级绿色工厂称号的企业，给予100万元奖励。"
    assert [quote for quote, _ in said(words)] == ["获得国家级绿色工厂称号"]


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("四、申报期限\n自本通知发布之日起至2027年7月15日止。", {"closes": "2027-07-15"}),
        ("四、时间安排\n请于2027年6月10日前将材料报送。", {"closes": "2027-06-10"}),
        ("截止日期：2027年3月31日", {"closes": "2027-03-31"}),
        ("本办法自2027年3月1日起施行，有效期5年。", {"from": "2027-03-01", "to": "2032-02-29"}),
        ("本办法自2028年2月29日起施行，有效期一年。", {"from": "2028-02-29", "to": "2029-02-27"}),
    ],
)
def test_windows_and_terms(words, window):
    document = drafted(words).document
    assert (document.get("window") or document.get("effective")) == window


def test_who_signed_it_and_when():
    draft = drafted("关于申报奖励的通知\n职工50人以上的企业可以申报。\n虚构市科技局\n2027年2月1日")
    assert draft.document["published"] == "2027-02-01"
    assert draft.document["card"]["source"]["body"] == "虚构市科技局"


@pytest.mark.parametrize(
    ("words", "lost"),
    [
        ("一、补贴对象\n招用毕业年度高校毕业生或登记失业半年以上人员的企业。",
         "招用毕业年度高校毕业生"),
        ("一、支持标准\n实缴注册资本不低于5000万元、承诺五年内不迁出本区的，给予50万元。",
         "承诺五年内不迁出本区的"),
        ("一、受理条件\n年龄分别不超过30周岁、35周岁、40周岁。",
         "年龄分别不超过30周岁、35周岁、40周岁"),
    ],
)  # fmt: skip
def test_what_stands_beside_what_was_read_is_listed_as_not_understood(words, lost):
    assert unread(words) == [lost]


def test_where_to_go_is_no_condition():
    words = "受理条件：职工50人以上。\n收费标准：不收费。\n办理地点：市民中心A区。"
    assert [quote for quote, _ in said(words)] == ["职工50人以上"]


def test_what_a_firm_must_not_belong_to_needs_no_heading():
    words = "特别说明：企业不属于房地产、类金融行业。"
    assert [(q, s["value"]) for q, s in said(words)] == [("不属于房地产、类金融行业", False)]


def test_thresholds_that_go_with_sums_respectively_are_a_choice():
    words = "对营业收入达到1亿元、3亿元的企业，分别奖励30万元、80万元。"
    draft = drafted(words)
    assert when(words) == [{"any": ["revenue", "revenue"]}]
    assert "amount" not in draft.document


def test_the_bracket_of_a_row_is_no_sum():
    words = (
        "资助标准\n设备投资500万元（含）—2000万元 | 规模以上工业企业 | 按15%资助，最高200万元\n"
        "设备投资2000万元（含）以上 | 高新技术企业 | 按20%资助，最高500万元"
    )
    found = [(s["shape"], s["value"]) for _, s in said(words, "amount")]
    assert found == [("rate", 15), ("cap", 200), ("rate", 20), ("cap", 500)]
    assert [s["op"] for _, s in said(words) if s["attr"] == "tech_renovation_investment"] == [
        "between", ">=",
    ]  # fmt: skip


def test_overdue_without_a_loan_is_no_overdue_loan():
    words = "有下列情形之一的，不予支持：\n（一）逾期未整改的；\n（二）贷款逾期的。"
    assert [s["attr"] for _, s in said(words)][1] == "loan_overdue"
    assert [quote for quote, _ in said(words)][0] == "逾期未整改的"


def test_several_programmes_in_one_notice_are_told():
    one = "（一）申报条件\n职工50人以上。\n（二）奖励标准\n奖励10万元。\n"
    (note,) = [n for n in drafted(f"一、甲\n{one}二、乙\n{one}三、其他\n无").notes if "项目" in n]
    assert note.startswith("像有 2 个项目（一、二）")
    assert not [n for n in drafted(f"一、甲\n{one}").notes if "项目" in n]
