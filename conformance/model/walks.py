"""The walks whose union proves the model: small worlds, each large in another direction.

One walk over everything would not end in a day. What two directions do to each other (two charges and an
idempotency key, say) is left to the random search.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from amazonpay_conformance.model import alphabet
from amazonpay_conformance.model.alphabet import BUYERS, OWNERS, Bounds
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.model.switches import Settings

_EVERY: Final = frozenset(OPERATIONS)
_NONE: Final[frozenset[str]] = frozenset()
_SESSION: Final = frozenset(
    {
        "create_checkout_session",
        "get_checkout_session",
        "complete_checkout_session",
        "finalize_checkout_session",
    }
)
_UPDATES: Final = _SESSION | {"update_checkout_session"}
_PAYMENT: Final = _EVERY - {"get_checkout_session", "update_checkout_session", "finalize_checkout_session"}
_AFTERWARDS: Final = _PAYMENT - _SESSION
_MOVES: Final = _PAYMENT - {
    "get_charge_permission",
    "get_charge",
    "get_refund",
    "update_charge_permission",
    "update_charge",
}
_APPROVAL: Final = ("signs_in", "approves")
_TELLING: Final = ("1111", "3064", "3434", "0701", "4354")
"""A card of each kind."""


def _one_charge(name: str, **more: object) -> Bounds:
    return replace(
        Bounds(
            name,
            (),
            charges=1,
            amounts=("all",),
            operations=_PAYMENT,
            wrong=_AFTERWARDS,
            simulated=_AFTERWARDS,
            over=False,
        ),
        **more,  # type: ignore[arg-type]
    )


def _two_charges(name: str, **more: object) -> Bounds:
    return replace(
        Bounds(
            name, (), refunds=0, amounts=("all",), operations=_MOVES, wrong=_NONE, simulated=_NONE, over=False
        ),
        **more,  # type: ignore[arg-type]
    )
