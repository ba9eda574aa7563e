"""The text of a document with its paragraphs, and what could not be taken from it."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Text:
    """What a document says. Spans of a draft count characters of `content` from 0.

    `doc` is `sha256:…` of the bytes that it came from; paragraphs are the lines of `content`,
    numbered from 0; `notes` say what was left out on the way.
    """

    content: str
    name: str = ""
    kind: str = "txt"
    doc: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each paragraph begins."""
        return (0, *(at + 1 for at, char in enumerate(self.content) if char == "\n"))

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs, as `rulebook.provenance.quotes_match` wants them."""
        return self.content.split("\n")

    def place(self, start: int, end: int) -> tuple[int, tuple[int, int]]:
        """(paragraph, span in it) of a span of the text; cut where it runs over the paragraph."""
        para = bisect_right(self.starts, start) - 1
        begin = self.starts[para]
        after = self.starts[para + 1] - 1 if para + 1 < len(self.starts) else len(self.content)
        return para, (start - begin, min(end, after) - begin)


def tidy(lines: Iterable[str]) -> str:
    """Lines without spaces at their ends and without empty ones, one paragraph a line."""
    return "\n".join(kept for line in lines if (kept := line.strip(" \t\r\f\v\u3000\xa0")))
