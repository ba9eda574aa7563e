"""Which needs lie nearest to words that found nothing."""

from typing import Final

from qifu.base.city import City
from qifu.textmine.normal import normalise
from qifu.web.words import spoken

MOST: Final = 3


def nearest_needs(city: City, text: str) -> list[tuple[str, str]]:
    """Code and name of up to three needs that share most characters with the text, best first."""
    asked = _pieces(text)
    ranked = []
    for place, row in enumerate(city.channels.get("needs") or []):
        said = " ".join([*row["name"].values(), *map(str, row.get("words") or [])])
        if shared := len(asked & _pieces(said)):
            ranked.append((-shared, place, str(row["code"]), spoken(row["name"])))
    return [(code, name) for _shared, _place, code, name in sorted(ranked)[:MOST]]


def _pieces(text: str) -> set[str]:
    """Ideographs one by one, Latin words by three letters."""
    pieces = set()
    for word in text.split():
        form = normalise(word)
        pieces |= {one for one in form if not one.isascii()}
        pieces |= {form[n : n + 3] for n in range(len(form) - 2) if form[n : n + 3].isascii()}
    return pieces
