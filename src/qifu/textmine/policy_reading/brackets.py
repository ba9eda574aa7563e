"""Tables by brackets: one line is a bracket of money and the sum for it."""

import re
from collections.abc import Iterator
from typing import Any, Final

from qifu.textmine.policy_reading.comparing import GE, GT, LE, LT, Comparison, compare
from qifu.textmine.policy_reading.figures import MONEY, Figure
from qifu.textmine.policy_reading.lexicon import FIGURE, fits
from qifu.textmine.policy_reading.outline import Sentence
from qifu.textmine.policy_reading.sheet import Sheet

GIVE: Final = (
    "奖励|奖补|资助|补贴|补助|扶持|支持|贴息|贴补|补足|补齐|给予|予以|奖金|拨付|发放|"
    "返还|减免|减按|"
    "抵扣|配套|报销|补偿|免收|减收|享受|兑现|奖|补"
)
GIVING: Final = re.compile(GIVE)
_TIER_LINK: Final = re.compile(
    r"\s?(?:（[^）]{0,8}）)?的?\s?(?:部分)?(?:（[^）]{0,8}）)?\s?(?:[：|，]|给予|奖励|"
    r"补贴|补助|资助|按|一次性|的|可|基础|最高|不超过| ){1,6}"
)


def bracket_lines(
    sheet: Sheet, sentence: Sentence, *, beside: bool = False
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Lines of a table: a bracket of money, a link, a sum.

    A bracket that is open at one end needs a colon or the edge of a cell behind it, or other
    lines of the table `beside` it: 「10亿元以上的，奖励100万元」 alone may be anything.
    """
    plain = sheet.plain
    here = sheet.figures_in(sentence.start, sentence.end)
    for first, second in zip(here, here[1:], strict=False):
        if second.measure != MONEY or second.high is not None or first.measure not in (MONEY,):
            continue
        said = compare(plain, first.start, first.end, sentence.start)
        if not _TIER_LINK.fullmatch(plain, said.end, second.start):
            continue
        link = plain[said.end : second.start]
        if first.high is None and (not said.said or said.op not in (GE, GT, LE, LT)):
            continue
        if first.high is None and "：" not in link and "|" not in link and not beside:
            continue
        says: dict[str, Any] = {"shape": "tier", "value": second.value, "unit": second.unit}
        low = {"value": first.value, "unit": first.unit}
        if first.high is not None:
            says |= {"from": low, "to": {"value": first.high, "unit": first.high_unit}}
        elif said.op in (GE, GT):
            says["from"] = low
        else:
            says["to"] = low
        yield said.start, second.end, says


def table_base(sheet: Sheet, sentence: Sentence) -> dict[str, Any]:
    """What the brackets measure: named by the heading or the words before the first bracket."""
    begin = max(0, sentence.start - 60)
    names = [
        sense.attr
        for hit in sheet.hits_in(begin, sentence.end)
        for sense in hit.of(FIGURE)
        if fits(sense, MONEY)
    ]
    return {"of": names[0]} if names else {}


def bracket_of_a_row(plain: str, sentence: Sentence, figure: Figure, said: Comparison) -> bool:
    """「设备投资500万元以下 | 规上企业 | 按10%资助」: a cell that says whom the row is for."""
    start = plain.rfind("|", sentence.start, figure.start) + 1 or sentence.start
    end = plain.find("|", figure.end, sentence.end)
    cell = plain[start : end if end >= 0 else sentence.end]
    row = plain[sentence.start : sentence.end]
    return (
        "|" in row
        and (figure.high is not None or said.said)
        and bool(re.search("[\u4e00-\u9fff]{2}", plain[start : said.start]))
        and not GIVING.search(cell)
        and bool(GIVING.search(row))
    )
