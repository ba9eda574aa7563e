"""Lists as Excel files. Every export of the site goes through here.

Text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a return) is
written as text with the quote-prefix mark, so that opening the file computes nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_TEXT = 32_000
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write(cell: Cell, value: Any) -> None:
    """One value into one cell: numbers and days as such, everything else as plain text."""
    if value is None or isinstance(value, bool | int | float):
        cell.value = value
    elif isinstance(value, Decimal):
        cell.value = float(value)
    elif isinstance(value, datetime):
        cell.value = timezone.make_naive(value) if timezone.is_aware(value) else value
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
    else:
        text = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:MOST_TEXT]
        cell.value = text
        cell.data_type = "s"
        if text.startswith(DANGEROUS):
            cell.quotePrefix = True


def workbook(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet: a bold, frozen line of column names, then the rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "".join("_" if c in r"[]:*?/\'" else c for c in title)[:31] or "1"
    widths = [0] * len(columns)
    for number, row in enumerate([columns, *rows], start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=place)
            assert isinstance(cell, Cell)  # nothing is merged here
            write(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if number == 1:
                cell.font = Font(bold=True)
            width = sum(2 if ord(c) > 0x2E80 else 1 for c in str(value or ""))
            widths[place - 1] = max(widths[place - 1], width)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(max(width + 2, 8), 60)
    sheet.freeze_panes = "A2"
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def answer(
    name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """The workbook as a download called `name`.xlsx; the name may be Chinese."""
    response = HttpResponse(workbook(title, columns, rows), content_type=_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    return response
