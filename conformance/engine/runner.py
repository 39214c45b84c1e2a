"""Runs one scenario: makes the client act step by step, follows the wire, calls the judge."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from amazonpay_conformance.checks.check import Judgement
from amazonpay_conformance.checks.judge import judge
from amazonpay_conformance.checks.observations import observations
from amazonpay_conformance.checks.subject import Configured, Made, Told
from amazonpay_conformance.clients.driver import (
    ABSENT,
    ClientCall,
    ClientConfig,
    Driver,
    DriverError,
)
from amazonpay_conformance.engine.asking import asked_of, made_ids, told_by
from amazonpay_conformance.engine.budget import Budget
from amazonpay_conformance.engine.crew import Attempt, Crew
from amazonpay_conformance.engine.findings import Cell, Finding, Place, cell_at, place_of
from amazonpay_conformance.engine.follow import Oracle
from amazonpay_conformance.engine.keyring import Keyring
from amazonpay_conformance.engine.race import RacedCall, judge_at_once
from amazonpay_conformance.engine.targets import Target
from amazonpay_conformance.mock.service import ImpossibleAct
from amazonpay_conformance.model.actions import Action, Advance, BuyerAct
from amazonpay_conformance.model.coverage import Item, covered
from amazonpay_conformance.model.observable import Observed
from amazonpay_conformance.model.operations import ALL_OPERATIONS, Operation
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
)
from amazonpay_conformance.model.step import Outcome
from amazonpay_conformance.model.world import World
from amazonpay_conformance.reading.requests import IDEMPOTENCY_HEADER, SIMULATION_HEADER, Merchant
from amazonpay_conformance.wire.messages import Exchange

NOT_AT_ONCE: Final = "a client is asked for one call at a time, so calls at once are not tried with it"


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a scenario.

    `judged` counts judgements by requirement; `items` are what of the model was covered; `skipped` tells
    which steps could not be taken and why; `unclear` why the rest of a scenario was not judged; `observed`
    counts what answers told of open questions; `held` are the cells in which a requirement held; `raced` has
    the exchanges of calls at once, for those that no order explains are not among `made`.
    """

    scenario: Scenario
    made: tuple[Made, ...]
    findings: tuple[Finding, ...]
    judged: Counter[str]
    items: frozenset[Item]
    skipped: tuple[tuple[int, str], ...] = ()
    unclear: str = ""
    observed: Counter[Observed] = field(default_factory=Counter)
    held: frozenset[Cell] = frozenset()
    raced: tuple[RacedCall, ...] = ()

    @property
    def covered(self) -> frozenset[str]:
        """The transitions that fired."""
        return frozenset(item[1] for item in self.items if item[0] == "transition")

    @property
    def requests(self) -> int:
        """How many requests went over the wire."""
        return sum(len(made.seen) for made in self.made)


@dataclass
class Runner:
    """Runs scenarios with one configured client against one target.

    `caller_keys`: idempotency keys are given to the client; new ones in every run, since a service keeps
    them for ever (api-facts §9). `config` is what a client is constructed with anew, should it crash.
    """

    driver: Driver
    target: Target
    configured: Configured
    merchant: Merchant
    caller_keys: bool
    deadline: float = 30.0
    budget: Budget = field(default_factory=Budget)
    crew: Crew | None = None
    config: ClientConfig | None = None

    def run(self, scenario: Scenario, cut_short: Callable[[Run], None] | None = None) -> Run:
        """Run a scenario on a fresh target.

        Args:
            scenario: what to run.
            cut_short: is given what came of it until then, where it could not be run to its end.

        Raises:
            DriverError: the driver died, hung or broke its protocol.
            TargetUnreachable: the target did not answer.
            Stopped: the budget is spent, or somebody wants the run to end.
        """
        execution = self.begin()
        try:
            execution.run(scenario)
        except BaseException:
            if cut_short is not None and execution.made:
                cut_short(execution.so_far(scenario))
            raise
        execution.keys.restore()
        return execution.so_far(scenario)

    def begin(self) -> Execution:
        """Return a run on a fresh target that is told its steps one by one."""
        keys = Keyring(self.target, self.driver, self.crew, self.config, self.configured)
        execution = Execution(self, Oracle(self.merchant, self.target.fresh()), keys)
        given = {f"permission#{number}": name for number, name in enumerate(self.target.permissions, 1)}
        execution.bindings = {**UNKNOWN_IDS, **FIXED_IDS, **given}
        return execution


@dataclass
class Execution:
    """One run in the making. `bindings` are what symbols stand for; `unclear` tells that it cannot go on."""

    runner: Runner
    oracle: Oracle
    keys: Keyring
    bindings: dict[str, str] = field(default_factory=dict)
    calls: dict[str, tuple[Operation, ClientCall]] = field(default_factory=dict)
    planned: dict[str, CallStep] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    judged: Counter[str] = field(default_factory=Counter)
    items: set[Item] = field(default_factory=set)
    last: dict[str, str] = field(default_factory=dict)
    observed: Counter[Observed] = field(default_factory=Counter)
    held: dict[Place, set[str]] = field(default_factory=dict)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    raced: list[RacedCall] = field(default_factory=list)
    unclear: str = ""

    def run(self, scenario: Scenario) -> None:
        """Take the steps of a scenario, as far as they are clear."""
        for number, planned in enumerate(scenario.steps):
            self.take(number, planned)
            if self.unclear:
                break

    def take(self, number: int, planned: Step) -> None:
        """Take a step; where that is not possible, note why.

        Raises:
            DriverError: the driver died, hung or broke its protocol.
            TargetUnreachable: the target did not answer.
            Stopped: the budget is spent, or somebody wants the run to end.
        """
        self.runner.budget.check()
        try:
            self._take(number, planned)
        except Unresolved as missing:
            self.skipped.append((number, f"nothing is bound to {missing}"))
        except ImpossibleAct as impossible:
            self.skipped.append((number, str(impossible)))

    def so_far(self, scenario: Scenario) -> Run:
        """Return what came of the scenario until now."""
        return Run(
            scenario,
            tuple(self.made),
            tuple(self.findings),
            self.judged,
            frozenset(self.items),
            tuple(self.skipped),
            self.unclear,
            self.observed,
            frozenset(cell_at(name, place) for place, held in self.held.items() for name in held),
            tuple(self.raced),
        )

    def _take(self, number: int, planned: Step) -> None:
        if isinstance(planned, CallStep):
            self._call(number, planned)
        elif isinstance(planned, RepeatStep):
            self._repeat(number, planned)
        elif isinstance(planned, BuyerStep):
            self._buyer(planned)
        elif isinstance(planned, FaultStep):
            self._fault(number, planned)
        elif isinstance(planned, RotateKeyStep):
            self._rotate(number, planned)
        elif isinstance(planned, ParallelStep):
            self._race(number, planned)
        else:
            self._advance(planned)

    def _call(self, number: int, planned: CallStep) -> None:
        if planned.tamper and not self.runner.driver.hello().capabilities.tampers:
            self.skipped.append((number, "the client does not spoil requests on purpose"))
            return
        operation, call = self._client_call(planned, self.bindings)
        made = self._make(number, operation, call, repeat=False)
        if planned.key is not None and planned.tamper is None:
            self.calls.setdefault(planned.key, (operation, call))
            self.planned.setdefault(planned.key, planned)
        self._bind(planned, made)

    def _client_call(self, planned: CallStep, bindings: Mapping[str, str]) -> tuple[Operation, ClientCall]:
        operation = ALL_OPERATIONS[planned.operation]
        setting = Setting(self.oracle.world, bindings, self.runner.configured.region)
        payload = setting.body(planned)
        headers = [(SIMULATION_HEADER, planned.simulation)] if planned.simulation else []
        if planned.key is not None and self.runner.caller_keys:
            headers.append((IDEMPOTENCY_HEADER, self._key(planned.key)))
        return operation, ClientCall(
            operation.id,
            setting.id(planned.target) if planned.target else None,
            ABSENT if payload is None else payload,
            headers=tuple(headers),
            query=setting.query(planned),
            deadline=self.runner.deadline,
            tamper=planned.tamper,
            signer=self.keys.signer(planned.tamper),
        )

    def _race(self, number: int, planned: ParallelStep) -> None:
        if self.runner.crew is None:
            self.skipped.append((number, NOT_AT_ONCE))
            return
        for call in planned.calls:  # before the callers begin: they share what a key stands for
            if call.key is not None:
                self._key(call.key)
        callers = [calls for calls in planned.callers if self._can_begin(calls[0])]
        self.runner.target.take()
        if not callers:
            raise Unresolved(planned.callers[0][0].target or "its objects")
        with self.runner.target.at_once(len(callers)):
            attempts = self.runner.crew.make(callers, self.bindings, self._client_call)
        exchanges = self.runner.target.take()
        self.runner.budget.spend(len(exchanges))
        if not exchanges:
            return
        outcome = judge_at_once(number, attempts, exchanges, self.oracle, self.keys.configured)
        for made in outcome.made:
            self._judge(replace(made, earlier=tuple(self.made)))
        self._note(outcome.judgements, outcome.whole)
        self.raced += outcome.calls
        self.unclear = self.unclear or outcome.unclear
        for attempt in attempts:
            self._bind_raced(attempt)

    def _can_begin(self, planned: CallStep) -> bool:
        try:
            self._client_call(planned, self.bindings)
        except Unresolved:
            return False
        return True

    def _bind_raced(self, attempt: Attempt) -> None:
        self.bindings |= attempt.made_ids
        if attempt.planned.key is not None:
            self.calls.setdefault(attempt.planned.key, (attempt.operation, attempt.call))
            self.planned.setdefault(attempt.planned.key, attempt.planned)

    def _repeat(self, number: int, planned: RepeatStep) -> None:
        if planned.key not in self.calls:
            raise Unresolved(planned.key)
        operation, call = self.calls[planned.key]
        made = self._make(number, operation, call, repeat=True)
        first = self.planned[planned.key]
        if not first.makes.keys() & self.bindings.keys():
            self._bind(first, made)  # the first try came to nothing

    def _buyer(self, planned: BuyerStep) -> None:
        target = Setting(self.oracle.world, self.bindings).id(planned.target)
        act = planned.act(target)
        self.runner.target.buyer(act)
        self._let(act)

    def _fault(self, number: int, planned: FaultStep) -> None:
        if self.runner.target.has_faults:
            self.runner.target.spoil(planned.fault, planned.times, planned.operation)
        else:
            self.skipped.append((number, f"nothing goes wrong on purpose with {self.runner.target.name}"))

    def _rotate(self, number: int, planned: RotateKeyStep) -> None:
        if self.runner.target.has_keys and self.runner.config is not None:
            self.keys.rotate(self.oracle, revokes=planned.revokes)
        else:
            self.skipped.append((number, f"nobody changes keys at {self.runner.target.name}"))

    def _advance(self, planned: AdvanceStep) -> None:
        self.runner.target.advance(planned.seconds)
        self._let(Advance(planned.seconds))
        self.keys.advance(Advance(planned.seconds))

    def _let(self, action: BuyerAct | Advance) -> None:
        """Let the oracle know of what no exchange shows."""
        before = self.oracle.world
        used = tuple(self.oracle.act(action))
        self._cover(before, action, Outcome(0, self.oracle.world, "", used=used))

    def _cover(self, before: World, action: Action, outcome: Outcome) -> None:
        fired = covered(before, action, outcome, self.last)
        self.items |= fired.items
        self.last |= {name: rows[-1] for name, rows in fired.rows.items() if rows}

    def _key(self, symbol: str) -> str:
        known = self.bindings.get(symbol)
        if known is None:
            known = self.bindings[symbol] = uuid.uuid4().hex
        return known

    def _make(self, number: int, operation: Operation, call: ClientCall, *, repeat: bool) -> Made:
        asked = asked_of(operation, call, repeat=repeat)
        self.runner.target.take()  # whatever came late belongs to no call
        told, exchanges = self._told(call)
        seen = tuple(map(self.keys.oracle_of(call.tamper, self.oracle).see, exchanges))
        self.runner.budget.spend(len(seen))
        asked = replace(
            asked, meant_to_succeed=any(s.permitted and s.permitted[0].status < 400 for s in seen)
        )
        made = Made(number, asked, told, seen, self.keys.configured, tuple(self.made))
        if told.outcome == "unsupported":
            self.skipped.append((number, f"the client has no {operation.id}: {told.error}"))
        self._judge(made)
        return made

    def _judge(self, made: Made) -> None:
        self._note(tuple(judge(made)), made)
        for one in made.seen:
            if one.matched is not None and one.reading.call is not None:
                self._cover(one.before, one.reading.call, one.matched)
            self.observed.update(set(observations(one)) if one.fault is None else ())
        self._stop_if_lost(made)
        self.made.append(replace(made, earlier=()))

    def _told(self, call: ClientCall) -> tuple[Told, tuple[Exchange, ...]]:
        """Make the client act. One that does not survive what was done to an answer is constructed anew."""
        try:
            result = self.runner.driver.call(call)
        except DriverError as crash:
            exchanges = self.runner.target.take()
            if self.runner.config is None or all(exchange.injected is None for exchange in exchanges):
                raise
            self.runner.driver.configure(self.keys.config or self.runner.config)
            return Told("crashed", error=str(crash)), exchanges
        return told_by(result), self.runner.target.take()

    def _note(self, judgements: tuple[Judgement, ...], made: Made) -> None:
        self.judged.update([judgement.requirement for judgement in judgements])
        held = self.held.setdefault(place_of(made), set())
        held.update([judgement.requirement for judgement in judgements if not judgement.problems])
        for judgement in judgements:
            for problem in judgement.problems:
                self.findings.append(
                    Finding.of(
                        judgement.requirement,
                        judgement.check,
                        made.asked.operation.id,
                        made.step,
                        problem,
                        made,
                    )
                )

    def _stop_if_lost(self, made: Made) -> None:
        if made.asked.tamper == "another-merchant":
            return  # it says nothing of this merchant's world
        for seen in made.seen:
            if seen.transient and seen.fault is None and seen is made.seen[-1]:
                status = seen.response.status if seen.response else None
                self.unclear = f"step {made.step + 1} was answered with {status}"
            elif seen.permitted and seen.matched is None and not seen.transient:
                self.unclear = f"step {made.step + 1} was answered outside the model"

    def _bind(self, planned: CallStep, made: Made) -> None:
        bodies = [body for seen in made.tries if (body := seen.true_body) is not None]
        if not bodies:
            return
        self.bindings |= made_ids(planned, bodies[-1])
