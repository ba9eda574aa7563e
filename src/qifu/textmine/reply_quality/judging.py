"""A reply checked point by point; each check points at the place that shows it.

The checks are those of docs/reply-quality-gold.md. They are meant to warn a person before a reply
leaves, so each speaks only when it is rather sure; how often it is right, and what it does not
see, is printed by benchmarks/text_replies.py.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from qifu.rulebook.words import Words
from qifu.textmine.reply_quality.marks import bases, contacts, dates
from qifu.textmine.reply_quality.points import Point, points, spoken_of
from qifu.textmine.reply_quality.sentences import SAID, Sentence, Span, sentences
from qifu.textmine.simplified import simplified

POINTS, BASIS, CONTACT, DATE, EMPTY, PLAIN, ON_TIME = (
    "point_missed", "no_basis", "no_contact", "no_date", "empty_phrase", "not_plain", "late",
)  # fmt: skip
# of 100; empty words leave nothing to score
WEIGHTS: Final = {POINTS: 35, BASIS: 20, CONTACT: 10, DATE: 15, PLAIN: 10, ON_TIME: 10}
WORDS: Final = {
    POINTS: Words("有的问题没有答到", "Something that was asked is not answered"),
    BASIS: Words(
        "没有写依据：依据什么规定，或者查到、办了什么",
        "No basis: which rule, or what was found or done",
    ),
    CONTACT: Words("没有写可以找谁、打哪个电话", "Nobody to turn to and no telephone number"),
    DATE: Words("没有写时间：什么时候办、什么时候办完", "No date: when it is done, or will be"),
    EMPTY: Words("只有客气话，没有内容", "Courtesy and nothing else"),
    PLAIN: Words("句子太长，读起来吃力", "Sentences too long to read with ease"),
    ON_TIME: Words("已经过了答复期限", "Past the limit for a reply"),
}  # fmt: skip
# a point is spoken of from this share of its words on
LOW: Final = 0.3
# so many points, most of them not spoken of, and fewer characters a point than can answer one
MANY_POINTS: Final = 8
MOST: Final = 2 / 3
ROOM_A_POINT: Final = 16
# a word with no basis that speaks of no point, in fewer characters than an answer takes
SHORT: Final = 40
# characters
LONG_SENTENCE: Final = 160
LONG_CLAUSE: Final = 60
# of a question and of a reply so much is read: every point is held against the whole reply
LONGEST: Final = 20_000
_CELL: Final = re.compile(r"[|｜\t]|<t[dh]\b")
_CLAUSE: Final = re.compile(r"[，,、：|｜\t]|<[^<>]*>")


@dataclass(frozen=True)
class Check:
    """One check: `fault` is None where it does not apply. Spans are places in the reply; those of
    `missed` are points of the question that the reply does not speak of."""

    code: str
    fault: bool | None
    spans: tuple[Span, ...] = ()
    missed: tuple[Span, ...] = ()

    @property
    def words(self) -> Words:
        """What is wrong, in words."""
        return WORDS[self.code]


@dataclass(frozen=True)
class Quality:
    """All checks of one reply, and a score of 0 to 100 by WEIGHTS."""

    checks: tuple[Check, ...]

    @property
    def faults(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.fault)

    @property
    def score(self) -> int:
        """The share of the weights of the checks that apply; 0 for empty words."""
        found = {check.code: check.fault for check in self.checks}
        if found[EMPTY]:
            return 0
        known = {code: w for code, w in WEIGHTS.items() if found.get(code) is not None}
        return round(
            100 * sum(w for code, w in known.items() if not found[code]) / sum(known.values())
        )

    def to_json(self) -> dict[str, Any]:
        """{score, checks: [{code, fault, spans, missed}]}."""
        return {
            "score": self.score,
            "checks": [
                {"code": c.code, "fault": c.fault, "spans": c.spans, "missed": c.missed}
                for c in self.checks
            ],
        }


def judge_reply(
    question: str, reply: str, *, due: datetime | None = None, at: datetime | None = None
) -> Quality:
    """Check a reply to a question (its title on the first line).

    Of each the first LONGEST characters are read. `due` is when it has to be given, `at` when it
    is: both or the check of time does not apply.
    """
    question, reply = simplified(question[:LONGEST]), simplified(reply[:LONGEST])
    said = [one for one in sentences(reply) if one.kind == SAID]
    stands_on, turn_to, when = bases(reply), contacts(reply), dates(reply)
    empty = not said and not turn_to
    asked = points(question)
    open_points = _not_spoken_of(asked, said)
    missed = empty or not said or _too_little(asked, open_points, said, bool(stands_on))
    long = tuple(one.span for one in said if _long(one.text))
    return Quality((
        Check(EMPTY, empty),
        Check(POINTS, missed, tuple(one.span for one in said),
              tuple(point.span for point in open_points) if missed else ()),
        Check(BASIS, empty or not stands_on, tuple(mark.span for mark in stands_on)),
        Check(CONTACT, not turn_to, tuple(mark.span for mark in turn_to)),
        Check(DATE, not when, tuple(mark.span for mark in when)),
        Check(PLAIN, bool(long), long),
        Check(ON_TIME, None if due is None or at is None else at > due),
    ))  # fmt: skip


def _not_spoken_of(asked: tuple[Point, ...], said: list[Sentence]) -> list[Point]:
    return [point for point in asked if spoken_of(point, tuple(said)) < LOW]


def _too_little(
    asked: tuple[Point, ...], open_points: list[Point], said: list[Sentence], based: bool
) -> bool:
    """Many points and no room for their answers, or a short word that speaks of none of them."""
    length = sum(len(one.rest) for one in said)
    many = len(asked) >= MANY_POINTS and len(open_points) >= MOST * len(asked)
    if many and length < ROOM_A_POINT * len(asked):
        return True
    return len(asked) > 1 and len(open_points) == len(asked) and length < SHORT and not based


def _long(sentence: str) -> bool:
    """A sentence or clause too long to follow; of a row of a table each cell is read by itself."""
    clauses = _CLAUSE.split(sentence)
    whole = len(sentence) > LONG_SENTENCE and not _CELL.search(sentence)
    return whole or any(len(clause) > LONG_CLAUSE for clause in clauses)
