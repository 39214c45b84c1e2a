"""Races: scenarios in which several callers act on one object at once, each legal alone.

One for each pair of acts that can meet on an object, some of three and four callers. They lead to the object,
let the callers loose, and read what became of it. What they are answered depends on who comes first, so no
answer is planned: a server is right whose answers some order explains (`model.linearizability`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any, Final

from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.scenario import BuyerStep, CallStep, ParallelStep, Scenario, Step
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import RETURN_URL, REVIEW_URL, STORE_ID, price, ref

SESSION: Final = "session#1"
PERMISSION: Final = "permission#1"
CHARGE: Final = "charge#1"


@dataclass(frozen=True, slots=True)
class Race:
    """Who meets whom, and where: `way` leads there, `reads` are the objects that are looked at afterwards.

    `given`: it takes permission#1, which the kit was given, instead of a buyer.
    """

    name: str
    way: str
    callers: tuple[tuple[CallStep, ...], ...]
    reads: tuple[str, ...]
    quick: bool = False
    given: bool = False


def _call(operation: str, target: str | None = None, body: Any = None, **more: Any) -> CallStep:
    return CallStep(operation, target, body, None, more.get("key"), more.get("makes", {}))


def _created(intent: str, **details: Any) -> CallStep:
    body = {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": REVIEW_URL, "checkoutResultReturnUrl": RETURN_URL},
        "storeId": STORE_ID,
        "paymentDetails": {"paymentIntent": intent, "chargeAmount": price("order"), **details},
    }
    return _call("create_checkout_session", None, body, key="key#1", makes={"session": SESSION})


def _approved(intent: str, **details: Any) -> tuple[Step, ...]:
    return _created(intent, **details), BuyerStep("signs_in", SESSION), BuyerStep("approves", SESSION, "1111")


def _completed(**body: Any) -> CallStep:
    made = {"permission": PERMISSION, "charge": CHARGE}
    return _call("complete_checkout_session", SESSION, {"chargeAmount": price("same"), **body}, makes=made)


def _charged(amount: str, number: int, **more: Any) -> CallStep:
    body = {"chargePermissionId": ref(PERMISSION), "chargeAmount": price(amount), **more}
    return _call("create_charge", None, body, key=f"key#{10 + number}", makes={"charge": f"charge#{number}"})


_SPLIT: Final[dict[str, Any]] = {"totalOrderAmount": price("total")}
_BOTH: Final[dict[str, Any]] = {"totalOrderAmount": price("same-total")}

WAYS: Final[Mapping[str, tuple[Step, ...]]] = {
    "nothing": (),
    "approved": _approved("Authorize"),
    "confirmed": (*_approved("Confirm"), _completed()),
    "authorized": (*_approved("Authorize"), _completed()),
    "authorized in part": (*_approved("Authorize", **_SPLIT), _completed(**_BOTH)),
    "captured": (*_approved("AuthorizeWithCapture"), _completed()),
    "captured in part": (*_approved("AuthorizeWithCapture", **_SPLIT), _completed(**_BOTH)),
    # for targets without a buyer: permission#1 was given to the kit
    "charged": (_charged("small", 1),),
    "charged and captured": (_charged("small", 1, captureNow=True),),
}
"""Steps that lead to an object on which callers can meet."""


# --- what a caller does; the number tells his key, and what he makes, from the others'


def _captures(number: int) -> CallStep:
    return _call("capture_charge", CHARGE, {"captureAmount": price("all")}, key=f"key#{20 + number}")


def _cancels(_: int) -> CallStep:
    return _call("cancel_charge", CHARGE, {"cancellationReason": "sold out"})


def _refunds(number: int, amount: str = "headroom") -> CallStep:
    body = {"chargeId": ref(CHARGE), "refundAmount": price(amount)}
    made = {"refund": f"refund#{number}"}
    return _call("create_refund", None, body, key=f"key#{30 + number}", makes=made)


def _charges(number: int) -> CallStep:
    return _charged("all", number + 1, captureNow=True)


def _completes(_: int) -> CallStep:
    return _completed()


def _updates(number: int) -> CallStep:
    return _call("update_checkout_session", SESSION, {"merchantMetadata": {"noteToBuyer": f"note {number}"}})


def _closes(_: int) -> CallStep:
    return _call(
        "close_charge_permission", PERMISSION, {"closureReason": "done", "cancelPendingCharges": True}
    )


def _opens(number: int) -> CallStep:
    body = _created("Authorize").body
    made = {"session": f"session#{number}"}
    return _call("create_checkout_session", None, body, key=f"key#{40 + number}", makes=made)


_MEETING: Final[Mapping[str, tuple[tuple[Any, ...], tuple[str, ...]]]] = {
    # way → what each alone may do there, and what is read afterwards
    "approved": ((_completes, _updates), (SESSION,)),
    "confirmed": ((_charges, _closes), (PERMISSION,)),
    "authorized": ((_captures, _cancels, _closes), (CHARGE, PERMISSION)),
    "authorized in part": ((_captures, _charges), (CHARGE, PERMISSION)),
    "captured in part": ((_refunds, _charges, _closes), (CHARGE, PERMISSION)),
}
_QUICK: Final = {
    ("authorized", _captures, _captures),
    ("authorized", _captures, _cancels),
    ("confirmed", _charges, _charges),
    ("captured in part", _refunds, _refunds),
    ("approved", _completes, _completes),
}


def _pairs() -> Iterator[Race]:
    for way, (acts, reads) in _MEETING.items():
        for one, other in combinations_with_replacement(acts, 2):
            callers = ((one(1),), (other(2),))
            name = f"{_verb(one)} and {_verb(other)}, {way}"
            yield Race(name, way, callers, reads, (way, one, other) in _QUICK)


def _verb(act: Any) -> str:
    return str(act.__name__.removeprefix("_"))


def _with_one_key(*calls: CallStep) -> tuple[tuple[CallStep, ...], ...]:
    """Callers who make the same request with the same key, each of whom may be told what it made."""
    return tuple((replace(call, key=calls[0].key, body=calls[0].body),) for call in calls)


def _each(act: Any, count: int) -> tuple[tuple[CallStep, ...], ...]:
    return tuple((act(number),) for number in range(1, count + 1))


def _reading(call: CallStep, operation: str, symbol: str) -> tuple[CallStep, ...]:
    return call, _call(operation, symbol)


_BOTH_READS: Final = (CHARGE, PERMISSION)

# fmt: off
_MORE: Final = (
    # --- the same request with the same key
    Race("one key opens one session", "nothing", _with_one_key(_opens(1), _opens(2), _opens(3)), (SESSION,), quick=True),
    Race("one key makes one charge", "confirmed", _with_one_key(_charges(1), _charges(2)), (PERMISSION,), quick=True),
    Race("one key captures once", "authorized", _with_one_key(_captures(1), _captures(2)), _BOTH_READS),
    Race("one key makes one refund", "captured", _with_one_key(_refunds(1, "small"), _refunds(2, "small")), _BOTH_READS),
    Race("one key, four callers", "confirmed", _with_one_key(*map(_charges, range(1, 5))), (PERMISSION,)),

    # --- a refund that is legal only after the capture
    Race("capture and refund", "authorized", ((_captures(1),), (_refunds(2, "small"),)), _BOTH_READS),

    # --- three and four callers
    Race("three captures", "authorized", _each(_captures, 3), _BOTH_READS),
    Race("capture, cancel and close", "authorized", ((_captures(1),), (_cancels(2),), (_closes(3),)), _BOTH_READS),
    Race("two captures, cancel and close", "authorized", ((_captures(1),), (_captures(2),), (_cancels(3),), (_closes(4),)), _BOTH_READS, quick=True),
    Race("four refunds", "captured", _each(_refunds, 4), _BOTH_READS),
    Race("four charges", "confirmed", _each(_charges, 4), (PERMISSION,)),

    # --- callers who look at what they did
    Race("capture and look, cancel and look", "authorized", (_reading(_captures(1), "get_charge", CHARGE), _reading(_cancels(2), "get_charge", CHARGE)), _BOTH_READS),
    Race("charge and look, twice", "confirmed", (_reading(_charges(1), "get_charge", "charge#2"), _reading(_charges(2), "get_charge", "charge#3")), (PERMISSION,)),
    Race("refund and look, capture and look", "authorized", (_reading(_refunds(1, "small"), "get_charge", CHARGE), _reading(_captures(2), "get_charge", CHARGE)), _BOTH_READS),

    # --- on a permission that the kit was given
    Race("captures on a given permission", "charged", _each(_captures, 2), (CHARGE,), quick=True, given=True),
    Race("capture and cancel on a given permission", "charged", ((_captures(1),), (_cancels(2),)), (CHARGE,), quick=True, given=True),
    Race("refunds on a given permission", "charged and captured", _each(_refunds, 2), (CHARGE,), given=True),
    Race("one key on a given permission", "nothing", _with_one_key(_charged("small", 1), _charged("small", 2)), (), given=True),
)
# fmt: on

RACES: Final[Mapping[str, Race]] = {race.name: race for race in (*_pairs(), *_MORE)}
"""The races by name."""

_GETTERS: Final = {
    SESSION: "get_checkout_session",
    PERMISSION: "get_charge_permission",
    CHARGE: "get_charge",
}


def races(abilities: Abilities, *, quick: bool) -> Iterator[Scenario]:
    """Yield the races that client and target can run together.

    Args:
        abilities: what they can do.
        quick: only a handful, one of each kind.
    """
    for race in RACES.values():
        planned = scenario_of(race)
        if (
            race.quick >= quick
            and not (race.given and abilities.buyer)
            and all(_is_possible(step, abilities) for step in planned.steps)
        ):
            yield planned


def scenario_of(race: Race) -> Scenario:
    """Return the way, the race, and a look at what became of its objects."""
    reads = tuple(_call(_GETTERS[symbol], symbol) for symbol in race.reads)
    return Scenario((*WAYS[race.way], ParallelStep(race.callers), *reads))


def _is_possible(step: Step, abilities: Abilities) -> bool:
    if isinstance(step, ParallelStep):
        keys = [call.key for call in step.calls if call.key]
        unshared = abilities.caller_keys or len(keys) == len(set(keys))
        return unshared and all(_is_possible(call, abilities) for call in step.calls)
    if isinstance(step, CallStep):
        given = PERMISSION not in _named(step) or abilities.buyer or bool(abilities.permissions)
        return given and step.operation in abilities.operations & OPERATIONS.keys()
    return abilities.buyer if isinstance(step, BuyerStep) else True


def _named(step: CallStep) -> set[str]:
    values = (step.body or {}).values()
    ids = {value["$id"] for value in values if isinstance(value, Mapping) and "$id" in value}
    return {*ids, step.target or ""}
