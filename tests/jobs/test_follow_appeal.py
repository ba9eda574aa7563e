"""A program written from the quick-start alone files an appeal, follows it and rates it."""

import os
import subprocess
import sys
import threading
import time

import pytest

from qifu.adapters.webhooks import HttpSender
from qifu.appeals.models import Appeal
from qifu.jobs.webhooks import Courier
from qifu.notices.models import Event, Webhook
from tests.conftest import ROOT
from tests.live import LiveProgram, token_for

PROGRAM = ROOT / "docs" / "examples" / "follow_appeal.py"
SCOPES = ("appeals.read", "appeals.write", "webhooks")
LEAD = "SZ-GXJ"
REPLY = {
    "points": [{"number": 1, "text": "明日上午修好。"}],
    "outcome": "resolved", "basis": [{"text": "办事指南"}],
}  # fmt: skip


@pytest.fixture
def courier(transactional_db):
    """The worker's courier, which sends to this machine."""
    sender, stop = HttpSender(private=True), threading.Event()
    made = Courier(sender)
    thread = threading.Thread(target=made.run, args=(stop,))
    thread.start()
    yield made
    stop.set()
    thread.join()
    made.close()
    sender.close()


def new_case(intake: LiveProgram, known: set[int], program: subprocess.Popen) -> int:
    """The number of the case that the program files, as the desk finds it on its list."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert program.poll() is None, program.communicate()
        for row in intake.get("/appeals?list=intake&order=newest")["items"]:
            if row["id"] not in known:
                return row["id"]
        time.sleep(0.1)
    raise AssertionError("the program filed nothing")


def offices_work(site: str, case: int, intake: LiveProgram) -> None:
    """Intake takes it in and dispatches it, the unit answers it: through the API."""
    intake.post(f"/appeals/{case}/steps/accept", {"several": False})
    intake.post(f"/appeals/{case}/steps/dispatch", {"unit": LEAD, "why": "属于其职责"})
    unit = LiveProgram(site, token_for("demo-handler"))
    unit.post(f"/appeals/{case}/steps/acknowledge", {})
    unit.post(f"/appeals/{case}/steps/contact", {
        "person": "联系人", "channel": "phone", "reached": True, "result": "已约定",
    })  # fmt: skip
    unit.post(f"/appeals/{case}/steps/reply", REPLY)
    unit.close()


def test_the_example_of_the_quick_start_files_follows_and_rates(
    live_server, demo_city, settings, courier
):
    settings.QIFU_WEBHOOK_PRIVATE = True
    known = set(Appeal.objects.values_list("pk", flat=True))
    intake = LiveProgram(live_server.url, token_for("demo-intake"))
    with subprocess.Popen(
        [sys.executable, PROGRAM, live_server.url], text=True, cwd=ROOT / "docs",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "QIFU_TOKEN": token_for("demo-owner", SCOPES),
             "PATIENCE": "20"},
    ) as program:  # fmt: skip
        try:
            case = new_case(intake, known, program)
            offices_work(live_server.url, case, intake)
            said, wrong = program.communicate(timeout=30)
        finally:
            program.kill()
            intake.close()
    assert program.returncode == 0, wrong
    appeal = Appeal.objects.get(pk=case)
    assert (appeal.state, appeal.ratings.get().level) == ("closed", 5)
    steps = [line.split(":")[0].strip() for line in said.splitlines() if "  appeal." in line]
    assert steps == [
        "appeal.submit", "appeal.accept", "appeal.dispatch", "appeal.acknowledge",
        "appeal.contact", "appeal.reply",
    ]  # fmt: skip
    assert "1. 明日上午修好。" in said and "the appeal is Closed" in said
    assert not Webhook.objects.exists()
    assert Event.objects.filter(object_kind="appeal", object_id=str(case)).count() >= 7


def test_the_example_imports_nothing_of_the_house_and_is_short():
    text = PROGRAM.read_text(encoding="utf-8")
    assert "from qifu" not in text and "import qifu" not in text
    assert len(text.splitlines()) < 150
