"""JSON Schema of pack files: what is right is valid, what is wrong is refused."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from qifu.base.packs import (
    check,
    check_answers,
    check_appeals,
    check_channels,
    check_demo,
    check_people,
    check_policies,
    check_zones,
    plain,
)
from qifu.base.packs import laws as pack_laws
from qifu.base.packs.files import KINDS, read_document
from qifu.base.packs.schemas import DRAFT, SCHEMAS, schema_of, write_schemas
from qifu.base.packs.vocabulary import NOTICES
from qifu.rulebook import (
    calendar_years,
    cases,
    catalogue,
    clock_rules,
    policy,
    routing,
    size_rules,
)
from qifu.textmine import matters, scope

ROOT = Path(__file__).parents[2]
PACKS = ("cities/shenzhen_demo", "cities/national", "tests/cities/county")


@cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(kind))


def files() -> Iterator[tuple[str, Path]]:
    """Kind and place of every file of the packs."""
    for name in PACKS:
        pack = ROOT / name
        yield from ((file.stem, file) for file in sorted(pack.glob("*.yaml")))
        yield from (("policy", file) for file in sorted(pack.glob("policies/*.yaml")))
        yield from (("cases", file) for file in sorted(pack.glob("policies/cases/*.yaml")))
        yield from (("calendar", file) for file in sorted(pack.glob("calendar/2*.yaml")))
        yield from (("laws", file) for file in sorted(pack.glob("laws/index.yaml")))


@cache
def document(kind: str) -> Any:
    """The demo's document of a kind, as an editor would see it; one of each folder."""
    demo = ROOT / PACKS[0]
    places = {
        "policy": demo / "policies" / "SZD-2026-005.yaml",
        "cases": demo / "policies" / "cases" / "SZD-2026-005.yaml",
        "laws": demo / "laws" / "index.yaml",
        "sizes": ROOT / PACKS[1] / "sizes.yaml",
    }
    found = read_document(places.get(kind, demo / f"{kind}.yaml"), [])
    assert found is not None
    return plain(found.data)


def test_there_is_a_schema_for_every_kind_of_file_and_each_is_a_schema() -> None:
    assert set(SCHEMAS) == {*KINDS, "policy", "cases", "calendar", "laws"}
    for kind in SCHEMAS:
        Draft202012Validator.check_schema(schema_of(kind))
        assert schema_of(kind)["$schema"] == DRAFT


def test_every_file_of_every_pack_is_valid() -> None:
    seen = set()
    for kind, file in files():
        findings: list[Any] = []
        read = read_document(file, findings)
        assert read is not None, findings
        errors = [f"{list(e.absolute_path)}: {e.message}" for e in
                  validator(kind).iter_errors(plain(read.data))]  # fmt: skip
        assert errors == [], file
        seen.add(kind)
    assert seen == set(SCHEMAS) - {"calendar"}


# kind, path to what is changed, the change: a value, or ... for taking the key away
MUTATIONS = (
    ("pack", ("colour",), "blue"),
    ("pack", ("id",), ...),
    ("pack", ("colours", "accent"), "blue"),
    ("units", (0, "name"), "市政府"),
    ("units", (0, "code"), ...),
    ("roles", (0, "may", 0), "facts.everything"),
    ("roles", (0, "for"), "everybody"),
    ("roles", (0, "may"), ["journal.view"]),
    ("notices", ("welcome",), ...),
    ("notices", ("welcome", "text"), {"zh": "一"}),
    ("zones", (0, "code"), "Fu Tian"),
    ("zones", (0, "unit"), ...),
    ("channels", ("channels", 0, "telephones"), "12345"),
    ("channels", ("channels", 0, "checked_on"), "yesterday"),
    ("attributes", ("attributes", "founded", "type"), "day"),
    ("attributes", ("attributes", "founded", "colour"), "red"),
    ("derived", ("derived", 0), {"attr": "legal_person"}),
    ("sizes", ("categories", 0, "thresholds", 0, "from"), ...),
    ("appeals", ("kinds",), ["gossip"]),
    ("appeals", ("repeat_days",), 0),
    ("appeals", ("hours", "week", "mon"), ["9-12"]),
    ("matters", (0, "domain"), "weather"),
    ("dispatch", ("rules", 0, "unit"), ...),
    ("clocks", ("rule_sets", 0, "limits", 0, "calendar_days"), 3),
    ("clocks", ("rule_sets", 0, "limits", 0, "clock"), "lunch"),
    ("scope", ("exclusions", 0, "reason"), ...),
    ("answers", (0, "basis", 0), {"law": "company-2023"}),
    ("answers", (0, "version"), "1"),
    ("reply_templates", (0, "outcome"), "solved"),
    ("synonyms", (0, "words"), ["高企"]),
    ("policy", ("when", "all", 0), {"any": []}),
    ("policy", ("card", "level"), "village"),
    ("policy", ("benefit",), "money"),
    ("cases", ("cases", 0, "verdict"), "welcome"),
    ("laws", (0, "level"), "custom"),
    ("demo", ("password",), ...),
    ("demo_appeals", ("appeals",), ...),
)


@pytest.mark.parametrize(("kind", "path", "value"), MUTATIONS, ids=str)
def test_what_is_wrong_is_refused(kind: str, path: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(document(kind))
    assert validator(kind).is_valid(changed)
    place = changed
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    assert not validator(kind).is_valid(changed)


def test_schemas_and_checks_know_the_same_keys() -> None:
    def keys(kind: str, *inside: str) -> set[str]:
        found = schema_of(kind)
        for step in inside:
            found = found[step] if step in ("items",) else found["properties"][step]
        return set(found["properties"])

    assert keys("pack") == set(check._KEYS)
    assert keys("units", "items") == set(check_people._UNIT_KEYS)
    assert keys("roles", "items") == set(check_people._ROLE_KEYS)
    assert keys("notices") == set(NOTICES)
    assert keys("zones", "items") == set(check_zones._KEYS)
    assert keys("channels") == set(check_channels._TOP)
    assert keys("channels", "channels", "items") == set(check_channels._ROW)
    assert keys("channels", "debt_routes", "items") == set(check_channels._ROUTE)
    assert keys("appeals") == set(check_appeals._KEYS)
    assert keys("matters", "items") == set(matters._KEYS)
    assert keys("dispatch") == set(routing._TOP)
    assert keys("dispatch", "rules", "items") == set(routing._KEYS)
    assert keys("clocks", "rule_sets", "items") == set(clock_rules._SET)
    assert keys("clocks", "rule_sets", "items", "limits", "items") == set(clock_rules._LIMIT)
    assert keys("scope") == set(scope._TOP)
    assert keys("scope", "exclusions", "items") == set(scope._KEYS)
    assert keys("answers", "items") == set(check_answers._ANSWER)
    assert keys("answers", "items", "basis", "items") == set(check_answers._BASIS)
    assert keys("reply_templates", "items") == set(check_answers._TEMPLATE)
    assert keys("synonyms", "items") == set(check_answers._SYNONYMS)
    assert keys("attributes") == set(catalogue._TOP_KEYS)
    assert set(
        schema_of("attributes")["properties"]["attributes"]["additionalProperties"]["properties"]
    ) == set(catalogue._KEYS)
    assert keys("sizes") == set(size_rules._TOP)
    assert keys("policy") == set(policy._KEYS)
    assert keys("policy", "card") == set(check_policies._CARD)
    assert keys("cases", "cases", "items") == set(cases._KEYS)
    assert keys("calendar") == set(calendar_years._TOP)
    assert keys("laws", "items") == set(pack_laws._KEYS)
    assert keys("demo") == set(check_demo._KEYS)


def test_every_key_is_explained_in_both_languages() -> None:
    def unexplained(schema: Any, path: str) -> Iterator[str]:
        if isinstance(schema, list):
            for part in schema:
                yield from unexplained(part, path)
        if not isinstance(schema, dict):
            return
        for key, value in (schema.get("properties") or {}).items():
            if key not in ("zh", "en") and " · " not in value.get("description", ""):
                yield f"{path}.{key}"
            yield from unexplained(value, f"{path}.{key}")
        for part in ("items", "additionalProperties", "anyOf", "$defs", "node"):
            yield from unexplained(schema.get(part), path)

    assert [found for kind in SCHEMAS for found in unexplained(schema_of(kind), kind)] == []


def test_schemas_are_written_as_files_and_again_over_older_ones(tmp_path: Path) -> None:
    for _ in range(2):
        written = write_schemas(tmp_path / "schemas")
    assert {file.stem for file in written} == set(SCHEMAS)
    for file in written:
        assert json.loads(file.read_text()) == schema_of(file.stem)
