"""Amounts whose figures are those of the card, but for the unit."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from qifu.rulebook.figures_in_text import Figure, figures
from qifu.rulebook.policy import Policy
from qifu.rulebook.remarks import Remark

# names, years of names and texts of an expression: their digits are no figures
_NAMES = re.compile(r"""(?<![\d_])[A-Za-z_]\w*(@-?\d+)?|"[^"]*"|'[^']*'""", re.ASCII)
_SLIPS = (100, 1_000, 10_000, 1_000_000, 100_000_000)


def wrong_amounts(policy: Policy) -> Iterator[Remark]:
    """Figures of the amount that stand in the card's words in another unit, and nowhere as here."""
    if policy.amount is None:
        return
    words = policy.card.get("how_much")
    text = words.get("zh") if isinstance(words, Mapping) else None
    if not isinstance(text, str):
        return
    computed, told = figures(_NAMES.sub(" ", policy.amount.text)), figures(text)
    in_card = {figure.value for figure in told}
    in_amount = {figure.value for figure in computed}
    # what both have is right, whatever else is near it
    rest = [figure for figure in told if figure.value not in in_amount]
    for figure in computed:
        if figure.value in in_card or not figure.value:
            continue
        meant = next((other for other in rest if _slipped(figure, other)), None)
        if meant is not None:
            en = f"the card says {meant.text}: another unit?"
            zh = f"卡片上写的是{meant.text}：单位写错了吗？"
            yield Remark(policy, "amount_scale", "amount.expr", en, zh, figure.text.strip())
            return


def _slipped(figure: Figure, other: Figure) -> bool:
    if figure.measures and other.measures and figure.measures != other.measures:
        return False
    return any(_times(figure.value, other.value, times) for times in _SLIPS)


def _times(one: Decimal, other: Decimal, times: int) -> bool:
    return one * times == other or one == other * times
