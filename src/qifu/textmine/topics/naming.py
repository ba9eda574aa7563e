"""The name of a topic in its members' own words: where, and what about."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qifu.textmine.classify.pieces import cleaned, words_of
from qifu.textmine.likeness.told import Told

# of a member so many characters are looked at: a name comes early, and texts are long
HEAD: Final = 200
# words of the subject, and the part of the members in which a word or a place must stand
SUBJECT: Final = 3
SHARED: Final = 0.3
# a place's name grows to the left while so many of the texts that have it have the longer one
_GROWS: Final = 0.6
_LONGEST: Final = 10
# places that many texts name are compared with the whole batch: so many of the most frequent
_COMPARED: Final = 8

_END = (
    "小区 花园 新城 公寓 广场 学校 中学 小学 学院 大学 医院 幼儿园 园区 大道 街道 公园 商圈 市场 "
    "路 街 镇 乡 村 苑 院 城 府 湾 郡 庭 区 县 桥 港 地铁站 火车站 高铁站 空间站"
).split()
# two characters and how places end; a code of a mask and a digit stand for a name too
_BASE = re.compile(f"(?=([\u4e00-\u9fff0-9a-z]{{2}}(?:{'|'.join(_END)})))")
_NO_NAME = re.compile(
    r"(?:..?[的在个旁边]|[我你他咱]们|附近|周边|居民|住宅|整个|多个|[本该全各这那].?)小区"
    r"|.*(?:线路|铁路|公路|社区|市区|城区|地区|园区|辖区|城市|居民|业主|附近|法院|医院|周边|旁边|这个|政府).*"
    r"|.?[本我该全各贵一的在](?:市|区|县|校|院|村|镇|街|路|站|城).*|.*[的在了是对属下等为将]..?"
)
# what half of all complaints say
_LITTLE = frozenset("附近 小区 业主 居民 存在 严重 投诉 举报 要求 关于 有限公司 家里".split())
_REGION = re.compile(r"[a-z]\d{1,2}[区县市]|[\u4e00-\u9fff]{2}(?<![小社市城园地辖])[区县]")


@dataclass(frozen=True)
class Name:
    """A topic's title, "place：word、word、word", and its place; the place may be ""."""

    title: str
    place: str


def name_of(
    members: Sequence[Told],
    batch: Sequence[str],
    rarity: Mapping[str, float],
    *,
    places: Mapping[str, str],
) -> Name:
    """Name a topic of a `batch` of texts. `rarity`: the idf of its words; `places`: known names by
    the ways they are written (`parse_places`).

    Place: the one that most members give; else the one of `places` that most of them name, if it
    is SHARED of them; else what ends as places do, stands in many members and in few other texts;
    else the district. Subject:
    the words that many members share and few other texts have, in the order in which they come.
    """
    place = _place(members, batch, places)
    pairs = {place.lower()[i : i + 2] for i in range(len(place) - 1)}
    held: Counter[str] = Counter()
    first: dict[str, list[int]] = defaultdict(list)
    for one in members:
        words = words_of(one.text[:HEAD])
        for word in dict.fromkeys(words):
            inside = any(word[i : i + 2] in pairs for i in range(len(word) - 1))
            if len(word) > 1 and word not in _LITTLE and not inside and not _REGION.fullmatch(word):
                held[word] += 1
                first[word].append(words.index(word))
    shared = [word for word in held if held[word] >= max(2, SHARED * len(members))]
    chosen: list[str] = []
    for word in sorted(shared or held, key=lambda w: (-held[w] * rarity.get(w, 1.0), w)):
        if not any(word in other or other in word for other in chosen):
            chosen.append(word)
        if len(chosen) == SUBJECT:
            break
    chosen.sort(key=lambda w: (sum(first[w]) / len(first[w]), w))
    title = "：".join(part for part in (place, "、".join(chosen).upper()) if part)
    return Name(title or members[0].text.strip()[:20], place)


def _place(members: Sequence[Told], batch: Sequence[str], places: Mapping[str, str]) -> str:
    given = Counter(one.place for one in members if one.place)
    if given:
        return min(given, key=lambda name: (-given[name], name))
    heads = [cleaned(one.text[:HEAD]) for one in members]
    least = max(2, SHARED * len(members))
    known = Counter(
        name for head in heads for name in {of for way, of in places.items() if way in head}
    )
    known = Counter({name: count for name, count in known.items() if count >= least})
    if known:
        return min(known, key=lambda name: (-known[name], -len(name), name))
    held = Counter(name for head in heads for name in set(_BASE.findall(head)))
    bases = [n for n in held if held[n] >= least and not _NO_NAME.fullmatch(n)]
    bases = sorted(bases, key=lambda n: (-held[n], n))[:_COMPARED]
    if bases:
        # a name that the whole batch has says nothing
        worth = {n: held[n] * math.log(len(batch) / sum(n in t for t in batch)) for n in bases}
        best = min(bases, key=lambda n: (-worth[n], n))
        return _grown(best, heads).upper()
    regions = Counter(name for head in heads for name in set(_REGION.findall(head)))
    regions = Counter({name: count for name, count in regions.items() if count >= least})
    return min(regions, key=lambda n: (-regions[n], n)).upper() if regions else ""


def _grown(name: str, heads: Sequence[str]) -> str:
    """The name with what nearly always stands before it."""
    while len(name) < _LONGEST:
        holding = [head for head in heads if name in head]
        longer = Counter(
            head[at - 1 : at] + name
            for head in holding
            for at in {head.find(name)}
            if at > 0 and head[at - 1].isalnum() and head[at - 1] not in "的在了是位于"
        )
        if not longer:
            return name
        best = min(longer, key=lambda n: (-longer[n], n))
        if longer[best] < _GROWS * len(holding):
            return name
        name = best
    return name
