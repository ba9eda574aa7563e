"""`qifu demo` and `qifu serve`: only where they may, and never over what was entered."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from qifu.accounts.models import User
from qifu.accounts.selectors import demo_people
from qifu.appeals.models import Appeal
from qifu.base.models import CityLoad, JournalLine
from qifu.cli import demo as demo_command
from qifu.notices.models import Notice
from qifu.organisations.actions import declare_fact
from qifu.organisations.models import Enterprise, Fact, Organisation
from tests.cli.running import DEMO_PACK, ROOT, run
from tests.conftest import DEMO_FIRMS, NOW
from tests.factories import enterprise_actor

PATIENCE = 120
# what a process of its own must not take over from these tests
APART = ("QIFU_", "DATABASE_", "DJANGO_")


# within this process, on the database of the tests


@pytest.mark.usefixtures("demo_city")
def test_without_qifu_demo_nothing_is_loaded(settings):
    settings.QIFU_DEMO = False
    before = (Organisation.objects.count(), User.objects.count(), CityLoad.objects.count())
    done = run("demo", "--only-load")
    assert done.exit_code == 2
    assert "QIFU_DEMO=1" in done.stderr
    after = (Organisation.objects.count(), User.objects.count(), CityLoad.objects.count())
    assert after == before


@pytest.mark.usefixtures("demo_city")
def test_a_second_start_changes_nothing_and_keeps_what_was_entered():
    firm = Enterprise.objects.filter(organisation__made_up=True).first()
    declare_fact(
        firm, actor=enterprise_actor(firm), attribute="patents", text="77", as_of=NOW.date(),
        now=NOW,
    )  # fmt: skip

    def counts() -> list[int]:
        models = (Organisation, Fact, User, CityLoad, Appeal, JournalLine, Notice)
        return [model.objects.count() for model in models]

    start = ("demo", "--only-load", "--firms", DEMO_FIRMS, "--appeals", "6")
    assert run(*start).exit_code == 0
    assert Appeal.objects.filter(made_up=True).count() >= 6
    before = counts()
    done = run(*start)
    assert done.exit_code == 0, done.output
    assert "no difference" in done.stdout
    assert counts() == before
    assert Fact.objects.filter(enterprise=firm, attribute="patents", source="self", value=77)


@pytest.mark.usefixtures("demo_city")
def test_every_demo_account_is_named_with_its_role_in_both_languages_and_its_password():
    done = run("demo", "--only-load", "--firms", DEMO_FIRMS, "--appeals", "6")
    names = [user.username for user in demo_people()]
    assert "demo-owner" in names
    assert not any(name.startswith(("demo-firm", "demo-unit")) for name in names)
    for name in names:
        [line] = [one for one in done.stdout.splitlines() if one.strip().startswith(name + " ")]
        assert " / " in line
    assert "Demo-Qifu-2026" in done.stdout


@pytest.mark.usefixtures("demo_city")
def test_a_pack_with_a_mistake_or_a_changed_policy_is_told_without_a_trace(settings, tmp_path):
    for name in ("national", "shenzhen_demo"):
        shutil.copytree(DEMO_PACK.parent / name, tmp_path / name)
    settings.QIFU_CITY = tmp_path / "shenzhen_demo"
    policy = settings.QIFU_CITY / "policies" / "SZD-2026-018.yaml"
    good = policy.read_text()
    policy.write_text(good.replace("closes: 2027-01-22", "closes: 2027-01-29"))
    done = run("demo", "--only-load")
    assert done.exit_code == 1
    assert "SZD-2026-018 v1" in done.stderr and "make demo-reset" in done.stderr
    policy.write_text(good.replace("attr:", "atr:", 1))
    done = run("demo", "--only-load")
    assert done.exit_code == 1
    assert "SZD-2026-018.yaml:" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org", ""])
def test_a_demo_is_served_to_this_machine_only(host, monkeypatch):
    monkeypatch.setenv("QIFU_DEMO", "1")
    monkeypatch.setattr(demo_command, "run_server", lambda *_: pytest.fail("it was served"))
    done = run("serve", "--host", host)
    assert done.exit_code == 2
    assert "127.0.0.1 only" in done.stderr


@pytest.mark.usefixtures("demo_city")
@pytest.mark.parametrize(
    ("demo", "host"),
    [("1", "127.0.0.1"), ("1", "localhost"), ("1", "::1"), ("0", "0.0.0.0")],
)
def test_this_machine_and_a_system_without_demo_are_served(demo, host, monkeypatch):
    served = []

    def server(*arguments):
        served.append(arguments)
        return 0

    monkeypatch.setenv("QIFU_DEMO", demo)
    monkeypatch.setattr(demo_command, "run_server", server)
    done = run("serve", "--host", host, "--port", "8123", "--workers", "3")
    assert done.exit_code == 0, done.output
    assert served == [(host, 8123, 3)]


# from nothing, in processes of their own, on SQLite


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A folder in which `qifu demo --only-load` made everything, and how to call qifu there."""
    return Fresh(tmp_path_factory.mktemp("fresh") / "var")


class Fresh:
    def __init__(self, var: Path) -> None:
        self.var = var
        kept = {k: v for k, v in os.environ.items() if not k.startswith(APART)}
        self.environment = {
            **kept, "QIFU_VAR": str(var), "QIFU_DEMO": "1", "PYTHONPATH": str(ROOT / "src"),
        }  # fmt: skip
        self.first = self.qifu("demo", "--only-load", "--firms", "12", "--appeals", "6")

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "qifu", *arguments], env=self.environment, cwd=self.var.parent,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def qifu(self, *arguments: str) -> subprocess.CompletedProcess:
        process = self.start(*arguments)
        out, error = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, process.returncode, out, error)

    def ask(self, sql: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(self.var / "qifu.sqlite3", timeout=20)) as database:
            rows = database.execute(sql, values).fetchall()
            database.commit()
            return rows

    def wait(self, sql: str, wanted: int) -> None:
        end = time.monotonic() + PATIENCE
        while self.ask(sql) != [(wanted,)]:
            assert time.monotonic() < end, f"{sql}: {self.ask(sql)}, not {wanted}"
            time.sleep(0.05)


def test_from_an_empty_folder_one_command_makes_the_demo(fresh):
    assert fresh.first.returncode == 0, fresh.first.stderr
    assert "Traceback" not in fresh.first.stderr
    firms = "select count(*) from organisations_enterprise"
    assert fresh.ask(firms) == [(12,)]
    assert fresh.ask("select count(*) from base_cityload") == [(1,)]
    assert (fresh.var / "secret_key").stat().st_mode & 0o077 == 0
    again = fresh.qifu("demo", "--only-load", "--firms", "12", "--appeals", "6")
    assert again.returncode == 0
    assert fresh.ask(firms) == [(12,)]
    assert fresh.ask("select count(*) from base_cityload") == [(1,)]


def test_a_worker_killed_at_any_moment_loses_nothing(fresh):
    assert fresh.first.returncode == 0
    firms = [pk for (pk,) in fresh.ask("select organisation_id from organisations_enterprise")]
    waiting = "select count(*) from base_outboxrow where state != 'done'"

    def ask_for(number: int) -> None:
        for pk in firms:
            fresh.ask(
                "insert into base_outboxrow (name, key, payload, state, created_at, next_at,"
                " attempts, last_error) values ('policies.refresh_match', ?, ?, 'waiting',"
                " '2026-01-01', '2026-01-01', 0, '')",
                f"{pk}:test{number}",
                f'{{"enterprise": {pk}}}',
            )

    for number in (1, 2):
        ask_for(number)
        worker = fresh.start("worker", "--pause", "0.05")
        try:
            end = time.monotonic() + PATIENCE
            while fresh.ask(waiting) == [(len(firms),)] and time.monotonic() < end:
                time.sleep(0.01)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.communicate()
    # a row that the dead one had claimed is free after a while: here, at once
    fresh.ask("update base_outboxrow set claimed_until = null")
    ask_for(3)
    worker = fresh.start("worker", "--pause", "0.05")
    try:
        fresh.wait(waiting, 0)
    finally:
        worker.terminate()
        worker.communicate()
    assert fresh.ask("select count(*) from base_outboxrow where state = 'dead'") == [(0,)]
    looked_at = fresh.ask("select count(*) from policies_matchmemory")
    assert looked_at == [(len(firms),)]


def test_the_journal_of_a_fresh_demo_is_whole(fresh):
    assert fresh.qifu("journal", "seal").returncode == 0
    done = fresh.qifu("journal", "verify")
    assert done.returncode == 0
    assert "0 faults" in done.stdout
