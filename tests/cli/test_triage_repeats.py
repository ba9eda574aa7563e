"""`qifu triage duplicates` and `topics` from outside: files in, files out, what is refused."""

import json

from tests.cli.triage_files import read, triage, written
from tests.textmine.likeness.letters import letters

TIMED = ("id", "text", "time")
ROWS = [(row.id, row.text, row.time.isoformat()) for row in letters()]


def test_repeats_come_with_the_earliest_a_score_and_a_kind(tmp_path):
    text = ROWS[0][1]
    rows = [
        ("1", text, "F1", "2026-03-01 08:00", "2026-03-05"), ("2", text, "F1", "2026-03-09", ""),
        ("3", text, "F2", "2026-03-10", ""), ("0", text, "F1", "2026-03-02", ""),
        ("9", "图书馆几点开门", "F1", "2026-03-10", ""),
    ]  # fmt: skip
    data = written(tmp_path / "in.csv", rows, ("id", "text", "uscc", "time", "closed_at"))
    done = triage("duplicates", "--data", data, "--out", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out.csv").read_bytes().splitlines()[0] == b"id,of,score,kind"
    assert [tuple(row.values()) for row in read(tmp_path / "out.csv")] == [
        ("2", "1", "1.0000", "same_case"), ("3", "1", "1.0000", "other_firm"),
        ("0", "1", "1.0000", "same_case"),
    ]  # fmt: skip
    assert not (tmp_path / "out.csv.bad.csv").exists()
    triage("duplicates", "--data", data, "--out", tmp_path / "out.csv", "--days", 7)
    assert {row["id"]: row["of"] for row in read(tmp_path / "out.csv")} == {
        "2": "1", "3": "1", "0": "1"
    }  # fmt: skip
    triage("duplicates", "--data", data, "--out", tmp_path / "out.csv", "--days", 3)
    assert {row["id"]: row["of"] for row in read(tmp_path / "out.csv")} == {"3": "2", "0": "1"}


def test_other_columns_words_and_gb18030_are_read_and_bad_rows_are_kept(tmp_path):
    header = ("留言编号", "留言主题", "留言详情", "留言时间")
    rows = [
        ("1", "停水", "青禾路三天没有水", "2026/3/1 8:00:00"), ("=2", "", "坏行", "昨天"),
        ("1", "又一次", "编号相同", ""), ("3", "停水", "青禾路三天没有水", "2026/3/2 8:00:00"),
    ]  # fmt: skip
    data = written(tmp_path / "in.csv", rows, header, "gb18030")
    done = triage("duplicates", "--data", data, "--out", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    assert [(row["id"], row["of"]) for row in read(tmp_path / "out.csv")] == [("3", "1")]
    bad = read(tmp_path / "out.csv.bad.csv")
    assert [(row["line"], row["id"]) for row in bad] == [("3", "'=2"), ("4", "1")]
    assert all(row["reason_zh"] and row["reason_en"] for row in bad)


def test_what_cannot_be_done_is_refused_in_words(tmp_path):
    data = written(tmp_path / "in.csv", ROWS, TIMED)
    no_text = written(tmp_path / "none.csv", [("1", "甲")], ("id", "body"))
    (tmp_path / "w.json").write_text('{"loudness": 1}')
    (tmp_path / "t").mkdir()
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "state.json").write_text("{}")
    for said, *arguments in [
        ("must not be the file itself", "duplicates", "--data", data, "--out", data),
        ("missing column", "duplicates", "--data", no_text, "--out", tmp_path / "o"),
        ("no such", "duplicates", "--data", data, "--out", tmp_path / "none" / "o.csv"),
        ("missing column", "topics", "--data", no_text, "--out", tmp_path / "t"),
        ("no day", "topics", "--data", data, "--out", tmp_path / "t", "--as-of", "soon"),
        ("only these", "topics", "--data", data, "--out", tmp_path / "t", "--weights",
         tmp_path / "w.json"),
        ("another format", "topics", "--data", data, "--out", tmp_path / "s"),
    ]:  # fmt: skip
        done = triage(*arguments)
        assert done.exit_code == 1 and said in done.output.lower(), done.output


def test_topics_members_growth_and_tomorrow(tmp_path):
    out = tmp_path / "topics"
    data = written(tmp_path / "in.csv", ROWS, TIMED)
    done = triage("topics", "--data", data, "--out", out, "--top", 1)
    assert done.exit_code == 0, done.output
    header = (out / "topics.csv").read_text().splitlines()[0]
    assert header == "topic_id,rank,heat,title,from,to,place,size"
    (topic,) = read(out / "topics.csv")
    assert (topic["rank"], topic["size"], topic["place"]) == ("1", "4", "松涛里小区")
    assert (topic["from"], topic["to"]) == ("2026-03-02", "2026-03-05")
    assert [row["id"] for row in read(out / "members.csv")] == [f"noise{n}" for n in range(4)]
    assert [row["count"] for row in read(out / "growth.csv")] == ["1"] * 4
    assert len(json.loads((out / "state.json").read_text())["topics"]) == 2

    more = ("new", ROWS[1][1] + "盼回复", "2026-03-20")
    written(data, [*ROWS, more, ("late", "没有时间", "")], TIMED)
    done = triage("topics", "--data", data, "--out", out, "--as-of", "2026-03-21")
    assert done.exit_code == 0, done.output
    again = read(out / "topics.csv")
    assert (again[0]["topic_id"], again[0]["size"]) == (topic["topic_id"], "5")
    assert "kept 2" in done.output
    assert read(out / "bad.csv")[0]["reason_en"] == "no time"


def test_weights_and_names_of_places_are_data(tmp_path):
    data = written(tmp_path / "in.csv", ROWS, TIMED)
    (tmp_path / "w.json").write_text('{"number": 0, "supporters": 0, "spread": 0}')
    (tmp_path / "p.txt").write_text("松涛里\n", encoding="gb18030")
    done = triage(
        "topics", "--data", data, "--out", tmp_path / "t", "--weights", tmp_path / "w.json",
        "--places", tmp_path / "p.txt", "--as-of", "2026-03-05",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    places = {row["place"]: row["heat"] for row in read(tmp_path / "t" / "topics.csv")}
    assert places["松涛里"] == "15.00"
