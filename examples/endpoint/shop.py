"""A notification endpoint on Python's own HTTP server, verified with a library, as an adapter for the kit.

    make endpoint

It needs `aws-sns-message-validator`, which is not the kit's, and the reference client to ask Amazon Pay with.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from amazonpay_conformance.clients.shop import ShopConfig
from amazonpay_conformance.wire.keys import load_private_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import sign
from sns_message_validator import SNSMessageValidator


class Shop:
    """Orders, and what became of them."""

    def __init__(self, config: ShopConfig) -> None:
        self.config = config
        self.key = load_private_key(config.private_key)
        self.waiting: set[str] = set()
        self.paid: list[str] = []
        self.lock = threading.Lock()
        hosts = re.escape(config.certificate_host)  # at Amazon: sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?
        self.validator = SNSMessageValidator(cert_url_regex=rf"^https://{hosts}/[A-Za-z0-9-]+\.pem$")

    def order(self, order: Mapping[str, str]) -> None:
        """An order waits for its charge."""
        self.waiting.add(order["chargeId"])

    def accepted(self, charge: str) -> int:
        """Say how often an order was taken for paid."""
        return self.paid.count(charge)

    def notified(self, body: bytes) -> int:
        """Take a notification, and return the status to answer with."""
        try:
            envelope = json.loads(body)
            self.validator.validate_message(envelope)
            message = json.loads(envelope["Message"])
        except Exception:  # whatever it is, it is no notification
            return 400
        if message["ObjectType"] == "CHARGE" and message["ObjectId"] in self.waiting:
            return self.look(message["ObjectId"])
        return 200

    def look(self, charge: str) -> int:
        """Read a charge, and do what its state calls for."""
        answer = self.read(f"/v2/charges/{charge}")
        if answer.status_code != 200:
            return 503  # to be notified again
        with self.lock:
            if answer.json()["statusDetails"]["state"] == "Captured" and charge in self.waiting:
                self.waiting.remove(charge)
                self.paid.append(charge)
        return 200

    def read(self, path: str) -> requests.Response:
        """Ask Amazon Pay; a real shop would use an SDK."""
        headers = {
            "accept": "application/json",
            "content-type": "application/json",
            "x-amz-pay-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
            "x-amz-pay-host": "localhost",
            "x-amz-pay-region": self.config.region,
        }
        request = sign(
            Request("GET", path, None, Headers.of(headers)),
            key=self.key,
            public_key_id=self.config.public_key_id,
            algorithm="AMZN-PAY-RSASSA-PSS-V2",
        )
        url = f"{self.config.base_url}{path}"
        return requests.get(url, headers=dict(request.headers), verify=self.config.ca_file, timeout=5)


def connect(config: ShopConfig) -> Mapping[str, Any]:
    """Start the endpoint, and return what the kit may ask."""
    shop = Shop(config)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(shop.notified))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return {
        "endpoint": f"http://localhost:{server.server_port}/notifications",
        "order": shop.order,
        "accepted": shop.accepted,
        "close": server.shutdown,
    }


def _handler(notified: Callable[[bytes], int]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(notified(body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
