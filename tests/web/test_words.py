"""Dates, money and amounts as people here write them, in both languages."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from qifu.web import words
from qifu.web.templatetags import qifu as tags

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("zh-hans", date(2026, 11, 22), "2026年11月22日（周日）"),
        ("en", date(2026, 11, 22), "22 Nov 2026 (Sun)"),
        ("zh-hans", "2026-01-05", "2026年1月5日（周一）"),
        ("en", datetime(2026, 11, 22, 20, 0, tzinfo=UTC), "23 Nov 2026 (Mon)"),  # in Shanghai
        ("zh-hans", None, ""),
        ("zh-hans", "soon", ""),
    ],
)
def test_a_day_is_written_with_its_day_of_the_week(language, day, said):
    with translation.override(language):
        assert words.day_text(day) == said


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("zh-hans", date(2026, 11, 25), "还剩 3 天"),
        ("zh-hans", date(2026, 11, 22), "今天"),
        ("zh-hans", date(2026, 11, 20), "2 天前"),
        ("en", date(2026, 11, 23), "1 day left"),
        ("en", date(2026, 11, 25), "3 days left"),
        ("en", date(2026, 11, 21), "1 day ago"),
    ],
)
def test_a_day_is_also_told_from_today(language, day, said):
    with translation.override(language):
        assert words.relative_text(day, TODAY) == said


@pytest.mark.parametrize(
    ("low", "high", "zh"),
    [
        (3_000_000, 3_000_000, "¥300万元"),
        (0, 3_000_000, "最高 ¥300万元"),
        (50_000, 300_000, "¥5万元 – ¥30万元"),
        (50_000, None, "¥5万元 起"),
        (None, None, "金额按实际计算"),
        (0, 0, "¥0元"),
    ],
)
def test_an_amount_is_one_figure_a_range_or_said_to_be_open(low, high, zh):
    with translation.override("zh-hans"):
        assert tags.money_range(low, high) == zh


def test_words_of_the_pack_are_spoken_in_the_language_of_the_page():
    both = {"zh": "深圳", "en": "Shenzhen"}
    with translation.override("en"):
        assert words.spoken(both) == "Shenzhen"
        assert words.spoken({"zh": "深圳", "en": ""}) == "深圳"
        assert tags.chinese("深圳<b>") == '<span lang="zh">深圳&lt;b&gt;</span>'
    with translation.override("zh-hans"):
        assert words.spoken(both) == "深圳"
        assert tags.chinese("深圳") == "深圳"


def test_the_words_of_a_search_are_marked_and_nothing_else_becomes_markup():
    assert tags.marked("<研发>费用", "研发") == "&lt;<mark>研发</mark>&gt;费用"
    assert tags.marked("<b>", "x") == "&lt;b&gt;"
    assert tags.marked("研发", "") == "研发"
