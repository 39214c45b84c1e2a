"""A button that was pressed: what the shop's page hands over, and the session that comes of it.

The payload is what the page holds, byte for byte, for its signature is over that: api-facts §10.4, §15.1.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from amazonpay_conformance import schemas
from amazonpay_conformance.mock.pages.forms import BadForm
from amazonpay_conformance.model.regions import names_environment
from amazonpay_conformance.reading.buttons import lacks_destination
from amazonpay_conformance.wire.buttons import diagnose_button
from amazonpay_conformance.wire.keys import PublicKey
from amazonpay_conformance.wire.signing import ALGORITHMS, verify_button

PRODUCTS: Final = ("PayAndShip", "PayOnly", "PayAndShipMultiAddress", "SignIn")
V2: Final = "AMZN-PAY-RSASSA-PSS-V2"


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed, as checkout.js tells of it. `algorithm` is "" where the page names none."""

    payload: str
    signature: str
    public_key_id: str
    algorithm: str = ""
    product: str = "PayAndShip"
    sandbox: bool = True

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Press:
        """Read the fields that checkout.js sends.

        Raises:
            BadForm: they are not those.
        """
        try:
            payload = base64.b64decode(fields.get("payload", ""), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise BadForm(
                "The payload cannot be read; only checkout.js of this mock sends this form."
            ) from None
        return cls(
            payload,
            fields.get("signature", ""),
            fields.get("publicKeyId", ""),
            fields.get("algorithm", ""),
            fields.get("productType") or "PayAndShip",
            fields.get("sandbox") == "true",
        )

    def signed_as(self, key: PublicKey) -> str:
        """Return the algorithm that the signature is to be judged by.

        What a page that names none means is not said (api-facts §15.1), so it is the one that verifies.
        """
        if self.algorithm in ALGORITHMS:
            return self.algorithm
        fitting = (name for name in ALGORITHMS if verify_button(self.payload, self.signature, key, name))
        return next(fitting, V2)

    def problem(self, key: PublicKey | None) -> str | None:
        """Say why the service would not take it, None where it would."""
        if self.product not in PRODUCTS:
            return f"productType is none of {', '.join(PRODUCTS)}."
        if self.algorithm not in ("", *ALGORITHMS):
            return f"algorithm is none of {', '.join(ALGORITHMS)}."
        if not self.public_key_id:
            return "The button names no publicKeyId."
        if key is None:
            return "The mock knows no key of that publicKeyId."
        if not self.sandbox and not names_environment(self.public_key_id):
            return "The button is for the live environment: this is a sandbox, so set sandbox: true."
        return self._signature_problem(key)

    def _signature_problem(self, key: PublicKey) -> str | None:
        algorithm = self.signed_as(key)
        if verify_button(self.payload, self.signature, key, algorithm):
            return None
        found = diagnose_button(self.payload, self.signature, key, algorithm)
        why = found.sentence if found else "It is not base64."
        return f"The signature does not verify over the payload, as {algorithm}. {why}"

    def body(self) -> dict[str, Any]:
        """Return what the payload says.

        Raises:
            BadForm: it is not a JSON object, or has not the fields that its product needs.
        """
        try:
            said = json.loads(self.payload)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise BadForm("The payload is not a JSON object.")
        schema = "requests/sign-in-payload" if self.product == "SignIn" else "requests/button-payload"
        for violation in schemas.violations(schema, said):
            raise BadForm(f"The payload is refused: {violation.path or 'body'}: {violation.message}")
        if lacks_destination(self.product, said):
            raise BadForm("The payload is refused: ProcessOrder with PayAndShip: expected addressDetails.")
        return said
