"""Retry-After is tried with every operation that client and target have; what is left out is said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.scenario import CallStep, FaultStep, Scenario
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.resources import resources
from amazonpay_conformance.strategies.throttled import throttled
from amazonpay_conformance.strategies.tour import tour
from amazonpay_conformance.strategies.troubles import CLASSES
from amazonpay_conformance.strategies.worlds import explore

ABLE = replace(Abilities(faults=True), operations=frozenset(ALL_OPERATIONS))


@cache
def plans() -> tuple[Scenario, ...]:
    calm = replace(ABLE, faults=False)
    return (*tour(calm, explore(calm, most=40), pairs=False), *resources(calm, servers=True))


def tried(scenarios: tuple[Scenario, ...]) -> list[str]:
    """The operations that are throttled: the fault comes before them, and they are called last."""
    found = []
    for scenario in scenarios:
        fault, call = scenario.steps[-2:]
        assert isinstance(call, CallStep)
        assert fault == FaultStep("429-retry-after", 1, call.operation)
        found.append(call.operation)
    return found


def test_full_tries_it_with_every_operation() -> None:
    found = throttled(ABLE, plans(), quick=False)
    assert tried(found.scenarios) == list(ALL_OPERATIONS)
    assert found.left_out == ()


def test_quick_tries_it_with_an_operation_of_each_class_and_says_so() -> None:
    found = throttled(ABLE, plans(), quick=True)
    assert all(name in of for name, of in zip(tried(found.scenarios), CLASSES.values(), strict=True))
    assert found.left_out == (
        f"Retry-After: tried with 4 of {len(ALL_OPERATIONS)} operations (--profile full tries all)",
    )


def test_what_no_plan_calls_is_left_out_and_said() -> None:
    alone = (Scenario((CallStep("get_charge", "charge#unknown"),)),)
    found = throttled(replace(ABLE, operations=frozenset({"get_charge", "get_refund"})), alone, quick=False)
    assert tried(found.scenarios) == ["get_charge"]
    assert found.left_out == ("Retry-After: not tried with what no plan calls: get_refund",)


def test_a_target_on_which_nothing_goes_wrong_is_not_asked() -> None:
    assert throttled(replace(ABLE, faults=False), plans(), quick=False).scenarios == ()
