"""Reading the register: its files, and from a row to a firm."""

import csv
import io
import os
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qifu.base.table_files import UnreadableFile, encoding_of
from qifu.organisations.logic.register import RegisterReader, count_rows, read_register
from qifu.rulebook.documents import load_tree

CITIES = Path(__file__).parents[2] / "cities"
REGIONS = load_tree(CITIES / "national" / "codes" / "region.csv")
FORMS = load_tree(CITIES / "national" / "codes" / "legal_form.csv")
TODAY = date(2026, 11, 22)
SHARED = Path(os.environ.get("QIFU_DATA", CITIES.parents[1] / "shared" / "data")) / "enterprises"
GOOD = "91350100M000100Y43"
HEADER = "企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,地区,注册地址"
LINE = f"测试公司,{GOOD},2015-03-02,有限责任公司,600（万元）,服务,广东,深圳,深圳市罗湖区一路1号"


# files


def write_csv(place: Path, encoding: str, lines: Iterable[str] = (HEADER, LINE)) -> Path:
    place.write_bytes("\r\n".join(lines).encode(encoding))
    return place


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    lines = (HEADER, LINE, LINE.replace("测试公司", "㐂𠮷😀公司"))
    file = write_csv(tmp_path / "a.csv", encoding, lines)
    rows = list(read_register(file))
    assert [line for line, _ in rows] == [2, 3]
    assert rows[0][1] == {
        "name": "测试公司",
        "uscc": GOOD,
        "founded": "2015-03-02",
        "legal_form": "有限责任公司",
        "capital": "600（万元）",
        "scope": "服务",
        "province": "广东",
        "city": "深圳",
        "address": "深圳市罗湖区一路1号",
    }
    assert rows[1][1]["name"] == "㐂𠮷😀公司"
    assert count_rows(file) == 2


def test_the_encoding_is_decided_over_the_whole_file(tmp_path: Path) -> None:
    early = "企业名称,统一社会信用代码,注册日期\n".encode() + b"x,y,z\n" * 400_000
    file = tmp_path / "late.csv"
    file.write_bytes(early)
    assert encoding_of(file) == "utf-8-sig"
    plain = b"a,b,c\n" * 400_000
    file.write_bytes(plain + "广东".encode("gb18030"))
    assert encoding_of(file) == "gb18030"


def test_a_file_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(HEADER.encode() + b"\n\xff\xff\xff\n")
    with pytest.raises(UnreadableFile, match="neither UTF-8 nor GB18030"):
        list(read_register(file))


def test_a_missing_column_is_named_with_those_found(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", "utf-8", ["企业名称,注册日期", "a,b"])
    with pytest.raises(UnreadableFile) as refused:
        list(read_register(file))
    assert "统一社会信用代码" in str(refused.value)
    assert "企业名称、注册日期" in str(refused.value)


def test_columns_that_may_be_absent_are_empty_and_others_are_ignored(tmp_path: Path) -> None:
    lines = ["电话,成立日期,企业名称,统一社会信用代码", f"1,2015-03-02,甲,{GOOD}"]
    rows = list(read_register(write_csv(tmp_path / "a.csv", "utf-8", lines)))
    assert rows == [(2, {"founded": "2015-03-02", "name": "甲", "uscc": GOOD})]


def test_a_cell_may_hold_lines_and_the_line_of_the_next_row_is_still_right(tmp_path: Path) -> None:
    lines = [HEADER, LINE.replace("服务", '"一\n二"'), "", LINE]
    rows = list(read_register(write_csv(tmp_path / "a.csv", "utf-8", lines)))
    assert [line for line, _ in rows] == [2, 5]
    assert rows[0][1]["scope"] == "一\n二"


def test_short_rows_nul_bytes_and_an_empty_file(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", "utf-8", [HEADER, f"甲\0乙,{GOOD}"])
    assert list(read_register(file)) == [(2, {"name": "甲乙", "uscc": GOOD})]
    file.write_bytes(b"")
    with pytest.raises(UnreadableFile, match="the file is empty"):
        list(read_register(file))


def test_a_quotation_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", "utf-8", [HEADER, '"甲' + LINE])
    with pytest.raises(UnreadableFile, match="no CSV from line"):
        list(read_register(file))


def test_a_missing_file_and_a_broken_parquet_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        count_rows(tmp_path / "none.csv")
    file = tmp_path / "a.parquet"
    file.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(UnreadableFile, match="no Parquet file"):
        list(read_register(file))


def test_parquet_gives_the_same_rows_as_csv(tmp_path: Path) -> None:
    table = dict(zip(HEADER.split(","), ([cell] for cell in LINE.split(",")), strict=True))
    table["地区"] = [None]
    table["电话"] = [7]
    file = tmp_path / "a.data"
    pq.write_table(pa.table(table), file)
    ((number, row),) = read_register(file)
    ((_, expected),) = read_register(write_csv(tmp_path / "a.csv", "utf-8"))
    assert number == 1
    assert row == expected | {"city": ""}
    assert count_rows(file) == 1


def test_the_limit_on_fields_is_put_back(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    lines = [HEADER, LINE.replace("服务", "长" * 3_500_000)]
    ((_, row),) = read_register(write_csv(tmp_path / "a.csv", "utf-8", lines))
    assert len(row["scope"]) == 3_500_000
    assert csv.field_size_limit() == before


# firms


def firm(**changes: str) -> tuple[dict[str, Any] | None, str, str]:
    values = next(csv.reader(io.StringIO(LINE)))
    names = ("name", "uscc", "founded", "legal_form", "capital", "scope")
    row = dict(zip((*names, "province", "city", "address"), values, strict=True))
    return RegisterReader(REGIONS, today=TODAY).firm(row | changes)


def test_a_good_row_becomes_a_firm() -> None:
    values, zh, en = firm()
    assert (zh, en) == ("", "")
    assert values == {
        "uscc": GOOD,
        "name": "测试公司",
        "founded": date(2015, 3, 2),
        "legal_form": "limited",
        "region": "440303",
        "capital": Decimal(6_000_000),
        "capital_text": "600（万元）",
        "capital_currency": "CNY",
        "address": "深圳市罗湖区一路1号",
        "scope": "服务",
        "notes": (),
    }


def test_what_a_row_leaves_open_stays_open_and_is_counted() -> None:
    values, _, _ = firm(
        founded="N/A", legal_form="N/A", capital="N/A", address="N/A", city="深圳", scope="N/A"
    )
    assert values is not None
    assert (values["founded"], values["legal_form"], values["region"]) == (None, "", "4403")
    assert (values["capital"], values["capital_text"], values["address"]) == (None, "", "")
    assert values["notes"] == (
        "capital absent",
        "founding date unknown",
        "legal form unknown",
        "district unknown",
    )


def test_foreign_money_is_kept_as_it_was_written() -> None:
    values, _, _ = firm(capital="130(万美元)")
    assert values is not None
    assert (values["capital"], values["capital_currency"]) == (None, "USD")
    assert values["capital_text"] == "130(万美元)"
    assert values["notes"] == ("capital foreign",)


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"uscc": GOOD[:-1] + "4"}, "校验码不符", "wrong check digit"),
        ({"uscc": ""}, "没有统一社会信用代码", "no credit code"),
        ({"name": ""}, "没有企业名称", "no name"),
        ({"name": "长" * 201}, "name 过长：201 字", "too long"),
        ({"scope": "长" * 3_000_000}, "scope 过长", "too long"),
        ({"founded": "2099-01-01"}, "在将来", "in the future"),
        ({"founded": "gestern"}, "不是有效日期", "no day"),
    ],
)
def test_a_row_that_cannot_be_is_refused_in_both_languages(
    changes: dict[str, str], zh: str, en: str
) -> None:
    values, why_zh, why_en = firm(**changes)
    assert values is None
    assert zh in why_zh and en in why_en


def test_emoji_and_rare_characters_in_a_name_are_kept() -> None:
    values, _, _ = firm(name="𠮷野家🍚（深圳）公司")
    assert values is not None and values["name"] == "𠮷野家🍚（深圳）公司"


# the real registers, where they are


def _shared(name: str) -> Path:
    file = SHARED / name
    if not file.is_file():
        pytest.skip(f"no {name} under QIFU_DATA or ../shared/data")
    return file


def test_the_thousand_firms_of_shenzhen_all_come_in() -> None:
    reader = RegisterReader(REGIONS, today=TODAY)
    firms = [reader.firm(row)[0] for _, row in read_register(_shared("shenzhen_1000.csv"))]
    assert len(firms) == 1000 and None not in firms
    assert all(found and found["region"].startswith("4403") for found in firms)


def test_most_of_the_332316_registrations_are_understood() -> None:
    file = _shared("registrations.parquet")
    reader = RegisterReader(REGIONS, today=TODAY)
    good = bad = districts = amounts = stated = 0
    for _, row in read_register(file):
        values, _, _ = reader.firm(row)
        if values is None:
            bad += 1
            continue
        good += 1
        districts += len(values["region"]) == 6
        stated += bool(values["capital_text"])
        amounts += values["capital"] is not None
    assert (good + bad, count_rows(file)) == (332_316, 332_316)
    assert bad == 3
    assert districts > 0.75 * good
    assert amounts > 0.95 * stated
