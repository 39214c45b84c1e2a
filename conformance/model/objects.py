"""The four machines, a row a state and a row a transition, as api-facts §4 has them.

Names are the wire's; the prose names of Amazon's introduction are mapped in §4.0. A self-loop is a row too:
an update leaves the state but must be allowed there.
"""

from __future__ import annotations

from collections.abc import Mapping

from amazonpay_conformance.model.machine import Machine, State, Transition

T = Transition

# A row a line, whatever its length: these tables are read against Amazon's pages.
# fmt: off

CHECKOUT_SESSION = Machine(
    "CheckoutSession",
    states=(
        State("Open", ("get_checkout_session", "update_checkout_session", "complete_checkout_session", "finalize_checkout_session"), source="§4.1 [D]"),
        State("Completed", ("get_checkout_session",), source="§4.1 [D]", terminal=True),
        State("Canceled", ("get_checkout_session",), ("BuyerCanceled", "Expired", "AmazonCanceled", "Declined"), source="§4.1 [D][D2]", terminal=True),
    ),
    transitions=(
        T("SES-T01", None, "create_checkout_session", "Open", cite="§4.1"),
        T("SES-T02", "Open", "update_checkout_session", "Open", cite="§4.1", tag="D2"),
        T("SES-T03", "Open", "buyer_signs_in", "Open", spontaneous=True, cite="§5.1"),
        T("SES-T04", "Open", "buyer_approves", "Open", spontaneous=True, cite="§4.1"),
        T("SES-T05", "Open", "complete_checkout_session", "Completed", guard="done", cite="§4.1"),
        T("SES-T06", "Open", "complete_checkout_session", "Completed", guard="pending", cite="§4.1"),
        T("SES-T07", "Open", "finalize_checkout_session", "Completed", guard="done", cite="§5.6"),
        T("SES-T08", "Open", "buyer_cancels", "Canceled", "BuyerCanceled", spontaneous=True, cite="§8.1"),
        T("SES-T09", "Open", "buyer_is_declined", "Canceled", "Declined", spontaneous=True, cite="§8.1"),
        T("SES-T10", "Open", "complete_checkout_session", "Canceled", "BuyerCanceled", guard="simulated BuyerCanceled", cite="§8.2", tag="I"),
        T("SES-T11", "Open", "complete_checkout_session", "Canceled", "AmazonCanceled", guard="simulated AmazonCanceled", cite="§8.2", tag="I"),
        T("SES-T12", "Open", "complete_checkout_session", "Canceled", "Declined", guard="simulated Declined", cite="§8.2", tag="I"),
        T("SES-T13", "Open", "session_expires", "Canceled", "Expired", spontaneous=True, cite="§4.1, §4.6"),
        T("SES-T14", "Open", "finalize_checkout_session", "Completed", guard="pending", cite="§2.2 (202 if pending)", tag="?"),
    ),
)

CHARGE_PERMISSION = Machine(
    "ChargePermission",
    states=(
        State("Chargeable", ("get_charge_permission", "update_charge_permission", "close_charge_permission", "create_charge"), source="§4.2 [D2]"),
        State("NonChargeable", ("get_charge_permission", "update_charge_permission", "close_charge_permission"), ("PaymentMethodInvalid", "PaymentMethodDeleted", "BillingAddressDeleted", "PaymentMethodExpired", "PaymentMethodNotAllowed", "PaymentMethodNotSet", "ChargeInProgress", "MFAFailed", "AmountNotSet", "TransactionAmountExceeded"), source="§4.2 [D2][S]"),
        State("Closed", ("get_charge_permission",), ("MerchantClosed", "MerchantCanceled", "BuyerClosed", "BuyerCanceled", "AmazonCanceled", "AmazonClosed", "Expired"), source="§4.2 [D2]", terminal=True),
    ),
    transitions=(
        T("PRM-T01", None, "session_is_completed", "Chargeable", cite="§4.2, §4.5"),
        T("PRM-T02", None, "session_is_completed", "NonChargeable", "ChargeInProgress", guard="balance reserved", cite="§4.2, §4.5", tag="D2"),
        T("PRM-T03", None, "session_is_completed", "Closed", "AmazonClosed", guard="balance captured", cite="§4.2"),
        T("PRM-T04", "Chargeable", "update_charge_permission", "Chargeable", cite="§4.2", tag="D2"),
        T("PRM-T05", "NonChargeable", "update_charge_permission", "NonChargeable", cite="§4.2", tag="D2"),
        T("PRM-T06", "Chargeable", "charge_reserves_balance", "NonChargeable", "ChargeInProgress", spontaneous=True, cite="§4.2", tag="?"),
        T("PRM-T07", "Chargeable", "charge_is_hard_declined", "NonChargeable", "PaymentMethodInvalid", spontaneous=True, cite="§4.2", tag="D2"),
        T("PRM-T08", "NonChargeable", "charge_is_hard_declined", "NonChargeable", "PaymentMethodInvalid", spontaneous=True, cite="§4.2", tag="D2"),
        T("PRM-T09", "NonChargeable", "charge_is_released", "Chargeable", spontaneous=True, cite="§4.2", tag="D2"),
        T("PRM-T10", "Chargeable", "charge_is_amazon_rejected", "Closed", "AmazonCanceled", spontaneous=True, cite="§4.2", tag="?"),
        T("PRM-T11", "NonChargeable", "charge_is_amazon_rejected", "Closed", "AmazonCanceled", spontaneous=True, cite="§4.2", tag="?"),
        T("PRM-T12", "Chargeable", "balance_is_captured", "Closed", "AmazonClosed", spontaneous=True, cite="§4.2"),
        T("PRM-T13", "NonChargeable", "balance_is_captured", "Closed", "AmazonClosed", spontaneous=True, cite="§4.2"),
        T("PRM-T14", "Chargeable", "close_charge_permission", "Closed", "MerchantClosed", cite="§4.2"),
        T("PRM-T15", "NonChargeable", "close_charge_permission", "Closed", "MerchantClosed", cite="§4.2"),
        T("PRM-T16", "Chargeable", "close_charge_permission", "Closed", "AmazonClosed", guard="simulated AmazonClosed", cite="§8.2", tag="I"),
        T("PRM-T17", "NonChargeable", "close_charge_permission", "Closed", "AmazonClosed", guard="simulated AmazonClosed", cite="§8.2", tag="I"),
        T("PRM-T18", "Chargeable", "buyer_closes_permission", "Closed", "BuyerClosed", spontaneous=True, cite="§4.2", tag="I"),
        T("PRM-T19", "NonChargeable", "buyer_closes_permission", "Closed", "BuyerClosed", spontaneous=True, cite="§4.2", tag="I"),
        T("PRM-T20", "Chargeable", "permission_expires", "Closed", "Expired", spontaneous=True, cite="§4.2, §4.6"),
        T("PRM-T21", "NonChargeable", "permission_expires", "Closed", "Expired", spontaneous=True, cite="§4.2, §4.6"),
        T("PRM-T22", "Chargeable", "buyer_removes_payment_method", "NonChargeable", "PaymentMethodDeleted", spontaneous=True, cite="§4.2", tag="D2"),
        T("PRM-T23", "NonChargeable", "buyer_fixes_payment_method", "Chargeable", spontaneous=True, cite="§4.2", tag="D2"),
        T("PRM-T24", "Chargeable", "create_charge", "Chargeable", cite="§4.2"),
    ),
)

CHARGE = Machine(
    "Charge",
    states=(
        State("AuthorizationInitiated", ("get_charge", "cancel_charge"), source="§4.3 [D2]"),
        State("Authorized", ("get_charge", "capture_charge", "cancel_charge"), source="§4.3 [D2]"),
        State("CaptureInitiated", ("get_charge",), source="§4.3 [D2]"),
        State("Captured", ("get_charge", "create_refund"), source="§4.3 [D2]", terminal=True),
        State("Canceled", ("get_charge",), ("ExpiredUnused", "AmazonCanceled", "MerchantCanceled", "ChargePermissionCanceled", "BuyerCanceled"), source="§4.3 [D2]", terminal=True),
        State("Declined", ("get_charge",), ("SoftDeclined", "HardDeclined", "AmazonRejected", "ProcessingFailure", "TransactionTimedOut"), source="§4.3 [D2]", terminal=True),
    ),
    transitions=(
        T("CHG-T01", None, "create_charge", "Authorized", cite="§4.3"),
        T("CHG-T02", None, "create_charge", "Captured", guard="captured", cite="§4.3"),
        T("CHG-T03", None, "create_charge", "AuthorizationInitiated", guard="pending", cite="§4.3"),
        T("CHG-T04", None, "create_charge", "CaptureInitiated", guard="simulated CaptureInitiated", cite="§8.2", tag="I"),
        T("CHG-T05", None, "session_is_completed", "Authorized", cite="§4.5"),
        T("CHG-T06", None, "session_is_completed", "Captured", guard="captured", cite="§4.5"),
        T("CHG-T07", None, "session_is_completed", "AuthorizationInitiated", guard="pending", cite="§4.5"),
        T("CHG-T08", "AuthorizationInitiated", "authorization_settles", "Authorized", spontaneous=True, cite="§4.3, §8.1"),
        T("CHG-T09", "AuthorizationInitiated", "authorization_settles", "Declined", "HardDeclined", guard="HardDeclined", spontaneous=True, cite="§4.3, §8.1"),
        T("CHG-T10", "AuthorizationInitiated", "authorization_settles", "Declined", "SoftDeclined", guard="SoftDeclined", spontaneous=True, cite="§4.3"),
        T("CHG-T11", "AuthorizationInitiated", "authorization_settles", "Declined", "AmazonRejected", guard="AmazonRejected", spontaneous=True, cite="§4.3"),
        T("CHG-T12", "AuthorizationInitiated", "authorization_settles", "Declined", "ProcessingFailure", guard="ProcessingFailure", spontaneous=True, cite="§4.3"),
        T("CHG-T13", "AuthorizationInitiated", "authorization_settles", "Declined", "TransactionTimedOut", guard="TransactionTimedOut", spontaneous=True, cite="§4.3"),
        T("CHG-T14", "AuthorizationInitiated", "cancel_charge", "Canceled", "MerchantCanceled", cite="§4.3", tag="D2"),
        T("CHG-T15", "Authorized", "cancel_charge", "Canceled", "MerchantCanceled", cite="§4.3", tag="D2"),
        T("CHG-T16", "Authorized", "capture_charge", "Captured", cite="§4.3"),
        T("CHG-T17", "Authorized", "capture_charge", "CaptureInitiated", guard="after 7 days", cite="§4.3"),
        T("CHG-T18", "Authorized", "capture_charge", "CaptureInitiated", guard="simulated CaptureInitiated", cite="§8.2", tag="S"),
        T("CHG-T19", "Authorized", "capture_charge", "CaptureInitiated", guard="simulated AmazonRejected", cite="§8.2", tag="S"),
        T("CHG-T20", "CaptureInitiated", "capture_settles", "Captured", spontaneous=True, cite="§4.3"),
        T("CHG-T21", "CaptureInitiated", "capture_settles", "Declined", "AmazonRejected", guard="AmazonRejected", spontaneous=True, cite="§4.3, §8.2"),
        T("CHG-T22", "CaptureInitiated", "capture_settles", "Declined", "ProcessingFailure", guard="ProcessingFailure", spontaneous=True, cite="§4.3"),
        T("CHG-T23", "Authorized", "authorization_expires", "Canceled", "ExpiredUnused", spontaneous=True, cite="§4.3, §4.6"),
        T("CHG-T24", "AuthorizationInitiated", "close_charge_permission", "Canceled", "ChargePermissionCanceled", guard="cancelPendingCharges", cite="§4.3", tag="D2"),
        T("CHG-T25", "Authorized", "close_charge_permission", "Canceled", "ChargePermissionCanceled", guard="cancelPendingCharges", cite="§4.3", tag="D2"),
        T("CHG-T26", "Captured", "create_refund", "Captured", cite="§4.3", tag="W"),
        T("CHG-T27", "Authorized", "update_charge", "Canceled", "ExpiredUnused", cite="§2.3", tag="S"),
    ),
)

REFUND = Machine(
    "Refund",
    states=(
        State("RefundInitiated", ("get_refund",), source="§4.4 [D]"),
        State("Refunded", ("get_refund",), source="§4.4 [D]", terminal=True),
        State("Declined", ("get_refund",), ("AmazonRejected", "ProcessingFailure"), source="§4.4 [D]", terminal=True),
    ),
    transitions=(
        T("REF-T01", None, "create_refund", "RefundInitiated", cite="§4.4"),
        T("REF-T02", "RefundInitiated", "refund_settles", "Refunded", spontaneous=True, cite="§4.4"),
        T("REF-T03", "RefundInitiated", "refund_settles", "Declined", "AmazonRejected", guard="AmazonRejected", spontaneous=True, cite="§4.4"),
        T("REF-T04", "RefundInitiated", "refund_settles", "Declined", "ProcessingFailure", guard="ProcessingFailure", spontaneous=True, cite="§4.4"),
    ),
)

# fmt: on

MACHINES: Mapping[str, Machine] = {
    machine.name: machine for machine in (CHECKOUT_SESSION, CHARGE_PERMISSION, CHARGE, REFUND)
}
"""The machines by the name of the object they belong to."""

UNREACHED: Mapping[str, str] = {
    "CHG-T22": "no simulation of it is known (§8.2)",
    "CHG-T27": "for payment service providers only (§2.2 [S])",
}
"""Transitions that no scenario is built to reach, each with the reason, so that coverage can say so."""
