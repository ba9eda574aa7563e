"""What a visitor does, in a real browser: with and without script, by keyboard, small and large."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE, choose, overflow, serious, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/",
    "/policies/",
    "/policies/?text=没有这样的政策",
    "/policies/SZD-2026-005/",
    "/diagnosis/",
    "/diagnosis/?region=440307&industry=C3511&employees=80&qualifications=srdi_sme",
    "/diagnosis/?founded=2999-01-01",
    "/size/?industry=机械&staff=1",
    "/size/?industry=C3511&staff=250&revenue=3000",
    "/help/",
    "/sign-in/",
    "/no-such-page/",
)


@pytest.mark.parametrize(
    "look",
    [
        {"django_language": "zh-hans"},
        {"django_language": "en", "qf_theme": "dark"},
        {"qf_size": "large"},
    ],
    ids=["Chinese", "English and dark", "large"],
)
def test_axe_finds_nothing_serious_on_public_pages(site, watched, look):
    page = watched(site, viewport=PHONE if "qf_size" in look else WIDE)
    choose(page, site, **look)
    found = {}
    for address in PAGES:
        page.goto(address)
        if problems := serious(page):
            found[address] = problems
    assert found == {}


def test_every_page_fits_the_narrowest_phone(site, watched):
    page = watched(site, viewport={"width": 360, "height": 740})
    wide = {}
    for size in ("normal", "large"):
        choose(page, site, qf_size=size)
        for address in PAGES:
            page.goto(address)
            if overflow(page) > 0:
                wide[(size, address)] = overflow(page)
    assert wide == {}


def test_the_library_narrows_while_one_types_and_the_address_follows(site, watched):
    page = watched(site)
    page.goto("/policies/")
    page.evaluate("window.stayed = true")
    page.locator("#id_text").press_sequentially("贷款", delay=20)
    expect(page.locator("#results-title")).to_contain_text("“贷款”")
    expect(page).to_have_url(re.compile(r"/policies/\?text=%E8%B4%B7%E6%AC%BE"))
    page.select_option("#id_status", "open")
    expect(page).to_have_url(re.compile(r"status=open"))
    assert page.evaluate("window.stayed")  # no reload on the way
    shown = page.locator(".qf-policy h3").all_inner_texts()
    page.reload()
    assert page.locator(".qf-policy h3").all_inner_texts() == shown


def test_the_library_works_without_script(site, watched):
    page = watched(site, java_script_enabled=False)
    page.goto("/")
    page.fill("#home-search", "贷款")
    page.press("#home-search", "Enter")
    assert "“贷款”的搜索结果" in page.inner_text("#results-title")
    page.click("[aria-labelledby=found-policies] .qf-toolbar a")
    assert "找到" in page.inner_text("#results-title")
    page.select_option("#id_benefit", "loan_interest")
    page.click("form[role=search] button")
    assert "benefit=loan_interest" in page.url
    page.click(".qf-policy h3 a >> nth=0")
    assert "谁能享受" in page.inner_text("main")


def test_filters_open_on_a_phone_without_script(site, watched):
    page = watched(site, viewport=PHONE, java_script_enabled=False)
    page.goto("/policies/")
    assert not page.is_visible("#id_kind")
    page.click("text=筛选和排序")
    assert page.is_visible("#id_kind")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_industry_is_found_by_words_and_the_diagnosis_answers(site, watched, script):
    page = watched(site, java_script_enabled=script)
    page.goto("/diagnosis/")
    page.select_option("#id_region", "440307")
    if script:
        page.locator("#id_industry").press_sequentially("矿山机械", delay=20)
        expect(page.locator("#industry-matches")).to_contain_text("C3511")
    else:
        page.fill("#id_industry", "机械设备")
        page.click("main form button")
        assert "有几个行业符合" in page.inner_text(".qf-errors")
        page.check("input[name=industry_code] >> nth=0")
    page.click("main form button")
    expect(page.locator("h1")).to_contain_text("可能可享")
    assert page.locator(".qf-policy").count() > 0


def test_the_size_self_test_shows_its_rule_without_script(site, watched):
    page = watched(site, viewport=PHONE, java_script_enabled=False)
    page.goto("/size/")
    page.fill("#id_industry", "C3511")
    page.fill("#id_staff", "250")
    page.fill("#id_revenue", "3,000")
    page.click("main form button")
    assert page.inner_text("#size-title") == "小型企业"
    assert "1,000 人" in page.inner_text("table")


def test_a_visitor_reaches_a_policy_by_keyboard_alone(site, watched):
    page = watched(site)
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "qf-skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "home-search"
    page.keyboard.type("贷款")
    page.keyboard.press("Enter")
    expect(page.locator("#results-title")).to_contain_text("贷款")
    page.focus("[aria-labelledby=found-policies] h4 a")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_visible()
    assert "/policies/SZD-" in page.url


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_language_theme_and_size_change_on_the_spot(site, watched, script):
    page = watched(site, java_script_enabled=script)
    page.goto("/policies/?text=贷款")
    page.click("header >> text=English")
    assert page.get_attribute("html", "lang") == "en"
    assert "text=" in page.url
    page.click("header >> text=中文")
    page.click("header summary:visible >> text=显示")
    page.click("text=深色显示")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.click("header summary:visible >> text=显示")
    page.click("text=大字版")
    assert page.get_attribute("html", "data-qf-size") == "large"


def test_the_menu_of_a_phone_opens_and_closes(site, watched):
    page = watched(site, viewport=PHONE)
    page.goto("/")
    page.click("header summary >> text=菜单")
    assert page.is_visible(".qf-menu >> text=规模自测")
    page.keyboard.press("Escape")
    assert not page.is_visible(".qf-menu >> text=规模自测")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_session_that_ends_over_a_half_filled_form_loses_nothing(site, watched, script):
    page = watched(site, java_script_enabled=script)
    sign_in(page, "demo-owner")
    page.goto("/my/profile/employees/")
    page.fill("form:has(button[value=declare]) input[name=value]", "87")
    page.context.clear_cookies(name="sessionid")
    page.click("button[value=declare]")
    assert "您刚才填写的内容没有丢" in page.inner_text("main")
    page.fill("#id_username", "demo-owner")
    page.fill("#id_password", "Demo-Qifu-2026")
    page.click("main form button")
    assert "请确认后再提交" in page.inner_text("h1")
    assert "87" in page.inner_text(".qf-carried")
    page.click("main form button")
    page.goto("/my/profile/employees/")
    assert "87" in page.inner_text("main")


def test_axe_finds_nothing_serious_in_the_frame_of_somebody_who_signed_in(site, watched):
    found = {}
    for view, look in ((PHONE, {}), (WIDE, {"qf_theme": "dark"})):
        page = watched(site, viewport=view)
        choose(page, site, **look)
        sign_in(page, "demo-owner")
        for address in ("/", "/switch/", "/policies/SZD-2026-005/"):
            page.goto(address)
            if problems := serious(page):
                found[address] = problems
        for summary in page.locator("header summary:visible").all():
            summary.click()
            if problems := serious(page):
                found[summary.inner_text()] = problems
            page.keyboard.press("Escape")
    assert found == {}


def test_axe_itself_finds_what_is_wrong(site, watched):
    page = watched(site)
    page.goto("/help/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [problem for problem in serious(page) if problem.startswith("button-name")]


def test_the_frame_of_somebody_who_signed_in_fits_the_narrowest_phone(site, watched):
    page = watched(site, viewport={"width": 360, "height": 740})
    sign_in(page, "demo-owner")
    for language in ("zh-hans", "en"):
        for size in ("normal", "large"):
            choose(page, site, qf_size=size, django_language=language)
            page.goto("/policies/")
            assert overflow(page) <= 0, (language, size)
