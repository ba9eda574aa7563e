"""Opening hours as lines: what is read, what is refused and why, and back again unchanged."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from qifu.organisations.logic.hours_text import read_hours as in_a_cell
from qifu.rulebook.business_hours import WEEK
from qifu.web.channels.hours import hours_lines, read_hours

TWO = ["09:00-12:00", "14:00-18:00"]
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


def week(spans, days=WORKDAYS) -> dict:
    return {"week": {day: spans for day in days}}


@pytest.mark.parametrize(
    ("typed", "document"),
    [
        ("", None),
        (" \n ", None),
        ("7×24", {"always": True}),
        ("24小时", {"always": True}),
        ("周一至周五 09:00-12:00 14:00-18:00", week(TWO)),
        ("工作日：9:00—12:00，14：00～18：00", week(TWO)),
        ("星期一到星期五 09:00至12:00、14:00至18:00", week(TWO)),
        ("Mon-Fri 09:00-12:00, 14:00-18:00", week(TWO)),
        ("每天 08:00-20:00", week(["08:00-20:00"], WEEK)),
        ("周一、周三 10:00-11:00", week(["10:00-11:00"], ("mon", "wed"))),
        (
            "周一至周五 09:00-19:00\n周六 09:00-18:00",
            {"week": {**week(["09:00-19:00"])["week"], "sat": ["09:00-18:00"]}},
        ),
        (
            "周日 00:00-24:00\n节假日照常",
            {**week(["00:00-24:00"], ("sun",)), "follows_calendar": False},
        ),
        (
            "周五 09:00-12:00\n调休上班日 不开\n2026-10-08 不开\n2026-10-09 10:00-11:00",
            {
                **week(["09:00-12:00"], ("fri",)),
                "makeup_days": [],
                "exceptions": [
                    {"date": "2026-10-08", "hours": []},
                    {"date": "2026-10-09", "hours": ["10:00-11:00"]},
                ],
            },
        ),
    ],
)
def test_lines_are_read(typed, document):
    assert read_hours(typed) == document


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("周八 9点", "第 1 行「周八 9点」：看不懂"),
        ("周一 早上九点", "时段写成 09:00-12:00"),
        ("周一 25:00-26:00", "没有这个时刻"),
        ("周一 14:00-12:00", "结束要晚于开始"),
        ("周一 09:00-12:00 11:00-13:00", "互不重叠"),
        ("周五至周一 09:00-12:00", "从前往后写"),
        ("周一 09:00-12:00\n周一 13:00-14:00", "第 2 行「周一 13:00-14:00」：周一写了两次"),
        ("周六 不开", "至少要有一天开放"),
        ("7×24\n周一 09:00-12:00", "不用再写周几"),
        ("2026-02-30 不开", "没有这一天"),
        ("2026-10-01 不开", "还要写一周的时段"),
        ("周一 09:00-12:00\n2026-10-01 不开\n2026-10-01 不开", "同一天写了两次"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(typed, message):
    with pytest.raises(ValidationError) as told:
        read_hours(typed)
    assert message in "".join(told.value.messages)


MINUTES = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(sorted)
SPANS = MINUTES.map(
    lambda ends: [
        f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}"
        for a, b in zip(ends[::2], ends[1::2], strict=False)
    ]
)
DOCUMENTS = st.one_of(
    st.just({"always": True}),
    st.fixed_dictionaries(
        {"week": st.dictionaries(st.sampled_from(WEEK), SPANS, min_size=1)},
        optional={
            "follows_calendar": st.just(False),
            "makeup_days": st.one_of(st.just([]), SPANS),
            "exceptions": st.lists(
                st.fixed_dictionaries(
                    {
                        "date": st.dates().map(str).filter(lambda day: day > "1900"),
                        "hours": st.one_of(st.just([]), SPANS),
                    }
                ),
                min_size=1,
                max_size=3,
                unique_by=lambda one: one["date"],
            ),
        },
    ),
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@given(document=DOCUMENTS)
def test_a_document_as_lines_is_read_back_as_it_was(language, document):
    with translation.override(language):
        assert read_hours(hours_lines(document)) == document


@pytest.mark.parametrize(
    "line",
    ["周末 9:00至12:00", "星期一、周三 09:00-12:00", "mon-fri 09:00-12:00", "7×24",
     "周一 08:00-09:00\n节假日照常\n调休上班日 9:00-12:00\n2026-10-01 不开"],
)  # fmt: skip
def test_a_cell_of_a_spreadsheet_and_the_page_read_the_same_lines(line):
    assert in_a_cell(line) == read_hours(line) != {}
