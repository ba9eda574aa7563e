"""Calendars and the feed of policies, read back as a calendar program and a reader would."""

import re
import xml.etree.ElementTree as Xml
from datetime import date, timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from qifu.appeals.models import Appeal, Clock
from qifu.notices.models import FeedAddress
from qifu.policies.models import PolicyVersion
from tests.appeals import world
from tests.cli.running import lucky_firm
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer
from tests.web.desk_people import as_, queries
from tests.web.pages import words

pytestmark = pytest.mark.usefixtures("demo_city")
PAGE = "/programs/feeds/"
ATOM = "{http://www.w3.org/2005/Atom}"


def made(actor):
    """The path of a new calendar address of this person."""
    answer = as_(actor).post(PAGE, {"do": "make"})
    return re.search(r"http://testserver(/feeds/[\w-]+/due\.ics)", answer.content.decode())[1]


def read(answer):
    """The entries by their UID; the file as RFC 5545 wants it."""
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    assert answer.content.endswith(b"\r\n") and b"\n" not in answer.content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    assert b"X-PUBLISHED-TTL:PT6H\r\n" in answer.content
    calendar = Calendar.from_ical(answer.content)
    entries = {str(entry["uid"]): entry for entry in calendar.walk("VEVENT")}
    assert len(entries) == len(calendar.walk("VEVENT"))
    return entries


def test_a_firm_reads_its_due_dates_and_the_windows_it_can_use():
    firm = lucky_firm()
    owner = enterprise_actor(firm)
    waiting, asked = (
        world.dispatched(actor=owner),
        world.need_info(world.submitted(owner)),
    )
    world.dispatched()  # another firm's
    entries = read(Client().get(made(owner)))
    clocks = [uid for uid in entries if uid.startswith("clock-")]
    reply = Clock.objects.get(appeal=waiting, name="reply")
    info = Clock.objects.get(appeal=asked, name="info")
    assert sorted(clocks) == sorted(f"clock-{clock.pk}@qifu" for clock in (reply, info))
    one = entries[f"clock-{reply.pk}@qifu"]
    assert one["dtend"].dt == reply.due_at and str(one["dtend"].params["TZID"]) == "Asia/Shanghai"
    assert waiting.number in one["summary"] and "最迟答复" in one["summary"]
    assert str(one["url"]) == f"http://testserver/my/appeals/{waiting.pk}/"
    windows = [entry for uid, entry in entries.items() if not uid.startswith("clock-")]
    assert windows and all(isinstance(entry["dtstart"].dt, date) for entry in windows)


def test_a_date_that_moves_keeps_its_uid_and_counts_up_and_what_is_not_certain_says_so():
    owner = world.firm_actor()
    appeal = world.dispatched(actor=owner)
    path = made(owner)
    clock = Clock.objects.get(appeal=appeal, name="reply")
    before = read(Client().get(path))[f"clock-{clock.pk}@qifu"]
    clock.events.create(kind="recomputed", at=NOW + timedelta(hours=1))
    Clock.objects.filter(pk=clock.pk).update(
        due_at=clock.due_at + timedelta(days=1), provisional=True
    )
    after = read(Client().get(path))[f"clock-{clock.pk}@qifu"]
    assert after["sequence"] == before["sequence"] + 1
    assert after["last-modified"].dt > before["last-modified"].dt
    assert after["dtend"].dt - before["dtend"].dt == timedelta(days=1)
    assert (before["status"], after["status"]) == ("CONFIRMED", "TENTATIVE")
    assert "暂定" in after["summary"] and "可能变动" in after["description"]


def test_an_official_reads_the_cases_of_their_lists():
    appeal = world.dispatched()
    path = made(world.handler_actor())
    numbers = " ".join(str(entry["summary"]) for entry in read(Client().get(path)).values())
    assert appeal.number in numbers
    other = read(Client().get(made(world.handler_actor(world.OTHER))))
    assert appeal.number not in " ".join(str(entry["summary"]) for entry in other.values())
    intake = world.submitted()
    desk = read(Client().get(made(world.intake_actor())))
    assert intake.number in " ".join(str(entry["summary"]) for entry in desk.values())


def test_reminders_come_where_they_are_asked_for():
    owner = world.firm_actor()
    world.dispatched(actor=owner)
    path = made(owner)
    assert b"VALARM" not in Client().get(path).content
    assert b"BEGIN:VALARM" in Client().get(path + "?alarms=1").content


def test_the_address_opens_nothing_once_it_was_replaced_revoked_or_the_membership_ended():
    owner = enterprise_actor()
    browser, first = as_(owner), made(owner)
    assert Client().get(first).status_code == 200
    assert first.split("/")[2] not in browser.get(PAGE).content.decode()
    second = made(owner)
    assert Client().get(first).status_code == 404 and Client().get(second).status_code == 200
    assert "读取过" in words(browser.get(PAGE))
    browser.post(PAGE, {"do": "revoke"})
    assert Client().get(second).status_code == 404
    assert "没有正在使用的日历地址" in words(browser.post(PAGE, {"do": "revoke"}, follow=True))
    third = made(owner)
    owner.membership.ended_at = NOW
    owner.membership.save()
    assert Client().get(third).status_code == 404
    assert Client().get("/feeds/" + "x" * 43 + "/due.ics").status_code == 404
    assert not FeedAddress.objects.filter(digest__in=[first, second, third]).exists()


def test_who_has_the_calendar_already_is_sent_nothing():
    owner = world.firm_actor()
    appeal = world.dispatched(actor=owner)
    path = made(owner)
    tag = Client().get(path)["ETag"]
    assert Client().get(path)["ETag"] == tag
    same = Client().get(path, headers={"if-none-match": tag})
    assert same.status_code == 304 and not same.content
    Clock.objects.filter(appeal=appeal).update(state="cancelled", ended_at=NOW)
    assert Client().get(path, headers={"if-none-match": tag}).status_code == 200


def test_ten_times_as_many_cases_take_no_more_queries():
    owner = world.firm_actor()
    world.dispatched(actor=owner)
    path, browser = made(owner), Client()
    browser.get(path)
    few = queries(lambda: browser.get(path))
    for _ in range(4):
        world.dispatched(actor=owner)
    assert queries(lambda: browser.get(path)) == few
    assert len(read(browser.get(path))) >= 5 and Appeal.objects.exists()


def test_every_window_is_in_the_public_calendar_in_both_languages():
    entries = read(Client().get("/feeds/windows.ics"))
    closing = PolicyVersion.objects.filter(state="published", closes__gte=date(2026, 11, 22))
    assert closing.count() and len(entries) >= closing.count()
    english = read(Client().get("/feeds/windows.ics?lang=en"))
    assert set(english) == set(entries)
    titled = PolicyVersion.objects.exclude(title_en="").values_list("title_en", flat=True)
    assert any(str(entry["summary"]).endswith(title) for entry in english.values()
               for title in titled)  # fmt: skip


def atom(path, **headers):
    answer = Client().get(path, headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return answer, Xml.fromstring(answer.content)


def test_the_feed_of_policies_is_atom_with_ids_that_stay():
    answer, feed = atom("/feeds/policies.atom")
    entries = feed.findall(f"{ATOM}entry")
    assert feed.tag == f"{ATOM}feed" and entries
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(set(ids)) == len(ids) and all(one.startswith("urn:uuid:") for one in ids)
    for name in ("title", "updated", "link", "summary"):
        assert all(entry.find(ATOM + name) is not None for entry in entries)
    elsewhere = Client(SERVER_NAME="localhost").get("/feeds/policies.atom")
    again = Xml.fromstring(elsewhere.content).findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}id").text for entry in again] == ids
    tag = {"if-none-match": answer["ETag"]}
    assert Client().get("/feeds/policies.atom", headers=tag).status_code == 304


def test_the_feed_is_narrowed_by_level_and_front_and_unknown_ones_are_not_there():
    level = PolicyVersion.objects.filter(state="published").exclude(level="")[0].level
    _answer, narrow = atom(f"/feeds/policies.atom?level={level}")
    found = {c.get("term") for c in narrow.iter(f"{ATOM}category")}
    assert level in found
    _answer, front = atom("/feeds/policies.atom?zone=nanshan")
    assert "南山" in front.find(f"{ATOM}title").text
    for wrong in ("?zone=nowhere", "?level=%00"):
        assert Client().get("/feeds/policies.atom" + wrong).status_code == 404


def test_the_library_names_its_feed():
    assert 'type="application/atom+xml"' in Client().get("/policies/").content.decode()


def test_who_may_not_connect_programs_gets_no_calendar():
    assert as_(officer("callback_officer")).post(PAGE, {"do": "make"}).status_code == 403
