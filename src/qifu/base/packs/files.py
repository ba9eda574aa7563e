"""Find and read the files of a pack and of the packs it extends, with the line of everything."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qifu.base.packs.languages import in_both, speaks_one_language
from qifu.base.packs.laws import INDEX, LAWS, Law, read_laws
from qifu.base.packs.logo import LOGO, read_logo
from qifu.rulebook.documents import CASES, LARGEST, Document
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.yaml_text import read_yaml

# The one document of each kind; a pack that has none takes that of the pack it extends.
KINDS = (
    "pack", "attributes", "derived", "sizes", "units", "roles", "notices", "demo", "appeals",
    "matters", "dispatch", "clocks", "scope", "answers", "reply_templates", "demo_appeals",
    "channels", "zones", "synonyms",
)  # fmt: skip
# What a demo city makes up for itself is no part of a city that extends it.
OWN_ONLY = ("demo", "demo_appeals")
CALENDAR = "calendar"
FOLDERS = ("codes", "policies", CALENDAR, LAWS)
OTHER_FILES = (".md", ".txt")
CODE_COLUMNS = ("code", "name_zh", "name_en", "parent")
DEEPEST = 5
# Where a pack is looked for that does not stand beside the one that extends it.
CITIES = Path(__file__).parents[4] / "cities"


@dataclass(frozen=True)
class CodeRow:
    """One line of a code list."""

    code: str
    name_zh: str
    name_en: str
    parent: str | None
    line: int


@dataclass(frozen=True)
class CodeList:
    """A code list as it stands in its file; `has_parents` where it has that column."""

    name: str
    file: str
    rows: tuple[CodeRow, ...]
    has_parents: bool


@dataclass
class PackFiles:
    """Everything that was read for one pack, its own files before those it inherits."""

    folder: Path
    chain: list[Path] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    codes: dict[str, CodeList] = field(default_factory=dict)
    policies: list[Document] = field(default_factory=list)
    cases: list[Document] = field(default_factory=list)
    laws: dict[str, Law] = field(default_factory=dict)
    # official years that the pack brings, by number
    calendar: dict[str, Document] = field(default_factory=dict)
    logo: bytes | None = None
    findings: list[Finding] = field(default_factory=list)

    def document(self, kind: str) -> Document | None:
        """The document of a kind, or None where no pack of the chain has one."""
        return self.documents.get(kind)

    def data(self, kind: str) -> Any:
        """What stands in the document of a kind, or None."""
        document = self.documents.get(kind)
        return document.data if document else None


def read_files(folder: Path) -> PackFiles:
    """Read a pack's folder and those it extends; what cannot be read is a finding."""
    files = PackFiles(folder)
    here: Path | None = folder
    while here is not None:
        if not here.is_dir():
            files.findings.append(Finding("missing", "", "no such folder", file=str(here)))
            break
        files.chain.append(here)
        own = _read_folder(here, files)
        here = _extended(own, here, files)
    if speaks_one_language(files.data("pack")):
        files.documents = {kind: _in_both(one) for kind, one in files.documents.items()}
        files.policies = [_in_both(one) for one in files.policies]
    return files


def _in_both(document: Document) -> Document:
    return replace(document, data=in_both(document.data))


def _read_folder(folder: Path, files: PackFiles) -> Document | None:
    own: Document | None = None
    inherited = len(files.chain) > 1
    for place in sorted(folder.iterdir()):
        kind = place.stem
        if place.name.startswith(".") or place.suffix in OTHER_FILES:
            continue
        if place.is_dir() and place.name in FOLDERS:
            continue
        if place.name == LOGO and place.is_file():
            files.logo = files.logo or read_logo(place, files.findings)
            continue
        if place.is_dir() or place.suffix != ".yaml" or kind not in KINDS:
            known = ", ".join([*(f"{k}.yaml" for k in KINDS), *(f"{f}/" for f in FOLDERS), LOGO])
            message = "not a file of a pack: rename or remove it"
            files.findings.append(
                Finding("unknown_file", "", message, place.name, known, str(place))
            )
            continue
        if inherited and kind in OWN_ONLY:
            continue
        # read even where it is not used, so that a broken base pack is told
        document = read_document(place, files.findings)
        if kind == "pack":
            own = document
        if document is not None:
            files.documents.setdefault(kind, document)
    if not (folder / "pack.yaml").is_file():
        message = "a pack needs this file: id, version, name"
        where = str(folder / "pack.yaml")
        files.findings.append(Finding("missing", "", message, file=where))
    for place in sorted((folder / "codes").glob("*.csv")):
        if place.stem not in files.codes:
            files.codes[place.stem] = read_codes(place, files.findings)
    policies = folder / "policies"
    for place in sorted(policies.glob("*.yaml")):
        document = read_document(place, files.findings)
        files.policies.extend([document] if document else [])
    for place in sorted((policies / CASES).glob("*.yaml")):
        document = read_document(place, files.findings)
        files.cases.extend([document] if document else [])
    for place in sorted((folder / CALENDAR).glob("*.yaml")):
        if place.stem.isdigit() and place.stem not in files.calendar:
            document = read_document(place, files.findings)
            files.calendar |= {place.stem: document} if document else {}
    index = folder / LAWS / INDEX
    document = read_document(index, files.findings) if index.is_file() else None
    if document is not None and speaks_one_language(files.data("pack")):
        document = _in_both(document)
    if document is not None:
        # a city's own text of a law goes before that of the pack it extends
        files.laws = read_laws(index.parent, document, files.findings) | files.laws
    elif (folder / LAWS).is_dir() and not index.is_file():
        message = "statutes need an index: code, file, title, level, in_force_from"
        files.findings.append(Finding("missing", "", message, file=str(index)))
    return own


def read_document(place: Path, findings: list[Finding]) -> Document | None:
    """The one YAML document of a file, whatever it holds; None and a finding for none."""
    file = str(place)

    def say(code: str, message: str, found: object = None) -> None:
        findings.append(Finding(code, "", message, found, "one YAML document in UTF-8", file))

    try:
        size = place.stat().st_size
    except OSError as error:
        say("unreadable", f"cannot be opened: {error.strerror}")
        return None
    if size > LARGEST:
        say("size", f"larger than {LARGEST} bytes: split it", size)
        return None
    try:
        roots = read_yaml(place.read_text(encoding="utf-8-sig"), file)
    except OSError as error:
        say("unreadable", f"cannot be opened: {error.strerror}")
        return None
    except UnicodeDecodeError as error:
        say("encoding", f"not UTF-8 at byte {error.start}: save it as UTF-8")
        return None
    except RuleError as error:
        findings.extend(error.findings)
        return None
    if len(roots) != 1:
        say("count", "must hold one document", len(roots))
        return None
    data, lines = roots[0]
    return Document(data, file, lines)


def _extended(own: Document | None, folder: Path, files: PackFiles) -> Path | None:
    """The folder of the pack that this one extends, or None."""
    data = own.data if own else None
    name = data.get("extends") if isinstance(data, Mapping) else None
    if own is None or name is None:
        return None

    def say(code: str, message: str, allowed: str = "") -> None:
        line = own.lines.get("extends")
        files.findings.append(Finding(code, "extends", message, name, allowed, own.file, line))

    if not isinstance(name, str) or "/" in name or name.startswith("."):
        say("type", "must be the name of a pack's folder", "national")
        return None
    for root in (folder.parent, CITIES):
        place = root / name
        if place.is_dir():
            break
    else:
        say("reference", "no such pack: correct the name or put its folder beside this one")
        return None
    if place.resolve() in [seen.resolve() for seen in files.chain] or len(files.chain) >= DEEPEST:
        way = " → ".join([*(seen.name for seen in files.chain), place.name])
        say("cycle", f"packs that extend each other never end: {way}")
        return None
    return place


def read_codes(place: Path, findings: list[Finding]) -> CodeList:
    """A code list from CSV: code, name_zh and optionally name_en and parent."""
    name, file = place.stem, str(place)

    def say(code: str, path: str, message: str, found: object, allowed: str, line: int) -> None:
        findings.append(Finding(code, path, message, found, allowed, file, line))

    try:
        text = place.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        say("encoding", "", f"not UTF-8 at byte {error.start}: save it as UTF-8", None, "", 1)
        return CodeList(name, file, (), False)
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    if header[:2] != ["code", "name_zh"] or not set(header) <= set(CODE_COLUMNS):
        say("header", "", "the first line names the columns", header, ", ".join(CODE_COLUMNS), 1)
        return CodeList(name, file, (), False)
    rows = []
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            say("columns", name, "more cells than columns", cells, ", ".join(header), line)
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        code = row.get("code", "")
        if not code or not row.get("name_zh"):
            message = "a row needs a code and a Chinese name"
            say("missing", f"{name}.{code}", message, cells, "", line)
            continue
        parent = row.get("parent") or None
        rows.append(CodeRow(code, row["name_zh"], row.get("name_en", ""), parent, line))
    return CodeList(name, file, tuple(check_rows(name, rows, say)), "parent" in header)


def check_rows(name: str, rows: Iterable[CodeRow], say: Any) -> list[CodeRow]:
    """The rows without those whose code stands twice, whose parent is missing or above itself."""
    known: dict[str, CodeRow] = {}
    for row in rows:
        if row.code in known:
            message = f"the same code twice, first in line {known[row.code].line}"
            say("duplicate_code", f"{name}.{row.code}", message, row.code, "", row.line)
        else:
            known[row.code] = row
    kept = []
    for row in known.values():
        if row.parent is not None and row.parent not in known:
            message = "no such code above it: add a row for it or correct the parent"
            allowed = ", ".join(list(known)[:8])
            say("reference", f"{name}.{row.code}.parent", message, row.parent, allowed, row.line)
        elif above := _cycle(row, known):
            message = f"a code is above itself: {above}"
            say("cycle", f"{name}.{row.code}.parent", message, row.parent, "", row.line)
        else:
            kept.append(row)
    return kept


def _cycle(row: CodeRow, known: Mapping[str, CodeRow]) -> str:
    way = [row.code]
    above = row.parent
    while above is not None and above in known:
        way.append(above)
        if above in way[:-1]:
            return " → ".join(way)
        above = known[above].parent
    return ""
