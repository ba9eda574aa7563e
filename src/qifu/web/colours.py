"""The accent colours of the city and its districts, in shades that can be read everywhere.

Contrast is that of WCAG 2.2 (relative luminance, 4.5 : 1 for text).
"""

import re
from collections.abc import Mapping

Rgb = tuple[int, int, int]

READABLE = 4.5
WHITE: Rgb = (255, 255, 255)
INK: Rgb = (16, 24, 36)
# the surfaces of tokens.css that accent-coloured words stand on
LIGHT_SURFACE: Rgb = (244, 246, 249)
DARK_SURFACE: Rgb = (35, 44, 57)
FALLBACK: Rgb = (11, 92, 171)
_HEX = re.compile(r"#([0-9a-fA-F]{6})")


def parse(text: str) -> Rgb:
    """`#rrggbb` as three numbers; anything else gives the fallback blue."""
    found = _HEX.fullmatch(text.strip())
    if found is None:
        return FALLBACK
    digits = found[1]
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def to_hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """`share` of the second colour in the first, 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def luminance(colour: Rgb) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (part / 255 for part in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: Rgb, second: Rgb) -> float:
    """Contrast ratio, 1 to 21."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on(surface: Rgb, colour: Rgb, towards: Rgb) -> Rgb:
    """The shade nearest to `colour` that can be read on `surface`, moving towards another."""
    for step in range(21):
        shade = mix(colour, towards, step / 20)
        if contrast(shade, surface) >= READABLE:
            return shade
    return towards


def on_surfaces(accent: str) -> tuple[Rgb, Rgb]:
    """The shades of an accent for words on light and on dark pages."""
    base = parse(accent)
    light = readable_on(LIGHT_SURFACE, base, INK)
    dark = readable_on(DARK_SURFACE, base, WHITE)
    return light, dark if contrast(dark, DARK_SURFACE) >= 5 else mix(dark, WHITE, 0.12)


def style_sheet(accent: str, zones: Mapping[str, str] | None = None) -> str:
    """The tokens of a page with this accent, light and dark, and the colour of each front.

    `zones` is code → accent: a page that lists fronts shows each in its own colour.
    """
    light, dark = on_surfaces(accent)
    on_light = WHITE if contrast(WHITE, light) >= READABLE else INK
    on_dark = INK if contrast(INK, dark) >= READABLE else WHITE
    light_tokens = {
        "accent": light,
        "accent-strong": mix(light, INK, 0.3),
        "accent-soft": mix(WHITE, light, 0.08),
        "accent-edge": mix(WHITE, light, 0.28),
        "on-accent": on_light,
    }
    dark_tokens = {
        "accent": dark,
        "accent-strong": mix(dark, WHITE, 0.3),
        "accent-soft": mix(INK, dark, 0.16),
        "accent-edge": mix(INK, dark, 0.4),
        "on-accent": on_dark,
    }
    sheet = _rule(":root", light_tokens) + _rule('[data-bs-theme="dark"]', dark_tokens)
    for code, colour in (zones or {}).items():
        own_light, own_dark = on_surfaces(colour)
        sheet += _rule(f".qf-zone--{code}", {"zone": own_light})
        sheet += _rule(f'[data-bs-theme="dark"] .qf-zone--{code}', {"zone": own_dark})
    return sheet


def _rule(selector: str, tokens: dict[str, Rgb]) -> str:
    lines = "".join(f"--qf-{name}:{to_hex(colour)};" for name, colour in tokens.items())
    return f"{selector}{{{lines}}}\n"
