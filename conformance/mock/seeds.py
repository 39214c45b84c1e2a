"""Objects in any state that the tables lead to, without the calls that it takes.

Each state has a story that ends in it. It is played on a world apart, so early that it ends now, and what
came of it is brought over: so a seeded object has a past that the model permits, and its timers run on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from amazonpay_conformance.mock.arguments import Misused
from amazonpay_conformance.mock.ids import new_ids
from amazonpay_conformance.mock.steps import Step, changes
from amazonpay_conformance.model.actions import Action, Advance, BuyerAct, Call
from amazonpay_conformance.model.lapse import lapse
from amazonpay_conformance.model.money import Price
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.regions import REGIONS
from amazonpay_conformance.model.step import usual
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import AnyObject, World

Ending: TypeAlias = tuple[Kind, str, str | None]
Body: TypeAlias = dict[str, Any]

AMOUNT: Final = "10.00"
SHOP: Final = "https://shop.example"
STORE: Final = "amzn1.application-oa2-client.00000000000000000000000000000000"

APPLIED: Final = (
    "session-simulations=applied",
    "charge-simulations=applied",
    "pending-simulations=guessed",
    "refund-simulations=guessed",
    "close-simulation=applied",
    "charge-in-progress=when-reserved",
    "declined-permission=PaymentMethodInvalid",
    "rejected-permission=AmazonCanceled",
    "capture-decline=pending",
)
"""A story is told as if the open questions were answered so, whatever the mock does otherwise."""


@dataclass(frozen=True, slots=True)
class Story:
    """The deeds that lead to a state, in order; a number is so many seconds that pass."""

    kind: Kind
    state: str
    reason: str | None
    deeds: tuple[str | int, ...]

    @property
    def seconds(self) -> int:
        """How long it takes."""
        return sum(deed for deed in self.deeds if isinstance(deed, int))


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a story brought: the object asked for, the ids of all by their kind, and the steps that led there."""

    id: str
    ids: Mapping[Kind, str]
    objects: tuple[AnyObject, ...]
    steps: tuple[Step, ...]


_SETTLES, _DAY = TIMERS["settlement"], 86_400
_APPROVED = ("create", "signs_in", "approves")
_AUTHORIZED = (*_APPROVED, "complete")
_PENDING = ("create pending", "signs_in", "approves pending", "complete")
_CAPTURED = (*_AUTHORIZED, "capture")
_CHARGEABLE = ("create confirm", "signs_in", "approves", "complete")
_REFUNDED = (*_CAPTURED, "refund")

# fmt: off
STORIES: Final[tuple[Story, ...]] = (
    Story("CheckoutSession",  "Open",                   None,                       ("create",)),
    Story("CheckoutSession",  "Completed",              None,                       _AUTHORIZED),
    Story("CheckoutSession",  "Canceled",               "BuyerCanceled",            ("create", "signs_in", "cancels")),
    Story("CheckoutSession",  "Canceled",               "Declined",                 ("create", "signs_in", "is_declined")),
    Story("CheckoutSession",  "Canceled",               "AmazonCanceled",           (*_APPROVED, "complete AmazonCanceled")),
    Story("CheckoutSession",  "Canceled",               "Expired",                  ("create", TIMERS["session_expires"])),
    Story("ChargePermission", "Chargeable",             None,                       _CHARGEABLE),
    Story("ChargePermission", "NonChargeable",          "ChargeInProgress",         _AUTHORIZED),
    Story("ChargePermission", "NonChargeable",          "PaymentMethodInvalid",     (*_CHARGEABLE, "charge HardDeclined")),
    Story("ChargePermission", "NonChargeable",          "PaymentMethodDeleted",     (*_CHARGEABLE, "removes_payment_method")),
    Story("ChargePermission", "Closed",                 "MerchantClosed",           (*_CHARGEABLE, "close")),
    Story("ChargePermission", "Closed",                 "AmazonClosed",             _CAPTURED),
    Story("ChargePermission", "Closed",                 "AmazonCanceled",           (*_CHARGEABLE, "charge AmazonRejected")),
    Story("ChargePermission", "Closed",                 "BuyerClosed",              (*_CHARGEABLE, "closes_permission")),
    Story("ChargePermission", "Closed",                 "Expired",                  (*_CHARGEABLE, TIMERS["permission_expires"])),
    Story("Charge",           "AuthorizationInitiated", None,                       _PENDING),
    Story("Charge",           "Authorized",             None,                       _AUTHORIZED),
    Story("Charge",           "CaptureInitiated",       None,                       (*_AUTHORIZED, "capture CaptureInitiated")),
    Story("Charge",           "Captured",               None,                       _CAPTURED),
    Story("Charge",           "Canceled",               "MerchantCanceled",         (*_AUTHORIZED, "cancel")),
    Story("Charge",           "Canceled",               "ExpiredUnused",            (*_AUTHORIZED, TIMERS["authorization_expires"])),
    Story("Charge",           "Canceled",               "ChargePermissionCanceled", (*_AUTHORIZED, "close pending")),
    Story("Charge",           "Declined",               "SoftDeclined",             (*_CHARGEABLE, "charge PendingSoftDeclined", _SETTLES)),
    Story("Charge",           "Declined",               "HardDeclined",             (*_CHARGEABLE, "charge PendingHardDeclined", _SETTLES)),
    Story("Charge",           "Declined",               "AmazonRejected",           (*_AUTHORIZED, "capture AmazonRejected", _SETTLES)),
    Story("Charge",           "Declined",               "ProcessingFailure",        (*_CHARGEABLE, "charge PendingProcessingFailure", _SETTLES)),
    Story("Charge",           "Declined",               "TransactionTimedOut",      (*_CHARGEABLE, "charge PendingTransactionTimedOut", _SETTLES)),
    Story("Refund",           "RefundInitiated",        None,                       _REFUNDED),
    Story("Refund",           "Refunded",               None,                       (*_REFUNDED, _SETTLES)),
    Story("Refund",           "Declined",               "AmazonRejected",           (*_CAPTURED, "refund AmazonRejected", _SETTLES)),
    Story("Refund",           "Declined",               "ProcessingFailure",        (*_CAPTURED, "refund ProcessingFailure", _SETTLES)),
)
# fmt: on

KINDS: Final = tuple(dict.fromkeys(story.kind for story in STORIES))
STATES: Final = tuple(dict.fromkeys(story.state for story in STORIES))
REASONS: Final = tuple(dict.fromkeys(story.reason for story in STORIES if story.reason))


def story_of(kind: str, state: str, reason: str | None = None) -> Story:
    """Return the story that ends so; the first where no reason is given.

    Raises:
        Misused: no story ends so; the message says how stories of the kind do.
    """
    of_kind = [story for story in STORIES if story.kind == kind]
    for story in of_kind:
        if story.state == state and reason in (None, story.reason):
            return story
    wanted = f"{state}/{reason}" if reason else state
    known = ", ".join(f"{s.state}/{s.reason}" if s.reason else s.state for s in of_kind)
    raise Misused(f"state: no {kind} can be seeded as {wanted}: expected {known}")


def seed(world: World, story: Story, *, region: str, amount: str | None = None) -> Seeded:
    """Play a story so that it ends now.

    Args:
        world: what is there, which is not touched.
        story: how to get there.
        region: whose ids and currency.
        amount: of the order, in the region's currency.

    Raises:
        Misused: the amount is none.
    """
    told = _Telling(world, story, region, amount)
    for deed in story.deeds:
        told.do(deed)
    return told.seeded()


class _Telling:
    """A story that is being played, with the ids of what there is in it."""

    def __init__(self, world: World, story: Story, region: str, amount: str | None) -> None:
        settings = Settings.parse(APPLIED)
        self.story = story
        self.world = self.start = World(now=world.now - story.seconds, settings=settings)
        self.region = region
        self.price = _price(amount, REGIONS[region].currency)
        self.ids: dict[Kind, str] = {}
        self.steps: list[Step] = []

    def do(self, deed: str | int) -> None:
        """Play one deed."""
        if isinstance(deed, int):
            for passed in lapse(self.world, deed):
                self._take(Advance(passed.world.now - self.world.now), passed.world, passed.used)
            return
        name, _, variant = deed.partition(" ")
        action = _DEEDS[name](self, variant) if name in _DEEDS else self._act(name, variant)
        outcome = usual(self.world, action)
        if outcome is None:
            raise AssertionError(f"{self.story} does not go on after {deed}")
        self._take(action, outcome.world, outcome.used)

    def seeded(self) -> Seeded:
        """Return what came of it."""
        found = tuple(changes(self.start, self.world))
        wanted = self.ids[self.story.kind]
        ended = self.world.find(self.story.kind, wanted)
        if ended is None or (ended.state, ended.reason) != (self.story.state, self.story.reason):
            raise AssertionError(f"{self.story} ends as {ended}")
        return Seeded(wanted, self.ids, tuple(change.after for change in found), tuple(self.steps))

    def call(self, operation: str, target: Kind | None, body: Body, simulation: str = "") -> Call:
        """Return a call of the merchant's with the ids that come of it."""
        named = Call(operation, self.ids.get(target) if target else None, body, simulation or None)
        return replace(named, new=new_ids(self.world, named, self.region))

    def _act(self, deed: Any, variant: str) -> BuyerAct:
        on: Kind = (
            "ChargePermission"
            if deed in ("closes_permission", "removes_payment_method")
            else "CheckoutSession"
        )
        return BuyerAct(deed, self.ids[on], "0701" if variant == "pending" else None)

    def _take(self, cause: Action, world: World, used: tuple[str, ...]) -> None:
        step = Step(cause, used, self.world, world)
        self.ids.update((change.kind, change.id) for change in step.changes)
        self.steps.append(step)
        self.world = world


def _create(story: _Telling, variant: str) -> Call:
    details: Body = {"paymentIntent": "Confirm" if variant == "confirm" else "Authorize"}
    details["chargeAmount"] = story.price
    if variant == "pending":
        details["canHandlePendingAuthorization"] = True
    body = {
        "webCheckoutDetails": {
            "checkoutReviewReturnUrl": f"{SHOP}/review",
            "checkoutResultReturnUrl": f"{SHOP}/result",
        },
        "storeId": STORE,
        "paymentDetails": details,
    }
    return story.call("create_checkout_session", None, body)


def _complete(story: _Telling, variant: str) -> Call:
    body = {"chargeAmount": story.price}
    return story.call("complete_checkout_session", "CheckoutSession", body, variant)


def _charge(story: _Telling, variant: str) -> Call:
    body = {
        "chargePermissionId": story.ids["ChargePermission"],
        "chargeAmount": story.price,
        "canHandlePendingAuthorization": variant.startswith("Pending"),
    }
    return story.call("create_charge", None, body, variant)


def _capture(story: _Telling, variant: str) -> Call:
    return story.call("capture_charge", "Charge", {"captureAmount": story.price}, variant)


def _cancel(story: _Telling, _: str) -> Call:
    return story.call("cancel_charge", "Charge", {"cancellationReason": "seeded"})


def _close(story: _Telling, variant: str) -> Call:
    body = {"closureReason": "seeded", "cancelPendingCharges": variant == "pending"}
    return story.call("close_charge_permission", "ChargePermission", body)


def _refund(story: _Telling, variant: str) -> Call:
    body = {"chargeId": story.ids["Charge"], "refundAmount": story.price}
    return story.call("create_refund", None, body, variant)


_DEEDS: Final[Mapping[str, Callable[[_Telling, str], Call]]] = {
    "create": _create,
    "complete": _complete,
    "charge": _charge,
    "capture": _capture,
    "cancel": _cancel,
    "close": _close,
    "refund": _refund,
}


def _price(amount: str | None, currency: str) -> Body:
    written = amount or (AMOUNT.partition(".")[0] + "00" if currency == "JPY" else AMOUNT)
    price = Price.parse({"amount": written, "currencyCode": currency})
    if price is None or price.amount <= 0:
        raise Misused(f"amount: expected an amount in {currency}, as {AMOUNT}")
    return {"amount": written, "currencyCode": currency}
