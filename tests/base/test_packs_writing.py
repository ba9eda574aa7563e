"""A pack written back: read again it is the same, and people can read it."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.base.packs import check_pack, diff, documents_of, pack_hash, plain, read_pack, snapshot
from qifu.base.packs.starter import new_pack
from qifu.base.packs.writing import NotEmpty, write_pack
from qifu.base.packs.yaml_out import yaml_text
from qifu.rulebook.yaml_text import read_yaml
from tests.base.pack_mistakes import add_own_files

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "cities" / "shenzhen_demo"
TRICKY = (
    "no",
    "0755",
    "1e5",
    "12:30",
    "~",
    "true",
    "- a",
    "#x",
    "a: b",
    "2026-02-30",
    "1_000",
    "",
    " ",
    "\u3000全角",
    "一\n二\n",
    "\ttab",
    "'",
    '"',
    "!x",
    "*",
    "&a",
    "null",
    ".5",
    "+1",
    "2026-01-31",
    "-",
    "@",
    "%",
    "é\u0301",
    "𝔘",
    "a\u2028b",
    "=",
    "<<",
    "0x1F",
    "1.0e-05",
)
texts = st.one_of(st.sampled_from(TRICKY), st.text(max_size=12).filter(lambda t: "\x00" not in t))
data = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-10**12, 10**12), texts,
              st.decimals(-1000, 1000, places=3, allow_nan=False).map(plain)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text("abc_一二", min_size=1, max_size=4), inner, max_size=4),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "on", "2026", "甲"]), data, min_size=1, max_size=4))
def test_what_is_written_reads_back_the_same(document: dict[str, Any]) -> None:
    ((read, _lines),) = read_yaml(yaml_text(document, head="一\ntwo"))
    assert plain(read) == document


def test_days_and_figures_are_written_as_people_write_them() -> None:
    written = yaml_text(plain({"day": date(2026, 1, 31), "share": Decimal("0.05"), "code": "0755",
                               "codes": ["440300", "A01"], "text": "一行\n二行\n"}))  # fmt: skip
    assert written.splitlines() == [
        "day: 2026-01-31",
        "share: 0.05",
        'code: "0755"',
        'codes: ["440300", A01]',
        "text: |",
        "  一行",
        "  二行",
    ]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "pack"
    write_pack(documents_of(read_pack(DEMO)), folder, head="写出 · written")
    return folder


def test_a_pack_written_back_has_no_findings_and_is_the_same(written: Path) -> None:
    assert check_pack(written) == []
    again, demo = read_pack(written), read_pack(DEMO)
    assert pack_hash(again) == pack_hash(demo)
    assert diff(snapshot(demo), snapshot(again)) == []


def test_people_can_read_it_and_what_is_inherited_is_left_out(written: Path) -> None:
    assert not (written / "sizes.yaml").exists()
    for folder in ("codes", "policies", "policies/cases", "laws"):
        here, there = written / folder, DEMO / folder
        assert {f.name for f in here.iterdir()} == {f.name for f in there.iterdir()}
    units = (written / "units.yaml").read_text()
    assert units.startswith("# 写出 · written\n") and "zh: 市财政局" in units and "\\u" not in units
    assert "closes: 2027-01-22" in (written / "policies" / "SZD-2026-018.yaml").read_text()
    ((rows, _lines),) = read_yaml(units)
    assert list(rows[0]) == ["code", "name", "parent", "region", "kind"]


def test_own_statutes_calendar_and_several_versions_of_a_policy_come_back(tmp_path: Path) -> None:
    pack = tmp_path / "town"
    new_pack(pack, id="town", name="测试市", name_en="Town", region="130100")
    add_own_files(pack)
    policy = pack / "policies" / "TOWN-001.yaml"
    newer = policy.read_text().replace("version: 1", "version: 2")
    policy.write_text(policy.read_text().replace("to: null", "to: 2026-06-30"))
    (pack / "policies" / "TOWN-001-2.yaml").write_text(
        newer.replace("2026-01-01, to", "2026-07-01, to")
    )
    before = read_pack(pack)
    out = tmp_path / "out"
    files = {str(f.relative_to(out)) for f in write_pack(documents_of(before), out)}
    assert {"calendar/2027.yaml", "laws/town-rules.md", "policies/TOWN-001@1.yaml",
            "policies/TOWN-001@2.yaml", "policies/cases/TOWN-001.yaml"} <= files  # fmt: skip
    assert check_pack(out) == []
    assert pack_hash(read_pack(out)) == pack_hash(before)


def test_a_pack_in_one_language_comes_back(tmp_path: Path) -> None:
    county = read_pack(ROOT / "tests" / "cities" / "county")
    write_pack(documents_of(county), tmp_path / "out")
    assert check_pack(tmp_path / "out") == []
    assert pack_hash(read_pack(tmp_path / "out")) == pack_hash(county)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(NotEmpty):
        write_pack(documents_of(read_pack(DEMO)), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
