"""What the rules suggest for a case: matter, exclusion, unit, repeats. A person decides."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from django.utils import timezone

from qifu.appeals.models import Appeal
from qifu.appeals.selectors.similar import Similar, similar_cases
from qifu.appeals.selectors.visible import may_see
from qifu.appeals.states import CLOSED
from qifu.base.city import City, city_of_load, current_city
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import facts_seen
from qifu.rulebook.routing import Route
from qifu.textmine.matters import MatterSuggestion
from qifu.textmine.matters import suggest as suggest_matters
from qifu.textmine.scope import ScopeSuggestion, look

# of the weight of all words that speak; below, the rules abstain and a person chooses the matter
SURE: Final = 0.5
MOST: Final = 3


@dataclass(frozen=True)
class Read:
    """What a text says by itself: matters and exclusions, the best first; the matter that a route
    may rely on ("" where the rules abstain), and the route for it."""

    matters: tuple[MatterSuggestion, ...]
    scope: tuple[ScopeSuggestion, ...]
    matter: str
    route: Route | None

    @property
    def abstained(self) -> bool:
        return not self.matter


@dataclass(frozen=True)
class Suggestions:
    """What speaks for what in one case. `unit` is the unit of the route, where it exists."""

    matters: tuple[MatterSuggestion, ...] = ()
    scope: tuple[ScopeSuggestion, ...] = ()
    matter: str = ""
    route: Route | None = None
    unit: Unit | None = None
    repeats: tuple[Similar, ...] = ()

    @property
    def repeats_of_own(self) -> tuple[Similar, ...]:
        """The earlier cases of the same firm among them."""
        return tuple(one for one in self.repeats if one.kind != "other_firm")


def suggest_for(actor: Actor, appeal: Appeal, *, now: datetime) -> Suggestions:
    """Matters, exclusions, the unit by the responsibility list, and earlier cases.

    Nothing for a case that the actor may not see. A rule that asks a fact of the firm which the
    actor may not see does not fire, and the route says that it is not known. A matter that
    somebody chose is relied on; else the best one, where the words speak clearly enough.
    """
    if not may_see(actor, appeal):
        return Suggestions()
    city = current_city()
    repeats = tuple(similar_cases(actor, appeal, now=now))
    firm = appeal.enterprise
    today = timezone.localdate(now)
    read = read_text(
        city,
        appeal.text,
        title=title_of(appeal),
        matter=appeal.matter,
        region=appeal.region or (firm.region if firm else ""),
        facts=facts_seen(actor, firm, on=today) if firm else {},
        repeat_of=repeated(repeats),
        as_of=today,
        gone=gone_units(today),
    )
    return Suggestions(
        matters=read.matters,
        scope=read.scope,
        matter=read.matter,
        route=read.route,
        unit=_unit(read.route),
        repeats=repeats,
    )


def read_text(
    city: City,
    text: str,
    *,
    as_of: date,
    title: str = "",
    matter: str = "",
    region: str = "",
    facts: Mapping[str, Any] | None = None,
    repeat_of: str | None = None,
    gone: Collection[str] = (),
) -> Read:
    """What the rules of a pack say of a text; no query. `facts` are flat, of the firm.

    `gone` are the codes of dissolved units, `repeat_of` the number of the case that it repeats.
    """
    whole = f"{title}\n{text}" if title else text
    matters = tuple(suggest_matters(whole, city.matters, title=len(title), most=MOST))
    known = {one.code for one in city.matters}
    relied = matter if matter in known else ""
    if not relied and matters and matters[0].score >= SURE:
        relied = matters[0].code
    outside, home = place_words(city.load_id)
    rules = city.scope
    scope = (
        look(whole, rules, region_words=outside, home_words=home, repeat_of=repeat_of)
        if rules
        else []
    )
    route = None
    if relied and city.dispatch:
        route = city.dispatch.route(relied, region or None, facts or {}, as_of=as_of, gone=gone)
    return Read(matters, tuple(scope), relied, route)


def as_rows(found: Suggestions, city: City) -> dict[str, dict[str, Any]]:
    """What `record_suggestions` keeps, by what it is about; nothing suggested is kept as such."""
    pack = f"{city.pack} {city.version}"
    units = []
    if found.route is not None:
        why = found.route.rule or "fallback"
        units = [{"code": found.route.unit, "score": 1, "why": why}]
    matters = [
        _row(m.code, m.score, "、".join(_once(s.word for s in m.words))) for m in found.matters
    ]
    scope = [_row(one.code, one.score, one.why.zh) for one in found.scope]
    repeats = [_row(one.appeal.number, one.score, one.kind) for one in found.repeats]
    return {
        "matter": {"model": f"keywords {pack}", "top": matters[:MOST]},
        "scope": {"model": f"scope {pack}", "top": scope[:MOST]},
        "unit": {"model": pack, "top": units},
        "repeat": {"model": "minhash", "top": repeats[:MOST]},
    }


def title_of(appeal: Appeal) -> str:
    """A title that somebody wrote; one made from the beginning of the text is no second word."""
    made = appeal.text.startswith(appeal.title.rstrip("…"))
    return "" if made else appeal.title


def repeated(repeats: Collection[Similar]) -> str | None:
    """The number of the firm's own case that is filed again without new facts; None for none.

    One that was withdrawn, refused or never supplied with facts was not answered: filing it again
    is no repeat.
    """
    for one in repeats:
        again = one.kind == "after_closure" and one.appeal.state in CLOSED
        if one.kind == "same_case" or again:
            return one.appeal.number
    return None


def gone_units(on: date) -> frozenset[str]:
    """The codes of the units that are dissolved on a day."""
    gone = Unit.objects.filter(dissolved_on__lte=on)
    return frozenset(gone.values_list("organisation__code", flat=True))


@lru_cache(maxsize=4)
def place_words(load_id: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of provinces and cities elsewhere, and of the city with its districts.

    Counties elsewhere are left out: their names (城区, 朝阳区) stand in too many addresses.
    """
    city = city_of_load(load_id)
    tree = city.catalogue.trees["region"]
    home = {code for code in tree if tree.is_under(code, city.region)}
    above = {code for code in tree if tree.is_under(city.region, code)}
    outside = [code for code in tree if len(code) <= 4 and code not in home | above]
    return tuple(tree.label(code) for code in outside), tuple(tree.label(code) for code in home)


def _unit(route: Route | None) -> Unit | None:
    if route is None:
        return None
    found = Unit.objects.select_related("organisation").filter(
        organisation__kind="unit", organisation__code=route.unit
    )
    return found.first()


def _row(code: str, score: float, why: str) -> dict[str, Any]:
    return {"code": code, "score": round(score, 4), "why": why[:200]}


def _once(words: Any) -> list[str]:
    return list(dict.fromkeys(words))
