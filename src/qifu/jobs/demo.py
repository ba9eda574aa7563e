"""The made-up firms and accounts of a demo city, from the recipe in its pack."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from qifu.base.city import current_city
from qifu.base.packs import Pack
from qifu.base.packs.firms import make_firms
from qifu.organisations.actions.made_up import (
    MadeUpFirm,
    load_made_up_firms,
    load_made_up_person,
)


@dataclass(frozen=True)
class DemoPerson:
    """An account of the demo, as it is shown to whoever starts it."""

    username: str
    password: str
    shown: str


def load_demo(
    pack: Pack,
    *,
    firms: int,
    now: datetime,
    progress: Callable[[int], None] = lambda count: None,
) -> list[DemoPerson]:
    """Firms and accounts that are not there yet; what was entered meanwhile stays."""
    city = current_city()
    recipe = pack.demo
    made = make_firms(
        recipe, city.catalogue, seed=int(recipe["seed"]), as_of=localdate(now), count=firms
    )
    load_made_up_firms(
        (MadeUpFirm(f.uscc, f.name, [(a, p or "", v, s, d) for a, p, v, s, d in f.facts])
         for f in made),
        catalogue=city.catalogue,
        now=now,
        progress=progress,
    )  # fmt: skip
    people = []
    for row in recipe["accounts"]:
        load_made_up_person(
            username=row["username"],
            password=str(recipe["password"]),
            display_name=row["name"]["zh"],
            language="zh-hans",
            roles=[(r["kind"], str(r["code"]), r["role"]) for r in row["roles"]],
            now=now,
        )
        names = " · ".join(dict.fromkeys(city.roles[r["role"]].name["zh"] for r in row["roles"]))
        english = " · ".join(dict.fromkeys(city.roles[r["role"]].name["en"] for r in row["roles"]))
        shown = " / ".join(dict.fromkeys((names, english)))  # once where a pack speaks one language
        people.append(DemoPerson(row["username"], str(recipe["password"]), shown))
    return people
