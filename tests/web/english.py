"""Chinese that is left on an English page, and the English texts compiled for a test run."""

import re
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.reloader import translation_file_changed

from qifu import web

# ideographs, and the punctuation that only stands between them
CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uff60]+")
# attributes that are read out or shown; data-label is what a table cell says on a phone
_SPOKEN = ("title", "alt", "aria-label", "aria-description", "placeholder", "data-label", "label")
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_UNSEEN = {"script", "style", "template"}


class _Ear(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.titles: list[str] = []
        self.marked = ""
        # (tag, its text counts as English that is shown)
        self._open: list[tuple[str, bool]] = [("", True)]

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        language = given.get("lang", "")
        english = not language.startswith("zh") if language else self._open[-1][1]
        if tag in _UNSEEN or (tag == "textarea" and "hidden" in given):
            english = False
        if english:
            for name in _SPOKEN:
                self._hear(given.get(name, ""), f"{tag}[{name}]")
            if tag == "input" and given.get("type") in ("submit", "button"):
                self._hear(given.get("value", ""), "input[value]")
        if tag not in _VOID:
            self._open.append((tag, english))

    def handle_endtag(self, tag):
        if not any(name == tag for name, _english in self._open):
            return
        while self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tag, english = self._open[-1]
        if tag == "title":
            self.titles.append(data)
        elif not english:
            self.marked += data
        elif tag != "textarea":
            # what a person typed into a large field is theirs, in their language
            self._hear(data, tag)

    def _hear(self, text: str, where: str) -> None:
        if CHINESE.search(text):
            self.heard.append(f"{where}: {' '.join(text.split())}")


def chinese_left(html: str) -> list[str]:
    """Every shown or spoken piece with Chinese in it, outside elements that say lang="zh".

    The title of a page cannot say the language of a name in it; the page itself must.
    """
    ear = _Ear()
    ear.feed(html)
    strange = [
        f"title: {title}"
        for title in ear.titles
        for run in CHINESE.findall(title)
        if run not in ear.marked
    ]
    return ear.heard + strange


def compile_english() -> None:
    """Write the .mo beside the .po where it is missing or older, and forget what was read."""
    po = Path(web.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
    mo = po.with_suffix(".mo")
    if not mo.exists() or mo.stat().st_mtime <= po.stat().st_mtime:
        with po.open("rb") as source, mo.open("wb") as target:
            write_mo(target, read_po(source, locale="en"))
    translation_file_changed(None, mo)
