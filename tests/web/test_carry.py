"""A session that ends over a half-filled form loses nothing that was typed."""

import pytest
from django.test import Client

from qifu.web import carry
from tests.factories import PASSWORD, UserFactory
from tests.web.pages import form, read, words

pytestmark = pytest.mark.django_db

# every page that needs a person treats a form the same way; this one is always there
FORM = "/switch/"
TYPED = {
    "reason": '第一行：社保人数不对\n第二行 <b>&"引号"</b> 😀',
    "membership": "9",
    "kinds": ["a", "b"],
}


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


def carried(page, action: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in form(page, action)["fields"]:
        found.setdefault(name, []).append(value)
    return found


def test_an_expired_session_answers_a_form_with_sign_in_and_keeps_every_field(client):
    page = client.post(FORM, TYPED)
    assert page.status_code == 401
    assert "您刚才填写的内容没有丢" in words(page)
    fields = carried(page, "/sign-in/")
    assert fields["carry-target"] == [FORM]
    assert fields["carry:reason"] == [TYPED["reason"]]
    assert fields["carry:kinds"] == ["a", "b"]


def test_after_signing_in_the_form_is_shown_and_sent_again_word_for_word(client):
    person = UserFactory.create()
    first = carried(client.post(FORM, TYPED), "/sign-in/")
    first |= {"username": [person.username], "password": [PASSWORD]}
    again = client.post("/sign-in/", first)
    assert again.status_code == 200
    assert "请确认后再提交" in read(again).headings
    assert "第一行：社保人数不对" in words(again)
    fields = carried(again, FORM)
    assert fields["reason"] == [TYPED["reason"]]
    assert fields["kinds"] == ["a", "b"]
    assert not [name for name in fields if name.startswith("carry")]
    assert "password" not in fields


def test_a_wrong_password_on_the_way_loses_nothing_either(client):
    UserFactory.create(username="in-a-hurry")
    first = carried(client.post(FORM, TYPED), "/sign-in/")
    first |= {"username": ["in-a-hurry"], "password": ["wrong"]}
    page = client.post("/sign-in/", first)
    assert page.status_code == 422
    assert carried(page, "/sign-in/")["carry:reason"] == [TYPED["reason"]]


def test_passwords_tokens_and_files_are_never_carried(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    paper = SimpleUploadedFile("执照.pdf", b"%PDF", content_type="application/pdf")
    page = client.post(
        FORM, {"password": "p-secret", "new_password2": "q-secret", "note": "x", "paper": paper}
    )
    html = page.content.decode()
    assert "p-secret" not in html
    assert "q-secret" not in html
    assert "carry:csrfmiddlewaretoken" not in html
    assert carried(page, "/sign-in/")["carry-files"] == ["执照.pdf"]
    assert "附件需要重新选择" in words(page)


def test_a_form_that_is_too_long_is_not_carried_and_that_is_said(client):
    page = client.post(FORM, {"reason": "长" * (carry.MOST_CHARACTERS + 1)})
    assert "内容太长" in words(page)
    assert len(page.content) < 50_000


def test_a_form_is_never_sent_on_to_another_site(client):
    person = UserFactory.create()
    for target in ("https://evil.example/", "//evil.example/x", "javascript:alert(1)", "/nowhere/"):
        answer = client.post(
            "/sign-in/",
            {
                "username": person.username,
                "password": PASSWORD,
                "carry-target": target,
                "carry:a": "b",
            },
        )
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/after-sign-in/"


def test_a_page_that_stood_open_too_long_can_be_sent_again():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(UserFactory.create())
    page = strict.post(FORM, TYPED, headers={"origin": "http://testserver"})
    assert page.status_code == 403
    fields = carried(page, FORM)
    assert fields["reason"] == [TYPED["reason"]]
    token = fields["csrfmiddlewaretoken"][0]
    sent = strict.post(
        FORM, fields | {"csrfmiddlewaretoken": token}, headers={"origin": "http://testserver"}
    )
    assert sent.status_code == 422  # it arrived: the room refuses that membership


def test_a_form_from_another_site_is_refused_and_its_fields_are_not_shown():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(UserFactory.create())
    page = strict.post(FORM, TYPED, headers={"origin": "https://evil.example"})
    assert page.status_code == 403
    assert "不是从本站的页面发出的" in words(page)
    assert "社保人数不对" not in words(page)


def test_a_sign_in_page_that_stood_open_too_long_is_offered_again_with_the_name():
    strict = Client(enforce_csrf_checks=True)
    page = strict.post(
        "/sign-in/",
        {"username": "patient", "password": "p-secret"},
        headers={"origin": "http://testserver"},
    )
    assert page.status_code == 403
    assert 'value="patient"' in page.content.decode()
    assert "p-secret" not in page.content.decode()


def test_for_htmx_the_whole_window_is_replaced(client):
    page = client.post(FORM, TYPED, headers={"hx-request": "true"})
    assert page.status_code == 200
    assert page.headers["HX-Retarget"] == "body"
    assert "carry:reason" in page.content.decode()


def test_a_page_asked_for_without_a_session_comes_back_after_the_sign_in(client):
    answer = client.get("/switch/?x=1")
    assert answer.headers["Location"] == "/sign-in/?next=%2Fswitch%2F%3Fx%3D1"
    fragment = client.get(
        "/switch/",
        headers={"hx-request": "true", "hx-current-url": "http://testserver/help/"},
    )
    assert fragment.headers["HX-Redirect"] == "/sign-in/?next=%2Fhelp%2F"
