"""Check a whole pack: every mistake in every file in one run, with file, line and mend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from qifu.base.packs.check_calendar import check_calendar
from qifu.base.packs.check_casework import check_casework
from qifu.base.packs.check_catalogue import (
    check_attributes,
    check_derived,
    check_sizes,
    read_trees,
)
from qifu.base.packs.check_channels import check_channels
from qifu.base.packs.check_demo import check_demo
from qifu.base.packs.check_people import check_notices, check_roles, check_units
from qifu.base.packs.check_policies import check_cases, check_policies
from qifu.base.packs.check_zones import check_zones
from qifu.base.packs.desk import Desk, contrast_with_white, is_colour
from qifu.base.packs.files import PackFiles, read_files
from qifu.base.packs.vocabulary import LANGUAGES, LEAST_CONTRAST, LEVELS
from qifu.rulebook.cases import CaseFile
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.check import lint
from qifu.rulebook.codes import REGION, CodeTree
from qifu.rulebook.derive import derive
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.findings import ERROR, Finding
from qifu.rulebook.policy import Policy
from qifu.rulebook.size_rules import SizeRules
from qifu.rulebook.sizes import size_class

_KEYS = (
    "id", "version", "extends", "name", "site_name", "region", "languages", "colours", "made_up",
    "notice", "currency", "time_zone", "promises", "diagnosis", "levels",
)  # fmt: skip
# What a city needs and a pack that others extend does not.
_CITY_KEYS = ("site_name", "region", "languages", "colours", "promises")
# what a city promises, in working days
_PROMISES = ("claim", "dispute")
# questions that somebody answers in a minute
MOST_ASKED = 10
_CITY_FILES = ("attributes", "units", "roles", "notices", "sizes")


@dataclass
class Reading:
    """A pack as far as it could be read, and everything that is wrong with it."""

    files: PackFiles
    trees: dict[str, CodeTree] = field(default_factory=dict)
    catalogue: Catalogue | None = None
    derived: tuple[DerivedRule, ...] | None = None
    sizes: SizeRules | None = None
    policies: tuple[Policy, ...] = ()
    warnings: list[Finding] = field(default_factory=list)
    cases: list[CaseFile] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """Everything that is wrong, in the order of files and lines, each once."""
        # what was found may be a list, so a finding cannot be a key itself
        unique = {str(finding): finding for finding in self.files.findings}
        return sorted(unique.values(), key=lambda f: (f.file, f.line or 0, f.path, f.message))


def check_pack(folder: Path) -> list[Finding]:
    """Every mistake in a pack, none hiding another; an empty list means it can be loaded."""
    return read_and_check(folder).findings


def read_and_check(folder: Path, *, run: bool = True, on: date | None = None) -> Reading:
    """Read a pack and look at everything in it; `run` also runs the rule cases.

    `on` is the day for policies that have expired.
    """
    files = read_files(Path(folder))
    reading = Reading(files)
    city = "attributes" in files.documents or files.data("units") is not None
    reading.trees = read_trees(files)
    pack = files.document("pack")
    if pack is not None:
        _check_pack_document(Desk(pack, files.findings), reading.trees, city=city)
    reading.sizes = check_sizes(files, reading.trees)
    if not city:
        return reading
    for kind in _CITY_FILES:
        if kind not in files.documents and not _unreadable(files, kind):
            where = str(files.folder / f"{kind}.yaml")
            files.findings.append(Finding("missing", "", "a city needs this file", file=where))
    check_calendar(files)
    units, roles = _check_people(reading)
    if (document := files.document("zones")) is not None:
        check_zones(Desk(document, files.findings), reading.trees.get(REGION), units)
    check_channels(files, reading.trees, units)
    reading.catalogue = check_attributes(files, reading.trees)
    if reading.catalogue is None:
        check_casework(files, None, units, None)
        return reading
    if pack is not None:
        _check_diagnosis(Desk(pack, files.findings), reading.catalogue)
    reading.derived = check_derived(files, reading.catalogue)
    reading.policies = check_policies(files.policies, reading.catalogue, units, files.findings)
    for finding in lint(
        reading.policies, files.policies, reading.catalogue, on=on, derived=reading.derived
    ):
        # in a pack an unknown policy is an error, which check_policies has told
        if finding.code != "excludes":
            told = files.findings if finding.severity == ERROR else reading.warnings
            told.append(finding)
    places = {
        str(d.data["id"]): d
        for d in files.policies
        if isinstance(d.data, Mapping) and d.data.get("id") is not None
    }
    reading.cases = check_cases(
        files.cases, reading.policies, places, reading.catalogue, files.findings,
        run=run, prepare=_prepare(reading),
    )  # fmt: skip
    check_casework(files, reading.catalogue, units, reading.policies)
    demo = files.document("demo")
    if demo is not None:
        check_demo(Desk(demo, files.findings), reading.catalogue, roles, units)
    return reading


def _unreadable(files: PackFiles, kind: str) -> bool:
    return any(Path(finding.file).stem == kind for finding in files.findings)


def _check_people(reading: Reading) -> tuple[set[str] | None, dict[str, str] | None]:
    """The codes of units and role → enterprise or unit; None where there is no such file."""
    files = reading.files
    units: set[str] | None = None
    roles: dict[str, str] | None = None
    if (document := files.document("units")) is not None:
        units = check_units(Desk(document, files.findings), reading.trees.get(REGION))
    if (document := files.document("roles")) is not None:
        roles = check_roles(Desk(document, files.findings))
    if (document := files.document("notices")) is not None:
        check_notices(Desk(document, files.findings))
    return units, roles


def _prepare(reading: Reading) -> Any:
    """How the facts of a case get what follows from them; None where the rules are broken."""
    catalogue, derived, sizes = reading.catalogue, reading.derived, reading.sizes
    if catalogue is None or not derived:
        return None

    def size(industry: Any, staff: Any, revenue: Any, assets: Any, *, as_of: date) -> str | None:
        if industry is None or sizes is None:
            return None
        return size_class(industry, staff, revenue, assets, on=as_of, rules=sizes).size

    def prepare(facts: Mapping[str, Any], as_of: date) -> Mapping[str, Any]:
        known, _ = derive(facts, derived, catalogue, as_of=as_of, functions={"size_class": size})
        return known

    return prepare


def _check_pack_document(desk: Desk, trees: Mapping[str, CodeTree], *, city: bool) -> None:
    doc = desk.mapping(desk.data, "", ", ".join(_KEYS))
    if doc is None:
        return
    desk.keys(doc, _KEYS, "")
    identity = desk.text(doc, "id", "", required=True)
    if identity and not identity.isidentifier():
        message = "letters, digits and _ only"
        desk.say("id", "id", message, identity, "shenzhen_demo")
    version = doc.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        desk.say("type", "version", "must be a whole number from 1", version, "1, 2, 3 …")
    desk.words(doc, "name", "")
    if not city:
        return
    desk.need(doc, [key for key in _CITY_KEYS if key != "site_name"], "")
    desk.words(doc, "site_name", "")
    made_up = doc.get("made_up", False)
    if not isinstance(made_up, bool):
        desk.say("type", "made_up", "must be true or false", made_up, "true, false")
    desk.words(doc, "notice", "", needed=bool(made_up))
    region, tree = doc.get("region"), trees.get(REGION)
    if region is not None and (
        not isinstance(region, str) or (tree is not None and not tree.has(region))
    ):
        allowed = tree.describe() if tree else "text in quotes"
        message = "no such region: correct the code and put it in quotes"
        desk.say("reference", "region", message, region, allowed)
    languages = doc.get("languages")
    if languages is not None:
        _check_languages(desk, languages)
    colours = doc.get("colours")
    if colours is not None:
        _check_colours(desk, colours)
    if doc.get("levels") is not None:
        _check_levels(desk, doc["levels"])
    if doc.get("promises") is not None:
        _check_promises(desk, doc["promises"])


def _check_diagnosis(desk: Desk, catalogue: Catalogue) -> None:
    """The quick diagnosis asks for attributes that there are, each once."""
    asked = desk.data.get("diagnosis") if isinstance(desk.data, Mapping) else None
    if asked is None:
        return
    if not isinstance(asked, list) or not 1 <= len(asked) <= MOST_ASKED:
        message = f"must be a list of 1 to {MOST_ASKED} attributes"
        desk.say("type", "diagnosis", message, asked, "[region, industry, founded]")
        return
    seen: dict[str, str] = {}
    for i, name in enumerate(asked):
        desk.refer(name, catalogue.attributes, f"diagnosis[{i}]", "attribute")
        desk.once(name, seen, f"diagnosis[{i}]")


def _check_levels(desk: Desk, levels: Any) -> None:
    """The city's own words for who a policy comes from."""
    doc = desk.mapping(levels, "levels", "{district: {zh, en}}")
    if doc is None:
        return
    desk.keys(doc, LEVELS, "levels")
    for level in doc:
        desk.words(doc, level, "levels")


def _check_promises(desk: Desk, promises: Any) -> None:
    doc = desk.mapping(promises, "promises", ", ".join(_PROMISES))
    if doc is None:
        return
    desk.keys(doc, _PROMISES, "promises")
    desk.need(doc, _PROMISES, "promises")
    for name in _PROMISES:
        days = doc.get(name)
        if days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 1):
            message = "must be a whole number of working days"
            desk.say("type", f"promises.{name}", message, days, "1, 2, 3 …")


def _check_languages(desk: Desk, languages: Any) -> None:
    if not isinstance(languages, list) or not languages:
        desk.say("type", "languages", "must be a list", languages, ", ".join(LANGUAGES))
        return
    for i, language in enumerate(languages):
        mend = "the pages have texts in these only"
        desk.refer(language, LANGUAGES, f"languages[{i}]", "language", mend=mend)
    if "zh" not in languages:
        desk.say("language", "languages", "Chinese comes first: add zh", languages, "[zh, en]")


def _check_colours(desk: Desk, colours: Any) -> None:
    doc = desk.mapping(colours, "colours", '{accent: "#0b5cab"}')
    if doc is None:
        return
    desk.keys(doc, ("accent", "neutral"), "colours")
    desk.need(doc, ("accent",), "colours")
    for name, colour in doc.items():
        where = f"colours.{name}"
        if not is_colour(colour):
            message = "must be a colour in quotes"
            desk.say("colour", where, message, colour, '"#0b5cab"')
        elif (contrast := contrast_with_white(colour)) < LEAST_CONTRAST:
            message = (
                f"white text on it has a contrast of {contrast:.1f}:1 and could not be read: "
                "choose a darker one"
            )
            desk.say("contrast", where, message, colour, f"{LEAST_CONTRAST}:1 or more")
