"""The one simulated buyer of every scenario. All of it is made up; `example` domains and 555 numbers only.

Finalize must repeat what Amazon holds (api-facts §2.3), so the plan and the mock must know the same buyer.
Great Britain and Japan among others must not carry stateOrRegion (§5.6), so neither does he.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
