"""Conditions on a place: registered, taxed or at work in a region."""

import re
from collections.abc import Iterator
from typing import Any, Final

from qifu.textmine.policy_reading.marks import CONDITION, Mark
from qifu.textmine.policy_reading.outline import Sentence, clauses
from qifu.textmine.policy_reading.places import NEW, Place, proposed
from qifu.textmine.policy_reading.sheet import Sheet, names_of_other_things

_REGISTERED: Final = (
    r"登记注册|工商注册|注册登记|注册成立|登记设立|商事登记|注册|登记|设立|成立|落户|新迁入|迁入"
)
_TAXED: Final = "税务登记|依法纳税|纳税(?!信用|等级|人)|税收|缴税|缴纳税|税务关系|税务"
_AT_WORK: Final = "实际经营|生产经营|经营活动|从事|开展|经营|生产|运营|投产"
# what an office is named by, or a place that only colours something else
_OFFICE: Final = re.compile(
    r"[^，。；、的]{0,10}?(?:政府|局|委员会|委(?![托派])|厅|部门|办公室|管委会|街道|平台|"
    r"网|路|大道|号|银行|大学|协会|税务局|统计局|专项资金|办法|政策|人民|统计)"
)
_WHO: Final = re.compile(
    r"(?:内|的)?(?:每家|各|所有)?(?:的)?(?:[\u4e00-\u9fff]{0,10}?)(?:企业|单位|机构|法人|公司|组织)"
)
_UNKNOWN: Final = re.compile(
    r"(?<=在)(?P<town>[\u4e00-\u9fff]{2,9}?(?:省|市|区|县|镇)(?:范围|行政区域|辖区|境)?内?)"
    r"(?=(?:依法|合法|正式)?(?:工商)?(?:登记|注册|设立|成立))|"
    r"(?:注册|登记|设立|落户|入驻|迁入)(?:地址?|时间)?(?:均)?(?:在|于|到|至)"
    r"(?P<name>[\u4e00-\u9fff]{2,12}?)(?=的|、|，|内|并|且|。|；|范围|或|或者|$)"
)


def read_located(sheet: Sheet) -> list[Mark]:
    """Every condition on a place, in order."""
    found: list[Mark] = []
    for number, sentence in sheet.reading():
        other = names_of_other_things(sheet.plain, sentence.start, sentence.end)
        for start, end in clauses(sheet.plain, sentence.start, sentence.end):
            for mark in _clause(sheet, sentence, start, end, other):
                mark.sentence = number
                found.append(mark)
    return found


def _clause(
    sheet: Sheet, sentence: Sentence, start: int, end: int, other: list[tuple[int, int]]
) -> Iterator[Mark]:
    plain = sheet.plain
    seen: list[tuple[int, int]] = []
    places = sheet.places_in(start, end)
    for at, place in enumerate(places):
        if any(a <= place.start < b for a, b in other):
            continue
        left = places[at - 1].around if at else start
        right = places[at + 1].start if at + 1 < len(places) else end
        for mark in _place(plain, place, left, right):
            seen.append((mark.start, mark.end))
            yield mark
    for match in _UNKNOWN.finditer(plain, start, end):
        if not any(a < match.end() and match.start() < b for a, b in seen) and not any(
            p.start < match.end() and match.start() < p.end for p in places
        ):
            if re.search("以[上下]|满|不", match["name"] or match["town"]):
                continue
            code = NEW + proposed("zone", match["name"] or match["town"])
            yield Mark(CONDITION, match.start(), match.end(), _under("region", code), 0.7)


def _under(attr: str, code: str) -> dict[str, Any]:
    return {"attr": attr, "op": "under", "value": code, "hard": True}


def _place(plain: str, place: Place, left: int, right: int) -> Iterator[Mark]:
    """The conditions that one place stands in, within `[left, right)`."""
    before, after = plain[max(left, place.start - 24) : place.start], plain[place.around : right]
    if _OFFICE.match(after) and not re.match(f"(?:依法)?(?:{_REGISTERED})", after):
        return
    # a place behind 在: what is done there stands in the next words
    what = re.match(r"[^，。；]{0,30}", after)
    words = what[0] if what else ""
    stop = re.search(r"的(?![）])|，|。|；", words)
    doing = words[: stop.start()] if stop else words
    inside = (
        bool(re.search(r"(?:在|于|位于|为|至|到|均在|经|系)$", before))
        or place.around > place.end
        or place.here
    )
    ahead = re.search(
        rf"(?P<what>(?:{_REGISTERED}|{_TAXED}|{_AT_WORK})[^，。；]{{0,14}}?)(?:地|地址|"
        r"所在地|关系)?(?:均)?(?:应|须|需)?(?:在|于|为|位于|均在|到|至)$"
        r"|(?:将?(?P<moved>(?:注册地|总部|住所|工商|税务)?[^，。；]{0,4}(?:迁入|迁至|落户|入驻|进驻|设在)))$",
        before,
    )
    what_ahead = (ahead["what"] or "落户") if ahead else ""
    verbs = f"{what_ahead} {doing[:12]}" if ahead else doing
    if not (inside or ahead):
        if re.match(r"(?:地区|片区)?(?:每家|的?企业)", after) and place.code.startswith(NEW):
            yield Mark(CONDITION, place.start, place.around, _under("region", place.code), 0.6)
        return
    begin = place.start - (1 if before[-1:] in ("在", "于", "经") else 0)
    if ahead:
        begin = place.start - len(before) + ahead.start()
    registered = re.search(_REGISTERED, verbs)
    taxed = re.search(_TAXED, verbs)
    if registered:
        end = place.around if ahead else place.around + registered.end()
        yield Mark(CONDITION, begin, end, _under("region", place.code), 0.9)
    if taxed:
        start, end = (
            (begin, place.around)
            if ahead
            else (place.around + taxed.start(), place.around + taxed.end())
        )
        yield Mark(CONDITION, start, end, _under("tax_region", place.code), 0.85)
    at_work = re.search(_AT_WORK, verbs)
    if at_work and not registered and not taxed:
        said_of_firm = re.search("企业|单位|机构|法人|公司", after[:40]) or before.endswith("在")
        if said_of_firm:
            end = place.around if ahead else place.around + at_work.end()
            says = _under("new:operating_region", place.code)
            yield Mark(CONDITION, begin, end, says, 0.7)
    elif not registered and not taxed and place.code.startswith(NEW) and _WHO.match(after):
        yield Mark(CONDITION, place.start, place.around, _under("region", place.code), 0.6)
