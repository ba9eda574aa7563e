"""`qifu tokens`: made for scripts as on the page, listed without their secrets, ended."""

import pytest

from qifu.accounts.logic import SCOPES
from qifu.accounts.models import ApiToken
from qifu.accounts.selectors.tokens import token_of_secret
from qifu.base.models import JournalLine
from qifu.organisations.models import Membership
from tests.cli.running import run

pytestmark = pytest.mark.usefixtures("demo_city")


def make(*more, user="demo-owner", scopes="policies.read,appeals.read"):
    return run("tokens", "make", "--user", user, "--scopes", scopes, *more)


def test_the_secret_alone_is_printed_and_opens_what_was_asked_for():
    from django.utils import timezone

    done = make("--days", 7, "--name", "财务系统")
    assert done.exit_code == 0, done.output
    token = token_of_secret(done.stdout.strip(), now=timezone.now())
    assert (token.user.username, token.name) == ("demo-owner", "财务系统")
    assert token.scopes == ["policies.read", "appeals.read"]
    assert (token.expires_at - token.created_at).days == 7
    assert done.stdout.strip() not in done.stderr
    assert JournalLine.objects.filter(step="make_token", subject_id=token.pk).count() == 1


def test_all_scopes_for_the_organisation_that_is_named():
    member = Membership.objects.filter(user__username="demo-owner").order_by("pk").last()
    done = make("--at", member.organisation.code, scopes="all")
    assert done.exit_code == 0, done.output
    token = ApiToken.objects.latest("pk")
    assert (token.membership_id, token.scopes) == (member.pk, list(SCOPES))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"user": "nobody-here"}, "no account"),
        ({"user": "demo-viewer"}, "角色"),
        ({"scopes": "policies.read,policies.all"}, "--scopes: policies.all?"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(wrong, words):
    done = make(**wrong)
    assert (done.exit_code, ApiToken.objects.count()) == (1, 0)
    assert words in done.stderr
    assert done.stdout == ""


def test_a_life_too_long_and_a_foreign_organisation_are_refused():
    assert "366" in make("--days", 400).stderr
    assert "is no member" in make("--at", "SZ-GXJ").stderr
    assert not ApiToken.objects.exists()


def test_a_token_is_listed_without_its_secret_and_ended_by_its_number():
    secret = make().stdout.strip()
    token = ApiToken.objects.get()
    listed = run("tokens", "list", "--user", "demo-owner").stdout
    assert secret not in listed and token.prefix in listed
    assert [listed.split()[0], listed.split()[2]] == [str(token.pk), "live"]
    other = run("tokens", "revoke", "--user", "demo-clerk", token.pk)
    assert (other.exit_code, ApiToken.objects.get().revoked_at) == (1, None)
    done = run("tokens", "revoke", "--user", "demo-owner", token.pk)
    assert done.exit_code == 0 and "revoked" in done.stdout
    assert ApiToken.objects.get().revoked_at is not None
    assert run("tokens", "revoke", "--user", "demo-owner", token.pk).exit_code == 1
