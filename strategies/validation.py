"""Scenarios that ask a server to validate: each rule of each request schema broken alone, and legal extremes.

A broken body is refused and changes nothing, so several stand in one scenario, between two reads of what they
are about. The object is there in the state in which the call would succeed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from amazonpay_conformance.model.scenario import CallStep, Scenario
from amazonpay_conformance.strategies.flaws import Break, breaks, broken, extremes
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import RETURN_URL
from amazonpay_conformance.strategies.resources import WITH_BODY
from amazonpay_conformance.strategies.spoiling import PLACES, Place, is_possible
from amazonpay_conformance.strategies.steps import CHARGE, READ_CHARGE, created, paid

BATCH: Final = 12
"""How many broken bodies stand in one scenario of a thorough run."""

_CANCELED = {"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}}

ADDRESSED: Final = {
    # where an address belongs: api-facts §2.3, §5.6
    "webCheckoutDetails": {"checkoutMode": "ProcessOrder", "checkoutResultReturnUrl": RETURN_URL},
    "addressDetails": {"name": "Jane Doe", "phoneNumber": "0"},
}

VALIDATED: Final[tuple[Place, ...]] = (
    *(place for place in PLACES if place.call.body is not None and place.call.simulation is None),
    Place(paid("Authorize"), CallStep("update_charge", CHARGE, _CANCELED), (READ_CHARGE,)),
    Place((), created("AuthorizeWithCapture", more=ADDRESSED), within="/addressDetails/"),
    *(Place(before, call, reads) for before, call, reads in WITH_BODY),
)
"""Where bodies are broken: each operation that has one."""

REPEATABLE: Final = frozenset(
    {"create_checkout_session", "update_checkout_session", "update_charge_permission"}
)
"""Operations that succeed as often as they are called, so that several extremes stand in one scenario."""


def validations(abilities: Abilities, *, thorough: bool) -> Iterator[Scenario]:
    """Yield the scenarios that client and target together can play.

    Args:
        abilities: what they can do.
        thorough: break every rule in every way, not one of each kind for each operation.
    """
    for place in VALIDATED:
        if is_possible(place, abilities):
            yield from _of(place, thorough=thorough)


def rules_of(place: Place) -> tuple[Break, ...]:
    """Return the rules that are broken in a place."""
    return tuple(rule for rule in breaks(place.call.operation) if rule.path.startswith(place.within))


def _of(place: Place, *, thorough: bool) -> Iterator[Scenario]:
    body = place.call.body or {}
    rules = rules_of(place)
    chosen = rules if thorough else _one_of_each_kind(rules)
    bodies = (altered for rule in chosen if (altered := broken(body, rule)) is not None)
    yield from _scenarios(place, bodies)
    if place.call.operation in REPEATABLE and not place.within:
        legal = list(extremes(place.call.operation, body))
        yield from _scenarios(place, legal if thorough else legal[:: max(len(legal) // 4, 1)])


def _one_of_each_kind(rules: Sequence[Break]) -> Iterable[Break]:
    """The last of each kind: what stands deep in a body is checked less often than what stands on top."""
    return {rule.kind: rule for rule in rules}.values()


def _scenarios(place: Place, bodies: Iterable[Mapping[str, Any]]) -> Iterator[Scenario]:
    remaining = iter(bodies)
    while batch := tuple(islice(remaining, BATCH)):
        calls = (_called(place.call, body, number) for number, body in enumerate(batch, 1))
        yield Scenario((*place.before, *place.reads, *calls, *place.reads))


def _called(call: CallStep, body: Mapping[str, Any], number: int) -> CallStep:
    key = f"key#{100 + number}" if call.key is not None else None
    return replace(call, body=body, key=key, makes={})
