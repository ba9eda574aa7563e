"""Places of a notice: names of the region tree, 本市 and 辖区, and what is done there."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import REGION, CodeTree, strip_region

_TAIL: Final = re.compile(
    "(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|自治县|省|市|区|县|旗)$"
)
_HERE: Final = re.compile(
    "(?:本|我|全)(?P<level>省|市|区|县|自治区|旗)(?!场|域|分|间)|(?P<in>辖区|省|市|区|县)"
    "(?:行政区域|辖区|域)?(?:范围)?内(?![外部容])"
)
# where a name ends: 南山辖区内, 深圳市范围内, 宝安区
_AROUND: Final = (
    "(?:市|省|区|县|自治区)?(?:行政区域?|行政辖区|辖区|管辖区|境|地区|区域)?(?:范围)?(?:内|域)?"
)
# a place that the tree does not have: 注册在X园区的
_ZONE: Final = re.compile(
    r"(?:在|于)(?P<name>[\u4e00-\u9fff]{2,12}?(?:合作区|开发区|高新区|新区|园区|产业园|"
    r"示范区|自贸区|保税区|片区|集聚区|境内(?!外)|地区))"
)
_NAMED_AREA: Final = re.compile(
    r"(?P<name>(?<![\u4e00-\u9fff])"
    r"[\u4e00-\u9fff]{2,4}(?:、[\u4e00-\u9fff]{2,4}){0,4}(?:地区|片区))(?=每|的|企业|内)"
)
# 在深注册: a city by one character, read only where it is the city that issues the notice
_ABBREVIATED: Final = {
    "深": "4403", "京": "11", "沪": "31", "津": "12", "渝": "50", "穗": "4401", "杭": "3301",
    "甬": "3302", "厦": "3502", "蓉": "5101", "汉": "4201", "莞": "4419",
}  # fmt: skip
_ONE_CHARACTER: Final = re.compile(
    f"(?<=在)[{''.join(_ABBREVIATED)}](?=[注设登依实纳经落投办工参从全开生])"
)
NEW: Final = "new:"
# 北京, 天津, 上海, 重庆: 本市 is the whole of them
_CITIES_WITH_RANK_OF_PROVINCES: Final = ("11", "12", "31", "50")


@dataclass(frozen=True)
class Place:
    """A named place: its code (`new:…` where the tree has none) and the span of its name."""

    code: str
    start: int
    end: int
    around: int  # where 市, 辖区, 范围内 behind the name end
    here: bool = False  # 本市, 辖区: the area of the document itself


class Gazetteer:
    """The names of regions that a notice of this area is likely to mean."""

    def __init__(self, tree: CodeTree | None, area: str | None) -> None:
        """`area`: the code of the area that issues the notice, None where nobody has said."""
        self.tree = tree
        self.area = strip_region(area) if area else None
        self.names = _names(tree, self.area) if tree is not None else {}
        words = sorted((name for name in self.names if len(name) > 1), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, words))) if words else None

    def find(self, plain: str) -> list[Place]:
        """Every place, in order; a longer name hides the shorter ones in it."""
        found: list[Place] = []
        for match in self._pattern.finditer(plain) if self._pattern else ():
            around = re.compile(_AROUND).match(plain, match.end())
            end = around.end() if around else match.end()
            found.append(Place(self.names[match[0]], match.start(), match.end(), end))
        for match in _HERE.finditer(plain):
            code = self._level(match["level"] or match["in"] or "")
            around = re.compile(_AROUND).match(plain, match.end())
            end = around.end() if around else match.end()
            if code:
                found.append(Place(code, match.start(), match.end(), end, here=True))
        for match in _ONE_CHARACTER.finditer(plain):
            code = _ABBREVIATED[match[0]]
            if self.area and self.area.startswith(code):
                found.append(Place(code, match.start(), match.end(), match.end(), here=True))
        known = sorted((place.start, place.around) for place in found)
        for pattern in (_ZONE, _NAMED_AREA):
            for match in pattern.finditer(plain):
                before = (
                    known[max(0, bisect_left(known, (match.end(), 0)) - 1)][1:] if known else (0,)
                )
                if before[0] <= match.start("name"):
                    code = NEW + proposed("zone", match["name"])
                    found.append(Place(code, match.start("name"), match.end("name"), match.end()))
        return _joined(sorted(found, key=lambda place: (place.start, -place.end)), plain)

    def _level(self, word: str) -> str | None:
        if not self.area:
            return None
        digits = {"省": 2, "自治区": 2, "市": 4, "区": 6, "县": 6, "旗": 6}.get(
            word, len(self.area)
        )
        if self.area in _CITIES_WITH_RANK_OF_PROVINCES and digits == 4:
            return self.area
        if len(self.area) < digits:
            return None
        return self.area[:digits]


def area_code(named: str, tree: CodeTree | None) -> str | None:
    """The code of a place by code or name (「440300」, 「深圳市南山区」); None where unknown."""
    if tree is None:
        return None
    if named.isdigit():
        return strip_region(named) if tree.has(named) else None
    said = {code for code in tree if len(code) <= 6 and _named(tree.label(code), named)}
    depth = {
        code: 1 + sum(above in said for above in tree.ancestors(code))
        for code in said
        if tree.label(code) not in {tree.label(above) for above in tree.ancestors(code)}
    }
    return min(depth, key=lambda code: (-depth[code], len(code), code), default=None)


def proposed(prefix: str, words: str) -> str:
    """A name for what the catalogue does not have, from the sound of its first characters."""
    tail = _sounds(re.sub(r"[^\u4e00-\u9fffA-Za-z0-9]", "", words[:60])[:12])
    return f"{prefix}_{tail}"[:60].rstrip("_") if tail else prefix


@lru_cache(maxsize=4096)
def _sounds(words: str) -> str:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its tables take a moment to load

    sounds = [sound for sound in lazy_pinyin(words) if sound.isascii()]
    return re.sub(r"[^a-z0-9]", "_", "_".join(sounds[:6]).lower()).strip("_")


def _named(name: str, words: str) -> bool:
    return name in words or (len(_short(name)) >= 2 and _short(name) in words)


def _short(name: str) -> str:
    return _TAIL.sub("", name) if len(name) > 2 else name


@lru_cache(maxsize=32)
def _names(tree: CodeTree, area: str | None) -> dict[str, str]:
    """name → code: provinces, all cities, and what lies in the same province as the area."""
    found: dict[str, str] = {}
    province = (area or "")[:2]
    for code in tree:
        if len(code) > 6:
            continue
        name = tree.label(code)
        near = bool(province) and code.startswith(province)
        own = bool(area) and (code.startswith(area or "-") or (area or "").startswith(code))
        if len(code) == 6 and not (own or (near and code.startswith((area or "")[:4]))):
            continue
        if name in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "城区", "郊区"):
            continue
        # 北京市 is a province and its city: the wider code stands for the name
        found.setdefault(name, code)
        short = _short(name)
        if len(short) >= 2 and (len(code) == 2 or near):
            found.setdefault(short, code)
    return found


def catalogue_tree(catalogue: Catalogue) -> CodeTree | None:
    """The region tree of a catalogue where it knows names."""
    tree = catalogue.trees.get(REGION)
    return tree if tree is not None and len(tree) else None


def _joined(places: list[Place], plain: str) -> list[Place]:
    """深圳市南山区 is one place, the inner one; a place inside another one is dropped."""
    kept: list[Place] = []
    for place in places:
        last = kept[-1] if kept else None
        if last and place.start < last.end:
            continue
        if last and last.around >= place.start and place.code.startswith(last.code):
            kept[-1] = Place(place.code, last.start, place.end, place.around)
            continue
        kept.append(place)
    return kept
