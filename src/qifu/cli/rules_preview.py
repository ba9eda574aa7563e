"""`qifu rules preview`: whom one policy would reach, and what it would cost; no database."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qifu.cli.rules_basis import (
    as_of_option,
    attributes_option,
    file_type,
    read_basis,
    refuse,
    the_day,
)
from qifu.cli.rules_inputs import tell_missing
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.dates import Period, read_day
from qifu.rulebook.documents import load_documents
from qifu.rulebook.policy import Policy, read_policies
from qifu.rulebook.units import BASE, convert, family

if TYPE_CHECKING:
    from qifu.rulebook.engine.preview import Sliding
    from qifu.rulebook.engine.sliding import NoSuchCondition, Target


@click.command()
@click.option("--policy", "file", required=True, type=file_type, help="One policy, YAML or JSON.")
@click.option("--enterprises", required=True, type=file_type, help="Parquet, a column a fact.")
@attributes_option
@as_of_option
@click.option("--against", type=file_type, help="An earlier version, to compare with.")
@click.option("--slide", multiple=True, metavar="ID", help="Only this condition; repeatable.")
@click.option("--from", "first", metavar="V", help="With one --slide: its first value.")
@click.option("--to", "last", metavar="V", help="With one --slide: its last value.")
@click.option("--steps", type=click.IntRange(2, 1000), default=40, show_default=True)
@click.option(
    "--age-bands", default="1,3,5,10,20", show_default=True, metavar="YEARS",
    help="Full years at which a band of age begins.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def preview(
    file: Path,
    enterprises: Path,
    attributes: Path | None,
    as_of: str | None,
    against: Path | None,
    slide: Sequence[str],
    first: str | None,
    last: str | None,
    steps: int,
    age_bands: str,
    as_json: bool,
    lang: str,
) -> None:
    """政策预评估 · Whom a policy would reach, what it would cost, what a threshold does.

    A value of --from and --to is written like the policy's own: a figure in its unit, a day, P5Y.
    """
    basis = read_basis(attributes)
    on = the_day(as_of, basis.catalogue)
    policy = _one(file, basis.catalogue)
    before = None if against is None else _one(against, basis.catalogue)
    bands = _bands(age_bands)
    import pyarrow as pa

    from qifu.cli.rules_preview_text import print_preview
    from qifu.rulebook.engine.arrow import UnfitColumn
    from qifu.rulebook.engine.parquet import batches
    from qifu.rulebook.engine.preview import ROWS, keys_of
    from qifu.rulebook.engine.preview import preview as made
    from qifu.rulebook.engine.sliding import NoSuchCondition, NothingToTry

    try:
        slides = _slides(policy, slide, first, last)
        keys = keys_of(policy, basis.catalogue, as_of=on, against=before)
        found = made(
            policy, batches(enterprises, keys, ROWS), basis.catalogue, as_of=on, slides=slides,
            steps=steps, against=before, age_bands=bands,
        )  # fmt: skip
    except NoSuchCondition as error:
        refuse(_cannot_slide(error))
    except NothingToTry as error:
        refuse(f"{error.ident}：这两端之间没有可试的值 · {error}")
    except (UnfitColumn, pa.ArrowInvalid, OSError) as error:
        refuse(f"{enterprises}: {error}")
    tell_missing(found.missing)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=2))
    else:
        print_preview(found, language=lang, whole=bool(slide))


def _one(file: Path, catalogue: Catalogue) -> Policy:
    """The one policy of a file."""
    documents, unreadable = load_documents(file)
    read, findings = read_policies(documents, catalogue)
    if unreadable or findings:
        refuse(*unreadable, *findings)
    if len(read) != 1:
        refuse(f"{file}：要一份政策，有 {len(read)} 份 · needs one policy, holds {len(read)}")
    return read[0]


def _bands(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.strip().isdecimal() and len(part.strip()) < 4 for part in parts):
        raise click.BadParameter(
            f"{text!r}：年数用逗号分开，如 1,3,5 · full years with commas, like 1,3,5"
        )
    return tuple(sorted({int(part) for part in parts}))


def _slides(
    policy: Policy, idents: Sequence[str], first: str | None, last: str | None
) -> "list[Sliding] | None":
    from qifu.rulebook.engine.preview import Sliding
    from qifu.rulebook.engine.sliding import target

    if not idents:
        if first or last:
            raise click.UsageError("--from 和 --to 要和一个 --slide 一起用 · need one --slide")
        return None
    found = [one for ident in idents for one in target(policy, ident)]
    if (first or last) and len(found) != 1:
        known = ", ".join(one.ident for one in found)
        raise click.UsageError(f"--from 和 --to 只用于一个门槛：{known} · are for one threshold")
    return [
        Sliding(one.ident, _read(first, one, "--from"), _read(last, one, "--to")) for one in found
    ]


def _read(text: str | None, target: "Target", option: str) -> Any:
    """A value as the condition writes it: a figure in its unit, a day, a period."""
    if text is None:
        return None
    try:
        if isinstance(target.value, Period):
            return Period.parse(text)
        if isinstance(target.value, date):
            return read_day(text)
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
    except (ValueError, InvalidOperation):
        like = _like(target)
        raise click.BadParameter(
            f"{option} {text!r}：应当像 {like} · should look like {like}"
        ) from None
    unit = target.atom.unit
    if unit is None:
        return number
    return convert(number, unit, target.atom.attribute.unit or BASE.get(family(unit), unit))


def _like(target: "Target") -> str:
    if isinstance(target.value, Period):
        return "P5Y"
    return "2026-11-22" if isinstance(target.value, date) else "2000"


def _cannot_slide(error: "NoSuchCondition") -> str:
    from qifu.rulebook.engine.sliding import NoThreshold

    known = ", ".join(error.known) or "—"
    if isinstance(error, NoThreshold):
        return (
            f"条件 {error.ident} 没有可移动的门槛；可以用：{known} · "
            f"condition {error.ident} has no threshold; there are: {known}"
        )
    return (
        f"没有条件 {error.ident}；可以用：{known} · no condition {error.ident}; there are: {known}"
    )
