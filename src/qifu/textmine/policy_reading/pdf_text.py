"""The words of a PDF; the library is loaded when it is needed."""

import io
import logging
import re
from typing import Final

from qifu.rulebook.findings import Finding, RuleError
from qifu.textmine.policy_reading.texts import tidy

MOST_PAGES: Final = 500
_PAGE_NUMBER: Final = re.compile(
    r"[-—–\s]*(?:第?\s*\d{1,4}\s*页?(?:\s*/?\s*共?\s*\d{1,4}\s*页?)?)[-—–\s]*"
)
_ENDS: Final = re.compile(r"[。；;：:！!？?]\s*$")
_BEGINS: Final = re.compile(
    r"\s*(?:第[一二三四五六七八九十百\d]{1,5}[章节条]|[一二三四五六七八九十]{1,3}、|"
    r"[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、．](?!\d)|[①-⑳]|附件|附表)"
)


def pdf_text(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """(text, notes) of a PDF, its broken lines joined; the notes tell of pages without text.

    RuleError `encrypted`, `unreadable`, or `scanned` where no page has text.
    """
    import pypdf  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
        found = [] if locked else [page.extract_text() for page in reader.pages[:MOST_PAGES]]
    except Exception as error:  # a file that lies makes the library raise anything
        message = "no PDF that can be read"
        raise RuleError(Finding("unreadable", "", message, str(error)[:80], file=name)) from None
    if locked:
        raise RuleError(Finding("encrypted", "", "the PDF wants a password", file=name))
    text = tidy(joined([line for page in found for line in page.split("\n")]))
    if not text.strip():
        message = "a scanned PDF: it has pictures of pages and no text; put it through OCR first"
        raise RuleError(Finding("scanned", "", message, f"{len(found)} pages", file=name))
    return text, tuple(_left_out(found, count))


def _left_out(pages: list[str], count: int) -> list[str]:
    """What of a PDF gave no text, for the notes."""
    told = []
    if count > len(pages):
        kept = len(pages)
        told.append(f"只读了前 {kept} 页，共 {count} 页 · only the first {kept} of {count} pages")
    if silent := [str(at) for at, page in enumerate(pages, 1) if not page.strip()]:
        shown = ", ".join(silent[:20]) + (" …" if len(silent) > 20 else "")
        told.append(
            f"这些页没有文字，可能是图片，没有读：{shown} · pages without text, "
            f"perhaps pictures, were not read: {shown}"
        )
    return told


def joined(lines: list[str]) -> list[str]:
    """Lines that a page broke in the middle of a sentence, put together again."""
    found: list[str] = []
    longest = max((len(line.strip()) for line in lines), default=0)
    full = False  # whether the line before was as long as lines get
    for line in lines:
        words = line.strip()
        if not words or _PAGE_NUMBER.fullmatch(words):
            continue
        if found and full and not _ENDS.search(found[-1]) and not _BEGINS.match(words):
            found[-1] += words
        else:
            found.append(words)
        full = len(words) >= 0.8 * longest
    return found
