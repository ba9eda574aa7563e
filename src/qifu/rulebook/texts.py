"""The texts of documents that conditions quote: a folder of plain texts, found by their hash."""

import hashlib
from pathlib import Path

SUFFIXES = (".txt", ".md")


def document_hash(data: bytes) -> str:
    """How a condition's `src.doc` names a document: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def load_texts(folder: Path) -> dict[str, tuple[str, ...]]:
    """Hash → paragraphs of every text in a folder and below it: UTF-8, a paragraph a line.

    Empty lines are no paragraphs. UnicodeDecodeError for other encodings.
    """
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in SUFFIXES and file.is_file():
            data = file.read_bytes()
            lines = data.decode("utf-8-sig").splitlines()
            found[document_hash(data)] = tuple(line for line in lines if line.strip())
    return found
