"""Size classes: every limit of every industry at its boundary, and what the rule leaves open."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from qifu.rulebook.codes import CodeTree
from qifu.rulebook.documents import load_one, load_tree
from qifu.rulebook.findings import RuleError
from qifu.rulebook.sizes import SIZES, SizeResult, load_sizes, parse_sizes, size_class

NATIONAL = Path(__file__).parents[2] / "cities" / "national"
INDUSTRIES = load_tree(NATIONAL / "codes" / "industry.csv")
RULES = load_sizes(NATIONAL / "sizes.yaml", INDUSTRIES)
DAY = date(2026, 11, 22)

# Read independently of the pack, from a table in 万元: industry code, Chinese name of the group,
# then large / medium / small as X staff, Y revenue, Z assets.
TABLE = """
A0111 农、林、牧、渔业         Y20000         / Y500          / Y50
C3511 工业                     X1000 Y40000   / X300 Y2000    / X20 Y300
E4710 建筑业                   Y80000 Z80000  / Y6000 Z5000   / Y300 Z300
F5111 批发业                   X200 Y40000    / X20 Y5000     / X5 Y1000
F5211 零售业                   X300 Y20000    / X50 Y500      / X10 Y100
G5411 交通运输业               X1000 Y30000   / X300 Y3000    / X20 Y200
G5920 仓储业                   X200 Y30000    / X100 Y1000    / X20 Y100
G6010 邮政业                   X1000 Y30000   / X300 Y2000    / X20 Y100
H6110 住宿业                   X300 Y10000    / X100 Y2000    / X10 Y100
H6210 餐饮业                   X300 Y10000    / X100 Y2000    / X10 Y100
I6410 信息传输业               X2000 Y100000  / X100 Y1000    / X10 Y100
I6510 软件和信息技术服务业     X300 Y10000    / X100 Y1000    / X10 Y50
K7010 房地产开发经营           Y200000 Z10000 / Y1000 Z5000   / Y100 Z2000
K7020 物业管理                 X1000 Y5000    / X300 Y1000    / X100 Y500
L7111 租赁和商务服务业         X300 Z120000   / X100 Z8000    / X10 Z100
M7310 其他未列明行业           X300           / X100          / X10
"""
LETTER = {"X": "staff", "Y": "revenue", "Z": "assets"}
Limits = dict[str, dict[str, int]]


def _read(table: str) -> list[tuple[str, str, Limits]]:
    rows = []
    for line in table.strip().splitlines():
        code, name, rest = line.split(maxsplit=2)
        classes: Limits = {}
        for size, part in zip(SIZES, rest.split("/"), strict=False):
            classes[size] = {
                LETTER[mark[0]]: int(mark[1:]) * (1 if mark[0] == "X" else 10_000)
                for mark in part.split()
            }
        rows.append((code, name, classes))
    return rows


GROUPS = _read(TABLE)


def size_of(industry: str, *, on: date = DAY, **figures: Any) -> SizeResult:
    values = {"staff": None, "revenue": None, "assets": None} | figures
    return size_class(industry, **values, on=on, rules=RULES)


def test_the_table_of_the_test_has_all_sixteen_groups() -> None:
    assert len(GROUPS) == 16
    assert [name for _, name, _ in GROUPS] == [c.name_zh for c in RULES.categories.values()]


@pytest.mark.parametrize(("code", "name", "classes"), GROUPS, ids=[g[0] for g in GROUPS])
def test_each_limit_at_just_below_and_just_above(code: str, name: str, classes: Limits) -> None:
    """Every figure takes every limit of its column, one less and one more, in all combinations."""
    columns = list(classes["large"])
    points = [
        sorted({limits[column] + step for limits in classes.values() for step in (-1, 0, 1)})
        for column in columns
    ]
    for values in product(*points):
        figures = dict(zip(columns, values, strict=True))
        expected = next(
            (
                size
                for size, limits in classes.items()
                if all(figures[column] >= limit for column, limit in limits.items())
            ),
            "micro",
        )
        result = size_of(code, **figures)
        assert (result.size, result.category_zh) == (expected, name), figures


def test_a_fen_below_a_limit_of_money_is_below_it() -> None:
    almost = Decimal("20000000") - Decimal("0.01")
    assert size_of("C3511", staff=300, revenue=20_000_000).size == "medium"
    assert size_of("C3511", staff=300, revenue=almost).size == "small"
    assert size_of("C3511", staff=300, revenue=19_999_999.99).size == "small"


def test_one_figure_alone_never_lifts_a_size() -> None:
    assert size_of("C3511", staff=5000, revenue=2_999_999).size == "micro"
    assert size_of("C3511", staff=19, revenue=10**12).size == "micro"


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("A", "agriculture"),
        ("A05", "agriculture"),
        ("B", "industry"),
        ("B0610", "industry"),
        ("C", "industry"),
        ("D4411", "industry"),
        ("G5910", "transport"),
        ("G591", "transport"),
        ("G58", "transport"),
        ("G5990", "storage"),
        ("G60", "post"),
        ("I63", "information"),
        ("K7030", "other"),
        ("K7090", "other"),
        ("L", "leasing_business"),
        ("N", "other"),
        ("O", "other"),
        ("Q85", "other"),
        ("Q8511", "other"),
        ("R", "other"),
    ],
)
def test_an_industry_belongs_to_its_group(code: str, category: str) -> None:
    assert size_of(code, staff=1, revenue=1, assets=1).category == category


@pytest.mark.parametrize(
    ("code", "zh"),
    [
        ("J", "金融业"),
        ("J6621", "金融业"),
        ("P8310", "教育"),
        ("Q8411", "卫生"),
        ("S9100", "公共管理"),
        ("T9700", "国际组织"),
        ("G5310", "铁路"),
        ("K7040", "自有房地产"),
    ],
)
def test_an_industry_outside_the_rule_has_no_size_and_says_why(code: str, zh: str) -> None:
    result = size_of(code, staff=1, revenue=1, assets=1)
    assert (result.size, result.category) == (None, None)
    assert zh in result.reason_zh
    assert result.reason_en
    assert "213" in result.source


@pytest.mark.parametrize("code", ["F", "G", "G59", "H", "I", "K", "K70", "Q"])
def test_a_code_that_is_too_coarse_asks_for_a_finer_one(code: str) -> None:
    result = size_of(code, staff=1, revenue=1, assets=1)
    assert result.size is None
    assert "更细的行业代码" in result.reason_zh
    assert "finer industry code" in result.reason_en


def test_every_class_of_the_classification_has_a_group_or_a_reason() -> None:
    for code in INDUSTRIES:
        result = size_of(code, staff=1, revenue=1, assets=1)
        assert (result.size == "micro") != bool(result.reason_zh), code


def test_a_code_outside_the_classification_is_said_to_be_nowhere() -> None:
    assert "不在划型办法的行业表里" in size_of("Z99").reason_zh


@pytest.mark.parametrize(
    ("figures", "size", "unknown", "possible"),
    [
        ({"staff": 1000}, None, ("revenue",), ("large", "medium", "small", "micro")),
        ({"revenue": 2_999_999}, "micro", (), ()),
        ({"staff": 19}, "micro", (), ()),
        ({"staff": 25}, None, ("revenue",), ("small", "micro")),
        ({"revenue": 20_000_000}, None, ("staff",), ("medium", "small", "micro")),
        ({}, None, ("staff", "revenue"), ("large", "medium", "small", "micro")),
    ],
)
def test_a_missing_figure_matters_only_where_it_decides(
    figures: dict[str, int], size: str | None, unknown: tuple[str, ...], possible: tuple[str, ...]
) -> None:
    result = size_of("C3511", **figures)
    assert (result.size, result.unknown, result.possible) == (size, unknown, possible)
    assert bool(result.reason_zh) == (size is None)
    if unknown:
        assert "缺少" in result.reason_zh and "Not known" in result.reason_en


def test_figures_that_the_group_does_not_use_are_never_missed() -> None:
    assert size_of("M7310", staff=10).size == "small"
    assert size_of("A0111", revenue=500_000).size == "small"


def test_the_result_shows_the_rule_that_was_applied() -> None:
    result = size_of("C3511", staff=250, revenue=30_000_000, assets=0)
    assert result.size == "small"
    assert "从业人员 ≥ 1,000 人且营业收入 ≥ 4 亿元" in result.rule_zh
    assert "→ 小型" in result.rule_zh and "→ small" in result.rule_en
    assert "〔2011〕300号" in result.source and "第四条（二）" in result.source
    rows = [(row.size, row.indicator, row.limit, row.value, row.met) for row in result.table]
    assert rows == [
        ("large", "staff", 1000, 250, False),
        ("large", "revenue", 400_000_000, 30_000_000, False),
        ("medium", "staff", 300, 250, False),
        ("medium", "revenue", 20_000_000, 30_000_000, True),
        ("small", "staff", 20, 250, True),
        ("small", "revenue", 3_000_000, 30_000_000, True),
    ]
    assert result.table[1].shown(result.table[1].limit) == "4 亿元"
    assert result.table[0].shown(None) == "—"
    assert result.table[3].shown(Decimal("12.50"), "en") == "CNY 12.5"


def test_the_rule_says_what_is_unknown() -> None:
    result = size_of("C3511", staff=250)
    assert "营业收入 未知" in result.rule_zh and "revenue unknown" in result.rule_en
    assert "→" not in result.rule_zh


def test_there_is_no_size_before_the_rule_and_the_message_says_since_when() -> None:
    with pytest.raises(LookupError) as refused:
        size_of("C3511", staff=1, revenue=1, on=date(2010, 1, 1))
    assert str(refused.value) == (
        "size thresholds have no value on 2010-01-01: they start on 2011-06-18"
    )
    assert size_of("C3511", staff=1, revenue=1, on=date(2011, 6, 18)).size == "micro"
    with pytest.raises(LookupError):
        size_of("C3511", staff=1, revenue=1, on=date(2011, 6, 17))


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({"staff": -1}, "staff must not be negative: -1"),
        ({"revenue": Decimal("-0.01")}, "revenue must not be negative: -0.01"),
        ({"assets": -5}, "assets must not be negative: -5"),
        ({"staff": 2.5}, "staff must be a whole number of persons: 2.5"),
        ({"staff": True}, "staff must be a number: True"),
        ({"revenue": "12"}, "revenue must be a number: '12'"),
        ({"revenue": float("nan")}, "revenue must be a finite number: nan"),
    ],
)
def test_figures_that_cannot_be_are_refused(figures: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="must") as refused:
        size_of("C3511", **figures)
    assert str(refused.value) == message


# the document


def document() -> dict[str, Any]:
    data = load_one(NATIONAL / "sizes.yaml").data
    assert isinstance(data, dict)
    return deepcopy(data)


def findings(data: Any, tree: CodeTree | None = INDUSTRIES) -> str:
    with pytest.raises(RuleError) as refused:
        parse_sizes(data, tree)
    return "\n".join(map(str, refused.value.findings))


def test_days_may_be_text_as_json_keeps_them() -> None:
    data = document()
    for category in data["categories"]:
        category["thresholds"][0]["from"] = "2011-06-18"
    data["mappings"][0]["from"] = "2011-06-18"
    assert parse_sizes(data).mapping(DAY).place("C").category == "industry"


def test_limits_that_change_apply_from_their_day() -> None:
    data = document()
    industry = data["categories"][1]["thresholds"]
    later = deepcopy(industry[0])
    industry[0]["to"] = date(2026, 12, 31)
    later["from"] = date(2027, 1, 1)
    later["small"]["staff"] = 50
    industry.append(later)
    rules = parse_sizes(data)
    figures: dict[str, Any] = {"staff": 30, "revenue": 5_000_000, "assets": None}
    before = size_class("C3511", **figures, on=date(2026, 12, 31), rules=rules)
    after = size_class("C3511", **figures, on=date(2027, 1, 1), rules=rules)
    assert (before.size, after.size) == ("small", "micro")


def test_limits_that_ended_say_so() -> None:
    data = document()
    data["categories"][1]["thresholds"][0]["to"] = date(2020, 12, 31)
    rules = parse_sizes(data)
    with pytest.raises(LookupError, match="they end on 2020-12-31"):
        size_class("C3511", 1, 1, 1, on=DAY, rules=rules)


def test_a_document_that_is_none_is_refused() -> None:
    assert "must be a mapping" in findings([])
    assert "categories: must be a list" in findings({})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(extra=1), "extra: unknown key"),
        (lambda d: d["categories"][0].update(code="industry"), "this group stands twice"),
        (lambda d: d["categories"][1]["thresholds"][0].update(source="x"), "not known here"),
        (lambda d: d["categories"][1]["thresholds"][0].update({"from": "soon"}), "must be a day"),
        (
            lambda d: d["categories"][1]["thresholds"][0].update(to=date(2001, 1, 1)),
            "must not be before `from`",
        ),
        (
            lambda d: d["categories"][1]["thresholds"][0]["large"].update(staff=-5),
            "a limit is above zero",
        ),
        (
            lambda d: d["categories"][1]["thresholds"][0]["large"].update(staff="many"),
            "must be a number",
        ),
        (
            lambda d: d["categories"][1]["thresholds"][0]["medium"].update(staff=1000),
            "not below that of large",
        ),
        (
            lambda d: d["categories"][1]["thresholds"][0]["small"].pop("staff"),
            "must have the same indicators as medium",
        ),
        (
            lambda d: d["categories"][1]["thresholds"][0]["large"].update(profit=5),
            "unknown key",
        ),
        (lambda d: d["categories"][1]["thresholds"][0].update(large={}), "at least one limit"),
        (
            lambda d: d["categories"][1]["thresholds"].append(
                deepcopy(d["categories"][1]["thresholds"][0])
            ),
            "two spans of days overlap",
        ),
        (lambda d: d["mappings"][0]["covers"].update(mining=["B"]), "not known here"),
        (lambda d: d["mappings"][0]["covers"]["industry"].append("A"), "this code stands twice"),
        (lambda d: d["mappings"][0]["covers"]["industry"].append("C3"), "no industry code"),
        (lambda d: d["mappings"][0]["covers"]["industry"].append("C99"), "not in the tree"),
        (lambda d: d["mappings"][0]["covers"]["industry"].remove("C"), "has no place"),
        (lambda d: d["mappings"][0]["not_covered"][0]["reason"].pop("en"), "must be a text"),
        (lambda d: d["indicators"]["staff"].update(unit="heads"), "not known here"),
    ],
)
def test_a_mistake_in_the_document_is_found(change: Any, message: str) -> None:
    data = document()
    change(data)
    assert message in findings(data)


def test_a_finding_names_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "sizes.yaml"
    text = (NATIONAL / "sizes.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("{staff: 1_000,", "{staff: -1,", 1), encoding="utf-8")
    with pytest.raises(RuleError) as refused:
        load_sizes(file)
    first = refused.value.findings[0]
    assert first.file == str(file)
    assert first.line is not None
    assert "staff: -1" in file.read_text(encoding="utf-8").splitlines()[first.line - 1]
