"""The members of a unit: invite, change, remove; only one's own unit, never oneself."""

import pytest
from django.test import Client

from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from qifu.organisations.models import Invitation
from tests.factories import MembershipFactory, UnitFactory, officer
from tests.web.desk_people import as_, queries, traces
from tests.web.pages import inline, words

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def unit():
    return UnitFactory.create()


@pytest.fixture
def desk(unit):
    return as_(officer("unit_admin", unit))


@pytest.fixture
def member(unit):
    return MembershipFactory.create(organisation=unit.organisation, role="enterprise_officer")


def do(client: Client, step: str, pk: object = "", **fields):
    return client.post("/desk/people/", {"do": step, "pk": pk, **fields})


def test_the_members_of_ones_own_unit_are_listed_and_no_others(desk, member):
    stranger = officer("enterprise_officer")
    said = words(desk.get("/desk/people/"))
    assert member.user.display_name in said
    assert stranger.user.username not in said


def test_an_invitation_shows_its_link_once_and_works(desk, unit):
    page = do(desk, "invite", label="新同事", role="auditor")
    assert page.status_code == 200
    link = next(part for part in page.content.decode().split('"') if "/invitations/" in part)
    assert Client().get(link.removeprefix("http://testserver")).status_code == 200
    again = desk.get("/desk/people/")
    assert "/invitations/" not in again.content.decode()
    assert "新同事" in words(again)
    assert Invitation.objects.get(organisation=unit.organisation).role == "auditor"


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("", "auditor"),
        ("新同事", ""),
        ("新同事", "owner"),
        ("新同事", "no-such"),
        ("长" * 61, "auditor"),
    ],
)
def test_a_bad_invitation_is_not_made_and_what_was_typed_stays(desk, label, role):
    before = traces()
    page = do(desk, "invite", label=label, role=role)
    assert page.status_code == 422
    assert traces() == before
    if label == "新同事":
        assert 'value="新同事"' in page.content.decode()


def test_an_invitation_is_revoked(desk):
    do(desk, "invite", label="新同事", role="auditor")
    invitation = Invitation.objects.get(label="新同事")
    assert do(desk, "revoke", invitation.pk).status_code == 302
    invitation.refresh_from_db()
    assert invitation.state == "revoked"


def test_a_role_is_changed_and_the_journal_has_both(desk, member):
    assert do(desk, "role", member.pk, role="data_steward").status_code == 302
    member.refresh_from_db()
    assert member.role == "data_steward"
    line = JournalLine.objects.get(step="change_role", subject_id=member.pk)
    assert (line.from_state, line.to_state) == ("enterprise_officer", "data_steward")


@pytest.mark.parametrize("role", ["owner", "no-such", ""])
def test_a_role_of_firms_or_of_nobody_is_refused(desk, member, role):
    before = traces()
    assert do(desk, "role", member.pk, role=role).status_code == 422
    member.refresh_from_db()
    assert member.role == "enterprise_officer"
    assert traces() == before


def test_a_removed_member_is_told_and_loses_the_desk(desk, member):
    theirs = Client()
    theirs.force_login(member.user)
    assert theirs.get("/desk/firms/").status_code == 200
    assert do(desk, "end", member.pk).status_code == 302
    assert theirs.get("/desk/firms/").status_code != 200
    assert Notice.objects.filter(to=member.user, template="member_removed").count() == 1


def test_nobody_changes_or_removes_themselves(unit):
    actor = officer("unit_admin", unit)
    client = as_(actor)
    before = traces()
    for step in ("role", "end"):
        assert do(client, step, actor.membership.pk, role="auditor").status_code == 409
    assert traces() == before


@pytest.mark.parametrize("step", ["role", "end", "revoke"])
def test_members_and_invitations_of_another_unit_are_not_there(desk, step):
    other = officer("unit_admin")
    do(as_(other), "invite", label="别处", role="auditor")
    pk = other.membership.pk
    if step == "revoke":
        pk = Invitation.objects.get(label="别处").pk
    before = traces()
    assert do(desk, step, pk, role="auditor").status_code == 404
    assert traces() == before


@pytest.mark.parametrize("pk", ["", "x", "-1", "9" * 30, "１"])
@pytest.mark.parametrize("step", ["role", "end", "revoke", "destroy", ""])
def test_a_number_that_is_none_and_a_step_that_is_none_do_nothing(desk, step, pk):
    before = traces()
    assert do(desk, step, pk, role="auditor").status_code in (404, 422)
    assert traces() == before


@pytest.mark.parametrize(
    "role", ["firm_registrar", "enterprise_officer", "data_steward", "policy_officer", "auditor"]
)
def test_other_roles_manage_nobody(unit, member, role):
    client = as_(officer(role, unit))
    before = traces()
    assert client.get("/desk/people/").status_code == 403
    assert do(client, "invite", label="x", role="unit_admin").status_code == 403
    assert do(client, "role", member.pk, role="unit_admin").status_code == 403
    assert do(client, "end", member.pk).status_code == 403
    assert traces() == before


def test_the_list_costs_the_same_for_few_and_many(desk, unit):
    def ask() -> int:
        return queries(lambda: desk.get("/desk/people/"))

    MembershipFactory.create_batch(2, organisation=unit.organisation, role="auditor")
    ask()
    few = ask()
    MembershipFactory.create_batch(30, organisation=unit.organisation, role="auditor")
    assert ask() == few


def test_nothing_on_the_page_is_inline(desk, member):
    assert inline(desk.get("/desk/people/").content.decode()) == []
