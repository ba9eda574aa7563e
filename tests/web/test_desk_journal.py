"""The journal for auditors: found, paged, sealed, exported; nothing personal in it."""

from datetime import timedelta

import pytest

from qifu.base import journal
from qifu.base.models import JournalLine, JournalNote
from qifu.organisations.actions import declare_fact, dispute_fact
from tests.conftest import NOW
from tests.factories import ClaimFactory, EnterpriseFactory, enterprise_actor, officer
from tests.web.desk_people import as_, queries, table
from tests.web.pages import inline, read, words
from tests.web.test_desk_firm import state

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def desk():
    return as_(officer("auditor"))


def line(step="approve_claim", *, subject=None, actor=None, note="", **more) -> JournalLine:
    return journal.record(
        subject or ClaimFactory.create(),
        step,
        actor_id=actor.user_id if actor else None,
        acting_for=actor.organisation_id if actor else None,
        note=note,
        **{"now": NOW, **more},
    )


def results(page) -> str:
    said = words(page)
    start = said.index("封存 ", said.index("说明"))
    return said[start:]


def test_lines_are_newest_first_with_step_person_place_and_change(desk):
    registrar = officer("firm_registrar")
    claim = ClaimFactory.create()
    line(subject=claim, actor=registrar, from_state="submitted", to_state="approved")
    said = words(desk.get("/desk/journal/"))
    assert (
        f"通过认领 {registrar.user.display_name} {registrar.organisation.name} "
        f"认领申请 {claim.pk} 待核验 → 已通过"
    ) in said


@pytest.mark.parametrize(
    ("asked", "finds"),
    [
        ({"step": "refuse_claim"}, True),
        ({"step": "approve_claim"}, False),
        ({"person": "审核人甲"}, True),
        ({"person": "没有这个人"}, False),
        ({"kind": "claim"}, True),
        ({"kind": "dispute"}, False),
        ({"since": "2026-11-22", "until": "2026-11-22"}, True),
        ({"until": "2026-11-21"}, False),
        ({"since": "2026-11-23"}, False),
    ],
)
def test_lines_are_found_by_step_person_thing_and_day(desk, asked, finds):
    actor = officer("firm_registrar")
    actor.user.display_name = "审核人甲"
    actor.user.save()
    claim = ClaimFactory.create()
    line("refuse_claim", subject=claim, actor=actor)
    page = desk.get("/desk/journal/", {"number": claim.pk, **asked})
    assert (f"认领申请 {claim.pk}" in words(page)) == finds
    if not finds:
        assert "没有符合的记录" in words(page)


@pytest.mark.parametrize(
    "asked",
    [
        {"step": "no-such"},
        {"number": "abc"},
        {"number": "-1"},
        {"number": "9" * 40},
        {"since": "yesterday"},
        {"since": "2026-11-22", "until": "2026-11-01"},
        {"person": "x" * 100},
    ],
)
def test_a_filter_that_cannot_be_read_finds_nothing_and_says_so(desk, asked):
    line()
    page = desk.get("/desk/journal/", asked)
    assert page.status_code == 200
    assert "有几处需要改正" in words(page)
    assert "没有符合的记录" in words(page)


@pytest.mark.parametrize("before", ["abc", "-1", "9" * 30, ""])
def test_a_cursor_that_is_none_is_ignored(desk, before):
    line()
    assert "通过认领" in results(desk.get("/desk/journal/", {"before": before}))


def test_the_cursor_walks_over_every_line_once(desk):
    claim = ClaimFactory.create()
    for n in range(120):
        line(subject=claim, note=f"第{n:03d}号")
    address, seen = f"/desk/journal/?kind=claim&number={claim.pk}", []
    while address:
        page = desk.get(address)
        seen += [word for word in words(page).split() if word.startswith("第") and "号" in word]
        older = [link for link in read(page).links if "before=" in link]
        address = f"/desk/journal/{older[0]}" if older else ""
    assert seen == [f"第{n:03d}号" for n in reversed(range(120))]


def test_sealed_and_waiting_lines_are_marked(desk):
    line()
    assert "待封存" in words(desk.get("/desk/journal/"))
    journal.seal()
    said = words(desk.get("/desk/journal/"))
    assert "没有待封存的" in said
    assert "已封存 1" in said


def test_the_chain_is_checked_when_asked_and_a_changed_line_is_named(desk):
    line(note="原来的话")
    journal.seal()
    assert "核对无误" in words(desk.get("/desk/journal/", {"check": "1"}))
    changed = JournalLine.objects.exclude(number=None).last()
    JournalLine.objects.filter(pk=changed.pk).update(step="withdraw_claim")
    said = words(desk.get("/desk/journal/", {"check": "1"}))
    assert "核对发现 1 处问题" in said
    assert f"line number {changed.number}" in said


def test_nothing_personal_stands_in_the_journal(desk):
    actor = officer("firm_registrar")
    line(
        "refuse_claim",
        actor=actor,
        note="身份证 440300199001011234 电话13912345678，0755-26001234 邮箱 a.b@example.org",
    )
    said = words(desk.get("/desk/journal/"))
    for secret in ("440300199001011234", "13912345678", "26001234", "a.b@example.org"):
        assert secret not in said
    assert "139****5678" in said


def test_people_who_act_for_firms_are_covered_up_and_officials_are_not(desk):
    owner = enterprise_actor()
    owner.user.display_name = "欧阳测试"
    owner.user.save()
    declare_fact(
        owner.organisation.enterprise, actor=owner, attribute="private_firm", text="true",
        as_of=NOW.date(), now=NOW,
    )  # fmt: skip
    said = words(desk.get("/desk/journal/"))
    assert "欧阳测试" not in said
    assert "欧**" in said
    assert "民营企业" in said


def test_what_was_written_about_a_disputed_figure_is_not_for_auditors(desk, demo_city):
    firm = EnterpriseFactory.create(facts={})
    state(firm, demo_city, "revenue", 30_000_000, period="2025")
    dispute_fact(
        firm, actor=enterprise_actor(firm), attribute="revenue", period="2025", text="3200",
        reason="应为叁仟贰佰万", now=NOW,
    )  # fmt: skip
    page = desk.get("/desk/journal/")
    assert "叁仟贰佰万" not in page.content.decode()
    assert "内容只在该件的页面上看" in words(page)
    rows = table(desk.get("/desk/journal.xlsx"))
    assert not any("叁仟贰佰万" in str(cell) for row in rows for cell in row)


def test_a_forgotten_note_leaves_its_line(desk):
    made = line(note="要忘记的话")
    journal.forget_note(made)
    assert "要忘记的话" not in words(desk.get("/desk/journal/"))
    assert not JournalNote.objects.filter(line=made).exists()


def test_the_export_holds_what_was_filtered_with_formulas_made_harmless(desk):
    line("refuse_claim", note="=1+1", now=NOW - timedelta(days=1))
    line("approve_claim")
    rows = table(desk.get("/desk/journal.xlsx", {"step": "refuse_claim"}))
    assert rows[0][0] == "时间"
    assert [row[1] for row in rows[1:]] == ["不通过认领"]
    assert rows[1][7] == "=1+1"


def test_the_list_costs_the_same_for_ten_and_for_fifty_lines(desk):
    def ask() -> int:
        return queries(lambda: desk.get("/desk/journal/"))

    for _n in range(10):
        line(actor=officer("firm_registrar"), note="x")
    ask()
    few = ask()
    for _n in range(60):
        line(actor=officer("firm_registrar"), note="x")
    assert ask() == few


@pytest.mark.parametrize(
    "role", ["firm_registrar", "enterprise_officer", "data_steward", "policy_officer", "unit_admin"]
)
@pytest.mark.parametrize(
    "address", ["/desk/journal/", "/desk/journal/?check=1", "/desk/journal.xlsx"]
)
def test_the_journal_is_for_auditors(role, address):
    line(note="内部")
    page = as_(officer(role)).get(address)
    assert page.status_code == 403
    assert "内部" not in words(page)


def test_the_fragment_is_part_of_the_page_and_nothing_is_inline(desk):
    line(note="说明")
    page = desk.get("/desk/journal/").content.decode()
    part = desk.get("/desk/journal/", headers={"HX-Request": "true"}).content.decode().strip()
    assert part.startswith('<div id="results"')
    assert part in page
    assert inline(page) == []
