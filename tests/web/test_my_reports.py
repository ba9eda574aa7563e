"""Reports: made, listed with what changed, printed, computed again, taken as a table."""

from io import BytesIO

import openpyxl
import pytest

from qifu.organisations.selectors import actor_for
from qifu.policies.actions import make_report
from qifu.policies.models import StoredReport
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor
from tests.web.firms import acting, counted, demo_firm
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.django_db
PAGE = "/my/reports/"


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.fixture
def firm(client):
    firm = demo_firm()
    acting(client, firm)
    return firm


def made(client) -> StoredReport:
    answer = client.post(PAGE)
    assert answer.status_code == 302
    return StoredReport.objects.order_by("-pk")[0]


def test_without_reports_the_page_says_why_and_what_to_do(client, firm):
    page = client.get(PAGE)
    assert "还没有报告" in words(page)
    assert [one for one in read(page).forms if one["action"] == PAGE]


def test_a_report_is_made_and_looks_like_a_document(client, firm):
    kept = made(client)
    page = client.get(f"/my/reports/{kept.pk}/")
    said = words(page)
    assert read(page).headings == ["政策匹配报告"]
    for text in (
        firm.name, firm.uscc, f"BG20261122-{kept.pk:06d}", kept.facts_hash, kept.engine,
        "2026年11月22日",
    ):  # fmt: skip
        assert text in said
    for row in kept.policies:
        assert f"{row['id']} v{row['version']}" in said
    assert inline(page.content.decode()) == []


def test_the_table_names_every_policy_with_its_reasons(client, firm):
    kept = made(client)
    said = words(client.get(f"/my/reports/{kept.pk}/"))
    for name in ("eligible", "maybe", "near", "not_for_you"):
        for row in kept.summary[name]:
            assert row["title"] in said
            for group in row["groups"]:
                if group["verdict"] == "unmet":
                    assert group["gap_zh"] in said


def test_it_comes_out_the_same_when_it_is_computed_again(client, firm):
    kept = made(client)
    assert "逐字相同" in words(client.get(f"/my/reports/{kept.pk}/", {"replay": "1"}))


def test_a_report_that_was_tampered_with_is_named(client, firm):
    kept = made(client)
    kept.result["policies"][0]["verdict"] = "changed"
    kept.save()
    said = words(client.get(f"/my/reports/{kept.pk}/", {"replay": "1"}))
    assert "重算结果与这份报告不同" in said
    assert kept.result["policies"][0]["id"] in said


def test_the_list_says_what_is_new_and_what_is_lost(client, firm):
    first = made(client)
    gone = first.summary["eligible"][0]
    other = {**gone, "id": "OLD-1", "title": "以前能享的政策", "title_en": "An older one"}
    first.summary["eligible"][0] = other
    first.save()
    made(client)
    said = words(client.get(PAGE))
    assert f"新增可享： {gone['title']}" in said or f"新增可享：{gone['title']}" in said
    assert "不再可享：以前能享的政策" in said
    assert "第一份报告" in said


def test_the_same_result_twice_says_that_nothing_changed(client, firm):
    made(client)
    made(client)
    assert "没有变化" in words(client.get(PAGE))


def test_the_table_can_be_taken_away(client, firm):
    kept = made(client)
    answer = client.get(f"/my/reports/{kept.pk}/xlsx/")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    names = ("eligible", "maybe", "near", "not_for_you")
    conditions = sum(len(r["groups"]) for name in names for r in kept.summary[name])
    assert sheet.max_row == 1 + conditions
    ids = {sheet.cell(row=n, column=1).value for n in range(2, sheet.max_row + 1)}
    assert ids == {r["id"] for name in names for r in kept.summary[name]}


def test_another_firms_report_is_not_found(client, firm):
    stranger = enterprise_actor(EnterpriseFactory.create())
    firm_of_theirs = stranger.organisation.enterprise
    theirs = make_report(firm_of_theirs, actor=stranger, on=NOW.date(), now=NOW)
    for tail in ("", "xlsx/"):
        assert client.get(f"/my/reports/{theirs.pk}/{tail}").status_code == 404
    assert client.get("/my/reports/99999999999999999999999/").status_code == 404


def test_a_viewer_reads_and_does_not_make(client):
    firm = demo_firm()
    owner = actor_for(firm.organisation.memberships.get(user__username="demo-owner").user)
    kept = make_report(firm, actor=owner, on=NOW.date(), now=NOW)
    acting(client, firm, role="viewer")
    page = client.get(PAGE)
    assert f"BG20261122-{kept.pk:06d}" in words(page)
    assert not [one for one in read(page).forms if one["action"] == PAGE]
    assert client.get(f"/my/reports/{kept.pk}/").status_code == 200
    assert client.post(PAGE).status_code == 403
    assert StoredReport.objects.filter(enterprise=firm).count() == 1


def test_the_report_speaks_english_throughout(english, client):
    acting(client, demo_firm())
    kept = made(client)
    page = client.get(f"/my/reports/{kept.pk}/")
    assert page.status_code == 200
    for row in kept.summary["eligible"]:
        assert row["title_en"] in words(page)


def test_the_list_costs_the_same_for_ten_and_a_hundred_reports(client, firm):
    kept, numbers = made(client), []
    for upto in (10, 100):
        while StoredReport.objects.filter(enterprise=firm).count() < upto:
            kept.pk = None
            kept.save()
        with counted(numbers):
            assert client.get(PAGE).status_code == 200
    assert numbers[0] == numbers[1]
    page = client.get(PAGE, {"page": "5"})
    assert len(page.context["rows"]) == 20
    assert client.get(PAGE, {"page": "x"}).status_code == 200
