"""What is still missing from an open session, as a pure function of its data: api-facts §5.1 [W]."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from amazonpay_conformance.model.machine import Tag
from amazonpay_conformance.model.world import CheckoutSession, data_of


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint: its name and text on the wire, and whether a session lacks what it names."""

    id: str
    name: str
    text: str
    missing: Callable[[CheckoutSession], bool]
    statement: str
    source: str
    tag: Tag


def _lacks_result_url(session: CheckoutSession) -> bool:
    return not data_of(session.data.get("webCheckoutDetails")).get("checkoutResultReturnUrl")


def _lacks_frequency(session: CheckoutSession) -> bool:
    metadata = data_of(session.data.get("recurringMetadata"))
    return session.permission_type == "Recurring" and not metadata.get("frequency")


# fmt: off
_ROWS = (
    # in the order of the wire, which is alphabetical
    Constraint("CON-C01", "BuyerNotAssociated", "There is no buyer associated with the Checkout Session. Return the checkout session id to the Amazon Pay Button to allow buyer to login.", lambda s: s.buyer == "absent", "No buyer has signed in.", "§5.1", "W"),
    Constraint("CON-C02", "ChargeAmountNotSet", "chargeAmount is not set.", lambda s: s.charge_amount is None and not s.setup_only, "paymentDetails.chargeAmount is null, and more than a set-up is asked for.", "§5.1, §5.3", "W"),
    Constraint("CON-C03", "CheckoutResultReturnUrlNotSet", "checkoutResultReturnUrl is not set.", _lacks_result_url, "webCheckoutDetails.checkoutResultReturnUrl is null.", "§5.1", "W"),
    Constraint("CON-C04", "PaymentIntentNotSet", "paymentIntent is not set.", lambda s: s.intent is None, "paymentDetails.paymentIntent is null.", "§5.1", "W"),
    Constraint("CON-C05", "RecurringFrequencyNotSet", "recurringMetadata.frequency is not set.", _lacks_frequency, "A Recurring session has no recurringMetadata.frequency.", "§5.1", "I"),
)
# fmt: on

CONSTRAINTS: Mapping[str, Constraint] = {row.name: row for row in _ROWS}
"""The constraints by their name on the wire."""


def constraints(session: CheckoutSession) -> tuple[str, ...]:
    """Return the names of what is still missing from an open session, in the order of the wire."""
    return tuple(name for name, row in CONSTRAINTS.items() if row.missing(session))
