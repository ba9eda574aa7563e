"""The quick-start of docs/api.md: every command is run by a shell with curl, in order, against a
live server with the demo city, and what is shown as its answer is held against what came."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from qifu.accounts.logic import SCOPES
from qifu.api.idempotency import NoKey, OtherRequest
from qifu.api.refusals import PLAIN, STATUS, WrongScope
from tests.api.operations import operations
from tests.conftest import ROOT
from tests.live import database_url

PAGES = {"en": ROOT / "docs" / "api.md", "zh": ROOT / "docs" / "api.zh-CN.md"}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# what stands in the guide for a demo of one's own, and here is another place
SITE = "SITE=http://127.0.0.1:8000"
DEMO = "QIFU_VAR=$PWD/var/demo PATH=$PWD/.venv/bin:$PATH"


def pairs(page: Path) -> list[tuple[str, str, str]]:
    """Each command with the answer that is shown after it: (command, kind of answer, answer)."""
    found: list[tuple[str, str, str]] = []
    for kind, body in BLOCK.findall(page.read_text(encoding="utf-8").split("\n## ")[1]):
        if kind == "sh":
            found.append((body, "", ""))
        elif kind in ("json", "http"):
            found[-1] = (found[-1][0], kind, body)
    return found


def unlike(shown: Any, came: Any, place: str = "") -> list[str]:
    """Where what is shown is not of the shape of what came; shown null fits anything."""
    if shown is None:
        return []
    if isinstance(shown, dict) and isinstance(came, dict):
        missing = [f"{place}.{name} did not come" for name in shown if name not in came]
        inner = [unlike(shown[name], came[name], f"{place}.{name}") for name in shown & came.keys()]
        return missing + sum(inner, [])
    if isinstance(shown, list) and isinstance(came, list):
        if shown and not came:
            return [f"{place} is empty"]
        return sum((unlike(one, came[0], f"{place}[0]") for one in shown), [])
    same = type(shown) is type(came)
    return [] if same else [f"{place}: shown {shown!r}, came {came!r}"]


def fits(kind: str, shown: str, came: str) -> list[str]:
    if kind == "json":
        return unlike(json.loads(shown), json.loads(came))
    if kind != "http":
        return []
    status, *headers = shown.strip().splitlines()
    lines = came.splitlines()
    names = {line.partition(":")[0].lower() for line in lines}
    wrong = [] if lines[0].split()[1:2] == status.split()[1:2] else [f"{lines[0]} for {status}"]
    return wrong + [h for h in headers if h.partition(":")[0].lower() not in names]


@pytest.fixture
def shell(tmp_path, transactional_db):
    """Runs commands in one bash, one after the other; gives what each printed."""
    if not shutil.which("curl") or not shutil.which("bash"):
        if os.environ.get("QIFU_REQUIRE_CURL") == "1":
            pytest.fail("no curl on this machine (Debian: apt-get install curl)")
        pytest.skip("no curl on this machine (Debian: apt-get install curl)")
    home = tmp_path / "home"
    home.mkdir()

    def run(commands: list[str]) -> list[str]:
        script = ["set -eu"]
        for number, command in enumerate(commands):
            script.append(f"{{ {command}\n}} > '{tmp_path}/{number}.out'")
        (tmp_path / "script.sh").write_text("\n".join(script), encoding="utf-8")
        done = subprocess.run(
            ["bash", tmp_path / "script.sh"], cwd=home, capture_output=True, text=True, timeout=120,
            env={
                "PATH": f"{Path(sys.prefix, 'bin')}:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "qifu.config.settings",
                "DATABASE_URL": database_url(), "QIFU_SECRET_KEY": settings.SECRET_KEY,
                "QIFU_VAR": str(settings.QIFU_VAR), "LANG": "C.UTF-8",
            },
        )  # fmt: skip
        outputs = sorted(tmp_path.glob("*.out"), key=lambda file: int(file.stem))
        told = [file.read_text(encoding="utf-8") for file in outputs]
        assert done.returncode == 0, f"{commands[len(told) - 1]}\n{told[-1]}\n{done.stderr}"
        return told

    return run


def test_every_command_of_the_quick_start_runs_and_answers_as_shown(
    live_server, demo_city, settings, shell
):
    settings.QIFU_WEBHOOK_PRIVATE = True
    steps = pairs(PAGES["en"])
    whole = "\0".join(command for command, _kind, _shown in steps)
    assert (whole.count(SITE), whole.count(DEMO)) == (1, 1)
    here = whole.replace(SITE, f"SITE={live_server.url}").replace(DEMO, "")
    answers = shell(here.split("\0"))
    assert len(answers) == len(steps) > 10
    if os.environ.get("QIFU_SHOW_ANSWERS"):
        Path(os.environ["QIFU_SHOW_ANSWERS"]).write_text("\n\n\n".join(answers))
    wrong = [
        f"{command}{words}"
        for (command, kind, shown), came in zip(steps, answers, strict=True)
        for words in fits(kind, shown, came)
    ]
    assert not wrong, "\n".join(wrong)


def test_what_is_not_of_the_shape_of_what_came_is_noticed():
    came = {"a": 1, "b": [{"c": "x"}], "d": None}
    assert unlike({"a": 2, "b": [{"c": "y"}], "d": None}, came) == []
    assert unlike({"e": 1}, came) == [".e did not come"]
    assert unlike({"a": "1"}, came) == [".a: shown '1', came 1"]
    assert unlike({"b": [{"f": 1}]}, came) == [".b[0].f did not come"]
    assert unlike({"b": [1]}, {"b": []}) == [".b is empty"]
    assert fits("http", "HTTP/1.1 304 Not Modified\nETag: x", "HTTP/1.1 200 OK\nETag: y") != []
    assert fits("http", "HTTP/1.1 304 Not Modified\nETag: x", "HTTP/1.1 304 same\n") != []


def test_both_languages_show_the_same_commands_and_answers():
    english, chinese = (BLOCK.findall(page.read_text(encoding="utf-8")) for page in PAGES.values())
    assert english == chinese


@pytest.mark.parametrize("file", PAGES.values(), ids=list(PAGES))
def test_every_scope_and_every_refusal_stands_on_the_page(file):
    text = file.read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `([a-z.]+)` \|", text, re.MULTILINE)) == SCOPES
    rows = re.findall(r"^\| (\d{3}) \| (.+?) \|", text, re.MULTILINE)
    told = {int(status): set(re.findall(r"`(\w+)`", codes)) for status, codes in rows}
    known: dict[int, set[str]] = {status: {code} for status, (code, _words) in PLAIN.items()}
    answered = {
        int(status) for one in operations() for status in one.told["responses"] if status >= "400"
    }
    for kind in (*(kind for kind, _status in STATUS), NoKey, OtherRequest, WrongScope):
        status = next(number for base, number in STATUS if issubclass(kind, base))
        if status in answered:
            known.setdefault(status, set()).add(kind.code)
    assert told.keys() == answered | {405, 500}
    assert told == {status: known[status] for status in told}
