"""`qifu rules`: check policies, report on one enterprise; no database, no Django."""

import gc
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click

from qifu.cli.rules_text import print_report
from qifu.rulebook.cases import parse_cases, run_cases
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.check import check_documents
from qifu.rulebook.dates import read_day
from qifu.rulebook.derive import derive, load_derived
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.documents import (
    CASES,
    SUFFIXES,
    Document,
    load_attributes,
    load_catalogue,
    load_documents,
    load_file,
    load_one,
    pack_file,
)
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.policy import Policy, read_policies
from qifu.rulebook.report import report
from qifu.rulebook.size_rules import SizeRules, parse_sizes
from qifu.rulebook.sizes import size_class

DEMO_CITY = Path("cities") / "shenzhen_demo"
CITY_TIME = ZoneInfo("Asia/Shanghai")
_T = TypeVar("_T")

_path = click.Path(path_type=Path)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_attributes = click.option(
    "--attributes", type=_file, help="Catalogue, JSON or YAML. Default: the city pack's."
)
_as_of = click.option("--as-of", metavar="D", help="Day, like 2026-11-22.")


@dataclass(frozen=True)
class Basis:
    """What policies are read against: the catalogue, and what a city pack derives."""

    catalogue: Catalogue
    derived: tuple[DerivedRule, ...] = ()
    sizes: SizeRules | None = None

    def with_derived(self, facts: Mapping[str, Any], as_of: date) -> Mapping[str, Any]:
        """The facts with those that follow from them by the pack's rules."""
        functions = {"size_class": self._size} if self.sizes else {}
        known, _ = derive(facts, self.derived, self.catalogue, as_of=as_of, functions=functions)
        return known

    def _size(
        self, industry: Any, staff: Any, revenue: Any, assets: Any, *, as_of: date
    ) -> str | None:
        if industry is None or self.sizes is None:
            return None
        try:
            return size_class(industry, staff, revenue, assets, on=as_of, rules=self.sizes).size
        except LookupError:
            # before the rule began there is no size
            return None


@click.group()
def rules() -> None:
    """政策条件 · Conditions of policies: check them, report on one enterprise."""
    # a short run over many small objects: looking for garbage would only cost time
    gc.disable()


@rules.command()
@click.argument("policies", nargs=-1, required=True, type=_path)
@_attributes
@_as_of
@click.option("--cases", is_flag=True, help="Also run the rule cases in `cases` folders.")
def check(
    policies: tuple[Path, ...], attributes: Path | None, as_of: str | None, cases: bool
) -> None:
    """检查政策文件 · Lint policies: files, JSON lines or folders.

    Prints every finding with file and path; exit 1 where there is an error. Warnings do not fail.
    """
    basis = _basis(attributes)
    documents: list[Document] = []
    errors: list[Finding] = []
    for place in policies:
        found, unreadable = load_documents(place, without=[attributes] if attributes else [])
        documents += found
        errors += unreadable
    on = _day(as_of) or basis.catalogue.as_of or datetime.now(CITY_TIME).date()
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
@click.option("--policies", required=True, type=_path, help="File, JSON lines or folder.")
@click.option("--facts", required=True, type=_file, help="Facts of one enterprise, JSON or YAML.")
@_attributes
@_as_of
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
    basis = _basis(attributes)
    on = _day(as_of) or basis.catalogue.as_of
    if on is None:
        _refuse(
            "没有日期：请用 --as-of，或在属性文件里写 as_of · "
            "no day: give --as-of D, or as_of in the attributes file"
        )
    others = [file for file in (attributes, facts) if file is not None]
    documents, unreadable = load_documents(policies, without=others)
    read, findings = read_policies(documents, basis.catalogue)
    if unreadable or findings:
        _refuse(*unreadable, *findings)
    known = _reading(lambda: _facts(facts, basis, on))
    made = _reading(lambda: report(read, known, basis.catalogue, as_of=on, derived=basis.derived))
    if as_json:
        click.echo(json.dumps(made.to_json(), ensure_ascii=False, indent=2))
    else:
        print_report(made, language=lang, everything=everything)


def default_city() -> Path:
    """The city pack: QIFU_CITY, else the demo city beside the project or the working folder."""
    given = os.environ.get("QIFU_CITY")
    if given:
        return Path(given)
    beside = Path(__file__).resolve().parents[3] / DEMO_CITY
    return beside if beside.is_dir() else DEMO_CITY


def _basis(attributes: Path | None) -> Basis:
    if attributes is not None:
        return Basis(_reading(lambda: load_attributes(attributes)))
    folder = default_city()
    if not folder.is_dir():
        _refuse(
            f"没有城市包 {folder}：请用 --attributes 或 QIFU_CITY · "
            f"no city pack {folder}: give --attributes or set QIFU_CITY"
        )
    return _reading(lambda: _city(folder))


def _city(folder: Path) -> Basis:
    catalogue = load_catalogue(folder)
    file = pack_file(folder, "sizes.yaml")
    sizes = parse_sizes(load_one(file), catalogue.trees.get("industry")) if file else None
    return Basis(catalogue, load_derived(folder, catalogue), sizes)


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


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return read_day(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} 不是日期 · not a day like 2026-11-22") from None


def _reading(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except RuleError as error:
        _refuse(*error.findings)


def _refuse(*words: object) -> NoReturn:
    for word in words:
        click.echo(f"错误 error: {word}", err=True)
    raise SystemExit(1)
