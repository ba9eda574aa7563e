"""Conditions with a figure: an attribute, an operator, a value, a unit; and conditions on days."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from qifu.textmine.policy_reading.comparing import EQ, GE, GT, LE, LT, Comparison, compare
from qifu.textmine.policy_reading.dated import read_days, read_grown, read_ranks
from qifu.textmine.policy_reading.days import is_period, period_of
from qifu.textmine.policy_reading.edges import free, left_edge, noun_before
from qifu.textmine.policy_reading.figures import (
    AREA,
    DAYS,
    MONEY,
    OTHER,
    PEOPLE,
    PIECES,
    QUANTITY,
    RANK,
    RATIO,
    TIME,
    TIMES,
    Figure,
)
from qifu.textmine.policy_reading.lexicon import DATE, FIGURE, Hit, Sense, fits
from qifu.textmine.policy_reading.marks import CONDITION, Choice, Mark, trimmed
from qifu.textmine.policy_reading.outline import CONDITIONS, Sentence, clauses
from qifu.textmine.policy_reading.places import NEW, proposed
from qifu.textmine.policy_reading.sheet import Sheet, listed, names_of_other_things

# 满足以下条件中的至少两项 counts conditions, not pieces
_OF_A_LIST: Final = re.compile("以下|下列|如下|上述|其中(?:的|任|至)|条件|情形|指标中")
_NOT_A_MEASURE: Final = re.compile(
    "之日起|每(?:新增|招用|吸纳|录用|引进)|"
    "公示|有效期|之后\\d|任期|整改|施行|内完成|内提交|内办理|期满|工作日|不得对外|分期|拨付|追溯"
)


def read_measured(sheet: Sheet, taken: list[Mark]) -> list[Mark]:
    """Conditions with figures; a figure of `taken` (the amounts) is left to it."""
    amounts: dict[int, list[tuple[int, int]]] = {}
    for mark in taken:
        amounts.setdefault(mark.sentence, []).append((mark.start, mark.end))
    found: list[Mark] = []
    for number, sentence in sheet.reading():
        spans = amounts.get(number, [])
        here = [
            *_figures(sheet, sentence, spans), *read_days(sheet, sentence, spans),
            *read_grown(sheet, sentence), *read_ranks(sheet, sentence),
        ]  # fmt: skip
        _same_subject(sheet.plain, here)
        for mark in here:
            mark.sentence = number
            found.append(mark)
    return found


def _same_subject(plain: str, marks: list[Mark]) -> None:
    """「…比例不低于4%，其中…的，比例不低于5%」: a bare 比例 is that of the sentence before it."""
    last: Mark | None = None
    for mark in marks:
        share = mark.says.get("unit") == "%"
        bare = re.match("(?:该|其|上述)?(?:比例|比重|占比|增速|比率)", plain[mark.start : mark.end])
        if share and bare and last is not None and str(mark.says["attr"]).startswith(NEW):
            mark.says["attr"] = last.says["attr"]
        if share:
            last = mark


def _figures(sheet: Sheet, sentence: Sentence, spans: list[tuple[int, int]]) -> Iterator[Mark]:
    plain = sheet.plain
    floor = sentence.start
    asides = names_of_other_things(plain, sentence.start, sentence.end)
    asides += [m.span() for m in _DENIED_BUT.finditer(plain, sentence.start, sentence.end)]
    last: Mark | None = None
    apart = False
    for figure in sheet.figures_in(sentence.start, sentence.end):
        if (
            not free(spans, figure.start, figure.end)
            or sheet.in_day(figure)
            or any(a < figure.start and figure.end < b for a, b in asides)
        ):
            floor = max(floor, figure.end)
            continue
        begin, end = _around(plain, sentence, figure, floor)
        said = compare(plain, figure.start, figure.end, begin)
        if _respectively(plain, begin, figure):
            # 「学历为本科、硕士的，年龄分别不超过30岁、35岁」: which belongs to which is not read
            floor, apart = figure.end, True
            continue
        if apart and listed(plain, floor, figure.start):
            floor = figure.end
            continue
        apart = False
        chained = last is not None and listed(plain, last.end, figure.start)
        if chained and last is not None and last.says["op"] in (GE, GT, LE, LT):
            says = last.says | {"value": figure.value, "unit": figure.unit or None}
            last = Mark(CONDITION, figure.start, figure.end, says, 0.8)
            floor = figure.end
            yield last
            continue
        mark = _further(plain, last, figure, said) if last is not None else None
        mark = mark or _condition(sheet, sentence, figure, said, begin, end)
        last = mark or last
        if mark is not None:
            yield mark
            floor = mark.end
        elif figure.unit:
            floor = max(floor, figure.end if not _only_period(plain, figure) else floor)


# 不得有处罚（罚款5万元以下的除外）: the figure excepts from what is denied and asks nothing
_DENIED_BUT: Final = re.compile("(?<=[未无没不])[^，。；（）]{1,24}（[^（）。；]{2,24}除外）")


def _respectively(plain: str, begin: int, figure: Figure) -> bool:
    """Whether the figure is the first of several that go with several things before them."""
    more = re.match(r"(?:、|和|及)\s?\d", plain[figure.end : figure.end + 4])
    return bool(more and re.search("分别[^，。；、]{0,6}$", plain[begin : figure.start]))


_GOES_ON_WITH: Final = re.compile("(?:、|，|且|并且?|但|同时|又|（|或者?|和|至)?(?:其中)?")


def _further(plain: str, last: Mark, figure: Figure, said: Comparison) -> Mark | None:
    """The second bound of the same figure: 3年以上、15年以下, 不低于1000万元且不超过1亿元."""
    between = plain[last.end : said.start]
    other_side = {GE: (LE, LT), GT: (LE, LT), LE: (GE, GT), LT: (GE, GT)}
    other_side |= {"age_at_least": (LE, LT), "age_at_most": (GE, GT)}
    if not _GOES_ON_WITH.fullmatch(between) or said.op not in other_side.get(last.says["op"], ()):
        return None
    if not said.said or not _alike(last, figure):
        return None
    says = {key: value for key, value in last.says.items() if key not in ("op", "value", "unit")}
    if str(last.says["op"]).startswith("age_"):
        says |= _age(said.op, figure)
    else:
        says |= {"op": said.op, "value": figure.value, "unit": figure.unit or None}
    return Mark(CONDITION, said.start, said.end, says, 0.8)


def _alike(last: Mark, figure: Figure) -> bool:
    """Whether two figures measure the same."""
    if str(last.says["op"]).startswith("age_"):
        return figure.measure == TIME
    unit = str(last.says.get("unit") or "")
    return unit == figure.unit or (unit.endswith("元") and figure.unit.endswith("元"))


def _only_period(plain: str, figure: Figure) -> bool:
    return figure.measure == TIME and is_period(plain, figure.start, figure.end)


def _around(plain: str, sentence: Sentence, figure: Figure, floor: int) -> tuple[int, int]:
    """The clause of a figure, from where the last condition ended."""
    for start, end in clauses(plain, sentence.start, sentence.end):
        if start <= figure.start < end:
            return max(start, floor), end
    return floor, sentence.end


def _condition(
    sheet: Sheet, sentence: Sentence, figure: Figure, said: Comparison, begin: int, end: int
) -> Mark | None:
    """The condition that a figure makes, or None where it makes none."""
    plain = sheet.plain
    if figure.measure in (OTHER,) and not (
        said.said and said.op in (GE, LE, GT, LT) and figure.unit == ""
    ):
        if figure.unit not in ("", "名"):
            return None
    if figure.measure == TIME and (
        is_period(plain, figure.start, figure.end)
        or (
            _NOT_A_MEASURE.search(plain, begin, min(end, figure.end + 8))
            and not (sentence.role == CONDITIONS and said.op == GE and said.said)
        )
    ):
        return None
    if figure.measure == PIECES and _OF_A_LIST.search(plain, begin, said.end):
        return None
    days_of = figure.measure == DAYS and (sentence.role == CONDITIONS or sentence.above)
    if figure.measure == DAYS and not (days_of and said.said):
        return None
    if figure.unit == "" and figure.measure != MONEY:
        return None
    sense, hit = _subject(sheet, figure, said, begin, end)
    op = said.op
    if not said.said and figure.high is None:
        if sense is None or not _bare(plain, hit, figure, said, sentence):
            return None
        op = GE
    if sense is None and not _measurable(plain, sentence, figure, said, begin):
        return None
    if op == EQ and figure.high is None and sentence.role != CONDITIONS:
        return None
    start = left_edge(plain, begin, min(said.start, hit.start if hit else said.start))
    stop = max(said.end, hit.end if hit and hit.start > figure.start else 0)
    if stop < said.end + 20 and hit and hit.start > figure.start:
        stop = hit.end
    start, stop = trimmed(plain, start, stop)
    name = sense.attr if sense else NEW + proposed("figure", noun_before(plain, begin, said))
    says: dict[str, Any] = {
        "attr": name,
        "op": op,
        "value": figure.value,
        "unit": figure.unit or None,
    }
    if figure.high is not None:
        says |= {
            "op": "between",
            "value": [_same_unit(figure), figure.high],
            "unit": figure.high_unit or None,
        }
    if figure.unit == "名":
        says["unit"] = None
    if sense and sense.kind == DATE:
        says = {"attr": name} | _age(op, figure)
    else:
        says |= _period(sheet, sense, plain, sentence, begin, stop)
    sure = sense is not None and (said.said or sense.kind == DATE)
    mark = Mark(CONDITION, start, stop, says, 0.9 if sure else 0.6)
    if re.match("的?[\u4e00-\u9fff]{0,4}除外", plain[said.end : said.end + 10]):
        mark.group = Choice("not")
    return mark


def _subject(
    sheet: Sheet, figure: Figure, said: Comparison, begin: int, end: int
) -> tuple[Sense | None, Hit | None]:
    """The attribute that a figure belongs to: the longest fitting word before it or behind."""
    plain = sheet.plain
    best: tuple[tuple[int, int, int], Sense, Hit] | None = None
    for hit in sheet.hits_in(begin, min(end, said.end + 24)):
        ahead = hit.end <= figure.start
        far = figure.start - hit.end if ahead else hit.start - said.end
        if not ahead and (hit.start < figure.end or far > 12):
            continue
        if not ahead and re.search("[，；、]|或|和|及", plain[said.end : hit.start]):
            continue
        # 2项以上发明专利: right behind; 发明专利2项以上或软件著作权5项: the nearer one
        close = far <= (2 if figure.measure in (PIECES, PEOPLE) and not ahead else 0)
        if hit.start < figure.start < hit.end:
            continue
        for sense in (*hit.of(FIGURE), *hit.of(DATE)):
            if fits(sense, figure.measure):
                rank = (int(ahead) + int(close), hit.end - hit.start, hit.start)
                if best is None or rank > best[0]:
                    best = rank, sense, hit
    return (best[1], best[2]) if best else (None, None)


def _bare(
    plain: str, hit: Hit | None, figure: Figure, said: Comparison, sentence: Sentence
) -> bool:
    """Whether a figure without 以上 or 不低于 still is a bound: 拥有发明专利2项, 增长10%的."""
    if hit is None:
        return False
    between = (
        plain[min(hit.end, figure.start) : figure.start]
        if hit.end <= figure.start
        else plain[figure.end : hit.start]
    )
    if len(between) > 6 or re.search("[，；。]", between):
        return False
    return sentence.role == CONDITIONS or figure.measure in (PIECES, RATIO)


def _measurable(
    plain: str, sentence: Sentence, figure: Figure, said: Comparison, begin: int
) -> bool:
    """Whether words that the catalogue does not have still name something that is measured."""
    if not said.said:
        return False
    noun = noun_before(plain, begin, said)
    behind = plain[said.end : said.end + 10]
    if re.search(
        "贴息|补贴|资助|奖励|补助|扶持资金|支持资金|(?<!担保|贷款|授信|合同|融资)额度$", noun
    ) and figure.measure in (
        MONEY,
        RATIO,
        TIME,
    ):
        return False
    if sentence.role == CONDITIONS or sentence.above:
        return len(noun) >= 2 or bool(re.match("的?[\u4e00-\u9fff]{2,}", behind))
    if figure.measure == RATIO and re.search(
        "增长|增加|提升|提高|下降|降低|净增", noun + said.words
    ):
        return True
    if figure.measure in (MONEY, RATIO, TIMES):
        return bool(
            re.search(
                "(?:额|收入|资本|资产|投入|投资|费用|产值|率|比例|比重|占比|增长|增速|"
                "利润|税收|营收|规模|成本|评估值|金额|价格|估值|增幅|降幅|涨幅|增加值|强度|总值|原值|产出|市值|"
                "出资|财力|贡献|余额|流水|销售|进出口|出口|进口|售价|单价|量|度|占[^，。；]{2,12})"
                "(?:总额)?(?:（[^）]{0,12}）)?(?:累计|合计|均|同比|应|需|须)*$",
                noun,
            )
        )
    return (
        bool(re.search("(?:企业|单位|项目|机构|应|须|的)", plain[sentence.start : sentence.end]))
        and said.op in (GE, GT, LE, LT)
        and len(noun) >= 2
        and figure.measure in (PEOPLE, PIECES, TIME, RANK, AREA, QUANTITY)
    )


def _same_unit(figure: Figure) -> Decimal:
    """The lower end of a range in the unit of the upper one: 5000万元至10亿元."""
    scale = {("万元", "亿元"): 4, ("元", "万元"): 4, ("元", "亿元"): 8, ("万美元", "亿美元"): 4}
    return figure.value.scaleb(-scale.get((figure.unit, figure.high_unit), 0)).normalize()


def _age(op: str, figure: Figure) -> dict[str, Any]:
    letter = "Y" if figure.unit == "年" else "M"
    value = figure.value
    if value != value.to_integral_value():
        value, letter = value * 12, "M"
    kind = "age_at_least" if op in (GE, GT, EQ) else "age_at_most"
    return {"op": kind, "value": f"P{int(value)}{letter}"}


def _period(
    sheet: Sheet, sense: Sense | None, plain: str, sentence: Sentence, begin: int, stop: int
) -> dict[str, str]:
    """The period of a figure, from its own words or, for a list of figures, from those before."""
    attribute = sheet.attribute(sense.attr) if sense else None
    if attribute is not None and not attribute.period:
        own = period_of(plain[begin:stop])
        return own if own.get("period", "").startswith(("months", "rolling")) else {}
    own = period_of(plain[begin:stop])
    if own or attribute is None:
        return own
    for start, end in reversed(clauses(plain, sentence.start, begin)):
        if before := period_of(plain[start:end]):
            return (
                before
                if re.search("[、，]$|、", plain[end - 1 : begin + 1] + plain[begin:stop])
                else {}
            )
    return {}
