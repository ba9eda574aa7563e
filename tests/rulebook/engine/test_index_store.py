"""The folder of a live index: crashes between any two writes, growth, and what a check finds."""

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from qifu.rulebook.engine.index import LiveIndex, Reader, Torn, check_sample, standing
from qifu.rulebook.engine.index.columns import joined
from tests.rulebook.engine.test_live_index import known, policy
from tests.rulebook.world import AS_OF, CATALOGUE

HERE = {"attr": "region", "op": "under", "value": "440306", "kind": "hard"}
LARGE = {"attr": "employees", "op": ">=", "value": 20, "unit": "person"}
TITLE = {"attr": "qualifications", "op": "has_any", "value": ["hi_tech_firm"]}
POLICIES = [policy("P1", [HERE, LARGE]), policy("P2", [{"any": [TITLE, LARGE]}])]
FACTS = {
    1: {"region": "440306", "employees": 30, "qualifications": ["hi_tech_firm"]},
    2: {"region": "440306", "employees": 10},
    3: {"region": "33", "employees": 30, "qualifications": []},
}
# what no firm had before: a code that is too coarse, a fact and a member never seen
NEWS = {"region": "44", "capital": 7, "qualifications": ["tech_sme", "little_giant"]}


def create(folder: Path, facts: dict = FACTS) -> LiveIndex:
    firms = ((number, known(own)) for number, own in facts.items())
    return LiveIndex.create(folder, POLICIES, CATALOGUE, as_of=AS_OF, enterprises=firms)


def opened(folder: Path) -> LiveIndex:
    return LiveIndex.open(folder, POLICIES, CATALOGUE)


def agree(index: LiveIndex, facts: dict) -> None:
    assert sorted(index.ids.tolist()) == sorted(facts)
    assert check_sample(index, facts) == []


def test_every_moment_of_a_save_can_be_the_last_one(tmp_path: Path) -> None:
    """Killed with the arrays written, the header replaced, the journal not yet begun anew."""
    whole = tmp_path / "whole"
    index = create(whole)
    index.update_enterprise(2, known(NEWS))
    index.update_enterprise(9, known({"region": "440306", "employees": 99}))
    index.remove_enterprise(3)
    facts = {1: FACTS[1], 2: NEWS, 9: {"region": "440306", "employees": 99}}
    moments = {"journal only": whole}
    noted = (whole / "journal").read_bytes()
    before = shutil.copytree(whole, tmp_path / "before")
    for name in ("ids", "column0", "rows0"):
        # one file of those that were written is that of the time before
        moments[name] = shutil.copytree(before, tmp_path / name)
        old = tmp_path / f"old-{name}"
        create(old)
        shutil.copy(old / f"{name}.array", moments[name] / f"{name}.array")
    index.save()
    moments["header"] = shutil.copytree(whole, tmp_path / "header")
    (moments["header"] / "journal").write_bytes(noted)
    for name, folder in moments.items():
        for _again in range(2):
            agree(opened(folder), facts)
        assert standing(folder).noted < 4, name


@pytest.mark.parametrize("left", range(1, 60, 7))
def test_a_record_that_was_cut_off_was_never_applied(tmp_path: Path, left: int) -> None:
    index = create(tmp_path / "index")
    first = (tmp_path / "index" / "journal").stat().st_size
    index.update_enterprise(2, known({"employees": 21, "region": "440306"}))
    whole = (tmp_path / "index" / "journal").read_bytes()
    create(tmp_path / "index")
    (tmp_path / "index" / "journal").write_bytes(whole[: first + left])
    agree(opened(tmp_path / "index"), FACTS)


def test_what_is_not_whole_is_torn(tmp_path: Path) -> None:
    with pytest.raises(Torn, match="no header"):
        opened(tmp_path / "nothing")
    for name, content in {
        "header": b"0" * 64 + b"\n{}", "journal": b"9\n", "rows0.array": b"", "ids.array": b"1",
    }.items():  # fmt: skip
        folder = tmp_path / name
        create(folder)
        (folder / name).write_bytes(content)
        with pytest.raises(Torn):
            opened(folder)


def test_it_grows_beyond_its_room_and_gives_places_again(tmp_path: Path) -> None:
    index = create(tmp_path)
    many = {n: {"region": "440306", "employees": n % 40} for n in range(10, 4200)}
    index.update_enterprises((n, known(own)) for n, own in many.items())
    for number in range(10, 200):
        index.remove_enterprise(number)
        del many[number]
    facts = {**FACTS, **many, 7000: NEWS}
    index.update_enterprise(7000, known(NEWS))
    for one in (index, opened(tmp_path)):
        assert len(one) == len(facts)
        agree(one, facts)
        reach = one.reach(POLICIES[0])
        assert reach.eligible == sum(own.get("employees", 0) >= 20 for own in many.values()) + 1
    assert len(list(tmp_path.glob("rows*.array"))) == 1
    with pytest.raises(KeyError):
        index.remove_enterprise(15)


def test_nothing_is_written_for_facts_that_are_as_they_were(tmp_path: Path) -> None:
    index = create(tmp_path)
    before = index.state
    assert index.update_enterprise(1, known(FACTS[1])) == ()
    assert index.state == before
    moved = index.update_enterprises([(2, known(FACTS[1])), (2, known(FACTS[2]))])
    assert moved == {2: ()}
    assert index.state == before


def test_a_check_finds_a_bit_that_is_wrong(tmp_path: Path) -> None:
    index = create(tmp_path)
    index._table.bits.matrix[index._table.true[0]] ^= np.uint64(2)
    (wrong, *_others) = check_sample(index, {**FACTS, 8: FACTS[1]})
    assert (wrong.enterprise, wrong.policy, wrong.index, wrong.report) == (2, "P1", "none", "near")
    assert {one.enterprise for one in _others} == {8}


def test_a_reader_knows_that_it_is_old_and_what_nobody_asked(tmp_path: Path) -> None:
    index = create(tmp_path)
    reader = Reader(tmp_path, CATALOGUE)
    other = policy("P9", [{"attr": "score", "op": ">", "value": 1}])
    assert reader.reach(other) is None
    index.keep([*index.policies.values(), other], as_of=index.as_of)
    assert not reader.fresh
    reach = Reader(tmp_path, CATALOGUE).reach(other)
    assert reach is not None
    assert (reach.maybe, reach.ids("maybe").tolist()) == (3, [1, 2, 3])


def test_a_table_with_nulls_and_columns_nobody_knows(tmp_path: Path) -> None:
    table = pa.table(
        {
            "enterprise_id": [5, 6, 7],
            "qualifications": [["tech_sme", "hi_tech_firm"], None, []],
            "founded": pa.array([date(2020, 1, 2), None, None]),
            "nobody_knows": [1, 2, 3],
        }
    )
    index = LiveIndex.create(tmp_path, POLICIES, CATALOGUE, as_of=AS_OF, tables=[table])
    facts = {5: {"qualifications": ["tech_sme", "hi_tech_firm"], "founded": "2020-01-02"}, 6: {},
             7: {"qualifications": []}}  # fmt: skip
    agree(index, facts)
    assert all(index.update_enterprise(n, known(own)) == () for n, own in facts.items())


def test_several_years_are_added_as_they_are_written() -> None:
    tenth, fifth = np.array([0.1, 1e15, np.nan]), np.array([0.2, 1.0, 1.0])
    assert joined([tenth, fifth], "sum")[:2].tolist() == [0.3, 1e15 + 1]
    assert joined([tenth, fifth], "mean")[:2].tolist() == [0.15, 500000000000000.5]
    assert np.isnan(joined([tenth, fifth], "sum")[2])
    third = np.array([0.1]), np.array([0.1]), np.array([0.2])
    assert joined(third, "mean")[0] == float(Decimal("0.4") / 3)
