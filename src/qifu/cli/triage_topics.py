"""`qifu triage topics`: what many people write about, how hot it is, and how it grew."""

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.cli.triage_rows import check_places, in_file, out_file, read_rows, refuse, write_table

if TYPE_CHECKING:
    from qifu.textmine.topics.heat import Weights
    from qifu.textmine.topics.keeping import State

TOPICS = ("topic_id", "rank", "heat", "title", "from", "to", "place", "size")
MEMBERS = ("topic_id", "id")
GROWTH = ("topic_id", "day", "count")
STATE = "state.json"


@click.command()
@click.option(
    "--data",
    required=True,
    type=in_file,
    help="CSV: id, text, time[, title, place, supporters, uscc].",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="文件夹 · folder.",
)
@click.option("--top", type=click.IntRange(1), default=5, show_default=True)
@click.option("--as-of", help="热度按哪一天算 · the day of the heat (default: the newest row).")
@click.option("--weights", type=in_file, help="热度权重 JSON · weights of the heat.")
@click.option(
    "--places",
    type=in_file,
    help="地名和别名，表或每行一个 · names of places: a table with name, aliases, or one a line.",
)
@click.option(
    "--state",
    "state_file",
    type=out_file,
    help=f"昨天的话题编号 · yesterday's topics (default: OUT/{STATE}).",
)
def topics(
    data: Path,
    out: Path,
    top: int,
    as_of: str | None,
    weights: Path | None,
    places: Path | None,
    state_file: Path | None,
) -> None:
    """找热点话题 · Hot topics: topics.csv, members.csv, growth.csv."""
    from qifu.textmine.topics.finding import find_topics
    from qifu.textmine.topics.keeping import dump

    day, weighed = _day(as_of), _weights(weights)
    names = _places(places)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")
    path, bad = state_file or out / STATE, out / "bad.csv"
    tables = [out / f"{name}.csv" for name in ("topics", "members", "growth")]
    check_places([data, weights, places], [*tables, path, bad])
    state = _state(path)
    before = set(state.topics)
    rows = read_rows(data, bad, timed=True)
    found = find_topics(rows, state=state, as_of=day, weights=weighed, places=names, most=top)
    write_table(
        tables[0],
        TOPICS,
        (
            (t.id, t.rank, f"{t.heat.total:.2f}", t.name.title, *t.days, t.name.place,
             len(t.members))
            for t in found
        ),
    )  # fmt: skip
    write_table(tables[1], MEMBERS, ((t.id, m.id) for t in found for m in t.members))
    write_table(tables[2], GROWTH, ((t.id, d, n) for t in found for d, n in t.growth))
    try:
        path.write_text(dump(state), encoding="utf-8")
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")
    for topic in found:
        click.echo(
            f"{topic.rank}. {topic.id} {topic.heat.total:.1f} {topic.name.title} "
            f"({len(topic.members):,} 条 texts) {topic.days[0]} – {topic.days[1]}"
        )
    click.echo(
        f"{len(rows):,} 条 texts，话题 topics {len(state.topics):,}，"
        f"其中沿用 kept {len(before & set(state.topics)):,} → {out}"
    )


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        refuse(f"--as-of {written}: 不是日期 · no day; like 2026-09-29")


def _weights(path: Path | None) -> "Weights":
    from qifu.textmine.topics.heat import DEFAULTS, BadWeights, parse_weights

    if path is None:
        return DEFAULTS
    try:
        return parse_weights(_text(path))
    except BadWeights as error:
        refuse(f"{path.name}: {error}")


def _places(path: Path | None) -> dict[str, str]:
    from qifu.textmine.topics.places import parse_places

    try:
        return parse_places(_text(path)) if path is not None else {}
    except csv.Error as error:
        refuse(f"{path}: 不是表 · no table: {error}")


def _state(path: Path) -> "State":
    from qifu.textmine.topics.keeping import BadState, State, parse

    if not path.exists():
        return State()
    try:
        return parse(_text(path))
    except BadState as error:
        refuse(f"{path.name}: {error}")


def _text(path: Path) -> str:
    from qifu.base.table_files import UnreadableFile, encoding_of

    try:
        return path.read_text(encoding=encoding_of(path))
    except (UnreadableFile, OSError) as error:
        refuse(str(error))
