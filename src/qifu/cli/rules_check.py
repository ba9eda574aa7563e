"""`qifu rules check`: what is wrong with policies, and what looks like a mistake."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from qifu.cli.rules_basis import (
    CITY_TIME,
    Basis,
    as_of_option,
    attributes_option,
    path_type,
    read_as_of,
    read_basis,
    refuse,
)
from qifu.rulebook.cases import parse_cases, run_cases
from qifu.rulebook.check import check_documents
from qifu.rulebook.documents import CASES, SUFFIXES, Document, load_documents, load_file
from qifu.rulebook.finding_words import WORDS, as_json, in_chinese
from qifu.rulebook.findings import ERROR, Finding, RuleError
from qifu.rulebook.policy import Policy
from qifu.rulebook.texts import load_texts

_SAYS = {True: "错误 error", False: "提醒 warning"}
folder_type = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("policies", nargs=-1, required=True, type=path_type)
@attributes_option
@as_of_option
@click.option("--cases", is_flag=True, help="Also run the rule cases in `cases` folders.")
@click.option("--texts", type=folder_type, help="Quoted documents: .txt and .md, found by hash.")
@click.option("--only", multiple=True, metavar="CODE", help="Tell these findings only.")
@click.option("--without", multiple=True, metavar="CODE", help="Do not tell these findings.")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings, too.")
@click.option("--json", "as_json_", is_flag=True, help="给程序用 · for programs.")
def check(
    policies: tuple[Path, ...],
    attributes: Path | None,
    as_of: str | None,
    cases: bool,
    texts: Path | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    strict: bool,
    as_json_: bool,
) -> None:
    """检查政策文件 · Lint policies: files, JSON lines or folders.

    Prints every finding with file, path and code; docs/findings.md explains each code. Exit 1 where
    there is an error. Warnings do not fail, unless --strict.
    """
    for code in (*only, *without):
        if code not in WORDS:
            raise click.BadParameter(f"{code}: 没有这种代号，见 docs/findings.md · no such code")
    basis = read_basis(attributes)
    documents: list[Document] = []
    findings: list[Finding] = []
    for place in policies:
        found, unreadable = load_documents(place, without=[attributes] if attributes else [])
        documents += found
        findings += unreadable
    on = read_as_of(as_of) or basis.catalogue.as_of or datetime.now(CITY_TIME).date()
    # a catalogue alone does not say what follows from other facts
    derived = basis.derived if attributes is None else None
    checked = check_documents(
        documents, basis.catalogue, on=on, derived=derived, texts=_texts(texts)
    )
    if cases:
        findings += _cases(policies, checked.policies, basis)
    findings += (*checked.errors, *checked.warnings)
    told = [f for f in findings if (not only or f.code in only) and f.code not in without]
    errors = sum(finding.severity == ERROR for finding in told)
    if as_json_:
        shown = {
            "policies": len(documents),
            "errors": errors,
            "warnings": len(told) - errors,
            "findings": [as_json(finding) for finding in told],
        }
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        for finding in told:
            says = _SAYS[finding.severity == ERROR]
            click.echo(f"{says} {finding.code}: {finding} · {in_chinese(finding)}")
        click.echo(
            f"{len(documents)} 份政策，{errors} 处错误，{len(told) - errors} 处提醒 · "
            f"{len(documents)} policies, {errors} errors, {len(told) - errors} warnings"
        )
    if errors or (strict and told):
        raise SystemExit(1)


def _texts(folder: Path | None) -> dict[str, tuple[str, ...]] | None:
    if folder is None:
        return None
    try:
        return load_texts(folder)
    except UnicodeDecodeError as error:
        refuse(f"{folder}: 不是 UTF-8 · a text is not UTF-8: {error}")


def _cases(places: Iterable[Path], policies: Iterable[Policy], basis: Basis) -> list[Finding]:
    """Run every case that lies in a `cases` folder below the places."""
    known: dict[str, list[Policy]] = {}
    for policy in policies:
        known.setdefault(policy.id, []).append(policy)
    found: list[Finding] = []
    folders = {folder for place in places if place.is_dir() for folder in place.rglob(CASES)}
    for file in sorted(f for folder in folders for f in folder.iterdir() if f.suffix in SUFFIXES):
        try:
            for document in load_file(file):
                read = parse_cases(document.data, file=str(file), lines=document.lines)
                if read.policy not in known:
                    message = "cases of a policy that is not here"
                    found.append(Finding("policy", "policy", message, read.policy, "", str(file)))
                for policy in known.get(read.policy, [])[-1:]:
                    told = run_cases(
                        policy, read.cases, basis.catalogue, prepare=basis.with_derived
                    )
                    found += (Finding("case", "cases", words, file=str(file)) for words in told)
        except RuleError as error:
            found += error.findings
    return found
