"""A small shop that is right about notifications; each method is a seam where a faulty one is wrong.

It verifies signatures itself, signs its calls, and sends both to a stage in this process: no socket is opened.
"""

from __future__ import annotations

import base64
import functools
import json
import re
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from amazonpay_conformance.clients.shop import Shop, ShopConfig, connect
from amazonpay_conformance.engine.endpoint_trials import Attempt, Endpoint, poster_in_process
from amazonpay_conformance.engine.stage import Stage
from amazonpay_conformance.mock.notifications import MERCHANT_ID, Places
from amazonpay_conformance.mutants.keys import merchants_key
from amazonpay_conformance.wire.keys import PrivateKey, generate_private_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import sign
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

KEY_ID: Final = "SANDBOX-TESTONLYTESTONLYTESTONLY"
PLACES: Final = Places("localhost:8443", "127.0.0.1:8443", "localhost:8080")

PARTS: Final = ("endpoint", "order", "accepted")
"""What a shop's adapter has."""

SIGNED: Final = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
HASHES: Final = {"1": hashes.SHA1, "2": hashes.SHA256}

Body = dict[str, Any]


class Refused(Exception):
    """An envelope that is not believed."""


class Network:
    """The way from the shop to the mock, and to whatever a URL leads to."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def send(self, request: Request) -> tuple[int, Body]:
        """Send a signed request to the mock."""
        response = self._stage.handle(request)
        return response.status, response.json() if response.body else {}

    def fetch(self, url: str) -> bytes:
        """Get what is at a URL, as an HTTP library would: the host is behind the last @."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        hosts = (PLACES.clear,) if parts.scheme == "http" else (PLACES.trusted, PLACES.foreign)
        assert host in hosts, f"{url} leads nowhere"
        response = self._stage.handle(Request("GET", parts.path, None, Headers.of({"host": host})))
        assert response.status == 200, url
        return response.body


class RightShop:
    """Takes an order for paid once its charge is captured; what is authorized it captures."""

    def __init__(self, config: ShopConfig, network: Network) -> None:
        self.config = config
        self.network = network
        self.orders: dict[str, Body] = {}
        self.paid: Counter[str] = Counter()
        self.seen: set[str] = set()
        self._key = merchants_key()

    # --- what the kit may ask

    def order(self, order: Mapping[str, str]) -> None:
        self.orders[order["chargeId"]] = dict(order)

    def accepted(self, charge: str) -> int:
        return self.paid[charge]

    # --- the endpoint

    def endpoint(self, headers: Mapping[str, str], body: bytes) -> int:
        try:
            envelope = self.parsed(body)
            self.verify(envelope)
        except Refused:
            return 400
        if envelope["MessageId"] in self.seen:
            return 200
        status = self.told(envelope)
        if status < 300:
            self.seen.add(envelope["MessageId"])
        return status

    def parsed(self, body: bytes) -> Body:
        try:
            envelope = json.loads(body)
        except ValueError:
            raise Refused from None
        if not isinstance(envelope, dict):
            raise Refused
        return envelope

    def verify(self, envelope: Body) -> None:
        if not {"Signature", "SigningCertURL", "SignatureVersion", "MessageId", "Type"} <= envelope.keys():
            raise Refused
        if not self.trusts(envelope["SigningCertURL"]):
            raise Refused
        self.verify_signature(envelope)

    def trusts(self, url: str) -> bool:
        parts = urlsplit(url)
        right = parts.netloc == self.config.certificate_host
        return parts.scheme == "https" and right and parts.path.endswith(".pem")

    def verify_signature(self, envelope: Body) -> None:
        version = HASHES.get(envelope["SignatureVersion"])
        if version is None:
            raise Refused
        certificate = x509.load_pem_x509_certificate(self.network.fetch(envelope["SigningCertURL"]))
        key: Any = certificate.public_key()
        text = "".join(f"{name}\n{envelope[name]}\n" for name in self.signed_keys(envelope))
        try:
            signature = base64.b64decode(envelope["Signature"])
            key.verify(signature, text.encode(), padding.PKCS1v15(), version())
        except (InvalidSignature, ValueError):
            raise Refused from None

    def signed_keys(self, envelope: Body) -> list[str]:
        return [key for key in SIGNED if key in envelope]

    # --- what it makes of a notification

    def told(self, envelope: Body) -> int:
        message = json.loads(envelope["Message"])
        if message["ObjectType"] == "CHARGEBACK":
            return self.charged_back(message)
        if message["ObjectType"] != "CHARGE":
            return 200
        return self.charge_changed(message["ObjectId"])

    def charged_back(self, message: Body) -> int:
        status, _ = self.ask("GET", f"/disputes/{message['ObjectId']}")
        return 200 if status in (200, 404) else 503

    def charge_changed(self, charge: str) -> int:
        if charge not in self.orders:
            return 200
        status, body = self.ask("GET", f"/charges/{charge}")
        if status != 200:
            return 503
        self.look(charge, body["statusDetails"]["state"])
        return 200

    def look(self, charge: str, state: str) -> None:
        if state == "Authorized":
            state = self.capture(charge)
        if state == "Captured":
            self.accept(charge)

    def capture(self, charge: str) -> str:
        order = self.orders[charge]
        price = {"amount": order["amount"], "currencyCode": order["currencyCode"]}
        status, body = self.ask("POST", f"/charges/{charge}/capture", {"captureAmount": price})
        return str(body["statusDetails"]["state"]) if status == 200 else ""

    def accept(self, charge: str) -> None:
        if not self.paid[charge]:
            self.deliver(charge)

    def deliver(self, charge: str) -> None:
        self.paid[charge] += 1

    def ask(self, method: str, path: str, body: Body | None = None) -> tuple[int, Body]:
        fields = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
            "x-amz-pay-host": "localhost",
            "x-amz-pay-region": self.config.region,
            "x-amz-pay-idempotency-key": uuid.uuid4().hex,
        }
        raw = json.dumps(body).encode() if body is not None else b""
        request = Request(method, f"/v2{path}", None, Headers.of(fields), raw)
        signed = sign(request, key=self._key, public_key_id=KEY_ID, algorithm="AMZN-PAY-RSASSA-PSS-V2")
        return self.network.send(signed)


@dataclass(frozen=True)
class Fault:
    """An endpoint with one fault.

    `breaks` are the requirements that it breaks, no more and no fewer; `why` says why they are more than one.
    `costs` tells what a merchant would lose; `says` is in what a finding shows; `ticket` where it was seen.
    """

    id: str
    breaks: tuple[str, ...]
    costs: str
    shop: type[RightShop]
    says: str
    ticket: str = ""
    why: str = ""


@dataclass(frozen=True)
class Variation:
    """An endpoint that is right. `shows` are the recommendations that it departs from."""

    id: str
    shop: type[RightShop]
    shows: tuple[str, ...] = ()
    parts: tuple[str, ...] = PARTS


@functools.cache
def kit_key() -> PrivateKey:
    """Make the kit's key, once."""
    return generate_private_key()


@functools.cache
def stage() -> Stage:
    """Set one stage up for all shops: they have orders of their own."""
    made = Stage(KEY_ID, merchants_key().public, kit_key())
    made.publish_at(PLACES)
    return made


def attempt(kind: type[RightShop], parts: tuple[str, ...] = PARTS) -> Attempt:
    """Make ready to try a shop's endpoint, in this process."""

    class Adapter:
        @staticmethod
        def connect(config: ShopConfig) -> Mapping[str, Any]:
            shop = kind(config, Network(stage()))
            return {name: getattr(shop, name) for name in parts}

    config = ShopConfig("https://localhost:8443", None, "na", KEY_ID, "", MERCHANT_ID, PLACES.trusted)
    shop: Shop = connect(Adapter, config)
    return Attempt(stage(), shop, poster_in_process(shop), wait=0, deadline=0.5)


def tried(kind: type[RightShop], parts: tuple[str, ...] = PARTS) -> Endpoint:
    """Try a shop's endpoint, in this process."""
    return attempt(kind, parts).run()


def anywhere(pattern: str, url: str) -> bool:
    """Tell whether a pattern is found somewhere in a URL."""
    return re.search(pattern, url) is not None
