"""Which comparison the words around a figure make: 不低于, 以上, 超过, 最高 and their like."""

import re
from dataclasses import dataclass
from typing import Final

GE, LE, GT, LT, EQ, NE = ">=", "<=", ">", "<", "==", "!="
_MAY = "(?:得|能|应|可|宜|许|需)?"
# what may stand between 最高 and its figure: 最高奖励额度为, 最多可享受贴息
_LINK = (
    "(?:的?(?:为|是|达到?|给予|予以|(?:支持|资助|奖励|补贴|补助|扶持|奖补|贴息|贷款|减免)"
    "(?:总额|额度?|金额|标准|资金|期限|比例|上限)?|享受|获得?|按照?|每年|每家|每户|人民币|约|"
    "不超过|不高于|在|可|申报|补足|补齐|至|限额?|期限|额度?|一次性)){0,5}"
)
# Civil Code, article 1259: 以上, 以下, 以内 and 届满 include the figure, 超过, 不满, 以外 do not
_BEFORE: Final = [
    (re.compile(p + r"\s?$"), op, weak)
    for p, op, weak in (
        (f"(?:不|未|没有|无){_MAY}(?:超过|超出|高于|大于|多于|突破|长于|晚于)(?:人民币|其|"
            "上年度?的?)?", LE, False),
        (f"(?:不|未){_MAY}(?:低于|少于|小于|短于|下于|早于)(?:人民币)?", GE, False),
        ("(?:大于|高于|多于|超过)(?:或者?|、)?等于|(?:≥|>=|≧|等于或超过|等于或大于)", GE, False),
        ("(?:小于|低于|少于)(?:或者?|、)?等于|(?:≤|<=|≦|小于等于)", LE, False),
        (f"(?:最高|最多|最长|最大|至多|上限|封顶|限额){_LINK}", LE, False),
        (f"(?:最低|至少|最少|起码|下限|最短){_LINK}", GE, False),
        ("不(?:得|能|应|可)?(?:为|是|等于)", NE, False),
        ("(?<![不未])(?:超过了?|超出|超|高于|大于|多于|突破|逾|高出|优于|"
            "长于|>)(?:人民币)?", GT, False),
        ("(?<![不未])(?:低于|小于|少于|短于|不足|不满|不到|<)(?:人民币)?", LT, False),
        ("(?:控制在|保持在|维持在|稳定在|处于|介于)", EQ, True),
        ("(?<![不未])(?:达到?了?|满|实现|累计|届满|完成|增长|增加|净增|提升|提高|下降|"
            "降低)(?:人民币|为)?", GE, True),
        ("(?:为|是|等于|=)", EQ, True),
    )
]  # fmt: skip
_NOT_INCL = "（(?:不含|不包含|不包括)[^）]{0,8}）"
_INCL = "（(?:含|包含|包括)[^）]{0,8}）"
_AFTER: Final = [
    (re.compile(p), op)
    for p, op in (
        (rf"\s?(?:人民币)?(?:{_NOT_INCL}以上|以上{_NOT_INCL})", GT),
        (rf"\s?(?:人民币)?(?:{_NOT_INCL}以下|以下{_NOT_INCL})", LT),
        (rf"\s?(?:人民币)?(?:{_INCL})?\s?(?:及|和|或|（含）)?(?:其)?(?:以上|之上)(?:{_INCL})?", GE),
        (rf"\s?(?:人民币)?(?:{_INCL})?\s?(?:及|和|或)?(?:以下|以内|之内|之下)(?:{_INCL})?", LE),
    )
]
_OF_THEN = re.compile(
    r"(?:(?:19|20)\d{2}年(?:\d{1,2}月)?|上一?年度?|去年|年初|上年末)(?:同期|末|底)?(?:的|水平的?)$"
)
# 不少于教师总数的四分之一: what a share is of, right before the share
_SHARE_OF = re.compile(
    "(?<=[于过到占达])(?:(?![不于过])[\u4e00-\u9fff]){1,14}(?:总数|总额|总量|总和|人数|收入|面积|投入|投资|资本|数量|股份|"
    "产值|销售额|工程量|资产|总人数|额|量|数)的?$"
)
# 5000万元≤营业收入: the sign behind a figure says the opposite of what it says before it
_SIGNED_AFTER: Final = [
    (re.compile(p), op)
    for p, op in ((r"\s?(?:≤|<=|≦)", GE), (r"\s?(?:≥|>=|≧)", LE), (r"\s?<", GT), (r"\s?>", LT))
]
_RANK = re.compile("(?:前|前列第|排名前|位居前|位列前|进入前)\\s?$")


@dataclass(frozen=True)
class Comparison:
    """The operator, the span of its words with the figure, and whether words said it at all."""

    op: str
    start: int
    end: int
    said: bool
    words: str = ""  # those before the figure


def compare(plain: str, start: int, end: int, floor: int = 0) -> Comparison:
    """The comparison that a figure at `[start, end)` stands in; nothing before `floor` is read.

    A figure without any such word is `==` with `said` false. 「达到10%以上」 is `>=` by its tail,
    「不超过5%」 is `<=` and not `>`.
    """
    begin = max(floor, start - 28)
    # 不低于2022年1月的95%: what a share is of stands between the comparison and the figure
    base = _OF_THEN.search(plain[begin:start])
    if base is None and (plain[end - 1] in "%成" or "分之" in plain[start:end]):
        base = _SHARE_OF.search(plain[begin:start])
    before = plain[begin : begin + base.start() if base else start]
    head, op, weak, words = start, EQ, True, ""
    for pattern, sign, soft in _BEFORE:
        match = pattern.search(before)
        if match:
            head, op, weak, words = begin + match.start(), sign, soft, match[0]
            break
    if _RANK.search(before):
        match = _RANK.search(before)
        head = begin + (match.start() if match else 0)
        return Comparison(LE, head, end, True, "前")
    tail = end
    for pattern, sign in _AFTER:
        match = pattern.match(plain, end)
        if match:
            tail = match.end()
            if weak:
                op, weak = sign, False
            words = words or match[0]
            break
    if not words:
        for pattern, sign in _SIGNED_AFTER:
            if match := pattern.match(plain, end):
                return Comparison(sign, head, match.end(), True, match[0])
    return Comparison(op, head, tail, bool(words), words)
