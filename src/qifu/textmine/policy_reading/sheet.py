"""A text prepared for reading: folded, cut into sentences, with its words, figures and places."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from qifu.rulebook.catalogue import Attribute
from qifu.textmine.policy_reading.days import Stretch, stretches
from qifu.textmine.policy_reading.figures import Figure, figures
from qifu.textmine.policy_reading.folding import fold
from qifu.textmine.policy_reading.lexicon import Hit, Lexicon
from qifu.textmine.policy_reading.outline import (
    CONDITIONS,
    CONTACT,
    PAPERS,
    PAYOUT,
    PLAIN,
    PURPOSE,
    STEPS,
    TIME,
    Outline,
    Sentence,
    leads_to,
    outline,
)
from qifu.textmine.policy_reading.places import Gazetteer, Place

# parts of a notice in which nothing is asked of the firm
SILENT: Final = (PAPERS, STEPS, TIME, CONTACT, PURPOSE)
_PURPOSE: Final = re.compile(
    r"^(?:为了?|根据|按照|依据|落实|贯彻|经研究|现将)[^，]{4,}(?:制定|通知|印发|现就|如下|"
    r"工作|发展|精神|实施|特)"
    r"|是指|^(?:专项)?资金(?:是|由)|^第?[一二三四五六七八九十]*条?（定义）"
)
# quotation marks and what follows: a name of something, not a demand
# without any heading: 「申请企业须…」, 「对象为…」, two bounds in a row
_DEMANDS: Final = re.compile(
    "(?:企业|单位|主体|申请人|申报人|对象|产品|项目|机构|法人|用户)[^，。；]{0,10}?(?:应当?|须|必须|需)"
    "(?:同时)?(?:为|是|在|具|有|取|符|满|达|属|已|未|无|依|拥|设|建|能|从|通)"
    "|(?:对象|主体)(?:为|是|应|须)"
    "|的，?(?:企业|单位|机构)?，?(?:均可|方可|可以?|有资格|予以)(?:申报|申请|享受|纳入|认定|参评|推荐)"
    "|(?:不低于|不少于|不超过|达到?|以上|以下)[^。；]{0,16}，[^。；]*?"
    r"(?:不低于|不少于|不超过|达到?[^，。；]{0,4}\d|\d[^，。；]{0,4}以[上下])"
)
# a sentence about what is done afterwards, or one that pays
_GOES_ON: Final = re.compile(
    "提交|报送|登录|填报|公示|审核|评审|拨付|监督(?!管理局)|检查|配合|责任(?!事故)|退回|追回|追究|组织|印发|承诺"
    r"|(?:机关|部门|政府|法院|委员会)[^，。；]{0,8}(?:应当?|可以?|会同|负责|要)"
    r"|给予|奖励[^，。]{0,8}\d|补贴[^，。]{0,8}\d|资助[^，。]{0,8}\d|扶持|贴息|最高"
)
_BOUND: Final = re.compile(
    r"不低于|不少于|不超过|不高于|\d[^，。；、]{0,6}以[上下内]|达到?[^，。；]{0,4}\d|超过[^，。；]{0,3}\d|满[^，。；]{0,2}年"
)
# under a heading of payment only what is asked at least is a condition: 每年不超过… limits a sum
_LEAST: Final = re.compile("不低于|不少于|以上|达到|满|至少|须|应当?(?!给予)|必须|取得|承诺")
_PAYS: Final = re.compile(
    r"给予|予以(?:奖|补|资|支|扶)|(?:奖励|补贴|资助|补助|贴息|奖补|扶持)(?!比例)[^，。]{0,8}\d|最高"
)
_ITEM_SAYS: Final = re.compile(
    "^(?:企业|单位|申报单位|申报企业|项目|产品|机构|应当?|须|具有|具备|拥有|取得|获得|已|未|无|在[^，。；]{2,14}"
    "(?:注册|登记|设立|实现|完成|经营)|依法|经营|近[一二两三\\d]|有|遵守|符合|建有|财务|上年|完成|实现|通过|"
    "入选|列入|纳入|属于|承诺|建立|设有|配备|持有|管理|信用|技术|传承|注册|成立|主营|研发|职工|不)"
)
_QUOTED: Final = re.compile(r'"[^"\n]{2,40}"')
_ASIDE: Final = re.compile(
    r"（(?:指|即|含|包括|包含|如|例如|以下简称|下称|简称|详见|注|见|限|不受)[^）\n]{0,120}）"
)
_TITLE: Final = re.compile(r"《[^》\n]{2,60}》")
_NAME_AFTER: Final = re.compile(
    r'^"?(?:等)?(?:项目|资助|奖励|补贴|类别|专项|政策|计划|工程|平台|系统|专栏|模块|事项|栏目)'
)


@dataclass(frozen=True)
class Sheet:
    """Everything that the readers of conditions and amounts look at."""

    plain: str
    outline: Outline
    lexicon: Lexicon
    gazetteer: Gazetteer
    hits: tuple[Hit, ...]
    figures: tuple[Figure, ...]
    stretches: tuple[Stretch, ...]
    places: tuple[Place, ...]

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name."""
        return self.lexicon.catalogue.get(name)

    def hits_in(self, start: int, end: int) -> list[Hit]:
        """The words of the lexicon that lie whole in a span."""
        first = bisect_left(self.hits, start, key=lambda hit: hit.start)
        found = []
        for at in range(first, len(self.hits)):
            if self.hits[at].start >= end:
                break
            if self.hits[at].end <= end:
                found.append(self.hits[at])
        return found

    def figures_in(self, start: int, end: int) -> list[Figure]:
        """The figures of a span."""
        first = bisect_left(self.figures, start, key=lambda figure: figure.start)
        found = []
        for at in range(first, len(self.figures)):
            if self.figures[at].end > end:
                break
            found.append(self.figures[at])
        return found

    def places_in(self, start: int, end: int) -> list[Place]:
        """The places of a span."""
        first = bisect_left(self.places, start, key=lambda place: place.start)
        return [p for p in self.places[first : first + 40] if p.end <= end]

    def stretches_in(self, start: int, end: int) -> list[Stretch]:
        """The days of a span."""
        first = bisect_left(self.stretches, start, key=lambda stretch: stretch.start)
        last = bisect_left(self.stretches, end, key=lambda stretch: stretch.start)
        return [stretch for stretch in self.stretches[first:last] if stretch.end <= end]

    def in_day(self, figure: Figure) -> bool:
        """Whether the figure is a part of a day."""
        at = bisect_right(self.stretches, figure.start, key=lambda stretch: stretch.start) - 1
        return at >= 0 and figure.start < self.stretches[at].end

    def reading(self) -> Iterator[tuple[int, Sentence]]:
        """The sentences that may hold conditions and amounts, with their numbers."""
        for number, sentence in enumerate(self.outline.sentences):
            if sentence.role in SILENT or sentence.heading:
                continue
            if not _PURPOSE.search(self.outline.words(sentence)):
                yield number, sentence


def prepare(text: str, lexicon: Lexicon, gazetteer: Gazetteer) -> Sheet:
    """Read a text once for all readers; offsets are those of the text."""
    plain = fold(text)
    cut = outline(plain)
    before: Sentence | None = None
    for sentence in cut.sentences:
        if sentence.heading:
            continue
        words = cut.words(sentence)
        asks = sentence.role == PAYOUT and _LEAST.search(words) and not _PAYS.search(words)
        goes_on = (
            before is not None
            and (before.role, before.item) == (CONDITIONS, sentence.item)
            and "；" in plain[before.end : sentence.start]
            and not _GOES_ON.search(words)
        )
        if (sentence.role == PLAIN or asks) and (goes_on or _demands(cut, sentence)):
            sentence.role = CONDITIONS
        before = sentence
    _numbered(cut)
    return Sheet(
        plain=plain,
        outline=cut,
        lexicon=lexicon,
        gazetteer=gazetteer,
        hits=tuple(lexicon.find(plain)),
        figures=tuple(figures(plain)),
        stretches=tuple(stretches(plain)),
        places=tuple(gazetteer.find(plain)),
    )


def _demands(cut: Outline, sentence: Sentence) -> bool:
    """Whether a sentence without a heading says who may apply."""
    words = cut.words(sentence)
    if len(_BOUND.findall(words)) >= 2 and not _PAYS.search(words):
        return True
    if _GOES_ON.search(words):
        return False
    lead = cut.sentences[sentence.above[-1]].lead if sentence.above else ""
    return bool(_DEMANDS.search(words) or (lead and leads_to(lead)))


def _numbered(cut: Outline) -> None:
    """A list of which most lines begin like conditions is one, though no heading says so."""
    lines: dict[int, list[Sentence]] = {}
    for sentence in cut.sentences:
        lines.setdefault(sentence.item, []).append(sentence)
    for row in lines.values():
        # 「甲；乙；丙。」 in one line
        listed: list[list[Sentence]] = []
        for sentence in row:
            if listed and "；" not in cut.plain[listed[-1][-1].end : sentence.start]:
                _as_conditions(cut, listed if len(listed) > 2 else [])
                listed = []
            listed.append([sentence])
        _as_conditions(cut, listed if len(listed) > 2 else [])
    run: list[list[Sentence]] = []
    level = -1
    for number, item in [*enumerate(cut.items), (-1, None)]:
        if item is None or item.level < 0 or item.level != level:
            _as_conditions(cut, run)
            run, level = [], item.level if item else -1
        if item is not None and item.level >= 0:
            run.append(lines.get(number, []))


def _as_conditions(cut: Outline, run: list[list[Sentence]]) -> None:
    """Lines of one list: conditions, if more than half of them begin like one."""
    first = [line[0] for line in run if line]
    if len(first) < 2 or any(s.role not in (PLAIN, CONDITIONS) for s in first):
        return
    words = [cut.words(s) for s in first if not s.heading]
    saying = [
        w for w in words if not _GOES_ON.search(w) and (_ITEM_SAYS.search(w) or _BOUND.search(w))
    ]
    if 2 * len(saying) <= len(first):
        return
    for sentence in (s for line in run for s in line):
        if sentence.role == PLAIN and not _GOES_ON.search(cut.words(sentence)):
            sentence.role = CONDITIONS


def names_of_other_things(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans in a sentence that name a programme or a document and state nothing of a firm."""
    found = []
    for match in _QUOTED.finditer(plain, start, end):
        if (
            _NAME_AFTER.match(plain[match.end() - 1 : match.end() + 8])
            or '"' == plain[match.end() : match.end() + 1]
        ):
            found.append(match.span())
    for pattern in (_TITLE, _ASIDE):
        found += [match.span() for match in pattern.finditer(plain, start, end)]
    return found


def listed(plain: str, end: int, start: int) -> bool:
    """Whether a figure goes on a list: 1000万元、5000万元、1亿元."""
    return plain[end:start].strip() in ("、", "和", "或", "及")
