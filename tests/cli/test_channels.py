"""`qifu channels` and `qifu import channels`: find, export, change in a spreadsheet, take back."""

import csv
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.base.city import current_city
from qifu.base.models import JournalLine
from qifu.organisations.actions.channels import retire_channel, tidy
from qifu.organisations.logic.channel_cells import BadCell, from_cells, is_retired, to_cells
from qifu.organisations.logic.hours_text import BadHours, plain_hours, read_hours, write_hours
from qifu.organisations.models import Channel
from qifu.organisations.selectors import unit_by_code
from qifu.organisations.selectors.channels import channel_by_code
from qifu.rulebook.business_hours import WEEK
from tests.cli.running import bad_rows, run
from tests.conftest import NOW
from tests.factories import officer

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The file of bad rows goes to the folder in which the command runs."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def desk():
    return officer("intake_officer", unit_by_code("SZ-QYFW"))


@pytest.fixture
def bring(desk, tmp_path):
    def do(file, *more):
        return run("import", "channels", file, "--by", desk.user.username, *more)

    return do


@pytest.fixture
def sheet(tmp_path):
    """The export as rows, and a way to write some of them back."""
    file = tmp_path / "channels.csv"
    assert run("channels", "export", file).exit_code == 0
    return file


def rows_of(file):
    with file.open(newline="", encoding="utf-8-sig") as text:
        return list(csv.DictReader(text))


def write(file, rows, columns=None, encoding="utf-8"):
    with file.open("w", newline="", encoding=encoding) as text:
        writer = csv.DictWriter(text, columns or list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return file


def picture():
    fields = ("code", "document", "version", "checked_on", "retired_at", "edited_at", "position")
    return list(Channel.objects.order_by("pk").values(*fields))


def test_what_goes_out_and_comes_back_changes_nothing(sheet, bring, desk):
    retire_channel(channel_by_code("ic-base"), actor=desk, now=NOW, reason="停办")
    run("channels", "export", sheet)
    before, lines = picture(), JournalLine.objects.count()
    done = bring(sheet)
    assert done.exit_code == 0, done.output
    assert "89 rows: 0 new, 0 changed, 89 as before, 0 bad" in done.stdout
    assert (picture(), JournalLine.objects.count()) == (before, lines)


def test_an_export_opens_in_a_spreadsheet_with_every_entry(sheet):
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = {row["code"]: row for row in rows_of(sheet)}
    assert len(rows) == 89
    assert rows["sz-12345"]["hours"] == "7x24"
    assert rows["sz-siq-hotline"]["hours"] == "mon-fri 09:00-19:00; sat 09:00-18:00"
    assert rows["futian-hotline"]["telephones"] == "0755-82925718\n0755-82925728"
    assert rows["futian-center"]["needs"] == "in_person appeal settle policy"


def test_a_changed_row_changes_its_entry_and_a_second_run_changes_nothing(sheet, bring):
    rows = rows_of(sheet)
    row = next(r for r in rows if r["code"] == "longgang-window")
    row |= {
        "hours": "周一至周五 9:00-12:00 14:00-18:00；调休 休息",
        "telephones": "0755-00001111 | 窗口 | Counter",
        "checked_on": "2026-11-20",
    }
    write(sheet, rows)
    done = bring(sheet)
    assert "0 new, 1 changed, 88 as before, 0 bad" in done.stdout, done.output
    document = channel_by_code("longgang-window").document
    assert document["hours"]["makeup_days"] == []
    assert document["hours"]["week"]["fri"] == ["09:00-12:00", "14:00-18:00"]
    assert document["telephones"] == [
        {"number": "0755-00001111", "for": {"zh": "窗口", "en": "Counter"}}
    ]
    line = JournalLine.objects.get(step="import_channels")
    assert "89 rows, 0 new, 1 changed" in line.note.text
    assert "0 new, 0 changed, 89 as before" in bring(sheet).stdout


def test_columns_that_a_file_has_not_stay_as_they_are(tmp_path, bring):
    before = channel_by_code("futian-center").document
    file = tmp_path / "days.csv"
    file.write_text("代码,核对日期,备注\nfutian-center,2026-11-01,打过电话\n", encoding="gb18030")
    done = bring(file)
    assert "1 changed" in done.stdout
    assert "备注" in done.stdout  # what was not read is said
    assert channel_by_code("futian-center").document == {**before, "checked_on": "2026-11-01"}


def test_an_empty_cell_empties_what_stood_there(tmp_path, bring):
    file = tmp_path / "hours.csv"
    file.write_text("code,hours,address_zh,address_en\nfutian-center,,,\n")
    assert "1 changed" in bring(file).stdout
    document = channel_by_code("futian-center").document
    assert "hours" not in document and "address" not in document


def test_a_new_code_is_a_new_entry_and_a_row_may_retire_or_restore(sheet, bring, tmp_path):
    [row] = [r for r in rows_of(sheet) if r["code"] == "futian-hotline"]
    write(sheet, [row | {"code": "futian-hotline-2", "name_en": "Second hotline"}])
    assert "1 new, 0 changed" in bring(sheet).stdout
    assert channel_by_code("futian-hotline-2").name["en"] == "Second hotline"
    file = tmp_path / "retired.csv"
    for word, retired in (("是", True), ("no", False)):
        file.write_text(f"code,retired\nfutian-hotline-2,{word}\n")
        assert "1 changed" in bring(file).stdout
        assert (channel_by_code("futian-hotline-2").retired_at is not None) is retired
        assert "0 changed, 1 as before" in bring(file).stdout


BAD = [
    ({"code": ""}, "没有代码", "no code"),
    ({"code": "Futian 9"}, "小写字母", "small letters"),
    ({"kind": "kiosk"}, "kiosk", "kiosk"),
    ({"zone": "atlantis"}, "atlantis", "atlantis"),
    ({"unit": "SZ-NONE"}, "SZ-NONE", "SZ-NONE"),
    ({"needs": "in_person fame"}, "fame", "fame"),
    ({"hours": "office hours"}, "服务时间读不懂", "hours cannot be read"),
    ({"hours": "mon 12:00-09:00"}, "hours", "hours"),
    ({"telephones": "13912345678"}, "手机号", "telephones[0].number"),
    ({"links": "www.example.org | 网 | Web"}, "links[0].url", "links[0].url"),
    ({"links": "https://example.org | 网"}, "网址", "links"),
    ({"how_en": "Only one step"}, "要一样多", "must be as many"),
    ({"name_en": ""}, "name.en", "name.en"),
    ({"checked_on": "yesterday"}, "checked_on", "checked_on"),
    ({"checked_on": "2099-01-01"}, "将来", "checked_on"),
    ({"retired": "maybe"}, "停用", "retired"),
]


def test_each_bad_row_is_told_with_line_and_reason_and_the_rest_comes_in(sheet, bring, tmp_path):
    [good] = [r for r in rows_of(sheet) if r["code"] == "nanshan-web"]
    rows = [good | {"name_en": "i Nanshan"}]
    rows += [good | {"code": f"bad-{n}"} | bad for n, (bad, _zh, _en) in enumerate(BAD)]
    rows += [good | {"name_en": "Twice"}, good | {"code": "nanshan-web-2"}]
    done = bring(write(sheet, rows))
    assert done.exit_code == 0
    assert f"1 new, 1 changed, 0 as before, {len(BAD) + 1} bad" in done.stdout
    told = bad_rows(tmp_path / "channels.csv.bad.csv")
    for line, (bad, zh, en) in zip(told, BAD, strict=False):
        assert zh in line["reason_zh"], (bad, line)
        # the words of pages are translated elsewhere; the path is the same in both
        assert en in line["reason_en"] or line["reason_en"], (bad, line)
    assert "相同" in told[-1]["reason_zh"]
    numbers = [int(line["line"]) for line in told]
    assert numbers == sorted(numbers) and len(numbers) == len(BAD) + 1
    assert channel_by_code("nanshan-web").name["en"] == "i Nanshan"
    assert not Channel.objects.filter(code__startswith="bad-").exists()


def test_a_row_of_somebody_elses_entry_is_a_bad_row(sheet, tmp_path):
    futian = officer("enterprise_officer", unit_by_code("SZ-FT-QYFW"))
    rows = [r | {"checked_on": "2026-11-20"} for r in rows_of(sheet)]
    done = run("import", "channels", write(sheet, rows), "--by", futian.user.username)
    mine = Channel.objects.filter(unit__organisation__code="SZ-FT-QYFW").count()
    assert f"{mine} changed, 0 as before, {89 - mine} bad" in done.stdout
    assert "别的部门" in bad_rows(tmp_path / "channels.csv.bad.csv")[0]["reason_zh"]


def test_who_does_not_keep_channels_and_what_is_no_list_is_refused(sheet, tmp_path, bring):
    handler = officer("handler", unit_by_code("SZ-GXJ"))
    for name in (handler.user.username, "nobody-at-all"):
        done = run("import", "channels", sheet, "--by", name)
        assert done.exit_code == 1 and name in done.stderr
    (tmp_path / "other.csv").write_text("name,price\nx,1\n")
    done = bring(tmp_path / "other.csv")
    assert done.exit_code == 1 and "代码（code）" in done.stderr
    assert bring(sheet, "--bad", sheet).exit_code == 1
    assert run("channels", "export", tmp_path / "no" / "x.csv").exit_code == 1


def test_a_formula_in_a_cell_is_defused_and_comes_back_as_it_was(sheet, bring):
    [row] = [r for r in rows_of(sheet) if r["code"] == "sz-12345"]
    write(sheet, [row | {"telephones": "+86 755 12345", "for_zh": "=1+1", "for_en": "'quoted"}])
    assert "1 changed" in bring(sheet).stdout
    run("channels", "export", sheet)
    [out] = [r for r in rows_of(sheet) if r["code"] == "sz-12345"]
    assert (out["telephones"], out["for_zh"], out["for_en"]) == (
        "'+86 755 12345", "'=1+1", "''quoted",
    )  # fmt: skip
    assert "0 changed" in bring(sheet).stdout


def test_finding_says_what_where_why_and_whether_it_is_open(demo_city):
    done = run("channels", "find", "贷款", "--at", "2026-11-20 17:30")
    assert done.exit_code == 0
    assert done.stdout.startswith("o-banks  ")
    assert "0755-23984329" in done.stdout
    assert "开着，到 2026-11-20 18:00 · open until 2026-11-20 18:00" in done.stdout
    assert "贷款融资" in done.stdout
    closed = run(
        "channels", "find", "--zone", "futian", "--kind", "hotline", "--at", "2026-11-21 12:00"
    )
    assert "现在不开，2026-11-23 09:00 开 · closed, opens 2026-11-23 09:00" in closed.stdout
    assert "7×24" in closed.stdout
    only = run("channels", "find", "--open", "--at", "2026-11-21 12:00")
    assert [line.split()[0] for line in only.stdout.splitlines() if line[:1] != " "] == [
        "sz-12345", "sz-siq-hotline",
    ]  # fmt: skip
    later = run(
        "channels", "find", "futian-hotline", "热线", "--zone", "futian", "--at", "2027-03-01 10:00"
    )
    assert "暂定" in later.stdout


def test_nothing_found_and_unknown_codes_are_said():
    nothing = run("channels", "find", "zzqqxx")
    assert nothing.exit_code == 1 and "nothing found" in nothing.stdout
    for option in ("--zone", "--kind", "--need"):
        wrong = run("channels", "find", "x", option, "atlantis")
        assert wrong.exit_code == 2 and "atlantis" in wrong.stderr
    many = run("channels", "find", "--most", "3")
    assert "86 more" in many.stdout


def test_every_entry_of_the_demo_is_the_same_after_a_round_through_cells():
    for row in current_city().channels["channels"]:
        document = tidy(row)
        for retired in (True, False):
            cells = json.loads(json.dumps(to_cells(document, retired=retired)))
            assert from_cells(cells, {}) == document
            assert is_retired(cells) is retired


SPANS = st.lists(st.sampled_from(["09:00-12:00", "14:00-18:00", "00:00-24:00"]), unique=True)
HOURS = st.fixed_dictionaries(
    {"week": st.dictionaries(st.sampled_from(WEEK), SPANS)},
    optional={
        "makeup_days": SPANS,
        "follows_calendar": st.booleans(),
        "exceptions": st.lists(
            st.fixed_dictionaries({"date": st.just("2027-02-04"), "hours": SPANS}), max_size=2
        ),
    },
)


@settings(max_examples=60, deadline=None)
@given(HOURS)
def test_any_hours_are_the_same_after_a_round_through_a_line(document):
    plain = plain_hours(document)
    if not plain.get("week"):
        return
    assert read_hours(write_hours(plain)) == plain


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aZ中|\\\n\r ='\u2028+n", min_size=1, max_size=12))
def test_any_words_are_the_same_after_a_round_through_cells(text):
    words = {"zh": text, "en": text}
    document = tidy({
        "code": "x", "name": words, "how": [words, words], "find_as": "x",
        "telephones": [{"number": "1", "for": words}], "links": [{"url": "u", "name": words}],
    })  # fmt: skip
    if not document["name"]["zh"]:
        return
    assert tidy(from_cells(to_cells(document, retired=False), {})) == document


@pytest.mark.parametrize("text", ["someday 09:00-10:00", "mon 9-10", "fri-mon 09:00-10:00",
    "mon 09:00-10:00; mon 11:00-12:00", "mon"])  # fmt: skip
def test_hours_that_cannot_be_read_say_which_piece(text):
    with pytest.raises(BadHours):
        read_hours(text)


def test_a_row_without_the_column_says_nothing_of_retirement():
    assert is_retired({"code": "x"}) is None
    with pytest.raises(BadCell):
        is_retired({"retired": "perhaps"})
