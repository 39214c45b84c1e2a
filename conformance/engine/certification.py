"""A whole certification: every lane, the tour, the search, the button, then the smallest scenarios."""

from __future__ import annotations

import json
import platform
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final, Literal, TypeAlias

from amazonpay_conformance.checks.judge import judge_button
from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.clients.driver import Algorithm, ClientConfig, Driver, DriverError, Hello, Region
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
from amazonpay_conformance.engine.findings import Finding, Group, Groups
from amazonpay_conformance.engine.lane import Lane, lanes
from amazonpay_conformance.engine.runner import Run, Runner
from amazonpay_conformance.engine.shrink import Shrinker
from amazonpay_conformance.engine.targets import Target, TargetUnreachable
from amazonpay_conformance.model.machine import Transition
from amazonpay_conformance.model.objects import MACHINES, UNREACHED
from amazonpay_conformance.model.observable import Observed
from amazonpay_conformance.model.operations import OPERATIONS
from amazonpay_conformance.model.requirements import REQUIREMENTS, Requirement, Subject
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.reading.requests import Merchant
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.payloads import TEXTS
from amazonpay_conformance.strategies.questions import questions
from amazonpay_conformance.strategies.races import races
from amazonpay_conformance.strategies.search import Search
from amazonpay_conformance.strategies.tour import explore, tour
from amazonpay_conformance.wire.keys import PrivateKey

Verdict: TypeAlias = Literal["pass", "warning", "fail", "inconclusive", "not exercised"]


@dataclass(frozen=True, slots=True)
class Profile:
    """How much is tried: random scenarios after the tour, scenarios in further lanes, requests to shrink."""

    name: str
    random: int
    elsewhere: int
    shrink_requests: int


PROFILES: Final[Mapping[str, Profile]] = {
    "quick": Profile("quick", random=40, elsewhere=3, shrink_requests=150),
    "full": Profile("full", random=600, elsewhere=30, shrink_requests=600),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be certified, and how."""

    profile: Profile
    seed: int
    region: Region = "na"
    algorithm: Algorithm | None = None
    subjects: frozenset[Subject] = frozenset({"client"})
    skew_seconds: int = 300
    deadline: float = 30.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A requirement with its verdict and how often it was judged."""

    requirement: Requirement
    verdict: Verdict
    times: int


@dataclass
class Result:
    """What a certification found. `error` says why it ended early, where it did.

    `observed` counts what the server was seen to do where the facts leave it open: (switch, choice).
    """

    order: Order
    target: str
    target_is_mock: bool = False
    hello: Hello | None = None
    lanes: tuple[Lane, ...] = ()
    started: float = field(default_factory=time.time)
    seconds: float = 0.0
    scenarios: int = 0
    requests: int = 0
    groups: Groups = field(default_factory=Groups)
    judged: Counter[str] = field(default_factory=Counter)
    covered: set[str] = field(default_factory=set)
    called: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unclear: Counter[str] = field(default_factory=Counter)
    observed: Counter[Observed] = field(default_factory=Counter)
    error: str = ""
    error_kind: Literal["", "set-up", "unreachable", "interrupted"] = ""
    python: str = field(default_factory=platform.python_version)

    def requirements(self) -> list[Judged]:
        """Return every requirement of the subjects under test with its verdict."""
        return [
            Judged(requirement, self.verdict_of(requirement), self.judged[requirement.id])
            for requirement in REQUIREMENTS.values()
            if requirement.subject in self.order.subjects and requirement.level != "MAY"
        ]

    def verdict_of(self, requirement: Requirement) -> Verdict:
        """Return the verdict on one requirement."""
        if self.groups.of(requirement.id):
            return "fail" if requirement.level == "MUST" else "warning"
        if self.judged[requirement.id]:
            return "pass"
        return "inconclusive" if self.unclear else "not exercised"

    @property
    def findings(self) -> list[Group]:
        """What was found wrong with the subjects under test, failures first."""
        mine = [g for g in self.groups if g.requirement.subject in self.order.subjects]
        return sorted(mine, key=lambda g: (not g.first.is_failure, g.key))

    @property
    def kit_defects(self) -> list[Group]:
        """Findings against our own mock while somebody's client is tested: the kit is at fault, not he."""
        return [g for g in self.groups if g.requirement.subject not in self.order.subjects]

    @property
    def verdict(self) -> Verdict:
        """Return the verdict of the whole: its worst requirement's; never green where nothing was seen."""
        verdicts = [judged.verdict for judged in self.requirements()]
        if "fail" in verdicts:
            return "fail"
        if not self.requests or "pass" not in verdicts:
            return "not exercised"
        if self.error or self.unclear:
            return "inconclusive"
        return "warning" if "warning" in verdicts else "pass"

    def uncovered(self) -> list[tuple[Transition, str]]:
        """Return the transitions that never fired, each with the reason that is known."""
        rows = [row for machine in MACHINES.values() for row in machine.transitions]
        return [(row, self._why(row)) for row in rows if row.id not in self.covered]

    def _why(self, row: Transition) -> str:
        if row.id in UNREACHED:
            return UNREACHED[row.id]
        known = self.hello.capabilities.operations if self.hello else frozenset()
        if row.trigger in OPERATIONS and row.trigger not in known:
            return f"the client has no {row.trigger}"
        return "needs an operation, header or act that client and target do not offer"


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
        self.result = Result(order, target.name, target.is_mock)

    def run(self) -> Result:
        """Run it to its end, or until something breaks; what was found until then is in the result."""
        began = time.perf_counter()
        try:
            self._run()
        except DriverError as problem:
            self._break_off(str(problem), "set-up")
        except TargetUnreachable as problem:
            self._break_off(str(problem), "unreachable")
        except KeyboardInterrupt:
            self._break_off("stopped by the user", "interrupted")
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
        """Configure the client for a lane and return what runs scenarios in it.

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
        planned = self._plan(hello)
        some = planned[: order.profile.elsewhere]
        plans = {lane: planned if lane is all_lanes[0] else some for lane in all_lanes}
        total = sum(len(plan) for plan in plans.values())
        self._tell(Started(hello, self._target.name, order.profile.name, order.seed, all_lanes, total))
        for lane, plan in plans.items():
            runner = self._runner(hello, lane)
            self._judge_button(hello, runner, lane)
            for scenario in plan:
                self._record(lane, runner.run(scenario))
        self._shrink_all(hello)

    def _lanes(self, hello: Hello) -> tuple[Lane, ...]:
        found = lanes(hello.capabilities, region=self._order.region, algorithm=self._order.algorithm)
        if self._public_key_id is None:
            return tuple(found)
        # a real key is good for one environment and region: the other lanes cannot be had
        return (replace(next(found), public_key_id=self._public_key_id),)

    def _plan(self, hello: Hello) -> list[Scenario]:
        """Plan once for all lanes: amounts are symbols, so a scenario is good for every currency."""
        able = abilities(hello, self._target)
        if not able.operations:
            return []
        places = tuple(explore(able))
        search = Search(able, places, seed=self._order.seed)
        random = self._order.profile.random if self._target.is_mock else self._order.profile.random // 8
        asked = questions(able) if "server" in self._order.subjects else ()
        raced = races(able, quick=self._order.profile.name == "quick") if self._crew else ()
        return [*tour(able, places), *asked, *islice(search.random(), random), *raced]

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
        )
        merchant = Merchant({lane.public_key_id: self._key.public})
        # a client that takes a key or makes one is tried both ways: without one in the further lanes
        makes_own = hello.capabilities.idempotency_key == "both" and lane in self.result.lanes[1:]
        caller_keys = gives_keys(hello) and not makes_own
        deadline = self._order.deadline
        return Runner(
            self._driver, self._target, configured, merchant, caller_keys, deadline, crew=self._crew
        )

    def _judge_button(self, hello: Hello, runner: Runner, lane: Lane) -> None:
        if not hello.capabilities.button:
            return
        for payload in BUTTON_PAYLOADS:
            signature = self._driver.sign_button(payload)
            for found in judge_button(payload, signature, runner.configured):
                self.result.judged[found.requirement] += 1
                for problem in found.problems:
                    finding = Finding.of(found.requirement, found.check, "sign_button", 0, problem, None)
                    self._group(finding, Scenario(()), lane)

    def _record(self, lane: Lane, run: Run) -> None:
        result = self.result
        result.scenarios += 1
        result.requests += run.requests
        result.judged.update(run.judged)
        result.covered |= run.covered
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
            self._tell(FindingAppeared(group))

    def _shrink_all(self, hello: Hello) -> None:
        self.result.groups.merge()
        groups = [g for g in self.result.groups if len(g.scenario)]
        for lane in self.result.lanes:
            mine = [g for g in groups if g.lane == lane]
            if not mine:
                continue
            runner = self._runner(hello, lane)
            for group in mine:
                self._shrink(runner, group)
        for group in self.result.groups:
            hint = group.first.problem.hint
            group.hint = hint() if callable(hint) else hint

    def _shrink(self, runner: Runner, group: Group) -> None:
        shrinker = Shrinker(runner, group.has, self._order.profile.shrink_requests)
        scenario, run = shrinker.shrink(group.scenario)
        group.reproduced = run is not None
        if run is not None:
            group.scenario = scenario
            group.first = group.seen_in(run.findings) or group.first
        self._tell(ScenarioShrunk(group, shrinker.spent))

    def _break_off(self, reason: str, kind: Literal["set-up", "unreachable", "interrupted"]) -> None:
        self.result.error, self.result.error_kind = reason, kind
        self.result.groups.merge()
        self._tell(Interrupted(reason))

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)


def abilities(hello: Hello, target: Target) -> Abilities:
    """Return what a client and a target can do together."""
    return Abilities(
        operations=hello.capabilities.operations & frozenset(OPERATIONS),
        caller_keys=gives_keys(hello),
        simulations=hello.capabilities.headers,
        buyer=target.has_buyer,
        clock=target.has_clock,
        permissions=target.permissions,
    )


def gives_keys(hello: Hello) -> bool:
    """Tell whether the caller of a client can give idempotency keys."""
    return hello.capabilities.idempotency_key in ("caller", "both")


def _button_payloads() -> Iterator[str]:
    plain = {
        "webCheckoutDetails": {"checkoutReviewReturnUrl": "https://shop.example/review"},
        "storeId": "amzn1.application-oa2-client.0000000000000000000000000000c0de",
    }
    yield json.dumps(plain, separators=(",", ":"))
    for text in TEXTS:
        payload = {**plain, "merchantMetadata": {"noteToBuyer": text}, "deliverySpecifications": {}}
        yield json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


BUTTON_PAYLOADS: Final = tuple(_button_payloads())
"""Payload strings to sign: slashes, quotes, non-ASCII, an empty object (api-facts §10.4, ecosystem §2.1)."""
