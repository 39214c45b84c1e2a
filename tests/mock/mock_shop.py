"""A merchant and the mock that serves him: requests are signed and go straight into `Service.handle`."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.routes import Handler
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import PrivateKey, load_private_key
from amazonpay_conformance.wire.messages import Headers, Request, Response
from amazonpay_conformance.wire.signing import sign

Body: TypeAlias = dict[str, Any]

KEY_FILE = Path(__file__).parents[1] / "keys" / "test-only-private-pkcs8.pem"
KEY_ID = "SANDBOX-TESTONLYTESTONLYTESTONLY"
V2 = "AMZN-PAY-RSASSA-PSS-V2"
HEADERS: Mapping[str, str] = {
    "accept": "application/json",
    "content-type": "application/json",
    "x-amz-pay-date": "20261123T182658Z",
    "x-amz-pay-host": "localhost",
    "x-amz-pay-region": "na",
}
ADDRESS = {"name": "Susie Example", "countryCode": "GB"}


@functools.cache
def private_key() -> PrivateKey:
    """Load the key of the tests, once."""
    return load_private_key(KEY_FILE.read_bytes())


def price(amount: str = "100.00", currency: str = "USD") -> Body:
    """A price."""
    return {"amount": amount, "currencyCode": currency}


def order(intent: str = "Authorize", amount: Body | None = None, **details: Any) -> Body:
    """A body of Create Checkout Session from which nothing is missing."""
    url = "https://shop.example/return"
    return {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": url, "checkoutResultReturnUrl": url},
        "storeId": "amzn1.application-oa2-client.0000000000000000000000000000c0de",
        "paymentDetails": {"paymentIntent": intent, "chargeAmount": amount or price(), **details},
    }


MONTHLY: Body = {
    "chargePermissionType": "Recurring",
    "recurringMetadata": {"frequency": {"unit": "Month", "value": "1"}},
}


def signed(request: Request, *, key_id: str = KEY_ID, key: PrivateKey | None = None) -> Request:
    """Sign a request as the documentation says."""
    return sign(request, key=key or private_key(), public_key_id=key_id, algorithm=V2)


def site_of(service: Service) -> Handler:
    """All that a mock with this service serves."""
    return site(Mock(service.merchant, make=lambda *_, **__: service))


@dataclass
class Shop:
    """A merchant: what he sends, and the service that answers."""

    service: Service
    numbers: Any = field(default_factory=itertools.count)

    @classmethod
    def open(cls, region: str = "na", **options: Any) -> Shop:
        """Open a shop in a region."""
        merchant = Merchant({KEY_ID: private_key().public})
        return cls(Service(merchant, region=region, clock=Clock(frozen=True), **options))

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Request:
        """Return a request that is not signed yet; a header that is None is left out."""
        fields: dict[str, str | None] = dict(HEADERS)
        if method == "POST":
            fields["x-amz-pay-idempotency-key"] = key or f"key-{next(self.numbers)}"
        fields |= headers or {}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        present = [(name, value) for name, value in fields.items() if value is not None]
        path, _, query = path.partition("?")
        return Request(method, path, query or None, Headers.of(present), raw)

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Response:
        """Sign a request to a path beneath /v2 and have it answered."""
        return self.service.handle(signed(self.request(method, f"/v2{path}", body, **more)))

    def read(self, path: str) -> Body:
        """Return an object."""
        found: Body = self.send("GET", path).json()
        return found

    # --- whole passages

    def opened(self, body: Body | None = None) -> str:
        """Create a session and return its id."""
        answer = self.send("POST", "/checkoutSessions", body or order())
        assert answer.status == 201, answer.body
        found: str = answer.json()["checkoutSessionId"]
        return found

    def approved(self, body: Body | None = None, card: str | None = None) -> str:
        """Create a session that the buyer approves, and return its id."""
        session = self.opened(body)
        self.service.buyer("signs_in", session)
        self.service.buyer("approves", session, card)
        return session

    def completed(self, body: Body | None = None, card: str | None = None) -> Body:
        """Complete a session, and return it."""
        body = body or order()
        session = self.approved(body, card)
        details = body.get("paymentDetails", {})
        repeated = {name: details[name] for name in ("chargeAmount", "totalOrderAmount") if name in details}
        answer = self.send("POST", f"/checkoutSessions/{session}/complete", repeated)
        assert answer.status in (200, 202), answer.body
        found: Body = answer.json()
        return found

    def captured(self) -> str:
        """Return the id of a charge of 100.00 that is captured."""
        found: str = self.completed(order("AuthorizeWithCapture"))["chargeId"]
        return found
