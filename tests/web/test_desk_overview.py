"""The work list of each role, and the light that says how a case stands."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from qifu.organisations.models import Claim, Dispute
from qifu.web.desk.due import light
from tests.conftest import NOW
from tests.factories import ClaimFactory, DisputeFactory, enterprise_actor, officer
from tests.web.desk_people import as_, queries
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")

ROLES = (
    "firm_registrar", "enterprise_officer", "data_steward", "policy_officer", "auditor",
    "unit_admin",
)  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_own_lists_and_no_other(role):
    claim, dispute = ClaimFactory.create(), DisputeFactory.create()
    page = as_(officer(role)).get("/desk/")
    links = read(page).links
    assert page.status_code == 200
    assert (f"/desk/claims/{claim.pk}/" in links) == (role == "firm_registrar")
    assert (f"/desk/disputes/{dispute.pk}/" in links) == (role == "data_steward")
    said = words(page)
    assert ("没有待办清单" in said) == (role not in ("firm_registrar", "data_steward"))


def test_the_title_says_how_many_wait():
    Claim.objects.all().delete()
    ClaimFactory.create_batch(3)
    html = as_(officer("firm_registrar")).get("/desk/").content.decode()
    assert "工作台 · 待核验 3" in html[html.index("<title>") : html.index("</title>")]


def test_empty_lists_say_why():
    Claim.objects.all().delete()
    Dispute.objects.all().delete()
    assert "没有待核验的认领" in words(as_(officer("firm_registrar")).get("/desk/"))
    assert "没有待处理的异议" in words(as_(officer("data_steward")).get("/desk/"))


@pytest.mark.parametrize(
    ("role", "factory"), [("firm_registrar", ClaimFactory), ("data_steward", DisputeFactory)]
)
def test_the_work_list_costs_the_same_for_ten_and_a_hundred_cases(role, factory):
    client = as_(officer(role))

    def ask() -> int:
        return queries(lambda: client.get("/desk/"))

    factory.create_batch(10)
    ask()
    few = ask()
    factory.create_batch(90)
    assert ask() == few


def test_a_firm_has_no_desk_and_a_stranger_is_asked_to_sign_in(client):
    assert as_(enterprise_actor()).get("/desk/").status_code == 403
    answer = client.get("/desk/claims/?state=refused")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/?next=%2Fdesk%2Fclaims%2F")


@pytest.mark.parametrize("role", ROLES)
def test_the_page_is_one_page_without_anything_inline(role):
    ClaimFactory.create(), DisputeFactory.create()
    client = as_(officer(role))
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        page = client.get("/desk/")
        assert inline(page.content.decode()) == []
        assert len(read(page).headings) == 1


SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("came", "today", "tone", "left"),
    [
        (NOW, SUNDAY, "good", 3),  # due Wednesday
        (NOW, date(2026, 11, 24), "good", 1),
        (NOW, date(2026, 11, 25), "warn", 0),
        (NOW, date(2026, 11, 26), "bad", -1),
        (NOW - timedelta(days=5), SUNDAY, "bad", -1),  # due Friday: a weekend is overdue too
        (datetime(2026, 9, 29, 2, tzinfo=UTC), date(2026, 10, 7), "good", 2),  # over the holiday
        (datetime(2026, 11, 21, 16, 30, tzinfo=UTC), SUNDAY, "good", 3),  # 0:30 in Shanghai
    ],
)
def test_the_light_counts_official_working_days(came, today, tone, left):
    shown = light(came, 3, today=today)
    assert (shown.tone, shown.left) == (tone, left)


def test_the_light_is_a_word_a_colour_and_an_icon():
    shown = light(NOW, 3, today=SUNDAY)
    with translation.override("zh-hans"):
        assert (shown.colour, shown.words, shown.icon) == ("绿", "还剩 3 个工作日", "circle-check")
        assert "国庆节" in light(datetime(2026, 9, 29, 2, tzinfo=UTC), 3, today=SUNDAY).why
