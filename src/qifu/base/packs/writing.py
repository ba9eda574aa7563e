"""A pack written from its documents: the files that people edit, only what is not inherited."""

import csv
import io
from base64 import b64decode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from qifu.base.packs.changes import plain, tree_rows
from qifu.base.packs.files import CALENDAR, CITIES, PackFiles, read_files
from qifu.base.packs.laws import INDEX, LAWS
from qifu.base.packs.logo import LOGO
from qifu.base.packs.model import CASEWORK
from qifu.base.packs.yaml_out import yaml_text
from qifu.rulebook.documents import CASES, load_tree

# Kinds of one document a pack, in the order in which people fill them in.
SINGLE: Final = (
    "pack", "units", "roles", "notices", "attributes", "derived", "sizes", *CASEWORK,
)  # fmt: skip
_COLUMNS: Final = ("code", "name_zh", "name_en", "parent")


class NotEmpty(Exception):
    """The folder holds something already: nothing is written over."""


def write_pack(documents: Mapping[str, Any], folder: Path, *, head: str = "") -> list[Path]:
    """Write the files of a pack from `documents_of`; gives them in the order written.

    What the pack inherits unchanged from the one that it extends is left out, so `extends` keeps
    its meaning; the rest is written whole. NotEmpty where the folder holds anything.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    base = _base(documents, folder)
    written = [
        _write(folder / f"{kind}.yaml", yaml_text(documents[kind], head=head))
        for kind in SINGLE
        if documents.get(kind) is not None and not _inherited(base, kind, documents[kind])
    ]
    written += _write_codes(documents["trees"], base, folder)
    policies = _named(documents["policies"])
    there = {plain_key(one.data): plain(one.data) for one in base.policies} if base else {}
    for key, name in policies.items():
        if there.get(key) != documents["policies"][key]:
            text = yaml_text(documents["policies"][key], head=head)
            written.append(_write(folder / "policies" / f"{name}.yaml", text))
    cases = {str(one.data["policy"]): plain(one.data) for one in base.cases} if base else {}
    for policy, rows in (documents.get("cases") or {}).items():
        if cases.get(policy) != rows:
            place = folder / "policies" / CASES / f"{policy}.yaml"
            written.append(_write(place, yaml_text(rows, head=head)))
    years = {year: plain(one.data) for year, one in base.calendar.items()} if base else {}
    for year, document in (documents.get("calendar") or {}).items():
        if years.get(year) != document:
            place = folder / CALENDAR / f"{year}.yaml"
            written.append(_write(place, yaml_text(document, head=head)))
    logo = b64decode(documents.get("logo") or "")
    if logo and not (base and base.logo == logo):
        (folder / LOGO).write_bytes(logo)
        written.append(folder / LOGO)
    return written + _write_laws(documents.get("laws") or [], base, folder, head)


def plain_key(policy: Mapping[str, Any]) -> str:
    """id@version, the name of a policy's version among the documents of a load."""
    return f"{policy['id']}@{policy['version']}"


def _base(documents: Mapping[str, Any], folder: Path) -> PackFiles | None:
    """The files of the pack that this one extends, or None; found as `read_files` finds it."""
    name = documents["pack"].get("extends")
    if name is None:
        return None
    places = [root / str(name) for root in (folder.resolve().parent, CITIES)]
    return next((read_files(place) for place in places if place.is_dir()), None)


def _inherited(base: PackFiles | None, kind: str, document: Any) -> bool:
    if base is None or kind == "pack":
        return False
    data = base.data(kind)
    # a kind that no pack has is stored as an empty one
    return document in ({}, []) if data is None else bool(plain(data) == document)


def _named(policies: Iterable[str]) -> dict[str, str]:
    """id@version → name of its file; only where there are several versions it has the number."""
    keys = list(policies)
    ids = [key.rpartition("@")[0] for key in keys]
    return {key: name if ids.count(name) == 1 else key for key, name in zip(keys, ids, strict=True)}


def _write(place: Path, text: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8", newline="\n")
    return place


def _write_codes(trees: Mapping[str, Any], base: PackFiles | None, folder: Path) -> list[Path]:
    written = []
    for name, rows in sorted(trees.items()):
        if base is not None and name in base.codes:
            if tree_rows(load_tree(Path(base.codes[name].file))) == [list(row) for row in rows]:
                continue
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows([cell or "" for cell in row] for row in rows)
        written.append(_write(folder / "codes" / f"{name}.csv", out.getvalue()))
    return written


def _write_laws(
    laws: Iterable[Mapping[str, Any]], base: PackFiles | None, folder: Path, head: str
) -> list[Path]:
    inherited = {code: law.document() for code, law in base.laws.items()} if base else {}
    own = [law for law in laws if inherited.get(str(law["code"])) != dict(law)]
    if not own:
        return []
    written, index = [], []
    for law in own:
        name = f"{law['code']}.md"
        text = str(law["text"])
        written.append(_write(folder / LAWS / name, text))
        row = {"code": law["code"], "file": name}
        index.append(row | {key: law[key] for key in law if key not in ("code", "text")})
    return [*written, _write(folder / LAWS / INDEX, yaml_text(index, head=head))]
