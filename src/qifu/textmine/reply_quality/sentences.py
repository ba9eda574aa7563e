"""The sentences of a reply and what each is for: courtesy, receipt, handing on, or what is said."""

import re
from dataclasses import dataclass
from typing import Final

Span = tuple[int, int]

COURTESY, HANDED, SAID = "courtesy", "handed", "said"

_ENDS: Final = re.compile(
    r"[。！？!?；;\n]+|</(?:p|div|li|tr|table|h\d)>|<br */?>"
    r"|(?<=[\d日月])(?=网友)|(?<=\d日)(?=[“\"]?UU|尊敬的)"
)
_DATE: Final = r"(?:\d{4}年)?\d{1,2}月\d{1,3}日"

# what is cut away before a sentence is judged: greetings, thanks, receipts, signatures
_POLITE: Final = re.compile(
    r"[“\"]?UU\d+[”\"]?|[“\"‘][^”\"’]{1,12}[”\"’](?=[网:：您你])|"
    r"(?:尊敬|亲爱)的[^，,：:！]{0,10}|(?:各位)?网(?:友|民)(?:朋友|们)?|来信人|市民|"
    r"(?:您|你)们?好|(?:首先)?(?:衷心|非常|十分)?感谢[^，,。！!；;]*|谢谢[^，,。！!；;]*|"
    r"祝[您你][^。！!]*|(?:欢迎)?(?:您|你)?继续关注[^。！!；;]*|关注[^，,。]{0,12}发展|"
    r"敬请(?:谅解|理解|监督|继续)[^。！!]*|请(?:您|你)?(?:予以)?(?:谅解|理解|放心|"
    r"耐心等待)[^。！!]*|"
    r"(?:给|对)[您你]?(?:造成|带来)[^。！!]{0,8}不便[^。！!]*|欢迎[^。！!]{0,20}监督[^。！!]*|"
    r"(?:特此|此复|特作?)(?:答复|回复|说明)?|现?将?(?:有关|相关|处理|调查|核实|办理){0,5}(?:情况|"
    r"问题|结果)?"
    r"(?:作|做)?(?:如下)?(?:答复|回复|回应|说明|反馈|解释|汇报)(?:如下)?|"
    r"以上(?:就)?是[^。！!]*(?:答复|回复)|"
    r"(?:您|你|贵)?们?(?:的|所|此|反映的|提出的|关于){0,4}[^，,。；;]{0,60}?"
    r"(?:已经?|均已)?(?:收悉|收到|获悉|知悉|阅悉|受理)(?:了)?|"
    r"(?:领导|我[局镇区县市办委街道]*|[^，,。]{0,12})?(?:对此)?(?:高度|非常|十分)重视[^，,。；;]*|"
    r"(?:您|你)(?:提出|反映|所反映)的?(?:宝贵)?(?:意见|建议|情况|问题)?(?=[，,。]|$)|"
    r"事件编号[:：]?\w*|关于(?:您|你)[^，,。]{0,30}(?:问题|事宜|情况)(?=[，,：:。])"
)
_HANDED: Final = re.compile(
    r"(?:我们)?(?:已|均|将|会|并|现|"
    r"后){0,4}(?:将[^，,。]{1,8})?(?:通过[^，,。；;]{0,12})?(?:及时|立即|分别)?(?:转|交|移)(?:交|"
    r"至|给|由|办|发|送|到|呈){0,4}"
    r"[^，,。；;]{0,40}?(?:办理|核实|处理|调查|办复|核处|查处|研究|答复|回复|核查|参考|酌处|"
    r"了解|落实|跟进|部门|领导|$)|"
    r"(?:已|并)(?:转|交办?|移交|转交|交办)(?:至|给|由|到)?[^，,。；;]{0,24}|"
    r"(?:如有|有|有关|调查|处理|核实|相关|最新|任何){0,5}(?:情况|进展|结果|"
    r"回复)[^。]{0,10}(?:及时|第一时间|立即)?[^。]{0,6}(?:反馈|回复|答复|告知)(?:与|"
    r"给)?(?:您|你)?|"
    r"(?:会|将)?(?:在)?(?:处理|办理|核实|调查)完(?:后|毕)[^。]{0,12}(?:回复|答复|反馈)|"
    r"(?:我们)?(?:会|将)(?:尽快|及时|抓紧)[^，,。]{0,8}(?:回复|答复|反馈|处理|核实|调查|办理)"
)
_SIGNATURE: Final = re.compile(
    rf"[\s，,、：:（(]*(?:[\w·]{{2,24}}(?:局|委|办|厅|所|中心|办公室|政府|街道办事处|街道|"
    rf"公司|大队|支队|镇|乡|处))?"
    rf"\s*(?:{_DATE})?[\s。，,）)]*$"
)


_NOTHING: Final = re.compile(
    rf"{_DATE}|现就|经研究|针对|平台|《[^《》]{0, 60}》|如下|您?反映的|问题|您|你|的|我们?"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence of a text; `rest` is what is left of it without courtesy, `bare` says that
    nothing of it is courtesy or handing on, however short it is."""

    start: int
    end: int
    text: str
    kind: str
    rest: str
    bare: bool

    @property
    def span(self) -> Span:
        return self.start, self.end


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences in order; the marks between them belong to none."""
    found, start = [], 0
    for mark in [*_ENDS.finditer(text), None]:
        stop = mark.start() if mark else len(text)
        piece = text[start:stop]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            found.append(_judged(start + lead, start + len(piece.rstrip()), piece.strip()))
        start = mark.end() if mark else stop
    return tuple(found)


def _judged(start: int, end: int, text: str) -> Sentence:
    kept = _POLITE.sub("", text)
    kept = _SIGNATURE.sub("", kept)
    rest = _bare(kept)
    bare = not (_POLITE.search(text) or _HANDED.search(text))
    if len(rest) < 4:
        return Sentence(start, end, text, COURTESY, rest, bare)
    beyond = _bare(_SIGNATURE.sub("", _POLITE.sub("", _HANDED.sub("，", text))))
    if len(beyond) < 8:
        return Sentence(start, end, text, HANDED, beyond, bare)
    return Sentence(start, end, text, SAID, rest, bare)


def _bare(text: str) -> str:
    """Only letters, digits and characters; no marks, no dates, no "now as follows"."""
    return "".join(re.findall(r"[\w%]", _NOTHING.sub("", text)))
