"""One appeal from the first word to the last, through everybody's own pages, in a real browser.

With QIFU_SCREENSHOTS=FOLDER every station leaves a picture there.
"""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from qifu.appeals.models import Appeal
from qifu.appeals.selectors import replay
from qifu.base import journal
from tests.browser.conftest import NOW, serious, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "园区货梯坏了三天没有修好，货物只能走客梯，员工食堂也一直没有开，请协调园区运营方尽快解决。"
SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


class Walk:
    """The stations of one case: who is at the screen, what they do, a picture of what they see."""

    def __init__(
        self, open_page: Callable[..., Page], site: str, clock: pytest.MonkeyPatch, *, script: bool
    ) -> None:
        self.now = NOW
        clock.setattr("django.utils.timezone.now", lambda: self.now)
        self.open_page, self.site, self.script = open_page, site, script
        self.people: dict[str, Page] = {}
        self.pk = 0
        self.count = 0

    def at(self, username: str) -> Page:
        """The screen of one person, at the case."""
        if username not in self.people:
            page = self.open_page(self.site, java_script_enabled=self.script)
            sign_in(page, username)
            self.people[username] = page
        page = self.people[username]
        if self.pk:
            side = "my" if username == "demo-owner" else "desk"
            page.goto(f"/{side}/appeals/{self.pk}/")
        return page

    def take(self, username: str, step: str, *, button: str = "", **fields: str) -> Page:
        """Fill the form of a step as the person sees it, and send it."""
        self.now += timedelta(minutes=15)  # all within one session
        page = self.at(username)
        form = page.locator(f"form[action$='/{self.pk}/{step}/']")
        fold = page.locator(f"details:has(form[action$='/{self.pk}/{step}/'])")
        if fold.count() and fold.first.get_attribute("open") is None:
            fold.first.locator("summary").first.click()
        for name, value in fields.items():
            control = form.locator(f"[name={name}]")
            kind = control.first.evaluate("e => e.type")
            if kind in ("radio", "checkbox"):
                form.locator(f"[name={name}][value='{value}']").check()
            elif kind == "select-one":
                control.select_option(value)
            else:
                control.fill(value)
        self.picture(page, f"{step}-before")
        sent = form.locator(f"button:has-text('{button}')" if button else "button").last
        sent.click()
        page.wait_for_load_state()
        assert page.locator(".qf-errors").count() == 0, page.inner_text("main")
        return page

    def picture(self, page: Page, name: str) -> None:
        folder = os.environ.get("QIFU_SCREENSHOTS")
        if folder and self.script:
            self.count += 1
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{self.count:02d}-{name}.png", full_page=True)

    @property
    def case(self) -> Appeal:
        return Appeal.objects.get(pk=self.pk)


def unit_value(page: Page, step: str, words: str) -> str:
    """The value of the unit in a step's list that is called so."""
    option = page.locator(f"form[action$='/{step}/'] option", has_text=re.compile(words)).first
    return str(option.get_attribute("value"))


@SCRIPTS
def test_an_appeal_goes_its_whole_way(site, watched, monkeypatch, script):
    walk = Walk(watched, site, monkeypatch, script=script)
    owner = walk.at("demo-owner")
    owner.goto("/my/appeals/new/")
    owner.check("[name=kind][value=help_request]")
    owner.fill("[name=text]", TEXT)
    owner.locator("[name=points]").first.fill("货梯什么时候修好？")
    owner.select_option("[name=matter]", "park_services")
    owner.fill("[name=contact_phone]", "0755-00000000")
    owner.set_input_files(
        "[name=files]",
        [{"name": "货梯照片.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}],
    )
    walk.picture(owner, "form")
    owner.click("button:has-text('下一步')")
    owner.wait_for_load_state()
    walk.picture(owner, "check")
    owner.locator("main form button.btn-primary").last.click()
    owner.wait_for_url(re.compile(r"/my/appeals/\d+/"))
    walk.picture(owner, "receipt")
    case = Appeal.objects.exclude(number="").latest("pk")
    walk.pk = case.pk
    assert case.state == "submitted"
    assert case.number in owner.inner_text("main")
    # the due date with its days
    assert "个工作日" in owner.inner_text("main")

    page = walk.at("demo-intake")
    # a point that is not the text itself is shown, though it is the only one
    assert "货梯什么时候修好？" in page.inner_text("main")
    walk.take("demo-intake", "accept", button="受理", matter="park_services")
    assert walk.case.state == "accepted"
    page = walk.at("demo-intake")
    assert "派单目录" in page.inner_text("main")
    page = walk.take("demo-intake", "dispatch", button="派单")
    case = walk.case
    assert (case.state, case.lead.organisation.code, case.hop) == ("dispatched", "SZ-GXJ", 1)

    page = walk.at("demo-handler")
    theirs = unit_value(page, "object", "住房和建设局")
    walk.take(
        "demo-handler", "object", reason="电梯维修由物业和住建部门监管。", basis="部门职责清单",
        suggested=theirs,
    )  # fmt: skip
    assert walk.case.state == "objected"
    walk.take(
        "demo-intake", "settle_objection", outcome="dismiss", reason="派单目录写明由贵局主办。"
    )
    assert walk.case.state == "dispatched"
    walk.take("demo-handler", "object", reason="仍认为不属于本局。", basis="部门职责清单")
    case = walk.case
    assert (case.state, case.objections) == ("objected", 2)
    # the desk can no longer decide this one
    page = walk.at("demo-intake")
    assert page.locator("form[action$='/settle_objection/']").count() == 0
    walk.take(
        "demo-coordinator",
        "settle_objection",
        outcome="dismiss",
        reason="终审：园区由工信部门主办。",
    )
    case = walk.case
    assert (case.state, case.locked) == ("dispatched", True)
    page = walk.at("demo-handler")
    assert page.locator("form[action$='/object/']").count() == 0

    walk.take("demo-handler", "acknowledge")
    page = walk.at("demo-handler")
    below = unit_value(page, "transfer", "南山区工业和信息化局")
    walk.take("demo-handler", "transfer", unit=below, note="园区在南山，由区里办理。")
    case = walk.case
    assert (case.state, case.lead.organisation.code, case.hop) == ("dispatched", "SZ-NS-GXJ", 2)
    page = walk.at("demo-handler-ns")
    walk.take("demo-handler-ns", "acknowledge")
    assert walk.at("demo-handler-ns").locator("form[action$='/transfer/']").count() == 0
    walk.take(
        "demo-handler-ns", "contact", person="王女士", channel="phone", reached="yes",
        result="到现场看了货梯，配件已订。",
    )  # fmt: skip
    walk.take(
        "demo-handler-ns", "reply", button="答复企业", text="货梯配件已到，明天上午修好。",
        outcome="resolved", basis="《优化营商环境条例》第六条",
    )  # fmt: skip
    assert walk.case.state == "replied"

    page = walk.at("demo-owner")
    assert "明天上午修好" in page.inner_text("main")
    walk.take(
        "demo-owner", "rate", button="提交评价", level="2", solved="no", text="货梯还是没有修好。"
    )
    case = walk.case
    assert case.state == "callback_due"
    assert case.callbacks.count() == 1
    walk.take(
        "demo-callback", "attempt_callback", channel="phone", reached="yes",
        note="企业说货梯还没修好，要求继续办。",
    )  # fmt: skip
    walk.take("demo-callback", "wants_more", note="要求修好货梯并告知时间。")
    case = walk.case
    assert (case.state, case.lead.organisation.code, case.round) == (
        "rehandling", "SZ-NS-GXJ", 2,
    )  # fmt: skip
    walk.take(
        "demo-handler-ns", "reply", button="答复企业", text="货梯已于今天上午修好并试运行。",
        outcome="resolved",
    )  # fmt: skip
    page = walk.take("demo-owner", "rate", button="提交评价", level="4", solved="yes")
    walk.picture(page, "closed")
    case = walk.case
    assert case.state == "closed"
    assert list(case.ratings.order_by("pk").values_list("level", flat=True)) == [2, 4]
    assert replay(case) == "closed"
    # what was said stands beside its own step, newest first
    told = page.inner_text("main")
    assert told.index("终审") < told.index("仍认为不属于") < told.index("电梯维修由物业")
    assert "南山区工业和信息化局" in told
    journal.seal()
    assert journal.verify().faults == []
    if script:
        assert serious(page) == []
