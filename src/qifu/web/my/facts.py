"""The profile as pages show it: attributes with their years, in groups, filtered."""

from dataclasses import dataclass

from qifu.organisations.models import Fact
from qifu.organisations.selectors import ProfileGroup, ProfileRow
from qifu.rulebook.catalogue import Attribute

SHOWN = ("", "unknown", "known", "differs", "dispute")


@dataclass(frozen=True)
class Item:
    """One attribute with its years, newest first; one line of the profile."""

    attribute: Attribute
    rows: tuple[ProfileRow, ...]

    @property
    def disputed(self) -> bool:
        return any(row.dispute for row in self.rows)

    @property
    def differs(self) -> bool:
        return any(differing(row) for row in self.rows)

    @property
    def known(self) -> bool:
        return any(row.known for row in self.rows)


@dataclass(frozen=True)
class Section:
    """A group of the catalogue as the page shows it: how far it is filled, and what is asked."""

    group: ProfileGroup
    items: tuple[Item, ...]
    known: int
    total: int
    open: bool = False


def differing(row: ProfileRow) -> list[Fact]:
    """What other sources say of the same fact where they say something else."""
    return [fact for fact in row.others if fact.value != row.value]


def _items(group: ProfileGroup) -> list[Item]:
    rows: dict[str, list[ProfileRow]] = {}
    for row in group.rows:
        rows.setdefault(row.attribute.name, []).append(row)
    return [Item(found[0].attribute, tuple(found)) for found in rows.values()]


def sections(
    groups: list[ProfileGroup], *, show: str = "", text: str = "", opened: str = ""
) -> list[Section]:
    """The groups with the lines that were asked for; what is counted is always the whole.

    Unfolded are all groups of a search, else the one that was asked for, else the first.

    A yearly attribute counts as known when one of its years is.
    """
    wanted = text.strip().lower()
    found = []
    first = opened or (groups[0].code if groups else "")
    for group in groups:
        items = _items(group)
        shown = tuple(
            item
            for item in items
            if _fits(item, show)
            and (not wanted or any(wanted in item.attribute.label(x).lower() for x in ("zh", "en")))
        )
        known = sum(item.known for item in items)
        unfolded = bool(show or wanted) or group.code == first
        found.append(Section(group, shown, known, len(items), unfolded))
    return found


def _fits(item: Item, show: str) -> bool:
    if show == "unknown":
        return not item.known or any(not row.known for row in item.rows[:1])
    if show == "known":
        return item.known
    if show == "differs":
        return item.differs
    return item.disputed if show == "dispute" else True
