"""Fronts of districts: each its own first page, one account, and the way back to the city."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from qifu.base.calendar import calendar_in_force
from qifu.organisations.permissions import NOBODY
from qifu.organisations.selectors.channels import find_channels
from qifu.policies.selectors import library, own_policies, policies_of_front
from qifu.web import colours
from tests.conftest import NOW
from tests.factories import EnterpriseFactory
from tests.web.firms import acting, demo_firm
from tests.web.pages import inline, read, words

TODAY = NOW.date()
HOST = "nanshan.example.org"


@pytest.fixture(autouse=True)
def city(demo_city):
    return demo_city


@pytest.fixture
def hosted(city, monkeypatch, settings):
    """Nanshan has a host name of its own."""
    row = next(row for row in city.zones if row["code"] == "nanshan")
    monkeypatch.setitem(row, "hosts", [HOST])
    settings.ALLOWED_HOSTS = ["testserver", HOST]
    city.__dict__.pop("fronts", None)
    yield Client(headers={"host": f"{HOST}:8000"})
    city.__dict__.pop("fronts", None)


def accent(client, page) -> str:
    """The accent of light pages in the sheet that a page asks for."""
    sheet = next(a for a in re.findall(r'href="([^"]+)"', page.content.decode()) if "city.css" in a)
    text = client.get(sheet.replace("&amp;", "&")).content.decode()
    return re.search(r"--qf-accent:(#\w+)", text)[1]


def brand(page) -> str:
    """What the site calls itself in the header."""
    html = page.content.decode()
    header = html.partition('class="qf-brand"')[2].partition("</a>")[0]
    return re.search(r"<span>([^<]+)</span>", header)[1]


def policies_on(page) -> list[str]:
    """Policy numbers in the order of the page, each once."""
    found = (re.fullmatch(r"/policies/([^/?]+)/", link) for link in read(page).links)
    return list(dict.fromkeys(one[1] for one in found if one))


# -- the front -----------------------------------------------------------------------------------


def test_every_district_has_a_front_with_its_name_intro_and_colour(client, city):
    shades = set()
    for zone in city.fronts:
        page = client.get(f"/z/{zone.code}/")
        assert page.status_code == 200
        assert brand(page) == zone.site_name["zh"]
        assert zone.intro["zh"] in words(page)
        assert zone.site_name["zh"] in page.content.decode().partition("</title>")[0]
        assert inline(page.content.decode()) == []
        assert accent(client, page) == colours.to_hex(colours.on_surfaces(zone.accent)[0])
        shades.add(accent(client, page))
    assert len(shades) == len(city.fronts) == 11


def test_the_sheet_of_a_front_has_an_address_of_its_own_that_browsers_keep(client, city):
    for query, kept in (("z=futian", True), ("", True), ("z=nowhere", False)):
        sheet = client.get(f"/city.css?v={city.load_id}&{query}")
        assert ("immutable" in sheet.headers["Cache-Control"]) is kept
    assert client.get("/city.css?z=futian").content != client.get("/city.css?z=luohu").content
    # what a browser keeps of it does not hang on what else the browser remembers
    client.cookies["qf_zone"] = "luohu"
    kept = Client().get(f"/city.css?v={city.load_id}&z=futian")
    assert client.get(f"/city.css?v={city.load_id}&z=futian").content == kept.content


def test_an_unknown_front_is_not_found_and_nothing_is_remembered(client):
    page = client.get("/z/atlantis/")
    assert page.status_code == 404
    assert "qf_zone" not in page.cookies
    client.cookies["qf_zone"] = "atlantis"  # a district that a newer pack dropped
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("code", ["nanshan", "dapeng", "shenshan"])
def test_the_districts_channels_stand_first_and_only_the_citys_follow(client, city, code):
    found = find_channels(city, zone=code, calendar=calendar_in_force())
    own = [one.channel.code for one in found if one.channel.zone == code]
    assert own
    html = client.get(f"/z/{code}/").content.decode()
    # the cards; the list of units names the district's own again
    shown = re.findall(r'<h[34]><a href="/channels/([^/]+)/"', html)
    assert shown[: len(own[:6])] == own[:6]
    assert {c.channel.zone for c in found if c.channel.code in shown} <= {code, ""}
    assert 0 < len(shown) - len(own[:6]) <= 2


def test_the_units_of_the_district_are_named_with_the_telephones_of_their_channels(client, city):
    zone = city.zone("futian")
    names = {unit["code"]: unit["name"]["zh"] for unit in city.documents["units"]}
    html = client.get("/z/futian/").content.decode()
    units = html.partition('class="qf-zone-units"')[2].partition("</ul>")[0]
    assert [names[code] for code in zone.units] == re.findall(r"<strong>([^<]+)</strong>", units)
    found = find_channels(city, zone="futian", with_city=False, calendar=calendar_in_force())
    numbers = [
        phone["number"]
        for one in found
        if one.channel.unit.organisation.code in zone.units
        for phone in one.channel.document.get("telephones") or []
    ]
    assert numbers
    assert all(number in units for number in numbers)


def test_the_districts_policies_come_before_the_citys_and_no_other_districts(client, city):
    zone = city.zone("longgang")
    own = {one.policy_id for one in own_policies(NOBODY, zone, on=TODAY)}
    assert own == {"SZD-2026-001", "SZD-2026-002", "SZD-2026-003"}
    fitting = list(policies_of_front(NOBODY, zone, on=TODAY))
    assert {one.policy_id for one in fitting[: len(own)]} == own
    others = {one.region for one in fitting[len(own) :]} - {"", "4403", "440300"}
    assert not [region for region in others if region.startswith("4403")]
    shown = policies_on(client.get("/z/longgang/"))
    assert set(shown) <= {one.policy_id for one in fitting}
    below = client.get("/z/longgang/").content.decode().partition('id="zone-own"')[2]
    assert {f"SZD-2026-00{n}" for n in (1, 2, 3)} <= set(re.findall(r"SZD-2026-\d+", below))


def test_districts_that_share_a_region_code_do_not_share_policies(city):
    dapeng = {one.policy_id for one in policies_of_front(NOBODY, city.zone("dapeng"), on=TODAY)}
    assert dapeng
    assert not dapeng & {"SZD-2026-001", "SZD-2026-002", "SZD-2026-003"}


def test_windows_are_those_open_now_the_districts_first_then_by_days_left(client, city):
    zone = city.zone("nanshan")
    found = list(policies_of_front(NOBODY, zone, on=TODAY, status="open"))
    page = client.get("/z/nanshan/").content.decode()
    listed = page.partition('id="zone-open"')[2].partition("</ol>")[0]
    assert re.findall(r"/policies/(SZD-[\d-]+)/", listed) == [one.policy_id for one in found][:6]
    for part in (True, False):
        days = [
            one.closes or TODAY + timedelta(days=9999)
            for one in found
            if (one.region == "440305") is part
        ]
        assert days == sorted(days)


def test_a_front_costs_the_same_few_queries_for_every_district(
    client, city, django_assert_max_num_queries
):
    client.get("/z/futian/")
    for zone in city.fronts:
        with django_assert_max_num_queries(14):
            client.get(f"/z/{zone.code}/")


def test_the_list_names_every_front_and_the_first_page_leads_there(client, city):
    fronts = [f"/z/{zone.code}/" for zone in city.fronts]
    page = client.get("/zones/")
    assert [link for link in read(page).links if link.startswith("/z/")] == fronts
    assert set(fronts) <= set(read(client.get("/")).links)
    assert "/zones/" in read(client.get("/help/")).links


def test_a_city_without_fronts_says_so_and_offers_none(client, city, monkeypatch):
    monkeypatch.setitem(city.documents, "zones", [])
    city.__dict__.pop("fronts", None)
    try:
        assert "没有分区入口" in words(client.get("/zones/"))
        assert client.get("/z/futian/").status_code == 404
        client.cookies["qf_zone"] = "futian"
        assert "各区入口" not in words(client.get("/"))
    finally:
        city.__dict__.pop("fronts", None)


# -- it stays, and the way back ------------------------------------------------------------------


def test_other_pages_keep_the_front_until_one_goes_back_to_the_city(client, city):
    own = brand(client.get("/policies/"))
    client.get("/z/futian/")
    for address in ("/", "/policies/", "/help/", "/sign-in/", "/zones/", "/no-such-page/"):
        page = client.get(address)
        assert brand(page) == "企服 · 福田", address
        assert {"/city/", "/zones/", "/z/futian/"} <= set(read(page).links), address
    back = client.get("/city/")
    assert brand(back) == own == city.site_name["zh"]
    assert "/city/" not in read(back).links
    for address in ("/", "/policies/"):
        assert brand(client.get(address)) == own


def test_looking_at_another_front_chooses_that_one(client):
    client.get("/z/futian/")
    assert brand(client.get("/z/luohu/")) == "企服 · 罗湖"
    assert brand(client.get("/help/")) == "企服 · 罗湖"


def test_only_a_new_choice_is_written_into_the_browser(client):
    first = client.get("/z/futian/")
    assert first.cookies["qf_zone"].value == "futian"
    assert first.cookies["qf_zone"]["httponly"]
    assert "Cookie" in first.headers["Vary"]
    assert "qf_zone" not in client.get("/z/futian/").cookies


def test_one_account_in_every_front_and_changing_it_never_signs_out(client):
    firm = demo_firm()
    member = acting(client, firm)
    name = firm.organisation.name
    session = client.cookies["sessionid"].value
    for address in ("/z/futian/", "/z/luohu/", "/city/"):
        assert name in words(client.get(address))
        assert name in words(client.get(reverse("my-overview")))
    assert client.cookies["sessionid"].value == session
    assert client.get("/policies/").wsgi_request.actor.membership == member
    client.get("/z/futian/")
    client.post("/sign-out/")
    assert brand(client.get("/policies/")) == "企服 · 福田"


def test_the_front_is_there_in_english_dark_and_large(client, english_texts):
    client.cookies["django_language"] = "en"
    client.cookies["qf_theme"] = "dark"
    client.cookies["qf_size"] = "large"
    page = client.get("/z/nanshan/")
    html = page.content.decode()
    assert brand(page) == "Qifu · Nanshan"
    assert 'data-bs-theme="dark" data-qf-size="large"' in html
    sheet = client.get("/city.css?z=nanshan").content.decode()
    assert '[data-bs-theme="dark"] .qf-zone--nanshan' in sheet


# -- host names ----------------------------------------------------------------------------------


def test_a_host_name_opens_straight_on_its_front(hosted):
    page = hosted.get("/")
    assert brand(page) == "企服 · 南山"
    assert "qf_zone" not in page.cookies
    assert brand(hosted.get("/policies/")) == "企服 · 南山"
    assert brand(Client().get("/")) != "企服 · 南山"


def test_on_its_host_another_front_or_the_city_is_kept_and_the_first_page_is_its_own(hosted):
    hosted.get("/z/futian/")
    assert brand(hosted.get("/policies/")) == "企服 · 福田"
    hosted.get("/city/")
    page = hosted.get("/policies/")
    assert "深圳" in brand(page)
    assert "/city/" in read(page).links  # the name of the site leads to the city, not to Nanshan
    assert brand(hosted.get("/")) == "企服 · 南山"
    assert brand(hosted.get("/policies/")) == "企服 · 南山"


def test_a_host_that_the_deployment_does_not_allow_is_refused(hosted):
    assert hosted.get("/", headers={"host": "luohu.example.org"}).status_code == 400


# -- library, appeal, offer ----------------------------------------------------------------------


def test_the_library_puts_the_fronts_own_policies_first_unless_told_otherwise(client, city):
    client.get("/z/longhua/")
    own = [one.policy_id for one in own_policies(NOBODY, city.zone("longhua"), on=TODAY)]
    assert own
    page = client.get("/policies/")
    assert policies_on(page)[: len(own)] == own
    assert "龙华区的政策排在前面" in words(page)
    rest = [policy for policy in everything_of(client) if policy not in own]
    fitting = [one.policy_id for one in policies_of_front(NOBODY, city.zone("longhua"), on=TODAY)]
    assert rest[: len(fitting) - len(own)] == fitting[len(own) :]  # then other districts'
    everything = library(NOBODY, on=TODAY).count()
    assert f"共 {everything} 项" in words(page)
    for order in ("closes", "amount"):
        page = client.get(f"/policies/?order={order}")
        expected = [one.policy_id for one in library(NOBODY, on=TODAY, order=order)][:20]
        assert policies_on(page) == expected
        assert "排在前面" not in words(page)
    assert policies_on(client.get("/policies/?order=own&text=补"))[0] in own
    client.get("/city/")
    expected = [one.policy_id for one in library(NOBODY, on=TODAY)][:20]
    assert policies_on(client.get("/policies/?order=own")) == expected


def everything_of(client) -> list[str]:
    """All pages of the library together."""
    return [policy for n in (1, 2) for policy in policies_on(client.get(f"/policies/?page={n}"))]


def region_chosen(page) -> str:
    """What the appeal form has under 发生在哪里."""
    field = page.content.decode().partition('<select name="region"')[2].partition("</select>")[0]
    found = re.search(r'value="(\d*)" selected', field)
    return found[1] if found else ""


def test_an_appeal_from_a_front_begins_with_its_district(client):
    firm = EnterpriseFactory.create(region="")
    acting(client, firm)
    address = reverse("my-appeal-new")
    assert region_chosen(client.get(address)) == ""
    front = client.get("/z/luohu/")
    assert region_chosen(client.get(address)) == "440303"
    assert f"{address}?region=440303" in read(front).links


def test_a_firm_with_a_district_keeps_it_unless_the_address_says_another(client):
    acting(client, EnterpriseFactory.create(region="440306"))
    address = reverse("my-appeal-new")
    client.get("/z/luohu/")
    assert region_chosen(client.get(address)) == "440306"
    assert region_chosen(client.get(f"{address}?region=440303")) == "440303"
    assert region_chosen(client.get(f"{address}?region=999999")) == "440306"


def test_a_district_without_a_code_presets_nothing(client):
    acting(client, EnterpriseFactory.create(region=""))
    front = client.get("/z/shenshan/")
    assert reverse("my-appeal-new") in read(front).links
    assert region_chosen(client.get(reverse("my-appeal-new"))) == ""


def test_a_firm_is_offered_its_districts_front_until_somebody_chooses(client):
    acting(client, EnterpriseFactory.create(region="440309"))
    for name in ("home", "my-overview"):
        page = client.get(reverse(name))
        assert page.status_code == 200  # offered, not sent there
        assert "进入龙华区入口" in words(page)
    client.get("/z/longhua/")
    assert "进入龙华区入口" not in words(client.get(reverse("my-overview")))
    client.get("/city/")
    assert "进入龙华区入口" not in words(client.get("/"))


def test_nobody_is_offered_a_front_that_is_not_theirs(client):
    acting(client, EnterpriseFactory.create(region="110000"))
    assert "您的企业在" not in words(client.get("/"))
    assert "您的企业在" not in words(Client().get("/"))


def test_the_channel_finder_begins_with_the_front(client, city):
    client.get("/z/yantian/")
    page = client.get("/channels/")
    found = find_channels(city, zone="yantian", with_city=False, calendar=calendar_in_force())
    own = {one.channel.code for one in found}
    shown = re.findall(r'<h[34]><a href="/channels/([^/"]+)/"', page.content.decode())
    assert own
    assert set(shown[: len(own)]) == own
    assert "盐田区的在前" in words(page)
    assert "您的企业在" not in words(page)
