"""The words of a Word file (.docx): what a reader sees, boxes, notes and numbers of lists too."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]

from qifu.rulebook.findings import Finding, RuleError
from qifu.textmine.policy_reading.texts import tidy
from qifu.textmine.policy_reading.word_numbers import MAIN, WordNumbers, named

# a small zip can hold a huge document
LARGEST_PART: Final = 60_000_000  # bytes of one part, unpacked
MOST_PARAGRAPHS: Final = 100_000
TRACKED: Final = "文件里有修订痕迹，按全部接受来读 · tracked changes: read as if all were accepted"
_P, _TABLE, _ROW, _CELL = (f"{MAIN}{tag}" for tag in ("p", "tbl", "tr", "tc"))
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_CHOICE: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_BREAKS: Final = {f"{MAIN}tab": " ", f"{MAIN}br": "\n", f"{MAIN}cr": "\n",
                  f"{MAIN}noBreakHyphen": "-"}  # fmt: skip
# what was struck out, properties, the small characters over others
_LEFT_OUT: Final = {f"{MAIN}{tag}" for tag in ("del", "moveFrom", "pPr", "rt")}
_DOCUMENT: Final = "officeDocument"


def docx_text(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """(text, notes) of a .docx: paragraphs, a table one row a line, ` | ` between its cells.

    Tracked changes are read as if accepted; hidden text and the headers of pages are left out.
    RuleError `format` for another kind of zip file, `size`, `unreadable`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Word(archive, name).text()
    except (zipfile.BadZipFile, etree.LxmlError, KeyError, NotImplementedError, OSError) as error:
        message = "no Word document that can be read (.docx)"
        raise RuleError(Finding("unreadable", "", message, str(error)[:80], file=name)) from None


class _Word:
    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive, self.name = archive, name
        self.tracked = False
        self.count = 0
        found = self.tree("_rels/.rels")
        targets = [
            str(one.get("Target", "")).lstrip("/")
            for one in (found if found is not None else ())
            if str(one.get("Type", "")).endswith(_DOCUMENT)
        ]
        self.main = targets[0] if targets else "word/document.xml"
        known = archive.namelist()
        if self.main not in known or not self.main.startswith("word/"):
            message = "a zip file that holds no Word document"
            allowed = "txt, html, docx, pdf"
            raise RuleError(Finding("format", "", message, name, allowed, name))
        self.numbers = WordNumbers(self.tree("word/numbering.xml"), self.tree("word/styles.xml"))

    def text(self) -> tuple[str, tuple[str, ...]]:
        lines: list[str] = []
        depth = 0
        with self.part(self.main) as part:
            blocks = etree.iterparse(
                part, ("start", "end"), tag=(_P, _TABLE), resolve_entities=False, no_network=True
            )
            for event, block in blocks:
                depth += 1 if event == "start" else -1
                if event == "end" and depth == 0:
                    lines += self.block(block)
                    block.clear()  # a long document is never held as a whole
        notes = self.tree("word/footnotes.xml")
        for one in notes if notes is not None else ():
            if one.get(named("type")) is None:  # the others are lines that separate
                lines += self.inside(one)
        return tidy(lines), ((TRACKED,) if self.tracked else ())

    def part(self, path: str) -> Any:
        if self.archive.getinfo(path).file_size > LARGEST_PART:
            message = "the document unpacks to too much"
            raise RuleError(Finding("size", "", message, file=self.name))
        return self.archive.open(path)

    def tree(self, path: str) -> Any:
        """One part of the file; None where it is not there."""
        if path not in self.archive.namelist():
            return None
        with self.part(path) as part:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            return etree.parse(part, parser).getroot()

    def block(self, block: Any) -> list[str]:
        if block.tag == _TABLE:
            return self.table(block)
        self.count += 1
        if self.count > MOST_PARAGRAPHS:
            raise RuleError(Finding("size", "", "too many paragraphs", file=self.name))
        boxes: list[str] = []
        words = "".join(self.words(block, boxes))
        number = self.numbers.of(block) if words.strip() else ""
        return [*f"{number}{words}".split("\n"), *boxes]

    def inside(self, node: Any) -> list[str]:
        """The lines of the paragraphs and tables in a cell, a box, a note."""
        lines: list[str] = []
        for child in node:
            if child.tag in (_P, _TABLE):
                lines += self.block(child)
            elif child.tag not in _LEFT_OUT:
                lines += self.inside(child)
        return lines

    def words(self, node: Any, boxes: list[str]) -> Iterator[str]:
        """The words of a paragraph; the lines of boxes that hang on it are added to `boxes`."""
        for child in node:
            tag = child.tag
            if tag in (f"{MAIN}t", _MATH):
                yield child.text or ""
            elif tag in _BREAKS:
                yield _BREAKS[tag]
            elif tag == f"{MAIN}txbxContent":
                boxes += self.inside(child)
            elif tag in _LEFT_OUT or tag == f"{MAIN}r" and _hidden(child):
                self.tracked |= tag == f"{MAIN}del"
            elif tag == _CHOICE:  # the same box twice, for new and for old programs
                yield from self.words(child[:1], boxes)
            else:
                self.tracked |= tag == f"{MAIN}ins"
                yield from self.words(child, boxes)

    def table(self, table: Any) -> list[str]:
        lines: list[str] = []
        above: dict[int, str] = {}
        for row in _down_to(table, _ROW):
            if row.find(f"{MAIN}trPr/{MAIN}del") is not None:
                continue
            cells, at = [], 0
            found = list(_down_to(row, _CELL))
            if len(found) == 1 and not above:
                lines += self.inside(found[0])  # a frame around paragraphs
                continue
            for cell in found:
                merged = cell.find(f"{MAIN}tcPr/{MAIN}vMerge")
                goes_on = merged is not None and merged.get(named("val")) != "restart"
                words = " ".join(" ".join(self.inside(cell)).split())
                above[at] = words = above.get(at, words) if goes_on else words
                cells.append(words)
                at += 1 + _span(cell)
            lines.append(" | ".join(cells))
        return lines


def _down_to(node: Any, tag: str) -> Iterator[Any]:
    """The nearest elements of a tag, through the wrappers that Word puts between."""
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag not in (_P, _TABLE):
            yield from _down_to(child, tag)


def _span(cell: Any) -> int:
    """How many columns more than one the cell takes."""
    found = cell.find(f"{MAIN}tcPr/{MAIN}gridSpan")
    told = str(found.get(named("val"))) if found is not None else ""
    return int(told) - 1 if told.isdecimal() and 1 <= int(told[:4]) <= 100 else 0


def _hidden(run: Any) -> bool:
    found = run.find(f"{MAIN}rPr/{MAIN}vanish")
    return found is not None and found.get(named("val"), "1") not in ("0", "false")
