"""Scenarios that ask a server for what it must refuse: requests that are spoilt on purpose, each in one way.

Each has one spoilt request, and reads what it was about before and after: whoever refuses changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from amazonpay_conformance.model.buyer import ADDRESS
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.scenario import CallStep, Scenario, Step
from amazonpay_conformance.model.tampers import TAMPERS, Spoils
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import price, ref
from amazonpay_conformance.strategies.possibility import is_possible as can_take
from amazonpay_conformance.strategies.steps import (
    CHARGE,
    PERMISSION,
    READ_CHARGE,
    READ_PERMISSION,
    READ_SESSION,
    SESSION,
    completed,
    created,
    paid,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A call that would succeed, what comes before it, and what is read before and after.

    `within` is the part of its body to be broken, as a JSON pointer, where not all of it is.
    """

    before: tuple[Step, ...]
    call: CallStep
    reads: tuple[CallStep, ...] = ()
    within: str = ""

    @property
    def spoils(self) -> frozenset[Spoils]:
        """The kinds of tampers that the call can be spoilt with."""
        if self.call.simulation is not None:
            return frozenset({"simulation"})
        operation = OPERATIONS[self.call.operation]
        kinds: dict[Spoils, bool] = {
            "any": True,
            "body": self.call.body is not None,
            "key": operation.needs_key,
        }
        return frozenset(kind for kind, able in kinds.items() if able)

    def scenario(self, tamper: str) -> Scenario:
        """Return the scenario in which the call is spoilt."""
        spoilt = replace(self.call, tamper=tamper)
        if tamper != "replayed":
            return Scenario((*self.before, *self.reads, spoilt, *self.reads))
        return Scenario((*self.before, self.call, replace(spoilt, makes={}), *self.reads))


_CHARGED = {"chargePermissionId": ref(PERMISSION), "chargeAmount": price("small"), "captureNow": True}
_REFUNDED = {"chargeId": ref(CHARGE), "refundAmount": price("small")}
_NOTE = {"supplementaryData": "forged", "merchantMetadata": {"noteToBuyer": "forged"}}
_FINALIZED = {
    "chargeAmount": price("same"),
    "paymentIntent": "Authorize",
    "shippingAddress": {name: value for name, value in ADDRESS.items() if value is not None},
}
_REASON = {"cancellationReason": "forged"}

# fmt: off
PLACES: Final[tuple[Place, ...]] = (
    Place((created(),), CallStep("update_checkout_session", SESSION, _NOTE), (READ_SESSION,)),
    Place((created(),), READ_SESSION),
    Place((), created()),
    Place(paid("Authorize"), CallStep("capture_charge", CHARGE, {"captureAmount": price("all")}, key="key#2"), (READ_CHARGE, READ_PERMISSION)),
    Place(paid("Authorize"), CallStep("capture_charge", CHARGE, {"captureAmount": price("all")}, "CaptureInitiated", key="key#2"), (READ_CHARGE,)),
    Place(paid("Authorize"), CallStep("cancel_charge", CHARGE, _REASON), (READ_CHARGE,)),
    Place(paid("AuthorizeWithCapture"), CallStep("create_refund", None, _REFUNDED, key="key#2", makes={"refund": "refund#1"}), (READ_CHARGE,)),
    Place(paid("Confirm"), CallStep("create_charge", None, _CHARGED, key="key#2", makes={"charge": CHARGE}), (READ_PERMISSION,)),
    Place(paid("Confirm"), CallStep("close_charge_permission", PERMISSION, {"closureReason": "forged"}), (READ_PERMISSION,)),
    Place(paid("Confirm"), CallStep("update_charge_permission", PERMISSION, {"merchantMetadata": {"noteToBuyer": "forged"}}), (READ_PERMISSION,)),
    Place(paid("Authorize")[:-1], completed(), (READ_SESSION,)),
    Place(paid("Authorize")[:-1], replace(completed("finalize_checkout_session"), body=_FINALIZED), (READ_SESSION,)),
)
# fmt: on
"""Where requests are spoilt."""


SHOWN: Final[Mapping[str, str]] = {
    "missing-header-code": "no-date",
    "ill-formed-key": "idempotency-key-long",
    "date-skew": "date-of-yesterday",
    "extended-date": "date-extended",
    "region-spelling": "region-in-capitals",
    "signed-headers-case": "signed-headers-in-capitals",
    "unsigned-simulation": "simulation-not-signed",
    "environment-path": "environment-in-path",
    "other-environment": "other-environment",
    "repeated-headers": "date-twice",
}
"""Switches, each with a tamper whose answer tells the service's choice."""


def spoilings(abilities: Abilities, *, thorough: bool) -> Iterator[Scenario]:
    """Yield the scenarios that client and target together can play.

    Args:
        abilities: what they can do.
        thorough: each tamper in every place that it fits, not in one of them in turn.
    """
    turn = 0
    for tamper in TAMPERS.values():
        if tamper.id not in abilities.tampers or tamper.signer:
            continue
        fitting = [p for p in PLACES if tamper.spoils in p.spoils and is_possible(p, abilities)]
        if not thorough and fitting:
            fitting = [fitting[turn % len(fitting)]]
            turn += 1
        yield from (place.scenario(tamper.id) for place in fitting)


def is_possible(place: Place, abilities: Abilities) -> bool:
    """Tell whether client and target can get there."""
    return all(can_take(step, abilities) for step in (*place.before, place.call, *place.reads))
