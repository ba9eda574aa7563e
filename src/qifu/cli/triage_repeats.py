"""`qifu triage duplicates`: which texts of a table repeat an earlier one."""

from collections import Counter
from pathlib import Path

import click

from qifu.cli.triage_rows import (
    bad_place,
    check_places,
    in_file,
    out_file,
    read_rows,
    write_table,
)

HEADER = ("id", "of", "score", "kind")
_WORDS = {
    "same_case": "同一件事",
    "after_closure": "办结后又来",
    "new_facts": "有新情况",
    "other_firm": "另一家企业",
}


@click.command()
@click.option(
    "--data", required=True, type=in_file, help="CSV: id, text[, title, uscc, time, closed_at]."
)
@click.option("--out", required=True, type=out_file, help="结果 · the table of repeats, CSV.")
@click.option(
    "--least", type=click.FloatRange(0.05, 1), help="从这个相似度起算重复 · a repeat from here up."
)
@click.option(
    "--days",
    type=click.IntRange(1),
    default=90,
    show_default=True,
    help="多少天内算重复，没有时间的行不管 · a repeat within so many days, where rows have a time.",
)
@click.option("--bad", type=out_file, help="坏行 · rows left out (default: OUT.bad.csv).")
def duplicates(data: Path, out: Path, least: float | None, days: int, bad: Path | None) -> None:
    """找重复的文本 · Texts that repeat an earlier one: id, of, score, kind.

    kind: same_case 同一件事, after_closure 办结后又来, new_facts 有新情况, other_firm 另一家企业.
    """
    from qifu.textmine.likeness.repeating import LEAST, find_repeats

    bad = bad_place(out, bad)
    check_places([data], [out, bad])
    rows = read_rows(data, bad)
    found = find_repeats(rows, least=LEAST if least is None else least, days=days)
    write_table(out, HEADER, ((one.id, one.of, f"{one.score:.4f}", one.kind) for one in found))
    kinds = Counter(str(one.kind) for one in found)
    click.echo(
        f"{len(rows):,} 条 texts，重复 repeats {len(found):,} → {out}\n"
        + "\n".join(f"  {_WORDS[kind]} {kind}: {kinds[kind]:,}" for kind in _WORDS)
    )
