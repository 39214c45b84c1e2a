"""A button as a page has it, whoever signed it: api-facts §2.3, §12, §15.1. `signature` judges the rest."""

from __future__ import annotations

import json

from amazonpay_conformance import schemas
from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_page
from amazonpay_conformance.checks.subject import Placed
from amazonpay_conformance.model.regions import names_environment
from amazonpay_conformance.reading.requests import without_nulls
from amazonpay_conformance.wire.messages import JSON


@on_page("BTN-005")
def button_payload_is_valid(placed: Placed) -> Answer:
    body = _parsed(placed.payload)
    if not isinstance(body, dict):
        return Problem("a payload that is a JSON object", "what is none")
    if placed.product == "SignIn":
        named = isinstance(body.get("signInReturnUrl"), str)
        return HELD if named else Problem("signInReturnUrl in the payload of Amazon Sign-in", "no such field")
    found = schemas.violations("requests/button-payload", without_nulls(body))
    return tuple(Problem(f"{v.path or 'the payload'}: {v.rule}", v.message) for v in found)


@on_page("BTN-006")
def button_is_of_the_sandbox(placed: Placed) -> Answer:
    if not placed.public_key_id or names_environment(placed.public_key_id):
        return None
    if placed.sandbox:
        return HELD
    return Problem(
        "sandbox: true, as the key's id does not say which environment it is for",
        "no such option, which means the live environment",
    )


def _parsed(payload: str) -> JSON:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None
