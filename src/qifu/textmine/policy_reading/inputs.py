"""Read a document as text: txt in UTF-8 or GB18030, docx, pdf, html."""

import hashlib
import re
from pathlib import Path
from typing import Final

from qifu.rulebook.findings import Finding, RuleError
from qifu.textmine.policy_reading.html_text import html_text
from qifu.textmine.policy_reading.office_text import docx_text, pdf_text
from qifu.textmine.policy_reading.texts import Text

LARGEST: Final = 20_000_000  # bytes of a file
MOST_CHARACTERS: Final = 2_000_000  # of its text
_PAGE: Final = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|div|p|table|meta)\b", re.I)
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.I)
_KINDS: Final = "txt, html, docx, pdf"


def read_document(source: Path | bytes, name: str = "") -> Text:
    """The text of a file or of its bytes; what it is is told by its content, not by its name.

    RuleError with one finding where it cannot be read: `missing`, `size`, `empty`, `encoding`,
    `format`, `unreadable`, `encrypted`, `scanned`.
    """
    if isinstance(source, Path):
        name = name or source.name
        try:
            if source.stat().st_size > LARGEST:
                raise RuleError(_too_large(source.stat().st_size, name))
            data = source.read_bytes()
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            raise RuleError(Finding("missing", "", message, file=name)) from None
    else:
        data = source
    if len(data) > LARGEST:
        raise RuleError(_too_large(len(data), name))
    kind, content, notes = _content(data, name)
    if not content.strip():
        raise RuleError(Finding("empty", "", "the document has no text", file=name))
    if len(content) > MOST_CHARACTERS:
        allowed = f"{MOST_CHARACTERS} characters"
        raise RuleError(Finding("size", "", "too long", len(content), allowed, name))
    return Text(content, name, kind, f"sha256:{hashlib.sha256(data).hexdigest()}", notes)


def plain_text(content: str, name: str = "") -> Text:
    """A text that was pasted and not read from a file."""
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return Text(content, name, "txt", f"sha256:{digest}")


def _content(data: bytes, name: str) -> tuple[str, str, tuple[str, ...]]:
    if data.startswith(b"%PDF"):
        return "pdf", *pdf_text(data, name)
    if data.startswith(b"PK\x03\x04"):
        return "docx", *docx_text(data, name)
    if data.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        message = "an old Word file: save it as .docx and read that"
        raise RuleError(Finding("format", "", message, name, _KINDS, name))
    text = _decoded(data, name)
    if _PAGE.search(data[:4000]):
        return "html", html_text(text), ()
    if "\x00" in text[:4000]:
        raise RuleError(Finding("format", "", "no text document", name, _KINDS, name))
    return "txt", text.replace("\r\n", "\n").replace("\r", "\n"), ()


def _decoded(data: bytes, name: str) -> str:
    told = _CHARSET.search(data[:4000])
    named = told[1].decode("ascii").lower() if told else ""
    ways = ["utf-8-sig", "gb18030"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        ways = ["utf-16"]
    elif named in ("big5", "big5-hkscs"):
        ways.insert(0, "big5hkscs")
    for way in ways:
        try:
            return data.decode(way)
        except UnicodeDecodeError:
            continue
    allowed = "UTF-8, GB18030"
    raise RuleError(Finding("encoding", "", "neither UTF-8 nor GB18030", None, allowed, name))


def _too_large(size: int, name: str) -> Finding:
    return Finding("size", "", "too large", size, f"{LARGEST} bytes", name)
