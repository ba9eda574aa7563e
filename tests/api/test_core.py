"""What holds for every operation: the way in, refusals, languages, ETags, the document."""

import pytest
from django.test import Client
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from qifu.accounts.actions.tokens import revoke_token
from qifu.accounts.models import RateCount
from qifu.organisations.actions import end_membership
from tests.api.programs import Program, program
from tests.conftest import NOW
from tests.factories import MembershipFactory, enterprise_actor

pytestmark = pytest.mark.django_db


def refusal(answer) -> tuple[int, str, str]:
    told = answer.json()
    assert {"code", "message", "field"} <= set(told) and told["message"]
    return answer.status_code, told["code"], told["field"]


def test_a_token_says_who_it_stands_for(asks, owner):
    told = asks.get("/me").json()
    assert told["organisation"]["code"] == owner.organisation.code
    assert told["role"]["code"] == "owner"
    assert told["token"]["name"] == "测试程序"
    assert [one["this_token"] for one in told["memberships"]] == [True]


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer qf_wrong", "Basic eDp5", "Bearer ü"])
def test_nothing_but_a_live_token_opens_the_api(demo_city, given):
    headers = {"Authorization": given} if given else {}
    answer = Program("").ask("GET", "/me", **headers)
    assert refusal(answer) == (401, "not_authenticated", "")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_cookie_of_the_site_is_not_a_way_in(demo_city, owner):
    browser = Program("")
    browser.client.force_login(owner.user, backend="qifu.adapters.sign_in.PasswordBackend")
    assert browser.get("/me").status_code == 401


def test_a_revoked_token_opens_nothing(asks, owner):
    assert asks.get("/me").status_code == 200
    revoke_token(asks.token, actor=owner, now=NOW)
    assert asks.get("/me").status_code == 401


def test_an_expired_token_opens_nothing(owner, monkeypatch):
    asks = program(owner, ["firms.read"], days=1)
    later = NOW.replace(day=24)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert asks.get("/me").status_code == 401


def test_a_token_ends_with_the_membership_and_never_slips_to_another(firm, owner):
    clerk = enterprise_actor(firm, "clerk")
    other = MembershipFactory.create(user=clerk.user, organisation__kind="enterprise")
    asks = program(clerk, ["firms.read"])
    end_membership(clerk.membership, actor=owner, now=NOW)
    assert other.organisation_id != firm.pk
    assert asks.get("/me").status_code == 401


def test_a_person_who_was_switched_off_is_nobody(asks, owner):
    owner.user.is_active = False
    owner.user.save()
    assert asks.get("/me").status_code == 401


def test_only_a_digest_of_the_secret_is_kept(asks):
    row = vars(asks.token)
    assert asks.secret not in str(row) and asks.secret.startswith(row["prefix"])


def test_use_is_written_once_a_minute(asks, monkeypatch):
    asks.get("/me")
    asks.token.refresh_from_db()
    assert asks.token.last_used_at == NOW
    soon = NOW.replace(second=30)
    monkeypatch.setattr("django.utils.timezone.now", lambda: soon)
    asks.get("/me")
    asks.token.refresh_from_db()
    assert asks.token.last_used_at == NOW


def test_more_requests_than_allowed_wait_for_the_next_minute(asks, settings, monkeypatch):
    settings.QIFU_API_PER_MINUTE = 2
    assert asks.get("/me")["RateLimit-Remaining"] == "1"
    assert asks.get("/me")["RateLimit-Remaining"] == "0"
    answer = asks.get("/me")
    assert refusal(answer)[:2] == (429, "too_many_requests")
    assert answer["Retry-After"] == "60"
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW.replace(minute=1))
    assert asks.get("/me").status_code == 200


def test_guessing_tokens_is_slowed_by_address(demo_city, settings):
    settings.QIFU_API_FAILED_PER_MINUTE = 2
    told = [Program(f"qf_{n}").get("/me").status_code for n in range(4)]
    assert told == [401, 401, 429, 429]
    assert RateCount.objects.get(key__startswith="ip:").used == 2


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/me/", 404, "not_found"),
        ("DELETE", "/me", 405, "method_not_allowed"),
        ("HEAD", "/openapi.json", 405, ""),
        ("GET", "/me/%00", 404, "not_found"),
        ("POST", "/openapi.json", 405, "method_not_allowed"),
        ("POST", "/appeals//steps/accept", 404, "not_found"),
    ],
)
def test_what_is_not_there_is_said_in_json(asks, method, path, status, code):
    asks.client = Client(enforce_csrf_checks=True)  # as on a real server
    answer = asks.ask(method, path)
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/json")
    if method != "HEAD":
        assert answer.json()["code"] == code
    if status == 405:
        assert "GET" in answer["Allow"]


def test_a_fault_of_ours_is_logged_and_shows_nothing(asks, monkeypatch, caplog):
    def broken(*_args):
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("qifu.api.me.memberships_of", broken)
    answer = asks.get("/me")
    assert refusal(answer)[:2] == (500, "server_error")
    assert "secret inside" not in answer.content.decode()
    assert "secret inside" in caplog.text


def test_messages_are_chinese_unless_english_is_preferred(demo_city):
    def said(language: str) -> str:
        answer = Program("").ask("GET", "/me", Accept_Language=language)
        return answer["Content-Language"]

    for header in ("", "zh-CN", "fr;q=0.9", "*", "zh, en;q=0.5"):
        assert said(header) == "zh-hans", header
    assert said("en-GB,en;q=0.9,zh;q=0.8") == said("en") == "en"


def test_an_answer_has_a_tag_and_is_not_sent_twice(asks):
    first = asks.get("/me")
    again = asks.get("/me", If_None_Match=first["ETag"])
    # the first use of the token was written meanwhile
    assert again.status_code == 200
    same = asks.get("/me", If_None_Match=f'"x", {again["ETag"]}')
    assert same.status_code == 304 and same.content == b""
    assert same["ETag"] == again["ETag"]


def test_answers_are_kept_apart_by_token_and_language(asks):
    answer = asks.get("/me")
    assert answer["Vary"] == "Accept-Language, Authorization"
    assert "private" in answer["Cache-Control"]


def test_the_document_is_whole(demo_city):
    from qifu.api.document import document

    told = document()
    assert told["openapi"] == "3.1.0" and told["servers"] == [{"url": "/api/v1"}]
    ids = []
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            ids.append(one["operationId"])
            where = f"{method} {path}"
            assert one["summary"] and one["description"] and len(one["tags"]) == 1, where
            assert {"401", "403", "422", "429"} <= set(one["responses"]), where
            for code, response in one["responses"].items():
                for content in response.get("content", {}).values():
                    assert "example" in content or content["schema"].get("format"), (where, code)
            for kind, content in one.get("requestBody", {}).get("content", {}).items():
                assert "example" in content or kind.startswith("multipart"), (where, kind)
    assert len(ids) == len(set(ids))
    assert {t for m in told["paths"].values() for o in m.values() for t in o["tags"]} == {
        tag["name"] for tag in told["tags"]
    }


def test_no_two_models_have_one_name():
    """The document knows them by name alone: one would tell what the other is."""
    from qifu.api import routes

    def below(kind):
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    assert routes.urlpatterns
    ours = {one for one in below(BaseModel) if one.__module__.startswith("qifu.api.")}
    names = [one.__name__ for one in ours if "[" not in one.__name__]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_examples_of_the_document_fit_their_types(demo_city):
    from qifu.api.document import document

    told = document()
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            bodies = [one["requestBody"]] if "requestBody" in one else []
            for part in [*one["responses"].values(), *bodies]:
                for content in part.get("content", {}).values():
                    if "example" not in content:
                        continue
                    schema = {**content["schema"], "components": told["components"]}
                    found = list(Draft202012Validator(schema).iter_errors(content["example"]))
                    assert not found, (method, path, found[0].message)


def test_the_document_is_given_in_both_languages(client, demo_city, english_texts):
    chinese = client.get("/api/v1/openapi.json")
    english = client.get("/api/v1/openapi.json", headers={"Accept-Language": "en"})
    assert chinese.json()["info"]["title"] == "企服开放接口"
    assert english.json()["paths"].keys() == chinese.json()["paths"].keys()
    assert chinese["ETag"]


@pytest.mark.parametrize("since", [137438953472, "137438953472", 1.5, True, "2026-11-20"])
def test_a_moment_is_written_out_with_its_zone(asks, since):
    url = {"url": "https://example.com/qifu", "kinds": ["appeal.*"]}
    webhook = asks.post("/webhooks", url).json()["id"]
    answer = asks.post(f"/webhooks/{webhook}/replay", {"since": since})
    assert refusal(answer) == (422, "bad_input", "since")


def test_blanks_around_a_text_count_for_its_length_and_are_not_kept(asks):
    long = asks.post("/appeals/drafts", {"title": "货梯" + " " * 200})
    assert refusal(long) == (422, "bad_input", "title")
    draft = asks.post("/appeals/drafts", {"title": "  货梯坏了  "}).json()["id"]
    [row] = asks.get("/appeals?list=drafts").json()["items"]
    assert (row["id"], row["title"]) == (draft, "货梯坏了")
