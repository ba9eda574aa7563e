"""Money as people here write it: exact to the fen inside, 万元 above ten thousand outside."""

from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
WAN = Decimal(10_000)
YI = Decimal(100_000_000)


def to_fen(amount: Decimal) -> Decimal:
    """Half-up to two places, in yuan."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def plain(number: Decimal, places: int = 2) -> str:
    """A number with thousand separators and without idle zeros.

    >>> plain(Decimal("1234.50"))
    '1,234.5'
    """
    text = f"{number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_text(amount: Decimal | int | str, language: str = "zh") -> str:
    """An amount in yuan, in words for a page.

    >>> money_text(3_000_000), money_text(500), money_text(3_000_000, "en")
    ('¥300万元', '¥500元', 'CNY 3 million')
    """
    value = Decimal(str(amount))
    size = abs(value)
    if language != "zh":
        if size >= 1_000_000:
            return f"CNY {plain(value / 1_000_000)} million"
        return f"CNY {plain(value)}"
    if size >= YI:
        return f"¥{plain(value / YI)}亿元"
    if size >= WAN:
        return f"¥{plain(value / WAN)}万元"
    return f"¥{plain(value)}元"
