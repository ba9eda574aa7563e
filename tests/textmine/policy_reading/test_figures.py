"""Folding keeps every offset; figures, comparisons and days are read as the law counts them."""

from decimal import Decimal

import pytest

from qifu.textmine.policy_reading.comparing import compare
from qifu.textmine.policy_reading.days import period_of, stretches
from qifu.textmine.policy_reading.figures import figures, numeral
from qifu.textmine.policy_reading.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("營業收入（含）達２０００萬元", "营业收入（含）达2000万元"),
        ("1,000万元,其中", "1,000万元，其中"),
        ("登录https://a.cn:80/x?y", "登录https://a.cn:80/x?y"),
        ("「專精特新」;著作權", '"专精特新"；著作权'),
        ("🙂％～", "🙂%~"),
    ],
)
def test_folding_keeps_every_character_in_its_place(text, folded):
    assert fold(text) == folded
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("十五", 15),
        ("两千", 2000),
        ("一百二十", 120),
        ("二零三一", 2031),
        ("3.5", "3.5"),
        ("x", None),
    ],
)
def test_numerals(words, value):
    assert numeral(words) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("不低于2000万元", (">=", 2000, "万元")),
        ("不超过三百人", ("<=", 300, "人")),
        ("达到10%以上", (">=", 10, "%")),
        ("10%(不含)以上", (">", 10, "%")),
        ("超过1.5亿元", (">", "1.5", "亿元")),
        ("不足百分之五", ("<", 5, "%")),
        ("最高不超过500万元", ("<=", 500, "万元")),
        ("最高奖励额度为80万", ("<=", 80, "万元")),
        ("至少两项", (">=", 2, "项")),
        ("前十名", ("<=", 10, "名")),
        ("不得为0分", ("!=", 0, "分")),
        ("不低于上年同期的90%", (">=", 90, "%")),
        ("五十万平方米以下", ("<=", 50, "万m2")),
        ("6个月及以上", (">=", 6, "月")),
    ],
)
def test_a_figure_with_its_comparison(text, read):
    plain = fold(text)
    figure = figures(plain)[-1]
    op, value, unit = read
    assert compare(plain, figure.start, figure.end).op == op
    assert (figure.value, figure.unit) == (Decimal(value), unit)


def test_a_range_is_one_figure_and_ends_in_one_unit():
    (figure,) = figures(fold("20～50万元"))
    assert (figure.value, figure.high, figure.unit) == (20, 50, "万元")


def test_words_with_numerals_in_them_are_no_figures():
    assert [f for f in figures("第一批一次性奖励,同一家企业") if f.unit] == []


def test_the_second_day_of_a_range_takes_the_year_of_the_first():
    (found,) = stretches("2031年3月1日至5月31日")
    assert (found.opens.iso, found.closes and found.closes.iso) == ("2031-03-01", "2031-05-31")
    assert stretches("3月5日")[0].opens.iso == "--03-05"
    assert stretches("2031年2月30日") == []


@pytest.mark.parametrize(
    ("words", "period"),
    [
        ("上年度营业收入", {"period": "last_fiscal_year"}),
        ("近两年合计", {"period": "last_2_fiscal_years", "agg": "sum"}),
        ("近三年平均", {"period": "last_3_fiscal_years", "agg": "mean"}),
        ("2031年一季度", {"period": "quarter:2031Q1"}),
        ("2031年度", {"period": "year:2031"}),
        ("本领域", {}),
    ],
)
def test_periods(words, period):
    assert period_of(words) == period


def test_a_period_of_a_record_rolls():
    assert period_of("近三年内", event=True) == {"period": "rolling:P3Y"}
