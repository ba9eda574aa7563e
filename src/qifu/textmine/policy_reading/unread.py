"""What was not understood: clauses of conditions and figures of sums that gave nothing."""

import re
from collections.abc import Iterator
from typing import Final

from qifu.textmine.policy_reading.figures import MONEY, RATIO, TIMES
from qifu.textmine.policy_reading.marks import AMOUNT, Mark, trimmed
from qifu.textmine.policy_reading.outline import CONDITIONS, clauses, leads_to
from qifu.textmine.policy_reading.sheet import Sheet

# leads and connectives say nothing by themselves
_EMPTY: Final = re.compile(
    "(?:以下|下列|如下)|优先|^(?:其中|同时|另外|此外|原则上|具体如下|"
    "第[一二三四五六七八九十\\d]+条)$|^不含$|^条件$"
    "|^(?:一律)?(?:不予|不得|不再|予以|给予|可以?)(?:支持|资助|奖励|补贴|扶持|申报|申请|受理|享受)$"
)
_SHORTEST: Final = 4


# signs and words between the pieces of a clause
_BETWEEN: Final = re.compile("、|；|：|或者?|以及|并且?|且|及(?!其|格)|的(?=企业|单位|机构|项目)")
# what asks something, so that it may not be lost beside what was read
_ASKS: Final = re.compile(
    "承诺|招用|吸纳|引进|聘|迁|签订|缴纳|购[买置]|租|自建|自有|取得|获得|通过|完成|持有|拥有|具有|具备|"
    "从事|属于|纳入|列入|入选|参加|投保|未|不[得能存属从]|没有|无[^需偿]"
)


def _left(plain: str, start: int, end: int, marks: list[Mark]) -> Iterator[tuple[int, int]]:
    """Pieces of a clause beside what was read there that ask something of their own."""
    edges = [start, *(at for m in marks for at in (m.start, m.end)), end]
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        at = max(a, start)
        cuts = [*_BETWEEN.finditer(plain, at, max(at, min(b, end))), None]
        for cut in cuts:
            stop = cut.start() if cut else min(b, end)
            first, last = trimmed(plain, at, stop)
            if last - first >= 2 * _SHORTEST and _ASKS.search(plain, first, last):
                yield first, last
            at = cut.end() if cut else stop


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
        paid = min((m.start for m in here if m.kind == AMOUNT), default=-1)
        for start, end in clauses(plain, sentence.start, sentence.end):
            inside = [m for m in here if m.overlaps(start, end)]
            if inside:
                if listed or start < paid:
                    yield from _left(plain, start, end, inside)
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
