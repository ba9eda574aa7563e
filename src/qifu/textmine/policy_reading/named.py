"""Conditions by the words of the catalogue: titles, trades, sizes, boards, flags."""

import re
from dataclasses import dataclass
from typing import Any, Final

from qifu.textmine.policy_reading.days import period_of, within
from qifu.textmine.policy_reading.denied import NOT
from qifu.textmine.policy_reading.lexicon import DATE, FLAG, VALUE, Hit
from qifu.textmine.policy_reading.marks import CONDITION, Choice, Mark
from qifu.textmine.policy_reading.outline import CONDITIONS, PAYOUT, Sentence, clauses
from qifu.textmine.policy_reading.places import NEW, proposed
from qifu.textmine.policy_reading.sheet import Sheet, names_of_other_things

# what makes of a title the name of something else
_NAME_GOES_ON: Final = re.compile(
    r'"?(?:的)?(?:认定|评价|管理|培育|发展|培训|服务|奖励|申报|资质)?(?:管理办法|办法|'
    r"细则|指南|通知|政策|专项资金|资金|奖励|补贴|资助|补助|工作|平台|系统|领导小组|协会|"
    r"联合会|工程|计划|行动|规划|部门|局|委员会|指标|税收优惠|事业|创新发展|高质量发展|"
    r"转型|升级|生态)"
)
_GOES_ON: Final = re.compile(
    "板|性(?![较强好])|局|协会|联合会|促进会|部(?![分门])|法(?!人)|园(?!区)|税|(?<=逾期)[未不]"
)
_DEFINES: Final = re.compile(
    r'"?(?:的)?(?:（[^）]{0,12}）)?(?:须|应当?|必须|需|是指|认定(?:须|应|条件)|(?:评价|'
    r"认定)?(?:条件|标准))"
)
_ASKS_FOR: Final = re.compile(
    r"(?:(?:申请|申报)(?:认定|评定|评选|复核|备案)?(?:为|成为)?[\"]?|(?:开展|组织|推荐|鼓励|促进|推动|培育|加快|引导|做好|关于)"
    r"[^，。；的]{0,6})$"
)
# behind a trade or a size the sentence goes on, or it was a piece of a longer name
# 「总部企业认定。」 at the head of a part
_TITLE_OF_A_PART: Final = re.compile(
    r'["）]?(?:的)?(?:认定|评选|评定|申报|备案|遴选|入库)(?:工作|条件|标准|对象)?\s?(?:[。：\n]|$)'
)
_ENDS: Final = re.compile(
    r'["）]?(?:$|[，。；、：（）\s"\n]|的|和|或|及|与|并|且|等|给予|按|可|每|在|为|须|应|'
    r"最高|一次性|奖|新|首|上|年|职|营|实|注|从|拥|产|总|主|累|缴|近|研|购|租|申|纳|被|单|不|已|未|自|企业|单位|民营|中|类|"
    r"行业|贷|项目|以)"
)
_TITLES: Final = ("qualifications",)
_LINK: Final = re.compile(
    r'["\s]?(?:（[^）]{0,16}）)?["\s]?(?:、|和|或者?|及|与|以及|/)'
    r'["\s]?(?P<more>(?:[\u4e00-\u9fff]{2,10}(?:、|和|或者?|及|与))*)["\s]?'
)
_OWN_NOUN: Final = re.compile('(?:企业|单位|机构|公司|产品|小巨人|冠军|法人)["]?$')
_EXCEPT: Final = re.compile(r"^[^，。；）]{0,30}(?:除外|不在此列|不受此限)")
_UPWARDS: Final = re.compile(r"(?:（含）)?(?:及|或)?以上")


@dataclass
class _Found:
    """Words of one attribute, joined where they are one list."""

    start: int
    end: int
    attr: str
    kind: str
    codes: list[str]


def read_named(sheet: Sheet, number: int, sentence: Sentence, taken: list[Mark]) -> list[Mark]:
    """The conditions of one sentence by words; words inside `taken` marks are left to these."""
    plain = sheet.plain
    other = names_of_other_things(plain, sentence.start, sentence.end)
    spans = [(m.start, m.end) for m in taken]
    found = []
    for one in _joined(plain, _longest(sheet, sentence, other)):
        if any(a < one.end and one.start < b for a, b in spans):
            continue
        clause = next(
            (c for c in clauses(plain, sentence.start, sentence.end) if c[0] <= one.start < c[1]),
            None,
        )
        if clause is None or not _stated(plain, sentence, clause, one):
            continue
        mark = _mark(sheet, sentence, clause, one)
        mark.sentence = number
        found.append(mark)
    return found


def _longest(sheet: Sheet, sentence: Sentence, other: list[tuple[int, int]]) -> list[Hit]:
    """The words that are values, flags or days, the longest at each place."""
    kept: list[Hit] = []
    hits = [
        h
        for h in sheet.hits_in(sentence.start, sentence.end)
        if h.of(VALUE) or h.of(FLAG) or h.of(DATE)
    ]
    for hit in sorted(hits, key=lambda h: (h.start - h.end, h.start)):
        if any(hit.start < k.end and k.start < hit.end for k in kept):
            continue
        if any(a <= hit.start and hit.end <= b for a, b in other):
            continue
        kept.append(hit)
    return sorted(
        (h for h in kept if not _GOES_ON.match(sheet.plain, h.end)), key=lambda h: h.start
    )


def _joined(plain: str, hits: list[Hit]) -> list[_Found]:
    """「住宿、餐饮企业」 is one list; words that each have a noun of their own stand apart."""
    found: list[_Found] = []
    for hit in hits:
        kind = VALUE if hit.of(VALUE) else FLAG if hit.of(FLAG) else DATE
        senses = hit.of(kind)
        attr = senses[0].attr
        codes = [sense.code for sense in senses if sense.attr == attr and sense.code]
        last = found[-1] if found else None
        if last and last.attr == attr and kind == VALUE and hit.start - last.end < 40:
            link = _LINK.fullmatch(plain, last.end, hit.start)
            if link and not _OWN_NOUN.search(plain, last.start, last.end):
                unknown = [w for w in re.split("、|和|或者?|及|与", link["more"]) if w]
                codes = [*(NEW + proposed("value", word) for word in unknown), *codes]
                last.codes += [code for code in codes if code not in last.codes]
                last.end = hit.end
                continue
        if (
            last
            and (last.attr, last.kind) == (attr, FLAG)
            and not re.search("[，；。]", plain[last.end : hit.start])
        ):
            last.end = hit.end
            continue
        found.append(_Found(hit.start, hit.end, attr, kind, codes))
    return found


def _stated(plain: str, sentence: Sentence, clause: tuple[int, int], one: _Found) -> bool:
    """Whether the words say something of who may apply, and are no name or definition."""
    before, after = plain[clause[0] : one.start], plain[one.end : sentence.end]
    if (one.kind == VALUE and _NAME_GOES_ON.match(after)) or _DEFINES.match(after):
        return False
    if one.attr in ("industry", "size_class") and not _ENDS.match(after):
        return False
    if before.endswith("重点") and one.attr == "industry":
        return False
    if one.kind == DATE:
        return within(before[-16:]) is not None and not re.search(
            "成立|注册", plain[one.start : one.end]
        )
    if _TITLE_OF_A_PART.match(after) and not re.search("获|通过|取得|已|被|为$|经", before[-12:]):
        return False
    named = _OWN_NOUN.search(plain, one.start, one.end) or one.attr in _TITLES
    if named and _ASKS_FOR.search(before) and not re.search("对|的$", before[-3:]):
        return False
    if re.search(r"(?:为|促进|推动|加快|引导|鼓励)[^，。；的对]{2,}$", before) and re.search(
        "发展|建设|环境|转型", after[:10]
    ):
        return False
    if sentence.role in (CONDITIONS, PAYOUT) or sentence.above:
        return True
    whole = plain[clause[0] : clause[1]]
    return bool(re.search("企业|单位|机构|法人|公司|的|上市|挂牌|项目|贷款|纳|属于|对", whole))


def _mark(sheet: Sheet, sentence: Sentence, clause: tuple[int, int], one: _Found) -> Mark:
    plain = sheet.plain
    before, after = plain[clause[0] : one.start], plain[one.end : clause[1]]
    denied = _denies(before)
    start, end = one.start, one.end
    if lead := re.search(
        "(?:首次|新)?(?:通过|获得|获评|获|认定为|(?<!重)新认定的?|入选|进入|列入|纳入|"
        '具有|属于|拥有|取得|为)["的]?[^，。；、的]{0,10}$',
        before[-16:],
    ):
        start = one.start - len(before[-16:]) + lead.start()
    says: dict[str, Any]
    attribute = sheet.attribute(one.attr)
    if one.kind == FLAG:
        says = {"attr": one.attr, "op": "is", "value": not denied}
    elif one.kind == DATE:
        says = {"attr": one.attr, "op": "within_last", "value": within(before[-16:])}
        match = re.search("近|最近|过去", before[-16:])
        start = one.start - len(before[-16:]) + (match.start() if match else 0)
    elif attribute is not None and attribute.type == "set":
        says = {"attr": one.attr, "op": "has_any", "value": one.codes}
    else:
        wide = attribute is not None and len(sheet.lexicon.catalogue.tree(attribute)) > 60
        says = {"attr": one.attr, "op": "under" if wide else "in", "value": one.codes}
        if not wide and attribute is not None and _UPWARDS.match(after):
            # B级及以上: everything that the list of codes names before it
            order = list(sheet.lexicon.catalogue.tree(attribute))
            says["value"] = order[: max(order.index(code) for code in one.codes) + 1]
    if one.attr == "industry":
        says["hard"] = True
    if one.kind == VALUE and (own := period_of(before[-12:])).get("period", "").startswith("year:"):
        says |= own
    mark = Mark(CONDITION, start, end, says, 0.85)
    if _EXCEPT.match(after) or (denied and one.kind == VALUE):
        mark.group = Choice("not")
        if one.kind == FLAG:
            says["value"] = True
    return mark


def _denies(before: str) -> bool:
    """Whether a denial right before the words reaches them: 非…, 未列入…, 不属于…."""
    last = None
    for match in NOT.finditer(before):
        last = match
    if last is None:
        return bool(re.search("非$|不是$|不属于$", before))
    between = before[last.end() :]
    return len(between) <= 14 and not re.search("的(?=[^、]*$)|，|且|并", between)
