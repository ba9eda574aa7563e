"""`qifu enterprises`: size class and credit codes without a database; facts of a firm from it."""

import json
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

import click

from qifu.cli.firm_facts import facts
from qifu.cli.firms_export import export
from qifu.cli.rules_basis import default_city
from qifu.organisations.logic.register_values import validate_uscc
from qifu.rulebook.codes import INDUSTRY, CodeTree
from qifu.rulebook.documents import load_trees, pack_file
from qifu.rulebook.findings import RuleError
from qifu.rulebook.sizes import SizeResult, SizeRules, load_sizes, size_class

CITY_TIME = ZoneInfo("Asia/Shanghai")


class Yuan(click.ParamType[Decimal]):
    """An amount in yuan: 30000000, 30_000_000 or 12.50; not below zero."""

    name = "yuan"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """The exact amount, or the option's error."""
        text = str(value).strip()
        try:
            number = Decimal(text.replace("_", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not text.isascii():
            self.fail(f"不是金额 · not an amount in yuan: {value}", param, ctx)
        if number < 0:
            self.fail(f"不能为负数 · must not be negative: {value}", param, ctx)
        return number


@click.group()
def enterprises() -> None:
    """企业：划型、查代码、取事实 · Enterprises: size class, credit codes, facts."""


# the two commands here that need the database start Django when they run
enterprises.add_command(facts)
enterprises.add_command(export)


@enterprises.command()
@click.option("--industry", required=True, help="GB/T 4754-2017: C3511 or 3511.")
@click.option("--staff", type=click.IntRange(min=0), help="从业人员 · persons; left out: unknown.")
@click.option("--revenue", type=Yuan(), help="营业收入 · of the last year, in yuan.")
@click.option("--assets", type=Yuan(), help="资产总额 · at its end, in yuan.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the rule. Default: today.")
@click.option("--json", "as_json", is_flag=True, help="Print {size, category, rule, source}.")
def size(
    industry: str,
    staff: int | None,
    revenue: Decimal | None,
    assets: Decimal | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    """企业划型 · Size class by the dated limits of the city pack, and the rule applied."""
    tree, rules = _rules()
    code = tree.normalise(industry)
    if not tree.has(code):
        message = f"没有这个行业代码 · no such industry code: {industry}; {tree.describe()}"
        raise click.BadParameter(message, param_hint="--industry")
    day = on.date() if on else _today()
    try:
        result = size_class(code, staff, revenue, assets, on=day, rules=rules)
    except LookupError as error:
        message = f"{day} 没有可用的划型标准 · {error}"
        raise click.BadParameter(message, param_hint="--on") from None
    if as_json:
        click.echo(json.dumps(as_document(result), ensure_ascii=False))
        return
    click.echo(result.size or "—")
    for line in _lines(result):
        click.echo(line)


def as_document(result: SizeResult) -> dict[str, str | None]:
    """What other programs rely on: size, category (Chinese name), rule and source as text.

    Without a size the reason stands first in `rule`.
    """
    return {
        "size": result.size,
        "category": result.category_zh or None,
        "rule": " ".join(_lines(result)[:-1]),
        "source": result.source,
    }


def _lines(result: SizeResult) -> list[str]:
    lines = [result.reason_zh, result.reason_en, result.rule_zh, result.rule_en]
    return [*(line for line in lines if line), result.source]


def _today() -> date:
    return datetime.now(CITY_TIME).date()


def _rules() -> tuple[CodeTree, SizeRules]:
    folder = default_city()
    try:
        trees = load_trees(folder)
        file = pack_file(folder, "sizes.yaml")
        if file is None or INDUSTRY not in trees:
            raise click.ClickException(f"{folder}: no sizes.yaml or codes/industry.csv")
        return trees[INDUSTRY], load_sizes(file, trees[INDUSTRY])
    except RuleError as error:
        raise click.ClickException(str(error)) from None


@enterprises.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE…")
@click.option("--json", "as_json", is_flag=True, help="Print a list of {code, valid, zh, en}.")
def check(codes: tuple[str, ...], as_json: bool) -> None:
    """查统一社会信用代码 · Check credit codes; - reads them from standard input, one a line.

    Spaces, hyphens, small letters and full-width characters are read as what they stand for. Exit
    code 1 if any of them is wrong.
    """
    rows = []
    for given in _given(codes):
        # a code copied from a Chinese page may be full-width: Ｍ is M
        code, zh, en = validate_uscc(unicodedata.normalize("NFKC", given))
        rows.append({"code": code or given, "valid": code is not None, "zh": zh, "en": en})
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            told = "有效 · valid" if row["valid"] else f"{row['zh']} · {row['en']}"
            click.echo(f"{row['code']}  {told}")
    if not all(row["valid"] for row in rows):
        sys.exit(1)


def _given(codes: tuple[str, ...]) -> Iterator[str]:
    for code in codes:
        if code == "-":
            yield from filter(None, map(str.strip, sys.stdin))
        else:
            yield code
