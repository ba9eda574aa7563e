"""`qifu triage`: read texts – classes, repeats, topics; no database, no Django."""

import click

from qifu.cli.triage_model import card, predict, train


@click.group()
def triage() -> None:
    """读文本 · Read texts: train a classifier, use it."""


triage.add_command(train)
triage.add_command(predict)
triage.add_command(card)
