"""The words of an HTML page: without scripts, menus and forms; tables one row a line."""

import re
from html.parser import HTMLParser
from typing import Final

from qifu.textmine.policy_reading.texts import tidy

_SILENT: Final = frozenset(
    "script style nav header footer noscript template aside button select textarea svg head "
    "iframe object".split()
)
# never words of the page, whatever else there is
_CODE: Final = frozenset("script style template svg head iframe object".split())
_BLOCKS: Final = frozenset(
    "p div br li ul ol tr table h1 h2 h3 h4 h5 h6 section article main dd dt blockquote "
    "pre hr body title".split()
)
_VOID: Final = frozenset("br hr img input meta link col area base embed source track wbr".split())
# a page can nest tags without end; nobody reads deeper than this
_DEEPEST: Final = 400


class _Words(HTMLParser):
    def __init__(self, without: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.without = without
        self.parts: list[str] = []
        self.silent: list[str] = []
        self.cells = 0
        self.articles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = (
            given.get("role") == "navigation"
            or given.get("aria-hidden") == "true"
            or "hidden" in given
        )
        if tag in _VOID:
            if tag in _BLOCKS and not self.silent:
                self.parts.append("\n")
            return
        self.articles += tag in ("article", "main")
        # the header of a page is its menu, that of an article its title
        menu = tag in self.without and not (tag == "header" and self.articles)
        if self.silent or menu or hidden:
            if len(self.silent) < _DEEPEST and (
                tag not in ("li", "p", "td", "th", "tr", "dd", "dt") or hidden
            ):
                self.silent.append(tag)
            return
        if tag == "tr":
            self.cells = 0
        if tag in ("td", "th"):
            self.parts.append(" | " if self.cells else "")
            self.cells += 1
        elif tag in _BLOCKS and not (tag in ("p", "div") and self.cells):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.articles -= tag in ("article", "main") and self.articles > 0
        if self.silent:
            if tag in self.silent:
                while self.silent and self.silent.pop() != tag:
                    pass
            return
        if tag in ("tr", "table"):
            self.cells = 0
        if tag in _BLOCKS and not (tag in ("p", "div") and self.cells):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def html_text(page: str) -> str:
    """The words of a page as paragraphs, one a line; cells of a row stand with ` | ` between.

    A page that has words only where others have menus is read whole.
    """
    return _read(page, _SILENT) or _read(page, _CODE)


def _read(page: str, without: frozenset[str]) -> str:
    words = _Words(without)
    words.feed(page)
    words.close()
    return tidy("".join(words.parts).split("\n"))
