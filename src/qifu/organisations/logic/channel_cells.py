"""An entry of the channel list as the cells of one row of a spreadsheet, and back."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from qifu.organisations.logic.hours_text import EXAMPLE, BadHours, read_hours, write_hours

# column → the words that people write over it
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("代码",),
    "name_zh": ("中文名称", "名称"),
    "name_en": ("英文名称",),
    "kind": ("类型",),
    "zone": ("区",),
    "regions": ("区划",),
    "for_zh": ("中文用途", "用途"),
    "for_en": ("英文用途",),
    "needs": ("需求",),
    "find_as": ("搜索名",),
    "how_zh": ("中文步骤", "步骤"),
    "how_en": ("英文步骤",),
    "address_zh": ("中文地址", "地址"),
    "address_en": ("英文地址",),
    "hours": ("服务时间",),
    "hours_note_zh": ("中文时间说明", "时间说明"),
    "hours_note_en": ("英文时间说明",),
    "telephones": ("电话",),
    "links": ("网址",),
    "unit": ("维护部门",),
    "checked_on": ("核对日期",),
    "retired": ("停用",),
}
_WORDS = ("name", "for", "address", "hours_note")
_PLAIN = ("kind", "zone", "find_as", "unit", "checked_on")
_CODES = ("regions", "needs")
_YES, _NO = ("yes", "是", "true", "1", "y"), ("", "no", "否", "false", "0", "n")
# a spreadsheet takes a cell that begins so for a formula
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("|", "\\|"))


class BadCell(ValueError):
    """Why a cell cannot be read, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


def to_cells(document: Mapping[str, Any], *, retired: bool) -> dict[str, str]:
    """Column → cell for an entry in the form in which it is kept."""
    cells = {"code": document["code"], "retired": "yes" if retired else "no"}
    for key in _WORDS:
        for language in ("zh", "en"):
            text = (document.get(key) or {}).get(language, "")
            cells[f"{key}_{language}"] = _escape(text, "|")
    for key in _PLAIN:
        cells[key] = str(document.get(key) or "")
    for key in _CODES:
        cells[key] = " ".join(document.get(key) or ())
    for language in ("zh", "en"):
        steps = (_escape(step[language], "|") for step in document.get("how") or ())
        cells[f"how_{language}"] = "\n".join(steps)
    cells["hours"] = write_hours(document["hours"]) if document.get("hours") else ""
    cells["telephones"] = "\n".join(
        _parts(row["number"], row.get("for")) for row in document.get("telephones") or ()
    )
    cells["links"] = "\n".join(_parts(r["url"], r["name"]) for r in document.get("links") or ())
    return {name: _guarded(cells[name]) for name in COLUMNS}


def is_retired(cells: Mapping[str, str]) -> bool | None:
    """Whether a row says that its entry is retired; None where it has no such column."""
    if "retired" not in cells:
        return None
    text = cells["retired"].strip().lower()
    if text not in (*_YES, *_NO):
        raise BadCell(f"停用：只能写 yes 或 no（收到 {text[:20]}）", "retired: write yes or no")
    return text in _YES


def from_cells(cells: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """The entry that a row asks for: what it has no column for stays as it was `before`.

    An empty cell empties what stands there. BadCell for the first cell that cannot be read.
    """
    cells = {name: _unguarded(cell.strip()) for name, cell in cells.items()}
    document: dict[str, Any] = {**before, "code": cells.get("code", "")}
    for key in _WORDS:
        _set_words(document, key, cells)
    for key in _PLAIN:
        if key in cells:
            document[key] = cells[key]
    for key in _CODES:
        if key in cells:
            document[key] = cells[key].replace(",", " ").replace("，", " ").split()
    _set_steps(document, cells)
    if "hours" in cells:
        try:
            document["hours"] = read_hours(cells["hours"])
        except BadHours as error:
            raise BadCell(
                f"服务时间读不懂：{error}；例如 {EXAMPLE}",
                f"hours cannot be read: {error}; for example {EXAMPLE}",
            ) from None
    for key, first, second in (("telephones", "number", "for"), ("links", "url", "name")):
        if key in cells:
            document[key] = [_named(line, first, second, key) for line in _lines(cells[key])]
    return {key: value for key, value in document.items() if value not in (None, "", [], {})}


def _set_words(document: dict[str, Any], key: str, cells: Mapping[str, str]) -> None:
    given = {la: _unescape(cells[f"{key}_{la}"]) for la in ("zh", "en") if f"{key}_{la}" in cells}
    if given:
        words = {**(document.get(key) or {}), **given}
        document[key] = words if any(words.values()) else None


def _set_steps(document: dict[str, Any], cells: Mapping[str, str]) -> None:
    given = {la: _lines(cells[f"how_{la}"]) for la in ("zh", "en") if f"how_{la}" in cells}
    if not given:
        return
    there = document.get("how") or []
    rows = {la: [_unescape(line) for line in lines] for la, lines in given.items()}
    for language in ("zh", "en"):
        rows.setdefault(language, [step[language] for step in there])
    if len(rows["zh"]) != len(rows["en"]):
        raise BadCell(
            f"步骤：中文 {len(rows['zh'])} 步，英文 {len(rows['en'])} 步，要一样多",
            f"steps: {len(rows['zh'])} in Chinese and {len(rows['en'])} in English must be as many",
        )
    pairs = zip(rows["zh"], rows["en"], strict=True)
    document["how"] = [{"zh": zh, "en": en} for zh, en in pairs]


def _named(line: str, first: str, second: str, column: str) -> dict[str, Any]:
    """`010-12345 | 中文 | English`; the words may be left out."""
    parts = [_unescape(part.strip()) for part in _split(line)]
    if len(parts) not in (1, 3):
        raise BadCell(
            f"{COLUMNS[column][0]}：每行写成“号码或网址 | 中文 | English”（收到 {line[:60]}）",
            f"{column}: write each line as value | Chinese | English (found {line[:60]})",
        )
    row: dict[str, Any] = {first: parts[0]}
    if len(parts) == 3:
        row[second] = {"zh": parts[1], "en": parts[2]}
    return row


def _parts(first: str, words: Mapping[str, str] | None) -> str:
    pieces: Iterable[str] = (first, words["zh"], words["en"]) if words else (first,)
    return " | ".join(_escape(piece, "") for piece in pieces)


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.replace("\r", "").split("\n") if line.strip()]


def _escape(text: str, keep: str) -> str:
    for char, written in _ESCAPES:
        if char not in keep or not keep:
            text = text.replace(char, written)
    return text


def _unescape(text: str) -> str:
    out, i = [], 0
    known = {"\\": "\\", "n": "\n", "r": "\r", "|": "|"}
    while i < len(text):
        if text[i] == "\\" and text[i + 1 : i + 2] in known:
            out.append(known[text[i + 1]])
            i += 2
        else:
            out.append(text[i])
            i += 1
    return "".join(out)


def _split(line: str) -> list[str]:
    """The parts between bars that are not escaped."""
    parts, start, i = [], 0, 0
    while i < len(line):
        if line[i] == "\\":
            i += 1
        elif line[i] == "|":
            parts.append(line[start:i])
            start = i + 1
        i += 1
    return [*parts, line[start:]]


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:2] in (*_FORMULA, "'") else cell
