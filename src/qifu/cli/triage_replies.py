"""`qifu triage replies`: what drafts of replies lack, a row a reply."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.cli.triage_rows import (
    bad_place,
    check_places,
    in_file,
    out_file,
    refuse,
    write_bad,
    write_table,
)

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
_BAD = ("line", "id", "reply", "due", "at", "reason_zh", "reason_en")
_HEADER = ("id", "score", "faults", "reasons_zh", "reasons_en", "not_spoken_of")


@click.command()
@click.option(
    "--data", required=True, type=in_file, help="CSV: id, question, reply[, title, due, at]."
)
@click.option("--out", required=True, type=out_file, help="结果 · a row a reply, CSV.")
@click.option("--bad", type=out_file, help="坏行 · rows left out (default: OUT.bad.csv).")
def replies(data: Path, out: Path, bad: Path | None) -> None:
    """检查答复 · Check replies: id, score 0–100, faults, reasons, points not spoken of."""
    from qifu.base.table_files import UnreadableFile, read_named
    from qifu.textmine.classify.tables import BadRow
    from qifu.textmine.likeness.told import BadCell

    bad = bad_place(out, bad)
    check_places([data], [out, bad])
    rows, left_out, faulty = [], list[tuple[str, BadRow]](), 0
    try:
        for line, cells in read_named(data, _COLUMNS, ("id", "question", "reply")):
            asked = "\n".join(filter(None, (cells.get("title", ""), cells.get("question", ""))))
            try:
                found = _judged(asked, cells)
            except BadCell as error:
                left_out.append((data.name, BadRow(line, cells, *error.args)))
                continue
            faulty += bool(found.faults)
            rows.append((cells["id"], *_told(found, asked)))
    except (UnreadableFile, OSError) as error:
        refuse(str(error))
    write_table(out, _HEADER, rows)
    write_bad(bad, _BAD, left_out)
    click.echo(f"{len(rows):,} 条答复 replies，{faulty:,} 条有毛病 with faults → {out}")


def _judged(asked: str, cells: dict[str, str]) -> "Quality":
    """A row's reply, checked; BadCell for a row without an id or with a time that is none."""
    from qifu.textmine.likeness.told import BadCell, time_of
    from qifu.textmine.reply_quality.judging import judge_reply

    if not cells.get("id"):
        raise BadCell("没有 id", "no id")
    due, at = (time_of(cells.get(name, "")) for name in ("due", "at"))
    if due is not None and ":" not in cells["due"]:
        due += timedelta(days=1)  # a day alone means until it is over
    return judge_reply(asked, cells.get("reply", ""), due=due, at=at)


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
