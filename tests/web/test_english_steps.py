"""What the site answers to forms, in English: mistakes, receipts, and exported tables."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qifu.organisations.models import Unit
from tests.factories import (
    ClaimFactory,
    DisputeFactory,
    EnterpriseFactory,
    FactFactory,
    UserFactory,
    enterprise_actor,
    officer,
)
from tests.web.desk_people import as_, table
from tests.web.english import CHINESE, chinese_left
from tests.web.firms import HTMX, demo_firm
from tests.web.pages import words

pytestmark = pytest.mark.usefixtures("demo_city", "english_texts")


def in_english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def said(answer, status: int = 422) -> str:
    """The words of an answer that has no unmarked Chinese in it."""
    assert answer.status_code == status
    assert chinese_left(answer.content.decode()) == []
    return words(answer)


@pytest.fixture
def owner():
    return enterprise_actor(demo_firm())


@pytest.fixture
def firm_client(owner):
    return in_english(as_(owner))


def test_signing_in_with_a_wrong_password():
    client = in_english(Client())
    text = said(client.post("/sign-in/", {"username": "nobody", "password": "wrong"}))
    assert "The user name or password is wrong." in text
    text = said(client.post("/sign-in/", {"username": "", "password": ""}))
    assert "User name: Enter your user name" in text


def test_too_many_attempts_are_told_to_wait():
    client = in_english(Client())
    for _ in range(30):
        answer = client.post("/sign-in/", {"username": "demo-owner", "password": "wrong"})
        if answer.status_code == 429:
            break
    assert "Try signing in later" in said(answer, 429)


def test_a_claim_with_nothing_filled_in_and_with_a_wrong_file():
    client = in_english(Client())
    text = said(client.post("/claims/new/", {}))
    assert "A few things need correcting" in text
    assert "Enter the 18-character unified social credit code" in text
    wrong = {
        "uscc": EnterpriseFactory.create().uscc,
        "applicant": "周小舟",
        "phone": "13900001234",
        "papers": [SimpleUploadedFile("执照.exe", b"MZ")],
    }
    assert "is not a PDF, JPG or PNG file." in said(client.post("/claims/new/", wrong))


def test_the_diagnosis_and_the_size_test_say_what_is_expected():
    client = in_english(Client())
    text = said(client.get("/diagnosis/?employees=many&revenue=-5"))
    assert "Enter a number, for example 12" in text
    assert "It cannot be less than CNY 0" in text
    text = said(client.get("/size/?industry=zzzz&staff=1.5&on=soon"))
    assert "This industry was not found." in text
    assert "Enter a whole number, for example 12" in text
    assert "Enter a date, for example 2026-11-22" in text
    assert "Several industries fit." in said(client.get("/size/?industry=software&staff=5"))
    assert "There was no size standard" in said(client.get("/size/?industry=I6513&on=1990-01-01"))


@pytest.mark.parametrize(
    ("attribute", "value", "words_"),
    [
        ("floor_area", "large", "Enter a number, for example 12"),
        ("floor_area", "12.5", "Enter a whole number, for example 12"),
        ("floor_area", "5 kg", "The unit of measurement “kg” does not fit. Use m² here."),
        ("registered_capital", "5公斤", "does not fit. Use CNY 10,000 here."),
        ("founded", "yesterday", "Enter a date, for example 2020-05-18"),
        ("founded", "2099-01-01", "The date cannot be after today."),
        ("industry", "XX", "There is no such code: XX."),
        ("registered_capital", "", "Enter a number, for example 12"),
    ],
)
def test_a_fact_that_cannot_be_read(attribute, value, words_):
    client = in_english(as_(enterprise_actor(EnterpriseFactory.create(facts={}))))
    sent = {"do": "declare", "value": value, "as_of": "2026-11-22"}
    assert words_ in said(client.post(f"/my/profile/{attribute}/", sent))


def test_consents_and_invitations_say_what_is_missing(firm_client):
    text = said(firm_client.post("/my/consents/", {"do": "give"}))
    for expected in ("Choose a unit.", "Choose at least one group of facts.", "Say what it is for"):
        assert expected in text
    text = said(firm_client.post("/my/people/", {"do": "invite"}))
    assert "Enter the name of the person you invite" in text
    sent = {"do": "invite", "label": "吴小宇", "role": "clerk"}
    assert "Invitation link for 吴小宇" in said(firm_client.post("/my/people/", sent), 200)


def test_questions_are_asked_and_their_answers_told(firm_client):
    page = firm_client.get("/my/policies/")
    key = page.context["question"].attr
    sent = {"key": key, "order": "money"}
    assert "is skipped." in said(firm_client.post("/my/question/skip/", sent, **HTMX), 200)
    key = firm_client.get("/my/policies/").context["question"].attr
    wrong = firm_client.post("/my/question/answer/", {"key": key, "value": ""})
    assert said(wrong)


def test_an_expired_session_carries_what_was_typed():
    client = in_english(Client())
    text = said(client.post("/switch/", {"reason": "社保人数不对"}), 401)
    assert "You have been signed out. What you entered is not lost." in text


def test_an_official_is_told_what_is_missing():
    claim = ClaimFactory.create()
    registrar = in_english(as_(officer("firm_registrar")))
    address = f"/desk/claims/{claim.pk}/"
    text = said(registrar.post(address, {"step": "approve"}))
    assert "Tick the papers you have checked." in text
    assert "Tick a reason, or say" in said(registrar.post(address, {"step": "refuse"}))
    sent = {"step": "approve", "papers_checked": ["licence"]}
    answer = registrar.post(address, sent, follow=True)
    assert "One-time account link" in said(answer, 200)
    dispute = DisputeFactory.create(fact=FactFactory.create())
    steward = in_english(as_(officer("data_steward")))
    sent = {"outcome": "correct", "value": "many", "answer": ""}
    text = said(steward.post(f"/desk/disputes/{dispute.pk}/", sent))
    assert "Say what you checked and what you found." in text
    auditor = in_english(as_(officer("auditor")))
    text = said(auditor.get("/desk/journal/?since=2026-02-01&until=2026-01-01&number=x"), 200)
    assert "“To” must not be before “From”." in text
    assert "Enter a number, for example 12" in text


def test_an_administrator_cannot_remove_themselves():
    admin = officer("unit_admin", Unit.objects.first())
    client = in_english(as_(admin))
    sent = {"do": "end", "pk": admin.membership.pk}
    assert "You cannot change or remove yourself." in said(client.post("/desk/people/", sent), 409)


def test_a_new_password_is_judged_in_english():
    person = UserFactory.create()
    client = in_english(Client())
    client.force_login(person)
    sent = {"do": "password", "old": "x", "new": "12345", "again": "12345"}
    assert chinese_left(client.post("/account/", sent).content.decode()) == []


def test_exported_tables_have_english_heads(firm_client):
    desk = in_english(as_(officer("enterprise_officer")))
    auditor = in_english(as_(officer("auditor")))
    exports = [
        firm_client.get("/policies/list.xlsx"),
        desk.get("/desk/firms.xlsx"),
        auditor.get("/desk/journal.xlsx"),
    ]
    for answer in exports:
        assert answer.status_code == 200
        head = " ".join(str(cell) for cell in table(answer)[0])
        assert not CHINESE.search(head), head
