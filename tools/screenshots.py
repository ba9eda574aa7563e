"""`make screenshots`: every page of the demo as people see it, into var/screenshots.

    python tools/screenshots.py              # 390 and 1440 px; zh and en, light, dark, large
    python tools/screenshots.py --only desk  # pages whose url name has this in it
    python tools/screenshots.py --readme     # only the pictures of the README, into docs/images

Starts a demo city of its own in a temporary folder and prints a table: page, bytes over the wire
at the first visit, requests, errors in the console. Look at the pictures: nothing here judges them.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import demo_site
from demo_site import ROOT, Page

FIRMS = 200
WIDTHS = {390: 844, 1440: 900}
# (language, theme, size); light Chinese comes first and is the one that is weighed
LOOKS = (
    ("zh-hans", "light", "normal"),
    ("en", "light", "normal"),
    ("zh-hans", "dark", "normal"),
    ("en", "dark", "normal"),
    ("zh-hans", "light", "large"),
    ("en", "light", "large"),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# of each picture one in Chinese and one in English
README = (
    ("my-policies", 1440, "my-policies"),
    ("my-policies", 390, "my-policies-phone"),
    ("policy", 390, "policy-phone"),
    ("desk-firm", 1440, "firm"),
)
LARGEST_README = 300_000


@dataclass
class Weighed:
    """What one page cost at its first visit at one width."""

    bytes: int = 0
    requests: int = 0
    errors: list[str] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(env: dict[str, str]) -> Iterator[str]:
    """The production server on a port of its own; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "qifu", "serve", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    address = f"http://127.0.0.1:{port}"
    try:
        for _try in range(150):
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                    break
            except OSError:
                time.sleep(0.2)
        else:
            sys.exit("the server did not answer within 30 seconds")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


class Camera:
    """A browser that signs in once for each account and takes pictures."""

    def __init__(self, browser: Any, address: str, password: str) -> None:
        self.browser, self.address, self.password = browser, address, password
        self.cookies: dict[str, list[Any]] = {"": []}

    def signed_in(self, account: str) -> list[Any]:
        """The cookies of a demo account."""
        if account not in self.cookies:
            context = self.browser.new_context(base_url=self.address)
            page = context.new_page()
            page.goto("/sign-in/")
            page.fill("input[name=username]", account)
            page.fill("input[name=password]", self.password)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(lambda url: "/sign-in/" not in url)
            self.cookies[account] = context.cookies()
            context.close()
        return self.cookies[account]

    @contextmanager
    def visit(self, page: Page, width: int, look: tuple[str, str, str]) -> Iterator[Any]:
        """The page in a fresh browser window: nothing is cached. Gives (page, what it cost)."""
        language, theme, size = look
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": WIDTHS[width]},
            device_scale_factor=1,
            reduced_motion="reduce",
        )
        chosen = {"django_language": language, "qf_theme": theme, "qf_size": size}
        kept = [c for c in self.signed_in(page.account) if c["name"] not in chosen]
        made = [{"name": n, "value": v, "url": self.address} for n, v in chosen.items()]
        context.add_cookies([*kept, *made])
        view = context.new_page()
        cost = Weighed()
        view.on("console", lambda m: cost.errors.append(m.text) if m.type == "error" else None)
        view.on("pageerror", lambda error: cost.errors.append(str(error)))
        wire = context.new_cdp_session(view)
        wire.send("Network.enable")

        def finished(event: dict[str, Any]) -> None:
            cost.bytes += int(event["encodedDataLength"])
            cost.requests += 1

        wire.on("Network.loadingFinished", finished)
        # only the look that is weighed waits until nothing more comes
        idle = "networkidle" if look == LOOKS[0] else "load"
        answer = view.goto(page.path, wait_until=idle)
        if answer is None or answer.status != 200:
            cost.errors.append(f"status {answer.status if answer else 'none'}")
        try:
            yield view, cost
        finally:
            context.close()


def every_picture(camera: Camera, shown: list[Page], target: Path) -> int:
    """All pages in all looks; prints the table; gives how many pages had errors."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    print(f"\n{'page':16} {'address':44} {'390 px':>10} {'1440 px':>10} {'requests':>9}  errors")
    faulty = 0
    for page in shown:
        weighed: dict[int, Weighed] = {}
        errors: list[str] = []
        for look in LOOKS:
            for width in WIDTHS:
                name = "-".join((page.name, str(width), look[0][:2], *look[1:]))
                with camera.visit(page, width, look) as (view, cost):
                    view.screenshot(path=target / f"{name}.png", full_page=True)
                    wide = view.evaluate("document.documentElement.scrollWidth")
                    if wide > width:
                        cost.errors.append(f"{width} px {look[0]} {look[2]}: {wide} px wide")
                weighed.setdefault(width, cost)
                errors += cost.errors
        faulty += bool(errors)
        kilobytes = [f"{weighed[width].bytes / 1024:.0f} KB" for width in WIDTHS]
        told = "; ".join(dict.fromkeys(errors)) or "none"
        print(f"{page.name:16} {page.path[:44]:44} {kilobytes[0]:>10} {kilobytes[1]:>10} "
              f"{weighed[390].requests:>9}  {told[:160]}", flush=True)  # fmt: skip
    count = len(list(target.glob("*.png")))
    print(f"\n{count} pictures of {len(shown)} pages in {target.relative_to(ROOT)}")
    return faulty


def readme_pictures(camera: Camera, shown: list[Page], target: Path) -> int:
    """The pictures of the README, what is on the screen without scrolling."""
    target.mkdir(parents=True, exist_ok=True)
    by_name = {page.name: page for page in shown}
    too_large = 0
    for name, width, file in README:
        for look in LOOKS[:2]:
            path = target / f"{file}-{look[0][:2]}.png"
            with camera.visit(by_name[name], width, look) as (view, _cost):
                view.screenshot(path=path)
            size = path.stat().st_size
            too_large += size > LARGEST_README
            print(f"{path.relative_to(ROOT)}  {size / 1000:.0f} kB")
    return too_large


def main() -> int:
    """Load, serve, take the pictures; 1 where a page had errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="pages whose url name has this in it")
    parser.add_argument("--readme", action="store_true", help="only the pictures of the README")
    parser.add_argument("--firms", type=int, default=FIRMS)
    options = parser.parse_args()
    chromium = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if chromium is None:
        sys.exit("skipped: no Chromium here (Debian: apt-get install chromium fonts-noto-cjk)")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(prefix="qifu-screens-") as folder:
        env = demo_site.environment(Path(folder))
        os.environ.update(env)
        sys.path.insert(0, str(ROOT / "src"))
        print(f"Loading a demo city of {options.firms} firms …", flush=True)
        demo_site.load(env, options.firms)
        values, password = _filled()
        shown, left_out = demo_site.pages(values)
        shown = [page for page in shown if options.only in page.name]
        with served(env) as address, sync_playwright() as tools:
            browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            camera = Camera(browser, address, password)
            if options.readme:
                return readme_pictures(camera, shown, ROOT / "docs" / "images")
            faulty = every_picture(camera, shown, ROOT / "var" / "screenshots")
    for name in left_out:
        print(f"not shown, no example for its address: {name}")
    return 1 if faulty else 0


def _filled() -> tuple[dict[str, Any], str]:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections
    from django.utils import timezone

    from qifu.base.packs import read_pack

    values = demo_site.fill(timezone.now())
    password = str(read_pack(settings.QIFU_CITY).demo["password"])
    # the browser driver runs its own event loop: nothing of the database stays open beside it
    connections.close_all()
    return values, password


if __name__ == "__main__":
    sys.exit(main())
