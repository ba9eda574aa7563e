"""Orders of an outside hotline, compared: what is new, what it contradicts."""

import hashlib
from collections.abc import Mapping
from typing import Final

# what an order says of a case; `supplement` and `updated` come beside it
FIELDS: Final = (
    "firm", "contact", "phone", "title", "text", "time", "kind", "matter", "region",
)  # fmt: skip
# what may follow the partner by itself while nobody has decided anything about the case
BEFORE_INTAKE: Final = frozenset({"title", "text", "kind", "matter", "region"})
# whom to call may be put right as long as somebody still works on it
WHILE_OPEN: Final = frozenset({"contact", "phone"})
# what says who asked
PERSONAL: Final = ("firm", "contact", "phone")
# a person may take theirs before intake; the time of submission never moves
NEVER: Final = frozenset({"time"})


def news(content: Mapping[str, str], last: Mapping[str, str]) -> dict[str, str]:
    """The fields that say something else than last time. An empty field says nothing."""
    return {
        name: content[name]
        for name in FIELDS
        if content.get(name) and content[name] != last.get(name, "")
    }


def tail(text: str, before: str) -> str:
    """What a text adds to the end of one that it begins with; empty where it does not."""
    new, old = text.rstrip(), before.rstrip()
    if not old or not new.startswith(old):
        return ""
    return new[len(old) :].lstrip(" \n\t;；。,，")


def digest(text: str) -> str:
    """The same words, however they are spaced, have the same digest."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:32]
