"""The values that are tried for a threshold: round ones around what the condition says."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from qifu.rulebook.conditions import Atom
from qifu.rulebook.dates import Period, add_months

STEPS = 40
# half of the months that are tried on either side of a day
MONTHS_AROUND = 60
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)
_LONGEST = 9999 * 12
_NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def grid(
    atom: Atom, value: Any, *, first: Any = None, last: Any = None, steps: int = STEPS,
    scale: Decimal = Decimal(1),
) -> tuple[Any, ...]:  # fmt: skip
    """About `steps` values from `first` to `last`, in the type of `value`, which is among them.

    Without ends: figures and periods from nothing to twice the present one (around nothing to
    `scale`, the size of what there is), days five years to either side. Figures stay within the
    catalogue's bounds, whole where the attribute is.
    """
    if isinstance(value, Period):
        found = _periods(value, first, last, steps)
    elif isinstance(value, date):
        found = _days(value, first, last, steps)
    else:
        found = _figures(atom, value, first, last, steps, scale)
    low, high = _order(first), _order(last)
    return tuple(
        one
        for one in found
        if (first is None or _order(one) >= low) and (last is None or _order(one) <= high)
    )


def _order(value: Any) -> Any:
    """What values are sorted by."""
    return (value.months, value.days) if isinstance(value, Period) else value


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(set(values), key=_order)


def _figures(
    atom: Atom, value: Decimal, first: Any, last: Any, steps: int, scale: Decimal
) -> list[Any]:
    attribute = atom.attribute
    ends = sorted([Decimal(0), 2 * value]) if value else [Decimal(0), scale]
    low, high = (
        end if given is None else given for end, given in zip(ends, (first, last), strict=True)
    )
    # bounds are of one year; the sum of several may be beyond them
    if atom.years is None or atom.years.how != "sum":
        low = low if attribute.low is None else max(low, attribute.low)
        high = high if attribute.high is None else min(high, attribute.high)
    step = nice((high - low) / steps, whole=attribute.type == "integer")
    start = low if first is not None else (low / step).to_integral_value() * step
    values = [start + step * n for n in range(int((high - start) / step) + 1)]
    return _sorted([*values, high, value] if last is not None else [*values, value])


def nice(size: Decimal, *, whole: bool = False) -> Decimal:
    """The round figure (1, 2, 2.5 or 5 with noughts) at or above a size.

    >>> nice(Decimal("0.7")), nice(Decimal(3_544_367)), nice(Decimal("2.1"), whole=True)
    (Decimal('1'), Decimal('5000000'), Decimal('5'))
    """
    if size <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(size.adjusted())
    for one in _NICE:
        step = one * power
        if step >= size and not (whole and step != step.to_integral_value()):
            return Decimal(f"{step.normalize():f}")
    return nice(size * 2, whole=whole)


def _periods(value: Period, first: Period | None, last: Period | None, steps: int) -> list[Any]:
    if value.months == 0 and value.days:
        low, high = first.days if first else 0, last.days if last else 2 * value.days
        step = int(nice(Decimal(max(high - low, 1)) / steps, whole=True))
        days = range(low, high + 1, step)
        return _sorted([*(Period(0, n) for n in days), *(end for end in (last,) if end), value])
    low, high = first.months if first else 0, last.months if last else 2 * value.months or 24
    high = min(high, _LONGEST)
    step = _months(high - low, steps)
    months = range(low, high + 1, step)
    return _sorted([*(Period(n) for n in months), *(end for end in (last,) if end), value])


def _months(length: int, steps: int) -> int:
    """A round number of months that fits so many times into a length."""
    return next((n for n in _MONTHS if length <= n * steps), -(-length // steps // 12) * 12)


def _days(value: date, first: date | None, last: date | None, steps: int) -> list[Any]:
    low = first or add_months(value, -MONTHS_AROUND)
    high = last or add_months(value, MONTHS_AROUND)
    length = (high - low).days
    if length <= steps:
        days = [low + timedelta(n) for n in range(length + 1)]
    else:
        step = _months(length * 12 // 365, steps)
        start = first or value
        days = [add_months(start, n * step) for n in range(-2 * steps, 2 * steps + 1)]
    return _sorted([*(day for day in days if low <= day <= high), low, high, value])
