"""All that the shop says to Amazon Pay, by `amazonpayclient`.

The client makes a new idempotency key for every POST, so nothing is ever sent twice blindly: after a lost
answer the object is read first, and what has happened already is not asked for again.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import requests
from AmazonPay import Client

from .catalogue import CURRENCY
from .settings import Settings

Body = dict[str, Any]


class Refused(Exception):
    """Amazon Pay said no; `reason` is its reasonCode."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


class Unreachable(Exception):
    """There was no answer, so nobody knows whether it happened."""


class Amazon:
    """The shop's side of the API."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._client = Client(
            settings.public_key_id, str(settings.private_key), settings.region, settings.sandbox
        )
        if settings.endpoint:
            self._client.endpoint = settings.endpoint

    # --- the button

    def button(self, review_url: str, cancel_url: str) -> Body:
        """What the page hands to `amazon.Pay.renderButton`: the payload is a string, signed as it stands."""
        payload = json.dumps(
            {
                "webCheckoutDetails": {
                    "checkoutReviewReturnUrl": review_url,
                    "checkoutCancelUrl": cancel_url,
                },
                "storeId": self.settings.store_id,
                "scopes": ["name", "email", "shippingAddress"],
                "deliverySpecifications": {
                    "specialRestrictions": ["RestrictPOBoxes"],
                    "addressRestrictions": {
                        "type": "Allowed",
                        "restrictions": {"US": {}, "GB": {}, "DE": {}},
                    },
                },
            }
        )
        return {
            "merchantId": self.settings.merchant_id,
            "publicKeyId": self.settings.public_key_id,
            "ledgerCurrency": CURRENCY,
            "checkoutLanguage": "en_US",
            "productType": "PayAndShip",
            "placement": "Cart",
            "buttonColor": "Gold",
            "sandbox": self.settings.sandbox,
            "createCheckoutSessionConfig": {
                "payloadJSON": payload,
                "signature": self._client.generate_button_signature(payload),
                "algorithm": "AMZN-PAY-RSASSA-PSS",
            },
        }

    # --- checkout

    def session(self, session_id: str) -> Body:
        return self._answer(self._client.get_checkout_session, session_id)

    def set_payment(self, session_id: str, total: Decimal, order: str, result_url: str) -> Body:
        """Tell what is to be paid; the answer says where the buyer goes to pay it."""
        body = {
            "webCheckoutDetails": {"checkoutResultReturnUrl": result_url},
            "paymentDetails": {
                "paymentIntent": "Authorize",
                "canHandlePendingAuthorization": True,
                "chargeAmount": price(total),
            },
            "merchantMetadata": {
                "merchantReferenceId": order,
                "merchantStoreName": "Leaf & Kettle",
                "noteToBuyer": "Thank you for your order",
            },
        }
        return self._answer(self._client.update_checkout_session, session_id, body)

    def complete(self, session_id: str, total: Decimal) -> Body:
        """Complete a checkout once: where the answer was lost, the session says whether it happened."""
        try:
            return self._answer(
                self._client.complete_checkout_session, session_id, {"chargeAmount": price(total)}
            )
        except Unreachable:
            session = self.session(session_id)
            if session["statusDetails"]["state"] != "Completed":
                raise
            return session

    # --- afterwards

    def charge(self, charge_id: str) -> Body:
        return self._answer(self._client.get_charge, charge_id)

    def refund(self, refund_id: str) -> Body:
        return self._answer(self._client.get_refund, refund_id)

    def capture(self, charge_id: str, amount: Decimal) -> Body:
        """Take what was authorised, if it is not taken yet."""
        charge = self.charge(charge_id)
        if charge["statusDetails"]["state"] != "Authorized":
            return charge
        return self._answer(self._client.capture_charge, charge_id, {"captureAmount": price(amount)})

    def give_back(self, charge_id: str, amount: Decimal) -> Body:
        return self._answer(
            self._client.create_refund, {"chargeId": charge_id, "refundAmount": price(amount)}
        )

    def _answer(self, call: Any, *arguments: Any) -> Body:
        try:
            response = call(*arguments)
        except requests.RequestException as problem:
            raise Unreachable(str(problem)) from problem
        if response.status_code >= 500 or response.status_code == 429:
            raise Unreachable(f"status {response.status_code}")
        body: Body = response.json()
        if response.status_code >= 400:
            raise Refused(response.status_code, body.get("reasonCode", ""))
        return body


def price(amount: Decimal) -> Body:
    return {"amount": f"{amount:.2f}", "currencyCode": CURRENCY}
