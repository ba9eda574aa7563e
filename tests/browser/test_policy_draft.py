"""A pasted notice becomes a marked-up draft, is gone through clause by clause, and finished."""

import os

import pytest
from playwright.sync_api import Page, expect

from qifu.policies.models import PolicyDraft
from qifu.policies.selectors import reading_of
from tests.browser.conftest import PHONE, WIDE, choose, overflow, serious, sign_in
from tests.web.draft_world import NOTICE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


def shot(page: Page, name: str) -> None:
    """A picture for whoever asks for one by QIFU_SHOTS."""
    if folder := os.environ.get("QIFU_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def made(page: Page) -> PolicyDraft:
    """The draft whose page the form has led to."""
    page.wait_for_selector("#clauses")
    return PolicyDraft.objects.get(pk=int(page.url.rstrip("/").rpartition("/")[2]))


@SCRIPTS
def test_a_notice_is_pasted_gone_through_and_finished(site, watched, script):
    page = watched(site, java_script_enabled=script, viewport=WIDE)
    sign_in(page, "demo-policy")
    page.goto("/desk/policies/drafts/new/")
    page.fill("#id_text", NOTICE)
    page.click("text=读成草稿")
    row = made(page)
    ids = {e.says.get("attr"): e.id for e in reading_of(row).elements}
    mark, clause = f"#at-{ids['revenue']}", f"#{ids['revenue']}"
    expect(page.locator(mark)).to_contain_text("上年度营业收入不低于2000万元")
    page.click(mark)
    expect(page).to_have_url(f"{site}/desk/policies/drafts/{row.pk}/{clause}")

    if script:  # the clause has the focus: one key
        expect(page.locator(clause)).to_be_focused()
        page.keyboard.press("m")
    else:
        page.click(f"{clause} >> text=修改")
    page.fill(f"{clause} [name=value]", "5000")
    page.click(f"{clause} >> text=保存修改")
    expect(page.locator(clause)).to_contain_text("已修改")
    if script:
        expect(page.locator(clause)).to_be_focused()
        page.keyboard.press("j")
        after = page.evaluate("document.activeElement.id")
        page.keyboard.press("d")
    else:
        after = ids["invention_patents"]
        page.click(f"#{after} >> text=去掉")
    expect(page.locator(f"#{after}")).to_contain_text("已去掉")
    page.click(f"#{ids['legal_person']} button[value=confirm]")
    expect(page.locator(f"#{ids['legal_person']}")).to_contain_text("已确认")

    while (several := page.locator("button[value=confirm_kind]")).count():
        several.first.click()
    while (one := page.locator(".pd-clause button[value=confirm]")).count():
        one.first.click()
    page.fill("#id_id", "XG-2027-9")
    page.fill("#id_version", "1")
    page.click("button[value=fill]")
    page.click("text=去看成文")
    page.click("button[value=finish]")
    expect(page.locator("button[value=publish]")).to_be_visible()
    document = page.locator("pre").inner_text()
    assert "value: 5000" in document and "id: XG-2027-9" in document


@pytest.mark.parametrize(
    ("viewport", "look", "language"),
    [(WIDE, {}, "zh-hans"), (PHONE, {}, "zh-hans"), (WIDE, {"qf_theme": "dark"}, "en"),
     (PHONE, {"qf_size": "large"}, "zh-hans")],
    ids=["wide", "phone", "dark", "large"],
)  # fmt: skip
def test_every_mark_can_be_read_in_every_look(site, watched, viewport, look, language):
    page = watched(site, viewport=viewport)
    choose(page, site, django_language=language, **look)
    sign_in(page, "demo-policy")
    page.goto("/desk/policies/drafts/new/")
    page.fill("#id_text", NOTICE)
    page.click("main form .btn-primary")
    row = made(page)
    page.locator(".pd-clause button[value=confirm]").first.click()
    page.locator(".pd-clause button[value=drop]").nth(3).click()
    name = f"{viewport['width']}-{language}-{'-'.join(look.values()) or 'plain'}"
    base = f"/desk/policies/drafts/{row.pk}/"
    for end in ("", "?mend=c3", "document/"):
        page.goto(base + end)
        assert serious(page) == []
        assert overflow(page) <= 0
        shot(page, f"{name}-{end.strip('?/').replace('=', '-') or 'clauses'}")
