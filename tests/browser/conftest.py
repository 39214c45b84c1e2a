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
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from amazonpay_conformance.engine.watching import Outlets, served_and_watched
from amazonpay_conformance.mock.certificates import Certificates
from amazonpay_conformance.mock.notifications import About, Places, Publisher
from amazonpay_conformance.mock.postman import deliver
from amazonpay_conformance.mock.server import Server
from amazonpay_conformance.mock.serving import ServedMock
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.wire.messages import Request, Response

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


Posts: TypeAlias = Callable[..., int]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make the CA of a host that certificates of notifications are fetched from."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def publisher(certificates: Certificates) -> Iterator[tuple[Publisher, str]]:
    """Publish notifications; their certificates are served over HTTPS at the host that is told, too."""
    found: list[Publisher] = []

    def certificate(request: Request) -> Response:
        pem = found[0].served(request.path)
        return Response(404) if pem is None else Response(200, body=pem)

    with Server(certificate, tls=certificates.server_context()) as server:
        trusted, foreign = f"localhost:{server.port}", f"127.0.0.1:{server.port}"
        found.append(Publisher(Places(trusted, foreign, foreign)))
        yield found[0], trusted


@pytest.fixture
def posts(publisher: tuple[Publisher, str]) -> Posts:
    """Return what posts a notification to the shop, and tells the status of its answer."""

    def post(shop: Shop, kind: Kind, name: str, variant: str = "true") -> int:
        about = About.of(shop.served.mock.service.world, kind, name)
        written = publisher[0].post(about, variant, sent_at=time.time())
        status = deliver(f"{shop.url}/notifications", written).status
        assert status is not None
        return status

    return post


@dataclass(frozen=True)
class Shop:
    """The example shop, as somebody runs it."""

    url: str
    served: Served


@pytest.fixture
def shop(
    served: Served, tmp_path: Path, certificates: Certificates, publisher: tuple[Publisher, str]
) -> Iterator[Shop]:
    """Run the example shop against the mock."""
    for module in ("flask", "AmazonPay"):
        pytest.importorskip(module, reason="examples/shop is not installed: make example-shop")
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(Path(str(served.mock.ca_file)).read_bytes() + certificates.ca_file.read_bytes())
    environment = {
        **os.environ,
        "SHOP_CERTIFICATE_HOSTS": publisher[1],
        "SHOP_PUBLIC_KEY_ID": served.mock.public_key_id,
        "SHOP_PRIVATE_KEY": str(served.mock.private_key_file),
        "SHOP_ENDPOINT": served.url,
        "SHOP_SCRIPT": f"{served.url}/checkout.js",
        "SHOP_DATABASE": str(tmp_path / "shop.db"),
        "REQUESTS_CA_BUNDLE": str(trusted),
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
            yield Shop(line.split()[1], served)
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
