"""The `qifu` command as a whole: what needs no database never starts Django, and no traces."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qifu.cli.main import COMMANDS
from tests.cli.running import DEMO_PACK, ROOT, code, row, run, write_csv

GOOD = "91350100M000100Y43"
# run in a process of its own: gives exit code, output and whether Django is there, a line a command
ALL_IN_ONE = """
import json, sys
from click.testing import CliRunner
from qifu.cli.main import qifu
for arguments in json.load(sys.stdin):
    done = CliRunner().invoke(qifu, arguments)
    error = done.exception
    trace = error is not None and not isinstance(error, SystemExit)
    said = done.output if not trace else repr(error)
    loaded = sorted(name for name in sys.modules if name.partition(".")[0] == "django")
    print(json.dumps([done.exit_code, said, trace, loaded[:1]]))
"""


def alone(commands: list[list[str]], **environment: str) -> list[list]:
    """Run commands one after the other in one process outside of these tests' Django."""
    apart = ("QIFU_", "DATABASE_", "DJANGO_")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(apart)}
    done = subprocess.run(
        [sys.executable, "-c", ALL_IN_ONE], input=json.dumps(commands), capture_output=True,
        encoding="utf-8", timeout=180,
        env={**kept, "PYTHONPATH": str(ROOT / "src"), **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_commands_that_need_no_database_never_start_django(tmp_path):
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"region": "440306", "founded": "2019-05-01"}))
    policies = str(DEMO_PACK / "policies")
    commands = [
        ["--help"],
        ["rules", "check", policies, "--as-of", "2026-11-22"],
        ["rules", "report", "--policies", policies, "--facts", str(facts),
         "--as-of", "2026-11-22", "--json"],
        ["enterprises", "size", "--industry", "C3511", "--staff", "250",
         "--revenue", "30000000", "--assets", "0", "--json"],
        ["enterprises", "check", GOOD],
        ["enterprises", "facts", "--help"],
        ["clock", "due", "--from", "2026-09-29T16:00+08:00", "--working-days", "10", "--json"],
        ["city", "check", str(DEMO_PACK)],
    ]  # fmt: skip
    for arguments, (exit_code, said, _trace, loaded) in zip(commands, alone(commands), strict=True):
        assert exit_code == 0, (arguments, said)
        assert loaded == [], arguments


def test_without_tables_every_command_says_what_to_run_first(tmp_path):
    file = str(write_csv(tmp_path / "r.csv", [row(1)]))
    commands = [
        ["city", "load", str(DEMO_PACK)],
        ["city", "diff", str(DEMO_PACK)],
        ["import", "enterprises", file],
        ["people", "add", "zhang.san", "--name", "测试", "--unit", "SZ-GXJ", "--role", "auditor",
         "--password", "correct-horse-42"],
        ["people", "forget", "zhang.san", "--yes"],
        ["journal", "seal"],
        ["journal", "verify"],
        ["tick"],
        ["worker"],
        ["serve"],
        ["enterprises", "facts", GOOD],
    ]  # fmt: skip
    answers = alone(commands, QIFU_VAR=str(tmp_path / "var"))
    for arguments, (exit_code, said, trace, _loaded) in zip(commands, answers, strict=True):
        assert not trace, (arguments, said)
        assert exit_code == 1, (arguments, said)
        assert "qifu migrate" in said, (arguments, said)


def test_migrate_makes_the_tables_and_then_the_commands_work(tmp_path):
    commands = [["migrate"], ["journal", "verify"], ["migrate"]]
    # a secret key is given: nothing else makes the folder
    variables = {"QIFU_VAR": str(tmp_path / "deep" / "var"), "QIFU_SECRET_KEY": "only-for-tests"}
    answers = alone(commands, **variables)
    assert [answer[0] for answer in answers] == [0, 0, 0], answers
    assert "0 faults" in answers[1][1]


@pytest.mark.parametrize("command", [["migrate"], ["tick"], ["demo", "--only-load"]])
def test_a_database_that_cannot_be_reached_is_told_without_a_trace(tmp_path, command):
    [(exit_code, said, trace, _loaded)] = alone(
        [command],
        QIFU_VAR=str(tmp_path),
        QIFU_DEMO="1",
        DATABASE_URL=f"postgres://nobody@/{tmp_path}/nothing",
    )
    assert not trace, said
    assert exit_code == 1
    assert "cannot be reached" in said


def test_every_command_is_listed_and_explains_itself_in_both_languages():
    listed = run("--help").stdout
    for name in COMMANDS:
        assert f"  {name} " in listed
        done = run(name, "--help")
        assert done.exit_code == 0
        assert "Usage" in done.stdout


def test_a_command_that_is_not_there_is_a_usage_error():
    done = run("dance")
    assert done.exit_code == 2
    assert "dance" in done.stderr


def test_what_is_printed_is_utf8_whatever_the_terminal_says(tmp_path):
    apart = ("QIFU_", "DATABASE_", "DJANGO_", "PYTHON", "LC_", "LANG")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(apart)}
    source = Path(ROOT, "src")
    done = subprocess.run(
        [sys.executable, "-m", "qifu", "enterprises", "check", code(1)[:-1] + "企"],
        capture_output=True, timeout=60,
        env={**kept, "PYTHONPATH": str(source), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert "第 18 位不能是 企" in done.stdout.decode("utf-8")
    assert b"Traceback" not in done.stderr
