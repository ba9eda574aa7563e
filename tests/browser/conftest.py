"""A real browser on a live server with the demo city: Debian's Chromium, axe-core, no network.

Without Chromium these tests are skipped by name; with QIFU_REQUIRE_BROWSER=1 they fail instead.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import NOW, ROOT

# the test's own thread talks to the database while playwright's loop runs in it
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "Demo-Qifu-2026"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return os.environ.get("QIFU_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium; say what is missing where there is none."""
    found = _chromium()
    if found is None:
        missing = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("QIFU_REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return {**browser_type_launch_args, "executable_path": found, "args": ["--no-sandbox"]}


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture(autouse=True)
def _static_files_by_their_own_names(settings: Any) -> None:
    """The live server finds style sheets where they are written, not under hashed names."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def site(live_server: Any, demo_city: Any) -> str:
    """The address of a running server with the demo city loaded."""
    return str(live_server.url)


# a page that answers 4xx on purpose is no error of the page
_EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@pytest.fixture
def watched(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages whose console must stay silent: no script error, no blocked style or script."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(words: str) -> None:
        if not _EXPECTED.search(words):
            complaints.append(words)

    def open_page(site: str, **context: Any) -> Page:
        made = browser.new_context(base_url=site, **{"viewport": WIDE, **context})
        contexts.append(made)
        page = made.new_page()
        page.on("console", lambda m: note(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: note(str(error)))
        return page

    yield open_page
    for made in contexts:
        made.close()
    assert complaints == []


def choose(page: Page, site: str, **cookies: str) -> None:
    """Language, theme or size, as the switches of the page keep them."""
    page.context.add_cookies([{"name": k, "value": v, "url": site} for k, v in cookies.items()])


def sign_in(page: Page, username: str) -> None:
    """Sign in through the form, as one of the demo's people."""
    page.goto("/sign-in/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("main form button")


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical, with the element it means."""
    page.evaluate(Path(AXE).read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']} {node['target']}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
