"""The one simulated buyer of every scenario. All of it is made up; `example` domains and 555 numbers only.

Finalize must repeat what Amazon holds (api-facts §2.3), so the plan and the mock must know the same buyer.
Great Britain and Japan among others must not carry stateOrRegion (§5.6), so neither does he there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

ADDRESS: Mapping[str, Any] = {
    "name": "Susie Example",
    "addressLine1": "10 Example Street",
    "addressLine2": "Suite 5",
    "addressLine3": None,
    "city": "Exampleton",
    "county": None,
    "district": None,
    "stateOrRegion": None,
    "postalCode": "10001",
    "countryCode": "GB",
    "phoneNumber": "02079460000",
}

BUYER: Mapping[str, Any] = {
    "buyerId": "amzn1.account.AEXAMPLEBUYER0000000000000",
    "name": "Susie Example",
    "email": "susie@example.com",
    "phoneNumber": None,
    "primeMembershipTypes": None,
}

DEFAULT_ADDRESS: Final = "home"

ADDRESSES: Mapping[str, Mapping[str, Any]] = {
    DEFAULT_ADDRESS: ADDRESS,
    "packstation": {
        **ADDRESS,
        "addressLine1": "Packstation 105",
        "addressLine2": None,
        "city": "Musterstadt",
        "postalCode": "01001",
        "countryCode": "DE",
        "phoneNumber": "03055500000",
    },
    "po-box": {
        **ADDRESS,
        "addressLine1": "PO Box 105",
        "addressLine2": None,
        "city": "Exampleville",
        "stateOrRegion": "WA",
        "postalCode": "98105",
        "countryCode": "US",
        "phoneNumber": "2065550100",
    },
}
"""His address book by short names. What a session does not say otherwise goes to the first."""


def address_of(name: str | None) -> dict[str, Any]:
    """Return an address of his book as the wire has it; the usual one where None."""
    return dict(ADDRESSES[name or DEFAULT_ADDRESS])
