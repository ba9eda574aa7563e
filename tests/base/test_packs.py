"""Reading packs, what a load keeps of them, and what differs between two states."""

import json
import shutil
from pathlib import Path

import pytest

from qifu.base.packs import (
    Change,
    check_pack,
    diff,
    diff_packs,
    documents_of,
    pack_hash,
    read_pack,
    snapshot,
    trees_of,
)
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import RuleError
from qifu.rulebook.policy import parse_policies

CITIES = Path(__file__).parents[2] / "cities"
DEMO = CITIES / "shenzhen_demo"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("national", "shenzhen_demo"):
        shutil.copytree(CITIES / name, tmp_path / name)
    return tmp_path / "shenzhen_demo"


@pytest.mark.parametrize("name", ["national", "shenzhen_demo"])
def test_the_packs_of_the_project_have_no_finding(name: str) -> None:
    assert [str(finding) for finding in check_pack(CITIES / name)] == []


def test_a_pack_takes_what_it_does_not_have_from_the_one_it_extends() -> None:
    pack = read_pack(DEMO)
    assert pack.extends == "national"
    assert not (DEMO / "sizes.yaml").exists()
    assert pack.sizes is not None
    assert pack.trees["region"].has("440306")
    assert pack.trees["industry"].label("C3962")
    assert pack.trees["legal_form"].is_under("sole_limited", "company")


def test_a_broken_pack_is_not_read_and_says_everything(copy: Path) -> None:
    units = copy / "units.yaml"
    units.write_text(units.read_text().replace("parent: SZ-LG\n", "parent: SZ-NOWHERE\n"))
    with pytest.raises(RuleError) as refusal:
        read_pack(copy)
    assert len(refusal.value.findings) == 4
    assert "SZ-NOWHERE" in str(refusal.value)


def test_what_a_load_keeps_is_json_and_gives_the_same_policies_and_trees_again() -> None:
    pack = read_pack(DEMO)
    kept = json.loads(json.dumps(documents_of(pack)))
    trees = trees_of(kept)
    assert {n: t.content_hash for n, t in trees.items()} == {
        n: t.content_hash for n, t in pack.trees.items()
    }
    catalogue = Catalogue.from_document(kept["attributes"], trees=trees)
    again = parse_policies([Document(d) for d in kept["policies"].values()], catalogue)
    assert [policy.id for policy in again] == [policy.id for policy in pack.policies]
    assert [policy.closes for policy in again] == [policy.closes for policy in pack.policies]


def test_a_pack_does_not_differ_from_itself() -> None:
    one, other = read_pack(DEMO), read_pack(DEMO)
    assert diff(snapshot(one), snapshot(other)) == []
    assert pack_hash(one) == pack_hash(other)
    assert diff_packs(json.loads(json.dumps(snapshot(one))), other) == []


def test_the_difference_names_what_was_added_changed_and_removed_and_where(copy: Path) -> None:
    before = snapshot(read_pack(DEMO))
    units = copy / "units.yaml"
    added = (
        '- code: SZ-NEW\n  name: {zh: 新局, en: "New bureau"}\n'
        "  parent: SZ-GOV\n  region: null\n  kind: department\n"
    )
    units.write_text(units.read_text() + added)
    policy = copy / "policies" / "SZD-2026-018.yaml"
    policy.write_text(policy.read_text().replace("closes: 2027-01-22", "closes: 2027-01-29"))
    (copy / "policies" / "SZD-2026-027.yaml").unlink()
    (copy / "policies" / "cases" / "SZD-2026-027.yaml").unlink()
    pack = read_pack(copy)
    assert diff_packs(before, pack) == [
        Change("unit", "SZ-NEW", "added"),
        Change("policy", "SZD-2026-018", "changed", ("window.closes",)),
        Change("policy", "SZD-2026-027", "removed"),
        Change("case", "SZD-2026-027", "removed"),
    ]
    assert pack_hash(pack) != pack_hash(read_pack(DEMO))


def test_everything_is_added_where_nothing_was_loaded() -> None:
    pack = read_pack(DEMO)
    changes = diff_packs({}, pack)
    assert {change.what for change in changes} == {"added"}
    assert sum(change.kind == "policy" for change in changes) == len(pack.policies)


def test_the_order_of_files_and_folders_changes_no_hash(copy: Path) -> None:
    assert pack_hash(read_pack(copy)) == pack_hash(read_pack(DEMO))
