"""JSON Schema of every kind of pack file, for editors that help and warn while one types."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from qifu.base.packs.schemas import casework, demo, people, rules
from qifu.base.packs.schemas.parts import Schema

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
# Where `qifu city new` puts them: a folder that the reader of packs passes over.
HIDDEN: Final = ".schemas"
# By the name of the file; the last ones by the folder that the files stand in.
SCHEMAS: Final[Mapping[str, Callable[[], Schema]]] = {
    "pack": people.pack,
    "units": people.units,
    "roles": people.roles,
    "notices": people.notices,
    "zones": people.zones,
    "channels": people.channels,
    "attributes": rules.attributes,
    "derived": rules.derived,
    "sizes": rules.sizes,
    "appeals": casework.appeals,
    "matters": casework.matters,
    "dispatch": casework.dispatch,
    "clocks": casework.clocks,
    "scope": casework.scope,
    "answers": casework.answers,
    "reply_templates": casework.reply_templates,
    "synonyms": casework.synonyms,
    "demo": demo.demo,
    "demo_appeals": demo.demo_appeals,
    "policy": rules.policy,
    "cases": rules.cases,
    "calendar": rules.calendar,
    "laws": rules.laws,
}


def schema_of(kind: str) -> Schema:
    """The schema of one kind (draft 2020-12); KeyError for a kind that there is not."""
    return {"$schema": DRAFT, "title": f"Qifu {kind}", **SCHEMAS[kind]()}


def write_schemas(folder: Path) -> list[Path]:
    """Write one file a kind, over older ones; gives them in order."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in SCHEMAS:
        place = folder / f"{kind}.json"
        text = json.dumps(schema_of(kind), ensure_ascii=False, indent=1)
        place.write_text(text + "\n", encoding="utf-8", newline="\n")
        written.append(place)
    return written
