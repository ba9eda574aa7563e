"""`qifu appeals training`: cases with the matters that people gave them, masked, to train on."""

import csv
from pathlib import Path

import click

from qifu.cli.main import start_django


@click.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def training(out: Path) -> None:
    """导出训练数据 · Cases that people sorted, for `qifu triage train`: id, text, label, corrected.

    Numbers, addresses and names in the texts are masked (see docs/triage.md).
    """
    start_django()
    from qifu.appeals.selectors import command_line as desk
    from qifu.appeals.selectors.suggest import title_of
    from qifu.textmine.privacy import mask

    numbers, corrected, masked = desk.sorted_cases(), desk.corrected_matters(), 0
    try:
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("id", "text", "label", "corrected"))
            for appeal in desk.cases_by_number(numbers):
                title = title_of(appeal)
                text, found = mask(
                    f"{title}\n{appeal.text}" if title else appeal.text,
                    names=appeal.people,
                )
                masked += len(found)
                mark = "1" if appeal.pk in corrected else ""
                writer.writerow((appeal.number, text, appeal.matter, mark))
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    click.echo(
        f"{len(numbers):,} 件 cases，改过事项 corrected {len(corrected & set(numbers)):,}，"
        f"隐去 masked {masked:,} → {out}"
    )
