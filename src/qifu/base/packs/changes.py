"""What a pack holds as plain data, its hash, and what differs between two states."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qifu.base.packs.logo import LOGO
from qifu.base.packs.model import CASEWORK, Pack
from qifu.rulebook.codes import CodeTree

Snapshot = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Change:
    """One thing that was added, changed or removed; `paths` are the places that differ."""

    kind: str
    code: str
    what: str
    paths: tuple[str, ...] = ()


def plain(value: Any) -> Any:
    """The same data as JSON can hold it: days as ISO text, whole decimals as integers."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def documents_of(pack: Pack) -> dict[str, Any]:
    """Everything that a running system needs of a pack, as JSON: kept whole with each load.

    `trees` are rows [code, name_zh, name_en, code above or null], see `trees_of`; `policies` are
    documents by "id@version"; `cases` documents by the id of their policy; `calendar` official
    years by number; `logo` a PNG in base 64; `laws` rows {code, title, level, in_force_from,
    text}. What appeals need stands under the name of its file where the pack has it. The recipe
    of a demo is not part of it.
    """
    return {
        "pack": plain(pack.document),
        "trees": {name: tree_rows(tree) for name, tree in sorted(pack.trees.items())},
        "attributes": plain(pack.attributes),
        "derived": plain(pack.derived_document),
        "sizes": plain(pack.sizes_document),
        "units": plain(pack.units),
        "roles": plain(pack.roles),
        "notices": plain(pack.notices),
        "policies": {
            f"{document.data['id']}@{document.data['version']}": plain(document.data)
            for document in pack.policy_documents
        },
        "cases": {
            str(document.data["policy"]): plain(document.data) for document in pack.case_documents
        },
        "calendar": {year: plain(pack.calendar[year]) for year in sorted(pack.calendar)},
        **({"logo": b64encode(pack.logo).decode()} if pack.logo else {}),
        **{kind: plain(pack.casework[kind]) for kind in CASEWORK if kind in pack.casework},
        "laws": [pack.laws[code].document() for code in sorted(pack.laws)],
    }


def tree_rows(tree: CodeTree) -> list[list[str | None]]:
    """The rows of a code tree: [code, name_zh, name_en, code above or null]."""
    rows: list[list[str | None]] = []
    for code in tree:
        above = tree.ancestors(code)
        zh, en = tree.label(code, "zh"), tree.label(code, "en")
        rows.append([code, zh, "" if en == zh else en, above[0] if above else None])
    return rows


def trees_of(documents: Mapping[str, Any]) -> dict[str, CodeTree]:
    """The code trees of `documents_of`, with the codes above as they were."""
    trees = {}
    for name, rows in documents["trees"].items():
        parents = {row[0]: row[3] for row in rows}
        named = [(row[0], row[1], row[2]) for row in rows]
        trees[name] = CodeTree.from_rows(name, named, parent=parents.get)
    return trees


def pack_hash(pack: Pack) -> str:
    """SHA-256 over everything that a running system would notice."""
    return documents_hash(documents_of(pack))


def documents_hash(documents: Mapping[str, Any]) -> str:
    """The hash of a pack from its `documents_of`, fresh or as a load kept them."""
    text = json.dumps(documents, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot(pack: Pack) -> Snapshot:
    """kind → code → content, plain data: what two states of a city are compared by."""
    return snapshot_of(documents_of(pack))


def snapshot_of(documents: Mapping[str, Any]) -> Snapshot:
    """The same from `documents_of`; a load of an older Qifu may lack some kinds."""
    attributes = documents["attributes"]
    lasting = {key: value for key, value in documents["pack"].items() if key != "version"}
    versions: dict[str, list[str]] = {}
    for key in documents["policies"]:
        versions.setdefault(key.rpartition("@")[0], []).append(key)
    return {
        "pack": lasting,
        "group": dict(attributes.get("groups") or {}),
        "source": dict(attributes.get("sources") or {}),
        "attribute": dict(attributes["attributes"]),
        "derived": {row["attr"]: row for row in documents["derived"].get("derived") or []},
        "size_rule": dict(documents["sizes"]),
        "tree": {
            name: {row[0]: row[1:] for row in rows} for name, rows in documents["trees"].items()
        },
        "unit": _by_code(documents["units"]),
        "role": _by_code(documents["roles"]),
        "notice": dict(documents["notices"]),
        "policy": {
            policy_id if len(keys) == 1 else key: documents["policies"][key]
            for policy_id, keys in versions.items()
            for key in keys
        },
        "logo": {LOGO: documents["logo"]} if documents.get("logo") else {},
        "case": dict(documents.get("cases") or {}),
        "calendar": dict(documents.get("calendar") or {}),
        **_casework(documents),
    }


def _casework(documents: Mapping[str, Any]) -> Snapshot:
    """What appeals need, a thing a row; of a law's text only its hash."""
    dispatch, scope = documents.get("dispatch") or {}, documents.get("scope") or {}
    channels = documents.get("channels") or {}
    return {
        "appeals": dict(documents.get("appeals") or {}),
        "matter": _by_code(documents.get("matters") or []),
        "dispatch": {key: value for key, value in dispatch.items() if key != "rules"},
        "dispatch_rule": _by_code(dispatch.get("rules") or []),
        "clock_rule_set": _by_version((documents.get("clocks") or {}).get("rule_sets") or []),
        "exclusion": _by_code(scope.get("exclusions") or []),
        "answer": _by_version(documents.get("answers") or []),
        "reply_template": _by_code(documents.get("reply_templates") or []),
        "synonyms": {row["words"][0]: dict(row) for row in documents.get("synonyms") or []},
        "channels": {key: value for key, value in channels.items() if key != "channels"},
        "channel": _by_code(channels.get("channels") or []),
        "zone": _by_code(documents.get("zones") or []),
        "law": {
            row["code"]: {
                **{key: value for key, value in row.items() if key != "text"},
                "sha256": hashlib.sha256(row["text"].encode()).hexdigest(),
            }
            for row in documents.get("laws") or []
        },
    }


def _by_code(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(row["code"]): dict(row) for row in rows}


def _by_version(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {f"{row['code']}@{row['version']}": dict(row) for row in rows}


def diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What changes from one snapshot to another, in the order of the new one; removed ones last."""
    changes = []
    for kind in dict.fromkeys((*new, *old)):
        before, after = old.get(kind) or {}, new.get(kind) or {}
        for code, content in after.items():
            if code not in before:
                changes.append(Change(kind, code, "added"))
            elif before[code] != content:
                changes.append(Change(kind, code, "changed", tuple(_paths(before[code], content))))
        changes += [Change(kind, code, "removed") for code in before if code not in after]
    return changes


def diff_packs(old_state: Mapping[str, Any], new_pack: Pack) -> list[Change]:
    """What loading a pack would change in a state that an earlier `snapshot` gave."""
    return diff(old_state, snapshot(new_pack))


def _paths(before: Any, after: Any, path: str = "") -> Iterable[str]:
    """The innermost places that differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            if before.get(key) != after.get(key) or (key in before) != (key in after):
                here = f"{path}.{key}" if path else str(key)
                yield from _paths(before.get(key), after.get(key), here)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (one, other) in enumerate(zip(before, after, strict=True)):
            if one != other:
                yield from _paths(one, other, f"{path}[{i}]")
    else:
        yield path
