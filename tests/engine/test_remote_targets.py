"""Targets elsewhere: our mock, served as somebody's mock and under the sandbox's own host name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.clients.driver import ClientCall, ClientConfig
from amazonpay_conformance.clients.reference import connect
from amazonpay_conformance.engine.remote import RefusedTarget, Relay, address_of
from amazonpay_conformance.mock.serving import ServedMock, served
from amazonpay_conformance.strategies.payloads import RETURN_URL, REVIEW_URL, STORE_ID
from amazonpay_conformance.wire.messages import Headers, Request

EU = "pay-api.amazon.eu"


@pytest.fixture
def mock(tmp_path: Path) -> Iterator[ServedMock]:
    with served(tmp_path / "mock", region="eu") as running:
        yield running


@pytest.fixture
def environment(mock: ServedMock) -> Mapping[str, str]:
    return {
        "AMAZON_PAY_PUBLIC_KEY_ID": mock.public_key_id,
        "AMAZON_PAY_PRIVATE_KEY": str(mock.private_key_file),
        "AMAZON_PAY_REGION": "eu",
    }


@pytest.fixture
def permission(mock: ServedMock) -> str:
    """A Chargeable permission, as a merchant would bring one to the sandbox."""
    key = str(mock.private_key_file)
    config = ClientConfig(
        mock.public_key_id,
        Path(key).read_text(encoding="ascii"),
        key,
        "eu",
        "AMZN-PAY-RSASSA-PSS-V2",
        f"localhost:{mock.server.port}",
        str(mock.ca_file),
    )
    client = connect(config)
    amount = {"amount": "250.00", "currencyCode": "EUR"}
    details = {"checkoutReviewReturnUrl": REVIEW_URL, "checkoutResultReturnUrl": RETURN_URL}
    payment = {"paymentIntent": "Confirm", "chargeAmount": amount}
    body = {"webCheckoutDetails": details, "storeId": STORE_ID, "paymentDetails": payment}
    session = client["create_checkout_session"](ClientCall("create_checkout_session", payload=body)).json()
    mock.service.buyer("signs_in", session["checkoutSessionId"])
    mock.service.buyer("approves", session["checkoutSessionId"])
    call = ClientCall("complete_checkout_session", session["checkoutSessionId"], {"chargeAmount": amount})
    completed: dict[str, Any] = client["complete_checkout_session"](call).json()
    return str(completed["chargePermissionId"])


def test_somebodys_mock_is_certified_with_the_reference_client(
    command: Callable[..., Any], mock: ServedMock, environment: Mapping[str, str], tmp_path: Path
) -> None:
    ran = command(
        "certify", "--target", mock.base_url, "--ca-file", str(mock.ca_file), "--out", "out", env=environment
    )
    assert ran.code == 0, ran.out + ran.err
    found = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert found["subjects"] == ["server"]
    assert found["coverage"]["operations"]["create_checkout_session"] > 0


def test_the_sandbox_runs_what_needs_no_buyer_and_what_given_permissions_allow(
    command: Callable[..., Any],
    mock: ServedMock,
    environment: Mapping[str, str],
    permission: str,
    tmp_path: Path,
) -> None:
    ran = command(
        *("certify", "--target", "sandbox", "--allow-network", "--out", "out"),
        *("--resolve", f"{EU}:443:127.0.0.1:{mock.server.port}", "--ca-file", str(mock.ca_file)),
        env={**environment, "AMAZON_PAY_CHARGE_PERMISSIONS": permission},
    )
    assert ran.code == 0, ran.out + ran.err
    found = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert found["target"] == f"sandbox ({EU})"
    assert {"SES-T01", "CHG-T01", "CHG-T16"} <= set(found["coverage"]["transitions"])
    hosts = {
        value
        for finding in found["findings"]
        for exchange in finding["exchanges"]
        for name, value in exchange["request"]["headers"]
        if name.lower() == "x-amz-pay-host"
    }
    assert hosts <= {EU}


def test_an_untrusted_certificate_makes_the_target_unreachable(
    command: Callable[..., Any], mock: ServedMock, environment: Mapping[str, str]
) -> None:
    ran = command("certify", "--target", mock.base_url, env=environment)
    assert ran.code == 4
    assert len(ran.error_lines) == 1
    assert "--ca-file" in ran.error_lines[0]


def test_live_paths_are_never_passed_on(mock: ServedMock) -> None:
    address = address_of(mock.base_url)
    relay = Relay(address, ca_file=mock.ca_file, per_second=None, sandbox_only=True)
    answer = relay(Request("GET", "/live/v2/charges/x", headers=Headers.of({"accept": "application/json"})))
    assert answer.status == 502
    assert "/live/" in (relay.fault or "")


REFUSED = {
    "plain HTTP to another machine": ("http://mock.example", None),
    "a path": ("https://mock.example/v2", None),
    "no host": ("https://", None),
    "another scheme": ("ftp://mock.example", None),
    "a port that is none": ("https://mock.example:x", None),
    "resolve for another host": ("https://mock.example", "other.example:443:127.0.0.1:1"),
    "resolve that is malformed": ("https://mock.example", "127.0.0.1"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_addresses_that_are_not_safe_or_not_whole_are_refused(what: str) -> None:
    url, resolve = REFUSED[what]
    with pytest.raises(RefusedTarget):
        address_of(url, resolve)


def test_resolve_changes_where_to_connect_and_nothing_else() -> None:
    address = address_of(f"https://{EU}", f"{EU}:443:127.0.0.1:8443")
    assert (address.host, address.authority) == (EU, EU)
    assert (address.connect_host, address.connect_port) == ("127.0.0.1", 8443)
