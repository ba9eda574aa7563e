"""Claims at the desk: the queue, papers, the decision, and two officers at once."""

import io
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client

from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from qifu.organisations.actions import submit_claim
from qifu.organisations.models import Claim, Invitation, Membership
from qifu.organisations.permissions import NOBODY, Actor
from tests.conftest import NOW
from tests.factories import (
    ClaimFactory,
    EnterpriseFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    officer,
)
from tests.web.desk_people import as_, queries, traces
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")

PDF = b"%PDF-1.4\n" + b"0" * 100
PHONE = "13900001234"


@pytest.fixture
def registrar():
    return officer("firm_registrar")


@pytest.fixture
def desk(registrar):
    return as_(registrar)


def claim(**more) -> Claim:
    return submit_claim(
        EnterpriseFactory.create(organisation=OrganisationFactory.create(name="灯塔公司")),
        **{
            "actor": NOBODY,
            "applicant": "申请人甲",
            "phone": PHONE,
            "note": "身份证 440300199001011234",
            "papers": [("执照.pdf", io.BytesIO(PDF), len(PDF))],
            "now": NOW - timedelta(days=4),
            **more,
        },
    )


def take(client: Client, case: Claim, step: str, **fields):
    return client.post(f"/desk/claims/{case.pk}/", {"step": step, **fields})


def lines(step: str) -> int:
    return JournalLine.objects.filter(step=step).count()


def test_the_oldest_waits_on_top_with_its_light(desk):
    late = ClaimFactory.create(submitted_at=NOW - timedelta(days=12))
    today = ClaimFactory.create(submitted_at=NOW - timedelta(days=1))
    page = desk.get("/desk/claims/")
    links = [link for link in read(page).links if link.startswith("/desk/claims/")]
    assert links.index(f"/desk/claims/{late.pk}/") < links.index(f"/desk/claims/{today.pk}/")
    assert "红 · 超期 5 个工作日" in words(page)  # due Fri 13 Nov; a week of work since
    assert "绿 · 还剩 3 个工作日" in words(page)


@pytest.mark.parametrize("text", ["灯塔", "number", "code"])
def test_a_claim_is_found_by_number_firm_or_code(desk, text):
    wanted, other = claim(), ClaimFactory.create()
    text = {"number": wanted.number, "code": wanted.enterprise.uscc}.get(text, text)
    links = read(desk.get("/desk/claims/", {"q": text})).links
    assert f"/desk/claims/{wanted.pk}/" in links
    assert f"/desk/claims/{other.pk}/" not in links


def test_the_states_are_lists_of_their_own(desk, registrar):
    done = ClaimFactory.create(
        state="refused", decided_by=registrar.user, decided_at=NOW, reason="缺材料"
    )
    assert f"/desk/claims/{done.pk}/" not in read(desk.get("/desk/claims/")).links
    refused = desk.get("/desk/claims/", {"state": "refused"})
    assert f"/desk/claims/{done.pk}/" in read(refused).links
    assert registrar.user.display_name in words(refused)
    assert desk.get("/desk/claims/", {"state": "nonsense"}).status_code == 200


def test_the_queue_costs_the_same_for_ten_and_for_fifty_claims(desk):
    def ask() -> int:
        return queries(lambda: desk.get("/desk/claims/", {"state": "all"}))

    ClaimFactory.create_batch(10)
    ask()
    few = ask()
    ClaimFactory.create_batch(90)
    assert ask() == few


def test_an_empty_queue_says_why_and_a_search_without_result_what_to_do(desk):
    Claim.objects.all().delete()
    assert "没有待核验的认领" in words(desk.get("/desk/claims/"))
    assert "请核对编号" in words(desk.get("/desk/claims/", {"q": "没有"}))


def test_the_fragment_of_the_queue_is_part_of_its_page(desk):
    ClaimFactory.create()
    page = desk.get("/desk/claims/").content.decode()
    part = desk.get("/desk/claims/", headers={"HX-Request": "true"}).content.decode().strip()
    assert part.startswith('<div id="results"')
    assert part in page


def test_the_case_shows_what_was_asked_and_the_phone_only_when_asked_for(desk, registrar):
    case = claim()
    page = desk.get(f"/desk/claims/{case.pk}/")
    assert PHONE not in page.content.decode()
    assert "139****1234" in words(page)
    assert "执照.pdf" in words(page)
    shown = take(desk, case, "reveal")
    assert PHONE in words(shown)
    line = JournalLine.objects.get(step="reveal_phone")
    assert (line.actor_id, line.subject_id) == (registrar.user_id, case.pk)
    assert "no-cache" in shown.headers["Cache-Control"] or "no-store" in shown["Cache-Control"]


def test_a_paper_is_a_download_and_never_a_page(desk):
    case = claim()
    paper = case.papers.get()
    got = desk.get(f"/desk/claims/{case.pk}/papers/{paper.pk}/")
    assert got.content == PDF
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in got.headers["Cache-Control"]


def test_a_paper_is_given_only_with_its_own_claim_and_only_to_those_who_decide(desk):
    case, other = claim(), claim()
    paper = case.papers.get()
    assert desk.get(f"/desk/claims/{other.pk}/papers/{paper.pk}/").status_code == 404
    address = f"/desk/claims/{case.pk}/papers/{paper.pk}/"
    for role in ("enterprise_officer", "data_steward", "policy_officer", "auditor", "unit_admin"):
        assert as_(officer(role)).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_a_paper_whose_file_is_gone_is_not_found(desk):
    case = claim()
    paper = case.papers.get()
    paper.file.storage.delete(paper.file.name)
    assert desk.get(f"/desk/claims/{case.pk}/papers/{paper.pk}/").status_code == 404


def test_approving_a_stranger_shows_the_way_in_once(desk):
    case = claim()
    page = take(desk, case, "approve", papers_checked=["licence", "agent_id"])
    assert page.status_code == 200
    assert "只显示这一次" in words(page)
    link = next(part for part in page.content.decode().split('"') if "/invitations/" in part)
    assert link.startswith("http://testserver/invitations/")
    assert Client().get(link.removeprefix("http://testserver")).status_code == 200
    again = desk.get(f"/desk/claims/{case.pk}/")
    assert "/invitations/" not in again.content.decode()
    assert "营业执照原件或加盖公章的复印件、办理人身份证" in words(again)


def test_a_new_way_in_ends_the_old_one(desk):
    case = claim()
    first = take(desk, case, "approve", papers_checked=["licence"]).content.decode()
    second = take(desk, case, "renew").content.decode()

    def address(html: str) -> str:
        link = next(part for part in html.split('"') if "/invitations/" in part)
        return link.removeprefix("http://testserver")

    assert address(first) != address(second)
    assert Client().get(address(first)).status_code == 404
    assert Client().get(address(second)).status_code == 200
    assert lines("renew_way_in") == 1


def test_approving_somebody_with_an_account_makes_them_owner_and_tells_them(desk):
    user = UserFactory.create()
    case = claim(actor=Actor(user=user))
    page = take(desk, case, "approve", papers_checked=["licence"])
    assert page.status_code == 302
    member = Membership.objects.get(user=user, organisation_id=case.enterprise_id)
    assert member.role == "owner"
    assert Notice.objects.filter(to=user, template="claim_approved").count() == 1


def test_without_a_checked_paper_nothing_is_approved_and_the_field_says_why(desk):
    case = claim()
    before = traces()
    page = take(desk, case, "approve")
    assert page.status_code == 422
    assert "请勾选您核对过的材料" in words(page)
    assert traces() == before


def test_an_unknown_paper_is_refused(desk):
    case = claim()
    before = traces()
    assert take(desk, case, "approve", papers_checked=["no-such"]).status_code == 422
    assert traces() == before


def test_a_refusal_joins_the_ticked_reasons_and_own_words(desk):
    user = UserFactory.create()
    case = claim(actor=Actor(user=user))
    page = take(desk, case, "refuse", common=["unreadable"], reason="第二页也要。")
    assert page.status_code == 302
    case.refresh_from_db()
    assert case.state == "refused"
    assert case.reason == "营业执照照片看不清，请重新上传清晰的原件照片。\n第二页也要。"
    assert case.reason in Notice.objects.get(to=user, template="claim_refused").values["reason"]


@pytest.mark.parametrize("reason", ["", "   ", "长" * 1001])
def test_a_refusal_needs_a_reason_of_a_sensible_length(desk, reason):
    case = claim()
    before = traces()
    page = take(desk, case, "refuse", reason=reason)
    assert page.status_code == 422
    assert traces() == before
    assert "有几处需要改正" in words(page)


def test_a_firm_with_an_owner_offers_no_approval(desk):
    case = claim()
    MembershipFactory.create(organisation=case.enterprise.organisation, role="owner")
    said = words(desk.get(f"/desk/claims/{case.pk}/"))
    assert "材料无误，通过" not in said
    assert "已有 1 位负责人" in said
    before = traces()
    assert take(desk, case, "approve", papers_checked=["licence"]).status_code == 409
    assert traces() == before


def test_the_second_officer_is_told_who_decided(desk, registrar):
    case = claim()
    colleague = officer("firm_registrar")
    take(as_(colleague), case, "refuse", common=["unreadable"])
    page = take(desk, case, "approve", papers_checked=["licence"])
    assert page.status_code == 409
    assert "您的操作没有生效" in words(page)
    assert colleague.user.display_name in words(page)
    assert not Invitation.objects.filter(claim=case).exists()


def test_nobody_decides_their_own_claim(registrar, desk):
    case = claim(actor=Actor(user=registrar.user))
    said = words(desk.get(f"/desk/claims/{case.pk}/"))
    assert "请同事办理" in said
    before = traces()
    for step in ("approve", "refuse", "reveal"):
        fields = {"papers_checked": ["licence"], "common": ["unreadable"]}
        assert take(desk, case, step, **fields).status_code == 403
    assert traces() == before


def test_an_unknown_step_and_an_unknown_claim_do_nothing(desk):
    case = claim()
    assert take(desk, case, "destroy").status_code == 422
    assert desk.get("/desk/claims/999999/").status_code == 404
    assert desk.get("/desk/claims/99999999999999999999/").status_code in (400, 404)


def test_other_claims_to_the_firm_stand_beside(desk):
    case = claim()
    other = ClaimFactory.create(enterprise=case.enterprise)
    assert f"/desk/claims/{other.pk}/" in read(desk.get(f"/desk/claims/{case.pk}/")).links


def test_nothing_on_the_pages_is_inline(desk):
    case = claim()
    for address in ("/desk/claims/", f"/desk/claims/{case.pk}/"):
        for language in ("zh-hans", "en"):
            desk.cookies["django_language"] = language
            assert inline(desk.get(address).content.decode()) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_press_at_once_one_decides_and_one_is_told(demo_city):
    case = claim()
    clients = [as_(officer("firm_registrar")), as_(officer("firm_registrar"))]
    together, answers = Barrier(2), []

    def press(client: Client) -> None:
        try:
            together.wait()
            answers.append(take(client, case, "approve", papers_checked=["licence"]).status_code)
        finally:
            connection.close()

    threads = [Thread(target=press, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409]
    assert lines("approve_claim") == 1
    assert Invitation.objects.filter(claim=case).count() == 1
