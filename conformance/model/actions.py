"""What can happen to a world: a call of the API, a buyer's act, the passing of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, TypeAlias


class Defect(Enum):
    """What wire and schemas found wrong, or unusual, with a request before its meaning was looked at."""

    SIGNATURE = "signature"
    UNKNOWN_KEY = "unknown key"
    MISSING_HEADER = "missing header"
    INVALID_HEADER = "invalid header"
    INVALID_KEY = "invalid idempotency key"
    NOT_JSON = "not json"
    MISSING_FIELD = "missing field"
    UNKNOWN_FIELD = "unknown field"
    INVALID_VALUE = "invalid value"
    STALE_DATE = "date off by more than five minutes"
    EXTENDED_DATE = "date in extended form"
    REGION_SPELLING = "region in another spelling"
    SIGNED_HEADERS_CASE = "signed headers in another case or order"
    UNSIGNED_SIMULATION = "simulation code not signed"
    ENVIRONMENT_PATH = "environment in the key and in the path"
    OTHER_ENVIRONMENT = "path of an environment that is not the key's"
    REPEATED_HEADER = "header with one value sent twice"
    NUMBER_AMOUNT = "amount as a number"
    MODE_AT_UPDATE = "checkoutMode in an update"
    BUTTON_ADDRESS = "address of a button with a field too many or too few"
    LONG_REASON = "long cancellation reason"


UNUSUAL: frozenset[Defect] = frozenset(
    {
        Defect.STALE_DATE,
        Defect.EXTENDED_DATE,
        Defect.REGION_SPELLING,
        Defect.SIGNED_HEADERS_CASE,
        Defect.UNSIGNED_SIMULATION,
        Defect.ENVIRONMENT_PATH,
        Defect.OTHER_ENVIRONMENT,
        Defect.REPEATED_HEADER,
        Defect.NUMBER_AMOUNT,
        Defect.MODE_AT_UPDATE,
        Defect.BUTTON_ADDRESS,
        Defect.LONG_REASON,
    }
)
"""Defects that a service may well take no offence at: switches decide (`switches`)."""


@dataclass(frozen=True, slots=True)
class NewIds:
    """The ids that objects get if the call creates them: `record` an object of a lesser resource, `document`
    the document of a report.
    """

    session: str = ""
    permission: str = ""
    charge: str = ""
    refund: str = ""
    record: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the API. `body` and `query` are the parsed request; `fingerprint` identifies it for idempotency."""

    operation: str
    target: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    simulation: str | None = None
    key: str | None = None
    fingerprint: str = ""
    defects: frozenset[Defect] = frozenset()
    new: NewIds = field(default_factory=NewIds)
    query: Mapping[str, str] = field(default_factory=dict)


BuyerDeed: TypeAlias = Literal[
    "signs_in",
    "approves",
    "cancels",
    "is_declined",
    "closes_permission",
    "removes_payment_method",
    "fixes_payment_method",
]


Product: TypeAlias = Literal["PayAndShip", "PayOnly", "PayAndShipMultiAddress"]
"""What the button that he used sells. Source: api-facts §3.1 [D][S], §5.5."""


@dataclass(frozen=True, slots=True)
class BuyerAct:
    """Something the buyer does on Amazon's pages, to a session or to a permission.

    `card` is the ending of the simulated card (api-facts §8.1) that he signs in or approves with; `product`
    the button's, where he signs in; PayAndShip where not said (§3.1). `address` is what he picks of his
    address book (`buyer.ADDRESSES`).
    """

    deed: BuyerDeed
    target: str
    card: str | None = None
    product: Product | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """Time passes; every timer that comes due fires, in order."""

    seconds: int


Action: TypeAlias = Call | BuyerAct | Advance
