"""What a button's payload asks for, beside what its schema says of it: api-facts §2.3, §5.6."""

from __future__ import annotations

from amazonpay_conformance.model.world import data_of

SHIPPED = "PayAndShip"
"""The product type that the rule names; of PayAndShipMultiAddress nothing is said."""


def places_and_ships(product: str, payload: object) -> bool:
    """Tell whether an additional payment button places an order that is shipped.

    Args:
        product: the button's productType.
        payload: what its payload says, parsed.
    """
    details = data_of(data_of(payload).get("webCheckoutDetails"))
    return product == SHIPPED and details.get("checkoutMode") == "ProcessOrder"


def lacks_destination(product: str, payload: object) -> bool:
    """Tell whether such an order has no address to be shipped to. Source: api-facts §2.3 [S][D]."""
    return places_and_ships(product, payload) and not data_of(payload).get("addressDetails")
