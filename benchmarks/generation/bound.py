"""How many steps a tour over all pairs needs at least, whoever plans it.

A pair is two rows that fire one after the other on one object. Each firing of a row has one row before it and
one after it. So a row fires at least as often as there are pairs that it is the second of, or the first of,
and more often where it alone leads to a row that has to. A row that ends an object fires once on it: every
pair with such a row in the second place needs an object of its own. One step is one call or one act of the
buyer, and fires a row of its own on one object only. What time or other objects bring about is counted as
free, and all waiting as one step. So this is a bound that need not be reached.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from amazonpay_conformance.model.coverage import TRANSITIONS
from amazonpay_conformance.model.machine import Transition
from amazonpay_conformance.model.objects import MACHINES
from amazonpay_conformance.model.operations import OPERATIONS

Pair = tuple[str, str]

COMPLETING = ("complete_checkout_session", "finalize_checkout_session")
APPROVES, SIGNS_IN = "buyer_approves", "buyer_signs_in"
KIND_OF = {row.id: name for name, machine in MACHINES.items() for row in machine.transitions}


@dataclass(frozen=True)
class Bound:
    """So many steps of each kind at least, and why."""

    steps: Mapping[str, int]
    reason: str

    def __int__(self) -> int:
        return sum(self.steps.values())


def bound(pairs: Collection[Pair]) -> Bound:
    """Return the least number of steps, by kind."""
    ended = _ending(pairs, "ChargePermission")
    canceled = [row for row in _ending(pairs, "CheckoutSession") if row.target == "Canceled"]
    approved = [a for a, b in pairs if TRANSITIONS[a].trigger == APPROVES and TRANSITIONS[b] in canceled]
    completed = [row for row in canceled if row.trigger in COMPLETING]
    steps = Counter(
        {
            "create_checkout_session": len(ended) + len(canceled),
            APPROVES: len(ended) + len(approved),
            "complete_checkout_session": len(ended) + len(completed),
            "waiting": 1,
        }
    )
    for trigger, number in _fired(pairs).items():
        if number and trigger not in (
            *COMPLETING,
            APPROVES,
            SIGNS_IN,
        ):  # who approves has signed in by the same act
            steps[trigger] = number
    reason = (
        f"{len(ended)} pairs end a permission, each takes a session opened, approved and completed; "
        f"{len(canceled)} end a session before that; and so many acts of their own the rows need: "
        + ", ".join(f"{name} {number}" for name, number in steps.items())
    )
    return Bound(steps, reason)


def _ending(pairs: Collection[Pair], kind: str) -> list[Transition]:
    """The second rows of pairs after which an object of a kind moves no more."""
    going_on = {row.source for row in MACHINES[kind].transitions}
    rows = (TRANSITIONS[second] for _, second in pairs if KIND_OF[second] == kind)
    return [row for row in rows if row.target not in going_on]


def _fired(pairs: Collection[Pair]) -> Counter[str]:
    """How many steps of each kind the rows need that a call or the buyer fires: the most of any machine."""
    needed: dict[str, Counter[str]] = {}
    for row in TRANSITIONS.values():
        own = row.trigger in OPERATIONS or row.trigger.startswith("buyer_")
        beside = row.trigger == "close_charge_permission" and KIND_OF[row.id] == "Charge"  # several at once
        if own and not beside and row.source is not None:
            needed.setdefault(row.trigger, Counter())[KIND_OF[row.id]] += _times(row.id, pairs)
    return Counter({trigger: max(by_kind.values()) for trigger, by_kind in needed.items()})


def _times(row: str, pairs: Collection[Pair]) -> int:
    """How often a row has to fire."""
    before = [first for first, second in pairs if second == row]
    after = [second for first, second in pairs if first == row]
    return max(len(before), sum(_visits(row, to, pairs) for to in after))


def _visits(row: str, to: str, pairs: Collection[Pair]) -> int:
    """How often a row has to fire right before another: each time, if it alone comes before that."""
    alone = {first for first, second in pairs if second == to} == {row}
    after = sum(1 for first, _ in pairs if first == to)
    return max(after, 1) if alone and to != row else 1
