"""A button as a page has it, whoever signed it: api-facts §2.3, §12, §15.1. `signature` judges the rest."""

from __future__ import annotations

import json

from amazonpay_conformance import schemas
from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_page
from amazonpay_conformance.checks.subject import Placed
from amazonpay_conformance.model.regions import names_environment
from amazonpay_conformance.reading.buttons import lacks_destination, places_and_ships
from amazonpay_conformance.reading.requests import without_nulls
from amazonpay_conformance.wire.messages import JSON


@on_page("BTN-005")
def button_payload_is_valid(placed: Placed) -> Answer:
    body = _parsed(placed.payload)
    if not isinstance(body, dict):
        return Problem("a payload that is a JSON object", "what is none")
    schema = "requests/sign-in-payload" if placed.product == "SignIn" else "requests/button-payload"
    found = schemas.violations(schema, without_nulls(body))
    return tuple(Problem(f"{v.path or 'the payload'}: {v.rule}", v.message) for v in found) or HELD


@on_page("BTN-007")
def button_that_ships_says_where_to(placed: Placed) -> Answer:
    if not places_and_ships(placed.product, _parsed(placed.payload)):
        return None
    if lacks_destination(placed.product, _parsed(placed.payload)):
        return Problem("addressDetails, as the order is placed on one page and shipped", "no such field")
    return HELD


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
