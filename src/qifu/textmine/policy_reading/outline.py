"""How a notice is built: numbered items, sentences, clauses, and what each part is about."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import Final

CONDITIONS, PAYOUT, PAPERS, STEPS, TIME = "conditions", "payout", "papers", "steps", "time"
CONTACT, PURPOSE, PLAIN = "contact", "purpose", "plain"

_CN = "[一二三四五六七八九十百零]"
_AHEAD = r"(?:^|(?<=[\n。；：，、？！…） ]))"
_MARKER: Final = re.compile(
    rf"{_AHEAD}(?:(?P<l0>第{_CN}{{1,4}}[章节部])|(?P<l1>第(?:{_CN}{{1,5}}|\d{{1,3}})条(?:之{_CN})?)"
    rf"|(?P<l2>{_CN}{{1,3}}(?:、|\.))|(?P<l3>（{_CN}{{1,3}}）、?)"
    rf"|(?P<l4>\d{{1,2}}(?:\.(?!\d)|、|）(?![^（]{{0,4}}）)))|(?P<l5>（\d{{1,2}}）)|"
    r"(?P<l6>[①-⑳])|(?P<l7>(?:[A-Ha-h](?:\.(?![A-Za-z0-9])|、|）)|（[A-Ha-h]）)"
    rf"(?=[ 　]*[^ 　A-Za-z])|{_CN}是(?=[^否])))[ 　]*"
)
# what a heading says that its part is about; the first that fits
_ROLES: Final = [
    (re.compile(p), role)
    for p, role in (
        (r"材料|资料(?!来源)|提交(?:的)?文件|附件|所需文件|证件", PAPERS),
        (r"联系|咨询|电话|地址|网址|(?:受理|办理|收件|报送)(?:部门|单位|窗口|机构|处室|地点)"
            r"(?!条件)|监督", CONTACT),
        (r"时间|时限|期限|日期|截止", TIME),
        (r"程序|流程|步骤|(?:申报|申请|办理|报名|受理|提交)(?:方式|途径|方法|渠道)|怎么申", STEPS),
        (r"收费|目的|依据|定义|名词|资金来源|总则|背景|解释|附则|监督管理|责任|职责|"
            r"管理部门", PURPOSE),
        (r"(?:支持|资助|扶持|奖励|补贴|补助|奖补|贴息|贴保|优惠|减免)(?:方式|标准|额度|"
            r"金额|比例|内容|力度|措施|办法|政策|及标准|资金)|分档|金额|额度", PAYOUT),
        (r"^(?:基本|具体|一般)?标准$", PAYOUT),
        (r"条件|对象|范围|要求|资格|限制|主体|情形|门槛|指标|(?:认定|评价|评审|入库|划型|"
            r"申报)标准|标准$|谁可以|什么人|什么企业", CONDITIONS),
        (r"(?:资助|奖励|补贴|补助|扶持|支持|贴息|优惠|奖补)$", PAYOUT),
    )
]  # fmt: skip
_HEADING: Final = re.compile(
    r"[ 　]*(?P<words>[^\n。；：，！？（） ]{1,24}(?:（[^）\n]{0,30}）)?"
    r"[^\n。；：，！？（） ]{0,8})"
    r"(?P<sign>：|[ 　]+(?=\S)|(?=\n)|$)"
)
LONGEST: Final = 800  # characters of a sentence
# 「有下列情形之一的，不予支持：甲；乙。」 leads within one paragraph
_INLINE: Final = re.compile(
    "以下|下列|如下|(?:须|应当?|必须|需|要|同时|均)(?:同时)?(?:具备|满足|符合|具有|达到|是|为)$"
    "|(?:须|应当?)(?:具备|满足)"
)
_COLON: Final = re.compile("：")
_STOP: Final = re.compile(r"[。；！？\n…]+")
_LEAD: Final = re.compile(
    r"(?:符合|满足|具备|达到|属于|具有|有)[^。；，]{0,12}?(?:以下|下列|如下|之一|其中|"
    r"任一|任意)[^。；]{0,24}$"
    r"|(?:以下|下列|如下)[^。；]{0,16}$|(?:不含|不包括|除外)[ ：]*$"
)


# the name of a part in which stands what must not be
_RULED_OUT: Final = re.compile(
    "(?:不予|不得|不能|不可|不)(?:予以|给予)?(?:支持|申报|资助|奖励|受理|认定|享受|补贴|申请|列入|纳入)"
    "[^，。；]{0,8}(?:情形|情况|条件|范围|对象|企业|单位|项目|事项)|负面清单|(?:限制|禁止|排除|除外)"
    "(?:性|的)?(?:情形|情况|对象|条件|事项)"
)


@dataclass(frozen=True)
class Item:
    """A numbered part or the text before the first number: level 0 (章) to 7 (A., 一是)."""

    start: int  # behind the number
    end: int
    level: int
    marker: str = ""


@dataclass
class Sentence:
    """A sentence without its closing sign; `role` is what its part of the text is about."""

    start: int
    end: int
    role: str
    item: int
    label: str = ""  # the heading right in front of it (「奖励标准：」)
    heading: bool = False  # it is a heading and nothing else
    lead: str = ""  # its words where it leads to a list
    above: list[int] = field(
        default_factory=list
    )  # sentences that lead to this one, outermost first


@dataclass(frozen=True)
class Outline:
    """The folded text cut into items and sentences."""

    plain: str
    items: tuple[Item, ...]
    sentences: tuple[Sentence, ...]
    starts: tuple[int, ...]

    def sentence_at(self, place: int) -> int:
        """The number of the sentence that holds a place, or the last one before it."""
        return max(0, bisect_right(self.starts, place) - 1)

    def words(self, sentence: Sentence) -> str:
        """What the sentence says, folded."""
        return self.plain[sentence.start : sentence.end]


def role_of(heading: str) -> str | None:
    """What a part with this heading is about; None where the words do not tell."""
    bare = re.sub("（[^）]*）", "", heading).strip()
    for pattern, role in _ROLES:
        if pattern.search(bare):
            return role
    return None


def clauses(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """The clauses of a sentence, cut at commas that stand in no parentheses."""
    found, depth, begin = [], 0, start
    for at in range(start, end):
        char = plain[at]
        if char == "（":
            depth += 1
        elif char == "）":
            depth = max(0, depth - 1)
        elif char == "，" and not depth:
            if at > begin:
                found.append((begin, at))
            begin = at + 1
    if end > begin:
        found.append((begin, end))
    return found


def outline(plain: str) -> Outline:
    """Cut a folded text; linear in its length."""
    items = _items(plain)
    sentences: list[Sentence] = []
    # level → role said by a heading there; a heading rules until the next item of its level
    roles: dict[int, str] = {}
    leads: dict[int, int] = {}
    for number, item in enumerate(items):
        for known in (roles, leads):
            for level in [level for level in known if level >= item.level]:
                del known[level]
        _sentences(plain, item, number, sentences, roles, leads)
    return Outline(plain, tuple(items), tuple(sentences), tuple(s.start for s in sentences))


def _items(plain: str) -> list[Item]:
    marks = list(_MARKER.finditer(plain))
    items = []
    if not marks or marks[0].start() > 0:
        items.append(Item(0, marks[0].start() if marks else len(plain), -1))
    for mark, after in zip_longest(marks, marks[1:]):
        level = next(n for n in range(8) if mark[f"l{n}"])
        end = after.start() if after else len(plain)
        items.append(Item(mark.end(), end, level, mark[0].strip()))
    return items


def _sentences(
    plain: str, item: Item, number: int, found: list[Sentence], roles: dict[int, str],
    leads: dict[int, int],
) -> None:  # fmt: skip
    level = item.level
    at = item.start
    inline: int | None = None  # a sentence of this item that leads to those behind it
    alone = False  # whether a new paragraph has ended the list that the item belongs to
    while at < item.end:
        stop = _STOP.search(plain, at, item.end)
        end = stop.start() if stop else item.end
        colon = plain.find("：", at, end)
        lead_here = (
            colon >= 0 and plain[colon + 1 : end].strip() and _INLINE.search(plain[at:colon])
        )
        if lead_here:
            end, stop = colon, _COLON.match(plain, colon)
        if end - at > LONGEST:
            # no notice has such a sentence; whatever it is, it costs no more than its length
            end, stop = at + LONGEST, None
        begin, label, only = at, "", False
        heading = _HEADING.match(plain, at, end)
        if (
            heading
            and (role := role_of(heading["words"]))
            and _is_heading(heading, role, plain, end)
        ):
            label = heading["words"].strip()
            # a heading that stands alone rules what follows; one with text behind it that text
            roles[level] = role
            begin = heading.end()
            only = not plain[begin:end].strip(" 　：")
        while begin < end and plain[begin] in " 　：、":
            begin += 1
        last = end
        while last > begin and plain[last - 1] in " 　：、，":
            last -= 1
        if last > begin or only:
            if only:
                begin, last = at, end
            above = [] if alone else [leads[key] for key in sorted(leads) if key < level]
            above += [inline] if inline is not None else []
            role = _led(found, above) or next(
                (roles[key] for key in sorted(roles, reverse=True)), PLAIN
            )
            sentence = Sentence(begin, last, role, number, label, only, above=above)
            found.append(sentence)
            if only and _RULED_OUT.search(plain, begin, last):
                leads[level] = len(found) - 1
                sentence.lead = plain[begin:last]
            if end == item.end or plain[end - 1 : end] == "：":
                sign = plain[last : item.end].strip()
                if sign.startswith("：") or _LEAD.search(plain, begin, last):
                    leads[level] = len(found) - 1
                    sentence.lead = plain[begin:last]
            if lead_here:
                inline = len(found) - 1
                sentence.lead = plain[begin:last]
        if stop and not lead_here and ("。" in stop[0] or "\n" in stop[0]):
            inline = None
            alone = alone or "\n" in stop[0]
        at = stop.end() if stop else end


def _led(sentences: list[Sentence], above: list[int]) -> str | None:
    """「提交以下材料：」 makes papers of its list, whatever the heading says."""
    words = sentences[above[-1]].lead if above else ""
    return PAPERS if re.search("材料|资料", words[-16:]) else None


def _is_heading(heading: re.Match[str], role: str, plain: str, end: int) -> bool:
    words = re.sub("（[^）]*）", "", heading["words"]).strip()
    if not words or re.search("以下|下列|如下", words):
        return False
    if heading["sign"] == "：":
        return not re.search(r"按照?|以上$|企业$", words)
    if _RULED_OUT.search(words):
        return heading.end() <= end
    if plain[heading.end() : heading.end() + 1] in "，；" and heading.end() < len(plain):
        return False  # a line of a list, not the name of one
    if (
        re.search(
            r"\d(?!\d{3}年)|满|[的给予按应须需可]|对(?!象)|不|以上|以下|具|符合|满足|已|未|[无有](?!关)",
            words,
        )
        or len(words) > 14
    ):
        return False
    return heading.end() <= end


@lru_cache(maxsize=1024)
def leads_to(words: str) -> tuple[str, int | None] | None:
    """Which choice a lead announces: ("any", None), ("at_least", k), ("not", None), ("all", None).

    None where the words announce no list at all.
    """
    if re.search(
        r"(?:以下|下列|如下|之一)[^。]{0,14}(?:情形|情况|行为|问题)[^。]{0,10}(?:不|取消|"
        r"除外|一律)",
        words,
    ):
        return "not", None
    if len(words) <= 24 and _RULED_OUT.search(words):
        return "not", None
    if re.search(
        r"(?:不得|不能|未|没有|无|不存在|不含|不包括)[^。，]{0,8}(?:以下|下列|如下|情形|$)", words
    ) and re.search(r"以下|下列|如下|不含|不包括", words):
        return "not", None
    if re.search(
        r"(?:以下|下列|如下)[^。，]{0,12}(?:企业|单位|项目|机构|对象)[^。]{0,10}(?:不|除外)", words
    ):
        return "not", None
    match = re.search(
        # 以下四项中至少满足两项: the second figure is how many
        r"(?:以下|下列|如下)[^，。；]{0,12}(?:至少|任意|任)(?:满足|符合|具备|达到|有|选)?"
        r"([一二两三四五六七八九\d])(?:项|条|个)",
        words,
    ) or re.search(
        r"(?:至少|任意|其中|不少于|任)?(?:符合|满足|具备|达到)?(?:其中|以下|下列)?(?:条件|"
        r"指标|要求)?(?:的|中的|中)?(?:至少|任意|任)?([一二两三四五六七八九\d])(?:项|条|"
        r"个)(?:及|或|以上|（|的|条件|指标)?",
        words,
    )
    if (
        match
        and re.search(r"至少|任意|其中|中的|以上|任[一二两三四五六]", words)
        and re.search(r"以下|下列|如下|条件|指标|其中", words)
    ):
        number = {
            "一": 1,
            "二": 2,
            "两": 2,
            "三": 3,
            "四": 4,
            "五": 5,
            "六": 6,
            "七": 7,
            "八": 8,
            "九": 9,
        }.get(match[1]) or int(match[1])
        return ("any", None) if number == 1 else ("at_least", number)
    if re.search(r"(?:以下|下列|如下)[^。]{0,14}(?:之一|任一|任何一|任意一|其一)|条件之一", words):
        return "any", None
    if re.search(
        r"(?:以下|下列|如下)(?:几|各)?(?:项目|企业|单位|机构|对象|类型|主体)"
        r"[^。]{0,20}(?:可|均可|给予|予以)",
        words,
    ):
        return "any", None
    if re.search(
        r"以下|下列|如下|须同时|应同时|(?:须|应当?|必须|需|要|同时|均)(?:同时)?"
        r"(?:具备|满足|符合|具有|达到|是|为)(?:条件|要求)?[ ：]*$",
        words,
    ):
        return "all", None
    return None
