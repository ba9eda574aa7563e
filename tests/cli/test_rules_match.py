"""`qifu rules match` from outside: the files it writes, what it says, what it refuses."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.matching import at_least, counts, law, matched, small_world, write_firms, write_laws


@pytest.fixture
def place(tmp_path: Path) -> Path:
    small_world(tmp_path)
    return tmp_path


@pytest.mark.parametrize("plain", [(), ("--plain",)])
def test_counts_of_policies_and_enterprises_stand_in_the_order_of_the_input(place, plain):
    done = matched(place, *plain)
    assert done.exit_code == 0, done.output
    # w: only its province is known, and not its score
    assert counts(place) == [
        {"policy_id": "A", "version": 1, "eligible": 1, "maybe": 1, "near_miss": 1},
        {"policy_id": "OLD", "version": 1, "eligible": None, "maybe": None, "near_miss": None},
        {"policy_id": "B", "version": 1, "eligible": 1, "maybe": 1, "near_miss": 2},
    ]
    assert counts(place, "enterprises") == [
        {"enterprise_id": "x", "eligible": 1, "maybe": 0},
        {"enterprise_id": "y", "eligible": 1, "maybe": 0},
        {"enterprise_id": "z", "eligible": 0, "maybe": 0},
        {"enterprise_id": "w", "eligible": 0, "maybe": 2},
    ]
    assert "2 项政策 policies × 4 家企业" in done.output
    assert "1 项不在有效期" in done.output


def test_policies_can_be_asked_for_and_those_that_are_not_there_are_refused(place):
    assert matched(place, "--policy", "B").exit_code == 0
    assert [row["policy_id"] for row in counts(place)] == ["B"]
    assert matched(place, "--policy", "B", "--policy", "A").exit_code == 0
    assert [row["policy_id"] for row in counts(place)] == ["A", "B"]
    done = matched(place, "--policy", "C", "--policy", "A", "--policy", "D")
    assert done.exit_code == 1 and "no policy C" in done.output and "no policy D" in done.output


def test_a_folder_of_policies_is_read_with_its_folders(place):
    folder = place / "laws" / "inner"
    folder.mkdir(parents=True)
    (place / "p.jsonl").rename(folder / "p.jsonl")
    (place / "laws" / "one.yaml").write_text(
        "id: Y\nversion: 2\ntitle: 试\nwhen: {all: [{attr: score, op: '<', value: 70}]}\n"
    )
    done = matched(place, "--policies", place / "laws")
    assert done.exit_code == 0, done.output
    assert [row["policy_id"] for row in counts(place)] == ["A", "OLD", "B", "Y"]
    assert counts(place)[3]["eligible"] == 2


def test_a_column_that_is_missing_is_unknown_and_told(place):
    table = pq.read_table(place / "e.parquet").drop_columns(["score"])
    pq.write_table(table, place / "e.parquet")
    done = matched(place)
    assert done.exit_code == 0 and "no column score" in done.output
    assert [row["maybe"] for row in counts(place)] == [3, None, 4]


@pytest.mark.parametrize(
    ("name", "column", "said"),
    [
        ("score", pa.array(["60", "1", "2", "3"]), "numbers, found string"),
        ("score", pa.array([True] * 4), "numbers, found bool"),
        ("region", pa.array([440305, 1, 2, 3]), "texts, found int64"),
        ("founded", pa.array(["2020-01-01"] * 4), "days (date32), found string"),
        ("tags", pa.array(["a"] * 4), "lists of texts, found string"),
        ("tags", pa.array([[1]] * 4), "lists of texts, found list<"),
        ("legal_person", pa.array([1] * 4), "true or false, found int64"),
    ],
)
def test_a_column_of_the_wrong_type_is_refused_with_its_name(place, name, column, said):
    laws = [
        law("A", at_least(60), {"attr": "region", "op": "under", "value": "44"}),
        law("B", {"attr": "founded", "op": "age_at_least", "value": "P1Y"}),
        law("C", {"attr": "tags", "op": "has_any", "value": ["a"]}),
        law("D", {"attr": "legal_person", "op": "is", "value": True}),
    ]
    write_laws(place, laws)
    table = pq.read_table(place / "e.parquet")
    kept = table.drop_columns([name]) if name in table.column_names else table
    pq.write_table(kept.append_column(name, column), place / "e.parquet")
    done = matched(place)
    assert done.exit_code == 1
    assert f"{name}: must be" in done.output and said in done.output
    assert not (place / "out").exists()


def test_codes_of_no_tree_are_unknown_and_told(place):
    write_laws(place, [law("A", {"attr": "region", "op": "under", "value": "44"})])
    table = pa.table({"enterprise_id": [1, 2, 3], "region": ["440305", "深圳", "深圳"]})
    pq.write_table(table, place / "e.parquet")
    done = matched(place)
    assert done.exit_code == 0
    assert "2 rows have a code that is in no tree, taken as unknown: '深圳'" in done.output
    assert [(row["eligible"], row["maybe"]) for row in counts(place)] == [(1, 2)]


def test_what_is_no_parquet_or_has_no_ids_is_refused(place):
    pq.write_table(pa.table({"score": [1.0]}), place / "e.parquet")
    assert "no column enterprise_id; found score" in matched(place).output
    (place / "e.parquet").write_bytes(b"PAR1 no")
    done = matched(place)
    assert done.exit_code == 1 and "e.parquet" in done.output
    (place / "e.parquet").unlink()
    done = matched(place)
    assert done.exit_code == 1 and "e.parquet" in done.output


def test_an_attribute_that_the_catalogue_does_not_know_is_refused_with_its_policy(place):
    write_laws(place, [law("A", at_least(60)), law("B", {"attr": "scoer", "op": ">=", "value": 1})])
    done = matched(place)
    assert done.exit_code == 1
    assert "p.jsonl:2" in done.output and "'scoer'" in done.output and "score" in done.output


def test_ids_that_are_missing_or_occur_twice_are_kept_and_told(place):
    write_firms(place, [7, None, 7, 8], [60, 60, 50, 60])
    done = matched(place)
    assert done.exit_code == 0, done.output
    assert "1 rows without enterprise_id" in done.output
    assert "1 rows repeat an enterprise_id" in done.output
    assert [row["enterprise_id"] for row in counts(place, "enterprises")] == [7, None, 7, 8]


KINDS = [pa.int32(), pa.uint64(), pa.string(), pa.large_string()]


@pytest.mark.parametrize("kind", [*KINDS, pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_the_type_of_the_ids_stays(place, kind):
    column = pa.array(["1", "2", "3"]).cast(pa.string())
    write_firms(place, column.cast(kind), [60, 10, 70])
    assert matched(place).exit_code == 0
    written = pq.read_table(place / "out" / "enterprises.parquet")["enterprise_id"]
    assert (written.type, written.cast(pa.string()).to_pylist()) == (kind, ["1", "2", "3"])


def test_no_enterprise_at_all_gives_counts_of_zero(place):
    write_firms(place, pa.array([], pa.string()), [], region=pa.array([], pa.string()))
    done = matched(place)
    assert done.exit_code == 0, done.output
    assert [row["eligible"] for row in counts(place)] == [0, None, 0]
    assert counts(place, "enterprises") == []


def test_three_hundred_thresholds_on_one_attribute_each_count_their_own(place):
    write_laws(place, [law(f"T{i}", at_least(i)) for i in range(300)])
    write_firms(place, list(range(301)), [i - 0.5 for i in range(300)] + [None])
    for plain in ((), ("--plain",)):
        assert matched(place, *plain).exit_code == 0
        assert [row["eligible"] for row in counts(place)] == [299 - i for i in range(300)]
        assert {row["maybe"] for row in counts(place)} == {1}


def test_an_enterprise_may_have_ten_thousand_tags(place):
    tags = pa.array([[f"T{i}" for i in range(10_000)], [], None, ["T9999"]])
    asked = [law(f"T{i}", {"attr": "tags", "op": "has_any", "value": [f"T{i}"]})
             for i in range(0, 10_001, 3)]  # fmt: skip
    everything = {"attr": "tags", "op": "has_all", "value": ["T0", "T5000", "T9999"]}
    write_laws(place, [*asked, law("ALL", everything)])
    write_firms(place, ["much", "none", "unknown", "last"], [1.0] * 4, tags=tags)
    done = matched(place)
    assert done.exit_code == 0, done.output
    found = {row["enterprise_id"]: (row["eligible"], row["maybe"])
             for row in counts(place, "enterprises")}  # fmt: skip
    assert found["much"] == (len(asked) + 1, 0)
    assert found["none"] == (0, 0)
    assert found["unknown"] == (0, len(asked) + 1)
    assert found["last"] == (1, 0)


def test_either_a_file_of_enterprises_or_a_snapshot_is_given(place):
    done = matched(place, "--snapshot", place / "p.jsonl", "--enterprises", place / "e.parquet")
    assert done.exit_code == 1 and "one of them" in done.output


def test_a_hundred_thousand_policies_may_all_fit_one_enterprise(place):
    # written by hand: as quick as can be
    line = '{"id": "L%d", "version": 1, "title": "试", "when": {"all": [%s]}}'
    groups = [f'{{"attr": "score", "op": ">=", "value": {limit}}}' for limit in (10, 20, 30)]
    text = "\n".join(line % (i, groups[i % 3]) for i in range(100_000))
    (place / "p.jsonl").write_text(text, encoding="utf-8")
    write_firms(place, ["all", "some", "none", "open"], [30.0, 10.0, 9.9, None])
    done = matched(place)
    assert done.exit_code == 0, done.output
    found = [(row["eligible"], row["maybe"]) for row in counts(place, "enterprises")]
    assert found == [(100_000, 0), (33_334, 0), (0, 0), (0, 100_000)]
    assert [row["eligible"] for row in counts(place)[:4]] == [2, 1, 1, 2]
    assert [row["near_miss"] for row in counts(place)[:4]] == [1, 2, 2, 1]
