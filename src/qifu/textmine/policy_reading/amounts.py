"""The figures of a notice that decide how much: sums, caps, floors, shares, prices, brackets."""

import re
from collections.abc import Iterator
from typing import Any, Final

from qifu.textmine.policy_reading.brackets import (
    GIVE,
    GIVING,
    bracket_lines,
    bracket_of_a_row,
    table_base,
)
from qifu.textmine.policy_reading.comparing import GE, LE, LT, Comparison, compare
from qifu.textmine.policy_reading.figures import (
    AREA,
    MONEY,
    PIECES,
    RATIO,
    TIME,
    TIMES,
    Figure,
)
from qifu.textmine.policy_reading.lexicon import FIGURE, fits
from qifu.textmine.policy_reading.marks import AMOUNT, Mark
from qifu.textmine.policy_reading.outline import CONDITIONS, PAYOUT, Sentence, clauses
from qifu.textmine.policy_reading.sheet import Sheet, listed

# what may be capped: the support itself, or a thing that it is counted from
_SUPPORT: Final = re.compile(
    "(?:资助|奖励|补贴|补助|扶持|支持|贴息|奖补|奖金|资金|优惠|减免|补偿|享受)"
    "(?:总)?(?:额度?|金额|资金|标准|总额|上限|期限|力度|规模|比例)?|额度|限额|封顶|奖励额"
)
_BUDGET: Final = re.compile(
    "(?:资金|预算|安排|规模|总盘子|财政)(?:总额|总量|总规模|安排|规模|投入|预算)(?:控制|"
    "为|约|不超过|共|[^，]{0,4}$)|安排[^，。]{0,8}资金[^，]{0,4}$|募集|总盘"
)
_LATER: Final = re.compile(
    "公示|有效期|任期|拨付期|实施期|建设期|监管期|整改|暂定|追溯|期满|办理|工作日|"
    "不得对外|内不得|试行|存续|分[一二两三四五\\d]年|之日起"
)
_EACH: Final = [
    (re.compile(pattern), name)
    for pattern, name in (
        (r"单个平台|每个(?:线上)?平台|单一平台", "platform"),
        (r"单个项目|每个项目|单一项目|同一项目|每项目|单项目", "project"),
        (r"单笔|每笔", "loan"),
        (r"单[家户个一](?:家|个)?(?:申报|申请)?(?:企业|单位|主体|机构|公司)?|"
            r"每[家户](?:企业|单位|机构)?|每个(?:企业|单位|主体)|同一(?:家)?(?:企业|单位|主体)"
            r"|每户|每家", "firm"),
        (r"每年度?|年度(?!贷款)|每个?自然年度?|单一年度|本年度|当年|一年内", "year"),
        (r"累计|合计|总额(?!度)|总计|总共", "total"),
    )
]  # fmt: skip
_TERM: Final = re.compile("(?:贴息|补贴|资助|奖励|扶持|支持|享受)(?:的?(?:期限|期|年限|时间|时限))")
_ITS_TERM: Final = re.compile("(?<![效施付设同])期限")
_SUPPORTED_AREA: Final = re.compile("(?:补贴|补助|资助|奖励|支持)(?:的)?面积")
_PER: Final = re.compile(
    r"\s?(?:/|每|一)\s?(?P<what>平方米|平米|㎡|m2|人|名|件|项|个|家|台|套|次(?!性)|吨|千瓦时|度|"
    r"亩|辆|张|篇|月)"
)
_PER_BEFORE: Final = re.compile(
    r"(?:每|按每)(?:新增|招用|吸纳|录用|引进|接收|培养|稳定)?[一1]?(?P<what>平方米|平米|"
    r"㎡|人|名|件|项|个|台|套|次|吨|千瓦时|度|亩|辆|篇)"
    r"(?:每月|每年|/月)?[^，。；\d每]{0,14}$"
)
# 每新增出口100万美元奖励1万元: the first sum is what the second is for
_FOR_EACH: Final = re.compile(
    r"每(?:新增|增加|增长|满|达到?|完成|实现)[^，。；每\d]{0,12}(?P<sum>\d[\d.]{0,9}\s?[百千]?[万亿]?(?:元|美元))"
    r"(?P<paid>[^，。；\d]{0,8})$"
)
_WHAT: Final = {
    "平方米": "m2",
    "平米": "m2",
    "㎡": "m2",
    "m2": "m2",
    "亩": "mu",
    "人": "person",
    "名": "person",
}
# characters between two lines of one table
_NEAR: Final = 40
_RECEIVED: Final = re.compile("补齐|补足|差额|差额补")


def read_amounts(sheet: Sheet) -> list[Mark]:
    """Every amount of the text, in order, with the sentence it stands in."""
    found: list[Mark] = []
    brackets = 0
    base: dict[str, Any] = {}
    paid = False  # whether something was paid in this sentence or right before it
    paid_item = -1
    reading = list(sheet.reading())
    tables = [bool(list(bracket_lines(sheet, sentence))) for _, sentence in reading]
    for at, (number, sentence) in enumerate(reading):
        beside = any(tables[max(0, at - 1) : at + 2])
        lines = list(bracket_lines(sheet, sentence, beside=beside))
        if lines:
            if not (
                found
                and found[-1].says.get("shape") == "tier"
                and lines[0][0] - found[-1].end < _NEAR
            ):
                brackets += 1
                base = table_base(sheet, sentence)
            for start, end, line in lines:
                says = line | {"table": f"t{brackets}"} | base
                found.append(Mark(AMOUNT, start, end, says, 0.9, sentence=number))
            paid, paid_item = True, sentence.item
            continue
        paid = paid and sentence.item == paid_item
        for mark in _sentence(sheet, sentence, paid):
            mark.sentence = number
            found.append(mark)
            paid, paid_item = True, sentence.item
    return found


def _sentence(sheet: Sheet, sentence: Sentence, paid: bool) -> Iterator[Mark]:
    plain = sheet.plain
    floor = sentence.start
    bound = -1  # where the last figure ended that is a condition
    for figure in sheet.figures_in(sentence.start, sentence.end):
        clause = _clause(plain, sentence, figure)
        if sheet.in_day(figure):
            continue
        if bound >= 0 and listed(plain, bound, figure.start):
            bound = floor = figure.end
            continue
        said = compare(plain, figure.start, figure.end, max(floor, clause[0]))
        says = _amount(sheet, sentence, clause, figure, said, paid)
        if says is None:
            floor = figure.end
            bound = figure.end if said.said else -1
            continue
        bound = -1
        start, end = _span(plain, clause, figure, said, says, floor)
        sure = 0.9 if says.pop("sure") else 0.7
        if figure.high is not None and says["shape"] == "fixed":
            yield Mark(AMOUNT, start, end, says | {"shape": "floor"}, sure)
            says |= {"shape": "cap", "value": figure.high, "unit": figure.high_unit}
        yield Mark(AMOUNT, start, end, says, sure)
        paid, floor = True, figure.end


def _clause(plain: str, sentence: Sentence, figure: Figure) -> tuple[int, int]:
    """The clause of a figure; inside parentheses the parenthesis."""
    for start, end in clauses(plain, sentence.start, sentence.end):
        if start <= figure.start < end:
            opened = plain.rfind("（", start, figure.start)
            if opened >= 0 and "）" not in plain[opened : figure.start]:
                closed = plain.find("）", figure.end, end)
                return opened + 1, closed if closed >= 0 else end
            return start, end
    return sentence.start, sentence.end


def _amount(
    sheet: Sheet, sentence: Sentence, clause: tuple[int, int], figure: Figure, said: Comparison,
    paid: bool,
) -> dict[str, Any] | None:  # fmt: skip
    """What the figure says as an amount; None where it is none."""
    plain = sheet.plain
    before, after = plain[clause[0] : said.start], plain[said.end : clause[1]]
    whole = plain[clause[0] : clause[1]]
    in_payout = sentence.role == PAYOUT
    giving = bool(GIVING.search(before + after)) or bool(GIVING.search(said.words))
    says: dict[str, Any] = {"value": figure.value, "unit": figure.unit}
    if figure.high is not None and figure.measure != MONEY:
        return None
    if figure.measure in (TIME, AREA, PIECES):
        limited = said.op == LE and _limit(sheet, sentence, clause, figure, said, paid)
        return {**says, "shape": "cap", "sure": True} | limited if limited else None
    if figure.measure not in (MONEY, RATIO, TIMES):
        return None
    if _BUDGET.search(before) and not re.search("单个|每[家户个]|最高", before):
        return None
    if _condition_of(sheet, sentence, clause, figure, said):
        return None
    if (
        (basis := _FOR_EACH.search(plain, clause[0], figure.end))
        and not basis["paid"]
        and re.match(
            f"[^，。；\\d]{{0,4}}(?:{GIVE})[^，。；\\d]{{0,4}}\\d", plain[figure.end : clause[1]]
        )
    ):
        return None
    per = _per(plain, clause, figure, said)
    elliptic = (
        paid
        and re.search("(?:的|企业|每家|单位|）|、|按|：)(?:一次性)?$", before or "的") is not None
    )
    given_before = sentence.role != CONDITIONS and bool(
        GIVING.search(plain, sentence.start, clause[0])
    )
    capped = (
        said.op == LE
        and bool(re.search("最高|最多|上限|封顶|限额|不超过|不高于|以内", said.words))
        and (paid or in_payout or giving or bool(_SUPPORT.search(before)) or given_before)
    )
    if not (giving or in_payout or elliptic or capped or per):
        return None
    if sentence.role == CONDITIONS and not (giving or capped):
        return None
    if figure.measure in (RATIO, TIMES):
        says["shape"] = "rate"
        if said.op == LE and said.said:
            says["at_most"] = True
        says |= _of(sheet, clause, said, figure)
    elif per:
        says |= {"shape": "per", "per": per}
        if said.op == LE and said.said:
            says["at_most"] = True
    else:
        says["shape"] = (
            {LE: "cap", LT: "cap", GE: "floor"}.get(said.op, "fixed") if said.said else "fixed"
        )
        if said.op == GE and not re.search("不低于|不少于|最低|至少|以上", said.words):
            says["shape"] = "fixed"
        if re.match("[^，。；]{0,3}(?:封顶|为上限|为限|上限)", after):
            says["shape"] = "cap"
        if says["shape"] == "fixed" and _RECEIVED.search(whole):
            says["less"] = "received"
        of = _capped(sheet, clause, said)
        if says["shape"] == "cap" and of:
            says["of"] = of
    each = _each(plain[clause[0] : said.end])
    if each and says["shape"] in ("cap", "rate", "floor"):
        says["each"] = each
    return {**says, "sure": giving or in_payout or (capped and paid)}


def _limit(
    sheet: Sheet, sentence: Sentence, clause: tuple[int, int], figure: Figure, said: Comparison,
    paid: bool,
) -> dict[str, Any] | None:  # fmt: skip
    """A most of something else than money: how long, how much floor, how many are supported."""
    plain = sheet.plain
    before, after = plain[clause[0] : said.start], plain[said.end : clause[1]]
    words = before + said.words
    paying = paid or sentence.role == PAYOUT
    if figure.measure == TIME:
        term = _TERM.search(words + after[:6]) or (paying and _ITS_TERM.search(words))
        if not term or _LATER.search(before):
            return None
        of = _base(sheet, clause, said, TIME)
        return {"of": of} if of else {"of": "new:term"}
    if figure.measure == AREA:
        return {"of": "new:area"} if _SUPPORTED_AREA.search(before) else None
    if not re.search("最多|至多|不超过|限", said.words + before[-4:]):
        return None
    each = _each(words)
    if sentence.role == CONDITIONS:
        supported = re.search("支持|资助|奖励|补贴|补助", words)
    else:
        supported = re.search("支持|资助|申报|奖励|补贴|补助|申请|推荐", words)
    counted = re.search("项目|产品|次|课题|个|平台|展会", after[:6] + figure.unit)
    if (supported and counted) or (each and paying and sentence.role != CONDITIONS):
        return {"of": "new:count", "each": each}
    return None


def _condition_of(
    sheet: Sheet, sentence: Sentence, clause: tuple[int, int], figure: Figure, said: Comparison
) -> bool:
    """Whether the figure is a bound of something of the firm: 「注册资本不低于800万元」."""
    plain = sheet.plain
    before = plain[clause[0] : said.start]
    behind = plain[said.end : clause[1]]
    if bracket_of_a_row(plain, sentence, figure, said):
        return True
    if said.op == "==" and re.search(r"(?:按|按照|以)[^，]{0,20}$", before):
        return False
    if re.match(r"[^，。；]{0,2}(?:的?标准)?(?:给予|予以|奖励|补贴|补助|资助|扶持)", behind) and (
        not said.said or re.search("按|最高|不超过|给予", before[-8:] + said.words)
    ):
        return False
    noun = re.search(r"([\u4e00-\u9fff%（）()、]{1,24})$", before)
    words = noun[1] if noun else ""
    if not said.said and not re.search("(?:达|满|实现|增长)$", words):
        return False
    last = re.split("、|和|及|且|的", words)[-1] if words else ""
    if _SUPPORT.search(last) and not re.search(
        "(?:贷款|担保|授信|合同|融资|交易)(?:额|总额)", last
    ):
        return False
    near = [
        sense
        for hit in sheet.hits_in(clause[0], said.start + len(said.words))
        if said.start - hit.end <= 12
        for sense in hit.of(FIGURE)
        if fits(sense, figure.measure)
    ]
    if re.search("最高|最多|上限|封顶|限额", said.words) and sentence.role != CONDITIONS:
        return False
    if near and said.said:
        return not (
            GIVING.search(plain[clause[0] : clause[1]])
            and said.op == LE
            and sentence.role != CONDITIONS
            and _pays(before, behind)
        ) and not (
            sentence.role == PAYOUT and said.op == LE and not re.search("企业|项目|单位", before)
        )
    if sentence.role == CONDITIONS:
        return said.said and not _pays(before, behind)
    measured = re.search(
        r"(?:额|收入|资本|资产|投入|投资|费用|产值|资金|率|比例|比重|占比|增长|增速|利润|"
        r"税收|营收|规模|成本)(?:总额)?(?:（[^）]{0,12}）)?(?:累计|合计|均|同比)?在?$",
        words,
    )
    return bool(said.said and measured and not _pays(before, behind))


def _pays(before: str, behind: str) -> bool:
    return bool(GIVING.search(before[-14:]) or re.match(f"[^，。；]{{0,6}}(?:{GIVE})", behind))


def _per(plain: str, clause: tuple[int, int], figure: Figure, said: Comparison) -> str | None:
    if figure.measure != MONEY:
        return None
    if (basis := _FOR_EACH.search(plain, clause[0], figure.start)) and basis["paid"]:
        return str(basis["sum"])
    match = _PER.match(plain, figure.end) or _PER_BEFORE.search(plain, clause[0], figure.start)
    if (
        match is None
        or match["what"] in ("家", "月")
        or (match["what"] == "个" and "每个" in match[0] and "企业" in match[0])
    ):
        return None
    what = _WHAT.get(match["what"], "piece")
    # 每个项目最高10万元 caps each one; 每平方米最高10元 is a price
    capped = what == "piece" and match.start() < figure.start and said.said and said.op == LE
    return None if capped else what


def _each(words: str) -> list[str]:
    return [name for pattern, name in _EACH if pattern.search(words)]


def _base(sheet: Sheet, clause: tuple[int, int], said: Comparison, measure: str) -> str | None:
    names = [
        (hit.end - hit.start, sense.attr)
        for hit in sheet.hits_in(clause[0], said.end + 6)
        for sense in hit.of(FIGURE)
        if fits(sense, measure)
    ]
    return max(names)[1] if names else None


def _of(sheet: Sheet, clause: tuple[int, int], said: Comparison, figure: Figure) -> dict[str, Any]:
    """The base of a share: the money that is named right before it."""
    plain = sheet.plain
    multiple = re.search("分档|档次|上述|基础补贴|奖励标准", plain[clause[0] : said.start])
    if figure.measure == TIMES and multiple:
        return {"of": "table:t1"}
    names = [
        (hit.end, hit.end - hit.start, sense.attr)
        for hit in sheet.hits_in(clause[0], figure.start)
        for sense in hit.of(FIGURE)
        if fits(sense, MONEY)
    ]
    return {"of": max(names)[2]} if names else {}


def _capped(sheet: Sheet, clause: tuple[int, int], said: Comparison) -> str | None:
    """What a cap limits where that is not the support: 「贷款规模上限为5000万元」."""
    before = sheet.plain[clause[0] : said.start + len(said.words)]
    if _SUPPORT.search(before[-8:]) and "贷款" not in before[-8:]:
        return None
    names = [
        (hit.end, hit.end - hit.start, sense.attr)
        for hit in sheet.hits_in(clause[0], said.start + len(said.words))
        for sense in hit.of(FIGURE)
        if fits(sense, MONEY) and said.start - hit.end <= 3
    ]
    return max(names)[2] if names else None


def _span(
    plain: str, clause: tuple[int, int], figure: Figure, said: Comparison, says: dict[str, Any],
    floor: int,
) -> tuple[int, int]:  # fmt: skip
    """From the words for each, the base or the operator to the unit (with 每平方米 behind it)."""
    start, end = min(said.start, figure.start), max(said.end, figure.end)
    per = _PER.match(plain, figure.end)
    if says["shape"] == "per" and per:
        end = per.end()
    begin = max(clause[0], floor)
    if says.get("each"):
        first = [m.start() for pattern, _ in _EACH for m in pattern.finditer(plain, begin, start)]
        start = min([start, *first])
    elif says["shape"] == "rate" and says.get("of"):
        base = re.search(r"(?:按照?|按)?([^，。；：按]{2,24})$", plain[begin:start])
        start = begin + base.start(1) if base else start
    return start, end
