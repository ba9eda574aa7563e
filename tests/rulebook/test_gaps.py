"""Gaps in words: what is needed, what there is, the difference, what would close it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.conditions import Atom
from qifu.rulebook.opposites import straight
from qifu.rulebook.policy import parse_policy
from qifu.rulebook.report import report
from tests.rulebook.world import AS_OF, condition, document, group

REVENUE = {"attr": "revenue", "unit": "万元", "period": "last_fiscal_year", "op": ">="}
PATENTS = {"attr": "invention_patents", "op": ">=", "value": 2, "unit": "piece"}
STANDARDS = {"attr": "standards", "op": ">=", "value": 3}
STAFF = {"attr": "employees", "unit": "person"}
TITLE = {"attr": "qualifications", "op": "has_any", "value": ["hi_tech_firm"]}
GIANT = {"attr": "qualifications", "op": "has_any", "value": ["hi_tech_firm", "little_giant"]}
AGE = {"attr": "founded", "op": "age_at_least", "value": "P3Y"}
LEGAL = {"attr": "legal_person", "op": "is", "value": True}
BLACK = {"attr": "on_blacklist", "op": "is", "value": True}


@pytest.mark.parametrize(
    ("when", "facts", "zh", "en"),
    [
        (
            PATENTS,
            {"invention_patents": 0},
            "您还差 2 项发明专利（需要不少于 2 项，现为 0 项）",
            "You need 2 more: invention patents (needed: at least 2; you have 0)",
        ),
        (STANDARDS, {"standards": 1}, "您还差 2 项标准", "You need 2 more: standards"),
        (
            REVENUE | {"value": 2000},
            {"revenue@2025": 18_000_000},
            "2025 年营业收入还差 200 万元（需要不低于 2,000 万元，现为 1,800 万元）",
            "Revenue in 2025: short by CNY 2 million "
            "(needed: at least CNY 20 million; you have CNY 18 million)",
        ),
        (
            REVENUE | {"value": 2, "unit": "亿元"},
            {"revenue@2025": 18_345_678},
            "还差约 1.8165 亿元",
            "short by about CNY 181.65 million",
        ),
        (
            {"attr": "rd_ratio", "op": ">=", "value": 3, "unit": "%", "period": "year:2025"},
            {"rd_ratio@2025": 0.018},
            "还差 1.2 个百分点（需要不低于 3%，现为 1.8%）",
            "short by 1.2 percentage points",
        ),
        (
            STAFF | {"op": "<=", "value": 300},
            {"employees": 320},
            "从业人员比要求多 20 人（需要不超过 300 人，现为 320 人）",
            "Employees: 20 people above the limit",
        ),
        (
            STAFF | {"op": ">", "value": 20},
            {"employees": 20},
            "从业人员还差 1 人",
            "short by 1 person",
        ),
        (
            {"attr": "score", "op": ">", "value": 60},
            {"score": 60},
            "得分正好到线，还不够（需要超过 60，现为 60）",
            "Score: right at the limit and must be above it",
        ),
        (
            {"attr": "score", "op": ">", "value": 60},
            {"score": 59.5},
            "得分还差 0.5 以上",
            "short by more than 0.5",
        ),
        (
            {"attr": "score", "op": ">", "value": 0},
            {"score": 0},
            "得分现为 0，要大于 0 才满足",
            "Score: now 0; anything above zero will do",
        ),
        (
            STAFF | {"op": "between", "value": [20, 20]},
            {"employees": 25},
            "从业人员比要求多 5 人（需要正好 20 人，现为 25 人）",
            "Employees: 5 people above the limit (needed: exactly 20 people; you have 25 people)",
        ),
        (
            {"attr": "rd_ratio", "op": "<=", "value": 3, "unit": "%", "period": "year:2025"},
            {"rd_ratio@2025": 0.05},
            "比要求高 2 个百分点（需要不超过 3%，现为 5%）",
            "2 percentage points above the limit",
        ),
        (
            STAFF | {"op": "between", "value": [20, 300]},
            {"employees": 15},
            "从业人员还差 5 人（需要在 20 人到 300 人之间，现为 15 人）",
            "short by 5 people",
        ),
        (
            {"attr": "standards", "op": "not_in", "value": [0, 1]},
            {"standards": 1},
            "标准不能是：0 项、1 项，现为 1 项",
            "Standards must not be any of: 0, 1; now: 1",
        ),
        (TITLE, {"qualifications": []}, "还缺：高新技术企业", "Missing: Hi-tech firm"),
        (
            GIANT,
            {"qualifications": ["tech_sme"]},
            "还缺（任意一项即可）：高新技术企业、小巨人",
            "Missing, any one will do: Hi-tech firm, Little giant",
        ),
        (
            GIANT | {"op": "has_all"},
            {"qualifications": ["hi_tech_firm"]},
            "还缺：小巨人",
            "Missing: Little giant",
        ),
        (
            AGE,
            {"founded": date(2024, 3, 1)},
            "还需再成立 3 个月 7 天（需要满 3 年，2027-03-01 起满足）：成立日期 2024-03-01",
            "3 months 7 days to go (needed: 3 years, met from 2027-03-01 on)",
        ),
        (
            AGE | {"at": date(2026, 12, 31)},
            {"founded": date(2024, 3, 1)},
            "到 2026-12-31 还差 2 个月 1 天（需要满 3 年，2027-03-01 才满，本次赶不上）",
            "On 2026-12-31 still 2 months 1 day short of 3 years (reached 2027-03-01, too late)",
        ),
        (
            AGE | {"op": "age_at_most"},
            {"founded": date(2023, 1, 22)},
            "2026-01-22 已满 3 年，超出 10 个月，补不回来",
            "10 months too early; nothing can close this",
        ),
        (
            AGE | {"attr": "title_since", "op": "within_last"},
            {"title_since": date(2023, 10, 22)},
            "称号日期需要在 2023-11-22 到 2026-11-22 之间，现为 2023-10-22，早了 1 个月",
            "1 month too early",
        ),
        (
            AGE,
            {"founded": date(2026, 12, 1)},
            "成立日期 2026-12-01 在 2026-11-22 之后",
            "lies after 2026-11-22",
        ),
        (
            {"attr": "founded", "op": "<", "value": date(2020, 1, 1)},
            {"founded": date(2021, 1, 1)},
            "成立日期需要早于 2020-01-01，现为 2021-01-01",
            "must be before 2020-01-01",
        ),
        (LEGAL, {"legal_person": False}, "需要满足：独立法人，现为“否”", "at present it is no"),
        (
            {"not": BLACK},
            {"on_blacklist": True},
            "不能有：列入严重失信名单，现为“是”",
            "Must not be so: on the blacklist",
        ),
        (
            {"attr": "region", "op": "under", "value": "440306"},
            {"region": "440305"},
            "注册地需要属于宝安区，现为南山区",
            "must be within Bao'an; now: Nanshan",
        ),
        (
            {"attr": "region", "op": "under", "value": "440306"},
            {"region": "4403"},
            "还需要知道：注册地的具体位置（只知道是深圳市，要看是否属于宝安区）",
            "known only as Shenzhen, needed: within Bao'an",
        ),
        (
            {"any": [TITLE, PATENTS]},
            {"qualifications": [], "invention_patents": 1},
            "2 项中满足任意一项即可，最接近的是：您还差 1 项发明专利",
            "Any one of 2 is enough; the nearest: You need 1 more: invention patents",
        ),
        (
            {"at_least": 2, "of": [TITLE, PATENTS, STANDARDS, LEGAL, GIANT]},
            {
                "qualifications": [],
                "invention_patents": 1,
                "standards": 0,
                "legal_person": True,
            },
            "5 项中要满足 2 项，已满足 1 项，还差 1 项；最接近的是：您还差 1 项发明专利",
            "2 of 5 needed, 1 met, 1 more to go; the nearest: You need 1 more: invention patents",
        ),
        (
            {"at_least": 2, "of": [TITLE, PATENTS, STANDARDS]},
            {"qualifications": [], "invention_patents": 1},
            "3 项中要满足 2 项，已满足 0 项，还差 2 项（另有 1 项未知）",
            "2 of 3 needed, 0 met, 2 more to go (1 unknown)",
        ),
        (
            {"not": {"any": [STANDARDS, PATENTS]}},
            {"standards": 3, "invention_patents": 0},
            "不能有这种情形：标准不少于 3 项",
            "This rules you out: Standards: at least 3",
        ),
        (
            {"not": STAFF | {"op": ">=", "value": 300}},
            {"employees": 310},
            "从业人员比要求多 11 人（需要低于 300 人，现为 310 人）",
            "Employees: 11 people above the limit (needed: less than 300 people",
        ),
        (
            {"not": STAFF | {"op": "between", "value": [20, 300]}},
            {"employees": 20},
            "从业人员不能在 20 人到 300 人之间，现为 20 人",
            "Employees must not be from 20 people to 300 people; now: 20 people",
        ),
        (
            {"not": {"not": LEGAL}},
            {"legal_person": False},
            "需要满足：独立法人，现为“否”",
            "at present it is no",
        ),
        (
            {"not": {"attr": "industry", "op": "under", "value": ["C35", "C36"]}},
            {"industry": "C3511"},
            "行业不能属于专用设备制造业、汽车制造业，现为矿山机械制造",
            "Industry must not be within",
        ),
        (
            {"not": GIANT},
            {"qualifications": ["hi_tech_firm", "tech_sme"]},
            "资质与称号：不能有其中任何一项：高新技术企业、小巨人，现有高新技术企业",
            "Titles must not include any of: Hi-tech firm, Little giant; now: Hi-tech firm",
        ),
        (
            {"not": TITLE},
            {"qualifications": ["hi_tech_firm"]},
            "资质与称号：不能有高新技术企业，现有高新技术企业",
            "Titles must not include Hi-tech firm; now: Hi-tech firm",
        ),
        (
            {"not": AGE},
            {"founded": date(2020, 1, 1)},
            "成立日期须未满 3 年，现为 2020-01-01",
            "Date founded must be less than 3 years ago; now: 2020-01-01",
        ),
        (
            {"attr": "size_class", "op": "!=", "value": "large"},
            {"size_class": "large"},
            "企业规模不能是 large，现为 large",
            "Size must not be large; now: large",
        ),
        (
            {"attr": "size_class", "op": "in", "value": ["micro"]},
            {"size_class": "large"},
            "企业规模需要为 micro，现为 large",
            "Size must be micro; now: large",
        ),
        (
            {"attr": "score", "op": "<", "value": 60},
            {"score": 60},
            "得分正好到线，还要再低一些（需要低于 60，现为 60）",
            "Score: right at the limit and must be below it",
        ),
        (
            REVENUE | {"value": 1, "unit": "亿元"},
            {"revenue@2025": Decimal("99999999.99")},
            "还差 0.01 元（需要不低于 1 亿元，现为 99,999,999.99 元）",
            "short by CNY 0.01 (needed: at least CNY 100 million; you have CNY 99,999,999.99)",
        ),
        (
            {"attr": "rd_ratio", "op": ">=", "value": 5, "unit": "%", "period": "year:2025"},
            {"rd_ratio@2025": Decimal("0.0499999")},
            "还差 0.00001 个百分点（需要不低于 5%，现为 4.99999%）",
            "short by 0.00001 percentage points",
        ),
        (
            {
                "any": [
                    {"attr": "region", "op": "under", "value": "440305"},
                    {"attr": "region", "op": "under", "value": "440306"},
                ]
            },
            {"region": "4403"},
            "只知道是深圳市，要看是否属于南山区，或属于宝安区",
            "needed: within Nanshan, or within Bao'an",
        ),
        (
            {"all": [TITLE, LEGAL]},
            {"qualifications": [], "legal_person": True},
            "还缺：高新技术企业",
            "Missing: Hi-tech firm",
        ),
        (
            REVENUE | {"value": 100, "period": "last_2_fiscal_years", "agg": "each"},
            {"revenue@2024": 500_000, "revenue@2025": 1_000_000},
            "2024 年营业收入还差 50 万元",
            "Revenue in 2024: short by CNY 500,000",
        ),
        (
            REVENUE | {"value": 300, "period": "last_2_fiscal_years", "agg": "sum"},
            {"revenue@2024": 1_000_000, "revenue@2025": 1_000_000},
            "2024–2025 年营业收入（合计）还差 100 万元",
            "Revenue in 2024–2025 (in total): short by CNY 1 million",
        ),
        (
            REVENUE | {"value": 300, "period": "last_2_fiscal_years", "agg": "sum"},
            {"revenue@2024": 1_000_000},
            "还需要知道：2025 年营业收入",
            "Not known yet: Revenue in 2025",
        ),
        (
            {"attr": "plan", "op": "human_judged", "value": {"zh": "创新性", "en": "novelty"}},
            {},
            "由评审人员判断：创新性",
            "Decided by reviewers: novelty",
        ),
    ],
)
def test_the_gap_is_concrete_in_both_languages(
    when: dict[str, Any], facts: dict[str, Any], zh: str, en: str
) -> None:
    result = group(facts, when)
    assert zh in result.gap_zh
    assert en in result.gap_en


def test_what_is_met_has_no_gap() -> None:
    result = group({"standards": 3}, STANDARDS)
    assert (result.gap_zh, result.gap_en) == ("", "")


def test_what_can_be_done_is_nearer_than_what_can_not() -> None:
    place = {"attr": "region", "op": "under", "value": "33"}
    wait = AGE | {"value": "P30Y"}
    facts = {"region": "4403", "founded": date(2020, 1, 1), "standards": 0}
    assert "标准" in group(facts, {"any": [place, wait, STANDARDS]}).gap_zh
    assert "成立" in group(facts, {"any": [place, wait]}).gap_zh


def test_a_condition_has_a_name_in_both_languages_its_own_or_a_made_one() -> None:
    own = group({}, STANDARDS | {"label": {"zh": "有标准", "en": "Has standards"}})
    assert (own.label_zh, own.label_en) == ("有标准", "Has standards")
    made = group({}, REVENUE | {"value": 2000})
    assert (made.label_zh, made.required_zh) == ("2025 年营业收入", "不低于 2,000 万元")
    assert (made.label_en, made.required_en) == ("Revenue in 2025", "at least CNY 20 million")


def test_what_is_needed_says_no_not_where_one_word_does() -> None:
    barred = {"not": STAFF | {"op": ">=", "value": 300}}
    result = group({"employees": 310}, barred)
    assert (result.label_zh, result.required_zh, result.actual_zh) == (
        "从业人员",
        "低于 300 人",
        "310 人",
    )
    assert result.required == "not(employees >= 300 person)"
    foreign = group({}, {"not": {"attr": "region", "op": "under", "value": "33"}})
    assert (foreign.label_en, foreign.required_zh, foreign.required_en) == (
        "Place of registration",
        "不能属于浙江省",
        "not within Zhejiang",
    )


@pytest.mark.parametrize("op", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("known", [None, 19, 20, 21])
def test_a_condition_said_without_not_has_the_same_answer(op: str, known: int | None) -> None:
    node = condition({"not": {"not": {"not": STAFF | {"op": op, "value": 20}}}})
    facts = {} if known is None else {"employees": Decimal(known)}
    said = straight(node)
    assert isinstance(said, Atom)
    assert said.answer(facts, AS_OF) is node.answer(facts, AS_OF)


def test_a_figure_of_a_bare_catalogue_is_not_given_a_counting_word() -> None:
    bare = Catalogue.from_document({"attributes": {"staff": {"type": "integer"}}})
    law = parse_policy(document({"attr": "staff", "op": ">=", "value": 10}), bare)
    (told,) = report([law], {"staff": 1}, bare, as_of=AS_OF).policies[0].groups
    assert told.gap_zh == "您还差 9 staff（需要不少于 10，现为 1）"


def test_a_long_list_is_cut_and_counted() -> None:
    tags = [f"T{i}" for i in range(8)]
    result = group({"tags": []}, {"attr": "tags", "op": "has_any", "value": tags})
    assert "等 8 项" in result.gap_zh and "and 3 more" in result.gap_en
    assert result.required == f"tags has_any [{', '.join(tags)}]"
