"""One generator of scenarios, from the model alone; who chooses is somebody else's business.

`Planner` walks the model with symbolic ids: at each step it lists what could be done, with the answer that
the model expects, and lets a chooser pick. Hypothesis is one chooser (`scenarios`), a seeded generator
steered by coverage another (`search`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

from amazonpay_conformance.model.actions import Action, Advance, BuyerDeed, Call, Product
from amazonpay_conformance.model.context import Context
from amazonpay_conformance.model.coverage import Item, covered
from amazonpay_conformance.model.faults import FAULTS
from amazonpay_conformance.model.operation import Kind
from amazonpay_conformance.model.operations import ALL_OPERATIONS, OPERATIONS
from amazonpay_conformance.model.rules import broken_rules
from amazonpay_conformance.model.scenario import (
    FIXED_IDS,
    UNKNOWN_IDS,
    AdvanceStep,
    BuyerStep,
    CallStep,
    FaultStep,
    ParallelStep,
    RepeatStep,
    RotateKeyStep,
    Scenario,
    Setting,
    Step,
    Unresolved,
    new_ids,
)
from amazonpay_conformance.model.shape import moments
from amazonpay_conformance.model.simulation import CARDS
from amazonpay_conformance.model.step import Outcome, step, usual
from amazonpay_conformance.model.tampers import defects_of
from amazonpay_conformance.model.timers import DAY
from amazonpay_conformance.model.walk import histories
from amazonpay_conformance.model.world import ChargePermission, World
from amazonpay_conformance.strategies import payloads
from amazonpay_conformance.strategies.payloads import Variant
from amazonpay_conformance.strategies.variants import NAMED, defects, subject_kind, variants

EPOCH: Final = 1_700_000_000
"""Where planned time starts, and that of the mock in a certification: far from the end of a month."""

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
    `tampers` are the ways in which requests can be spoilt on purpose (`model.tampers`); `keys`: the
    merchant's key can be changed in the middle; `races`: several callers can act at once.
    """

    operations: frozenset[str] = frozenset(OPERATIONS)
    caller_keys: bool = True
    simulations: bool = True
    buyer: bool = True
    clock: bool = True
    faults: bool = False
    permissions: tuple[str, ...] = ()
    tampers: frozenset[str] = frozenset()
    keys: bool = False
    races: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that could come next in the world `before`, and what the model expects of it."""

    step: Step
    outcome: Outcome
    weight: int
    before: World
    action: Action

    @property
    def permitted(self) -> tuple[Outcome, ...]:
        """All answers that the model permits, of which `outcome` is the usual one."""
        return step(self.before, self.action)

    @property
    def refused(self) -> bool:
        """Whether the step is there to be refused."""
        return self.outcome.status >= 400


@dataclass(frozen=True, slots=True)
class Planner:
    """A point in a plan: the steps so far and the world that the model expects after them.

    `last` is the row that fired last on each object.
    """

    abilities: Abilities
    region: str = "na"
    world: World = field(default_factory=lambda: World(now=EPOCH))
    steps: tuple[Step, ...] = ()
    bindings: Mapping[str, str] = field(default_factory=dict)
    repeatable: Mapping[str, Call] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def start(cls, abilities: Abilities, region: str = "na") -> Planner:
        """Return an empty plan, in a world that holds what the kit was given."""
        planner = cls(abilities, region)
        given: dict[str, str] = {symbol: symbol for symbol in (*UNKNOWN_IDS, *FIXED_IDS)}
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
            action = self.action(planned)
        except Unresolved:
            return None
        outcome = usual(self.world, action)
        if outcome is None or self._spoils_what_was_given(outcome.world):
            return None
        return Candidate(planned, outcome, weight, self.world, action)

    def _spoils_what_was_given(self, world: World) -> bool:
        """Permissions that somebody got from a real buyer are not closed for a test's sake."""
        if not self.abilities.permissions:
            return False
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
        if isinstance(planned, FaultStep | RotateKeyStep):
            return Advance(0)
        if isinstance(planned, RepeatStep):
            if planned.key not in self.repeatable:
                raise Unresolved(planned.key)
            return self.repeatable[planned.key]
        if isinstance(planned, ParallelStep):
            raise Unresolved("the order of calls at once")
        body = planned.body and Setting(self.world, self.bindings, self.region).planned(planned)
        return Call(
            planned.operation,
            planned.target,
            body or {},
            simulation=planned.simulation,
            key=planned.key,
            fingerprint=f"{planned.operation} {planned.target} {body}" if planned.key else "",
            defects=defects(ALL_OPERATIONS[planned.operation], planned.body) | defects_of(planned.tamper),
            new=new_ids(planned.makes),
            query=planned.query,
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
        for subject in self.subjects(group):
            yield from self.steps_of(group, subject)

    def subjects(self, group: str) -> tuple[str | None, ...]:
        """Return what a kind of step could be about: objects, one that never existed last, or keys."""
        if group == "repeat":
            return tuple(self.repeatable)[-2:]
        if group == "buyer":
            return (*self.world.sessions, *self.world.permissions)
        if group == "clock":
            return tuple(dict.fromkeys(moment.of for moment in moments(self.world)))
        kind = subject_kind(group) if group in OPERATIONS else None
        if kind is None:
            return (None,)
        return (*self.known(kind), UNKNOWN[kind])

    def known(self, kind: Kind) -> tuple[str, ...]:
        """Return the objects of a kind that the plan has names for."""
        return tuple(symbol for symbol in self.world.objects(kind) if symbol in self.bindings)

    def steps_of(self, group: str, subject: str | None) -> Iterator[tuple[int, Step]]:
        """Yield the steps of one kind that are about one object, with weights, always in the same order."""
        if group == "repeat":
            yield 2, RepeatStep(subject or "")
            yield from self._reused_key(subject or "")
        elif group == "buyer":
            yield from self._buyer(subject or "")
        elif group == "clock":
            yield from self._times(subject or "")
        elif group == "fault":
            yield from self._faults()
        else:
            for variant in self.variants(group, subject):
                yield variant.weight, self.call(group, subject, variant)

    def step_of(self, group: str, subject: str | None, number: int) -> Step | None:
        """Return one of `steps_of`, by its place, or None where there are fewer."""
        if group in OPERATIONS:
            known = self.variants(group, subject)
            return self.call(group, subject, known[number]) if number < len(known) else None
        return next((step for _, step in islice(self.steps_of(group, subject), number, None)), None)

    def weights(self, group: str, subject: str | None) -> tuple[int, ...]:
        """Return the weights of `steps_of`."""
        if group in OPERATIONS:
            return tuple(variant.weight for variant in self.variants(group, subject))
        if group == "repeat":
            return (
                2,
                *(1 for operation, known in self._reusable() for _ in self.variants(operation, known)[:2]),
            )
        return tuple(weight for weight, _ in self.steps_of(group, subject))

    def variants(self, operation: str, subject: str | None) -> tuple[Variant, ...]:
        """Return the bodies that an operation can be called with for an object."""
        return variants(operation, subject, simulations=self.abilities.simulations)

    def call(self, operation: str, subject: str | None, variant: Variant) -> CallStep:
        """Return the step that calls an operation for an object with a body."""
        keyed = OPERATIONS[operation].needs_key and self.abilities.caller_keys
        target = None if operation in NAMED else subject
        key = self._new_key() if keyed else None
        return CallStep(operation, target, variant.body, variant.simulation, key, self._makes(operation))

    def then(self, candidate: Candidate) -> Planner:
        """Return the plan with a candidate added."""
        planned, outcome = candidate.step, candidate.outcome
        bindings, repeatable, last = self.bindings, self.repeatable, self.last
        if isinstance(planned, CallStep):
            if outcome.status < 400 and planned.makes:
                made = (s for s in planned.makes.values() if _exists(outcome.world, s))
                bindings = {**bindings, **{symbol: symbol for symbol in made}}
            if (
                planned.key is not None
                and planned.key not in repeatable
                and isinstance(candidate.action, Call)
            ):
                repeatable = {**repeatable, planned.key: candidate.action}
        if outcome.used:
            fired = histories(candidate.before, outcome)
            last = {**last, **{name: rows[-1] for name, rows in fired.items()}}
        return Planner(
            self.abilities,
            self.region,
            outcome.world,
            (*self.steps, planned),
            bindings,
            repeatable,
            last,
        )

    def covers(self, candidate: Candidate) -> frozenset[Item]:
        """Return what a candidate covers: items of the model, and which answer each operation gave."""
        found = covered(candidate.before, candidate.action, candidate.outcome, self.last).items
        planned, outcome = candidate.step, candidate.outcome
        if not isinstance(candidate.action, Call):
            return found
        name = planned.operation if isinstance(planned, CallStep) else "repeat"
        answer = ("answer", name, outcome.requirement, outcome.reason or "", str(outcome.replays is not None))
        alone = {("alone", outcome.requirement)} if self._is_refused_for_one_reason(candidate) else set()
        return found | {answer} | alone

    def _is_refused_for_one_reason(self, candidate: Candidate) -> bool:
        """Whether a server that did not look at the rule would do what was asked."""
        if not candidate.refused or not isinstance(candidate.action, Call):
            return False
        return len(broken_rules(Context.of(candidate.before, candidate.action))) == 1

    def renumbered(self, planned: Step, names: Mapping[str, str] | None = None) -> Step:
        """Return a step that was planned elsewhere as it is to be taken here: with a key of its own.

        Args:
            planned: the step.
            names: what the objects that it names are called here, where they are called otherwise.
        """
        names = names or {}
        if isinstance(planned, BuyerStep):
            return replace(planned, target=names.get(planned.target, planned.target))
        if isinstance(planned, RepeatStep):
            return RepeatStep(names.get(planned.key, planned.key))
        if not isinstance(planned, CallStep):
            return planned
        key = names.get(planned.key) or self._new_key() if planned.key is not None else None
        return CallStep(
            planned.operation,
            names.get(planned.target, planned.target) if planned.target else None,
            payloads.renamed(planned.body, names),
            planned.simulation,
            key,
            self._makes(planned.operation),
        )

    def sweep(self, *, refused: bool = True) -> Planner:
        """Return the plan with every object read once more, so that nothing done at the end goes unseen.

        Args:
            refused: whether objects are read too that are gone by then.
        """
        planner = self
        for planned in self.reads():
            candidate = self.expect(planned) if planned not in self.steps[-1:] else None
            if candidate is not None and (refused or not candidate.refused):
                planner = planner.then(candidate)
        return planner

    def reads(self) -> tuple[CallStep, ...]:
        """Return a read of every object."""
        reads = [name for name in self.groups() if name in OPERATIONS and OPERATIONS[name].method == "GET"]
        return tuple(CallStep(name, target) for name in reads for target in self.subjects(name)[:-1])

    def _makes(self, operation: str) -> Mapping[str, str]:
        return {kind: f"{kind}#{self._count(kind) + 1}" for kind in _MAKES.get(operation, ())}

    def _reused_key(self, key: str) -> Iterator[tuple[int, Step]]:
        """A key that stands for something else already: api-facts §9."""
        for operation, subject in self._reusable():
            for variant in self.variants(operation, subject)[:2]:
                yield 1, replace(self.call(operation, subject, variant), key=key)

    def _reusable(self) -> Iterator[tuple[str, str | None]]:
        for operation in ("create_checkout_session", "create_charge", "capture_charge", "create_refund"):
            if operation in self.abilities.operations:
                known = [one for one in self.subjects(operation) if one not in UNKNOWN_IDS]
                yield from ((operation, subject) for subject in known[-1:])

    def _new_key(self) -> str:
        return f"key#{1 + sum(type(planned) is CallStep for planned in self.steps)}"

    def _count(self, kind: str) -> int:
        collection: Mapping[str, object] = getattr(self.world, f"{kind}s")
        return len(collection)

    def _buyer(self, subject: str) -> Iterator[tuple[int, Step]]:
        if subject in self.world.permissions:
            yield from ((1, BuyerStep(deed, subject)) for deed in _OF_PERMISSIONS)
            return
        yield 6, BuyerStep("signs_in", subject)
        yield from ((1, BuyerStep("signs_in", subject, None, product)) for product in PRODUCTS)
        for card in CARDS.values():
            if not card.pending or self._may_pend(subject):
                deed: Any = card.deed
                yield (8 if card.ending == "1111" else 2), BuyerStep(deed, subject, card.ending)

    def _may_pend(self, symbol: str) -> bool:
        session = self.world.sessions[symbol]
        return session.may_pend and session.intent == "Authorize"

    def _times(self, subject: str) -> Iterator[tuple[int, Step]]:
        """To every timer of an object, to one second before it, and to one after."""
        now, seen = self.world.now, set()
        for moment in moments(self.world):
            if moment.of != subject or moment.timer in seen:
                continue
            seen.add(moment.timer)
            if moment.timer == "month_ends":  # the real one ends on another day
                yield 1, AdvanceStep(31 * DAY)
                continue
            yield (4 if moment.timer == "settlement" else 2), AdvanceStep(moment.at - now)
            yield 1, AdvanceStep(moment.at - now + 1)
            if moment.at - now > 1:
                yield 1, AdvanceStep(moment.at - now - 1)

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


PRODUCTS: Final[tuple[Product, ...]] = ("PayOnly", "PayAndShipMultiAddress")
"""The products of a button besides PayAndShip."""
_OF_PERMISSIONS: Final[tuple[BuyerDeed, ...]] = (
    "closes_permission",
    "removes_payment_method",
    "fixes_payment_method",
)

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
        *world.records.values(),
    )
    return any(symbol in collection for collection in collections)
