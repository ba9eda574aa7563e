"""Who and what the stateful tests play with: people of every side, cities, moments."""

import copy
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from qifu.appeals.states import Who
from qifu.base import journal
from qifu.base.city import City, city_of_load, last_load, record_load
from qifu.base.models import CityLoad
from qifu.organisations.models import Enterprise, Unit
from qifu.organisations.permissions import Actor
from tests.appeals.machine_shot import Shot
from tests.appeals.world import COORDINATOR, DISTRICT, INTAKE, LEAD, OTHER, unit
from tests.factories import NOW, EnterpriseFactory, enterprise_actor, officer
from tests.rulebook.clockwork import at, year_2027

SECOND_DESK = "SZ-SWJ"
MAY_BE_DISSOLVED = (LEAD, OTHER, DISTRICT, INTAKE, SECOND_DESK)
# before National Day, before a year whose calendar nobody knows, in the middle of it
STARTS = tuple(
    at(text)
    for text in (
        "2026-09-29 16:00", "2026-09-30 23:59", "2026-12-28 09:30", "2026-12-31 23:50",
        "2027-02-03 11:00", "2026-11-22 12:00",
    )
)  # fmt: skip
# every unit of a limit, closing hours, rolling; other desks; numbers at their ends
ODD_RULES = {
    "code": "odd", "version": 1, "name": {"zh": "少见的规则", "en": "odd rules"},
    "source": {"zh": "测试", "en": "test"}, "valid_from": "2026-01-01",
    "limits": [
        {"clock": "contact", "business_minutes": 120},
        {"clock": "acknowledge", "business_minutes": 240},
        {"clock": "objection", "calendar_days": 2, "roll": True},
        {"clock": "reply", "kinds": ["inquiry"], "business_minutes": 960},
        {"clock": "reply", "several": True, "calendar_days": 20, "roll": True},
        {"clock": "reply", "calendar_days": 7, "roll": True, "closing": "17:00"},
        {"clock": "info", "calendar_days": 3},
        {"clock": "callback", "business_minutes": 480},
        {"clock": "unrated", "working_days": 3},
        {"clock": "reopen", "working_days": 5},
        {"clock": "contest", "calendar_days": 3},
        {"clock": "extension", "kinds": ["inquiry"], "business_minutes": 480},
        {"clock": "extension", "calendar_days": 5},
    ],
    "numbers": {"callback_attempts": 2, "info_reminders": 1, "escalate_after": 0},
}  # fmt: skip
CITIES = (
    {"clocks": "sh_1515"},
    {"clocks": "fj_2510"},
    {"clocks": "gd_21015", "intake_unit": SECOND_DESK},
    {"clocks": "odd", "callback_unit": OTHER},
)
# 2027 as it may be published, and published again with a change
YEARS = (
    year_2027(),
    year_2027(makeup_workdays=["2027-01-09", "2027-02-14", "2027-05-08"]),
    year_2027(
        holidays=[
            {"from": "2027-01-01", "to": "2027-01-05", "name": "元旦"}
            if row["name"] == "元旦" else row
            for row in year_2027()["holidays"]
        ]
    ),
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """Made once; the examples find it all as it was, for each of them is undone."""

    firms: tuple[Enterprise, Enterprise]
    actors: dict[str, Actor]
    loads: tuple[int, ...]

    @cached_property
    def units(self) -> dict[str, Unit]:
        return {code: unit(code) for code in (LEAD, OTHER, DISTRICT, INTAKE, SECOND_DESK)}

    def sides(self, name: str, case: dict) -> set[Who]:
        """The sides of a case on which this person stands: told anew, not asked of the room."""
        actor, found = self.actors[name], set()
        here = actor.organisation_id
        if name in ("owner_a", "owner_b") and case["enterprise_id"] == here:
            found.add(Who.ENTERPRISE)
        if name.startswith("intake") and case["intake_unit_id"] in (None, here):
            found.add(Who.INTAKE)
        if name.startswith("handler") and case["lead_id"] == here:
            found.add(Who.HANDLER)
        if name == "coordinator":
            found.add(Who.COORDINATOR)
        if name == "callback":
            found.add(Who.CALLBACK)
        return found

    def sees(self, name: str, case: dict, shot: Shot) -> bool:
        """Whether the case may show in this person's lists and counts."""
        actor = self.actors[name]
        here, pk = actor.organisation_id, case["id"]
        if case["enterprise_id"] == here:
            return name.startswith("owner") or case["state"] != "draft"
        if case["state"] == "draft":
            return False
        if name.startswith("intake") or name == "coordinator":
            return True
        if name == "callback":
            return bool(shot.of("Callback", pk))
        if name.startswith("handler"):
            master = shot.cases.get(case["merged_into_id"], case)  # answered with it
            had = shot.of("Dispatch", pk, unit_id=here)
            return bool(had) or here in (case["lead_id"], master["lead_id"])
        return False

    def put_in_force(self, index: int) -> None:
        """One of the cities is the newest load; the others keep their numbers.

        What is put back is a stub: the parsed cities are kept, and nothing else is read of it.
        """
        wanted = self.loads[index]
        CityLoad.objects.filter(pk__gt=wanted).delete()
        there = set(CityLoad.objects.values_list("pk", flat=True))
        CityLoad.objects.bulk_create(
            [
                CityLoad(
                    pk=pk, pack="stub", version="", content_hash="", loaded_at=NOW, content="{}"
                )
                for pk in self.loads[: index + 1]
                if pk not in there
            ]
        )


def people() -> People:
    """Make everybody, and load the cities; call it in a transaction that is undone."""
    firms = (EnterpriseFactory.create(), EnterpriseFactory.create())
    actors = {
        "owner_a": enterprise_actor(firms[0]),
        "owner_b": enterprise_actor(firms[1]),
        "viewer_a": enterprise_actor(firms[0], "viewer"),
        "intake": officer("intake_officer", unit(INTAKE)),
        "intake_2": officer("intake_officer", unit(SECOND_DESK)),
        "handler_lead": officer("handler", unit(LEAD)),
        "handler_other": officer("handler", unit(OTHER)),
        "handler_district": officer("handler", unit(DISTRICT)),
        "colleague": officer("policy_officer", unit(LEAD)),
        "coordinator": officer("coordinator", unit(COORDINATOR)),
        "callback": officer("callback_officer", unit(INTAKE)),
    }
    loads = tuple(_load(index, changes) for index, changes in enumerate(CITIES))
    journal.seal()
    return People(firms, actors, loads)


def _load(index: int, changes: dict) -> int:
    load = last_load()
    documents = copy.deepcopy(load.documents)
    documents["appeals"] |= changes
    documents["clocks"]["rule_sets"] = [
        row for row in documents["clocks"]["rule_sets"] if row["code"] != "odd"
    ] + [ODD_RULES]
    made = record_load(
        pack=load.pack, version=f"{load.version}.{index}", content_hash=str(index),
        documents=documents, changes=[], loaded_by=None, now=NOW + timedelta(minutes=index),
    )  # fmt: skip
    _warm(city_of_load(made.pk))
    return made.pk


def _warm(city: City) -> None:
    """Parse what is parsed when it is first asked for: the stubs have nothing to read."""
    assert city.clock_rules and city.matters and city.scope and city.dispatch
