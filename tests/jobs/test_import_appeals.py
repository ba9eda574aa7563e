"""Appeals of another channel: whole rows come in once, every other row goes aside with a reason."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qifu.appeals.models import Appeal
from qifu.base.errors import BadInput
from qifu.base.models import JournalLine
from qifu.base.table_files import UnreadableFile
from qifu.jobs.appeals import import_appeals
from qifu.notices.models import Notice
from qifu.organisations.models import Enterprise
from tests.cli.running import run
from tests.conftest import NOW
from tests.factories import officer

pytestmark = pytest.mark.usefixtures("demo_city")

HEADER = ["external_id", "channel", "firm", "contact", "phone", "text", "time"]
TEXT = "园区货梯坏了三天没有修好，货物只能走客梯，请协调。"


@pytest.fixture
def desk(demo_city):
    from qifu.organisations.models import Unit

    return officer("intake_officer", Unit.objects.get(organisation__code="SZ-QYFW"))


def written(folder: Path, *rows: list[str], header: list[str] = HEADER, encoding="utf-8") -> Path:
    path = folder / "cases.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def row(number: str = "A-1", *, firm="", text=TEXT, time="2026-11-20 09:30", channel="12345"):
    return [number, channel, firm, "王女士", "0755-00000000", text, time]


def take(path: Path, desk):
    return import_appeals(
        path, actor=desk, channel="import", bad_path=path.with_suffix(".bad.csv"), now=NOW
    )


def reasons(path: Path) -> list[str]:
    with path.with_suffix(".bad.csv").open(encoding="utf-8-sig", newline="") as file:
        return [line["reason_zh"] for line in csv.DictReader(file)]


def test_a_row_becomes_a_case_with_the_time_it_was_said_and_its_clocks_since_then(tmp_path, desk):
    firm = Enterprise.objects.filter(organisation__made_up=True).first()
    done = take(written(tmp_path, row(firm=firm.uscc)), desk)
    assert (done.rows, done.new, done.known, done.bad, done.bad_file) == (1, 1, 0, 0, None)
    case = Appeal.objects.get(external_id="A-1")
    assert case.channel == "12345"
    assert case.enterprise == firm
    assert case.state == "submitted"
    assert case.submitted_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert case.clocks.get(name="reply").started_at == case.submitted_at
    assert case.contact_phone == "0755-00000000"
    assert case.points.count() == 1


def test_running_it_again_changes_nothing(tmp_path, desk):
    path = written(tmp_path, row("A-1"), row("A-2", text=TEXT + "已经报修两次。"))
    take(path, desk)
    before = (Appeal.objects.count(), Notice.objects.count(), JournalLine.objects.count())
    again = take(path, desk)
    assert (again.new, again.known, again.bad) == (0, 2, 0)
    # one line more: that the import ran
    after = (Appeal.objects.count(), Notice.objects.count(), JournalLine.objects.count() - 1)
    assert after == before


def test_a_file_in_gb18030_is_read(tmp_path, desk):
    done = take(written(tmp_path, row(text="𠮷祥公司反映：" + TEXT), encoding="gb18030"), desk)
    assert done.new == 1
    assert Appeal.objects.get(external_id="A-1").text.startswith("𠮷祥公司")


def test_words_of_other_systems_are_understood_as_columns(tmp_path, desk):
    header = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情"]
    path = written(tmp_path, ["7", "U01", "货梯坏了", "2026/11/20 9:30:05", TEXT], header=header)
    assert take(path, desk).new == 1
    case = Appeal.objects.get(external_id="7")
    assert (case.title, case.channel, case.requester) == ("货梯坏了", "import", "U01")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(""), "没有外部编号"),
        (row("x" * 65), "超过 64 个字"),
        (row(time="2026-11-23 00:00"), "在将来"),
        (row(time="昨天"), "读不懂"),
        (row(time=""), "读不懂"),
        (row(text=""), "请"),
        (row(text="嗯"), "字"),
        (row(text="很长。" * 4_000), "10,000"),
        (row(firm="91440399DEMA99999X"), "校验"),
        (row(firm="91350100M000100Y43"), "登记库里没有"),
    ],
)
def test_a_bad_row_goes_aside_with_its_reason_and_the_rest_comes_in(tmp_path, desk, bad, reason):
    path = written(tmp_path, bad, row("good"))
    done = take(path, desk)
    assert (done.rows, done.new, done.bad) == (2, 1, 1)
    [told] = reasons(path)
    assert reason in told
    assert list(Appeal.objects.exclude(external_id="").values_list("external_id", flat=True)) == [
        "good"
    ]


def test_the_same_number_with_another_text_is_a_bad_row_and_overwrites_nothing(tmp_path, desk):
    path = written(tmp_path, row("A-1"), row("A-1", text="完全不同的一件事，请帮忙看看。"))
    done = take(path, desk)
    assert (done.new, done.bad) == (1, 1)
    assert "内容却不同" in reasons(path)[0]
    assert Appeal.objects.get(external_id="A-1").text == TEXT


def test_the_same_number_of_another_channel_is_another_case(tmp_path, desk):
    done = take(written(tmp_path, row("A-1"), row("A-1", channel="mailbox")), desk)
    assert done.new == 2


def test_a_formula_in_a_bad_row_is_defused(tmp_path, desk):
    path = written(tmp_path, row("=cmd|' /C calc'!A0", time="?"))
    take(path, desk)
    with path.with_suffix(".bad.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["external_id"].startswith("'=")


def test_a_missing_column_is_named(tmp_path, desk):
    with pytest.raises(UnreadableFile, match="内容"):
        take(written(tmp_path, ["1"], header=["external_id"]), desk)


def test_bad_rows_cannot_go_into_the_file_itself(tmp_path, desk):
    path = written(tmp_path, row())
    with pytest.raises(BadInput):
        import_appeals(path, actor=desk, channel="import", bad_path=path, now=NOW)


def test_a_kill_half_way_loses_nothing_and_the_second_run_brings_the_rest(tmp_path, desk):
    class Killed(Exception):
        pass

    seen = []

    def killed(count: int) -> None:
        seen.append(count)
        if len(seen) == 2:
            raise Killed

    path = written(tmp_path, *(row(f"A-{n}", text=f"第 {n} 件：{TEXT}") for n in range(4)))
    with pytest.raises(Killed):
        import_appeals(
            path, actor=desk, channel="import", bad_path=tmp_path / "bad.csv", now=NOW,
            progress=killed,
        )  # fmt: skip
    assert Appeal.objects.exclude(external_id="").count() == 2
    done = take(path, desk)
    assert (done.new, done.known) == (2, 2)


def test_the_command_needs_an_intake_officer(tmp_path):
    done = run("import", "appeals", str(written(tmp_path, row())), "--by", "demo-owner")
    assert done.exit_code == 1
    assert "demo-owner" in done.output
    assert not Appeal.objects.exclude(external_id="").exists()


def test_the_command_tells_what_it_did(tmp_path):
    late = (NOW - timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    path = written(tmp_path, row("A-1", time=late), row("A-2", time="never"))
    bad = tmp_path / "bad.csv"
    done = run("import", "appeals", str(path), "--by", "demo-intake", "--bad", str(bad))
    assert done.exit_code == 0, done.output
    assert "1 new" in done.output
    assert "1 bad" in done.output
    assert bad.exists()


def test_a_matter_may_be_given_by_its_code_or_by_its_name(tmp_path, desk):
    from qifu.base.city import current_city

    matter = current_city().matters[0]
    path = written(
        tmp_path,
        [*row("M-1"), matter.code], [*row("M-2", text=TEXT + "二楼也一样。"), matter.name.zh],
        [*row("M-3", text=TEXT + "三楼也一样。"), "没有的事项"],
        header=[*HEADER, "matter"],
    )  # fmt: skip
    done = take(path, desk)
    assert (done.new, done.bad) == (2, 1)
    assert set(Appeal.objects.values_list("external_id", "matter")) >= {
        ("M-1", matter.code), ("M-2", matter.code),
    }  # fmt: skip


def test_a_channel_with_a_long_name_is_known_again(tmp_path, desk):
    path = written(
        tmp_path, row("L-1", channel="某某区企业服务热线与网上留言合并渠道（二〇二六年）")
    )
    assert take(path, desk).new == 1
    again = take(path, desk)
    assert (again.new, again.known) == (0, 1)
    other = written(
        tmp_path,
        row(
            "L-1",
            channel="某某区企业服务热线与网上留言合并渠道（二〇二六年）",
            text="别的事情，也请协调。",
        ),
    )
    assert take(other, desk).bad == 1
