"""What a reply stands on, whom it sends people to, and when: found by their forms."""

import re
from dataclasses import dataclass
from typing import Final

from qifu.textmine.reply_quality.sentences import Span

RULE, FACT = "rule", "fact"
DUE, PAST = "due", "past"


@dataclass(frozen=True)
class Mark:
    """One place of a text, and of which kind it is."""

    kind: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        return self.start, self.end


# --- what it stands on

_PAPERS: Final = (
    r"(?:法|条例|规定|办法|细则|标准|通知|方案|规划|意见|合同|协议书?|章程|公告|决定|批复|纪要|"
    r"制度|目录|指南|许可证|批文)"
)
_VAGUE: Final = r"(?:有关|相关|国家|上级|现行|具体|法律法规)"
_RULES: Final = (
    re.compile(r"《[^《》]{2,60}》?(?:第[一二三四五六七八九十百\d]+条)?"),
    re.compile(r"[〔\[【(（]\s*(?:19|20)\d\d\s*[〕\]】)）]\s*\d+(?:\.\d+)?\s*号"),
    re.compile(
        rf"(?:根据|按照?|依据|依照|遵照|参照)(?!{_VAGUE}{{1,3}}的?(?:政策|规定|文件|要求|程序|"
        rf"精神){0,4}[，,。]?)"
    
               rf"[^，,。；;]{{2,40}}?{_PAPERS}"),
    re.compile(r"第[一二三四五六七八九十百\d]+条"),
    re.compile(
        r"(?:规定|明确|要求)[:：，,]?[^，,。；;]{0,12}(?:不得|应当?|须|必须|方可|可以|禁止|只能)"
    ),
    re.compile(r"(?:须|必须|应当|需要?|只有|凡)[^。；;]{2,40}(?:方可|才能?|后(?:方|再)|的，)"),
    re.compile(r"(?:需|须|应)(?:要)?(?:提供|具备|符合|满足|持|携带)[^。；;]{2,}"),
    re.compile(r"(?:不属|属|不在)于?[^，,。]{2,24}(?:范围|权限|管辖|职责|职权|对象|政策|辖区)"),
    re.compile(r"(?:根据|按照|依据)[“\"][^”\"]{4,}[”\"]"),
    re.compile(r"由[^，,。；;]{2,24}(?:提出|申请|负责|制定|鉴定|审核|审批|认定|代为)"),
    re.compile(r"(?:没有|未|不)[^，,。；;]{2,20}则不?[^，,。；;]{2,}"),
)  # fmt: skip
# the name of the letter itself, or of the place where it was posted, is no basis
_LETTER: Final = re.compile(
    r"^[^，,。]{0,6}(?:一[帖贴文信]|的?(?:帖子?|贴子?|留言|来信|信件|问题|投诉|网[帖贴]|版块|"
    r"栏目|平台|交办))"
)
_TITLED: Final = re.compile(r"(?:反映的?|咨询的?|发表的?|提出的?|标题为|在|平台|关于|写的)[“\"]?$")
_FACTS: Final = (
    re.compile(
        r"经(?:过)?[^，,。；;]{0,24}?(?:核实|调查|勘[查察]|查看|走访|了解|核查|查明?|检[测查]|"
        r"查询|摸排|研判|联系)[^。；;]{6,}"
    ),
    re.compile(r"(?:据|通过)(?:查|了解|调查|核实|悉|查询)[^。；;]{6,}"),
    re.compile(
        r"(?:已|已经|已于[^，,。]{2,16})(?!收悉|收到|转|交办|受理|阅|将|移|反馈|责成|要求|通知|"
        r"督促|安排|获悉)"
        r"[^，,。；;]{0,24}(?:完成|拆除|安装|建成|开工|竣工|停|立案|处罚|整改|清理|"
        r"修复|更换|规划|纳入|通车|列入|验收|发放|办理|组织|投入|设置|启动|关闭|取缔|"
        r"铺|增|责令|下达|签订|进场|到位|恢复|优化|开通|制止|安置|批准|解决|支付|退|"
        r"建|审批|公示|调整|展示)"),
    re.compile(
        r"(?<![\d,.])\d[\d,.]{0,20}\s{0,3}(?:余|多)?(?:平方米|公里|千米|万元|亿元|元|米|亩|户|栋|层|套|吨|盏|台|辆|"
        r"人|条|个(?!月|工作日)|处|株|路|次|%|％|㎡|倍|所|名)"
    ),
    re.compile(
        r"(?:未|没有|并未|暂未|尚未)(?:发现|列入|占用|移交|纳入|办理|取得|收到过|完成|达成|实施|"
        r"形成)[^，,。；;]{2,}"
    ),
    re.compile(
        r"(?:没有|未)(?:出台|开工|启动|确定)|(?:已|由[^，,。]{2,20})(?:中标|做?澄清|作?出?说明)"
    ),
    re.compile(
        r"(?:施划|设置|安装|增设|新建|制定|出台|开展|采取|查处|拆除|清理|完成|投入|聘请|约谈|"
        r"走访|召开|进行|铺设|更换|下发|关停|增派|配备|落实)了[^，,。；;]{3,}"
    ),
    re.compile(r"会议(?:决定|明确|要求|研究)[^。]{4,}"),
    re.compile(r"(?:由于|因为?|鉴于)[^，,。；;]{4,}[，,][^。；;]{4,}"),
    re.compile(
        r"(?:目前|现在|现)[^，,。；;]{0,20}(?:正在|处于|尚|均|仍|暂|为|有|已)(?!研究|核实|"
        r"调查处理)[^，,。；;]{3,}"
    ),
)  # fmt: skip


def bases(text: str) -> tuple[Mark, ...]:
    """What the reply stands on: rules by name, number or content, and facts that can be checked."""
    found = []
    for pattern in _RULES:
        for match in pattern.finditer(text):
            if match[0].startswith("《") and (
                _LETTER.match(text[match.end() :]) or _TITLED.search(text[: match.start()][-6:])
            ):
                continue
            found.append(Mark(RULE, *match.span()))
    for pattern in _FACTS:
        found += [Mark(FACT, *match.span()) for match in pattern.finditer(text)]
    return tuple(sorted(found, key=lambda mark: (mark.kind != RULE, mark.start)))


# --- whom to turn to

_NUMBER: Final = (
    r"(?<![\d年月〔\[第])(?:0\d{2,3}[—\-－\s]*[\d*]{7,8}|0000[\d\-—*]{4,}|"
    r"0\d{3}[—\-]+0000[\d\-]*|1[3-9][\d*]{9}|(?:400|800)[\-\d]{7,9}|12\d{3}|[2-8]\d{6,7}|"
    r"\*{6,})(?!\d*[号〕\]元])"
)
_TURN: Final = r"(?:请|可|可以|需|应|建议|欢迎|直接|烦请|敬请|自行|凭|带|携带|持|望)"
_GO: Final = (
    r"(?:联系|咨询|拨打|致电|来电|前往|到|去|来|向|登[录陆]|访问|关注|找|与|留意|查询|查阅|至|在)"
)
_PLACE: Final = (
    r"(?:局|窗口|中心|大厅|办公室|办事处|派出所|税务所|站|所|科|股|室|银行|网点|医院|社区|"
    r"村委会?|学校|居委会|法院|仲裁委|检察院|公司|服务处|管理处|供水处|委员会|政府|支行|超市|"
    r"部门(?=提供|申请|办理))"
)
_CONTACTS: Final = (
    re.compile(
        rf"(?:电话|热线|致电|拨打|联系|咨询|来电|传真|手机|举报|投诉|监督|邮箱|号码|"
        rf"QQ)[^。；;]{{0,24}}?{_NUMBER}"
    ),
    re.compile(rf"[（(][^（()）]{{0,20}}{_NUMBER}[^（()）]{{0,8}}[)）]"),
    re.compile(r"(?<![\w.])[\w.]{1,64}@[\w.]{2,64}|(?:https?://|www\.)[\w./]{2,200}"),
    re.compile(rf"{_TURN}[^，,。；;]{{0,26}}?{_GO}(?!有关|相关|各级)[^，,。；;]{{1,34}}?{_PLACE}"),
    re.compile(
        r"(?:登[录陆]|访问|关注|下载|查看|通过|留意)[^，,。；;]{0,30}(?:网站|网上|官网|公众号|"
        r"APP|app|平台|微信|小程序|系统)(?!投诉|反映|《|的留言)"
    ),
    re.compile(
        rf"{_GO}[^，,。；;]{{1,24}}{_PLACE}[^，,。；;]{{0,8}}(?:办理|咨询|申请|登记|申报|领取|"
        rf"反映|报案|投诉|缴|开具|查询)"
    ),
)  # fmt: skip
# an office that did something itself sends nobody anywhere
_DID: Final = re.compile(
    r"(?:已|将|会|我局|我镇|要求|责成|督促|责令|协调|组织|安排|联合|由)[^，,。]{0,14}$"
)
_CERTIFICATE: Final = re.compile(
    r"(?:证(?!明)号?|代码|编号|字第|账号|卡号|执照)[^，,。；;\n]{0,16}$"
)


def contacts(text: str) -> tuple[Mark, ...]:
    """Where the reader is told to turn: numbers, mailboxes, sites, offices."""
    found = []
    for pattern in _CONTACTS:
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 20) : match.start()]
            if _CERTIFICATE.search(before) or (pattern is not _CONTACTS[0] and _DID.search(before)):
                continue
            found.append(Mark("contact", *match.span()))
    return tuple(sorted(found, key=lambda mark: mark.start))


# --- when

_DAY: Final = (
    r"(?:(?:19|20)\d\d年|今年|明年|去年|本年度?|当年)?(?:1[0-2]|0?[1-9])月(?:份|底|初|末|"
    r"[上中下]旬|(?:[12]\d|3[01]|0?[1-9])[日号]?)?"
)
_YEAR: Final = (
    r"(?:(?:19|20)\d\d年(?:底|初|末|上半年|下半年|第?[一二三四]季度)?|[今明去]年(?:底|初|末|"
    r"上半年|下半年|春节|暑假)?|年底|年内|本月(?:底|内)?|下个?月|本周|[上下]半年|"
    r"第[一二三四]季度|春节[前后]|国庆[前后]?)"
)
_DATES: Final = re.compile(
    rf"(?P<due>(?:(?<!\d)[\d一二三四五六七八九十两]{{1,6}}个?(?:工作日|自然日|日|天|个?月|小时|周|"
    rf"年)(?:之|以)?内)"
    rf"|(?:每(?:周|月|年|天|日|季度)[一二三四五六日天\d]?(?:至|到|[—-])?(?:周|"
    rf"星期)?[一二三四五六日]?)"
    rf"|(?:周|星期)[一二三四五六日](?:至|到|[—-])(?:周|星期)?[一二三四五六日]"
    rf"|(?:早|晚|上午|下午|晚上|早上|凌晨)?[\d]{{1,2}}(?:[:：]\d\d|"
    rf"[点时](?!许)\d{{0,2}})(?:[^，,。]{{0,4}}(?:前|后|至|到|[—-]))"
    rf"|工作时间|上班时间)"
    rf"|(?P<day>{_DAY}|{_YEAR})(?P<tail>[^，,。；;、]{{0,3}}?前|之前|以前|起|开始)?"
)
_TO_COME: Final = re.compile(
    r"(?:预计|计划|将|拟|力争|争取|确保|可望|有望|届时|待)[^，,。；;]{0,24}$"
)
_RECEIPT: Final = re.compile(
    r"^[^，,。；;]{0,14}(?:收悉|收到|留言|来信|发表|发布|反映|交办|转|在(?:平台|网)|咨询|"
    r"提出|[的]?(?:来信|帖|贴)|受理|回复|答复)"
)
_RECEIVED: Final = re.compile(r"(?:收悉|收到|来信|留言|反映|受理)[^，,。]{0,4}$")
_IN_PAPER: Final = re.compile(r"《[^》]{0,60}$|[〔\[【（(][^〕\]】）)]{0,6}$")
_SIGNED: Final = re.compile(
    r"\s*(?:(?=$)|[。\s]*(?:$|网友|尊敬|[“\"]?UU|网民|[一二三四]、)|[（(]?(?:联系|电话))"
)


def dates(text: str) -> tuple[Mark, ...]:
    """Days, periods and times of the matter; not of receiving, handing on, answering or signing."""
    found = []
    for match in _DATES.finditer(text):
        start, end = match.span()
        before, after = text[max(0, start - 60) : start], text[end : end + 24]
        if match["due"]:
            if not _IN_PAPER.search(before):
                found.append(Mark(DUE, start, end))
            continue
        if _IN_PAPER.search(before) or _RECEIVED.search(before[-12:]) or _RECEIPT.match(after):
            continue
        # the day under a letter stands alone behind the end of a sentence, or of the whole
        if re.search(r"[日号\d]$", match["day"]) and _SIGNED.match(text[end:]):
            continue
        if (
            re.match(r"(?:城区|度?(?:计划|招生|建设|秋季|春季|预算|第))", after)
            and "月" not in match["day"]
        ):
            continue
        due = bool(match["tail"]) or bool(_TO_COME.search(before[-30:]))
        found.append(Mark(DUE if due else PAST, start, end))
    return tuple(sorted(found, key=lambda mark: (mark.kind != DUE, mark.start)))
