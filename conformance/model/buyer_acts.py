"""What a buyer's act does, if he can do it at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amazonpay_conformance.model.actions import BuyerAct
from amazonpay_conformance.model.buyer import ADDRESSES, DEFAULT_ADDRESS
from amazonpay_conformance.model.constraints import constraints
from amazonpay_conformance.model.draft import Draft
from amazonpay_conformance.model.operation import ObjectKind
from amazonpay_conformance.model.outcome import Outcome
from amazonpay_conformance.model.simulation import CARDS, DEFAULT_CARD
from amazonpay_conformance.model.world import (
    BuyerProgress,
    World,
)


def buyer_acts(world: World, act: BuyerAct) -> Iterator[Outcome]:
    kind: ObjectKind = "CheckoutSession" if act.target in world.sessions else "ChargePermission"
    value = world.find(kind, act.target)
    card = act.card or getattr(value, "card", None) or DEFAULT_CARD
    if value is None or card not in CARDS or (act.address or DEFAULT_ADDRESS) not in ADDRESSES:
        return
    draft = Draft(world)
    if act.deed != "signs_in" and getattr(value, "buyer", "") == "absent" and value.state == "Open":
        # who comes to Amazon's page to pay signs in there first: api-facts §5.1, §5.6
        _progress(draft, act, "buyer_signs_in", card)
    # whoever approves with a card that cancels, cancels: api-facts §8.1
    trigger = f"buyer_{CARDS[card].deed if act.deed == 'approves' else act.deed}"
    if not draft.can_move(kind, act.target, trigger) or not _buyer_may(draft.world, act):
        return
    if trigger in _PROGRESS:
        _progress(draft, act, trigger, card)
    else:
        draft.move(kind, act.target, trigger)
    yield Outcome(0, draft.world, "", subject=(kind, act.target), used=tuple(draft.used))


def _progress(draft: Draft, act: BuyerAct, trigger: str, card: str) -> None:
    session = draft.world.sessions[act.target]
    extra: dict[str, Any] = {
        "buyer": _PROGRESS[trigger],
        "card": card,
        "product": act.product or session.product or "PayAndShip",
        "address": act.address or session.address,
    }
    draft.move("CheckoutSession", act.target, trigger, **extra)


_PROGRESS: Mapping[str, BuyerProgress] = {"buyer_signs_in": "signed_in", "buyer_approves": "approved"}


def _buyer_may(world: World, act: BuyerAct) -> bool:
    session = world.sessions.get(act.target)
    if session is None:
        permission = world.permissions[act.target]
        return act.deed != "fixes_payment_method" or permission.reason != "ChargeInProgress"
    if act.deed == "signs_in":
        return session.buyer != "approved"
    # he is sent to Amazon's page only when nothing is missing any more: api-facts §5.1
    return not constraints(session)
