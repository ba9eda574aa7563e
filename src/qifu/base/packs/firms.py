"""Made-up firms for a demo: plausible, partly unknown, some with sources that disagree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple, TypeVar

from qifu.base.packs.codes import made_up_code
from qifu.base.packs.figures import Figures, figures_of
from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.facts import plain, split_key

# Sources that no made-up register could be: the system, an official, the firm itself.
NO_REGISTER = ("derived", "officer", "self")
# What a register alone knows of a firm.
REGISTERED = ("region", "industry", "legal_form", "founded", "registered_capital", "status")
T = TypeVar("T")


class MadeUpFact(NamedTuple):
    """What one source says of one attribute: a JSON value in the catalogue's unit."""

    attribute: str
    period: str | None
    value: Any
    source: str
    as_of: date


@dataclass(frozen=True)
class MadeUpFirm:
    """A firm that does not exist: a valid code under a region nobody has, a marked name, facts."""

    uscc: str
    name: str
    legal_form: str
    facts: tuple[MadeUpFact, ...]
    story: Mapping[str, str] | None = None


def make_firms(
    recipe: Mapping[str, Any], catalogue: Catalogue, *, seed: int, as_of: date, count: int
) -> Iterator[MadeUpFirm]:
    """`count` firms, those written by hand first; the same input gives the same firms.

    Firm n does not depend on how many are asked for. Facts whose attribute the catalogue does not
    have are left out; `figures` in the recipe says which figure an attribute of another name takes.
    """
    hand_made = recipe.get("hand_made") or []
    taken: set[str] = set()
    for row in hand_made[:count]:
        taken.add(str(row["name"]))
        yield _hand_made(row, catalogue, as_of)
    for number in range(max(0, count - len(hand_made))):
        firm = _Maker(recipe, catalogue, as_of, Random(f"{seed}:{number}")).firm(number, taken)
        taken.add(firm.name)
        yield firm


def _hand_made(row: Mapping[str, Any], catalogue: Catalogue, as_of: date) -> MadeUpFirm:
    facts = []
    for key, value in row["facts"].items():
        name, year = split_key(key)
        attribute = catalogue.get(name)
        if attribute is not None and value is not None:
            day = _last_day(year, as_of) if year else as_of - timedelta(days=40)
            source = _registers(attribute)[0]
            facts.append(MadeUpFact(name, str(year) if year else None, plain(value), source, day))
    for said in row.get("also") or []:
        if said["attr"] in catalogue:
            year = said.get("year")
            facts.append(
                MadeUpFact(
                    said["attr"],
                    str(year) if year else None,
                    plain(said["value"]),
                    str(said["source"]),
                    min(said["as_of"], as_of),
                )
            )
    form = str(row["facts"].get("legal_form", ""))
    return MadeUpFirm(str(row["uscc"]), str(row["name"]), form, tuple(facts), row.get("story"))


class _Maker:
    """Makes one firm from its own stream of random numbers."""

    def __init__(
        self, recipe: Mapping[str, Any], catalogue: Catalogue, as_of: date, random: Random
    ) -> None:
        self.recipe = recipe
        self.catalogue = catalogue
        self.as_of = as_of
        self.random = random

    def firm(self, number: int, taken: set[str]) -> MadeUpFirm:
        industry = _weighted(self.random, self.recipe["industries"])
        form = _weighted(self.random, self.recipe["forms"])
        district = _weighted(self.random, self.recipe["districts"])
        name = self.name(industry, form, taken)
        uscc = made_up_code(str(self.recipe["uscc_prefix"]), str(self.recipe["series"]), number)
        figures = figures_of(
            self.recipe["profiles"][industry["profile"]],
            industry=str(industry["code"]),
            form=str(form["code"]),
            region=str(district["code"]),
            elsewhere=str(self.recipe["districts"][0]["code"]),
            as_of=self.as_of,
            random=self.random,
        )
        return MadeUpFirm(uscc, name, str(form["code"]), tuple(self.facts(figures)))

    def name(self, industry: Mapping[str, Any], form: Mapping[str, Any], taken: set[str]) -> str:
        names = self.recipe["names"]
        number = ""
        while True:
            fancy = self.random.choice(names["first"]) + self.random.choice(names["second"])
            name = (
                f"{names['place']}{fancy}{number}{industry['field']}{form['suffix']}"
                f"{self.recipe['marker']}"
            )
            if name not in taken:
                return name
            # with few name parts and many firms the fancy name gets another character
            number = self.random.choice(names["second"])

    def facts(self, figures: Figures) -> Iterator[MadeUpFact]:
        """What is known of these figures, and what a second source says otherwise."""
        random, recipe = self.random, self.recipe
        only_register = random.random() < recipe["only_register"]
        city_only = random.random() < recipe["city_only"]
        division_only = random.random() < recipe["division_only"]
        called = {figure: name for name, figure in (recipe.get("figures") or {}).items()}
        for key, figure in figures.items():
            value = figure
            name, year = split_key(key)
            name = called.get(name, name)
            attribute = self.catalogue.get(name)
            # drawn for every figure, so that an attribute more or less changes no other fact
            luck, dice, days = random.random(), random.random(), random.randrange(5, 220)
            drift = random.uniform(0.88, 1.15)
            if attribute is None or (only_register and name not in REGISTERED):
                continue
            if name not in ("region", "founded", "legal_form") and luck < recipe["unknown"].get(
                attribute.group, 0.2
            ):
                continue
            if name == "region" and city_only:
                value = str(value)[:4] + "00"
            if name == "industry" and division_only:
                value = str(value)[:3]
            period = str(year) if year else None
            day = _last_day(year, self.as_of) if year else self.as_of - timedelta(days=days)
            sources = _registers(attribute)
            source = sources[1] if len(sources) > 1 and dice < 0.2 else sources[0]
            yield MadeUpFact(name, period, value, source, day)
            if luck > 1 - recipe["conflict"] and "self" in attribute.sources and source != "self":
                said = _otherwise(attribute, value, drift)
                if said != value:
                    later = min(day + timedelta(days=days), self.as_of)
                    yield MadeUpFact(name, period, said, "self", later)


def _otherwise(attribute: Attribute, value: Any, drift: float) -> Any:
    """What the firm itself says where registers say `value`: only figures drift."""
    if not attribute.numeric or isinstance(value, bool):
        return value
    said = value * drift
    if attribute.high is not None:
        said = min(said, float(attribute.high))
    if attribute.type == "integer":
        return int(said)
    return int(said // 1000 * 1000) if attribute.unit == "CNY" else round(said, 4)


def _registers(attribute: Attribute) -> Sequence[str]:
    known = [source for source in attribute.sources if source not in NO_REGISTER]
    return known or ["self"]


def _last_day(year: int, as_of: date) -> date:
    return min(date(year, 12, 31), as_of)


def _weighted(random: Random, rows: Sequence[T]) -> T:
    return random.choices(rows, weights=[row["weight"] for row in rows])[0]  # type: ignore[index]
