"""What `serve` shows and what a watch writes is free of secrets and of buyers' data, page by page."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from amazonpay_conformance.clients.driver import ABSENT, ClientCall, ClientConfig
from amazonpay_conformance.clients.reference import ReferenceClient
from amazonpay_conformance.engine.trace_files import read_trace
from amazonpay_conformance.engine.watching import Outlets, served_and_watched, watched_trace
from amazonpay_conformance.mock.pages.frame import TOP
from amazonpay_conformance.mock.verbs import PREFIX, VERBS
from amazonpay_conformance.model.buyer import ADDRESSES, BUYER
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.reporting.formats.written import FORMATS
from amazonpay_conformance.reporting.live import summary
from amazonpay_conformance.reporting.page.document import page
from amazonpay_conformance.reporting.page.shown import shown_watch
from amazonpay_conformance.reporting.watch_forms import as_report
from amazonpay_conformance.reporting.watch_report import watch_report
from amazonpay_conformance.wire.keys import PrivateKey, load_private_key

MARKS = {
    "note": "Marked-Note-4711",
    "token": "Marked-Token-4712",
    "custom": "Marked-Custom-4713",
    "name": "Marked Person 4714",
    "street": "Marked Street 4715",
    "phone": "4716471647",
    "authtoken": "Marked.Auth.4717",
    "unknown": "Marked-Field-4719",
    "closing": "Marked-Reason-4720",
}
"""What a shop sends that belongs to nobody else: by the way it gets in."""

BUYERS = sorted(
    {
        value
        for person in (BUYER, *ADDRESSES.values())
        for value in person.values()
        if isinstance(value, str) and len(value) > 5
    }
)
PRICE = {"amount": "100.00", "currencyCode": "USD"}
URL = f"https://shop.example/return?token={MARKS['token']}"
ADDRESS = {
    "name": MARKS["name"],
    "addressLine1": MARKS["street"],
    "city": "Seattle",
    "stateOrRegion": "WA",
    "postalCode": "98121",
    "countryCode": "US",
    "phoneNumber": MARKS["phone"],
}
ORDER = {
    "webCheckoutDetails": {"checkoutReviewReturnUrl": URL, "checkoutResultReturnUrl": URL},
    "storeId": "amzn1.application-oa2-client.0000000000000000000000000000c0de",
    "merchantMetadata": {"noteToBuyer": MARKS["note"], "customInformation": MARKS["custom"]},
    "paymentDetails": {"paymentIntent": "Authorize", "chargeAmount": PRICE},
}


@dataclass
class Shown:
    """Everything that was shown and written, by where it was, and what must not be in it."""

    texts: dict[str, str]
    key: PrivateKey
    signatures: list[str]


class Heard(ReferenceClient):
    """A client that keeps the signatures which it sends."""

    signatures: list[str]

    def _send(self, signed: Any) -> Any:
        self.signatures = [*getattr(self, "signatures", []), signed.headers.get("authorization")]
        return super()._send(signed)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    directory = tmp_path_factory.mktemp("watched")
    lines: list[str] = []
    with served_and_watched(directory, Outlets(trace=directory / "shop.jsonl"), port=0) as (mock, watch):
        pem = mock.private_key_file.read_text(encoding="ascii") if mock.private_key_file else ""
        algorithm = "AMZN-PAY-RSASSA-PSS-V2"
        config = ClientConfig(mock.public_key_id, pem, "", "na", algorithm, mock.host, str(mock.ca_file))
        client = Heard(config)
        _sell(client, mock.mock.default.service)
        texts = dict(_pages(f"https://{mock.host}", str(mock.ca_file)))
    lines += summary(watch, colour=False, width=200)
    value = watch_report(watch)
    texts["summary"] = "\n".join(lines)
    texts["watch.json"] = json.dumps(value, ensure_ascii=False)
    texts["watch.html"] = page(shown_watch(value))
    texts["trace"] = (directory / "shop.jsonl").read_text(encoding="utf-8")
    again = watched_trace(read_trace(directory / "shop.jsonl", Merchant({}), "na"), Merchant({}))
    texts["judged"] = json.dumps(watch_report(again), ensure_ascii=False)
    texts |= {name: form.text(as_report(value, time.time())) for name, form in FORMATS.items()}
    return Shown(texts, load_private_key(pem), [_signature(one) for one in client.signatures])


def _signature(header: str) -> str:
    return header.rpartition("Signature=")[2]


def _sell(client: Heard, service: Any) -> None:
    """Sell one thing, with marks wherever a shop may put them, and do what is wrong."""

    def call(operation: str, target: str | None = None, body: Any = ABSENT, **headers: str) -> dict[str, Any]:
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        sent = ClientCall(operation, target, body, headers=named)
        answered: dict[str, Any] = client.call(ALL_OPERATIONS[operation], sent).json()
        return answered

    session = call("create_checkout_session", None, ORDER)["checkoutSessionId"]
    service.buyer("approves", session)
    call("get_checkout_session", session, x_amz_pay_authtoken=MARKS["authtoken"])
    charge = call("complete_checkout_session", session, {"chargeAmount": PRICE})["chargeId"]
    call("create_checkout_session", None, {**ORDER, "addressDetails": ADDRESS})
    call("create_checkout_session", None, {**ORDER, "unknownField": MARKS["unknown"]})
    call("capture_charge", charge, {"captureAmount": PRICE, "softDescriptor": MARKS["note"]})
    call("capture_charge", charge, {"captureAmount": PRICE})
    call("cancel_charge", charge, {"cancellationReason": MARKS["closing"]})
    call("get_buyer", MARKS["token"])
    call("get_charge", MARKS["token"])


def _pages(base: str, ca_file: str) -> Iterator[tuple[str, str]]:
    """Every page that the dashboard leads to, and every verb that only tells."""
    told = [verb.path for verb in VERBS if verb.method == "GET" and "{" not in verb.path]
    left = [TOP, *(f"{PREFIX}{path}" for path in told)]
    seen: set[str] = set()
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        got = requests.get(base + path, verify=ca_file, timeout=10)
        yield path, got.text
        links = (
            re.findall(r'href="(/dashboard[^"#]*)', got.text) if "html" in got.headers["content-type"] else []
        )
        left += [link.replace("&amp;", "&") for link in links]


def test_there_was_something_to_find_and_every_page_was_read(shown: Shown) -> None:
    assert "ORD-003" in shown.texts["watch.json"]
    assert shown.signatures
    exchanges = [text for place, text in shown.texts.items() if place.startswith("/dashboard/exchanges/")]
    assert any("noteToBuyer" in text for text in exchanges)
    assert len([place for place in shown.texts if place.startswith("/")]) > 15
    assert set(shown.texts) >= {"trace", "judged", "watch.html", "junit", "ctrf", "sarif", "har"}


@pytest.mark.parametrize("mark", MARKS)
def test_nothing_that_a_shop_keeps_to_itself_is_shown(shown: Shown, mark: str) -> None:
    assert [place for place, text in shown.texts.items() if MARKS[mark] in text] == []


@pytest.mark.parametrize("value", BUYERS)
def test_nothing_of_the_buyer_is_shown(shown: Shown, value: str) -> None:
    assert [place for place, text in shown.texts.items() if value in text] == []


def test_no_key_and_no_signature_is_shown(shown: Shown) -> None:
    lines = shown.key.to_pem("pkcs8").splitlines()[1:-1]
    for place, text in shown.texts.items():
        assert not [line for line in lines if line in text], place
        assert not [one for one in shown.signatures if one[:20] in text], place
        assert "PRIVATE KEY" not in text, place
