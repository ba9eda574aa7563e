"""The channel finder and its desk in English: pages, mistakes, receipts, the list as a file."""

import pytest

from qifu.organisations.actions.channels import report_channel
from qifu.organisations.permissions import NOBODY
from qifu.organisations.selectors.channels import channel_by_code, debt_routes
from tests.appeals import world as cases
from tests.conftest import NOW
from tests.factories import officer
from tests.web.desk_people import as_, table
from tests.web.english import CHINESE, chinese_left
from tests.web.test_english import in_english, read_all

pytestmark = pytest.mark.usefixtures("demo_city", "english_texts")

WINDOW = "sz-failed-service-window"
DESK = f"/desk/channels/{WINDOW}/"


def said(response, status: int = 422) -> None:
    """The answer is of that status and nothing in it is left in Chinese."""
    assert response.status_code == status
    assert chinese_left(response.content.decode()) == []


def test_the_finder(english, demo_city):
    debts = [f"/channels/debt/?who={route.code}" for route in debt_routes(demo_city)]
    read_all(
        english,
        [
            "/", "/appeals/", "/channels/", "/channels/?text=loan", "/channels/?text=zzzz",
            "/channels/?kind=window&open=1", "/channels/?zone=futian", f"/channels/{WINDOW}/",
            "/channels/sz-12345/", "/channels/sz-minyi-mini/", "/channels/debt/", *debts,
        ],
    )  # fmt: skip
    said(english.post(f"/channels/{WINDOW}/", {"text": ""}))
    said(english.post(f"/channels/{WINDOW}/", {"text": "The number is wrong"}, follow=True), 200)
    said(english.post(f"/channels/{WINDOW}/", {"text": "The number is wrong"}))
    rows = table(english.get("/channels.xlsx?kind=window"))
    left = [cell for row in rows for cell in row if CHINESE.search(str(cell))]
    assert left == []


@pytest.mark.parametrize(
    "moment", ["2026-10-01T02:00", "2026-11-20T02:00", "2026-11-20T04:30", "2026-11-20T10:00"]
)
def test_open_now_at_every_time_of_day(english, monkeypatch, moment):
    at = NOW.fromisoformat(moment + "+00:00")
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    read_all(english, ["/channels/?zone=futian", f"/channels/{WINDOW}/"])


def test_the_desk_of_channels():
    client = in_english(as_(officer("intake_officer", cases.unit(cases.INTAKE))))
    report = report_channel(channel_by_code(WINDOW), actor=NOBODY, now=NOW, text="Wrong number")
    read_all(client, ["/desk/channels/", "/desk/channels/?q=zzzz", DESK, "/desk/new-channel/"])
    said(client.post("/desk/new-channel/", {}))
    hours = ("someday", "Mon 25:00-26:00", "Mon 9-5", "Mon 12:00-09:00", "Sat closed", "Fri-Mon 1")
    for typed in (*hours, "2026-02-30 closed", "7x24\nMon 09:00-10:00"):
        wrong = {"hours": typed, "telephones": "call", "links": "x"}
        said(client.post(DESK, {"step": "edit", **wrong}))
    for step in ("retire", "mended"):
        said(client.post(DESK, {"step": step, "report": report.pk}))
    for step in ({"step": "check"}, {"step": "kept", "report": report.pk, "answer": "Fine"},
                 {"step": "retire", "reason": "Closed"}, {"step": "restore"}):  # fmt: skip
        said(client.post(DESK, step, follow=True), 200)
    said(client.post(DESK, {"step": "restore"}), 409)
