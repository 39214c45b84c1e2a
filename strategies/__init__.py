"""Hypothesis strategies over the model: scenarios, and the generator beneath them."""

if __name__ != "amazonpay_conformance.strategies":  # the checkout's folder name, when the root is on sys.path
    raise ImportError(
        f"this package is installed as 'amazonpay_conformance.strategies', not imported as {__name__!r}: "
        "run 'pip install -e .'"
    )

from amazonpay_conformance.strategies.bodies import broken_bodies, legal_bodies
from amazonpay_conformance.strategies.scenarios import scenarios

__all__ = ["broken_bodies", "legal_bodies", "scenarios"]
