"""`qifu triage …` on odd texts and files: every row is answered, what cannot be read says why."""

from pathlib import Path

import pytest

from tests.cli.triage_files import read, triage, written
from tests.textmine.classify_texts import made_up

HEADER = ("id", "text", "label", "time", "question", "reply")
SAID = "银行贷款利息太高，续贷审批拖了半年还没有答复，请尽快处理。"
ODD = {
    "empty": "",
    "one": "贷",
    "simplified": SAID,
    "traditional": "銀行貸款利息太高，續貸審批拖了半年還沒有答覆，請儘快處理。",
    "english": "Our loan 利息 is too high, ASAP!!! https://example.com/a?b=c&d=1",
    "emoji": "😀🏭银行利息太高👍🏽\u200d",
    "html": "<p>银行<b>利息</b>太高&nbsp;</p><script>alert(1)</script>",
    "megabyte": "贷" * 1_000_000,
    "clauses": "请问利息，" * 200_000,
}


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("odd") / "odd.csv"
    rows = [(name, text, "finance", "2026-01-01", text, text) for name, text in ODD.items()]
    return written(path, rows, header=HEADER)


def test_every_odd_text_is_classified_and_a_traditional_one_as_its_twin(tmp_path, table):
    rows = [(row.id, row.text, row.label) for row in made_up(8)]
    data, model = written(tmp_path / "data.csv", rows), tmp_path / "m.npz"
    assert triage("train", "--data", data, "--out", model).exit_code == 0
    done = triage("predict", "--model", model, "--data", table, "--out", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    found = {row.pop("id"): row for row in read(tmp_path / "out.csv")}
    assert list(found) == list(ODD)
    assert found["traditional"] == found["simplified"]
    assert found["empty"]["abstain"] == "1"


def test_a_traditional_text_repeats_its_twin(tmp_path, table):
    done = triage("duplicates", "--data", table, "--out", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    assert ("traditional", "simplified") in [(r["id"], r["of"]) for r in read(tmp_path / "out.csv")]


def test_odd_texts_have_topics(tmp_path, table):
    done = triage("topics", "--data", table, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert {"traditional", "simplified"} <= {
        r["id"] for r in read(tmp_path / "out" / "members.csv")
    }


def test_odd_replies_are_judged_and_a_traditional_one_as_its_twin(tmp_path, table):
    done = triage("replies", "--data", table, "--out", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    found = {row.pop("id"): row for row in read(tmp_path / "out.csv")}
    assert list(found) == list(ODD)
    assert found["traditional"]["faults"] == found["simplified"]["faults"]


@pytest.mark.parametrize("command", ["train", "duplicates", "topics", "replies"])
@pytest.mark.parametrize(
    ("data", "why"), [(b"", "the file is empty"), (b"id,text\n\xff\xfe\x00\x81", "GB18030")]
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, command, data, why):
    path = tmp_path / "data.csv"
    path.write_bytes(data)
    done = triage(command, "--data", path, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert why in done.output
