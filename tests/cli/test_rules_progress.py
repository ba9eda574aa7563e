"""How far a long command is: one line that moves on a terminal, a line now and then elsewhere."""

import pytest

from qifu.cli import rules_progress
from qifu.cli.rules_progress import Progress


@pytest.fixture
def clock(monkeypatch):
    seconds = [100.0]
    monkeypatch.setattr(rules_progress.time, "monotonic", lambda: seconds[0])
    return seconds


def told(clock, capsys, *, terminal: bool, monkeypatch) -> str:
    monkeypatch.setattr(rules_progress.sys.stderr, "isatty", lambda: terminal, raising=False)
    with Progress("对照 match") as progress:
        for step in range(0, 13):
            progress(step, 12)
            clock[0] += 1
    return capsys.readouterr().err


def test_a_log_gets_a_line_every_few_seconds(clock, capsys, monkeypatch):
    said = told(clock, capsys, terminal=False, monkeypatch=monkeypatch)
    assert said.splitlines() == ["对照 match 5 / 12 42%", "对照 match 10 / 12 83%"]


def test_a_terminal_keeps_one_line_and_clears_it(clock, capsys, monkeypatch):
    said = told(clock, capsys, terminal=True, monkeypatch=monkeypatch)
    assert "\n" not in said
    assert said.count("\r") == 14
    assert said.startswith("\r对照 match 0 / 12 0%") and said.endswith("12 / 12 100%\r\x1b[K")


def test_what_is_quick_says_nothing(clock, capsys):
    with Progress("x") as progress:
        progress(1, 0)
    assert capsys.readouterr().err == ""
