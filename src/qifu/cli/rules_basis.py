"""What the commands on policies share: the catalogue they read against, options, refusals."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.dates import read_day
from qifu.rulebook.derive import derive, load_derived
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.documents import load_attributes, load_catalogue, load_one, pack_file
from qifu.rulebook.findings import RuleError
from qifu.rulebook.size_rules import SizeRules, parse_sizes
from qifu.rulebook.sizes import size_class

DEMO_CITY = Path("cities") / "shenzhen_demo"
CITY_TIME = ZoneInfo("Asia/Shanghai")
_T = TypeVar("_T")

path_type = click.Path(path_type=Path)
file_type = click.Path(exists=True, dir_okay=False, path_type=Path)
attributes_option = click.option(
    "--attributes", type=file_type, help="Catalogue, JSON or YAML. Default: the city pack's."
)
as_of_option = click.option("--as-of", metavar="D", help="Day, like 2026-11-22.")


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


def default_city() -> Path:
    """The city pack: QIFU_CITY, else the demo city beside the project or the working folder."""
    given = os.environ.get("QIFU_CITY")
    if given:
        return Path(given)
    beside = Path(__file__).resolve().parents[3] / DEMO_CITY
    return beside if beside.is_dir() else DEMO_CITY


def read_basis(attributes: Path | None) -> Basis:
    if attributes is not None:
        return Basis(reading(lambda: load_attributes(attributes)))
    folder = default_city()
    if not folder.is_dir():
        refuse(
            f"没有城市包 {folder}：请用 --attributes 或 QIFU_CITY · "
            f"no city pack {folder}: give --attributes or set QIFU_CITY"
        )
    return reading(lambda: _city(folder))


def _city(folder: Path) -> Basis:
    catalogue = load_catalogue(folder)
    file = pack_file(folder, "sizes.yaml")
    sizes = parse_sizes(load_one(file), catalogue.trees.get("industry")) if file else None
    return Basis(catalogue, load_derived(folder, catalogue), sizes)


def read_as_of(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return read_day(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} 不是日期 · not a day like 2026-11-22") from None


def the_day(as_of: str | None, catalogue: Catalogue) -> date:
    """The day that the option names, else the catalogue's; where there is none the command ends."""
    on = read_as_of(as_of) or catalogue.as_of
    if on is None:
        refuse(
            "没有日期：请用 --as-of，或在属性文件里写 as_of · "
            "no day: give --as-of D, or as_of in the attributes file"
        )
    return on


def reading(read: Callable[[], _T]) -> _T:
    try:
        return read()
    except RuleError as error:
        refuse(*error.findings)


def refuse(*words: object) -> NoReturn:
    for word in words:
        click.echo(f"错误 error: {word}", err=True)
    raise SystemExit(1)
