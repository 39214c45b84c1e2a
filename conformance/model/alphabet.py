"""The alphabet of a walk: every action that is worth taking in a world, from a fixed list.

Bodies are written with the symbols of a scenario, so that each amount means the same in every world: all
that is left, half of it, the smallest unit, one unit too much. What cannot be worked out is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from amazonpay_conformance.model.actions import (
    Action,
    Advance,
    BuyerAct,
    BuyerDeed,
    Call,
    Defect,
    NewIds,
    Product,
)
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import OPERATIONS, ObjectKind
from amazonpay_conformance.model.rules import UNCERTAIN
from amazonpay_conformance.model.scenario import UNKNOWN_IDS, CallStep, Setting, Symbol, Unresolved
from amazonpay_conformance.model.shape import moments
from amazonpay_conformance.model.simulation import SIMULATIONS
from amazonpay_conformance.model.switches import DEFAULTS, Settings
from amazonpay_conformance.model.world import COLLECTIONS, AnyObject, ChargePermission, CheckoutSession, World

Body: TypeAlias = Mapping[str, Any]

START = 1_700_049_600
"""When walks begin: 2023-11-15, noon UTC, far from the ends of a month."""

MONEY_RULES = frozenset({"CHG-R05", "REF-R04", "REQ-R13", "SES-R15"})
"""Uncertain rules without which no sum of money is bounded."""

NO_CODE = "NoSuchSimulation"

BUYERS: tuple[BuyerDeed, ...] = ("signs_in", "approves", "cancels", "is_declined")
OWNERS: tuple[BuyerDeed, ...] = ("closes_permission", "removes_payment_method", "fixes_payment_method")


def amount(symbol: str) -> Body:
    """Return the placeholder of an amount."""
    return {"$price": symbol}


SPELT_OTHERWISE: Body = {"amount": "100", "currencyCode": "USD"}
"""The amount `order` of a session in USD."""

NO_MONEY: Body = {"amount": "0", "currencyCode": "USD"}


def _order(intent: str | None, symbol: str = "order", **details: Any) -> Body:
    asked = {"chargeAmount": amount(symbol), **({"paymentIntent": intent} if intent else {}), **details}
    urls = {
        "checkoutReviewReturnUrl": "https://shop.example/",
        "checkoutResultReturnUrl": "https://shop.example/",
    }
    return {"webCheckoutDetails": urls, "paymentDetails": asked}


def _repeated(kind: str, intent: str, **more: Any) -> Body:
    return {**_order(intent), "chargePermissionType": kind, **more}


_PENDS: dict[str, Any] = {"canHandlePendingAuthorization": True}
_MONTHLY = {"recurringMetadata": {"frequency": {"unit": "Month", "value": "1"}}}
_SETUP = {"paymentMethodOnFileMetadata": {"setupOnly": True}}

CONFIRM = _order("Confirm")
AUTHORIZE = _order("Authorize")
PENDING = _order("Authorize", **_PENDS)
CAPTURE = _order("AuthorizeWithCapture")
SPLIT = _order("Authorize", totalOrderAmount=amount("total"))
SPLIT_PENDING = _order("Authorize", totalOrderAmount=amount("total"), **_PENDS)
SPLIT_CAPTURE = _order("AuthorizeWithCapture", totalOrderAmount=amount("total"))
OVERCHARGE = _order("Confirm", allowOvercharge=True)
EXTENDED = _order("Confirm", extendExpiration=True)
PENDING_CAPTURE = _order("AuthorizeWithCapture", **_PENDS)
RECURRING = _repeated("Recurring", "Confirm", **_MONTHLY)
RECURRING_AUTHORIZED = _repeated("Recurring", "Authorize", **_MONTHLY)
UNTIMED = _repeated("Recurring", "Confirm")
WALLET = _repeated("PaymentMethodOnFile", "Authorize")
SETUP: Body = {
    **_order("Confirm"),
    "chargePermissionType": "PaymentMethodOnFile",
    "paymentDetails": {"paymentIntent": "Confirm"},
    **_SETUP,
}
BARE: Body = {"webCheckoutDetails": {"checkoutReviewReturnUrl": "https://shop.example/"}}
ORDERS = (
    CONFIRM,
    AUTHORIZE,
    PENDING,
    CAPTURE,
    SPLIT,
    SPLIT_PENDING,
    SPLIT_CAPTURE,
    OVERCHARGE,
    EXTENDED,
    PENDING_CAPTURE,
    RECURRING,
    RECURRING_AUTHORIZED,
    UNTIMED,
    WALLET,
    SETUP,
    BARE,
)
"""Bodies of Create Checkout Session, each of another kind."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a walk goes.

    `orders` are bodies of Create Checkout Session; `operations`, `deeds`, `cards` and `products` what is used of
    the alphabet, beside them `times`, whether time passes. `amounts` are the symbols of good amounts. `wrong` and
    `simulated` name the operations that are called wrongly as well, or with simulation codes; `defects` adds those that wire or
    schema find wrong, `keys` idempotency keys. `liberties` are the uncertain rules that may be disregarded.
    `given` begins with a permission of unknown history; `over` calls sessions after they are over, too.
    """

    name: str
    orders: tuple[Body, ...]
    sessions: int = 1
    charges: int = 2
    refunds: int = 1
    region: str = "na"
    amounts: tuple[str, ...] = ("all", "half")
    operations: frozenset[str] = frozenset(OPERATIONS)
    deeds: tuple[BuyerDeed, ...] = (*BUYERS, *OWNERS)
    cards: tuple[str, ...] = ("1111",)
    products: tuple[Product | None, ...] = (None,)
    times: bool = True
    wrong: frozenset[str] = frozenset(OPERATIONS)
    simulated: frozenset[str] = frozenset(OPERATIONS)
    defects: bool = False
    keys: tuple[str, ...] = ()
    liberties: frozenset[str] = field(default=frozenset(UNCERTAIN) - MONEY_RULES)
    settings: Settings = DEFAULTS
    given: bool = False
    over: bool = True

    def start(self) -> World:
        """Return the world in which the walk begins."""
        world = World(now=START, settings=self.settings)
        if not self.given:
            return world
        return world.with_object(
            "ChargePermission", ChargePermission.of_unknown_history("permission1", START)
        )

    def holds(self, world: World) -> bool:
        """Tell whether a world is small enough to be walked on from."""
        return (
            len(world.sessions) <= self.sessions
            and len(world.charges) <= self.charges
            and len(world.refunds) <= self.refunds
        )


def actions(world: World, bounds: Bounds) -> Iterator[Action]:
    """Yield every action of the alphabet that is worth taking, in a fixed order, none twice."""
    setting = Setting(world, {**UNKNOWN_IDS, **_identity(world)}, bounds.region)
    new = _new_ids(world)
    seen: set[Hashable] = set()
    for letter in _letters(world, bounds):
        call = _call(letter, setting, new)
        if call is not None and (written := _written(call)) not in seen:
            seen.add(written)
            yield call
            if bounds.defects:
                yield from _with_defects(call)
    yield from _buyer(world, bounds)
    if bounds.times:
        yield from _times(world, bounds)


# --- calls


def _letters(world: World, bounds: Bounds) -> Iterator[CallStep]:
    for operation in OPERATIONS.values():
        if operation.id in bounds.operations:
            for target in _targets(world, operation.id, bounds):
                for letter in _LETTERS[operation.id](operation.id, target, bounds):
                    yield from _keyed(letter, bounds)


def _keyed(letter: CallStep, bounds: Bounds) -> Iterator[CallStep]:
    yield letter
    if OPERATIONS[letter.operation].method == "POST":  # where a key has, or may have, an effect: api-facts §9
        yield from (replace(letter, key=key) for key in bounds.keys)


_NAMES: Mapping[str, ObjectKind] = {
    "create_charge": "ChargePermission",
    "create_refund": "Charge",
}
"""What is named in the body of an operation whose path names nothing."""


def _targets(world: World, operation: str, bounds: Bounds) -> Iterator[Symbol]:
    kind = OPERATIONS[operation].target or _NAMES.get(operation)
    if kind is None:
        yield ""
        return
    yield from (name for name, value in world.objects(kind).items() if _is_called(value, bounds))
    if operation in bounds.wrong:
        yield _UNKNOWN[kind]


def _is_called(value: AnyObject, bounds: Bounds) -> bool:
    return bounds.over or not isinstance(value, CheckoutSession) or value.state == "Open"


_UNKNOWN: Mapping[Kind, Symbol] = {
    "CheckoutSession": "session#unknown",
    "ChargePermission": "permission#unknown",
    "Charge": "charge#unknown",
    "Refund": "refund#unknown",
}


def _call(letter: CallStep, setting: Setting, new: NewIds) -> Call | None:
    try:
        body = setting.body(letter) or {}
        target = setting.id(letter.target) if letter.target else None
    except Unresolved:
        return None
    fingerprint = repr((letter.operation, target, letter.simulation, body)) if letter.key else ""
    return Call(letter.operation, target, body, letter.simulation, letter.key, fingerprint, new=new)


def _with_defects(call: Call) -> Iterator[Call]:
    has_body, keyed = OPERATIONS[call.operation].has_body, OPERATIONS[call.operation].needs_key
    for defect in Defect:
        if (has_body or defect not in _OF_BODIES) and (keyed or defect is not Defect.INVALID_KEY):
            yield replace(call, defects=frozenset({defect}))


_OF_BODIES = frozenset(
    {Defect.NOT_JSON, Defect.MISSING_FIELD, Defect.UNKNOWN_FIELD, Defect.INVALID_VALUE, Defect.NUMBER_AMOUNT},
)


# --- the letters, a function an operation

Letters: TypeAlias = Callable[[str, Symbol, Bounds], Iterator[CallStep]]


def _plain(operation: str, target: Symbol, bounds: Bounds) -> Iterator[CallStep]:
    plain = CallStep(operation, target, _PLAIN_BODIES.get(operation))
    yield plain
    yield from _simulated(plain, bounds)


_PLAIN_BODIES: Mapping[str, Body] = {
    "update_charge": {"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}},
    "cancel_charge": {"cancellationReason": "x"},
}


def _update_permission(operation: str, target: Symbol, bounds: Bounds) -> Iterator[CallStep]:
    notes = ("x", "y") if operation in bounds.wrong else ("x",)
    yield from (CallStep(operation, target, {"merchantMetadata": {"noteToBuyer": note}}) for note in notes)


def _create_session(operation: str, target: Symbol, bounds: Bounds) -> Iterator[CallStep]:  # noqa: ARG001
    yield from (CallStep(operation, None, order) for order in bounds.orders)
    if operation in bounds.wrong:
        at_home = {"checkoutReviewReturnUrl": "http://localhost/"}
        yield CallStep(operation, None, {**CONFIRM, "webCheckoutDetails": at_home})
        yield CallStep(operation, None, _order("Confirm", totalOrderAmount=amount("small")))


def _update_session(operation: str, target: Symbol, bounds: Bounds) -> Iterator[CallStep]:
    yield CallStep(operation, target, {"merchantMetadata": {"noteToBuyer": "x"}})
    if operation in bounds.wrong:
        both = {"paymentIntent": "AuthorizeWithCapture", "canHandlePendingAuthorization": True}
        yield CallStep(operation, target, {"paymentDetails": both})
        yield CallStep(operation, target, {**AUTHORIZE, "merchantMetadata": {"noteToBuyer": "x"}})
        shares = [{"price": amount("small")}]
        yield CallStep(operation, target, {**AUTHORIZE, "multiAddressesCheckoutMetadata": shares})


def _complete(operation: str, target: Symbol, bounds: Bounds) -> Iterator[CallStep]:
    more: Body = {"shippingAddress": {"name": "x"}} if operation == "finalize_checkout_session" else {}
    good = {"chargeAmount": amount("same"), **more}
    yield CallStep(operation, target, {**good, "totalOrderAmount": amount("same-total")})
    yield CallStep(operation, target, good)
    yield CallStep(operation, target, more)
    if operation in bounds.wrong:
        yield CallStep(operation, target, {**good, "totalOrderAmount": amount("small")})
        yield CallStep(operation, target, {**more, "chargeAmount": SPELT_OTHERWISE})
        yield from (
            CallStep(operation, target, {**more, "chargeAmount": amount(symbol)})
            for symbol in ("same+1", "same@other", "order")
        )
    if operation in bounds.wrong and more:
        yield CallStep(operation, target, {"chargeAmount": amount("same")})
        yield CallStep(operation, target, {**good, "paymentIntent": "Confirm"})
    yield from _simulated(CallStep(operation, target, good), bounds)
    yield from _simulated(CallStep(operation, target, more), bounds)


def _close(operation: str, target: Symbol, bounds: Bounds) -> Iterator[CallStep]:
    plain = CallStep(operation, target, {"closureReason": "x"})
    yield plain
    yield CallStep(operation, target, {"closureReason": "x", "cancelPendingCharges": True})
    yield from _simulated(plain, bounds)


def _create_charge(operation: str, target: Symbol, bounds: Bounds) -> Iterator[CallStep]:
    def letter(symbol: str, *flags: str) -> CallStep:
        named = {"chargePermissionId": {"$id": target}, "chargeAmount": amount(symbol)}
        return CallStep(operation, None, {**named, **dict.fromkeys(flags, True)})

    for symbol in bounds.amounts:
        yield letter(symbol)
        yield letter(symbol, "captureNow")
        yield letter(symbol, "canHandlePendingAuthorization")
    if operation in bounds.wrong:
        yield from (letter(symbol) for symbol in (*_WRONG_AMOUNTS, "ceiling+1"))
        yield letter("small", "captureNow", "canHandlePendingAuthorization")
        initiated = letter("small", "captureNow")
        yield replace(initiated, body={**(initiated.body or {}), "chargeInitiator": "MITU"})
        yield CallStep(operation, None, {"chargePermissionId": {"$id": target}, "chargeAmount": NO_MONEY})
    yield from _simulated(letter("small"), bounds)
    yield from _simulated(letter("small", "captureNow"), bounds)
    yield from _simulated(letter("small", "canHandlePendingAuthorization"), bounds)


def _capture(operation: str, target: Symbol, bounds: Bounds) -> Iterator[CallStep]:
    symbols = (*bounds.amounts, *(_WRONG_AMOUNTS if operation in bounds.wrong else ()))
    yield from (CallStep(operation, target, {"captureAmount": amount(symbol)}) for symbol in symbols)
    if operation in bounds.wrong:
        yield CallStep(operation, target, {"captureAmount": NO_MONEY})
    yield from _simulated(CallStep(operation, target, {"captureAmount": amount("all")}), bounds)


def _create_refund(operation: str, target: Symbol, bounds: Bounds) -> Iterator[CallStep]:
    def letter(value: Body) -> CallStep:
        return CallStep(operation, None, {"chargeId": {"$id": target}, "refundAmount": value})

    good = (*bounds.amounts, "headroom")
    wrong = ("headroom+1", "small@other", "ceiling+1") if operation in bounds.wrong else ()
    yield from (letter(amount(symbol)) for symbol in (*good, *wrong))
    if operation in bounds.wrong:
        yield letter(NO_MONEY)
    yield from _simulated(letter(amount("small")), bounds)


def _simulated(letter: CallStep, bounds: Bounds) -> Iterator[CallStep]:
    if letter.operation in bounds.simulated:
        unknown = (NO_CODE,) if letter.operation in bounds.wrong else ()
        codes = (*SIMULATIONS.get(letter.operation, ()), *unknown, *_MISSPELT.get(letter.operation, ()))
        yield from (replace(letter, simulation=code) for code in codes)


_MISSPELT: Mapping[str, tuple[str, ...]] = {"create_charge": ("PendingNoSuchDecline",)}
"""Codes that may be right, as no source spells them: api-facts §8.2 [?]."""

_WRONG_AMOUNTS = ("all+1", "small@other")

_LETTERS: Mapping[str, Letters] = {
    **dict.fromkeys(OPERATIONS, _plain),
    "create_checkout_session": _create_session,
    "update_checkout_session": _update_session,
    "complete_checkout_session": _complete,
    "finalize_checkout_session": _complete,
    "update_charge_permission": _update_permission,
    "close_charge_permission": _close,
    "create_charge": _create_charge,
    "capture_charge": _capture,
    "create_refund": _create_refund,
}


# --- the buyer and the clock


def _buyer(world: World, bounds: Bounds) -> Iterator[BuyerAct]:
    for session in world.sessions:
        for deed in bounds.deeds:
            if deed in ("signs_in", "approves"):
                yield from (BuyerAct(deed, session, c, p) for c in bounds.cards for p in bounds.products)
            elif deed in BUYERS:
                yield BuyerAct(deed, session)
    for permission in world.permissions:
        yield from (BuyerAct(deed, permission) for deed in bounds.deeds if deed in OWNERS)


def _times(world: World, bounds: Bounds) -> Iterator[Advance]:
    ahead = moments(world, sessions=bounds.over)
    if ahead:
        left = ahead[0].at - world.now
        yield from (Advance(seconds) for seconds in (left - 1, left, left + 1) if seconds > 0)
        yield Advance(ahead[-1].at - world.now)


def _identity(world: World) -> dict[str, str]:
    return {name: name for kind in COLLECTIONS for name in world.objects(kind)}


def _new_ids(world: World) -> NewIds:
    return NewIds(
        f"session{len(world.sessions) + 1}",
        f"permission{len(world.permissions) + 1}",
        f"charge{len(world.charges) + 1}",
        f"refund{len(world.refunds) + 1}",
    )


def _written(call: Call) -> Hashable:
    return call.operation, call.target, call.simulation, call.key, repr(call.body)
