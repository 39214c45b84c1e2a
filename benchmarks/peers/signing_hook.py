"""Signs what Schemathesis sends, with an auth of `requests`, which sees a request when all of it is there.

It runs in Schemathesis's environment, in which the kit is installed for its signing only.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests
import schemathesis
from amazonpay_conformance.wire.keys import load_private_key
from amazonpay_conformance.wire.messages import Headers, Request
from amazonpay_conformance.wire.signing import sign

KEY = load_private_key(Path(os.environ["PEER_KEY"]).read_bytes())
KEY_ID = os.environ["PEER_KEY_ID"]


class Signed(requests.auth.AuthBase):
    """Sets the headers that a signer sets, and the signature over all of them."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        parts = urlsplit(request.url or "")
        request.headers["x-amz-pay-date"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        request.headers["x-amz-pay-host"] = parts.netloc
        request.headers["x-amz-pay-region"] = "na"
        request.headers["content-type"] = "application/json"
        request.headers["accept"] = "application/json"
        body = request.body or b""
        data = body.encode() if isinstance(body, str) else body
        names = [name for name in request.headers if name.lower().startswith("x-amz-pay-")]
        headers = {name: _text(request.headers[name]) for name in (*names, "content-type", "accept")}
        wire = Request(request.method or "", parts.path, parts.query or None, Headers.of(headers), data)
        signed = sign(wire, key=KEY, public_key_id=KEY_ID, algorithm="AMZN-PAY-RSASSA-PSS-V2")
        request.headers["authorization"] = signed.headers.get("authorization") or ""
        return request


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


schemathesis.auth.set_from_requests(Signed())
