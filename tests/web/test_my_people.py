"""People of a firm, invitations, and what units may see."""

from datetime import timedelta

import pytest

from qifu.organisations.models import Consent, Invitation, Membership
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, MembershipFactory, UnitFactory, enterprise_actor
from tests.web.firms import acting, counted
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.django_db
PEOPLE, CONSENTS = "/my/people/", "/my/consents/"


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.fixture
def firm(client):
    firm = EnterpriseFactory.create()
    acting(client, firm)
    return firm


def invite(client, label="王小明", role="clerk"):
    return client.post(PEOPLE, {"do": "invite", "label": label, "role": role})


def member(firm, role="clerk"):
    return MembershipFactory.create(organisation=firm.organisation, role=role)


def test_an_invitation_link_is_shown_once_and_works(client, firm):
    page = invite(client)
    address = page.context["address"]
    assert address in words(page)
    assert "只显示这一次" in words(page)
    assert "no-store" in page["Cache-Control"]
    assert address not in words(client.get(PEOPLE))
    client.logout()
    assert client.get(address.removeprefix("http://testserver")).status_code == 200


def test_an_open_invitation_can_be_revoked_and_says_what_that_does(client, firm):
    invite(client)
    open_one = Invitation.objects.get()
    page = client.get(PEOPLE)
    assert "立即失效" in words(page)
    client.post(PEOPLE, {"do": "revoke", "pk": open_one.pk})
    open_one.refresh_from_db()
    assert open_one.state == "revoked"


@pytest.mark.parametrize(
    ("label", "role", "field"),
    [
        ("", "clerk", "label"),
        ("   ", "clerk", "label"),
        ("长" * 20_000, "clerk", "label"),
        ("a\x00b", "clerk", "label"),
        ("王小明", "", "role"),
        ("王小明", "unit_admin", "role"),
        ("王小明", "no_such", "role"),
    ],
)
def test_a_bad_invitation_comes_back_at_its_field(client, firm, label, role, field):
    page = invite(client, label, role)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not Invitation.objects.exists()
    assert f'href="#id_{field}' in page.content.decode()


def test_an_emoji_in_a_name_is_kept(client, firm):
    invite(client, "王小明😀𠮷")
    assert Invitation.objects.get().label == "王小明😀𠮷"


def test_a_role_is_changed(client, firm):
    other = member(firm)
    page = client.post(PEOPLE, {"do": "role", "pk": other.pk, "role": "viewer"}, follow=True)
    other.refresh_from_db()
    assert other.role == "viewer"
    assert f"{other.user.display_name}现在是查阅人" in words(page)


def test_a_member_is_removed_only_with_words_about_what_happens(client, firm):
    other = member(firm)
    page = client.get(PEOPLE)
    assert f"{other.user.display_name}不能再代表{firm.name}" in words(page)
    client.post(PEOPLE, {"do": "end", "pk": other.pk})
    other.refresh_from_db()
    assert other.ended_at is not None


def test_the_last_owner_stays_and_is_told_why(client, firm):
    me = Membership.objects.get(organisation=firm.organisation)
    for data in ({"do": "end", "pk": me.pk}, {"do": "role", "pk": me.pk, "role": "viewer"}):
        page = client.post(PEOPLE, data, follow=True)
        assert "至少要有一位负责人" in words(page)
    me.refresh_from_db()
    assert (me.ended_at, me.role) == (None, "owner")


def test_an_owner_who_leaves_ends_up_where_they_still_belong(client, firm):
    member(firm, "owner")
    me = Membership.objects.filter(organisation=firm.organisation).first()
    answer = client.post(PEOPLE, {"do": "end", "pk": me.pk})
    assert answer["Location"] == "/after-sign-in/"
    assert client.get(PEOPLE).status_code in (302, 403)


def test_another_firms_members_and_invitations_are_not_found(client, firm):
    stranger = enterprise_actor()
    for data in (
        {"do": "end", "pk": stranger.membership.pk},
        {"do": "role", "pk": stranger.membership.pk, "role": "viewer"},
        {"do": "revoke", "pk": stranger.membership.pk},
    ):
        assert client.post(PEOPLE, data).status_code == 404
    stranger.membership.refresh_from_db()
    assert (stranger.membership.ended_at, stranger.membership.role) == (None, "owner")


@pytest.mark.parametrize("pk", ["", "x", "-1", "9" * 60, "１"])
def test_a_number_that_is_none_changes_nothing(client, firm, pk):
    assert client.post(PEOPLE, {"do": "end", "pk": pk}).status_code in (404, 422)
    assert client.post(CONSENTS, {"do": "revoke", "pk": pk}).status_code in (404, 422)


@pytest.mark.parametrize("role", ["clerk", "viewer"])
def test_only_owners_manage_people(client, role):
    firm = EnterpriseFactory.create()
    acting(client, firm, role=role)
    assert client.get(PEOPLE).status_code == 403
    assert invite(client).status_code == 403
    other = member(firm)
    assert client.post(PEOPLE, {"do": "end", "pk": other.pk}).status_code == 403
    other.refresh_from_db()
    assert other.ended_at is None and not Invitation.objects.exists()


def test_people_cost_the_same_queries_for_ten_and_a_hundred(client, firm):
    numbers: list[int] = []
    for upto in (10, 100):
        while Membership.objects.filter(organisation=firm.organisation).count() < upto:
            member(firm)
        with counted(numbers):
            client.get(PEOPLE)
    assert numbers[0] == numbers[1]


# consents


def consent(firm, **more):
    giver = firm.organisation.memberships.first().user
    values = {
        "enterprise": firm, "unit": UnitFactory.create(), "groups": ["tax"], "purpose": "申报补贴",
        "given_by": giver, "given_at": NOW, "until": NOW.date() + timedelta(days=30),
    }  # fmt: skip
    return Consent.objects.create(**{**values, **more})


def give(client, to, **more):
    data = {
        "do": "give", "unit": to.pk, "groups": ["tax", "finance"], "purpose": "申报技改补贴",
        "until": "2027-03-31",
    }  # fmt: skip
    return client.post(CONSENTS, {**data, **more})


def test_a_consent_is_given_for_a_purpose_until_a_day(client, firm):
    unit = UnitFactory.create()
    assert give(client, unit).status_code == 302
    kept = Consent.objects.get()
    assert (kept.groups, kept.unit_id, str(kept.until)) == (
        ["finance", "tax"], unit.pk, "2027-03-31",
    )  # fmt: skip
    said = words(client.get(CONSENTS))
    assert unit.organisation.name in said and "经营与财务、税收" in said and "有效" in said


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"unit": ""}, "unit"),
        ({"unit": "999999"}, "unit"),
        ({"groups": []}, "groups"),
        ({"groups": ["identity"]}, "groups"),
        ({"groups": ["no_such"]}, "groups"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "长" * 20_000}, "purpose"),
        ({"purpose": "a\x00b"}, "purpose"),
        ({"until": "2026-11-22"}, "until"),
        ({"until": "2020-01-01"}, "until"),
        ({"until": "2030-01-01"}, "until"),
        ({"until": "明年"}, "until"),
    ],
)
def test_a_bad_consent_comes_back_at_its_field_with_what_was_typed(client, firm, more, field):
    page = give(client, UnitFactory.create(), **more)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not Consent.objects.exists()
    if field != "purpose":
        assert any(["purpose", "申报技改补贴"] in one["fields"] for one in read(page).forms)


def test_a_consent_is_taken_back(client, firm):
    kept = consent(firm)
    assert "马上看不到" in words(client.get(CONSENTS))
    page = client.post(CONSENTS, {"do": "revoke", "pk": kept.pk}, follow=True)
    kept.refresh_from_db()
    assert kept.revoked_at is not None
    assert "已收回" in words(page)
    again = client.post(CONSENTS, {"do": "revoke", "pk": kept.pk}, follow=True)
    assert "已经收回了" in words(again)


def test_another_firms_consent_is_not_found(client, firm):
    stranger = enterprise_actor()
    kept = consent(stranger.organisation.enterprise)
    assert client.post(CONSENTS, {"do": "revoke", "pk": kept.pk}).status_code == 404
    kept.refresh_from_db()
    assert kept.revoked_at is None


@pytest.mark.parametrize("role", ["clerk", "viewer"])
def test_others_see_what_is_given_and_cannot_change_it(client, role):
    firm = EnterpriseFactory.create()
    acting(client, firm, role=role)
    kept = consent(firm)
    page = client.get(CONSENTS)
    assert kept.unit.organisation.name in words(page)
    assert page.context["form"] is None and "确认收回" not in words(page)
    assert give(client, kept.unit).status_code == 403
    assert client.post(CONSENTS, {"do": "revoke", "pk": kept.pk}).status_code == 403
    assert Consent.objects.filter(revoked_at=None).count() == 1


def test_consents_cost_the_same_queries_for_ten_and_a_hundred(client, firm):
    numbers: list[int] = []
    for upto in (10, 100):
        while Consent.objects.count() < upto:
            consent(firm)
        with counted(numbers):
            client.get(CONSENTS)
    # units to choose from are a list of their own: one query however many
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("address", [PEOPLE, CONSENTS])
def test_pages_are_clean_and_speak_english(english, client, address):
    acting(client, EnterpriseFactory.create())
    page = client.get(address)
    assert page.status_code == 200
    assert inline(page.content.decode()) == []
    assert read(page).headings
