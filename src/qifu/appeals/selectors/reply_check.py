"""A reply that is being written, looked at before it leaves: advice that never stops it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from qifu.appeals.models import Appeal, AppealPoint
from qifu.appeals.selectors.suggest import title_of
from qifu.appeals.selectors.visible import may_see
from qifu.knowledge.logic.marking import Part
from qifu.knowledge.selectors import citations
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors.channels import channels_at_all
from qifu.rulebook.words import Words
from qifu.textmine.reply_quality import judging
from qifu.textmine.reply_quality.judging import Check, Quality
from qifu.textmine.reply_quality.sentences import SAID, Span, sentences

# characters: far more than a reply may have
MOST_READ: Final = 20_000
# places that are shown for one check, and telephones of a unit
MOST_SHOWN: Final = 3
_CHINESE: Final = re.compile("[\u3400-\u9fff]")
# what textmine.privacy leaves of a name or a number: it comes along from an earlier reply
_MASKED: Final = re.compile(r"某某+|\d*\*{4,}\d*")
MASKED: Final = "masked"
_STILL_MASKED: Final = Words(
    "里面还有遮盖过的姓名或号码：请补上或删去。",
    "Names or numbers in it are still masked: fill them in or take them out.",
)


@dataclass(frozen=True)
class Looked:
    """One check. `fault` is None where it does not apply; `words` say what a fault is.

    `shows`: sentences of the reply, the place apart; `cited`: bases chosen beside the text, as
    {zh, en, address}; `missed`: what was asked and is not answered.
    """

    code: str
    fault: bool | None
    words: Words
    shows: tuple[tuple[Part, ...], ...] = ()
    cited: tuple[Mapping[str, str], ...] = ()
    missed: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReplyCheck:
    """All checks of one reply with a score of 0 to 100; none of a text that is not Chinese.

    `telephones`: (name of the entry as {zh, en}, number) that the channel list has for the unit.
    """

    score: int
    checks: tuple[Looked, ...]
    telephones: tuple[tuple[Mapping[str, str], str], ...]

    @property
    def faults(self) -> tuple[Looked, ...]:
        return tuple(one for one in self.checks if one.fault)


def check_reply(
    actor: Actor,
    appeal: Appeal,
    *,
    text: str,
    points: Mapping[int, str],
    basis: Sequence[Mapping[str, Any]],
    now: datetime,
) -> ReplyCheck:
    """What a reader of this reply would miss: docs/reply-quality.md, with what the case knows.

    `points` are the answers by number where the case asks several things, `basis` the entries of
    `reply`. A point without an answer, or with one that says nothing, is missed; a basis that is
    chosen counts as one; the limit is the case's. Appeal.DoesNotExist for a case that the actor
    may not see.
    """
    if not may_see(actor, appeal):
        raise Appeal.DoesNotExist
    asked = list(appeal.points.all())
    several = len(asked) > 1
    answers = [points.get(one.number, "") for one in asked] if several else []
    whole = "\n".join(filter(None, [text, *answers]))[:MOST_READ]
    if not _CHINESE.search(whole):
        return ReplyCheck(0, (), ())
    question = _question(appeal, asked)
    found = judging.judge_reply(question, whole, due=appeal.due_at, at=now)
    silent = [one.text for one, said in zip(asked, answers, strict=several) if not _says(said)]
    cited = tuple(citations(basis)) if basis else ()
    checks = {one.code: one for one in found.checks}
    if any(map(_says, [text, *answers])):
        checks[judging.EMPTY] = Check(judging.EMPTY, False)
    if several:  # who asks point by point is answered point by point, however short
        checks[judging.POINTS] = Check(judging.POINTS, bool(silent))
    if cited:
        checks[judging.BASIS] = replace(checks[judging.BASIS], fault=False)
    looked = {code: _looked(one, question, whole) for code, one in checks.items()}
    looked[judging.POINTS] = replace(
        looked[judging.POINTS], missed=tuple(silent) or looked[judging.POINTS].missed
    )
    looked[judging.BASIS] = replace(looked[judging.BASIS], cited=cited)
    masked = [one.span() for one in _MASKED.finditer(whole)]
    looked[MASKED] = Looked(MASKED, bool(masked), _STILL_MASKED, tuple(_places(whole, masked)))
    score = Quality(tuple(checks.values())).score
    return ReplyCheck(score, _in_order(looked), _telephones(appeal))


def _question(appeal: Appeal, asked: Sequence[AppealPoint]) -> str:
    """The points where there are several, else the whole with its title on the first line: that
    counts as asked, so a title made from the beginning of the text is left out."""
    if len(asked) > 1:
        return "\n".join(one.text for one in asked)
    return f"{title_of(appeal)}\n{appeal.text}"


def _says(text: str) -> bool:
    """Whether an answer says something, be it as short as yes; what is not Chinese is not judged.

    The checks of letters call a few words a receipt; who answers point by point may be as brief.
    """
    if text.strip() and not _CHINESE.search(text):
        return True
    return any(one.kind == SAID or one.bare for one in sentences(text[:MOST_READ]))


def _looked(check: Check, question: str, whole: str) -> Looked:
    spans: Sequence[Span] = check.spans
    if check.code == judging.EMPTY and check.fault:
        spans = [one.span for one in sentences(whole)]
    if check.code == judging.POINTS:
        spans = ()
    missed = [question[start:end].strip() for start, end in check.missed]
    return Looked(
        check.code,
        check.fault,
        check.words,
        tuple(_places(whole, spans)),
        missed=tuple(dict.fromkeys(missed)),
    )


def _places(whole: str, spans: Sequence[Span]) -> list[tuple[Part, ...]]:
    """The first sentences that hold a place, each once, with the place apart."""
    found: dict[int, tuple[Part, ...]] = {}
    said = sentences(whole) if spans else ()
    for start, end in spans:
        for one in said:
            if one.start <= start < one.end and one.start not in found:
                stop = min(end, one.end)
                parts = [
                    (whole[one.start : start], False),
                    (whole[start:stop], True),
                    (whole[stop : one.end], False),
                ]
                found[one.start] = tuple(part for part in parts if part[0])
        if len(found) == MOST_SHOWN:
            break
    return list(found.values())


def _in_order(checks: Mapping[str, Looked]) -> tuple[Looked, ...]:
    """The five that are always told; how plain it is, the limit and masks only where they are
    faults."""
    always = (judging.POINTS, judging.BASIS, judging.CONTACT, judging.DATE, judging.EMPTY)
    rest = [one for code, one in checks.items() if code not in always and one.fault]
    return (*(checks[code] for code in always), *rest)


def _telephones(appeal: Appeal) -> tuple[tuple[Mapping[str, str], str], ...]:
    """What the channel list gives out for the unit that leads, or took the case in."""
    unit = appeal.lead_id or appeal.intake_unit_id
    if unit is None:
        return ()
    rows = channels_at_all().filter(unit_id=unit)
    numbers = {
        str(one["number"]): row.name for row in rows for one in row.document.get("telephones") or ()
    }
    return tuple((name, number) for number, name in numbers.items())[:MOST_SHOWN]
