"""A channel is searched for, read, reported as wrong and mended by the officer who keeps it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, overflow, serious, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW_HOURS = "周一至周五 09:00-12:00 14:00-17:30\n周日 10:00-16:00"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_a_question_to_a_mended_entry(site, watched, script):
    page = watched(site, viewport=PHONE, java_script_enabled=script)
    page.goto("/channels/")
    page.fill("#id_text", "办不成事")
    if not script:  # else it is found while one types
        page.press("#id_text", "Enter")
    expect(page.locator("#results-title")).to_contain_text("“办不成事”：找到")
    assert "text=" in page.url
    page.click(".qc-card a:has-text('市政务服务中心“办不成事”窗口')")
    expect(page.locator("h1")).to_contain_text("办不成事")
    # it is Sunday noon
    expect(page.locator(".qc-now")).to_contain_text("今天不开放，明天（周一）09:00 开")
    assert overflow(page) <= 0
    if script:
        assert serious(page) == []
    page.fill("#report [name=text]", "现在周日 10 点到 16 点也开放")
    page.click("#report button")
    expect(page.locator("#report")).to_contain_text("已收到，谢谢")

    officer = watched(site, java_script_enabled=script)
    sign_in(officer, "demo-intake")
    officer.goto("/desk/channels/?show=reported")
    assert "1 条报错等您核对" in officer.inner_text("#results")
    officer.click("[data-qd-row]")
    assert "周日 10 点到 16 点也开放" in officer.inner_text("main")
    officer.fill("#id_hours", "周日 十点")
    officer.click("button[value=edit]")
    assert "第 1 行「周日 十点」" in officer.inner_text(".qf-errors")
    assert officer.input_value("#id_hours") == "周日 十点"
    officer.fill("#id_hours", NEW_HOURS)
    officer.fill("#id_checked_on", "2026-11-22")
    officer.click("button[value=edit]")
    assert "已保存" in officer.inner_text("#messages")
    officer.fill(".qc-report textarea", "打电话核实过，周日开放。")
    officer.click("button[value=mended]")
    assert "已答复这一条反映" in officer.inner_text("#messages")
    assert not officer.locator(".qc-report").count()

    page.goto("/channels/sz-failed-service-window/")
    expect(page.locator(".qc-now")).to_contain_text("现在开放，到 16:00")
    assert "2026年11月22日" in page.inner_text("main aside")
