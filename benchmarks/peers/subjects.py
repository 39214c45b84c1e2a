"""The twenty servers that all are measured on, each wrong in one way, and the house that one lives in.

The one place here that knows where the kit keeps its faulty servers.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass

from amazonpay_conformance.mock.clock import Clock
from amazonpay_conformance.mock.service import ImpossibleAct, Service
from amazonpay_conformance.mutants import catalogue
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key
from amazonpay_conformance.wire.messages import Headers, Request, Response
from amazonpay_conformance.wire.signing import sign

KEY_ID = "SANDBOX-AEXAMPLE0CONFORMANCE0KEY"
RIGHT = "the right server"


@dataclass(frozen=True)
class Subject:
    """A faulty server: its id in the catalogue, what kind of fault it has, and why it is among the twenty."""

    id: str
    kind: str
    why: str


# fmt: off
TWENTY = (
    Subject("a completed session stays Open", "state", "shows in two calls, once the buyer approved"),
    Subject("a canceled charge stays Authorized", "state", "shows in the answer to one call on a charge"),
    Subject("a permission stays Chargeable when captured in full", "state", "shows on another object"),
    Subject("closing leaves the charges", "state", "a cascade: shows on a third object"),
    Subject("SES-R05 is not enforced", "state", "a guard: completes what nobody approved"),
    Subject("CHG-R20 is not enforced", "state", "a guard: captures what was canceled or captured"),
    Subject("CHG-R21 is not enforced", "money", "needs an amount above the authorized one"),
    Subject("CHG-R04 is not enforced", "money", "needs the sum of charges to pass the limit"),
    Subject("REF-R03 is not enforced", "money", "four calls deep, and needs an amount above a limit"),
    Subject("refundedAmount stays zero", "money", "a refund of a captured charge, then a read of the charge"),
    Subject("the balance stays whole", "money", "arithmetic over two objects"),
    Subject("a charge in cents", "money", "an amount that is not the one that was sent"),
    Subject("a repetition creates a second object", "idempotency", "the key is not looked at"),
    Subject("a repetition shows what is now", "idempotency", "needs a change between the two"),
    Subject("a repetition is refused", "idempotency", "a key is good for one request"),
    Subject("a charge lacks a key", "schema", "any good answer about a charge shows it"),
    Subject("amounts as numbers", "schema", "any answer with an amount shows it"),
    Subject("a state that does not exist", "schema", "an enum"),
    Subject("a refusal without a message", "errors", "any refusal shows it"),
    Subject("REQ-R06 is not enforced", "errors", "a mandatory field left out is accepted"),
)
# fmt: on
"""State 6, money 6, idempotency 3, schema 3, errors 2."""


def service_of(name: str) -> type[Service]:
    """Return the service of a subject."""
    if name == RIGHT:
        return Service
    row = next(row for row in catalogue.tables()["server"] if row.id == name)
    service: type[Service] = row.service  # type: ignore[attr-defined]
    return service


class House:
    """A fresh server with its merchant's key, a clock that is moved by hand, and a buyer who always approves.

    Every peer needs the buyer: without him no session is ever completed. It counts requests.
    """

    def __init__(self, name: str, key: PrivateKey | None = None, *, buyer: bool = True) -> None:
        self.key = key or KEY
        merchant = Merchant({KEY_ID: self.key.public})
        self.service = service_of(name)(merchant, clock=Clock(frozen=True, start=int(time.time())))
        self.requests = 0
        self._buyer = buyer

    def handle(self, request: Request) -> Response:
        """Answer a signed request."""
        self.requests += 1
        response = self.service.handle(request)
        path = request.path.rstrip("/")
        if self._buyer and request.method == "POST" and path.endswith("/checkoutSessions"):
            self._approve(response)
        return response

    def call(self, method: str, path: str, body: object = None, key: str | None = None) -> tuple[int, dict]:
        """Sign and send a request; return the status and what is in the answer."""
        headers = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self.service.clock.now())),
            "x-amz-pay-host": "localhost",
            "x-amz-pay-region": "na",
            **({"x-amz-pay-idempotency-key": key} if key else {}),
        }
        data = json.dumps(body).encode() if body is not None else b""
        request = Request(method, f"/v2{path}", None, Headers.of(headers), data)
        algorithm = "AMZN-PAY-RSASSA-PSS-V2"
        signed = sign(request, key=self.key, public_key_id=KEY_ID, algorithm=algorithm)
        response = self.handle(signed)
        return response.status, json.loads(response.body or b"{}")

    def _approve(self, response: Response) -> None:
        if response.status == 201:
            with contextlib.suppress(ImpossibleAct, KeyError):  # it lacks what an approval takes
                self.service.buyer("approves", json.loads(response.body)["checkoutSessionId"])


KEY = generate_private_key()
