"""Unified social credit codes for made-up firms: valid check digits under a region nobody has."""

from stdnum.cn import uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def made_up_code(prefix: str, series: str, number: int) -> str:
    """The code of one made-up firm: 8 characters of prefix, then a series of 4 and the number.

    The organisation part has its own check digit (GB 11714), the whole another (GB 32100-2015).
    ValueError for a prefix or series of another length or a number of more than four places.
    """
    if len(prefix) != 8 or len(series) != 4 or not set(prefix + series) <= set(ALPHABET):
        raise ValueError(f"8 characters of prefix and 4 of series are needed: {prefix} {series}")
    places = ""
    rest = number
    for _ in range(4):
        rest, digit = divmod(rest, len(ALPHABET))
        places = ALPHABET[digit] + places
    if rest or number < 0:
        raise ValueError(f"no code for number {number}: at most {len(ALPHABET) ** 4 - 1}")
    body = series + places
    total = sum(_ORGANISATION.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    check = "0123456789X0"[11 - total % 11]
    first = f"{prefix}{body}{check}"
    return first + str(uscc.calc_check_digit(first))
