"""What an integration makes of answers that are not final: pending and declined. api-facts §4.3, §7, §8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from amazonpay_conformance.checks.check import HELD, Answer, Problem, on_end, on_trace
from amazonpay_conformance.checks.order import may_become_allowed
from amazonpay_conformance.checks.past import Move
from amazonpay_conformance.checks.subject import Ended, Watched
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.world import Charge
from amazonpay_conformance.reading.objects import subject_of

PENDING: Final = ("AuthorizationInitiated", "CaptureInitiated")
PAID: Final = ("Authorized", "CaptureInitiated", "Captured")
DECLINES: Final = frozenset({"SoftDeclined", "HardDeclined", "AmazonRejected", "TransactionTimedOut"})
"""Reasons of a declined charge that is refused: api-facts §4.3, §7."""
MOST_DECLINES: Final = 2
"""How often a charge may be tried again that was declined hard, without anything having been looked at."""


@on_trace("INT-001")
def what_pends_is_read_first(watched: Watched) -> Answer:
    move, call = watched.move, watched.last.reading.call
    if move is None or call is None or watched.is_repetition or subject_of(call) is None:
        return None
    charge = watched.told.charges.get(move.subject or "")
    if charge is None or charge.state not in PENDING or move.operation == "get_charge":
        return None
    if move.operation in MACHINES["Charge"].state(charge.state).operations:
        return HELD
    if not may_become_allowed(MACHINES["Charge"], charge.state, move.operation):
        return None  # charge_allows_what_is_called says so
    return Problem(
        "Get Charge first, to see what was decided",
        f"{_title(move)} of {charge.id}, which was {charge.state} in the last answer about it",
    )


@on_end("INT-002")
def what_pends_is_asked_for(ended: Ended) -> Iterator[Problem]:
    for charge in ended.told.charges.values():
        since = ended.past.since(charge.id, lambda move: not move.is_read)
        if charge.state in PENDING and since == () and ended.overdue(ended.past.about(charge.id)[-1].at):
            yield Problem(
                f"Get Charge, once, to see what became of {charge.id}",
                f"it was {charge.state} in the last answer, and nobody asked",
            )


@on_trace("INT-003")
def nothing_is_delivered_that_is_not_paid(watched: Watched) -> Answer:
    """A delivery tracker says that the goods are on their way."""
    move = watched.move
    if move is None or move.operation != "create_delivery_tracker" or move.subject is None:
        return None
    charges = watched.told.charges_of(move.subject)
    if not charges:
        return None
    if any(charge.state in PAID for charge in charges):
        return HELD
    return Problem("a charge that was seen Authorized or Captured, before anything is sent", _states(charges))


@on_trace("INT-004")
def declined_charge_gets_a_new_key(watched: Watched) -> Answer:
    move = watched.move
    if move is None or move.operation != "create_charge":
        return None
    declined = [m for m in watched.past.alike(move) if m.status == 422 and m.reason in DECLINES]
    if not declined:
        return None
    used = [other for other in declined if other.key == move.key]
    if not used or not watched.is_repetition:
        return HELD
    return Problem(
        "a new key for another try: with the old one the decline may only be told again",
        f"the key of exchange {used[-1].number + 1}, which was refused as {used[-1].reason}",
    )


@on_trace("INT-005")
def hard_decline_is_not_tried_again_blindly(watched: Watched) -> Answer:
    move = watched.move
    if move is None or move.operation != "create_charge":
        return None
    moves = watched.past.about(move.subject)
    blind = 0
    for other in moves:
        if other.is_read or other.is_good:
            blind = 0
        elif other.reason == "HardDeclined" or (blind and other.reason == "InvalidChargePermissionStatus"):
            blind += 1
    if not blind:
        return None
    if blind <= MOST_DECLINES:
        return HELD
    return Problem(
        "the permission read, or the buyer asked for another payment method (he is needed now)",
        f"try {blind + 1} to charge {move.subject} after HardDeclined, with nothing looked at in between",
    )


def _states(charges: tuple[Charge, ...]) -> str:
    return "a delivery, and " + ", ".join(f"{charge.id} is {charge.state}" for charge in charges)


def _title(move: Move) -> str:
    return ALL_OPERATIONS[move.operation].title
