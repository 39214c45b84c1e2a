"""A mock with orders to notify of: what a shop's endpoint is tried on, and what the shop does there.

The kit buys on its own, with a key of its own, beside the wire: what the mock's journal has is the shop's.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from amazonpay_conformance.checks.subject import Reached, Situation
from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.namespaces import Mock
from amazonpay_conformance.mock.notifications import MERCHANT_ID, About, Places, Post, Publisher
from amazonpay_conformance.mock.routes import Handler, Route, Router
from amazonpay_conformance.mock.site import site
from amazonpay_conformance.model.switches import DEFAULTS, Settings
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import PrivateKey, PublicKey
from amazonpay_conformance.wire.messages import Headers, Request, Response
from amazonpay_conformance.wire.signing import sign

KIT_KEY_ID: Final = "SANDBOX-AEXAMPLE0THE0KIT0ITSELF"
ALGORITHM: Final = "AMZN-PAY-RSASSA-PSS-V2"
PENDING_CARD: Final = "0701"
DECLINED_CARD: Final = "4354"
"""Cards whose authorization stays pending, and is then decided. Source: api-facts §8.1."""

AMOUNT: Final = "100.00"
CURRENCIES: Final[Mapping[str, str]] = {"na": "USD", "eu": "EUR", "jp": "JPY"}
URL: Final = "https://localhost/return"


@dataclass(frozen=True, slots=True)
class Order:
    """One order of the shop: its session, permission and charge."""

    session: str
    permission: str
    charge: str
    amount: str
    currency: str

    def told(self) -> dict[str, str]:
        """Return it as a shop's adapter is told of it."""
        return {
            "checkoutSessionId": self.session,
            "chargePermissionId": self.permission,
            "chargeId": self.charge,
            "amount": self.amount,
            "currencyCode": self.currency,
        }


class Stage:
    """A mock with a clock that stands still, a publisher of notifications, and orders."""

    def __init__(
        self,
        public_key_id: str,
        public_key: PublicKey,
        kit_key: PrivateKey,
        *,
        region: str = "na",
        settings: Settings = DEFAULTS,
    ) -> None:
        merchant = Merchant({public_key_id: public_key, KIT_KEY_ID: kit_key.public})
        self.mock = Mock(merchant, region=region, settings=settings, clock=Clock(frozen=True))
        self._key = kit_key
        self._settings = settings
        self._publisher: Publisher | None = None
        self._currency = CURRENCIES[region]
        self.baited = 0
        """How often the address of a forged subscription was visited."""
        self.handle: Handler = site(self.mock)

    def publish_at(self, places: Places) -> None:
        """Serve certificates from now on, at these hosts. That comes before any notification."""
        self._publisher = Publisher(places, merchant_id=MERCHANT_ID, settings=self._settings)
        own = [Route("GET", path, self._certificate, guarded=False) for path in self._publisher.paths]
        bait = urlsplit(self._publisher.bait).path
        own.append(Route("GET", bait, self._bait, guarded=False))
        self.handle = Router(own, site(self.mock))

    @property
    def publisher(self) -> Publisher:
        """What writes the notifications."""
        if self._publisher is None:
            raise RuntimeError("publish_at() comes first")
        return self._publisher

    # --- what the kit does

    def order(self, situation: Situation) -> Order:
        """Let a buyer pay, with a card whose authorization is pending; how it ends is for `bring`."""
        declined = situation == "declined"
        price = {"amount": AMOUNT.split(".")[0] if self._currency == "JPY" else AMOUNT}
        price["currencyCode"] = self._currency
        session = self._call("POST", "/checkoutSessions", _session(price))["checkoutSessionId"]
        with self.mock.lock:
            service = self.mock.default.service
            service.buyer("signs_in", session)
            service.buyer("approves", session, DECLINED_CARD if declined else PENDING_CARD)
        done = self._call("POST", f"/checkoutSessions/{session}/complete", {"chargeAmount": price})
        return Order(session, done["chargePermissionId"], done["chargeId"], price["amount"], self._currency)

    def bring(self, order: Order, situation: Situation) -> None:
        """Let an order's charge come into a situation."""
        if situation in ("pending", "nowhere"):
            return
        self.advance(TIMERS["settlement"] + 1)
        if situation == "canceled":
            self.advance(TIMERS["authorization_expires"] + 1)
        if situation == "captured":
            price = {"amount": order.amount, "currencyCode": order.currency}
            body = {"captureAmount": price}
            self._call("POST", f"/charges/{order.charge}/capture", body, simulation="CaptureInitiated")
            self.advance(TIMERS["settlement"] + 1)

    def advance(self, seconds: int) -> None:
        """Move the mock's clock."""
        with self.mock.lock:
            self.mock.default.service.advance(seconds)

    def post(self, about: About, variant: str) -> Post:
        """Return a notification of an object."""
        return self.publisher.post(about, variant, sent_at=time.time())

    def spoil(self, times: int) -> None:
        """Let the mock answer 503; 0 ends it."""
        with self.mock.lock:
            faults = self.mock.default.faults
            faults.clear()
            if times:
                faults.script("503", times)

    # --- what the shop did

    def mark(self) -> int:
        """Return a point in the journal."""
        with self.mock.lock:
            entries = self.mock.default.journal.entries
            return entries[-1].number if entries else 0

    def reached(self, since: int, order: Order, object_id: str, posts: int) -> Iterator[Reached]:
        """Yield the calls about an order, or about another object, that came after a point in the journal."""
        ids = (order.charge, order.permission, order.session, object_id)
        with self.mock.lock:
            entries = [e for e in self.mock.default.journal.entries if e.number > since]
        for entry in entries:
            request, response = entry.exchange.request, entry.exchange.response
            text = f"{request.target} {request.body.decode('utf-8', 'replace')}"
            target = next((name for name in ids if name in text), None)
            if target is not None and entry.operation is not None:
                yield Reached(entry.operation, target, response.status if response else None, posts)

    def _certificate(self, request: Request, _: Mapping[str, str]) -> Response:
        pem = self.publisher.served(request.path)
        headers = Headers.of({"content-type": "application/x-pem-file"})
        return Response(404) if pem is None else Response(200, headers, pem)

    def _bait(self, _: Request, __: Mapping[str, str]) -> Response:
        self.baited += 1
        return Response(200, Headers.of({"content-type": "text/xml"}), b"<ConfirmSubscriptionResponse/>")

    def _call(self, method: str, path: str, body: Mapping[str, Any], simulation: str = "") -> dict[str, Any]:
        fields = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
            "x-amz-pay-host": "localhost",
            "x-amz-pay-region": self.mock.region,
            "x-amz-pay-idempotency-key": uuid.uuid4().hex,
        }
        if simulation:
            fields["x-amz-pay-simulation-code"] = simulation
        raw = json.dumps(body).encode()
        request = Request(method, f"/v2{path}", None, Headers.of(fields), raw)
        signed = sign(request, key=self._key, public_key_id=KIT_KEY_ID, algorithm=ALGORITHM)
        with self.mock.lock:
            response = self.mock.default.service.handle(signed)
        if response.status >= 300:
            raise RuntimeError(f"the mock answered {response.status} to the kit's own {method} {path}")
        answer: dict[str, Any] = response.json()
        return answer


def _session(price: Mapping[str, str]) -> dict[str, Any]:
    return {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": URL, "checkoutResultReturnUrl": URL},
        "storeId": "amzn1.application-oa2-client.0000000000000000000000000000c0de",
        "paymentDetails": {
            "paymentIntent": "Authorize",
            "canHandlePendingAuthorization": True,
            "chargeAmount": price,
        },
    }
