"""Appeals from elsewhere: a file of another channel, taken in once, whole rows only."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from qifu.appeals.actions import submit_appeal
from qifu.appeals.actions.order_rows import (
    BadRow,
    in_both,
    read_firm,
    read_kind,
    read_matter,
    read_time,
)
from qifu.appeals.selectors import appeal_by_external_id
from qifu.base import journal
from qifu.base.city import City, current_city, last_load
from qifu.base.errors import Refused
from qifu.base.table_files import read_named
from qifu.jobs.bad_rows import BadRows, check_bad_path
from qifu.organisations.permissions import Actor

# the columns of an import, and the words that files of other systems use for them
COLUMNS: dict[str, tuple[str, ...]] = {
    "external_id": ("外部编号", "工单编号", "留言编号"),
    "channel": ("渠道", "来源"),
    "firm": ("企业", "企业名称", "统一社会信用代码"),
    "contact": ("联系人", "诉求人", "留言用户"),
    "phone": ("电话", "联系电话"),
    "title": ("标题", "主题", "留言主题"),
    "text": ("内容", "诉求内容", "留言详情"),
    "time": ("时间", "提交时间", "留言时间"),
    "kind": ("类型", "诉求类型"),
    "matter": ("事项",),
    "region": ("区划", "区域"),
}
REQUIRED = ("external_id", "text", "time")
BAD_COLUMNS = ("line", "external_id", "channel", "time", "text", "reason_zh", "reason_en")
Row = Mapping[str, str]


@dataclass
class ImportedAppeals:
    """What an import did; `bad_file` is None where every row was good."""

    rows: int = 0
    new: int = 0
    known: int = 0
    bad: int = 0
    bad_file: Path | None = None


def read_appeals(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their line, under the names of COLUMNS; UnreadableFile for a column missing."""
    yield from read_named(path, COLUMNS, REQUIRED)


def import_appeals(
    path: Path,
    *,
    actor: Actor,
    channel: str,
    bad_path: Path,
    now: datetime,
    progress: Callable[[int], None] = lambda count: None,
) -> ImportedAppeals:
    """Take in the rows of a file, each in a transaction of its own, by an intake officer.

    A row is known by channel and external id: run again, or after a kill, nothing comes twice.
    The same id with another text is a bad row: nothing is overwritten.
    """
    city = current_city()
    check_bad_path(bad_path, path)
    bad, done = BadRows(bad_path, BAD_COLUMNS), ImportedAppeals()
    try:
        for line, row in read_appeals(path):
            done.rows += 1
            try:
                if _take_in(row, actor=actor, channel=channel, city=city, now=now):
                    done.new += 1
                else:
                    done.known += 1
            except BadRow as error:
                bad.add(line, row, error.zh, error.en)
            progress(1)
    finally:
        bad.close()
    bad.forget_last()
    done.bad = bad.count
    done.bad_file = bad.path if bad.count else None
    load = last_load()
    assert load is not None
    journal.record(
        load, "import_appeals", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        note=f"{path.name}: {done.rows} rows, {done.new} new, {done.bad} bad",
    )  # fmt: skip
    return done


def _take_in(row: Row, *, actor: Actor, channel: str, city: City, now: datetime) -> bool:
    """Whether the row is new; BadRow for one that cannot be taken."""
    external_id = row.get("external_id", "")
    if not external_id or len(external_id) > 64:
        raise BadRow("没有外部编号，或超过 64 个字", "no external id, or longer than 64")
    where = (row.get("channel") or channel)[:24]
    text = row.get("text", "")
    there = appeal_by_external_id(actor, where, external_id)
    if there is not None:
        if there.text.split() != text.split():
            raise BadRow(
                "这个编号已经有了，内容却不同", "this id is already here with another text"
            )
        return False
    at = read_time(row.get("time", ""), now=now)
    kind = read_kind(row.get("kind", ""))
    enterprise, requester = read_firm(row.get("firm", ""))
    try:
        submit_appeal(
            None,
            actor=actor,
            now=now,
            kind=kind,
            matter=read_matter(row.get("matter", ""), city),
            region=row.get("region", "") or (enterprise.region if enterprise else ""),
            title=row.get("title", "")[:120],
            text=text,
            points=(),
            contact_name=row.get("contact", "")[:60],
            contact_phone=row.get("phone", "")[:24],
            enterprise=enterprise,
            requester=requester or ("" if enterprise else row.get("contact", "")[:60]),
            channel=where,
            external_id=external_id,
            submitted_at=at,
        )
    except Refused as error:
        raise BadRow(*in_both(error)) from None
    return True
