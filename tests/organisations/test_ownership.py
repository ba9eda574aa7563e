"""Who owns a firm's account: claims, papers, decisions, invitations, members."""

import io
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.base.transitions import move
from qifu.notices.models import Notice
from qifu.organisations.actions import (
    accept_invitation,
    approve_claim,
    change_role,
    end_membership,
    invite,
    refuse_claim,
    revoke_invitation,
    submit_claim,
    withdraw_claim,
)
from qifu.organisations.models import Claim, ClaimPaper, Membership
from qifu.organisations.permissions import NOBODY, Actor
from qifu.organisations.selectors import claims_visible_to, invitation_by_token
from qifu.organisations.states import (
    CLAIM_STEPS,
    DISPUTE_STEPS,
    INVITATION_STEPS,
    ClaimState,
    DisputeState,
)
from tests.conftest import NOW
from tests.factories import (
    ClaimFactory,
    DisputeFactory,
    EnterpriseFactory,
    UserFactory,
    enterprise_actor,
    officer,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def firm(demo_city):
    return EnterpriseFactory.create()


def claim(firm, actor=NOBODY, **more):
    details = {"applicant": "测试申请人", "phone": "0755-12345678", **more}
    return submit_claim(firm, actor=actor, now=NOW, **details)


def test_a_stranger_claims_and_gets_a_way_in_that_works_once(firm):
    mine = claim(firm)
    registrar = officer("firm_registrar")
    token = approve_claim(mine, actor=registrar, papers_checked=["营业执照原件"], now=NOW)
    invitation = invitation_by_token(token)
    user = UserFactory.create()
    accept_invitation(invitation, user=user, now=NOW)
    assert Membership.objects.get(user=user, organisation=firm.organisation).role == "owner"
    with pytest.raises(WrongState):
        accept_invitation(invitation, user=UserFactory.create(), now=NOW)


def test_somebody_with_an_account_becomes_the_owner_at_once_and_is_told(firm):
    user = UserFactory.create()
    mine = claim(firm, Actor(user=user))
    assert (
        approve_claim(mine, actor=officer("firm_registrar"), papers_checked=["x"], now=NOW) is None
    )
    assert Membership.objects.filter(user=user, role="owner").exists()
    assert set(Notice.objects.filter(to=user).values_list("template", flat=True)) == {
        "claim_received",
        "claim_approved",
    }


def test_a_firm_with_an_owner_takes_no_more_claims(firm):
    enterprise_actor(firm)
    with pytest.raises(BadInput, match="已经有负责人"):
        claim(firm)


def test_of_two_claims_only_one_is_approved(firm):
    first, second = claim(firm), claim(firm)
    registrar = officer("firm_registrar")
    approve_claim(first, actor=registrar, papers_checked=["x"], now=NOW)
    with pytest.raises(Conflict):
        approve_claim(second, actor=registrar, papers_checked=["x"], now=NOW)
    second.refresh_from_db()
    assert second.state == "submitted"


def test_an_officer_without_that_duty_is_refused_and_nothing_happens(firm):
    mine = claim(firm)
    before = JournalLine.objects.count()
    for role in ("enterprise_officer", "policy_officer", "auditor"):
        with pytest.raises(NotAllowed):
            approve_claim(mine, actor=officer(role), papers_checked=["x"], now=NOW)
        with pytest.raises(NotAllowed):
            refuse_claim(mine, actor=officer(role), reason="x", now=NOW)
    mine.refresh_from_db()
    assert mine.state == "submitted"
    assert JournalLine.objects.count() == before


def test_nobody_decides_their_own_claim(firm):
    registrar = officer("firm_registrar")
    mine = claim(firm, registrar)
    with pytest.raises(NotAllowed):
        approve_claim(mine, actor=registrar, papers_checked=["x"], now=NOW)


def test_a_refusal_needs_a_reason(firm):
    with pytest.raises(BadInput, match="原因"):
        refuse_claim(claim(firm), actor=officer("firm_registrar"), reason="  ", now=NOW)


def test_an_approval_needs_the_papers_that_were_checked(firm):
    with pytest.raises(BadInput, match="材料"):
        approve_claim(claim(firm), actor=officer("firm_registrar"), papers_checked=[], now=NOW)


def test_every_wrong_field_of_a_claim_is_named_at_once(firm):
    with pytest.raises(BadInput) as error:
        claim(firm, applicant=" ", phone="打我手机")
    assert set(error.value.fields) == {"applicant", "phone"}
    assert not Claim.objects.filter(enterprise=firm).exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("照片.png", b"<html><script>", "不是 PDF"),
        ("x.pdf", b"MZ\x90\x00" + b"\0" * 100, "不是 PDF"),
        ("大.png", PNG + b"\0" * (5 * 1024 * 1024), "5 MB"),
    ],
)
def test_papers_are_judged_by_content_and_size(firm, name, content, says):
    with pytest.raises(BadInput, match=says):
        claim(firm, papers=[(name, io.BytesIO(content), len(content))])
    assert not ClaimPaper.objects.filter(claim__enterprise=firm).exists()


def test_a_good_paper_is_kept_under_a_name_that_says_nothing(firm):
    mine = claim(firm, papers=[("营业执照.png", io.BytesIO(PNG), len(PNG))])
    paper = mine.papers.get()
    assert paper.name == "营业执照.png"
    assert "营业执照" not in paper.file.name
    with paper.file.open() as kept:
        assert kept.read() == PNG


def test_claims_are_seen_by_those_who_decide_them_only(firm):
    claim(firm)
    assert claims_visible_to(officer("firm_registrar")).exists()
    for actor in (NOBODY, enterprise_actor(), officer("auditor")):
        assert not claims_visible_to(actor).exists()


class TestMembers:
    def test_an_invitation_ends_after_its_days(self, firm):
        invitation, _token = invite(
            actor=enterprise_actor(firm), role="clerk", label="小王", now=NOW
        )
        with pytest.raises(WrongState, match="过期"):
            accept_invitation(invitation, user=UserFactory.create(), now=NOW + timedelta(days=15))

    def test_a_revoked_invitation_no_longer_works(self, firm):
        owner = enterprise_actor(firm)
        invitation, _token = invite(actor=owner, role="clerk", label="小王", now=NOW)
        revoke_invitation(invitation, actor=owner, now=NOW)
        with pytest.raises(WrongState):
            accept_invitation(invitation, user=UserFactory.create(), now=NOW)

    def test_a_role_of_government_cannot_be_given_in_a_firm(self, firm):
        with pytest.raises(BadInput):
            invite(actor=enterprise_actor(firm), role="data_steward", label="小王", now=NOW)

    def test_the_last_owner_stays(self, firm):
        owner = enterprise_actor(firm)
        with pytest.raises(Conflict, match="至少要有一位负责人"):
            end_membership(owner.membership, actor=owner, now=NOW)
        with pytest.raises(Conflict):
            change_role(owner.membership, actor=owner, role="viewer", now=NOW)

    def test_a_unit_keeps_somebody_who_manages_its_people(self, demo_city):
        admin = officer("unit_admin")
        with pytest.raises(Conflict, match="管理成员"):
            change_role(admin.membership, actor=admin, role="auditor", now=NOW)
        with pytest.raises(Conflict, match="管理成员"):
            end_membership(admin.membership, actor=admin, now=NOW)

    def test_a_clerk_manages_nobody(self, firm):
        enterprise_actor(firm)
        clerk, other = enterprise_actor(firm, "clerk"), enterprise_actor(firm, "viewer")
        with pytest.raises(NotAllowed):
            end_membership(other.membership, actor=clerk, now=NOW)
        with pytest.raises(NotAllowed):
            invite(actor=clerk, role="clerk", label="x", now=NOW)

    def test_an_owner_of_another_firm_manages_nobody_here(self, firm):
        member = enterprise_actor(firm, "clerk")
        with pytest.raises(NotAllowed):
            change_role(member.membership, actor=enterprise_actor(), role="viewer", now=NOW)


@pytest.mark.parametrize("state", ClaimState.values)
@pytest.mark.parametrize("step", CLAIM_STEPS)
def test_each_step_of_a_claim_is_taken_only_from_the_states_in_the_table(step, state):
    mine = ClaimFactory.create(state=state, decided_by=UserFactory.create(), decided_at=NOW)
    if state in CLAIM_STEPS[step][0]:
        move(mine, step, CLAIM_STEPS)
        assert mine.state == CLAIM_STEPS[step][1]
    else:
        with pytest.raises(WrongState):
            move(mine, step, CLAIM_STEPS)
        mine.refresh_from_db()
        assert mine.state == state


@pytest.mark.parametrize("state", DisputeState.values)
@pytest.mark.parametrize("step", DISPUTE_STEPS)
def test_each_step_of_a_dispute_is_taken_only_from_the_states_in_the_table(step, state):
    dispute = DisputeFactory.create(state=state, settled_by=UserFactory.create(), settled_at=NOW)
    if state in DISPUTE_STEPS[step][0]:
        move(dispute, step, DISPUTE_STEPS)
        assert dispute.state == DISPUTE_STEPS[step][1]
    else:
        with pytest.raises(WrongState):
            move(dispute, step, DISPUTE_STEPS)


def test_every_state_can_be_reached():
    for table, first in ((CLAIM_STEPS, "submitted"), (DISPUTE_STEPS, "open"),
                         (INVITATION_STEPS, "open")):  # fmt: skip
        ends = {end for _sources, end in table.values()}
        assert all(first in sources for sources, _end in table.values())
        assert len(ends) == len(table)


def test_the_database_refuses_a_decided_claim_without_officer():
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimFactory.create(state="approved")


def test_a_withdrawn_claim_cannot_be_approved(firm):
    mine = claim(firm)
    withdraw_claim(mine, actor=NOBODY, now=NOW)
    with pytest.raises(WrongState):
        approve_claim(mine, actor=officer("firm_registrar"), papers_checked=["x"], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_deciding_at_once_one_wins(demo_city):
    mine = ClaimFactory.create()
    officers = [officer("firm_registrar"), officer("firm_registrar")]
    together, outcomes = Barrier(2), []

    def decide(actor):
        try:
            own = Claim.objects.select_related("enterprise__organisation").get(pk=mine.pk)
            together.wait()
            approve_claim(own, actor=actor, papers_checked=["x"], now=NOW)
            outcomes.append("approved")
        except (WrongState, Conflict):
            outcomes.append("told")
        finally:
            connection.close()

    threads = [Thread(target=decide, args=[actor]) for actor in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "told"]
    assert JournalLine.objects.filter(step="approve_claim", subject_id=mine.pk).count() == 1
