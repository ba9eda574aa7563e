"""`qifu triage replies` from outside."""

from pathlib import Path

import pytest

from tests.cli.triage_files import read, triage

HEADER = "id,question,reply,due,at\n"
GOOD = "经现场查看，变压器已烧坏，12月5日前换好，请拨打供电所电话0755-26000000。"


def test_each_reply_gets_its_score_and_what_it_lacks(tmp_path: Path) -> None:
    data, out = tmp_path / "in.csv", tmp_path / "out.csv"
    data.write_text(
        f"{HEADER}1,什么时候来电？,{GOOD},2026-11-22 18:00,2026-11-22 17:00\n"
        f"2,什么时候来电？,{GOOD},2026-11-22 18:00,2026-11-23 09:00\n"
        "3,什么时候来电？,您好！您的来信收悉，感谢您的关注。,,\n",
        encoding="gb18030",
    )
    done = triage("replies", "--data", data, "--out", out)
    assert done.exit_code == 0 and "3 条答复" in done.stdout and "2 条有毛病" in done.stdout
    told = {row["id"]: row for row in read(out)}
    assert told["1"]["faults"] == "" and told["1"]["score"] == "100"
    assert told["2"]["faults"] == "late"
    assert "empty_phrase" in told["3"]["faults"] and told["3"]["score"] == "0"
    assert "什么时候来电" in told["3"]["not_spoken_of"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,reply\n1,好\n", "question"),
        ("", "空"),
    ],
)
def test_a_file_that_cannot_be_judged_says_why(tmp_path: Path, text: str, why: str) -> None:
    data = tmp_path / "in.csv"
    data.write_text(text, encoding="utf-8")
    done = triage("replies", "--data", data, "--out", tmp_path / "out.csv")
    assert done.exit_code == 1 and why in done.output
    assert not (tmp_path / "out.csv").exists()


def test_times_as_spreadsheets_write_them_and_a_day_alone_until_it_is_over(tmp_path: Path) -> None:
    data, out = tmp_path / "in.csv", tmp_path / "out.csv"
    data.write_text(
        f"{HEADER}1,什么时候来电？,{GOOD},2026/11/22,2026/11/22 17:00:05\n"
        f"2,什么时候来电？,{GOOD},2026年11月22日,2026-11-23T00:30+08:00\n"
        f"3,什么时候来电？,{GOOD},2026-11-22T18:00+08:00,2026-11-22 17:00\n"
        f"4,什么时候来电？,{GOOD},明天,\n,什么时候来电？,{GOOD},,\n",
        encoding="utf-8",
    )
    done = triage("replies", "--data", data, "--out", out)
    assert done.exit_code == 0, done.output
    assert [(row["id"], row["faults"]) for row in read(out)] == [
        ("1", ""),
        ("2", "late"),
        ("3", ""),
    ]
    bad = read(tmp_path / "out.csv.bad.csv")
    assert [(row["id"], row["reason_en"]) for row in bad] == [("4", "no time: 明天"), ("", "no id")]


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    data = tmp_path / "in.csv"
    data.write_text(f"{HEADER}1,问,答,,\n", encoding="utf-8")
    done = triage("replies", "--data", data, "--out", data)
    assert done.exit_code == 1 and "must not be the file itself" in done.output
