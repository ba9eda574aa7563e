"""Figures and money as people say them."""

from decimal import Decimal

import pytest

from qifu.rulebook.words import Words, closed, money, number


def test_chinese_characters_stand_close_and_figures_have_air() -> None:
    told = closed(Words("需要属于 宝安区，还差 约 2 万元，现为 “是”", "within Bao'an"))
    assert told == ("需要属于宝安区，还差约 2 万元，现为“是”", "within Bao'an")


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [
        ("0.5", "0.5 元", "CNY 0.5"),
        ("9999.99", "9,999.99 元", "CNY 9,999.99"),
        ("10000", "1 万元", "CNY 10,000"),
        ("1234567", "约 123.46 万元", "about CNY 1.23 million"),
        ("99999999", "约 10,000 万元", "about CNY 100 million"),
        ("100000000", "1 亿元", "CNY 100 million"),
        ("1234560000", "12.3456 亿元", "about CNY 1.23 billion"),
        ("-35000", "-3.5 万元", "CNY -35,000"),
    ],
)
def test_money_is_told_as_people_say_it(yuan: str, zh: str, en: str) -> None:
    assert money(Decimal(yuan)) == (zh, en)


def test_figures_lose_idle_zeros_but_not_their_own() -> None:
    assert [number(Decimal(n)) for n in ("100", "1200.50", "0.00001", "0")] == [
        "100",
        "1,200.5",
        "0.00001",
        "0",
    ]
