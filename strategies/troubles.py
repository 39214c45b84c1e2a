"""Scenarios of what goes wrong on the way, and of what is decided later: few, and the same in every run.

An SDK that retries waits for seconds, so the quick selection tries each status with one operation; all that
costs no wait is tried with an operation of each class. What was left out is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from amazonpay_conformance.model.faults import FAULTS, Fault
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.retries import MOST_TRIES
from amazonpay_conformance.model.scenario import (
    AdvanceStep,
    BuyerStep,
    CallStep,
    FaultStep,
    RepeatStep,
    Scenario,
    Step,
)
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import RETURN_URL, REVIEW_URL, STORE_ID, price, ref

CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "creating": ("create_checkout_session", "create_charge", "capture_charge", "create_refund"),
    "completing": ("complete_checkout_session",),
    "reading": ("get_checkout_session", "get_charge"),
    "changing": ("update_checkout_session", "cancel_charge"),
}
"""Operations by what it means to send them twice."""

TRIED: Final = tuple(name for names in CLASSES.values() for name in names)

TOLD_TO_WAIT: Final = "429-retry-after"
"""The fault that is tried with every operation (`throttled`), and so not here."""

_FAULTS: Final = tuple(fault for fault in FAULTS if fault.id != TOLD_TO_WAIT)

AWAY: Final = FaultStep("503", MOST_TRIES + 3)
CUT_OFF: Final = FaultStep("dropped-before", MOST_TRIES + 3)
"""More often than anybody may try."""

_INTENTS: Final[Mapping[str, str]] = {
    "create_charge": "Confirm",
    "create_refund": "AuthorizeWithCapture",
}
"""What the order has to be for an operation to come next; to authorize where not said."""

_SHARED: Final = ("get_checkout_session", "get_charge", "update_checkout_session")
"""Operations that can be called again and again on the same objects."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """The scenarios, and in words what was left out of them."""

    scenarios: tuple[Scenario, ...]
    left_out: tuple[str, ...] = ()


def troubles(abilities: Abilities, *, quick: bool) -> Troubles:
    """Return the scenarios that client and target together can play.

    Args:
        abilities: what they can do.
        quick: whether to leave out what takes long with an SDK that waits between its tries.
    """
    if not abilities.faults or not abilities.buyer or "create_checkout_session" not in abilities.operations:
        return Troubles(())
    known = [name for name in TRIED if all(n in abilities.operations for n in _needed(name))]
    pairs = {name: tuple(_faults_of(name, known, quick=quick)) for name in known}
    scenarios = [_scenario(name, faults, abilities) for name, faults in pairs.items() if faults]
    exhausted = known[:1] if quick else known
    scenarios += [_exhausted(name, AWAY, abilities) for name in exhausted]
    scenarios += [_exhausted(name, CUT_OFF, abilities) for name in exhausted]
    return Troubles((*scenarios, *_decided_later(abilities)), tuple(_left_out(pairs, exhausted)))


def _needed(name: str) -> Iterator[str]:
    yield name
    if not name.endswith("checkout_session"):
        yield "complete_checkout_session"


def _faults_of(name: str, known: list[str], *, quick: bool) -> Iterator[Fault]:
    """Choose what goes wrong with an operation; the statuses go round, so that each is somebody's."""
    statuses = [fault for fault in _FAULTS if fault.status is not None]
    others = [fault for fault in _FAULTS if fault.status is None]
    if not quick:
        yield from _FAULTS
        return
    yield from (fault for number, fault in enumerate(statuses) if known[number % len(known)] == name)
    firsts = {next((n for n in names if n in known), "") for names in CLASSES.values()}
    yield from (fault for fault in others if name in firsts or fault.id.startswith("dropped"))


def _left_out(pairs: Mapping[str, tuple[Fault, ...]], exhausted: list[str]) -> Iterator[str]:
    for what, of_kind in (("faults that are a status", True), ("other faults", False)):
        kind = [fault for fault in _FAULTS if (fault.status is not None) is of_kind]
        tried = sum((fault.status is not None) is of_kind for faults in pairs.values() for fault in faults)
        possible = len(kind) * len(pairs)
        if tried < possible:
            yield f"{what}: {tried} of {possible} pairs with an operation (--profile full tries all)"
    if len(exhausted) < len(pairs):
        yield f"a service that stays away: tried with {len(exhausted)} of {len(pairs)} operations"


def _scenario(name: str, faults: Iterable[Fault], abilities: Abilities) -> Scenario:
    steps: list[Step] = []
    for number, fault in enumerate(faults, 1):
        objects = 1 if name in _SHARED else number
        if number == 1 or name not in _SHARED:
            steps += _way(name, objects)
        steps += [FaultStep(fault.id), *_tried(name, objects, number, abilities)]
    return Scenario(tuple(steps))


def _exhausted(name: str, fault: FaultStep, abilities: Abilities) -> Scenario:
    return Scenario((*_way(name, 1), fault, _tried(name, 1, 1, abilities)[0]))


def _tried(name: str, objects: int, number: int, abilities: Abilities) -> list[Step]:
    """The call, and what its caller does then: the same again with the same key, or look."""
    call = _call(name, objects, number)
    if call.key is not None:
        return [call, RepeatStep(call.key)] if abilities.caller_keys else [call]
    kind = "charge" if name.endswith("charge") else "checkout_session"
    looks = OPERATIONS[name].method != "GET" and f"get_{kind}" in abilities.operations
    symbol = f"charge#{objects}" if kind == "charge" else f"session#{objects}"
    return [call, CallStep(f"get_{kind}", symbol)] if looks else [call]


def _way(name: str, number: int) -> list[Step]:
    """Return what comes before an operation can be called."""
    if name == "create_checkout_session":
        return []
    opened = _opened(number, _INTENTS.get(name, "Authorize"))
    if name in ("get_checkout_session", "update_checkout_session"):
        return [opened]
    session = f"session#{number}"
    approved: list[Step] = [opened, BuyerStep("signs_in", session), BuyerStep("approves", session, "1111")]
    return approved if name == "complete_checkout_session" else [*approved, _completed(number)]


def _call(name: str, objects: int, number: int) -> CallStep:
    """Return the `number`th call of an operation, on the objects of that number."""
    charge, key = f"charge#{objects}", f"key#{100 + number}"
    if name == "create_checkout_session":
        return replace(_opened(number, "Authorize"), key=key)
    if name == "complete_checkout_session":
        return _completed(objects)
    target, body, made = {
        "update_checkout_session": (f"session#{objects}", _noted(number), None),
        "get_checkout_session": (f"session#{objects}", None, None),
        "get_charge": (charge, None, None),
        "cancel_charge": (charge, {"cancellationReason": "test"}, None),
        "capture_charge": (charge, {"captureAmount": price("all")}, None),
        "create_charge": (None, _amount("charge", ref(f"permission#{objects}")), f"charge#{100 + number}"),
        "create_refund": (None, _amount("refund", ref(charge)), f"refund#{number}"),
    }[name]
    makes = {made.partition("#")[0]: made} if made else {}
    return CallStep(name, target, body, key=key if OPERATIONS[name].needs_key else None, makes=makes)


def _noted(number: int) -> dict[str, Any]:
    return {"merchantMetadata": {"merchantReferenceId": f"order {number}"}}


def _amount(kind: str, of: Any) -> dict[str, Any]:
    holder = {"charge": "chargePermissionId", "refund": "chargeId"}[kind]
    return {holder: of, f"{kind}Amount": price("small")}


def _opened(number: int, intent: str, **details: Any) -> CallStep:
    body = {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW_URL, "checkoutResultReturnUrl": RETURN_URL},
        "storeId": STORE_ID,
        "paymentDetails": {"paymentIntent": intent, "chargeAmount": price("order"), **details},
    }
    makes = {"session": f"session#{number}"}
    return CallStep("create_checkout_session", None, body, key=f"key#{number}", makes=makes)


def _completed(number: int) -> CallStep:
    makes = {"permission": f"permission#{number}", "charge": f"charge#{number}"}
    body = {"chargeAmount": price("same")}
    return CallStep("complete_checkout_session", f"session#{number}", body, makes=makes)


def _decided_later(abilities: Abilities) -> Iterator[Scenario]:
    """An authorization, a capture and a refund that pend, each read before and after it is decided."""
    has = abilities.operations
    if not abilities.clock or not {"complete_checkout_session", "get_charge"} <= has:
        return
    wait, read = AdvanceStep(TIMERS["settlement"]), CallStep("get_charge", "charge#1")
    signed_in = BuyerStep("signs_in", "session#1")
    pends: list[Step] = [_opened(1, "Authorize", canHandlePendingAuthorization=True), signed_in]
    for card in ("0701", "4354"):  # which succeeds, and which is declined
        yield Scenario((*pends, BuyerStep("approves", "session#1", card), _completed(1), read, wait, read))
    if {"create_refund", "get_refund"} <= has:
        refund, look = _call("create_refund", 1, 1), CallStep("get_refund", "refund#1")
        yield Scenario((*_way("create_refund", 1), refund, look, wait, look))
    if "capture_charge" in has and abilities.simulations:
        capture = replace(_call("capture_charge", 1, 1), simulation="CaptureInitiated")
        yield Scenario((*_way("capture_charge", 1), capture, read, wait, read))
