"""`qifu triage train`, `predict`, `card` from outside: files in, files out, what is refused."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.triage_files import read, triage, written
from tests.textmine.classify_texts import made_up

ROWS = [(row.id, row.text, row.label) for row in made_up(8)]


def trained(folder: Path, *more: object, rows=ROWS) -> Result:
    data = written(folder / "data.csv", rows)
    out = folder / "m.npz"
    return triage("train", "--data", data, "--out", out, "--date", "2026-09-29", *more)


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    done = trained(folder)
    assert done.exit_code == 0, done.output
    assert "cross-validated macro-F1: 0." in done.output or "macro-F1: 1." in done.output
    assert not (folder / "m.npz.bad.csv").exists()
    return folder / "m.npz"


def test_every_row_gets_labels_a_confidence_and_whether_it_abstains(model, tmp_path):
    data = written(
        tmp_path / "new.csv",
        [
            ("1", "银行贷款利息太高，续贷难"),
            ("2", ""),
            ("3", "😀"),
            ("4", "公交车站搬到了道路对面"),
        ],
        header=("id", "text"),
    )
    done = triage("predict", "--model", model, "--data", data, "--out", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    first = (tmp_path / "out.csv").read_bytes().splitlines()[0]
    assert first == b"id,label,confidence,label2,label3,abstain"
    rows = read(tmp_path / "out.csv")
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]
    assert (rows[0]["label"], rows[3]["label"]) == ("finance", "roads")
    assert [row["abstain"] for row in rows[1:3]] == ["1", "1"]
    assert {rows[0]["label"], rows[0]["label2"], rows[0]["label3"]} == {
        "finance", "hiring", "roads"
    }  # fmt: skip
    assert 0 < float(rows[0]["confidence"]) < 1


def test_the_words_that_spoke_can_be_asked_for(model, tmp_path):
    data = written(tmp_path / "new.csv", [("1", "银行贷款利息")], header=("id", "text"))
    out = tmp_path / "out.csv"
    triage("predict", "--model", model, "--data", data, "--out", out, "--explain")
    assert "利息" in read(out)[0]["words"]


def test_the_card_names_data_libraries_scores_and_the_day(model):
    card = json.loads(triage("card", "--model", model).output)
    assert card["made"] == "2026-09-29"
    assert len(card["data"][0]["sha256"]) == 64
    assert set(card["libraries"]) == {"python", "numpy", "scipy", "scikit-learn", "rjieba"}
    assert len(card["scores"]["macro_f1"]) == 3


def test_bad_rows_go_to_a_file_and_the_rest_is_learned(tmp_path):
    bad = [
        ("finance-0", "又一次", "finance"), ("", "没有编号", "roads"), ("x1", "", "roads"),
        ("x2", "没有标签", ""), ("x3", "只有一条", "lonely"), ("=x4", "!!", "roads"),
    ]  # fmt: skip
    done = trained(tmp_path, rows=[*ROWS, *bad])
    assert done.exit_code == 0, done.output
    rows = read(tmp_path / "m.npz.bad.csv")
    assert {row["id"] for row in rows} == {"finance-0", "", "x1", "x2", "x3", "'=x4"}
    why = {row["id"]: row["reason_en"] for row in rows}
    assert why["finance-0"] == "the id of line 2 again"
    assert why["x3"].startswith("only 1 texts with this label")


def test_gb18030_and_the_words_of_other_systems_for_the_columns_are_read(model, tmp_path):
    data = written(
        tmp_path / "new.csv", [("1", "银行贷款利息")], ("留言编号", "留言详情"), "gb18030"
    )
    done = triage("predict", "--model", model, "--data", data, "--out", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    assert read(tmp_path / "out.csv")[0]["label"] == "finance"


def test_corrections_replace_the_label_and_labels_are_renamed(tmp_path):
    fixed = written(tmp_path / "fixed.csv", [("roads-0", "", "finance"), ("new", "路灯", "roads")])
    names = written(tmp_path / "names.csv", [("finance", "F01")], header=("from", "to"))
    done = trained(tmp_path, "--corrections", fixed, "--mapping", names)
    assert done.exit_code == 0, done.output
    card = json.loads(triage("card", "--model", tmp_path / "m.npz").output)
    assert card["labels"] == {"F01": 9, "hiring": 8, "roads": 8}
    assert card["corrections"] == 2


def test_rows_that_people_corrected_weigh_more_and_labels_of_nothing_are_told(tmp_path):
    rows = [(*row, "1" if row[0] == "roads-0" else "") for row in ROWS]
    data = written(tmp_path / "data.csv", rows, ("id", "text", "label", "corrected"))
    extra = written(tmp_path / "extra.csv", [("e1", "路灯不亮", "roads"), ("e2", "药价", "drugs")])
    out = tmp_path / "m.npz"
    done = triage("train", "--data", data, "--extra", extra, "--out", out)
    assert done.exit_code == 0, done.output
    assert "更正 corrections 1 " in done.output
    card = json.loads(triage("card", "--model", out).output)
    assert (card["corrections"], card["extra_rows"]) == (1, 1)
    bad = read(tmp_path / "m.npz.bad.csv")
    assert [(row["file"], row["id"], row["reason_en"]) for row in bad] == [
        ("extra.csv", "e2", "a label that --data does not have")
    ]
    assert triage("train", "--data", data, "--out", out).exit_code == 0
    assert not (tmp_path / "m.npz.bad.csv").exists()


def test_nothing_is_written_over_what_is_read(model, tmp_path):
    data = written(tmp_path / "new.csv", [("1", "银行贷款利息")], ("id", "text"))
    before = data.read_bytes()
    for out, bad in [(data, tmp_path / "b"), (tmp_path / "o", data), (tmp_path / "o",) * 2,
                     (model, tmp_path / "b")]:  # fmt: skip
        done = triage("predict", "--model", model, "--data", data, "--out", out, "--bad", bad)
        assert done.exit_code == 1 and "must not be the file itself" in done.output
    assert data.read_bytes() == before


def test_a_mapping_that_the_model_cannot_follow_is_refused_in_words(model, tmp_path):
    data = written(tmp_path / "new.csv", [("1", "银行贷款利息")], ("id", "text"))
    for rows, said in [
        ([("finace", "F01")], "no label 'finace'"),
        ([("finance", "roads")], "train again"),
    ]:
        names = written(tmp_path / "names.csv", rows, ("from", "to"))
        out = tmp_path / "out.csv"
        done = triage("predict", "--model", model, "--data", data, "--out", out, "--mapping", names)
        assert done.exit_code == 1 and said in done.output


def test_a_model_can_answer_under_new_codes(model, tmp_path):
    names = written(tmp_path / "names.csv", [("finance", "F01")], header=("from", "to"))
    data = written(tmp_path / "new.csv", [("1", "银行贷款利息")], header=("id", "text"))
    out = tmp_path / "out.csv"
    done = triage("predict", "--model", model, "--data", data, "--out", out, "--mapping", names)
    assert done.exit_code == 0, done.output
    assert read(out)[0]["label"] == "F01"


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        ([("1", "贷款")], ("id", "text"), "missing column"),
        ([("1", "贷款", "a")], ("id", "text", "label"), "too little to train on"),
        ([], ("id", "text", "label"), "too little to train on"),
    ],
)
def test_what_cannot_be_trained_on_is_refused_in_words(tmp_path, rows, header, said):
    data = written(tmp_path / "data.csv", rows, header)
    done = triage("train", "--data", data, "--out", tmp_path / "m.npz")
    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "m.npz").exists()


def test_a_file_that_is_no_model_is_refused(tmp_path):
    data = written(tmp_path / "new.csv", [("1", "贷款")], header=("id", "text"))
    done = triage("predict", "--model", data, "--data", data, "--out", tmp_path / "out.csv")
    assert done.exit_code == 1
    assert "no model file" in done.output
    assert triage("predict", "--model", data, "--data", data, "--out", data).exit_code == 1
