"""Conditions that something must not be: 未被列入…, 无…记录, 不存在…, and past support."""

import re
from collections.abc import Iterator
from typing import Any, Final

from qifu.textmine.policy_reading.days import period_of
from qifu.textmine.policy_reading.lexicon import FLAG, Hit
from qifu.textmine.policy_reading.marks import CONDITION, Choice, Mark, trimmed
from qifu.textmine.policy_reading.outline import CONDITIONS, Sentence
from qifu.textmine.policy_reading.places import NEW, proposed
from qifu.textmine.policy_reading.sheet import Sheet, names_of_other_things

NOT: Final = re.compile(
    r"(?:从未|尚未|未曾|(?<!应[\u4e00-\u9fff])未(?!来|满|达|超|及|名|婚|经|按|依|尽|必)|没有|并无|均无|"
    r"(?<![并均])无(?!偿|形|需|须|锡|人机|人驾|论|纸|线|缝|障碍|条件|法|土|菌|效|尘|废|害)"
    r"|不存在|不属于|不涉及|非(?=国家|失信|限制|禁止|淘汰|列入)|不得(?:有|存在|列入|发生|"
    r"出现|被|属于|为|用于|从事|投向|含有|参与)(?!\d)|不在(?=[^，。；]{0,24}(?:名单|名录|范围|目录|期内|之列))|"
    r"不(?:从事|具有|拥有))"
)
_BAD: Final = re.compile(
    "违法|违规|失信|处罚|事故|异常|拖欠|欠[税薪缴息款]|逾期|骗|挪用|截留|虚报|弄虚|作假|"
    "造假|不良|犯罪|诉讼|纠纷|黑名单|名录|名单|惩戒|"
    "吊销|停业|破产|清算|[偷漏逃]税|抄袭|侵权|重复申|污染|淘汰|禁止|限制|负面|行贿|贿赂|"
    "非法|严重|重大|垄断|查处|立案|被执行|强制|"
    "关联|控股关系|控制关系|查封|冻结|亏损|投诉|不端|违约|争议|问题|记录|行为|情形|情况|责任"
)
_TAIL: Final = re.compile(r"等[^，。；]{0,10}?(?:行为|情况|情形|问题|现象|记录|事项|活动|案件)")
_SPLIT: Final = re.compile("、|，|或者|以及|或|和|及|与")
_HAD: Final = re.compile(
    r"(?P<had>已经?|曾经?|未曾?|没有|未)?(?:在[^，。；]{0,6})?(?:获得?|享受|领取|得到|"
    r"取得|给予)(?P<past>过)?(?P<what>[^，。；]{0,22}?)"
    r"(?:奖励|资助|补贴|补助|扶持|支持|配套资金|财政资金)(?:资金|政策|"
    r"项目)?(?P<past2>过)?(?:的|，|、|；|。|$|但|）)"
)


_WHOM: Final = re.compile("(?:企业|单位|主体|机构|申请人|申报人)$")


def read_denied(sheet: Sheet, number: int, sentence: Sentence) -> list[Mark]:
    """What one sentence denies, and whether past support is asked or ruled out."""
    found = list(_had(sheet, sentence))
    found += [
        mark for mark in _denied(sheet, sentence)
        if not any(mark.overlaps(one.start, one.end) for one in found)
    ]  # fmt: skip
    for mark in found:
        mark.sentence = number
    return found


def _had(sheet: Sheet, sentence: Sentence) -> Iterator[Mark]:
    """「已获省级奖励的」: past support is a fact of the firm."""
    plain = sheet.plain
    for match in _HAD.finditer(plain, sentence.start, sentence.end):
        if not (match["had"] or match["past"] or match["past2"]) or re.search(
            "可|按|不超过|最高|\\d", match["what"]
        ):
            continue
        denied = (match["had"] or "").startswith(("未", "没"))
        start, end = trimmed(plain, match.start(), match.end())
        attr = _flag_in(sheet, start, end) or NEW + proposed("received", match["what"])
        says: dict[str, Any] = {"attr": attr, "op": "is", "value": not denied}
        yield Mark(CONDITION, start, end, says | _rolling(plain, sentence, start, end), 0.75)


def _denied(sheet: Sheet, sentence: Sentence) -> Iterator[Mark]:
    plain = sheet.plain
    other = names_of_other_things(plain, sentence.start, sentence.end)
    at = sentence.start
    while match := NOT.search(plain, at, sentence.end):
        at = match.end()
        if any(a <= match.start() < b for a, b in other):
            continue
        if match[0] == "不属于" and plain[match.start() - 1] == "的":
            continue  # 「更名的不属于新设」 leaves out what stands before it
        end = _scope(plain, match.end(), sentence.end)
        words = plain[match.start() : end]
        if re.search("(?:下列|以下|如下)(?:行为|情形|情况|问题|之一)?$", words):
            continue  # the list behind it says what must not be
        whom = match[0] == "不属于" and _WHOM.search(plain, sentence.start, match.start())
        if not (_BAD.search(words) or whom or sentence.role == CONDITIONS or sentence.above):
            behind = plain[end : end + 10]
            whose = re.match("的[\u4e00-\u9fff]{0,6}(?:企业|单位|机构|项目)(?:除外|不)", behind)
            if not whose and not _flag_in(sheet, match.start(), end):
                continue
        if re.match(r"[^，。；]{0,3}(?:超过|高于|低于|少于|达到|足|满)", plain[match.end() : end]):
            continue
        begin = match.start() - 2 * plain.endswith("逾期", sentence.start, match.start())
        marks = list(_scoped(sheet, sentence, begin, match.end(), end))
        if re.match("的[\u4e00-\u9fff]{0,6}(?:企业|单位|机构|项目)?除外", plain[end : end + 14]):
            for mark in marks:
                mark.group = Choice("not")
        yield from marks
        at = max(at, end)


def _scope(plain: str, start: int, end: int) -> int:
    """Where a denial ends: at 等行为 if it comes before another denial, else with the clause."""
    tail = _TAIL.search(plain, start, min(end, start + 110))
    if tail:
        between = plain[start : tail.start()]
        if not NOT.search(between) and not re.search("[。；）]|企业的|应当|具有|的企业", between):
            return tail.end()
    stop = re.compile(
        "[，。；）]|且|或(?=[^，。；、]{2,14}(?:不[高低超少]|达|超|低于|高于|\\d))|并(?=[具有])|的[\u4e00-\u9fff]{0,8}?(?:企业|单位|机构)"
    ).search(plain, start, end)
    if stop is None:
        return end
    aside = plain[start : stop.start()]
    closes = stop[0] == "）" and aside.count("（") > aside.count("）")
    return stop.end() if closes else stop.start()


def _scoped(sheet: Sheet, sentence: Sentence, begin: int, start: int, end: int) -> Iterator[Mark]:
    """One mark for each offence or list that the catalogue tells apart, one for the rest."""
    plain = sheet.plain
    period = _rolling(plain, sentence, begin, end)
    flags: list[tuple[str, int, int]] = []
    for hit in _longest(sheet.hits_in(begin, end)):
        if hit.start > start + 2 and plain[hit.start - 1] == "等":
            continue  # 等违法违规行为: the kind of what was said, not one more
        attr = hit.of(FLAG)[0].attr
        if flags and flags[-1][0] == attr:
            flags[-1] = (attr, flags[-1][1], hit.end)
        else:
            flags.append((attr, hit.start, hit.end))
    rest: list[tuple[int, int]] = []
    for first, last in _pieces(plain, start, end):
        if any(a < last and first < b for _, a, b in flags):
            continue
        if not flags or (
            _BAD.search(plain, first, last)
            and last - first > 2
            and not plain.startswith("等", first)
        ):
            rest.append((first, last))
    for at, (attr, first, last) in enumerate(flags):
        whole = begin if at == 0 and first - begin <= 12 else first
        end_of = _to_cut(plain, last, end)
        says: dict[str, Any] = {"attr": attr, "op": "is", "value": False} | period
        s, e = trimmed(plain, whole, end_of)
        yield Mark(CONDITION, s, e, says, 0.9)
    if rest:
        s, e = trimmed(plain, rest[0][0] if flags else begin, rest[-1][1])
        words = plain[rest[0][0] : rest[-1][1]]
        if len(words) < 2:
            return
        says = {"attr": NEW + proposed("has", words), "op": "is", "value": False} | period
        yield Mark(CONDITION, s, e, says, 0.7 if _BAD.search(words) else 0.55)


def _to_cut(plain: str, start: int, end: int) -> int:
    cut = _SPLIT.search(plain, start, end)
    return cut.start() if cut else end


def _pieces(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for cut in [*_SPLIT.finditer(plain, start, end), None]:
        stop = cut.start() if cut else end
        if stop > at:
            yield at, stop
        at = cut.end() if cut else end


def _longest(hits: list[Hit]) -> list[Hit]:
    """The flags among the words, without those inside a longer one."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if hit.of(FLAG) and not (kept and hit.start < kept[-1].end):
            kept.append(hit)
    return kept


def _flag_in(sheet: Sheet, start: int, end: int) -> str | None:
    hits = _longest(sheet.hits_in(start, end))
    return hits[0].of(FLAG)[0].attr if hits else None


def _rolling(plain: str, sentence: Sentence, start: int, end: int) -> dict[str, str]:
    """近三年 in front of a record, where the sentence says it before."""
    return period_of(plain[max(sentence.start, start - 30) : end], event=True)
