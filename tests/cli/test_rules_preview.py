"""`qifu rules preview` from outside: what it prints, its JSON, what it refuses."""

import json
import re
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.running import run

ATTRIBUTES = {
    "as_of": "2026-11-22",
    "attributes": {
        "region": {"type": "code:region"},
        "industry": {"type": "code:industry"},
        "revenue": {"type": "number", "unit": "CNY"},
        "founded": {"type": "date"},
        "tags": {"type": "set"},
    },
}
POLICY = """\
id: NEW
version: 2
title: 试点补助
title_en: Trial grant
effective: {from: 2026-01-01, to: 2027-12-31}
window: {opens: 2026-11-01, closes: 2026-12-31}
when:
  all:
  - {id: place, attr: region, op: under, value: "4403", kind: hard}
  - {id: sales, attr: revenue, op: ">=", value: 2000, unit: 万元}
  - {id: young, attr: founded, op: age_at_most, value: P5Y}
amount: {expr: "min(10% * revenue, 300万元)", unit: CNY}
budget: {total: 500, unit: 万元}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_text(json.dumps(ATTRIBUTES), encoding="utf-8")
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    firms = pa.table(
        {
            "enterprise_id": ["x", "y", "z", "w", "v"],
            "region": ["440305", "440306", "440306", "330100", "4403"],
            "industry": ["C3511", "I651", None, "C3511", "C3511"],
            "revenue": [4e7, 3e7, 1e7, 9e7, None],
            "founded": pa.array([date(2024, 1, 1)] * 5),
            "tags": [["a"], [], None, ["a"], ["b"]],
        }
    )
    pq.write_table(firms, tmp_path / "e.parquet")
    return tmp_path


def previewed(place: Path, *more: object):
    return run(
        "rules", "preview", "--policy", place / "p.yaml", "--enterprises", place / "e.parquet",
        "--attributes", place / "a.json", *more,
    )  # fmt: skip


def test_reach_cost_and_a_bar_for_every_threshold_are_printed(place):
    done = previewed(place)
    assert done.exit_code == 0, done.output
    for words in (
        "试点补助  [NEW v2]  2026-11-22 · 申报中",
        "企业 5  可享 2  可能可享 1  只差一条 1",
        "可享的企业合计: 600 万元",
        "可能可享的另计: 0 元 至 300 万元",
        "预计支出: 500 万元（总额 500 万元）",
        "可享的企业就已超出总额 100 万元",
        "▶ 2,000 万元 █",
        "1 年至不满 3 年",
    ):
        assert words in done.output, words
    assert re.search(r"▶ +5 年 █", done.output)
    assert "原来" not in done.output and "有效期" not in done.output
    done = previewed(place, "--as-of", "2031-01-01")
    assert "可享 0  可能可享 0" in done.output and "这一天它不在有效期内" in done.output


def test_english_has_the_same_and_no_chinese_words_of_its_own(place):
    done = previewed(place, "--lang", "en", "--slide", "sales", "--from", "1000", "--to", "3000")
    assert done.exit_code == 0, done.output
    assert "Trial grant" in done.output and "eligible 2  maybe 1  one short 1" in done.output
    lines = done.output.splitlines()
    curve = lines[lines.index(next(line for line in lines if "[sales]" in line)) + 1 :]
    assert curve[0].split()[:2] == ["CNY", "10"] and "3 + 1" in curve[0]
    assert not any("一" <= letter <= "鿿" for line in curve for letter in line)


def test_json_holds_everything_a_page_shows(place):
    done = previewed(place, "--json")
    found = json.loads(done.stdout)
    assert found["reach"] == {"firms": 5, "eligible": 2, "maybe": 1, "near_miss": 1}
    assert found["spending"]["high"] == 5_000_000
    assert [b["by"] for b in found["breakdowns"]] == ["city", "district", "industry", "age"]
    curve = {one["condition"]: one for one in found["curves"]}["sales"]
    present = curve["points"][curve["present"]]
    assert (present["value"], present["words"]["zh"]) == ("20000000", "2,000 万元")
    assert present["cost"]["low"] == 6_000_000 and present["eligible"] == 2


def test_against_an_earlier_version_it_says_who_is_new_and_who_is_gone(place):
    old = POLICY.replace("version: 2", "version: 1").replace("value: 2000", "value: 3500")
    (place / "old.yaml").write_text(old, encoding="utf-8")
    done = previewed(place, "--against", place / "old.yaml")
    assert "和第 1 版比：新增可享 1，不再可享 0，不变 1" in done.output
    assert "原来合计 300 万元" in done.output
    change = json.loads(previewed(place, "--against", place / "old.yaml", "--json").stdout)[
        "change"
    ]
    assert change["moves"]["near_miss"] == {"eligible": 1, "maybe": 0, "near_miss": 1, "other": 0}


def test_a_column_that_is_missing_is_unknown_and_told(place):
    table = pq.read_table(place / "e.parquet").drop_columns(["revenue", "industry", "founded"])
    pq.write_table(table, place / "e.parquet")
    done = previewed(place)
    assert done.exit_code == 0 and "可能可享 4" in done.output
    assert "no column revenue" in done.output and "没有数据，不分：industry" in done.output
    assert "（4 家的金额算不出上限" not in done.output  # the cap is an upper end


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--slide", "nope"], "没有条件 nope；可以用：sales, young · no condition nope"),
        (["--slide", "place"], "条件 place 没有可移动的门槛；可以用：sales, young"),
        (["--slide", "sales", "--from", "much"], "should look like 2000"),
        (["--slide", "young", "--to", "5"], "should look like P5Y"),
        (["--slide", "sales", "--from", "5000", "--to", "1000"], "sales：这两端之间没有可试的值"),
        (["--slide", "sales", "--slide", "young", "--to", "1"], "are for one threshold"),
        (["--from", "3"], "need one --slide"),
        (["--age-bands", "1,x"], "full years with commas"),
        (["--as-of", "soon"], "not a day"),
    ],
)
def test_what_cannot_be_is_refused_in_both_languages(place, options, said):
    done = previewed(place, *options)
    assert done.exit_code != 0 and said in done.output


def test_a_wrong_file_is_refused_by_name(place):
    (place / "two.json").write_text('{"id": "A"}\n{"id": "B"}', encoding="utf-8")
    done = previewed(place, "--against", place / "two.json")
    assert done.exit_code == 1 and "two.json" in done.output
    when = {"all": [{"attr": "region", "op": "under", "value": "44"}]}
    laws = [{"id": ident, "version": 1, "title": "试", "when": when} for ident in "AB"]
    (place / "two.jsonl").write_text("\n".join(map(json.dumps, laws)), encoding="utf-8")
    assert "needs one policy, holds 2" in previewed(place, "--against", place / "two.jsonl").output
    table = pq.read_table(place / "e.parquet")
    at = table.column_names.index("revenue")
    pq.write_table(table.set_column(at, "revenue", pa.array(["1"] * 5)), place / "e.parquet")
    assert "revenue: must be numbers, found string" in previewed(place).output
    (place / "e.parquet").write_bytes(b"PAR1 no")
    assert "e.parquet" in previewed(place).output
