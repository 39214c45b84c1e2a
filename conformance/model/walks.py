"""The walks whose union proves the model: small worlds, each large in another direction.

One walk over everything would not end in a day. What two directions do to each other (two charges and an
idempotency key, say) is left to the random search.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from amazonpay_conformance.model import alphabet as orders
from amazonpay_conformance.model.actions import BuyerDeed
from amazonpay_conformance.model.alphabet import MONEY_RULES, ORDERS, OWNERS, Bounds
from amazonpay_conformance.model.figures import Figures, Tally
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.rules import UNCERTAIN
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.model.switches import Settings
from amazonpay_conformance.model.walk import walk

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
_PAYMENT: Final = frozenset(OPERATIONS) - {
    "get_checkout_session",
    "update_checkout_session",
    "finalize_checkout_session",
}
_AFTERWARDS: Final = _PAYMENT - _SESSION
_MOVES: Final = frozenset(o for o in _PAYMENT if not o.startswith("get_")) - {
    "update_charge_permission",
    "update_charge",
}
_CREATES: Final = frozenset({"create_checkout_session", "complete_checkout_session"})
_APPROVAL: Final[tuple[BuyerDeed, ...]] = ("signs_in", "approves")
_A_CARD_OF_EACH_KIND: Final = ("1111", "3064", "3434", "0701", "4354")
_PENDING_CARDS: Final = ("0701", "4354")


def _one_charge(name: str, **more: Any) -> Bounds:
    """One charge and one refund, and everything that can be done to them."""
    bounds = Bounds(name, (), charges=1, amounts=("all",), operations=_PAYMENT, over=False)
    return replace(bounds, wrong=_AFTERWARDS, simulated=_AFTERWARDS, **more)


def _two_charges(name: str, **more: Any) -> Bounds:
    """Two charges, and what moves them."""
    bounds = Bounds(name, (), refunds=0, amounts=("all",), operations=_MOVES, over=False)
    return replace(bounds, **{"wrong": _NONE, "simulated": _NONE, **more})


def _chosen(switch: str, choice: str, **more: Any) -> Bounds:
    """Two charges under another choice for an open question."""
    settings = Settings.of({switch: choice})
    bounds = _two_charges(f"{switch}={choice}", orders=(orders.SPLIT,), settings=settings)
    return replace(bounds, **more)


WALKS: Final = (
    Bounds(
        "sessions",
        (orders.CONFIRM, orders.PENDING, orders.SPLIT_CAPTURE, orders.SETUP, orders.WALLET),
        charges=1,
        operations=_SESSION,
        cards=_A_CARD_OF_EACH_KIND,
    ),
    Bounds(
        "products",
        (orders.AUTHORIZE,),
        charges=1,
        operations=_SESSION,
        products=("PayAndShip", "PayOnly", "PayAndShipMultiAddress"),
        simulated=_NONE,
        times=False,
    ),
    Bounds("orders", ORDERS, charges=1, operations=_SESSION, wrong=_NONE, simulated=_NONE),
    Bounds("updates", (orders.BARE, orders.AUTHORIZE), charges=1, operations=_UPDATES, simulated=_NONE),
    _two_charges(
        "updates that pend",
        orders=(orders.PENDING,),
        operations=_UPDATES,
        cards=_PENDING_CARDS,
        simulated=frozenset({"complete_checkout_session"}),
    ),
    _two_charges("cards", orders=(orders.AUTHORIZE, orders.PENDING), operations=_CREATES, cards=tuple(CARDS)),
    replace(
        _one_charge("confirm", orders=(orders.CONFIRM,), refunds=0),
        wrong=_AFTERWARDS - {"update_charge_permission"},
    ),
    _one_charge("authorize", orders=(orders.AUTHORIZE,)),
    replace(_one_charge("recurring", orders=(orders.RECURRING,), refunds=0), simulated=_NONE),
    replace(
        _one_charge("euro", orders=(orders.RECURRING,), region="eu", refunds=0),
        simulated=_NONE,
        deeds=_APPROVAL,
    ),
    replace(_one_charge("wallet", orders=(orders.WALLET,), refunds=0), simulated=_NONE),
    _two_charges(
        "pending",
        orders=(orders.PENDING, orders.SPLIT_PENDING),
        cards=_PENDING_CARDS,
        refunds=1,
        charges=1,
        operations=_PAYMENT,
        simulated=frozenset({"capture_charge"}),
    ),
    _two_charges(
        "declined",
        orders=(orders.AUTHORIZE,),
        simulated=frozenset({"create_charge"}),
        liberties=frozenset(UNCERTAIN),
        deeds=_APPROVAL,
        operations=_CREATES | {"create_charge", "capture_charge"},
        times=False,
    ),
    _two_charges("halves", orders=(orders.CONFIRM,), amounts=("all", "half"), deeds=_APPROVAL),
    _two_charges("split", orders=(orders.SPLIT, orders.SPLIT_CAPTURE), refunds=1, deeds=_APPROVAL),
    _two_charges("months", orders=(orders.RECURRING,), deeds=_APPROVAL),
    _two_charges(
        "refunds", orders=(orders.CAPTURE,), charges=1, refunds=3, amounts=("all", "half"), deeds=_APPROVAL
    ),
    _two_charges(
        "many charges",
        orders=(orders.CONFIRM,),
        charges=25,
        amounts=("small",),
        deeds=_APPROVAL,
        times=False,
        operations=_CREATES | {"create_charge"},
    ),
    _two_charges(
        "many refunds",
        orders=(orders.CAPTURE,),
        refunds=10,
        amounts=("small",),
        deeds=_APPROVAL,
        times=False,
        operations=_CREATES | {"create_refund"},
    ),
    Bounds(
        "given",
        (),
        charges=1,
        refunds=0,
        operations=_AFTERWARDS,
        amounts=("small",),
        simulated=_NONE,
        deeds=OWNERS,
        given=True,
    ),
    replace(_one_charge("yen", orders=(orders.AUTHORIZE,), region="jp"), simulated=_NONE, deeds=_APPROVAL),
    _two_charges(
        "keys",
        orders=(orders.CONFIRM, orders.CAPTURE),
        charges=1,
        refunds=1,
        operations=_SESSION | {"create_charge", "create_refund", "capture_charge"},
        keys=("key",),
        deeds=_APPROVAL,
        times=False,
    ),
    _two_charges(
        "defects",
        orders=(orders.CAPTURE,),
        charges=1,
        refunds=1,
        operations=frozenset(OPERATIONS),
        defects=True,
        deeds=_APPROVAL,
        times=False,
    ),
    _two_charges(
        "liberties",
        orders=(orders.AUTHORIZE, orders.CAPTURE),
        refunds=1,
        liberties=frozenset(UNCERTAIN),
        deeds=_APPROVAL,
        operations=_CREATES | {"create_charge", "capture_charge", "cancel_charge"},
        wrong=frozenset({"create_charge"}),
    ),
    _chosen("permission-closes", "at-first-capture"),
    _chosen("charge-in-progress", "always"),
    _chosen(
        "charge-in-progress",
        "never",
        orders=(orders.AUTHORIZE,),
        operations=_MOVES | {"update_charge_permission"},
        simulated=frozenset({"create_charge"}),
        liberties=frozenset(UNCERTAIN),
        deeds=_APPROVAL,
        times=False,
    ),
    _chosen("captured-remainder", "kept"),
    _chosen("open-authorizations", "free", liberties=frozenset(UNCERTAIN) - MONEY_RULES | {"CHG-R05"}),
    _chosen("declined-permission", "unaffected", charges=1, simulated=frozenset({"create_charge"})),
    _chosen("rejected-permission", "unaffected", charges=1, simulated=frozenset({"create_charge"})),
    _chosen("recurring-expiry", "fixed", orders=(orders.RECURRING,), charges=1),
)
"""Each is large in one direction; together they reach all that can be reached."""


def figures(walks: Iterable[Bounds] = WALKS) -> Figures:
    """Walk, and return what was seen.

    Args:
        walks: the bounds of each walk.
    """
    seen = Figures()
    for bounds in walks:
        tally = Tally()
        for taken in walk(bounds):
            tally.note(taken)
        seen |= tally.figures()
    return seen
