"""One generator of scenarios, from the model alone; who chooses is somebody else's business.

`Planner` walks the model with symbolic ids: at each step it lists what could be done, with the answer that
the model expects, and lets a chooser pick. Hypothesis is one chooser (`scenarios`), a seeded generator
steered by coverage another (`search`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar

from amazonpay_conformance import schemas
from amazonpay_conformance.model.actions import Action, Advance, BuyerDeed, Call, Defect, NewIds, Product
from amazonpay_conformance.model.faults import FAULTS
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import OPERATIONS, Operation
from amazonpay_conformance.model.scenario import (
    UNKNOWN_IDS,
    AdvanceStep,
    BuyerStep,
    CallStep,
    FaultStep,
    ParallelStep,
    RepeatStep,
    Scenario,
    Setting,
    Step,
    Unresolved,
)
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.model.step import Outcome, step
from amazonpay_conformance.model.timers import TIMERS
from amazonpay_conformance.model.world import ChargePermission, World
from amazonpay_conformance.strategies import payloads
from amazonpay_conformance.strategies.payloads import Variant, price

T = TypeVar("T")

EPOCH: Final = 1_700_000_000
"""Where planned time starts; only differences matter."""

_DEFECTS = {
    "missing": Defect.MISSING_FIELD,
    "unknown": Defect.UNKNOWN_FIELD,
    "invalid": Defect.INVALID_VALUE,
}

GROUP_WEIGHTS: Final[Mapping[str, int]] = {
    # what moves a payment on comes often, what only looks or ends it comes seldom
    "create_checkout_session": 2,
    "get_checkout_session": 1,
    "get_charge_permission": 1,
    "get_charge": 1,
    "get_refund": 1,
    "update_checkout_session": 1,
    "update_charge_permission": 1,
    "update_charge": 1,
    "close_charge_permission": 1,
    "finalize_checkout_session": 1,
    "complete_checkout_session": 8,
    "capture_charge": 6,
    "create_refund": 6,
    "buyer": 12,
    "clock": 1,
    "repeat": 2,
    "fault": 1,
}
"""How often each kind of step is worth taking; 4 for those that are not named."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the client and the target together can do; what they cannot is never planned.

    `faults`: answers can be spoilt on purpose, which only who wants to see that should ask for.
    `permissions` are ids of charge permissions that the kit was given, for targets without a buyer.
    `tampers` are the ways in which requests can be spoilt on purpose (`model.tampers`).
    """

    operations: frozenset[str] = frozenset(OPERATIONS)
    caller_keys: bool = True
    simulations: bool = True
    buyer: bool = True
    clock: bool = True
    faults: bool = False
    permissions: tuple[str, ...] = ()
    tampers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that could come next, and what the model expects of it.

    `permitted` are all answers that it permits, of which `outcome` is the usual one.
    """

    step: Step
    outcome: Outcome
    weight: int
    permitted: tuple[Outcome, ...]

    @property
    def refused(self) -> bool:
        """Whether the step is there to be refused."""
        return self.outcome.status >= 400

    @property
    def covers(self) -> frozenset[str]:
        """What the step would cover: transitions, and the requirement in its operation."""
        name = self.step.operation if isinstance(self.step, CallStep) else type(self.step).__name__
        answer = f"{name}:{self.outcome.requirement}:{self.outcome.reason}"
        # a code does nothing where the call is refused for another reason
        effective = self.outcome.status < 400 or self.outcome.used or self.outcome.requirement == "CHG-006"
        code = self.step.simulation if isinstance(self.step, CallStep) and effective else None
        simulated = f":{code}" if code else ""
        return frozenset({*self.outcome.used, answer + simulated})


@dataclass(frozen=True, slots=True)
class Planner:
    """A point in a plan: the steps so far and the world that the model expects after them."""

    abilities: Abilities
    region: str = "na"
    world: World = field(default_factory=lambda: World(now=EPOCH))
    steps: tuple[Step, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)
    repeatable: Mapping[str, Call] = field(default_factory=dict)

    @classmethod
    def start(cls, abilities: Abilities, region: str = "na") -> Planner:
        """Return an empty plan, in a world that holds what the kit was given."""
        planner = cls(abilities, region)
        given: dict[str, str] = {}
        world = planner.world
        for number, _ in enumerate(abilities.permissions, 1):
            symbol = f"permission#{number}"
            given[symbol] = symbol
            permission = ChargePermission.of_unknown_history(symbol, EPOCH)
            world = world.with_object("ChargePermission", permission)
        return replace(planner, world=world, bindings=given)

    @property
    def scenario(self) -> Scenario:
        """The plan so far."""
        return Scenario(self.steps)

    def candidates(self) -> list[Candidate]:
        """List all that could come next. The order is fixed by the tables and the plan, never by chance."""
        steps = (possible for group in self.groups() for possible in self.possible(group))
        return [candidate for weight, planned in steps if (candidate := self.expect(planned, weight))]

    def expect(self, planned: Step, weight: int = 1) -> Candidate | None:
        """Return a step with the answer that the model expects; None where it cannot be taken now."""
        try:
            outcomes = step(self.world, self.action(planned))
        except Unresolved:
            return None
        if not outcomes or self._spoils_what_was_given(outcomes[0].world):
            return None
        return Candidate(planned, outcomes[0], weight, outcomes)

    def _spoils_what_was_given(self, world: World) -> bool:
        """Permissions that somebody got from a real buyer are not closed for a test's sake."""
        given = (p for p in world.permissions.values() if p.given)
        return any(permission.state != "Chargeable" for permission in given)

    def action(self, planned: Step) -> Action:
        """Return what a step does to the world, with every symbol in it resolved.

        Raises:
            Unresolved: a symbol stands for nothing in this world.
        """
        if isinstance(planned, BuyerStep):
            return planned.act(planned.target)
        if isinstance(planned, AdvanceStep):
            return Advance(planned.seconds)
        if isinstance(planned, FaultStep):
            return Advance(0)
        if isinstance(planned, RepeatStep):
            return self.repeatable[planned.key]
        if isinstance(planned, ParallelStep):
            raise Unresolved("the order of calls at once")
        unknown = {symbol: symbol for symbol in UNKNOWN_IDS}
        body = Setting(self.world, {**unknown, **self.bindings}, self.region).body(planned)
        operation = OPERATIONS[planned.operation]
        return Call(
            planned.operation,
            planned.target,
            body or {},
            simulation=planned.simulation,
            key=planned.key,
            fingerprint=repr((planned.operation, planned.target, body)) if planned.key else "",
            defects=_defects(operation, planned.body),
            new=NewIds(**planned.makes),
        )

    def groups(self) -> list[str]:
        """Name the kinds of step that could come next: operations, `repeat`, `buyer`, `clock`, `fault`."""
        named = [name for name in OPERATIONS if name in self.abilities.operations]
        also = {
            "repeat": self.abilities.caller_keys and bool(self.repeatable),
            "buyer": self.abilities.buyer,
            "clock": self.abilities.clock,
            "fault": self.abilities.faults,
        }
        return [*named, *(name for name, able in also.items() if able)]

    def possible(self, group: str) -> Iterator[tuple[int, Step]]:
        """Yield the steps of one kind, with weights, not knowing yet what comes of them."""
        if group == "repeat":
            yield from ((2, RepeatStep(key)) for key in tuple(self.repeatable)[-2:])
            yield from self._reused_keys()
        elif group == "buyer":
            yield from self._buyer()
        elif group == "clock":
            yield from self._times()
        elif group == "fault":
            yield from self._faults()
        else:
            yield from self._calls(group)

    def then(self, candidate: Candidate) -> Planner:
        """Return the plan with a candidate added."""
        planned, bindings, repeatable = candidate.step, dict(self.bindings), dict(self.repeatable)
        if isinstance(planned, CallStep):
            if candidate.outcome.status < 400:
                bindings |= {s: s for s in planned.makes.values() if _exists(candidate.outcome.world, s)}
            action = self.action(planned)
            if planned.key is not None and isinstance(action, Call):
                repeatable.setdefault(planned.key, action)
        return replace(
            self,
            world=candidate.outcome.world,
            steps=(*self.steps, planned),
            bindings=bindings,
            repeatable=repeatable,
        )

    def renumbered(self, planned: Step) -> Step:
        """Return a step that was planned earlier with an idempotency key that is new now."""
        if isinstance(planned, CallStep) and planned.key is not None:
            return replace(planned, key=self._new_key())
        return planned

    def sweep(self, *, refused: bool = True) -> Planner:
        """Return the plan with every object read once more, so that nothing done at the end goes unseen.

        Args:
            refused: whether objects are read too that are gone by then.
        """
        planner = self
        reads = [name for name in self.groups() if name in OPERATIONS and OPERATIONS[name].method == "GET"]
        for _, planned in (possible for name in reads for possible in self.possible(name)):
            candidate = self.expect(planned)
            known = isinstance(planned, CallStep) and planned.target in self.bindings
            if candidate is None or not known or (candidate.refused and not refused):
                continue
            if planned not in self.steps[-1:]:
                planner = planner.then(candidate)
        return planner

    def _calls(self, name: str) -> Iterator[tuple[int, Step]]:
        operation = OPERATIONS[name]
        for target in self._targets(operation.target):
            able = (v for v in _variants(name, self) if v.simulation is None or self.abilities.simulations)
            possible = ((v.weight, self._call(name, target, v)) for v in able)
            if target in UNKNOWN_IDS:
                # one body is enough, of those whose amounts do not depend on the object
                yield from islice(((1, planned) for _, planned in possible if self.expect(planned)), 1)
            else:
                yield from possible

    def _call(self, name: str, target: str | None, variant: Variant) -> CallStep:
        keyed = OPERATIONS[name].needs_key and self.abilities.caller_keys
        makes = {kind: f"{kind}#{self._count(kind) + 1}" for kind in _MAKES.get(name, ())}
        return CallStep(
            name, target, variant.body, variant.simulation, self._new_key() if keyed else None, makes
        )

    def _reused_keys(self) -> Iterator[tuple[int, Step]]:
        """A key that stands for something else already: api-facts §9."""
        if "create_checkout_session" in self.abilities.operations:
            bodies = payloads.create_session()[:2]
            for key in tuple(self.repeatable)[-1:]:
                makes = {"session": f"session#{self._count('session') + 1}"}
                for variant in bodies:
                    yield 1, CallStep("create_checkout_session", None, variant.body, None, key, makes)

    def _new_key(self) -> str:
        return f"key#{1 + sum(isinstance(planned, CallStep) for planned in self.steps)}"

    def _count(self, kind: str) -> int:
        collection: Mapping[str, object] = getattr(self.world, f"{kind}s")
        return len(collection)

    def _targets(self, kind: Kind | None) -> Iterator[str | None]:
        if kind is None:
            yield None
            return
        yield from (symbol for symbol in self.world.objects(kind) if symbol in self.bindings)
        yield UNKNOWN[kind]

    def _buyer(self) -> Iterator[tuple[int, Step]]:
        for session in self.world.sessions:
            yield 6, BuyerStep("signs_in", session)
            products: tuple[Product, ...] = ("PayOnly", "PayAndShipMultiAddress")
            yield from ((1, BuyerStep("signs_in", session, None, product)) for product in products)
            for card in CARDS.values():
                if not card.pending or self._may_pend(session):
                    deed: Any = card.deed
                    yield (8 if card.ending == "1111" else 2), BuyerStep(deed, session, card.ending)
        deeds: tuple[BuyerDeed, ...] = ("closes_permission", "removes_payment_method", "fixes_payment_method")
        for permission in self.world.permissions:
            yield from ((1, BuyerStep(deed, permission)) for deed in deeds)

    def _may_pend(self, symbol: str) -> bool:
        session = self.world.sessions[symbol]
        return session.may_pend and session.intent == "Authorize"

    def _times(self) -> Iterator[tuple[int, Step]]:
        if self.world.sessions or self.world.permissions:
            yield 3, AdvanceStep(TIMERS["settlement"])
            for name in ("session_expires", "authorization_expires", "permission_expires"):
                yield 1, AdvanceStep(TIMERS[name])
            yield 1, AdvanceStep(TIMERS["capture_window"] + 1)

    def _faults(self) -> Iterator[tuple[int, Step]]:
        """What comes of the plan is the same whether a client tries again or not, and with what key.

        So a request that the service never sees is a read.
        """
        reads = [name for name in self.groups() if name in OPERATIONS and OPERATIONS[name].method == "GET"]
        for fault in FAULTS:
            if fault.committed:
                yield 1, FaultStep(fault.id)
            else:
                yield from ((1, FaultStep(fault.id, 1, name)) for name in reads)


UNKNOWN: Final[Mapping[Kind, str]] = {
    "CheckoutSession": "session#unknown",
    "ChargePermission": "permission#unknown",
    "Charge": "charge#unknown",
    "Refund": "refund#unknown",
}

_MAKES: Final[Mapping[str, tuple[str, ...]]] = {
    "create_checkout_session": ("session",),
    "complete_checkout_session": ("permission", "charge"),
    "finalize_checkout_session": ("permission", "charge"),
    "create_charge": ("charge",),
    "create_refund": ("refund",),
}


def _exists(world: World, symbol: str) -> bool:
    collections: Sequence[Mapping[str, object]] = (
        world.sessions,
        world.permissions,
        world.charges,
        world.refunds,
    )
    return any(symbol in collection for collection in collections)


def _variants(name: str, planner: Planner) -> Iterator[Variant]:
    if name == "create_charge":
        for permission in [*planner.world.permissions, UNKNOWN["ChargePermission"]]:
            yield from _for(permission, payloads.create_charge(permission), planner)
    elif name == "create_refund":
        for charge in [*planner.world.charges, UNKNOWN["Charge"]]:
            yield from _for(charge, payloads.create_refund(charge), planner)
    else:
        yield from _BODIES.get(name, (Variant(None),))


def _for(symbol: str, variants: tuple[Variant, ...], planner: Planner) -> Iterator[Variant]:
    if symbol in planner.bindings:
        yield from variants
    else:
        yield next(v for v in variants if v.body and price("small") in v.body.values())


_BODIES: Mapping[str, tuple[Variant, ...]] = {
    "create_checkout_session": payloads.create_session(),
    "update_checkout_session": payloads.update_session(),
    "complete_checkout_session": payloads.complete_session(),
    "finalize_checkout_session": payloads.finalize_session(),
    "update_charge_permission": payloads.update_permission(),
    "close_charge_permission": payloads.close_permission(),
    "capture_charge": payloads.capture_charge(),
    "cancel_charge": payloads.cancel_charge(),
    "update_charge": payloads.update_charge(),
}


def _defects(operation: Operation, body: Any) -> frozenset[Defect]:
    if operation.request is None:
        return frozenset()
    known = _DEFECTS_OF.get(id(body))
    if known is None or known[0] is not body:
        known = _DEFECTS_OF[id(body)] = (body, _defects_of(operation.request, json.dumps(body)))
    return known[1]


_DEFECTS_OF: dict[int, tuple[Any, frozenset[Defect]]] = {}
"""By the identity of a planned body, which is kept alive here: the same few are planned all the time."""


@cache
def _defects_of(schema: str, symbolic: str) -> frozenset[Defect]:
    """What a schema says of a planned body; the same whatever ids and amounts its symbols come to."""
    body = json.loads(symbolic, object_hook=_sample)
    return frozenset(_DEFECTS[violation.kind] for violation in schemas.violations(schema, body or {}))


def _sample(value: dict[str, Any]) -> Any:
    if "$price" in value:
        return {"amount": "1.00", "currencyCode": "USD"}
    return UNKNOWN_IDS[value["$id"].partition("#")[0] + "#unknown"] if "$id" in value else value
