"""`qifu appeals index`: the search entries of cases that were there before the index was."""

import click

from qifu.cli.main import start_django


@click.command()
@click.option("--all", "everything", is_flag=True, help="全部重建 · make every entry anew.")
def index(everything: bool) -> None:
    """检索目录 · Make what cases and replies are found by, where it is missing or old.

    The worker does the same bit by bit. May be broken off and run again.
    """
    start_django()
    from django.utils import timezone

    from qifu.adapters import embeddings
    from qifu.appeals.actions import cases_to_index, entries_to_embed, make_index

    began = timezone.now()
    numbers = cases_to_index(everything=everything)
    with click.progressbar(length=len(numbers), label="诉求 appeals") as bar:
        done = make_index(numbers, progress=bar.update)
    seconds = (timezone.now() - began).total_seconds()
    click.echo(f"{done:,} 件已可检索 · cases can be found; {seconds:.0f} s")
    if embedder := embeddings.configured():
        lacking = len(entries_to_embed(embedder.name))
        click.echo(f"{lacking:,} 条答复还没有向量 · replies lack a vector: the worker makes them")
