"""What a list of conditions says in words of its own: a proposed flag, or what people judge."""

import re
from collections.abc import Iterator
from typing import Any, Final

from qifu.textmine.policy_reading.denied import NOT
from qifu.textmine.policy_reading.marks import AMOUNT, CONDITION, Choice, Mark, trimmed
from qifu.textmine.policy_reading.outline import CONDITIONS, PAYOUT, Sentence, clauses, leads_to
from qifu.textmine.policy_reading.places import NEW, proposed
from qifu.textmine.policy_reading.sheet import Sheet

# words that only a person can weigh
JUDGED: Final = re.compile(
    "健全|完整|齐备|充足|适宜|规范(?!认证|标准|文件)|完善|良好|较[强好高大]|显著|明显|合理|可行|清晰|明确|优秀|突出|领先|"
    "较为|相应|必要|"
    "守法|遵守|诚信|信誉|依法经营|合法经营|正常经营|重点支持|重点领域|方向|领域|战略|规划|政策|示范|"
    "带动|能力|潜力|前景|积极|主动|稳定|充分|成熟|高质量|创新性|可持续|"
    "符合[^，]{0,40}(?:要求|规定|政策|规划|方向|条件|标准|导向|目录|》)|"
    "广泛|独特|传承|文化|适应|匹配|导向|先进|前列|知名|良好|稳健|齐全|完备|过硬|科学(?!技术|家|院|研究)|严格|切实|扎实|丰富|成效|"
    "[低高优]于(?:同?行业|全国|全市|全省)[^，]{0,6}(?:平均|先进|水平|标准|要求)|灵活|畅通|协调|"
    "促进[^，]{0,20}发展|服务于|有利于|推动|坚持|效益|优势|特色|影响力|水平|真实|属实"
)
# a fact that a register or a paper shows
_FACT: Final = re.compile(
    "已|获得?|取得|拥有|具有|具备|建有|设有|设立|通过|完成|签订|属于|纳入|列入|入选|认定|"
    "入库|备案|立项|购置|购买|租赁|入驻|上市|"
    "挂牌|参与|承担|开展|从事|提供|实现|投产|结清|缴纳|开设|建立|配备|持有|委托|在库|"
    "迁入|首次|新|参加|租用|招用|吸纳|引进|举办|投保|研制|生产|出口|聘|"
    "^有|(?<=[\u4e00-\u9fff]{2})有(?!关|效|权|限|序|机|色)|设(?=有|立|置)|配有|签|办理|建成|依法|合法|按时|按期|及时|"
    "合格|承诺|同意|愿意|自愿|接受|全职|固定|独立|自主|自有|落地|落户|注册|登记|运营|经营|投入|"
    "应用|使用|销售|竣工|开工|用于|来源于|位于|毕业|学历|学位|资质|资格|合同|协议|证书|许可|"
    "制定|实施|运行|执行|达到|来自|采用|带头人|牵头|联合|对接|授权|转化|认证|检测|验收|交付|付款|"
    "主营|占地|纳税|参保|在职|在岗|实行|控股|首播|第一|为主|开展|"
    "为(?=[国省市区]|[^，]{2,20}(?:企业|单位|人|大师|专家|机构|成员|会员|者|项目|产品)$)|[级类](?:及|或)?以上|"
    "核算|公开|播出|发行|发布|出版|发表|完善"
)
_WHO: Final = re.compile(
    "^(?:(?:19|20)\\d\\d年度?内?|\\d|（|）|、|对于?|凡是?|申报(?:企业|单位|主体|人|项目)?|申请(?:企业|单位|主体|人|"
    "项目)?|企业|单位|主体|项目(?:单位|企业|申报)?|其|该|所|且|并|应当?|须|必须|需|要求|"
    "原则上|能够|可以|同时|其中|本|或者?|以及|为|是|有(?!效)){0,6}"
)
_NOTHING: Final = re.compile(
    r"(?:符合|满足|具备)[^，]{0,10}(?:以下|下列|如下|上述|条件)"
    r"|^有效期|^(?:以下|下列|如下|上述|同时(?![符具满拥取已未])|其中|原则上|其他|按照|按规定(?![报缴参建纳])|按程序|根据|经(?=审|评|专家|研究|公示|批|查|核)|由|可|详见"
    r"|具体|以[^上下，]{0,12}(?:为准|标准|计)|注：|注意|指|例如|每|单个|单家|单一|最高|不得|不予|不再|应提供|"
    r"应提交|提供(?!虚)[^的]{0,4}材料|提交|须提"
    r"|逾期|依据|包括|含|即|等|参照|扶持|给予|奖励|一次性|分别|并给予|并予|年度内|同一|按期拨)"
    r"|为准|负责(?!人)|解释|另行|其他条件|合并计算|滚动|确定$|优先支持"
    r"|(?:下列|以下|如下)(?:行为|情形|情况|问题)|^已建立$"
    r"|(?:须|应当?|必须|需|要|同时|均)(?:同时)?(?:具备|满足|符合|具有|达到)(?:条件|要求)?$"
)
_WHOSE: Final = re.compile(
    "的$|的(?:[\u4e00-\u9fff]{0,6}?)(?:企业|单位|机构|公司|项目|法人|主体|平台|园区|团队|个人)$"
)
# how another thing that is asked begins behind 并 and 且
_VERB: Final = (
    "已|具[有备]|有|通过|取得|获|完成|在|能|符合|纳入|拥有|建[立有成]|经(?!营|济|验|费|销)|坚持|正式|足额|缴纳|"
    "为|与|签|按|连续|由|实[现行施]|承[诺担]|购|租|聘|设[立有]|成立|近[一二两三\\d]|主营|营业|上年|依法|无|未|不"
)
# what a firm that is already named has done: 小微企业新招用高校毕业生
_TAIL: Final = re.compile(
    "(?:新?招用|吸纳|录用|首次|参加|从事|购[置买]|租[赁用]|自建|投保|引进|已|通过|取得|获得|完成|入选|承担)"
)
# what offices do is asked of no firm
_BEGINS: Final = re.compile(
    f"(?:{_VERB}|从事|参加|购[置买]|投保|承担|开展|自建|租[赁用]|近[一二两三\\d])"
)
_ROW: Final = re.compile("[^、]+")
_OFFICE: Final = re.compile(
    "(?:机关|部门|政府|法院|委员会|[市区县省]局|海关|金融机构|办公室)[^，。；]{0,6}(?:应当?|可以?|会同|负责|要|将|不得|按)"
    "|^(?:优化|加强|推进|落实|鼓励|引导|协助|方便|简化|加大|继续|强化|深化|探索|营造|扩大|畅通|方可|请求|前款|本条)"
    "(?!.*(?:项目|的)$)"
)
# what has been got or done is a fact, though its name has a word that people weigh in it
_PLAIN_FACT: Final = re.compile(
    "(?!.*(?:较|良好|健全|完善|显著|明显|突出|一定的?|优秀|符合))"
    "(?:.*[一二三四五六七八九甲乙丙\\d]级(?:（含）)?(?:及|或)?以上"
    "|(?:已|首次|近[一二两三四五\\d]年内?|经)*(?:已|首次|通过|取得|获[得评]?|入选|列入|纳入|完成|认定为|评为|签[订署]|"
    "购[置买]|持有|办理|开展水|加入))"
)
_PAYING: Final = re.compile("给予|奖励|补贴|资助|补助|贴息|奖补|扶持|支持|\\d")
_EXCEPTED: Final = re.compile(
    r"（(?P<what>[^（）。；]{2,24}?)的?除外）|(?:^|(?<=[，。；]))(?P<whose>[^（）。；，]{2,16}?)的?除外(?=$|[，。；])"
)
_DONE_TO: Final = re.compile(
    r"(?:对于?(?P<who>[^。；，]{2,60}?)(?:的)?(?:企业|单位|机构|公司|项目|法人|人才|团队|"
    r"平台|主体)?(?=，|给予|按照?|予以|实行|每)"
    r"|(?:(?<![\u4e00-\u9fff])|(?<=[凡年是])|(?<=年度))(?P<done>(?:首次)?(?:获得?|通过|完成|取得|入选|购置|购买|租赁|"
    r"新建|新设|参加|承担)[^，。；]{3,50}?)(?:后|的(?:企业|单位|机构|项目)?)"
    r"(?:，?(?=按照?|给予|予以|可)|，$))"
)

# kinds of firms that are counted, taxed or chosen as such, whatever the catalogue has
_KINDS: Final[list[tuple[re.Pattern[str], str, str, Any]]] = [
    (re.compile(r"(?P<what>限额以上|限上)(?!法人单位数)"), "new:above_quota_firm", "is", True),
    (re.compile(r"(?P<what>(?:在库|入库|入统|纳统|纳入统计)(?:统计)?)(?=[^，。；]{0,12}(?:企业|单位|"
        r"景区|项目))"), "new:in_statistics", "is", True),
    (re.compile(r"(?P<what>(?:(?<![\dA-Z])[1-5]A|(?<![A-Z])A{2,5})(?:级(?:及|或)?(?:以上)?|(?:及|或)?以上))"),
        "new:grade", "is", True),
    (re.compile(r"(?<=[的为])(?P<what>(?:初创|科技|创新|生产|成长|服务|外向|贸易|流通)[\u4e00-\u9fff]{0,4}?型"
        r"[\u4e00-\u9fff]{0,4}企业)"), "new:firm_kind", "is", True),
    (re.compile(r"(?P<what>居民企业)"), "new:resident_enterprise", "is", True),
    (re.compile(r"(?P<what>重点[\u4e00-\u9fff]{0,4}企业)"), "new:key_firm", "human_judged", None),
    (re.compile(r"(?P<what>(?:(?![的在和及对、为])[\u4e00-\u9fff]){2,6}?(?<!事)业)(?=企业|单位|机构|公司|主体)"),
     "industry", "under", ["new:trade"]),
]  # fmt: skip


def read_leftover(sheet: Sheet, number: int, sentence: Sentence, taken: list[Mark]) -> list[Mark]:
    """Conditions of a sentence whose clauses nothing else has read; `taken` are the other marks."""
    announced = _announced(sheet, sentence)
    listed = sentence.role == CONDITIONS or bool(announced)
    refused = announced is not None and announced[0] == "not"
    paid = any(m.kind == AMOUNT for m in taken)
    found = _kinds(sheet, number, sentence, taken)
    taken = [*taken, *found]
    if listed and not paid:
        parts = list(_parts(sheet, sentence, taken))
    elif paid or (sentence.role == PAYOUT and _PAYING.search(sheet.outline.words(sentence))):
        parts = list(_paid_for(sheet, sentence, taken))
    else:
        parts = list(_described(sheet, sentence))
    for part in parts:
        for start, end in _gaps(sheet.plain, *part, taken):
            mark = _mark(sheet, start, end, refused)
            if mark is not None:
                mark.sentence = number
                found.append(mark)
    found += _excepted(sheet, number, sentence, taken)
    return found


def _gaps(plain: str, start: int, end: int, taken: list[Mark]) -> Iterator[tuple[int, int]]:
    """The whole part where nothing in it is read; else what stands in front of 的 and a mark."""
    inside = sorted((m for m in taken if m.overlaps(start, end)), key=lambda m: m.start)
    if not inside:
        yield start, end
        return
    at = start
    for mark in inside:
        if mark.start > at and plain[mark.start - 1] == "的" and mark.kind != AMOUNT:
            yield at, mark.start - 1
        at = max(at, mark.end)
    # 「在本市设立、从事研发的企业」: what stands in a row with what is read
    for row in _ROW.finditer(plain, start, end):
        whole = row.span() == (start, end)
        if whole or len(row[0]) < 6 or any(m.overlaps(*row.span()) for m in inside):
            continue
        if _BEGINS.match(row[0]) and not NOT.search(row[0]):
            yield row.span()
    tail = plain[at:end]
    if len(tail) > 5 and _TAIL.match(tail):
        yield at, end
    elif project := re.match(r"(?:单位|企业)?(?:申报|实施|承担|开展)?的?(?=.{6,}的项目$)", tail):
        yield at + project.end(), end - 3


def _excepted(sheet: Sheet, number: int, sentence: Sentence, taken: list[Mark]) -> Iterator[Mark]:
    """（…除外）: what the parenthesis names is left out."""
    for match in _EXCEPTED.finditer(sheet.plain, sentence.start, sentence.end):
        start, end = match.span("what" if match["what"] else "whose")
        denied = any(m.says.get("value") is False and m.overlaps(start, end) for m in taken)
        # an exception to a denial asks nothing: it stays in the words of the denial
        if not denied and not any(start <= m.start < end for m in taken):
            name = NEW + proposed("is", sheet.plain[start:end])
            says = {"attr": name, "op": "is", "value": True}
            yield Mark(CONDITION, start, end, says, 0.6, group=Choice("not"), sentence=number)


def _kinds(sheet: Sheet, number: int, sentence: Sentence, taken: list[Mark]) -> list[Mark]:
    """Kinds of firms that the words themselves name: 限额以上企业, 现代服务业单位, 重点企业."""
    found: list[Mark] = []
    for pattern, attr, op, value in _KINDS:
        for match in pattern.finditer(sheet.plain, sentence.start, sentence.end):
            start, end = match.span("what")
            if any(m.overlaps(start, end) for m in [*taken, *found]):
                continue
            says: dict[str, Any] = {"attr": attr, "op": op}
            if value is not None:
                says["value"] = value
            found.append(Mark(CONDITION, start, end, says, 0.6, sentence=number))
    return found


def _announced(sheet: Sheet, sentence: Sentence) -> tuple[str, int | None] | None:
    for above in reversed(sentence.above):
        lead = leads_to(sheet.outline.words(sheet.outline.sentences[above]))
        if lead:
            words = sheet.outline.words(sheet.outline.sentences[above])
            return (
                lead
                if re.search(
                    "条件|要求|情形|对象|之一|企业|单位|项目|不含|情况|行为|满足|具备|符合|标准",
                    words,
                )
                else None
            )
    return None


def _parts(sheet: Sheet, sentence: Sentence, taken: list[Mark]) -> Iterator[tuple[int, int]]:
    """The clauses of a condition, cut also where 并 or 且 begins another verb."""
    for start, end in clauses(sheet.plain, sentence.start, sentence.end):
        rows = [(start + m.start(), start + m.end()) for m in _ROW.finditer(sheet.plain[start:end])]
        read = [row for row in rows if any(m.overlaps(*row) for m in taken)]
        if len(rows) > 1 and len(read) > 1 and min(b - a for a, b in rows) > 4:
            # 「职工50人以上、工资高于平均水平、工会健全」: each one asks something
            yield from rows
            continue
        at = start
        for cut in re.finditer(
            f"(?:并且|并|且)(?={_VERB})|、(?=具有|有|已|"
            "无|未|能|实行|建立|依法|遵守|在|近[一二两三\\d]|具备|拥有|取得|获得|通过|符合|"
            "经(?!营|济|验|费|销)|产品(?=具|技|质|已|性|符))",
            sheet.plain[start:end],
        ):
            if start + cut.start() > at:
                yield at, start + cut.start()
            at = start + cut.end()
        if end > at:
            yield at, end


def _paid_for(sheet: Sheet, sentence: Sentence, taken: list[Mark]) -> Iterator[tuple[int, int]]:
    """Whom a sum is paid to: 对…的, and clauses that end with 的."""
    plain = sheet.plain
    parts = clauses(plain, sentence.start, sentence.end)
    first = min((m.start for m in taken if m.kind == AMOUNT), default=sentence.end)
    closing = [
        number
        for number, (start, end) in enumerate(parts)
        if end <= first and _WHOSE.search(plain, start, end)
    ]
    asked = [
        number
        for number, (start, end) in enumerate(parts)
        if end <= first and any(m.kind == CONDITION and m.overlaps(start, end) for m in taken)
    ]
    if not closing and len(asked) > 1:
        # 「…，注册资本1亿元以上，承诺…，可按30%给予补贴」: a list without 的
        closing = [max(n for n, (_, end) in enumerate(parts) if end <= first) + 1]
    for number, (start, end) in enumerate(parts):
        if closing and number < closing[-1] and not plain.startswith("对", start):
            # 「招用毕业生，缴纳社会保险满6个月的，给予…」: all of it says to whom
            yield from _and(plain, start, end)
            continue
        match = _DONE_TO.search(plain, start, min(end + 1, sentence.end))
        if not match and not any(m.kind == AMOUNT and m.overlaps(start, end) for m in taken):
            last = max((m.end for m in taken if m.overlaps(start, end)), default=start)
            if last > start:
                yield start, last
                continue
        if match:
            yield from _and(plain, *match.span("who" if match["who"] else "done"))
            continue
        if (
            plain[end - 1 : end] == "的"
            and end - start >= 4
            and not re.search("本条|上述|前款|按照", plain[start:end])
        ):
            yield from _and(plain, start, end)


def _described(sheet: Sheet, sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Who is supported, in a sentence that pays nothing: 支持…的项目, 对…实行事后奖补."""
    plain = sheet.plain
    for start, end in clauses(plain, sentence.start, sentence.end):
        match = re.match(
            r"(?:重点)?(?:支持|扶持|资助|奖励)(?P<who>[^。；]{4,80}?)的?(?:企业|单位|机构|项目)$",
            plain[start:end],
        )
        if match:
            yield start + match.start("who"), start + match.end("who")
            continue
        match = _DONE_TO.search(plain, start, min(end + 1, sentence.end))
        if match and re.search(
            "奖补|奖励|资助|补贴|贴息|补助|支持|扶持", plain[start : sentence.end]
        ):
            yield from _and(plain, *match.span("who" if match["who"] else "done"))


def _and(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for cut in re.finditer(f"(?:并且|并|且|、)(?={_VERB})", plain[start:end]):
        if start + cut.start() > at:
            yield at, start + cut.start()
        at = start + cut.end()
    if end > at:
        yield at, end


def _mark(sheet: Sheet, start: int, end: int, refused: bool = False) -> Mark | None:
    """One condition; `refused`: in a list of what must not be every line is a fact."""
    plain = sheet.plain
    start, end = trimmed(plain, start, end)
    lead = _WHO.match(plain[start:end])
    first = start + (lead.end() if lead else 0)
    words = plain[first:end]
    if (
        len(words) < 3
        or _NOTHING.search(plain[start:end])
        or _NOTHING.match(words)
        or _OFFICE.search(plain[start:end])
        or re.search(r"\d{4}年\d|https?", words)
    ):
        return None
    says: dict[str, Any]
    excepted = re.search("(?:除外|不在此列)$", words) or re.match(
        "的?(?:不属于|不视为|不算|不计入)", plain[end : end + 6]
    )
    if JUDGED.search(words) and not refused and not _PLAIN_FACT.match(words):
        says = {"attr": NEW + proposed("judged", words), "op": "human_judged"}
        mark = Mark(CONDITION, first, end, says, 0.55)
    elif NOT.search(words) and not (refused and re.match("未[按依尽]", words)):
        says = {"attr": NEW + proposed("has", words), "op": "is", "value": False}
        mark = Mark(CONDITION, first, end, says, 0.5)
    elif _FACT.search(plain[start:end]) or excepted or refused:
        says = {"attr": NEW + proposed("is", words), "op": "is", "value": True}
        mark = Mark(CONDITION, first, end, says, 0.5)
    else:
        return None
    if excepted:
        mark.group = Choice("not")
    return mark
