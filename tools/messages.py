"""Texts of the pages: collect them into the English catalogue, compile it, name what is missing.

python tools/messages.py extract    # new texts into locale/en/…/django.po, old ones marked
python tools/messages.py compile    # .po → .mo
python tools/messages.py check      # exit 1 and every text without English (and tools/strays.py)
"""

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

BEGINNING = datetime(2026, 11, 22, tzinfo=UTC)
ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "qifu"
PO = SOURCE / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def texts() -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """(place, text or plural pair, context) of every text to be translated."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qifu.config.settings")
    from django.utils.translation.template import templatize

    for path in sorted(SOURCE.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Django turns a template into something that reads like Python
            source = templatize(source, origin=str(path))
            source = "\n".join(line.lstrip() for line in source.splitlines())
        found = extract("python", io.BytesIO(source.encode()), KEYWORDS, ["Translators:"])
        for line, text, _comments, context in found:
            yield f"{path.relative_to(ROOT)}:{line}", text, context


def empty() -> Catalog:
    """A catalogue without texts. Its days are fixed: a file changes only when a text does."""
    return Catalog(
        locale="en",
        header_comment="# English texts of Qifu. The source language is Simplified Chinese.",
        project="Qifu",
        version="1",
        msgid_bugs_address="none",
        last_translator="Qifu",
        language_team="Qifu",
        charset="utf-8",
        creation_date=BEGINNING,
        revision_date=BEGINNING,
        fuzzy=False,
    )


def collected() -> Catalog:
    """A catalogue of all texts as they stand in the source."""
    catalogue = empty()
    for place, text, context in texts():
        said = text[:2] if isinstance(text, tuple) else text
        if said and said != ("", ""):
            catalogue.add(said, context=context, locations=[(place.rpartition(":")[0], 0)])
    return catalogue


def stored() -> Catalog:
    """The catalogue as it is on disk."""
    if not PO.exists():
        return empty()
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def missing() -> list[str]:
    """Texts of the source that have no English yet."""
    known = stored()
    gaps = []
    for message in collected():
        if not message.id:
            continue
        text = message.id if isinstance(message.id, str) else message.id[0]
        there = known.get(text, message.context)
        spoken = there.string if there else ""
        whole = all(spoken) if isinstance(spoken, tuple | list) else bool(spoken)
        if not there or there.fuzzy or not whole:
            gaps.append(text)
    return gaps


def main() -> int:
    """Do what the first argument says."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "extract":
        catalogue, known = collected(), stored()
        for message in catalogue:
            there = known.get(message.id, message.context) if message.id else None
            if there and not there.fuzzy:
                message.string = there.string
        PO.parent.mkdir(parents=True, exist_ok=True)
        with PO.open("wb") as file:
            write_po(file, catalogue, sort_output=True, no_location=False, omit_header=False,
                     include_lineno=False, width=98)  # fmt: skip
        print(f"{len(catalogue)} texts, {len(missing())} without English")
        return 0
    if command == "compile":
        for po in sorted((SOURCE / "web" / "locale").glob("*/LC_MESSAGES/*.po")):
            with po.open("rb") as source, po.with_suffix(".mo").open("wb") as target:
                write_mo(target, read_po(source, locale=po.parts[-3]))
        return 0
    if command == "check":
        gaps = missing()
        for text in gaps:
            print(text)
        return 1 if gaps else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
