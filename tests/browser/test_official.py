"""What officials do, in a real browser: decide a claim, settle a dispute, work by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from qifu.accounts.models import User
from qifu.organisations.models import Enterprise, Membership
from qifu.organisations.permissions import NOBODY
from tests.browser.conftest import NOW, PHONE, WIDE, choose, overflow, serious, sign_in
from tests.factories import ClaimFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
FREE = "91440399DEMA000485"  # a firm of the demo city without an account
SCRIPTS = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


def papers() -> list[dict[str, object]]:
    names = ("营业执照.pdf", "授权委托书.pdf")
    return [{"name": name, "mimeType": "application/pdf", "buffer": PDF} for name in names]


@pytest.fixture
def claimed(site) -> str:
    """The name of a firm that has an owner and facts, so that one can be disputed."""
    owner = User.objects.get(username="demo-owner")
    return Membership.objects.filter(user=owner).order_by("pk")[0].organisation.code


def disputed(site, watched, code: str, script: bool) -> tuple[Page, str]:
    """The owner disputes a fact on their page; gives the page and the attribute."""
    firm = Enterprise.objects.get(organisation__code=code)
    counted = ("patents", "invention_patents", "trademarks")
    name = next(one for one in counted if isinstance(firm.facts.get(one), int))
    page = watched(site, java_script_enabled=script)
    sign_in(page, "demo-owner")
    page.goto(f"/my/profile/{name}/")
    form = page.locator("form:has(button[value=dispute])")
    details = page.locator("details:has(button[value=dispute])")
    if details.count() and details.get_attribute("open") is None:
        details.locator("summary").first.click()
    form.locator("[name$=value]").fill(str(firm.facts[name] + 5))
    form.locator("[name$=reason]").fill("最近一次登记簿副本上的数字不同")
    form.locator("button[value=dispute]").click()
    expect(page.locator("main")).to_contain_text("核实")
    return page, name


@SCRIPTS
def test_from_a_claim_with_papers_to_an_owner_who_sees_the_firm(site, watched, script):
    visitor = watched(site, java_script_enabled=script)
    visitor.goto("/claims/new/")
    visitor.fill("[name=uscc]", FREE)
    visitor.fill("[name=applicant]", "演示申请人")
    visitor.fill("[name=phone]", "13900001234")
    visitor.set_input_files("[name=papers]", papers())
    visitor.click("main form .btn-primary")
    expect(visitor).to_have_url(re.compile("/claims/"))
    status = visitor.url

    desk = watched(site, java_script_enabled=script)
    sign_in(desk, "demo-registrar")
    expect(desk.locator("h1")).to_have_text("工作台")
    firm = Enterprise.objects.get(organisation__code=FREE)
    desk.click(f"main >> text={firm.name}")
    expect(desk.locator("h1")).to_contain_text(firm.name)
    assert "13900001234" not in desk.content()
    desk.click("button[value=reveal]")
    assert "13900001234" in desk.inner_text("main")
    with desk.expect_download() as download:
        desk.click("a:has-text('下载') >> nth=0")
    assert download.value.suggested_filename == "营业执照.pdf"
    desk.click("button[value=approve]")
    assert "请勾选您核对过的材料" in desk.inner_text(".qf-errors")
    desk.check("text=营业执照原件")
    desk.check("text=办理人身份证")
    desk.click("button[value=approve]")
    link = desk.input_value("#way-in")
    assert link.startswith(site)

    visitor.goto(status)
    assert "已通过" in visitor.inner_text("main")
    owner = watched(site, java_script_enabled=script)
    owner.goto(link)
    owner.fill("[name=username]", f"new-owner-{int(script)}")
    owner.fill("[name=display_name]", "演示新负责人")
    owner.fill("[name=password]", "a-long-Passphrase-7")
    owner.click("main form .btn-primary")
    expect(owner).to_have_url(re.compile("/my/$"))
    assert firm.name in owner.inner_text("body")
    owner.goto("/my/profile/")
    assert "成立日期" in owner.inner_text("main")

    desk.reload() if script else desk.goto(desk.url)
    assert "/invitations/" not in desk.content()


@SCRIPTS
def test_a_steward_settles_a_dispute_and_the_firm_has_the_new_value_and_a_message(
    site, watched, claimed, script
):
    owner, name = disputed(site, watched, claimed, script)
    desk = watched(site, java_script_enabled=script)
    sign_in(desk, "demo-steward")
    desk.click("[data-qd-row] >> nth=0")
    expect(desk.locator("h1")).to_contain_text("异议")
    claimed_value = int(desk.input_value("[name=value]"))
    desk.fill("[name=value]", str(claimed_value - 1))
    desk.fill("[name=answer]", "经核对登记簿，以此为准。")
    desk.click("button[value=correct]")
    expect(desk.locator("#messages")).to_contain_text("已更正")
    assert desk.locator("button[value=correct]").count() == 0

    owner.goto("/messages/")
    assert "已更正" in owner.inner_text("main")
    assert "经核对登记簿，以此为准。" in owner.inner_text("main")
    owner.goto(f"/my/profile/{name}/")
    assert f"{claimed_value - 1} 项" in owner.inner_text("main")
    assert "部门核定" in owner.inner_text("main")


def test_an_official_works_through_the_queue_by_keyboard(site, watched):
    first = ClaimFactory.create(submitted_at=NOW)
    ClaimFactory.create_batch(2, submitted_at=NOW)
    page = watched(site)
    sign_in(page, "demo-registrar")
    page.goto("/desk/claims/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.getAttribute('href')") == (
        f"/desk/claims/{first.pk}/"
    )
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("jk")  # typed into the field, no row is left
    assert page.input_value("[name=q]") == "jk"
    page.fill("[name=q]", first.number)
    expect(page.locator("[data-qd-row]")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(first.enterprise.name)


def test_the_keys_can_be_switched_off(site, watched):
    ClaimFactory.create()
    page = watched(site)
    sign_in(page, "demo-registrar")
    page.goto("/desk/claims/")
    page.click("text=关闭快捷键")
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_firms_are_found_while_one_types(site, watched):
    page = watched(site)
    sign_in(page, "demo-officer")
    page.goto("/desk/firms/")
    page.evaluate("window.stayed = true")
    page.locator("[name=q]").press_sequentially(FREE, delay=10)
    expect(page.locator("[data-qd-row]")).to_have_count(1)
    expect(page).to_have_url(re.compile(FREE))
    assert page.evaluate("window.stayed")
    page.click("[data-qd-row]")
    expect(page).to_have_url(re.compile(f"/desk/firms/{FREE}/"))
    page.go_back()
    expect(page).to_have_url(re.compile(f"q={FREE}"))
    expect(page.locator("[data-qd-row]")).to_have_count(1)


PAGES = (
    ("demo-registrar", ("/desk/", "/desk/claims/", "/desk/claims/{claim}/", "/desk/firms/")),
    ("demo-officer", ("/desk/", f"/desk/firms/{FREE}/", "/desk/firms/?q=没有这样的企业")),
    ("demo-steward", ("/desk/disputes/", "/desk/disputes/{dispute}/")),
    ("demo-admin", ("/desk/people/",)),
    ("demo-auditor", ("/desk/journal/", "/desk/journal/?check=1&step=no-such")),
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
def test_axe_finds_nothing_serious_and_nothing_is_too_wide(site, watched, claimed, look):
    from qifu.organisations.actions import dispute_fact, submit_claim
    from qifu.organisations.selectors import actor_for

    firm = Enterprise.objects.get(organisation__code=FREE)
    claim = submit_claim(firm, actor=NOBODY, applicant="甲", phone="13900001234", now=NOW)
    owner = actor_for(User.objects.get(username="demo-owner"))
    dispute = dispute_fact(
        owner.organisation.enterprise, actor=owner, attribute="private_firm",
        text="false", reason="有误", now=NOW,
    )  # fmt: skip
    wrong = {}
    for user, addresses in PAGES:
        page = watched(site, viewport=PHONE if "qf_size" in look else WIDE)
        choose(page, site, **look)
        sign_in(page, user)
        for address in addresses:
            page.set_viewport_size(PHONE if "qf_size" in look else WIDE)
            page.goto(address.format(claim=claim.pk, dispute=dispute.pk))
            if problems := serious(page):
                wrong[address] = problems
            page.set_viewport_size({"width": 360, "height": 740})
            if overflow(page) > 0:
                wrong[f"{address} at 360"] = overflow(page)
    assert wrong == {}
