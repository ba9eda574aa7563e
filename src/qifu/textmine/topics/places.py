"""Names of places that are known: a list of names with their aliases, in one of three forms."""

import csv
import re
from typing import Final

_NAMES: Final = ("name", "name_zh", "名称", "地名")
_ALIASES: Final = ("aliases", "alias", "别名")
_BETWEEN: Final = re.compile(r"[、,，;；|]")


def parse_places(text: str) -> dict[str, str]:
    """Each way a place is written, in lower case, with its name; of two names the first counts.

    A table (CSV, or TSV where its first line has a tab) with a column `name` (name_zh, 名称, 地名)
    and where there `aliases` (alias, 别名; several with 、 ; or | between them): the files of
    divisions and the codes of a pack are such tables. Else each line is a name, with its aliases
    behind commas or tabs. csv.Error for what is no table.
    """
    first = text.split("\n", 1)[0]
    rows = list(csv.reader(text.splitlines(), delimiter="\t" if "\t" in first else ","))
    header = [cell.strip() for cell in rows[0]] if rows else []
    column = next((header.index(word) for word in _NAMES if word in header), None)
    aliases = next((header.index(word) for word in _ALIASES if word in header), None)
    found: dict[str, str] = {}
    for row in rows if column is None else rows[1:]:
        if column is None:
            cells = row
        else:
            cells = [row[i] for i in (column, aliases) if i is not None and i < len(row)]
        ways = [way.strip() for cell in cells for way in _BETWEEN.split(cell) if way.strip()]
        for way in ways:
            found.setdefault(way.lower(), ways[0])
    return found
