"""The sandbox's simulations, a row each: cards that a buyer picks, codes that a merchant sends. api-facts §8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amazonpay_conformance.model.machine import Tag


@dataclass(frozen=True, slots=True)
class Card:
    """A simulated card: what happens when a buyer pays with it.

    `deed` is the buyer's act that choosing it amounts to; `settles` the guard of the transition that follows
    a pending authorization.
    """

    id: str
    ending: str
    deed: str
    pending: bool
    settles: str
    statement: str
    source: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class Simulation:
    """A code in x-amz-pay-simulation-code: with which operation, what it does, what it needs.

    `switch` names the open question that decides what the mock does; "" where there is none.
    """

    id: str
    operation: str
    code: str
    statement: str
    needs: str
    source: str
    tag: Tag
    switch: str = ""


# fmt: off
_CARDS = (
    Card("CRD-1111", "1111", "approves",    False, "",             "The payment succeeds.", "§8.1", "D"),
    Card("CRD-0005", "0005", "approves",    False, "",             "The payment succeeds.", "§8.1", "D"),
    Card("CRD-4444", "4444", "approves",    False, "",             "The payment succeeds.", "§8.1", "D"),
    Card("CRD-9424", "9424", "approves",    False, "",             "The payment succeeds.", "§8.1", "D"),
    Card("CRD-0000", "0000", "approves",    False, "",             "The payment succeeds.", "§8.1", "D"),
    Card("CRD-3064", "3064", "cancels",     False, "",             "The session is Canceled/BuyerCanceled on return.", "§8.1", "D"),
    Card("CRD-3434", "3434", "is_declined", False, "",             "The session is Canceled/Declined on return.", "§8.1", "D"),
    Card("CRD-0701", "0701", "approves",    True,  "",             "The authorization pends, and succeeds after 30 seconds.", "§8.1", "D"),
    Card("CRD-4354", "4354", "approves",    True,  "HardDeclined", "The authorization pends, and is Declined/HardDeclined after 30 seconds.", "§8.1", "D"),
)

PENDS = "paymentIntent Authorize and canHandlePendingAuthorization true"

SIMULATION_ROWS: tuple[Simulation, ...] = (
    Simulation("SIM-01", "complete_checkout_session", "BuyerCanceled",          "The session is Canceled/BuyerCanceled and Complete refused.",  "",    "§8.2", "I", "session-simulations"),
    Simulation("SIM-02", "complete_checkout_session", "AmazonCanceled",         "The session is Canceled/AmazonCanceled and Complete refused.", "",    "§8.2", "I", "session-simulations"),
    Simulation("SIM-03", "complete_checkout_session", "Declined",               "The session is Canceled/Declined and Complete refused.",       "",    "§8.2", "I", "session-simulations"),
    Simulation("SIM-04", "complete_checkout_session", "AuthorizationInitiated", "202, and the charge's authorization pends.",                   PENDS, "§8.2", "I", "session-simulations"),
    Simulation("SIM-05", "create_charge",             "SoftDeclined",           "The charge is refused as SoftDeclined.",                       "",    "§8.2", "I", "charge-simulations"),
    Simulation("SIM-06", "create_charge",             "HardDeclined",           "The charge is refused as HardDeclined.",                       "",    "§8.2", "I", "charge-simulations"),
    Simulation("SIM-07", "create_charge",             "AmazonRejected",         "The charge is refused as AmazonRejected, the permission closed.", "", "§8.2", "I", "charge-simulations"),
    Simulation("SIM-08", "create_charge",             "TransactionTimedOut",    "The charge is refused as TransactionTimedOut.",                "",    "§8.2", "I", "charge-simulations"),
    Simulation("SIM-09", "create_charge",             "CaptureInitiated",       "The charge is CaptureInitiated, later Captured.",              "captureNow true", "§8.2", "I", "charge-simulations"),
    Simulation("SIM-10", "create_charge",             "PendingSoftDeclined",    "The authorization pends, then is declined so; the spelling is a guess.", "canHandlePendingAuthorization true", "§8.2", "?", "pending-simulations"),
    Simulation("SIM-11", "create_charge",             "PendingHardDeclined",    "The authorization pends, then is declined so; the spelling is a guess.", "canHandlePendingAuthorization true", "§8.2", "?", "pending-simulations"),
    Simulation("SIM-12", "create_charge",             "PendingAmazonRejected",  "The authorization pends, then is declined so; the spelling is a guess.", "canHandlePendingAuthorization true", "§8.2", "?", "pending-simulations"),
    Simulation("SIM-13", "create_charge",             "PendingProcessingFailure", "The authorization pends, then is declined so; the spelling is a guess.", "canHandlePendingAuthorization true", "§8.2", "?", "pending-simulations"),
    Simulation("SIM-14", "create_charge",             "PendingTransactionTimedOut", "The authorization pends, then is declined so; the spelling is a guess.", "canHandlePendingAuthorization true", "§8.2", "?", "pending-simulations"),
    Simulation("SIM-15", "capture_charge",            "CaptureInitiated",       "200, the charge is CaptureInitiated, later Captured.",         "",    "§8.2", "S"),
    Simulation("SIM-16", "capture_charge",            "AmazonRejected",         "200, the charge is CaptureInitiated, later Declined/AmazonRejected.", "", "§8.2", "S"),
    Simulation("SIM-17", "create_refund",             "AmazonRejected",         "The refund is RefundInitiated, later Declined/AmazonRejected.", "",   "§8.2", "?", "refund-simulations"),
    Simulation("SIM-18", "create_refund",             "ProcessingFailure",      "The refund is RefundInitiated, later Declined/ProcessingFailure.", "", "§8.2", "?", "refund-simulations"),
    Simulation("SIM-19", "close_charge_permission",   "AmazonClosed",           "The permission is Closed/AmazonClosed.",                       "",    "§8.2", "I", "close-simulation"),
)
# fmt: on

CARDS: Mapping[str, Card] = {card.ending: card for card in _CARDS}
"""The simulated cards by their last four digits."""

DEFAULT_CARD = "1111"

SIMULATIONS: Mapping[str, Mapping[str, Simulation]] = {
    operation: {row.code: row for row in SIMULATION_ROWS if row.operation == operation}
    for operation in dict.fromkeys(row.operation for row in SIMULATION_ROWS)
}
"""The simulation codes: operation → code → row."""
