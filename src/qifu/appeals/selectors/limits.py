"""How long a text may be and which files may come with it: the city's own limits, or the usual."""

from dataclasses import dataclass

from qifu.base.city import City

LEAST_TEXT, MOST_TEXT = 5, 10_000
MOST_POINTS = 10
LARGEST_MB, MOST_FILES = 10, 9
FILE_TYPES = ("application/pdf", "image/jpeg", "image/png")


@dataclass(frozen=True)
class TextLimits:
    """Characters of an appeal's text, and how many points it may have."""

    least: int
    most: int
    points: int


@dataclass(frozen=True)
class FileLimits:
    """Bytes of one file, files of one appeal, and the types that are taken, by content."""

    largest: int
    most: int
    types: tuple[str, ...]

    @property
    def largest_mb(self) -> int:
        return self.largest // (1024 * 1024)


def text_limits(city: City) -> TextLimits:
    """From `text: {least, most, points}` of appeals.yaml; what it leaves out is as usual."""
    said = city.appeals.get("text") or {}
    return TextLimits(
        least=int(said.get("least", LEAST_TEXT)),
        most=int(said.get("most", MOST_TEXT)),
        points=int(said.get("points", MOST_POINTS)),
    )


def file_limits(city: City) -> FileLimits:
    """From `attachments: {largest_mb, most, types}` of appeals.yaml."""
    said = city.appeals.get("attachments") or {}
    return FileLimits(
        largest=int(said.get("largest_mb", LARGEST_MB)) * 1024 * 1024,
        most=int(said.get("most", MOST_FILES)),
        types=tuple(said.get("types", FILE_TYPES)),
    )
