"""`qifu triage`: read texts – classes, repeats, topics, replies; no database, no Django."""

import click

from qifu.cli.triage_model import card, predict, train
from qifu.cli.triage_repeats import duplicates
from qifu.cli.triage_replies import replies
from qifu.cli.triage_topics import topics


@click.group()
def triage() -> None:
    """读文本 · Read texts: a classifier, repeats, hot topics, replies."""


triage.add_command(train)
triage.add_command(predict)
triage.add_command(card)
triage.add_command(duplicates)
triage.add_command(topics)
triage.add_command(replies)
