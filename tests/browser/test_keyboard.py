"""Without a mouse: an owner's and an official's whole way by Tab, Enter, Space, j and k only."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from qifu.appeals.models import Appeal
from qifu.organisations.actions import submit_claim
from qifu.organisations.models import Claim, Enterprise
from qifu.organisations.permissions import NOBODY
from tests.appeals import world
from tests.browser.conftest import PASSWORD, PHONE, WIDE
from tests.browser.world import person
from tests.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_TABS = 120
# where the focus is, what a person hears there, and whether they can see that it is there
FOCUS = """() => {
  const here = document.activeElement;
  const ring = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  const labels = [...(here.labels ?? [])].map((one) => one.innerText).join(' ');
  const words = here.getAttribute('aria-label') || labels || here.innerText || here.value || '';
  return {
    words: words.replace(/\\s+/g, ' ').trim(),
    address: here.getAttribute('href') ?? '',
    seen: ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 2 && box.width > 0,
    inside: box.bottom > 0 && box.top < window.innerHeight && box.right > 0,
    main: here.closest('main') !== null,
  };
}"""


def tab_to(page: Page, words: str = "", *, address: str = "", back: bool = False) -> None:
    """Tab until the focus is on something with these words, in the page itself; all seen."""
    heard = []
    for _press in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        here = page.evaluate(FOCUS)
        heard.append(here["words"][:30])
        assert here["seen"], f"the focus on {here['words'][:40]!r} cannot be seen"
        assert here["inside"], f"the focus on {here['words'][:40]!r} is outside of the window"
        if here["main"] and re.search(words, here["words"]) and address in here["address"]:
            return
    pytest.fail(f"{words or address} was not reached: {heard}")


def tab_to_button(page: Page, words: str) -> None:
    """Past the way to a form and its fold, which are called as its button is."""
    for _same_name in range(4):
        tab_to(page, words)
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            return
    pytest.fail(f"no button is called {words}")


def sign_in_by_keyboard(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    tab_to(page, "^登录名")
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def through_the_menu(page: Page, words: str, *, phone: bool) -> None:
    """The main navigation, which is behind a button on a phone."""
    page.evaluate("document.body.focus(), window.scrollTo(0, 0)")
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        if phone and here["words"].startswith("菜单"):
            page.keyboard.press("Space")
        elif here["words"] == words:
            page.keyboard.press("Enter")
            return
    pytest.fail(f"{words} was not reached in the menu")


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_owner_goes_from_sign_in_to_a_report_by_keyboard_alone(site, watched, viewport):
    page = watched(site, viewport=viewport, reduced_motion="reduce")
    sign_in_by_keyboard(page, "demo-owner")
    expect(page).to_have_url(re.compile("/my/$"))
    tab_to(page, "看我的政策")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("我的政策")
    question = page.inner_text("#question-title")
    _answer(page)
    expect(page.locator(".my-last")).to_be_focused()
    expect(page.locator(".my-last")).to_contain_text("已记下")
    expect(page.locator("#question-title")).not_to_have_text(question)
    tab_to(page, address="/my/policies/SZD-")
    title = page.evaluate(FOCUS)["words"]
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)
    tab_to(page, "^依据")
    page.keyboard.press("Enter")
    expect(page.locator(".my-basis").first).to_be_visible()
    through_the_menu(page, "报告", phone=viewport is PHONE)
    expect(page.locator("h1")).to_have_text("政策报告")
    tab_to(page, "生成今天的报告")
    page.keyboard.press("Space")
    expect(page.locator("h1")).to_have_text("政策匹配报告")
    assert re.search(r"/my/reports/\d+/$", page.url)


def _answer(page: Page) -> None:
    """Answer the question on the page, whatever kind of answer it takes."""
    form = page.locator('form[action="/my/question/answer/"]')
    field = form.locator(".qf-field :is(input, select):visible").first
    kind = field.get_attribute("type") or field.evaluate("one => one.tagName.toLowerCase()")
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if field.evaluate("one => one === document.activeElement"):
            break
    if kind in ("radio", "checkbox"):
        page.keyboard.press("Space")
    elif kind == "select":
        page.keyboard.press("ArrowDown")
    else:
        page.keyboard.type("1")
    tab_to(page, "^回答$|^保存|^是$")
    page.keyboard.press("Enter")


def test_a_registrar_decides_a_claim_by_keyboard_alone(site, watched):
    firms = Enterprise.objects.filter(organisation__memberships=None).order_by("pk")[:3]
    for day, firm in enumerate(firms):
        submit_claim(
            firm, actor=NOBODY, applicant=f"申请人{day}", phone="0755-00000000",
            now=NOW - timedelta(hours=9 - day),
        )  # fmt: skip
    page = watched(site, reduced_motion="reduce")
    sign_in_by_keyboard(page, "demo-registrar")
    expect(page).to_have_url(re.compile("/desk/$"))
    tab_to(page, "全部认领")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/desk/claims/$"))
    for key in "jjjk":
        page.keyboard.press(key)
    assert page.evaluate(FOCUS)["words"] == firms[1].name
    assert page.evaluate(FOCUS)["seen"]
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(firms[1].name)
    tab_to(page, "^营业执照原件")
    page.keyboard.press("Space")
    tab_to(page, "材料无误，通过")
    page.keyboard.press("Space")
    expect(page.locator("#wayin-h")).to_contain_text("一次性开通链接")
    claim = Claim.objects.get(enterprise=firms[1])
    assert claim.state == "approved"
    assert claim.decided_by.username == "demo-registrar"
    tab_to(page, "复制链接")  # the focus starts at what has just been made


TEXT = "园区货梯坏了三天没有修好，货物只能走客梯，请协调园区运营方尽快解决。"


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_firm_sends_an_appeal_by_keyboard_alone(site, watched, viewport):
    page = watched(site, viewport=viewport, reduced_motion="reduce")
    sign_in_by_keyboard(page, "demo-owner")
    through_the_menu(page, "诉求", phone=viewport is PHONE)
    expect(page).to_have_url(re.compile("/my/appeals/$"))
    tab_to(page, address="/my/appeals/new/")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/my/appeals/new/"))
    tab_to(page, "^求助|^咨询")  # one group: the arrows choose in it
    page.keyboard.press("ArrowDown")
    tab_to(page, "^您遇到了什么|^内容|^诉求")
    page.keyboard.type(TEXT)
    tab_to(page, "^联系电话")
    page.keyboard.press("Control+A")
    page.keyboard.type("0755-00000000")
    tab_to(page, "下一步")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("核对")
    tab_to(page, "^提交")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/my/appeals/\d+/"))
    case = Appeal.objects.exclude(number="").latest("pk")
    assert (case.state, case.text) == ("submitted", TEXT)
    expect(page.locator("main")).to_contain_text(case.number)
    tab_to(page, "为什么是这一天")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("个工作日")


def test_an_intake_officer_takes_a_case_in_and_dispatches_it_by_keyboard_alone(site, watched):
    owner = person("demo-owner")
    first, second = (
        world.submitted(
            owner, now=NOW - timedelta(hours=hours), matter="park_services", text=f"{hours}：{TEXT}"
        )
        for hours in (9, 5)
    )
    page = watched(site, reduced_motion="reduce")
    sign_in_by_keyboard(page, "demo-intake")
    through_the_menu(page, "诉求", phone=False)
    expect(page).to_have_url(re.compile("/desk/appeals/$"))
    for key in "jjk":
        page.keyboard.press(key)
    here = page.evaluate(FOCUS)
    assert (here["words"], here["seen"]) == (first.title, True)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(first.title)
    tab_to_button(page, "^受理$")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("已受理")
    tab_to(page, "^承办单位")
    # the responsibility list has filled it in
    assert page.evaluate("document.activeElement.value") == "SZ-GXJ"
    tab_to_button(page, "^派单$")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("已派单")
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("dispatched", "submitted")


def test_a_handler_answers_point_by_point_by_keyboard_alone(site, watched):
    case = world.handling_(
        actor=person("demo-owner"), now=NOW - timedelta(days=2), text=TEXT,
        points=("货梯什么时候修好？", "食堂什么时候开？"),
    )  # fmt: skip
    page = watched(site, reduced_motion="reduce")
    sign_in_by_keyboard(page, "demo-handler")
    page.goto(f"/desk/appeals/{case.pk}/")
    for number, words in enumerate(("明天修好。", "下周一开。"), start=1):
        tab_to(page, f"^第 {number} 点")
        page.keyboard.type(words)
    tab_to(page, "^已解决|^已解释|^办不到")
    page.keyboard.press("Space")
    tab_to(page, "^答复企业$")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("已答复")
    case.refresh_from_db()
    assert case.state == "replied"
    assert [one.text for one in case.replies.get().points.order_by("point__number")] == [
        "明天修好。", "下周一开。",
    ]  # fmt: skip
