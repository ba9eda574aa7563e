"""A firm's clerk at work, in a real browser: both languages, with and without script."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, WIDE, choose, overflow, serious, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/my/",
    "/my/policies/",
    "/my/policies/SZD-2026-001/",
    "/my/policies/SZD-2026-012/",
    "/my/profile/",
    "/my/profile/?show=unknown",
    "/my/profile/rd_expense/?period=2025",
    "/my/profile/rd_expense/?dispute=1",
    "/my/profile/qualifications/",
    "/my/reports/",
    "/my/people/",
    "/my/consents/",
    "/messages/",
    "/switch/",
    "/claims/new/",
)
LANGUAGES = pytest.mark.parametrize("language", ["zh-hans", "en"])
ANSWER = 'form[action="/my/question/answer/"]'


def answer_the_question(page: Page) -> None:
    """Fill in whatever kind of field the next question has."""
    field = page.locator(f"{ANSWER} [name=value]").first
    kind = field.get_attribute("type") or "select"
    if kind in ("radio", "checkbox"):
        field.check()
    elif kind == "select":
        field.select_option(index=1)
    else:
        field.fill("2026-01-05" if kind == "date" else "12")
    page.locator(f"{ANSWER} .btn-primary").click()


@LANGUAGES
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_way_of_an_enterprise_from_sign_in_to_a_dispute(site, watched, language, script):
    page = watched(site, viewport=PHONE, java_script_enabled=script)
    choose(page, site, django_language=language)
    sign_in(page, "demo-owner")
    expect(page).to_have_url(f"{site}/my/")
    expect(page.locator("html")).to_have_attribute("lang", language)

    # switch to the other firm and back
    first = page.locator("h1").inner_text()
    other = page.locator('.qf-acting button:not([aria-current="true"])')
    page.locator(".qf-acting > summary").click()
    other.first.click()
    expect(page.locator("h1")).not_to_have_text(first)
    page.locator(".qf-acting > summary").click()
    other.first.click()
    expect(page.locator("h1")).to_have_text(first)

    # my policies, and the next question
    page.locator("main .btn-primary").click()
    expect(page).to_have_url(f"{site}/my/policies/")
    question = page.locator("#question-title").inner_text()
    document = page.locator("html").element_handle()
    answer_the_question(page)
    expect(page.locator(".my-last")).to_be_visible()
    expect(page.locator("#question-title")).not_to_have_text(question)
    if script:
        # the list changed without a reload: the document is still the same one
        assert document.evaluate("one => one.isConnected && one === document.documentElement")
    expect(page).to_have_url(f"{site}/my/policies/")

    # taken back it is asked again, and answered again
    page.locator(".my-last button").click()
    expect(page.locator("#question-title")).to_have_text(question)
    answer_the_question(page)
    expect(page.locator(".my-last")).to_be_visible()

    # a wrong answer stays typed and says what is expected
    page.locator('form[action="/my/question/skip/"] button').click()
    expect(page.locator(".my-last")).to_be_visible()

    # one policy, with every condition and where it comes from
    card = page.locator(".my-card h3 a").first
    title = card.inner_text()
    card.click()
    expect(page.locator("h1")).to_have_text(title)
    condition = page.locator(".my-condition").first
    expect(condition.locator(".my-basis")).to_be_hidden()
    condition.locator(".my-why > summary").first.click()
    expect(condition.locator(".my-basis").first).to_be_visible()

    # a report, on paper
    page.goto("/my/reports/")
    page.locator(".qf-head .btn-primary").click()
    page.wait_for_url("**/my/reports/*/")
    expect(page.locator(".my-paper h1")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".my-paper h1")).to_be_visible()
    expect(page.locator(".my-paper-proof")).to_be_visible()
    expect(page.locator(".qf-header")).to_be_hidden()
    expect(page.locator(".my-paper-tools")).to_be_hidden()
    page.emulate_media(media="screen")
    page.locator('a[href$="?replay=1"]').click()
    expect(page.locator(".qf-note--good[role=status]")).to_be_visible()

    # a fact that is wrong
    page.goto("/my/profile/rd_expense/?period=2025")
    page.locator("#dispute > summary").click()
    page.locator("#dispute_value").fill("901")
    page.locator("#dispute_reason").fill("审计报告第 3 页")
    page.locator('button[value="dispute"]').click()
    expect(page.locator(".my-dispute")).to_contain_text("9.01" if language == "en" else "901")
    page.goto("/my/profile/?show=dispute")
    expect(page.locator(".my-fact")).to_have_count(1)


def test_a_wrong_answer_keeps_what_was_typed_and_the_page_in_place(site, watched):
    page = watched(site, viewport=PHONE)
    sign_in(page, "demo-owner-2")
    page.goto("/my/policies/")
    for _question in range(12):
        field = page.locator(f"{ANSWER} [name=value]").first
        if field.get_attribute("inputmode") in ("decimal", "numeric"):
            break
        page.locator('form[action="/my/question/skip/"] button').click()
        page.wait_for_timeout(200)
    field.fill("-5")
    page.locator(f"{ANSWER} .btn-primary").click()
    expect(page.locator(f"{ANSWER} .qf-wrong")).to_be_visible()
    expect(page.locator(f"{ANSWER} [name=value]")).to_have_value("-5")


def test_searching_the_profile_narrows_it_while_one_types(site, watched):
    page = watched(site)
    sign_in(page, "demo-owner")
    page.goto("/my/profile/")
    everything = page.locator(".my-fact").count()
    page.locator("#facts-q").press_sequentially("专利")
    expect(page.locator(".my-found")).to_be_visible()
    assert 0 < page.locator(".my-fact").count() < everything
    page.go_back()


@pytest.mark.parametrize(
    "look",
    [
        {"django_language": "zh-hans"},
        {"django_language": "en", "qf_theme": "dark"},
        {"qf_size": "large"},
    ],
    ids=["Chinese", "English and dark", "large"],
)
def test_axe_finds_nothing_serious_on_the_pages_of_a_firm(site, watched, look):
    page = watched(site, viewport=PHONE if "qf_size" in look else WIDE)
    choose(page, site, **look)
    sign_in(page, "demo-owner")
    page.goto("/my/reports/")
    page.locator(".qf-head .btn-primary").click()
    page.wait_for_url("**/my/reports/*/")
    found = {}
    if problems := serious(page):
        found[page.url] = problems
    for address in PAGES:
        page.goto(address)
        if problems := serious(page):
            found[address] = problems
    assert found == {}


def test_every_page_of_a_firm_fits_the_narrowest_phone(site, watched):
    page = watched(site, viewport={"width": 360, "height": 740})
    sign_in(page, "demo-owner")
    page.goto("/my/reports/")
    page.locator(".qf-head .btn-primary").click()
    page.wait_for_url("**/my/reports/*/")
    report = page.url.removeprefix(site)
    wide = {}
    for size in ("normal", "large"):
        choose(page, site, qf_size=size)
        for address in (*PAGES, report):
            page.goto(address)
            if overflow(page) > 0:
                wide[(size, address)] = overflow(page)
    assert wide == {}


def test_a_question_is_answered_with_the_keyboard_alone(site, watched):
    page = watched(site)
    sign_in(page, "demo-owner")
    page.goto("/my/policies/")
    question = page.locator("#question-title").inner_text()
    page.locator('form[action="/my/question/skip/"] button').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#question-title")).not_to_have_text(question)
    # the focus is on what was just said, with the way back next to it
    expect(page.locator(".my-last")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#question-title")).to_have_text(question)
