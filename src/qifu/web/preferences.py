"""What this browser remembers for a person: theme, size, district, whom they acted for last."""

from typing import Final

from django.http import HttpRequest, HttpResponse

THEME: Final = "qf_theme"
SIZE: Final = "qf_size"
ZONE: Final = "qf_zone"  # code of a district's front, or base.zones.WHOLE_CITY
THEMES: Final = ("light", "dark")
SIZES: Final = ("normal", "large")
ACTING_FOR: Final = "qf_acting_for"
MEMBERSHIP: Final = "membership"  # session key: for whom the person acts now
YEAR: Final = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """`light` unless dark was chosen."""
    chosen = request.COOKIES.get(THEME, "")
    return chosen if chosen in THEMES else THEMES[0]


def size_of(request: HttpRequest) -> str:
    """`normal` unless large (适老化) was chosen."""
    chosen = request.COOKIES.get(SIZE, "")
    return chosen if chosen in SIZES else SIZES[0]


def remember(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    """Keep one choice for a year in this browser."""
    response.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
    )
