"""A pressed button opens a session if its signature verifies over its payload; if not, the page says why."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from amazonpay_conformance.engine.listening import listen_to
from amazonpay_conformance.engine.trace_files import Head, TraceWriter, read_trace
from amazonpay_conformance.engine.watching import watched_trace
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.model.records import GIVEN_BUYER
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.reporting.live import Live
from amazonpay_conformance.wire.messages import Headers, Request, Response
from amazonpay_conformance.wire.signing import button_string_to_sign, sign_button, sign_string
from mock_shop import KEY_ID, V2, Shop, order, private_key

PSS = "AMZN-PAY-RSASSA-PSS"
HEADERS = {"content-type": "application/x-www-form-urlencoded", "origin": "https://shop.example"}
PAYLOAD = json.dumps({"webCheckoutDetails": order()["webCheckoutDetails"], "storeId": order()["storeId"]})
PLACED = json.dumps(
    {
        "webCheckoutDetails": {
            "checkoutMode": "ProcessOrder",
            "checkoutResultReturnUrl": "https://shop.example/paid",
        },
        "paymentDetails": {
            "paymentIntent": "Confirm",
            "chargeAmount": {"amount": "1.00", "currencyCode": "USD"},
        },
        "storeId": order()["storeId"],
    }
)
"""An order that the additional payment button places; where it is to be shipped to is not said."""


def signature(payload: str, algorithm: str = V2) -> str:
    return sign_button(payload, private_key(), algorithm)


def pressed(mock: Mock, text: str = PAYLOAD, **fields: str) -> Response:
    """Press a button on a page of the shop's, as checkout.js does."""
    sent = {
        "payload": base64.b64encode(text.encode()).decode(),
        "signature": signature(text),
        "algorithm": V2,
        "publicKeyId": KEY_ID,
        "productType": "PayAndShip",
        "sandbox": "true",
    }
    body = urlencode({**sent, **fields}).encode()
    return site(mock)(Request("POST", "/checkout/button", None, Headers.of(HEADERS), body))


@pytest.fixture
def mock(shop: Shop) -> Mock:
    return Mock(shop.service.merchant, make=lambda *_, **__: shop.service)


def opened(answer: Response) -> tuple[str, str]:
    """The session that a button opened, and the query of the page that the buyer goes to."""
    assert answer.status == 303, answer.body
    found = re.fullmatch(r"/checkout/([0-9a-f-]{36})(?:\?(.*))?", answer.headers.get("location") or "")
    assert found is not None
    return found[1], found[2] or ""


def refused(answer: Response) -> str:
    assert answer.status == 400
    return answer.body.decode()


def test_a_button_opens_a_session_of_its_payload(shop: Shop, mock: Mock) -> None:
    session, query = opened(pressed(mock))
    shown = shop.read(f"/checkoutSessions/{session}")
    assert query == ""
    assert shown["statusDetails"]["state"] == "Open"
    assert shown["webCheckoutDetails"]["checkoutReviewReturnUrl"] == "https://shop.example/return"
    assert [c["constraintId"] for c in shown["constraints"]] == [
        "BuyerNotAssociated",
        "ChargeAmountNotSet",
        "PaymentIntentNotSet",
    ]


def test_the_page_knows_what_the_button_sells(mock: Mock) -> None:
    _, query = opened(pressed(mock, productType="PayOnly"))
    assert query == "product=PayOnly"


@pytest.mark.parametrize("algorithm", [PSS, V2])
def test_a_button_that_names_no_algorithm_is_taken_with_either(mock: Mock, algorithm: str) -> None:
    opened(pressed(mock, signature=signature(PAYLOAD, algorithm), algorithm=""))


def test_a_payload_is_what_the_page_holds_byte_for_byte(shop: Shop, mock: Mock) -> None:
    payload = PAYLOAD.replace(", ", ",\n\r\n\t").replace("/", "\\/")
    session, _ = opened(pressed(mock, payload))
    assert shop.read(f"/checkoutSessions/{session}")["storeId"] == order()["storeId"]


@pytest.mark.parametrize(
    ("payload", "fields", "told"),
    [
        (PAYLOAD, {"signature": signature(PAYLOAD + " ")}, "signature does not verify"),
        (PAYLOAD, {"signature": "!"}, "It is not base64"),
        (PAYLOAD, {"signature": ""}, "signature does not verify"),
        (PAYLOAD, {"algorithm": PSS}, f"as {PSS}"),
        (PAYLOAD, {"algorithm": "RSA"}, "algorithm is none of"),
        (PAYLOAD, {"publicKeyId": ""}, "names no publicKeyId"),
        (PAYLOAD, {"publicKeyId": "SANDBOX-X"}, "knows no key"),
        (PAYLOAD, {"productType": "Tea"}, "productType is none of"),
        (PAYLOAD, {"payload": "%"}, "payload cannot be read"),
        ("[]", {}, "not a JSON object"),
        ("{", {}, "not a JSON object"),
        ("[" * 100_000, {}, "not a JSON object"),
        (json.dumps({"storeId": order()["storeId"]}), {}, "webCheckoutDetails"),
        (PAYLOAD.replace("storeId", "shopId"), {}, "shopId"),
        ("{}", {"productType": "SignIn"}, "signInReturnUrl"),
        ('{"signInReturnUrl":"javascript:alert(1)"}', {"productType": "SignIn"}, "signInReturnUrl"),
        (PLACED, {}, "addressDetails"),
    ],
)
def test_a_button_that_the_service_would_not_take_is_told_why(
    mock: Mock, payload: str, fields: dict[str, str], told: str
) -> None:
    assert told in refused(pressed(mock, payload, **fields))
    assert not mock.default.service.world.sessions


def test_an_order_placed_on_one_page_that_is_not_shipped_needs_no_address(mock: Mock) -> None:
    opened(pressed(mock, PLACED, productType="PayOnly"))


def test_a_classic_key_needs_the_sandbox_flag(mock: Mock, shop: Shop) -> None:
    shop.service.merchant = type(shop.service.merchant)({"AHEXAMPLE": private_key().public})
    assert "sandbox: true" in refused(pressed(mock, publicKeyId="AHEXAMPLE", sandbox="false"))
    opened(pressed(mock, publicKeyId="AHEXAMPLE"))


def test_a_buyer_signs_in_without_a_checkout(mock: Mock) -> None:
    payload = json.dumps(
        {
            "signInReturnUrl": "https://shop.example/hello?x=1",
            "signInCancelUrl": "https://shop.example/bye",
            "storeId": order()["storeId"],
            "signInScopes": ["name"],
        }
    )
    served = site(mock)
    body = urlencode(
        {
            "payload": base64.b64encode(payload.encode()).decode(),
            "signature": signature(payload),
            "publicKeyId": KEY_ID,
            "productType": "SignIn",
            "sandbox": "true",
        }
    ).encode()
    page = served(Request("POST", "/checkout/button", None, Headers.of(HEADERS), body))
    assert page.status == 200
    forms = re.findall(
        r'name="token" value="(\w+)"><input type="hidden" name="goal" value="([^"]+)"', page.body.decode()
    )
    goals = []
    for token, goal in forms:
        own = {"content-type": HEADERS["content-type"]}
        form = urlencode({"token": token, "goal": html.unescape(goal)}).encode()
        answer = served(Request("POST", "/checkout/sign-in", None, Headers.of(own), form))
        goals.append((answer.status, answer.headers.get("location")))
    assert goals == [
        (303, f"https://shop.example/hello?x=1&buyerToken={GIVEN_BUYER}"),
        (303, "https://shop.example/bye"),
    ]
    forged = urlencode({"token": forms[0][0], "goal": "https://evil.example"}).encode()
    answer = served(Request("POST", "/checkout/sign-in", None, Headers.of(own), forged))
    assert answer.status == 400


# --- what is found


def remarks(mock: Mock) -> list[tuple[str, str]]:
    return [(remark.requirement, remark.operation) for remark in mock.default.journal.remarks]


def test_a_right_button_is_judged_and_nothing_is_found(mock: Mock) -> None:
    heard = listen_to(mock.default)
    pressed(mock)
    assert remarks(mock) == []
    assert {f"BTN-00{n}" for n in (1, 2, 3, 4)} <= set(heard.watch.judged)


@pytest.mark.parametrize(
    ("fields", "requirement"),
    [
        ({"signature": signature(PAYLOAD.replace(" ", ""))}, "BTN-001"),
        ({"signature": "%%%"}, "BTN-002"),
        ({"signature": sign_string(button_string_to_sign(PAYLOAD, V2), private_key(), PSS)}, "BTN-003"),
    ],
)
def test_a_wrong_button_is_a_finding(mock: Mock, fields: dict[str, str], requirement: str) -> None:
    listen_to(mock.default)
    pressed(mock, **fields)
    assert remarks(mock) == [(requirement, "button")]


def test_a_finding_shows_nothing_of_the_buyer(mock: Mock) -> None:
    listen_to(mock.default)
    address: dict[str, Any] = {"addressLine1": "7 Secret Lane", "name": "Mallory Private", "county": 7}
    payload = json.dumps({**json.loads(PAYLOAD), "addressDetails": address})
    pressed(mock, payload, signature=signature(payload.replace(" ", "")))
    remarks = list(mock.default.journal.remarks)
    assert {remark.requirement for remark in remarks} == {"BTN-001", "BTN-005"}
    told = " ".join(f"{r.expected} {r.received} {r.hint() if callable(r.hint) else r.hint}" for r in remarks)
    assert "storeId" in told
    assert "Secret" not in told
    assert "Mallory" not in told


def test_a_trace_of_buttons_is_judged_as_it_was_live(mock: Mock, tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl"
    with file.open("w", encoding="utf-8") as stream:
        heard = listen_to(mock.default, (TraceWriter(stream, Head("na", KEY_ID)),))
        pressed(mock, "[]", signature=signature("{}"))
        pressed(mock)
    text = file.read_text(encoding="utf-8")
    assert "shop.example" not in text
    watch = watched_trace(read_trace(file), Merchant({}))
    told = [(found.requirement.id, found.check, found.operation) for found in watch.findings]
    assert told == [
        ("BTN-001", "button_signature_verifies", "button"),
        ("BTN-005", "button_payload_is_valid", "button"),
    ]
    assert told == [(f.requirement.id, f.check, f.operation) for f in heard.watch.findings]
    judged = {name: count for name, count in watch.judged.items() if name.startswith("BTN-")}
    assert judged == {name: count for name, count in heard.watch.judged.items() if name in judged}


def test_a_button_is_told_of_live(mock: Mock) -> None:
    stream = io.StringIO()
    listen_to(mock.default, (Live(stream, colour=False),))
    pressed(mock)
    assert stream.getvalue().strip() == "a button is pressed"
    pressed(mock, signature=signature("{}"))
    assert "FAIL BTN-001" in stream.getvalue()
