"""The model's state at a point: every object of one merchant, immutable.

The world holds what the merchant was told and what he sent, not how the wire spells it. Ids are opaque
strings: symbolic in a plan, the service's own in a mock or in an oracle that follows a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from amazonpay_conformance.model.copies import replace
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import Kind, ResourceKind
from amazonpay_conformance.model.shared import Shared, with_entry
from amazonpay_conformance.model.switches import DEFAULTS, Settings

PermissionType: TypeAlias = Literal["OneTime", "Recurring", "PaymentMethodOnFile"]
BuyerProgress: TypeAlias = Literal["absent", "signed_in", "approved"]
Data: TypeAlias = Mapping[str, Any]

NOTHING: Data = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settlement:
    """An answer that Amazon gives later: at `at` (epoch seconds) the row with `guard` fires."""

    at: int
    guard: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A checkout session. `data` is what the merchant set, merged over all his requests.

    `product` is the button's productType, not known before the buyer used it (api-facts §3.1 [W]). `address`
    is what he picked of his address book, None where he left it as it was.
    """

    id: str
    state: str
    created: int
    changed: int
    reason: str | None = None
    buyer: BuyerProgress = "absent"
    card: str | None = None
    product: str | None = None
    permission: str | None = None
    charge: str | None = None
    data: Data = field(default_factory=lambda: NOTHING)
    address: str | None = None

    @property
    def payment(self) -> Data:
        """The paymentDetails that were set, {} where none were."""
        return data_of(self.data.get("paymentDetails"))

    @property
    def charge_amount(self) -> Price | None:
        """The amount that Complete must repeat."""
        return Price.parse(self.payment.get("chargeAmount"))

    @property
    def total(self) -> Price | None:
        """The order's total, where it is split over several charges."""
        return Price.parse(self.payment.get("totalOrderAmount"))

    @property
    def intent(self) -> str | None:
        """Confirm, Authorize or AuthorizeWithCapture."""
        return self.payment.get("paymentIntent")

    @property
    def may_pend(self) -> bool:
        """Whether the merchant can handle a pending authorization."""
        return bool(self.payment.get("canHandlePendingAuthorization"))

    @property
    def permission_type(self) -> PermissionType:
        """What kind of permission completing creates; OneTime where not said (api-facts §2.3)."""
        return self.data.get("chargePermissionType") or "OneTime"

    @property
    def setup_only(self) -> bool:
        """Whether a saved wallet is set up without a charge (api-facts §5.3)."""
        return bool(data_of(self.data.get("paymentMethodOnFileMetadata")).get("setupOnly"))


@dataclass(frozen=True, slots=True)
class ChargePermission:
    """A charge permission.

    `given`: the kit was given it, so its history is not known, nor its limit; `state` is a guess until the
    service has shown it, and then so is `state_shown`.
    """

    id: str
    state: str
    created: int
    changed: int
    reason: str | None = None
    type: PermissionType = "OneTime"
    limit: Price | None = None
    currency: str | None = None
    expires: int | None = None
    card: str | None = None
    session: str | None = None
    given: bool = False
    state_shown: bool = True
    data: Data = field(default_factory=lambda: NOTHING)

    @classmethod
    def of_unknown_history(cls, permission_id: str, now: int) -> ChargePermission:
        """Return a permission that the kit was given, taken for Chargeable until it is read."""
        return cls(permission_id, "Chargeable", now, now, given=True, state_shown=False)


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge. `captured` is what was captured; `settles` the decision that is still to come."""

    id: str
    state: str
    created: int
    changed: int
    permission: str
    amount: Price
    reason: str | None = None
    captured: Price | None = None
    settles: Settlement | None = None
    data: Data = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund of a captured charge."""

    id: str
    state: str
    created: int
    changed: int
    charge: str
    amount: Price
    reason: str | None = None
    settles: Settlement | None = None
    data: Data = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Record:
    """An object of one of the lesser resources. `data` is what the merchant set.

    `state` is "" where the kind has none on the wire. `document` is the id that a report's document gets.
    `gone`: it was cancelled or deleted; what a call for it gets then is not said, so it is kept.
    """

    id: str
    kind: ResourceKind
    state: str
    created: int
    changed: int
    reason: str | None = None
    settles: Settlement | None = None
    document: str = ""
    gone: bool = False
    data: Data = field(default_factory=lambda: NOTHING)


AnyObject: TypeAlias = CheckoutSession | ChargePermission | Charge | Refund | Record


@dataclass(frozen=True, slots=True)
class Remembered:
    """The first answer to an idempotency key: to which request, and with what.

    `certain`: the operation heeds the key for sure; whether Complete does is not known.
    """

    fingerprint: str
    status: int
    reason: str | None
    subject: tuple[Kind, str] | None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class World:
    """Every object at a point in time. Never changed, only replaced.

    `now` is in seconds since the epoch. `exact_clock` is False where nobody controls the service's clock, so
    that anything spontaneous may have happened. `settings` say how the open questions are answered.
    """

    now: int
    sessions: Mapping[str, CheckoutSession] = field(default_factory=lambda: MappingProxyType({}))
    permissions: Mapping[str, ChargePermission] = field(default_factory=lambda: MappingProxyType({}))
    charges: Mapping[str, Charge] = field(default_factory=lambda: MappingProxyType({}))
    refunds: Mapping[str, Refund] = field(default_factory=lambda: MappingProxyType({}))
    records: Mapping[Kind, Mapping[str, Record]] = field(default_factory=lambda: MappingProxyType({}))
    remembered: Mapping[str, Remembered] = field(default_factory=lambda: MappingProxyType({}))
    settings: Settings = DEFAULTS
    exact_clock: bool = True

    def objects(self, kind: Kind) -> Mapping[str, AnyObject]:
        """Return every object of a kind by its id."""
        if kind not in COLLECTIONS:
            return self.records.get(kind, {})
        found: Mapping[str, AnyObject] = getattr(self, COLLECTIONS[kind])
        return found

    def find(self, kind: Kind, object_id: str | None) -> AnyObject | None:
        """Return an object, or None where the world has none of that id."""
        return self.objects(kind).get(object_id or "")

    def charges_of(self, permission_id: str) -> tuple[Charge, ...]:
        """Return the charges of a permission, oldest first."""
        if isinstance(self.charges, Shared):
            return self.charges.belonging_to(permission_id)
        return tuple(c for c in self.charges.values() if c.permission == permission_id)

    def refunds_of(self, charge_id: str) -> tuple[Refund, ...]:
        """Return the refunds of a charge, oldest first."""
        if isinstance(self.refunds, Shared):
            return self.refunds.belonging_to(charge_id)
        return tuple(r for r in self.refunds.values() if r.charge == charge_id)

    def captured_of(self, permission_id: str) -> Decimal:
        """Return the sum of what was captured under a permission, in major units."""
        return sum(
            (
                c.captured.amount
                for c in self.charges_of(permission_id)
                if c.state == "Captured" and c.captured
            ),
            Decimal(0),
        )

    def capturing_of(self, permission_id: str) -> Decimal:
        """Return the sum of captures under a permission that are still being processed, in major units."""
        return sum(
            (
                c.captured.amount
                for c in self.charges_of(permission_id)
                if c.state == "CaptureInitiated" and c.captured
            ),
            Decimal(0),
        )

    def authorized_of(self, permission_id: str) -> Decimal:
        """Return what the captured charges under a permission were authorized for, in major units."""
        charges = (c for c in self.charges_of(permission_id) if c.state == "Captured")
        return sum((c.amount.amount for c in charges), Decimal(0))

    def reserved_of(self, permission_id: str) -> Decimal:
        """Return the sum of authorizations still open under a permission, in major units."""
        return sum(
            (c.amount.amount for c in self.charges_of(permission_id) if c.state in OPEN_CHARGE_STATES),
            Decimal(0),
        )

    def refunded_of(self, charge_id: str, states: frozenset[str]) -> Decimal:
        """Return the sum of a charge's refunds that are in one of `states`, in major units."""
        return sum((r.amount.amount for r in self.refunds_of(charge_id) if r.state in states), Decimal(0))

    def with_object(self, kind: Kind, value: AnyObject) -> World:
        """Return a world in which `value` stands under its id."""
        if isinstance(value, Record):
            held = with_entry(self.records.get(kind, {}), value.id, value)
            return replace(self, records={**self.records, kind: held})
        found = with_entry(self.objects(kind), value.id, value, _OWNER.get(kind))
        return replace(self, **{COLLECTIONS[kind]: found})


COLLECTIONS: Mapping[Kind, str] = {
    "CheckoutSession": "sessions",
    "ChargePermission": "permissions",
    "Charge": "charges",
    "Refund": "refunds",
}

_OWNER: Mapping[Kind, str] = {"Charge": "permission", "Refund": "charge"}
"""The field that says whose an object is."""

OPEN_CHARGE_STATES = frozenset({"AuthorizationInitiated", "Authorized", "CaptureInitiated"})
"""States in which a charge holds part of its permission's balance without having captured it."""

LIVE_REFUND_STATES = frozenset({"RefundInitiated", "Refunded"})
"""States in which a refund counts against what may still be refunded."""


def kind_of(value: AnyObject) -> Kind:
    """Return the kind of an object."""
    return value.kind if isinstance(value, Record) else _KIND_OF[type(value)]


_KIND_OF: Mapping[type, Kind] = {
    CheckoutSession: "CheckoutSession",
    ChargePermission: "ChargePermission",
    Charge: "Charge",
    Refund: "Refund",
}


def data_of(value: object) -> Data:
    """Return a nested object, or nothing where the request has something else in its place."""
    return value if type(value) is dict or isinstance(value, Mapping) else NOTHING


def merged(old: Data, new: Data) -> Data:
    """Return `old` with `new` laid over it, nested objects field by field.

    Whether the service merges or replaces nested objects is not known (api-facts §13, open).
    """
    result = dict(old)
    for name, value in new.items():
        held = result.get(name)
        both = isinstance(held, Mapping) and isinstance(value, Mapping)
        result[name] = merged(held or NOTHING, value) if both else value
    return result
