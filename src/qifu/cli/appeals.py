"""`qifu appeals`: what the rules make of texts and of waiting cases, the journal told again."""

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qifu.cli.appeals_index import index
from qifu.cli.appeals_training import training
from qifu.cli.main import start_django

if TYPE_CHECKING:
    from qifu.appeals.selectors import Read

# the words for these columns in files of other systems
TEXT_COLUMNS = ("text", "内容", "诉求内容", "留言详情")
TITLE_COLUMNS = ("title", "标题", "主题", "留言主题")
READ_COLUMNS = (
    "line", "text", "matter", "score", "matters", "exclusion", "exclusion_score", "exclusion_why",
    "rule", "unit", "deputy", "fallback", "why", "tried",
)  # fmt: skip
ABSTAINED = "abstained"
SHOWN = 24


@click.group()
def appeals() -> None:
    """诉求 · Appeals: routing, suggestions, replay, the step table."""


appeals.add_command(training)
appeals.add_command(index)


@appeals.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--column", help="正文所在列 · the column of the text (default: text, 内容, 留言详情 …)."
)
@click.option("--region", default="", help="区划代码 · the region that all of them are in.")
@click.option(
    "--csv", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write every row there."
)
def route(file: Path, column: str | None, region: str, out: Path | None) -> None:
    """Scope, matter and unit for every text of a file: which rule fired, and the totals.

    CSV with a header, or one text a line (.txt); UTF-8 or GB18030. Nothing is stored.
    """
    start_django()
    from django.utils import timezone

    from qifu.appeals.selectors import read_text
    from qifu.appeals.selectors.suggest import gone_units
    from qifu.base.city import current_city
    from qifu.base.errors import Refused
    from qifu.base.table_files import UnreadableFile

    today = timezone.localdate(timezone.now())
    totals: dict[str, Counter[str]] = {
        "exclusion": Counter(),
        "matter": Counter(),
        "rule": Counter(),
    }
    rows = 0
    try:
        city = current_city()
        gone = gone_units(today)
        with _Table(out, READ_COLUMNS) as table:
            for line, title, text in _texts(file, column):
                read = read_text(city, text, title=title, region=region, as_of=today, gone=gone)
                rows += 1
                _count(totals, read)
                table.write(_row(line, text, read))
                if out is None:
                    click.echo(_shown(line, text, read))
    except (Refused, UnreadableFile) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{rows:,} 条 texts; {city.pack} {city.version}")
    _print_totals(totals)


@appeals.command()
@click.option(
    "--csv", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write every case there."
)
def suggest(out: Path | None) -> None:
    """The same and repeats for every case that waits to be taken in; keeps what was suggested.

    May be run again: while nobody decided, the last word of the rules stands.
    """
    start_django()
    from django.db import transaction
    from django.utils import timezone

    from qifu.appeals.actions import record_suggestions
    from qifu.appeals.selectors import Read, as_rows, suggest_for
    from qifu.appeals.selectors import command_line as desk
    from qifu.base.city import current_city
    from qifu.base.errors import Refused

    now = timezone.now()
    totals: dict[str, Counter[str]] = {
        "exclusion": Counter(), "matter": Counter(), "rule": Counter(), "repeat": Counter()
    }  # fmt: skip
    try:
        city = current_city()
        actor = desk.intake_desk(city)
        waiting = desk.waiting_cases()
        columns = ("number", *READ_COLUMNS[1:], "repeat_of", "repeat_kind", "repeat_score")
        with (
            _Table(out, columns) as table,
            click.progressbar(desk.cases_by_number(waiting), len(waiting), "诉求 appeals") as bar,
        ):
            for appeal in bar:
                found = suggest_for(actor, appeal, now=now)
                with transaction.atomic():
                    for about, said in as_rows(found, city).items():
                        record_suggestions(appeal, about=about, now=now, **said)
                read = Read(found.matters, found.scope, found.matter, found.route)
                _count(totals, read)
                best = next(iter(found.repeats), None)
                totals["repeat"][best.kind if best else "none"] += 1
                row = _row(0, appeal.text, read)
                if best:
                    row |= {
                        "repeat_of": best.appeal.number,
                        "repeat_kind": best.kind,
                        "repeat_score": f"{best.score:.2f}",
                    }
                table.write({**row, "number": appeal.number})
    except Refused as error:
        raise click.ClickException(str(error)) from None
    seconds = (timezone.now() - now).total_seconds()
    click.echo(
        f"{len(waiting):,} 件待受理 · cases wait; {city.pack} {city.version}; {seconds:.0f} s"
    )
    _print_totals(totals)


@appeals.command()
def replay() -> None:
    """Tell the journal of every case again; exit 1 with names where the stored state differs."""
    start_django()
    from qifu.appeals.selectors import replay_all

    wrong = 0
    for found in replay_all():
        wrong += 1
        why = f"（{'; '.join(found.why)}）" if found.why else ""
        said = f"存的是 stored {found.stored}，记录重放 replayed {found.replayed}"
        click.echo(f"{found.number}: {said}{why}", err=True)
    if wrong:
        click.echo(f"{wrong:,} 件与记录不符 · cases differ from the journal", err=True)
        sys.exit(1)
    click.echo("每一件的状态都与记录一致 · every case stands where its journal leads")


@appeals.command()
@click.option("--markdown", is_flag=True, help="As a table for docs/appeals.md.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="en", show_default=True)
def steps(markdown: bool, language: str) -> None:
    """The step table: from where, by whom, under which guard, to where."""
    start_django(tables=False)
    click.echo("\n".join(step_lines(language, markdown=markdown)))


def step_lines(language: str, *, markdown: bool) -> Iterator[str]:
    """The table line by line; a row for each step, in the table's order."""
    from django.utils import translation

    from qifu.appeals.states import STEPS, State

    order = [state.value for state in State]
    with translation.override("en" if language == "en" else "zh-hans"):
        head = ("from", "step", "words", "who", "guard", "to")
        if markdown:
            yield f"| {' | '.join(head)} |"
            yield f"|{'---|' * len(head)}"
        else:
            yield "\t".join(head)
        for step in STEPS.values():
            name = f"`{step.name}`" if markdown else step.name
            cells = (
                ", ".join(sorted((s.value for s in step.sources), key=order.index)),
                name if step.built else f"{name} (later)",
                str(step.words),
                ", ".join(who.value for who in step.who),
                str(step.guard),
                step.to.value if step.to else "—",
            )
            yield f"| {' | '.join(cells)} |" if markdown else "\t".join(cells)


def _texts(file: Path, column: str | None) -> Iterator[tuple[int, str, str]]:
    """Line, title, text of each row that has a text."""
    from qifu.base.table_files import UnreadableFile, encoding_of, read_csv

    if file.suffix.lower() == ".txt":
        with file.open(encoding=encoding_of(file)) as lines:
            for number, words in enumerate(lines, start=1):
                if words.strip():
                    yield number, "", words.replace("\0", "").strip()
        return
    rows = read_csv(file)
    _, header = next(rows)
    names = [cell.strip() for cell in header]
    text = _place(names, (column,) if column else TEXT_COLUMNS)
    if text is None:
        wanted = column or "、".join(TEXT_COLUMNS)
        raise UnreadableFile(f"{file.name}: 缺少列 · missing column: {wanted}")
    title = None if column else _place(names, TITLE_COLUMNS)
    for line, cells in rows:
        words = cells[text] if text < len(cells) else ""
        if words:
            yield line, cells[title] if title is not None and title < len(cells) else "", words


def _place(names: list[str], wanted: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _row(line: int, text: str, read: "Read") -> dict[str, Any]:
    from qifu.textmine.privacy import mask

    scope = read.scope[0] if read.scope else None
    route = read.route
    return {
        "line": line,
        "text": mask(" ".join(text.split()))[0][:60],
        "matter": read.matter or ABSTAINED,
        "score": f"{read.matters[0].score:.2f}" if read.matters else "",
        "matters": " ".join(f"{one.code}:{one.score:.2f}" for one in read.matters),
        "exclusion": scope.code if scope else "",
        "exclusion_score": f"{scope.score:.2f}" if scope else "",
        "exclusion_why": scope.why.zh if scope else "",
        "rule": route.rule or "" if route else "",
        "unit": route.unit if route else "",
        "deputy": route.deputy or "" if route else "",
        "fallback": "yes" if route and route.fallback else "",
        "why": route.why_zh if route else "",
        "tried": " | ".join(f"{one.rule}: {one.why_zh}" for one in route.tried) if route else "",
    }


def _shown(line: int, text: str, read: "Read") -> str:
    row = _row(line, text, read)
    rule = row["rule"] or ("fallback" if row["fallback"] else "—")
    start = row["text"][:SHOWN]
    scope = f"  ⚠ {row['exclusion']} {row['exclusion_score']}" if row["exclusion"] else ""
    return (
        f"{line:>6}  {row['matter']} {row['score']}  {rule} → {row['unit'] or '—'}{scope}  {start}"
    )


def _count(totals: Mapping[str, Counter[str]], read: "Read") -> None:
    totals["exclusion"][read.scope[0].code if read.scope else "none"] += 1
    totals["matter"][read.matter or ABSTAINED] += 1
    rule = "—" if read.route is None else f"{read.route.rule or 'fallback'} → {read.route.unit}"
    totals["rule"][rule] += 1


def _print_totals(totals: Mapping[str, Counter[str]]) -> None:
    heads = {
        "exclusion": "不受理建议 exclusion",
        "matter": "事项 matter",
        "rule": "派单规则 rule → unit",
        "repeat": "重复 repeat",
    }
    for name, counts in totals.items():
        click.echo(f"{heads[name]}:")
        every = sum(counts.values())
        for what, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            click.echo(f"  {count:>7,}  {count / every:>6.1%}  {what}")


class _Table:
    """A CSV file that opens with a mark for spreadsheets; without a path nothing is written."""

    def __init__(self, path: Path | None, columns: tuple[str, ...]) -> None:
        self._path, self._columns = path, columns

    def __enter__(self) -> "_Table":
        self._file = None
        if self._path is not None:
            try:
                self._file = self._path.open("w", newline="", encoding="utf-8-sig")
            except OSError as error:
                raise click.ClickException(f"{error.filename}: {error.strerror}") from None
            self._writer = csv.DictWriter(self._file, self._columns, extrasaction="ignore")
            self._writer.writeheader()
        return self

    def write(self, row: Mapping[str, Any]) -> None:
        """One row; a cell that a spreadsheet would run as a formula is made plain text."""
        if self._file is not None:
            self._writer.writerow({name: _plain(value) for name, value in row.items()})

    def __exit__(self, *exc: object) -> None:
        if self._file is not None:
            self._file.close()


def _plain(value: Any) -> Any:
    from qifu.jobs.bad_rows import FORMULA

    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
