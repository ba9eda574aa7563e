"""`qifu triage replies`: what drafts of replies lack, a row a reply."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.cli.triage_rows import check_places, in_file, out_file, refuse, write_table

if TYPE_CHECKING:
    from qifu.textmine.reply_quality.judging import Quality

_COLUMNS = {
    "id": ("编号", "诉求编号", "留言编号"),
    "question": ("诉求内容", "留言详情"),
    "reply": ("答复", "答复意见"),
    "title": ("标题", "留言主题"),
    "due": ("答复期限",),
    "at": ("答复时间",),
}
_HEADER = ("id", "score", "faults", "reasons_zh", "reasons_en", "not_spoken_of")


@click.command()
@click.option(
    "--data", required=True, type=in_file, help="CSV: id, question, reply[, title, due, at]."
)
@click.option("--out", required=True, type=out_file, help="结果 · a row a reply, CSV.")
def replies(data: Path, out: Path) -> None:
    """检查答复 · Check replies: id, score 0–100, faults, reasons, points not spoken of."""
    from qifu.base.table_files import UnreadableFile, read_named

    check_places([data], [out])
    rows, faulty = [], 0
    try:
        for line, cells in read_named(data, _COLUMNS, ("id", "question", "reply")):
            asked = "\n".join(filter(None, (cells.get("title", ""), cells.get("question", ""))))
            found = _judged(asked, cells, f"{data.name}: {line}")
            faulty += bool(found.faults)
            rows.append((cells.get("id", ""), *_told(found, asked)))
    except (UnreadableFile, OSError) as error:
        refuse(str(error))
    write_table(out, _HEADER, rows)
    click.echo(f"{len(rows):,} 条答复 replies, {faulty:,} 条有毛病 with faults → {out}")


def _judged(asked: str, cells: dict[str, str], place: str) -> "Quality":
    from qifu.textmine.reply_quality.judging import judge_reply

    due, at = (_moment(cells.get(name, ""), place) for name in ("due", "at"))
    try:
        return judge_reply(asked, cells.get("reply", ""), due=due, at=at)
    except TypeError:
        refuse(f"{place}: due 和 at 要么都有时区，要么都没有 · give both a zone or neither")


def _moment(text: str, place: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("/", "-")) if text else None
    except ValueError:
        refuse(f"{place}: {text!r} 不是时间 · no time; like 2026-11-22 17:30")


def _told(found: "Quality", asked: str) -> tuple[object, ...]:
    faults = found.faults
    missed = [asked[start:end].strip() for check in faults for start, end in check.missed]
    return (
        found.score,
        " ".join(check.code for check in faults),
        "；".join(check.words.zh for check in faults),
        "; ".join(check.words.en for check in faults),
        " | ".join(missed),
    )
