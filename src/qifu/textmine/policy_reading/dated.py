"""Conditions on days, on growth and on ranks, which have no unit behind a figure."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from qifu.textmine.policy_reading.comparing import GE, GT, LE, LT
from qifu.textmine.policy_reading.days import period_of
from qifu.textmine.policy_reading.edges import free, left_edge
from qifu.textmine.policy_reading.figures import MONEY, RANK, RATIO, numeral
from qifu.textmine.policy_reading.lexicon import DATE, FIGURE, fits
from qifu.textmine.policy_reading.marks import CONDITION, Mark, trimmed
from qifu.textmine.policy_reading.outline import CONDITIONS, Sentence, clauses
from qifu.textmine.policy_reading.places import NEW, proposed
from qifu.textmine.policy_reading.sheet import Sheet

_DATED: Final = re.compile("时间|日期|期间|于|在|之间|发生|签订|取得|完成")
_GROWN: Final = re.compile(
    "(?P<what>[\u4e00-\u9fff]{0,14}?)(?:实现|保持|同比)?(?P<how>正增长|零增长|盈利|为正)"
)
_AFTER_DAY: Final = re.compile(
    r"\s?（?(?:含当日|含)?）?\s?(?P<how>以后|之后|后|起|以来|以前|之前|前)"
)
_AHEAD_OF_DAY: Final = {"不早于": GE, "不晚于": LE, "不迟于": LE, "晚于": GT, "早于": LT}
_BEFORE_DAY: Final = re.compile(r"(?P<how>不[早晚迟]于|[早晚]于)\s?$")
_RANKED: Final = re.compile(
    "(?:位居|位列|排名|名列|居于?|列|排)(?:[\u4e00-\u9fff]{0,8}?)"
    "前(?P<n>[一二三四五六七八九十\\d]{1,4})(?:名|位|强)?(?!季|年|款|述|期)"
)


def read_days(sheet: Sheet, sentence: Sentence, spans: list[tuple[int, int]]) -> Iterator[Mark]:
    """Conditions on a day: 2026年1月1日以后注册, 某日至某日发放的."""
    plain = sheet.plain
    for stretch in sheet.stretches_in(sentence.start, sentence.end):
        if not free(spans, stretch.start, stretch.end) or stretch.opens.year is None:
            continue
        inside = next(
            (
                c
                for c in clauses(plain, sentence.start, sentence.end)
                if c[0] <= stretch.start < c[1]
            ),
            (sentence.start, sentence.end),
        )
        how = _AFTER_DAY.match(plain, stretch.end)
        behind = how.end() if how else stretch.end
        verbs = [
            (hit.start, sense.attr, hit)
            for hit in sheet.hits_in(inside[0], inside[1])
            for sense in hit.of(DATE)
            if hit.start >= behind - 2
            and hit.start - behind <= 16
            or inside[0] <= hit.end <= stretch.start <= hit.end + 6
        ]
        ahead = _BEFORE_DAY.search(plain, inside[0], stretch.start)
        if not how and not ahead and not stretch.closes:
            continue
        begin, end = inside
        if verbs:
            _, attr, hit = min(verbs, key=lambda verb: verb[0])
            begin, end = min(stretch.start, hit.start), max(behind, hit.end)
            sure = 0.85
        elif (sentence.role == CONDITIONS or sentence.above) and _DATED.search(plain, *inside):
            attr = NEW + proposed("on", plain[inside[0] : stretch.start])
            begin, end = trimmed(plain, left_edge(plain, begin, stretch.start), end)
            sure = 0.6
        else:
            continue
        says: dict[str, Any] = {"attr": attr, "op": GE, "value": stretch.opens.iso}
        if stretch.closes:
            says |= {"op": "between", "value": [stretch.opens.iso, stretch.closes.iso]}
        elif ahead:
            says["op"] = _AHEAD_OF_DAY[ahead["how"]]
        elif how and how["how"] in ("以前", "之前", "前"):
            says["op"] = LE if how["how"] == "以前" else LT
        yield Mark(CONDITION, begin, end, says, sure)


def read_grown(sheet: Sheet, sentence: Sentence) -> Iterator[Mark]:
    """正增长 and 盈利: above nothing."""
    plain = sheet.plain
    for match in _GROWN.finditer(plain, sentence.start, sentence.end):
        begin = next(
            (
                s
                for s, e in clauses(plain, sentence.start, sentence.end)
                if s <= match.start("how") < e
            ),
            sentence.start,
        )
        names = [
            (hit.end - hit.start, sense.attr)
            for hit in sheet.hits_in(begin, match.end())
            for sense in hit.of(FIGURE)
            if fits(sense, RATIO if "增长" in match["how"] else MONEY)
        ]
        op = GE if match["how"] == "零增长" else GT
        name = max(names)[1] if names else NEW + proposed("growth", match["what"])
        says: dict[str, Any] = {"attr": name, "op": op, "value": Decimal(0)}
        says["unit"] = "%" if "增长" in match["how"] else "元"
        start = left_edge(plain, begin, match.start("how"))
        says |= period_of(plain[begin : match.end()])
        yield Mark(CONDITION, start, match.end(), says, 0.85)


def read_ranks(sheet: Sheet, sentence: Sentence) -> Iterator[Mark]:
    """「位居全国前三」: a rank without a unit."""
    plain = sheet.plain
    for match in _RANKED.finditer(plain, sentence.start, sentence.end):
        value = numeral(match["n"])
        if value is None or any(
            f.start < match.end() and f.unit
            for f in sheet.figures_in(match.start("n"), match.end() + 1)
        ):
            continue
        begin = next(
            (s for s, e in clauses(plain, sentence.start, sentence.end) if s <= match.start() < e),
            sentence.start,
        )
        names = [
            (hit.end, sense.attr)
            for hit in sheet.hits_in(begin, match.end())
            for sense in hit.of(FIGURE)
            if fits(sense, RANK)
        ]
        name = max(names)[1] if names else NEW + proposed("rank", plain[begin : match.start()])
        start, end = trimmed(plain, left_edge(plain, begin, match.start()), match.end())
        yield Mark(CONDITION, start, end, {"attr": name, "op": LE, "value": value}, 0.75)
