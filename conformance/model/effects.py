"""What one object's transition does to related objects, a row an effect: api-facts §4.1 to §4.5.

A transition that fires may fire others, of related objects, in the same step. A test walks the model and
holds that it does this as these rows say, no more and no less.
"""

from __future__ import annotations

from dataclasses import dataclass

from amazonpay_conformance.model.machine import Tag
from amazonpay_conformance.model.operations import ObjectKind


@dataclass(frozen=True, slots=True)
class Effect:
    """Where a transition of `cause` fires, `trigger` may happen to a related object of `kind`, and `when`.

    CHG-006 stands among the causes for a charge that is declined at once: no charge comes of it (§4.3).
    """

    id: str
    cause: tuple[str, ...]
    kind: ObjectKind
    trigger: str
    when: str
    source: str
    tag: Tag


_COMPLETED = ("SES-T05", "SES-T06", "SES-T07", "SES-T14")
_CHARGED = ("CHG-T01", "CHG-T02", "CHG-T03", "CHG-T04")
_RELEASED = ("CHG-T14", "CHG-T15", "CHG-T23", "CHG-T27")
_DECLINED = ("CHG-T09", "CHG-T10", "CHG-T11", "CHG-T12", "CHG-T13", "CHG-T21", "CHG-T22")

# fmt: off
EFFECTS: tuple[Effect, ...] = (
    Effect("EFF-01", _COMPLETED, "ChargePermission", "session_is_completed", "always", "§4.1, §4.5", "D"),
    Effect("EFF-02", _COMPLETED, "Charge", "session_is_completed", "the intent is Authorize or AuthorizeWithCapture, and more than a set-up is asked for", "§4.5", "D"),
    Effect("EFF-03", _CHARGED, "ChargePermission", "create_charge", "the permission is Chargeable", "§4.2", "D"),
    Effect("EFF-04", _CHARGED, "ChargePermission", "charge_reserves_balance", "one-time: nothing of the balance is left to charge", "§4.2", "?"),
    Effect("EFF-05", (*_RELEASED, *_DECLINED, "CHG-T16", "CHG-T20"), "ChargePermission", "charge_is_released", "one-time: it was ChargeInProgress, and something can be charged again", "§4.2", "D2"),
    Effect("EFF-06", ("CHG-T02", "CHG-T16", "CHG-T20"), "ChargePermission", "balance_is_captured", "one-time: the whole limit is captured", "§4.2, §6.2", "D"),
    Effect("EFF-07", ("CHG-T09", "CHG-006"), "ChargePermission", "charge_is_hard_declined", "the charge was declined hard, at once or later", "§4.2", "D2"),
    Effect("EFF-08", ("CHG-T11", "CHG-T21", "CHG-006"), "ChargePermission", "charge_is_amazon_rejected", "Amazon rejected the charge, at once or later", "§4.2, §4.3", "D2"),
    Effect("EFF-09", ("PRM-T14", "PRM-T15", "PRM-T16", "PRM-T17"), "Charge", "close_charge_permission", "cancelPendingCharges is true: charges that are not captured", "§4.2, §4.3", "D2"),
    Effect("EFF-10", ("REF-T01",), "Charge", "create_refund", "always", "§4.3", "W"),
)
# fmt: on
