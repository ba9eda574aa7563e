"""Numbers of official documents as people type them: 财税〔2015〕119号, 国务院令第802号."""

import re
from typing import Final

# who gave it, then a year in brackets or written out, or 令; then the number itself
_NUMBER: Final = re.compile(
    r"[^\W\d].*(?:[〔\[(（【]\d{4}[〕\])）】]|\d{4}年|令)\s*第?\s*\d{1,5}\s*号"
)
_BRACKETS: Final = str.maketrans("[(（【])）】", "〔〔〔〔〕〕〕〕")


def document_number(text: str) -> list[str]:
    """The ways in which texts may write the number that somebody typed; none for anything else.

    A number without who gave it, 〔2015〕119号, names no document.
    """
    typed = " ".join(text.split())
    if not _NUMBER.fullmatch(typed):
        return []
    written = typed.translate(_BRACKETS)
    return list(dict.fromkeys((written, written.replace(" ", ""))))
