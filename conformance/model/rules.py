"""Every reason for which a call is refused, and what of a permission is left to charge.

A rule says when a call is wrong and how the service may answer then. Rules tagged "?" or "I" are not
asserted: their refusal is permitted beside success, and `default` tells whether our mock refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from amazonpay_conformance.model.actions import Call, Defect
from amazonpay_conformance.model.limits import (
    CEILING,
    MAX_CHARGES,
    MAX_REFUNDS,
    MONTHLY_CAP,
    OVERCHARGE_FACTOR,
    OVERCHARGE_FLOOR,
    REFUND_HEADROOM,
    REFUND_HEADROOM_SHARE,
)
from amazonpay_conformance.model.machine import ASSERTED, Tag
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operations import OPERATIONS, Operation
from amazonpay_conformance.model.simulation import CARDS, SIMULATIONS
from amazonpay_conformance.model.world import (
    LIVE_REFUND_STATES,
    AnyObject,
    Charge,
    ChargePermission,
    CheckoutSession,
    World,
)


@dataclass(frozen=True, slots=True)
class Context:
    """A call with what it is about: the object in its path, and the permission or charge it names."""

    world: World
    call: Call
    operation: Operation
    target: AnyObject | None
    session: CheckoutSession | None
    permission: ChargePermission | None
    charge: Charge | None

    @classmethod
    def of(cls, world: World, call: Call) -> Context:
        """Look up what a call is about."""
        operation = OPERATIONS[call.operation]
        target = world.find(operation.target, call.target) if operation.target else None
        named_permission = world.permissions.get(str(call.body.get("chargePermissionId")))
        named_charge = world.charges.get(str(call.body.get("chargeId")))
        return cls(
            world,
            call,
            operation,
            target,
            target if isinstance(target, CheckoutSession) else None,
            target if isinstance(target, ChargePermission) else named_permission,
            target if isinstance(target, Charge) else named_charge,
        )

    def price(self, field: str) -> Price | None:
        """The price under `field` of the request."""
        return Price.parse(self.call.body.get(field))


Error = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to refuse. `broken` tells whether a call is refused for it; `errors` how, the usual one first."""

    id: str
    operations: tuple[str, ...]
    broken: Callable[[Context], bool]
    errors: tuple[Error, ...]
    statement: str
    source: str
    tag: Tag
    default: bool = True

    @property
    def asserted(self) -> bool:
        """Whether a server that does not refuse is wrong; otherwise both answers are permitted."""
        return self.tag in ASSERTED


def headroom(captured: Price) -> Decimal:
    """Return how much more than was captured may be refunded, in major units. api-facts §6.5 [D].

    For other currencies than those of the table only the share is known.
    """
    share = captured.amount * REFUND_HEADROOM_SHARE
    return min(share, REFUND_HEADROOM.get(captured.currency, share))


def permission_limit(session: CheckoutSession) -> Price | None:
    """Return the limit of the permission that completing `session` creates. api-facts §5.2, §5.3, §6.4.

    None where it is not known: no amount says the currency (a wallet is set up only), or the currency has no
    figure in the tables.
    """
    order = session.total or session.charge_amount
    if order is None:
        return None
    if session.permission_type != "OneTime":
        cap = MONTHLY_CAP[session.permission_type].get(order.currency)
        return order.of(cap) if cap is not None else None
    if not session.payment.get("allowOvercharge"):
        return order
    floor = OVERCHARGE_FLOOR.get(order.currency)
    return order.of(max(order.amount * OVERCHARGE_FACTOR, floor)) if floor is not None else None


def spent_this_month(world: World, permission: ChargePermission) -> Decimal:
    """Return what was charged in the calendar month of `world.now`, in major units. api-facts §5.2 [W]."""
    month = datetime.fromtimestamp(world.now, UTC).strftime("%Y%m")
    return sum(
        (
            (charge.captured or charge.amount).amount
            for charge in world.charges_of(permission.id)
            if charge.state not in ("Canceled", "Declined")
            and datetime.fromtimestamp(charge.created, UTC).strftime("%Y%m") == month
        ),
        Decimal(0),
    )


def balance(world: World, permission: ChargePermission, *, reserved: bool) -> Decimal | None:
    """Return what may still be charged, in major units, or None where the limit is not known.

    `reserved`: take open authorizations off as well. Whether the service does is not known (api-facts §3.2
    [?]), so readers must allow for both.
    """
    if permission.limit is None:
        return None
    if permission.type != "OneTime":
        return permission.limit.amount - spent_this_month(world, permission)
    left = permission.limit.amount - world.captured_of(permission.id)
    return left - world.reserved_of(permission.id) if reserved else left


def may_be_chargeable(world: World, permission: ChargePermission) -> bool:
    """Tell whether the facts leave it open that this permission is Chargeable, whatever the model holds.

    ChargeInProgress is uncertain while an authorization is open (§4.2 [?]); what a simulated decline does to
    the permission is uncertain too (§8.2, effect [?]).
    """
    return (
        permission.state == "Chargeable"
        or not permission.state_shown
        or (permission.state, permission.reason)
        in {("NonChargeable", "ChargeInProgress"), ("NonChargeable", "PaymentMethodInvalid")}
        or (permission.state, permission.reason) == ("Closed", "AmazonCanceled")
    )


def may_be_open(permission: ChargePermission) -> bool:
    """Tell whether the facts leave it open that this permission is not Closed, whatever the model holds.

    What a rejected charge does to its permission is uncertain (§4.2 and §8.2, effect [?]).
    """
    return permission.state != "Closed" or permission.reason == "AmazonCanceled"


def _is_closed(context: Context) -> bool:
    return context.permission is not None and not may_be_open(context.permission)


def _was_rejected(context: Context) -> bool:
    permission = context.permission
    return permission is not None and permission.state == "Closed" and may_be_open(permission)


def _over(context: Context, *, reserved: bool) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type != "OneTime":
        return False
    left = balance(context.world, permission, reserved=reserved)
    return left is not None and price.amount > left


def _over_month(context: Context) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    if permission is None or price is None or permission.type == "OneTime":
        return False
    left = balance(context.world, permission, reserved=False)
    return left is not None and price.amount > left


def _currency_differs(context: Context) -> bool:
    permission, price = context.permission, context.price("chargeAmount")
    currency = permission.currency if permission else None
    return bool(currency and price and price.currency != currency)


def _differs_from_charge(field: str) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        price = context.price(field)
        return bool(context.charge and price and price.currency != context.charge.amount.currency)

    return broken


def _above_ceiling(field: str) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        price = context.price(field)
        return bool(price and price.currency in CEILING and price.amount > CEILING[price.currency])

    return broken


def _not_positive(context: Context) -> bool:
    prices = (context.price(field) for field in ("chargeAmount", "captureAmount", "refundAmount"))
    return any(price is not None and price.amount <= 0 for price in prices)


def _session_amount_differs(context: Context) -> bool:
    session, price = context.session, context.price("chargeAmount")
    expected = session.charge_amount if session else None
    return bool(
        expected and price and (price.amount != expected.amount or price.currency != expected.currency)
    )


def _total_is_wrong(context: Context) -> bool:
    session, given = context.session, context.price("totalOrderAmount")
    return session is not None and session.total is not None and given != session.total


def _total_is_superfluous(context: Context) -> bool:
    session, given = context.session, context.price("totalOrderAmount")
    return session is not None and session.state == "Open" and session.total is None and given is not None


def _over_captured(context: Context) -> bool:
    charge, price = context.charge, context.price("captureAmount")
    return bool(charge and price and price.amount > charge.amount.amount)


def _over_refundable(context: Context, already: Decimal) -> bool:
    charge, price = context.charge, context.price("refundAmount")
    captured = charge.captured if charge else None
    return bool(captured and price and price.amount + already > captured.amount + headroom(captured))


def _over_refundable_in_sum(context: Context) -> bool:
    already = (
        context.world.refunded_of(context.charge.id, LIVE_REFUND_STATES) if context.charge else Decimal(0)
    )
    return _over_refundable(context, already)


def _too_many_charges(context: Context) -> bool:
    permission = context.permission
    if permission is None or permission.type != "OneTime":
        return False
    valid = [c for c in context.world.charges_of(permission.id) if c.state not in ("Canceled", "Declined")]
    return len(valid) >= MAX_CHARGES


def _too_many_refunds(context: Context) -> bool:
    charge = context.charge
    return charge is not None and len(context.world.refunds_of(charge.id)) >= MAX_REFUNDS


def _key_is_reused(context: Context) -> bool:
    known = context.world.remembered.get(context.call.key or "")
    return known is not None and known.status < 400 and known.fingerprint != context.call.fingerprint


def _refused_key_is_reused(context: Context) -> bool:
    known = context.world.remembered.get(context.call.key or "")
    return known is not None and known.status >= 400 and known.fingerprint != context.call.fingerprint


def _simulation_is_unknown(context: Context) -> bool:
    code, operation = context.call.simulation, context.operation
    return bool(code) and operation.id in SIMULATIONS and code not in SIMULATIONS[operation.id]


def _simulation_lacks_prerequisite(context: Context) -> bool:
    call = context.call
    if context.operation.id == "complete_checkout_session" and context.session is not None:
        pending = call.simulation == "AuthorizationInitiated" or _card_pends(context.session)
        session = context.session
        return pending and not (session.intent == "Authorize" and session.may_pend)
    if context.operation.id == "create_charge" and call.simulation == "CaptureInitiated":
        return not call.body.get("captureNow")
    return False


def _card_pends(session: CheckoutSession) -> bool:
    return bool(session.card and CARDS[session.card].pending)


def _defect(defect: Defect) -> Callable[[Context], bool]:
    return lambda context: defect in context.call.defects


def _state(kind: str, *states: str) -> Callable[[Context], bool]:
    def broken(context: Context) -> bool:
        value: AnyObject | None = {
            "session": context.session,
            "permission": context.permission,
            "charge": context.charge,
        }[kind]
        return value is not None and value.state in states

    return broken


def _foreign_target(context: Context) -> bool:
    return context.operation.target is not None and context.target is None


EVERY = tuple(OPERATIONS)
WITH_TARGET = tuple(o.id for o in OPERATIONS.values() if o.target)
WITH_BODY = tuple(o.id for o in OPERATIONS.values() if o.has_body)
KEYED = tuple(o.id for o in OPERATIONS.values() if o.needs_key)
COMPLETING = ("complete_checkout_session", "finalize_checkout_session")
_CANCELED = (
    (422, "CheckoutSessionCanceled"),
    (400, "CheckoutSessionCanceled"),
    (422, "InvalidCheckoutSessionStatus"),
)

# fmt: off
RULES: tuple[Rule, ...] = (
    # --- the request as such: api-facts §7, §9, §10
    Rule("REQ-R01", EVERY, _defect(Defect.SIGNATURE), ((403, "InvalidRequestSignature"),), "A request whose signature does not verify is refused.", "§7", "D2"),
    Rule("REQ-R02", EVERY, _defect(Defect.UNKNOWN_KEY), ((403, "InvalidRequestSignature"), (403, "InvalidAuthentication"), (401, "UnauthorizedAccess"), (400, "InvalidHeaderValue")), "A request signed with a key that is not the merchant's is refused.", "§7", "D2"),
    Rule("REQ-R03", EVERY, _defect(Defect.MISSING_HEADER), ((400, "MissingHeaderValue"), (400, "MissingHeader")), "A request without a required header is refused.", "§7, §13.15", "D"),
    Rule("REQ-R04", EVERY, _defect(Defect.INVALID_HEADER), ((400, "InvalidHeaderValue"),), "A request with an ill-formed header is refused.", "§7", "D"),
    Rule("REQ-R05", WITH_BODY, _defect(Defect.NOT_JSON), ((400, "InvalidRequestFormat"),), "A body that is not JSON is refused.", "§7", "D"),
    Rule("REQ-R06", WITH_BODY, _defect(Defect.MISSING_FIELD), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "A body that lacks a mandatory field is refused.", "§7", "D"),
    Rule("REQ-R07", WITH_BODY, _defect(Defect.UNKNOWN_FIELD), ((400, "UnrecognizedField"), (400, "InvalidParameterValue")), "A body with an unknown field is refused.", "§2.3, §7", "D"),
    Rule("REQ-R08", WITH_BODY, _defect(Defect.INVALID_VALUE), ((400, "InvalidParameterValue"), (400, "InvalidParameterCombination"), (400, "MissingParameterValue")), "A body with a value outside its rule is refused.", "§7", "D"),
    Rule("REQ-R09", KEYED, _key_is_reused, ((400, "DuplicateIdempotencyKey"),), "An idempotency key that was used for a different request is refused.", "§9", "D"),
    Rule("REQ-R10", tuple(SIMULATIONS), _simulation_is_unknown, ((400, "InvalidSandboxSimulationSpecified"),), "An unknown simulation code is refused.", "§7", "D"),
    Rule("REQ-R11", ("complete_checkout_session", "create_charge"), _simulation_lacks_prerequisite, ((400, "InvalidSandboxSimulationSpecified"),), "A simulation whose prerequisite is not met is refused.", "§8 (tag [?] in §7)", "?"),
    Rule("REQ-R12", WITH_TARGET, _foreign_target, ((404, "ResourceNotFound"),), "An id that the merchant does not have is not found.", "§7", "D2"),
    Rule("REQ-R14", KEYED, _refused_key_is_reused, ((400, "DuplicateIdempotencyKey"),), "A key whose first request was refused is spent as well.", "§9 (whether refusals are stored is not said)", "?", default=False),
    Rule("REQ-R13", ("create_charge", "capture_charge", "create_refund"), _not_positive, ((400, "InvalidParameterValue"),), "An amount of zero or less is refused.", "§6.10", "?"),

    Rule("REQ-R15", KEYED, _defect(Defect.INVALID_KEY), ((400, "InvalidHeaderValue"),), "An idempotency key that is ill-formed is refused.", "§9 (how is not said)", "?"),

    # --- Checkout Session: §4.1, §2.3, §6.12
    Rule("SES-R01", ("update_checkout_session",), _state("session", "Completed", "Canceled"), ((422, "InvalidCheckoutSessionStatus"),), "A session that is not Open cannot be updated.", "§4.1, §7", "D"),
    Rule("SES-R02", ("update_checkout_session",), lambda c: c.session is not None and c.session.state == "Open" and c.session.buyer == "approved", ((422, "InvalidCheckoutSessionStatus"),), "A session is not updated after the buyer approved it.", "§2.3 (how it is refused is not said)", "?"),
    Rule("SES-R03", COMPLETING, _state("session", "Completed"), ((422, "InvalidCheckoutSessionStatus"),), "A completed session cannot be completed again.", "§4.1", "D"),
    Rule("SES-R04", COMPLETING, _state("session", "Canceled"), _CANCELED, "A canceled session cannot be completed.", "§4.1, §13.5", "D2"),
    Rule("SES-R05", COMPLETING, lambda c: c.session is not None and c.session.state == "Open" and c.session.buyer != "approved", ((422, "InvalidCheckoutSessionStatus"),), "A session is not completed before the buyer approved it.", "§4.1", "W"),
    Rule("SES-R06", COMPLETING, _session_amount_differs, ((409, "AmountMismatch"), (400, "CurrencyMismatch")), "Complete must repeat the session's chargeAmount exactly.", "§2.3, §6.12", "D"),
    Rule("SES-R07", COMPLETING, lambda c: c.session is not None and c.session.state == "Open" and not c.session.setup_only and c.price("chargeAmount") is None, ((400, "MissingParameterValue"), (409, "AmountMismatch"), (400, "InvalidParameterValue")), "Complete needs a chargeAmount, unless a wallet is only set up.", "§2.3", "D"),
    Rule("SES-R08", COMPLETING, _total_is_wrong, ((409, "AmountMismatch"), (400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "CurrencyMismatch")), "Complete must repeat the session's totalOrderAmount.", "§2.3", "D"),
    Rule("SES-R09", COMPLETING, _total_is_superfluous, ((409, "AmountMismatch"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination"), (400, "UnrecognizedField")), "Complete gives a totalOrderAmount only if the session has one.", "§2.3 (how it is refused is not said)", "?"),
    Rule("SES-R10", ("create_checkout_session", "update_checkout_session"), lambda c: _pends_and_captures(c.call.body.get("paymentDetails"), c.session), ((400, "InvalidParameterCombination"),), "A pending authorization cannot be combined with AuthorizeWithCapture.", "§2.3 (error [?])", "?"),
    Rule("SES-R11", ("finalize_checkout_session",), lambda c: c.session is not None and c.session.intent is not None and c.call.body.get("paymentIntent") not in (None, c.session.intent), ((409, "AmountMismatch"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "Finalize repeats what Amazon holds.", "§5.6 (how it is refused is not said)", "?"),

    Rule("SES-R12", ("finalize_checkout_session",), lambda c: c.session is not None and c.session.product == "PayAndShip" and not c.call.body.get("shippingAddress"), ((400, "MissingParameterValue"), (400, "InvalidParameterValue"), (400, "InvalidParameterCombination")), "Finalize of a shipped order repeats the shipping address.", "§2.3", "D"),

    # --- Charge Permission: §4.2
    Rule("PRM-R01", ("update_charge_permission",), _is_closed, ((422, "ChargePermissionNotModifiable"),), "A closed permission cannot be updated.", "§4.2", "D2"),
    Rule("PRM-R02", ("close_charge_permission",), _is_closed, ((422, "InvalidChargePermissionStatus"),), "A closed permission cannot be closed again.", "§4.2", "D2"),

    Rule("PRM-R03", ("update_charge_permission", "close_charge_permission"), lambda c: c.permission is not None and c.permission.given, ((422, "ChargePermissionNotModifiable"), (422, "InvalidChargePermissionStatus")), "A permission that was given to the kit may already be closed.", "§4.2 (its history is not known)", "?", default=False),
    Rule("PRM-R04", ("update_charge_permission",), _was_rejected, ((422, "ChargePermissionNotModifiable"),), "A permission whose charge Amazon rejected cannot be updated.", "§4.2, §8.2 (effect [?])", "?"),
    Rule("PRM-R05", ("close_charge_permission",), _was_rejected, ((422, "InvalidChargePermissionStatus"),), "A permission whose charge Amazon rejected cannot be closed again.", "§4.2, §8.2 (effect [?])", "?"),

    # --- Charge: §4.2, §4.3, §6
    Rule("CHG-R01", ("create_charge",), lambda c: c.permission is None, ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A charge needs a permission that exists.", "§7", "D2"),
    Rule("CHG-R02", ("create_charge",), lambda c: c.permission is not None and not may_be_chargeable(c.world, c.permission), ((422, "InvalidChargePermissionStatus"),), "A permission that is not Chargeable takes no charge.", "§4.2", "D2"),
    Rule("CHG-R03", ("create_charge",), lambda c: c.permission is not None and c.permission.state != "Chargeable" and may_be_chargeable(c.world, c.permission), ((422, "InvalidChargePermissionStatus"),), "A permission whose charge is in progress, or was declined, takes no charge.", "§4.2, §13 (open)", "?"),
    Rule("CHG-R04", ("create_charge",), lambda c: _over(c, reserved=False), ((400, "TransactionAmountExceeded"),), "A charge must not exceed what is left of the permission's limit.", "§6.2, §7", "D2"),
    Rule("CHG-R05", ("create_charge",), lambda c: _over(c, reserved=True), ((400, "TransactionAmountExceeded"),), "Open authorizations count against the limit.", "§3.2, §13 (open)", "?"),
    Rule("CHG-R06", ("create_charge",), _currency_differs, ((400, "CurrencyMismatch"),), "A charge has its permission's currency.", "§6.7", "D"),
    Rule("CHG-R07", ("create_charge",), _above_ceiling("chargeAmount"), ((400, "TransactionAmountExceeded"), (400, "InvalidParameterValue"), (400, "PeriodicAmountExceeded")), "A single charge has a ceiling.", "§6.1", "D"),
    Rule("CHG-R08", ("create_charge",), _over_month, ((400, "PeriodicAmountExceeded"),), "Recurring charges stay below the monthly cap.", "§5.2", "W"),
    Rule("CHG-R09", ("create_charge",), _too_many_charges, ((422, "TransactionCountExceeded"),), "A one-time permission takes at most 25 charges.", "§6.2", "D"),
    Rule("CHG-R10", ("create_charge",), lambda c: bool(c.call.body.get("captureNow")) and bool(c.call.body.get("canHandlePendingAuthorization")), ((400, "InvalidParameterCombination"),), "captureNow cannot be combined with a pending authorization.", "§2.3 [?]", "?"),
    Rule("CHG-R11", ("create_charge",), lambda c: c.permission is not None and c.permission.state == "Chargeable" and c.permission.type == "OneTime" and c.world.reserved_of(c.permission.id) > 0, ((422, "InvalidChargePermissionStatus"),), "A charge in progress blocks a permission that still has a balance.", "§13 (open; QA-12 shows the contrary with allowOvercharge)", "?", default=False),
    Rule("CHG-R12", ("create_charge",), lambda c: c.permission is not None and c.permission.given, ((422, "InvalidChargePermissionStatus"), (400, "TransactionAmountExceeded"), (400, "PeriodicAmountExceeded"), (400, "CurrencyMismatch"), (422, "TransactionCountExceeded")), "A permission that was given to the kit may already be used up.", "§4.2, §6 (its history is not known)", "?", default=False),
    Rule("CHG-R20", ("capture_charge",), _state("charge", "AuthorizationInitiated", "CaptureInitiated", "Captured", "Canceled", "Declined"), ((422, "InvalidChargeStatus"),), "Only an Authorized charge can be captured.", "§4.3", "D2"),
    Rule("CHG-R21", ("capture_charge",), _over_captured, ((400, "TransactionAmountExceeded"),), "A capture must not exceed the authorized amount.", "§6.3", "D2"),
    Rule("CHG-R22", ("capture_charge",), _differs_from_charge("captureAmount"), ((400, "CurrencyMismatch"),), "A capture has its charge's currency.", "§6.7", "D"),
    Rule("CHG-R23", ("capture_charge",), lambda c: _closed_by_others(c), ((422, "InvalidChargePermissionStatus"), (422, "InvalidChargeStatus")), "A permission that was not closed by the merchant blocks captures.", "§7 (listed for Capture; when is not said)", "?", default=False),
    Rule("CHG-R30", ("cancel_charge",), _state("charge", "CaptureInitiated", "Captured", "Canceled", "Declined"), ((422, "InvalidChargeStatus"),), "Only an authorized or pending charge can be canceled.", "§4.3", "D2"),
    Rule("CHG-R31", ("cancel_charge",), lambda c: _closed_by_others(c), ((422, "InvalidChargePermissionStatus"), (422, "InvalidChargeStatus")), "A permission that was not closed by the merchant blocks cancelling.", "§7 (listed for Cancel; when is not said)", "?", default=False),
    Rule("CHG-R40", ("update_charge",), lambda c: True, ((401, "UnauthorizedAccess"), (403, "InvalidAccountStatus"), (405, "UnsupportedOperation"), (422, "InvalidChargeStatus"), (400, "InvalidParameterValue")), "Update Charge is for payment service providers.", "§2.2 (what others get is not said)", "?"),

    # --- Refund: §4.4, §6.5, §6.6
    Rule("REF-R01", ("create_refund",), lambda c: c.charge is None, ((404, "ResourceNotFound"), (400, "InvalidParameterValue")), "A refund needs a charge that exists.", "§7", "D2"),
    Rule("REF-R02", ("create_refund",), _state("charge", "AuthorizationInitiated", "Authorized", "CaptureInitiated", "Canceled", "Declined"), ((422, "InvalidChargeStatus"),), "Only a Captured charge can be refunded.", "§4.3", "D2"),
    Rule("REF-R03", ("create_refund",), lambda c: _over_refundable(c, Decimal(0)), ((400, "TransactionAmountExceeded"),), "A refund must not exceed the captured amount and its headroom.", "§6.5", "D"),
    Rule("REF-R04", ("create_refund",), _over_refundable_in_sum, ((400, "TransactionAmountExceeded"),), "All refunds of a charge share one headroom.", "§6.5b", "?"),
    Rule("REF-R05", ("create_refund",), _differs_from_charge("refundAmount"), ((400, "CurrencyMismatch"),), "A refund has its charge's currency.", "§6.7", "D"),
    Rule("REF-R06", ("create_refund",), _above_ceiling("refundAmount"), ((400, "TransactionAmountExceeded"), (400, "InvalidParameterValue")), "A single refund has a ceiling.", "§6.1", "D"),
    Rule("REF-R07", ("create_refund",), _too_many_refunds, ((422, "TransactionCountExceeded"),), "A charge takes a limited number of refunds.", "§6.6", "?"),
)
# fmt: on


def _pends_and_captures(details: object, session: CheckoutSession | None) -> bool:
    given = details if isinstance(details, Mapping) else {}
    held = session.payment if session else {}
    intent = given.get("paymentIntent", held.get("paymentIntent"))
    pends = given.get("canHandlePendingAuthorization", held.get("canHandlePendingAuthorization"))
    return intent == "AuthorizeWithCapture" and bool(pends)


def _closed_by_others(context: Context) -> bool:
    charge = context.charge
    permission = context.world.permissions.get(charge.permission) if charge else None
    return permission is not None and permission.state == "Closed" and permission.reason != "MerchantClosed"


RULES_OF: Mapping[str, tuple[Rule, ...]] = {
    operation: tuple(rule for rule in RULES if operation in rule.operations) for operation in OPERATIONS
}
"""The rules that concern an operation, in the order in which our mock looks at them."""

UNCERTAIN: Mapping[str, Rule] = {rule.id: rule for rule in RULES if not rule.asserted}
"""The switches: rules that no source confirms. `default` says whether our mock enforces them."""

DEFAULT_ENFORCED: frozenset[str] = frozenset(rule.id for rule in UNCERTAIN.values() if rule.default)
