"""What an operation of the API is: how it is called, and what it answers when nothing is wrong.

The operations themselves are tables: `operations` has the four objects', `resources` the lesser ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from amazonpay_conformance.model.machine import Tag

ObjectKind: TypeAlias = Literal["CheckoutSession", "ChargePermission", "Charge", "Refund"]
ResourceKind: TypeAlias = Literal[
    "Buyer",
    "DeliveryTracker",
    "AuthorizationToken",
    "Report",
    "ReportDocument",
    "ReportSchedule",
    "Disbursement",
    "MerchantAccount",
    "Store",
    "Dispute",
    "File",
]
Kind: TypeAlias = ObjectKind | ResourceKind


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    `path` follows `/v2`; `{id}` in it is an object of kind `target`. Where it stands twice, as for a store of
    a merchant account, the id is both, joined by a slash. `success` lists the statuses of a good answer, the
    usual one first. `returns` is the kind of object that a good answer tells of, None where it is not known to
    tell of any. `needs_key`: x-amz-pay-idempotency-key is required. `requirement` is the catalogue's id of "it
    succeeds where nothing forbids it". `answer` names the schema of an answer that is not the object itself: a
    list of them, or the id of a new one.
    """

    id: str
    title: str
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    success: tuple[int, ...]
    target: Kind | None
    returns: Kind | None
    needs_key: bool
    has_body: bool
    requirement: str
    source: str
    tag: Tag
    answer: str | None = None
    has_query: bool = False

    @property
    def request(self) -> str | None:
        """Name of the schema of the request's body, None where there is none."""
        return _request_schema(self.id) if self.has_body else None

    @property
    def query(self) -> str | None:
        """Name of the schema of the request's query, None where none is documented."""
        return f"{_request_schema(self.id)}-query" if self.has_query else None

    @property
    def response(self) -> str | None:
        """Name of the schema of a good answer, None where it has no body or what is in it is not known."""
        if self.answer is not None or self.returns is None:
            return self.answer
        return RESPONSE_SCHEMAS[self.returns]

    def path_for(self, target_id: str | None) -> str:
        """Return the path after `/v2` for an object's id."""
        path = self.path
        for part in (target_id or "").split("/"):
            path = path.replace("{id}", part, 1)
        return path


@cache
def _request_schema(operation: str) -> str:
    return f"requests/{operation.replace('_', '-')}"


RESPONSE_SCHEMAS: Mapping[Kind, str] = {
    "CheckoutSession": "objects/checkout-session",
    "ChargePermission": "objects/charge-permission",
    "Charge": "objects/charge",
    "Refund": "objects/refund",
    "Buyer": "objects/buyer",
    "DeliveryTracker": "objects/delivery-tracker",
    "AuthorizationToken": "objects/authorization-token",
    "Report": "objects/report",
    "ReportDocument": "objects/report-document",
    "ReportSchedule": "objects/report-schedule",
    "MerchantAccount": "objects/merchant-account",
    "Dispute": "objects/dispute",
    "File": "objects/file",
}
