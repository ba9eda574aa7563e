"""Every address of the site in English: taken from the resolver, so that none can be forgotten."""

import re
import xml.etree.ElementTree as Xml
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from qifu.accounts.models import User
from qifu.appeals.models import Appeal
from qifu.organisations.models import Organisation
from qifu.web import views
from tests.conftest import NOW
from tests.web.desk_people import table
from tests.web.english import CHINESE, chinese_left
from tests.web.matrix_world import KINDS, World, make_world
from tests.web.test_english import in_english
from tests.web.test_permission_matrix import ASKED, MAY_GET, routes

pytestmark = pytest.mark.usefixtures("demo_city", "english_texts")

ATOM = "{http://www.w3.org/2005/Atom}"
# answers that are no page, table, calendar or feed: files as they were sent, colours, health
NO_WORDS = {"text/css", "application/json", "image/png", "application/pdf", "application/yaml"}
# cells of these tables are data of firms and of the register; what stands above them is ours
HEAD_ONLY = {"library-xlsx", "desk-firms-xlsx", "desk-journal-xlsx", "desk-appeals-xlsx",
             "desk-figures-xlsx", "my-report-xlsx", "channels-xlsx",
             "desk-policies-xlsx", "desk-replies-xlsx"}  # fmt: skip
# pages that are only reached by sending a form, or that lead on: what they answer is asked there
NOT_READ = {"preferences", "sign-out", "after-sign-in", "messages-read", "message", "my-answer",
            "my-skip", "my-undo", "my-appeal-hints", "desk-appeals-many", "city-logo",
            "api-docs-short", "api-unknown"}  # fmt: skip


@pytest.fixture
def world(demo_city, monkeypatch) -> World:
    """The world of the permission matrix, read a little later by people who chose English."""
    made = make_world(demo_city)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))
    User.objects.update(language="en")
    for unit in Organisation.objects.filter(kind="unit", name_en=""):
        # the units of the factories have no English name; those of a pack have one
        Organisation.objects.filter(pk=unit.pk).update(name_en=f"Unit {unit.pk}")
    for client in made.clients.values():
        in_english(client)
    return made


def left_in(name: str, answer: HttpResponse) -> list[str]:
    """What is left in Chinese in an answer of this kind."""
    kind = answer.headers["Content-Type"].split(";")[0]
    if kind in NO_WORDS:
        return []
    if kind == "text/html":
        return of_a_page(answer)
    if "spreadsheet" in kind:
        assert name in HEAD_ONLY
        return [str(cell) for cell in table(answer)[0] if CHINESE.search(str(cell))]
    if kind == "text/calendar":
        return in_calendar(answer.content)
    assert kind == "application/atom+xml", f"{name}: {kind}"
    return in_feed(answer.content)


def of_a_page(answer: HttpResponse) -> list[str]:
    """A page that says of itself that it is Chinese would have nothing left to find."""
    page = answer.content.decode()
    said = re.search(r"<html[^>]*>", page)
    wrong = [] if said is None or 'lang="en"' in said.group() else [said.group()]
    return wrong + chinese_left(page)


def in_calendar(content: bytes) -> list[str]:
    """Entries without the titles of appeals and names of firms, which are people's own words."""
    known = {*Appeal.objects.values_list("title", flat=True)}
    found = []
    for entry in Calendar.from_ical(content).walk("VEVENT"):
        for part in ("summary", "description"):
            words = str(entry.get(part, ""))
            for title in known:
                words = words.replace(title, "")
            found += [words] if CHINESE.search(words) else []
    return found


def in_feed(content: bytes) -> list[str]:
    texts = [one.text or "" for one in Xml.fromstring(content).iter()]
    return [text for text in texts if CHINESE.search(text)]


def test_every_address_that_can_be_read_is_read_in_english(world):
    """Who may read it is in the permission matrix, which knows every address of the site."""
    wrong, unread = [], []
    for name in sorted(set(routes()) - NOT_READ):
        kind = next((one for one in reversed(KINDS) if MAY_GET[name][one] == "200"), None)
        if kind is None:
            unread.append(name)
            continue
        query = ASKED.get(name, "") or ("?lang=en" if name.startswith("feed-") else "")
        answer = world.clients[kind].get(reverse(name, kwargs=world.address(name)) + query)
        assert answer.status_code == 200, (name, kind)
        wrong += [f"{name} ({kind}): {one}" for one in left_in(name, answer)]
    assert unread == []
    assert not wrong, "\n".join(wrong)


def test_what_no_get_can_read_is_known():
    """An address that is new is either read above or stands in the list with a reason."""
    assert set(routes()) >= NOT_READ
    for name in NOT_READ - {"message"}:
        assert "200" not in MAY_GET[name].values(), name


@pytest.mark.parametrize("view", [views.bad_request, views.forbidden, views.not_found])
def test_error_pages(view, rf, demo_city):
    request = asked(rf)
    with translation.override("en"):
        answer = view(request, None)
    assert answer.status_code in (400, 403, 404)
    assert of_a_page(answer) == []


def test_the_page_of_an_error_in_the_system(rf):
    with translation.override("en"):
        answer = views.server_error(asked(rf))
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
    assert of_a_page(answer) == []


def asked(rf: RequestFactory):
    """A request of nobody in English, as the middleware leaves it."""
    request = rf.get("/", headers={"Accept-Language": "en"})
    request.LANGUAGE_CODE, request.user = "en", AnonymousUser()
    client = Client()
    answer = in_english(client).get("/help/")
    for name in ("actor", "session", "_messages"):
        if hasattr(answer.wsgi_request, name):
            setattr(request, name, getattr(answer.wsgi_request, name))
    return request


def test_a_method_that_is_not_taken_and_a_form_from_elsewhere(english):
    answer = english.put("/help/")
    assert answer.status_code == 405 and not CHINESE.search(answer.content.decode())
    strict = in_english(Client(enforce_csrf_checks=True))
    for address in ("/sign-in/", "/claims/new/", "/preferences/"):
        answer = strict.post(address, {"language": "en"}, headers={"Origin": "http://evil.test"})
        assert answer.status_code == 403
        assert of_a_page(answer) == []
        answer = strict.post(address, {"language": "en"}, headers={"Origin": "http://testserver"})
        assert answer.status_code == 403
        assert of_a_page(answer) == []
