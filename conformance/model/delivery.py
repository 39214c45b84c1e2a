"""Where a session's order may be delivered. Source: api-facts §5.4 [S][I]."""

from __future__ import annotations

import re
from collections.abc import Mapping

from amazonpay_conformance.model.world import Data, data_of

_PO_BOX = re.compile(r"\bp\.?\s*o\.?\s*box\b|\bpostfach\b|\bbo[iî]te postale\b", re.IGNORECASE)
_PACKSTATION = re.compile(r"\bpackstation\b", re.IGNORECASE)
_SPECIAL: Mapping[str, tuple[re.Pattern[str], str]] = {
    "RestrictPOBoxes": (_PO_BOX, "post office boxes are not delivered to"),
    "RestrictPackstations": (_PACKSTATION, "Packstations are not delivered to"),
}


def not_delivered(specifications: object, address: Data) -> str | None:
    """Say why an order may not go to an address, None where it may.

    Args:
        specifications: the session's deliverySpecifications, None where it has none.
        address: an address as the wire has it.
    """
    said = data_of(specifications)
    lines = " ".join(str(address.get(name) or "") for name in ("addressLine1", "addressLine2"))
    for name in said.get("specialRestrictions") or ():
        pattern, reason = _SPECIAL.get(name, (None, ""))
        if pattern is not None and pattern.search(lines):
            return reason
    rules = data_of(said.get("addressRestrictions"))
    if not rules:
        return None
    matches = _matches(data_of(rules.get("restrictions")), address)
    return None if matches == (rules.get("type") == "Allowed") else "the shop does not deliver there"


def _matches(restrictions: Data, address: Data) -> bool:
    """Whether an address is among the restricted; an empty object is a whole country."""
    country = restrictions.get(str(address.get("countryCode")))
    if not isinstance(country, Mapping):
        return False
    states, codes = country.get("statesOrRegions") or (), country.get("zipCodes") or ()
    if not states and not codes:
        return True
    return address.get("stateOrRegion") in states or address.get("postalCode") in codes
