"""Scenarios in which the quota is used up and Retry-After says for how long: one for each operation there is.

Whether a client waits may depend on the call: in an SDK, what is read is often sent again elsewhere than what
is made. Who waits takes two seconds a scenario, so the quick selection has one operation of each class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.scenario import CallStep, FaultStep, Scenario, Step
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.troubles import CLASSES, TOLD_TO_WAIT, Troubles


def throttled(abilities: Abilities, plans: Iterable[Scenario], *, quick: bool) -> Troubles:
    """Return a scenario for each operation that some plan calls: what leads there, and the fault before it.

    Args:
        abilities: what client and target can do.
        plans: scenarios that both can play, whatever for.
        quick: whether one operation of each class is enough.
    """
    if not abilities.faults:
        return Troubles(())
    ways = _ways(plans)
    known = [name for name in ALL_OPERATIONS if name in abilities.operations]
    wanted = [name for name in known if name in ways]
    unplanned = [name for name in known if name not in ways]
    chosen = list(_of_each_class(wanted)) if quick else wanted
    return Troubles(
        tuple(_scenario(ways[name]) for name in chosen), tuple(_left_out(wanted, chosen, unplanned))
    )


def _left_out(wanted: list[str], chosen: list[str], unplanned: list[str]) -> Iterator[str]:
    if len(chosen) < len(wanted):
        yield f"Retry-After: tried with {len(chosen)} of {len(wanted)} operations (--profile full tries all)"
    if unplanned:
        yield f"Retry-After: not tried with what no plan calls: {', '.join(unplanned)}"


def _of_each_class(names: list[str]) -> Iterator[str]:
    firsts = (next((name for name in of_class if name in names), None) for of_class in CLASSES.values())
    return (name for name in firsts if name is not None)


def _ways(plans: Iterable[Scenario]) -> Mapping[str, tuple[Step, ...]]:
    """Return the shortest way that ends with a call of each operation that is not spoilt."""
    ways: dict[str, tuple[Step, ...]] = {}
    for plan in plans:
        for number, step in enumerate(plan.steps):
            if isinstance(step, FaultStep):
                break
            if isinstance(step, CallStep) and step.tamper is None:
                known = ways.get(step.operation)
                if known is None or number + 1 < len(known):
                    ways[step.operation] = plan.steps[: number + 1]
    return ways


def _scenario(way: tuple[Step, ...]) -> Scenario:
    *before, last = way
    operation = last.operation if isinstance(last, CallStep) else None
    return Scenario((*before, FaultStep(TOLD_TO_WAIT, 1, operation), last))
