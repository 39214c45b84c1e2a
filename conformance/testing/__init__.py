"""For tests of your own: the strategies, the checks as an assertion, and a state machine to extend.

docs/hypothesis.md tells how to use them. Nothing is started before it is used, and `AmazonPayMachine`, which
needs hypothesis.stateful, is imported when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amazonpay_conformance.engine.setup import SetUpProblem
from amazonpay_conformance.strategies import (
    broken_bodies,
    charge_permissions,
    charges,
    prices,
    refunds,
    request_bodies,
    scenarios,
    sessions,
    steps,
)
from amazonpay_conformance.testing.kit import Conformance, NotConforming, network_settings

if TYPE_CHECKING:
    from amazonpay_conformance.testing.machine import AmazonPayMachine

__all__ = [
    "AmazonPayMachine",
    "Conformance",
    "NotConforming",
    "SetUpProblem",
    "broken_bodies",
    "charge_permissions",
    "charges",
    "network_settings",
    "prices",
    "refunds",
    "request_bodies",
    "scenarios",
    "sessions",
    "steps",
]


def __getattr__(name: str) -> Any:
    if name == "AmazonPayMachine":
        from amazonpay_conformance.testing.machine import AmazonPayMachine

        return AmazonPayMachine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
