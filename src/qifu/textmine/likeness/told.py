"""Rows of texts with who, when and where, read from tables; what cannot be used says why."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Final

from qifu.textmine.classify.tables import BadRow

COLUMNS: Final = {
    "id": ("编号", "诉求编号", "留言编号"),
    "title": ("标题", "诉求标题", "留言主题"),
    "text": ("内容", "诉求内容", "留言详情"),
    "uscc": ("统一社会信用代码", "企业", "留言用户"),
    "time": ("时间", "提交时间", "留言时间"),
    "closed_at": ("办结时间",),
    "place": ("地点", "区域", "街道"),
    "supporters": ("附议数", "点赞数"),
}
# A time without a zone is China's, and days are China's days.
CHINA: Final = timezone(timedelta(hours=8))
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2}))?.*)?"
)


@dataclass(frozen=True)
class Told:
    """A text that somebody sent; "" and None for what is not known. Times have a zone."""

    id: str
    text: str
    firm: str = ""
    time: datetime | None = None
    closed: datetime | None = None
    place: str = ""
    supporters: int = 0


@dataclass
class Taken:
    """What could be read of a table."""

    rows: list[Told] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


class BadCell(ValueError):
    """A cell that cannot be read: what in Chinese, what in English."""


def take(lines: Iterable[tuple[int, Mapping[str, str]]], *, timed: bool = False) -> Taken:
    """Sort rows by whether they can be used; a title stands before its text.

    Bad: no id, an id that was there before, a time that is none, supporters that are no whole
    number, and where `timed` a row without a time. A text may be empty: it is like nothing.
    """
    taken, seen = Taken(), dict[str, int]()
    for line, cells in lines:
        ident = cells.get("id", "").strip()
        try:
            if not ident:
                raise BadCell("没有 id", "no id")
            if ident in seen:
                raise BadCell(
                    f"id 与第 {seen[ident]} 行相同", f"the id of line {seen[ident]} again"
                )
            row = _told(ident, cells)
            if timed and row.time is None:
                raise BadCell("没有时间", "no time")
        except BadCell as error:
            zh, en = error.args
            taken.bad.append(BadRow(line, cells, zh, en))
        else:
            taken.rows.append(row)
        seen.setdefault(ident, line)
    return taken


def _told(ident: str, cells: Mapping[str, str]) -> Told:
    text, title = (cells.get(name, "").strip() for name in ("text", "title"))
    said = cells.get("supporters", "").strip() or "0"
    if not re.fullmatch(r"\d{1,9}(?:\.0+)?", said):
        raise BadCell("附议数不是整数", "supporters is no whole number")
    return Told(
        ident,
        f"{title}\n{text}" if title else text,
        firm=cells.get("uscc", "").strip().upper(),
        time=time_of(cells.get("time", "")),
        closed=time_of(cells.get("closed_at", "")),
        place=cells.get("place", "").strip(),
        supporters=int(float(said)),
    )


def time_of(cell: str) -> datetime | None:
    """The time of a cell, in China; None for an empty one, BadCell for what is no time."""
    cell = cell.strip()
    if not cell:
        return None
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        found = _written(cell)
    return found.astimezone(CHINA) if found.tzinfo else found.replace(tzinfo=CHINA)


def _written(cell: str) -> datetime:
    """A time as spreadsheets and people write it: 2019/2/28 11:25:05, 2019年2月28日."""
    parts = _TIME.fullmatch(cell)
    if parts:
        year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups())
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=CHINA)
        except ValueError:
            pass
    raise BadCell(f"不是时间：{cell[:40]}", f"no time: {cell[:40]}")
