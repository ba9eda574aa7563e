"""Find what names a person in a text, and mask it: numbers and names; a firm's code stays.

Nothing is looked up. Each finding says how sure it is; masking keeps the length of the text, so
that places in it stay where they were.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from qifu.textmine.privacy_names import names_in
from qifu.textmine.simplified import simplified

MOBILE, LANDLINE, HOTLINE = "mobile", "landline", "hotline"
IDENTITY, EMAIL, PLATE, BANK_CARD = "identity", "email", "plate", "bank_card"
CHAT, NAME, DOOR = "chat", "name", "door"
KINDS: Final = (
    MOBILE, LANDLINE, HOTLINE, IDENTITY, EMAIL, PLATE, BANK_CARD, CHAT, NAME, DOOR,
)  # fmt: skip
# Below, a finding is more often something else; `find` leaves it out unless asked.
SURE: Final = 0.5
# one text is read up to here; what stands further is masked by the next piece, see `find`
_PIECE: Final = 50_000
_OVERLAP: Final = 200

# full-width digits, letters and signs become half-width, after traditional characters became
# simplified ones; every character stays one character
_NARROW: Final = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: " ", 0x2014: "-", 0x2013: "-"}


@dataclass(frozen=True)
class Finding:
    """What was found: one of KINDS, its span in the text, how sure from 0 to 1."""

    kind: str
    start: int
    end: int
    confidence: float


_D = r"(?<![\dA-Za-z])"
_N = r"(?![\dA-Za-z])"
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d(?:[- ]?\d{4}){2})(?!\d|\.\d)")
_LANDLINE = re.compile(
    r"(?<!\d)\(?(?:\+?86[- ]?)?0(?:10|2\d|[3-9]\d{2})\)?[- ]{0,2}[2-8]\d{6,7}"
    r"(?:[-转 ]{1,2}\d{1,6})?(?!\d)"
)
_LOCAL = re.compile(
    r"(?:电话|座机|热线|联系方式|传真|致电|拨打|办公室)"
    r"[^\d。，；\n]{0,6}?([2-8]\d{2,3}[- ]?\d{4})(?!\d)"
)
_HOTLINE = re.compile(r"(?<!\d)[48]00[- ]?\d{3,4}[- ]?\d{3,4}(?!\d)")
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){1,4}", re.A
)
_ID18 = re.compile(_D + r"[1-8]\d{5}[- ]?(?:18|19|20)\d{6}[- ]?\d{3}[\dXx]" + _N)
_ID15 = re.compile(_D + r"[1-8]\d{14}" + _N)
_PROVINCES: Final = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65"
    " 71 81 82 83".split()
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z][·.\- ]?"
    r"(?:[DdFf][A-HJ-NP-Za-hj-np-z\d]\d{4}|\d{5}[DdFf]|"
    r"(?=[A-HJ-NP-Za-hj-np-z]{0,2}\d|\d)[A-HJ-NP-Za-hj-np-z\d]{4}[A-HJ-NP-Za-hj-np-z\d挂学警港澳])"
    r"(?![A-Za-z\d])"
)
# 楚A12345 for a province that is masked, or none at all: behind a word that says it is a plate
_SAID_PLATE = re.compile(
    r"(?:车牌号?码?|牌照|号牌|车号|驾驶)[为是:： ]{0,2}"
    r"([\u4e00-\u9fff]?[A-Z]{1,3}[·.]?(?=[A-Z\d]*\d{2})[A-Z\d]{3,6})(?![A-Za-z\d])"
)
_CARD = re.compile(_D + r"[3-69]\d{3}(?:[- ]?\d{4}){2}[- ]?\d{1,4}(?:[- ]?\d{1,3})?" + _N)
_ACCOUNT = re.compile(r"(?:卡号|账号|帐号|账户|帐户)[^\d。；\n]{0,8}?(\d[\d -]{8,28}\d)(?!\d)")
_MONEY_WORDS = re.compile(r"(?:卡|账号|帐号|账户|帐户|银行|行号)[^。；\n]{0,12}$")
_CHAT = re.compile(
    r"(?:QQ|qq|Qq|扣扣|企鹅号)(?:群|号|号码)?[:为是 ]{0,3}(\d{5,11})(?!\d)"
    r"|(?:微信|WeChat|wechat|VX|vx|Vx)(?:号|号码|ID)?[:为是 ]{1,3}([A-Za-z][\w-]{5,19})",
    re.A,
)
_USCC = re.compile(_D + r"[0-9A-HJ-NPQRTUWXY]{18}" + _N)
_USCC_CHARS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_DOOR = re.compile(
    r"(?:(?<=[路街巷道弄村里苑园区城庭居府厦场])[ ]?(?:[A-Za-z]?\d{1,4}(?:[-之]\d{1,3})?号"
    r"(?!线|令|文|公告|楼盘))(?:[A-Za-z]?\d{0,3}(?:号楼|栋|幢|座|单元|层|楼|室|房|户|号){1}){0,5}(?:\d{2,4}(?:室|房|户)?)?"
    r"|[A-Za-z]?\d{1,3}(?:号楼|栋|幢|座)(?:\d{1,2}单元)?(?:\d{1,2}(?:层|楼))?\d{2,4}(?:室|房|户|号)?"
    r"|\d{1,2}单元\d{2,4}(?:室|房|户|号)?)(?!\d|户?型|套)"
)


def find(
    text: str,
    kinds: Collection[str] = KINDS,
    *,
    least: float = SURE,
    names: Collection[str] = (),
) -> list[Finding]:
    """What names a person in a text, in order of place, no two on one character.

    `kinds` of KINDS, ValueError for another. `least` confidence. `names` are known to be names of
    people (the contact of a case) and found wherever they stand. Linear in the length of the text.
    """
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; kinds: {', '.join(KINDS)}")
    found = [
        Finding(NAME, match.start(), match.end(), 1.0)
        for name in names
        if len(name) > 1
        for match in re.finditer(re.escape(name), text)
    ]
    for start in range(0, max(len(text), 1), _PIECE):
        shift = max(0, start - _OVERLAP)
        found += [
            Finding(one.kind, one.start + shift, one.end + shift, one.confidence)
            for one in _in_piece(text[shift : start + _PIECE + _OVERLAP])
        ]
    return sorted(
        (one for one in _apart(found) if one.kind in kinds and one.confidence >= least),
        key=lambda one: one.start,
    )


def mask(
    text: str,
    kinds: Collection[str] = KINDS,
    *,
    least: float = SURE,
    names: Collection[str] = (),
) -> tuple[str, list[Finding]]:
    """The text with its findings masked, and the findings (see `find`); its length stays.

    Digits and letters become *, signs between them stay, and so do the first three digits of a
    mobile number, the ending of an e-mail address and a plate's province; names become 某.
    """
    findings = find(text, kinds, least=least, names=names)
    chars = list(text)
    for one in findings:
        chars[one.start : one.end] = _masked(one.kind, text[one.start : one.end])
    return "".join(chars), findings


def _masked(kind: str, said: str) -> str:
    if kind == NAME:
        return "某" * len(said)
    keep_first = {MOBILE: 3, PLATE: 1}.get(kind, 0)
    keep_from = said.rfind(".") if kind == EMAIL else len(said)
    made, seen = [], 0
    for i, char in enumerate(said):
        if not char.isalnum() or (kind == DOOR and not char.isascii()):
            made.append(char)
            continue
        seen += 1
        made.append(char if seen <= keep_first or i > keep_from else "*")
    return "".join(made)


def _in_piece(text: str) -> list[Finding]:
    narrow = simplified(text).translate(_NARROW)
    firms = [
        match.span()
        for match in _USCC.finditer(narrow.upper())
        if is_uscc(match[0]) and not is_identity(match[0])
    ]
    found = [one for look in _LOOKS for one in look(narrow)]
    found = [one for one in found if not any(_over(one, span) for span in firms)]
    plates = {narrow[one.start : one.end] for one in found if one.kind == PLATE}
    found += [
        Finding(PLATE, *match.span(), 0.85)
        for plate in plates
        for match in re.finditer(re.escape(plate) + _N, narrow)
    ]
    return found + [Finding(NAME, *one) for one in names_in(narrow)]


def _over(one: Finding, span: tuple[int, int]) -> bool:
    return one.start < span[1] and span[0] < one.end


def _apart(found: Iterable[Finding]) -> list[Finding]:
    """Of findings that share a character the surer one stays; of equals the longer one."""
    kept: list[Finding] = []
    taken: set[int] = set()
    for one in sorted(found, key=lambda f: (-f.confidence, f.start - f.end, f.start)):
        if taken.isdisjoint(range(one.start, one.end)):
            taken.update(range(one.start, one.end))
            kept.append(one)
    return kept


def _plain(pattern: re.Pattern[str], kind: str, sure: float) -> Callable[[str], list[Finding]]:
    def look(text: str) -> list[Finding]:
        found = []
        for match in pattern.finditer(text):
            group = next((i for i in range(1, pattern.groups + 1) if match[i]), 0)
            found.append(Finding(kind, *match.span(group), sure))
        return found

    return look


def _identities(text: str) -> list[Finding]:
    found = []
    for match in _ID18.finditer(text):
        sure = 0.99 if is_identity(match[0]) else 0.6 if _dated(re.sub("[- ]", "", match[0])) else 0
        found.append(Finding(IDENTITY, *match.span(), sure))
    for match in _ID15.finditer(text):
        old = match[0][:6] + "19" + match[0][6:]
        if _dated(old):
            found.append(Finding(IDENTITY, *match.span(), 0.7))
    return found


def _cards(text: str) -> list[Finding]:
    found = []
    for match in _CARD.finditer(text):
        digits = re.sub("[- ]", "", match[0])
        if 15 <= len(digits) <= 19 and passes_luhn(digits):
            near = _MONEY_WORDS.search(text, max(0, match.start() - 20), match.start())
            likely = digits.startswith(("62", "4", "51", "52", "53", "54", "55", "35", "37"))
            sure = 0.97 if near else 0.8 if likely else 0.4
            found.append(Finding(BANK_CARD, *match.span(), sure))
    for match in _ACCOUNT.finditer(text):
        found.append(Finding(BANK_CARD, *match.span(1), 0.75))
    return found


_LOOKS: Final = (
    _plain(_MOBILE, MOBILE, 0.97), _plain(_LANDLINE, LANDLINE, 0.9), _plain(_LOCAL, LANDLINE, 0.85),
    _plain(_HOTLINE, HOTLINE, 0.85), _plain(_EMAIL, EMAIL, 0.98), _plain(_PLATE, PLATE, 0.9),
    _plain(_SAID_PLATE, PLATE, 0.85),
    _plain(_CHAT, CHAT, 0.9), _plain(_DOOR, DOOR, 0.7), _identities, _cards,
)  # fmt: skip


def is_identity(number: str) -> bool:
    """Whether a number of 18 signs is one of a person: province, day of birth, check sign.

    GB 11643-1999: weights 2ⁱ modulo 11.
    """
    number = re.sub("[- ]", "", number).upper()
    if not re.fullmatch(r"\d{17}[\dX]", number) or not _dated(number):
        return False
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


def is_uscc(code: str) -> bool:
    """Whether 18 signs are a 统一社会信用代码 (check sign of GB 32100-2015)."""
    code = code.upper()
    if len(code) != 18 or any(char not in _USCC_CHARS for char in code):
        return False
    total = sum(_USCC_CHARS.index(char) * pow(3, i, 31) for i, char in enumerate(code[:17]))
    return _USCC_CHARS[-total % 31] == code[17]


def passes_luhn(digits: str) -> bool:
    """Whether a row of digits carries the check digit of payment cards (ISO/IEC 7812-1)."""
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + i % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _dated(number: str) -> bool:
    """Whether an identity number names a province and a day that could be a birthday."""
    month, day = int(number[10:12]), int(number[12:14])
    return number[:2] in _PROVINCES and 1 <= month <= 12 and 1 <= day <= 31
