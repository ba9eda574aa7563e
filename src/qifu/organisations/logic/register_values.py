"""Values as registers write them: capital as free text, founding days, credit codes."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stdnum.cn import uscc

# The characters of a credit code (GB 32100-2015): no I, O, S, V, Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# How registers write a currency, and its ISO 4217 code.
CURRENCIES = {
    "人民币": "CNY", "美元": "USD", "美": "USD", "港币": "HKD", "港元": "HKD", "香港元": "HKD",
    "澳门元": "MOP", "新台币": "TWD", "日元": "JPY", "欧元": "EUR", "英镑": "GBP",
    "新加坡元": "SGD", "澳大利亚元": "AUD", "澳元": "AUD", "加拿大元": "CAD", "加元": "CAD",
    "瑞士法郎": "CHF", "韩元": "KRW", "德国马克": "DEM", "法国法郎": "FRF",
}  # fmt: skip
_CAPITAL = re.compile(
    r"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)(?P<scale>亿|万)?元?"
    rf"(?P<currency>{'|'.join(sorted(CURRENCIES, key=len, reverse=True))})?元?",
    re.ASCII,
)
_FLAT = str.maketrans({"（": "", "）": "", "(": "", ")": "", " ": "", "，": ",", "　": ""})
_SCALE = {"亿": Decimal(100_000_000), "万": Decimal(10_000), None: Decimal(1)}
_FEN = Decimal("0.01")
# More than any enterprise on earth has: a slip of the pen, not a capital.
MOST_CAPITAL = Decimal(10) ** 13
EARLIEST = date(1850, 1, 1)
NOTHING = ("", "N/A", "n/a", "-", "--", "—", "无", "null", "None")
_DAY = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})(?:[-/.月]?)(\d{1,2})日?(?:[ T]00:00(?::00)?)?")


class Unreadable(ValueError):
    """A value that cannot be, with the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Capital:
    """Registered capital: in yuan where it is stated in yuan, else None with the `reason`.

    `reason` is empty or one of: absent, zero (nothing of its own, as branches have), foreign,
    no_unit, too_large, too_fine (below a fen), unreadable. `original` is kept whatever it is.
    """

    amount_yuan: Decimal | None
    currency: str | None
    original: str
    reason: str = ""


def parse_capital(text: str) -> Capital:
    """Capital from a register's free text: 3,000(万人民币元), 600（万元）, 130万美元, N/A.

    >>> parse_capital("39,076.8700(万元人民币)").amount_yuan
    Decimal('390768700.00')
    >>> parse_capital("129(万元(港币))").currency, parse_capital("129(万元(港币))").reason
    ('HKD', 'foreign')
    """
    original = text.strip()
    if original in NOTHING:
        return Capital(None, None, original, "absent")
    flat = original.translate(_FLAT)
    found = _CAPITAL.fullmatch(flat)
    if found is None:
        return Capital(None, None, original, "unreadable")
    if flat[-1:].isdigit():
        return Capital(None, None, original, "no_unit")
    currency = CURRENCIES[found["currency"]] if found["currency"] else "CNY"
    if currency != "CNY":
        return Capital(None, currency, original, "foreign")
    amount = Decimal(found["number"].replace(",", "")) * _SCALE[found["scale"]]
    if amount == 0:
        return Capital(None, "CNY", original, "zero")
    if amount > MOST_CAPITAL:
        return Capital(None, "CNY", original, "too_large")
    if amount % _FEN:
        return Capital(None, "CNY", original, "too_fine")
    return Capital(amount.quantize(_FEN), "CNY", original)


def parse_founded(text: str, *, today: date) -> date | None:
    """The founding day, or None where the register gives none; Unreadable with the reason.

    Refused are text that is no day, days that no calendar has, days before 1850 and after `today`.
    """
    plain = text.strip()
    if plain in NOTHING:
        return None
    found = _DAY.fullmatch(plain)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        day = None
    shown = plain[:40]
    if day is None:
        raise Unreadable(f"成立日期不是有效日期：{shown}", f"the founding date is no day: {shown}")
    if day > today:
        raise Unreadable(f"成立日期在将来：{day}", f"the founding date is in the future: {day}")
    if day < EARLIEST:
        raise Unreadable(f"成立日期过早：{day}", f"the founding date is too early: {day}")
    return day


def validate_uscc(text: str) -> tuple[str | None, str, str]:
    """A unified social credit code (GB 32100-2015) as (code, "", "") or (None, why zh, why en).

    Spaces and hyphens are dropped, letters made capital, full-width digits plain. The first two
    characters may be letters (authority and kind), the region must be digits, I O S V Z never
    occur; the reason names the length, the character and its place, or the check digit expected.
    """
    plain = len(text) == 18 and text.isascii() and text.isalnum() and text.isupper()
    # cleaning megabytes would take seconds and change nothing: no spacing makes 18 of 200
    code = text if plain or len(text) > 200 else uscc.compact(text)
    if len(code) == 18 and code.isascii() and uscc.is_valid(code):
        return code, "", ""
    if not code:
        return None, "没有统一社会信用代码", "there is no credit code"
    if len(code) != 18:
        zh = f"统一社会信用代码应为 18 位，现有 {len(code)} 位"
        return None, zh, f"a credit code has 18 characters, not {len(code)}"
    for place, character in enumerate(code, start=1):
        region = 3 <= place <= 8
        if character not in ("0123456789" if region else ALPHABET):
            zh = f"第 {place} 位不能是 {character}" + ("，应为数字" if region else "")
            allowed = "a digit" if region else "a digit or a capital letter but I, O, S, V, Z"
            return None, zh, f"character {place} cannot be {character}: {allowed}"
    expected = uscc.calc_check_digit(code[:-1])
    if code[-1] != expected:
        return (
            None,
            f"校验码不符：最后一位应为 {expected}，现为 {code[-1]}",
            f"wrong check digit: {expected} was expected, not {code[-1]}",
        )
    return code, "", ""
