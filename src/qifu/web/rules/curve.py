"""A sliding curve as a page draws it: lines in a plane of 1,000 by 1,000, words beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qifu.rulebook.engine.preview_results import Cost, Curve, Point
from qifu.web.words import count_text, language, money

SIDE = 1000


@dataclass(frozen=True)
class Drawn:
    """One threshold: its place from the left, its words and its row of the table."""

    x: str
    words: str
    point: Point
    cost: str
    present: bool
    said: str


@dataclass(frozen=True)
class Panel:
    """An area between the bottom and `lower`, one between that and `upper`; labels of the side."""

    lower: str
    upper: str
    line: str
    highest: str
    middle: str


@dataclass(frozen=True)
class Chart:
    """The curve with its title, panels and rows. `present` is the place of the policy as it is."""

    title: str
    condition: str
    name: str
    reach: Panel
    cost: Panel | None
    rows: tuple[Drawn, ...]
    ends: tuple[str, str, str]
    present: int

    @property
    def here(self) -> Drawn | None:
        """The policy as it is; None where its threshold is not among those tried."""
        return self.rows[self.present] if self.present >= 0 else None


def chart(curve: Curve) -> Chart:
    """The curve in the language of the page."""
    points = curve.points
    rows = tuple(_drawn(curve, n) for n in range(len(points)))
    words = language()
    return Chart(
        title=_title(curve),
        condition=curve.condition,
        name=curve.label.of(words),
        reach=_reach(points),
        cost=_cost([one.cost for one in points if one.cost]),
        rows=rows,
        ends=(rows[0].words, rows[len(rows) // 2].words, rows[-1].words),
        present=curve.present,
    )


def cost_words(cost: Cost | None) -> str:
    """What some firms cost together: one sum, a range, or at least so much."""
    if cost is None:
        return "—"
    return span(cost.low, cost.high)


def span(low: float, high: float | None) -> str:
    """Both ends of a sum in words; without an upper end only the lower one."""
    least = money(_fen(low))
    if high is None:
        return _("至少 %(low)s") % {"low": least}
    if round(high - low, 2) <= 0:
        return least
    return _("%(low)s 至 %(high)s") % {"low": least, "high": money(_fen(high))}


def _fen(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")


def _drawn(curve: Curve, n: int) -> Drawn:
    point = curve.points[n]
    words, cost = point.words.of(language()), cost_words(point.cost)
    said = _("门槛 %(value)s：可享 %(sure)s 家，可能可享 %(maybe)s 家") % {
        "value": words, "sure": count_text(point.eligible), "maybe": count_text(point.maybe),
    }  # fmt: skip
    if point.cost:
        said = _("%(said)s，可享的合计 %(cost)s") % {"said": said, "cost": cost}
    return Drawn(_x(n, len(curve.points)), words, point, cost, n == curve.present, said)


def _title(curve: Curve) -> str:
    """What to see: from how many to how many, and where the policy stands."""
    first, last = curve.points[0], curve.points[-1]
    words, present = language(), curve.present
    told = {
        "name": curve.label.of(words),
        "first": first.words.of(words), "last": last.words.of(words),
        "from": count_text(first.eligible), "to": count_text(last.eligible),
    }  # fmt: skip
    if len({one.eligible for one in curve.points}) == 1:
        return _("「%(name)s」的门槛从 %(first)s 移到 %(last)s，可享企业都是 %(from)s 家") % told
    title = _(
        "「%(name)s」的门槛从 %(first)s 移到 %(last)s，可享企业从 %(from)s 家变为 %(to)s 家"
    ) % told  # fmt: skip
    if present >= 0:
        here = curve.points[present]
        number = here.eligible
        title += ngettext(
            "；现在的 %(here)s 是 %(number)s 家", "；现在的 %(here)s 是 %(number)s 家", number
        ) % {"here": here.words.of(words), "number": count_text(number)}
    return title


def _reach(points: Sequence[Point]) -> Panel:
    sure = [float(one.eligible) for one in points]
    both = [float(one.eligible + one.maybe) for one in points]
    top = _above(max(both))
    middle = count_text(top / 2) if top % 2 == 0 else ""
    return _panel(sure, both, top, count_text(top), middle)


def _cost(costs: Sequence[Cost]) -> Panel | None:
    """From the low to the high end; where there is none, to that of all the others."""
    if not costs:
        return None
    low = [one.low for one in costs]
    high = [max(one.low, one.high_of_others if one.high is None else one.high) for one in costs]
    top = _above(max(high))
    return _panel(low, high, top, money(_fen(top)), money(_fen(top / 2)))


def _panel(
    lower: Sequence[float], upper: Sequence[float], top: float, highest: str, middle: str
) -> Panel:
    size = len(lower)

    def along(values: Sequence[float]) -> list[str]:
        return [f"{_x(n, size)},{_y(one / top)}" for n, one in enumerate(values)]

    first, second = along(lower), along(upper)
    if size == 1:  # a single threshold is drawn as a bar
        first, second = (_bar(one) for one in (first, second))
    begin, end = (first[0].partition(",")[0], first[-1].partition(",")[0])
    floor = [f"{end},{SIDE}", f"{begin},{SIDE}"]
    return Panel(
        " ".join([*first, *floor]),
        " ".join([*second, *reversed(first)]),
        " ".join(first),
        highest,
        middle,
    )


def _bar(one: Iterable[str]) -> list[str]:
    height = next(iter(one)).partition(",")[2]
    return [f"0,{height}", f"{SIDE},{height}"]


def _x(n: int, size: int) -> str:
    return f"{SIDE * n / (size - 1):.1f}" if size > 1 else f"{SIDE / 2:.1f}"


def _y(share: float) -> str:
    return f"{SIDE * (1 - share):.1f}"


def _above(value: float) -> float:
    """The next round figure: 1, 2 or 5 and noughts."""
    top = 1.0
    while top < value:
        for step in (2.0, 5.0, 10.0):
            if top * step >= value:
                return top * step
        top *= 10
    return top
