"""Whether client and target can take a step together: what they cannot is not planned."""

from __future__ import annotations

from collections.abc import Mapping

from amazonpay_conformance.model.scenario import (
    AdvanceStep,
    BuyerStep,
    CallStep,
    FaultStep,
    ParallelStep,
    RepeatStep,
    RotateKeyStep,
    Step,
)
from amazonpay_conformance.strategies.generator import Abilities


def is_possible(step: Step, abilities: Abilities) -> bool:
    """Tell whether client and target can take a step together.

    Args:
        step: the step.
        abilities: what they can do.
    """
    if isinstance(step, CallStep):
        simulated = step.simulation is None or abilities.simulations
        return step.operation in abilities.operations and simulated
    if isinstance(step, ParallelStep):
        return all(is_possible(call, abilities) for call in step.calls)
    able: Mapping[type[Step], bool] = {
        BuyerStep: abilities.buyer,
        AdvanceStep: abilities.clock,
        RepeatStep: abilities.caller_keys,
        FaultStep: abilities.faults,
        RotateKeyStep: abilities.keys,
    }
    return able[type(step)]
