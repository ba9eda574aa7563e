"""Call the `qifu` command as a shell would, and write files of the register with made-up firms."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import CliRunner, Result

from qifu.cli.main import qifu
from qifu.organisations.models import Enterprise
from qifu.policies.models import MatchMemory
from qifu.policies.selectors.matching import match_facts
from tests.conftest import NOW
from tests.factories import made_up_uscc

ROOT = Path(__file__).parents[2]
DEMO_PACK = ROOT / "cities" / "shenzhen_demo"
HEADER = (
    "企业名称", "统一社会信用代码", "注册日期", "企业类型", "注册资金", "经营范围", "所在省份",
    "地区", "注册地址",
)  # fmt: skip
Row = Sequence[str]
NEW_UNIT = (
    '- code: SZ-NEW\n  name: {zh: 新局, en: "New bureau"}\n'
    "  parent: SZ-GOV\n  region: null\n  kind: department\n"
)


def change(file: Path, old: str, new: str) -> None:
    """The first `old` of a file becomes `new`."""
    text = file.read_text()
    assert old in text, f"{old!r} is not in {file.name}"
    file.write_text(text.replace(old, new, 1))


def run(*arguments: object, stdin: str | None = None) -> Result:
    """The command's result; an exception that a person would see as a trace fails the test."""
    done = CliRunner().invoke(qifu, [str(argument) for argument in arguments], input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def code(number: int) -> str:
    """A credit code with right check digits that no other test uses."""
    return made_up_uscc(60_000_000 + number)


def row(
    number: int,
    *,
    name: str | None = None,
    uscc: str | None = None,
    founded: str = "2015-03-02",
    form: str = "有限责任公司",
    capital: str = "600（万元）",
    scope: str = "服务",
    province: str = "广东",
    city: str = "深圳",
    address: str = "深圳市罗湖区一路1号",
) -> Row:
    """One row of the register; what is not said is good."""
    shown = f"测试登记企业{number}" if name is None else name
    known = code(number) if uscc is None else uscc
    return (shown, known, founded, form, capital, scope, province, city, address)


def write_csv(
    path: Path, rows: Iterable[Row], *, encoding: str = "utf-8", header: Row = HEADER
) -> Path:
    """A CSV file of the register."""
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([header, *rows])
    return path


def write_parquet(path: Path, rows: Iterable[Row], *, header: Row = HEADER) -> Path:
    """The same as Parquet; empty cells are null."""
    columns = zip(*rows, strict=True)
    table = {
        name: pa.array([cell or None for cell in column], pa.string())
        for name, column in zip(header, columns, strict=True)
    }
    pq.write_table(pa.table(table), path)
    return path


def bad_rows(path: Path) -> list[dict[str, str]]:
    """What is in a file of bad rows."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def lucky_firm() -> Enterprise:
    """A firm of the demo that can use something today and was never looked at."""
    for firm in Enterprise.objects.filter(organisation__made_up=True).order_by("pk"):
        if [r for r in match_facts(firm.facts, on=NOW.date()).eligible if r.status != "closed"]:
            MatchMemory.objects.filter(enterprise=firm).delete()
            return firm
    raise AssertionError("no firm of the demo can use anything")
