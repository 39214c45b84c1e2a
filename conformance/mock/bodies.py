"""Objects of the world as the service writes them: every key present, null where nothing is set (§3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from amazonpay_conformance.model.balances import balance
from amazonpay_conformance.model.buyer import BUYER, address_of
from amazonpay_conformance.model.constraints import CONSTRAINTS, constraints
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import (
    LIVE_REFUND_STATES,
    Charge,
    ChargePermission,
    CheckoutSession,
    Data,
    Refund,
    World,
)

Body: TypeAlias = dict[str, Any]

PAYMENT_DETAILS = (
    "paymentIntent",
    "canHandlePendingAuthorization",
    "chargeAmount",
    "totalOrderAmount",
    "softDescriptor",
    "presentmentCurrency",
    "allowOvercharge",
    "extendExpiration",
)
MERCHANT_METADATA = ("merchantReferenceId", "merchantStoreName", "noteToBuyer", "customInformation")
GONE_WHEN_COMPLETED = (
    "webCheckoutDetails",
    "productType",
    "paymentDetails",
    "chargePermissionType",
    "recurringMetadata",
    "merchantMetadata",
    "supplementaryData",
    "buyer",
    "billingAddress",
    "paymentPreferences",
    "shippingAddress",
    "shippingAddressList",
    "multiAddressesCheckoutMetadata",
    "platformId",
)
"""Null in the body of a completed session. Source: api-facts §3.1 [W]."""


def render(world: World, kind: Kind, object_id: str, *, host: str) -> Body:
    """Return the body of an object.

    Args:
        world: the world to read it from.
        kind: the kind of object.
        object_id: its id.
        host: host and port of this service, for the address of the buyer's page; with http:// before it
            where it speaks in clear.

    Returns:
        The JSON object, keys in the order of the wire.

    Raises:
        LookupError: it is none of the four objects.
    """
    value = world.objects(kind)[object_id]
    if isinstance(value, CheckoutSession):
        return _session(world, value, host)
    if isinstance(value, ChargePermission):
        return _permission(world, value)
    if isinstance(value, Charge):
        return _charge(world, value)
    if isinstance(value, Refund):
        return _refund(value)
    raise LookupError(f"{kind}: record_bodies writes the lesser resources")


def address_at(host: str) -> str:
    """Return the address of a service from its host: https, unless the host says otherwise."""
    return host if "://" in host else f"https://{host}"


@lru_cache(maxsize=1024)
def timestamp(seconds: int | None) -> str | None:
    """Write a time as the wire does: YYYYMMDDTHHMMSSZ; None stays None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def _session(world: World, session: CheckoutSession, host: str) -> Body:
    data, missing = session.data, constraints(session)
    with_buyer = session.buyer != "absent"
    body: Body = {
        "checkoutSessionId": session.id,
        "webCheckoutDetails": _web_checkout(session, missing, host),
        "productType": session.product,
        "paymentDetails": _payment_details(session),
        "chargePermissionType": session.permission_type,
        "orderType": data.get("orderType"),
        "recurringMetadata": _recurring(world, data) if data.get("recurringMetadata") else None,
        "paymentMethodOnFileMetadata": data.get("paymentMethodOnFileMetadata"),
        "merchantDetails": None,
        "merchantMetadata": _filled(data.get("merchantMetadata"), MERCHANT_METADATA),
        "supplementaryData": data.get("supplementaryData"),
        "buyer": dict(BUYER) if with_buyer else None,
        "billingAddress": _address(session, "PayOnly") if with_buyer else None,
        "paymentPreferences": [_preference(session.card)] if with_buyer else [None],
        "statusDetails": _status(session.state, session.reason, session.changed),
        "shippingAddress": _address(session, "PayAndShip") if with_buyer else None,
        "platformId": data.get("platformId"),
        "chargePermissionId": session.permission,
        "chargeId": session.charge,
        "constraints": [*_constraints(missing), *_further_constraints(world, session)],
        "creationTimestamp": timestamp(session.created),
        "expirationTimestamp": timestamp(session.created + TIMERS["session_expires"]),
        "storeId": data.get("storeId"),
        "providerMetadata": {
            "providerReferenceId": (data.get("providerMetadata") or {}).get("providerReferenceId")
        },
        "releaseEnvironment": "Sandbox",
        "checkoutButtonText": None,
        "deliverySpecifications": data.get("deliverySpecifications"),
        "tokens": None,
    }
    if session.product == "PayAndShipMultiAddress":
        body |= _multi_ship(session)
    if session.state != "Open":
        body |= dict.fromkeys(name for name in GONE_WHEN_COMPLETED if name in body)
        body["constraints"] = []
    return body


def _multi_ship(session: CheckoutSession) -> Body:
    """Return what is there only where one order goes to several addresses: api-facts §3.1, §5.5."""
    addresses = ({**address_of(session.address), "addressId": str(number)} for number in (1, 2))
    return {
        "shippingAddressList": [json.dumps(address) for address in addresses],
        "multiAddressesCheckoutMetadata": session.data.get("multiAddressesCheckoutMetadata"),
    }


def _address(session: CheckoutSession | None, product: str) -> Body | None:
    """The address that he picked, if this is what the button sold (§3.1)."""
    if session is None or session.product != product:
        return None
    return address_of(session.address)


def _constraints(missing: tuple[str, ...]) -> list[Body]:
    return [{"constraintId": name, "description": CONSTRAINTS[name].text} for name in missing]


def _further_constraints(world: World, session: CheckoutSession) -> list[Body]:
    name = world.settings.choice("further-constraints")
    if name == "none" or session.buyer != "absent":
        return []
    return [{"constraintId": name, "description": f"{name.removesuffix('NotSet')} is not set."}]


def _web_checkout(session: CheckoutSession, missing: tuple[str, ...], host: str) -> Body:
    given = session.data.get("webCheckoutDetails") or {}
    return {
        "checkoutReviewReturnUrl": given.get("checkoutReviewReturnUrl"),
        "checkoutResultReturnUrl": given.get("checkoutResultReturnUrl"),
        # null until no constraint remains: §5.1 [D2]
        "amazonPayRedirectUrl": None if missing else f"{address_at(host)}/checkout/{session.id}",
        "checkoutCancelUrl": given.get("checkoutCancelUrl"),
        "checkoutMode": given.get("checkoutMode"),
    }


def _payment_details(session: CheckoutSession) -> Body:
    body = _filled(session.payment, PAYMENT_DETAILS)
    for name in ("chargeAmount", "totalOrderAmount"):
        price = Price.parse(session.payment.get(name))
        body[name] = price.wire() if price else None
    for name in ("canHandlePendingAuthorization", "allowOvercharge", "extendExpiration"):
        body[name] = bool(body[name])
    return body


def _permission(world: World, permission: ChargePermission) -> Body:
    reasons, known = None, _buyer_is_known(world, permission)
    session = world.sessions.get(permission.session or "")
    if permission.reason is not None:
        reasons = [{"reasonCode": _spelt(world, permission), "reasonDescription": None}]
    return {
        "chargePermissionId": permission.id,
        "chargePermissionReferenceId": None,
        "platformId": None,
        "buyer": dict(BUYER) if known else None,
        "shippingAddress": _address(session, "PayAndShip") if known else None,
        "billingAddress": _address(session, "PayOnly") if known else None,
        "paymentPreferences": [{"paymentDescriptor": None}],
        "statusDetails": {
            "state": permission.state,
            "reasons": reasons,
            "lastUpdatedTimestamp": timestamp(permission.changed),
        },
        "creationTimestamp": timestamp(permission.created),
        "expirationTimestamp": timestamp(permission.expires),
        "merchantMetadata": _filled(permission.data.get("merchantMetadata"), MERCHANT_METADATA),
        "releaseEnvironment": "Sandbox",
        "limits": _limits(world, permission),
        "chargePermissionType": permission.type,
        "recurringMetadata": _recurring(world, permission.data),
        "paymentMethodOnFileMetadata": permission.data.get("paymentMethodOnFileMetadata"),
        "presentmentCurrency": permission.currency,
    }


def _spelt(world: World, permission: ChargePermission) -> str | None:
    """Return the reason of a permission as the settings have it: api-facts §4.2, §13.3."""
    reason, settings = permission.reason, world.settings
    if reason == "AmazonCanceled":
        return settings.choice("rejected-permission")
    if reason in ("MerchantClosed", "BuyerClosed"):
        return reason.removesuffix("Closed") + settings.choice("closed-reasons")
    return reason


def _buyer_is_known(world: World, permission: ChargePermission) -> bool:
    """Whether buyer data may still be read: api-facts §3.2."""
    since = permission.created
    if permission.type != "OneTime":
        since = permission.changed if permission.state == "Closed" else world.now
    return world.now - since < TIMERS["buyer_data_readable"] or world.settings.has("buyer-data=kept")


def _recurring(world: World, data: Data) -> Body:
    """Numbers are accepted, strings are answered: api-facts §13.8, §13.9."""
    given = data.get("recurringMetadata") or {}
    frequency, amount = given.get("frequency"), Price.parse(given.get("amount"))
    value = int if world.settings.has("frequency-value=number") else str
    return {
        "frequency": {"unit": frequency["unit"], "value": value(frequency["value"])} if frequency else None,
        "amount": amount.wire() if amount else None,
    }


def _limits(world: World, permission: ChargePermission) -> Body:
    left = balance(world, permission, reserved=world.settings.has("open-authorizations=reserved"))
    if permission.limit is None or left is None:
        return {"amountLimit": None, "amountBalance": None}
    return {
        "amountLimit": permission.limit.wire(),
        "amountBalance": permission.limit.of(max(left, Decimal(0))).wire(),
    }


def _charge(world: World, charge: Charge) -> Body:
    currency = charge.amount.currency
    captured = charge.captured if charge.state == "Captured" else None
    refunded = Price(world.refunded_of(charge.id, LIVE_REFUND_STATES), currency)
    descriptor = charge.data.get("softDescriptor")
    return {
        "chargeId": charge.id,
        "chargeAmount": charge.amount.wire(),
        "chargePermissionId": charge.permission,
        "captureAmount": captured.wire() if captured else None,
        "refundedAmount": refunded.wire() if captured else None,
        "softDescriptor": f"AMZ*{descriptor}" if descriptor else None,
        "providerMetadata": charge.data.get("providerMetadata") or {"providerReferenceId": None},
        "convertedAmount": _converted(world, charge),
        "conversionRate": None if world.settings.has("converted-amount=null") else "1.00",
        "channel": charge.data.get("channel"),
        "chargeInitiator": charge.data.get("chargeInitiator"),
        "statusDetails": _status(charge.state, charge.reason, charge.changed),
        "creationTimestamp": timestamp(charge.created),
        "expirationTimestamp": timestamp(charge.created + TIMERS["authorization_expires"]),
        "releaseEnvironment": "Sandbox",
        "merchantMetadata": _filled(charge.data.get("merchantMetadata"), MERCHANT_METADATA),
        "platformId": charge.data.get("platformId"),
        "webCheckoutDetails": _step_up(charge),
    }


def _step_up(charge: Charge) -> Body | None:
    """Where a buyer with a saved wallet confirms and comes back to; here nobody has to: §2.3, §5.3."""
    given = charge.data.get("webCheckoutDetails")
    if given is None:
        return None
    back = given.get("checkoutResultReturnUrl")
    return {"checkoutResultReturnUrl": back, "amazonPayRedirectUrl": None}


def _converted(world: World, charge: Charge) -> Body | str | None:
    price = charge.amount.wire()
    match world.settings.choice("converted-amount"):
        case "string":
            return str(price["amount"])
        case "price":
            return price
        case _:
            return None


def _refund(refund: Refund) -> Body:
    descriptor = refund.data.get("softDescriptor")
    return {
        "refundId": refund.id,
        "chargeId": refund.charge,
        "creationTimestamp": timestamp(refund.created),
        "refundAmount": refund.amount.wire(),
        "statusDetails": _status(refund.state, refund.reason, refund.changed),
        "softDescriptor": f"AMZ*{descriptor}" if descriptor else None,
        "releaseEnvironment": "Sandbox",
    }


def _status(state: str, reason: str | None, changed: int) -> Body:
    return {
        "state": state,
        "reasonCode": reason,
        "reasonDescription": None,
        "lastUpdatedTimestamp": timestamp(changed),
    }


def _filled(given: Data | None, names: tuple[str, ...]) -> Body:
    held: Mapping[str, Any] = given or {}
    return {name: held.get(name) for name in names}


def _preference(card: str | None) -> Body:
    return {"paymentDescriptor": f"Simulated card ending in {card} (Amazon Pay)" if card else None}
