"""Hypothesis strategies over the model: scenarios and steps, bodies and amounts, objects as answered."""

if __name__ != "amazonpay_conformance.strategies":  # the checkout's folder name, when the root is on sys.path
    raise ImportError(
        f"this package is installed as 'amazonpay_conformance.strategies', not imported as {__name__!r}: "
        "run 'pip install -e .'"
    )

from amazonpay_conformance.strategies.amounts import prices
from amazonpay_conformance.strategies.bodies import broken_bodies
from amazonpay_conformance.strategies.objects import charge_permissions, charges, refunds, sessions
from amazonpay_conformance.strategies.requests import request_bodies
from amazonpay_conformance.strategies.scenarios import scenarios, steps

__all__ = [
    "broken_bodies",
    "charge_permissions",
    "charges",
    "prices",
    "refunds",
    "request_bodies",
    "scenarios",
    "sessions",
    "steps",
]
