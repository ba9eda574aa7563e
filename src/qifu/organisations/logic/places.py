"""Where a register's province, city and address lie in the tree of regions."""

import re
from collections.abc import Iterable
from functools import lru_cache

from qifu.rulebook.codes import CodeTree

_PEOPLES = (
    "壮 回 藏 维吾尔 苗 彝 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 "
    "东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 "
    "乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺 蒙古 各"
).split()
_OF_PEOPLES = f"(?:(?:{'|'.join(_PEOPLES)})族|维吾尔|蒙古)*自治"
# what stands behind the short name: 广西|壮族自治区, 恩施|土家族苗族自治州, 深圳|市
_NAME = re.compile(rf"(.{{2,}}?)(?:{_OF_PEOPLES}[区州县旗]|特别行政区|地区|省|市|盟|州)")
_AUTONOMOUS = re.compile(rf"(.{{2,}}?){_OF_PEOPLES}县")
_NOWHERE = ("", "N/A", "-")


def locate(province: str, city: str, address: str, tree: CodeTree) -> str | None:
    """The code of the region that a firm of the register lies in, as fine as it can be known.

    Province and city may have their endings or not (广东, 广东省; 黔西南, 恩施). Of the four
    municipalities the city column may name a district. A district is taken only where the
    address names exactly one of that city, in full (罗湖区; 罗湖 alone may be a street), under its
    present name or that of an earlier rank (光明新区, 增城市 and 子长县 are now 光明区, 增城区 and
    子长市). A street or town with the name of another district (宝安区龙华街道) leaves it open: it
    may have moved with it. Areas without a code (大鹏新区, 自贸区) and old districts (南头区) give
    their city. None where not even the province is known.
    """
    return _places(tree).locate(province.strip(), city.strip(), address.strip())


@lru_cache(maxsize=4)
def _places(tree: CodeTree) -> "_Places":
    return _Places(tree)


def short_name(name: str) -> str:
    """A region's name without its ending; what is left is never a single character.

    >>> short_name("广西壮族自治区"), short_name("恩施土家族苗族自治州"), short_name("沙市")
    ('广西', '恩施', '沙市')
    """
    found = _NAME.fullmatch(name)
    return found[1] if found else name


class _Places:
    """The tree of regions by name."""

    def __init__(self, tree: CodeTree) -> None:
        self.tree = tree
        self._provinces: dict[str, str] = {}
        for code in tree.children():
            self._provinces[tree.label(code)] = code
            self._provinces[short_name(tree.label(code))] = code
        self._cities: dict[tuple[str, str], tuple[str, bool] | None] = {}
        self._districts: dict[str, _Districts] = {}

    def locate(self, province: str, city: str, address: str) -> str | None:
        code = self._provinces.get(province) or self._provinces.get(short_name(province))
        if code is None:
            return None
        found = self.city(code, city) or self.city(code, self.beginning(code, address))
        if found is None:
            cities = self.tree.children(code)
            # a municipality has one city below it, or none that a firm could be told apart by
            if not self.is_municipality(code):
                return code
            found = (cities[0] if len(cities) == 1 else code), False
        place, fine = found
        if fine:
            return place
        district = self.districts(place).named_in(self.without_beginning(code, place, address))
        if district is None and self.tree.label(place).startswith("省直辖"):
            return code
        return district or place

    def is_municipality(self, province: str) -> bool:
        """Whether the cities below bear the province's own name."""
        name = self.tree.label(province)
        return any(self.tree.label(city).startswith(name) for city in self.tree.children(province))

    def city(self, province: str, name: str) -> tuple[str, bool] | None:
        """The region of that name in a province, and whether it is already a district or county."""
        if name in _NOWHERE:
            return None
        key = (province, name)
        if key not in self._cities:
            self._cities[key] = self._find_city(province, name)
        return self._cities[key]

    def _find_city(self, province: str, name: str) -> tuple[str, bool] | None:
        cities = self.tree.children(province)
        found = self._one(cities, name)
        if found is not None and not self.is_municipality(province):
            return found, False
        # a municipality's districts, and counties that stand directly under a province
        below = [district for city in cities for district in self.tree.children(city)]
        direct = [d for d in below if self.is_municipality(province) or d[2:4] == "90"]
        district = self._one(direct, name)
        if district is not None:
            return district, True
        pseudo = [c for c in cities if name.startswith("省直辖") and c.endswith("90")]
        return (pseudo[0], False) if pseudo else None

    def _one(self, codes: Iterable[str], name: str) -> str | None:
        """The one region of that full name, else of that short name, else that begins so."""
        short = short_name(name)
        labels = {code: self.tree.label(code) for code in codes}
        for fits in (
            lambda label: label == name,
            lambda label: short_name(label) == short,
            lambda label: label.startswith(short),
        ):
            found = [code for code, label in labels.items() if fits(label)]
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def beginning(self, province: str, address: str) -> str:
        """The name of a city that the address begins with, for a row without one; else empty."""
        rest = self._cut(address, self.tree.label(province))
        for city in self.tree.children(province):
            label = self.tree.label(city)
            if rest.startswith(label) or rest == short_name(label):
                return label
        return ""

    def without_beginning(self, province: str, place: str, address: str) -> str:
        """The address without province and city before it."""
        rest = self._cut(address, self.tree.label(province))
        return self._cut(rest, self.tree.label(place))

    def _cut(self, text: str, label: str) -> str:
        if text.startswith(label):
            return text[len(label) :]
        short = short_name(label)
        if text.startswith(short):
            rest = text[len(short) :]
            # 深圳罗湖区 begins with its city, 南山区 in a city called 南山 would not
            return rest if not rest.startswith(("市", "区", "县", "新区", "路", "街")) else text
        return text

    def districts(self, place: str) -> "_Districts":
        """The districts of a city, or of all cities of a municipality."""
        if place not in self._districts:
            below = list(self.tree.children(place))
            if len(self.tree.normalise(place)) == 2:
                below = [d for city in below for d in self.tree.children(city)]
            self._districts[place] = _Districts({d: self.tree.label(d) for d in below})
        return self._districts[place]


class _Districts:
    """The districts of one city, found by name in an address."""

    def __init__(self, labels: dict[str, str]) -> None:
        self._labels = labels
        names: dict[str, str] = {label: code for code, label in labels.items()}
        streets: dict[str, str] = {}
        for code, label in labels.items():
            for other in _other_names(label):
                names.setdefault(other, code)
            if label.endswith("区") and len(label) > 2:
                for kind in ("街道", "镇", "办事处"):
                    streets.setdefault(label[:-1] + kind, code)
        self._start = {n: c for n, c in names.items() if len(n) < 3}
        self._names = {n: c for n, c in names.items() if len(n) >= 3}
        for street, code in streets.items():
            self._names.setdefault(street, code)
        self._streets = frozenset(streets) - frozenset(names)
        ordered = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def named_in(self, address: str) -> str | None:
        """The one district that the address names, or None for none or several.

        Names of two characters (城区, 忠县) count only at the beginning.
        """
        named: set[str] = set()
        streets: set[str] = set()
        begins = next((name for name in self._start if address.startswith(name)), None)
        if begins:
            named.add(self._start[begins])
        for name in self._pattern.findall(address) if self._pattern else ():
            (streets if name in self._streets else named).add(self._names[name])
        if len(named) != 1:
            return None
        (code,) = named
        # a new district takes its streets from another district, not from a county
        split = self._labels[code].endswith("区") and streets - named
        return None if split else code


def _other_names(label: str) -> list[str]:
    """What else a district may be called: before it became one, or without its peoples."""
    autonomous = _AUTONOMOUS.fullmatch(label)
    if autonomous:
        return [autonomous[1] + "县"]
    if len(label) > 2 and label.endswith("市"):
        return [label[:-1] + "县"]
    if label.endswith("新区") or not label.endswith("区") or len(label) < 3:
        return []
    return [label[:-1] + ending for ending in ("新区", "县", "市")]
