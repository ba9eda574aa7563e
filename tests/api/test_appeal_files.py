"""Files, hints, absences, channels, knowledge, due dates, figures: as the pages give them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qifu.accounts.logic import SCOPES
from qifu.appeals import actions, selectors
from qifu.appeals.models import Appeal, Attachment
from qifu.base.calendar import calendar_in_force
from qifu.knowledge.selectors import answers_in_force
from qifu.organisations.selectors.channels import debt_routes, find_channels
from tests.api.programs import Program, program
from tests.api.test_appeals import DEMAND, TEXT, good
from tests.appeals import world
from tests.appeals.files import PDF
from tests.conftest import NOW
from tests.factories import officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _many(settings, tmp_path):
    settings.QIFU_API_PER_MINUTE = 100_000
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def intake(demo_city) -> Program:
    return program(world.intake_actor(), SCOPES)


def pdf(name="图纸.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def test_a_file_is_sent_looked_at_and_downloaded(asks, intake):
    pk = good(asks.post("/appeals", DEMAND), 201)["id"]
    (file,) = good(asks.form(f"/appeals/{pk}/files", [pdf()]), 201)["items"]
    assert (file["name"], file["content_type"], file["state"]) == (
        "图纸.pdf", "application/pdf", "quarantined",
    )  # fmt: skip
    where = f"/appeals/{pk}/files/{file['id']}"
    assert asks.get(where).status_code == 404
    actions.scan_attachment(file["id"], now=NOW)
    got = asks.get(where)
    assert (got.status_code, got.content, got["Content-Type"]) == (200, PDF, "application/pdf")
    assert got["Content-Disposition"].startswith("attachment")
    assert intake.get(where).status_code == 200


def test_a_file_that_is_not_taken_is_refused_at_its_field(asks):
    pk = good(asks.post("/appeals", DEMAND), 201)["id"]
    for content in (b"", b"#!/bin/sh\nrm -rf", b"<html>"):
        answer = asks.form(f"/appeals/{pk}/files", [pdf("a.pdf", content)])
        assert (answer.status_code, answer.json()["field"]) == (422, "files")
    assert asks.form(f"/appeals/{pk}/files").status_code == 422
    answer = asks.form(f"/appeals/{pk}/files", [pdf()], internal="true")
    assert answer.status_code == 403
    assert not Attachment.objects.exists()


def test_a_file_of_a_draft_can_be_taken_out_and_later_not(asks, intake):
    draft = good(asks.post("/appeals/drafts", DEMAND), 201)["id"]
    (file,) = good(asks.form(f"/appeals/{draft}/files", [pdf()]), 201)["items"]
    assert asks.ask("DELETE", f"/appeals/{draft}/files/{file['id']}").status_code == 204
    assert good(asks.get(f"/appeals/{draft}/files"))["items"] == []
    good(asks.form(f"/appeals/{draft}/files", [pdf()]), 201)
    assert asks.ask("DELETE", f"/appeals/drafts/{draft}").status_code == 204
    assert not Attachment.objects.exists()


def test_what_is_internal_is_not_in_the_firms_list(asks, intake):
    pk = good(asks.post("/appeals", DEMAND), 201)["id"]
    good(intake.form(f"/appeals/{pk}/files", [pdf()], internal="true"), 201)
    assert good(asks.get(f"/appeals/{pk}/files"))["items"] == []
    assert len(good(intake.get(f"/appeals/{pk}/files"))["items"]) == 1


def test_hints_keep_nothing_and_show_only_what_one_may_see(asks):
    pk = good(asks.post("/appeals", DEMAND), 201)["id"]
    world.submitted(text=TEXT)
    found = good(asks.post("/appeals/hints", {"text": TEXT}))
    assert [one["id"] for one in found["similar"]] == [pk]


def test_who_is_away_is_recorded_by_the_own_unit(demo_city):
    actor = world.handler_actor()
    unit = program(actor, SCOPES)
    user = good(unit.get("/colleagues"))["items"][0]["user"]
    days = {"user": user, "first_day": "2026-11-25", "last_day": "2026-11-27"}
    made = good(unit.post("/absences", days), 201)
    assert [one["id"] for one in good(unit.get("/absences"))["items"]] == [made["id"]]
    answer = unit.post("/absences", {**days, "user": 10**9})
    assert (answer.status_code, answer.json()["field"]) == (422, "user")
    assert unit.ask("DELETE", f"/absences/{made['id']}").status_code == 204


@pytest.mark.parametrize("asked", [{}, {"text": "拖欠工程款"}, {"zone": "futian"}])
def test_channels_are_found_as_on_the_page(asks, demo_city, asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    found = good(asks.get(f"/channels?{query}"))["items"]
    expected = find_channels(demo_city, **asked, at=NOW, calendar=calendar_in_force())
    assert [one["code"] for one in found] == [one.channel.code for one in expected]
    assert [one["opening"]["open"] for one in found] == [one.opening.open for one in expected]
    open_now = good(asks.get("/channels?open_at=2026-11-22T04:00:00Z"))["items"]
    assert all(one["opening"]["open"] for one in open_now)


def test_who_owes_the_money_and_what_is_wrong_with_an_entry(asks, demo_city):
    told = good(asks.get("/debt-routes"))["items"]
    assert [one["code"] for one in told] == [one.code for one in debt_routes(demo_city)]
    code = good(asks.get("/channels"))["items"][0]["code"]
    assert good(asks.get(f"/channels/{code}"))["code"] == code
    good(asks.post(f"/channels/{code}/reports", {"text": "电话已停用"}), 201)
    assert asks.post(f"/channels/{code}/reports", {"text": "电话已停用"}).status_code == 409
    assert asks.get("/channels/nothing").status_code == 404


def test_answers_laws_and_search(asks):
    answers = good(asks.get("/answers?limit=100"))["items"]
    assert len(answers) == answers_in_force(NOW.date()).count()
    one = good(asks.get(f"/answers/{answers[0]['code']}"))
    assert one == answers[0]
    laws = good(asks.get("/laws"))["items"]
    assert good(asks.get(f"/laws/{laws[0]['code']}"))["articles"]
    hits = good(asks.get("/knowledge?text=企业"))["items"]
    assert hits
    assert good(asks.get("/knowledge?text=企业&kinds=law&limit=1"))["items"][0]["kind"] == "law"


def test_a_due_date_explains_itself_as_the_command_does(asks):
    told = good(asks.get("/due?start=2026-09-29T08:00:00Z&working_days=10"))
    assert (told["due_date"], told["provisional"]) == ("2026-10-19", False)
    assert sum(day["counts"] for day in told["days"]) == 10
    for wrong in ("start=2026-09-29T08:00:00Z", "start=2026-09-29T08:00:00&working_days=1",
                  "start=2026-09-29T08:00:00Z&working_days=1&calendar_days=1",
                  "start=1900-01-01T00:00:00Z&working_days=5",
                  "start=9999-12-31T00:00:00Z&calendar_days=5"):  # fmt: skip
        assert asks.get(f"/due?{wrong}").status_code == 422
    assert good(asks.get("/matters"))["items"]


def test_figures_are_the_pages_figures_and_lead_to_their_cases(demo_city):
    world.rated(level=5)
    world.submitted()
    actor = world.coordinator_actor()
    who = program(actor, SCOPES)
    days = {"since": NOW.date() - timedelta(days=1), "until": NOW.date() + timedelta(days=1)}
    query = "&".join(f"{name}={value}" for name, value in days.items())
    for by in ("unit", "matter", "district", "month"):
        told = good(who.get(f"/figures?by={by}&{query}"))
        expected = selectors.figures(actor, by=by, now=NOW, **days)
        assert [row["code"] for row in told["rows"]] == [row.code for row in expected.rows]
        total = {one["code"]: (one["counted"], one["of"]) for one in told["total"]["figures"]}
        assert total == {c.code: (c.counted, c.of) for c in expected.total.cells.values()}
    assert {one["code"] for one in told["formulas"]} == set(total)
    behind = good(who.get(f"/figures/cases?code=received&{query}"))["items"]
    assert len(behind) == total["received"][0]
    assert set(behind[0]) == {"id", "number", "state", "matter", "region", "lead"}
    for wrong in ("code=nothing", "code=received&by=unit&row=%00"):
        assert who.get(f"/figures/cases?{wrong}&{query}").status_code == 422
    assert who.get("/figures?since=2026-11-02&until=2026-11-01").status_code == 422
    good(who.get("/gaps"))


def test_who_may_not_see_figures_is_refused(asks):
    query = "since=2026-11-01&until=2026-11-30"
    assert asks.get(f"/figures?{query}").status_code == 403
    assert asks.get("/gaps").status_code == 403


def test_the_hotline_sends_orders_takes_statuses_and_acknowledges(demo_city):
    hotline = program(world.intake_actor(), ["exchange"])
    order = {"external_id": "GD-1", "text": TEXT, "time": "2026-11-20T09:30:00+08:00"}
    sent = {"partner": "12345", "orders": [order, order, {**order, "external_id": ""}]}
    told = good(hotline.post("/exchange/orders", sent))["items"]
    assert [one["outcome"] for one in told] == ["made", "same", "refused"]
    assert (told[2]["field"], bool(told[2]["message"]["en"])) == ("external_id", True)
    world.accepted(Appeal.objects.get(external_id="GD-1"))
    conflict = {"partner": "12345", "orders": [{**order, "text": "完全是另一件事情。"}]}
    assert good(hotline.post("/exchange/orders", conflict))["items"][0]["fields"] == ["text"]
    first = good(hotline.get("/exchange/statuses?partner=12345&limit=1"))
    assert [one["step"] for one in first["items"]] == ["submit"]
    rest = good(hotline.get(f"/exchange/statuses?partner=12345&after={first['next']}"))
    assert [one["step"] for one in rest["items"]] == ["accept"]
    empty = good(hotline.get(f"/exchange/statuses?partner=12345&after={rest['next']}"))
    assert (empty["items"], empty["next"]) == ([], rest["next"])
    body = {"partner": "12345", "up_to": rest["next"]}
    assert good(hotline.post("/exchange/acknowledgements", body)) == {"acknowledged": 2}
    assert good(hotline.post("/exchange/acknowledgements", body)) == {"acknowledged": 0}
    body["up_to"] = 99
    assert hotline.post("/exchange/acknowledgements", body).status_code == 422


def test_the_exchange_is_the_intake_units_own(asks, demo_city):
    other = program(officer("unit_admin", world.unit(world.OTHER)), SCOPES)
    for who in (asks, other):
        assert who.get("/exchange/statuses?partner=12345").status_code == 403
    intake = program(world.intake_actor(), SCOPES)
    answer = intake.get("/exchange/statuses?partner=12346")
    assert (answer.status_code, answer.json()["field"]) == (422, "partner")
