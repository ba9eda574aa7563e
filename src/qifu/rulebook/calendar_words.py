"""The words of calendars and clocks in both languages, and the refusal that carries them."""

from datetime import date
from typing import NamedTuple

WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ClockError(ValueError):
    """A moment or a due date that cannot be given; `.zh` and `.en` say why and what is known.

    `about` names what is at fault: start, limit, calendar, pause, hours, rules.
    """

    def __init__(self, about: str, zh: str, en: str) -> None:
        self.about, self.zh, self.en = about, zh, en
        super().__init__(f"{zh} · {en}")


class Name(NamedTuple):
    """A name in both languages."""

    zh: str
    en: str

    def with_other(self, other: "Name") -> "Name":
        """Two festivals on one day: 国庆节、中秋节."""
        return Name(f"{self.zh}、{other.zh}", f"{self.en} and {other.en}")


FESTIVALS = (
    Name("元旦", "New Year's Day"),
    Name("春节", "Spring Festival"),
    Name("清明节", "Tomb-sweeping Day"),
    Name("劳动节", "Labour Day"),
    Name("端午节", "Dragon Boat Festival"),
    Name("中秋节", "Mid-autumn Festival"),
    Name("国庆节", "National Day"),
    Name("抗战胜利七十周年纪念日", "Anti-Fascist 70th Day"),
)
_BY_NAME = {text: name for name in FESTIVALS for text in name}


def festival(text: str) -> Name:
    """Both names of a festival from either of them; names joined by 、 are taken apart.

    >>> festival("国庆节、中秋节").en, festival("Labour Day").zh, festival("抗疫假").en
    ('National Day and Mid-autumn Festival', '劳动节', '抗疫假')
    """
    parts = [part.strip() for part in text.split("、")]
    known = [_BY_NAME.get(part, Name(part, part)) for part in parts]
    name = known[0]
    for other in known[1:]:
        name = name.with_other(other)
    return name


def weekday(day: date) -> Name:
    """周二, Tuesday."""
    return Name(WEEKDAYS_ZH[day.weekday()], WEEKDAYS_EN[day.weekday()])


def day_zh(day: date, year: int | None = None) -> str:
    """10月8日, with its year where that differs from `year`."""
    text = f"{day.month}月{day.day}日"
    return text if day.year == year else f"{day.year}年{text}"


def day_en(day: date, year: int | None = None) -> str:
    """8 Oct, with its year where that differs from `year`."""
    text = f"{day.day} {MONTHS_EN[day.month - 1]}"
    return text if day.year == year else f"{text} {day.year}"


def circled(number: int) -> str:
    """① to ㊿, then (51)."""
    for first, start in ((1, 0x2460), (21, 0x3251), (36, 0x32B1)):
        size = 20 if first == 1 else 15
        if first <= number < first + size:
            return chr(start + number - first)
    return f"({number})"
