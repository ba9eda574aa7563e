"""`qifu import enterprises`: every file it takes, every row it refuses, and running it again."""

from datetime import date
from decimal import Decimal

import pytest

from qifu.base.models import CityLoad, JournalLine
from qifu.organisations.models import Enterprise, Fact, Organisation
from qifu.policies.selectors import match_for
from tests.cli.running import HEADER, bad_rows, code, row, run, write_csv, write_parquet
from tests.factories import enterprise_actor, made_up_uscc

pytestmark = pytest.mark.usefixtures("demo_city")
TODAY = date(2026, 11, 22)
MEGABYTES = 10_000_000


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The file of bad rows goes to the folder in which the command runs."""
    monkeypatch.chdir(tmp_path)


def firms() -> int:
    return Enterprise.objects.count()


def stored(number: int) -> Enterprise:
    return Enterprise.objects.select_related("organisation").get(organisation__code=code(number))


def test_a_good_row_becomes_a_firm_with_what_the_register_says(tmp_path):
    file = write_csv(tmp_path / "r.csv", [row(1, capital="3,000(万人民币元)")])
    done = run("import", "enterprises", file, "--as-of", "2026-11-20")
    assert done.exit_code == 0, done.output
    assert "1 new, 0 changed, 0 as before, 0 bad" in done.stdout
    assert "新增 1" in done.stdout
    assert not (tmp_path / "r.csv.bad.csv").exists()
    firm = stored(1)
    assert (firm.name, firm.uscc, firm.region) == ("测试登记企业1", code(1), "440303")
    assert firm.facts == {
        "founded": "2015-03-02",
        "legal_form": "limited",
        "region": "440303",
        "registered_capital": 30_000_000,
    }
    assert (firm.founded, firm.capital) == (date(2015, 3, 2), Decimal(30_000_000))
    assert firm.organisation.made_up is False
    facts = Fact.objects.filter(enterprise=firm)
    assert {(f.source, f.as_of, f.period) for f in facts} == {("register", date(2026, 11, 20), "")}
    assert {f.attribute: f.value for f in facts} == firm.facts
    line = JournalLine.objects.filter(step="import_enterprises").latest("pk")
    assert line.note.text.startswith("r.csv: 1 rows, 1 new")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "parquet"])
def test_every_kind_of_file_gives_the_same_firms(tmp_path, encoding):
    rows = [row(n) for n in range(1, 6)] + [row(6, name="𠮷𬭎氢能🚀（龘）有限公司", capital="N/A")]
    file = tmp_path / "register.data"
    if encoding == "parquet":
        write_parquet(file, rows)
    else:
        write_csv(file, rows, encoding=encoding)
    before = firms()
    assert run("import", "enterprises", file).exit_code == 0
    assert firms() == before + 6
    assert stored(6).name == "𠮷𬭎氢能🚀（龘）有限公司"
    assert stored(5).address == "深圳市罗湖区一路1号"
    again = run("import", "enterprises", file)
    assert "0 new, 0 changed, 6 as before, 0 bad; 0 facts written" in again.stdout
    assert firms() == before + 6
    assert Fact.objects.filter(enterprise=stored(1)).count() == 4


def test_a_second_run_in_another_encoding_changes_nothing_either(tmp_path):
    rows = [row(n, capital="20,000.55元") for n in range(1, 4)]
    run("import", "enterprises", write_csv(tmp_path / "one.csv", rows, encoding="gb18030"))
    version = stored(2).facts_version
    done = run("import", "enterprises", write_parquet(tmp_path / "two.parquet", rows))
    assert "0 new, 0 changed, 3 as before" in done.stdout
    assert stored(2).facts_version == version


BAD = [
    (row(1, uscc=code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1")), "校验码不符", "check digit"),
    (row(2, uscc="9135O100M000100Y43"), "不能是 O", "cannot be O"),
    (row(3, uscc=code(3)[:-1]), "应为 18 位，现有 17 位", "18 characters, not 17"),
    (row(4, uscc=""), "没有统一社会信用代码", "no credit code"),
    (row(5, name=""), "没有企业名称", "no name"),
    (row(6, name="N/A"), "没有企业名称", "no name"),
    (row(7, founded="2999-01-01"), "成立日期在将来", "in the future"),
    (row(8, founded="2015-13-45"), "不是有效日期", "is no day"),
    (row(9, founded="1492-10-12"), "成立日期过早", "too early"),
    (row(10, name="甲" * 201), "name 过长", "too long"),
    (row(11, uscc=code(100)), "与第 2 行相同", "same code as line 2"),
    (row(12, uscc=" " + code(100).lower()), "与第 2 行相同", "same code as line 2"),
]


def test_each_bad_row_is_told_with_line_and_reason_and_the_rest_comes_in(tmp_path):
    rows = [row(100), *(bad for bad, _zh, _en in BAD), row(101)]
    before = firms()
    done = run("import", "enterprises", write_csv(tmp_path / "r.csv", rows))
    assert done.exit_code == 0
    assert f"2 new, 0 changed, 0 as before, {len(BAD)} bad" in done.stdout
    assert "r.csv.bad.csv" in done.stdout
    assert firms() == before + 2
    told = bad_rows(tmp_path / "r.csv.bad.csv")
    assert [int(line["line"]) for line in told] == list(range(3, 3 + len(BAD)))
    for line, (bad, zh, en) in zip(told, BAD, strict=True):
        assert zh in line["reason_zh"], line
        assert en in line["reason_en"], line
        assert line["uscc"] == bad[1].strip()


def test_bad_rows_go_where_one_says(tmp_path):
    file = write_csv(tmp_path / "r.csv", [row(1, uscc="1")])
    assert run("import", "enterprises", file, "--bad", tmp_path / "aside.csv").exit_code == 0
    assert len(bad_rows(tmp_path / "aside.csv")) == 1
    assert not (tmp_path / "r.csv.bad.csv").exists()


def test_bad_rows_cannot_go_into_the_file_itself_or_into_no_folder(tmp_path):
    file = write_csv(tmp_path / "r.csv", [row(1)])
    content, before = file.read_bytes(), firms()
    for place, words in ((file, "the file itself"), (tmp_path / "no" / "b.csv", "no such folder")):
        done = run("import", "enterprises", file, "--bad", place)
        assert done.exit_code == 1
        assert words in done.stderr
    assert (file.read_bytes(), firms()) == (content, before)


def test_the_bad_file_of_an_earlier_run_goes_when_everything_is_good(tmp_path):
    file = write_csv(tmp_path / "r.csv", [row(1), row(2, name="")])
    run("import", "enterprises", file)
    assert (tmp_path / "r.csv.bad.csv").exists()
    run("import", "enterprises", write_csv(file, [row(1), row(2)]))
    assert not (tmp_path / "r.csv.bad.csv").exists()
    mine = tmp_path / "r.csv.bad.csv"
    mine.write_text("my own notes")
    run("import", "enterprises", file)
    assert mine.read_text() == "my own notes"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "\t="])
def test_formulas_in_the_bad_file_are_defused(tmp_path, sign):
    rows = [row(1, uscc="x", name=f"{sign}HYPERLINK(1)"), row(2, uscc=f"{sign}1+1")]
    run("import", "enterprises", write_csv(tmp_path / "r.csv", rows))
    first, second = bad_rows(tmp_path / "r.csv.bad.csv")
    assert first["name"] == f"'{sign.strip()}HYPERLINK(1)"
    assert second["uscc"].startswith("'")


@pytest.mark.parametrize(
    ("capital", "yuan", "currency"),
    [
        ("3,000(万人民币元)", 30_000_000, "CNY"),
        ("129(万元(港币))", None, "HKD"),
        ("130(万美元)", None, "USD"),
        ("0（万元）", None, "CNY"),
        ("60(元/万元)", None, ""),
        ("100", None, ""),
    ],
)
def test_capital_is_read_or_unknown_with_the_original_kept(tmp_path, capital, yuan, currency):
    run("import", "enterprises", write_csv(tmp_path / "r.csv", [row(1, capital=capital)]))
    firm = stored(1)
    assert firm.facts.get("registered_capital") == yuan
    assert firm.capital == yuan
    assert (firm.capital_text, firm.capital_currency) == (capital, currency)


def test_a_firm_known_only_by_its_city_is_unknown_in_its_district_not_refused(tmp_path):
    rows = [row(1, address="深圳市某某路1号"), row(2), row(3, address="深圳市宝安区一路1号")]
    done = run("import", "enterprises", write_csv(tmp_path / "r.csv", rows))
    assert "0 bad" in done.stdout and "district unknown: 1" in done.stdout
    assert "只知道市" in done.stdout
    verdicts = {}
    for number in (1, 2, 3):
        firm = stored(number)
        of_baoan = match_for(enterprise_actor(firm), firm, on=TODAY).result("SZD-2026-006")
        [group] = [group for group in of_baoan.groups if group.id == "region"]
        verdicts[number] = group.verdict
    assert stored(1).region == "4403"
    assert verdicts == {1: "unknown", 2: "unmet", 3: "met"}


def test_forms_and_places_that_nobody_knows_stay_unknown(tmp_path):
    odd = row(1, form="某种新形式", province="某省", city="某市", address="某路", founded="N/A")
    done = run("import", "enterprises", write_csv(tmp_path / "r.csv", [odd]))
    assert "1 new" in done.stdout and "0 bad" in done.stdout
    assert stored(1).facts == {"registered_capital": 6_000_000}
    assert (stored(1).region, stored(1).founded) == ("", None)


@pytest.mark.parametrize(
    ("column", "reason"), [(0, "name 过长"), (1, "应为 18 位"), (2, "不是有效日期"), (5, "scope")]
)
def test_ten_megabytes_in_a_cell_are_refused_and_the_bad_file_stays_small(tmp_path, column, reason):
    cells = list(row(1))
    cells[column] = "9" * MEGABYTES
    done = run("import", "enterprises", write_csv(tmp_path / "r.csv", [tuple(cells), row(2)]))
    assert done.exit_code == 0
    assert "1 new" in done.stdout and "1 bad" in done.stdout
    [told] = bad_rows(tmp_path / "r.csv.bad.csv")
    assert reason in told["reason_zh"]
    assert (tmp_path / "r.csv.bad.csv").stat().st_size < 2_000


def test_ten_megabytes_in_a_column_that_nobody_reads_do_no_harm(tmp_path):
    rows = [(*row(1), "长" * (MEGABYTES // 3))]
    file = write_csv(tmp_path / "r.csv", rows, header=(*HEADER, "备注"))
    assert "1 new" in run("import", "enterprises", file).stdout


def unreadable(tmp_path):
    good = write_csv(tmp_path / "good.csv", [row(1), row(2)]).read_bytes()
    parquet = write_parquet(tmp_path / "good.parquet", [row(1)]).read_bytes()
    return {
        "neither": ("测试".encode("utf-16"), "既不是 UTF-8 也不是 GB18030"),
        "empty": (b"", "文件是空的"),
        "no column": (
            good.replace("注册日期".encode(), "日期".encode()),
            "missing column: 注册日期",
        ),
        "open quote": (good + b'"' + good, "no CSV from line"),
        "broken parquet": (parquet[: len(parquet) // 2], "no Parquet file"),
    }


@pytest.mark.parametrize("kind", ["neither", "empty", "no column", "open quote", "broken parquet"])
def test_a_file_that_cannot_be_read_says_why_and_nothing_is_written(tmp_path, kind):
    content, words = unreadable(tmp_path)[kind]
    file = tmp_path / "r.csv"
    file.write_bytes(content)
    before, lines = firms(), JournalLine.objects.count()
    done = run("import", "enterprises", file)
    assert done.exit_code == 1
    assert words in done.stderr
    assert (firms(), JournalLine.objects.count()) == (before, lines)
    assert not (tmp_path / "r.csv.bad.csv").exists()


def test_a_file_without_a_row_brings_nothing_and_is_no_error(tmp_path):
    done = run("import", "enterprises", write_csv(tmp_path / "r.csv", []))
    assert done.exit_code == 0
    assert "0 rows" in done.stdout


def test_nul_characters_in_parquet_do_not_stop_the_import(tmp_path):
    file = write_parquet(tmp_path / "r.parquet", [row(1, name="测\0试", scope="\0")])
    assert "1 new" in run("import", "enterprises", file).stdout
    assert stored(1).name == "测试"


def test_without_a_city_the_command_says_what_to_load_first(tmp_path):
    CityLoad.objects.all().delete()
    before = Organisation.objects.count()
    done = run("import", "enterprises", write_csv(tmp_path / "r.csv", [row(1)]))
    assert done.exit_code == 1
    assert "qifu city load" in done.stderr
    assert Organisation.objects.count() == before


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path):
    assert run("import", "enterprises", tmp_path / "none.csv").exit_code == 2


def test_a_unit_with_the_same_code_as_a_firm_is_no_double(tmp_path):
    Organisation.objects.create(kind="unit", code=made_up_uscc(60_000_001), name="同码部门")
    assert "1 new" in run("import", "enterprises", write_csv(tmp_path / "r.csv", [row(1)])).stdout
