"""Days, ranges of days and periods of a folded text: 2026年3月1日至5月31日, 上年度, 近两年."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from qifu.textmine.policy_reading.figures import numeral

_CN = "零一二三四五六七八九十"
_YEAR = rf"(?P<year>(?:19|20)\d{{2}}|二零[{_CN}]{{2}})\s?年"
_DAY: Final = re.compile(
    rf"(?:{_YEAR}\s?)?(?<!\d)(?P<month>\d{{1,2}}|[{_CN}]{{1,3}})\s?月\s?"
    rf"(?P<day>\d{{1,2}}|[{_CN}]{{1,3}})\s?(?:日|号)"
    r"|(?<!\d)(?P<y2>(?:19|20)\d{2})(?P<sign>[-/.])(?P<m2>\d{1,2})(?P=sign)(?P<d2>\d{1,2})(?!\d)"
)
_TO: Final = re.compile(
    r"(?:起|（[^）]{1,6}）|\d{1,2}：?\d{2}|\d{1,2}时)?\s?(?:~|-{1,2}|至|到|起至)\s?"
)
_AGO: Final = re.compile(
    r"(?:近|最近|过去|前|连续)(?P<n>[一二两三四五六七八九十\d]{1,2})个?(?:完整|会计|"
    r"自然)?(?P<unit>年|个月)(?:度|内|来|以来)?"
)
_PERIODS: Final = [
    (re.compile(p), name)
    for p, name in (
        (r"上一?(?:年度?|个?(?:会计|自然|完整)年度?)及(?:当年|本年度?)(?:内|度)?",
         "last_and_current_year"),
        (r"(?:上一?|最近一|近一|前一)个?(?:会计|自然|完整)?年度?(?:末|底|内)?|上年末|去年",
         "last_fiscal_year"),
        (r"(?:上一|最近一)个?(?:会计|自然|完整)年度", "last_fiscal_year"),
        (r"(?:当年度?|本年度|今年)", "current_year"),
    )
]  # fmt: skip
_QUARTER: Final = re.compile(r"(20\d{2})年(?:度?)?(?:第)?([一二三四1-4])季度")
_MONTHS: Final = re.compile(
    r"(20\d{2})年(\d{1,2})月?(?:(?:-|~|至|到)(?:(20\d{2})年)?(\d{1,2}))?月(?!\s?\d{1,2}\s?日)"
)
_OF_YEAR: Final = re.compile(r"(20\d{2})年(?:度|全年)?(?!\s?\d{1,2}\s?月)(?!\s?第?[一二三四1-4]季)")
_BOTH: Final = re.compile("合计|累计|总计|之和|总和|共")
_MEAN: Final = re.compile("平均|年均|均值")
_EACH: Final = re.compile("均|每年|各年|连续")


@dataclass(frozen=True)
class Day:
    """A day with its span; `year` None where the text names none (「3月5日」)."""

    year: int | None
    month: int
    day: int
    start: int
    end: int

    @property
    def iso(self) -> str:
        """2026-03-05, or --03-05 without a year."""
        tail = f"{self.month:02d}-{self.day:02d}"
        return f"{self.year:04d}-{tail}" if self.year else f"--{tail}"


@dataclass(frozen=True)
class Stretch:
    """One day or two with 至 between them; `closes` None for a single one."""

    opens: Day
    closes: Day | None
    start: int
    end: int


def days(plain: str) -> list[Day]:
    """Every day of the text that the calendar has, in order."""
    found = []
    for match in _DAY.finditer(plain):
        year, month, day = (match["year"], match["month"], match["day"])
        if match["y2"]:
            year, month, day = match["y2"], match["m2"], match["d2"]
        numbers = [numeral(part) if part else None for part in (year, month, day)]
        if numbers[1] is None or numbers[2] is None:
            continue
        y, m, d = (int(n) if n is not None else None for n in numbers)
        try:
            date(y or 2024, m or 0, d or 0)
        except ValueError:
            continue
        found.append(Day(y, m or 0, d or 0, match.start(), match.end()))
    return found


def stretches(plain: str) -> list[Stretch]:
    """The days of the text, two of them joined where 至 or a dash stands between.

    The second day takes the year of the first where it names none.
    """
    found: list[Stretch] = []
    for day in days(plain):
        last = found[-1] if found else None
        if last and not last.closes and _TO.fullmatch(plain, last.end, day.start):
            year = day.year or last.opens.year
            end = Day(year, day.month, day.day, day.start, day.end)
            found[-1] = Stretch(last.opens, end, last.start, day.end)
        else:
            found.append(Stretch(day, None, day.start, day.end))
    return found


def period_of(words: str, figure: str = "", *, event: bool = False) -> dict[str, str]:
    """`period` and `agg` that a clause names, as the guide of the gold set writes them.

    `event`: 近三年 of a record is a rolling period, of a figure it is the fiscal years before.
    """
    if match := _QUARTER.search(words):
        return {"period": f"quarter:{match[1]}Q{numeral(match[2])}"}
    if match := _MONTHS.search(words):
        last_year, last = match[3] or match[1], match[4] or match[2]
        return {"period": f"months:{match[1]}-{int(match[2]):02d}/{last_year}-{int(last):02d}"}
    if match := _AGO.search(words):
        number = numeral(match["n"])
        if number is not None and (event or match["unit"] != "年" or number > 9):
            return {"period": f"rolling:P{number}{'Y' if match['unit'] == '年' else 'M'}"}
        if number == 1:
            return {"period": "last_fiscal_year"}
        return {"period": f"last_{number}_fiscal_years", "agg": _together(words)}
    for pattern, name in _PERIODS:
        if pattern.search(words):
            return {"period": name}
    if match := _OF_YEAR.search(words):
        return {"period": f"year:{match[1]}"}
    return {}


def within(words: str) -> str | None:
    """The ISO period of 近三年, 三年内; None where none is named."""
    match = _AGO.search(words)
    if not match or (number := numeral(match["n"])) is None:
        return None
    return f"P{number}{'Y' if match['unit'] == '年' else 'M'}"


def is_period(plain: str, start: int, end: int) -> bool:
    """Whether a figure of time at `[start, end)` names a period or a year, not a measure."""
    before = plain[max(0, start - 4) : start]
    if re.search(r"(?:近|最近|过去|连续|前|上|第|每|该|满?每)$", before) and not before.endswith(
        "前列第"
    ):
        return True
    if before.endswith("年") and plain[end - 1] == "月":
        return True
    if re.fullmatch(r"(?:19|20)\d{2}\s?年", plain[start:end]):
        return True
    return bool(re.match(r"\s?(?:度|\d{1,2}月|第?[一二三四]季度)", plain[end : end + 6]))


def _together(words: str) -> str:
    if _MEAN.search(words):
        return "mean"
    if _BOTH.search(words):
        return "sum"
    return "each"
