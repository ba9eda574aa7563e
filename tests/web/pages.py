"""Reading pages in tests: their words, their forms, what they must not contain."""

import re
from html.parser import HTMLParser

_INLINE = re.compile(
    r"<style|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)


def inline(html: str) -> list[str]:
    """Inline scripts and styles, which the content security policy would block."""
    return [found.group() for found in _INLINE.finditer(html)]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[dict] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self._form: dict | None = None
        self._area: str | None = None
        self._heading: str | None = None
        self._hidden = 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"])
        if tag in ("script", "title"):
            self._hidden += 1
        if tag == "h1":
            self._heading = ""
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "form":
            self._form = {
                "action": given.get("action", ""),
                "method": given.get("method", "get"),
                "fields": [],
            }
            self.forms.append(self._form)
        if self._form is None or not given.get("name"):
            return
        if tag == "textarea":
            self._area = given["name"]
            self._form["fields"].append([self._area, ""])
        elif tag == "input" and (
            given.get("type") not in ("checkbox", "radio") or "checked" in given
        ):
            self._form["fields"].append([given["name"], given.get("value", "")])

    def handle_endtag(self, tag):
        if tag in ("script", "title"):
            self._hidden -= 1
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = None
        if tag == "h1" and self._heading is not None:
            self.headings.append(" ".join(self._heading.split()))
            self._heading = None

    def handle_data(self, data):
        if self._area is not None and self._form is not None:
            self._form["fields"][-1][1] += data.removeprefix("\n")
        if self._heading is not None:
            self._heading += data
        if not self._hidden:
            self.words.append(data)


def read(response) -> _Reader:
    """The page of a response, parsed."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader


def words(response) -> str:
    """Everything that a person can read, with single spaces."""
    return " ".join(" ".join(read(response).words).split())


def form(response, action: str) -> dict:
    """The form that is sent to an address: its fields as a list of (name, value)."""
    return next(one for one in read(response).forms if one["action"].split("?")[0] == action)
