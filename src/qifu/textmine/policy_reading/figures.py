"""Figures of a folded text: what they measure, in which unit, from where to where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# 八 as in 十八 makes figures; 一定, 一次, 一般 do not, so a unit has to follow
_DIGITS: Final = {char: i for i, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_TENS: Final = {"十": 10, "百": 100, "千": 1000}
MONEY, RATIO, TIMES, TIME, DAYS = "money", "ratio", "times", "time", "days"
PEOPLE, PIECES, AREA, POINTS, RANK, QUANTITY, OTHER = (
    "people", "pieces", "area", "points", "rank", "quantity", "other",
)  # fmt: skip
# what is counted or weighed and no attribute of money, time, floor or staff: the unit stays
_THINGS: Final = (
    "岁", "户", "辆", "届", "期", "万千瓦时", "亿千瓦时", "千瓦时", "万吨标准煤", "吨标准煤",
    "万吨", "吨", "公斤", "千克", "万立方米", "立方米", "公顷", "平方公里", "公里", "千米", "兆瓦",
    "千瓦", "万标准箱", "标准箱", "张", "场", "艘", "架", "座", "条", "部", "集", "小时", "课时",
    "学时", "处", "间", "批", "单", "床", "席", "门", "轮", "所", "头", "支", "幅", "枚",
)  # fmt: skip
# sums in them are never taken for yuan
CURRENCIES: Final = ("港元", "欧元", "日元", "英镑", "澳门元")
_OTHER_MONEY: Final = re.compile("(?:港[币元]|欧元|日元|英镑|澳门[币元])\\s?$")
_MEASURE: Final = {
    **{f"{scale}{name}": MONEY for name in CURRENCIES for scale in ("", "万", "亿")},
    **dict.fromkeys(("万元", "亿元", "元", "万美元", "亿美元", "美元", "千元", "百万元"), MONEY),
    **dict.fromkeys(("%", "‰"), RATIO),
    "倍": TIMES,
    **dict.fromkeys(("年", "月"), TIME),
    "日": DAYS,
    "人": PEOPLE,
    **dict.fromkeys(_THINGS, QUANTITY),
    **dict.fromkeys(("件", "项", "个", "家", "台", "套", "种", "类", "次", "款", "篇"), PIECES),
    **dict.fromkeys(("m2", "万m2", "亩"), AREA),
    "分": POINTS,
    "名": RANK,
    "位": RANK,
}
# units of things that only digits or a comparison make a figure: 一批, 三门 are words
_COUNTER = (
    r"周岁|岁|户|辆|届|千瓦时|吨标准煤|吨|公斤|千克|立方米|公顷|平方公里|公里|千米|兆瓦|千瓦|"
    r"标准箱|场(?!所|地|景)|艘|架(?!构)|座|部(?!分|门|委|级|署)|集(?!团|中|聚|群|成)|小时|课时|学时|处(?!理|罚|置|于|级)|"
    r"间(?!接|隔)|张|床(?:位)?|席(?:位)?|轮|所(?!有|得|在|属|需|称|列)|条(?!件|例|款)|批(?!准|次|发|复)|单(?!位|个|项|家|笔|台|一)|"
    r"期(?!间|限|内|末|初|满|刊|货)|头|支(?!持|付|撑|出)|幅|枚|门(?!类|槛|店)"
)
_CN = "[零一二两三四五六七八九十百千]{1,7}"
_NUM = r"(?<![\d.A-Za-z])\d{1,15}(?:,\d{3})*(?:\.\d{1,9})?"
_UNIT = (
    r"个百分点|百分点|%|‰|倍|美元|港[元币]|欧元|日元|英镑|澳门[元币]|元人民币|元|人民币|平方米|平米|㎡|m2|亩|人民币元|名员工|"
    r"人次|人(?!均|民)|名(?!单|录|义|称|额|下)|位(?!于|居|列|置|数|次)|"
    r"周年|年|个自然年度|个完整年度|个会计年度|个年度|个月|月|个工作日|工作日|日|天|件|项|"
    r"个|家次|家|场次|项次|台|套|种|类|次(?!性)|款|篇|"
    rf"{_COUNTER}|"
    r"分(?!之|期|年|别|类|档|批|支|公司|等|次|行|配|局|析|布|红|值)"
)
_FIGURE = re.compile(
    rf"(?:百分之(?P<hundredth>{_CN}|\d+(?:\.\d+)?)"
    rf"|(?P<parts>{_CN}|\d{{1,2}})分之(?P<of_parts>{_CN}|\d{{1,2}})"
    r"|(?<![\d/.])(?P<over>[1-9])/(?P<under>[2-9])(?![\d/.])"
    r"|(?<![\u4e00-\u9fff]分)(?P<tenths>[一二两三四五六七八九])成(?=以|的|及|、|，|。|；|左|$)"
    r"|(?P<half>半数|一半(?=以上|及以上|的)|(?<!上|下|前|后|多)半年(?!度|报|末|底))"
    rf"|(?P<num>{_NUM})\s?(?P<scale>[百千]?万|亿|千(?=元))?(?P<more>余|多)?\s?(?P<unit>{_UNIT})?"
    rf"|(?P<cn>{_CN})(?P<cscale>[百千]?万|亿)?\s?(?P<cunit>{_UNIT}))"
)
_NAMES = {
    "个百分点": "%", "百分点": "%", "平方米": "m2", "平米": "m2", "㎡": "m2", "人次": "人",
    "名员工": "人", "周年": "年", "个自然年度": "年", "个完整年度": "年", "个会计年度": "年",
    "个年度": "年", "个月": "月", "天": "日", "个工作日": "日", "工作日": "日", "元人民币": "元",
    "人民币": "元", "人民币元": "元", "周岁": "岁", "家次": "家", "场次": "场",
    "项次": "项", "床位": "床", "席位": "席", "港币": "港元", "澳门币": "澳门元",
}  # fmt: skip
_SCALES = {"万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000, "千": 1000}
_BETWEEN = re.compile(r"\s?(?:（含[^）]{0,6}）)?\s?(?:~|-|至|到)\s?")
# in front of a numeral in characters: no figure but a word
_NO_NUMERAL = re.compile("(?:第|唯|同|任|某|单|其|之|统|每|这|该|另|逐|有|近|前|本|上|下|进)$")


@dataclass(frozen=True)
class Figure:
    """A figure: `value` in `unit` (万元, %, 年, 人 …), what that measures, and its span."""

    value: Decimal
    unit: str
    measure: str
    start: int
    end: int
    high: Decimal | None = None  # the upper end of a range
    high_unit: str = ""
    spoken: bool = False  # written in characters


def numeral(text: str) -> Decimal | None:
    """The value of digits or of a Chinese numeral below ten thousand; None for anything else.

    >>> numeral("一百二十"), numeral("十五"), numeral("2,000"), numeral("二零二六")
    (Decimal('120'), Decimal('15'), Decimal('2000'), Decimal('2026'))
    """
    plain = text.replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return Decimal(plain)
    if not plain or not all(char in _DIGITS or char in _TENS for char in plain):
        return None
    if not any(char in _TENS for char in plain):
        return Decimal("".join(str(_DIGITS[char]) for char in plain))
    total, held = 0, 0
    for char in plain:
        if char in _TENS:
            total += (held or 1) * _TENS[char]
            held = 0
        else:
            held = _DIGITS[char]
    return Decimal(total + held)


def figures(plain: str) -> list[Figure]:
    """Every figure with a unit or a scale, and bare digits, in the order of the text.

    「20~50万元」 is one figure with `high`; money without 元 (「50万」) is money.
    """
    found = list(_single(plain))
    joined: list[Figure] = []
    at = 0
    while at < len(found):
        one = found[at]
        after = found[at + 1] if at + 1 < len(found) else None
        if after and one.high is None and _one_range(plain, one, after):
            low_unit, measure = (one.unit, one.measure) if one.unit else (after.unit, after.measure)
            joined.append(
                Figure(one.value, low_unit, measure, one.start, after.end, after.value, after.unit)
            )
            at += 2
            continue
        joined.append(one)
        at += 1
    return joined


def _one_range(plain: str, one: Figure, after: Figure) -> bool:
    sign = _BETWEEN.fullmatch(plain, one.end, after.start)
    return bool(sign and after.unit and one.measure in (after.measure, OTHER))


def _single(plain: str) -> Iterator[Figure]:
    for match in _FIGURE.finditer(plain):
        if match["hundredth"]:
            value = numeral(match["hundredth"])
            if value is not None:
                yield Figure(value, "%", RATIO, match.start(), match.end(), spoken=True)
            continue
        if match["half"]:
            share = match["half"] != "半年"
            value, name = (Decimal(50), "%") if share else (Decimal(6), "月")
            yield Figure(value, name, _MEASURE[name], match.start(), match.end(), spoken=True)
            continue
        if match["tenths"]:
            tenths = numeral(match["tenths"])
            if tenths is not None:
                yield Figure(tenths * 10, "%", RATIO, match.start(), match.end(), spoken=True)
            continue
        if match["parts"] or match["under"]:
            whole = numeral(match["parts"] or match["under"])
            part = numeral(match["of_parts"] or match["over"])
            if whole and part:
                share_of = (part * 100 / whole).quantize(Decimal("0.01")).normalize()
                yield Figure(share_of, "%", RATIO, match.start(), match.end(), spoken=True)
            continue
        spoken = match["cn"] is not None
        value = numeral(match["cn"] or match["num"])
        scale = match["scale"] or match["cscale"] or ""
        unit = match["unit"] or match["cunit"] or ""
        start = match.start()
        ranked = unit in ("名", "位") and plain[max(0, start - 1) : start] in ("前", "第")
        if value is None or (
            spoken and not ranked and _NO_NUMERAL.search(plain, max(0, start - 1), start)
        ):
            continue
        if unit in ("名", "位") and not ranked:
            unit = "人"  # 10名技术人员 counts people, 前10名 ranks
        if unit in ("", "元") and (scale or unit):
            # 港币5万元
            told = _OTHER_MONEY.search(plain, max(0, start - 4), start)
            if told:
                unit, start = told[0].strip(), told.start()
        name, factor = _written(_NAMES.get(unit, unit), scale)
        measure = _MEASURE.get(name, OTHER)
        yield Figure(value * factor, name, measure, start, match.end(), spoken=spoken)


def _written(unit: str, scale: str) -> tuple[str, int]:
    """The unit as it is written down, and what is left of the scale as a factor."""
    if not scale:
        return unit, 1
    if unit in ("", "元", "美元", *CURRENCIES):
        base = unit or "元"
        if scale in ("万", "亿"):
            return f"{scale}{base}", 1
        if scale in ("百万", "千万"):
            return f"万{base}", _SCALES[scale] // 10_000
        return base, _SCALES[scale]
    if scale == "万" and f"万{unit}" in _MEASURE:
        return f"万{unit}", 1
    return unit, _SCALES[scale]
