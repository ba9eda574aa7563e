"""Compiled policies that are kept say the same as those compiled anew, or are made anew."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.engine import caching
from qifu.rulebook.engine.caching import Compiled, NoSuchPolicy, load_program
from qifu.rulebook.engine.coding import code_snapshot
from qifu.rulebook.engine.running import match
from qifu.rulebook.facts import plain
from qifu.rulebook.findings import RuleError
from tests.rulebook.world import AS_OF, CATALOGUE, document
from tests.rulebook.worlds import GROUPS, PUBLISHED, WINDOW, table

STAFF = {"attr": "employees", "op": ">=", "value": 5, "unit": "person"}
HERE = {"attr": "region", "op": "under", "value": ["440306", "3301"], "kind": "hard"}


def written(file: Path, *documents: dict[str, Any]) -> Path:
    lines = [json.dumps(one, default=plain) for one in documents]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def alike(one: Compiled, other: Compiled) -> bool:
    return (one.laws, one.places, one.skipped, one.key) == (
        other.laws, other.places, other.skipped, other.key
    ) and (
        (one.program.ids, one.program.versions, one.program.as_of)
        == (other.program.ids, other.program.versions, other.program.as_of)
        and one.program.rows == other.program.rows
        and one.program.policies == other.program.policies
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(GROUPS, min_size=1, max_size=6))
def test_what_is_kept_is_the_same_program(
    tmp_path_factory: pytest.TempPathFactory, policies: list[list[dict[str, Any]]]
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    documents = [
        document(*groups, id=f"P{i}", window=WINDOW, published=PUBLISHED)
        for i, groups in enumerate(policies)
    ]
    file = written(folder / "policies.jsonl", *documents)
    made = load_program(file, CATALOGUE, as_of=AS_OF, folder=folder / "cache")
    assert len(list((folder / "cache").iterdir())) == 1
    kept = load_program(file, CATALOGUE, as_of=AS_OF, folder=folder / "cache")
    assert kept is not made
    assert alike(kept, made)
    firms = [{"region": "4403", "employees": 7}, {"industry": "C35"}, {}]
    counts = [match(one.program, code_snapshot(table(firms), one.program)) for one in (made, kept)]
    assert counts[0].policies.tolist() == counts[1].policies.tolist()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    old = document(STAFF, id="P1", effective={"to": "2026-01-01"})
    new = document(HERE, STAFF, id="P1", version=2, effective={"from": "2026-01-02"})
    gone = document(STAFF, id="P2", effective={"to": "2025-01-01"})
    return written(tmp_path / "policies.jsonl", old, new, gone, document(STAFF, id="P3"))


@pytest.fixture
def nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on, reading policies fails the test."""

    def refuse(*args: object, **more: object) -> None:
        pytest.fail("policies were read again")

    return lambda: monkeypatch.setattr(caching, "load_documents", refuse)


def test_which_policies_are_in_force_is_kept_too(
    place: Path, tmp_path: Path, nothing_is_read: Callable[[], None]
) -> None:
    made = load_program(place, CATALOGUE, as_of=AS_OF, folder=tmp_path / "cache")
    nothing_is_read()
    kept = load_program(place, CATALOGUE, as_of=AS_OF, folder=tmp_path / "cache")
    assert [(law.id, law.version) for law in kept.laws] == [
        ("P1", 1), ("P1", 2), ("P2", 1), ("P3", 1)
    ]  # fmt: skip
    assert (kept.places, kept.skipped, kept.program.ids) == ((1, 3), 1, ("P1", "P3"))
    assert alike(kept, made)


@pytest.mark.parametrize("what", ["policies", "catalogue", "day", "choice"])
def test_another_content_is_another_key(what: str, place: Path, tmp_path: Path) -> None:
    first = load_program(place, CATALOGUE, as_of=AS_OF, folder=tmp_path / "cache")
    catalogue, day, only = CATALOGUE, AS_OF, list[str]()
    if what == "policies":
        place.write_text(place.read_text().replace('"value": 5', '"value": 6'))
    elif what == "catalogue":
        catalogue = Catalogue(CATALOGUE.attributes, CATALOGUE.trees, content_hash="another")
    elif what == "day":
        day = date(2025, 6, 1)
    else:
        only = ["P3"]
    other = load_program(place, catalogue, as_of=day, folder=tmp_path / "cache", only=only)
    assert other.key != first.key
    assert len(list((tmp_path / "cache").iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut", "turned", "empty", "other", "pointing"])
def test_a_damaged_file_is_made_again(damage: str, place: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    made = load_program(place, CATALOGUE, as_of=AS_OF, folder=folder)
    [file] = folder.iterdir()
    whole = file.read_bytes()
    if damage == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "turned":
        file.write_bytes(whole.replace(b"employees", b"employeez"))
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "other":
        # under this name, what belongs to another key
        load_program(place, CATALOGUE, as_of=AS_OF, folder=folder, only=["P3"])
        [other] = set(folder.iterdir()) - {file}
        other.replace(file)
    else:
        made.program.groups.rows[0] = 99
        caching._save(file, made)
        made.program.groups.rows[0] = 0
        made = load_program(place, CATALOGUE, as_of=AS_OF, folder=None)
    again = load_program(place, CATALOGUE, as_of=AS_OF, folder=folder)
    assert alike(again, made)
    assert len(file.read_bytes()) == len(whole)


def test_policies_with_a_mistake_are_never_kept(tmp_path: Path) -> None:
    wrong = written(tmp_path / "p.jsonl", document(STAFF), document(STAFF | {"op": "?"}, id="P2"))
    for _ in range(2):
        with pytest.raises(RuleError):
            load_program(wrong, CATALOGUE, as_of=AS_OF, folder=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_policy_that_is_not_there_is_named(place: Path, tmp_path: Path) -> None:
    with pytest.raises(NoSuchPolicy) as found:
        load_program(place, CATALOGUE, as_of=AS_OF, folder=tmp_path, only=["P9", "P3", "P8"])
    assert found.value.args == ("P8", "P9")


def test_where_nothing_can_be_written_it_is_compiled_all_the_same(
    place: Path, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    made = load_program(place, CATALOGUE, as_of=AS_OF, folder=tmp_path / "cache")
    assert made.program.ids == ("P1", "P3")


def test_only_the_last_are_kept(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "KEPT", 3)
    for year in range(2020, 2026):
        load_program(place, CATALOGUE, as_of=date(year, 1, 1), folder=tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 3
