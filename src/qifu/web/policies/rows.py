"""A policy as pages list it: its words, its place and unit, its window today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qifu.base.city import City
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import status_of
from qifu.web.policies.names import BENEFITS, KINDS, levels, word
from qifu.web.words import language, spoken


@dataclass(frozen=True)
class Row:
    """One line of the library. `cap` is the most it can be worth in yuan, where that is known."""

    version: PolicyVersion
    id: str
    title: str
    summary: str
    kind: str
    level: str
    benefit: str
    region: str
    unit: str
    status: str
    opens: date | None
    closes: date | None
    cap: Decimal | None

    @property
    def pays(self) -> bool:
        """Whether it is about money at all; a title is not."""
        return self.version.benefit not in ("qualification", "service")


def unit_name(city: City, code: str) -> str:
    """A unit of the pack in the language of the page."""
    found = next((unit for unit in city.documents["units"] if unit["code"] == code), None)
    return spoken(found["name"]) if found else code


def region_name(city: City, code: str) -> str:
    """A region in the language of the page; nothing for a policy without one."""
    tree = city.catalogue.trees["region"]
    return tree.label(code, language()) if code and tree.has(code) else ""


def card_of(version: PolicyVersion) -> Mapping[str, Any]:
    """What the page shows besides the rules."""
    card = version.document.get("card")
    return card if isinstance(card, Mapping) else {}


def title_of(version: PolicyVersion) -> str:
    """The title in the language of the page, Chinese where there is no English."""
    return spoken({"zh": version.title, "en": version.title_en})


def row_of(version: PolicyVersion, city: City, on: date) -> Row:
    """One policy as the library shows it on a day."""
    return Row(
        version=version,
        id=version.policy_id,
        title=title_of(version),
        summary=spoken(card_of(version).get("summary")),
        kind=word(KINDS, version.kind) if version.kind else "",
        level=word(levels(city), version.level) if version.level else "",
        benefit=word(BENEFITS, version.benefit) if version.benefit else "",
        region=region_name(city, version.region),
        unit=unit_name(city, version.unit_code) if version.unit_code else "",
        status=status_of(version, on),
        opens=version.opens,
        closes=version.closes,
        cap=version.amount_cap,
    )


def rows_of(versions: Iterable[PolicyVersion], city: City, on: date) -> list[Row]:
    """Policies as the library shows them, in the order given."""
    return [row_of(version, city, on) for version in versions]
