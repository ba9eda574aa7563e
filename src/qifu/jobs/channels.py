"""The channel list in bulk: a spreadsheet goes out, comes back, and only what differs changes."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from qifu.base import journal
from qifu.base.city import last_load
from qifu.base.errors import Refused
from qifu.base.table_files import named_columns, read_csv, read_named
from qifu.jobs.bad_rows import BadRows, check_bad_path
from qifu.organisations.actions.channels import (
    add_channel,
    edit_channel,
    restore_channel,
    retire_channel,
)
from qifu.organisations.logic.channel_cells import (
    COLUMNS,
    BadCell,
    from_cells,
    is_retired,
    to_cells,
)
from qifu.organisations.models import Channel
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors.channels import channel_by_code, every_channel

BAD_COLUMNS: Final = ("line", "code", "name_zh", "kind", "zone", "unit", "reason_zh", "reason_en")
REQUIRED: Final = ("code",)
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass
class ImportedChannels:
    """What an import did; `bad_file` is None where every row was good, `unread` are columns that
    nobody knows."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0
    bad_file: Path | None = None
    unread: tuple[str, ...] = ()


def export_channels(path: Path) -> int:
    """Write every entry, retired ones too, as CSV that spreadsheets open; gives how many."""
    channels = every_channel(with_retired=True)
    # the BOM makes Excel read it as UTF-8
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(COLUMNS))
        writer.writeheader()
        for channel in channels:
            retired = channel.retired_at is not None
            writer.writerow(to_cells(channel.document, retired=retired))
    return len(channels)


def read_channels(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their line, under the names of COLUMNS; UnreadableFile without codes."""
    yield from read_named(path, COLUMNS, REQUIRED)


def import_channels(
    path: Path,
    *,
    actor: Actor,
    bad_path: Path,
    now: datetime,
    progress: Callable[[int], None] = lambda count: None,
) -> ImportedChannels:
    """Take over the rows of a file, each in a transaction of its own, by an officer.

    A row is known by its code. Columns that the file has not stay as they are; entries that it
    does not name are left alone. Run again, or after a kill, nothing changes twice.
    """
    check_bad_path(bad_path, path)
    bad, done = BadRows(bad_path, BAD_COLUMNS), ImportedChannels(unread=_unread(path))
    seen: dict[str, int] = {}
    try:
        for line, row in read_channels(path):
            done.rows += 1
            try:
                _once(row, line, seen)
                what = _take_over(row, actor=actor, now=now, note=path.name)
                done.new += what == NEW
                done.changed += what == CHANGED
                done.same += what == SAME
            except BadCell as error:
                bad.add(line, row, error.zh, error.en)
            except Refused as error:
                bad.add(line, row, *_both(error))
            progress(1)
    finally:
        bad.close()
    bad.forget_last()
    done.bad = bad.count
    done.bad_file = bad.path if bad.count else None
    load = last_load()
    if load is not None and (done.new or done.changed):
        journal.record(
            load, "import_channels", actor_id=actor.user_id, acting_for=actor.organisation_id,
            now=now, note=f"{path.name}: {done.rows} rows, {done.new} new, {done.changed} changed, "
            f"{done.bad} bad",
        )  # fmt: skip
    return done


def _unread(path: Path) -> tuple[str, ...]:
    _line, header = next(read_csv(path))
    return named_columns(header, COLUMNS, REQUIRED, name=path.name)[1]


def _once(row: Mapping[str, str], line: int, seen: dict[str, int]) -> None:
    code = row.get("code", "")
    if not code:
        raise BadCell("没有代码", "no code")
    if code in seen:
        raise BadCell(f"代码与第 {seen[code]} 行相同", f"the same code as line {seen[code]}")
    seen[code] = line


@transaction.atomic
def _take_over(row: Mapping[str, str], *, actor: Actor, now: datetime, note: str) -> str:
    """Whether the row is new, changed or the same; BadCell or Refused for one that cannot be."""
    try:
        channel: Channel | None = channel_by_code(row["code"])
    except Channel.DoesNotExist:
        channel = None
    retired = is_retired(row)
    document = from_cells(row, channel.document if channel else {})
    if channel is None:
        channel, what = add_channel(actor=actor, now=now, document=document), NEW
    else:
        changed = edit_channel(channel, actor=actor, now=now, document=document)
        what = CHANGED if changed else SAME
    if retired is None or retired == (channel.retired_at is not None):
        return what
    if retired:
        reason = _("批量更新：%(file)s") % {"file": note}
        retire_channel(channel, actor=actor, now=now, reason=reason)
    else:
        restore_channel(channel, actor=actor, now=now)
    return NEW if what == NEW else CHANGED


def _both(error: Refused) -> tuple[str, str]:
    """What the refusal says of each cell, in Chinese and in English."""
    fields: Mapping[str, object] = getattr(error, "fields", {}) or {"": error.message}

    def told(between: str) -> str:
        texts = (f"{path}: {text}" if path else str(text) for path, text in fields.items())
        return between.join(texts)

    with override("zh-hans"):
        zh = told("；")
    with override("en"):
        en = told("; ")
    return zh, en
