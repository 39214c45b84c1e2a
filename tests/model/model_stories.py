"""A payment told step by step: each call takes the usual outcome, and `ways` shows all that are permitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from amazonpay_conformance.model.actions import Action, Advance, BuyerAct, BuyerDeed, Call, Defect, NewIds
from amazonpay_conformance.model.observable import StateReason, permitted_states
from amazonpay_conformance.model.operations import ObjectKind
from amazonpay_conformance.model.scenario import (
    UNKNOWN_IDS,
    AdvanceStep,
    BuyerStep,
    RepeatStep,
    Scenario,
    Setting,
    Step,
    Unresolved,
)
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.world import World

Body: TypeAlias = dict[str, Any]
Answer: TypeAlias = tuple[int, str | None]

NOON = 1_700_049_600
"""2023-11-15, noon UTC: far from the ends of a month."""
URL = "https://shop.example/"
DAY = 86_400
SETTLED = 30

KINDS: Mapping[str, ObjectKind] = {
    "session": "CheckoutSession",
    "permission": "ChargePermission",
    "charge": "Charge",
    "refund": "Refund",
}


def price(amount: str, currency: str = "USD") -> Body:
    """A price as a request has it."""
    return {"amount": amount, "currencyCode": currency}


def order(intent: str | None, amount: Body | None, **details: Any) -> Body:
    """A body of Create Checkout Session from which nothing is missing but what is None."""
    return {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": URL, "checkoutResultReturnUrl": URL},
        "storeId": "amzn1.application-oa2-client.0",
        "paymentDetails": {"paymentIntent": intent, "chargeAmount": amount, **details},
    }


def monthly(amount: Body, **more: Any) -> Body:
    """A body of Create Checkout Session for a subscription."""
    frequency = {"unit": "Month", "value": "1"}
    kind = {"chargePermissionType": "Recurring", "recurringMetadata": {"frequency": frequency}}
    return {**order("Confirm", amount), **kind, **more}


def wallet(intent: str, amount: Body | None, *, setup_only: bool = False) -> Body:
    """A body of Create Checkout Session for a saved wallet."""
    kind = {
        "chargePermissionType": "PaymentMethodOnFile",
        "paymentMethodOnFileMetadata": {"setupOnly": setup_only},
    }
    return {**order(intent, amount), **kind}


def answers(outcomes: tuple[Outcome, ...]) -> list[Answer]:
    """Status and reason of every outcome."""
    return [(outcome.status, outcome.reason) for outcome in outcomes]


@dataclass
class Story:
    """A world and how it went on. Ids are `session1`, `permission1`, `charge1`, `refund1` and so forth."""

    world: World = field(default_factory=lambda: World(now=NOON))
    used: list[str] = field(default_factory=list)

    def ways(
        self,
        operation: str,
        target: str | None = None,
        body: Body | None = None,
        *,
        simulation: str | None = None,
        key: str | None = None,
        defects: frozenset[Defect] = frozenset(),
    ) -> tuple[Outcome, ...]:
        """Return every permitted outcome of a call."""
        call = Call(
            operation,
            target,
            body or {},
            simulation=simulation,
            key=key,
            fingerprint=repr((operation, target, body)),
            defects=defects,
            new=NewIds(**{name: f"{name}{len(self.world.objects(KINDS[name])) + 1}" for name in KINDS}),
        )
        return step(self.world, call)

    def call(
        self, operation: str, target: str | None = None, body: Body | None = None, **more: Any
    ) -> Answer:
        """Make a call, go on with the usual outcome, and return its status and reason."""
        return self._take(self.ways(operation, target, body, **more)[0])

    def buyer(self, deed: BuyerDeed, target: str = "session1", card: str | None = None) -> bool:
        """Let the buyer act; False where he cannot."""
        outcomes = step(self.world, BuyerAct(deed, target, card))
        if outcomes:
            self._take(outcomes[0])
        return bool(outcomes)

    def after(self, seconds: int) -> tuple[str, ...]:
        """Let time pass and return the transitions that fired, in their order."""
        (outcome,) = step(self.world, Advance(seconds))
        self._take(outcome)
        return outcome.used

    def state(self, name: str) -> str:
        """Return state and reason of an object: `Open`, `Closed/Expired`."""
        value = self.world.objects(kind_of(name))[name]
        return f"{value.state}/{value.reason}" if value.reason else value.state

    def may_show(self, name: str) -> frozenset[StateReason]:
        """Return every state and reason that an answer may show for an object."""
        return permitted_states(self.world, kind_of(name), name)

    # --- whole passages

    def approved(self, body: Body, card: str | None = None) -> Story:
        """Open a session and let the buyer approve it."""
        self.call("create_checkout_session", None, body)
        session = f"session{len(self.world.sessions)}"
        assert self.buyer("signs_in", session)
        assert self.buyer("approves", session, card)
        return self

    def completed(self, body: Body, card: str | None = None) -> Story:
        """Open a session, let the buyer approve it, and complete it."""
        self.approved(body, card)
        session = f"session{len(self.world.sessions)}"
        details = body.get("paymentDetails", {})
        repeated = {name: details[name] for name in ("chargeAmount", "totalOrderAmount") if details.get(name)}
        status, reason = self.call("complete_checkout_session", session, repeated)
        assert reason is None, f"completing was refused: {status} {reason}"
        return self

    def charge(self, amount: Body, **more: Any) -> Answer:
        """Create a charge on permission1."""
        return self.call("create_charge", None, on("permission1", amount), **more)

    def captured(self, amount: Body) -> Story:
        """Pay a one-time order wholly: charge1 is Captured."""
        return self.completed(order("AuthorizeWithCapture", amount))

    def refund(self, amount: Body, **more: Any) -> Answer:
        """Refund charge1."""
        return self.call("create_refund", None, {"chargeId": "charge1", "refundAmount": amount}, **more)

    def capture(self, amount: Body, charge: str = "charge1", **more: Any) -> Answer:
        """Capture a charge."""
        return self.call("capture_charge", charge, {"captureAmount": amount}, **more)

    def cancel(self, charge: str = "charge1") -> Answer:
        """Cancel a charge."""
        return self.call("cancel_charge", charge, {"cancellationReason": "sold out"})

    def close(self, **more: Any) -> Answer:
        """Close permission1; `cancelPendingCharges` and `simulation` may be given."""
        simulation = more.pop("simulation", None)
        return self.call(
            "close_charge_permission", "permission1", {"closureReason": "done", **more}, simulation=simulation
        )

    def _take(self, outcome: Outcome) -> Answer:
        self.world = outcome.world
        self.used.extend(outcome.used)
        return outcome.status, outcome.reason


def on(permission: str, amount: Body, **more: Any) -> Body:
    """A body of Create Charge."""
    return {"chargePermissionId": permission, "chargeAmount": amount, **more}


def kind_of(name: str) -> ObjectKind:
    """Return the kind of an object from its id."""
    return KINDS[name.rstrip("0123456789")]


# --- scenarios, walked without the planner that made them


@dataclass(frozen=True)
class Walked:
    """One step of a scenario that was taken: where, what, and all that is permitted then."""

    before: World
    action: Action
    outcomes: tuple[Outcome, ...]


def walk(scenario: Scenario, region: str = "na") -> Iterator[Walked]:
    """Take a scenario's steps in the model, with the usual outcome of each."""
    world, calls = World(now=NOON), dict[str, Call]()
    for planned in scenario.steps:
        try:
            action = _action(planned, world, region, calls)
        except Unresolved:
            continue
        outcomes = step(world, action)
        if not outcomes:
            continue
        yield Walked(world, action, outcomes)
        world = outcomes[0].world


def _action(planned: Step, world: World, region: str, calls: dict[str, Call]) -> Action:
    if isinstance(planned, BuyerStep):
        return planned.act(planned.target)
    if isinstance(planned, AdvanceStep):
        return Advance(planned.seconds)
    if isinstance(planned, RepeatStep):
        return calls[planned.key]
    known = {symbol for kind in KINDS.values() for symbol in world.objects(kind)}
    body = Setting(world, {symbol: symbol for symbol in {*known, *UNKNOWN_IDS}}, region).body(planned)
    call = Call(
        planned.operation,
        planned.target,
        body or {},
        simulation=planned.simulation,
        key=planned.key,
        fingerprint=repr((planned.operation, planned.target, body)),
        new=NewIds(**planned.makes),
    )
    if planned.key is not None:
        calls.setdefault(planned.key, call)
    return call
