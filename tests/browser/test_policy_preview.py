"""An officer tries a policy on the city: pastes it, sees reach and the curve, moves a threshold."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, overflow, serious, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = """id: N-1
version: 1
title: 试一份新政策
when:
  all:
  - {id: place, attr: region, op: under, value: "4403", kind: hard}
  - {id: staff, attr: employees, op: ">=", value: 100, unit: person}
  - {id: young, attr: founded, op: age_at_most, value: P10Y}
amount: {expr: "1000 * employees", unit: CNY}
"""
SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


@SCRIPTS
def test_a_policy_is_pasted_and_its_threshold_moved(site, watched, script):
    page = watched(site, java_script_enabled=script)
    sign_in(page, "demo-policy")
    page.goto("/desk/policies/")
    page.get_by_role("link", name="预评估一份政策").click()
    page.fill("#id_text", TEXT.replace("employees, op", "staff_number, op"))
    page.get_by_role("button", name="预评估").click()
    expect(page.locator("main")).to_contain_text("[unknown_attribute]")
    expect(page.locator("#id_text")).to_have_value(re.compile("staff_number"))
    page.fill("#id_text", TEXT)
    page.get_by_role("button", name="预评估").click()
    expect(page.locator(".qr-sure dd")).to_have_text(re.compile(r"^\d+$"))
    expect(page.locator("#curve figcaption")).to_contain_text("现在的 100 人")
    rows = page.locator("[data-qr-points] tbody tr")
    said = rows.last.get_attribute("data-said")
    if script:
        slider = page.get_by_role("slider")
        here = page.locator("#curve output")
        expect(here).to_contain_text("门槛 100 人")
        slider.focus()
        page.keyboard.press("End")
        expect(here).to_have_text(said)
        assert page.locator("[data-qr-mark]").first.get_attribute("x1") == "1000.0"
        assert slider.get_attribute("aria-valuetext") == rows.last.get_attribute("data-value")
        assert serious(page) == []
        page.set_viewport_size(PHONE)
        assert overflow(page) <= 0
    else:
        expect(page.get_by_role("slider")).to_have_count(0)
        page.get_by_text("看曲线的数字").click()
        expect(rows.last).to_be_visible()
    # another condition, chosen with the form alone
    page.select_option("#slide", "young")
    page.get_by_role("button", name="看这一条").click()
    expect(page.locator("#curve figcaption")).to_contain_text("现在的 10 年")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载曲线数据").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
