"""Payload strings that a client is asked to sign for a button."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from amazonpay_conformance.strategies.payloads import TEXTS


def _button_payloads() -> Iterator[str]:
    plain = {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": "https://shop.example/review"},
        "storeId": "amzn1.application-oa2-client.0000000000000000000000000000c0de",
    }
    yield json.dumps(plain, separators=(",", ":"))
    for text in TEXTS:
        payload = {**plain, "merchantMetadata": {"noteToBuyer": text}, "deliverySpecifications": {}}
        yield json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    noted = {**plain, "merchantMetadata": {"noteToBuyer": "Gr\u00f6\u00dfe \U0001f6d2 2/3"}}
    yield json.dumps(noted)  # escapes of what is not ASCII, and spaces
    yield json.dumps(noted, ensure_ascii=False, indent=2)
    yield json.dumps(noted, separators=(",", ":")).replace("/", "\\/")  # as PHP writes slashes
    yield json.dumps({**plain, "scopes": [], "deliverySpecifications": {"addressRestrictions": {}}})
    yield f" {json.dumps(plain)}\n"


BUTTON_PAYLOADS: Final = tuple(_button_payloads())
"""Payload strings to sign: slashes, quotes, non-ASCII, an empty object (api-facts §10.4, ecosystem §2.1)."""
