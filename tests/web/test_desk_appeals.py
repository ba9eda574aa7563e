"""Work lists of appeals: whose they are, how they are narrowed, what many at once leaves undone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from tests.appeals import cases, world
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer
from tests.web.desk_people import as_, queries, table
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")
LISTS = {
    "intake_officer": ["intake", "overdue", "objected", "all"],
    "handler": ["unit", "mine", "overdue", "objected", "extensions", "unit_done", "all"],
    "coordinator": ["overdue", "objected", "extensions", "justified", "all"],
    "callback_officer": ["overdue", "callbacks", "all"],
}
ROLES = {
    "intake_officer": world.intake_actor, "handler": world.handler_actor,
    "coordinator": world.coordinator_actor, "callback_officer": world.callback_actor,
}  # fmt: skip


@pytest.fixture
def intake():
    return as_(world.intake_actor())


@pytest.fixture
def coordinator():
    return as_(world.coordinator_actor())


def rows_of(response) -> set[int]:
    """The cases that a list links to."""
    found = set()
    for link in read(response).links:
        parts = link.split("/")
        if link.startswith("/desk/appeals/") and len(parts) > 3 and parts[3].isdigit():
            found.add(int(parts[3]))
    return found


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_its_own_tabs_and_the_first_is_where_it_starts(role):
    page = as_(ROLES[role]()).get("/desk/appeals/")
    tabs = [link for link in read(page).links if link.startswith("/desk/appeals/?list=")]
    assert list(dict.fromkeys(tabs)) == [f"/desk/appeals/?list={name}" for name in LISTS[role]]
    assert page.status_code == 200
    assert inline(page.content.decode()) == []
    assert len(read(page).headings) == 1


@pytest.mark.parametrize("role", ["policy_officer", "auditor", "unit_admin", "firm_registrar"])
def test_other_roles_have_no_lists_of_appeals(role):
    client = as_(officer(role))
    for address in ("/desk/appeals/", "/desk/appeals.xlsx", "/desk/appeals/new/"):
        assert client.get(address).status_code == 403
    assert "/desk/appeals/" not in read(client.get("/desk/")).links


def test_firms_do_not_come_in():
    client = as_(enterprise_actor())
    for address in ("/desk/appeals/", "/desk/appeals.xlsx", "/desk/appeals/1/", "/desk/absences/"):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize("role", LISTS)
@pytest.mark.parametrize("filtered", ["", "&q=nothing-like-it"])
def test_an_empty_list_says_why(role, filtered):
    client = as_(ROLES[role]())
    for name in LISTS[role]:
        said = words(client.get(f"/desk/appeals/?list={name}{filtered}"))
        assert ("没有符合条件的诉求" if filtered else "没有") in said


def test_a_row_says_what_is_due_whose_it_is_who_has_it_and_how_it_begins(intake):
    firm = world.firm_actor()
    text = (
        "我公司申请用电增容。" + "供电所说要等到明年，可是新设备下个月就到了，停一天损失很大。" * 3
    )
    appeal = world.dispatched(world.accepted(world.submitted(firm, text=text)))
    said = words(intake.get("/desk/appeals/?list=all"))
    for part in (
        appeal.number, "我公司申请用电增容", "供电所说要等到明年", "绿 · 还剩 1 个工作日",
        "联系企业", "市工业和信息化局", "待签收", "1 跳", appeal.enterprise.name,
    ):  # fmt: skip
        assert part in said
    assert said.count("停一天损失很大") < 3


def test_what_is_due_first_stands_on_top_and_late_is_red(coordinator):
    late = cases.case("handling", next_due_at=NOW - timedelta(days=3), next_clock="reply")
    cases.clock(late, due=NOW - timedelta(days=3))
    later_ = cases.case("handling", next_due_at=NOW - timedelta(days=1), next_clock="reply")
    cases.clock(later_, due=NOW - timedelta(days=1))
    page = coordinator.get("/desk/appeals/?list=overdue")
    html = page.content.decode()
    assert html.index(f"/desk/appeals/{late.pk}/") < html.index(f"/desk/appeals/{later_.pk}/")
    assert "红 · 超期" in words(page)
    newest = coordinator.get("/desk/appeals/?list=overdue&order=newest").content.decode()
    assert f"/desk/appeals/{later_.pk}/" in newest


def test_filters_stand_in_the_address_and_narrow_the_list(coordinator):
    one = cases.case("handling", kind="complaint", matter="tax", region="440305")
    two = cases.case("replied", lead="SZ-RSJ", kind="inquiry", matter="financing", region="440306")
    every = "/desk/appeals/?list=all"
    for query, expected in (
        ("kind=complaint", {one.pk}), ("state=replied", {two.pk}), ("matter=tax", {one.pk}),
        ("region=440306", {two.pk}), ("unit=SZ-RSJ", {two.pk}), (f"q={one.number}", {one.pk}),
        (f"q={two.enterprise.name}", {two.pk}), ("kind=complaint&state=replied", set()),
        ("due=overdue", set()), ("", {one.pk, two.pk}),
    ):  # fmt: skip
        assert rows_of(coordinator.get(f"{every}&{query}")) == expected, query
    page = coordinator.get(f"{every}&kind=complaint")
    html = page.content.decode()
    assert '<option value="complaint" selected>' in html
    assert "kind=complaint" in html.split("desk/appeals.xlsx?")[1].split('"')[0]
    assert "清空条件" in words(page)


@pytest.mark.parametrize("query", ["kind=x", "state=%00", "matter=no-such", "region=999", "due=1"])
def test_a_filter_that_is_none_is_said_at_its_field(coordinator, query):
    cases.case("handling")
    page = coordinator.get(f"/desk/appeals/?list=all&{query}")
    assert page.status_code == 200
    assert "筛选条件有误" in words(page)
    assert rows_of(page) == set()


@pytest.mark.parametrize("query", ["list=no-such", "list=my", "page=99", "page=x", "q=%00", "q= "])
def test_an_address_that_somebody_made_up_gives_a_list_that_is_there(intake, query):
    appeal = world.submitted()
    page = intake.get(f"/desk/appeals/?{query}")
    assert page.status_code == 200
    if not query.startswith("q=%00"):
        assert rows_of(page) == {appeal.pk}


def test_a_unit_sees_no_case_of_another_in_list_count_search_or_export():
    own, other = world.dispatched(), world.dispatched(to=world.OTHER)
    client = as_(world.handler_actor())
    for address in ("/desk/appeals/", "/desk/appeals/?list=all",
                    f"/desk/appeals/?list=all&q={other.number}"):  # fmt: skip
        assert other.pk not in rows_of(client.get(address))
    page = words(client.get("/desk/appeals/?list=all"))
    assert "企业诉求 · 全部 1" in page
    assert other.enterprise.name not in page
    numbers = {row[0] for row in table(client.get("/desk/appeals.xlsx?list=all"))}
    assert own.number in numbers and other.number not in numbers


def test_the_export_has_the_rows_of_the_address_and_no_contact(coordinator):
    appeal = world.handling_(kind="complaint")
    world.handling_()
    rows = table(coordinator.get("/desk/appeals.xlsx?list=all&kind=complaint"))
    assert len(rows) == 2
    line = dict(zip(rows[0], rows[1], strict=True))
    assert line["编号"] == appeal.number
    assert line["承办单位"] == "市工业和信息化局"
    assert line["提交时间"] == timezone.make_naive(appeal.submitted_at)
    assert world.PHONE not in str(rows)


def test_htmx_gets_the_part_that_stands_on_the_page_word_for_word(coordinator):
    world.handling_()
    whole = coordinator.get("/desk/appeals/?list=all").content.decode()
    part = coordinator.get("/desk/appeals/?list=all", headers={"HX-Request": "true"})
    text = part.content.decode().strip()
    assert text.startswith('<div id="results"')

    def plain(html: str) -> str:
        return " ".join(html.split("csrfmiddlewaretoken", maxsplit=1)[0].split())

    assert plain(text) in " ".join(whole.split())


@pytest.mark.parametrize(
    ("role", "name"), [(role, name) for role, names in LISTS.items() for name in names]
)
def test_a_list_costs_the_same_for_ten_cases_and_a_hundred(role, name):
    actor = ROLES[role]()
    client = as_(actor)
    state = {"intake": "submitted", "callbacks": "callback_due", "justified": "callback_due",
             "objected": "objected", "unit_done": "replied"}.get(name, "handling")  # fmt: skip
    state = "callback_due" if role == "callback_officer" else state

    def more(number: int) -> None:
        for _one in range(number):
            late = NOW - timedelta(days=1)
            made = cases.case(
                state, next_due_at=late, next_clock="reply", matter="tax",
                handler=actor.user if name == "mine" else None,
            )  # fmt: skip
            cases.clock(made, "callback" if state == "callback_due" else "reply", due=late)
            if name == "extensions":
                made.extensions.create(days=2, reason="等", asked_at=NOW)
            if state == "callback_due":
                row = cases.callback(cases.rating(cases.reply(made), 1))
                row.proposed_at = NOW
                row.save()

    def ask() -> int:
        return queries(lambda: client.get(f"/desk/appeals/?list={name}"))

    more(10)
    assert len(rows_of(client.get(f"/desk/appeals/?list={name}"))) == 10
    few = ask()
    more(90)
    assert ask() == few
    assert len(rows_of(client.get(f"/desk/appeals/?list={name}"))) == 50


def test_many_are_accepted_at_once_after_a_look_and_what_could_not_be_is_named(intake):
    one, two, gone = world.submitted(), world.submitted(), world.submitted()
    page = intake.get("/desk/appeals/")
    assert page.content.decode().count("data-qd-pick>") == 3
    chosen = {"do": "accept", "pk": [one.pk, two.pk, gone.pk], "next": "/desk/appeals/?list=intake"}
    look = intake.post("/desk/appeals/many/", chosen)
    assert look.status_code == 200
    assert one.number in words(look) and "受理 3 件" in words(look)
    assert Appeal.objects.filter(state="accepted").count() == 0
    ratings = world.owner_of(gone)
    actions.withdraw(gone, actor=ratings, now=NOW, reason="")
    done = intake.post("/desk/appeals/many/", {**chosen, "sure": "1"}, follow=True)
    assert done.redirect_chain == [("/desk/appeals/?list=intake", 302)]
    assert "已受理 2 件" in words(done)
    assert f"{gone.number} 没有办成" in words(done)
    assert Appeal.objects.filter(state="accepted").count() == 2


def test_many_are_reminded_with_one_text_which_is_needed_and_stays(coordinator):
    one, two = world.handling_(), world.closed()
    sent = {"do": "remind", "pk": [one.pk, two.pk], "sure": "1", "note": "x" * 2001}
    refused = coordinator.post("/desk/appeals/many/", sent)
    assert refused.status_code == 422
    assert "最多 2000 个字" in words(refused)
    kept = dict(form(refused, "/desk/appeals/many/")["fields"])
    assert kept["note"].strip() == "x" * 2001
    done = coordinator.post("/desk/appeals/many/", {**sent, "note": "今天办"}, follow=True)
    assert "已催办 1 件" in words(done)
    assert f"{two.number} 没有办成" in words(done)


def test_many_is_for_those_who_may_and_for_cases_they_see(intake, coordinator):
    appeal = world.submitted()
    send = {"do": "accept", "pk": [appeal.pk], "sure": "1"}
    assert coordinator.post("/desk/appeals/many/", send).status_code == 403
    assert as_(world.handler_actor()).post("/desk/appeals/many/", send).status_code == 403
    assert intake.get("/desk/appeals/many/").status_code == 405
    assert intake.post("/desk/appeals/many/", {"do": "close"}).status_code == 422
    none = intake.post(
        "/desk/appeals/many/", {"do": "accept", "pk": ["x", "99999999"]}, follow=True
    )
    assert "没有选中诉求" in words(none)
    appeal.refresh_from_db()
    assert appeal.state == "submitted"


def test_the_desk_shows_what_waits_and_the_first_rows(intake):
    appeal = world.submitted()
    page = intake.get("/desk/")
    assert "/desk/appeals/?list=intake" in read(page).links
    assert appeal.pk in rows_of(page)
    assert "没有待办清单" not in words(page)
