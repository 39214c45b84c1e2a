"""Scenarios of idempotency: the same request again, at once and much later, and its key for something else.

What a repetition must not do shows in what is read afterwards: the balance, the refunded sum, the state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from amazonpay_conformance.model.scenario import AdvanceStep, CallStep, RepeatStep, Scenario
from amazonpay_conformance.model.timers import DAY
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import price, ref
from amazonpay_conformance.strategies.possibility import is_possible
from amazonpay_conformance.strategies.steps import (
    CHARGE,
    PERMISSION,
    READ_CHARGE,
    READ_PERMISSION,
    READ_SESSION,
    created,
    paid,
)

_AMOUNT = {"chargePermissionId": ref(PERMISSION), "chargeAmount": price("small")}
CHARGED: Final = CallStep("create_charge", None, _AMOUNT, key="key#2", makes={"charge": CHARGE})
CAPTURED: Final = CallStep("capture_charge", CHARGE, {"captureAmount": price("all")}, key="key#3")
CANCELED: Final = CallStep("cancel_charge", CHARGE, {"cancellationReason": "test"})
REFUNDED: Final = CallStep(
    "create_refund",
    None,
    {"chargeId": ref(CHARGE), "refundAmount": price("small")},
    key="key#4",
    makes={"refund": "refund#1"},
)

# fmt: off
REPEATS: Final[tuple[Scenario, ...]] = (
    # the same again: at once, after days, after what it made has changed
    Scenario((created(), RepeatStep("key#1"), AdvanceStep(2 * DAY), RepeatStep("key#1"), READ_SESSION)),
    Scenario((*paid("Confirm"), CHARGED, RepeatStep("key#2"), RepeatStep("key#2"), READ_PERMISSION, CANCELED, RepeatStep("key#2"), READ_CHARGE)),
    Scenario((*paid("Authorize"), CAPTURED, RepeatStep("key#3"), READ_CHARGE, READ_PERMISSION, AdvanceStep(200 * DAY), RepeatStep("key#3"))),
    Scenario((*paid("AuthorizeWithCapture"), REFUNDED, RepeatStep("key#4"), AdvanceStep(DAY), RepeatStep("key#4"), READ_CHARGE)),

    # the key for another body, another object, another operation
    Scenario((*paid("Confirm"), CHARGED, replace(CHARGED, body={**_AMOUNT, "captureNow": True}, makes={}), READ_CHARGE, READ_PERMISSION)),
    Scenario((*paid("Confirm"), CHARGED, replace(CAPTURED, key="key#2"), READ_CHARGE, RepeatStep("key#2"))),
    Scenario((*paid("AuthorizeWithCapture"), replace(REFUNDED, key="key#1", makes={}), READ_CHARGE, replace(created(), key="key#4"))),
    Scenario((*paid("AuthorizeWithCapture"), REFUNDED, AdvanceStep(100 * DAY), replace(created(), key="key#4", makes={}))),
)
# fmt: on
"""What is repeated, and what only has the key of something else."""


def repeats(abilities: Abilities) -> Iterator[Scenario]:
    """Yield the scenarios that client and target together can play."""
    return (
        s for s in REPEATS if all(is_possible(step, abilities) for step in s.steps) and abilities.caller_keys
    )
