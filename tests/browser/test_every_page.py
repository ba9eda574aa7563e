"""Every page of the site in a real browser: in both languages, dark, large, on a narrow phone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver, resolve
from playwright.sync_api import Browser, Page

from tests.browser.appeal_world import appeal_looks, fill_appeals
from tests.browser.conftest import AXE, PHONE, WIDE
from tests.browser.world import (
    NO_PAGE,
    Look,
    fill_world,
    of_a_firm,
    of_the_desk,
    public,
    session_of,
)
from tests.web.english import compile_english

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOK = (Path(__file__).parent / "look.js").read_text()
AT_A_FIELD = "document.activeElement.matches('input, select, textarea, main fieldset')"
# by how much the page is wider than the window, or a part of its header lies over the next one
TOO_WIDE = """() => {
  const page = document.documentElement;
  const parts = [...document.querySelectorAll('.qf-mark, .qf-header-tools > *')]
    .filter((one) => one.checkVisibility() && !one.closest('.qf-footer'))
    .map((one) => one.getBoundingClientRect()).filter((box) => box.width > 1);
  const over = parts.flatMap((one, n) => parts.slice(n + 1)
    .filter((two) => one.top < two.bottom && two.top < one.bottom)
    .map((two) => Math.min(one.right, two.right) - Math.max(one.left, two.left)));
  return Math.round(Math.max(page.scrollWidth - page.clientWidth, ...over));
}"""
# phones; and 640 and 320: a screen of 1280 pixels zoomed to 200 % and 400 %
NARROW = (640, 390, 360, 320)


@dataclass
class Tour:
    """A browser window that goes from page to page; what was wrong where."""

    page: Page
    site: str
    cookies: dict[str, str]
    sessions: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def open(self, look: Look) -> None:
        """Go there as that person, with the language, theme and size of this tour."""
        if look.account and look.account not in self.sessions:
            self.sessions[look.account] = session_of(look.account)
        session = {"sessionid": self.sessions[look.account]} if look.account else {}
        kept = {**self.cookies, **session}
        self.page.context.clear_cookies()
        self.page.context.add_cookies(
            [{"name": name, "value": value, "url": self.site} for name, value in kept.items()]
        )
        self.heard.clear()
        answer = self.page.goto(look.address)
        if answer is None or answer.status != look.status:
            self.heard.append(f"status {answer.status if answer else 'none'}")

    def visit(self, look: Look, **asked: Any) -> None:
        """Everything that every page must keep."""
        self.open(look)
        self.judge(look, **asked)

    def judge(self, look: Look, **asked: Any) -> None:
        """The same of the page that is open."""
        found = self.page.evaluate(LOOK, asked)
        size = self.page.viewport_size
        for width in NARROW:
            self.page.set_viewport_size({"width": width, "height": 800})
            if (over := self.page.evaluate(TOO_WIDE)) > 0:
                found.append(f"{over} px too wide at {width}")
        assert size is not None
        self.page.set_viewport_size(size)
        self.titles[f"{look.account} {look.address}"] = self.page.title()
        if found or self.heard:
            self.wrong[f"{look.account} {look.address}"] = [*self.heard, *found]


@pytest.fixture
def tour(browser: Browser, site: str) -> Iterator[Any]:
    """Start a tour with a viewport and the cookies of a look."""

    @contextmanager
    def start(viewport: dict[str, int], **cookies: str) -> Iterator[Tour]:
        compile_english()
        context = browser.new_context(base_url=site, viewport=viewport, reduced_motion="reduce")
        context.add_init_script(path=AXE)
        page = context.new_page()
        made = Tour(page, site, cookies)
        expected = "Failed to load resource: the server responded with a status of 4"
        page.on(
            "console",
            lambda m: (
                made.heard.append(m.text)
                if m.type in ("error", "warning") and not m.text.startswith(expected)
                else None
            ),
        )
        page.on("pageerror", lambda error: made.heard.append(str(error)))
        yield made
        context.close()

    yield start


def general() -> list[Look]:
    values = fill_world()
    return [*public(values), *of_a_firm(values), *of_the_desk(values)]


def of_appeals() -> list[Look]:
    return appeal_looks(fill_appeals())


# in two halves: each fills a city of its own, and two workers share them
PARTS = pytest.mark.parametrize("part", [general, of_appeals], ids=["general", "appeals"])


def right(made: Tour) -> None:
    """Nothing was wrong anywhere; else what and where, a line each, none left out."""
    lines = [f"{where}: {one}" for where, found in made.wrong.items() for one in found]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def names(patterns: Any) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLPattern):
            yield one.name or ""
        elif one.namespace != "api":  # no pages, and no cookie: tests/api asks them
            yield from names(one.url_patterns)


def test_every_route_is_looked_at(demo_city):
    looks = [*general(), *of_appeals()]
    seen = {resolve(one.address.split("?")[0]).url_name for one in looks if one.status < 400}
    assert set(names(get_resolver().url_patterns)) - NO_PAGE - seen == set()


@PARTS
@pytest.mark.parametrize(
    ("viewport", "code", "language"),
    [(WIDE, "zh-hans", "zh-hans"), (PHONE, "en", "en")],
    ids=["Chinese on a wide screen", "English on a phone"],
)
def test_every_page_keeps_what_every_page_must(tour, part, viewport, code, language):
    looks = part()
    with tour(viewport, django_language=code) as made:
        for look in looks:
            made.visit(look, language=language, least=44, text=0)
    right(made)
    # whoever has several pages open tells them apart: pages of different kinds have other titles
    kinds: dict[str, set[str]] = {}
    for look in looks:
        if look.status == 200:
            # nobody has the firm's page and the desk's open at once
            side = look.address.startswith("/desk/")
            title = f"{made.titles[f'{look.account} {look.address}']} {side}"
            name = resolve(look.address.split("?")[0]).url_name
            # without a front the city's own address shows the home page
            kinds.setdefault(title, set()).add("home" if name == "whole-city" else name)
    assert {title: kind for title, kind in kinds.items() if len(kind) > 1} == {}


@PARTS
@pytest.mark.parametrize(
    ("viewport", "look", "least", "text"),
    [(WIDE, {"qf_theme": "dark"}, 44, 0), (PHONE, {"qf_size": "large"}, 60, 18)],
    ids=["dark", "large"],
)
def test_every_page_keeps_it_in_every_look(tour, part, viewport, look, least, text):
    looks = part()
    with tour(viewport, django_language="zh-hans", **look) as made:
        for one in looks:
            made.visit(one, language="zh-hans", least=least, text=text)
    right(made)


# (address, account, the button that sends the form as it is)
STEP = "form[action$='/{}/'] .qf-actions button >> nth=-1"
EMPTY_FORMS = (
    ("/sign-in/", "", "main form button"),
    ("/claims/new/", "", "main form button.btn-primary"),
    ("/my/profile/export/", "demo-owner", "button[value=declare]"),
    ("/my/people/", "demo-owner", "button[value=invite]"),
    ("/my/consents/", "demo-owner", "button[value=give]"),
    ("/account/", "demo-owner", "button[value=password]"),
    ("/desk/people/", "demo-admin", "button[value=invite]"),
    ("/desk/claims/{claim}/", "demo-registrar", "button[value=approve]"),
    ("/desk/claims/{claim}/", "demo-registrar", "button[value=refuse]"),
    ("/desk/disputes/{dispute}/", "demo-steward", "button[value=keep]"),
    ("/channels/sz-siq-web/", "", "#report button"),
    ("/desk/new-channel/", "demo-intake", "button[value=edit]"),
    ("/desk/channels/sz-12345/", "demo-intake", "button[value=mended]"),
)
OF_APPEALS = (
    ("/my/appeals/new/", "demo-owner", "button[value=check]"),
    ("/my/appeals/{replied}/rate/", "demo-owner", STEP.format("rate")),
    ("/my/appeals/{need_info}/", "demo-owner", STEP.format("supply_facts")),
    ("/desk/appeals/new/", "demo-intake", "main form .btn-primary >> nth=-1"),
    ("/desk/appeals/{submitted}/ask_for_facts/", "demo-intake", STEP.format("ask_for_facts")),
    ("/desk/appeals/{handling}/reply/", "demo-handler", STEP.format("reply")),
    ("/desk/appeals/{handling}/contact/", "demo-handler", STEP.format("contact")),
    ("/desk/appeals/{handling}/supervise/", "demo-coordinator", STEP.format("supervise")),
    ("/desk/absences/", "demo-handler", "button[value=add]"),
    ("/desk/calendar/", "demo-coordinator", "main form .btn-primary"),
    ("/desk/new-answer/", "demo-intake", "button[value=write]"),
)


def empty_forms() -> list[tuple[Look, str]]:
    values = fill_world()
    known = {"claim": values["desk-claim"], "dispute": values["desk-dispute"]}
    return [(Look(path.format(**known), who), button) for path, who, button in EMPTY_FORMS]


def empty_forms_of_appeals() -> list[tuple[Look, str]]:
    values = fill_appeals()
    return [(Look(path.format(**values), who), button) for path, who, button in OF_APPEALS]


@pytest.mark.parametrize("forms", [empty_forms, empty_forms_of_appeals], ids=["general", "appeals"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_form_with_mistakes_says_so_where_the_reader_is(tour, theme, forms):
    made_up = forms()
    with tour(PHONE, qf_theme=theme) as made:
        for look, button in made_up:
            address = look.address
            made.open(look)
            made.page.click(button)
            summary = made.page.locator(".qf-errors")
            summary.wait_for()
            assert summary.evaluate("one => one === document.activeElement"), address
            made.page.click(".qf-errors a >> nth=0")
            field = made.page.evaluate(AT_A_FIELD)
            assert field, f"{address}: the summary leads to no field"
            made.judge(look, language="zh-hans", least=44, text=0)
    right(made)


def test_the_look_finds_what_is_wrong(tour):
    with tour(WIDE) as made:
        made.open(Look("/help/"))
        made.page.evaluate(
            """() => document.querySelector('main').insertAdjacentHTML('beforeend', `
              <h1>two</h1><input name="a"><a class="btn" href="/"><svg></svg></a>
              <button class="qf-tool">tiny</button><p lang="en"><span id="deep">x</span></p>`)"""
        )
        made.page.evaluate("document.querySelector('#deep').style.fontSize = '9px'")
        made.page.evaluate("document.querySelector('main').style.minWidth = '1500px'")
        made.page.evaluate("document.documentElement.lang = 'fr'")
        made.judge(Look("/help/"), language="zh-hans", least=60, text=18)
    (found,) = made.wrong.values()
    for fault in (
        "2 h1", "lang fr", "no label", "icon without words", "icon is read out", "px high",
        "letters of 9 px", "too wide at 360", "link-name",
    ):  # fmt: skip
        assert any(fault in one for one in found), (fault, found)
