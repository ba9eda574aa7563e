"""The city pack in force: catalogue, roles, texts, size rules, look; read from its last load."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.base.errors import Refused
from qifu.base.models import CityLoad
from qifu.base.packs import trees_of
from qifu.base.zones import Zone, parse_zones, zone_of_region
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.clock_rules import ClockRules, parse_clock_rules
from qifu.rulebook.derive import derive
from qifu.rulebook.derived_reading import parse_derived
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.facts import Fact, plain, read_facts
from qifu.rulebook.findings import RuleError
from qifu.rulebook.routing import DispatchCatalog, parse_dispatch
from qifu.rulebook.size_rules import SizeRules, parse_sizes
from qifu.rulebook.sizes import size_class
from qifu.rulebook.words import Words as Bilingual
from qifu.textmine.matters import Matter, parse_matters
from qifu.textmine.scope import ScopeRules, parse_scope

Words = Mapping[str, str]
# what the quick diagnosis asks where the pack names nothing: what every register knows
DIAGNOSIS = ("region", "industry", "founded")


class NoCity(Refused):
    """Nothing has been loaded yet."""

    code = "no_city"


@dataclass(frozen=True)
class Role:
    """A role of the pack: whom it is for (enterprise or unit) and what it may do."""

    code: str
    name: Words
    for_: str
    may: frozenset[str]

    @property
    def owns(self) -> bool:
        """Whether it is a firm's own head: somebody of the firm who decides on its people."""
        return self.for_ == "enterprise" and "people.manage" in self.may


@dataclass(frozen=True)
class City:
    """Everything that differs from city to city and is not a row of its own."""

    load_id: int
    pack: str
    version: str
    name: Words
    site_name: Words
    notice: Words
    region: str
    accent: str
    languages: tuple[str, ...]
    made_up: bool
    promises: Mapping[str, int]
    catalogue: Catalogue
    roles: Mapping[str, Role]
    notices: Mapping[str, Mapping[str, Words]]
    sizes: SizeRules
    derived: tuple[DerivedRule, ...]
    documents: Mapping[str, Any] = field(repr=False)

    @property
    def groups(self) -> Mapping[str, Words]:
        return {code: {"zh": zh, "en": en} for code, (zh, en) in self.catalogue.groups.items()}

    @property
    def sources(self) -> Mapping[str, Words]:
        return {code: {"zh": zh, "en": en} for code, (zh, en) in self.catalogue.sources.items()}

    def speaks(self, language: str) -> bool:
        """Whether pages and messages exist in a language: `zh`, `en`, or a tag such as zh-hans."""
        return language.partition("-")[0] in self.languages

    @property
    def diagnosis(self) -> tuple[str, ...]:
        """The attributes that the quick diagnosis asks for, in its order."""
        asked = self.documents["pack"].get("diagnosis") or DIAGNOSIS
        return tuple(name for name in asked if name in self.catalogue)

    @property
    def level_names(self) -> Mapping[str, Words]:
        """The pack's own words for the levels of policies; empty where it has none."""
        return self.documents["pack"].get("levels") or {}

    @property
    def owner_role(self) -> str:
        """The role of whoever gets a firm's account: the first that manages a firm's people."""
        return next(role.code for role in self.roles.values() if role.owns)

    def role_with(self, permission: str) -> str:
        """The first role of the pack that holds a permission; KeyError where none does."""
        for role in self.roles.values():
            if permission in role.may:
                return role.code
        raise KeyError(permission)

    def with_derived(
        self, facts: Mapping[str, Any], *, as_of: date
    ) -> tuple[dict[str, Any], Mapping[str, tuple[str, ...]]]:
        """Facts with those that follow from them, as plain JSON values, and for each of these
        the keys that it follows from."""
        facts = self.usable(facts)
        known, whence = self.known(facts, as_of=as_of)
        whole = dict(facts)
        for key in whence:
            whole[key] = plain(known[key])
        return whole, whence

    def known(
        self, facts: Mapping[str, Any], *, as_of: date
    ) -> tuple[dict[str, Fact], Mapping[str, tuple[str, ...]]]:
        """The same, every value in the one form that the rulebook reads."""
        functions = {"size_class": self._size_of}
        try:
            return derive(facts, self.derived, self.catalogue, as_of=as_of, functions=functions)
        except RuleError:
            # hardly ever: most facts are usable, and looking first would read all of them twice
            usable = self.usable(facts)
            return derive(usable, self.derived, self.catalogue, as_of=as_of, functions=functions)

    @property
    def appeals(self) -> Mapping[str, Any]:
        """appeals.yaml as it was loaded; empty where the city takes no appeals."""
        return self.documents.get("appeals") or {}

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Prepared answers as they were loaded, days as ISO text."""
        return self.documents.get("answers") or []

    @property
    def reply_templates(self) -> list[dict[str, Any]]:
        """Texts that a reply may begin with, as they were loaded."""
        return self.documents.get("reply_templates") or []

    @property
    def synonyms(self) -> list[dict[str, Any]]:
        """Groups of words that search takes for the same, as they were loaded."""
        return self.documents.get("synonyms") or []

    @cached_property
    def logo(self) -> bytes:
        """A PNG, or nothing where the city has no logo."""
        return b64decode(self.documents.get("logo") or "")

    @property
    def channels(self) -> Mapping[str, Any]:
        """channels.yaml as it was loaded: where a firm can turn; empty where the city has none."""
        return self.documents.get("channels") or {}

    @property
    def zones(self) -> list[dict[str, Any]]:
        """The fronts of districts as they were loaded, in the order of the pack."""
        return self.documents.get("zones") or []

    @cached_property
    def fronts(self) -> tuple[Zone, ...]:
        """The same, read; empty where the city has one front for all."""
        return parse_zones(self.zones, self.documents["units"])

    def zone(self, code: str) -> Zone | None:
        """The front with this code, or None."""
        return next((zone for zone in self.fronts if zone.code == code), None)

    def zone_of_region(self, region: str) -> Zone | None:
        """The front for firms registered in a region, or None."""
        return zone_of_region(self.fronts, region)

    def zone_of_host(self, host: str) -> Zone | None:
        """The front that a host name (without port) opens on, or None."""
        return next((zone for zone in self.fronts if host.lower() in zone.hosts), None)

    @property
    def laws(self) -> list[dict[str, Any]]:
        """Statutes of the pack: {code, title: {zh, en}, level, in_force_from, text}."""
        return self.documents.get("laws") or []

    @cached_property
    def matters(self) -> tuple[Matter, ...]:
        """What firms bring, in the order of the pack; empty where it has none."""
        document = self.documents.get("matters")
        return parse_matters(document) if document else ()

    @cached_property
    def dispatch(self) -> DispatchCatalog | None:
        """The responsibility list, or None."""
        document = self.documents.get("dispatch")
        if not document:
            return None
        return parse_dispatch(
            document,
            self.catalogue,
            units=frozenset(str(unit["code"]) for unit in self.documents["units"]),
            matters=frozenset(matter.code for matter in self.matters),
        )

    @cached_property
    def clock_rules(self) -> ClockRules:
        """Every rule set of the pack; which one is in force stands in `appeals`."""
        document = self.documents.get("clocks")
        return parse_clock_rules(document) if document else ClockRules(())

    @cached_property
    def scope(self) -> ScopeRules:
        """What is not taken in and where it goes instead; nothing where the pack says nothing."""
        document = self.documents.get("scope")
        return parse_scope(document) if document else ScopeRules(Bilingual("", ""), ())

    @cached_property
    def open_catalogue(self) -> Catalogue:
        """The catalogue for pages: what only a bound of a fact would cap, they do not promise."""
        return self.catalogue.opened

    @cached_property
    def facts_stamp(self) -> str:
        """Changes with everything that says how facts are read and what follows from them."""
        rules = json.dumps([self.documents["derived"], self.documents["sizes"]], sort_keys=True)
        return f"{self.catalogue.content_hash}:{hashlib.sha256(rules.encode()).hexdigest()}"

    def usable(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        """The facts that the catalogue can read; a code that a newer pack dropped is unknown.

        What was stored under an older pack must never stop a firm's page.
        """
        try:
            read_facts(facts, self.catalogue)
            return facts
        except RuleError:
            return {key: value for key, value in facts.items() if self._reads(key, value)}

    def _reads(self, key: str, value: Any) -> bool:
        try:
            read_facts({key: value}, self.catalogue)
        except RuleError:
            return False
        return True

    def _size_of(
        self, industry: Any, staff: Any, revenue: Any, assets: Any, *, as_of: date
    ) -> str | None:
        if industry is None:
            return None
        return size_class(industry, staff, revenue, assets, on=as_of, rules=self.sizes).size


def current_city() -> City:
    """The pack in force. One small query; the parsed pack is kept by load number."""
    newest = CityLoad.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        raise NoCity(_("还没有载入城市数据包。请管理员运行 qifu city load。"))
    return city_of_load(newest)


@lru_cache(maxsize=8)
def city_of_load(load_id: int) -> City:
    """The pack as it was loaded under that number: an old report is replayed with its own."""
    load = CityLoad.objects.get(pk=load_id)
    documents = load.documents
    trees = trees_of(documents)
    catalogue = Catalogue.from_document(documents["attributes"], trees=trees)
    pack = documents["pack"]
    return City(
        load_id=load.pk,
        pack=load.pack,
        version=load.version,
        name=pack["name"],
        site_name=pack["site_name"],
        notice=pack.get("notice", {}),
        region=str(pack["region"]),
        accent=pack["colours"]["accent"],
        languages=tuple(pack["languages"]),
        made_up=bool(pack.get("made_up")),
        promises=pack["promises"],
        catalogue=catalogue,
        roles={
            row["code"]: Role(row["code"], row["name"], row["for"], frozenset(row["may"]))
            for row in documents["roles"]
        },
        notices=documents["notices"],
        sizes=parse_sizes(documents["sizes"], trees["industry"]),
        derived=parse_derived(documents["derived"], catalogue),
        documents=documents,
    )


@transaction.atomic
def record_load(
    *,
    pack: str,
    version: str,
    content_hash: str,
    documents: Mapping[str, Any],
    changes: list[dict[str, Any]],
    loaded_by: int | None,
    now: datetime,
) -> CityLoad:
    """Keep one load whole; it is in force from the commit of the caller's transaction."""
    return CityLoad.objects.create(
        pack=pack,
        version=version,
        content_hash=content_hash,
        content=json.dumps(documents, ensure_ascii=False),
        changes=changes,
        loaded_by=loaded_by,
        loaded_at=now,
    )


def all_loads() -> list[CityLoad]:
    """Every load ever, oldest first, without its documents (each is read when asked for)."""
    return list(CityLoad.objects.defer("content").order_by("pk"))


def last_load() -> CityLoad | None:
    """The load in force, with its documents, or None."""
    return CityLoad.objects.order_by("-pk").first()
