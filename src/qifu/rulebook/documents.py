"""Documents from files: YAML with the line of every key, JSON, JSON lines, folders, city packs."""

import csv
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import CodeTree
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.gather import Gather
from qifu.rulebook.yaml_text import read_yaml

SUFFIXES = (".yaml", ".yml", ".json", ".jsonl", ".ndjson")
# A folder of this name holds rule cases, not policies.
CASES = "cases"
# digits of a whole number that are read at all; what a fact may have is less
MOST_DIGITS = 1_000
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
LARGEST = 4_000_000  # bytes of a document that people write; JSON lines may be of any size


@dataclass(frozen=True)
class Document:
    """One document: its data, the file it stands in, and path → line where that is known."""

    data: Any
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)


def load_documents(
    place: Path, *, without: Collection[Path] = ()
) -> tuple[list[Document], list[Finding]]:
    """Every document in a file, a JSON-lines file or a folder (with its folders, without `cases`).

    With them every file or line that cannot be read as a document at all. `without` are files in
    the folder that are something else, the catalogue or the facts of the same run.
    """
    if not place.exists():
        return [], [Finding("missing", "", "no such file or folder", file=str(place))]
    documents: list[Document] = []
    findings: list[Finding] = []
    other = {file.resolve() for file in without}
    for file in files_in(place):
        if file != place and file.resolve() in other:
            continue
        try:
            read, wrong = _read_file(file)
        except RuleError as error:
            read, wrong = [], list(error.findings)
        documents += read
        findings += wrong
    if not documents and not findings:
        message = "nothing to read here"
        findings.append(Finding("empty", "", message, None, ", ".join(SUFFIXES), str(place)))
    return documents, findings


def files_in(place: Path) -> Iterator[Path]:
    """The file itself, or a folder's files in the order of their names; of a pack its policies."""
    if not place.is_dir():
        yield place
        return
    if (place / "pack.yaml").is_file():
        place = place / "policies"
    for file in sorted(place.rglob("*")):
        inner = file.relative_to(place).parts
        hidden = any(part.startswith(".") for part in inner)
        named = file.suffix.lower() in SUFFIXES
        if named and CASES not in inner[:-1] and not hidden and file.is_file():
            yield file


def load_file(file: Path) -> list[Document]:
    """The documents of one file; RuleError with every line that cannot be read."""
    documents, findings = _read_file(file)
    if findings:
        raise RuleError(findings)
    return documents


def _read_file(file: Path) -> tuple[list[Document], list[Finding]]:
    """The documents of one file, and the lines of JSON lines that are none.

    The ending tells the form. Any other one, or none, is JSON where it begins like JSON, else YAML;
    what is several JSON documents, one a line, is read as JSON lines.
    """
    suffix = file.suffix.lower()
    lines = suffix in (".jsonl", ".ndjson")
    try:
        if not lines and file.stat().st_size > LARGEST:
            size = file.stat().st_size
            allowed = f"{LARGEST} bytes; JSON lines may be larger"
            raise RuleError(Finding("size", "", "too large", size, allowed, str(file)))
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(_wrong_encoding(file, error)) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise RuleError(Finding("unreadable", "", message, file=str(file))) from None
    if lines:
        return _json_lines(text, str(file))
    begins_like_json = suffix not in (".yaml", ".yml") and text.lstrip().startswith(("{", "["))
    if suffix == ".json" or begins_like_json:
        if _is_json_lines(text):
            return _json_lines(text, str(file))
        return _listed(read_json(text, str(file)), str(file), {}), []
    read = read_yaml(text, str(file))
    return [doc for data, places in read for doc in _listed(data, str(file), places)], []


def read_text(text: str, file: str = "") -> list[Document]:
    """The documents of a text that somebody typed: JSON where it begins like JSON, else YAML.

    RuleError with everything that cannot be read.
    """
    if text.lstrip().startswith(("{", "[")):
        return _listed(read_json(text, file), file, {})
    return [doc for data, places in read_yaml(text, file) for doc in _listed(data, file, places)]


def _wrong_encoding(file: Path, error: UnicodeDecodeError) -> Finding:
    """What is wrong with the bytes, and which encoding they look like."""
    data = bytes(error.object)
    likely = "UTF-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    if not likely:
        try:
            data.decode("gb18030")
            likely = "GBK"
        except UnicodeDecodeError:
            pass
    message = f"not UTF-8 at byte {error.start}" + (f", it looks like {likely}" if likely else "")
    return Finding("encoding", "", message, None, "text saved as UTF-8", str(file))


def _is_json_lines(text: str) -> bool:
    """Whether the first line is a JSON document of its own and others follow it."""
    first, _, rest = text.lstrip().partition("\n")
    if not (first.startswith("{") and rest.strip()):
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def load_one(file: Path) -> Document:
    """The one document of a file."""
    if not file.exists() or file.is_dir():
        raise RuleError(Finding("missing", "", "no such file", file=str(file)))
    documents = load_file(file)
    if len(documents) != 1:
        message = "must hold one document"
        raise RuleError(Finding("count", "", message, len(documents), "1", str(file)))
    return documents[0]


def pack_folders(folder: Path) -> list[Path]:
    """A city pack's folder and those that it `extends`, the pack itself first."""
    chain: list[Path] = []
    here: Path | None = folder
    while here is not None:
        if here.resolve() in (known.resolve() for known in chain):
            way = " → ".join(known.name for known in (*chain, here))
            raise RuleError(Finding("cycle", "extends", "packs extend each other", way))
        chain.append(here)
        file = here / "pack.yaml"
        document = load_one(file)
        above = document.data.get("extends") if isinstance(document.data, Mapping) else None
        here = None
        if above is not None:
            here = chain[-1].parent / str(above)
            if not here.is_dir():
                line = document.lines.get("extends")
                message = "no such pack beside this one"
                raise RuleError(Finding("extends", "extends", message, above, "", str(file), line))
    return chain


def pack_file(folder: Path, name: str) -> Path | None:
    """A file of the pack, or of the nearest pack that it extends; None where there is none."""
    return next((f for pack in pack_folders(folder) if (f := pack / name).is_file()), None)


def load_trees(folder: Path) -> dict[str, CodeTree]:
    """The code trees of a pack and of those it extends: `codes/NAME.csv`, its own before theirs."""
    trees: dict[str, CodeTree] = {}
    for pack in pack_folders(folder):
        for file in sorted((pack / "codes").glob("*.csv")):
            if file.stem not in trees:
                trees[file.stem] = load_tree(file)
    return trees


def load_tree(file: Path) -> CodeTree:
    """A tree from CSV: code, name_zh, optionally name_en, and parent where codes do not nest."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = {"code", "name_zh"} - set(reader.fieldnames or ())
        if missing:
            found, allowed = list(reader.fieldnames or ()), "code, name_zh, name_en, parent"
            message = "columns are missing"
            raise RuleError(Finding("columns", "", message, found, allowed, str(file), 1))
        rows = list(reader)
    parents = {row["code"].strip(): (row.get("parent") or "").strip() or None for row in rows}
    named = [(row["code"], row["name_zh"] or "", row.get("name_en") or "") for row in rows]
    for number, row in enumerate(rows, start=2):
        if not row["code"].strip() or not (row["name_zh"] or "").strip():
            message = "a row needs a code and a name"
            raise RuleError(Finding("row", "", message, dict(row), "", str(file), number))
        above = parents[row["code"].strip()]
        if above is not None and above not in parents:
            raise RuleError(Finding("parent", "", "no such code", above, "", str(file), number))
    explicit = "parent" in (reader.fieldnames or ())
    return CodeTree.from_rows(file.stem, named, parent=parents.get if explicit else None)


def load_catalogue(folder: Path) -> Catalogue:
    """The attributes and code trees of a city pack, with those of the packs it extends."""
    file = pack_file(folder, "attributes.yaml")
    if file is None:
        raise RuleError(Finding("missing", "", "no attributes.yaml in this pack", file=str(folder)))
    document = load_one(file)
    return _catalogue(document, load_trees(folder))


def load_attributes(file: Path) -> Catalogue:
    """A catalogue from a file: full or smallest form; with code trees where it is a pack's own."""
    pack = file.parent / "pack.yaml"
    trees = load_trees(file.parent) if pack.is_file() else {}
    return _catalogue(load_one(file), trees)


def _catalogue(document: Document, trees: Mapping[str, CodeTree]) -> Catalogue:
    try:
        return Catalogue.from_document(document.data, trees=trees, file=document.file)
    except RuleError as error:
        gather = Gather(document.file, document.lines)
        gather.take(error.findings)
        raise RuleError(gather.findings) from None


def read_json(text: str, file: str = "", line: int | None = None) -> Any:
    """JSON with exact decimals; the same key twice and text that is no JSON are refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                message = "the same key twice in one mapping"
                raise RuleError(Finding("duplicate_key", key, message, key, "", file, line))
            found[key] = value
        return found

    def whole(digits: str) -> int:
        if len(digits) > MOST_DIGITS:
            raise RuleError(Finding("bounds", "", "too many digits", digits, "", file, line))
        return int(digits)

    try:
        made = json.loads(text, parse_float=Decimal, parse_int=whole, object_pairs_hook=unique)
        if _SURROGATE.search(text):
            json.dumps(made, ensure_ascii=False, default=str).encode()
        return made
    except RuleError:
        raise
    except UnicodeEncodeError:
        message = "half of a character: \\ud800 to \\udfff stand in pairs only"
        raise RuleError(Finding("encoding", "", message, file=file, line=line)) from None
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at column {error.colno}"
        where = line or error.lineno
        raise RuleError(Finding("syntax", "", message, file=file, line=where)) from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        message = f"not JSON: {error}"
        raise RuleError(Finding("syntax", "", message, file=file, line=line)) from None


def _json_lines(text: str, file: str) -> tuple[list[Document], list[Finding]]:
    documents = []
    findings: list[Finding] = []
    # not splitlines(): JSON may hold U+2028 and the like inside a text
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            documents.append(Document(read_json(line, file, number), file, {"": number}))
        except RuleError as error:
            findings.extend(error.findings)
    return documents, findings


def _listed(data: Any, file: str, lines: Mapping[str, int]) -> list[Document]:
    """A list at the top is several documents."""
    if not isinstance(data, list):
        return [Document(data, file, lines)]
    return [Document(item, file, _inside(lines, f"[{i}]")) for i, item in enumerate(data)]


def _inside(lines: Mapping[str, int], start: str) -> dict[str, int]:
    """The lines of what stands below a path, named from there."""
    return {
        path[len(start) :].removeprefix("."): line
        for path, line in lines.items()
        if path == start or path.startswith((f"{start}.", f"{start}["))
    }
