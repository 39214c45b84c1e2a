"""The mock's pages as people meet them: by keyboard, on a phone, with an eye on what happens."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from amazonpay_conformance.wire.keys import load_private_key
from amazonpay_conformance.wire.signing import sign_button

if TYPE_CHECKING:
    from conftest import Served
    from playwright.sync_api import Page

PSS = "AMZN-PAY-RSASSA-PSS"
STORE = "amzn1.application-oa2-client.0000000000000000000000000000c0de"
WIDTHS = (360, 820, 1440)


class Site:
    """A shop of one page: whatever is asked for, it is answered with `html`, or with `json` to a POST."""

    def __init__(self) -> None:
        self.html = ""
        self.json: Any = None
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send("text/html; charset=utf-8", site.html.encode())

            def do_POST(self) -> None:
                self._send("application/json", json.dumps(site.json).encode())

            def _send(self, kind: str, body: bytes) -> None:
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("localhost", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


def payload_of(site: Site, **more: Any) -> dict[str, Any]:
    return {"webCheckoutDetails": {"checkoutReviewReturnUrl": f"{site.url}/review"}, "storeId": STORE, **more}


def options(served: Served, payload: Any, **more: Any) -> dict[str, Any]:
    """What a shop's page gives to the script; the payload is signed as it stands."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    assert served.mock.private_key_file is not None
    key = load_private_key(served.mock.private_key_file.read_bytes())
    config = {"payloadJSON": text, "signature": sign_button(text, key, PSS), "algorithm": PSS}
    return {
        "merchantId": "AEXAMPLE",
        "publicKeyId": served.mock.public_key_id,
        "ledgerCurrency": "USD",
        "placement": "Cart",
        "sandbox": True,
        "createCheckoutSessionConfig": config,
        **more,
    }


def shown(site: Site, served: Served, script: str) -> None:
    """Have the shop's page show a button, as `script` says."""
    site.html = (
        "<!doctype html><html lang='en'><title>shop</title><link rel='icon' href='data:,'>"
        "<main><h1>Shop</h1><div id='button'></div><button id='other'>Other</button></main>"
        f"<script src='{served.url}/checkout.js'></script><script>{script}</script></html>"
    )


def session_in(page: Page) -> str:
    return page.url.rpartition("/")[2].partition("?")[0]


def test_a_button_is_rendered_and_opens_the_checkout(page: Page, site: Site, served: Served) -> None:
    given = options(served, payload_of(site))
    shown(site, served, f"amazon.Pay.renderButton('#button', {json.dumps(given)})")
    page.goto(site.url)
    page.get_by_role("button", name="Amazon Pay").click()
    page.get_by_role("heading", name="Sign in as Susie Example").wait_for()
    assert session_in(page) in served.mock.service.world.sessions
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Shop").wait_for()
    assert page.url.startswith(f"{site.url}/review?amazonCheckoutSessionId=")
    assert served.watch.findings == ()


def test_a_payload_arrives_byte_for_byte(page: Page, site: Site, served: Served) -> None:
    payload = json.dumps(payload_of(site, merchantMetadata={"noteToBuyer": "Größe ☕ \\ / \r\n"}), indent=2)
    given = options(served, payload.replace("/", "\\/").replace("\n", "\r\n"))
    shown(site, served, f"amazon.Pay.renderButton('#button', {json.dumps(given)})")
    page.goto(site.url)
    page.get_by_role("button", name="Amazon Pay").click()
    page.get_by_role("heading", name="Sign in as Susie Example").wait_for()
    session = served.mock.service.world.sessions[session_in(page)]
    assert session.data["merchantMetadata"]["noteToBuyer"] == "Größe ☕ \\ / \r\n"
    assert served.watch.findings == ()


def test_a_checkout_can_be_prepared_at_the_click(page: Page, site: Site, served: Served) -> None:
    given = options(served, payload_of(site), productType="PayOnly")
    config = given.pop("createCheckoutSessionConfig")
    shown(
        site,
        served,
        f"const button = amazon.Pay.renderButton('#button', {json.dumps(given)});"
        f"button.onClick(() => button.initCheckout({{createCheckoutSessionConfig: {json.dumps(config)}}}));",
    )
    page.goto(site.url)
    page.get_by_role("button", name="Amazon Pay").click()
    page.get_by_role("heading", name="Sign in as Susie Example").wait_for()
    assert page.get_by_text("Delivery address").count() == 0


def test_any_element_can_start_a_checkout(page: Page, site: Site, served: Served) -> None:
    given = json.dumps(options(served, payload_of(site)))
    shown(site, served, f"other.addEventListener('click', () => amazon.Pay.initCheckout({given}))")
    page.goto(site.url)
    page.get_by_role("button", name="Other").click()
    page.get_by_role("heading", name="Sign in as Susie Example").wait_for()


def test_the_older_button_asks_the_shop_for_a_session(page: Page, site: Site, served: Served) -> None:
    session = served.mock.service.open_session(payload_of(site))
    site.json = {"id": session}
    given = options(served, payload_of(site))
    del given["createCheckoutSessionConfig"]
    given["createCheckoutSession"] = {"url": "/session", "extractAmazonCheckoutSessionId": "id"}
    shown(site, served, f"amazon.Pay.renderButton('#button', {json.dumps(given)})")
    page.goto(site.url)
    page.get_by_role("button", name="Amazon Pay").click()
    page.get_by_role("heading", name="Sign in as Susie Example").wait_for()
    assert session_in(page) == session


def test_what_is_paid_at_once_needs_no_review(page: Page, site: Site, served: Served) -> None:
    """The Additional Payment Button: one trip, api-facts §15.2."""
    payload = {
        "webCheckoutDetails": {
            "checkoutMode": "ProcessOrder",
            "checkoutResultReturnUrl": f"{site.url}/result",
        },
        "storeId": STORE,
        "paymentDetails": {
            "paymentIntent": "Authorize",
            "chargeAmount": {"amount": "7.00", "currencyCode": "USD"},
        },
        "addressDetails": {
            "name": "Ada",
            "addressLine1": "1 Given Road",
            "countryCode": "GB",
            "phoneNumber": "0",
        },
    }
    shown(site, served, f"amazon.Pay.renderButton('#button', {json.dumps(options(served, payload))})")
    page.goto(site.url)
    page.get_by_role("button", name="Amazon Pay").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Review and pay").wait_for()
    assert "1 Given Road" in page.inner_text("main")
    page.get_by_role("button", name="Pay 7.00 USD").click()
    page.get_by_role("heading", name="Shop").wait_for()
    assert page.url.startswith(f"{site.url}/result?amazonCheckoutSessionId=")


def test_a_buyer_signs_in_without_a_checkout(page: Page, site: Site, served: Served) -> None:
    payload = {"signInReturnUrl": f"{site.url}/hello", "storeId": STORE, "signInScopes": ["name"]}
    given = options(served, payload, productType="SignIn")
    given["signInConfig"] = given.pop("createCheckoutSessionConfig")
    shown(site, served, f"amazon.Pay.renderButton('#button', {json.dumps(given)})")
    page.goto(site.url)
    page.get_by_role("button", name="Sign in with Amazon").click()
    page.get_by_role("button", name="Sign in as Susie Example").click()
    page.get_by_role("heading", name="Shop").wait_for()
    assert page.url.startswith(f"{site.url}/hello?buyerToken=")


def test_a_wrong_signature_is_told_to_the_page_and_is_a_finding(
    browser: Any, site: Site, served: Served
) -> None:
    given = options(served, payload_of(site))
    given["createCheckoutSessionConfig"]["payloadJSON"] += " "
    shown(site, served, f"amazon.Pay.renderButton('#button', {json.dumps(given)})")
    with browser.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        page.goto(site.url)
        page.get_by_role("button", name="Amazon Pay").click()
        page.get_by_role("heading", name="This button cannot be used").wait_for()
        assert "white space" in page.inner_text("main")
    assert [found.requirement.id for found in served.watch.findings] == ["BTN-001"]


# --- by keyboard, on a phone


def opened(served: Served, site: Site, **more: Any) -> str:
    """A session that was opened by a button."""
    return served.mock.service.open_session(payload_of(site, **more))


def test_the_buyer_needs_no_mouse(page: Page, site: Site, served: Served) -> None:
    site.html = (
        "<!doctype html><html lang='en'><title>shop</title><link rel='icon' href='data:,'><h1>Shop</h1>"
    )
    session = opened(served, site)
    page.goto(f"{served.url}/checkout/{session}")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Continue"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Shop").wait_for()
    held = served.mock.service.world.sessions[session]
    assert (held.card, held.address) == ("0005", "packstation")


def test_axe_core_sees_what_keeps_people_out(page: Page, accessible: Callable[[Page], None]) -> None:
    page.set_content("<html lang='en'><title>x</title><main><h1>x</h1><input></main></html>")
    with pytest.raises(AssertionError, match="label"):
        accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_pages_are_accessible_and_fit(
    browser: Any, site: Site, served: Served, scheme: str, accessible: Callable[[Page], None]
) -> None:
    urls = {"checkoutReviewReturnUrl": f"{site.url}/review", "checkoutResultReturnUrl": f"{site.url}/result"}
    amount = {"amount": "7.00", "currencyCode": "USD"}
    paying = {
        "webCheckoutDetails": urls,
        "paymentDetails": {"paymentIntent": "Confirm", "chargeAmount": amount},
    }
    service = served.mock.service
    new, waiting, ready, over = (opened(served, site, **more) for more in ({}, {}, paying, paying))
    for session in (waiting, ready, over):
        service.buyer("signs_in", session)
    service.buyer("cancels", over)
    pages = [f"/checkout/{session}" for session in (new, waiting, ready, over, "none")]
    pages += ["/dashboard", f"/dashboard/objects/CheckoutSession/{over}"]
    with browser.new_context(ignore_https_errors=True, bypass_csp=True, color_scheme=scheme) as context:
        page = context.new_page()
        for path in pages:
            page.goto(f"{served.url}{path}")
            accessible(page)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


# --- the dashboard


def test_the_dashboard_is_live_and_keeps_the_keyboards_place(page: Page, site: Site, served: Served) -> None:
    first = opened(served, site)
    page.goto(f"{served.url}/dashboard")
    link = page.locator(f"#objects a[href$='{first}']")
    link.focus()
    second = opened(served, site)
    page.locator(f"#objects a[href$='{second}']").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('href')").endswith(first)
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("status").inner_text() == "Paused"


def test_an_object_is_followed_while_it_changes(page: Page, site: Site, served: Served) -> None:
    session = opened(served, site)
    page.goto(f"{served.url}/dashboard/objects/CheckoutSession/{session}")
    page.locator("#diagram-CheckoutSession-Open.here").wait_for()
    served.mock.service.advance(86_400)
    page.locator("#diagram-CheckoutSession-Canceled.here").wait_for()
    assert "Canceled (Expired)" in page.inner_text("#history")


def test_the_clock_can_be_moved_by_hand(page: Page, site: Site, served: Served) -> None:
    session = opened(served, site)
    page.goto(f"{served.url}/dashboard")
    page.get_by_role("button", name="Move on by 1 day").click()
    page.locator("#objects").get_by_text("Canceled").wait_for()
    assert served.mock.service.world.sessions[session].state == "Canceled"
