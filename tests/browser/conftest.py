"""A real browser, a mock that is served and watched, and the example shop in a process of its own.

Chromium comes from the system's packages, Playwright from PyPI, axe-core from npm: see `make browser`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from amazonpay_conformance.engine.watching import Outlets, served_and_watched
from amazonpay_conformance.mock.control import Control
from amazonpay_conformance.mock.serving import ServedMock

if TYPE_CHECKING:
    from amazonpay_conformance.engine.watch import Watch
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
SHOP = ROOT / "examples" / "shop"
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 30
"""How long a page may take: a machine may have much else to do."""


def _chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, without a window."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: make browser")
    program = _chromium()
    if program is None:
        pytest.skip("no Chromium (Debian, Ubuntu: apt-get install chromium); or name another in CHROMIUM")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Served:
    """A mock that is served over HTTPS, and the watch over whoever calls it."""

    mock: ServedMock
    watch: Watch

    @property
    def url(self) -> str:
        """Where it is."""
        return self.mock.base_url


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve a mock."""
    with served_and_watched(tmp_path / "mock", Outlets()) as (mock, watch):
        yield Served(mock, watch)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page; at the end, nothing may have gone wrong in it."""
    context = browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(SECONDS * 1000)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    context.close()
    assert wrong == []


@dataclass(frozen=True)
class Shop:
    """The example shop, as somebody runs it."""

    url: str
    served: Served

    @property
    def control(self) -> Control:
        """The verbs of its mock."""
        return Control(self.served.mock.mock)

    def answers(self, about: str) -> list[tuple[str, int | None]]:
        """Wait until all notifications of an object were brought; return variant and answer of each."""
        until = time.monotonic() + SECONDS
        while True:
            letters = [each for each in self.control.notifications() if each["object_id"] == about]
            if letters and all(each["fate"] in ("answered", "lost", "given up") for each in letters):
                return [(each["variant"], each["status"]) for each in letters]
            assert time.monotonic() < until, letters
            time.sleep(0.05)


@pytest.fixture
def shop(served: Served, tmp_path: Path) -> Iterator[Shop]:
    """Run the example shop against the mock, which notifies it."""
    for module in ("flask", "AmazonPay"):
        pytest.importorskip(module, reason="examples/shop is not installed: make example-shop")
    environment = {
        **os.environ,
        "SHOP_CERTIFICATE_HOSTS": served.mock.host,
        "SHOP_PUBLIC_KEY_ID": served.mock.public_key_id,
        "SHOP_PRIVATE_KEY": str(served.mock.private_key_file),
        "SHOP_ENDPOINT": served.url,
        "SHOP_SCRIPT": f"{served.url}/checkout.js",
        "SHOP_DATABASE": str(tmp_path / "shop.db"),
        "REQUESTS_CA_BUNDLE": str(served.mock.ca_file),
    }
    log = (tmp_path / "shop.log").open("w")
    command = [sys.executable, "-m", "shop", "0"]
    with (
        log,
        subprocess.Popen(
            command, cwd=SHOP, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("shop "), (tmp_path / "shop.log").read_text()
        try:
            running = Shop(line.split()[1], served)
            running.control.notify_at(f"{running.url}/notifications")
            yield running
        finally:
            process.terminate()
            process.wait()


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """Return what asserts that axe-core finds nothing on a page."""
    if not AXE.exists():
        pytest.skip("no axe-core: make browser")
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        found: dict[str, Any] = page.evaluate(f"async () => {{ {source}; return await axe.run(document) }}")
        assert found["passes"], "axe-core looked at nothing"
        told = [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found["violations"]]
        assert told == [], page.url

    return check
