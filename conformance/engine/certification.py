"""A whole certification: every lane, the tour, the search, the button, then the smallest scenarios."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from typing import Final

from amazonpay_conformance.checks.check import Judgement
from amazonpay_conformance.checks.judge import judge_button, judge_trial
from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.clients.driver import ClientConfig, Driver, DriverError, Hello
from amazonpay_conformance.engine.budget import SEARCH_SHARE, Budget, Stop, Stopped
from amazonpay_conformance.engine.button_payloads import BUTTON_PAYLOADS
from amazonpay_conformance.engine.corpus import digest
from amazonpay_conformance.engine.crew import Crew
from amazonpay_conformance.engine.events import (
    Event,
    FindingAppeared,
    Interrupted,
    Listener,
    ScenarioFinished,
    ScenarioShrunk,
    Started,
)
from amazonpay_conformance.engine.findings import Finding, Group
from amazonpay_conformance.engine.lane import Lane, lanes, spread_over
from amazonpay_conformance.engine.order import Order
from amazonpay_conformance.engine.result import ErrorKind, Part, Result
from amazonpay_conformance.engine.runner import NOT_AT_ONCE, Run, Runner
from amazonpay_conformance.engine.scenario_files import Stored
from amazonpay_conformance.engine.shrink import Shrinker
from amazonpay_conformance.engine.targets import Target, TargetUnreachable
from amazonpay_conformance.engine.tls_trials import Trials, try_tls
from amazonpay_conformance.model.operations import ALL_OPERATIONS
from amazonpay_conformance.model.regions import REGIONS
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.strategies.generator import Abilities, Planner
from amazonpay_conformance.strategies.merchants import rotations, strangers
from amazonpay_conformance.strategies.questions import questions
from amazonpay_conformance.strategies.races import races
from amazonpay_conformance.strategies.repeats import repeats
from amazonpay_conformance.strategies.resources import resources
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.spoiling import spoilings
from amazonpay_conformance.strategies.throttled import throttled
from amazonpay_conformance.strategies.tour import tour
from amazonpay_conformance.strategies.troubles import troubles
from amazonpay_conformance.strategies.validation import validations
from amazonpay_conformance.strategies.worlds import explore
from amazonpay_conformance.wire.keys import PrivateKey

OF_RACES: Final = ("LIN-001", "LIN-002")
"""What only calls at once can show."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Scenarios that are run in one lane, one after the other."""

    part: Part
    lane: Lane
    plan: list[Scenario]


class Certification:
    """Certifies one client against one target. Listeners are told what happens while it happens."""

    def __init__(
        self,
        driver: Driver,
        target: Target,
        key: PrivateKey,
        key_file: Path,
        order: Order,
        listeners: tuple[Listener, ...] = (),
        public_key_id: str | None = None,
        crew: Crew | None = None,
        stop: Stop | None = None,
    ) -> None:
        self._driver = driver
        self._target = target
        self._key = key
        self._key_file = key_file
        self._order = order
        self._listeners = listeners
        self._public_key_id = public_key_id
        self._crew = crew
        self._pem = key.to_pem("pkcs8")
        self._budget = Budget(order.max_seconds, order.max_requests, stop or Stop())
        self.result = Result(order, target.name, target.is_mock)

    def run(self) -> Result:
        """Run it to its end, or until something breaks; what was found until then is in the result."""
        began = time.perf_counter()
        try:
            self._run()
        except Stopped as problem:
            self._break_off(str(problem), problem.kind)
        except DriverError as problem:
            # a signal that is for all reaches the driver too
            self._break_off(self._budget.stop.asked or str(problem), "set-up")
        except TargetUnreachable as problem:
            self._break_off(str(problem), "unreachable")
        except KeyboardInterrupt:
            if self._budget.stop.asked:
                raise  # for the second time
            self._break_off("stopped by the user", "interrupted")
        self._settle()
        self.result.seconds = time.perf_counter() - began
        return self.result

    def run_one(self, scenario: Scenario, lane: Lane) -> Run:
        """Run one scenario in one lane, and nothing else.

        Raises:
            DriverError: the driver broke.
            TargetUnreachable: the target did not answer.
        """
        return self.runner(lane).run(scenario)

    def runner(self, lane: Lane) -> Runner:
        """Return what runs scenarios in one lane, the client constructed for it.

        Raises:
            DriverError: the driver broke.
            TargetUnreachable: the target did not answer.
        """
        return self._runner(self._driver.hello(), lane)

    def config(self, lane: Lane) -> ClientConfig:
        """Return how a client is configured in a lane."""
        return ClientConfig(
            lane.public_key_id,
            self._pem,
            str(self._key_file),
            lane.region,
            lane.algorithm,
            self._target.service_host,
            self._target.ca_file,
            scheme=self._target.scheme,
            signing_host=self._target.signing_host,
        )

    def _run(self) -> None:
        hello = self._driver.hello()
        order = self._order
        self.result.hello = hello
        all_lanes = self._lanes(hello)
        self.result.lanes = all_lanes
        stages = self._stages(hello)
        for stage in stages:
            self.result.untried[stage.part] += len(stage.plan)
        total = self.result.untried.total()
        self._tell(Started(hello, self._target.name, order.profile.name, order.seed, all_lanes, total))
        self._try_tls(hello)
        try:
            for stage in stages:
                self._go_through(hello, stage)
        except Stopped as problem:
            if problem.kind != "budget":
                raise
            self._break_off(str(problem), "budget")
        self._shrink_all(hello)

    def _stages(self, hello: Hello) -> list[Stage]:
        """What every profile tries comes first, in all lanes; a budget cuts from the end."""
        main, *others = self.result.lanes
        systematic, random = self.plan(hello)
        some = self._of_this_shard(systematic[: self._order.profile.elsewhere])
        systematic, random = self._of_this_shard(systematic), self._of_this_shard(random)
        kept = [(s.lane if s.lane in self.result.lanes else main, s) for s in self._kept()]
        return [
            *(
                Stage("corpus", lane, [s.scenario for at, s in kept if at == lane])
                for lane in (main, *others)
            ),
            Stage("systematic", main, systematic),
            *(Stage("systematic", lane, some) for lane in others),
            *(Stage("random", lane, spread) for lane, spread in spread_over(self.result.lanes, random)),
        ]

    def _kept(self) -> list[Stored]:
        """The corpus's scenarios of this shard: by digest, so that a corpus may grow between two shards."""
        number, of = self._order.shard
        return [one for one in self._order.corpus if int(digest(one.scenario), 16) % of == number - 1]

    def _of_this_shard(self, plan: list[Scenario]) -> list[Scenario]:
        number, of = self._order.shard
        return plan[number - 1 :: of]

    def _go_through(self, hello: Hello, stage: Stage) -> None:
        if stage.part != "systematic" and not stage.plan:
            return
        runner = self._runner(hello, stage.lane)
        if stage.part == "systematic":
            self._judge_button(hello, runner, stage.lane)
        for scenario in stage.plan:
            self._record(stage.lane, runner.run(scenario, partial(self._record, stage.lane)))
            self.result.untried[stage.part] -= 1

    def trials(self, hello: Hello, lane: Lane) -> Trials:
        """Lead the client to servers that it should not trust.

        Raises:
            DriverError: the client cannot be constructed.
        """
        return try_tls(self._driver, hello, self.config(lane), self._target.certificates)

    def _try_tls(self, hello: Hello) -> None:
        if "client" not in self._order.subjects:
            return
        lane = self.result.lanes[0]
        trials = self.trials(hello, lane)
        for tried in trials.tried:
            self._judge_apart(judge_trial(tried), "connect", lane)
        for requirement, why in trials.skipped.items():
            self.result.skipped[f"{requirement}: {why}"] += 1

    def _judge_apart(self, judgements: Iterable[Judgement], what: str, lane: Lane) -> None:
        """Take note of what was judged outside of any scenario."""
        for found in judgements:
            self.result.judged[found.requirement] += 1
            for problem in found.problems:
                finding = Finding.of(found.requirement, found.check, what, 0, problem, None)
                self._group(finding, Scenario(()), lane)

    def _lanes(self, hello: Hello) -> tuple[Lane, ...]:
        found = lanes(hello.capabilities, region=self._order.region, algorithm=self._order.algorithm)
        if self._public_key_id is None:
            return tuple(found)
        # a real key is good for one environment and region: the other lanes cannot be had
        return (replace(next(found), public_key_id=self._public_key_id),)

    def plan(self, hello: Hello) -> tuple[list[Scenario], list[Scenario]]:
        """Return the systematic part and the random one, once for all lanes, for amounts are symbols."""
        able = self.result.able = abilities(hello, self._target)
        if not able.operations:
            return [], []
        profile, calm = self._order.profile, replace(able, faults=False)
        graph = explore(calm, most=profile.worlds)
        meet = self._crew is not None and not self._target.in_turn
        search = Search(replace(able, races=meet), graph.plans, seed=self._order.seed)
        random = self._order.profile.random if self._target.is_mock else self._order.profile.random // 8
        asked = tuple(self._asked_of_servers(able)) if "server" in self._order.subjects else ()
        # what a server is asked is short, and comes between: no kind of fault has to wait for all the others
        mixed = by_turns(tour(calm, graph, pairs=profile.pairs), asked)
        systematic = [*mixed, *rotations(able), *resources(able, servers=bool(asked))]
        systematic += [*self._troubled(able, systematic), *self._raced(able)]
        return systematic, list(islice(search.random(), random))

    def _troubled(self, able: Abilities, plans: list[Scenario]) -> Iterator[Scenario]:
        """Yield what goes wrong on the way, where a client is judged; tell what of it was left out."""
        quick = self._order.profile.name == "quick"
        for found in (
            (troubles(able, quick=quick), throttled(able, plans, quick=quick))
            if "client" in self._order.subjects
            else ()
        ):
            self.result.skipped.update(found.left_out)
            yield from found.scenarios

    def _raced(self, able: Abilities) -> Iterator[Scenario]:
        """Yield calls at once, where a server can be called so; tell where not, and why."""
        if self._crew is None:
            self.result.skipped[NOT_AT_ONCE] += 1
        elif self._target.in_turn:
            why = f"requests to {self._target.name} go out one after the other"
            self.result.skipped.update(f"{requirement}: {why}" for requirement in OF_RACES)
        else:
            yield from races(able, quick=self._order.profile.name == "quick")

    def _asked_of_servers(self, able: Abilities) -> Iterator[Scenario]:
        thorough = self._order.profile.thorough
        yield from spoilings(able, thorough=thorough)
        yield from strangers(able)
        yield from repeats(able)
        yield from validations(able, thorough=thorough)
        yield from questions(able)

    def _runner(self, hello: Hello, lane: Lane) -> Runner:
        self._target.open(lane)
        config = self.config(lane)
        self._driver.configure(config)
        if self._crew is not None:
            self._crew.configure(config)
        configured = Configured(
            lane.public_key_id,
            lane.region,
            lane.algorithm,
            self._key.public,
            skew_seconds=self._order.skew_seconds,
            hosts=_hosts(self._target, lane),
            retries=hello.capabilities.retries,
        )
        merchant = Merchant({lane.public_key_id: self._key.public})
        # a client that takes a key or makes one is tried both ways: without one in the further lanes
        makes_own = hello.capabilities.idempotency_key == "both" and lane in self.result.lanes[1:]
        caller_keys = gives_keys(hello) and not makes_own
        deadline = self._order.deadline + (retries.patience if (retries := configured.retries) else 0.0)
        return Runner(
            self._driver,
            self._target,
            configured,
            merchant,
            caller_keys,
            deadline=deadline,
            budget=self._budget,
            crew=self._crew,
            config=config,
        )

    def _judge_button(self, hello: Hello, runner: Runner, lane: Lane) -> None:
        if not hello.capabilities.button:
            return
        for payload in BUTTON_PAYLOADS:
            signature = self._driver.sign_button(payload)
            self._judge_apart(judge_button(payload, signature, runner.configured), "sign_button", lane)

    def _record(self, lane: Lane, run: Run) -> None:
        result = self.result
        result.scenarios += 1
        result.requests += run.requests
        result.judged.update(run.judged)
        result.items |= run.items
        result.observed.update(run.observed)
        result.groups.held |= run.held
        result.called.update(made.asked.operation.id for made in run.made if made.seen)
        result.skipped.update(why for _, why in run.skipped if why.startswith("the client has no"))
        for finding in run.findings:
            self._group(finding, run.scenario, lane)
        if run.unclear and not run.findings:
            result.unclear[run.unclear] += 1
        self._tell(ScenarioFinished(result.scenarios, lane, run))

    def _group(self, finding: Finding, scenario: Scenario, lane: Lane) -> None:
        group = self.result.groups.add(finding, scenario, lane)
        if group is not None:
            self._budget.share = SEARCH_SHARE
            self._tell(FindingAppeared(group))

    def _shrink_all(self, hello: Hello) -> None:
        self.result.groups.merge()
        self._budget.share = 1.0
        groups = [g for g in self.result.groups if len(g.scenario)]
        for lane in self.result.lanes:
            mine = [g for g in groups if g.lane == lane]
            if not mine:
                continue
            runner = self._runner(hello, lane)
            for group in mine:
                self._shrink(hello, runner, group)

    def _shrink(self, hello: Hello, runner: Runner, group: Group) -> None:
        wanted = self._order.shrink_requests
        shrinker = Shrinker(
            runner,
            frozenset(group.cells),
            self._order.profile.shrink_requests if wanted is None else wanted,
            Planner.start(abilities(hello, self._target), group.lane.region),
        )
        try:
            shrinker.shrink(group.scenario, group.first.step)
        finally:
            group.reproduced = shrinker.reproduced
            if shrinker.best is not None:
                group.scenario, group.run = shrinker.best.scenario, shrinker.best
                group.first = group.seen_in(shrinker.best.findings) or group.first
            self.result.shrink_requests += shrinker.spent
        self._tell(ScenarioShrunk(group, shrinker.spent))

    def _settle(self) -> None:
        """However it ended: nothing after the step that shows a fault matters, and hints are found out."""
        self.result.groups.merge()
        for group in self.result.groups:
            group.scenario = Scenario(group.scenario.steps[: group.first.step + 1])
            hint = group.first.problem.hint
            group.hint = hint() if callable(hint) else hint

    def _break_off(self, reason: str, kind: ErrorKind) -> None:
        stop = self._budget.stop
        self.result.error, self.result.error_kind = reason, "interrupted" if stop.asked else kind
        self.result.signal = stop.signal
        self._tell(Interrupted(reason))

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)


def by_turns(*several: Iterable[Scenario]) -> Iterator[Scenario]:
    """Yield one scenario of each, then the next of each, until all are through."""
    return (one for turn in zip_longest(*several) for one in turn if one is not None)


def abilities(hello: Hello, target: Target) -> Abilities:
    """Return what a client and a target can do together."""
    return Abilities(
        operations=hello.capabilities.operations & (frozenset(ALL_OPERATIONS) - target.spared),
        caller_keys=gives_keys(hello),
        simulations=hello.capabilities.headers,
        buyer=target.has_buyer,
        clock=target.has_clock,
        faults=target.has_faults,
        permissions=target.permissions,
        tampers=target.tampers if hello.capabilities.tampers else frozenset(),
        keys=target.has_keys,
    )


def _hosts(target: Target, lane: Lane) -> tuple[str, ...]:
    """The hosts that a client may name: the one it is pointed at, the one behind, the service's own."""
    return tuple(filter(None, (target.service_host, target.signing_host, REGIONS[lane.region].host)))


def gives_keys(hello: Hello) -> bool:
    """Tell whether the caller of a client can give idempotency keys."""
    return hello.capabilities.idempotency_key in ("caller", "both")
