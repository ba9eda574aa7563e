"""How a word is said: as a fact, denied, only asked about, or as a part of an address."""

import re
from typing import Final

DENIED, ASKED, PLACE, FACT = "denied", "asked", "place", "fact"

_SENTENCE_END = "。！？!?；;\n"
_CLAUSE_END = _SENTENCE_END + "，,、：:"
# how far a sentence is looked at on either side of a word: enough for people, bounded for machines
_FAR: Final = 120

# what may stand between 没有, 是否, 准备 … and the word they belong to
_BETWEEN = (
    "(?:有|曾|要|向|去|到|在|经过?|通过|进行|走|被|提起|申请|涉及|属于|任何|其他|其它|"
    "人民法院|法院|仲裁委员会|仲裁委|仲裁|劳动|行政|信访局|信访部门|信访|纪委|有关部门|部门|"
    "我们|我司|公司){0,4}$"
)
_NO = re.compile("(?:(?<!得)不[能会敢愿]?|并非|没有?|未|从未|尚未|无须|无需|无法?)" + _BETWEEN)
_MAYBE = re.compile(
    "(?:是否|能否|可否|能不能|可不可以|要不要|需不需要|可以|如何|怎么|怎样|想|准备|打算|考虑|如果|"
    "假如|若|只能|只好|建议|告知|让|叫|要求)" + _BETWEEN
)
_QUESTION = re.compile("[?？]|怎么|如何|怎样|吗|是否|能否|可否|能不能|什么|哪")
# what happened says so: 已起诉, 起诉了, 反映过, 判决书
_HAPPENED = re.compile(
    "已|曾|正在|(?<!为)了(?!解)|(?<![通超不])过(?![程高多期于])|判决|裁定|裁决|开庭|在审|执行中|"
    "至今|未果|无果|多次|年年|去年|昨天|前[天年]|上[周月]"
)
# a name that goes on like this is a road, a stop or a way of saying where
_PLACE = re.compile(
    "(?:路(?![径子上演由费途])|街(?!道)|大道|大街|大路|巷|旁(?![听观])|附近|对面|门口|后面(?![临对])|"
    "前面(?![谈临对])|隔壁|斜对|以[东南西北]|往[东南西北]|[东南西北]侧|宿舍|家属[院楼区]|小区|大院|"
    "楼下|地铁|公交|片区|一带(?!一路)|周边|宾馆|酒店|大厦|公园)"
)


def how_said(text: str, start: int, end: int) -> str:
    """How the word at `text[start:end]` is said: DENIED, ASKED, PLACE or FACT.

    A question about what has happened (「已经起诉了怎么办」) is a fact; a question about what might
    be (「能不能起诉」, 「商业秘密泄露怎么办」) is asked.
    """
    if _PLACE.match(text, end):
        return PLACE
    before = text[_back(text, start, _CLAUSE_END) : start]
    clause = before + text[start:end] + clause_after(text, end, _FAR)
    if _MAYBE.search(before):
        return FACT if _HAPPENED.search(clause) else ASKED
    if _NO.search(before):
        return DENIED
    first, last = sentence(text, start, end)
    whole = text[first:last]
    return ASKED if _QUESTION.search(whole) and not _HAPPENED.search(whole) else FACT


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of the sentence around a span, its closing mark included; at most _FAR each way."""
    last = end
    while last < len(text) and last - end < _FAR and text[last] not in _SENTENCE_END:
        last += 1
    if last < len(text) and last - end < _FAR:
        last += 1
    return _back(text, start, _SENTENCE_END), last


def clause_after(text: str, end: int, most: int) -> str:
    """What follows in the same clause, at most so many characters."""
    last = end
    while last < len(text) and last - end < most and text[last] not in _CLAUSE_END:
        last += 1
    return text[end:last]


def _back(text: str, start: int, marks: str) -> int:
    first = start
    while first > 0 and start - first < _FAR and text[first - 1] not in marks:
        first -= 1
    return first
