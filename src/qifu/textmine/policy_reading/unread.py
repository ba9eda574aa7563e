"""What was not understood: clauses of conditions and figures of sums that gave nothing."""

import re
from collections.abc import Iterator
from typing import Final

from qifu.textmine.policy_reading.figures import MONEY, RATIO, TIMES
from qifu.textmine.policy_reading.marks import Mark, trimmed
from qifu.textmine.policy_reading.outline import CONDITIONS, clauses, leads_to
from qifu.textmine.policy_reading.sheet import Sheet

# leads and connectives say nothing by themselves
_EMPTY: Final = re.compile(
    "(?:以下|下列|如下)|优先|^(?:其中|同时|另外|此外|原则上|具体如下|"
    "第[一二三四五六七八九十\\d]+条)$|^不含$|^条件$"
)
_SHORTEST: Final = 4


def unread_spans(sheet: Sheet, marks: list[Mark]) -> Iterator[tuple[int, int]]:
    """The spans, in order: nothing in them was read, and something may have been asked there."""
    plain = sheet.plain
    at = 0
    ordered = sorted(marks, key=lambda m: m.start)
    for _, sentence in sheet.reading():
        while at < len(ordered) and ordered[at].end <= sentence.start:
            at += 1
        last = at
        while last < len(ordered) and ordered[last].start < sentence.end:
            last += 1
        here = [m for m in ordered[at:last] if m.overlaps(sentence.start, sentence.end)]
        listed = sentence.role == CONDITIONS or bool(sentence.above)
        for start, end in clauses(plain, sentence.start, sentence.end):
            if any(m.overlaps(start, end) for m in here):
                continue
            first, last = trimmed(plain, start, end)
            words = plain[first:last]
            if len(words) < _SHORTEST or _EMPTY.search(words) or leads_to(words):
                continue
            figures = [
                f for f in sheet.figures_in(first, last) if f.measure in (MONEY, RATIO, TIMES)
            ]
            if listed or any(not sheet.in_day(f) for f in figures):
                yield first, last
