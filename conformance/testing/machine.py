"""A Hypothesis state machine over the steps of scenarios, to be extended with one's own rules and invariants.

Each rule that it brings draws a step that the model expects to succeed and takes it; every message is judged.
What a user's code sends to the same target by itself is judged, too, by what it was told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from amazonpay_conformance.clients.driver import ClientConfig
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.scenario_files import describe
from amazonpay_conformance.engine.watch import Watch
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.scenario import BuyerStep, CallStep, RepeatStep, Scenario, Step
from amazonpay_conformance.model.world import World
from amazonpay_conformance.strategies.generator import Candidate, Planner
from amazonpay_conformance.strategies.payloads import RETURN_URL, REVIEW_URL, STORE_ID, price
from amazonpay_conformance.testing.kit import Conformance
from amazonpay_conformance.testing.symbols import Names
from amazonpay_conformance.wire.messages import JSON
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule


@dataclass(frozen=True, slots=True)
class Drawn:
    """A step as it is drawn; Hypothesis prints it as a person would tell it."""

    step: Step

    def __repr__(self) -> str:
        return describe(self.step)


def can(group: str) -> Callable[[Any], bool]:
    """Return a precondition: some step of the kind would succeed now."""
    return lambda machine: machine.is_possible(group)


class AmazonPayMachine(RuleBasedStateMachine):
    """Takes steps with a client against a target, and judges every message.

    `amazon_pay` says which client and which target; a subclass puts another in its place. What goes over the
    wire is judged after each rule; a requirement that does not hold fails the test with the steps so far.
    """

    amazon_pay: ClassVar[Conformance] = Conformance(transport="in-process")

    def __init__(self) -> None:
        super().__init__()
        self._names = Names()
        self._execution = self.amazon_pay.begin()
        runner = self._execution.runner
        self._watch = Watch(runner.merchant, runner.configured)
        self._watched: list[Finding] = []
        self._steps: list[Step] = []
        self._plan: Planner | None = None
        self._able: dict[str, bool] = {}

    # --- what a rule of one's own may look at, and do

    @property
    def world(self) -> World:
        """What is known by all answers so far: sessions, permissions, charges, refunds by their ids."""
        return self._execution.oracle.world

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found wrong so far, what does not fail the test included."""
        return (*self._execution.findings, *self._watched)

    @property
    def scenario(self) -> Scenario:
        """The steps so far, without what the user's own code sent."""
        return Scenario(tuple(self._steps))

    @property
    def config(self) -> ClientConfig:
        """Where one's own code finds the target, and the key to sign with."""
        return self.amazon_pay.config

    def id_of(self, symbol: str) -> str:
        """Return the id that a symbol stands for, as charge#1; anything else stands for itself."""
        known = {name: object_id for object_id, name in self._names.by_id.items()}
        return known.get(symbol, self._execution.bindings.get(symbol, symbol))

    def symbol_of(self, object_id: str) -> str:
        """Return the symbol of an object, as charge#1; draw symbols, for ids are new in every run."""
        return self._names.by_id.get(object_id, object_id)

    def call(
        self,
        operation: str,
        target: str | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        simulation: str | None = None,
        key: str | None = None,
    ) -> JSON:
        """Have the client call an operation, right or wrong, and return the answer's body.

        Args:
            operation: its id, as capture_charge.
            target: the object in the path, a symbol or an id.
            body: the payload; symbols may stand in it as in a scenario.
            simulation: a simulation code.
            key: a symbol of an idempotency key; a new one where not said.

        Returns:
            The parsed body, None where there was none.

        Raises:
            ValueError: there is no such operation.
        """
        if operation not in OPERATIONS:
            raise ValueError(f"there is no operation {operation!r}; model/operations.py has them")
        keyed = key or (self._new_key() if OPERATIONS[operation].needs_key else None)
        calls, known = len(self._execution.made), set(self._names.by_id.values())
        planned = CallStep(operation, self._names.by_id.get(target or "", target), body, simulation, keyed)
        self.take(planned)
        new = [symbol for symbol in self._names.by_id.values() if symbol not in known]
        self._steps[-1] = replace(planned, makes={symbol.partition("#")[0]: symbol for symbol in new})
        made = self._execution.made[calls:]
        return made[-1].last.answer if made and made[-1].last else None

    def take(self, planned: Step) -> None:
        """Take a step of a scenario."""
        self.hear()
        self._execution.take(len(self._steps), planned)
        self._steps.append(planned)
        self._go_on()

    def hear(self) -> None:
        """Take note of what one's own code has sent since the last time; it is done after every rule, too."""
        exchanges = self._execution.runner.target.take()
        for exchange in exchanges:
            self._watched += self._watch.see(exchange).findings
            self._execution.oracle.see(exchange)
        if exchanges:
            self._go_on()

    def _go_on(self) -> None:
        self._plan, self._able = None, {}
        self._names.take_in(self.world, self._execution.bindings)
        self._execution.bindings |= {symbol: name for name, symbol in self._names.by_id.items()}

    # --- rules of the kit's own

    @precondition(lambda machine: machine.amazon_pay.abilities.buyer)
    @rule(intent=st.sampled_from(("AuthorizeWithCapture", "Authorize", "Confirm")))
    def place_an_order(self, intent: str) -> None:
        """A shopper goes through the checkout to its end: one step at a time that seldom comes about."""
        session, permission, charge = (
            f"{word}#{self._names.count(word) + 1}" for word in ("session", "permission", "charge")
        )
        body = {
            "webCheckoutDetails": {
                "checkoutReviewReturnUrl": REVIEW_URL,
                "checkoutResultReturnUrl": RETURN_URL,
            },
            "storeId": STORE_ID,
            "paymentDetails": {"paymentIntent": intent, "chargeAmount": price("order")},
        }
        makes = {"permission": permission} | ({} if intent == "Confirm" else {"charge": charge})
        completed = {"chargeAmount": price("same")}
        self.take(
            CallStep("create_checkout_session", None, body, None, self._new_key(), {"session": session})
        )
        self.take(BuyerStep("signs_in", session))
        self.take(BuyerStep("approves", session))
        self.take(CallStep("complete_checkout_session", session, completed, makes=makes))

    @precondition(can("create_checkout_session"))
    @rule(data=st.data())
    def create_session(self, data: st.DataObject) -> None:
        """A shopper goes to the checkout."""
        self._draw(data, "create_checkout_session")

    @precondition(can("update_checkout_session"))
    @rule(data=st.data())
    def update_session(self, data: st.DataObject) -> None:
        """The merchant adds to a session."""
        self._draw(data, "update_checkout_session")

    @precondition(can("buyer"))
    @rule(data=st.data())
    def buyer_acts(self, data: st.DataObject) -> None:
        """The buyer signs in, approves, cancels, removes his card."""
        self._draw(data, "buyer")

    @precondition(can("complete_checkout_session"))
    @rule(data=st.data())
    def complete_session(self, data: st.DataObject) -> None:
        """The merchant completes a session that was approved."""
        self._draw(data, "complete_checkout_session")

    @precondition(can("create_charge"))
    @rule(data=st.data())
    def create_charge(self, data: st.DataObject) -> None:
        """The merchant charges a permission."""
        self._draw(data, "create_charge")

    @precondition(can("capture_charge"))
    @rule(data=st.data())
    def capture_charge(self, data: st.DataObject) -> None:
        """The merchant captures a charge."""
        self._draw(data, "capture_charge")

    @precondition(can("cancel_charge"))
    @rule(data=st.data())
    def cancel_charge(self, data: st.DataObject) -> None:
        """The merchant cancels a charge."""
        self._draw(data, "cancel_charge")

    @precondition(can("create_refund"))
    @rule(data=st.data())
    def create_refund(self, data: st.DataObject) -> None:
        """The merchant refunds a charge."""
        self._draw(data, "create_refund")

    @precondition(can("close_charge_permission"))
    @rule(data=st.data())
    def close_permission(self, data: st.DataObject) -> None:
        """The merchant closes a permission."""
        self._draw(data, "close_charge_permission")

    @precondition(can("get_charge"))
    @rule(data=st.data())
    def get_charge(self, data: st.DataObject) -> None:
        """The merchant looks at a charge."""
        self._draw(data, "get_charge")

    @precondition(can("get_charge_permission"))
    @rule(data=st.data())
    def get_permission(self, data: st.DataObject) -> None:
        """The merchant looks at a permission."""
        self._draw(data, "get_charge_permission")

    @precondition(can("clock"))
    @rule(data=st.data())
    def time_passes(self, data: st.DataObject) -> None:
        """The clock moves on, to where something comes due."""
        self._draw(data, "clock")

    @precondition(lambda machine: bool(machine.repeatable()))
    @rule(data=st.data())
    def repeat_a_call(self, data: st.DataObject) -> None:
        """A call is made once more with its key, as after a timeout."""
        steps = [Drawn(RepeatStep(key)) for key in self.repeatable()]
        self.take(data.draw(st.sampled_from(steps), "step").step)

    # --- after every rule

    def check_invariants(self, *given: Any, **named: Any) -> None:
        """Judge what went over the wire since the last rule, then look at the invariants."""
        self.judge()
        super().check_invariants(*given, **named)

    def judge(self) -> None:
        """Fail where a requirement does not hold.

        Raises:
            NotConforming: one does not; an AssertionError.
        """
        self.hear()
        if any(map(self.amazon_pay.counts, self.findings)):
            run = self._execution.so_far(self.scenario)
            self.amazon_pay.judge(replace(run, findings=self.findings))

    # --- what comes next

    def possible(self, group: str) -> list[Drawn]:
        """Return the steps of a kind that would succeed now: an operation's, `buyer` or `clock`."""
        found = sorted(self._expected(group), key=lambda candidate: -candidate.weight)
        return [Drawn(candidate.step) for candidate in found]

    def is_possible(self, group: str) -> bool:
        """Tell whether a step of a kind would succeed now."""
        if group not in self._able:
            self._able[group] = next(self._expected(group), None) is not None
        return self._able[group]

    def _expected(self, group: str) -> Iterator[Candidate]:
        planner = self._planner()
        if group not in planner.groups():
            return
        for weight, planned in planner.possible(group):
            candidate = planner.expect(planned, weight)
            if candidate is not None and not candidate.refused:
                yield candidate

    def repeatable(self) -> list[str]:
        """Return the keys of calls that can be made once more."""
        return [step.key for step in self._steps if isinstance(step, CallStep) and step.key][-2:]

    def _draw(self, data: st.DataObject, group: str) -> None:
        self.take(data.draw(st.sampled_from(self.possible(group)), "step").step)

    def _planner(self) -> Planner:
        """A plan that begins in the world as it is, by symbols."""
        if self._plan is None:
            start = Planner.start(self.amazon_pay.abilities, self._execution.runner.configured.region)
            symbols = {symbol: symbol for symbol in self._names.by_id.values()}
            self._plan = replace(
                start,
                world=self._names.named(self.world),
                bindings={**start.bindings, **symbols},
                steps=tuple(self._steps),
            )
        return self._plan

    def _new_key(self) -> str:
        return f"key#{1 + sum(isinstance(step, CallStep) for step in self._steps)}"
