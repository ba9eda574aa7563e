"""`qifu city`: make, check, compare, load, undo and write out a city pack."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from qifu.cli.main import start_django
from qifu.cli.rules_basis import as_of_option, read_as_of

if TYPE_CHECKING:
    from qifu.base.packs import Pack
    from qifu.rulebook.findings import Finding

NOTHING_LOADED = "没有载入 · nothing was loaded"
# how many of the places that differ are named for one thing
MOST_PLACES = 5
PACK = click.argument("pack", type=click.Path(exists=True, file_okay=False, path_type=Path))
FOLDER = click.argument("folder", type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="给程序用 · for programs.")


@click.group()
def city() -> None:
    """城市数据包 · City packs: everything that differs from one city to the next."""


def _told(findings: Iterable["Finding"]) -> None:
    from qifu.rulebook.finding_words import in_chinese

    for finding in findings:
        click.echo(f"{finding} · {in_chinese(finding)}", err=True)


def _checked(pack: Path) -> bool:
    """Print every finding; whether there is none."""
    from qifu.base.packs import check_pack

    findings = check_pack(pack)
    _told(findings)
    return not findings


def _refused(error: Exception, last: str = "") -> NoReturn:
    click.echo(str(error), err=True)
    if last:
        click.echo(last, err=True)
    sys.exit(1)


def read_or_exit(pack: Path) -> "Pack":
    """The pack, or every finding and exit 1 where it cannot be used as a city."""
    from qifu.base.packs import read_pack
    from qifu.rulebook.findings import RuleError

    try:
        return read_pack(pack)
    except RuleError as error:
        _told(error.findings)
        sys.exit(1)


@city.command()
@FOLDER
@click.option("--id", "identity", required=True, help="英文代号 · letters, digits and _.")
@click.option("--name", required=True, help="城市的中文名称 · its Chinese name.")
@click.option("--name-en", required=True, help="城市的英文名称 · its English name.")
@click.option("--region", required=True, help="行政区划代码 · region code, 6 digits.")
@click.option("--languages", default="zh,en", show_default=True, help="zh or zh,en.")
def new(folder: Path, identity: str, name: str, name_en: str, region: str, languages: str) -> None:
    """Write a small, complete, commented pack of a new city into a new folder."""
    from qifu.base.packs.starter import NotEmpty, Wrong, new_pack

    try:
        files = new_pack(
            folder, id=identity, name=name, name_en=name_en, region=region,
            languages=tuple(part.strip() for part in languages.split(",")),
        )  # fmt: skip
    except NotEmpty:
        _refused(
            click.ClickException(f"{folder}: 不是空文件夹，没有写入 · not empty, nothing written")
        )
    except Wrong as error:
        _told(error.findings)
        sys.exit(1)
    for file in files:
        click.echo(str(file))
    click.echo(f"qifu city check {folder}")


@city.command()
@PACK
@AS_JSON
@as_of_option
def check(pack: Path, as_json: bool, as_of: str | None) -> None:
    """Check a pack: every finding with file, line, place and mend; exit 1 if one is an error.

    With --as-of also what has expired on that day.
    """
    from qifu.base.packs.check import read_and_check
    from qifu.rulebook.finding_words import as_json as told

    reading = read_and_check(pack, on=read_as_of(as_of))
    findings = reading.findings
    if as_json:
        _print([told(finding) for finding in (*findings, *reading.warnings)])
    elif findings or reading.warnings:
        _told((*findings, *reading.warnings))
        click.echo(
            f"{len(findings)} 处问题 findings, {len(reading.warnings)} 处提醒 warnings",
            err=True,
        )
    else:
        click.echo(f"{pack}: 没有问题 · no findings")
    if findings:
        sys.exit(1)


@city.command()
@PACK
@click.argument(
    "other", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@AS_JSON
def diff(pack: Path, other: Path | None, as_json: bool) -> None:
    """Show what loading PACK would change, or what differs from PACK to OTHER; exit 0."""
    if other is not None:
        from qifu.base.packs import diff as compare
        from qifu.base.packs import snapshot

        found = compare(snapshot(read_or_exit(pack)), snapshot(read_or_exit(other)))
        _show([{"kind": c.kind, "code": c.code, "what": c.what, "paths": list(c.paths)}
               for c in found], as_json)  # fmt: skip
        return
    start_django()
    from qifu.base.city import last_load
    from qifu.jobs.city import changes_of

    _show(changes_of(read_or_exit(pack), last_load()), as_json)


def _show(changes: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        _print(changes)
        return
    for change in changes:
        places = ", ".join(change["paths"][:MOST_PLACES])
        more = " …" if len(change["paths"]) > MOST_PLACES else ""
        where = f": {places}{more}" if places else ""
        click.echo(f"{change['what']:8} {change['kind']} {change['code']}{where}")
    click.echo(f"{len(changes)} 处变化 changes" if changes else "没有变化 · no difference")


def _print(data: object) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


@city.command()
@PACK
@click.option("--replace", is_flag=True, help="The pack of another city takes the place.")
def load(pack: Path, replace: bool) -> None:
    """Check a pack, show the difference, load it in one transaction. May be run again."""
    if not _checked(pack):
        click.echo(NOTHING_LOADED, err=True)
        sys.exit(1)
    start_django()
    from django.utils import timezone

    from qifu.base.city import last_load
    from qifu.base.errors import Refused
    from qifu.jobs.city import load_city

    read, before = read_or_exit(pack), last_load()
    if before and before.pack != read.id and not replace:
        # a slip of the folder would dissolve every unit
        click.echo(
            f"现在运行的是 {before.pack}，这是 {read.id}：确实要换成另一个城市，请加 --replace · "
            f"{before.pack} is running and this is {read.id}: to put another city in its place, "
            "add --replace",
            err=True,
        )
        click.echo(NOTHING_LOADED, err=True)
        sys.exit(1)
    try:
        outcome = load_city(read, now=timezone.now())
    except Refused as error:
        _refused(error, NOTHING_LOADED)
    for line in outcome:
        click.echo(line)


@city.command()
@AS_JSON
def history(as_json: bool) -> None:
    """Every load: number, when, who, pack, version, how much changed; the last is in force."""
    start_django()
    from django.utils.timezone import localtime

    from qifu.accounts.selectors import people_by_ids
    from qifu.base.city import all_loads

    loads = all_loads()
    people = people_by_ids({load.loaded_by for load in loads if load.loaded_by})
    rows = [
        {
            "number": load.pk,
            "when": localtime(load.loaded_at).isoformat(timespec="minutes"),
            "who": people[load.loaded_by].username if load.loaded_by in people else None,
            "pack": load.pack,
            "version": load.version,
            "changes": len(load.changes),
            "hash": load.content_hash,
        }
        for load in loads
    ]
    if as_json:
        _print(rows)
        return
    for row in rows:
        who = row["who"] or "命令行 · command line"
        click.echo(
            f"#{row['number']}  {row['when']}  {who}  {row['pack']} {row['version']}  "
            f"{row['changes']} 处变化 changes  {str(row['hash'])[:12]}"
        )
    click.echo(
        "最后一行是现行的 · the last line is in force" if rows else "没有载入过 · no load yet"
    )


@city.command()
@click.option("--to", type=int, help="载入的序号，见 history · number of a load.")
def undo(to: int | None) -> None:
    """Put the content of an earlier load in force again, as a new load; says what changed."""
    start_django()
    from django.utils import timezone

    from qifu.base.errors import Refused
    from qifu.jobs.city import undo_load

    try:
        outcome = undo_load(to=to, now=timezone.now())
    except Refused as error:
        _refused(error, "没有恢复 · nothing was undone")
    for line in outcome:
        click.echo(line)


@city.command()
@FOLDER
@click.option("--load", "number", type=int, help="某一次载入，见 history · one load, not now.")
def export(folder: Path, number: int | None) -> None:
    """Write the pack of the running system, with what was edited on pages, into a new folder."""
    start_django()
    from qifu.base.errors import Refused
    from qifu.base.packs import check_pack, documents_of
    from qifu.base.packs import documents_hash as hash_of
    from qifu.base.packs.writing import NotEmpty
    from qifu.jobs.city_export import export_city

    try:
        files, content = export_city(folder, load=number)
    except NotEmpty:
        _refused(
            click.ClickException(f"{folder}: 不是空文件夹，没有写入 · not empty, nothing written")
        )
    except Refused as error:
        _refused(error)
    for file in files:
        click.echo(str(file))
    if findings := check_pack(folder):
        _told(findings)
        sys.exit(1)
    if hash_of(documents_of(read_or_exit(folder))) != content:
        # the pack that it extends is another one here than when it was loaded
        click.echo(
            "写出的内容与系统里的不同：所引用的数据包（extends）已经变了 · "
            "what was written differs from the system: the pack that it extends has changed",
            err=True,
        )
        sys.exit(1)
    click.echo(f"{len(files)} 个文件 files  {content[:12]}")


@city.command()
@FOLDER
def schema(folder: Path) -> None:
    """Write the JSON Schema of every kind of file, for editors that help while typing."""
    from qifu.base.packs.schemas import write_schemas

    for file in write_schemas(folder):
        click.echo(str(file))
