"""A till: what a shop has in its hand, with a watch over it. Shops are plain functions over a till.

The till's client is a right one: it signs, sends to the mock and hands back what came. It can be told to lose
answers, to have a service that is busy, and to change a request before it is signed.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from amazonpay_conformance.checks.subject import Configured, Placed
from amazonpay_conformance.engine.watch import Noticed, Pressed, Watch
from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.actions import Advance, BuyerAct
from amazonpay_conformance.mutants.keys import merchants_key
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.messages import Exchange, Headers, Request, Response
from amazonpay_conformance.wire.signing import sign, sign_button

Body: TypeAlias = dict[str, Any]

KEY_ID: Final = "SANDBOX-TESTONLYTESTONLYTESTONLY"
LIVE_KEY_ID: Final = "LIVE-TESTONLYTESTONLYTESTONLY"
CLASSIC_KEY: Final = "AHEXAMPLECLASSICKEY00000"
V2: Final = "AMZN-PAY-RSASSA-PSS-V2"
PENDING_CARD: Final = "0701"
PENDING_AND_DECLINED_CARD: Final = "4354"
URL: Final = "https://shop.example/return"
HOUR: Final = 3_600


class Lost(Exception):
    """The connection was cut before the answer came."""


def price(amount: str = "100.00", currency: str = "USD") -> Body:
    """A price."""
    return {"amount": amount, "currencyCode": currency}


def order(intent: str = "Authorize", amount: Body | None = None, **details: Any) -> Body:
    """A body of Create Checkout Session from which nothing is missing."""
    return {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": URL, "checkoutResultReturnUrl": URL},
        "storeId": "amzn1.application-oa2-client.0000000000000000000000000000c0de",
        "paymentDetails": {"paymentIntent": intent, "chargeAmount": amount or price(), **details},
    }


@dataclass
class Answer:
    """What the client hands to the shop."""

    status: int
    body: Body

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def state(self) -> str:
        """The state in it."""
        found: str = self.body["statusDetails"]["state"]
        return found


@dataclass
class Till:
    """A merchant's client, the mock that answers it, and the watch that sees both.

    `fate` says of the next answers what becomes of them: "lost" on the way, or "busy", a 503 in their place.
    """

    service: Service
    watch: Watch
    exchanges: list[Exchange] = field(default_factory=list)
    noticed: list[Noticed] = field(default_factory=list)
    acts: list[tuple[int, BuyerAct | Advance | Pressed]] = field(default_factory=list)
    fate: list[str] = field(default_factory=list)
    change: Callable[[Request], Request] = lambda request: request
    key_id: str = KEY_ID

    @classmethod
    def open(cls, region: str = "na", key_id: str = KEY_ID) -> Till:
        """Open a till in a region, with a key."""
        merchant = Merchant({key_id: merchants_key().public})
        configured = Configured(key_id, region, V2, merchants_key().public)
        service = Service(merchant, region=region, clock=Clock(frozen=True))
        return cls(service, Watch(merchant, configured), key_id=key_id)

    def send(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str
    ) -> Answer:
        """Send a request to a path beneath /v2; a POST that creates gets a key, a new one unless it is given.

        Raises:
            Lost: no answer came.
        """
        request = self._request(method, path, body, key, headers)
        signed = sign(self.change(request), key=merchants_key(), public_key_id=self.key_id, algorithm=V2)
        received_at = time.time()
        response: Response | None = self._answered(signed)
        exchange = Exchange(signed, response, received_at)
        self.exchanges.append(exchange)
        self.noticed.append(self.watch.see(exchange))
        if response is None:
            raise Lost
        return Answer(response.status, response.json() if response.body else {})

    def retried(self, method: str, path: str, body: Any = None, **more: str) -> Answer:
        """Send a request, and the same again with the same key where no good answer came."""
        key = more.pop("key", uuid.uuid4().hex)
        for _ in range(4):
            try:
                answer = self.send(method, path, body, key=key, **more)
            except Lost:
                continue
            if answer.status < 500:
                break
        return answer

    def buyer(self, deed: Any, target: str, card: str | None = None, product: Any = None) -> None:
        """Let the buyer act, where the watch sees it."""
        self.service.buyer(deed, target, card, product)
        self._note(BuyerAct(deed, target, card, product))

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.service.advance(seconds)
        self._note(Advance(seconds))

    def press(
        self, payload: Body, key_id: str = KEY_ID, *, sandbox: bool = True, product: str = "PayAndShip"
    ) -> None:
        """Have the buyer press a button of a page, rightly signed, where the watch sees it."""
        text = json.dumps(payload)
        placed = Placed(text, product, sandbox=sandbox, public_key_id=key_id)
        signature = sign_button(text, merchants_key(), V2)
        pressed = self.watch.see_button(
            placed, signature, replace(self.watch.configured, public_key_id=key_id)
        )
        self.acts.append((len(self.exchanges), pressed))

    # --- whole passages

    def opened(self, body: Body | None = None) -> str:
        """Create a session and return its id."""
        found: str = self.send("POST", "/checkoutSessions", body or order())["checkoutSessionId"]
        return found

    def approved(self, body: Body | None = None, card: str | None = None) -> str:
        """Create a session, send the buyer to Amazon and have him back."""
        session = self.opened(body)
        self.buyer("signs_in", session)
        assert self.read_session(session)["webCheckoutDetails"]["amazonPayRedirectUrl"]
        self.buyer("approves", session, card)
        return session

    def read_session(self, session: str) -> Answer:
        """Get Checkout Session."""
        return self.send("GET", f"/checkoutSessions/{session}")

    def complete(self, session: str, amount: Body | None = None) -> Answer:
        """Complete Checkout Session."""
        return self.send("POST", f"/checkoutSessions/{session}/complete", {"chargeAmount": amount or price()})

    def completed(self, body: Body | None = None, card: str | None = None) -> Answer:
        """Have a buyer approve a session, and complete it."""
        body = body or order()
        return self.complete(self.approved(body, card), body["paymentDetails"]["chargeAmount"])

    def charge(self, permission: str, amount: str = "10.00", key: str | None = None, **more: Any) -> Answer:
        """Create Charge."""
        body = {"chargePermissionId": permission, "chargeAmount": price(amount), **more.pop("fields", {})}
        return self.send("POST", "/charges", body, key=key, **more)

    def read_charge(self, charge: str) -> Answer:
        """Get Charge."""
        return self.send("GET", f"/charges/{charge}")

    def capture(self, charge: str, amount: Body | None = None, key: str | None = None) -> Answer:
        """Capture Charge."""
        return self.send("POST", f"/charges/{charge}/capture", {"captureAmount": amount or price()}, key=key)

    def cancel(self, charge: str) -> Answer:
        """Cancel Charge."""
        return self.send("DELETE", f"/charges/{charge}/cancel", {"cancellationReason": "no stock"})

    def close(self, permission: str) -> Answer:
        """Close Charge Permission."""
        return self.send("DELETE", f"/chargePermissions/{permission}/close", {"closureReason": "no stock"})

    def refund(self, charge: str, amount: Body | None = None, key: str | None = None) -> Answer:
        """Create Refund."""
        return self.send("POST", "/refunds", {"chargeId": charge, "refundAmount": amount or price()}, key=key)

    def read_permission(self, permission: str) -> Answer:
        """Get Charge Permission."""
        return self.send("GET", f"/chargePermissions/{permission}")

    def delivered(self, permission: str) -> Answer:
        """Tell the buyer that his goods are on their way."""
        details = [{"trackingNumber": "1Z999AA10123456784", "carrierCode": "UPS"}]
        return self.send(
            "POST", "/deliveryTrackers", {"chargePermissionId": permission, "deliveryDetails": details}
        )

    def _note(self, action: BuyerAct | Advance) -> None:
        self.acts.append((len(self.exchanges), action))
        self.watch.act(action)

    def _answered(self, request: Request) -> Response | None:
        fate = self.fate.pop(0) if self.fate else ""
        if fate == "busy":
            headers = Headers.of({"content-type": "application/json", "x-amz-pay-request-id": "busy"})
            return Response(503, headers, b'{"reasonCode": "ServiceUnavailable", "message": "busy"}')
        response = self.service.handle(request)
        return None if fate == "lost" else response

    def _request(
        self, method: str, path: str, body: Any, key: str | None, headers: dict[str, str]
    ) -> Request:
        fields = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
            "x-amz-pay-host": "localhost",
            "x-amz-pay-region": self.service.region,
        }
        creates = method == "POST" and not path.endswith(("/complete", "/deliveryTrackers"))
        if key is not None or creates:
            fields["x-amz-pay-idempotency-key"] = key or uuid.uuid4().hex
        fields |= {f"x-amz-pay-{name.replace('_', '-')}": value for name, value in headers.items()}
        raw = b"" if body is None else json.dumps(body).encode()
        path, _, query = f"/v2{path}".partition("?")
        return Request(method, path, query or None, Headers.of(fields), raw)


Shop: TypeAlias = Callable[[Till], None]


@dataclass(frozen=True)
class Fault:
    """A shop with one fault.

    `breaks` are the requirements that it breaks, no more and no fewer; `why` says why they are more than one.
    `costs` tells what a merchant would lose; `says` is in what a finding shows; `ticket` where it was seen.
    """

    id: str
    breaks: tuple[str, ...]
    costs: str
    shop: Shop
    says: str
    ticket: str = ""
    why: str = ""
    region: str = "na"
    key_id: str = KEY_ID


@dataclass(frozen=True)
class Variation:
    """A shop that is right. `shows` are the recommendations that it departs from."""

    id: str
    shop: Shop
    shows: tuple[str, ...] = ()
    region: str = "na"
    key_id: str = KEY_ID
