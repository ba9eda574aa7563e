"""A city pack as one value: read from its folder and those it extends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qifu.base.packs.check import read_and_check
from qifu.base.packs.files import CodeList
from qifu.base.packs.laws import Law
from qifu.rulebook.cases import CaseFile
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import CodeTree
from qifu.rulebook.derived_rules import DerivedRule
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.policy import Policy
from qifu.rulebook.size_rules import SizeRules

# The documents that appeals, channels, zones and the knowledge base stand on; a pack may have
# none of them.
CASEWORK = (
    "appeals", "matters", "dispatch", "clocks", "scope", "answers", "reply_templates", "channels",
    "zones", "synonyms",
)  # fmt: skip
Words = Mapping[str, str]


@dataclass(frozen=True)
class Pack:
    """Everything that differs from one city to the next, as the files say it.

    `attributes`, `derived_document`, `sizes_document`, `units`, `roles`, `notices`
    and `demo` are documents; `catalogue`, `trees`, `derived`, `sizes`, `policies` and `cases` the
    same read by the rulebook. `demo` and `demo_appeals` (made-up cases) are empty
    where the pack has none. `casework` holds what appeals need, document by kind (see `CASEWORK`),
    a kind that the pack has not is left out; `calendar` the official years that it brings,
    document by year; `logo` a PNG or None.
    """

    id: str
    version: int
    extends: str | None
    folder: Path
    document: Mapping[str, Any] = field(repr=False)
    attributes: Mapping[str, Any] = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    trees: Mapping[str, CodeTree] = field(repr=False)
    codes: Mapping[str, CodeList] = field(repr=False)
    derived_document: Mapping[str, Any] = field(repr=False)
    derived: tuple[DerivedRule, ...] = field(repr=False)
    sizes_document: Mapping[str, Any] = field(repr=False)
    sizes: SizeRules | None = field(repr=False)
    units: tuple[Mapping[str, Any], ...] = field(repr=False)
    roles: tuple[Mapping[str, Any], ...] = field(repr=False)
    notices: Mapping[str, Any] = field(repr=False)
    policy_documents: tuple[Document, ...] = field(repr=False)
    policies: tuple[Policy, ...] = field(repr=False)
    case_documents: tuple[Document, ...] = field(repr=False)
    cases: tuple[CaseFile, ...] = field(repr=False)
    demo: Mapping[str, Any] = field(repr=False)
    demo_appeals: Mapping[str, Any] = field(repr=False)
    casework: Mapping[str, Any] = field(repr=False)
    calendar: Mapping[str, Any] = field(repr=False)
    logo: bytes | None = field(repr=False)
    laws: Mapping[str, Law] = field(repr=False)

    @property
    def name(self) -> Words:
        """The name in both languages."""
        return self.words("name")

    @property
    def site_name(self) -> Words:
        """What the site calls itself, in both languages."""
        return self.words("site_name")

    @property
    def notice(self) -> Words:
        """What every page says about made-up data; empty where nothing is made up."""
        return self.words("notice")

    @property
    def region(self) -> str:
        """The region code of the city."""
        return str(self.document["region"])

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the pages, the first one first."""
        return tuple(self.document["languages"])

    @property
    def colours(self) -> Mapping[str, str]:
        """Accent and neutral colour, #rrggbb."""
        return dict(self.document["colours"])

    @property
    def made_up(self) -> bool:
        """Whether this is a demo."""
        return self.document.get("made_up") is True

    def words(self, key: str) -> Words:
        """A text of pack.yaml in both languages, empty where there is none."""
        return dict(self.document.get(key) or {})


def read_pack(folder: Path) -> Pack:
    """The pack in a folder. RuleError with every finding where it cannot be used.

    Cases are read and not run; `check_pack` runs them. A pack that only others extend has no
    attributes and cannot be read as a city.
    """
    reading = read_and_check(Path(folder), run=False)
    files = reading.files
    if reading.findings:
        raise RuleError(reading.findings)
    if reading.catalogue is None or reading.derived is None:
        raise RuleError(files.findings or _no_city(folder))
    document = files.data("pack")
    return Pack(
        id=document["id"],
        version=document["version"],
        extends=document.get("extends"),
        folder=Path(folder),
        document=document,
        attributes=files.data("attributes"),
        catalogue=reading.catalogue,
        trees=reading.trees,
        codes=files.codes,
        derived_document=files.data("derived") or {},
        derived=reading.derived,
        sizes_document=files.data("sizes") or {},
        sizes=reading.sizes,
        units=tuple(files.data("units")),
        roles=tuple(files.data("roles")),
        notices=files.data("notices"),
        policy_documents=tuple(files.policies),
        policies=reading.policies,
        case_documents=tuple(files.cases),
        cases=tuple(reading.cases),
        demo=files.data("demo") or {},
        demo_appeals=files.data("demo_appeals") or {},
        casework={kind: files.data(kind) for kind in CASEWORK if files.data(kind) is not None},
        calendar={year: document.data for year, document in sorted(files.calendar.items())},
        logo=files.logo,
        laws=files.laws,
    )


def _no_city(folder: Path) -> Finding:
    return Finding("missing", "", "not a city: it has no attributes.yaml", file=str(folder))
