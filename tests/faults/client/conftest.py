"""What these tests share: the catalogues of clients, and a bench on which a client meets the mock."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from amazonpay_conformance.checks.judge import judge_button, judge_trial
from amazonpay_conformance.checks.subject import Configured
from amazonpay_conformance.clients.driver import ClientConfig
from amazonpay_conformance.clients.python_driver import PythonDriver
from amazonpay_conformance.engine.budget import Budget
from amazonpay_conformance.engine.button_payloads import BUTTON_PAYLOADS
from amazonpay_conformance.engine.certification import Certification
from amazonpay_conformance.engine.findings import Finding
from amazonpay_conformance.engine.lane import Lane
from amazonpay_conformance.engine.order import PROFILES, Order
from amazonpay_conformance.engine.runner import Run
from amazonpay_conformance.engine.setup import Prepared
from amazonpay_conformance.engine.targets import MockTarget, Transport
from amazonpay_conformance.engine.tls_trials import Trials
from amazonpay_conformance.mock.service import Service
from amazonpay_conformance.model.scenario import Scenario
from amazonpay_conformance.mutants import client_faults as faults
from amazonpay_conformance.mutants import client_scenarios as scenarios
from amazonpay_conformance.mutants import client_seams as seams
from amazonpay_conformance.mutants import client_variations as variations
from amazonpay_conformance.mutants.patience import Clock, nobody_waits
from amazonpay_conformance.strategies.generator import Abilities
from amazonpay_conformance.strategies.tour import tour
from amazonpay_conformance.strategies.worlds import explore
from amazonpay_conformance.wire.keys import PrivateKey, load_private_key

HERE = Path(__file__).parent
KEY_FILE = HERE.parents[1] / "keys" / "test-only-private-pkcs8.pem"

LONG = 7  # steps


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `fault` or `variation` runs for each row of that table."""
    for name, rows in (("fault", faults.FAULTS), ("variation", variations.VARIATIONS)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, rows, ids=lambda row: row.id)


@dataclass
class Bench:
    """Runs clients of the catalogue against the mock, as the engine does for anybody's."""

    key: PrivateKey
    directory: Path
    serving: ExitStack
    clock: Clock
    driver: PythonDriver | None = None
    target: MockTarget | None = None
    served: tuple[Transport, type[Service]] | None = None
    ran: dict[str, tuple[Run, ...]] = field(default_factory=dict)
    found: dict[str, tuple[Finding, ...]] = field(default_factory=dict)

    def certification(self, row: Any) -> Certification:
        """Return a certification of a row's client that has not begun; the one before it is over."""
        target = self._target(row.transport, row.serves)
        if self.driver is not None:
            self.driver.close()  # it holds a thread
        self.driver = PythonDriver(_adapter(row))
        ready = Prepared(self.driver, target, self.key, KEY_FILE, "na")
        return ready.certification(Order(PROFILES["quick"], seed=0))

    def runs(self, row: Any) -> tuple[Run, ...]:
        """Run the whole battery with a row's client, once."""
        if row.id not in self.ran:
            certification = self.certification(row)
            battery = (*scenarios.BATTERY, *(scenarios.TROUBLES if row.troubled else ()))
            self.clock.late = 0.0
            self.ran[row.id] = tuple(certification.run_one(*one) for one in battery)
        return self.ran[row.id]

    def findings(self, row: Any) -> tuple[Finding, ...]:
        """Return what a row's client is found wrong for, on the wire and at the button."""
        if row.id not in self.found:
            on_the_wire = (finding for run in self.runs(row) for finding in run.findings)
            self.found[row.id] = (*on_the_wire, *self._button_findings(row), *self._tls_findings(row))
        return self.found[row.id]

    def trials(self, row: Any) -> Trials:
        """Lead a row's client to servers that it should not trust."""
        certification = self.certification(row)
        return certification.trials(self.driver.hello(), scenarios.MAIN)

    def _tls_findings(self, row: Any) -> Iterator[Finding]:
        if row.transport != "https":
            return
        try:
            tried = self.trials(row).tried
        finally:  # one of the clients here replaces it for all
            ssl._create_default_https_context = ssl.create_default_context
        for one in tried:
            for found in judge_trial(one):
                for problem in found.problems:
                    yield Finding.of(found.requirement, found.check, "connect", 0, problem, None)

    def _button_findings(self, row: Any) -> Iterator[Finding]:
        for lane in (scenarios.MAIN, scenarios.YEN):
            sign = _adapter(row).connect(_config(lane))["sign_button"]
            configured = Configured(lane.public_key_id, lane.region, lane.algorithm, self.key.public)
            for payload in (*BUTTON_PAYLOADS, scenarios.PAYLOAD_OF_PHP):
                for found in judge_button(payload, sign(payload), configured):
                    for problem in found.problems:
                        yield Finding.of(found.requirement, found.check, "sign_button", 0, problem, None)

    def _target(self, transport: Transport, make: type[Service]) -> MockTarget:
        # one after the other: all that serve in this process stand behind the same made-up host
        if self.target is None or self.served != (transport, make):
            self.serving.close()
            self.target = MockTarget(self.key, self.directory, transport=transport, make=make)
            self.serving.enter_context(self.target.serving())
            self.served = (transport, make)
        return self.target


def _adapter(row: Any) -> Any:
    return seams.Adapter(row.id, row.make, row.idempotency_key, row.retries)


def _config(lane: Lane) -> ClientConfig:
    pem = KEY_FILE.read_text(encoding="ascii")
    return ClientConfig(
        lane.public_key_id, pem, str(KEY_FILE), lane.region, lane.algorithm, "localhost:9", None
    )


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One mock for each transport, and one key, loaded once: that takes longer than ten requests."""
    key = load_private_key(KEY_FILE.read_text(encoding="ascii"))
    with ExitStack() as serving, nobody_waits() as clock:
        made = Bench(key, tmp_path_factory.mktemp("bench"), serving, clock)
        yield made
        if made.driver is not None:
            made.driver.close()


@dataclass
class OneLane:
    """Runs scenarios with one client in the main lane, as a Shrinker wants it."""

    certification: Certification
    budget: Budget = field(default_factory=Budget)

    def run(self, scenario: Scenario) -> Run:
        """Run a scenario on a fresh mock, with the client connected anew."""
        run = self.certification.run_one(scenario, scenarios.MAIN)
        self.budget.spend(run.requests)
        return run


@pytest.fixture(scope="module")
def in_main_lane(bench: Bench) -> Callable[[Any], OneLane]:
    """From a row to a runner of its client."""
    return lambda row: OneLane(bench.certification(row))


@pytest.fixture(scope="module")
def toured() -> tuple[Scenario, ...]:
    """The long scenarios of the tour; of these the shortest first, since shrinking one costs time."""
    able = Abilities()
    planned = tour(able, explore(able, most=120))
    return tuple(sorted((scenario for scenario in planned if len(scenario) > LONG), key=len))
