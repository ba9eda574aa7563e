"""`qifu rules`: check policies, report on one enterprise; no database, no Django."""

import gc
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from qifu.cli.rules_basis import (
    Basis,
    as_of_option,
    attributes_option,
    file_type,
    path_type,
    read_basis,
    reading,
    refuse,
    the_day,
)
from qifu.cli.rules_check import check
from qifu.cli.rules_draft import draft
from qifu.cli.rules_match import match
from qifu.cli.rules_preview import preview
from qifu.cli.rules_snapshot import snapshot
from qifu.cli.rules_text import json_lines, print_report
from qifu.rulebook.documents import (
    Document,
    load_documents,
    load_one,
)
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.policy import read_policies
from qifu.rulebook.report import report


@click.group()
def rules() -> None:
    """政策条件 · Conditions of policies: check them, report on one enterprise."""
    # a short run over many small objects: looking for garbage would only cost time
    gc.disable()


rules.add_command(check)
rules.add_command(draft)
rules.add_command(match)
rules.add_command(preview)
rules.add_command(snapshot)


@rules.command("report")
@click.option("--policies", required=True, type=path_type, help="File, JSON lines or folder.")
@click.option(
    "--facts", required=True, type=file_type, help="Facts of one enterprise, JSON or YAML."
)
@attributes_option
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--all", "everything", is_flag=True, help="List what does not fit, too.")
def report_(
    policies: Path,
    facts: Path,
    attributes: Path | None,
    as_of: str | None,
    as_json: bool,
    lang: str,
    everything: bool,
) -> None:
    """一家企业对照全部政策 · One enterprise against all policies."""
    basis = read_basis(attributes)
    on = the_day(as_of, basis.catalogue)
    others = [file for file in (attributes, facts) if file is not None]
    documents, unreadable = load_documents(policies, without=others)
    read, findings = read_policies(documents, basis.catalogue)
    if unreadable or findings:
        refuse(*unreadable, *findings)
    known = reading(lambda: _facts(facts, basis, on))
    made = reading(lambda: report(read, known, basis.catalogue, as_of=on, derived=basis.derived))
    if as_json:
        click.echo("\n".join(json_lines(made)))
    else:
        print_report(made, language=lang, everything=everything)


def _facts(file: Path, basis: Basis, on: date) -> Mapping[str, Any]:
    document = load_one(file)
    try:
        return basis.with_derived(document.data, on)
    except RuleError as error:
        raise RuleError(
            Finding(f.code, f.path, f.message, f.found, f.allowed, str(file), _line(f, document))
            for f in error.findings
        ) from None


def _line(finding: Finding, document: Document) -> int | None:
    return document.lines.get(finding.path)
