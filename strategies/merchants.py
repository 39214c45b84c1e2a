"""Scenarios of several merchants and several keys: what is another's stays closed, whose key it is stays open.

A client takes part in the change of a key in the middle; the other scenarios are for one that can act for
another merchant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from amazonpay_conformance.model.scenario import CallStep, RepeatStep, RotateKeyStep, Scenario
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import price
from amazonpay_conformance.strategies.possibility import is_possible as can_take
from amazonpay_conformance.strategies.resources import (
    DISPUTE,
    DISPUTED,
    MADE_REPORT,
    MADE_SCHEDULE,
    READ_SCHEDULE,
    REPORT,
    called,
)
from amazonpay_conformance.strategies.spoiling import PLACES
from amazonpay_conformance.strategies.steps import (
    CHARGE,
    PERMISSION,
    READ_CHARGE,
    READ_PERMISSION,
    READ_SESSION,
    created,
    paid,
    refunded,
)

CAPTURED: Final = CallStep("capture_charge", CHARGE, {"captureAmount": price("half")}, key="key#5")
NOTED: Final = CallStep(
    "update_checkout_session", "session#1", {"merchantMetadata": {"noteToBuyer": "thank you"}}
)
CLOSED: Final = CallStep("close_charge_permission", PERMISSION, {"closureReason": "test"})

# fmt: off
ROTATIONS: Final[tuple[Scenario, ...]] = (
    Scenario((created(), RotateKeyStep(), READ_SESSION, NOTED, RotateKeyStep(revokes=True), READ_SESSION, RepeatStep("key#1"))),
    Scenario((*paid("Authorize"), RotateKeyStep(revokes=True), READ_CHARGE, CAPTURED, RepeatStep("key#5"), RotateKeyStep(), CLOSED, READ_PERMISSION)),
)
"""The key is changed in the middle: objects and idempotency keys are the merchant's, whichever of his keys signs."""

FORMER: Final[tuple[Scenario, ...]] = (
    Scenario((created(), RotateKeyStep(), replace(READ_SESSION, tamper="former-key"))),
    Scenario((created(), RotateKeyStep(revokes=True), READ_SESSION, replace(NOTED, tamper="former-key"), READ_SESSION)),
)
"""The key until then signs once more: while it is still the merchant's, and when it is no longer."""
# fmt: on

OTHERS: Final[tuple[Scenario, ...]] = (
    *(place.scenario("another-merchant") for place in PLACES if place.before and "any" in place.spoils),
    *(
        Scenario((*way, replace(read, tamper="another-merchant"), read))
        for way, read in (
            (paid("Confirm"), READ_PERMISSION),
            (paid("Authorize"), READ_CHARGE),
            ((*paid("AuthorizeWithCapture"), refunded("small")), CallStep("get_refund", "refund#1")),
            ((MADE_REPORT,), called("get_report", REPORT)),
            ((MADE_SCHEDULE,), READ_SCHEDULE),
            ((*paid("AuthorizeWithCapture"), DISPUTED), called("get_dispute", DISPUTE)),
        )
    ),
    Scenario((created(), replace(created(), tamper="another-merchant", makes={}), READ_SESSION)),
)
"""Another merchant asks for each object, and uses the same idempotency key for the same request."""


def rotations(abilities: Abilities) -> Iterator[Scenario]:
    """Yield the scenarios in which the key is changed, as far as client and target can play them."""
    yield from _possible(ROTATIONS, abilities)


def strangers(abilities: Abilities) -> Iterator[Scenario]:
    """Yield the scenarios in which another key or another merchant's key signs, as far as they can be played."""
    tampers = {"former-key": FORMER, "another-merchant": OTHERS}
    for tamper, scenarios in tampers.items():
        if tamper in abilities.tampers:
            yield from _possible(scenarios, abilities)


def _possible(scenarios: tuple[Scenario, ...], abilities: Abilities) -> Iterator[Scenario]:
    return (s for s in scenarios if all(can_take(step, abilities) for step in s.steps))
