"""The file drop of a hotline: killed anywhere, sent twice, broken: nothing lost, nothing twice."""

import csv
import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from qifu.appeals.actions.exchange_files import claim_statuses
from qifu.appeals.models import Appeal, ExchangeConflict, ExchangeFile, ExchangeStatus
from qifu.base.errors import BadInput
from qifu.base.models import JournalLine
from qifu.jobs import exchange as job
from qifu.jobs.exchange import run_exchange
from qifu.jobs.work import JOBS
from tests.appeals import world
from tests.cli.running import run
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("demo_city")

TEXT = "园区货梯坏了三天没有修好，货物只能走客梯，请协调。"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def home(tmp_path) -> Path:
    return job.folders(tmp_path, "12345")


def order(number: int, **more) -> dict:
    return {
        "external_id": f"GD-{number}", "text": f"{number}：{TEXT}", "time": "2026-11-20 09:30",
        "contact": "王女士", **more,
    }  # fmt: skip


def lines(home: Path, name: str, *rows: object) -> Path:
    path = home / "in" / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def table(home: Path, name: str, *rows: dict, encoding="utf-8") -> Path:
    path = home / "in" / name
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def go(home: Path, at=NOW) -> job.Ran:
    (ran,) = run_exchange(home.parent, now=at)
    return ran


def names(home: Path) -> dict[str, list[str]]:
    return {
        folder: sorted(path.name for path in (home / folder).iterdir()) for folder in job.FOLDERS
    }


def written(home: Path) -> list[dict]:
    files = sorted((home / "out").iterdir())
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def reasons(home: Path, name: str) -> list[tuple[str, str]]:
    with (home / "bad" / f"{name}.rows.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["line"], row["reason_en"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_comes_in_and_what_became_of_it_goes_out(home, encoding):
    words = {
        "工单编号": "GD-1",
        "留言详情": TEXT,
        "留言时间": "2026-11-20 9:30",
        "联系电话": "0755-1",
    }
    table(home, "a.csv", words, encoding=encoding)
    ran = go(home)
    assert (ran.files, dict(ran.rows), ran.statuses) == (1, {"made": 1}, 1)
    appeal = Appeal.objects.get(channel="12345", external_id="GD-1")
    assert names(home) == {
        "in": [], "done": ["a.csv"], "bad": [], "out": ["statuses-000000001-000000001.jsonl"],
    }  # fmt: skip
    (told,) = written(home)
    assert (told["external_id"], told["case"], told["step"]) == ("GD-1", appeal.number, "submit")


def test_json_lines_come_in_and_a_second_round_does_nothing(home):
    lines(home, "a.jsonl", order(1), {"工单编号": 2, "内容": TEXT, "时间": "2026-11-20 09:30"})
    go(home)
    before = (Appeal.objects.count(), JournalLine.objects.count(), names(home))
    ran = go(home, LATER)
    assert (ran.files, ran.again, ran.written) == (0, 0, 0)
    assert (Appeal.objects.count(), JournalLine.objects.count(), names(home)) == before
    assert Appeal.objects.filter(channel="12345").count() == 2


def test_the_same_file_again_under_another_name_is_known_even_when_the_order_has_moved_on(home):
    lines(home, "a.jsonl", order(1))
    go(home)
    lines(home, "b.jsonl", order(1, text="新的内容：货梯又坏了，请尽快处理。"))
    go(home, LATER)
    lines(home, "a.jsonl", order(1))
    lines(home, "z.jsonl", order(1))
    ran = go(home, LATER)
    assert (ran.files, ran.again) == (0, 2)
    assert Appeal.objects.get(external_id="GD-1").text.startswith("新的内容")
    assert len(names(home)["done"]) == 4


def test_two_files_with_the_same_id_are_one_case_and_a_contradiction_waits(home):
    lines(home, "a.jsonl", order(1))
    go(home)
    world.accepted(Appeal.objects.get(external_id="GD-1"))
    lines(home, "b.jsonl", order(1, text="完全是另一件事情。"), order(1))
    ran = go(home, LATER)
    # then they say again what we have
    assert dict(ran.rows) == {"conflict": 1, "same": 1}
    assert Appeal.objects.filter(external_id="GD-1").count() == 1
    assert ExchangeConflict.objects.get().state == "gone"


def test_only_whole_files_with_a_known_ending_are_read(home):
    for name in ("a.csv.part", "a.jsonl.filepart", ".hidden.csv", "notes.txt", "a.tmp"):
        (home / "in" / name).write_text("half")
    (home / "in" / "folder.csv").mkdir()
    (home / "in" / "link.csv").symlink_to(home / "in" / "notes.txt")
    before = names(home)
    ran = go(home)
    assert (ran.files, ran.unreadable) == (0, 0)
    assert names(home) == before


def test_bad_rows_go_aside_with_line_and_reason_and_the_good_ones_come_in(home):
    bad = [order(2, time="昨天"), "no row", [1], {"external_id": True}, order(3, text="短")]
    path = lines(home, "a.jsonl", order(1), *bad, {})
    path.write_text(path.read_text() + '{"half": \n')
    ran = go(home)
    assert dict(ran.rows) == {"made": 1, "refused": 7}
    assert [line for line, _reason in reasons(home, "a.jsonl")] == list("2345678")
    assert names(home)["bad"] == ["a.jsonl.rows.csv"]
    assert names(home)["done"] == ["a.jsonl"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"\xff\xfe\x00\x81\xff"),
        ("a.csv", b"a,b\n1,2\n"),
        ("a.csv", b'external_id,text,time\n"never ends'),
        ("a.jsonl", b"\xff\xfe\x00\x81\xff"),
        ("a.jsonl", b"\n\n"),
        ("a.jsonl", b"x" * ((1 << 20) + 2)),
    ],
    ids=["empty", "encoding", "columns", "quotation", "encoding-lines", "no-lines", "long-line"],
)
def test_a_file_that_is_no_table_goes_aside_whole_with_the_reason(home, name, content):
    (home / "in" / name).write_bytes(content)
    lines(home, "b.jsonl", order(1))
    ran = go(home)
    assert (ran.unreadable, ran.files) == (1, 1)
    assert names(home)["bad"] == [name, f"{name}.reason.txt"]
    assert name in (home / "bad" / f"{name}.reason.txt").read_text()
    assert Appeal.objects.filter(channel="12345").count() == 1
    assert ExchangeFile.objects.get(name=name).problem


def test_acknowledgements_are_files_too(home):
    lines(home, "a.jsonl", *map(order, range(1, 5)))
    go(home)
    lines(home, "ack-1.jsonl", {"up_to": 2}, {"number": 4}, {"number": 99}, {"number": "x"})
    table(home, "ack-2.csv", {"编号": "3"})
    ran = go(home, LATER)
    assert ran.acknowledged == 4
    assert dict(ran.rows) == {"acknowledged": 3, "refused": 2}
    assert not ExchangeStatus.objects.filter(acknowledged_at=None).exists()
    assert [line for line, _reason in reasons(home, "ack-1.jsonl")] == ["3", "4"]


class Killed(BaseException):
    """What a kill is to the code that runs: it just stops."""


# where the worker may be stopped: what it calls next, and which call of it
STOPS = [
    (job, "receive_orders", 1), (job, "receive_orders", 2), (job, "record_file", 1),
    (job, "_move", 1), (job, "claim_statuses", 1), (job, "_write", 1), (job, "mark_sent", 1),
    (Path, "replace", 1), (Path, "replace", 2), (Path, "replace", 3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "what", "turn"), STOPS, ids=lambda one: str(getattr(one, "__name__", one))
)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_step_nothing_is_lost_and_nothing_comes_twice(
    home, monkeypatch, where, what, turn, after
):
    monkeypatch.setattr(job, "BATCH", 2)
    lines(home, "a.jsonl", *map(order, range(1, 4)), order(9, text="短"))
    real, calls = getattr(where, what), []

    def stop(*args, **kwargs):
        calls.append(1)
        if len(calls) == turn and not after:
            raise Killed
        done = real(*args, **kwargs)
        if len(calls) == turn:
            raise Killed
        return done

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(where, what, stop)
        go(home)
    go(home, LATER)
    assert Appeal.objects.filter(channel="12345").count() == 3
    told = written(home)
    assert [one["number"] for one in told] == [1, 2, 3]
    assert sorted(one["external_id"] for one in told) == ["GD-1", "GD-2", "GD-3"]
    assert not ExchangeStatus.objects.filter(sent_at=None).exists()
    found = names(home)
    assert (found["in"], found["done"]) == ([], ["a.jsonl"])
    assert [name for name in found["bad"] if not name.startswith(".")] == ["a.jsonl.rows.csv"]
    assert [line for line, _reason in reasons(home, "a.jsonl")] == ["4"]
    assert go(home, LATER).written == 0


def test_many_statuses_are_files_of_a_bounded_size_in_the_order_of_their_numbers(home, monkeypatch):
    monkeypatch.setattr(job, "claim_statuses", partial(claim_statuses, most=2))
    lines(home, "a.jsonl", *map(order, range(1, 6)))
    assert go(home).written == 3
    assert names(home)["out"] == [
        "statuses-000000001-000000002.jsonl", "statuses-000000003-000000004.jsonl",
        "statuses-000000005-000000005.jsonl",
    ]  # fmt: skip


def test_a_partner_that_the_pack_does_not_name_is_refused_and_the_worker_knows_the_job(home):
    with pytest.raises(BadInput):
        run_exchange(home.parent, now=NOW, partner="12346")
    assert "appeals.exchange" in JOBS


@pytest.mark.django_db(transaction=True)
def test_the_command_says_what_came_in_and_what_waits(settings, tmp_path, demo_city):
    settings.QIFU_VAR = tmp_path
    home = job.folders(tmp_path / "exchange", "12345")
    lines(home, "a.jsonl", order(1), order(2, time="昨天"))
    (home / "in" / "b.csv.part").write_text("half")
    said = run("exchange", "run", "--partner", "12345")
    assert said.exit_code == 0
    assert "made 1" in said.output
    assert "refused 1" in said.output
    status = run("exchange", "status")
    assert "orders: 1" in status.output
    assert "b.csv.part" in status.output
    assert run("exchange", "run", "--partner", "nobody").exit_code == 1
