"""The county in a browser, at the width of a phone: one appeal to its rating, in Chinese only."""

import os
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page

from qifu.appeals.models import Appeal
from tests.browser.conftest import PHONE, overflow, serious, sign_in
from tests.cities.county_world import FOREIGN, FRONT, INDUSTRY, PRINCIPAL, load_county

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
TEXT = "竹岭镇的竹器厂这个月停电八次，锯机一停料就废了，希望换变压器。"


@pytest.fixture
def county_site(site, settings, request) -> str:
    """The live server with the county in place of the demo city; the next test loads its own."""
    from tests.cities.county_world import COUNTY, empty

    settings.QIFU_CITY = COUNTY
    load_county()
    request.addfinalizer(empty)
    return site


class Walk:
    """One appeal; each person in a phone of their own, the clock going on between the steps."""

    def __init__(self, open_page, site: str, monkeypatch) -> None:
        self.open_page, self.site, self.monkeypatch = open_page, site, monkeypatch
        self.pages: dict[str, Page] = {}
        self.at, self.pk, self.count = MONDAY, 0, 0
        self.go_on(0)

    def go_on(self, minutes: int = 10) -> None:
        self.at += timedelta(minutes=minutes)
        moment = self.at
        self.monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    def phone(self, who: str = "") -> Page:
        if who not in self.pages:
            page = self.open_page(self.site, viewport=PHONE, locale="en-GB")
            self.pages[who] = page
            if who:
                sign_in(page, who)
                page.wait_for_url(lambda address: "sign-in" not in address)
        return self.pages[who]

    def case(self, who: str) -> Page:
        page = self.phone(who)
        door = "my" if who == PRINCIPAL else "desk"
        page.goto(f"/{door}/appeals/{self.pk}/")
        self.look(page)
        return page

    def take(self, who: str, step: str, **sent: str) -> Page:
        """Fill in a step's form and send it."""
        self.go_on()
        page = self.phone(who)
        door = "my" if who == PRINCIPAL else "desk"
        page.goto(f"/{door}/appeals/{self.pk}/{step}/")
        form = page.locator(f"form[action$='/{step}/']").first
        for name, value in sent.items():
            field = form.locator(f"[name={name}]")
            kind = field.first.evaluate("one => one.type || one.tagName.toLowerCase()")
            if kind in ("radio", "checkbox"):
                form.locator(f"[name={name}][value='{value}']").check()
            elif kind.startswith("select"):
                field.select_option(value)
            else:
                field.first.fill(value)
        form.locator("button.btn-primary").last.click()
        page.wait_for_url(f"**/{door}/appeals/{self.pk}/")
        self.look(page)
        return page

    def look(self, page: Page) -> None:
        """In Chinese, of this county, no wider than the phone; a picture where they are wanted."""
        assert page.locator("html").get_attribute("lang") == "zh-hans"
        assert page.locator("[name=language]").count() == 0
        said = page.inner_text("body")
        assert FOREIGN.search(said) is None, FOREIGN.search(said)
        assert overflow(page) <= 0
        self.count += 1
        if folder := os.environ.get("QIFU_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/county-{self.count:02d}.png", full_page=True)


def test_a_firm_of_the_county_brings_an_appeal_and_rates_it(county_site, watched, monkeypatch):
    walk = Walk(watched, county_site, monkeypatch)
    visitor = walk.phone()
    for address in ("/", "/policies/", "/diagnosis/"):
        visitor.goto(address)
        walk.look(visitor)
    assert serious(visitor) == []
    visitor.goto("/")
    assert serious(visitor) == []

    firm = walk.phone(PRINCIPAL)
    firm.goto("/my/appeals/new/")
    walk.look(firm)
    assert serious(firm) == []
    firm.check("[name=kind][value=help_request]")
    firm.fill("[name=text]", TEXT)
    firm.select_option("[name=matter]", "workshop_power")
    firm.fill("[name=contact_phone]", "000-1234567")
    firm.click("button:has-text('下一步')")
    firm.wait_for_url("**check=1**")
    firm.locator("main form button.btn-primary").last.click()
    firm.wait_for_url("**received=1**")
    walk.look(firm)
    assert "17:30" in firm.inner_text("main")
    walk.pk = Appeal.objects.exclude(number="").latest("pk").pk

    assert "厂里用电" in walk.case(FRONT).inner_text("main")
    walk.take(FRONT, "accept", matter="workshop_power")
    walk.take(FRONT, "dispatch", unit="QX-GYJ")
    walk.take(INDUSTRY, "acknowledge")
    walk.take(INDUSTRY, "reply", text="变压器已经换好。", outcome="resolved", basis="县里的做法")
    assert "变压器已经换好" in walk.case(PRINCIPAL).inner_text("main")
    page = walk.take(PRINCIPAL, "rate", level="5", solved="yes")
    assert serious(page) == []
    assert Appeal.objects.get(pk=walk.pk).state == "closed"
