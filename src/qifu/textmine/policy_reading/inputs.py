"""Read a document as text: txt in UTF-8 or GB18030, docx, pdf, html."""

import hashlib
import re
from pathlib import Path
from typing import Final

from qifu.rulebook.findings import Finding, RuleError
from qifu.textmine.policy_reading.html_text import html_text
from qifu.textmine.policy_reading.pdf_text import pdf_text
from qifu.textmine.policy_reading.texts import Text
from qifu.textmine.policy_reading.word_text import docx_text

LARGEST: Final = 20_000_000  # bytes of a file
MOST_CHARACTERS: Final = 2_000_000  # of its text
_PAGE: Final = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|div|p|table|meta)\b", re.I)
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.I)
_KINDS: Final = "txt, html, docx, pdf"
_OLD: Final = b"\xd0\xcf\x11\xe0"
_LOCKED: Final = "EncryptedPackage".encode(
    "utf-16-le"
)  # a .docx with a password lies in such a file
_REFUSED: Final = (
    ((_OLD, b"{\\rtf"), "an old Word file: save it as .docx and read that"),
    ((b"MIME-Version:",), "a web page in one file (.mht): save it as .html or .docx and read that"),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"), "a picture: it has no text"),
)
# what Big5 becomes when it is read as GB18030, and texts never hold
_ODD: Final = re.compile("[\ue000-\uf8ff\ufffd]")


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
    if b"%PDF-" in data[:1024]:  # the standard allows other bytes before it
        return "pdf", *pdf_text(data, name)
    if data.startswith(b"PK\x03\x04"):
        return "docx", *docx_text(data, name)
    if data.startswith(_OLD) and _LOCKED in data:
        message = "the document wants a password"
        raise RuleError(Finding("encrypted", "", message, file=name))
    for begins, message in _REFUSED:
        if data.startswith(begins):
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
            text = data.decode(way)
        except UnicodeDecodeError:
            continue
        # a text of Hong Kong or Macao that does not say what it is
        return _as_big5(data, text) if way == "gb18030" else text
    allowed = "UTF-8, GB18030"
    raise RuleError(Finding("encoding", "", "neither UTF-8 nor GB18030", None, allowed, name))


def _as_big5(data: bytes, text: str) -> str:
    """The text read as Big5 where it has characters of no text otherwise, and fewer so."""
    if not (odd := len(_ODD.findall(text))):
        return text
    try:
        other = data.decode("big5hkscs")
    except UnicodeDecodeError:
        return text
    return other if len(_ODD.findall(other)) < odd else text


def _too_large(size: int, name: str) -> Finding:
    return Finding("size", "", "too large", size, f"{LARGEST} bytes", name)
