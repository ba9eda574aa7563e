"""What a notice says about itself: title, body, number, days, area, papers, steps, where to go."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from qifu.textmine.policy_reading.days import Stretch
from qifu.textmine.policy_reading.figures import numeral
from qifu.textmine.policy_reading.marks import (
    BODY,
    CONTACT,
    DATE,
    EXCLUSION,
    NUMBER,
    PAPER,
    REGION,
    STEP,
    TITLE,
    WINDOW,
    Mark,
    trimmed,
)
from qifu.textmine.policy_reading.outline import PAPERS, STEPS, TIME, Sentence
from qifu.textmine.policy_reading.sheet import Sheet

_DOCUMENT: Final = (
    "(?:通知|公告|办法|措施|细则|指南|意见|方案|规定|政策|规程|通告|条例|计划|指引|决定|批复|函)"
)
_TITLE: Final = re.compile(
    rf"^[ ]*(?P<title>[^\n。；！？]{{4,80}}?{_DOCUMENT}(?:（[^）\n]{{1,16}}）)?)[ ]*(?=\n|$)"
)
_NAMED: Final = re.compile(r"(?:现将|印发|制定|发布|出台)《(?P<title>[^》\n]{4,60})》")
_BODY: Final = re.compile(
    "(?:[\u4e00-\u9fff]{2,14}(?:人民政府(?:办公[厅室])?|委员会|管理局|信息化局|"
    "[\u4e00-\u9fff]{2,10}局|[\u4e00-\u9fff]{2,8}厅|管委会|办公室|财政部|税务总局|科技部|"
    "工业和信息化部))"
)
_NUMBER: Final = re.compile(
    "[\u4e00-\u9fffA-Za-z]{1,12}(?:〔|（|\\[)(?P<year>(?:19|20)\\d{2})(?:〕|）|\\])"
    "\\s?(?:第)?\\d{1,5}\\s?号"
)
_ROLES: Final = [
    (re.compile(p), role)
    for p, role in (
        ("预申报|预申请|预填报", "pre_apply"),
        ("评审|审核|审查|核查", "review"),
        ("有效期|施行|实施|生效|执行|有效", "effective"),
        ("申报|申请|受理|填报|提交|报送|截止|报名|办理|系统开放|时间|期限", "apply"),
    )
]
_SINCE: Final = re.compile(r"\s?(?:起|开始|之日起)?(?:施行|实施|生效|执行|起)")
_UNTIL: Final = re.compile(r"(?:至|截至|截止到?|到|于|在)\s?$|(?:截止|截至)[^，。；]{0,10}$")
_NO_PAPER: Final = re.compile(
    "^(?:以下|下列|上述|所需|申报|申请)?材料$|加盖|装订|一式|如下|要求|提交|负责|真实"
)
_STEP: Final = re.compile(
    "登录|填报|网上申报|提交申请|初审|复审|审核|公示|拨付|备案|无需(?:主动)?(?:申请|申报)"
    "|免申即享|推荐|现场核查|受理"
)
_HOTLINE: Final = re.compile(
    "(?<![\\d])(?:0\\d{2,3}-?\\d{7,8}(?:-\\d{1,5})?|12345|12366|1[3-9]\\d{9})(?!\\d)"
)
_PLATFORM: Final = re.compile(
    '(?:登录|登陆|通过|访问|进入)["]?(?P<name>[\u4e00-\u9fff]{2,30}?(?:平台|系统|网站|网|'
    "专区|小程序|公众号|窗口|大厅))"
)
_LINK: Final = re.compile(r"https?://[A-Za-z0-9./?=&_%:#-]{4,120}")
_TO: Final = re.compile(
    "(?:提交至|报送至?|送至|交至|递交至?|咨询|联系(?:单位|部门)?：?)"
    "(?P<name>[\u4e00-\u9fff]{2,24}?(?:局|委|厅|中心|窗口|办公室|大厅|街道))"
)
_EXCLUSION: Final = re.compile(
    "(?:不得|不可|不能|不再|不)(?:同时|重复|叠加|累计|兼得)[^，。；]{0,16}|"
    "只能(?:[^，。；]{0,16})?(?:一次|一项|选择)[^，。；]{0,12}|就高不(?:就低|重复)"
    "[^，。；]{0,8}|择高[^，。；]{0,10}|不重复(?:享受|资助|奖励|支持|计)[^，。；]{0,8}"
)
_TERM: Final = re.compile(r"有效期限?(?:为|是)?\s?(?P<years>[一二三四五六七八九十\d]{1,2})\s?年")
_SIGNED: Final = re.compile(
    r"(?:^|\n)[ ]*(?P<body>[\u4e00-\u9fff]{3,24}(?:局|委员会|委|厅|政府|办公室|管委会|部|中心))"
    r"[ ]*\n[ ]*(?P<day>(?:19|20)\d\d年\d{1,2}月\d{1,2}日)[ ]*(?=\n|$)"
)
_RATE_DAY: Final = re.compile("汇率|中间价|折算")


def read_head(sheet: Sheet, conditions: list[Mark]) -> list[Mark]:
    """All elements but conditions and amounts, in the order of the text."""
    signed = list(_signed(sheet))
    found = [
        *_titles(sheet), *signed, *_numbers(sheet),
        *(d for d in _days(sheet, conditions) if not any(s.start == d.start for s in signed)),
        *_area(sheet),
    ]  # fmt: skip
    for number, sentence in enumerate(sheet.outline.sentences):
        here = [*_papers(sheet, sentence), *_steps(sheet, sentence), *_contacts(sheet, sentence)]
        here += _exclusions(sheet, sentence)
        for mark in here:
            mark.sentence = number
        found += here
    return sorted(found, key=lambda mark: (mark.start, mark.end))


def _titles(sheet: Sheet) -> Iterator[Mark]:
    plain = sheet.plain
    line = 0
    for _ in range(3):
        end = plain.find("\n", line)
        end = len(plain) if end < 0 else end
        match = _TITLE.match(plain[line:end])
        if match:
            start, stop = trimmed(plain, line + match.start("title"), line + match.end("title"))
            yield Mark(TITLE, start, stop, {}, 0.9)
            body = _BODY.match(plain, start, stop)
            about = plain.find("关于", start, stop)
            if body and (about < 0 or body.end() <= about + 1):
                yield Mark(BODY, start, about if about > start else body.end(), {}, 0.8)
            return
        line = end + 1
        if line >= len(plain):
            break
    if named := _NAMED.search(plain, 0, 600):
        yield Mark(TITLE, *named.span("title"), {}, 0.6)


def _numbers(sheet: Sheet) -> Iterator[Mark]:
    for match in _NUMBER.finditer(sheet.plain):
        before = sheet.plain[max(0, match.start() - 3) : match.start()]
        after = sheet.plain[match.end() : match.end() + 2]
        own = match.start() < 200 and not (before.endswith(("（", "》")) or after.startswith("）"))
        start = match.start()
        if lead := re.match("(?:根据|按照|依据|和|及|与|的)", match[0]):
            start += lead.end()
        yield Mark(NUMBER, start, match.end(), {"role": "own" if own else "cited"}, 0.85)


def _days(sheet: Sheet, conditions: list[Mark]) -> Iterator[Mark]:
    """Windows and other days; those that stand in a condition are left to it."""
    plain = sheet.plain
    dated: dict[int, list[Mark]] = {}
    for mark in conditions:
        dated.setdefault(mark.sentence, []).append(mark)
    for stretch in sheet.stretches if sheet.outline.sentences else ():
        number = sheet.outline.sentence_at(stretch.start)
        sentence = sheet.outline.sentences[number]
        if any(m.overlaps(stretch.start, stretch.end) for m in dated.get(number, ())):
            continue
        before = plain[max(sentence.start, stretch.start - 24) : stretch.start]
        after = plain[stretch.end : stretch.end + 16]
        if _RATE_DAY.search(after):
            yield Mark(
                DATE,
                stretch.start,
                stretch.end,
                {"role": "exchange_rate", "value": stretch.opens.iso},
                0.8,
            )
            continue
        says = _window(before, after, stretch, sentence)
        if says is not None:
            start, note = stretch.start, ""
            if says["role"] == "effective" and "closes" not in says:
                note = _term(plain, stretch, says)
            if until := re.search(r"有效期[至到]?\s?$", before):
                start -= len(before) - until.start()
            yield Mark(WINDOW, start, stretch.end, says, 0.85 if stretch.closes else 0.75, note)


def _term(plain: str, stretch: Stretch, says: dict[str, Any]) -> str:
    """Add the last day where a term stands behind the first, 「有效期5年」; the note for it."""
    term = _TERM.search(plain, stretch.end, stretch.end + 40)
    years = int(numeral(term["years"]) or 0) if term else 0
    if not 0 < years < 100 or says["opens"].startswith("-"):
        return ""
    first = date.fromisoformat(says["opens"])
    # the day before the same day of the year; for 29 February the 28th
    again = first.replace(year=first.year + years, day=min(first.day, 28 + (first.month != 2) * 3))
    says["closes"] = (again - timedelta(days=1)).isoformat()
    return f"按有效期 {years} 年算出最后一天 · the last day follows from a term of {years} years"


def _signed(sheet: Sheet) -> Iterator[Mark]:
    """Who issued it and on which day, in the last two lines: 某局 / 2027年2月1日."""
    for match in _SIGNED.finditer(sheet.plain):
        day = next((s for s in sheet.stretches if s.start == match.start("day")), None)
        if day is not None and day.closes is None:
            yield Mark(BODY, *match.span("body"), {}, 0.75)
            says = {"role": "published", "value": day.opens.iso}
            yield Mark(DATE, day.start, day.end, says, 0.75)
            return


def _window(before: str, after: str, stretch: Stretch, sentence: Sentence) -> dict[str, Any] | None:
    words = sentence.label + before
    role = next((name for pattern, name in _ROLES if pattern.search(words)), None)
    since = _SINCE.match(after)
    if stretch.closes:
        if role is None and sentence.role != TIME:
            return None
        return {"role": role or "apply", "opens": stretch.opens.iso, "closes": stretch.closes.iso}
    if since and re.search("施行|实施|生效|执行", after):
        return {"role": "effective", "opens": stretch.opens.iso}
    if role is None and sentence.role == TIME:
        role = "apply"
    if role and (
        _UNTIL.search(words)
        or re.match("\\s?(?:前|以前|之前|止|截止)", after)
        or "有效期" in before
    ):
        return {"role": role, "closes": stretch.opens.iso}
    if role == "apply" and since:
        return {"role": "apply", "opens": stretch.opens.iso}
    return None


def _area(sheet: Sheet) -> Iterator[Mark]:
    """The first place name of the document's own area."""
    for place in sheet.places:
        if place.here:
            continue
        own = sheet.gazetteer.area
        if own is None or own.startswith(place.code) or place.code.startswith(own):
            yield Mark(REGION, place.start, place.end, {"value": place.code}, 0.8)
            return


def _papers(sheet: Sheet, sentence: Sentence) -> Iterator[Mark]:
    if sentence.role != PAPERS or sentence.heading:
        return
    plain = sheet.plain
    at, depth = sentence.start, 0
    for end in range(sentence.start, sentence.end + 1):
        char = plain[end] if end < sentence.end else "、"
        depth += (char == "（") - (char == "）")
        if char in "、；，" and depth <= 0 or end == sentence.end:
            start, stop = trimmed(plain, at, end)
            if stop - start >= 2 and not _NO_PAPER.search(plain[start:stop]):
                yield Mark(PAPER, start, stop, {}, 0.8)
            at = end + 1


def _steps(sheet: Sheet, sentence: Sentence) -> Iterator[Mark]:
    if sentence.heading:
        return
    words = sheet.outline.words(sentence)
    nothing = re.search("免申即享|无需(?:主动)?(?:申请|申报)|自动兑付", words)
    if (sentence.role == STEPS and _STEP.search(words)) or nothing:
        yield Mark(STEP, sentence.start, sentence.end, {}, 0.75)


def _contacts(sheet: Sheet, sentence: Sentence) -> Iterator[Mark]:
    plain = sheet.plain
    for pattern, role in ((_PLATFORM, "platform"), (_TO, "department")):
        for match in pattern.finditer(plain, sentence.start, sentence.end):
            end = match.end("name")
            link = _LINK.search(plain, end, min(len(plain), end + 130))
            if link and link.start() - end <= 2:
                end = link.end() + (plain[link.end() : link.end() + 1] == "）")
            kind = "window" if match["name"].endswith(("窗口", "大厅")) else role
            yield Mark(CONTACT, match.start("name"), end, {"role": kind}, 0.75)
    for match in _HOTLINE.finditer(plain, sentence.start, sentence.end):
        yield Mark(CONTACT, *match.span(), {"role": "hotline"}, 0.85)


def _exclusions(sheet: Sheet, sentence: Sentence) -> Iterator[Mark]:
    match = _EXCLUSION.search(sheet.plain, sentence.start, sentence.end)
    if match:
        start, end = trimmed(sheet.plain, sentence.start, sentence.end)
        yield Mark(EXCLUSION, start, end, {}, 0.75)
