"""Through a district's front in a browser: sign in, begin an appeal, go back to the city."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE, choose, overflow, serious, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("script", "look"),
    [(True, {"viewport": WIDE}), (False, {"viewport": PHONE})],
    ids=["with script", "phone without script"],
)
def test_a_firm_comes_in_through_a_front_and_goes_back_to_the_city(site, watched, script, look):
    page = watched(site, java_script_enabled=script, **look)
    brand = page.locator(".qf-brand")
    page.goto("/")
    whole = brand.inner_text()
    page.get_by_role("link", name="罗湖区", exact=True).click()
    expect(page).to_have_url(f"{site}/z/luohu/")
    expect(page.locator("h1")).to_have_text("罗湖区的企业，从这里进")

    sign_in(page, "demo-owner")
    expect(page).to_have_url(f"{site}/my/")
    expect(brand).to_contain_text("罗湖")
    brand.click()
    page.get_by_role("link", name="提诉求").first.click()
    expect(page.locator("#id_region")).to_have_value("440303")

    page.locator(".qf-zone-bar").get_by_role("link", name="全市").click()
    expect(brand).to_contain_text(whole)
    expect(page.locator(".qf-zone-bar")).to_have_count(0)
    page.goto("/my/")  # still signed in
    expect(page).to_have_url(f"{site}/my/")


def test_fronts_are_read_by_everybody_and_fit_a_phone(site, watched):
    page = watched(site, viewport=PHONE)
    wrong = {}
    for look in ({}, {"qf_theme": "dark", "django_language": "en"}, {"qf_size": "large"}):
        choose(page, site, **look)
        for address in ("/zones/", "/z/guangming/", "/z/dapeng/"):
            page.goto(address)
            if problems := serious(page) or overflow(page) > 0:
                wrong[(*look, address)] = problems
    assert wrong == {}
