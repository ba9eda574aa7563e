"""`qifu rules`: check policies, report on one enterprise; no database, no Django."""

import gc
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from qifu.cli.rules_basis import (
    CITY_TIME,
    Basis,
    as_of_option,
    attributes_option,
    file_type,
    path_type,
    read_as_of,
    read_basis,
    reading,
    refuse,
)
from qifu.cli.rules_match import match
from qifu.cli.rules_snapshot import snapshot
from qifu.cli.rules_text import print_report
from qifu.rulebook.cases import parse_cases, run_cases
from qifu.rulebook.check import check_documents
from qifu.rulebook.documents import (
    CASES,
    SUFFIXES,
    Document,
    load_documents,
    load_file,
    load_one,
)
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.policy import Policy, read_policies
from qifu.rulebook.report import report


@click.group()
def rules() -> None:
    """政策条件 · Conditions of policies: check them, report on one enterprise."""
    # a short run over many small objects: looking for garbage would only cost time
    gc.disable()


rules.add_command(match)
rules.add_command(snapshot)


@rules.command()
@click.argument("policies", nargs=-1, required=True, type=path_type)
@attributes_option
@as_of_option
@click.option("--cases", is_flag=True, help="Also run the rule cases in `cases` folders.")
def check(
    policies: tuple[Path, ...], attributes: Path | None, as_of: str | None, cases: bool
) -> None:
    """检查政策文件 · Lint policies: files, JSON lines or folders.

    Prints every finding with file and path; exit 1 where there is an error. Warnings do not fail.
    """
    basis = read_basis(attributes)
    documents: list[Document] = []
    errors: list[Finding] = []
    for place in policies:
        found, unreadable = load_documents(place, without=[attributes] if attributes else [])
        documents += found
        errors += unreadable
    on = read_as_of(as_of) or basis.catalogue.as_of or datetime.now(CITY_TIME).date()
    checked = check_documents(documents, basis.catalogue, on=on)
    failures = _cases(policies, checked.policies, basis, errors) if cases else []
    errors += checked.errors
    for finding in errors:
        click.echo(f"错误 error: {finding}")
    for finding in checked.warnings:
        click.echo(f"提醒 warning: {finding}")
    for failure in failures:
        click.echo(f"案例 case: {failure}")
    bad = len(errors) + len(failures)
    click.echo(
        f"{len(documents)} 份政策，{bad} 处错误，{len(checked.warnings)} 处提醒 · "
        f"{len(documents)} policies, {bad} errors, {len(checked.warnings)} warnings"
    )
    if bad:
        raise SystemExit(1)


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
    on = read_as_of(as_of) or basis.catalogue.as_of
    if on is None:
        refuse(
            "没有日期：请用 --as-of，或在属性文件里写 as_of · "
            "no day: give --as-of D, or as_of in the attributes file"
        )
    others = [file for file in (attributes, facts) if file is not None]
    documents, unreadable = load_documents(policies, without=others)
    read, findings = read_policies(documents, basis.catalogue)
    if unreadable or findings:
        refuse(*unreadable, *findings)
    known = reading(lambda: _facts(facts, basis, on))
    made = reading(lambda: report(read, known, basis.catalogue, as_of=on, derived=basis.derived))
    if as_json:
        click.echo(json.dumps(made.to_json(), ensure_ascii=False, indent=2))
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


def _cases(
    places: Iterable[Path], policies: Iterable[Policy], basis: Basis, errors: list[Finding]
) -> list[str]:
    """Run every case that lies in a `cases` folder below the places."""
    known: dict[str, list[Policy]] = {}
    for policy in policies:
        known.setdefault(policy.id, []).append(policy)
    failures: list[str] = []
    folders = {folder for place in places if place.is_dir() for folder in place.rglob(CASES)}
    for file in sorted(f for folder in folders for f in folder.iterdir() if f.suffix in SUFFIXES):
        try:
            for document in load_file(file):
                read = parse_cases(document.data, file=str(file), lines=document.lines)
                if read.policy not in known:
                    message = "cases of a policy that is not here"
                    errors.append(Finding("policy", "policy", message, read.policy, "", str(file)))
                for policy in known.get(read.policy, [])[-1:]:
                    failures += run_cases(
                        policy, read.cases, basis.catalogue, prepare=basis.with_derived
                    )
        except RuleError as error:
            errors += error.findings
    return failures
