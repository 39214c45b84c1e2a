"""The example shop sells against the mock, in a browser, and the kit that watches it finds nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Shop
    from playwright.sync_api import Page

SHOP = Path(__file__).parents[2] / "examples" / "shop"

Pay = re.compile(r"^Pay ")


def to_the_review(page: Page, shop: Shop, card: str = "1111") -> None:
    """Put tea into the cart, press the button, sign in."""
    page.goto(shop.url)
    page.get_by_role("button", name="Add Assam").click()
    page.get_by_role("button", name="Amazon Pay").click()
    page.get_by_label(f"Card ending in {card}").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Review your order").wait_for()


def to_the_payment(page: Page, shop: Shop, card: str = "1111") -> None:
    """Go on to Amazon's page."""
    to_the_review(page, shop, card)
    page.get_by_role("button", name="Order and pay 21.40 USD").click()
    page.get_by_role("heading", name="Review and pay").wait_for()


def state(page: Page) -> str:
    return page.locator("#state").inner_text()


@pytest.fixture
def clean(shop: Shop) -> Callable[[], None]:
    """Return what asserts that the shop did nothing wrong, and left nothing undone."""

    def check() -> None:
        watch = shop.served.watch
        watch.finish(patience=0)
        assert [(found.requirement.id, found.problem) for found in watch.findings] == []
        assert watch.judged["BTN-001"]
        assert watch.judged["SIG-004"]

    return check


def test_a_whole_payment(page: Page, shop: Shop, clean: Callable[[], None]) -> None:
    to_the_payment(page, shop)
    page.get_by_role("button", name=Pay).click()
    page.get_by_role("heading", name=re.compile("^Order LK-")).wait_for()
    assert state(page) == "paid, to be sent"
    page.get_by_role("button", name="Send it and take the money").click()
    assert state(page) == "sent"
    page.get_by_label("Give back").fill("5.50")
    page.get_by_role("button", name="Refund").click()
    assert page.locator(".refund").inner_text() == "5.50 USD, RefundInitiated"
    shop.control.advance(30)
    (refund,) = shop.served.mock.service.world.refunds
    assert shop.answers(refund) == [("true", 200)]
    page.reload()
    assert page.locator(".refund").inner_text() == "5.50 USD, Refunded"
    called = shop.served.watch.called
    assert {name: called[name] for name in called} == {
        "get_checkout_session": 2,
        "update_checkout_session": 1,
        "complete_checkout_session": 1,
        "get_charge": 2,
        "capture_charge": 1,
        "create_refund": 1,
        "get_refund": 1,
    }
    clean()


def test_a_pending_payment_is_settled_by_a_notification(
    page: Page, shop: Shop, clean: Callable[[], None]
) -> None:
    to_the_payment(page, shop, "0701")
    page.get_by_role("button", name=Pay).click()
    page.get_by_role("heading", name=re.compile("^Order LK-")).wait_for()
    assert state(page) == "payment pending"
    (charge,) = shop.served.mock.service.world.charges
    shop.control.notify(charge, "foreign-certificate")
    assert shop.answers(charge) == [("foreign-certificate", 400)]
    page.reload()
    assert state(page) == "payment pending"
    shop.control.misdeliver("twice")
    shop.control.advance(30)
    assert shop.answers(charge)[1:] == [("twice", 200), ("twice", 200)]
    page.reload()
    assert state(page) == "paid, to be sent"
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("button", name="Refund").click()
    shop.control.advance(30)
    (refund,) = shop.served.mock.service.world.refunds
    assert shop.answers(refund) == [("true", 200)]
    page.reload()
    assert page.locator(".refund").inner_text() == "5.00 USD, Refunded"
    clean()


def test_a_declined_card(page: Page, shop: Shop, clean: Callable[[], None]) -> None:
    to_the_payment(page, shop, "3434")
    page.get_by_role("button", name=Pay).click()
    alert = page.get_by_role("alert")
    assert alert.inner_text() == "Your payment was declined. Please try another payment method."
    assert page.url == f"{shop.url}/cart"
    clean()


def test_a_buyer_who_leaves(page: Page, shop: Shop, clean: Callable[[], None]) -> None:
    to_the_payment(page, shop)
    page.get_by_role("button", name="Cancel and go back").click()
    page.get_by_role("heading", name="Your cart").wait_for()
    page.goto(f"{shop.url}/orders")
    assert "not paid yet" in page.inner_text("main")
    clean()


def test_another_address_costs_another_fee(page: Page, shop: Shop, clean: Callable[[], None]) -> None:
    to_the_review(page, shop)
    page.get_by_role("button", name="Change address").click()
    assert page.get_by_label("PO Box 105").is_disabled()
    page.get_by_label("Packstation 105").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Review your order").wait_for()
    assert "01001 Musterstadt, DE" in page.inner_text("address")
    page.get_by_role("button", name="Change payment method").click()
    page.get_by_label("Card ending in 9424").check()
    page.get_by_role("button", name="Continue").click()
    assert "9424" in page.inner_text("section:has(#with)")
    clean()


def test_every_page_is_accessible(page: Page, shop: Shop, accessible: Callable[[Page], None]) -> None:
    page.goto(shop.url)
    accessible(page)
    to_the_review(page, shop)
    accessible(page)
    page.goto(f"{shop.url}/cart")
    accessible(page)
    page.get_by_role("link", name="Orders").click()
    accessible(page)


def test_the_shop_runs_as_its_readme_says(page: Page, tmp_path: Path) -> None:
    """`make shop`: one command starts the mock and the shop, and Ctrl-C ends both."""
    for module in ("flask", "AmazonPay"):
        pytest.importorskip(module, reason="examples/shop is not installed: make example-shop")
    port, mock_port, certificate_port = free_port(), free_port(), free_port()
    command = [sys.executable, str(SHOP / "run.py"), f"--port={port}", f"--mock-port={mock_port}"]
    command.append(f"--certificate-port={certificate_port}")
    log = tmp_path / "run.log"
    with (
        log.open("w") as out,
        subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True) as process,
    ):
        try:
            wait_for(log, f"Open http://localhost:{port}")
            page.goto(f"http://localhost:{port}")
            page.get_by_role("button", name="Add Sencha").click()
            page.get_by_role("button", name="Amazon Pay").click()
            page.get_by_label("Card ending in 0701").check()
            page.get_by_role("button", name="Continue").click()
            page.get_by_role("button", name="Order and pay").click()
            assert page.url.startswith(f"http://localhost:{mock_port}/checkout/")
            page.get_by_role("button", name=Pay).click()
            assert state(page) == "payment pending"
            advance(mock_port, 30)
            wait_for(log, "POST /notifications")
            page.reload()
            assert state(page) == "paid, to be sent"
        finally:
            os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert "verdict: conforms" in log.read_text()
    for each in (port, mock_port, certificate_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("localhost", each)) != 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        found: int = probe.getsockname()[1]
        return found


def advance(mock_port: int, seconds: int) -> None:
    body = json.dumps({"seconds": seconds}).encode()
    with urllib.request.urlopen(f"http://localhost:{mock_port}/_mock/advance", body, timeout=10):
        pass


def wait_for(log: Path, text: str) -> None:
    until = time.monotonic() + 60
    while text not in log.read_text():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
