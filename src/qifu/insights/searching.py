"""One question over everything that somebody may see: each room finds, this puts it together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from django.utils import timezone

from qifu.appeals.models import Appeal
from qifu.appeals.selectors import appeals_visible_to, list_of, rows_shown
from qifu.appeals.selectors.lists import MOST_COUNTED
from qifu.base.calendar import calendar_in_force
from qifu.base.city import City
from qifu.knowledge.models import Law
from qifu.knowledge.selectors import Hit, find_knowledge, laws_numbered
from qifu.organisations.logic.finder import words_of
from qifu.organisations.models import Channel
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors.channels import Found, find_channels
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import find_policies, policies_numbered

# of answers and articles so many are counted, as their own page does
COUNTED: Final = 100
# search looks at this much; every list that is linked takes as much
LONGEST: Final = 100
FEW: Final = 3

T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """The first rows of one list, and how many it has (`more`: more than `count`).

    `words` are those to mark; `mended` what was looked for instead of what was typed, or empty;
    `partly`: nothing there holds every word, and these hold some.
    """

    rows: Sequence[T] = ()
    count: int = 0
    more: bool = False
    words: Sequence[str] = ()
    mended: str = ""
    partly: bool = False


@dataclass(frozen=True)
class Numbered:
    """What the text is the very number of."""

    policies: Sequence[PolicyVersion] = ()
    laws: Sequence[Law] = ()
    cases: Sequence[Appeal] = ()

    def __bool__(self) -> bool:
        return bool(self.policies or self.laws or self.cases)


@dataclass(frozen=True)
class Everything:
    """What was found, in the order of the page. `case_list` is the list that `cases` is of."""

    numbered: Numbered
    policies: Part[PolicyVersion]
    answers: Part[Hit] = field(default_factory=Part)
    laws: Part[Hit] = field(default_factory=Part)
    channels: Part[Found] = field(default_factory=Part)
    cases: Part[Appeal] = field(default_factory=Part)
    case_list: str = ""

    @property
    def parts(self) -> tuple[Part[Any], ...]:
        return (self.policies, self.answers, self.laws, self.channels, self.cases)

    @property
    def nothing(self) -> bool:
        """Whether nothing at all was found."""
        return not self.numbered and not any(part.rows for part in self.parts)

    @property
    def mended(self) -> str:
        """The words that every part was found by instead of those typed; empty where they differ.

        Then each part that has its own says so.
        """
        said = {part.mended for part in self.parts if part.rows}
        return said.pop() if len(said) == 1 else ""


def search_everything(
    actor: Actor,
    city: City,
    text: str,
    *,
    now: datetime,
    near: str = "",
    few: int = FEW,
    with_cases: bool = True,
) -> Everything:
    """Policies, answers, statutes, channels and the actor's cases, the first `few` of each.

    Each part counts what its own list finds for the same text, and a text that is the number of a
    thing gives that thing; then answers, statutes and channels are not asked, for a number is no
    question. `near` is the district of whoever asks; `with_cases` False leaves the cases out. The
    number of queries does not grow with what there is. Nothing is found for a text without words;
    only LONGEST signs are looked at.
    """
    text = text.replace("\x00", "")[:LONGEST].strip()
    on = timezone.localdate(now)
    own = ("my" if actor.is_enterprise else "all") if with_cases else ""
    numbered = Numbered(
        policies_numbered(actor, text, on=on), laws_numbered(text),
        _case_numbered(actor, city, text) if with_cases else (),
    )  # fmt: skip
    if not text:
        return Everything(numbered, Part())
    policies, cases = _policies(actor, text, now, few), _cases(actor, text, own, now, few)
    if numbered:
        return Everything(numbered, policies, cases=cases, case_list=own)
    answers, laws = (_hits(text, kind, now, few) for kind in ("answer", "law"))
    meant = next((one.mended for one in (policies, answers, laws) if one.mended), "")
    channels = _channels(city, text, meant, now, near, few)
    return Everything(numbered, policies, answers, laws, channels, cases, own)


def _policies(actor: Actor, text: str, now: datetime, few: int) -> Part[PolicyVersion]:
    found = find_policies(actor, text, on=timezone.localdate(now), most=few)
    return Part(found.versions, found.count, False, found.words, found.mended)


def _hits(text: str, kind: str, now: datetime, few: int) -> Part[Hit]:
    on = timezone.localdate(now)
    found = find_knowledge(text, kinds=[kind], most=COUNTED + 1, on=on)
    count = len(found.hits)
    capped = min(count, COUNTED)
    return Part(found.hits[:few], capped, count > COUNTED, (), found.mended, found.partly)


def _channels(city: City, text: str, meant: str, now: datetime, near: str, few: int) -> Part[Found]:
    """What the finder finds, as its page lists it; what was meant where it finds nothing."""
    calendar = calendar_in_force()
    asked = text
    found = find_channels(city, text=text, at=now, near=near, calendar=calendar)
    if meant and not found:
        asked = meant
        found = find_channels(city, text=meant, at=now, near=near, calendar=calendar)
    if near:
        found.sort(key=lambda one: (-one.score, one.channel.zone != near))
    mended = "" if asked == text else asked
    return Part(found[:few], len(found), False, words_of(asked), mended)


def _cases(actor: Actor, text: str, name: str, now: datetime, few: int) -> Part[Appeal]:
    numbers = list(
        list_of(actor, name, now=now, text=text).values_list("pk", flat=True)[: MOST_COUNTED + 1]
    )
    count = len(numbers)
    shown = rows_shown(numbers[:few])
    return Part(shown, min(count, MOST_COUNTED), count > MOST_COUNTED, text.split())


def _case_numbered(actor: Actor, city: City, text: str) -> Sequence[Appeal]:
    """The case of that number, if the actor may see it; no query for what is no such number."""
    front = re.escape(str(city.appeals.get("number_prefix", "SQ")))
    if not re.fullmatch(rf"{front}\d{{8}}-\d{{6}}", text, re.IGNORECASE | re.ASCII):
        return ()
    own = appeals_visible_to(actor).filter(number=text.upper())
    return rows_shown(list(own.values_list("pk", flat=True)))


def hotline(city: City, *, now: datetime) -> Channel | None:
    """The telephone for whoever does not know where to go: the first entry of the list that is
    for the whole place and always answered; None where there is none."""
    found = find_channels(city, at=now, calendar=calendar_in_force())
    always = (
        one.channel for one in found
        if one.opening.always and not one.channel.zone and one.channel.document.get("telephones")
    )  # fmt: skip
    return next(always, None)
