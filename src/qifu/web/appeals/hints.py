"""What is shown beside a text while it is written: matters, policies, answers, own cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from qifu.appeals.selectors import Similar, similar_cases
from qifu.base.city import City
from qifu.knowledge.logic.words import query_words
from qifu.knowledge.selectors import Hit, answers_for
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.policies.selectors import match_for
from qifu.rulebook.policy import Policy
from qifu.rulebook.report import PolicyResult
from qifu.textmine.matters import Matter, suggest
from qifu.web.appeals.basis import cited
from qifu.web.words import spoken

# shorter than this, a text has not said yet what it is about
LEAST: Final = 5
MOST: Final = 3
# a word of the title says more of a policy than one of its summary
_IN_TITLE, _IN_SUMMARY = 3, 1
_VERDICTS: Final = {"eligible": 0, "maybe": 1}


@dataclass(frozen=True)
class MatterHint:
    """A matter and the words of the text that speak for it, as they were written."""

    matter: Matter
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        return spoken(tuple(self.matter.name))

    @property
    def has_template(self) -> bool:
        return self.matter.template is not None

    @property
    def asks(self) -> list[str]:
        """What is usually needed to answer."""
        return [spoken(tuple(one)) for one in self.matter.asks]


@dataclass(frozen=True)
class Hints:
    """Everything beside the text. `about` is the matter that the rest is chosen for; an answer
    comes with what it is based on, as {zh, en, address}."""

    about: Matter | None = None
    matters: Sequence[MatterHint] = ()
    policies: Sequence[PolicyResult] = ()
    answers: Sequence[tuple[Hit, Sequence[Mapping[str, str]]]] = ()
    similar: Sequence[Similar] = ()

    @property
    def answered(self) -> bool:
        """Whether there is something that may answer the question before it is asked."""
        return bool(self.policies or self.answers or self.similar)


def hints_for(
    actor: Actor, firm: Enterprise, city: City, *, text: str, matter: str, now: datetime
) -> Hints:
    """What fits a text; nothing for one that says too little. Reads only."""
    chosen = next((one for one in city.matters if one.code == matter), None)
    if len(text) < LEAST:
        return Hints(chosen)
    found = suggest(text, city.matters, most=MOST)
    by_code = {one.code: one for one in city.matters}
    matters = [
        MatterHint(by_code[one.code], tuple(dict.fromkeys(said.word for said in one.words)))
        for one in found
    ]
    about = chosen or (matters[0].matter if matters else None)
    on = timezone.localdate(now)
    hits = answers_for(text, about.code if about else "", on=on, most=MOST)
    bases = cited([hit.answer.basis if hit.answer else () for hit in hits])
    return Hints(
        about=about,
        matters=matters,
        policies=policies_for(actor, firm, text, matters, now),
        answers=list(zip(hits, bases, strict=True)),
        similar=similar_cases(actor, text, enterprise=firm, now=now, most=MOST),
    )


def policies_for(
    actor: Actor, firm: Enterprise, text: str, matters: Iterable[MatterHint], now: datetime
) -> list[PolicyResult]:
    """The policies in force whose title or summary holds words of the text, with the firm's
    verdict: those that it can have first, then those that say most of the words."""
    match = match_for(actor, firm, on=timezone.localdate(now))
    if match is None:
        return []
    spoke = [word for hint in matters for word in hint.words]
    words = [word for word in {*spoke, *query_words(text)} if len(word) > 1]
    weighed = [
        (score, match.report.policies[at])
        for at, policy in enumerate(match.report.prepared.policies)
        if (score := _score(policy, words))
    ]
    weighed.sort(key=lambda row: (-row[0], _VERDICTS.get(row[1].verdict, 2), row[1].policy.id))
    best = [row for row in weighed if row[0] >= _IN_TITLE][:MOST]
    best.sort(key=lambda row: (_VERDICTS.get(row[1].verdict, 2), -row[0], row[1].policy.id))
    return [result for _score_, result in best]


def _score(policy: Policy, words: Sequence[str]) -> int:
    title = policy.title
    summary = str((policy.card.get("summary") or {}).get("zh", ""))
    return sum(_IN_TITLE * (word in title) + _IN_SUMMARY * (word in summary) for word in words)
