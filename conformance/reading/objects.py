"""What an answer's body says of an object, in the words of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amazonpay_conformance.model.observable import StateReason
from amazonpay_conformance.model.operation import Kind


def state_of(kind: Kind, body: Mapping[str, Any]) -> StateReason | None:
    """Return the state and reason code that a body shows, None where it shows none.

    A report has its state in a field of its own (api-facts §12). A charge permission lists
    `reasons` where the others have one `reasonCode` (api-facts §3.2 [W]).
    """
    if kind == "Report":
        status = body.get("processingStatus")
        return (status, None) if isinstance(status, str) else None
    details = body.get("statusDetails")
    if not isinstance(details, Mapping) or not isinstance(details.get("state"), str):
        return None
    if kind != "ChargePermission":
        return details["state"], details.get("reasonCode")
    reasons = details.get("reasons") or [{}]
    first = reasons[0] if isinstance(reasons, list) and isinstance(reasons[0], Mapping) else {}
    return details["state"], first.get("reasonCode")
