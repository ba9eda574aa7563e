"""`qifu appeals` and `qifu clock simulate`: what comes out, what is stored, what is refused."""

import csv
from datetime import timedelta

import pytest
from django.utils import translation

from qifu.adapters import embeddings
from qifu.appeals.actions import rounds
from qifu.appeals.models import Appeal, CaseEntry, Clock, ClockEvent, Suggestion
from qifu.appeals.states import STEPS
from qifu.base.city import current_city
from qifu.base.models import JournalLine
from qifu.jobs.work import JOBS
from qifu.organisations.models import Unit
from tests.appeals import cases, world
from tests.appeals.meaning import Meaning
from tests.cli.running import bad_rows, run
from tests.factories import NOW, EnterpriseFactory

pytestmark = pytest.mark.usefixtures("demo_city")
TAX = "我公司申请的增值税退税已经提交两个月，税务局一直没有审核，发票也开不出来，请问还要补什么。"
CUSTOMS = "我们在盐田港的货报关后一直没有放行，海关查验已经三天，请问报关单还差什么。"
COURT = "合同纠纷法院已受理，一审判决还没有下来，希望政府出面。"
NOTHING = "请各位领导关心和支持我们。"


def table(path, *rows, header=("id", "内容"), encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_route_shows_for_each_text_which_rule_fired_and_the_totals(tmp_path, encoding):
    file = table(
        tmp_path / "texts.csv", (1, TAX), (2, CUSTOMS), (3, COURT), (4, NOTHING), (5, ""),
        encoding=encoding,
    )  # fmt: skip
    done = run("appeals", "route", file, "--region", "440308")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert "tax → SZ-TAX" in lines[0] and "customs-port → SZ-HG" in lines[1]
    assert "other_procedure" in lines[2]
    assert "abstained" in lines[3] and "— → —" in lines[3]
    assert lines[4].startswith("4 条")
    totals = done.stdout.split("4 条", 1)[1]
    assert "tax → SZ-TAX" in totals and "customs-port → SZ-HG" in totals
    assert totals.count("25.0%") >= 4
    assert not Suggestion.objects.exists()


def test_route_writes_every_row_with_its_reasons(tmp_path):
    file = table(tmp_path / "texts.csv", (1, "=" + TAX), (2, NOTHING))
    done = run("appeals", "route", file, "--csv", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    assert "tax → SZ-TAX" in done.stdout
    first, second = bad_rows(tmp_path / "out.csv")
    assert (first["line"], first["matter"], first["rule"], first["unit"]) == (
        "2", "tax", "tax", "SZ-TAX"
    )  # fmt: skip
    assert first["text"].startswith("'=")
    assert "tax" in first["why"] and float(first["score"]) >= 0.5
    assert (second["matter"], second["unit"]) == ("abstained", "")


def test_route_reads_a_text_a_line_and_a_column_by_name(tmp_path):
    plain = tmp_path / "texts.txt"
    plain.write_bytes(f"{TAX}\n\n{CUSTOMS}\n".encode("gb18030"))
    assert "2 条" in run("appeals", "route", plain).stdout
    file = table(tmp_path / "named.csv", ("x", CUSTOMS), header=("内容", "诉求"))
    done = run("appeals", "route", file, "--column", "诉求")
    assert "customs → SZ-HG" in done.stdout


def test_a_title_counts_where_the_file_has_one(tmp_path):
    file = table(tmp_path / "t.csv", ("增值税退税", "请尽快办理一下。"), header=("标题", "内容"))
    assert "tax → SZ-TAX" in run("appeals", "route", file).stdout


def test_a_file_without_the_column_or_that_is_no_table_says_so(tmp_path):
    file = table(tmp_path / "texts.csv", (1, TAX), header=("id", "other"))
    done = run("appeals", "route", file)
    assert done.exit_code == 1 and "missing column" in done.output
    done = run("appeals", "route", file, "--column", "没有")
    assert done.exit_code == 1 and "没有" in done.output
    binary = tmp_path / "x.csv"
    binary.write_bytes(b"\xff\xfe\x00\x81\xff")
    assert run("appeals", "route", binary).exit_code == 1
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert run("appeals", "route", empty).exit_code == 1


def test_a_dissolved_unit_is_not_suggested(tmp_path):
    Unit.objects.filter(organisation__code="SZ-TAX").update(dissolved_on=NOW.date())
    done = run("appeals", "route", table(tmp_path / "texts.csv", (1, TAX)))
    assert "tax → SZ-CZJ" in done.stdout


def test_suggest_keeps_what_the_rules_say_of_every_waiting_case_and_nothing_of_others(tmp_path):
    firm = EnterpriseFactory.create()
    owner = world.firm_actor(firm)
    first = world.submitted(owner, text=TAX)
    again = world.submitted(owner, text=TAX, now=NOW + timedelta(hours=1))
    world.accepted(world.submitted(text=CUSTOMS))
    before = JournalLine.objects.count()
    done = run("appeals", "suggest", "--csv", tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    assert "2 件待受理" in done.stdout and "same_case" in done.stdout
    rows = {row["number"]: row for row in bad_rows(tmp_path / "out.csv")}
    assert set(rows) == {first.number, again.number}
    assert rows[again.number]["repeat_of"] == first.number
    assert rows[again.number]["exclusion"] == "repeat"
    assert rows[first.number]["repeat_of"] == ""
    kept = {row.about: row for row in Suggestion.objects.filter(appeal=again)}
    assert set(kept) == {"matter", "scope", "unit", "repeat"}
    assert kept["unit"].top[0]["code"] == "SZ-TAX"
    assert kept["repeat"].top == [{"code": first.number, "score": 1.0, "why": "same_case"}]
    assert Suggestion.objects.filter(appeal__in=[first, again]).count() == 8
    assert Appeal.objects.get(pk=again.pk).state == "submitted"
    assert JournalLine.objects.count() == before
    run("appeals", "suggest")
    assert Suggestion.objects.filter(appeal__in=[first, again]).count() == 8


def test_replay_finds_the_case_whose_row_was_changed_by_hand():
    good, bent = world.replied(), world.handling_()
    done = run("appeals", "replay")
    assert done.exit_code == 0, done.output
    Appeal.objects.filter(pk=bent.pk).update(state="rehandling")
    done = run("appeals", "replay")
    assert done.exit_code == 1
    assert bent.number in done.output and good.number not in done.output
    assert "rehandling" in done.output and "handling" in done.output


@pytest.mark.parametrize("language", ["zh", "en"])
def test_steps_prints_every_row_of_the_table(language):
    done = run("appeals", "steps", "--markdown", "--language", language)
    assert done.exit_code == 0, done.output
    head, rule, *rows = done.stdout.strip().splitlines()
    assert head == "| from | step | words | who | guard | to |" and set(rule) <= set("|-")
    assert len(rows) == len(STEPS)
    for row, step in zip(rows, STEPS.values(), strict=True):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 6
        assert cells[1].startswith(f"`{step.name}`") and ("later" in cells[1]) is not step.built
        assert set(cells[0].split(", ")) == {state.value for state in step.sources}
        assert cells[5] == (step.to.value if step.to else "—")
        with translation.override("en" if language == "en" else "zh-hans"):
            assert cells[2] == str(step.words)
    plain = run("appeals", "steps").stdout.splitlines()
    assert len(plain) == len(STEPS) + 1 and "|" not in plain[1]


def simulated(output):
    """{(clock, kind): cells} of the table."""
    rows = [line.split("  ") for line in output.splitlines()]
    rows = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    return {tuple(row[:2]): row[2:] for row in rows if len(row) == 10 and row[0] != "clock"}


def test_last_month_under_another_rule_set_is_counted_by_hand_and_nothing_is_written():
    # 26 October 2026 is a Monday, 15-5 gives Monday 2 November, 2-10-15 what its kind says
    monday = NOW.replace(month=10, day=26)
    inquiry = world.submitted(kind="inquiry", now=monday)
    complaint = world.submitted(kind="complaint", now=monday)
    withdrawn = world.submitted(kind="suggestion", now=monday)
    world.withdrawn(withdrawn)
    met = Clock.objects.get(appeal=inquiry, name="reply")
    at = monday + timedelta(days=3)  # the third working day: in time under 5, late under 2
    Clock.objects.filter(pk=met.pk).update(state="met", ended_at=at)
    world.submitted(kind="inquiry", now=NOW)  # of another month
    before = (ClockEvent.objects.count(), JournalLine.objects.count(), _dates())
    done = run("clock", "simulate", "--rule-set", "gd_21015", "--month", "2026-10")
    assert done.exit_code == 0, done.output
    rows = simulated(done.stdout)
    # cases, earlier, later, same; on time, late, open, stopped
    assert rows["reply", "inquiry"][:4] == ["1", "1", "0", "0"]
    assert rows["reply", "inquiry"][4:6] == ["1 → 0", "0 → 1"]
    assert rows["reply", "complaint"][:4] == ["1", "0", "1", "0"]
    assert rows["reply", "suggestion"][7] == "1 → 1"
    assert rows["reply", "all"][0] == "3"
    assert rows["contact", "all"][:4] == ["3", "0", "0", "3"]
    assert f"{complaint.number} complaint reply: 2026-11-02 23:59 → 2026-11-16 23:59" in done.stdout
    assert before == (ClockEvent.objects.count(), JournalLine.objects.count(), _dates())


def _dates():
    return list(Clock.objects.order_by("pk").values_list("due_at", "rule_set", "state"))


def test_the_same_rule_set_moves_nothing():
    monday = NOW.replace(month=10, day=26)
    world.need_info(world.submitted(now=monday))
    world.handling_(now=monday)
    own = current_city().appeals["clocks"]
    rows = simulated(run("clock", "simulate", "--rule-set", own, "--month", "2026-10").stdout)
    assert rows["reply", "all"][1:3] == ["0", "0"] or _paused_moves_on(rows)
    for cells in rows.values():
        for pair in cells[4:]:
            was, would_be = pair.split(" → ")
            assert was == would_be


def _paused_moves_on(rows):
    """A clock that stands still ends later the longer it does: its stored date is the earliest."""
    return rows["reply", "all"][1] == "0" and int(rows["reply", "all"][2]) <= 1


def test_an_unknown_rule_set_names_those_there_are_and_an_empty_month_says_so():
    done = run("clock", "simulate", "--rule-set", "no_such")
    assert done.exit_code == 1 and "sh_1515" in done.output
    done = run("clock", "simulate", "--rule-set", "gd_21015", "--month", "2019-01")
    assert done.exit_code == 0 and "no case" in done.output
    assert run("clock", "simulate", "--rule-set", "gd_21015", "--month", "soon").exit_code == 2


def test_jobs_that_ran_leave_a_journal_that_replays():
    world.closed_unrated()
    world.lapsed()
    rounds.mark_missed(now=NOW + timedelta(days=40))
    assert run("appeals", "replay").exit_code == 0


def test_the_rows_of_the_factory_have_the_digest_of_their_text():
    """What is written past the actions must not look different to selectors."""
    text = "希望尽快办理这件事情，谢谢。"
    assert cases.case(text=text).text_digest == world.submitted(text=text).text_digest


def test_index_fills_in_what_is_missing_and_may_be_run_again():
    case = cases.case("handling")
    CaseEntry.objects.all().delete()
    for options, made in (((), 1), ((), 0), (("--all",), 1)):
        done = run("appeals", "index", *options)
        assert done.exit_code == 0, done.output
        assert f"{made} 件已可检索" in done.output
    entry = CaseEntry.objects.get(kind="case")
    assert (entry.object_id, entry.counted) == (case.pk, True)
    assert "向量" not in done.output


def test_index_says_how_many_replies_lack_a_vector_where_there_are_vectors(settings, monkeypatch):
    settings.QIFU_EMBEDDINGS = True
    monkeypatch.setattr(embeddings, "load", Meaning)
    world.replied(world.handling_(world.dispatched(world.accepted())))
    assert "1 条答复还没有向量" in run("appeals", "index").output
    JOBS["appeals.keep_vectors"](NOW)
    assert "0 条答复还没有向量" in run("appeals", "index").output
