"""The API in English: its document and page, and every refusal that needs no right to be met."""

import re

import pytest
from django.test import Client

from qifu.accounts.logic import SCOPES
from tests.api.programs import ROOT, Program, program
from tests.factories import officer
from tests.web.english import CHINESE, chinese_left

pytestmark = pytest.mark.usefixtures("demo_city", "english_texts")

ENGLISH = {"Accept-Language": "en"}
# what is shown as data keeps its language: names and texts of a made-up firm
DATA = {"example", "examples", "default", "enum", "const", "pattern"}


def spoken(value, path: str = "") -> list[str]:
    """Chinese in what the document says, with where; examples are data."""
    if isinstance(value, dict):
        return [
            left for key, one in value.items() if key not in DATA
            for left in spoken(one, f"{path}/{key}")
        ]  # fmt: skip
    if isinstance(value, list):
        return [left for one in value for left in spoken(one, path)]
    return [f"{path}: {value}"] if isinstance(value, str) and CHINESE.search(value) else []


def test_the_document_is_wholly_in_english_and_says_what_every_operation_does():
    document = Client().get(f"{ROOT}/openapi.json", headers=ENGLISH).json()
    assert spoken(document) == []
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) > 90
    silent = [(path, method) for path, method, one in operations if not one.get("summary")]
    assert silent == []
    chinese = Client().get(f"{ROOT}/openapi.json", headers={"Accept-Language": "zh-hans"}).json()
    assert spoken(chinese) != []


def test_the_page_of_the_api_is_in_english():
    client = Client()
    client.cookies["django_language"] = "en"
    page = client.get("/help/api/").content.decode()
    assert re.search(r'<html[^>]* lang="en', page)
    assert chinese_left(page) == []


def addresses(document) -> list[tuple[str, str]]:
    return [
        (method.upper(), re.sub(r"\{[^}]+\}", "999999", path))
        for path, methods in document["paths"].items()
        for method in methods
    ]


@pytest.mark.parametrize("who", ["nobody", "firm", "intake"])
def test_refusals_are_in_english(who, request):
    """Every operation on things that are not there, with bad questions and empty bodies."""
    asking = {
        "nobody": lambda: Program(""),
        "firm": lambda: request.getfixturevalue("asks"),
        "intake": lambda: program(officer("intake_officer"), SCOPES),
    }[who]()
    document = Client().get(f"{ROOT}/openapi.json", headers=ENGLISH).json()
    wrong, refused = [], 0
    for number, (method, path) in enumerate(addresses(document)):
        body = None if method in ("GET", "DELETE") else {}
        query = "?limit=zero&cursor=zero" if method == "GET" else ""
        answer = asking.ask(
            method, path + query, body, Accept_Language="en",
            Idempotency_Key=f"english-{who}-{number:04d}",
        )  # fmt: skip
        if answer.status_code < 400:
            continue
        refused += 1
        told = answer.json()
        said = [told["message"], *(told.get("fields") or {}).values()]
        wrong += [
            f"{method} {path} {answer.status_code}: {one}"
            for one in said if not one or CHINESE.search(str(one))
        ]  # fmt: skip
    assert refused > 60
    assert not wrong, "\n".join(wrong)


def test_what_the_frame_refuses_is_in_english(asks):
    client = Client()
    answers = [
        client.get(f"{ROOT}/nothing", headers=ENGLISH),
        client.get(f"{ROOT}/me", headers=ENGLISH),
        client.get(f"{ROOT}/me", headers={**ENGLISH, "Authorization": "Bearer qf_wrong"}),
        client.put(f"{ROOT}/me", headers=ENGLISH),
        asks.client.generic(
            "POST", f"{ROOT}/appeals", b"{broken", content_type="application/json",
            headers={**ENGLISH, "Authorization": f"Bearer {asks.secret}",
                     "Idempotency-Key": "english-broken"},
        ),
        asks.ask("POST", "/appeals", {}, Accept_Language="en"),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code >= 400
        assert answer.json()["message"] and not CHINESE.search(answer.json()["message"])
