"""Units of figures and the one place where they are converted."""

from decimal import Decimal

# unit → (what it measures, its base unit times this factor)
UNITS: dict[str, tuple[str, Decimal]] = {
    **{unit: ("money", Decimal(1)) for unit in ("CNY", "元", "yuan")},
    "千元": ("money", Decimal(1_000)),
    "万元": ("money", Decimal(10_000)),
    "百万元": ("money", Decimal(1_000_000)),
    "亿元": ("money", Decimal(100_000_000)),
    "ratio": ("ratio", Decimal(1)),
    "%": ("ratio", Decimal("0.01")),
    "‰": ("ratio", Decimal("0.001")),
    **{unit: ("person", Decimal(1)) for unit in ("person", "人", "名")},
    **{unit: ("piece", Decimal(1)) for unit in ("piece", "件", "项", "个", "家")},
    **{unit: ("area", Decimal(1)) for unit in ("m2", "㎡", "平方米")},
    "万平方米": ("area", Decimal(10_000)),
    **{unit: ("month", Decimal(1)) for unit in ("month", "个月")},
    **{unit: ("month", Decimal(12)) for unit in ("year", "年")},
    **{unit: ("day", Decimal(1)) for unit in ("day", "天")},
    **{unit: ("point", Decimal(1)) for unit in ("point", "分")},
    **{unit: ("coal", Decimal(1)) for unit in ("tce", "吨标准煤")},
    **{unit: ("power", Decimal(1)) for unit in ("kWh", "千瓦时")},
}

# what is measured → its base unit, in which a figure stands whose catalogue names no unit
BASE: dict[str, str] = {
    "money": "CNY",
    "ratio": "ratio",
    "person": "person",
    "piece": "piece",
    "area": "m2",
    "month": "month",
    "day": "day",
    "point": "point",
    "coal": "tce",
    "power": "kWh",
}


def family(unit: str) -> str:
    """What a unit measures: money, ratio, person …; one not in the table measures only itself."""
    return UNITS[unit][0] if unit in UNITS else unit


def convertible(source: str, target: str) -> bool:
    """Whether a value in `source` can be written in `target`."""
    return family(source) == family(target)


def convert(value: Decimal | int, source: str, target: str) -> Decimal:
    """The same quantity in another unit of its family, exactly; ValueError between families.

    >>> convert(2000, "万元", "CNY"), convert(3, "%", "ratio")
    (Decimal('20000000'), Decimal('0.03'))
    """
    if not convertible(source, target):
        raise ValueError(f"{source} cannot be written in {target}")
    if source == target or source not in UNITS:
        return Decimal(value)
    return Decimal(value) * UNITS[source][1] / UNITS[target][1]


def same_family(unit: str) -> str:
    """The units that may stand in for this one, for a finding."""
    return ", ".join(u for u in UNITS if convertible(u, unit)) or unit
