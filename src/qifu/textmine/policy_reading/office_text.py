"""The words of Word and PDF files; both libraries are loaded when they are needed."""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from qifu.rulebook.findings import Finding, RuleError
from qifu.textmine.policy_reading.texts import tidy

MOST_PAGES: Final = 500
# a small zip can hold a huge document
LARGEST_UNPACKED: Final = 100_000_000
_PAGE_NUMBER: Final = re.compile(
    r"[-—–\s]*(?:第?\s*\d{1,4}\s*页?(?:\s*/?\s*共?\s*\d{1,4}\s*页?)?)[-—–\s]*"
)
_ENDS: Final = re.compile(r"[。；;：:！!？?]\s*$")
_BEGINS: Final = re.compile(
    r"\s*(?:第[一二三四五六七八九十百\d]{1,5}[章节条]|[一二三四五六七八九十]{1,3}、|"
    r"[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、．](?!\d)|[①-⑳]|附件|附表)"
)


def docx_text(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Paragraphs and tables of a .docx in their order; numbers of automatic lists written out."""
    import docx  # noqa: PLC0415
    from docx.table import Table  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
                raise RuleError(Finding("size", "", "the document unpacks to too much", file=name))
        document = docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        message = "no Word document that can be read (.docx)"
        raise RuleError(Finding("unreadable", "", message, str(error)[:80], file=name)) from None
    lines: list[str] = []
    counters: dict[tuple[int, int], int] = {}
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            lines += _rows(part)
        else:
            lines += f"{_number(part, counters)}{part.text}".split("\n")
    return tidy(lines), ()


def _rows(table: Any) -> Iterator[str]:
    for row in table.rows:
        cells: list[str] = []
        seen: list[Any] = []
        for cell in row.cells:
            # a merged cell is handed out once for every column
            if not any(cell._tc is one for one in seen):
                seen.append(cell._tc)
                cells.append(" ".join(cell.text.split()))
        yield " | ".join(cells)


def _number(paragraph: Any, counters: dict[tuple[int, int], int]) -> str:
    """The number that Word shows in front of a list paragraph, as 1. or （1）."""
    properties = paragraph._p.pPr
    numbering = properties.numPr if properties is not None else None
    if numbering is None or numbering.numId is None or not paragraph.text.strip():
        return ""
    level = numbering.ilvl.val if numbering.ilvl is not None else 0
    key = (numbering.numId.val, level)
    counters[key] = counters.get(key, 0) + 1
    for other in [k for k in counters if k[0] == key[0] and k[1] > level]:
        del counters[other]
    return f"{counters[key]}. " if level == 0 else f"（{counters[key]}）"


def pdf_text(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The text of a PDF, its broken lines joined; RuleError `scanned` where it has none."""
    import pypdf  # noqa: PLC0415
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    notes: list[str] = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise RuleError(Finding("encrypted", "", "the PDF wants a password", file=name))
        pages = reader.pages[:MOST_PAGES]
        if len(reader.pages) > MOST_PAGES:
            notes.append(f"only the first {MOST_PAGES} of {len(reader.pages)} pages")
        lines = [line for page in pages for line in page.extract_text().split("\n")]
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        message = "no PDF that can be read"
        raise RuleError(Finding("unreadable", "", message, str(error)[:80], file=name)) from None
    text = tidy(joined(lines))
    if not text.strip():
        message = "a scanned PDF: it has pictures of pages and no text; put it through OCR first"
        raise RuleError(Finding("scanned", "", message, f"{len(pages)} pages", file=name))
    return text, tuple(notes)


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
